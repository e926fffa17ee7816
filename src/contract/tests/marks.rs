//! T-02, T-04, T-05, T-06: marks and numbers are printed as the author wrote them, in every form.

use super::*;

/// The printed text of a main text without its first two lines.
fn printed(main: &str, numbering: &str, annexes: &[(&str, &str)]) -> String {
    let names: Vec<String> = annexes
        .iter()
        .map(|(path, _)| path.trim_start_matches("de/").trim_end_matches(".dj"))
        .map(|name| format!("\"{name}\""))
        .collect();
    let toml = super::toml("[\"de\"]", &names.join(", ")) + numbering;
    let mut files = vec![("contract.toml", toml.as_str()), ("de/vertrag.dj", main)];
    files.extend(annexes);
    let contract = Contract::from_files(&files).unwrap();
    let document = contract.resolve(&sample_values(Language::De, true), Language::De);
    assert_eq!(article_words(&document), text::words(&document));
    let text = text::plain(&document);
    text.splitn(3, '\n').nth(2).unwrap().to_owned()
}

#[test]
fn every_mark_is_printed_as_it_is_written() {
    for marks in [
        "1. 2. 3.",
        "1) 2) 3)",
        "(1) (2) (3)",
        "4. 5. 6.",
        "(7) (8) (9)",
        "a) b) c)",
        "a. b. c.",
        "(a) (b) (c)",
        "c) d) e)",
        "(d) (e) (f)",
        "h. i. j.",
        "A. B. C.",
        "A) B) C)",
        "(L) (M) (N)",
        "i. ii. iii.",
        "i) ii) iii)",
        "(i) (ii) (iii)",
        "iv. v. vi.",
        "I. II. III.",
        "(V) (VI) (VII)",
    ] {
        let items: String = marks
            .split(' ')
            .map(|mark| format!("{mark} Text\n\n"))
            .collect();
        let expected: String = marks
            .split(' ')
            .map(|mark| format!("{mark} Text\n"))
            .collect();
        let text = printed(&format!("# A\n\n{items}"), "", &[]);
        assert_eq!(text, format!("\n1 A\n\n{expected}"));
    }
}

#[test]
fn lists_nest_in_any_order_and_go_on_after_an_interruption() {
    let main = "# A

a) eins

   - Punkt

     1) tief

        (i) tiefer

            + am tiefsten

     weiter im Punkt

   weiter in a

b) zwei

Dazwischen.

c) drei

{marks=\"(a)\"}
1. anders

{marks=none}
- ohne Zeichen

- {mark=\"7a.\"}
  eigenes

h) acht

Dazwischen.

i) neun
";
    let expected = "
1 A

a) eins

    • Punkt

        1) tief

            (i) tiefer

                – am tiefsten

        weiter im Punkt

    weiter in a
b) zwei

Dazwischen.

c) drei

(a) anders

ohne Zeichen
7a. eigenes

h) acht

Dazwischen.

i) neun
";
    assert_eq!(printed(main, "", &[]), expected);
}

#[test]
fn levels_are_numbered_as_contract_toml_says() {
    let numbering = "[numbering.de]\nsections = [\"§ 1\", \"(1)\", \"none\", \"a)\"]\nannexes = [\"Anhang I\", \"1.\", \"1.1\"]\n";
    let main = "{#a}\n# Eins\n\nText [](#b), [](#d), [](#e), [](#c), [](#f), [](#g), [](#h).\n\n## Zwei\n\n{#b}\n## Drei\n\n### Ohne\n\n{#d}\n#### Tief\n\n{#e number=\"§ 3a\"}\n# Eigene\n\n{marks=\"1.1\"}\n1. Absatz\n\n2. {#g}\n   noch einer\n\n   {marks=\"1.1\"}\n   1. {#h}\n      darunter\n\n{.unnumbered}\n# Keine\n\n# Weiter\n";
    let annexes = [
        (
            "de/anlage-a.dj",
            "{#c}\n# Erste\n\n## Eins\n\n### Tief\n\n## Zwei\n",
        ),
        ("de/anlage-b.dj", "# Zweite\n\n{#f}\n## Eins\n"),
        (
            "de/anlage-c.dj",
            "{number=\"ANHANG X:\"}\n# Dritte\n\nText.\n",
        ),
        ("de/anlage-d.dj", "{.unnumbered}\n# Ohne\n\nText.\n"),
    ];
    let nb = '\u{a0}';
    let expected = format!("
§ 1 Eins

Text §{nb}1 Absatz{nb}2, Abschnitt „Ohne“ Buchstabe{nb}a, §{nb}3a, Anhang{nb}I, Anhang{nb}II Nummer{nb}1, Ziffer{nb}3a.2, Ziffer{nb}3a.2.1.

(1) Zwei

(2) Drei

Ohne

a) Tief

§ 3a Eigene

3a.1 Absatz
3a.2 noch einer

    3a.2.1 darunter

Keine

§ 4 Weiter

Anhang I Erste

1. Eins

1.1 Tief

2. Zwei

Anhang II Zweite

1. Eins

ANHANG X: Dritte

Text.

Ohne

Text.
");
    let got = printed(main, numbering, &annexes);
    assert_eq!(got, expected);
}

#[test]
fn an_address_block_keeps_its_lines_and_leaves_out_what_is_missing() {
    let main = "# A\n\n{.contact}\n:operator-name:\n*Straße* 1\nTel.\\ :operator-phone:\nVertreten durch :sub-partner-contact:\nE-Mail: :sub-partner-email:\n\n| A | B |\n|---|---|\n| x:br:y | z |\n";
    let contract = contract(main, &[]).unwrap();
    let mut values = sample_values(Language::De, false);
    values.operator.party.phone = " ".into();
    let document = contract.resolve(&values, Language::De);
    let text = text::plain(&document);
    assert!(
        text.ends_with("\n1 A\n\nPlusnet GmbH\nStraße 1\n\n\nA\tB\nx / y\tz\n"),
        "{text}"
    );
    let html = html::article(&document);
    assert!(
        html.contains("<address>Plusnet GmbH<br><strong>Straße</strong> 1</address>"),
        "{html}"
    );
}
