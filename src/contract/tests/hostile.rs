//! Values are text: whatever a customer's name is, the structure of the tree stays the same and all
//! forms agree.

use proptest::prelude::*;
use strum::VariantArray as _;

use super::*;
use crate::contract::tree::{Block, Inline};
use unicode_normalization::is_nfc;

const MAIN: &str = "{generate=parties}
:::
:::

{#a}
# Gegenstand für :customer-name:

(1) :customer-name: *und :partner-name:* [](#b)
(2) {#b}
    :sub-partner-name:

| A | :partner-name: |
|---|---|
| :customer-name: | x:sub-partner-name:y |
^ Für :customer-name:

: :customer-name:

  :conclusion-person:

{generate=chain}
:::
:::

{generate=sub-processors}
:::
:::
";

/// The structure of the tree without its text.
fn shape(blocks: &[Block]) -> String {
    blocks
        .iter()
        .map(|block| match block {
            Block::Section(s) => {
                format!("S{}#{}({:?})[{}]", s.level, s.id, s.label, shape(&s.blocks))
            }
            Block::Paragraph(inlines) => format!("P{}", inline_shape(inlines)),
            Block::Contact(inlines) => format!("C{}", inline_shape(inlines)),
            Block::List(list) => list
                .items
                .iter()
                .map(|i| format!("{}#{:?}[{}]", i.label, i.id, shape(&i.blocks)))
                .collect(),
            Block::Table(t) => format!(
                "T{:?}",
                t.rows
                    .iter()
                    .map(|r| r.iter().map(|c| inline_shape(c)).collect::<Vec<_>>())
                    .collect::<Vec<_>>()
            ),
            Block::Definitions(d) => d
                .iter()
                .map(|d| format!("D{}[{}]", inline_shape(&d.term), shape(&d.blocks)))
                .collect(),
        })
        .collect()
}

fn inline_shape(inlines: &[Inline]) -> String {
    inlines
        .iter()
        .map(|inline| match inline {
            Inline::Text(_) => "t".to_owned(),
            Inline::Strong(c) => format!("*{}*", inline_shape(c)),
            Inline::Emphasis(c) => format!("_{}_", inline_shape(c)),
            Inline::Link { content, .. } => format!("<{}>", inline_shape(content)),
            Inline::Reference { id, .. } => format!("#{id}"),
            Inline::Break => "/".to_owned(),
        })
        .collect()
}

fn named(customer: &str, partner: &str, sub: &str, person: &str) -> Values {
    let mut values = sample_values(Language::De, true);
    values.customer.name = customer.into();
    values.partner.as_mut().unwrap().name = partner.into();
    values.sub_partner.as_mut().unwrap().name = sub.into();
    let mut conclusion = sample::sample_conclusion(Language::De, "00");
    conclusion.person = person.into();
    values.conclusion = Some(conclusion);
    values
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "\\PC{0,40}",
        "[#*_`<>&\"'|:{}\\[\\]()\\\\\n\t -]{0,30}",
        Just("# H1 <b>fett</b> {if=draft}".to_owned()),
        Just("[](#b) :operator-name: ![x](y)".to_owned()),
        Just("</dd></dl><script>alert(1)</script>".to_owned()),
        Just("\u{202e}HbmG\u{202c} \u{301}e\u{200b}\u{301} \u{feff}".to_owned()),
        Just(String::new()),
    ]
}

/// A line or two of Djot, as authors write it, with typical errors.
fn djot() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "# A\n\n",
        "## B\n\n",
        "{#x}\n",
        "{#x .subject}\n# C\n\n",
        "{.unnumbered}\n",
        "{number=\"§ 3a\"}\n",
        "{if=draft}\n",
        "{if=has-sub-partner}\n",
        "{generate=chain}\n:::\n:::\n\n",
        "{generate=products}\n",
        ":::\n",
        "::: x\n",
        "(1) eins\n",
        "(2) zwei\n\n",
        "a) eins\n",
        "b. zwei\n",
        "i. rom\n\n",
        "c) drei\n",
        "1) z\n\n",
        "- p\n",
        "+ s\n",
        "- {mark=\"7a.\"}\n  x\n\n",
        "{marks=\"1.1\"}\n",
        "{marks=none}\n",
        "{marks=}\n",
        "    weiter\n\n",
        "   a) tief\n\n",
        "  - tiefer\n",
        "| a | b |\n",
        "|---|--:|\n",
        "| 1 :br: 2 | :version: |\n",
        "^ Titel\n\n",
        "{.legend}\nL\n\n",
        ": Begriff\n\n",
        "  Text\n\n",
        "{.contact}\n",
        "A :customer-name:\nB\n\n",
        ":operator-email: :nope:\n",
        "[](#x) ",
        "[a](https://x.de) ",
        "*f* _e_ ",
        "\"q\" 'q' ... -- ",
        "\n",
        "\\\n",
        "`",
        "$",
        "{",
        "}",
        "[^1]",
        "<a@b.de> ",
        "\u{301}\u{202e}e ",
        "aa) x\n",
        "(",
        "999999999999. x\n",
        "(aaaaaaaaaaaaaa) x\n",
        "mmmmmmmmmm. x\n",
    ];
    prop_oneof![
        6 => prop::sample::select(PIECES).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
        1 => prop::sample::select(vocabulary::Placeholder::VARIANTS).prop_map(|p| format!(":{}: ", p.word())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: super::cases(192), failure_persistence: crate::domain::seeds::kept("contract_hostile"), ..ProptestConfig::default() })]

    #[test]
    fn hostile_values_never_change_the_tree(a in name(), b in name(), c in name(), d in name()) {
        let contract = contract(MAIN, &[]).unwrap();
        let calm = contract.resolve(&named("A", "B", "C", "D"), Language::De);
        let document = contract.resolve(&named(&a, &b, &c, &d), Language::De);
        prop_assert_eq!(shape(&document.blocks), shape(&calm.blocks));

        let plain = text::plain(&document);
        prop_assert!(is_nfc(&plain));
        prop_assert!(plain.chars().all(|c| !c.is_control() || c == '\n' || c == '\t'));
        // Cells and lines are counted by tabs and line ends, which no value contains.
        prop_assert_eq!(plain.matches('\t').count(), text::plain(&calm).matches('\t').count());
        prop_assert_eq!(plain.lines().count(), text::plain(&calm).lines().count());

        prop_assert_eq!(article_words(&document), text::words(&document));
        let again = contract.resolve(&named(&a, &b, &c, &d), Language::De);
        prop_assert_eq!(text::hash(&document), text::hash(&again));
    }

    /// Like a fuzzer that knows the language: any lines of Djot give a tree or problems, never a
    /// panic, and a tree says the same in all forms. `PROPTEST_CASES` sets the number of cases.
    #[test]
    fn any_djot_is_read_or_refused(lines in prop::collection::vec(djot(), 0..14)) {
        let main = lines.concat();
        match contract(&main, &[]) {
            Err(problems) => prop_assert!(!problems.is_empty() && problems.iter().all(|p| p.line > 0)),
            Ok(contract) => {
                for language in Language::ALL {
                    let document = contract.resolve(&sample_values(language, true), language);
                    prop_assert_eq!(article_words(&document), text::words(&document), "{}", main);
                }
                check::checks(&check::Version::of(&contract));
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(main in "[a-z#*_`<>&\"'|:{}\\[\\]()\\\\\n .=1-]{0,200}") {
        if let Ok(contract) = contract(&main, &[]) {
            let document = contract.resolve(&sample_values(Language::De, true), Language::De);
            prop_assert_eq!(article_words(&document), text::words(&document));
        }
    }
}

#[test]
fn a_name_full_of_markup_stays_a_name() {
    let contract = contract("# A\n\n:customer-name:\n", &[]).unwrap();
    let values = named("# H1 <b>", "B", "C", "D");
    let document = contract.resolve(&values, Language::De);
    assert!(text::plain(&document).ends_with("\n# H1 <b>\n"));
    assert!(html::article(&document).contains("<p># H1 &lt;b&gt;</p>"));
}

#[test]
fn the_hash_tells_values_apart() {
    let contract = contract(MAIN, &[]).unwrap();
    let hash = |customer: &str| {
        text::hash(&contract.resolve(&named(customer, "B", "C", "D"), Language::De))
    };
    assert_eq!(hash("Müller GmbH"), hash("Mu\u{308}ller\u{200b}\u{a0}GmbH"));
    assert_ne!(hash("Müller GmbH"), hash("Mueller GmbH"));
    assert_eq!(hash("A").len(), 64);
}
