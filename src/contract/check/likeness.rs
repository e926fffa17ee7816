//! Which passages look like a subject: a ranking by likeness to our own wording, in which no word is
//! required and nothing is decided (LC-04 … LC-45).
//!
//! A passage is as much like a subject as its words are, or those of its best sentence, together with the
//! headings above ([`profiles`] says how words are compared). What is more like another subject is ranked
//! lower, and what stands beside a passage about a subject a little higher. Where even the best is hardly
//! like the subject, nothing is proposed: most texts do not speak of everything.

mod profiles;

use std::collections::BTreeMap;

use super::subjects::{SUBJECTS, Subject};
use super::units::{Passage, PassageKind, passages};
use super::words::sentences;
use crate::contract::Contract;
use crate::domain::Language;
use profiles::{Known, Profiles};

/// How many places are proposed for a subject.
const PROPOSALS: usize = 3;
/// How much a heading counts beside the words of the first passage below it.
const HEADING: f32 = 1.0;
/// How much it counts beside those of the passages after that.
const HEADING_LATER: f32 = 0.5;
/// How much the words count that introduce a list.
const LEAD: f32 = 0.25;
/// How much the best sentence counts beside the whole passage.
const SENTENCE: f32 = 0.9;
/// How much a row counts: it names things, and the rule stands elsewhere.
const CELLS: f32 = 0.7;
/// How much a list of terms counts: it speaks of everything and says little.
const TERMS: f32 = 0.6;
/// How much of a passage's likeness goes over to the one beside it below the same heading.
const BESIDE: f32 = 0.1;
/// In how few words an item says nothing without the one it is in.
const BRIEF: usize = 5;
/// A passage that is less like a subject than this is not proposed.
const LEAST: f32 = 0.006;
/// If the best is less like a subject than this, nothing is proposed.
const FLOOR: f32 = 0.02;
/// What is less like a subject than this is said to be so: it is seldom right.
const FAINT: f32 = 0.05;

/// A place that looks like a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// File in the folder, like `de/vertrag.dj`.
    pub file: String,
    /// Line number in it, from 1.
    pub line: usize,
    /// The place in the words of a reference: "Ziffer 8 Absatz 2".
    pub clause: String,
    /// The sentence that looks most like the subject.
    pub sentence: String,
    /// How much it looks like it; comparable within one subject only.
    pub score: f32,
}

impl Proposal {
    /// German: how much the place looks like the subject, to be said behind its name.
    pub fn looks(&self) -> &'static str {
        match self.score < FAINT {
            true => "sieht entfernt danach aus",
            false => "sieht danach aus",
        }
    }
}

/// For every subject the places that look most like it, best first, at most three; none where nothing
/// does. Linear in the length of the text.
pub fn proposals(contract: &Contract, language: Language) -> BTreeMap<&'static str, Vec<Proposal>> {
    propose(&passages(contract, language), language)
}

/// The same for passages that were read already.
pub(super) fn propose(
    passages: &[Passage],
    language: Language,
) -> BTreeMap<&'static str, Vec<Proposal>> {
    let profiles = Profiles::of(language);
    let ranked = rank(passages, profiles).into_iter().enumerate();
    SUBJECTS
        .iter()
        .zip(ranked)
        .map(|(subject, (at, chosen))| {
            let list = chosen.into_iter().filter_map(|(score, unit)| {
                let passage = passages.get(unit)?;
                Some(Proposal {
                    file: passage.file.clone(),
                    line: passage.line,
                    clause: passage.clause.clone(),
                    sentence: sentence(profiles, &passage.text, at),
                    score,
                })
            });
            (subject.tag, list.collect())
        })
        .collect()
}

/// For each subject the passages that are most like it, with score and index; none lies in another.
fn rank(passages: &[Passage], profiles: &Profiles) -> Vec<Vec<(f32, usize)>> {
    let scores = specific(&scores(passages, profiles));
    let of_subject = |at: usize| {
        let mut ranked: Vec<(f32, usize)> = scores
            .iter()
            .enumerate()
            .filter_map(|(unit, scored)| Some((*scored.get(at)?, unit)))
            .filter(|(score, _)| *score > LEAST)
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut chosen: Vec<(f32, usize)> = Vec::new();
        if ranked.first().is_none_or(|(best, _)| *best < FLOOR) {
            return chosen;
        }
        for (score, unit) in ranked {
            let overlaps = chosen.iter().any(|(_, other)| {
                lies_in(passages, unit, *other) || lies_in(passages, *other, unit)
            });
            if !overlaps {
                chosen.push((score, unit));
            }
            if chosen.len() == PROPOSALS {
                break;
            }
        }
        chosen
    };
    (0..SUBJECTS.len()).map(of_subject).collect()
}

fn lies_in(passages: &[Passage], inner: usize, outer: usize) -> bool {
    passages
        .get(inner)
        .is_some_and(|passage| passage.above.contains(&outer))
}

/// What each passage is most like, as index of the subject with the likeness.
pub(super) fn nearest(
    passages: &[Passage],
    language: Language,
) -> Vec<Option<(&'static Subject, f32)>> {
    scores(passages, Profiles::of(language))
        .iter()
        .map(|scored| {
            let best = scored
                .iter()
                .enumerate()
                .max_by(|a, b| a.1.total_cmp(b.1))?;
            // What is most like the rest of an agreement is like none.
            let subject = SUBJECTS.get(best.0)?;
            (*best.1 > LEAST).then_some((subject, *best.1))
        })
        .collect()
}

/// The likeness of each passage to each profile. Linear in the length of the text.
fn scores(passages: &[Passage], profiles: &Profiles) -> Vec<Vec<f32>> {
    let leaves: Vec<&Passage> = passages.iter().filter(|one| one.is_leaf()).collect();
    let all: usize = leaves.iter().map(|one| length(&one.text)).sum();
    let usual = all as f32 / leaves.len().max(1) as f32;
    let mut headings: &str = "";
    let mut own: Vec<Vec<f32>> = Vec::with_capacity(passages.len());
    for passage in passages {
        if !passage.is_leaf() || is_brief(passage, passages) {
            own.push(profiles.none());
            continue;
        }
        let is_first = std::mem::replace(&mut headings, &passage.headings) != passage.headings;
        own.push(score(passage, profiles, usual, is_first));
    }
    let mut out = own.clone();
    let mut before: Option<usize> = None;
    for (at, passage) in passages.iter().enumerate() {
        if !passage.is_leaf() {
            continue;
        }
        if let Some(before) = before.replace(at)
            && let (Some(above), Some(there), Some(here)) =
                (passages.get(before), own.get(before), own.get(at))
            && above.headings == passage.headings
        {
            add(out.get_mut(at), there);
            add(out.get_mut(before), here);
        }
    }
    out
}

/// Whether it is an item of a few words in another: "customers", "by e-mail".
fn is_brief(passage: &Passage, passages: &[Passage]) -> bool {
    let is_in_item = |above: &usize| {
        let above = passages.get(*above);
        above.is_some_and(|above| above.kind == PassageKind::Item)
    };
    passage.above.iter().any(is_in_item) && length(&passage.text) < BRIEF
}

fn add(scores: Option<&mut Vec<f32>>, beside: &[f32]) {
    for (score, beside) in scores.into_iter().flatten().zip(beside) {
        *score += BESIDE * beside;
    }
}

/// The likeness of one passage to each profile.
fn score(passage: &Passage, profiles: &Profiles, usual: f32, is_first: bool) -> Vec<f32> {
    let heading = if is_first { HEADING } else { HEADING_LATER };
    let around = Known::default()
        .with(profiles.known(&passage.headings), heading)
        .with(profiles.known(&passage.lead), LEAD);
    let mut whole = around.clone();
    let all = sentences(&passage.text);
    let mut best = profiles.none();
    for (_, one) in &all {
        let known = profiles.known(one);
        if all.len() > 1 {
            let near = around.clone().with(known.clone(), 1.0);
            for (best, score) in best
                .iter_mut()
                .zip(profiles.score(near, length(one), usual))
            {
                *best = best.max(score * SENTENCE);
            }
        }
        whole = whole.with(known, 1.0);
    }
    let mut scores = profiles.score(whole, length(&passage.text), usual);
    for (at, (score, best)) in scores.iter_mut().zip(best).enumerate() {
        let is_terms = SUBJECTS.get(at).is_some_and(|one| one.tag == "definitions");
        *score = score.max(best)
            * match passage.kind {
                PassageKind::Other if !is_terms => TERMS,
                PassageKind::Cells(_) => CELLS,
                _ => 1.0,
            };
    }
    scores
}

fn length(text: &str) -> usize {
    text.split_whitespace().count()
}

/// The same likeness, less where a passage is more like another subject.
fn specific(scores: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let one = |scores: &Vec<f32>| {
        let best = scores.iter().copied().fold(f32::EPSILON, f32::max);
        let less = |score: &f32| score * (score / best).powf(1.5);
        scores.iter().map(less).collect()
    };
    scores.iter().map(one).collect()
}

/// The sentence of a passage that is most like a subject.
fn sentence(profiles: &Profiles, text: &str, subject: usize) -> String {
    let like = |one: &str| {
        let scores = profiles.score(profiles.known(one), length(one), 0.0);
        scores.get(subject).copied().unwrap_or_default()
    };
    let all = sentences(text).into_iter().map(|(_, one)| (like(one), one));
    let best = all.fold(None, |best: Option<(f32, &str)>, one| match best {
        Some(best) if best.0 >= one.0 => Some(best),
        _ => Some(one),
    });
    shortened(best.map_or("", |(_, one)| one))
}

/// At most this many characters of a sentence are shown.
const LONGEST: usize = 300;

/// A sentence as it is quoted.
pub(super) fn shortened(sentence: &str) -> String {
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let sentence = words.join(" ");
    if sentence.chars().count() <= LONGEST {
        return sentence;
    }
    let mut short: String = sentence.chars().take(LONGEST).collect();
    if let Some(end) = short.rfind(' ') {
        short.truncate(end);
    }
    short + " …"
}

#[cfg(test)]
mod tests;
