//! Numbers of headings and annexes, and the words references use for them (T-02, T-05, T-06).

use super::meta::Levels;
use super::numbers::{Pattern, bare, last_number};
use super::wording;
use crate::domain::Language;

/// Main text or annexes, which are numbered separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Main,
    Annex,
}

/// The number that a heading asks for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// The next number of its level.
    Next,
    /// It gets no number.
    Nothing,
    /// A number written by hand.
    This(&'a str),
}

/// The result of numbering a heading.
pub(super) struct Heading {
    /// The number as printed before the title.
    pub label: Option<String>,
    /// The number that joined numbers below it begin with.
    pub number: Option<String>,
    /// How a reference names the place.
    pub words: String,
}

/// Counts headings through a document.
#[derive(Clone)]
pub(super) struct Headings {
    sections: [Pattern; 4],
    annexes: [Pattern; 4],
    language: Language,
    /// Last number of each level, of the main text and of the annexes.
    counts: [[u32; 4]; 2],
    /// Bare number and reference of the headings above the present place.
    above: [Option<(Option<String>, String)>; 4],
}

impl Headings {
    pub fn new(levels: &Levels, language: Language) -> Self {
        let annex = wording::annex(1, language);
        Self {
            sections: patterns(&levels.sections, &["1", "1.1"]),
            annexes: patterns(&levels.annexes, &[&annex, "1.1"]),
            language,
            counts: [[0; 4]; 2],
            above: [const { None }; 4],
        }
    }

    /// Numbers the next heading. A level deeper than four counts as the fourth.
    pub fn next(&mut self, part: Part, level: u8, wanted: Wanted<'_>, title: &str) -> Heading {
        let at = usize::from(level.clamp(1, 4)) - 1;
        let above = self.number_above(at);
        let [main, annex] = &mut self.counts;
        let (patterns, counts) = match part {
            Part::Main => (&self.sections, main),
            Part::Annex => (&self.annexes, annex),
        };
        let pattern = patterns.get(at).unwrap_or(&Pattern::None);
        let mut count = counts.get(at).copied().unwrap_or(0);
        let label = match wanted {
            Wanted::Nothing => None,
            Wanted::This(label) => {
                count = last_number(label).unwrap_or(count);
                Some(label.to_owned())
            }
            Wanted::Next => {
                let label = pattern.mark(above.as_deref(), count.saturating_add(1));
                let label = label.filter(|label| !label.is_empty());
                count = count.saturating_add(u32::from(label.is_some()));
                label
            }
        };
        // Lower levels start again; an unnumbered heading does not count.
        for (index, slot) in counts.iter_mut().enumerate().skip(at) {
            *slot = if index == at { count } else { 0 };
        }
        let written = matches!(wanted, Wanted::This(_));
        let own = (!written && !pattern.is_joined() && at > 0).then_some((pattern, count));
        let words = self.words(part, at, label.as_deref(), own, title);
        let number = label.as_deref().map(|label| bare(label).to_owned());
        for (index, slot) in self.above.iter_mut().enumerate().skip(at) {
            *slot = (index == at).then(|| (number.clone(), words.clone()));
        }
        Heading {
            label,
            number,
            words,
        }
    }

    /// The beginning of a joined number: the number of the heading directly above.
    fn number_above(&self, at: usize) -> Option<String> {
        let (number, _) = self.above.get(at.checked_sub(1)?)?.as_ref()?;
        number.clone()
    }

    fn words(
        &self,
        part: Part,
        at: usize,
        label: Option<&str>,
        own: Option<(&Pattern, u32)>,
        title: &str,
    ) -> String {
        let language = self.language;
        let Some(label) = label else {
            return wording::untitled_number(title, language);
        };
        let higher = |at: usize| {
            let found = self
                .above
                .get(..at)
                .unwrap_or_default()
                .iter()
                .rev()
                .flatten();
            found.map(|(_, words)| words.as_str()).next()
        };
        match (part, own) {
            (Part::Annex, _) if at == 0 => wording::label(label),
            // "(2)" alone is no reference: it needs the section it is in.
            (_, Some((pattern, count))) if higher(at).is_some() => wording::item(
                higher(at).unwrap_or_default(),
                pattern,
                count,
                label,
                language,
            ),
            (Part::Main, _) => wording::clause(label, language),
            (Part::Annex, _) => {
                let annex = self.above.first().and_then(Option::as_ref);
                let annex = annex.map(|(_, words)| words.as_str()).unwrap_or_default();
                let clause = wording::clause(label, language);
                format!("{annex} {clause}").trim().to_owned()
            }
        }
    }
}

fn patterns(given: &[Pattern], usual: &[&str]) -> [Pattern; 4] {
    let mut at = 0;
    [(); 4].map(|()| {
        let own = given.get(at).cloned();
        let usual = usual.get(at).filter(|_| given.is_empty());
        at += 1;
        own.or_else(|| usual.and_then(|sample| Pattern::parse(sample)))
            .unwrap_or(Pattern::None)
    })
}
