//! Citations that stay on one line: "§ 88 TKG", "Art. 28 Abs. 3" (T-14). The text keeps its plain
//! spaces, which are hashed and compared; page and PDF ask here where a line must not end.

/// Words that are read together with the number or letter after them.
const LEADING: [&str; 26] = [
    "§",
    "§§",
    "Art.",
    "Artikel",
    "Article",
    "Articles",
    "Abs.",
    "Absatz",
    "UAbs.",
    "Satz",
    "Nr.",
    "No.",
    "Ziffer",
    "Ziff.",
    "Buchst.",
    "Buchstabe",
    "lit.",
    "point",
    "Anlage",
    "Annex",
    "Anhang",
    "Section",
    "Kapitel",
    "Chapter",
    "Recital",
    "Kap.",
];

/// Words among them that may follow a number: "Art. 28 Abs. 3".
const FOLLOWING: [&str; 13] = [
    "Abs.",
    "Absatz",
    "UAbs.",
    "Satz",
    "Nr.",
    "No.",
    "Ziffer",
    "Ziff.",
    "Buchst.",
    "Buchstabe",
    "lit.",
    "point",
    "ff.",
];

/// At most this many letters are kept on one line, so that a line can end somewhere.
const LONGEST: usize = 40;

/// Finds the spaces inside citations, word by word.
#[derive(Debug, Default)]
pub struct Joiner {
    /// The word before, without brackets and quotes before it.
    last: String,
    /// Whether it is the number or letter of a citation.
    is_number: bool,
    /// Number of letters kept together so far.
    length: usize,
}

impl Joiner {
    /// Whether a line must not end at the space before `word`; then remembers the word.
    pub fn holds(&mut self, word: &str) -> bool {
        let letters = word.chars().count();
        let core = word.trim_start_matches(['(', '\u{201e}', '\u{201c}', '"']);
        let leads = LEADING.contains(&self.last.as_str());
        let is_number = leads && is_number(core);
        let goes_on = self.is_number && (FOLLOWING.contains(&core) || is_law(core));
        let holds = (is_number || goes_on) && self.length + letters < LONGEST;
        self.length = if holds {
            self.length + 1 + letters
        } else {
            letters
        };
        self.is_number = is_number;
        core.clone_into(&mut self.last);
        holds
    }

    /// Forgets the words so far, because the line ends here.
    pub fn stop(&mut self) {
        *self = Self::default();
    }
}

/// Whether a word is a number or letter of a citation: "28", "126b", "1,", "c)", "III.".
fn is_number(word: &str) -> bool {
    let core = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    let figures = core.starts_with(|c: char| c.is_ascii_digit()) && core.chars().count() <= 9;
    let letter = core.chars().count() == 1 && core.chars().all(char::is_alphabetic);
    let roman = !core.is_empty() && core.len() <= 5 && core.chars().all(|c| "IVXLC".contains(c));
    figures || letter || roman
}

/// Whether a word is the short name of a law: "TKG", "DSGVO", "DS-GVO", "BGB.".
fn is_law(word: &str) -> bool {
    let core = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    let capitals = core.chars().filter(|c| c.is_uppercase()).count();
    (2..=8).contains(&core.chars().count()) && capitals >= 2
}

/// A text with non-breaking spaces inside its citations.
pub fn held_together(text: &str) -> String {
    let mut joiner = Joiner::default();
    let mut out = String::with_capacity(text.len());
    for (index, word) in text.split(' ').enumerate() {
        let holds = joiner.holds(word);
        if index > 0 {
            out.push(if holds { '\u{a0}' } else { ' ' });
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c16_citations_stay_on_one_line() {
        for (text, expected) in [
            ("nach § 88 TKG gilt", "nach §~88~TKG gilt"),
            (
                "(Art. 28 Abs. 3 Satz 2 Buchst. h DSGVO)",
                "(Art.~28~Abs.~3~Satz~2~Buchst.~h~DSGVO)",
            ),
            ("Art. 4 Nr. 12 DSGVO.", "Art.~4~Nr.~12~DSGVO."),
            ("§§ 195, 199 BGB", "§§~195, 199 BGB"),
            ("Ziffer 8 Absatz 1 auch", "Ziffer~8~Absatz~1 auch"),
            ("Anlage 3 nennt", "Anlage~3 nennt"),
            ("Kapitel III DSGVO", "Kapitel~III~DSGVO"),
            ("Article 28 GDPR says", "Article~28~GDPR says"),
            ("der Satz sagt", "der Satz sagt"),
            ("Satz in einem", "Satz in einem"),
            ("24 Stunden", "24 Stunden"),
            ("Artikel  28", "Artikel  28"),
            ("", ""),
        ] {
            assert_eq!(held_together(text), expected.replace('~', "\u{a0}"));
        }
        let long = "Art. 1 Abs. 2 Satz 3 Nr. 4 Buchst. a Satz 5 Nr. 6 Abs. 7 DSGVO";
        let longest = held_together(long);
        assert!(
            longest
                .split(' ')
                .all(|part| part.chars().count() <= LONGEST)
        );
    }
}
