//! The table of mails agrees with the other rooms, the index and the documents for each kind.

use std::fs;

use avv_portal::domain::mail::SPECS;

use crate::harness::TestApp;

fn read(path: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    fs::read_to_string(format!("{root}/{path}")).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The name of a variant in file names: `SetPassword` becomes `set_password`.
fn snake(variant: &str) -> String {
    let mut name = String::new();
    for (at, letter) in variant.char_indices() {
        if at > 0 && letter.is_uppercase() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

#[test]
fn every_mail_is_written_and_delivered_in_the_files_of_its_group() {
    let rules = read("docs/rules.md");
    for spec in SPECS {
        let group = snake(&format!("{:?}", spec.group));
        let mail = snake(spec.variant);
        let delivery = format!("src/actions/delivery/{group}.rs");
        let kind = format!("MailKind::{}", spec.variant);
        assert!(read(&delivery).contains(&kind), "{delivery} needs {kind}");
        let bodies = format!("src/mail/bodies/{group}.rs");
        for part in ["txt", "html"] {
            let template = format!("mail/{mail}.{part}");
            assert!(!read(&format!("templates/{template}")).is_empty());
            assert!(read(&bodies).contains(&template), "{bodies}: {template}");
        }
        let row = format!("| {} |", spec.number);
        assert!(spec.number.is_empty() || rules.contains(&row), "{row}");
    }
}

/// The statement that deletes mails can use the index only if both name the same kinds.
#[actix_web::test]
async fn the_index_of_mails_to_forget_leaves_out_those_that_are_kept() {
    let app = TestApp::start().await;
    let index = app.text(
        "indexdef FROM pg_indexes WHERE indexname = 'mails_forgettable' AND schemaname = current_schema()",
    );
    let kept = SPECS.iter().filter(|spec| spec.is_kept);
    let kept: Vec<String> = kept.map(|spec| format!("'{}'::text", spec.key)).collect();
    let list = format!("ARRAY[{}]", kept.join(", "));
    assert!(index.contains(&list), "{index}\n{list}");
}
