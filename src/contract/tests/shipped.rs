//! The text that comes with the program.

use super::*;

#[test]
fn it_reads_and_says_the_same_in_all_forms() {
    let contract = Contract::embedded().unwrap_or_else(|problems| {
        panic!(
            "{}",
            problems
                .iter()
                .map(|p| format!("{p}\n"))
                .collect::<String>()
        )
    });
    for language in Language::ALL {
        for with_sub_partner in [true, false] {
            let mut values = sample_values(language, with_sub_partner);
            let draft = contract.resolve(&values, language);
            values.conclusion = Some(sample::sample_conclusion(language, &text::hash(&draft)));
            let concluded = contract.resolve(&values, language);
            for document in [draft, concluded] {
                assert_eq!(document.language, language);
                assert_eq!(article_words(&document), text::words(&document));
            }
        }
    }
}

#[test]
fn the_folder_is_what_is_compiled_in() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/contract/avv-1.0");
    let read = Contract::read_dir(&folder).unwrap();
    let values = sample_values(Language::De, true);
    let embedded = Contract::embedded().unwrap();
    assert_eq!(
        text::hash(&read.resolve(&values, Language::De)),
        text::hash(&embedded.resolve(&values, Language::De))
    );
    assert!(Contract::read_dir(&folder.join("nirgends")).is_err());
}

#[test]
fn nothing_keeps_it_from_being_published() {
    let findings = check::checks(&check::Version::of(&Contract::embedded().unwrap()));
    let failed: Vec<_> = findings.iter().filter(|finding| finding.blocks()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}
