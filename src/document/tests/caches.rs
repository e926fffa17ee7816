//! The same bytes for the same input, whatever was made before and in whichever process.

use std::process::Command;

use super::super::*;
use super::contract::{document, frame, paragraph, realistic};
use crate::domain::Language;

#[test]
fn what_was_made_before_changes_no_byte() {
    let first = render(&realistic(Language::De), &frame()).unwrap();
    // More sets of characters than are kept of a font, so that those of the first go and come again.
    for code in 0x100..0x150 {
        let word = char::from_u32(code).unwrap().to_string();
        render(&document(vec![paragraph(&word)]), &frame()).unwrap();
    }
    let evicted = render(&realistic(Language::De), &frame()).unwrap();
    assert_eq!(evicted, first);
    let warm = render(&realistic(Language::De), &frame()).unwrap();
    assert_eq!(warm, first);
}

#[test]
fn many_at_a_time_get_the_same_bytes() {
    let first = render(&realistic(Language::En), &frame()).unwrap();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| render(&realistic(Language::En), &frame()).unwrap()))
            .collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), first);
        }
    });
}

#[test]
fn the_digest_is_told() {
    println!("digest {}", digest());
}

/// A new process has cold caches, and other random numbers in its hash maps.
#[test]
fn another_process_makes_the_same_bytes() {
    let tests = module_path!().split_once("::").unwrap().1;
    let out = Command::new("/proc/self/exe")
        .args([
            "--exact",
            &format!("{tests}::the_digest_is_told"),
            "--nocapture",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(said.contains(&format!("digest {}", digest())), "{said}");
}

fn digest() -> String {
    let draft = Frame {
        draft: true,
        ..frame()
    };
    render(&realistic(Language::De), &draft).unwrap().sha256
}
