//! The words of the clause form, which a lawyer reads and types instead of markup: names of values,
//! subjects and conditions, and what is said of a text that cannot be understood. German only; the form
//! for the English text has the same names.

/// Values by their key in the source, with the name that stands for them in the form.
pub const VALUES: &[(&str, &str)] = &[
    ("operator-name", "Name des Auftragsverarbeiters"),
    ("operator-address", "Anschrift des Auftragsverarbeiters"),
    ("operator-register", "Register des Auftragsverarbeiters"),
    (
        "operator-represented-by",
        "Vertreter des Auftragsverarbeiters",
    ),
    ("operator-email", "E-Mail des Auftragsverarbeiters"),
    ("operator-phone", "Telefon des Auftragsverarbeiters"),
    ("customer-name", "Name des Auftraggebers"),
    ("customer-address", "Anschrift des Auftraggebers"),
    ("customer-number", "Kundennummer des Auftraggebers"),
    ("customer-represented-by", "Vertreter des Auftraggebers"),
    ("partner-name", "Name des Vertriebspartners"),
    ("partner-address", "Anschrift des Vertriebspartners"),
    ("partner-contact", "Ansprechperson des Vertriebspartners"),
    ("partner-email", "E-Mail des Vertriebspartners"),
    ("sub-partner-name", "Name des Untervertriebspartners"),
    (
        "sub-partner-address",
        "Anschrift des Untervertriebspartners",
    ),
    (
        "sub-partner-contact",
        "Ansprechperson des Untervertriebspartners",
    ),
    ("sub-partner-email", "E-Mail des Untervertriebspartners"),
    ("products", "Produkte"),
    ("version", "Nummer der Fassung"),
    ("version-date", "Stand der Fassung"),
    ("dpo-name", "Name der Datenschutzbeauftragten"),
    ("dpo-email", "E-Mail der Datenschutzbeauftragten"),
    ("objection-email", "E-Mail für Widersprüche"),
    ("retention-year", "Jahr der Aufbewahrung"),
    ("conclusion-person", "Wer abgeschlossen hat"),
    ("conclusion-function", "Funktion beim Abschluss"),
    ("conclusion-date", "Zeitpunkt des Abschlusses"),
    ("agreement-number", "Nummer des Vertrags"),
];

/// Subjects by their mark in the source. Those of measures begin with `tom-`.
pub const SUBJECTS: &[(&str, &str)] = &[
    ("subject", "Gegenstand"),
    ("duration", "Dauer"),
    ("nature", "Art der Verarbeitung"),
    ("purpose", "Zweck"),
    ("special-categories", "Besondere Kategorien"),
    ("data-types", "Arten der Daten"),
    ("data-subjects", "Betroffene Personen"),
    ("definitions", "Begriffe"),
    (
        "controller-duties",
        "Rechte und Pflichten des Auftraggebers",
    ),
    ("instructions", "Weisungen"),
    ("unlawful-instruction", "Rechtswidrige Weisung"),
    ("authorised-persons", "Weisungsbefugte"),
    ("confidentiality", "Vertraulichkeit"),
    ("telecom-secrecy", "Fernmeldegeheimnis"),
    ("tom", "Sicherheit der Verarbeitung"),
    ("tom-change", "Änderung der Maßnahmen"),
    ("sub-processors", "Weitere Auftragsverarbeiter"),
    ("partner", "Vertriebspartner"),
    ("sub-partner", "Untervertriebspartner"),
    ("flow-down", "Gleiche Pflichten in der Kette"),
    ("further-outsourcing", "Weiterer Einsatz in der Kette"),
    ("delimitation", "Abgrenzung der Aufgaben"),
    ("sub-processor-notice", "Ankündigung und Einspruch"),
    ("place", "Ort der Verarbeitung"),
    ("third-country", "Drittland"),
    ("assist-rights", "Hilfe bei Betroffenenrechten"),
    ("assist-security", "Hilfe bei Art. 32 bis 36"),
    ("authority", "Aufsichtsbehörde"),
    ("breach", "Meldung von Verletzungen"),
    ("deletion", "Löschung und Rückgabe"),
    ("audit", "Nachweise und Prüfungen"),
    ("audit-conditions", "Bedingungen der Prüfung"),
    ("liability", "Haftung"),
    ("remuneration", "Vergütung"),
    ("precedence", "Rangfolge"),
    ("termination", "Kündigung"),
    ("survival", "Fortgeltung"),
    ("conclusion", "Abschluss"),
    ("evidence", "Nachweis des Abschlusses"),
    ("objection", "Widerspruch"),
    ("change", "Neue Fassungen"),
    ("tom-access", "Maßnahme: Zugriff"),
    ("tom-accountability", "Maßnahme: Rechenschaft"),
    ("tom-availability", "Maßnahme: Verfügbarkeit"),
    ("tom-certification", "Maßnahme: Zertifizierung"),
    ("tom-confidentiality", "Maßnahme: Vertraulichkeit"),
    ("tom-configuration", "Maßnahme: Systemkonfiguration"),
    ("tom-encryption", "Maßnahme: Verschlüsselung"),
    ("tom-erasure", "Maßnahme: Löschung"),
    ("tom-governance", "Maßnahme: Organisation"),
    ("tom-integrity", "Maßnahme: Integrität"),
    ("tom-logging", "Maßnahme: Protokollierung"),
    ("tom-minimisation", "Maßnahme: Datenminimierung"),
    ("tom-physical", "Maßnahme: Zutritt"),
    ("tom-pseudonymisation", "Maßnahme: Pseudonymisierung"),
    ("tom-quality", "Maßnahme: Datenqualität"),
    ("tom-restoration", "Maßnahme: Wiederherstellung"),
    ("tom-retention", "Maßnahme: begrenzte Speicherung"),
    ("tom-storage", "Maßnahme: Schutz gespeicherter Daten"),
    ("tom-testing", "Maßnahme: regelmäßige Prüfung"),
    ("tom-transmission", "Maßnahme: Schutz bei der Übertragung"),
];

/// Conditions by their key in the source; the last ones take a code.
pub const CONDITIONS: &[(&str, &str)] = &[
    ("has-sub-partner", "es gibt einen Untervertriebspartner"),
    ("no-sub-partner", "es gibt keinen Untervertriebspartner"),
    ("concluded", "der Vertrag ist geschlossen"),
    ("draft", "der Vertrag ist noch nicht geschlossen"),
    ("third-country-transfers", "Daten gehen in ein Drittland"),
];

/// What a subject is called; an unknown mark is called as it is.
pub fn subject(mark: &str) -> &str {
    named(SUBJECTS, mark)
}

/// The mark of a subject as it was typed.
pub fn subject_key(name: &str) -> &str {
    key(SUBJECTS, name)
}

/// What a condition is called.
pub fn condition(word: &str) -> &str {
    named(CONDITIONS, word)
}

/// The condition as it was typed.
pub fn condition_key(name: &str) -> &str {
    key(CONDITIONS, name)
}

/// What a value is called.
pub fn value(word: &str) -> &str {
    named(VALUES, word)
}

/// The value as it was typed; upper and lower case count the same.
pub fn value_key(name: &str) -> Option<&'static str> {
    let wanted = name.to_lowercase();
    let mut all = VALUES.iter();
    let found = all.find(|(_, value)| value.to_lowercase() == wanted)?;
    Some(found.0)
}

fn named<'n>(list: &[(&'n str, &'n str)], key: &'n str) -> &'n str {
    let found = list.iter().find(|(one, _)| *one == key);
    found.map_or(key, |(_, name)| name)
}

fn key<'n>(list: &[(&'n str, &'n str)], name: &'n str) -> &'n str {
    let found = list.iter().find(|(_, one)| *one == name);
    found.map_or(name, |(key, _)| key)
}

/// What cannot be shown in the form, by the kind of block.
pub mod fixed {
    /// A table.
    pub const TABLE: &str = "Tabelle";
    /// A block that the program writes.
    pub const GENERATED: &str = "Vom Portal erzeugt";
    /// Blocks below one condition.
    pub const GROUP: &str = "Bedingter Teil";
    /// Lines of an address.
    pub const CONTACT: &str = "Anschrift";
    /// Anything else.
    pub const OTHER: &str = "Im Quelltext";
}

/// What a block that the program writes is called.
pub fn generated(word: &str) -> &str {
    named(
        &[
            ("sub-processors", "Liste der weiteren Auftragsverarbeiter"),
            ("chain", "Kette der Auftragsverarbeiter"),
            ("products", "Anlagen der Produkte"),
            ("measures", "Gruppen von Maßnahmen"),
            ("contacts", "Ansprechpersonen"),
            ("parties", "Vertragsparteien"),
            ("conclusion", "Abschlussvermerk"),
        ],
        word,
    )
}

/// A word in brackets that means nothing.
pub fn unknown_token(token: &str) -> String {
    format!(
        "„[{token}]“ ist weder ein Wert noch ein Verweis. Wählen Sie ihn aus der Liste, oder schreiben Sie die Klammer als \\["
    )
}

/// A word in brackets that stands only at the beginning of a paragraph.
pub fn misplaced_token(token: &str) -> String {
    format!("„[{token}]“ steht nur am Anfang eines Absatzes")
}

/// A fixed line is gone.
pub fn fixed_missing(label: &str) -> String {
    format!(
        "Die Zeile „⟦{label}⟧“ fehlt. Sie steht für etwas, das nur im Quelltext geändert wird: Setzen Sie sie wieder ein"
    )
}

/// A fixed line is there twice, or was made up.
pub fn fixed_unknown(label: &str) -> String {
    format!("Die Zeile „⟦{label}⟧“ gibt es hier nicht noch einmal. Entfernen Sie sie")
}

/// A link that leads nowhere.
pub fn bad_link(target: &str) -> String {
    format!("„{target}“ ist kein Ziel für einen Link. Möglich sind http, https, mailto und tel")
}

/// Text that would be read as something else than was typed.
pub const NOT_EXPRESSIBLE: &str = "So lässt sich die Klausel hier nicht schreiben. Vereinfachen Sie sie, oder schreiben Sie sie im Quelltext";

/// A clause without heading.
pub const NO_HEADING: &str = "Geben Sie die Überschrift ein";

/// What the text before the first heading is called.
pub const PREAMBLE: &str = "Vor der ersten Überschrift";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_things_have_one_name() {
        for list in [VALUES, SUBJECTS, CONDITIONS] {
            let names: BTreeSet<&str> = list.iter().map(|(_, name)| *name).collect();
            assert_eq!(names.len(), list.len());
            for (word, name) in list {
                assert!(
                    !name.contains([',', '[', ']', ':']) || word.starts_with("tom-"),
                    "{name}"
                );
                assert!(!name.contains([',', '[', ']']), "{name}");
            }
        }
        assert_eq!(subject_key("Weisungen"), "instructions");
        assert_eq!(subject("unbekannt"), "unbekannt");
        assert_eq!(value_key("name des auftraggebers"), Some("customer-name"));
    }
}
