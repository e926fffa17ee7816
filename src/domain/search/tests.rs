//! Searches as they are typed, and which customers they find.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::*;

fn kept(company: &str) -> Vec<String> {
    words(Known {
        number: CustomerNumber::from(4711),
        company,
        postcode: "50667",
        city: "Köln",
        email: Some("anna.Schmidt@mueller-bau.example"),
        agreements: &["AVV-2026-4711-1-EBJD1Z"],
    })
}

fn is_found(company: &str, search: &str) -> bool {
    let words = kept(company);
    let terms = terms(search);
    !terms.is_empty()
        && terms
            .iter()
            .all(|term| term.finds(words.iter().map(String::as_str), true))
}

#[test]
fn c7_a_customer_is_found_by_what_a_caller_says() {
    let table = [
        ("Özdemir Bau GmbH", "zdemir"),
        ("Özdemir Bau GmbH", "Özdemir"),
        ("Özdemir Bau GmbH", "oezdemir"),
        ("Özdemir Bau GmbH", "OZDEMIR bau"),
        ("Oezdemir Bau GmbH", "özdemir"),
        ("Mueller AG", "Müller"),
        ("Müller AG", "muller"),
        ("Bauelemente Nord", "elemente"),
        ("Neue Energie AG", "energie neue"),
        ("Süßmuth KG", "suessmuth"),
        ("Suessmuth KG", "süßmuth"),
        ("Dvořák Druck", "dvorak"),
        ("Yılmaz Optik", "yilmaz"),
        ("Zweirad Nørgård", "norgard"),
        ("Zweirad Nørgård", "noergaard"),
        ("St. Josef Stift", "Sankt Josef"),
        ("Sankt Josef Stift", "St.Josef"),
        ("Müller & Söhne", "Müller und Söhne"),
        ("AK GmbH", "4711"),
        ("AK GmbH", "47"),
        ("AK GmbH", "50667"),
        ("AK GmbH", "PLZ 50667"),
        ("AK GmbH", "Köln ak"),
        ("AK GmbH", "koeln"),
        ("AK GmbH", "avv-2026-4711-1"),
        ("AK GmbH", "AVV-2026-4711-1-EBJD1Z"),
        ("AK GmbH", "AVV-2026-47"),
        ("AK GmbH", "anna.schmidt@mueller-bau.example"),
        ("AK GmbH", "<anna.schmidt@mueller-bau.example>"),
        ("AK GmbH", "mueller-bau.example"),
        ("AK GmbH", "schmidt"),
    ];
    for (company, search) in table {
        assert!(is_found(company, search), "{company} by {search}");
    }
    for (company, search) in [
        ("AK GmbH", "711"),
        ("AK GmbH", "gibt es nicht"),
        ("AK GmbH", "bonn"),
        ("AK GmbH", "..."),
        ("Özdemir Bau GmbH", "mi"),
    ] {
        assert!(!is_found(company, search), "{company} by {search}");
    }
}

#[test]
fn c7_a_customer_number_is_found_whole_and_by_its_parts() {
    let finds = |number: &str, search: &str| {
        let words = words(Known {
            number: number.parse().unwrap(),
            company: "AK GmbH",
            postcode: "50667",
            city: "Köln",
            email: None,
            agreements: &[],
        });
        let terms = terms(search);
        !terms.is_empty()
            && terms
                .iter()
                .all(|term| term.finds(words.iter().map(String::as_str), true))
    };
    for (number, search) in [
        ("K-10001", "K-10001"),
        ("K-10001", "k-10001"),
        ("K-10001", "k-100"),
        ("K-10001", "K 10001"),
        ("K-10001", "10001"),
        ("K-010001", "10001"),
        ("KD123456", "kd123456"),
        ("KD123456", "1234"),
        ("007", "007"),
        ("007", "7"),
        ("0", "0"),
        ("firma.nord", "FIRMA.NORD"),
        ("a_b.c-9", "A_B.C-9"),
    ] {
        assert!(finds(number, search), "{number} by {search}");
    }
    for (number, search) in [
        ("K-10001", "0001"),
        ("KD123456", "d123"),
        ("70", "007"),
        ("K-10001", "L-10001"),
    ] {
        assert!(!finds(number, search), "{number} by {search}");
    }
}

#[test]
fn c7_an_address_is_not_found_out_letter_by_letter() {
    let words = kept("AK GmbH");
    let finds = |search: &str| {
        terms(search)
            .iter()
            .all(|term| term.finds(words.iter().map(String::as_str), false))
    };
    for part in [
        "anna",
        "schmidt",
        "mueller-bau.example",
        "anna.schmidt@",
        "anna.s@m",
    ] {
        assert!(!finds(part), "{part}");
    }
    assert!(finds("anna.schmidt@mueller-bau.example"));
}

#[test]
fn c7_every_inner_part_of_a_word_is_kept_and_no_part_of_a_number() {
    assert_eq!(inner_parts("bauer"), ["auer", "uer"]);
    assert_eq!(inner_parts("@bauer"), ["@auer", "@uer"]);
    for whole in [
        "4711",
        "@a@b.example",
        "avv-2026-1-1",
        "ag",
        "kd1234",
        "1a2b3c4d",
    ] {
        assert!(inner_parts(whole).is_empty(), "{whole}");
    }
}

#[test]
fn c7_a_whole_number_says_which_customer() {
    let numbers = |search: &str| -> Vec<String> {
        let numbers = customer_numbers(search);
        numbers.iter().map(ToString::to_string).collect()
    };
    assert_eq!(numbers(" 4711 "), ["4711"]);
    assert_eq!(numbers("007"), ["007"]);
    assert_eq!(numbers("k-10001"), ["k-10001", "K-10001"]);
    assert_eq!(numbers("Kd-1"), ["Kd-1", "KD-1", "kd-1"]);
    for other in ["", "-4711", "47 11", "4711/1", "Müller", &"9".repeat(33)] {
        assert!(numbers(other).is_empty(), "{other}");
    }
    assert_eq!(
        agreement_number("avv-2026-k_1.a-1-ebjd1z").as_deref(),
        Some("AVV-2026-K_1.A-1-EBJD1Z")
    );
    assert_eq!(
        agreement_number("avv-2026-4711-1-ebjd1z").as_deref(),
        Some("AVV-2026-4711-1-EBJD1Z")
    );
    assert_eq!(agreement_number("AVV-2026"), None);
}
