//! What a caller says, and who is found by it.

use super::*;

fn kept(company: &str) -> Vec<String> {
    words(Known {
        number: 4711,
        company,
        postcode: "50667",
        city: "Köln",
        email: Some("anna.Schmidt@mueller-bau.example"),
        agreements: &["AVV-2026-004711-1-EBJD1Z"],
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
        ("AK GmbH", "avv-2026-004711-1"),
        ("AK GmbH", "AVV-2026-004711-1-EBJD1Z"),
        ("AK GmbH", "AVV-2026-0047"),
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
    for whole in ["4711", "@a@b.example", "avv-2026-1-1", "ag"] {
        assert!(inner_parts(whole).is_empty(), "{whole}");
    }
}

#[test]
fn c7_a_whole_number_says_which_customer() {
    assert_eq!(customer_number(" 4711 "), Some(4711));
    for other in ["", "4711a", "-4711", "47 11", "99999999999999999999"] {
        assert_eq!(customer_number(other), None, "{other}");
    }
    assert_eq!(
        agreement_number("avv-2026-004711-1-ebjd1z").as_deref(),
        Some("AVV-2026-004711-1-EBJD1Z")
    );
    assert_eq!(agreement_number("AVV-2026"), None);
}
