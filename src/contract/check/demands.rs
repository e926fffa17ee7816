//! Passages that a contract must have, found by their tags.

use super::passages::Passages;
use super::{Finding, Severity};

/// Checks every required passage.
pub(super) fn check(passages: &Passages) -> impl Iterator<Item = Finding> {
    DEMANDS.iter().map(|demand| demand.check(passages))
}

/// Every tag that the checks use.
pub const TAGS: &[&str] = &[
    "assist-rights",
    "assist-security",
    "audit",
    "audit-conditions",
    "authorised-persons",
    "authority",
    "breach",
    "change",
    "conclusion",
    "confidentiality",
    "controller-duties",
    "data-subjects",
    "data-types",
    "definitions",
    "delimitation",
    "deletion",
    "duration",
    "evidence",
    "flow-down",
    "further-outsourcing",
    "instructions",
    "liability",
    "nature",
    "objection",
    "partner",
    "place",
    "precedence",
    "purpose",
    "remuneration",
    "special-categories",
    "sub-partner",
    "sub-processors",
    "sub-processor-notice",
    "subject",
    "survival",
    "telecom-secrecy",
    "termination",
    "third-country",
    "tom",
    "tom-access",
    "tom-accountability",
    "tom-availability",
    "tom-certification",
    "tom-change",
    "tom-confidentiality",
    "tom-configuration",
    "tom-encryption",
    "tom-erasure",
    "tom-governance",
    "tom-integrity",
    "tom-logging",
    "tom-minimisation",
    "tom-physical",
    "tom-pseudonymisation",
    "tom-quality",
    "tom-restoration",
    "tom-retention",
    "tom-storage",
    "tom-testing",
    "tom-transmission",
    "unlawful-instruction",
];

/// A passage that must exist and contain text.
struct Demand {
    id: &'static str,
    severity: Severity,
    tag: &'static str,
    /// One of these must occur in it; empty if any text is enough.
    words: &'static [&'static str],
    /// What the passage is about: "regelt …".
    what: &'static str,
}

type Words = &'static [&'static str];

const fn must(id: &'static str, tag: &'static str, words: Words, what: &'static str) -> Demand {
    Demand {
        id,
        severity: Severity::Block,
        tag,
        words,
        what,
    }
}

const fn should(id: &'static str, tag: &'static str, words: Words, what: &'static str) -> Demand {
    Demand {
        id,
        severity: Severity::Warn,
        tag,
        words,
        what,
    }
}

/// In the order of their numbers.
const DEMANDS: &[Demand] = &[
    must("LC-04", "subject", &[], "den Gegenstand der Verarbeitung"),
    must("LC-05", "duration", &[], "die Dauer der Verarbeitung"),
    must("LC-06", "nature", &[], "die Art der Verarbeitung"),
    must("LC-07", "purpose", &[], "den Zweck der Verarbeitung"),
    must(
        "LC-09",
        "special-categories",
        &["9 dsgvo", "9 gdpr", "article 9"],
        "besondere Kategorien nach Art. 9 DSGVO",
    ),
    must(
        "LC-11",
        "controller-duties",
        &[],
        "Rechte und Pflichten des Verantwortlichen",
    ),
    must(
        "LC-12",
        "instructions",
        &["dokumentiert", "documented"],
        "die Bindung an dokumentierte Weisungen",
    ),
    must(
        "LC-13",
        "unlawful-instruction",
        &["rechtswidrig", "verstößt", "infring", "unlawful"],
        "die Mitteilung bei rechtswidrigen Weisungen",
    ),
    should(
        "LC-14",
        "authorised-persons",
        &[],
        "wer Weisungen erteilt und empfängt",
    ),
    must(
        "LC-15",
        "confidentiality",
        &["vertraulich", "verschwiegen", "confidential"],
        "die Verpflichtung zur Vertraulichkeit",
    ),
    should(
        "LC-16",
        "telecom-secrecy",
        &["tdddg"],
        "das Fernmeldegeheimnis nach § 3 TDDDG",
    ),
    should(
        "LC-20",
        "tom-change",
        &[],
        "die Änderung der Maßnahmen ohne Absenken des Schutzes",
    ),
    must(
        "LC-21",
        "sub-processors",
        &["genehmig", "erlaub", "authoris"],
        "die Genehmigung weiterer Auftragsverarbeiter",
    ),
    must(
        "LC-27",
        "flow-down",
        &["haft", "liab"],
        "gleiche Pflichten für weitere Auftragsverarbeiter und die volle Haftung für sie",
    ),
    must(
        "LC-28",
        "further-outsourcing",
        &[],
        "den weiteren Einsatz durch Unterauftragsverarbeiter",
    ),
    must("LC-29", "place", &[], "den Ort der Verarbeitung"),
    should(
        "LC-31",
        "third-country",
        &["44"],
        "die Bedingungen einer Übermittlung in Drittländer",
    ),
    must(
        "LC-32",
        "assist-rights",
        &[],
        "die Unterstützung bei Anfragen betroffener Personen",
    ),
    must(
        "LC-33",
        "assist-security",
        &["36"],
        "die Unterstützung bei den Pflichten nach Art. 32 bis 36 DSGVO",
    ),
    must(
        "LC-36",
        "audit",
        &["inspektion", "vor ort", "überprüf", "inspection"],
        "Nachweise und Prüfungen",
    ),
    should(
        "LC-37",
        "audit-conditions",
        &[],
        "die Bedingungen einer Prüfung",
    ),
    should(
        "LC-38",
        "liability",
        &["82"],
        "die Haftung nach Art. 82 DSGVO",
    ),
    should(
        "LC-39",
        "authority",
        &[],
        "die Zusammenarbeit mit der Aufsichtsbehörde",
    ),
    should(
        "LC-40",
        "precedence",
        &[],
        "den Vorrang vor anderen Vereinbarungen",
    ),
    should("LC-42", "termination", &[], "die Beendigung"),
    must(
        "LC-43",
        "conclusion",
        &["elektronisch", "electronic"],
        "den elektronischen Abschluss des Vertrags",
    ),
    must(
        "LC-44",
        "objection",
        &["nichtig", "void"],
        "den Widerspruch und seine Folgen",
    ),
    must("LC-45", "change", &[], "das Angebot neuer Fassungen"),
];

impl Demand {
    fn check(&self, passages: &Passages) -> Finding {
        let Self {
            id,
            severity,
            tag,
            what,
            ..
        } = *self;
        let (ok, text) = if passages.says_nothing(tag) {
            (
                false,
                format!(
                    "Der Vertrag muss {what} regeln. Ergänzen Sie die Stelle und kennzeichnen Sie sie mit „.{tag}“."
                ),
            )
        } else if !self.words.is_empty() && !passages.says(tag, self.words) {
            (
                false,
                format!(
                    "Die mit „.{tag}“ gekennzeichnete Stelle regelt {what} nicht erkennbar. Prüfen Sie den Wortlaut."
                ),
            )
        } else {
            (true, format!("Der Vertrag regelt {what}."))
        };
        Finding::new(id, severity, ok, text, passages.place(tag))
    }
}
