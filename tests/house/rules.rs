//! Every rule that is cited by its ID has an entry in docs/rules.md, and every entry is cited.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The beginnings of IDs like `S-06`; two digits follow.
const FAMILIES: &[&str] = &["A", "C", "D", "EV", "L", "LC", "O", "P", "R", "S", "T"];
/// Sections whose points are cited like `5.6-11`.
const SECTIONS: &[&str] = &["4.1", "5.6", "5.8"];
/// Separators between the two ends of a range.
const RANGES: &[&str] = &[" to ", " … ", "…", "–"];
const RULES: &str = "docs/rules.md";

#[test]
fn every_rule_that_is_cited_can_be_looked_up() {
    let entries = entries(&read(RULES));
    let mut cited: BTreeMap<String, String> = BTreeMap::new();
    for path in files() {
        let text = read(&path);
        let faults = if path.ends_with(".rs") {
            mended(&text)
        } else {
            BTreeSet::new()
        };
        for id in cited_in(&text).into_iter().chain(faults) {
            cited.entry(id).or_insert_with(|| path.clone());
        }
    }
    assert!(cited.len() > 200, "only {} found", cited.len());
    let unknown: Vec<String> = cited
        .iter()
        .filter(|(id, _)| !entries.contains(*id))
        .map(|(id, path)| {
            format!("{path} cites {id}: say in {RULES} what it is and where it comes from")
        })
        .collect();
    let idle: Vec<String> = entries
        .iter()
        .filter(|id| !is_fault(id) && !cited.contains_key(*id))
        .map(|id| format!("{RULES}: nothing cites {id}; take it out, or keep it where it is kept"))
        .collect();
    let found = [unknown, idle].concat();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn ids_are_found_as_people_write_them() {
    for (text, ids) in [
        ("(S-06, EV-16)", vec!["EV-16", "S-06"]),
        ("SHA-256, P-256, PDF/A-3b, AVV-2026-7-1, S-6", vec![]),
        ("EV-01 … EV-03", vec!["EV-01", "EV-02", "EV-03"]),
        ("LC-04 to LC-06.", vec!["LC-04", "LC-05", "LC-06"]),
        ("row 33, 5.8-18", vec!["5.8-18", "row 33"]),
        (
            "rows 1, 10, 19 to 21, 49 and 50",
            vec![
                "row 1", "row 10", "row 19", "row 20", "row 21", "row 49", "row 50",
            ],
        ),
        ("rows 35", vec!["row 35"]),
        ("(5.6-11)", vec!["5.6-11"]),
        ("15.6-1, 1.5.8-2, arrow 5, row 3.5", vec![]),
    ] {
        let ids: BTreeSet<String> = ids.into_iter().map(str::to_owned).collect();
        assert_eq!(cited_in(text), ids, "{text}");
    }
    let faults: BTreeSet<String> = ["A1", "F12"].map(str::to_owned).into();
    assert_eq!(
        mended("async fn a1_slow()\nfn f12_x() fn abc_1() fn a_1()"),
        faults
    );
    assert_eq!(
        entries("| ID | Rule |\n|---|---|\n| S-06 | x |\n| row 3 | y |\n| M1 | z |").len(),
        2
    );
}

/// All IDs of rules in a text, with ranges expanded.
fn cited_in(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.char_indices() {
        if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '.' || c == '-' || c == '_') {
            continue;
        }
        let rest = &text[at..];
        for family in FAMILIES {
            let Some(tail) = rest.strip_prefix(family).and_then(|t| t.strip_prefix('-')) else {
                continue;
            };
            let Some((first, tail)) =
                number(tail).filter(|(_, tail)| rest.len() - tail.len() == family.len() + 3)
            else {
                continue;
            };
            let last = range(tail)
                .and_then(|tail| tail.strip_prefix(family)?.strip_prefix('-'))
                .and_then(number)
                .map_or(first, |(last, _)| last);
            found.extend((first..=last).map(|n| format!("{family}-{n:02}")));
        }
        for section in SECTIONS {
            let point = rest
                .strip_prefix(section)
                .and_then(|t| t.strip_prefix('-'))
                .and_then(number);
            found.extend(point.map(|(n, _)| format!("{section}-{n}")));
        }
        for word in ["row ", "rows "] {
            if let Some(tail) = rest.strip_prefix(word) {
                rows(tail, &mut found);
            }
        }
    }
    found
}

/// Reads numbers as in `1, 10, 19 to 29 and 49`.
fn rows(text: &str, found: &mut BTreeSet<String>) {
    let mut rest = text;
    while let Some((first, tail)) = number(rest) {
        let end = range(tail).and_then(number);
        let (last, tail) = end.unwrap_or((first, tail));
        found.extend((first..=last).map(|n| format!("row {n}")));
        let more = [", and ", ", ", " and ", " or "]
            .iter()
            .find_map(|between| tail.strip_prefix(between));
        let Some(more) = more else { return };
        rest = more;
    }
}

/// A number of one or two digits that is no part of something longer, and what follows it.
fn number(text: &str) -> Option<(u8, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, tail) = text.split_at(end);
    let goes_on = tail.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        || tail
            .strip_prefix('.')
            .is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit()));
    if digits.len() > 2 || goes_on {
        return None;
    }
    digits.parse().ok().map(|n| (n, tail))
}

fn range(text: &str) -> Option<&str> {
    RANGES.iter().find_map(|between| text.strip_prefix(between))
}

/// Fixed faults: the name of a test that shows a fix begins with the ID of the fault.
fn mended(text: &str) -> BTreeSet<String> {
    text.match_indices("fn ")
        .filter_map(|(at, _)| text[at + 3..].split_once('_'))
        .map(|(id, _)| id)
        .filter(|id| !["f32", "f64"].contains(id))
        .map(str::to_uppercase)
        .filter(|id| is_fault(id))
        .collect()
}

/// Whether it is the ID of a fault, `A1` to `F99`.
fn is_fault(id: &str) -> bool {
    id.strip_prefix(|c: char| ('A'..='F').contains(&c))
        .and_then(number)
        .is_some_and(|(_, tail)| tail.is_empty())
}

/// The IDs of the first column. The same ID twice is an error.
fn entries(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in text.lines() {
        let id = line
            .strip_prefix("| ")
            .and_then(|rest| rest.split(" |").next());
        let Some(id) = id.filter(|id| is_fault(id) || cited_in(id).contains(*id)) else {
            continue;
        };
        assert!(found.insert(id.to_owned()), "{RULES} explains {id} twice");
    }
    found
}

/// All files that cite IDs: sources, tests, templates, migrations, benches and documents.
fn files() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open: Vec<PathBuf> = ["src", "tests", "templates", "migrations", "docs", "benches"]
        .iter()
        .map(|folder| root.join(folder))
        .collect();
    let mut found = vec![
        "README.md".to_owned(),
        "CONTRIBUTING.md".to_owned(),
        "SECURITY.md".to_owned(),
    ];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).into_iter().flatten().flatten() {
            let path = entry.path();
            let ends = path
                .extension()
                .and_then(|end| end.to_str())
                .unwrap_or_default();
            if path.is_dir() {
                open.push(path);
            } else if ["rs", "html", "txt", "sql", "md", "toml", "sh"].contains(&ends)
                && let Ok(short) = path.strip_prefix(root)
            {
                found.push(short.to_string_lossy().into_owned());
            }
        }
    }
    found.retain(|path| path != RULES && path != "tests/house/rules.rs");
    found.sort();
    found
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_default()
}
