//! Questions that no program can decide and that a named person confirms at publication.

use super::passages::Passages;
use super::{Finding, Severity};

/// Check, severity, tag of the passage it is about, question.
const QUESTIONS: &[(&str, Severity, &str, &str)] = &[
    (
        "LC-07",
        Severity::Block,
        "purpose",
        "Ist der Zweck je Produkt konkret benannt und nicht nur aus dem Gesetz wiederholt?",
    ),
    (
        "LC-13",
        Severity::Block,
        "unlawful-instruction",
        "Trifft die Pflicht, auf rechtswidrige Weisungen hinzuweisen, den Auftragsverarbeiter und nicht den Auftraggeber?",
    ),
    (
        "LC-23",
        Severity::Warn,
        "sub-processor-notice",
        "Bedeutet Schweigen auf eine Ankündigung nicht mehr, als dass kein Einspruch erhoben wurde?",
    ),
    (
        "LC-31",
        Severity::Warn,
        "third-country",
        "Erhält der Auftraggeber auf Verlangen Kopien der Übermittlungsgrundlagen, wenn Daten in Drittländer gelangen?",
    ),
    (
        "LC-37",
        Severity::Warn,
        "audit-conditions",
        "Lassen die Bedingungen das Prüfrecht bestehen: Prüfung vor Ort möglich, Ankündigung höchstens 30 Tage, keine Kosten bei eigenem Verstoß?",
    ),
    (
        "LC-38",
        Severity::Warn,
        "liability",
        "Bleiben Ansprüche betroffener Personen und die Haftung für weitere Auftragsverarbeiter unbeschränkt?",
    ),
    (
        "LC-41",
        Severity::Warn,
        "definitions",
        "Widerspricht keine Begriffserklärung Art. 4 DSGVO?",
    ),
    (
        "LC-50",
        Severity::Warn,
        "",
        "Gibt es zu dieser Verarbeitung den Eintrag im Verzeichnis nach Art. 30 Abs. 2 DSGVO? Nennen Sie seine Kennung.",
    ),
    (
        "LC-52",
        Severity::Warn,
        "remuneration",
        "Hängt keine gesetzliche Pflicht von einer Vergütung ab?",
    ),
];

/// All questions, with the place they are about.
pub(super) fn check(passages: &Passages) -> impl Iterator<Item = Finding> {
    QUESTIONS.iter().map(|(id, severity, tag, question)| {
        let at = if tag.is_empty() {
            None
        } else {
            passages.place(tag)
        };
        Finding::question(id, *severity, *question, at)
    })
}
