//! The language of a text, and the place where a file goes on in the other one.

use super::lines::{self, Kind, Line};
use super::words::{self, Word};
use crate::domain::Language;

/// A part in one language has at least this many of its usual words.
const LEAST: i64 = 15;

/// The parts of a source by language: one, or two if the second half says it in the other language.
pub(super) fn parts(
    lines: Vec<Line>,
    words: Vec<Word>,
    note: &mut dyn FnMut(usize, String),
) -> Vec<(Language, Vec<Line>, Vec<Word>)> {
    let counts: Vec<(i64, i64)> = lines.iter().map(|line| usual(&words_of(line))).collect();
    let sum = |counts: &[(i64, i64)]| {
        counts
            .iter()
            .fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
    };
    let all = sum(&counts);
    let whole = if all.1 > all.0 {
        Language::En
    } else {
        Language::De
    };
    let Some((at, first)) = border(&lines, &counts, all) else {
        return vec![(whole, lines, words)];
    };
    let second = if first == Language::De {
        Language::En
    } else {
        Language::De
    };
    let (above, below) = lines.split_at(at);
    let before = words::of(&lines::joined(above)).len();
    if before > words.len() {
        return vec![(whole, lines, words)];
    }
    let number = below
        .iter()
        .find(|line| !line.text.is_empty())
        .map_or(1, |line| line.number);
    let name = if second == Language::En {
        "Englisch"
    } else {
        "Deutsch"
    };
    note(
        number,
        format!(
            "Die Datei enthält zwei Sprachen: Ab hier ist sie als {name} übernommen. Prüfen Sie die Grenze."
        ),
    );
    let (left, right) = words.split_at(before);
    vec![
        (first, above.to_vec(), left.to_vec()),
        (second, below.to_vec(), right.to_vec()),
    ]
}

/// Where the second language begins, and the first language.
fn border(lines: &[Line], counts: &[(i64, i64)], all: (i64, i64)) -> Option<(usize, Language)> {
    let mut best: Option<(i64, usize, Language)> = None;
    let (mut german, mut english) = (0, 0);
    for (at, (line, count)) in lines.iter().zip(counts).enumerate() {
        let is_start = at > 0 && !is_blank(line) && lines.get(at - 1).is_some_and(is_blank);
        if is_start {
            let (later_german, later_english) = (all.0 - german, all.1 - english);
            for (own, foreign, later, behind, language) in [
                (german, english, later_english, later_german, Language::De),
                (english, german, later_german, later_english, Language::En),
            ] {
                let is_clear =
                    own >= LEAST && later >= LEAST && foreign * 12 <= own && behind * 12 <= later;
                let score = own + later - foreign - behind;
                if is_clear && best.is_none_or(|(most, ..)| score > most) {
                    best = Some((score, at, language));
                }
            }
        }
        german += count.0;
        english += count.1;
    }
    let (_, mut at, language) = best?;
    // Lines without usual words, such as a title, belong to the text below them.
    while let Some(earlier) = (1..at)
        .rev()
        .find(|earlier| lines.get(*earlier).is_some_and(|line| !is_blank(line)))
    {
        let is_heading = lines.get(earlier).is_some_and(|line| {
            let is_short =
                line.text.chars().count() <= 80 && !line.text.ends_with(['.', ',', ';', ':']);
            matches!(line.kind, Kind::Heading(_))
                || is_short && lines.get(earlier + 1).is_none_or(is_blank)
        });
        let foreign = counts
            .get(earlier)
            .is_some_and(|(german, english)| match language {
                Language::De => *german > 0 || *english == 0 && !looks_english(lines.get(earlier)),
                Language::En => *english > 0 || *german == 0 && looks_english(lines.get(earlier)),
            });
        if !is_heading || foreign {
            break;
        }
        at = earlier;
    }
    Some((at, language))
}

/// Whether a title without usual words is English: by words that titles of contracts have.
fn looks_english(line: Option<&Line>) -> bool {
    const WORDS: &[&str] = &[
        "data",
        "processing",
        "agreement",
        "annex",
        "security",
        "measures",
        "subject",
        "term",
        "definitions",
        "obligations",
        "processor",
        "controller",
        "rights",
        "schedule",
        "contract",
        "final",
        "provisions",
    ];
    let text = line
        .map(|line| line.text.to_lowercase())
        .unwrap_or_default();
    text.split(|c: char| !c.is_alphabetic())
        .any(|word| WORDS.contains(&word))
}

fn is_blank(line: &Line) -> bool {
    line.text.is_empty() && !matches!(line.kind, Kind::Table(_))
}

fn words_of(line: &Line) -> String {
    lines::joined(std::slice::from_ref(line))
}

/// How many of the most common words of German and English a text has.
fn usual(text: &str) -> (i64, i64) {
    let (mut german, mut english) = (0, 0);
    for word in text.split(|c: char| !c.is_alphabetic()) {
        match word.to_lowercase().as_str() {
            "der" | "die" | "das" | "und" | "ist" | "den" | "dem" | "nicht" | "von" | "des"
            | "für" | "mit" => german += 1,
            "the" | "and" | "of" | "to" | "is" | "not" | "shall" | "by" | "for" | "with" => {
                english += 1
            }
            _ => {}
        }
    }
    (german, english)
}
