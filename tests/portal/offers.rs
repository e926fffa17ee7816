//! What a page offers: nobody is led to a page or given a form that would be refused (S-50). Begins at
//! each person's start page and follows every link.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use avv_portal::domain::viewer::Viewer;
use avv_portal::web::routes::{Row, rows};

use crate::fixtures::insert_fixtures;
use crate::harness::{Browser, Page, Person};

/// Pages looked at for each route; a list has many rows that are alike, and states differ.
const OF_ONE_ROUTE: usize = 12;

/// Everybody whose pages differ.
const EVERYBODY: [Person; 8] = [
    Person::Operator,
    Person::Support,
    Person::Legal,
    Person::Auditor,
    Person::Partner,
    Person::SubPartner,
    Person::Customer,
    Person::CustomerWithout,
];

/// The row of an address: the one with the fewest placeholders that fits.
fn row_of(method: &str, address: &str) -> Option<&'static Row> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let fits = |row: &&Row| {
        let (mut wanted, mut given) = (row.path.split('/'), path.split('/'));
        row.method == method
            && wanted.clone().count() == given.clone().count()
            && wanted.all(|part| given.next().is_some_and(|own| is_like(part, own)))
    };
    rows()
        .filter(fits)
        .min_by_key(|row| row.path.matches('{').count())
}

/// Whether a segment of an address fits one of a pattern.
fn is_like(pattern: &str, segment: &str) -> bool {
    match (pattern.split_once('{'), pattern.split_once('}')) {
        (Some((before, _)), Some((_, after))) => {
            segment.len() > before.len() + after.len()
                && segment.starts_with(before)
                && segment.ends_with(after)
        }
        _ => pattern == segment,
    }
}

/// The addresses within the portal to which a page leads, and those to which its forms are sent.
fn ways(page: &Page, address: &str) -> (Vec<String>, Vec<String>) {
    let own = |all: Vec<String>| {
        all.into_iter()
            .filter(|to| to.starts_with('/') && !to.starts_with("//"))
            .collect::<Vec<_>>()
    };
    let mut links = own(page.attributes("a[href]", "href"));
    links.extend(own(page.attributes("form[method=get]", "action")));
    let forms = page
        .attributes("form[method=post]:not([action])", "method")
        .into_iter()
        .map(|_| address.to_owned())
        .chain(own(page.attributes("form[method=post]", "action")));
    let forms: Vec<_> = forms
        .chain(own(page.attributes("[formaction]", "formaction")))
        .collect();
    (links, forms)
}

/// Walks from the start page; says what is offered and refused.
async fn walk(browser: &Browser, viewer: &Viewer, person: Person) -> (BTreeSet<String>, usize) {
    let (mut wrong, mut looked) = (BTreeSet::new(), 0);
    let mut of_route: BTreeMap<&str, usize> = BTreeMap::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut ahead = VecDeque::from([("/".to_owned(), "sign-in".to_owned())]);
    while let Some((address, from)) = ahead.pop_front() {
        let plain = address.split('#').next().unwrap_or_default().to_owned();
        let Some(row) = row_of("GET", &plain) else {
            wrong.insert(format!(
                "{person:?}: {from} leads to {plain}, which is no page"
            ));
            continue;
        };
        let count = of_route.entry(row.path).or_default();
        if row.path.starts_with("/dev/") || !known.insert(plain.clone()) || *count >= OF_ONE_ROUTE {
            continue;
        }
        *count += 1;
        looked += 1;
        let page = browser.get(&plain).await;
        // A closed module is shown as a link: its page says why it is closed.
        let is_explained = row.path == "/kunden/{nummer}/module/{modul}" && page.status == 403;
        if !is_explained && (page.status.is_client_error() || page.status.is_server_error()) {
            wrong.insert(format!(
                "{person:?}: {from} leads to {plain}, which answers {}",
                page.status
            ));
            continue;
        }
        if is_explained {
            continue;
        }
        if page.status.is_redirection() {
            ahead.push_back((page.location(), plain));
            continue;
        }
        if !page.header("content-type").starts_with("text/html") {
            continue;
        }
        let (links, forms) = ways(&page, &plain);
        for form in forms {
            match row_of("POST", &form) {
                Some(row) if row.who.admits(viewer) => {}
                Some(_) => {
                    wrong.insert(format!(
                        "{person:?}: {plain} offers {form}, which is refused"
                    ));
                }
                None => {
                    wrong.insert(format!(
                        "{person:?}: {plain} offers {form}, which is nothing"
                    ));
                }
            }
        }
        ahead.extend(links.into_iter().map(|link| (link, plain.clone())));
    }
    (wrong, looked)
}

#[actix_web::test]
async fn s50_no_page_offers_what_would_be_refused() {
    let (app, _) = insert_fixtures().await;
    app.add_operators();
    let mut wrong = BTreeSet::new();
    for person in EVERYBODY {
        let (browser, viewer) = (app.sign_in(person).await, app.viewer(person));
        let (found, looked) = walk(&browser, &viewer, person).await;
        wrong.extend(found);
        let least = if viewer.role.is_operator() { 150 } else { 5 };
        assert!(looked >= least, "{person:?} was led to {looked} pages only");
    }
    let wrong: Vec<_> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
