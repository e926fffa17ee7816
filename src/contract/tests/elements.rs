//! Every element of the source format is correct in all forms.

use super::*;
use crate::contract::tree::{Block, ListStyle};

const MAIN: &str = r##"Präambel mit „Zitat", "Wort" und 'einfach' -- und Oskar's Art.\ 28.
Zweite Zeile\
nach Umbruch.

{#gegenstand .subject}
# Gegenstand

(1) {#absatz-eins}
    Erster Absatz für :customer-name:.

    Fortsetzung ohne Nummer.

    a) erstens
    b) {#buchstabe-b}
       zweitens, wobei

       i. rom eins
       ii. {#rom-zwei}
           rom zwei

(2) Zweiter Absatz, siehe [](#buchstabe-b), [](#rom-zwei), [](#tom) und [](#zutritt).

## Dauer

Text zur Dauer.

{.unnumbered}
## Ohne Nummer

1. eins
2. zwei

- Punkt

+ Strich

## Ende

{#daten}
| Kategorie | *Anzahl* |
|:----------|---------:|
| Namen\ 1  | 12       |
| Faxe      | [](#unten) |
^ Daten für :products:

{.legend}
*Anzahl* je Jahr

: Begriff

  Ein _betonter_ Text mit [Aufsicht](https://bfdi.bund.de/a?b=1&c=2) und <post@x.example>.

: Zweiter

  Noch einer.

{.unnumbered #unten}
# Schluss

Siehe [](#gegenstand), [](#daten), [](#unten).
"##;

const ANNEX: &str = r##"{#tom}
# Maßnahmen

## Vertraulichkeit

- allgemein

### Zutritt

(1) {#zutritt}
    Nur mit Ausweis.
"##;

fn whole() -> Document {
    document(MAIN, &[("de/anlage-tom.dj", ANNEX)])
}

#[test]
fn the_plain_text_is_what_a_reader_reads() {
    let expected = "Mustervertrag
Fassung 2.1, Stand 1. September 2026

Präambel mit „Zitat“, „Wort“ und ‚einfach‘ – und Oskar’s Art.\u{a0}28. Zweite Zeile
nach Umbruch.

1 Gegenstand

(1) Erster Absatz für Bäckerei Özdemir & Söhne GmbH & Co. KG.

    Fortsetzung ohne Nummer.

    a) erstens
    b) zweitens, wobei

        i. rom eins
        ii. rom zwei
(2) Zweiter Absatz, siehe Ziffer\u{a0}1 Absatz\u{a0}1 Buchstabe\u{a0}b, Ziffer\u{a0}1 Absatz\u{a0}1 Buchstabe\u{a0}b Nummer\u{a0}ii, Anlage\u{a0}1 und Abschnitt „Zutritt“ Absatz\u{a0}1.

1.1 Dauer

Text zur Dauer.

Ohne Nummer

1. eins
2. zwei

• Punkt

– Strich

1.2 Ende

Daten für Tengo Centraflex und Mehrstandort-SIP-Trunk mit UMS-Option
Kategorie\tAnzahl
Namen\u{a0}1\t12
Faxe\tAbschnitt „Schluss“
Anzahl je Jahr

Begriff:

    Ein betonter Text mit Aufsicht <https://bfdi.bund.de/a?b=1&c=2> und post@x.example.

Zweiter:

    Noch einer.

Schluss

Siehe Ziffer\u{a0}1, Tabelle „Daten für Tengo Centraflex und Mehrstandort-SIP-Trunk mit UMS-Option“, Abschnitt „Schluss“.

Anlage 1 Maßnahmen

1.1 Vertraulichkeit

• allgemein

Zutritt

(1) Nur mit Ausweis.
";
    assert_eq!(text::plain(&whole()), expected);
}

#[test]
fn html_says_the_same_words() {
    let document = whole();
    assert_eq!(article_words(&document), text::words(&document));
}

#[test]
fn html_has_the_markup_of_the_style_sheet() {
    let html = html::article(&whole());
    for part in [
        "<section id=\"gegenstand\" aria-labelledby=\"gegenstand-h\"><h4 id=\"gegenstand-h\"><span>1</span> <span>Gegenstand</span></h4>",
        "<ol class=\"paras\" role=\"list\"><li id=\"absatz-eins\"><span class=\"mark\">(1)</span> Erster Absatz",
        "<ol class=\"letters\" role=\"list\"><li><span class=\"mark\">a)</span> erstens</li><li id=\"buchstabe-b\"><span class=\"mark\">b)</span> zweitens",
        "<h5 id=\"vertrag-2\">1.1 Dauer</h5>",
        "<h5 id=\"vertrag-3\">Ohne Nummer</h5>",
        "<ul class=\"dashes\"><li>Strich</li></ul>",
        "<div class=\"scroll\" role=\"region\" aria-labelledby=\"daten\" tabindex=\"0\"><table><caption id=\"daten\">",
        "<th scope=\"col\">Kategorie</th><th scope=\"col\" class=\"end\"><strong>Anzahl</strong></th>",
        "<tr><th scope=\"row\">Namen&nbsp;1</th><td class=\"end\">12</td></tr>",
        "</div><p class=\"legend\"><strong>Anzahl</strong> je Jahr</p>",
        "<dl class=\"parties\"><dt>Begriff</dt><dd>Ein <em>betonter</em> Text mit <a href=\"https://bfdi.bund.de/a?b=1&amp;c=2\">Aufsicht</a>",
        "<section class=\"annex\" id=\"tom\" aria-labelledby=\"tom-h\"><h4 id=\"tom-h\"><span>Anlage 1</span> Maßnahmen</h4>",
        "<h6 id=\"anlage-tom-3\">Zutritt</h6>",
        "<time datetime=\"2026-09-01\">1. September 2026</time>",
    ] {
        assert!(html.contains(part), "{part}\n---\n{html}");
    }
    let toc = html::toc(&whole());
    assert!(
        toc.contains(
            "<ol><li><a href=\"#gegenstand\"><span>1</span> <span>Gegenstand</span></a></li>"
        ),
        "{toc}"
    );
    assert!(toc.contains("<ol class=\"annexes\"><li><a href=\"#tom\"><span>Anlage 1</span> <span>Maßnahmen</span></a></li></ol>"), "{toc}");
    assert_eq!(html::stats(&whole()), (2, 1));
}

#[test]
fn every_link_in_the_page_has_its_target() {
    for html in [html::article(&whole()), {
        let contract = Contract::embedded().unwrap();
        html::article(&contract.resolve(&sample_values(Language::De, true), Language::De))
    }] {
        let page = scraper::Html::parse_fragment(&html);
        let all = scraper::Selector::parse("[id]").unwrap();
        let ids: Vec<&str> = page
            .select(&all)
            .filter_map(|e| e.value().attr("id"))
            .collect();
        let unique: std::collections::HashSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{ids:?}");
        let links = scraper::Selector::parse("a[href^='#']").unwrap();
        for link in page.select(&links) {
            let target = link.value().attr("href").unwrap().trim_start_matches('#');
            assert!(unique.contains(target), "{target}");
        }
        for labelled in page.select(&scraper::Selector::parse("[aria-labelledby]").unwrap()) {
            assert!(unique.contains(labelled.value().attr("aria-labelledby").unwrap()));
        }
    }
}

#[test]
fn english_references_and_quotes_follow_english_use() {
    let main = "# Scope\n\n(1) \"Data\" aren't 'few'.\n\n    a) {#a}\n       one, see [](#a) and [](#c)\n\n       1. {#c}\n          deep\n";
    let contract = bilingual(main, main);
    let document = contract.resolve(&sample_values(Language::En, false), Language::En);
    let text = text::plain(&document);
    assert!(text.contains("(1) “Data” aren’t ‘few’."), "{text}");
    assert!(
        text.contains("see clause\u{a0}1\u{a0}(1)(a) and clause\u{a0}1\u{a0}(1)(a) no.\u{a0}1"),
        "{text}"
    );
    assert!(
        text.starts_with("Sample contract\nVersion 2.1, dated 1 September 2026\n"),
        "{text}"
    );
}

#[test]
fn conditions_decide_blocks_items_and_numbers() {
    let main = "# Kette

(1) eins

{if=has-sub-partner}
(2) nur mit Untervertriebspartner

{if=no-sub-partner}
(3) nur ohne

{if=draft}
::: any
(4) Entwurf

(5) noch einer
:::

- {if=concluded}
  weg

- {if=\"product:centraflex\"}
  da

{if=no-sub-partner}
# Weg

Text.

{if=concluded}
:::
# Auch weg
:::

# Da
";
    let document = document(main, &[]);
    let text = text::plain(&document);
    let body = text.split_once("1 Kette\n").unwrap().1;
    assert_eq!(
        body,
        "\n(1) eins\n(2) nur mit Untervertriebspartner\n(3) Entwurf\n(4) noch einer\n\n• da\n\n2 Da\n"
    );
}

/// T-08: the text about transfers is printed only if a processor is outside the EEA.
#[test]
fn transfers_and_language_are_conditions() {
    let main = "# A

{if=third-country-transfers}
Drittland

{if=\"language:de\"}
Deutsch

{if=\"language:en\"}
Englisch
";
    let contract = contract(main, &[]).unwrap();
    let body = |change: fn(&mut Values)| {
        let mut values = sample_values(Language::De, true);
        values
            .operator
            .sub_processors
            .iter_mut()
            .for_each(|one| one.place = "Irland".into());
        change(&mut values);
        text::plain(&contract.resolve(&values, Language::De))
    };
    let at_home = body(|_| {});
    assert!(at_home.ends_with("\n\nDeutsch\n"), "{at_home}");
    let cases: [fn(&mut Values); 3] = [
        |values| values.operator.sub_processors[0].place = "Köln und USA".into(),
        |values| values.sub_partner.as_mut().unwrap().country = "Schweiz".into(),
        |values| values.partner.as_mut().unwrap().country = "Atlantis".into(),
    ];
    for case in cases {
        let abroad = body(case);
        assert!(abroad.ends_with("\n\nDrittland\n\nDeutsch\n"), "{abroad}");
    }
}

/// T-03: on a phone wide tables are stacks of named values; the text stays the same.
#[test]
fn wide_tables_name_their_columns_in_every_cell() {
    let wide = "# A\n\n| Wer | Was \"genau\" | Wo |\n|:---|:---|---:|\n| Eins | Zwei | Drei |\n";
    let html = html::article(&document(wide, &[]));
    for part in [
        "<table id=",
        " class=\"stacked\" role=\"table\">",
        "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">Eins</th>",
        "<td role=\"cell\" data-label=\"Was „genau“\"><span>Zwei</span></td>",
        "<td role=\"cell\" data-label=\"Wo\" class=\"end\"><span>Drei</span></td>",
    ] {
        assert!(html.contains(part), "{part}\n---\n{html}");
    }
}

#[test]
fn a_list_that_restarts_is_a_list_of_its_own() {
    let document = document(
        "# A\n\n(1) eins\n\nText.\n\n(1) neu\n\nText.\n\n(2) weiter\n",
        &[],
    );
    let Block::Section(section) = &document.blocks[0] else {
        panic!()
    };
    let numbers: Vec<_> = section
        .blocks
        .iter()
        .filter_map(|b| match b {
            Block::List(list) => Some((list.style, list.items[0].number)),
            _ => None,
        })
        .collect();
    assert_eq!(
        numbers,
        [
            (ListStyle::Paragraphs, 1),
            (ListStyle::Paragraphs, 1),
            (ListStyle::Paragraphs, 2)
        ]
    );
}
