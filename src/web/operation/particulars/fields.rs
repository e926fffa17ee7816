//! What the page asks for: ids, labels, hints, and what may be typed.

/// What a field asks for.
pub struct Ask {
    /// Name of the field.
    pub label: &'static str,
    /// What helps to fill it in; may be empty.
    pub hint: &'static str,
    /// What may be typed.
    pub kind: Kind,
}

/// What may be typed into a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A line that has to be there.
    Needed,
    /// A line that may stay empty.
    Free,
    /// An address that has to be there.
    Email,
}

const fn ask(label: &'static str, hint: &'static str, kind: Kind) -> Ask {
    Ask { label, hint, kind }
}

/// The provider's fields: id, what is asked.
pub const OWN: &[(&str, Ask)] = &[
    (
        "name",
        ask(
            "Firma mit Rechtsform",
            "So steht sie im Vertrag",
            Kind::Needed,
        ),
    ),
    (
        "kurzname",
        ask(
            "Kurzname",
            "Für die Kopfzeile, zum Beispiel Plusnet",
            Kind::Needed,
        ),
    ),
    ("strasse", ask("Straße und Hausnummer", "", Kind::Needed)),
    ("plz", ask("Postleitzahl", "", Kind::Needed)),
    ("ort", ask("Ort", "", Kind::Needed)),
    ("land", ask("Land", "", Kind::Needed)),
    (
        "register",
        ask(
            "Registergericht und Nummer",
            "Zum Beispiel Amtsgericht Köln, HRB 12345",
            Kind::Free,
        ),
    ),
    ("vertreten", ask("Vertreten durch", "", Kind::Needed)),
    (
        "ansprechperson",
        ask("Ansprechperson oder Abteilung", "", Kind::Needed),
    ),
    (
        "email",
        ask(
            "E-Mail-Adresse",
            "Hierhin gehen auch Hinweise des Portals an Sie",
            Kind::Email,
        ),
    ),
    ("telefon", ask("Telefon", "", Kind::Needed)),
    (
        "zeiten",
        ask(
            "Erreichbar",
            "Zum Beispiel montags bis freitags von 8 bis 18 Uhr",
            Kind::Free,
        ),
    ),
    ("zeiten_en", ask("Erreichbar, auf Englisch", "", Kind::Free)),
];

/// The fields about data protection and objections.
pub const PROTECTION: &[(&str, Ask)] = &[
    (
        "dsb",
        ask(
            "Datenschutzbeauftragte Person",
            "Name, auch einer beauftragten Firma",
            Kind::Needed,
        ),
    ),
    (
        "dsb_email",
        ask("E-Mail-Adresse für Datenschutz", "", Kind::Email),
    ),
    (
        "widerspruch_email",
        ask(
            "E-Mail-Adresse für Widersprüche",
            "Kunden finden sie im Vertrag und in E-Mails",
            Kind::Email,
        ),
    ),
];

/// What is asked about each further sub-processor, in the order of its ids.
pub const BLOCK: [Ask; 14] = [
    ask("Firma mit Rechtsform", "", Kind::Needed),
    ask("Straße und Hausnummer", "", Kind::Needed),
    ask("Postleitzahl", "", Kind::Needed),
    ask("Ort", "", Kind::Needed),
    ask("Land", "", Kind::Needed),
    ask("Ansprechperson", "", Kind::Needed),
    ask("E-Mail-Adresse", "", Kind::Email),
    ask("Telefon", "", Kind::Free),
    ask("Leistung", "Was die Firma für Sie tut", Kind::Needed),
    ask("Leistung, auf Englisch", "", Kind::Needed),
    ask(
        "Ort der Verarbeitung",
        "Zum Beispiel Deutschland",
        Kind::Needed,
    ),
    ask("Ort der Verarbeitung, auf Englisch", "", Kind::Needed),
    ask(
        "Garantie für die Übermittlung",
        "Nur außerhalb des Europäischen Wirtschaftsraums, zum Beispiel Standardvertragsklauseln",
        Kind::Free,
    ),
    ask(
        "Register",
        "Gericht und Nummer, falls eingetragen",
        Kind::Free,
    ),
];

macro_rules! block_ids {
    ($n:literal) => {
        [
            concat!("sub", $n, "_name"),
            concat!("sub", $n, "_strasse"),
            concat!("sub", $n, "_plz"),
            concat!("sub", $n, "_ort"),
            concat!("sub", $n, "_land"),
            concat!("sub", $n, "_ansprechperson"),
            concat!("sub", $n, "_email"),
            concat!("sub", $n, "_telefon"),
            concat!("sub", $n, "_leistung"),
            concat!("sub", $n, "_leistung_en"),
            concat!("sub", $n, "_verarbeitung"),
            concat!("sub", $n, "_verarbeitung_en"),
            concat!("sub", $n, "_garantie"),
            concat!("sub", $n, "_register"),
        ]
    };
}

/// Ids of the blocks; one that is left empty is no sub-processor.
pub const BLOCKS: [[&str; 14]; 5] = [
    block_ids!("1"),
    block_ids!("2"),
    block_ids!("3"),
    block_ids!("4"),
    block_ids!("5"),
];
