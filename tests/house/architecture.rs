//! The dependencies between the rooms: all of them are in one crate, so this test reads the
//! sources.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the top down; none may use a room with a smaller number, nor the other one of the
/// two top floors. Modules that are not listed (`app`, `config`, `clock`, `paths`, `logging`)
/// belong to every floor.
const FLOORS: &[&[&str]] = &[
    &["cli"],
    &["web", "jobs"],
    &["actions"],
    &["storage", "mail", "document", "contract"],
    &["wording"],
    &["domain"],
];

/// Crates and functions that only one room or file may use, or several (`|`).
const OWNERS: &[(&str, &str)] = &[
    ("diesel", "storage"),
    ("diesel_migrations", "storage"),
    ("lettre", "mail"),
    ("mail_parser", "mail"),
    ("imap_codec", "mail"),
    ("genpdf", "document"),
    ("resvg", "document"),
    ("usvg", "document"),
    ("actix_web", "web"),
    ("actix_session", "web"),
    ("actix_multipart", "web"),
    ("reqwest", "authority|oidc|webhook_client"),
    ("openidconnect", "oidc"),
    ("webauthn_rp", "webauthn"),
    ("lopdf", "document"),
    ("flate2", "document"),
    ("zip::", "document"),
    ("csv::", "sheet"),
    ("std::env", "config"),
    ("Utc::now", "clock"),
    ("Local::now", "clock"),
    ("SystemTime::now", "clock"),
];

/// How a group of imports from this crate begins.
const GROUP: &str = "crate::{";

/// Rooms of the pages with several families; any other room is one family.
const SHARED_ROOMS: &[&str] = &["contract", "customers", "operation", "public"];

#[test]
fn every_room_keeps_to_itself() {
    let mut found = Vec::new();
    for path in files("src", &["rs"]) {
        let text = read(&path);
        let mut in_group = false;
        for (number, line) in text.lines().enumerate() {
            let mut code = code_of(line).to_owned();
            if in_group {
                // A group of imports over several lines: each line is read as if it were alone.
                in_group = !code.contains("};");
                code.insert_str(0, GROUP);
            } else {
                in_group = code.contains(GROUP) && !code.contains('}');
            }
            for fault in faults_of_line(room_of(&path), &code) {
                found.push(format!("{path}:{}: {fault}", number + 1));
            }
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn no_page_family_imports_another() {
    let mut found = Vec::new();
    for path in files("src/web", &["rs"]) {
        let code: String = read(&path)
            .split("#[cfg(test)]")
            .next()
            .unwrap_or_default()
            .lines()
            .map(|line| code_of(line).to_owned() + "\n")
            .collect();
        let own = module_of(&path);
        for named in page_paths(&own, &code) {
            if !may_name(&own, &named) {
                found.push(format!("{path}: `{}` is another family", named.join("::")));
            }
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn templates_obey_the_content_security_policy() {
    let mut found = Vec::new();
    for path in files("templates", &["html", "txt"]) {
        for (number, line) in read(&path).lines().enumerate() {
            for fault in faults_of_template(line, path.starts_with("templates/mail")) {
                found.push(format!("{path}:{}: {fault}", number + 1));
            }
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn the_walls_stand() {
    for (room, line, stands) in [
        ("domain", "use crate::storage::db::Db;", false),
        ("domain", "use crate::{clock::Clock, web::Page};", false),
        ("domain", "use crate::wording::names::list;", false),
        ("wording", "use crate::storage::db::Db;", false),
        ("wording", "use crate::domain::Language;", true),
        ("storage", "use crate::wording::dates::short_date;", false),
        ("mail", "use crate::wording::names::list;", true),
        ("actions", "fn a(x: crate::web::Page) {}", false),
        ("actions", "use crate::{domain, storage};", true),
        ("jobs", "use crate::cli::x;", false),
        ("jobs", "use crate::web::x;", false),
        ("cli", "use crate::{jobs, web};", true),
        ("storage", "use crate::mail::render;", true),
        ("storage", "use diesel::prelude::*;", true),
        ("web", "use diesel::prelude::*;", false),
        ("web", "let webdiesel = 1;", true),
        ("web", "let now = Utc::now(); // why", false),
        ("web", "let now = clock.now(); // not Utc::now()", true),
        (
            "web",
            "let url = \"https://x\"; let now = Utc::now();",
            false,
        ),
        ("clock", "Utc::now()", true),
        ("mail", "let subject = \"Ihre Einwilligung\";", false),
    ] {
        assert_eq!(
            faults_of_line(room, code_of(line)).is_empty(),
            stands,
            "{room}: {line}"
        );
    }
    for (own, line, stands) in [
        (
            "customers/links",
            "use crate::web::kit::error::PageError;",
            true,
        ),
        (
            "customers/links",
            "use super::parts::{doubts, effects};",
            true,
        ),
        ("customers/links", "use super::status::read;", false),
        ("customers/links", "use super::{offer, parts};", false),
        (
            "customers/links",
            "use crate::web::operation::mails;",
            false,
        ),
        ("customers/bookings/plan", "use super::choice::asks;", true),
        (
            "contract/versions/show",
            "use crate::web::contract::stage_word;",
            true,
        ),
        (
            "contract/versions/show",
            "use crate::web::contract::roll_outs;",
            false,
        ),
        ("partners/form", "use super::fields::typed;", true),
        ("kit/page", "use super::menu::menu;", true),
        (
            "kit/page",
            "let x = crate::web::public::legal::help;",
            false,
        ),
        ("server", "use super::customers;", false),
        ("routes", "use crate::web::{customers, public};", true),
    ] {
        let own = module_of(own);
        let stood = page_paths(&own, line)
            .iter()
            .all(|named| may_name(&own, named));
        assert_eq!(stood, stands, "{own:?}: {line}");
    }
    for (line, mail, stands) in [
        ("<script src=\"/static/a.js\" defer></script>", false, true),
        ("<script>alert(1)</script>", false, false),
        ("<p style=\"color:red\">", false, false),
        ("<p style=\"color:red\">", true, true),
        ("<button onclick=\"x()\">", true, false),
        ("<p class=\"on\" data-once=\"1\">", false, true),
        ("<style>", false, false),
        ("Mit Ihrer Einwilligung", true, false),
    ] {
        assert_eq!(faults_of_template(line, mail).is_empty(), stands, "{line}");
    }
}

/// `src/web/customers/list/mod.rs` is `customers::list`.
fn module_of(path: &str) -> Vec<String> {
    let module = path.trim_start_matches("src/web/").trim_end_matches(".rs");
    let names = module.split('/').filter(|name| *name != "mod");
    names.map(str::to_owned).collect()
}

/// The modules of the room `web` that a file of the module `own` names, as whole paths without
/// `web` itself.
fn page_paths(own: &[String], code: &str) -> Vec<Vec<String>> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let starts = ["crate::web::", "super::"];
    let starts = starts.iter().flat_map(|start| {
        let places = code.match_indices(*start).map(|(at, _)| at);
        places.filter(|at| !code[..*at].ends_with(|c| is_word(c) || c == ':'))
    });
    let mut found = Vec::new();
    for at in starts {
        let end = code[at..].find(|c| !is_word(c) && c != ':');
        let (path, rest) = code[at..].split_at(end.unwrap_or(code.len() - at));
        let mut named: Vec<String> = match path.strip_prefix("crate::web::") {
            Some(_) => Vec::new(),
            None => own[..own.len() - path.matches("super::").count()].to_vec(),
        };
        let names = path
            .split("::")
            .filter(|name| !["crate", "web", "super", ""].contains(name));
        named.extend(names.map(str::to_owned));
        match rest.strip_prefix('{').and_then(|rest| rest.split_once(';')) {
            // Of a group only the first names count.
            Some((group, _)) if path.ends_with("::") => {
                found.extend(group.split([',', '{', '}']).map(|part| {
                    let first = part.trim().split([':', ' ']).next().unwrap_or_default();
                    let mut named = named.clone();
                    named.extend(Some(first.to_owned()).filter(|first| !first.is_empty()));
                    named
                }));
            }
            _ => found.push(named),
        }
    }
    found
}

/// Whether a page of the module `own` may name this: the shared modules (`kit`, the room `web`
/// itself), its own family, and the root and `parts` of its room. `routes` may name all modules,
/// `kit` none.
fn may_name(own: &[String], named: &[String]) -> bool {
    let exists = |path: &[String]| {
        let path = format!("src/web/{}", path.join("/"));
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        root.join(&path).is_dir() || root.join(path + ".rs").is_file()
    };
    let family = |path: &[String]| {
        let is_shared = path
            .first()
            .is_some_and(|room| SHARED_ROOMS.contains(&room.as_str()));
        path[..path.len().min(if is_shared { 2 } else { 1 })].to_vec()
    };
    let to = family(named);
    match own.first().map(String::as_str) {
        _ if to.is_empty() || !exists(&to[..1]) || to[0] == "kit" => true,
        Some("kit") | None => false,
        Some("routes") => true,
        Some("server") => to[0] == "routes",
        Some(room) => {
            let is_of_room = to.len() < 2 || !exists(&to) || to[1] == "parts";
            to == family(own) || (to[0] == room && is_of_room)
        }
    }
}

/// Each word in the lists of `dev` is part of a test's name, and every test that starts a browser
/// is in the browser's group.
#[test]
fn every_group_of_tests_is_what_it_says() {
    let (dev, sources) = (read("dev"), files("tests/portal", &["rs"]));
    let group = |name: &str| -> Vec<&str> {
        let list = dev.split_once(&format!("\n{name}=(")).expect("a list").1;
        list[..list.find(')').expect("its end")]
            .split_whitespace()
            .collect()
    };
    let browser = group("browser");
    for path in &sources {
        let module = path
            .trim_start_matches("tests/portal/")
            .trim_end_matches(".rs");
        let tests = read(path);
        for test in tests.split("\nasync fn ").skip(1) {
            let name = format!("{module}::{}", test.split('(').next().unwrap_or_default());
            let body = test.split("\n}\n").next().unwrap_or_default();
            let is_led = ["Chromium::start()", "tour(&app"]
                .iter()
                .any(|start| body.contains(start));
            assert!(
                !is_led
                    || path.contains("harness")
                    || browser.iter().any(|part| name.contains(part)),
                "dev: {name} is not among the tests with a browser"
            );
        }
    }
    for word in ["browser", "stress"].iter().flat_map(|name| group(name)) {
        let module = word.split("::").next().unwrap_or_default();
        let is_there = sources.iter().any(|path| {
            path.ends_with(&format!("{module}.rs")) || path.contains(&format!("/{module}/"))
        });
        assert!(is_there, "dev: no test has {word} in its name");
    }
}

/// The room of a path: `src/web/customers.rs` and `src/web.rs` belong to `web`.
fn room_of(path: &str) -> &str {
    let inside = path.trim_start_matches("src/");
    let end = inside.find(['/', '.']).unwrap_or(inside.len());
    &inside[..end]
}

/// The line without its comment. Two slashes after a colon belong to an address, not to a comment.
fn code_of(line: &str) -> &str {
    let comment = line
        .match_indices("//")
        .find(|(at, _)| *at == 0 || line.as_bytes()[at - 1] != b':');
    comment.map_or(line, |(at, _)| &line[..at])
}

fn faults_of_line(room: &str, code: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, owner) in OWNERS {
        if owner.split('|').all(|owner| room != owner) && names(code, name) {
            faults.push(format!("`{name}` is not allowed here, only in `{owner}`"));
        }
    }
    let floor = FLOORS.iter().position(|floor| floor.contains(&room));
    if let Some(floor) = floor {
        let own_floor_closed = if floor < 2 { FLOORS[floor] } else { &[] };
        let above = FLOORS[..floor].iter().flat_map(|rooms| rooms.iter());
        for other in above
            .chain(own_floor_closed)
            .filter(|other| **other != room)
        {
            if imports(code, other) {
                faults.push(format!("`{room}` must not know `{other}`"));
            }
        }
    }
    // What is stored has keys; they are turned into words when a user reads them.
    if room == "storage" && imports(code, "wording") {
        faults.push("`storage` must not know `wording`".to_owned());
    }
    if code.to_lowercase().contains("einwilligung") {
        faults.push("the contract is concluded, not consented to: no „Einwilligung“".to_owned());
    }
    faults
}

/// Whether a line imports a room: `crate::web…`, `super::web…` and `crate::{…, web::…}`.
fn imports(code: &str, room: &str) -> bool {
    let grouped = code.split_once(GROUP).is_some_and(|(_, rest)| {
        rest.split([',', '{', '}', ';'])
            .any(|part| part.trim().split("::").next() == Some(room))
    });
    grouped || names(code, &format!("crate::{room}"))
}

/// Whether the code names this, and not something longer.
pub(super) fn names(code: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(name).any(|(at, _)| {
        !code[..at].ends_with(is_word) && !code[at + name.len()..].starts_with(is_word)
    })
}

fn faults_of_template(line: &str, is_mail: bool) -> Vec<String> {
    let lower = line.to_lowercase();
    let mut faults = Vec::new();
    let inline_script = lower.contains("<script") && !lower.contains("<script src=");
    // Mails have no other place for their style.
    let inline_style = !is_mail && (lower.contains("<style") || lower.contains(" style="));
    let handler = lower.split([' ', '"']).any(|word| {
        word.strip_prefix("on").is_some_and(|rest| {
            rest.split_once('=').is_some_and(|(event, _)| {
                !event.is_empty() && event.bytes().all(|b| b.is_ascii_lowercase())
            })
        })
    });
    for (fault, text) in [
        (inline_script, "inline script"),
        (inline_style, "inline style"),
        (handler, "inline event handler"),
        (lower.contains("einwilligung"), "„Einwilligung“"),
    ] {
        if fault {
            faults.push(text.to_owned());
        }
    }
    faults
}

/// All files below `folder` with one of the endings, as paths from the project's root.
pub(super) fn files(folder: &str, endings: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open: Vec<PathBuf> = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if endings
                .iter()
                .any(|end| path.extension().is_some_and(|e| e == *end))
                && let Ok(short) = path.strip_prefix(root)
            {
                found.push(short.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

pub(super) fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_default()
}
