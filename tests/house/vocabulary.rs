//! The names in the code: private names that were replaced stay away, and documents name files that
//! exist.

use std::path::Path;

use super::architecture::{files, names, read};

/// Private names, each with the standard term. `docs/glossary.md` has the terms that are kept.
const BANNED: &[(&str, &str)] = &[
    ("Knock", "CaseCommand"),
    ("Standing", "CaseStatus"),
    ("foresee", "preview"),
    ("rehearse", "preview"),
    ("WhatsNew", "OfferDiff"),
    ("Novelty", "OfferChange"),
    ("VersionNews", "VersionDiff"),
    ("happenings", "scenarios"),
    ("Deed", "Permission, or an AuditEvent"),
    ("deed", "action"),
    ("deeds", "actions"),
    ("Mood", "Behaviour"),
    ("Sink", "SmtpStub"),
    ("Trouble", "Fault"),
    ("move_in", "seed"),
    ("furnish", "fixtures"),
    ("mail_proofs", "mail_evidence"),
    ("dissent_proofs", "dissent_files"),
    ("objection_proofs", "objection_files"),
];

/// Where such a word is no private name but what administrators type.
const TYPED: &[(&str, &str)] = &[
    ("src/cli/mod.rs", "rehearse"),
    ("src/cli/backup.rs", "rehearse"),
    ("tests/portal/backup.rs", "rehearse"),
];

/// Names of types that say nothing outside of their file.
const TOO_SHORT: &[&str] = &["Line", "Row", "Place", "Step", "Words", "Outcome", "Moment"];

/// Types with such a name that are kept: standard terms, or too small to be confused.
const STAY: &[(&str, &str)] = &[
    ("src/contract/import/", "Line"),
    ("src/contract/import/", "Place"),
    ("src/domain/case/tests/model/", "Place"),
    ("src/storage/customer/case_rows/", "Row"),
    ("src/storage/database/db/", "Moment"),
    ("src/web/kit/route.rs", "Row"),
    ("src/web/operation/mails/detail.rs", "Moment"),
    ("tests/portal/", "Line"),
];

#[test]
fn nobody_has_to_guess_a_name() {
    let mut found = Vec::new();
    let sources = files("src", &["rs"]).into_iter();
    for path in sources.chain(files("tests/portal", &["rs"])) {
        for (number, line) in read(&path).lines().enumerate() {
            for (word, better) in BANNED {
                if names(line, word) && !TYPED.contains(&(path.as_str(), *word)) {
                    found.push(format!("{path}:{}: `{word}`: say {better}", number + 1));
                }
            }
            for word in TOO_SHORT {
                let stays = STAY
                    .iter()
                    .any(|(folder, name)| name == word && path.starts_with(folder));
                let defined = ["struct ", "enum "]
                    .iter()
                    .any(|kind| names(line, &format!("{kind}{word}")));
                if defined && !stays {
                    found.push(format!("{path}:{}: `{word}` of what?", number + 1));
                }
            }
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn documents_name_files_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut documents = files("docs", &["md"]);
    documents.extend(["README.md", "CONTRIBUTING.md"].map(str::to_owned));
    for path in documents {
        let text = read(&path);
        // Between backticks, with a folder and an ending: `domain/case/decide.rs`.
        for cited in text.split('`').skip(1).step_by(2) {
            let is_path = cited.ends_with(".rs")
                && cited.contains('/')
                && !cited.contains([' ', '*', '…'])
                && !cited.contains("GROUP");
            if is_path && !root.join(cited).exists() && !root.join("src").join(cited).exists() {
                found.push(format!("{path}: `{cited}` is not there"));
            }
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}
