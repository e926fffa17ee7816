#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::*;

/// The rank of the first proposal that lies in a marked passage of the text.
fn ranks(
    contract: &Contract,
    language: Language,
    profiles: &Profiles,
) -> Vec<(&'static str, Option<usize>)> {
    let all = passages(contract, language);
    let mut out = Vec::new();
    let ranked = rank(&all, profiles);
    for (at, subject) in SUBJECTS.iter().enumerate() {
        let marked: Vec<usize> = (0..all.len())
            .filter(|unit| all[*unit].tags.iter().any(|tag| tag == subject.tag))
            .collect();
        if marked.is_empty() {
            continue;
        }
        let hits = ranked[at].iter().position(|(_, unit)| {
            marked.iter().any(|mark| {
                mark == unit || lies_in(&all, *unit, *mark) || lies_in(&all, *mark, *unit)
            })
        });
        out.push((subject.tag, hits));
    }
    out
}

#[test]
fn lc04_most_passages_of_a_text_it_has_not_seen_are_among_the_first_three() {
    let contract = Contract::embedded().unwrap();
    for language in Language::ALL {
        let ranks = ranks(&contract, language, Profiles::of(language));
        let missed: Vec<_> = ranks.iter().filter(|(_, rank)| rank.is_none()).collect();
        let share = 1.0 - missed.len() as f32 / ranks.len() as f32;
        assert!(share >= 0.97, "{language:?}: {share} {missed:?}");
    }
}

/// What is proposed for a subject in these words.
fn proposed(language: Language, text: &str, tag: &str) -> Vec<Proposal> {
    let code = language.code();
    let toml = format!(
        r#"number = "1.0"
date = 2026-10-01
valid_from = 2026-10-01
languages = ["{code}"]
binding = "{code}"
authorisation = "general"
notice_days = 14
breach_hours = 24
deletion_days = 30
change_note = {{ {code} = "–" }}
title = {{ {code} = "–" }}
"#
    );
    let path = format!("{code}/vertrag.dj");
    let contract = Contract::from_files(&[("contract.toml", &toml), (&path, text)]).unwrap();
    proposals(&contract, language).remove(tag).unwrap()
}

const LEASE: &str = "# Unser Garten

Der Zaun gehört dem Nachbarn. Die Äpfel darf jeder pflücken, der vorbeikommt.

Im Schuppen stehen zwei Fahrräder und ein Rasenmäher; der Schlüssel hängt am Balken.
";

#[test]
fn lc04_where_nothing_is_alike_nothing_is_proposed() {
    for tag in ["audit", "sub-processor-notice", "third-country", "evidence"] {
        assert_eq!(proposed(Language::De, LEASE, tag), [], "{tag}");
    }
}

#[test]
fn lc04_a_heading_speaks_for_what_follows_it_and_not_for_every_word_of_a_list() {
    let text = "# Whose records these are, and what they are about

The persons concerned are named in this list:

- ramblers
- keepers of bees
- people who sing in a choir

Subject of the work: Fernhill prints the club's yearbook and posts it.
";
    let found = proposed(Language::En, text, "data-subjects");
    assert!(found[0].sentence.starts_with("The persons"), "{found:#?}");
    let found = proposed(Language::En, text, "subject");
    assert!(
        found[0].sentence.starts_with("Subject of the work"),
        "{found:#?}"
    );
}

#[test]
fn lc04_one_sentence_of_a_long_passage_is_found_and_shown() {
    let text = "# Was sonst noch gilt

Unsere Schalter sind montags bis freitags besetzt, an Feiertagen bleibt alles zu. Parken können Sie im Hof. Haben wir ein Gerät verloren oder ist jemand eingebrochen, rufen wir Sie noch am selben Tag an. Rechnungen kommen einmal im Monat.

Briefmarken verkaufen wir nicht, Umschläge schon. Die Kantine hat bis zwei Uhr geöffnet.
";
    let found = proposed(Language::De, text, "breach");
    assert!(
        found[0].sentence.starts_with("Haben wir ein Gerät"),
        "{found:#?}"
    );
}
