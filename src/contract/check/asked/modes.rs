//! General and specific authorisation of further processors side by side (LC-21), in whatever words.

use super::cast::Cast;
use super::phrase::Phrase;
use super::{Finder, QuestionKind as Q, Spot};

/// Passages that speak of one way of authorising further processors.
#[derive(Default)]
pub(super) struct Modes<'p> {
    general: Vec<(Spot<'p>, String)>,
    specific: Vec<(Spot<'p>, String)>,
}

/// What makes a sentence one about consent.
const PERMIT: &[&str] = &[
    "genehmig",
    "zustimm",
    "zuzustimm",
    "stimm",
    "einwillig",
    "eingewilligt",
    "einverst",
    "erlaub",
    "gestatt",
    "billig",
    "ja.",
    "freigabe",
    "freigeb",
    "freigegeben",
    "ermächtig",
    "befug",
    "darf.",
    "dürfen.",
    "okay.",
    "ok.",
    "authori",
    "consent",
    "approv",
    "permi",
    "agree",
    "allow",
    "yes.",
    "may.",
    "free.",
    "sign",
    "nod.",
];
/// Whose work is passed on, where no subject says so.
const FURTHER: &[&str] = &[
    "unterauftrag",
    "subunternehm",
    "unterverarbeit",
    "unterbeauftrag",
    "nachunternehm",
    "subdienst",
    "subauftrag",
    "subprocessor",
    "subcontract",
    "firma.",
    "firmen.",
    "gehilf",
    "helfer",
    "dienstleister",
    "drittunternehm",
    "helper",
    "vendor",
];
const FURTHER_WORDS: &[&str] = &[
    "weitere auftragsverarbeiter",
    "weiteren auftragsverarbeiter",
    "weiterer auftragsverarbeiter",
    "sub-processor",
    "sub-contractor",
    "another processor",
    "other processor",
    "further processor",
    "weitere unternehmen",
    "weiterer unternehmen",
    "andere unternehmen",
    "weitere dienstleister",
    "third parties",
    "other firms",
    "other companies",
];
/// Every one of them, without asking again.
const GENERAL: &[&str] = &[
    "allgemein",
    "generell",
    "pauschal",
    "beliebig",
    "freie wahl",
    "freier wahl",
    "nach unserer wahl",
    "nach seiner wahl",
    "nach ihrer wahl",
    "nach eigener wahl",
    "nach eigenem ermessen",
    "ohne rückfrage",
    "ohne weitere rückfrage",
    "ohne weiteres",
    "ein für alle mal",
    "im voraus für alle",
    "jederzeit weitere",
    "general ",
    "generally",
    "blanket",
    "at its discretion",
    "as it sees fit",
    "as we see fit",
    "of its choice",
    "of our choice",
    "of its choosing",
    "of our choosing",
    "without asking",
    "without further",
    "once and for all",
    "in general terms",
    "any other",
    "whomever",
    "whoever it",
];
/// One by one.
const SPECIFIC: &[&str] = &[
    "gesondert",
    "im einzelfall",
    "jedem einzelfall",
    "einzelnen fall",
    "einzeln",
    "einzelgenehmigung",
    "einzelzustimmung",
    "einzelerlaubnis",
    "einzelfreigabe",
    "in jedem fall",
    "fall für fall",
    "von fall zu fall",
    "für jeden ",
    "für jede ",
    "jeder neue",
    "jede neue",
    "jedes neue",
    "jedes mal",
    "jeweils vorher",
    "jeweils zuvor",
    "jeweils vorab",
    "jeweils schriftlich",
    "jeweils ausdrücklich",
    "specific",
    "case by case",
    "case-by-case",
    "each case",
    "individual",
    "separate",
    "one by one",
    "each time",
    "each appointment",
    "each new",
    "every new",
    "for each",
    "for every",
    "each engagement",
    "each and every",
    "every single",
];
/// A first permission that nothing else limits.
const ONLY_WITH: &[&str] = &[
    "nur mit vorher",
    "nur nach vorher",
    "nicht ohne vorher",
    "ohne vorherige",
    "nur mit schriftlich",
    "nur mit ausdrücklich",
    "bedarf der vorherigen",
    "bedürfen der vorherigen",
    "setzt die vorherige",
    "bedarf der ausdrücklichen",
    "only with the prior",
    "only with prior",
    "only after",
    "without the prior",
    "without prior",
    "without first obtaining",
    "requires the prior",
    "requires prior",
    "require the prior",
];

impl<'p> Modes<'p> {
    pub(super) fn note(&mut self, at: &Spot<'p>, said: &Phrase<'_>) {
        if !is_about(at, said) || !said.has(PERMIT) || is_next_level(said) {
            return;
        }
        let spot = || Spot {
            passage: at.passage,
            subject: at.subject,
        };
        let is_denied = |word: &str| {
            let (before, behind) = said.lower.split_once(word).unwrap_or_default();
            // What another clause denies is not this.
            let before = before.rsplit([',', ';', ':']).next().unwrap_or_default();
            let behind = behind.split([',', ';', ':']).next().unwrap_or_default();
            // "Nobody without consent" asks for it.
            if matches!(
                before.split_whitespace().next_back(),
                Some("ohne" | "without")
            ) {
                return false;
            }
            let mut near = before
                .split_whitespace()
                .rev()
                .take(3)
                .chain(behind.split_whitespace().take(5));
            near.any(|word| {
                matches!(
                    word.trim_matches(|c: char| !c.is_alphabetic()),
                    "keine" | "keiner" | "kein" | "nicht" | "no" | "not"
                )
            })
        };
        let says = |words: &[&str]| {
            words
                .iter()
                .any(|word| said.lower.contains(word) && !is_denied(word))
        };
        let is_general = says(GENERAL);
        if is_general {
            self.general.push((spot(), said.text.to_owned()));
        }
        if says(SPECIFIC) || (!is_general && said.says(ONLY_WITH)) {
            self.specific.push((spot(), said.text.to_owned()));
        }
    }

    pub(super) fn ask(self, finder: &mut Finder) {
        if self.general.is_empty() || self.specific.is_empty() {
            return;
        }
        for (spot, text) in self.general.iter().chain(&self.specific) {
            finder.ask(Q::BothModes, spot, text);
        }
    }
}

fn is_about(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    let names = said.has(FURTHER) || said.says(FURTHER_WORDS);
    let title = at.passage.headings.to_lowercase();
    let is_titled = Phrase::of(&title, &Cast::default()).has(FURTHER)
        || FURTHER_WORDS.iter().any(|words| title.contains(words));
    names || is_titled || at.is_about(&["sub-processors"])
}

/// The rule for those whom further processors engage may well be another one.
fn is_next_level(said: &Phrase<'_>) -> bool {
    // "Subunternehmer dürfen weitere nur …": whoever begins the sentence engages others.
    let begins = said.words().iter().take(3).any(|word| {
        FURTHER
            .iter()
            .any(|stem| word.starts_with(stem.trim_end_matches('.')))
    }) || said.lower.starts_with("sub-processor");
    let engages = said.has(&[
        "dürfen.", "darf.", "können.", "kann.", "may.", "can.", "will.",
    ]) && said.has(&["weitere", "ander", "further", "other", "niemand", "another"]);
    begins && engages
        || said.says(&[
            "ihrerseits",
            "seinerseits",
            "nächste stufe",
            "nächsten stufe",
            "weitere stufe",
            "weiteren stufe",
            "weiterer stufe",
            "in turn",
            "further level",
            "next level",
            "down the chain",
            "kette",
            "onward",
            "widersp",
            "einspruch",
            "object",
            "einwand",
            "einwänd",
            "drittland",
            "third countr",
            "verpflicht",
        ])
}

#[cfg(test)]
mod tests {
    use super::super::tests::asked;
    use super::Q;

    #[test]
    fn lc21_both_ways_of_authorising_are_asked_about_at_each_place() {
        for (language, text, times) in [
            (
                "de",
                "Der Kunde erlaubt pauschal den Einsatz von Subunternehmern.\n\nJeder neue Subunternehmer braucht seine Zustimmung.",
                2,
            ),
            (
                "de",
                "Die vorherige allgemeine Genehmigung für Subunternehmer gilt als erteilt.\n\nSubunternehmern ist jeweils einzeln zuzustimmen.",
                2,
            ),
            (
                "de",
                "Subunternehmer werden allgemein genehmigt; eine gesonderte Genehmigung ist nicht nötig.\n\nJeder Wechsel wird angezeigt.",
                0,
            ),
            (
                "de",
                "Subunternehmer sind allgemein genehmigt; zugleich darf kein Subunternehmer ohne Einzelgenehmigung tätig werden.",
                1,
            ),
            (
                "en",
                "The client gives blanket consent to subcontractors.\n\nSubcontractors are engaged only with prior written approval.",
                2,
            ),
            (
                "en",
                "General authorisation is given for subcontractors.\n\nThey may in turn engage others only with prior consent.",
                0,
            ),
        ] {
            let found = asked(language, "Subunternehmer", text);
            let asked = found.iter().filter(|kind| **kind == Q::BothModes).count();
            assert_eq!(asked, times, "{text}");
        }
    }
}
