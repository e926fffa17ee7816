//! Sealed files damaged at random: there is always an answer, quickly, and never a better one than
//! before.

use super::*;
use crate::contract::tests::mutate::Mutator;

/// Pieces of PDFs that are likely to confuse a reader.
const PDF: &[&str] = &[
    "<<",
    ">>",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "/",
    "%",
    "%PDF-1.7\n",
    "%%EOF\n",
    "\nendobj\n",
    "1 0 obj\n",
    "0 0 R ",
    "stream\n",
    "\nendstream",
    "xref\n0 4294967295\n",
    "trailer<<",
    "startxref\n99999999999\n",
    "/ByteRange[0 ",
    "/ByteRange[0 10 20 30]",
    "/ByteRange[0 18446744073709551615 1 18446744073709551615]",
    "/Contents<",
    "/Contents<30",
    "/Type/Sig",
    "/SubFilter/ETSI.CAdES.detached",
    "/Prev 0",
    "/Size -1",
    "30820fff",
    "3080",
    "0000",
    "ff",
    "\0",
    "\r",
    "AVV-2026-4711-1",
];

#[test]
fn damaged_files_get_an_answer_and_never_a_better_one() {
    let (good, value) = (judge(&FILE), signature_value(&FILE));
    Mutator::run(1_200, PDF, |mutator| {
        // Mostly at the end, where the signature is: the rest is only hashed.
        let from = match mutator.below(4) {
            0 => 0,
            _ => FILE.len().saturating_sub(14_000),
        };
        let (head, tail) = FILE.split_at(from);
        let file = [head, &mutator.damaged(tail, &FILE)].concat();
        let finding = judge(&file);
        if finding.seal().is_some_and(Signed::holds) {
            assert_eq!(
                (finding, signature_value(&file)),
                (good.clone(), value.clone())
            );
        } else if let Finding::Signed(all) = finding {
            assert!(all.iter().all(|one| !one.holds()) && all.len() < 100);
        }
    });
}

#[test]
fn damaged_signatures_certificates_and_stamps_get_an_answer() {
    let value = signature_value(&FILE).unwrap();
    let found = scan::signatures(&FILE);
    let der = found[0].read.as_ref().map(|read| read.der.clone()).unwrap();
    let digits = &FILE[found[0].parts[0].len() + 1..FILE.len() - found[0].parts[1].len() - 1];
    let cms = base16ct::mixed::decode_vec(digits).unwrap();
    assert!(signature::read(&cms).is_some());
    Mutator::run(
        1_500,
        &[
            "0\u{0}",
            "\u{30}\u{7f}",
            "*\u{7}",
            "\u{6}\u{3}",
            "1\u{0}",
            "\u{2}\u{1}",
            "\u{4}\u{4}",
        ],
        |mutator| {
            let damaged = mutator.damaged(&cms, &der);
            drop(signature::read(&damaged));
            let damaged = mutator.damaged(&der, &cms);
            drop(identity::Known::read(&damaged));
            let damaged = mutator.damaged(&cms, &cms);
            assert!(read_token(&damaged, &value).is_err());
        },
    );
}
