//! The fields of the page: ids, labels, hints, and what may be typed.

/// Properties of a field.
pub struct Ask {
    /// Label of the field.
    pub label: &'static str,
    /// A hint for filling it in; may be empty.
    pub hint: &'static str,
    /// The kind of value.
    pub kind: Kind,
}

/// What may be typed into a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A required line.
    Needed,
    /// An optional line.
    Free,
    /// A required e-mail address.
    Email,
    /// One of the [`crate::domain::Holidays`].
    Holidays,
}

const fn ask(label: &'static str, hint: &'static str, kind: Kind) -> Ask {
    Ask { label, hint, kind }
}

/// The provider's fields: id and properties.
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
    (
        "feiertage",
        ask(
            "Feiertage",
            "Erinnerungen gehen montags bis freitags von 8 bis 20 Uhr hinaus, aber nicht an Feiertagen dieses Landes",
            Kind::Holidays,
        ),
    ),
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
