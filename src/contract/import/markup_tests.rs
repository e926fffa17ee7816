//! What is markup in Markdown and HTML, and what only looks like it.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::tests::{drafted, text_of};
use super::*;
use crate::contract::tree::{Block as Node, Document, Item};

fn read(name: &str, source: &str) -> (Vec<String>, String) {
    let (draft, documents) = drafted(&[(name, source)]);
    let notes = draft.notes.iter().map(|note| note.message.clone());
    (notes.collect(), text_of(&documents[0]))
}

#[test]
fn t15_what_is_no_markup_in_a_contract_stays_text() {
    let (notes, text) = read(
        "a.md",
        "# AVV\n\nDer <Kunde> und <Name des Amtes> bei [Ort] und `<Feld>`, <a@b.example>.\n\n\
         [Kunde]: ____\n\n[Ort]: Köln\n\n<Kunde>\nunterschreibt.\n\nOrt:____ und Datum:____\n\n________\n\n\
         Das [^ folgt später] noch. Ein \\*Stern\\* &uuml;ber &copy; &sum; &#8364;.\n\n<!-- nie\n\ngesagt -->\n\n\
         | A | B |\n|---|---|\n| 1 | 2 | **3** | 4 |\n| 5 |\n\n``` Die Frist\nläuft *hier*\n```\n",
    );
    for part in [
        "Der <Kunde> und <Name des Amtes> bei [Ort] und <Feld>, a@b.example.",
        "[Kunde]: ____\n",
        "[Ort]: Köln\n",
        "<Kunde> unterschreibt.",
        "Ort:____ und Datum:____\n",
        "\n________\n",
        "Das [^ folgt später] noch. Ein *Stern* über © ∑ €.\n",
        "A\tB\n1\t2 | **3** | 4 |\n5\t\n",
        "Die Frist\nläuft *hier*\n",
    ] {
        assert!(text.contains(part), "{part}\n---\n{text}");
    }
    assert!(!text.contains("nie"), "{text}");
    assert!(notes.is_empty(), "{notes:?}");
}

#[test]
fn t15_markup_is_read_as_its_author_sees_it() {
    let (notes, text) = read(
        "a.md",
        "AVV\n===\n\n1\\. Zweck\n---\n\nNicht ~~vier~~ fünf~~zehn~~ ~5 bis ~6 Tage, siehe [das\nBlatt](https://x.example).\n\n\
         <table><tr><th>Was</th><th>Wo</th></tr>\n<tr><td>Zutritt</td><td>Tor<br>Nord</td></tr></table>\n\n\
         > 1. eins\n>    - Punkt\n> 2. zwei\n\n- - drei\n- 1. vier\n\n![Bild](https://x.example/y) [hier](https://x.example)\n\nMit ***allem* drum** auf 5 m<sup>2</sup>.\n",
    );
    for part in [
        "AVV\n\n1. Zweck\n\nNicht fünf ~5 bis ~6 Tage, siehe das Blatt <https://x.example>.\n",
        "Was\tWo\nZutritt\tTor / Nord\n",
        "1. eins\n\n    • Punkt\n2. zwei\n",
        "• drei\n",
        "1. vier\n",
        "Bild <https://x.example/y> hier\n",
        "Mit allem drum auf 5 m².\n",
    ] {
        assert!(text.contains(part), "{part}\n---\n{text}");
    }
    let told = |words: &str| notes.iter().filter(|note| note.contains(words)).count();
    assert_eq!(
        (told("Gestrichener"), told("„hier“"), notes.len()),
        (2, 1, 3),
        "{notes:?}"
    );
}

/// E1: a page is read as HTML, and its visible words are counted.
#[test]
fn e1_html_may_leave_ends_of_tags_out() {
    let (_, text) = read(
        "a.html",
        "<!DOCTYPE html><html><head><title>x</title><meta charset=utf-8><body><h1>AVV</h1><h2></h2>\
         <p>Das ist <b>so</b>&nbsp;und&shy;so &sect; 5<p>Die Liste:<ul><li>eins<li><p>zwei<p>weiter</ul>\
         <svg><title>Logo</title></svg><script>if (a<b) { x('</p>') }</script>\
         <table>Stand<tr><td>A<td>B<tr><td>1<td>2<table><tr><td>innen<td>drin</table>hinten</table><ul><li></ul><p>Ende &lt;x&gt;",
    );
    let expected = "AVV\n\nDas ist so\u{a0}undso § 5\n\nDie Liste:\n\n• eins\n• zwei\n\n    weiter\n\nStand\n\n\nA\tB\n1\t2 / innen / drin / hinten\n\nEnde <x>\n";
    assert_eq!(text, expected);
}

/// E2: invisible parts of a page are not imported, and meaningful ones are kept.
#[test]
fn e2_only_what_a_page_shows_is_imported() {
    let (notes, text) = read(
        "a.html",
        "<h1>AVV</h1><p title='a > b'>Binnen <del>72</del><ins>24</ins> Stunden auf 5 m<sup>2</sup>, CO<sub>2</sub>.\
         <div hidden>nie</div><p style='display: none'>auch nie<p>sichtbar</p>\
         <button>Senden</button><ol style=\"list-style-type: lower-alpha\"><li>ost<li hidden>nie<ul><li>so</ul><li>west</ol>\
         <a href=https://x.example>Blatt</a><a href='#o'>oben</a>\
         <table><tr><th colspan=2>Weit<th>C<tr><td rowspan=2>hoch<td>1<td>2<tr><td>3<td>4</table>",
    );
    for part in [
        "Binnen 24 Stunden auf 5 m², CO₂.\n",
        "\nsichtbar\n",
        "a. ost\nb. west\n",
        "Weit\t\tC\nhoch\t1\t2\n\t3\t4\n",
        "Blatt <https://x.example>",
    ] {
        assert!(text.contains(part), "{part}\n---\n{text}");
    }
    for part in ["72", "nie", "Senden", "a > b"] {
        assert!(!text.contains(part), "{part}\n---\n{text}");
    }
    let told = |words: &str| notes.iter().filter(|note| note.contains(words)).count();
    assert_eq!(
        (told("„72“"), told("nie"), told("„Senden“")),
        (1, 3, 1),
        "{notes:?}"
    );
}

fn items(document: &Document) -> &[Item] {
    match document.blocks.first() {
        Some(Node::Section(section)) => match section.blocks.first() {
            Some(Node::List(list)) => &list.items,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// Every item of a long list is one item of one list, in every format; no item is read again for
/// those after it.
#[test]
fn t15_a_long_list_stays_one_list() {
    const MANY: usize = 12_000;
    let list = |mark: &str, end: &str| -> String {
        let item = |_| format!("{mark}das ist der Punkt{end}\n");
        (0..MANY).map(item).collect()
    };
    for (name, source) in [
        (
            "a.md",
            format!("# AVV\n\n## Die Liste\n\n{}", list("- ", "")),
        ),
        (
            "a.md",
            format!("# AVV\n\n## Die Liste\n\n{}", list("- ", "\n")),
        ),
        ("a.txt", format!("AVV\n\nDIE LISTE\n\n{}", list("• ", ""))),
        (
            "a.html",
            format!(
                "<h1>AVV</h1><h2>Die Liste</h2><ul>{}</ul>",
                list("<li>", "</li>")
            ),
        ),
    ] {
        let (_, documents) = drafted(&[(name, &source)]);
        let items = items(&documents[0]);
        assert_eq!(items.len(), MANY, "{name}");
        assert!(items.iter().all(|item| item.blocks.len() == 1), "{name}");
    }
}

/// A3: endless nesting of lists, tables and markup needs neither stack nor memory.
#[test]
fn a3_nesting_without_end_is_bounded() {
    let many = |sign: &str| sign.repeat(40_000 / sign.len());
    let stairs: String = (0..200)
        .map(|n| " ".repeat(2 * n) + "- das und die\n")
        .collect();
    for (name, source) in [
        ("a.html", many("<ul><li>x")),
        ("a.html", many("<table><tr><td>x")),
        ("a.html", many("<div><b><p>x")),
        ("a.html", format!("<a {}>x", many("a=1 b=2 "))),
        ("a.md", many("- ") + "x"),
        ("a.md", many("- ") + "x\n\n" + &many("y\n\n")),
        ("a.md", many("> ") + "x"),
        ("a.md", many("*a **b ") + &many("** *")),
        ("a.md", many("![") + &many("](https://x.example)")),
        ("a.md", many("<b>") + "x"),
        ("a.md", stairs.clone()),
        ("a.txt", stairs),
    ] {
        let text = format!("Der Vertrag ist das.\n\n{source}");
        let source = Source::text(name, &text);
        // Some are refused, with the place where words would be lost.
        if let Ok(draft) = import(&[source], "2026-11-29".parse().unwrap()) {
            let size: usize = draft.files.iter().map(|(_, text)| text.len()).sum();
            assert!(size < 40 * text.len(), "{size}");
        }
    }
}
