//! The texts of pages and of the contract's PDF as snapshot files, so that a change is visible in
//! the diff.

use insta::{Settings, assert_snapshot};
use scraper::{ElementRef, Html, Selector};

use crate::accessibility::{Stop, customer, operator, partner, public};
use crate::fixtures::insert_fixtures;
use crate::harness::{Browser, CUSTOMER, Page, Person, TestApp};

/// Title, headings and available actions of every page that has an address of its own.
#[actix_web::test]
async fn pages_say_what_they_are_and_what_they_offer() {
    let (app, places) = insert_fixtures().await;
    let groups = [
        ("public", None, public(&places)),
        ("partner", Some(Person::Partner), partner(&places)),
        ("customer", Some(Person::Customer), customer(&places)),
        ("operator", Some(Person::Operator), operator(&places)),
    ];
    for (name, person, stops) in groups {
        let browser = match person {
            Some(person) => app.sign_in(person).await,
            None => app.visitor(),
        };
        let seen = landmarks_of(&browser, &stops).await;
        settings().bind(|| assert_snapshot!(format!("pages_{name}"), seen));
    }
}

async fn landmarks_of(browser: &Browser, stops: &[Stop]) -> String {
    let mut seen = String::new();
    for stop in stops.iter().filter(|stop| stop.is_address_enough()) {
        let page = browser.get(&stop.path).await;
        // A redirect, or a page that exists only after the actions of an earlier stop.
        if page.status.is_redirection() || page.status == 404 {
            continue;
        }
        seen.push_str(&format!("━━━ {}\n{}\n", stop.name, landmarks(&page)));
    }
    seen
}

/// One line each, in the order of the page: title, headings, prominent buttons.
fn landmarks(page: &Page) -> String {
    let html = Html::parse_document(&page.text());
    let landmark = Selector::parse("title, main h1, main h2, main .button:not(.quiet)").unwrap();
    html.select(&landmark)
        .map(|element| {
            let words = words(&element);
            match element.value().name() {
                "title" => format!("{words}\n"),
                "h1" => format!("# {words}\n"),
                "h2" => format!("## {words}\n"),
                _ => format!("[{words}]\n"),
            }
        })
        .collect()
}

fn words(element: &ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    let text = text.replace('\u{ad}', "");
    stable(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The PDF of a concluded contract, page by page as it is printed.
#[actix_web::test]
async fn the_pdf_says_what_was_concluded() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "mehrstandort-sip-trunk", true);
    app.deliver();
    let link = app.conclude("info@oezdemir.example").await;
    let pdf = app.visitor().get(&format!("{link}/avv.pdf")).await.bytes;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, &pdf).unwrap();
    let output = std::process::Command::new("pdftotext")
        .args(["-raw", "-enc", "UTF-8"])
        .arg(file.path())
        .arg("-")
        .output()
        .expect("pdftotext (package poppler-utils)");
    let text = String::from_utf8(output.stdout).unwrap();
    let text = text.replace(&app.url, "http://portal.example");
    let pages: Vec<String> = text.split('\u{c}').map(flowing).collect();
    settings().bind(|| assert_snapshot!("pdf", pages.join("\n━━━\n")));
}

/// The text of a page, a sentence on each line, because line breaks on paper depend on random
/// characters.
fn flowing(page: &str) -> String {
    let words = page.replace("-\n", "");
    let words: Vec<&str> = words.split_whitespace().collect();
    stable(&words.join(" ")).replace(". ", ".\n")
}

/// A line without random parts: the end of an agreement's number, and digests.
fn stable(line: &str) -> String {
    let word = |word: &str| {
        let is_digest =
            |part: &str| part.len() >= 12 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        match word.split('-').collect::<Vec<_>>().as_slice() {
            ["AVV", year, customer, count, _] => format!("AVV-{year}-{customer}-{count}-…"),
            [part] if is_digest(part) => "…".to_owned(),
            _ => word.to_owned(),
        }
    };
    line.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn settings() -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}
