//! Sealed files as others read them: poppler, `OpenSSL`, and whoever tampers with them.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use super::*;
use crate::contract::{Contract, sample_values};
use crate::document::{Attachment, Extras, Frame, Pdf, Relation, render_sealed};
use crate::domain::Language;
use proptest::prelude::*;

fn frame() -> Frame {
    Frame {
        number: "AVV-2026-004711-1".into(),
        version: "1.0".into(),
        date: chrono::NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(),
        customer_number: "4711".into(),
        document_hash: "9f".repeat(32),
        draft: false,
        language: Language::De,
        created: at("2026-11-20T10:15:30Z"),
        operator_name: "Beispielnetz & Söhne GmbH".into(),
        title: "Vertrag zur Auftragsverarbeitung".into(),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn sealed(sealer: &Sealer) -> Pdf {
    let contract = Contract::embedded().unwrap();
    let document = contract.resolve(&sample_values(Language::De, true), Language::De);
    let attachments = [Attachment {
        name: "nachweis.json",
        media_type: "application/json",
        description: "Nachweis über den Abschluss".into(),
        relation: Relation::Data,
        content: b"{}".to_vec(),
    }];
    let extras = Extras {
        attachments: &attachments,
        sealer,
    };
    render_sealed(&document, &frame(), extras).unwrap()
}

static DEVELOPMENT: LazyLock<Sealer> = LazyLock::new(|| {
    let (key, certificate) = Sealer::make_pem(at("2026-11-20T00:00:00Z")).unwrap();
    Sealer::from_pem(&key, &certificate).unwrap()
});
static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| sealed(&DEVELOPMENT).bytes);

#[test]
fn dump() {
    std::fs::write("/tmp/sealed.pdf", &*FILE).unwrap();
    let finding = check(&FILE, &DEVELOPMENT.certificates());
    println!("{finding:#?} {}", FILE.len());
    assert!(finding.seal().unwrap().holds());
}
