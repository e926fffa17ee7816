#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::*;

const TOML: &str = r#"number = "1.0"
date = 2026-10-01
valid_from = 2026-10-01
languages = ["LANGUAGE"]
binding = "LANGUAGE"
authorisation = "general"
notice_days = 14
breach_hours = 24
deletion_days = 30
change_note = { de = "Erste.", en = "First." }
title = { de = "Vertrag", en = "Agreement" }
"#;

/// What is asked about a text under this heading.
pub(super) fn asked(language: &str, heading: &str, text: &str) -> Vec<QuestionKind> {
    let toml = TOML.replace("LANGUAGE", language);
    let main = format!("# {heading}\n\n{text}\n\n# A\n\nWort.\n");
    let path = format!("{language}/vertrag.dj");
    let contract = Contract::from_files(&[("contract.toml", &toml), (&path, &main)]).unwrap();
    let found = questions(&contract);
    assert!(
        found.iter().all(|one| one.file == path && one.line >= 1),
        "{found:?}"
    );
    found.into_iter().map(|one| one.kind).collect()
}

#[test]
fn lc36_harmful_wording_is_asked_about_at_its_place() {
    use QuestionKind as Q;
    let table = [
        (
            "de",
            "Kontrollrechte",
            "Inspektionen vor Ort finden nicht statt.",
            Q::Negation,
        ),
        (
            "de",
            "Prüfungen",
            "Das Recht zu Vor-Ort-Kontrollen ist ausgeschlossen.",
            Q::Negation,
        ),
        (
            "en",
            "Audits",
            "On-site inspections are not permitted.",
            Q::Negation,
        ),
        (
            "de",
            "Neue Subunternehmer",
            "Widerspricht der Kunde nicht binnen 14 Tagen, gilt dies als Zustimmung.",
            Q::Silence,
        ),
        (
            "de",
            "Änderungen",
            "Das Schweigen des Auftraggebers wird als Genehmigung behandelt.",
            Q::Silence,
        ),
        (
            "en",
            "Changes",
            "Continued use shall be deemed acceptance of the changed terms.",
            Q::Silence,
        ),
        (
            "de",
            "Unterstützung",
            "Die Unterstützung bei Betroffenenanfragen wird nach Aufwand vergütet.",
            Q::Payment,
        ),
        (
            "en",
            "Assistance",
            "Assistance with data subject requests is charged at the hourly rates.",
            Q::Payment,
        ),
        (
            "de",
            "Haftung",
            "Die Haftung ist auf 100.000 Euro begrenzt.",
            Q::Cap,
        ),
        (
            "en",
            "Liability",
            "The total liability shall not exceed the fees paid.",
            Q::Cap,
        ),
        (
            "de",
            "Meldung von Verletzungen",
            "Verletzungen meldet der Auftragnehmer in der Regel unverzüglich.",
            Q::AsARule,
        ),
        (
            "de",
            "Datenpannen",
            "Die Meldung erfolgt binnen 24 Stunden. In schwierigen Fällen genügen 72 Stunden.",
            Q::TwoPeriods,
        ),
        (
            "de",
            "Verletzung des Schutzes",
            "Die Verletzung wird binnen 96 Stunden gemeldet.",
            Q::Period,
        ),
        (
            "de",
            "Löschung",
            "Die Löschung der Daten geschieht nach Wahl des Auftragnehmers.",
            Q::WrongRole,
        ),
        (
            "de",
            "Rechtswidrige Weisungen",
            "Der Auftraggeber informiert den Auftragnehmer unverzüglich, wenn eine Weisung gegen die DSGVO verstößt.",
            Q::WrongRole,
        ),
        (
            "en",
            "Deletion and return",
            "The data are deleted or returned at the processor's choice.",
            Q::WrongRole,
        ),
        (
            "de",
            "Zweck",
            "Der Anbieter nutzt anonymisierte Daten zur Produktverbesserung.",
            Q::OwnPurpose,
        ),
        (
            "de",
            "Unterauftragsverarbeiter",
            "Neue Unterauftragsverarbeiter werden auf der Webseite bekannt gegeben.",
            Q::PassiveNotice,
        ),
        (
            "de",
            "Änderungen",
            "Der Anbieter kann diesen Vertrag jederzeit ändern.",
            Q::OneSided,
        ),
        (
            "de",
            "Fernmeldegeheimnis",
            "Es gilt das Fernmeldegeheimnis nach § 88 TKG.",
            Q::OldLaw,
        ),
        (
            "de",
            "Vertraulichkeit",
            "Beschäftigte sind nach § 5 BDSG verpflichtet.",
            Q::OldLaw,
        ),
        (
            "en",
            "Transfers",
            "Transfers rely on the Privacy Shield.",
            Q::OldLaw,
        ),
        (
            "de",
            "Sicherheit",
            "Die Maßnahmen nach § 32 DSGVO werden getroffen.",
            Q::Citation,
        ),
        ("de", "Geheimnis", "Es gilt Art. 203 StGB.", Q::Citation),
        (
            "de",
            "Beginn",
            "Der Vertrag beginnt am XX.XX.20XX.",
            Q::LeftOver,
        ),
        (
            "de",
            "Parteien",
            "Zwischen \\[Name des Kunden\\] und uns.",
            Q::LeftOver,
        ),
        (
            "de",
            "Dauer",
            "TODO mit der Rechtsabteilung klären.",
            Q::LeftOver,
        ),
        ("de", "Ort", "Ort: \\_\\_\\_\\_\\_\\_", Q::LeftOver),
        (
            "de",
            "Maßnahmen",
            "Die Maßnahmen stehen in Anlage 17.",
            Q::PlainReference,
        ),
        (
            "de",
            "Haftung",
            "Die Klausel 3.3.2 bleibt unberührt.",
            Q::PlainReference,
        ),
        (
            "en",
            "Measures",
            "The measures are listed in Annex IX.",
            Q::PlainReference,
        ),
        (
            "de",
            "Leistung",
            "Die „Servicezeiten“ gelten entsprechend.",
            Q::UndefinedTerm,
        ),
        (
            "de",
            "Technische und organisatorische Maßnahmen",
            "Siehe unsere TOM.",
            Q::MissingDocument,
        ),
        (
            "de",
            "Maßnahmen",
            "| Ziel | Maßnahme |\n|---|---|\n| Zutritt | |\n",
            Q::EmptyCell,
        ),
        (
            "de",
            "Unterauftragnehmer",
            "Der Auftraggeber erteilt die allgemeine Genehmigung zur Beauftragung von Unterauftragnehmern.\n\nJeder Unterauftragnehmer bedarf der vorherigen schriftlichen Zustimmung des Auftraggebers.",
            Q::BothModes,
        ),
    ];
    let missed: Vec<_> = table
        .iter()
        .map(|(language, heading, text, kind)| (text, kind, asked(language, heading, text)))
        .filter(|(_, kind, found)| !found.contains(kind))
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn lc36_common_lawful_wording_raises_few_questions() {
    let table = [
        (
            "de",
            "Weisungen",
            "Der Auftragnehmer verarbeitet Daten nur auf dokumentierte Weisung des Auftraggebers.",
        ),
        (
            "de",
            "Löschung",
            "Nach Wahl des Auftraggebers werden die Daten binnen dreißig Tagen gelöscht oder zurückgegeben.",
        ),
        (
            "de",
            "Meldung",
            "Verletzungen werden unverzüglich, spätestens binnen vierundzwanzig Stunden gemeldet.",
        ),
        ("de", "Änderungen", "Schweigen gilt nicht als Zustimmung."),
        ("en", "Changes", "Silence shall not be deemed consent."),
        (
            "de",
            "Haftung",
            "Gegenüber Betroffenen haften die Parteien nach Art. 82 DSGVO.",
        ),
        (
            "de",
            "Unterstützung",
            "Die Unterstützung bei Art. 33 bis 36 DSGVO ist unentgeltlich.",
        ),
        (
            "de",
            "Form",
            "Es gilt § 126b BGB in Verbindung mit Art. 28 Abs. 9 DSGVO.",
        ),
        (
            "de",
            "Geheimnis",
            "Personen sind nach § 203 StGB verpflichtet, Art. 28 Abs. 3 lit. b DSGVO.",
        ),
        (
            "de",
            "Ort",
            "Die Daten liegen in 36037 Fulda auf Servern mit TLS 1.2.",
        ),
        (
            "en",
            "Instructions",
            "The Processor processes data only on documented instructions from the Controller.",
        ),
    ];
    let asked: Vec<_> = table
        .iter()
        .map(|(language, heading, text)| (text, asked(language, heading, text)))
        .filter(|(_, found)| !found.is_empty())
        .collect();
    assert!(asked.is_empty(), "{asked:#?}");
}

#[test]
fn lc36_the_text_that_comes_with_the_program_is_asked_about_with_measure() {
    let found = questions(&Contract::embedded().unwrap());
    let german = found
        .iter()
        .filter(|one| one.file.starts_with("de/"))
        .count();
    assert!(german <= 60, "{german}: {found:#?}");
    let left: Vec<_> = found
        .iter()
        .filter(|one| {
            matches!(
                one.kind,
                QuestionKind::LeftOver
                    | QuestionKind::OldLaw
                    | QuestionKind::Citation
                    | QuestionKind::PlainReference
                    | QuestionKind::EmptyCell
            )
        })
        .collect();
    assert!(left.is_empty(), "{left:#?}");
}
