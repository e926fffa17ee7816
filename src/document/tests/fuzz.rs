//! Archives damaged at random: unpacked or refused, never more than they may contain.

use crate::contract::shipped;
use crate::contract::tests::mutate::Mutator;
use crate::document::folder::{pack, unpack};
use crate::domain::version::fits;

#[test]
fn damaged_archives_are_unpacked_or_refused() {
    let files = shipped();
    let archive = pack(&files).unwrap();
    assert_eq!(unpack(&archive).unwrap(), files);
    Mutator::run(
        500,
        &[
            "PK\u{3}\u{4}",
            "PK\u{1}\u{2}",
            "PK\u{5}\u{6}",
            "PK\u{6}\u{7}",
            "../",
            "contract.toml",
            "de/",
            "\0\0\0\0",
            "\u{7f}\u{7f}\u{7f}\u{7f}",
        ],
        |mutator| {
            let damaged = mutator.damaged(&archive, &archive);
            match unpack(&damaged) {
                Ok(files) => assert!(fits(&files)),
                Err(bad) => assert!(bad.sentence().ends_with('.'), "{}", bad.sentence()),
            }
        },
    );
}
