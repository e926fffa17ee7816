//! References in plain words: "Anlage 17", "Ziffern 3 und 3.3.2", "§ 17 Abs. 3 dieses Vertrags", "Section “Prices”".
//! Those written as references have a target, which reading the text has checked.

use std::collections::{HashMap, HashSet};

use super::phrase::Phrase;
use super::quotes::marked;
use super::titles::Titles;
use super::tokens::{Token, tokens};
use super::{Finder, QuestionKind as Q, Spot};
use crate::contract::Meta;
use crate::contract::check::units::{Passage, PassageKind};

/// The places that a text has.
pub(super) struct Targets {
    clauses: HashSet<String>,
    /// The numbers of the paragraphs of a clause.
    paragraphs: HashMap<String, HashSet<String>>,
    annexes: HashSet<String>,
    headings: Titles,
    /// Whether clauses are counted with §, and whether as articles.
    with_sign: bool,
    with_articles: bool,
}

const ANNEX: &[&str] = &[
    "anlage",
    "anlagen",
    "anhang",
    "anhangs",
    "anhänge",
    "anhängen",
    "beilage",
    "beilagen",
    "beiblatt",
    "verzeichnis",
    "annex",
    "annexes",
    "annexe",
    "appendix",
    "appendices",
    "schedule",
    "schedules",
    "exhibit",
    "exhibits",
    "attachment",
    "attachments",
    "enclosure",
    "enclosures",
];
const CLAUSE: &[&str] = &[
    "ziffer",
    "ziffern",
    "ziff",
    "klausel",
    "klauseln",
    "abschnitt",
    "abschnitts",
    "abschnitte",
    "abschnitten",
    "punkt",
    "punkte",
    "punkten",
    "randnummer",
    "clause",
    "clauses",
    "section",
    "sections",
    "sec",
    "paragraf",
    "paragrafen",
    "sub-clause",
    "subclause",
    "subsection",
    "item",
    "point",
];
const ARTICLE: &[&str] = &["artikel", "artikeln", "art", "article", "articles"];
/// Numbers that need "dieses Vertrags" behind them: too much else is counted so.
const OWN_ONLY: &[&str] = &[
    "nummer",
    "nr",
    "kapitel",
    "teil",
    "chapter",
    "part",
    "number",
    "paragraph",
    "paragraphs",
];
const PARAGRAPH: &[&str] = &[
    "absatz",
    "abs",
    "absätze",
    "absätzen",
    "paragraph",
    "subsection",
];
const LAWS: &[&str] = &[
    "dsgvo",
    "ds-gvo",
    "gdpr",
    "bdsg",
    "tdddg",
    "ttdsg",
    "tkg",
    "bgb",
    "stgb",
    "hgb",
    "ao",
    "gewo",
    "uwg",
    "gvo",
    "verordnung",
    "regulation",
    "richtlinie",
    "directive",
    "code",
    "act",
    "beschluss",
    "decision",
    "gesetz",
    "gesetzes",
    "hauptvertrag",
    "hauptvertrags",
    "hauptvertrages",
    "klauseln",
    "sgb",
    "zpo",
    "ustg",
    "betrvg",
    "durchführungsbeschluss",
    "datenschutz-grundverordnung",
    "grundverordnung",
    "datenschutzgrundverordnung",
    "bundesdatenschutzgesetz",
    "bundesdatenschutzgesetzes",
    "strafgesetzbuch",
    "strafgesetzbuchs",
    "eu-vertrag",
    "charta",
    "dsg",
    "ldsg",
    "kug",
    "geschgehg",
    "urhg",
    "arbzg",
    "agg",
    "bsig",
    "gg",
    "standardvertragsklauseln",
    "clauses",
    "sccs",
    "scc",
    "nis-2",
    "dora",
    "dsvgo",
    "eulv",
    "stpo",
    "vvg",
    "kwg",
    "estg",
    "kdg",
    "dsg-ekd",
];
/// What may stand between a number and the law or contract it is of.
const BETWEEN: &[&str] = &[
    "abs",
    "absatz",
    "satz",
    "sätze",
    "lit",
    "buchst",
    "buchstabe",
    "nr",
    "nummer",
    "para",
    "paragraph",
    "point",
    "letter",
    "bis",
    "to",
    "and",
    "und",
    "oder",
    "or",
    "through",
    "ff",
    "f",
    "§",
    "art",
    "artikel",
    "article",
    "articles",
    "hs",
    "halbsatz",
    "i.v.m",
    "ivm",
    "v",
    "m",
    "i",
    "sowie",
    "der",
    "des",
    "zur",
    "zum",
    "the",
    "of",
    "eu",
];
const OWN: &[&str] = &[
    "dieses",
    "dieser",
    "diesem",
    "diesen",
    "vorliegenden",
    "hereof",
    "hereto",
    "herein",
    "this",
    "these",
    "oben",
    "unten",
    "above",
    "below",
];
/// Units behind a number that is no place.
const UNITS: &[&str] = &[
    "tag",
    "tage",
    "tagen",
    "stunde",
    "stunden",
    "woche",
    "wochen",
    "monat",
    "monate",
    "monaten",
    "jahr",
    "jahre",
    "jahren",
    "werktage",
    "werktagen",
    "euro",
    "eur",
    "prozent",
    "uhr",
    "arbeitstage",
    "arbeitstagen",
    "minuten",
    "hour",
    "hours",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
    "percent",
    "working",
    "business",
    "minutes",
    "januar",
    "februar",
    "märz",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "dezember",
    "january",
    "february",
    "march",
    "may",
    "june",
    "july",
    "october",
    "december",
];

/// How many words a reference has at most.
const FAR: usize = 24;

impl Targets {
    pub(super) fn of(passages: &[Passage], meta: &Meta) -> Self {
        let mut out = Self {
            clauses: HashSet::new(),
            paragraphs: HashMap::new(),
            annexes: (1..=meta.annexes.len())
                .map(|number| number.to_string())
                .collect(),
            headings: Titles::default(),
            with_sign: false,
            with_articles: false,
        };
        for passage in passages {
            out.named(&passage.clause);
            match passage.kind {
                PassageKind::Section => {
                    let title = passage.headings.rsplit(" · ").next().unwrap_or_default();
                    out.headings.add(title);
                    out.typed(title);
                }
                PassageKind::Paragraph | PassageKind::Item => {
                    passage
                        .text
                        .lines()
                        .take(3)
                        .for_each(|line| out.typed(line));
                }
                _ => {}
            }
        }
        out
    }

    /// A place as it is called: "Anlage 2 Ziffer 2.7", "§ 3 Absatz 1".
    fn named(&mut self, name: &str) {
        let words = tokens(name);
        let lower: Vec<String> = words.iter().map(Token::lower).collect();
        let first = lower.first().map_or("", String::as_str);
        let is_annex = ANNEX.contains(&first);
        self.with_sign |= !is_annex && first == "§";
        self.with_articles |= ARTICLE.contains(&first);
        let mut numbers = words
            .iter()
            .filter(|word| is_number(word))
            .map(Token::lower);
        if is_annex && let Some(number) = numbers.next() {
            remember(&mut self.annexes, &number);
        }
        let numbers: Vec<String> = numbers.collect();
        if let [clause, paragraph, ..] = numbers.as_slice() {
            let of_clause = self.paragraphs.entry(clause.clone()).or_default();
            of_clause.insert(paragraph.clone());
        }
        // Of an item everything that its name has is a place.
        let is_paragraph = lower.iter().any(|word| PARAGRAPH.contains(&word.as_str()));
        let count = if is_paragraph { 1 } else { numbers.len() };
        for number in numbers.iter().take(count) {
            remember(&mut self.clauses, number);
        }
    }

    /// A number that stands in the text itself: "Section 3.1. Notices", "4.2 Löschung".
    fn typed(&mut self, text: &str) {
        let words = tokens(text);
        let Some(first) = words.first() else { return };
        let lower = first.lower();
        let second = words
            .get(1)
            .filter(|word| is_number(word))
            .map(Token::lower);
        if ANNEX.contains(&lower.as_str()) {
            second
                .iter()
                .for_each(|number| remember(&mut self.annexes, number));
        } else if CLAUSE.contains(&lower.as_str())
            || ARTICLE.contains(&lower.as_str())
            || OWN_ONLY.contains(&lower.as_str())
            || lower == "§"
        {
            second
                .iter()
                .for_each(|number| remember(&mut self.clauses, number));
        } else if is_number(first) && words.len() > 1 {
            remember(&mut self.clauses, &lower);
        }
    }

    pub(super) fn ask(&self, at: &Spot<'_>, said: &Phrase<'_>, finder: &mut Finder) {
        let words = tokens(said.text);
        let is_lost = words.iter().enumerate().any(|(place, _)| {
            self.lacks(&words, place) || self.lacks_paragraph(&words, place, at.passage)
        });
        if is_lost || self.lacks_heading(said.text) {
            finder.ask(Q::PlainReference, at, said.text);
        }
    }

    /// Whether a reference begins here to a place that is not there.
    fn lacks(&self, words: &[Token<'_>], place: usize) -> bool {
        let Some(word) = words.get(place) else {
            return false;
        };
        let lower = word.lower();
        let kind = lower.as_str();
        let is_annex = ANNEX.contains(&kind);
        let is_clause = CLAUSE.contains(&kind) || kind == "§";
        let is_other = ARTICLE.contains(&kind) || OWN_ONLY.contains(&kind);
        if !(is_annex || is_clause || is_other) {
            return is_chain(&lower) && !self.has(&lower) && word.gap.trim().is_empty();
        }
        let (numbers, behind) = numbers(words, place + 1);
        if numbers.is_empty()
            || (is_annex && kind == "schedule" && !word.is_capital() && numbers == ["a"])
        {
            return false;
        }
        let of = whose(words, behind);
        let is_own = match kind {
            "§" => self.with_sign || of == Whose::Own,
            _ if ARTICLE.contains(&kind) => {
                of == Whose::Own
                    || (self.with_articles && !numbers.iter().all(|number| is_of_the_law(number)))
            }
            _ => !is_other || of == Whose::Own,
        };
        if of == Whose::Other || !is_own {
            return false;
        }
        if is_annex {
            return numbers
                .iter()
                .any(|number| !has_form(&self.annexes, number));
        }
        numbers.iter().any(|number| !self.has(number))
            || self.lacks_part(words, place + 1, &numbers)
    }

    /// "§ 4 Abs. 9", where § 4 has fewer paragraphs.
    fn lacks_part(&self, words: &[Token<'_>], at: usize, numbers: &[String]) -> bool {
        let clause = numbers
            .first()
            .and_then(|clause| self.paragraphs.get(clause));
        let follows = words
            .get(at + 1)
            .is_some_and(|word| PARAGRAPH.contains(&word.lower().as_str()));
        let number = words.get(at + 2).filter(|word| is_number(word));
        let (Some(paragraphs), Some(number)) = (clause, number) else {
            return false;
        };
        follows && numbers.len() == 1 && !paragraphs.contains(&number.lower())
    }

    /// "Absatz 9" alone, in a clause that has fewer.
    fn lacks_paragraph(&self, words: &[Token<'_>], place: usize, passage: &Passage) -> bool {
        let is_paragraph = words.get(place).is_some_and(|word| {
            matches!(
                word.lower().as_str(),
                "absatz" | "absätze" | "absätzen" | "abs"
            )
        });
        let stands_alone = place
            .checked_sub(1)
            .and_then(|before| words.get(before))
            .is_none_or(|word| !is_number(word));
        if !is_paragraph || !stands_alone {
            return false;
        }
        let own = tokens(&passage.clause);
        let clause = own.iter().find(|word| is_number(word)).map(Token::lower);
        let paragraphs = clause.and_then(|clause| self.paragraphs.get(&clause));
        let (numbers, behind) = numbers(words, place + 1);
        let is_counted = passage.clause.contains("Absatz");
        paragraphs.is_some_and(|known| {
            is_counted
                && whose(words, behind) == Whose::Open
                && numbers.iter().any(|number| !known.contains(number))
        })
    }

    /// "Abschnitt „Preise“", where no heading is called so.
    fn lacks_heading(&self, text: &str) -> bool {
        const TITLED: &[&str] = &[
            "überschrift",
            "heading",
            "the section headed",
            "section titled",
            "section entitled",
            "abschnitts",
        ];
        marked(text, &[]).iter().any(|one| {
            let before = one.before(text);
            let last = before.rsplit(' ').next().unwrap_or_default();
            let leads = ANNEX.contains(&last)
                || CLAUSE.contains(&last)
                || TITLED.iter().any(|title| before.ends_with(title));
            leads && !self.headings.have(one.term)
        })
    }

    /// Whether there is this number, or one that it begins: 3 in 3.2.
    fn has(&self, number: &str) -> bool {
        has_form(&self.clauses, number)
            || number.rsplit_once('.').is_some_and(|(clause, paragraph)| {
                self.paragraphs
                    .get(clause)
                    .is_some_and(|known| known.contains(paragraph))
            })
    }
}

/// Whose the place is, by the words behind the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Own,
    Other,
    Open,
}

fn whose(words: &[Token<'_>], behind: usize) -> Whose {
    const OF: &[&str] = &[
        "of", "to", "from", "under", "des", "der", "zum", "zur", "vom", "dem", "from", "im", "in",
    ];
    const TEXTS: &[&str] = &[
        "vertrags",
        "vertrages",
        "vereinbarung",
        "avv",
        "addendum",
        "dpa",
    ];
    let is_passed = |word: &Token<'_>| {
        let lower = word.lower();
        !word.gap.contains(['.', ';', ':'])
            && (BETWEEN.contains(&lower.as_str()) || is_number(word))
    };
    let mut at = behind;
    let mut has_of = false;
    while let Some(word) = words.get(at).filter(|_| at < behind + FAR) {
        let lower = word.lower();
        if at > behind && word.gap.contains([';', ':']) {
            break;
        }
        if OWN.contains(&lower.as_str()) {
            return Whose::Own;
        }
        if LAWS.contains(&lower.as_str())
            || lower.ends_with("gesetz")
            || lower.ends_with("gesetzes")
            || lower.ends_with("verordnung")
        {
            return Whose::Other;
        }
        if has_of && TEXTS.contains(&lower.as_str()) {
            return Whose::Own;
        }
        let is_of = matches!(
            lower.as_str(),
            "of" | "to" | "des" | "der" | "zum" | "zur" | "vom"
        );
        let next_is_name = words.get(at + 1).is_some_and(|next| {
            next.gap.trim().is_empty()
                && (next.is_capital()
                    || matches!(
                        next.text,
                        "the" | "unserer" | "unserem" | "seiner" | "its" | "our" | "your" | "ihrer"
                    ))
        });
        has_of |= OF.contains(&lower.as_str());
        if is_of && next_is_name && word.gap.trim().len() <= 1 && !word.gap.contains([',', '.']) {
            let names = words.get(at + 1..at + 3).unwrap_or_default();
            if names
                .iter()
                .any(|name| TEXTS.contains(&name.lower().as_str()))
            {
                return Whose::Own;
            }
            // "Clause 4 of the Services Agreement", "Ziffer 3 der Wartungsbedingungen".
            let is_document = names
                .iter()
                .any(|name| is_document(&name.lower()) || LAWS.contains(&name.lower().as_str()));
            if is_document || lower == "of" {
                return Whose::Other;
            }
        }
        if !is_passed(word) {
            break;
        }
        at += 1;
    }
    Whose::Open
}

fn is_document(word: &str) -> bool {
    const DOCUMENTS: &[&str] = &[
        "vertrag",
        "bedingung",
        "vereinbarung",
        "agb",
        "ordnung",
        "gesetz",
        "klausel",
        "schein",
        "beschreibung",
        "agreement",
        "terms",
        "contract",
        "order",
        "policy",
        "code",
        "conditions",
        "statut",
        "satzung",
        "norm",
    ];
    DOCUMENTS.iter().any(|document| word.contains(document))
}

/// The numbers from here on that one reference names, and where it ends.
fn numbers(words: &[Token<'_>], from: usize) -> (Vec<String>, usize) {
    let mut out = Vec::new();
    let mut at = from;
    // "Anlage Nr. 3", "Anlage (3)", "§§ 3 und 4".
    while words.get(at).is_some_and(|word| {
        at < from + FAR
            && matches!(
                word.lower().as_str(),
                "nr" | "no" | "nummer" | "number" | "§"
            )
            && !word.gap.contains(',')
    }) {
        at += 1;
    }
    while let Some(word) = words.get(at).filter(|_| at < from + FAR) {
        let joins = matches!(
            word.lower().as_str(),
            "und" | "and" | "oder" | "or" | "bis" | "to" | "sowie" | "through"
        );
        let next = words
            .get(at + 1)
            .filter(|next| is_number(next) && next.gap.trim().is_empty());
        let is_next_short = next.is_some_and(|next| {
            next.text.chars().count() > 1
                || next
                    .text
                    .starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase())
        });
        if joins && !out.is_empty() && is_next_short {
            at += 1;
            continue;
        }
        let is_listed = out.is_empty()
            || word.gap.contains([',', '–', '-', '/'])
            || word.gap == " " && at > from && joins_before(words, at);
        let is_counted = words.get(at + 1).is_some_and(|unit| {
            UNITS.contains(&unit.lower().as_str()) && !unit.gap.contains(['.', ','])
        });
        if !is_number(word)
            || !is_listed
            || is_counted
            || word.gap.contains(['.', ';', ':']) && !out.is_empty()
            || (out.is_empty() && word.gap.contains([',', ';', ':']))
        {
            break;
        }
        out.push(word.lower());
        at += 1;
    }
    (out, at)
}

fn joins_before(words: &[Token<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| words.get(before));
    before.is_some_and(|word| {
        matches!(
            word.lower().as_str(),
            "und" | "and" | "oder" | "or" | "bis" | "to" | "sowie" | "through"
        )
    })
}

/// A figure, a roman number or a single capital letter.
fn is_number(word: &Token<'_>) -> bool {
    let text = word.text;
    let is_roman = !text.is_empty() && text.chars().all(|c| matches!(c, 'I' | 'V' | 'X' | 'L'));
    let mut chars = text.chars();
    let is_letter = chars.next().is_some_and(|c| c.is_ascii_uppercase()) && chars.next().is_none();
    let is_figure = text.starts_with(|c: char| c.is_ascii_digit()) && text.len() <= 8;
    let is_lettered = text.len() <= 4
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.ends_with(|c: char| c.is_ascii_digit())
        && text.contains(['.', '-']);
    is_figure || is_roman || (is_letter && text != "I") || is_lettered
}

/// Whether a place has this number, arabic or roman.
fn has_form(known: &HashSet<String>, number: &str) -> bool {
    let other = roman(number).map(|value| value.to_string());
    known.contains(number) || other.is_some_and(|other| known.contains(&other))
}

/// Remembers a number in each form in which it is cited, and the numbers that it is below.
fn remember(known: &mut HashSet<String>, number: &str) {
    known.extend(roman(number).map(|value| value.to_string()));
    let dots = number.match_indices('.').map(|(at, _)| at).take(6);
    known.extend(dots.filter_map(|at| number.get(..at)).map(str::to_owned));
    known.insert(number.to_owned());
}

fn roman(text: &str) -> Option<u32> {
    let value = |c: char| match c {
        'i' => Some(1),
        'v' => Some(5),
        'x' => Some(10),
        'l' => Some(50),
        _ => None,
    };
    let values: Option<Vec<u32>> = text.chars().map(value).collect();
    let values = values.filter(|values| !values.is_empty())?;
    let mut sum = 0_u32;
    for (at, one) in values.iter().enumerate() {
        let is_less = values.get(at + 1).is_some_and(|next| next > one);
        sum = if is_less {
            sum.checked_sub(*one).unwrap_or(sum.wrapping_sub(*one))
        } else {
            sum.wrapping_add(*one)
        };
    }
    Some(sum)
}

/// Articles that contracts like these cite without the name of the law.
fn is_of_the_law(number: &str) -> bool {
    number
        .parse::<u32>()
        .is_ok_and(|number| matches!(number, 4..=7 | 9 | 10 | 12..=23 | 25..=50 | 58 | 77..=84))
}

/// `3.3.2`, and no date or address of a computer.
fn is_chain(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let are_short = parts
        .iter()
        .all(|part| (1..=2).contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit()));
    parts.len() == 3 && are_short && parts.iter().all(|part| !part.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::super::tests::asked;
    use super::Q;

    #[test]
    fn lc48_references_in_every_notation_need_a_place() {
        let rest = "\n\n# Zwei\n\nWort.\n\n# Drei\n\nWort.";
        for (text, is_lost) in [
            ("Es gilt Ziffer 2.", false),
            ("Es gelten die Ziffern 2 und 3.", false),
            ("Es gelten die Ziffern 2, 3 und 11.", true),
            ("Es gilt Klausel 12.", true),
            ("Näheres in Beilage 4.", true),
            ("Näheres in Anlage Nr. 8.", true),
            ("Näheres in Anhang (C).", true),
            ("Näheres in Abschnitt „Preise“.", true),
            ("Näheres in Abschnitt „Zwei“.", false),
            ("Es gilt Artikel 17 dieser Vereinbarung.", true),
            ("Es gilt § 12 dieses Vertrags.", true),
            ("Es gilt § 12 BDSG.", false),
            ("Es gilt Art. 28 Abs. 3 DSGVO.", false),
            ("Es gilt Ziffer 14 des Hauptvertrags.", false),
            ("Es gilt Anhang III der Standardvertragsklauseln.", false),
            ("Es gilt Ziffer 2 und 30 Tage Frist.", false),
            ("Nach Ziffer 7.9 und 30 Tagen.", true),
        ] {
            let found = asked("de", "Eins", &format!("{text}{rest}"));
            assert_eq!(found.contains(&Q::PlainReference), is_lost, "{text}");
        }
        for (text, is_lost) in [
            ("The list is in Schedule 4.", true),
            ("The list is in Appendix C.", true),
            ("See sections 2 and 19.", true),
            ("See clause 2 above.", false),
            ("See clause 14 of the Services Agreement.", false),
            ("They schedule a meeting under Article 28 GDPR.", false),
        ] {
            let found = asked("en", "One", &format!("{text}{rest}"));
            assert_eq!(found.contains(&Q::PlainReference), is_lost, "{text}");
        }
    }
}
