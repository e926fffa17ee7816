//! Work whose cost a stranger can choose: limited, done once, never in the way of users (S-78).

use std::fs;
use std::time::Duration;

use avv_portal::places::Kind;
use futures_util::future::join_all;
use reqwest::Method;

use crate::harness::{CUSTOMER, PASSWORD, Person, TestApp};
use crate::seeded::World;

const MAIL: &str = "info@oezdemir.example";

/// A3: a draft is made once, and however many visitors ask for it, users can sign in and conclude.
#[actix_web::test]
async fn a3_drafts_keep_nobody_waiting() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let link = app.consent_link(MAIL);
    let visitor = app.visitor();
    let draft = format!("{link}/entwurf.pdf");
    let storm = actix_web::rt::spawn({
        let (visitor, draft) = (visitor.clone(), draft.clone());
        async move { join_all((0..100).map(|_| visitor.get(&draft))).await }
    });
    app.sign_in(Person::Partner).await;
    app.conclude(MAIL).await;
    let answers = storm.await.unwrap();
    let mut seen: Vec<u16> = answers.iter().map(|page| page.status.as_u16()).collect();
    seen.sort_unstable();
    seen.dedup();
    assert!(
        seen.iter().all(|status| [200, 303, 429].contains(status)),
        "{seen:?}"
    );
    let made: Vec<&Vec<u8>> = answers
        .iter()
        .filter(|page| page.status == 200)
        .map(|page| &page.bytes)
        .collect();
    assert!(
        made.windows(2).all(|pair| pair[0] == pair[1]),
        "the same draft was made twice"
    );
}

/// A3: a HEAD request makes nothing, for any kind of document.
#[actix_web::test]
async fn a3_a_head_makes_nothing() {
    let world = World::build().await;
    let app = &world.app;
    let version = app.text("id FROM contract_versions");
    let page = format!("/betrieb/vertragsfassungen/{version}");
    let operator = app.sign_in(Person::Operator).await;
    let before = app.everything();
    let mut addresses = vec![
        format!("{}/entwurf.pdf", world.open),
        "/administration/avv/nachweis.zip?kunde=4711".to_owned(),
    ];
    addresses.extend(
        [
            "",
            "/text",
            "/vergleich",
            "/vorschau-de.pdf",
            "/vorlage",
            "/veroeffentlichung",
        ]
        .map(|below| format!("{page}{below}")),
    );
    let mut met = 0;
    for address in addresses {
        let head = operator.request(Method::HEAD, &address).await;
        if head.status == 404 {
            continue;
        }
        met += 1;
        head.assert_status(200);
        assert!(head.header("content-type").is_empty(), "{address} was made");
        assert!(head.bytes.is_empty());
    }
    assert!(met >= 2, "the addresses have changed");
    let changes = app.changes_since(&before);
    assert!(
        changes.iter().all(|line| line.contains("sessions")),
        "{changes:?}"
    );
}

/// Calls that cost CPU time.
const HEAVY: &[&str] = &[
    "passwords::verify(",
    "passwords::hash(",
    "draft_pdf(",
    "preview_pdf(",
    "pdfs(",
    "prepare(",
    "review(",
    "look(&sent",
    "only_shows_pages(",
    "diff(",
    "import(",
    "unpack(",
    ".pack()",
];
/// Functions of the room `web` that call them, and so are expensive themselves.
const HELPERS: &[&str] = &["read_upload", "made", "article", "compared", "applied"];

/// A3: no expensive work is done outside the places for it. A function that calls something
/// expensive takes a place, or is a helper that only such functions call.
#[test]
fn a3_every_heavy_handler_takes_a_place() {
    let mut found = Vec::new();
    let mut takers = 0;
    for path in sources("src/web") {
        let text = fs::read_to_string(&path).unwrap();
        for function in functions(&text) {
            let name = name_of(function);
            let body = function.split_once('{').map_or("", |(_, body)| body);
            let code: String = body
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            let helpers = HELPERS.iter().map(|helper| format!("{helper}("));
            let called = HEAVY.iter().map(|call| (*call).to_owned()).chain(helpers);
            let calls: Vec<String> = called.filter(|call| calls(&code, call)).collect();
            let takes = code.contains("Kind::");
            takers += usize::from(takes);
            if !calls.is_empty() && !takes && !HELPERS.contains(&name) {
                found.push(format!("{path}: `{name}` calls {calls:?} without a place"));
            }
        }
        // A check of the disk, and filling a form into the portal's own page.
        let small = [
            "web/public/health.rs",
            "web/kit/kept/mod.rs",
            "web/management.rs",
        ];
        let is_small = small.iter().any(|own| path.ends_with(own));
        if text.contains("spawn_blocking") && !is_small {
            found.push(format!("{path}: `spawn_blocking` goes around the places"));
        }
    }
    assert!(takers >= 12, "{takers}");
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

fn calls(code: &str, call: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.' || c == ':';
    code.match_indices(call)
        .any(|(at, _)| call.starts_with('.') || !code[..at].ends_with(is_word))
}

/// The functions of a file, from their `fn` to the next one.
fn functions(text: &str) -> Vec<&str> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let starts: Vec<usize> = code
        .match_indices("fn ")
        .filter(|(at, _)| {
            let line = code[..*at].rfind('\n').map_or(0, |end| end + 1);
            let before = code[line..*at].trim();
            before.is_empty()
                || before
                    .split(' ')
                    .all(|word| word.starts_with("pub") || word == "async" || word == "const")
        })
        .map(|(at, _)| at)
        .collect();
    let ends = starts.iter().skip(1).copied().chain([code.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(from, to)| &code[*from..to])
        .collect()
}

fn name_of(function: &str) -> &str {
    let name = function.trim_start_matches("fn ");
    let end = name
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(name.len());
    &name[..end]
}

fn sources(folder: &str) -> Vec<String> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/");
    let mut open = vec![std::path::PathBuf::from(root).join(folder)];
    let mut found = Vec::new();
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path.to_string_lossy().into_owned());
            }
        }
    }
    found
}

/// A3: strangers who fill the queue for passwords do not delay a user who signed in from the same
/// source before, and those of one network do not delay those of another.
#[actix_web::test]
async fn a3_strangers_starve_no_sign_in() {
    let app = TestApp::start_behind_proxy().await;
    let browser = app.visitor();
    let fields = [("email", Person::Partner.email()), ("passwort", PASSWORD)];
    let from = async |place: &str| {
        let headers = [("x-forwarded-for", place)];
        browser
            .post_with("/anmelden", &fields, &headers)
            .await
            .status
    };
    assert_eq!(from("203.0.113.7").await, 303);
    let places = &app.app.places;
    let network = "passwords of [198, 51, 100]";
    let crowd: Vec<_> = (0..20).map(|_| places.crowd.enter(network, 20)).collect();
    assert_eq!(from("198.51.100.9").await, 503);
    assert_eq!(from("192.0.2.9").await, 303);
    drop(crowd);
    assert_eq!(from("198.51.100.9").await, 303);
    // All places are taken, and the queue is full of strangers.
    let (ends, tasks): (Vec<_>, Vec<_>) = (0..400)
        .map(|_| {
            let (end, wait) = std::sync::mpsc::channel::<()>();
            let places = places.clone();
            let work = move || wait.recv().is_ok();
            let task = tokio::spawn(async move { places.run(Kind::Password, work).await });
            (end, task)
        })
        .unzip();
    // Requests that are refused because of the length of the queue end at once.
    while tasks.iter().filter(|task| task.is_finished()).count() < 98 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(from("198.51.101.9").await, 503);
    assert_eq!(from("203.0.113.7").await, 303, "a known place");
    drop(ends);
}
