#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::*;
use crate::contract::text::plain;
use crate::contract::{check, sample_values};

/// A draft in two languages without blocks and products.
fn draft() -> Files {
    let toml = "number = \"\"\ndate = 2026-03-02\nvalid_from = 2026-03-02\nlanguages = [\"de\", \"en\"]\nbinding = \"de\"\nauthorisation = \"\"\nnotice_days = 0\nannexes = [\"anlage-1\"]\n\n[title]\nde = \"Vertrag\"\nen = \"Agreement\"\n\n[change_note]\nde = \"\"\nen = \"\"\n";
    [
        ("contract.toml", toml),
        ("de/vertrag.dj", "Zwischen den Parteien.\n\n{number=\"§ 1\"}\n# Daten\n\n1. Namen\n\n2. Rufnummern\n\n# Ende\n\nEs endet.\n"),
        ("en/vertrag.dj", "Between the parties.\n\n{number=\"1.\"}\n# Data\n\n1. Names\n\n2. Numbers\n\n# End\n\nIt ends.\n"),
        ("de/anlage-1.dj", "# Maßnahmen\n\nZutritt mit Karte.\n"),
        ("en/anlage-1.dj", "# Measures\n\nAccess with a card.\n"),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into()
}

fn at(part: &str, clause: &str) -> ClauseAt {
    ClauseAt {
        part: part.to_owned(),
        clause: clause.to_owned(),
    }
}

fn words(files: &Files, language: Language) -> String {
    let contract = Contract::from_map(files).unwrap();
    plain(&contract.resolve(&sample_values(language, true), language))
}

#[test]
fn t09_each_block_is_placed_in_every_language_and_taken_out_without_a_trace() {
    let before = draft();
    for block in BLOCKS {
        for clause in ["vorspann", "daten", "ende"] {
            let place_at = at("vertrag", clause);
            let files = place(&before, *block, &BlockPlace::Clause(place_at.clone())).unwrap();
            assert_eq!(blocks(&files), [(*block, place_at.clone())]);
            for code in ["de", "en"] {
                let path = format!("{code}/vertrag.dj");
                assert!(files[&path].contains("{generate="), "{}", files[&path]);
            }
            let again = place(&files, *block, &BlockPlace::NewAnnex);
            assert_eq!(again, Err(VersionRefusal::BlockIsThere));
            assert_eq!(take_out(&files, *block, &place_at).unwrap(), before);
        }
        let files = place(&before, *block, &BlockPlace::NewAnnex).unwrap();
        let (_, standing) = &blocks(&files)[0];
        assert!(parts::annexes(&files).contains(&standing.part));
        let files = place(&before, *block, &BlockPlace::Beginning).unwrap();
        assert_eq!(blocks(&files).len(), 1);
    }
    let nowhere = BlockPlace::Clause(at("vertrag", "gibt-es-nicht"));
    let refused = place(&before, Generator::Chain, &nowhere);
    assert_eq!(refused, Err(VersionRefusal::NoSuchClause));
    let refused = take_out(&before, Generator::Chain, &at("vertrag", "daten"));
    assert_eq!(refused, Err(VersionRefusal::NoSuchClause));
}

#[test]
fn t09_the_parties_are_printed_where_their_block_was_placed() {
    let start = BlockPlace::Clause(at("vertrag", "vorspann"));
    let files = place(&draft(), Generator::Parties, &start).unwrap();
    let text = words(&files, Language::De);
    let [before, block, after] = [
        "Zwischen den Parteien.",
        "Auftraggeber (Verantwortlicher)",
        "Namen",
    ]
    .map(|words| text.find(words).unwrap());
    assert!(before < block && block < after, "{text}");
}

#[test]
fn lc49_a_product_refers_to_a_clause_in_every_language() {
    let name = |language: Language| format!("Tele & *fon* {}", language.code());
    for (clause, is_named) in [
        (at("vertrag", "daten"), true),
        (at("anlage-1", "massnahmen"), false),
    ] {
        let files = refer(&draft(), "trunk", &name, &clause).unwrap();
        for code in ["de", "en"] {
            let main = &files[&format!("{code}/{}.dj", clause.part)];
            assert_eq!(
                main.contains('#') && main.contains("#daten}"),
                is_named,
                "{main}"
            );
        }
        let again = refer(&files, "trunk", &name, &clause);
        assert_eq!(again, Err(VersionRefusal::NameTaken));
        let files = place(&files, Generator::Products, &BlockPlace::NewAnnex).unwrap();
        Contract::from_map(&files).unwrap();
    }
    let refused = refer(&draft(), "trunk", &name, &at("vertrag", "vorspann"));
    assert_eq!(refused, Err(VersionRefusal::NoSuchClause));
}

#[test]
fn lc49_what_is_typed_about_a_product_is_words_and_nothing_else() {
    for typed in [
        "1. `{generate=products}` | # ::: [x](#y) *a* _b_ <b> \\ \"c\"",
        "- {if=concluded}",
        "(a) :customer-name: ^ ~ --- ...",
        "| a | b |",
    ] {
        let said = |_: Language| ProductWords {
            name: typed.to_owned(),
            purpose: typed.to_owned(),
            data: typed.to_owned(),
            persons: typed.to_owned(),
        };
        let files = describe(&draft(), "trunk_fax", &said).unwrap();
        let contract = Contract::from_map(&files).unwrap();
        assert_eq!(contract.product_codes(), ["trunk_fax"]);
        let text = &contract.texts(Language::En).products["trunk_fax"];
        let found = check::passages(&contract, Language::En);
        let own: Vec<&str> = found
            .iter()
            .filter(|one| one.file == text.file)
            .map(|one| one.text.as_str())
            .collect();
        let typed = typed.replace("---", "—").replace("...", "…");
        assert!(own.iter().any(|text| text.contains(&typed)), "{own:?}");
        assert_eq!(contract.meta.summaries.len(), 1);
    }
}

#[test]
fn two_people_may_write_unless_one_changes_what_the_other_chose_from() {
    let before = draft();
    let mut words = before.clone();
    let text = words["de/vertrag.dj"].replace("Rufnummern", "Anschlüsse");
    words.insert("de/vertrag.dj".to_owned(), text);
    assert_eq!(stamp(&before), stamp(&words));
    let mut heading = before.clone();
    let text = heading["de/vertrag.dj"].replace("# Ende", "# Schluss");
    heading.insert("de/vertrag.dj".to_owned(), text);
    assert_ne!(stamp(&before), stamp(&heading));
    let placed = place(&before, Generator::Chain, &BlockPlace::NewAnnex).unwrap();
    assert_ne!(stamp(&before), stamp(&placed));
}
