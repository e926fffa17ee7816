#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::*;
use crate::domain::Language;

fn head(names: &str) -> Result<Head, HeadFault> {
    Head::read(names.split(';'))
}

fn faults(line: &str) -> Vec<(Option<Column>, Reason)> {
    let head = head("Nummer;Firma;Straße;PLZ;Ort;Land;E-Mail;Sprache;Mandant;Submandant;Produkte");
    let cells: Vec<&str> = line.split(';').collect();
    match read_row(&head.unwrap(), &cells, 2) {
        Ok(_) => Vec::new(),
        Err(faults) => faults
            .into_iter()
            .map(|fault| (fault.column, fault.reason))
            .collect(),
    }
}

#[test]
fn s76_columns_are_known_by_german_and_english_heads() {
    for names in [
        "Kundennummer;Firma;Straße;PLZ;Ort",
        "customer_number;company;street;postal_code;city",
        " KUNDENNUMMER ; Firma;Strasse; Postleitzahl;Ort;E-Mail;vertreten durch",
        "number;name;street;postcode;city;Sub-Partner;language",
    ] {
        assert!(head(names).is_ok(), "{names}");
    }
    let unknown = vec!["E-Mial".to_owned()];
    for (names, fault) in [
        ("", HeadFault::Empty),
        (" ; ", HeadFault::Empty),
        (
            "Kundennummer;Firma;Straße;PLZ;Ort;E-Mial",
            HeadFault::Unknown(unknown),
        ),
        ("Nummer;Kundennummer", HeadFault::Twice(Column::Number)),
        (
            "Nummer;Firma;Straße;Ort",
            HeadFault::Missing(vec![Column::Postcode]),
        ),
    ] {
        assert_eq!(head(names), Err(fault), "{names}");
    }
}

#[test]
fn s76_no_head_means_two_columns() {
    let mut all: Vec<&str> = Column::ALL
        .iter()
        .flat_map(|one| one.heads())
        .copied()
        .collect();
    let many = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), many);
}

#[test]
fn s76_every_fault_of_a_line_is_named_at_its_cell() {
    use Column as C;
    use Reason as R;
    assert_eq!(
        faults("1;A GmbH;Weg 1;50667;Köln;;a@b.example;en;P;S;x"),
        []
    );
    assert_eq!(faults("1;A GmbH;Weg 1;1010;Wien;Österreich;;;;;"), []);
    for (line, expected) in [
        (
            ";;;;;;;;;;",
            vec![
                (C::Number, R::Missing),
                (C::Name, R::Missing),
                (C::Street, R::Missing),
                (C::Postcode, R::Missing),
                (C::City, R::Missing),
            ],
        ),
        ("a/b;A;W 1;50667;K;;;;;;", vec![(C::Number, R::NoNumber)]),
        ("1;***;W 1;50667;K;;;;;;", vec![(C::Name, R::NoName)]),
        ("1;A;W 1;5066;K;;;;;;", vec![(C::Postcode, R::Postcode)]),
        (
            "1;A;W 1;50667;K;;a@b@c;fr;;S;",
            vec![
                (C::Email, R::NoAddress),
                (C::Language, R::NoLanguage),
                (C::Partner, R::NoPartner),
            ],
        ),
    ] {
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(column, reason)| (Some(column), reason))
            .collect();
        assert_eq!(faults(line), expected, "{line}");
    }
    assert_eq!(
        faults("1;A;W 1;50667;K;;;;;;;mehr"),
        [(None, R::TooManyCells)]
    );
    let long = format!("1;A;{};50667;K;;;;;;", "x".repeat(201));
    assert_eq!(faults(&long), [(Some(C::Street), R::TooLong { most: 200 })]);
}

#[test]
fn s73_what_a_line_says_is_cleaned_like_what_is_typed() {
    let head = head("Nummer;Firma;Straße;PLZ;Ort;Sprache;Produkte").unwrap();
    let cells = [
        " K-1 ",
        "  Mu\u{308}ller\u{200b}  GmbH ",
        "Weg 1",
        "50667",
        "Köln",
        "Englisch",
        "a, b + ums+fax |a",
    ];
    let row = read_row(&head, &cells, 2).unwrap();
    assert_eq!(row.number.as_str(), "K-1");
    assert_eq!(row.party.name, "Müller GmbH");
    assert_eq!(row.party.country, "Deutschland");
    assert_eq!(row.language, Language::En);
    let options = ["ums", "fax"].map(str::to_owned).into();
    assert_eq!(
        row.bookings,
        [
            ("a".to_owned(), Default::default()),
            ("b".to_owned(), options)
        ]
    );
    let stored = serde_json::to_value(&row).unwrap();
    assert_eq!(serde_json::from_value::<ImportRow>(stored).unwrap(), row);
}
