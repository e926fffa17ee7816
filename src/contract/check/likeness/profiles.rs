//! What each subject is usually said with, and how much of it a text has.
//!
//! The profile of a subject is made from its reference (`reference/*.txt`): the stems, pieces of words, pairs
//! of stems and cited articles of its lines. Each weighs more the fewer subjects it occurs in, and titles
//! weigh more than sentences. One profile more is made from what agreements say besides, such as the choice
//! of law; it is proposed for nothing.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::contract::check::subjects::SUBJECTS;
use crate::contract::check::words::{features, tokens};
use crate::domain::Language;

/// How much a title counts beside a sentence.
const TITLE: f32 = 2.0;
/// How much the length of a passage, as a share of the usual one, counts against what it says once.
const LENGTH: f32 = 0.25;
/// A text of fewer words is not taken for more like anything because it is short.
const SHORTEST: usize = 10;
/// The mark of what belongs to no subject.
const OTHER: &str = "other";

/// The features of a text that any profile knows, with how often it has them.
#[derive(Debug, Clone, Default)]
pub(super) struct Known(Vec<(usize, f32)>);

impl Known {
    /// Together with those of another text.
    pub(super) fn with(mut self, other: Self, weight: f32) -> Self {
        let weighed = other.0.into_iter().map(|(id, often)| (id, often * weight));
        self.0.extend(weighed);
        self
    }
}

/// The profiles of all subjects in one language, and the one of everything else behind them.
pub(super) struct Profiles {
    ids: HashMap<String, usize>,
    /// For each feature the profiles it occurs in, with its weight.
    weights: Vec<Vec<(usize, f32)>>,
}

static GERMAN: LazyLock<Profiles> = LazyLock::new(|| Profiles::learn(Language::De));
static ENGLISH: LazyLock<Profiles> = LazyLock::new(|| Profiles::learn(Language::En));

impl Profiles {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::De => &GERMAN,
            Language::En => &ENGLISH,
        }
    }

    fn learn(language: Language) -> Self {
        let mut ids: HashMap<String, usize> = HashMap::new();
        let mut counts: Vec<HashMap<usize, f32>> = vec![HashMap::new(); SUBJECTS.len() + 1];
        for (profile, line, weight) in reference(language) {
            let Some(counts) = counts.get_mut(profile) else {
                continue;
            };
            features(&tokens(line), |feature, share| {
                let next = ids.len();
                let id = *ids.entry(feature.to_owned()).or_insert(next);
                *counts.entry(id).or_default() += share * weight;
            });
        }
        let mut occurs = vec![0.0_f32; ids.len()];
        for id in counts.iter().flat_map(HashMap::keys) {
            if let Some(occurs) = occurs.get_mut(*id) {
                *occurs += 1.0;
            }
        }
        let number = counts.len() as f32;
        let mut weights = vec![Vec::new(); ids.len()];
        for (at, counts) in counts.into_iter().enumerate() {
            let weigh = |(id, count): (usize, f32)| {
                let rare = (number / occurs.get(id).copied().unwrap_or(number)).ln();
                // Often is more than once, but not by as much.
                (id, rare * count.sqrt())
            };
            let own: Vec<(usize, f32)> = counts.into_iter().map(weigh).collect();
            let whole = own.iter().map(|(_, weight)| weight * weight).sum::<f32>();
            let whole = whole.sqrt().max(1.0);
            for (id, weight) in own.into_iter().filter(|(_, weight)| *weight > 0.0) {
                if let Some(weights) = weights.get_mut(id) {
                    weights.push((at, weight / whole));
                }
            }
        }
        Self { ids, weights }
    }

    /// No likeness to anything.
    pub(super) fn none(&self) -> Vec<f32> {
        vec![0.0; SUBJECTS.len() + 1]
    }

    /// What of a text any profile knows.
    pub(super) fn known(&self, text: &str) -> Known {
        let mut out = Known::default();
        features(&tokens(text), |feature, share| {
            if let Some(id) = self.ids.get(feature) {
                out.0.push((*id, share));
            }
        });
        out
    }

    /// The likeness to each profile of a text with so many words, where passages usually have so many.
    pub(super) fn score(&self, mut known: Known, words: usize, usual: f32) -> Vec<f32> {
        let long = 1.0 - LENGTH + LENGTH * (words as f32 / usual.max(1.0)).max(0.3);
        known.0.sort_unstable_by_key(|(id, _)| *id);
        let mut scores = self.none();
        for same in known.0.chunk_by(|a, b| a.0 == b.0) {
            let often: f32 = same.iter().map(|(_, often)| often).sum();
            let much = often * 2.0 / (often + long);
            let id = same.first().map(|(id, _)| *id);
            let weights = id.and_then(|id| self.weights.get(id));
            for (at, weight) in weights.into_iter().flatten() {
                if let Some(score) = scores.get_mut(*at) {
                    *score += weight * much;
                }
            }
        }
        let size = ((2.0 + words.max(SHORTEST) as f32).ln() * 4.0).powf(0.8);
        scores.iter_mut().for_each(|score| *score /= size);
        scores
    }
}

/// The lines of the reference wording: index of the profile, text and weight.
fn reference(language: Language) -> impl Iterator<Item = (usize, &'static str, f32)> {
    let text = match language {
        Language::De => include_str!("../reference/de.txt"),
        Language::En => include_str!("../reference/en.txt"),
    };
    let mut profile = None;
    text.lines().filter_map(move |line| {
        let tag = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        if let Some(tag) = tag {
            profile = match tag {
                OTHER => Some(SUBJECTS.len()),
                tag => SUBJECTS.iter().position(|subject| subject.tag == tag),
            };
            return None;
        }
        match line.strip_prefix("= ") {
            Some(title) => Some((profile?, title, TITLE)),
            None if line.is_empty() || line.starts_with('#') => None,
            None => Some((profile?, line, 1.0)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lc04_each_subject_and_what_is_none_has_its_lines_in_both_languages() {
        for language in Language::ALL {
            for at in 0..=SUBJECTS.len() {
                let lines = reference(language).filter(|(profile, ..)| *profile == at);
                assert!(lines.count() > 1, "{language:?}: {:?}", SUBJECTS.get(at));
            }
        }
    }
}
