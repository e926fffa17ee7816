//! The words of pages and mails, read from templates and sources: one word for each thing (C12,
//! C14).

use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The words of a template: the text outside of tags, comments and template syntax, and the
/// sentences passed to macros.
fn printed(source: &str) -> String {
    let mut out = String::new();
    let mut rest = source;
    while let Some(at) = rest.find(['<', '{']) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        let end = [("{#", "#}"), ("{%", "%}"), ("{{", "}}"), ("<", ">")]
            .into_iter()
            .find(|(open, _)| tail.starts_with(open))
            .and_then(|(open, close)| {
                Some(tail[open.len()..].find(close)? + open.len() + close.len())
            });
        let Some(end) = end else {
            out.push_str(&tail[..1]);
            rest = &tail[1..];
            continue;
        };
        let mark = &tail[..end];
        if mark.starts_with("{{") || mark.starts_with("{%") {
            // A text in quotes with a space is a sentence, not a path or a name.
            for text in mark
                .split('"')
                .skip(1)
                .step_by(2)
                .filter(|text| text.contains(' '))
            {
                out.push(' ');
                out.push_str(text);
            }
        }
        out.push(' ');
        rest = &tail[end..];
    }
    out.push_str(rest);
    out.replace("&shy;", "")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Words that were used in parallel, each with the one that is kept.
const BANNED: [(&str, &str); 21] = [
    (
        "vertrag zur auftragsverarbeitung",
        "Auftragsverarbeitungsvertrag",
    ),
    (
        "vertrags zur auftragsverarbeitung",
        "Auftragsverarbeitungsvertrags",
    ),
    ("vertragsversion", "Fassung"),
    (" neue version", "Fassung"),
    ("diese version", "Fassung"),
    (" der version", "Fassung"),
    ("einwilligung", "Abschluss"),
    ("avv anfordern", "Anforderung senden"),
    ("good day", "Hello"),
    ("binding effect", "Accept the agreement (legally binding)"),
    ("not responsible for this", "I’m not the right person"),
    (" contract ", "agreement"),
    (" contract.", "agreement"),
    (" contracts ", "agreements"),
    (" staff ", "employees"),
    ("objection to a change", "dissent from a change"),
    ("objection to the change", "dissent from the change"),
    ("objection to the announced", "dissent from the announced"),
    ("object to this change", "dissent from this change"),
    ("function:", "Position"),
    ("conclude the agreement", "accept the agreement"),
];

/// Names that are not text of the portal: files, and the law's own terms where it is explained.
const ALLOWED: [&str; 3] = [
    "contract.toml",
    "avv-portal contract",
    "to conclude the agreement with your company",
];

/// Rooms whose sentences appear on pages, in mails and in documents. The sentences of the others
/// are for the log and the command line, where the terms of the code are used (glossary).
const SPEAKING: [&str; 5] = ["web", "mail", "domain", "document", "contract"];

/// The sentences of a source file: its string literals that contain a space or begin with a capital
/// letter. Tests, comments and the messages of errors, which are for the log, are left out.
fn sentences(source: &str) -> Vec<String> {
    let source = source
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (before, tail) = rest.split_at(at);
        if let Some(comment) = tail.strip_prefix("//") {
            rest = comment.split_once('\n').map_or("", |(_, after)| after);
            continue;
        }
        if let Some(character) = tail.strip_prefix('\'') {
            // '"' and '\'' are character literals, 'a in <'a> is not.
            let length = match character.strip_prefix('\\') {
                Some(escaped) => escaped.find('\'').map(|end| end.max(1) + 2),
                None => (character.chars().nth(1) == Some('\''))
                    .then(|| character.chars().next().map_or(0, char::len_utf8) + 1),
            };
            rest = &character[length.unwrap_or(0)..];
            continue;
        }
        let Some(quoted) = tail.strip_prefix('"') else {
            rest = &tail[1..];
            continue;
        };
        let hashes = before.len() - before.trim_end_matches('#').len();
        let is_raw = before[..before.len() - hashes].ends_with('r');
        let end = if is_raw {
            quoted.find(&format!("\"{}", "#".repeat(hashes)))
        } else {
            let mut escaped = false;
            quoted.find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            })
        }
        .expect("a text that ends");
        let text = &quoted[..end];
        let is_sentence = text.contains(' ') || text.starts_with(char::is_uppercase);
        if is_sentence && !before.trim_end().ends_with("#[error(") {
            let joined = text.replace("\\\n", " ").replace("\\n", " ");
            found.push(joined.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        rest = &quoted[end + 1..];
    }
    found
}

/// The old words in a text, with the ones that are kept.
fn old_words(text: &str) -> Vec<String> {
    let mut text = format!(" {text} ").to_lowercase();
    for allowed in ALLOWED {
        text = text.replace(allowed, "");
    }
    BANNED
        .iter()
        .filter(|(old, _)| text.contains(old))
        .map(|(old, stays)| format!("„{old}“ instead of „{stays}“"))
        .collect()
}

#[test]
fn c12_c14_no_page_and_no_mail_uses_an_old_word() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    let mut look = |path: &Path, text: &str| {
        for word in old_words(text) {
            wrong.push(format!("{}: {word}: {text:.200}", path.display()));
        }
    };
    let mut templates = Vec::new();
    for folder in ["templates/web", "templates/mail"] {
        files(&root.join(folder), &mut templates);
    }
    assert!(templates.len() > 150, "{}", templates.len());
    for path in templates {
        look(&path, &printed(&fs::read_to_string(&path).unwrap()));
    }
    let mut sources = Vec::new();
    for room in SPEAKING {
        files(&root.join("src").join(room), &mut sources);
    }
    let (mut read, mut said) = (0, 0);
    for path in sources {
        let name = path.to_string_lossy();
        if name.contains("tests") || name.contains("/samples") || !name.ends_with(".rs") {
            continue;
        }
        read += 1;
        for sentence in sentences(&fs::read_to_string(&path).unwrap()) {
            said += 1;
            look(&path, &sentence);
        }
    }
    assert!(read > 250 && said > 2500, "{read} files, {said} sentences");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn c12_c14_a_sentence_is_found_wherever_it_stands() {
    let source = r##"
        // "No word of a comment"
        fn a<'a>(one: &'a str) -> char { '"' }
        const B: &str = "Zwei Worte"; const C: char = '\''; const D: &str = "Dissent";
        let e = "Er sagt \"ja\" \
                 und geht"; let f = r#"Roh und "gut""#; let g = "kein_satz";
        #[error("for the log alone")]
        #[cfg(test)]
        mod tests { const H: &str = "In a test"; }
    "##
    .replace("\n        ", "\n");
    assert_eq!(
        sentences(&source),
        [
            "Zwei Worte",
            "Dissent",
            r#"Er sagt \"ja\" und geht"#,
            r#"Roh und "gut""#
        ]
    );
    assert_eq!(old_words("Objection to a change").len(), 1);
    assert_eq!(old_words("avv-portal contract check"), [""; 0]);
}

/// With forced colours, which replace every colour, a transparent line becomes visible (C13).
#[test]
fn c13_no_line_of_the_menus_is_only_hidden_by_its_colour() {
    let css = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("static/portal.css"))
        .unwrap();
    for line in css.lines() {
        let hidden =
            line.contains("2px solid transparent") || line.contains("border-block: 2px solid");
        assert!(!hidden, "{line}");
    }
}
