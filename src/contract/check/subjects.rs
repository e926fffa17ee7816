//! What a text must speak of (LC-04 … LC-45): a person assigns a passage to each, and confirms it.

use super::Severity;

/// Something a text must say, or may have to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// ID of the check, like `LC-04`; several measures share one.
    pub id: &'static str,
    /// The mark that assigns a passage to it: `{.subject}`.
    pub tag: &'static str,
    /// What it is about, in German, as a label.
    pub title_de: &'static str,
    /// The law or practice it rests on.
    pub law: &'static str,
    /// What it means that a text does not speak of it.
    pub need: Need,
    /// What the person who confirms it has to look at besides, if there is more than that the passage
    /// speaks of it.
    pub question: Option<&'static str>,
}

/// Whether a text has to speak of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Without it nothing is published, unless two persons take that on themselves.
    Must,
    /// Without it somebody gives a reason.
    Should,
    /// It is asked about where the text speaks of it.
    May,
}

impl Subject {
    /// What it means if nothing is assigned; nothing where it may be left out.
    pub(super) fn severity(&self) -> Severity {
        match self.need {
            Need::Must => Severity::Block,
            Need::Should | Need::May => Severity::Warn,
        }
    }

    /// Whether it is one of the measures of Art. 32, which are confirmed together.
    pub fn is_measure(&self) -> bool {
        matches!(self.id, "LC-18" | "LC-19")
    }
}

/// The subject with this mark.
pub fn subject(tag: &str) -> Option<&'static Subject> {
    SUBJECTS.iter().find(|subject| subject.tag == tag)
}

/// All subjects, in the order of their checks.
pub fn subjects() -> &'static [Subject] {
    SUBJECTS
}

const fn of(
    id: &'static str,
    tag: &'static str,
    need: Need,
    title_de: &'static str,
    law: &'static str,
) -> Subject {
    Subject {
        id,
        tag,
        title_de,
        law,
        need,
        question: None,
    }
}

impl Subject {
    const fn asking(self, question: &'static str) -> Self {
        Self {
            question: Some(question),
            ..self
        }
    }
}

use Need::{May, Must, Should};

pub(super) const SUBJECTS: &[Subject] = &[
    of("LC-04", "subject", Must, "Gegenstand der Verarbeitung", "Art. 28 Abs. 3 S. 1 DSGVO"),
    of("LC-05", "duration", Must, "Dauer der Verarbeitung", "Art. 28 Abs. 3 S. 1 DSGVO"),
    of("LC-06", "nature", Must, "Art der Verarbeitung", "Art. 28 Abs. 3 S. 1 DSGVO"),
    of("LC-07", "purpose", Must, "Zweck der Verarbeitung", "Art. 28 Abs. 3 S. 1 DSGVO")
        .asking("Ist der Zweck je Produkt konkret benannt und nicht nur aus dem Gesetz wiederholt?"),
    of("LC-08", "data-types", Must, "Arten personenbezogener Daten", "Art. 28 Abs. 3 S. 1 DSGVO"),
    of("LC-09", "special-categories", Must, "Besondere Kategorien von Daten", "Art. 9 DSGVO")
        .asking("Sagt der Text ausdrücklich, ob besondere Kategorien verarbeitet werden, und wenn ja, mit welchen zusätzlichen Garantien?"),
    of("LC-10", "data-subjects", Must, "Kategorien betroffener Personen", "Art. 28 Abs. 3 S. 1 DSGVO"),
    of("LC-11", "controller-duties", Must, "Rechte und Pflichten des Auftraggebers", "Art. 28 Abs. 3 S. 1 DSGVO"),
    of("LC-12", "instructions", Must, "Bindung an dokumentierte Weisungen", "Art. 28 Abs. 3 lit. a, Art. 29 DSGVO"),
    of("LC-13", "unlawful-instruction", Must, "Hinweis auf rechtswidrige Weisungen", "Art. 28 Abs. 3 S. 3 DSGVO")
        .asking("Trifft die Pflicht, auf rechtswidrige Weisungen hinzuweisen, den Auftragsverarbeiter und nicht den Auftraggeber?"),
    of("LC-14", "authorised-persons", Should, "Wer Weisungen erteilt und empfängt", "Art. 28 Abs. 3 lit. a DSGVO; Praxis der Verbände"),
    of("LC-15", "confidentiality", Must, "Verpflichtung zur Vertraulichkeit", "Art. 28 Abs. 3 lit. b DSGVO"),
    of("LC-16", "telecom-secrecy", Should, "Fernmeldegeheimnis", "§ 3 TDDDG"),
    of("LC-17", "tom", May, "Sicherheit der Verarbeitung", "Art. 28 Abs. 3 lit. c, Art. 32 DSGVO"),
    of("LC-18", "tom-encryption", Must, "Maßnahmen: Verschlüsselung", "Art. 32 Abs. 1 lit. a DSGVO"),
    of("LC-18", "tom-pseudonymisation", Must, "Maßnahmen: Pseudonymisierung", "Art. 32 Abs. 1 lit. a DSGVO"),
    of("LC-18", "tom-confidentiality", Must, "Maßnahmen: Vertraulichkeit", "Art. 32 Abs. 1 lit. b DSGVO"),
    of("LC-18", "tom-integrity", Must, "Maßnahmen: Integrität", "Art. 32 Abs. 1 lit. b DSGVO"),
    of("LC-18", "tom-availability", Must, "Maßnahmen: Verfügbarkeit und Belastbarkeit", "Art. 32 Abs. 1 lit. b DSGVO"),
    of("LC-18", "tom-restoration", Must, "Maßnahmen: Wiederherstellung", "Art. 32 Abs. 1 lit. c DSGVO"),
    of("LC-18", "tom-testing", Must, "Maßnahmen: regelmäßige Überprüfung", "Art. 32 Abs. 1 lit. d DSGVO"),
    of("LC-19", "tom-access", Should, "Maßnahmen: Zugang und Berechtigungen", "Anhang III der Klauseln 2021/915"),
    of("LC-19", "tom-transmission", Should, "Maßnahmen: Übertragung", "Anhang III der Klauseln 2021/915"),
    of("LC-19", "tom-storage", Should, "Maßnahmen: Speicherung und Trennung", "Anhang III der Klauseln 2021/915"),
    of("LC-19", "tom-physical", Should, "Maßnahmen: Zutritt", "Anhang III der Klauseln 2021/915"),
    of("LC-19", "tom-logging", Should, "Maßnahmen: Protokollierung", "Anhang III der Klauseln 2021/915"),
    of("LC-19", "tom-configuration", Should, "Maßnahmen: Konfiguration", "Anhang III der Klauseln 2021/915"),
    of("LC-19", "tom-governance", Should, "Maßnahmen: Organisation", "Anhang III der Klauseln 2021/915"),
    of("LC-19", "tom-certification", Should, "Maßnahmen: Zertifizierung", "Anhang III der Klauseln 2021/915"),
    of("LC-19", "tom-minimisation", Should, "Maßnahmen: Datenminimierung", "Anhang III der Klauseln 2021/915"),
    of("LC-19", "tom-quality", Should, "Maßnahmen: Datenqualität", "Anhang III der Klauseln 2021/915"),
    of("LC-19", "tom-retention", Should, "Maßnahmen: Speicherbegrenzung", "Anhang III der Klauseln 2021/915"),
    of("LC-19", "tom-accountability", Should, "Maßnahmen: Rechenschaft", "Anhang III der Klauseln 2021/915"),
    of("LC-19", "tom-erasure", Should, "Maßnahmen: Herausgabe und Löschung", "Anhang III der Klauseln 2021/915"),
    of("LC-20", "tom-change", Should, "Änderung der Maßnahmen", "Art. 32 DSGVO; Praxis")
        .asking("Darf das Schutzniveau durch eine Änderung nicht sinken?"),
    of("LC-21", "sub-processors", Must, "Genehmigung weiterer Auftragsverarbeiter", "Art. 28 Abs. 2 DSGVO"),
    of("LC-22", "sub-processor-notice", Must, "Ankündigung weiterer Auftragsverarbeiter und Einspruch", "Art. 28 Abs. 2 S. 2 DSGVO")
        .asking("Nennt die Stelle Frist, Weg, das Recht zum Einspruch und was danach geschieht?"),
    of("LC-24", "delimitation", Must, "Abgrenzung der Aufgaben weiterer Auftragsverarbeiter", "Art. 28 Abs. 2 DSGVO; Anhang IV der Klauseln 2021/915"),
    of("LC-25", "partner", May, "Vertriebspartner als Unterauftragsverarbeiter", "Art. 28 Abs. 2 DSGVO"),
    of("LC-26", "sub-partner", May, "Untervertriebspartner als Unterunterauftragsverarbeiter", "Art. 28 Abs. 2 und 4 DSGVO"),
    of("LC-27", "flow-down", Must, "Gleiche Pflichten weiterer Auftragsverarbeiter und Haftung für sie", "Art. 28 Abs. 4 DSGVO")
        .asking("Haftet der Auftragsverarbeiter für weitere Auftragsverarbeiter in vollem Umfang?"),
    of("LC-28", "further-outsourcing", Must, "Einsatz weiterer Unternehmen durch Unterauftragsverarbeiter", "Art. 28 Abs. 2 und 4 DSGVO")
        .asking("Lässt der Text zu, dass ein Vertriebspartner einen Untervertriebspartner einsetzt?"),
    of("LC-29", "place", Must, "Ort der Verarbeitung", "Art. 28 Abs. 3 lit. a, Art. 44 DSGVO"),
    of("LC-31", "third-country", Should, "Übermittlung in Drittländer", "Art. 44 bis 49 DSGVO")
        .asking("Erhält der Auftraggeber auf Verlangen Kopien der Übermittlungsgrundlagen, wenn Daten in Drittländer gelangen?"),
    of("LC-32", "assist-rights", Must, "Unterstützung bei Anfragen betroffener Personen", "Art. 28 Abs. 3 lit. e DSGVO"),
    of("LC-33", "assist-security", Must, "Unterstützung bei den Pflichten nach Art. 32 bis 36", "Art. 28 Abs. 3 lit. f DSGVO"),
    of("LC-34", "breach", Must, "Meldung von Verletzungen des Schutzes", "Art. 33 Abs. 2 DSGVO")
        .asking("Wird unverzüglich gemeldet, mit einer Frist in Stunden, mit Inhalt und Anlaufstelle?"),
    of("LC-35", "deletion", Must, "Löschung und Rückgabe", "Art. 28 Abs. 3 lit. g DSGVO")
        .asking("Hat der Auftraggeber die Wahl zwischen Löschung und Rückgabe, mit einer Frist in Tagen?"),
    of("LC-36", "audit", Must, "Nachweise und Prüfungen", "Art. 28 Abs. 3 lit. h DSGVO")
        .asking("Sind Inspektionen durch den Auftraggeber oder einen beauftragten Prüfer möglich?"),
    of("LC-37", "audit-conditions", Should, "Bedingungen einer Prüfung", "Art. 28 Abs. 3 lit. h DSGVO; Praxis der Aufsichtsbehörden")
        .asking("Lassen die Bedingungen das Prüfrecht bestehen: Prüfung vor Ort möglich, Ankündigung höchstens 30 Tage, keine Kosten bei eigenem Verstoß?"),
    of("LC-38", "liability", Should, "Haftung", "Art. 82 DSGVO; §§ 307, 309 Nr. 7 BGB")
        .asking("Bleiben Ansprüche betroffener Personen und die Haftung für weitere Auftragsverarbeiter unbeschränkt?"),
    of("LC-39", "authority", Should, "Zusammenarbeit mit der Aufsichtsbehörde", "Art. 31 DSGVO"),
    of("LC-40", "precedence", Should, "Vorrang vor anderen Vereinbarungen", "Klausel 4 der Klauseln 2021/915"),
    of("LC-41", "definitions", May, "Begriffe", "Art. 4 DSGVO")
        .asking("Widerspricht keine Begriffserklärung Art. 4 DSGVO?"),
    of("LC-42", "termination", Should, "Kündigung und Ende", "Klausel 10 der Klauseln 2021/915"),
    of("LC-42", "survival", May, "Fortgeltung", "Klausel 10 der Klauseln 2021/915"),
    of("LC-43", "conclusion", Must, "Abschluss des Vertrags", "Art. 28 Abs. 9 DSGVO; § 126b BGB"),
    of("LC-43", "evidence", May, "Nachweis des Abschlusses", "Art. 5 Abs. 2 DSGVO"),
    of("LC-44", "objection", Must, "Widerspruch gegen den Vertrag", "Vereinbarung über den Zugriff der Vertriebspartner")
        .asking("Nennt die Stelle Recht, Form, Adressat und Folge des Widerspruchs?"),
    of("LC-45", "change", Must, "Neue Fassungen und Änderungen", "Art. 28 Abs. 3 DSGVO")
        .asking("Gilt eine neue Fassung erst, wenn der Auftraggeber sie annimmt?"),
    of("LC-52", "remuneration", May, "Vergütung", "Art. 28 Abs. 3 DSGVO; Praxis der Aufsichtsbehörden")
        .asking("Hängt keine gesetzliche Pflicht von einer Vergütung ab?"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// docs/legal-department.md says what each subject rests on.
    #[test]
    fn lc04_the_table_of_the_manual_is_this_list() {
        let manual = include_str!("../../../docs/legal-department.md");
        for subject in SUBJECTS {
            let need = match subject.need {
                Must => "blocks",
                Should => "needs a reason",
                May => "asked if there",
            };
            let row = format!(
                "| {} | `{}` | {} | {need} | {} |",
                subject.id, subject.tag, subject.title_de, subject.law
            );
            assert!(
                manual.contains(&row),
                "docs/legal-department.md lacks {row}"
            );
        }
    }

    #[test]
    fn lc04_each_mark_is_there_once_and_in_the_order_of_the_checks() {
        assert!(SUBJECTS.is_sorted_by_key(|subject| subject.id));
        let mut all: Vec<&str> = SUBJECTS.iter().map(|subject| subject.tag).collect();
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]), "{all:?}");
    }
}
