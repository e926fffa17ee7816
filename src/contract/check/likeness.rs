//! Which passages look like a subject: a ranking by likeness to our own wording, in which no word is
//! required and nothing is decided (LC-04 … LC-45).
//!
//! Each subject has a profile: the stems, pieces of words and cited articles of its reference
//! (`reference/*.txt` and the marked passages of the text that comes with the program), each weighing
//! more the fewer subjects it occurs in. A passage's score is the sum over what it shares with the
//! profile, each weighing more the rarer it is in the text at hand, and less the longer the passage is.
//! Headings above count for less than its own words. A passage that is much more like another subject is
//! ranked lower.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use super::subjects::{SUBJECTS, Subject};
use super::units::{Passage, PassageKind, passages};
use super::words::{Token, features, sentences, tokens};
use crate::contract::Contract;
use crate::domain::Language;

/// How many places are proposed for a subject.
const PROPOSALS: usize = 3;
/// How much a heading counts beside the words below it.
const HEADING: f32 = 1.0;
/// How much the words count that introduce a list.
const LEAD: f32 = 0.25;
/// How much the length of a passage counts against it.
const LENGTH: f32 = 0.25;
/// A passage that shares less of a profile than this does not look like it.
const LEAST: f32 = 0.008;

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
    let model = Model::of(language);
    let ranked = rank(passages, model).into_iter().enumerate();
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
                    sentence: model.sentence(&passage.text, at),
                    score,
                })
            });
            (subject.tag, list.collect())
        })
        .collect()
}

/// For each subject the passages that are most like it, with score and index; none lies in another.
fn rank(passages: &[Passage], model: &Model) -> Vec<Vec<(f32, usize)>> {
    let scores = model.scores(passages);
    let of_subject = |at: usize| {
        let mut ranked: Vec<(f32, usize)> = scores
            .iter()
            .enumerate()
            .filter_map(|(unit, scored)| Some((*scored.get(at)?, unit)))
            .filter(|(score, _)| *score > LEAST)
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut chosen: Vec<(f32, usize)> = Vec::new();
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

/// What each passage is most like, as index of the subject with the likeness from 0 to 1.
pub(super) fn nearest(
    passages: &[Passage],
    language: Language,
) -> Vec<Option<(&'static Subject, f32)>> {
    let scores = Model::of(language).scores(passages);
    scores
        .iter()
        .map(|scored| {
            let best = scored
                .iter()
                .enumerate()
                .max_by(|a, b| a.1.total_cmp(b.1))?;
            let subject = SUBJECTS.get(best.0)?;
            (*best.1 > LEAST).then_some((subject, *best.1))
        })
        .collect()
}

/// The profiles of all subjects in one language.
struct Model {
    /// Weight of a feature for each subject it occurs in.
    weights: HashMap<String, Vec<(usize, f32)>>,
}

static GERMAN: LazyLock<Model> = LazyLock::new(|| Model::learn(Language::De, true));
static ENGLISH: LazyLock<Model> = LazyLock::new(|| Model::learn(Language::En, true));

impl Model {
    fn of(language: Language) -> &'static Self {
        match language {
            Language::De => &GERMAN,
            Language::En => &ENGLISH,
        }
    }

    /// Reads the reference wording. `shipped`: and the marked passages of the text that comes with the
    /// program.
    fn learn(language: Language, shipped: bool) -> Self {
        let mut counts: Vec<HashMap<String, f32>> = vec![HashMap::new(); SUBJECTS.len()];
        let mut add = |tag: &str, text: &str, weight: f32| {
            let Some(at) = SUBJECTS.iter().position(|subject| subject.tag == tag) else {
                return;
            };
            if let Some(counts) = counts.get_mut(at) {
                features(&tokens(text), |feature, share| {
                    *counts.entry(feature.to_owned()).or_default() += share * weight;
                });
            }
        };
        for (tag, line, is_title) in reference(language) {
            add(tag, line, if is_title { 2.0 } else { 1.0 });
        }
        if shipped && let Ok(contract) = Contract::embedded() {
            for passage in passages(&contract, language) {
                // A clause about several subjects says less about each.
                let weight = 0.5 / passage.tags.len().max(1) as f32;
                for tag in &passage.tags {
                    add(tag, &passage.text, weight);
                }
            }
        }
        let mut occurs: HashMap<&str, f32> = HashMap::new();
        for feature in counts.iter().flat_map(HashMap::keys) {
            *occurs.entry(feature).or_default() += 1.0;
        }
        let number = SUBJECTS.len() as f32;
        let mut weights: HashMap<String, Vec<(usize, f32)>> = HashMap::new();
        for (at, counts) in counts.iter().enumerate() {
            let weigh = |(feature, count): (&String, &f32)| {
                let rare = (number / occurs.get(feature.as_str()).copied().unwrap_or(1.0)).ln();
                // Often is more than once, but not by as much.
                let weight = (rare - 0.6).max(0.0) * count.sqrt();
                (feature.clone(), weight)
            };
            let own: Vec<(String, f32)> = counts.iter().map(weigh).collect();
            let whole = own.iter().map(|(_, weight)| weight * weight).sum::<f32>();
            for (feature, weight) in own.into_iter().filter(|(_, weight)| *weight > 0.0) {
                let entry = weights.entry(feature).or_default();
                entry.push((at, weight / whole.sqrt().max(1.0)));
            }
        }
        Self { weights }
    }

    /// The likeness of each passage to each subject.
    fn scores(&self, passages: &[Passage]) -> Vec<Vec<f32>> {
        let read: Vec<HashMap<&str, f32>> = passages.iter().map(|one| self.read(one)).collect();
        let lengths: Vec<f32> = passages
            .iter()
            .map(|one| one.text.split_whitespace().count() as f32)
            .collect();
        let leaves = passages.iter().filter(|one| one.is_leaf()).count().max(1) as f32;
        let usual = lengths
            .iter()
            .zip(passages)
            .filter(|(_, one)| one.is_leaf())
            .map(|(length, _)| length)
            .sum::<f32>()
            / leaves;
        let mut occurs: HashMap<&str, f32> = HashMap::new();
        for feature in read.iter().flat_map(HashMap::keys) {
            *occurs.entry(feature).or_default() += 1.0;
        }
        read.iter()
            .zip(&lengths)
            .zip(passages)
            .map(|((features, length), passage)| {
                let long = 1.0 - LENGTH + LENGTH * (length / usual.max(1.0)).max(0.3);
                let mut scores = vec![0.0; SUBJECTS.len()];
                for (feature, count) in features {
                    let often = occurs.get(feature).copied().unwrap_or(1.0);
                    let rare = (1.0 + leaves / often).ln() / (1.0 + leaves).ln();
                    let much = count * 2.0 / (count + long);
                    for (at, weight) in self.weights.get(*feature).into_iter().flatten() {
                        if let Some(score) = scores.get_mut(*at) {
                            *score += weight * rare * much;
                        }
                    }
                }
                let size = (2.0 + length).ln() * 4.0;
                scores.iter_mut().for_each(|score| *score /= size);
                // A list of terms speaks of everything and says little.
                if passage.kind == PassageKind::Other {
                    for (score, subject) in scores.iter_mut().zip(SUBJECTS) {
                        *score *= if subject.tag == "definitions" {
                            1.0
                        } else {
                            0.6
                        };
                    }
                }
                let best = scores.iter().copied().fold(f32::EPSILON, f32::max);
                scores
                    .iter_mut()
                    .for_each(|score| *score *= 0.5 + 0.5 * *score / best);
                scores
            })
            .collect()
    }

    /// What of a passage the profiles know, with how often.
    fn read(&self, passage: &Passage) -> HashMap<&str, f32> {
        let mut out = HashMap::new();
        if !passage.is_leaf() {
            return out;
        }
        self.count(&tokens(&passage.text), 1.0, &mut out);
        self.count(&tokens(&passage.headings), HEADING, &mut out);
        self.count(&tokens(&passage.lead), LEAD, &mut out);
        out
    }

    fn count<'m>(&'m self, tokens: &[Token], weight: f32, out: &mut HashMap<&'m str, f32>) {
        features(tokens, |feature, share| {
            if let Some((known, _)) = self.weights.get_key_value(feature) {
                *out.entry(known).or_default() += share * weight;
            }
        });
    }

    /// The sentence of a passage that is most like a subject.
    fn sentence(&self, text: &str, subject: usize) -> String {
        let like = |sentence: &str| {
            let read = tokens(sentence);
            let mut sum = 0.0;
            features(&read, |feature, share| {
                let known = self.weights.get(feature).into_iter().flatten();
                sum += known
                    .filter(|(at, _)| *at == subject)
                    .map(|(_, weight)| weight * share)
                    .sum::<f32>();
            });
            sum / (4.0 + read.len() as f32).sqrt()
        };
        let all = sentences(text).into_iter().map(|(_, one)| (like(one), one));
        let best = all.fold(None, |best: Option<(f32, &str)>, one| match best {
            Some(best) if best.0 >= one.0 => Some(best),
            _ => Some(one),
        });
        shortened(best.map_or("", |(_, one)| one))
    }
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

/// The lines of the reference wording: mark, text, and whether it is the title.
fn reference(language: Language) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    let text = match language {
        Language::De => include_str!("reference/de.txt"),
        Language::En => include_str!("reference/en.txt"),
    };
    let mut tag = "";
    text.lines().filter_map(move |line| {
        let line = line.trim();
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            tag = name;
            return None;
        }
        if line.is_empty() || line.starts_with('#') || tag.is_empty() {
            return None;
        }
        match line.strip_prefix("= ") {
            Some(title) => Some((tag, title, true)),
            None => Some((tag, line, false)),
        }
    })
}

#[cfg(test)]
mod tests;
