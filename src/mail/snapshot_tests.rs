//! The texts of every mail as snapshot files, so that a change is visible in the diff.

use std::collections::BTreeSet;

use super::tests::{all, written};
use crate::domain::Language;

/// Number of letters of a paragraph that are shown where it is repeated.
const BEGINNING: usize = 16;

/// Every paragraph of every mail: in full at its first occurrence, abbreviated where it is
/// repeated.
#[test]
fn every_mail_reads_as_it_was_approved() {
    for language in Language::ALL {
        let (mut shown, mut book) = (BTreeSet::new(), String::new());
        let mut mails = all(language);
        mails.sort_by(|one, other| one.0.cmp(&other.0));
        for (name, content) in mails {
            let mail = written(language, content);
            book.push_str(&format!("━━━ {name}\n{}\n", mail.subject));
            let mut after_known = false;
            for paragraph in mail.text.split("\n\n").map(str::trim) {
                let is_known = !shown.insert(paragraph.to_owned());
                if is_known {
                    let beginning: String = paragraph.chars().take(BEGINNING).collect();
                    let gap = if after_known { " " } else { "\n" };
                    book.push_str(&format!("{gap}[{}…]", beginning.replace('\n', " ")));
                } else {
                    let gap = if after_known { "\n\n" } else { "\n" };
                    book.push_str(&format!("{gap}{paragraph}\n"));
                }
                after_known = is_known;
            }
            book.push_str("\n\n");
        }
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("mails_{}", language.code()), book);
        });
    }
}
