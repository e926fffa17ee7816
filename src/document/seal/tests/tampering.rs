//! Whatever was done to a sealed file, there is an answer, and it is never "genuine".

use std::time::{Duration, Instant};

use super::tools::{Folder, pdfsig};
use super::*;
use proptest::prelude::*;

/// The range of the signature's digits.
fn gap() -> std::ops::Range<usize> {
    let found = scan::signatures(&FILE);
    let [before, after] = found[0].parts;
    before.len() + 1..FILE.len() - after.len() - 1
}

fn holds(file: &[u8]) -> bool {
    judge(file).seal().is_some_and(Signed::holds)
}

#[test]
fn one_changed_byte_is_noticed_by_poppler_and_by_us() {
    let folder = Folder::new();
    let last = gap().rev().find(|at| FILE[*at] != b'0').unwrap();
    // In the pages, in the trailer and in the value of the signature.
    for place in [FILE.len() / 3, FILE.len() - 40, last] {
        let mut changed = FILE.clone();
        changed[place] = if changed[place] == b'1' { b'2' } else { b'1' };
        assert!(!holds(&changed), "byte {place}");
        let said = pdfsig(&folder, &changed);
        assert!(!said.contains("Signature is Valid"), "byte {place}: {said}");
    }
}

/// The document with another stated time, sealed again with the same key, as an attacker could do
/// who has the key after its certificate ended, or who sets the clock back.
fn sealed_at(stated: &str) -> Vec<u8> {
    let mut file = FILE.clone();
    let at = file.windows(3).rposition(|three| three == b"/M(").unwrap() + 3;
    file[at..at + stated.len()].copy_from_slice(stated.as_bytes());
    let gap = gap();
    let covered = [&file[..gap.start - 1], &file[gap.end + 1..]].concat();
    let digest = <sha2::Sha256 as sha2::Digest>::digest(covered);
    let signature = crate::document::hex::of(&signature::sign(&digest, &SEALER).unwrap());
    file[gap.clone()].fill(b'0');
    file[gap][..signature.len()].copy_from_slice(signature.as_bytes());
    file
}

/// F12: a seal is valid only if its certificate was valid when it was made.
#[test]
fn f12_a_seal_outside_its_certificates_time_does_not_hold() {
    let (from, until) = SEALER.validity();
    let second = chrono::Duration::seconds(1);
    for (at, is_good) in [
        (frame().created, true),
        (from, true),
        (until, true),
        (from - second, false),
        (until + second, false),
    ] {
        let file = sealed_at(&at.format("D:%Y%m%d%H%M%SZ").to_string());
        let finding = judge(&file);
        let seal = finding.seal().unwrap();
        assert_eq!(seal.at, Some(at));
        assert!(
            seal.intact && seal.whole,
            "the signature itself is in order"
        );
        assert_eq!((seal.trusted, seal.holds()), (is_good, is_good), "{at}");
    }
}

#[test]
fn what_is_added_after_the_seal_is_noticed() {
    for more in [&b"\n"[..], b"% note\n", b"\n1 0 obj\n<<>>\nendobj\n%%EOF\n"] {
        let file = [FILE.as_slice(), more].concat();
        let finding = judge(&file);
        let seal = finding.seal().unwrap();
        assert!(seal.intact && seal.trusted && !seal.whole);
    }
}

#[test]
fn a_second_signature_does_not_hide_the_first() {
    let other = sealer();
    let revision = Revision {
        root: (1, 0),
        info: (2, 0),
        id: "00".repeat(16),
        object: 3,
        at: frame().created,
        number: "AVV-2099-1-1".into(),
    };
    let twice = append(FILE.clone(), &revision, &other).unwrap();
    let Finding::Signed(all) = judge(&twice) else {
        unreachable!("two signatures");
    };
    let told: Vec<_> = all.iter().map(|s| (s.intact, s.whole, s.trusted)).collect();
    assert_eq!(told, [(true, false, true), (true, true, false)]);
    assert!(!holds(&twice));
    assert_eq!(signature_value(&twice), None);
}

#[test]
fn hostile_files_get_an_answer_at_once() {
    let begun = Instant::now();
    let big = LARGEST_FILE - 100;
    let filled = |unit: &[u8]| {
        let mut file = b"%PDF-1.7\n".to_vec();
        while file.len() + unit.len() < big {
            file.extend_from_slice(unit);
        }
        file
    };
    // Ranges that each leave out a long run of digits that is no signature.
    let digits = [b"<".as_slice(), &b"0".repeat(120_000), b"g>"].concat();
    let mut greedy = filled(b"/ByteRange[0 9 120012 1]");
    greedy.splice(9..9 + digits.len(), digits);
    let numbers = format!("%PDF-1.7 /ByteRange[0 5 {0} {0}]", usize::MAX);
    for file in [
        filled(b"/ByteRange"),
        filled(b"/ByteRange[0 1 2 3]"),
        filled(b"/"),
        filled(b"<30 80 30 80"),
        filled(b"[[[[<<<<"),
        greedy,
        numbers.into_bytes(),
        b"%PDF-".to_vec(),
        b"%PDF-1.7 /ByteRange[0 9 9 9] /ByteRange[".to_vec(),
        b"%PDF-1.7 /ByteRange[0 28 30 1]<>".to_vec(),
    ] {
        assert!(!holds(&file));
    }
    assert_eq!(judge(&[]), Finding::NotPdf);
    assert_eq!(judge(b"PK\x03\x04"), Finding::NotPdf);
    assert_eq!(judge(&vec![b'%'; LARGEST_FILE + 1]), Finding::TooLarge);
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: crate::domain::seeds::kept("seal"), ..ProptestConfig::with_cases(300) })]

    /// Any change of any covered byte.
    #[test]
    fn no_changed_byte_goes_unnoticed(place in any::<proptest::sample::Index>(), change in 1_u8..) {
        let place = place.index(FILE.len());
        let mut file = FILE.clone();
        file[place] ^= change;
        prop_assume!(!gap().contains(&place));
        prop_assert!(!holds(&file), "byte {}", place);
    }

    /// Some parts of the encoded signature are not used. Whatever is changed: a seal that is still
    /// valid has the same content, key and covered bytes.
    #[test]
    fn no_changed_signature_says_something_else(offset in 0_usize..4_800, change in 1_u8..) {
        let gap = gap();
        let place = gap.start + offset % gap.len();
        let mut file = FILE.clone();
        file[place] ^= change;
        if holds(&file) {
            prop_assert_eq!(judge(&file), judge(&FILE));
            prop_assert_eq!(signature_value(&file), signature_value(&FILE));
        }
    }

    #[test]
    fn cut_doubled_and_mixed_files_are_no_documents(
        cuts in proptest::collection::vec((any::<proptest::sample::Index>(), any::<proptest::sample::Index>()), 1..6),
    ) {
        let mut file = Vec::new();
        for (from, to) in cuts {
            let (from, to) = (from.index(FILE.len()), to.index(FILE.len()));
            file.extend_from_slice(&FILE[from.min(to)..from.max(to)]);
        }
        prop_assert!(!holds(&file));
        let file = [&FILE[..5], &file].concat();
        prop_assert!(!holds(&file));
    }

    #[test]
    fn any_signature_bytes_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let digits = crate::document::hex::of(&bytes);
        let before = format!("%PDF-1.7 /ByteRange[0 60 {} 0]", 62 + digits.len());
        let file = format!("{before:<60}<{digits}>");
        prop_assert!(!holds(file.as_bytes()));
        prop_assert!(signature::read(&bytes).is_none());
        prop_assert!(read_token(&bytes, b"").is_err());
    }
}
