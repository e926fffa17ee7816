//! A sentence as the questions look at it: its words in lower case, found by their beginning, and the clauses
//! they stand in. A stem that ends with a full stop is a whole word.

use super::cast::{Cast, Mention, Party};
use crate::contract::check::figures::number_word;

/// A sentence with its words.
pub(super) struct Phrase<'s> {
    /// The sentence as it stands in the text.
    pub text: &'s str,
    /// In lower case, with single spaces.
    pub lower: String,
    words: Vec<String>,
    clauses: Vec<Bounds>,
    mentions: Vec<Mention>,
}

/// From where to where a clause goes.
struct Bounds {
    from: usize,
    to: usize,
    is_condition: bool,
    actor: Option<Party>,
    names_actor: bool,
}

/// A part of a sentence between commas, or before and behind a word like "unless".
#[derive(Clone, Copy)]
pub(super) struct Clause<'p> {
    /// Its words.
    pub words: &'p [String],
    /// Whether it only says when something else holds.
    pub is_condition: bool,
    /// Who does what it says.
    pub actor: Option<Party>,
    /// Whether the clause itself says who, and not one before it.
    pub names_actor: bool,
}

impl<'s> Phrase<'s> {
    /// The sentence, with the parties called as `cast` says.
    pub(super) fn of(text: &'s str, cast: &Cast) -> Self {
        let plain = without_contractions(text);
        let lower = plain
            .to_lowercase()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let (written, breaks) = split(&plain);
        let words: Vec<String> = written.iter().map(|word| word.to_lowercase()).collect();
        let mut clauses = cut(&words, &breaks);
        let begins: Vec<usize> = clauses.iter().map(|clause| clause.from).collect();
        let mentions = cast.mentions(&written, &words, &begins);
        let mut before = None;
        for clause in &mut clauses {
            let own = super::cast::actor(&mentions, &words, clause.from, clause.to);
            // "Hat er": the pronoun names the one before.
            let pronoun = words.get(clause.from..clause.to).unwrap_or_default();
            clause.names_actor =
                own.is_some() || pronoun.iter().any(|word| word == "er" || word == "it");
            clause.actor = own.or(before);
            before = clause.actor;
        }
        Self {
            text,
            lower,
            words,
            clauses,
            mentions,
        }
    }

    /// Its words.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// Where it names the parties.
    pub(super) fn mentions(&self) -> &[Mention] {
        &self.mentions
    }

    /// Its clauses in their order.
    pub(super) fn clauses(&self) -> impl Iterator<Item = Clause<'_>> {
        self.clauses.iter().map(|bounds| Clause {
            words: self.words.get(bounds.from..bounds.to).unwrap_or_default(),
            is_condition: bounds.is_condition,
            actor: bounds.actor,
            names_actor: bounds.names_actor,
        })
    }

    /// Whether one of these stands in it, as it is written.
    pub(super) fn says(&self, any: &[&str]) -> bool {
        any.iter().any(|one| self.lower.contains(one))
    }

    /// The same, from the beginning of a word on.
    pub(super) fn speaks(&self, any: &[&str]) -> bool {
        any.iter().any(|one| {
            self.lower.starts_with(one)
                || self.lower.match_indices(one).any(|(at, _)| {
                    let before = self.lower.get(..at).unwrap_or_default();
                    !before.ends_with(char::is_alphanumeric)
                })
        })
    }

    /// Whether a word begins with one of these.
    pub(super) fn has(&self, stems: &[&str]) -> bool {
        place(&self.words, stems).is_some()
    }

    /// Whether words that begin so stand at most this far from each other, in any order.
    pub(super) fn near(&self, some: &[&str], others: &[&str], far: usize) -> bool {
        near(&self.words, some, others, far)
    }

    /// Whether these stand one behind the other, the next at most `gap` words on.
    pub(super) fn in_order(&self, steps: &[&[&str]], gap: usize) -> bool {
        in_order(&self.words, steps, gap)
    }

    /// Numbers directly before a word that begins so: "24 Stunden", "vierzehn Tage", "thirty (30) days".
    pub(super) fn figures(&self, units: &[&str]) -> Vec<u32> {
        // "One calendar month", "fünf volle Tage".
        const BETWEEN: &[&str] = &[
            "calendar",
            "working",
            "business",
            "full.",
            "clear.",
            "consecutive",
            "voll",
            "weiter",
            "further",
        ];
        let words: Vec<String> = self
            .words
            .iter()
            .filter(|word| !begins(word, BETWEEN))
            .cloned()
            .collect();
        let pairs = words.windows(2).enumerate();
        pairs
            .filter_map(|(at, pair)| match pair {
                [number, unit] if begins(unit, units) => number_word(number)
                    .map(|number| number + hundreds(words.get(..at).unwrap_or_default())),
                _ => None,
            })
            .collect()
    }
}

impl Clause<'_> {
    pub(super) fn has(&self, stems: &[&str]) -> bool {
        place(self.words, stems).is_some()
    }

    pub(super) fn near(&self, some: &[&str], others: &[&str], far: usize) -> bool {
        near(self.words, some, others, far)
    }

    pub(super) fn in_order(&self, steps: &[&[&str]], gap: usize) -> bool {
        in_order(self.words, steps, gap)
    }
}

/// "One hundred and twenty hours": what stands before the last number.
fn hundreds(before: &[String]) -> u32 {
    match before {
        [.., hundred, and] if hundred == "hundred" && and == "and" => 100,
        [.., hundred] if hundred == "hundred" => 100,
        _ => 0,
    }
}

/// Where the first word stands that begins so.
fn place(words: &[String], stems: &[&str]) -> Option<usize> {
    words.iter().position(|word| begins(word, stems))
}

fn near(words: &[String], some: &[&str], others: &[&str], far: usize) -> bool {
    let places = |stems: &[&str]| -> Vec<usize> {
        let all = words.iter().enumerate();
        all.filter(|(_, word)| begins(word, stems))
            .map(|(at, _)| at)
            .collect()
    };
    let others = places(others);
    places(some).iter().any(|one| {
        others
            .iter()
            .any(|other| one != other && one.abs_diff(*other) <= far)
    })
}

fn in_order(words: &[String], steps: &[&[&str]], gap: usize) -> bool {
    words.iter().enumerate().any(|(first, _)| {
        let mut at = first;
        steps.iter().enumerate().all(|(step, stems)| {
            let reach = if step == 0 { 1 } else { gap + 1 };
            let found = words
                .iter()
                .skip(at)
                .take(reach)
                .position(|word| begins(word, stems));
            match found {
                Some(further) => {
                    at += further + 1;
                    true
                }
                None => false,
            }
        })
    })
}

/// Whether a word begins with one of these; with a full stop, whether it is one.
pub(super) fn begins(word: &str, stems: &[&str]) -> bool {
    stems.iter().any(|stem| match stem.strip_suffix('.') {
        Some(whole) => word == whole,
        None => word.starts_with(stem),
    })
}

/// "Don't", "we'll" in full.
fn without_contractions(text: &str) -> String {
    let mut out = text.replace('’', "'");
    for (short, long) in [
        ("can't", "can not"),
        ("Can't", "Can not"),
        ("won't", "will not"),
        ("cannot", "can not"),
        ("needn't", "need not"),
        ("n't", " not"),
        ("'ll ", " will "),
        ("'re ", " are "),
        ("'ve ", " have "),
        ("'d ", " would "),
    ] {
        out = out.replace(short, long);
    }
    out
}

/// The words as they are written, and before which of them a mark stands that ends a clause.
fn split(text: &str) -> (Vec<String>, Vec<usize>) {
    let (mut words, mut breaks) = (Vec::new(), Vec::new());
    let mut word = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c.is_alphanumeric() || c == '§' {
            word.push(c);
            continue;
        }
        // "10.000" is one number.
        let mut ahead = rest.clone();
        let is_group = ahead.by_ref().take(3).filter(char::is_ascii_digit).count() == 3
            && !ahead.next().is_some_and(|c| c.is_ascii_digit());
        if matches!(c, '.' | ',') && is_group && word.ends_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if matches!(c, ',' | ';' | ':' | '–' | '—' | '|' | '?' | '.' | '(' | ')') {
            breaks.push(words.len());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    (words, breaks)
}

/// Words before which a clause begins also without a comma.
const OPENS: &[&str] = &[
    "if.",
    "unless.",
    "where.",
    "when.",
    "while.",
    "although.",
    "because.",
    "provided.",
    "whether.",
    "which.",
    "who.",
    "whatever.",
    "but.",
    "until.",
    "before.",
    "sobald.",
    "sofern.",
    "soweit.",
    "wenn.",
    "falls.",
];

/// Words with which a clause begins that only says when something else holds.
const CONDITION: &[&str] = &[
    "wenn.",
    "sofern.",
    "falls.",
    "soweit.",
    "solange.",
    "sobald.",
    "bevor.",
    "ehe.",
    "bis.",
    "ob.",
    "nachdem.",
    "außer.",
    "if.",
    "unless.",
    "until.",
    "before.",
    "where.",
    "when.",
    "whenever.",
    "wherever.",
    "should.",
    "provided.",
    "whether.",
    "wer.",
    "whoever.",
    "once.",
    "nur.",
];

fn cut(words: &[String], breaks: &[usize]) -> Vec<Bounds> {
    let mut begins_at: Vec<usize> = vec![0];
    begins_at.extend(breaks);
    let opens = words.iter().enumerate();
    begins_at.extend(
        opens
            .filter(|(_, word)| begins(word, OPENS))
            .map(|(at, _)| at),
    );
    begins_at.sort_unstable();
    begins_at.dedup();
    begins_at.push(words.len());
    let pairs = begins_at.windows(2).filter_map(|pair| match pair {
        [from, to] if from < to => Some((*from, *to)),
        _ => None,
    });
    pairs
        .map(|(from, to)| Bounds {
            from,
            to,
            is_condition: is_condition(words, from, to),
            actor: None,
            names_actor: false,
        })
        .collect()
}

fn is_condition(words: &[String], from: usize, to: usize) -> bool {
    let own = words.get(from..to).unwrap_or_default();
    let first = own.first().map_or("", String::as_str);
    let is_exception = matches!(own, [es, sei, denn, ..] if es == "es" && sei == "sei" && denn == "denn")
        || matches!(own, [so, long, ..] if matches!(so.as_str(), "as" | "so") && matches!(long.as_str(), "long" | "far"))
        || matches!(own, [und, wenn, ..] if matches!(und.as_str(), "und" | "and" | "auch" | "even" | "only" | "erst")
            && begins(wenn, CONDITION));
    // "Trifft der Auftraggeber keine Wahl, …": the verb stands first.
    const BEHIND: &[&str] = &[
        "der.", "die.", "das.", "ein.", "eine.", "er.", "sie.", "es.", "wir.", "jemand.", "keine.",
        "kein.", "sich.", "sie.", "dem.", "den.", "ihm.", "ihnen.", "uns.", "niemand.", "nicht.",
    ];
    const NO_VERB: &[&str] = &[
        "bei",
        "mit",
        "seit",
        "zeit",
        "für",
        "gegen",
        "neben",
        "zwischen",
        "außerhalb",
        "innerhalb",
        "nicht",
        "wegen",
        "hinsichtlich",
        "den",
        "unter",
        "statt",
        "laut",
        "nächst",
        "dabei",
        "damit",
        "somit",
        "über",
        "alle",
        "gelegent",
        "soweit",
        "jed",
        "mangels",
        "zum",
        "zur",
        "nach",
        "vor",
        "auch",
        "an",
        "auf",
        "betreffend",
    ];
    let is_verb = from == 0
        && to < words.len()
        && (first.ends_with('t') || first.ends_with("en") || first == "würde" || first == "sind")
        && !begins(first, NO_VERB)
        && own.get(1).is_some_and(|word| begins(word, BEHIND));
    begins(first, CONDITION) || is_exception || is_verb
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clauses(text: &str) -> Vec<(usize, bool)> {
        let phrase = Phrase::of(text, &Cast::default());
        phrase
            .clauses()
            .map(|clause| (clause.words.len(), clause.is_condition))
            .collect()
    }

    #[test]
    fn clauses_and_conditions_are_told_apart() {
        for (text, expected) in [
            (
                "Trifft der Kunde keine Wahl, wird gefragt.",
                vec![(5, true), (2, false)],
            ),
            (
                "Er meldet es, sobald er es weiß.",
                vec![(3, false), (4, true)],
            ),
            ("We stop unless you agree.", vec![(2, false), (3, true)]),
            ("Das kostet 10.000 Euro.", vec![(4, false)]),
        ] {
            assert_eq!(clauses(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_read_with_their_hundreds() {
        for (text, expected) in [
            ("within one hundred and twenty hours", vec![120]),
            ("thirty (30) hours", vec![30]),
            ("binnen 24 Stunden", vec![24]),
        ] {
            let phrase = Phrase::of(text, &Cast::default());
            assert_eq!(phrase.figures(&["stunde", "hour"]), expected, "{text}");
        }
    }
}
