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
        assert!(share >= 0.9, "{language:?}: {share} {missed:?}");
    }
}
