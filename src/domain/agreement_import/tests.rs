#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::*;
use crate::domain::table::Head;

type Faults = Vec<(Option<Column>, Reason)>;

fn faults(line: &str, has_scans: bool) -> Faults {
    let head = "Kundennummer;Abgeschlossen am;Unterzeichnet von;Funktion;Vertragspartner-Kette;Fassung;Ablage";
    let head = Head::read(head.split(';')).unwrap();
    let cells: Vec<&str> = line.split(';').collect();
    let today = "2026-11-30".parse().unwrap();
    match read_row(&head, &cells, (2, today), has_scans) {
        Ok(_) => Faults::new(),
        Err(faults) => faults
            .into_iter()
            .map(|fault| (fault.column, fault.reason))
            .collect(),
    }
}

#[test]
fn s76_a_line_with_an_agreement_is_read_or_every_fault_is_named() {
    use {Column as C, Reason as R};
    let good =
        "K-1;03.04.2019;Erika Beispiel;Geschäftsführerin;Muster IT GmbH > Nord-TK GbR;1.0;DMS 1/2";
    assert_eq!(faults(good, false), []);
    assert_eq!(faults("K-1;2026-11-30;E;I;M;1.0;", true), []);
    for (line, expected) in [
        (
            ";;;;;;",
            vec![
                (C::Person, R::Missing),
                (C::Function, R::Missing),
                (C::Version, R::Missing),
                (C::Chain, R::Missing),
                (C::KeptAt, R::NoOriginal),
                (C::ConcludedOn, R::Missing),
            ],
        ),
        ("a/b;03.04.2019;E;I;M;1;x", vec![]),
        (
            "K-1;2026-12-01;E;I;M;1;x",
            vec![(C::ConcludedOn, R::Future)],
        ),
        (
            "K-1;31.02.2020;E;I;M;1;x",
            vec![(C::ConcludedOn, R::NoDate)],
        ),
        ("K-1;1.1.0019;E;I;M;1;x", vec![(C::ConcludedOn, R::NoDate)]),
        (
            "K-1;03.04.2019;@SUM(A1);I;M;1;x",
            vec![(C::Person, R::Formula)],
        ),
        ("K-1;03.04.2019;E;I;=M;1;x", vec![(C::Chain, R::Formula)]),
        ("K-1;03.04.2019;E;123;M;1;x", vec![(C::Function, R::NoName)]),
        (
            "K-1;03.04.2019;E\u{202e}va;I;M;1;x",
            vec![(C::Person, R::Hidden)],
        ),
        (
            "K-1;03.04.2019;E;I;M;1;x\u{7}",
            vec![(C::KeptAt, R::Hidden)],
        ),
        (
            "K-1;03.04.2019;www.boese.example;I;M;1;x",
            vec![(C::Person, R::Link)],
        ),
    ] {
        let mut expected: Faults = expected
            .into_iter()
            .map(|(column, reason)| (Some(column), reason))
            .collect();
        match line.split(';').next().unwrap() {
            "" => expected.insert(0, (Some(C::Number), R::Missing)),
            "a/b" => expected.insert(0, (Some(C::Number), R::NoNumber)),
            _ => {}
        }
        assert_eq!(faults(line, false), expected, "{line}");
    }
    let long = format!("K-1;03.04.2019;{};I;M;1;x", "x".repeat(5000));
    let too_long = (Some(C::Person), R::TooLong { most: 120 });
    assert_eq!(faults(&long, false), [too_long]);
    let more = "K-1;03.04.2019;E;I;M;1;x;mehr";
    assert_eq!(faults(more, false), [(None, R::TooManyCells)]);
}

#[test]
fn s76_heads_may_be_german_or_english() {
    for head in [
        "kundennummer;abgeschlossen_am;unterzeichnet_von;funktion;vertragspartner_kette;fassung;ablage",
        "customer_number,concluded_on,signed_by,function,partner_chain,version,kept_at",
        "Nummer;Datum;Unterzeichner;Funktion;Kette;Version",
    ] {
        assert!(
            Head::<Column>::read(head.split([';', ','])).is_ok(),
            "{head}"
        );
    }
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
fn s5_8_18_figures_say_what_is_in_a_file() {
    let row = |day: &str, version: &str| ExistingAgreement {
        number: "K-1".parse().unwrap(),
        concluded_on: day.parse().unwrap(),
        person: "E".to_owned(),
        function: "I".to_owned(),
        chain: vec!["M".to_owned(), "S".to_owned()],
        version: version.to_owned(),
        kept_at: String::new(),
    };
    let mut figures = Figures::default();
    assert!(!figures.is_good());
    figures.count(&row("2019-04-03", "1.0"), true);
    figures.count(&row("2018-01-01", "1.0"), false);
    figures.count(&row("2019-12-31", "2.0"), false);
    assert!(figures.is_good());
    assert_eq!((figures.good, figures.asked), (3, 1));
    assert_eq!(figures.versions["1.0"], 2);
    assert_eq!(figures.years["2019"], 2);
    assert_eq!(figures.partners["M"], 3);
    let days = ("2018-01-01".parse().unwrap(), "2019-12-31".parse().unwrap());
    assert_eq!(figures.days, Some(days));
    figures.faults = 1;
    assert!(!figures.is_good());
}
