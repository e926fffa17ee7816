//! Damaged contracts: each one is read or refused with a place, quickly, and those that are read
//! say the same in all forms.

use super::mutate::Mutator;
use super::*;
use crate::contract::import::{Source, import};

/// Pieces of contracts.
const DJOT: &[&str] = &[
    "# ",
    "\n\n## ",
    "\n(1) ",
    "\na) ",
    "\n- ",
    "\n    - ",
    "> ",
    "\n:::\n",
    "::: x\n",
    "{#x}",
    "{.subject}\n",
    "{if=draft}\n",
    "{if=has-sub-partner}\n",
    "{generate=chain}\n:::\n:::\n",
    "{generate=measures}\n:::\n:::\n",
    "{number=\"9\"}\n",
    "{marks=\"1.1\"}\n",
    "{mark=\"3a.\"}\n",
    ":customer-name:",
    ":",
    ":products",
    ":nothing:",
    "[](#hier)",
    "[x](https://x.example)",
    "[x](javascript:x)",
    "\\",
    "*",
    "_",
    "\"",
    "'",
    "`",
    "```\n",
    "$",
    "{",
    "}",
    "[",
    "]",
    "(",
    "[^1]",
    "|",
    "\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    "\n^ T\n",
    "\n: T\n\n  x\n\n",
    "\r\n",
    "\t",
    "\u{301}",
    "\u{202e}",
    "\u{ad}",
    "\u{feff}",
    "ﬁ",
    "x",
    "1.",
    "i.",
    "mmm)",
    "zzzz. ",
    "%",
    "--",
    "...",
    "<!--",
    "\n\n\n",
    " \n",
];

/// A few lines of one of the shipped files, so that a case takes no time. The targets of its
/// references exist.
fn window(mutator: &mut Mutator, files: &crate::domain::version::Files) -> String {
    let texts: Vec<&String> = files
        .iter()
        .filter(|(path, _)| path.ends_with(".dj"))
        .map(|(_, text)| text)
        .collect();
    let lines: Vec<&str> = mutator.one(&texts).lines().collect();
    let from = mutator.below(lines.len());
    let to = (from + 4 + mutator.below(40)).min(lines.len());
    let text = lines[from..to].join("\n");
    let mut out = String::new();
    let mut parts = text.split("](#");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let rest = part.split_once(')').map_or("", |(_, rest)| rest);
        out.push_str(&format!("](#hier){rest}"));
    }
    out
}

/// Reads one text in one role, beside a clause that references can name.
fn read(role: usize, text: &str) -> (Result<Contract, Vec<Problem>>, &'static str) {
    const MAIN: &str = "{#hier}\n# Hier\n\nText.\n";
    let (main, path, more) = match role {
        0 => (
            format!("{MAIN}\n# Dort\n\n{text}"),
            "de/vertrag.dj",
            String::new(),
        ),
        1 => (
            MAIN.to_owned(),
            "de/anlage-x.dj",
            format!("# Anlage\n\n{text}"),
        ),
        2 => (
            format!("{MAIN}\n{{generate=products}}\n:::\n:::\n"),
            "de/produkte/centraflex.dj",
            format!("## Produkt\n\n{text}"),
        ),
        _ => (
            format!("{MAIN}\n{{generate=measures}}\n:::\n:::\n"),
            "de/massnahmen.dj",
            format!("## Gruppe\n\n{text}"),
        ),
    };
    let more = if more.is_empty() {
        Vec::new()
    } else {
        vec![(path, more.as_str())]
    };
    (contract(&main, &more), path)
}

#[test]
fn damaged_parts_are_read_or_refused_with_a_place() {
    let files = shipped();
    Mutator::run(1_000, DJOT, |mutator| {
        let (part, other) = (window(mutator, &files), window(mutator, &files));
        let text = mutator.damaged_text(&part, &other);
        let role = mutator.below(4);
        let (result, path) = read(role, &text);
        match result {
            Err(problems) => {
                assert!(!problems.is_empty());
                let lines = text.lines().count() + 8;
                for problem in problems {
                    // The problem is in the part itself or in the one that refers to it.
                    let known = [path, "de/vertrag.dj"].contains(&problem.file.as_str());
                    assert!(
                        known && (1..=lines).contains(&problem.line),
                        "{problem}\n{text}"
                    );
                    assert!(problem.message.ends_with(['.', ')']), "{problem}");
                }
            }
            Ok(contract) => {
                let document = contract.resolve(&sample_values(Language::De, true), Language::De);
                assert_eq!(article_words(&document), text::words(&document), "{text}");
                let size = html::article(&document).len();
                assert!(
                    size < 100 * text.len() + 100_000,
                    "{size} bytes from {text}"
                );
            }
        }
    });
}

#[test]
fn a_damaged_contract_toml_is_read_or_refused_with_a_line() {
    let files = shipped();
    let toml = &files[meta::FILE];
    Mutator::run(
        2_000,
        &[
            "[",
            "]",
            "[[",
            "= ",
            "\"",
            "'''",
            "#",
            "\n",
            "{",
            "}",
            ".",
            "de",
            "2026-02-30",
            "bilingual = \"after\"\n",
            "inf",
            "[title]\n",
            "\u{301}",
        ],
        |mutator| {
            let text = mutator.damaged_text(toml, toml);
            match Meta::parse(&text) {
                Ok(meta) => assert!(meta.languages.contains(&meta.binding)),
                Err(problem) => assert!(
                    problem.file == meta::FILE && problem.line <= text.lines().count() + 1,
                    "{problem}"
                ),
            }
            // The form can write into any text.
            let written = parts::set(&text, Some("title"), "de", &parts::quoted("Neu"));
            assert!(written.contains("Neu"));
        },
    );
}

#[test]
fn damaged_folders_are_read_or_refused() {
    let files = shipped();
    let paths: Vec<&String> = files.keys().collect();
    Mutator::run(40, DJOT, |mutator| {
        let mut files = files.clone();
        let (from, to) = (*mutator.one(&paths), *mutator.one(&paths));
        match mutator.below(3) {
            0 => drop(files.remove(from)),
            1 => drop(files.insert(to.clone(), files[from].clone())),
            _ => {
                let text = mutator.damaged_text(&files[from], &files[to]);
                files.insert(from.clone(), text);
            }
        }
        match Contract::from_map(&files) {
            Ok(contract) => drop(check::checks(&check::Version::of(&contract))),
            Err(problems) => {
                assert!(!problems.is_empty() && problems.iter().all(|one| one.line > 0))
            }
        }
    });
}

/// Uploads of a legal department: a draft without a lost word, or a problem.
#[test]
fn damaged_sources_are_imported_or_refused() {
    const SOURCES: [(&str, &str); 3] = [
        ("saas.md", include_str!("../import/samples/saas.md")),
        ("nachtrag.md", include_str!("../import/samples/nachtrag.md")),
        (
            "leistung.txt",
            include_str!("../import/samples/leistung.txt"),
        ),
    ];
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    Mutator::run(
        40,
        &[
            "# ",
            "\n1. ",
            "\n(2) ",
            "\na) ",
            "\n| a | b |\n",
            "|---|",
            "<b>",
            "</td>",
            "&amp;",
            "&#x",
            "](",
            "**",
            "\n\n",
            "    ",
            "\t",
            "§ 3",
            ":x:",
            "{#a}",
            "\u{301}",
            "\u{ad}",
            "- ",
        ],
        |mutator| {
            let (name, text) = *mutator.one(&SOURCES);
            let other = mutator.one(&SOURCES).1;
            let text = mutator.damaged_text(text, other);
            match import(&[Source::text(name, &text)], today) {
                Ok(draft) => assert!(!draft.files.is_empty()),
                Err(problems) => {
                    assert!(!problems.is_empty() && problems.iter().all(|one| one.line > 0))
                }
            }
        },
    );
}
