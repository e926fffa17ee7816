//! Contract texts in every form: any tree, and any imported text, has the same words in HTML, plain
//! text and PDF (T-11, T-15).

use avv_portal::clock::Clock;
use avv_portal::contract::import::{Source, import};
use avv_portal::contract::meta::Output;
use avv_portal::contract::numbers::Pattern;
use avv_portal::contract::tree::{
    Alignment, Block, Definition, Document, Inline, Item, List, Section, Table, plain,
};
use avv_portal::contract::{Contract, html, sample_values, text};
use avv_portal::document::{self, Frame};
use avv_portal::domain::Language;
use avv_portal::domain::calendar;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

/// Our own texts with the structures and errors of real contracts (requirements 1.8).
const TEXTS: &[(&str, &str)] = &[
    (
        "saas.md",
        include_str!("../../src/contract/import/samples/saas.md"),
    ),
    (
        "nachtrag.md",
        include_str!("../../src/contract/import/samples/nachtrag.md"),
    ),
    (
        "de.txt",
        include_str!("../../src/contract/import/samples/vereinbarung-de.txt"),
    ),
    (
        "en.txt",
        include_str!("../../src/contract/import/samples/vereinbarung-en.txt"),
    ),
    (
        "leistung.txt",
        include_str!("../../src/contract/import/samples/leistung.txt"),
    ),
];

#[test]
fn imported_texts_lose_no_word_in_the_pdf() {
    let today = calendar::day(Clock::system().now());
    for (name, source) in TEXTS {
        let draft = import(&[Source::text(name, source)], today).unwrap();
        let files: Vec<(&str, &str)> = draft
            .files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let contract = Contract::from_files(&files).unwrap();
        let language = contract.meta.binding;
        same_words(&contract.resolve(&sample_values(language, false), language));
    }
}

#[test]
fn the_shipped_text_loses_no_word_in_the_pdf() {
    let contract = Contract::embedded().unwrap();
    for language in Language::ALL {
        let document = contract.resolve(&sample_values(language, true), language);
        // Without a number, because the line below the title belongs to the portal, not to the
        // contract.
        same_words(&Document {
            version: String::new(),
            standing: String::new(),
            ..document
        });
    }
}

#[test]
fn both_languages_in_one_document_lose_no_word_in_the_pdf() {
    let mut contract = Contract::embedded().unwrap();
    contract.meta.bilingual = Output::OneAfterTheOther;
    for language in Language::ALL {
        let document = contract.resolve(&sample_values(language, true), language);
        let words = text::words(&document);
        assert_eq!(article_words(&document), words, "HTML");
        let second = document.translation.as_deref().unwrap();
        let pdf = document::render(&document, &frame(&document)).unwrap();
        let found = letters(&pdf_text(&pdf.bytes));
        // The last occurrence, because the table of contents may contain the same words.
        let mark = letters(&second.standing);
        let at = found.windows(mark.len()).rposition(|part| part == mark);
        let (first, rest) = found.split_at(at.unwrap());
        for (found, document) in [(first, &document), (rest, &second.document)] {
            let alone = Document {
                title: Vec::new(),
                version: String::new(),
                standing: String::new(),
                translation: None,
                ..document.clone()
            };
            let mut heads = Vec::new();
            table_heads(&document.blocks, &mut heads);
            let wanted = letters(&text::words_with_marks(&alone).join(" "));
            pdf_says(found, &wanted, &heads);
        }
    }
}

/// Words of the article without the document's number, which is not part of the contract.
fn article_words(document: &Document) -> Vec<String> {
    let words = page_words(&html::article(document));
    let number = text::document_number(document);
    let at = words.iter().position(|word| *word == number).unwrap();
    let mut words = words;
    words.drain(at - 2..=at);
    words
}

/// Compares the three forms of a document with its words.
fn same_words(document: &Document) {
    let words = text::words(document);
    assert_eq!(page_words(&html::article(document)), words, "HTML");
    let all = text::words_with_marks(document).join(" ");
    // The text form prints the targets of links and marks cells and terms; the words between are
    // the same.
    let mut printed = letters(&text::plain(document)).into_iter().peekable();
    for letter in letters(&all) {
        assert!(printed.by_ref().any(|c| c == letter), "text lacks {letter}");
    }
    let pdf = document::render(document, &frame(document)).unwrap();
    let title = letters(&plain(&document.title)).len();
    let wanted: Vec<char> = letters(&all).into_iter().skip(title).collect();
    let found = letters(&pdf_text(&pdf.bytes));
    // The text is preceded by its title and the table of contents; a table that continues after a
    // page break has its head again.
    let mut heads = Vec::new();
    table_heads(&document.blocks, &mut heads);
    pdf_says(&found, &wanted, &heads);
}

/// Compares the text of a PDF, including front matter and repeated heads, with the expected text.
fn pdf_says(found: &[char], wanted: &[char], heads: &[Vec<char>]) {
    let reached = |start: usize| matched(&found[start..], wanted, heads);
    // Only the title and the table of contents can precede it, so few places are possible.
    let front = found.len() + 1 - wanted.len().min(found.len());
    let best = (0..front).map(reached).max().unwrap_or(0);
    if best < wanted.len() {
        let around: String = wanted
            .iter()
            .skip(best.saturating_sub(40))
            .take(80)
            .collect();
        panic!("PDF loses, doubles or moves a word near {around:?}");
    }
}

/// Number of letters that match until the first that does not; all of them only if nothing else
/// follows. A head may begin like the text that follows it, so both readings are tried.
fn matched(found: &[char], wanted: &[char], heads: &[Vec<char>]) -> usize {
    let mut best = 0;
    let mut tried = std::collections::HashSet::new();
    let mut open = vec![(0, 0)];
    while let Some((mut from, mut at)) = open.pop() {
        while tried.insert((from, at)) {
            let rest = &found[from..];
            let again = heads
                .iter()
                .filter(|h| !h.is_empty() && rest.starts_with(h));
            open.extend(again.map(|head| (from + head.len(), at)));
            if rest.is_empty() && at == wanted.len() {
                return at;
            }
            best = best.max(at.min(wanted.len().saturating_sub(1)));
            if rest.is_empty() || rest.first() != wanted.get(at) {
                break;
            }
            from += 1;
            at += 1;
        }
    }
    best
}

fn table_heads(blocks: &[Block], out: &mut Vec<Vec<char>>) {
    for block in blocks {
        match block {
            Block::Table(table) => {
                out.push(
                    table
                        .head
                        .iter()
                        .flat_map(|cell| letters(&plain(cell)))
                        .collect(),
                );
            }
            Block::Section(section) => table_heads(&section.blocks, out),
            Block::List(list) => list
                .items
                .iter()
                .for_each(|item| table_heads(&item.blocks, out)),
            Block::Definitions(pairs) => {
                pairs.iter().for_each(|pair| table_heads(&pair.blocks, out))
            }
            Block::Paragraph(_) | Block::Contact(_) => {}
        }
    }
}

fn frame(document: &Document) -> Frame {
    Frame {
        number: String::new(),
        version: document.version.clone(),
        date: document.date,
        customer_number: String::new(),
        document_hash: String::new(),
        draft: false,
        language: document.language,
        created: calendar::at(document.date, chrono::NaiveTime::MIN),
        operator_name: "Beispielnetz GmbH".to_owned(),
        title: plain(&document.title),
        online: String::new(),
        logo: None,
    }
}

/// Letters, digits and signs; hyphens at line ends and spaces do not count.
fn letters(text: &str) -> Vec<char> {
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '\u{ad}' | '\u{200b}'))
        .collect()
}

/// Text of a PDF without headers and footers.
fn pdf_text(pdf: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, pdf).unwrap();
    let crop = [
        "-raw", "-enc", "UTF-8", "-r", "72", "-x", "0", "-y", "44", "-W", "596", "-H", "750",
    ];
    let output = std::process::Command::new("pdftotext")
        .args(crop)
        .arg(file.path())
        .arg("-")
        .output()
        .expect("pdftotext (package poppler-utils)");
    String::from_utf8(output.stdout).unwrap()
}

/// The words of a page as its reader sees them.
fn page_words(html: &str) -> Vec<String> {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        let name = tag.trim_start_matches('/').split(' ').next().unwrap_or("");
        if !matches!(name, "a" | "strong" | "em" | "span" | "time") {
            text.push(' ');
        }
        rest = after;
    }
    text.push_str(rest);
    for (entity, c) in [
        ("&shy;", ""),
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, c);
    }
    text.split_whitespace().map(str::to_owned).collect()
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => "[A-Za-zäöüÄÖÜßéñçłőš]{1,14}[.,;:]?",
        1 => "[A-Za-zäöü]{70,150}",
        1 => "[A-Z]{40,60}/[0-9]{30,60}",
        3 => prop::sample::select(vec![
            "<script>alert(1)</script>", "{{7*7}}", "${x}", "[x](javascript:alert(1))", "| a | b |", "# H1", "</td>",
            "„Zitat“", "“quote”", "§\u{a0}3a", "Art.\u{a0}28\u{a0}Abs.\u{a0}3", "100\u{a0}%", "&amp;", "a@b.example", "(siehe)", "5ª", "€", "–",
        ]).prop_map(str::to_owned),
    ]
}

fn line() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 1..14).prop_map(|words| words.join(" "))
}

fn inlines() -> impl Strategy<Value = Vec<Inline>> {
    let one = prop_oneof![
        4 => line().prop_map(Inline::Text),
        1 => line().prop_map(|text| Inline::Strong(vec![Inline::Text(text)])),
        1 => line().prop_map(|text| Inline::Emphasis(vec![Inline::Text(text)])),
    ];
    prop::collection::vec(one, 1..3).prop_map(|list| {
        let mut out = Vec::new();
        for inline in list {
            if !out.is_empty() {
                out.push(Inline::Break);
            }
            out.push(inline);
        }
        out
    })
}

fn block() -> impl Strategy<Value = Block> {
    let leaf = prop_oneof![
        4 => inlines().prop_map(Block::Paragraph),
        1 => inlines().prop_map(Block::Contact),
        1 => table(),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let blocks = prop::collection::vec(inner, 1..4);
        prop_oneof![
            3 => (marks(), 1_u32..40, prop::collection::vec(blocks.clone(), 1..4)).prop_map(list),
            1 => prop::collection::vec((inlines(), blocks), 1..3).prop_map(|pairs| Block::Definitions(
                pairs.into_iter().map(|(term, blocks)| Definition { term, blocks }).collect()
            )),
        ]
    })
}

fn marks() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "(1)", "1.", "1)", "a)", "a.", "(a)", "A.", "i.", "(i)", "I.", "1.1", "-", "*", "none",
    ])
}

fn list((sample, start, items): (&'static str, u32, Vec<Vec<Block>>)) -> Block {
    let pattern = Pattern::parse(sample).unwrap();
    let items = items.into_iter().zip(start..).map(|(blocks, number)| Item {
        label: pattern.mark(Some("7.2"), number).unwrap(),
        number,
        id: None,
        blocks,
    });
    Block::List(List {
        style: pattern.style(),
        items: items.collect(),
    })
}

fn table() -> impl Strategy<Value = Block> {
    (1_usize..5).prop_flat_map(|width| {
        // One short word: a row of several lines may be cut by a page break, and its cells are then
        // read page by page. Long words in cells are tested in the document room.
        let cell = || "[A-Za-zäö<|#{]{1,4}".prop_map(|text| vec![Inline::Text(text)]);
        let row = move || prop::collection::vec(cell(), width);
        (
            inlines(),
            row(),
            prop::collection::vec(row(), 1..5),
            prop::option::of(inlines()),
        )
            .prop_map(move |(caption, head, rows, legend)| {
                Block::Table(Table {
                    id: String::new(),
                    caption,
                    head,
                    alignments: vec![Alignment::Start; width],
                    rows,
                    legend,
                })
            })
    })
}

fn section() -> impl Strategy<Value = Section> {
    let label = prop::option::of(prop::sample::select(vec![
        "1",
        "§ 2",
        "3.4",
        "Anlage 5",
        "ANHANG VI:",
    ]));
    (
        label,
        line(),
        prop::collection::vec(block(), 0..4),
        any::<bool>(),
    )
        .prop_map(|(label, title, blocks, annex)| Section {
            id: String::new(),
            level: 1,
            label: label.map(str::to_owned),
            title: vec![Inline::Text(title)],
            annex,
            blocks,
        })
}

/// Sections, the second of each pair below the first.
fn tree() -> impl Strategy<Value = Vec<Block>> {
    prop::collection::vec((section(), prop::option::of(section())), 1..4).prop_map(|pairs| {
        let mut out = Vec::new();
        for (index, (mut upper, lower)) in pairs.into_iter().enumerate() {
            upper.id = format!("s{index}");
            if let Some(lower) = lower {
                upper.blocks.push(Block::Section(Section {
                    id: format!("s{index}-1"),
                    level: 2,
                    annex: false,
                    ..lower
                }));
            }
            out.push(Block::Section(upper));
        }
        number_tables(&mut out, &mut 0);
        out
    })
}

fn number_tables(blocks: &mut [Block], count: &mut usize) {
    for block in blocks {
        match block {
            Block::Table(table) => {
                *count += 1;
                table.id = format!("tabelle-{count}");
            }
            Block::Section(section) => number_tables(&mut section.blocks, count),
            Block::List(list) => list
                .items
                .iter_mut()
                .for_each(|item| number_tables(&mut item.blocks, count)),
            Block::Definitions(pairs) => pairs
                .iter_mut()
                .for_each(|pair| number_tables(&mut pair.blocks, count)),
            Block::Paragraph(_) | Block::Contact(_) => {}
        }
    }
}

proptest! {
    // A PDF takes some time; `PROPTEST_CASES` sets the number of cases.
    #![proptest_config(ProptestConfig {
        cases: (ProptestConfig::default().cases / 16).max(1), failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/seeds/contracts.txt"
        )))), max_shrink_iters: 200,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_tree_says_the_same_in_every_form(blocks in tree(), english: bool) {
        same_words(&Document {
            language: if english { Language::En } else { Language::De },
            title: vec![Inline::Text("Vertrag".to_owned())],
            version: String::new(),
            date: chrono::NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(),
            sample: false,
            standing: String::new(),
            blocks,
            translation: None,
        });
    }
}
