//! How many structures come out right, for each format: headings with their level and number, items
//! with their mark and depth, paragraphs, rows of tables, terms, addresses, footnotes. The sources
//! are our own; each has its tree beside it, as a person would draw it. What is wrong must be among
//! the doubts (T-15).
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may fail, and this one tells what it measured"
)]

use super::office::tests::{handmade, parts_of};
use super::*;
use crate::contract::tree::{Block as Node, Document, plain};

const DOCX: &[u8] = include_bytes!("../../../tests/contracts/import/avv.docx");
const ODT: &[u8] = include_bytes!("../../../tests/contracts/import/avv.odt");

/// The structures of a document, one a line.
pub(super) fn tree(document: &Document) -> Vec<String> {
    let mut out = vec![format!("H0 {}", plain(&document.title))];
    blocks(&document.blocks, 0, &mut out);
    out
}

fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn blocks(list: &[Node], depth: usize, out: &mut Vec<String>) {
    for block in list {
        match block {
            Node::Section(section) => {
                let label = section.label.clone().unwrap_or_default();
                out.push(joined(&format!(
                    "H{} {label} {}",
                    section.level,
                    plain(&section.title)
                )));
                blocks(&section.blocks, 0, out);
            }
            Node::Paragraph(text) if depth == 0 => out.push(joined(&format!("P {}", plain(text)))),
            Node::Paragraph(text) => out.push(joined(&format!("Q{depth} {}", plain(text)))),
            Node::Contact(text) => out.push(joined(&format!("C {}", plain(text)))),
            Node::List(list) => {
                for item in &list.items {
                    let mut inner = Vec::new();
                    blocks(&item.blocks, depth + 1, &mut inner);
                    let first = inner
                        .first()
                        .and_then(|first| first.split_once(' '))
                        .map_or("", |(_, text)| text)
                        .to_owned();
                    out.push(joined(&format!("I{} {} {first}", depth + 1, item.label)));
                    out.extend(inner.into_iter().skip(1));
                }
            }
            Node::Table(table) => {
                for row in std::iter::once(&table.head).chain(&table.rows) {
                    let cells: Vec<String> = row.iter().map(|cell| joined(&plain(cell))).collect();
                    out.push(format!("T {}", cells.join("|")));
                }
            }
            Node::Definitions(all) => {
                for one in all {
                    out.push(joined(&format!("D {}", plain(&one.term))));
                    blocks(&one.blocks, depth + 1, out);
                }
            }
        }
    }
}

/// Lines of the wanted tree that did not come out, and how many there are.
fn wrong(wanted: &[String], got: &[String]) -> Vec<String> {
    let ops = similar::capture_diff_slices(similar::Algorithm::Myers, wanted, got);
    let mut out = Vec::new();
    for op in ops {
        if !matches!(op, similar::DiffOp::Equal { .. }) {
            out.extend(
                wanted
                    .get(op.old_range())
                    .unwrap_or_default()
                    .iter()
                    .cloned(),
            );
        }
    }
    out
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[test]
fn t15_structures_come_out_right() {
    let (docx, odt, made, narrow) = (parts_of(DOCX), parts_of(ODT), handmade(), narrow());
    let sources: [(&str, Source<'_>, &str); 9] = [
        (
            "docx",
            Source::office("avv.docx", &docx),
            include_str!("samples/avv.tree"),
        ),
        (
            "docx",
            Source::office("kanzlei.docx", &made),
            include_str!("samples/kanzlei.tree"),
        ),
        (
            "odt",
            Source::office("avv.odt", &odt),
            include_str!("samples/avv.tree"),
        ),
        (
            "html",
            Source::text("seite.html", include_str!("samples/seite.html")),
            include_str!("samples/seite.tree"),
        ),
        (
            "markdown",
            Source::text("blatt.md", include_str!("samples/blatt.md")),
            include_str!("samples/blatt.tree"),
        ),
        (
            "text",
            Source::text("dienst.txt", include_str!("samples/dienst.txt")),
            include_str!("samples/dienst.tree"),
        ),
        (
            "text",
            Source::text("klauseln.txt", include_str!("samples/klauseln.txt")),
            include_str!("samples/klauseln.tree"),
        ),
        (
            "text",
            Source::text("zweisprachig.txt", include_str!("samples/zweisprachig.txt")),
            include_str!("samples/zweisprachig.tree"),
        ),
        (
            "text",
            Source::text("dienst-umbrochen.txt", &narrow),
            include_str!("samples/dienst.tree"),
        ),
    ];
    let mut figures: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut hidden = Vec::new();
    for (format, source, wanted) in sources {
        let (draft, documents) = drafted_from(&[source]);
        let got: Vec<String> = documents.iter().flat_map(tree).collect();
        let wanted: Vec<String> = wanted.lines().map(joined).collect();
        let missed = wrong(&wanted, &got);
        let all = figures.entry(format).or_default();
        *all = (all.0 + wanted.len(), all.1 + missed.len());
        for line in &missed {
            let text = letters(line.split_once(' ').map_or("", |(_, text)| text));
            let is_told = draft.doubts.iter().any(|doubt| {
                let doubt = letters(&doubt.text);
                !doubt.is_empty() && (text.contains(&doubt) || doubt.contains(&text))
            });
            eprintln!(
                "{}: {line} {}",
                source.name,
                if is_told { "(told)" } else { "(NOT told)" }
            );
            if !is_told {
                hidden.push(format!("{}: {line}\n{}", source.name, got.join("\n")));
            }
        }
        eprintln!(
            "{}: {} of {} right, {} doubts",
            source.name,
            wanted.len() - missed.len(),
            wanted.len(),
            draft.doubts.len()
        );
    }
    for (format, (all, wrong)) in &figures {
        let right = (all - wrong) * 1000 / all;
        eprintln!(
            "{format}: {}.{} % of {all} structures right",
            right / 10,
            right % 10
        );
        let bar = if *format == "text" { 920 } else { 970 };
        assert!(right >= bar, "{format}: {right} of 1000");
    }
    assert!(hidden.is_empty(), "{}", hidden.join("\n\n"));
}

/// The first text with narrow lines, as mail programs break them.
fn narrow() -> String {
    let mut out = String::new();
    for line in include_str!("samples/dienst.txt").lines() {
        let mut width = 0;
        for word in line.split(' ') {
            if width > 0 && width + word.chars().count() > 72 {
                out.push('\n');
                width = 0;
            } else if width > 0 {
                out.push(' ');
            }
            out.push_str(word);
            width += word.chars().count() + 1;
        }
        out.push('\n');
    }
    out
}

/// A draft of these sources, and its documents.
pub(super) fn drafted_from(sources: &[Source<'_>]) -> (Draft, Vec<Document>) {
    let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    let draft = import(sources, today).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let files: Vec<(&str, &str)> = draft
        .files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let contract = Contract::from_files(&files).unwrap();
    let languages = contract.meta.languages.clone();
    let documents = languages
        .into_iter()
        .map(|language| contract.resolve(&sample_values(language, false), language))
        .collect();
    (draft, documents)
}

/// T-15: a decision about a line holds, and is not asked again.
#[test]
fn t15_a_decision_changes_the_draft_and_is_kept() {
    let text = "Vertrag\n\nEinleitung\n\nDas ist der Vertrag zwischen uns, und die Einleitung sagt es.\n\nSchlusswort\n";
    let source = [Source::text("a.txt", text)];
    let today = "2026-11-30".parse().unwrap();
    let draft = import(&source, today).unwrap();
    let doubt = draft
        .doubts
        .iter()
        .find(|doubt| doubt.text == "Einleitung")
        .unwrap();
    assert_eq!(
        (doubt.role, doubt.is_decided, doubt.line),
        (Role::Heading(1), false, 3)
    );
    let mut decisions = Decisions::new();
    for role in [
        Role::Paragraph,
        Role::Heading(2),
        Role::Item,
        Role::InItem,
        Role::Heading(1),
    ] {
        decisions.insert(doubt.key, role);
        let draft = import_with(&source, &decisions, today).unwrap();
        let again = draft
            .doubts
            .iter()
            .find(|other| other.key == doubt.key)
            .unwrap();
        assert_eq!((again.role, again.is_decided), (role, true));
        let text = &draft
            .files
            .iter()
            .find(|(path, _)| path == "de/vertrag.dj")
            .unwrap()
            .1;
        let wanted = match role {
            Role::Heading(level) => format!("{} Einleitung\n", "#".repeat(usize::from(level))),
            Role::Item => "- Einleitung\n".to_owned(),
            _ => "\nEinleitung\n".to_owned(),
        };
        assert!(format!("\n{text}").contains(&wanted), "{role:?}: {text}");
    }
    // A second title can be kept after all.
    let twice = [Source::text(
        "a.txt",
        "Der ganze Vertrag\n\nDer ganze Vertrag\n\n1. Das\n\nUnd das ist es.\n",
    )];
    let draft = import(&twice, today).unwrap();
    let doubt = draft
        .doubts
        .iter()
        .find(|doubt| doubt.role == Role::LeftOut)
        .unwrap();
    let kept = import_with(
        &twice,
        &Decisions::from([(doubt.key, Role::Paragraph)]),
        today,
    )
    .unwrap();
    assert_eq!(kept.words[0].1, draft.words[0].1 + 3);
}

/// T-15: 40 000 words take seconds even where nothing is optimised, and the time grows with the text
/// and not with its square.
#[test]
fn t15_a_long_text_takes_its_length() {
    let clause = include_str!("samples/klauseln.txt").replace("Anlage", "Teil");
    let time = |times: usize, name: &str| {
        let text = clause.repeat(times);
        let start = std::time::Instant::now();
        let draft = import(&[Source::text(name, &text)], "2026-11-30".parse().unwrap()).unwrap();
        let words: usize = draft.words.iter().map(|(_, count)| count).sum();
        eprintln!("{name}: {words} words in {:?}", start.elapsed());
        start.elapsed().as_secs_f64()
    };
    let (short, long) = (time(50, "a.txt"), time(250, "a.txt"));
    assert!(long < short.mul_add(15.0, 2.0), "{short} {long}");
}
