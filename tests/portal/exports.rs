//! Lists as CSV: who may take which, what is in them, and that it is in the log (S-74, S-83).

use reqwest::Method;

use crate::harness::{Browser, CUSTOMER, Page, Person, TestApp};

/// Rows that stand in the list alone, so that it has several parts.
const MANY: usize = 2500;

async fn sheet(browser: &Browser, path: &str) -> Vec<Vec<String>> {
    let page = browser.get(path).await;
    page.assert_status(200);
    assert_eq!(
        page.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    rows(&page)
}

/// The rows without the head; no cell has a semicolon here.
fn rows(page: &Page) -> Vec<Vec<String>> {
    let text = String::from_utf8(page.bytes.clone()).unwrap();
    let text = text.strip_prefix('\u{feff}').expect("a mark of UTF-8");
    text.lines()
        .skip(1)
        .map(|line| line.split(';').map(str::to_owned).collect())
        .collect()
}

fn fill(app: &TestApp) {
    let partner = app.companies().partner;
    app.sql(&format!(
        "INSERT INTO customers (number, name, street, postcode, city, country, register, represented_by, contact, phone, language, created_at, partner_id)
         SELECT 'X' || n, 'Reihe ' || n, '', '', 'Köln', '', '', '', '', '', 'de', '2026-01-01', {partner} FROM generate_series(1, {MANY}) n"
    ))
    .unwrap();
    app.sql(&format!(
        "INSERT INTO case_rows (number, company, company_key, city, partner_id, products, status, reminders, stands_at, search_text)
         SELECT 'X' || n, 'Reihe ' || n, 'reihe', 'Köln', {partner}, '', 'not_required', 0, '9999-01-01', '' FROM generate_series(1, {MANY}) n"
    ))
    .unwrap();
}

#[actix_web::test]
async fn s74_the_customer_list_leaves_whole_in_its_order_and_with_its_filter() {
    let app = TestApp::start().await;
    fill(&app);
    app.add_customer(5000, "=SUMME(A1) GmbH", Some("info@summe.example"));
    app.book(CUSTOMER, "centraflex", false);
    let partner = app.sign_in(Person::Partner).await;
    for order in ["", "&sort=-firma", "&sort=nummer", "&sort=-datum"] {
        let all = sheet(&partner, &format!("/kunden.csv?liste=1{order}")).await;
        let mut numbers: Vec<&String> = all.iter().map(|row| &row[0]).collect();
        numbers.sort();
        numbers.dedup();
        assert_eq!(all.len(), MANY + 2, "{order}");
        assert_eq!(numbers.len(), all.len(), "each once, in order {order}");
    }
    let all = sheet(&partner, "/kunden.csv?sort=nummer").await;
    assert_eq!(all[0][0], "4711");
    assert_eq!(all[1][1], "'=SUMME(A1) GmbH");
    // A Mandant is not told who the Mandant is, and nobody is told of others' customers.
    assert_eq!(all[0].len(), 10);
    assert!(all.iter().all(|row| row[0] != "9000"));
    let requested = sheet(&partner, "/kunden.csv?status=requested").await;
    assert_eq!(requested.len(), 1);
    assert_eq!(requested[0][0], "4711");
    assert_eq!(requested[0].last().unwrap(), "requested");
    let found = sheet(&partner, "/kunden.csv?suche=4711").await;
    assert_eq!(found.len(), 1, "a number in full leads nowhere else");
    // The page leads to it, with what is narrowed there.
    let page = partner.get("/kunden?status=requested&sort=nummer").await;
    let links = page.attributes("a[href^='/kunden.csv']", "href");
    assert_eq!(links, ["/kunden.csv?status=requested&sort=nummer"]);
}

#[actix_web::test]
async fn s51_nobody_takes_what_they_do_not_see() {
    let app = TestApp::start().await;
    let own = |rows: Vec<Vec<String>>| -> Vec<String> {
        rows.into_iter().map(|row| row[0].clone()).collect()
    };
    let sub = app.sign_in(Person::SubPartner).await;
    assert!(own(sheet(&sub, "/kunden.csv").await).is_empty());
    let foreign = app.sign_in(Person::ForeignPartner).await;
    assert_eq!(
        own(sheet(&foreign, "/kunden.csv?mandant=1").await),
        ["9000"]
    );
    let names = own(sheet(&foreign, "/submandanten.csv").await);
    assert!(!names.contains(&"Nord-TK GbR".to_owned()), "{names:?}");
    let people = sheet(&app.sign_in(Person::Customer).await, "/benutzer.csv").await;
    let colleagues: Vec<&str> = people.iter().map(|row| row[1].as_str()).collect();
    assert!(colleagues.contains(&Person::CustomerWithout.email()));
    assert!(!colleagues.contains(&Person::ForeignCustomer.email()));
}

#[actix_web::test]
async fn s83_who_takes_a_list_is_in_the_log_before_the_first_row() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    let operator = app.sign_in(Person::Operator).await;
    let count = || app.count("audit_events WHERE kind = 'exported'");
    // Looking whether there is one is not taking it.
    let head = operator.request(Method::HEAD, "/kunden.csv").await;
    head.assert_status(200);
    assert_eq!(count(), 0);
    for (path, column, cell) in [
        ("/betrieb/benutzer.csv", 1, Person::Partner.email()),
        ("/betrieb/mails.csv?kunde=4711", 3, "4711"),
        ("/betrieb/partner.csv", 0, "Muster IT GmbH"),
        ("/betrieb/produkte.csv", 0, "centraflex"),
        ("/betrieb/protokoll.csv?kunde=4711", 7, "booked"),
    ] {
        let found = sheet(&operator, path).await;
        assert!(
            found.iter().any(|row| row[column] == cell),
            "{path}: {found:?}"
        );
    }
    sheet(&operator, "/betrieb/geloescht.csv").await;
    assert_eq!(count(), 6);
    let log = operator.get("/betrieb/protokoll?art=exported").await;
    log.assert_says("Liste heruntergeladen: E-Mails, ein Teil davon");
    log.assert_says("Liste heruntergeladen: Produkte");
    // What is narrowed in a way that cannot be understood leads nowhere.
    operator
        .get("/betrieb/protokoll.csv?von=gestern")
        .await
        .assert_status(404);
}

/// The operator's lists of what is to be decided and what runs.
#[actix_web::test]
async fn s74_replies_alerts_proposals_and_runs_leave_as_tables() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    app.sql(
        "INSERT INTO bulk_runs (kind, subject, begun_at, starts_on, customers, seen, done, failed) \
         VALUES ('need_change', 'centraflex', '2026-11-24T09:00:00Z', '2026-11-24', 7, 5, 4, 1); \
         INSERT INTO alerts (kind, subject, raised_at) VALUES ('mail_setup', '', '2026-11-24T09:00:00Z')",
    )
    .unwrap();
    for (path, page, rows) in [
        ("/betrieb/antworten.csv?stand=erledigt", "", 0),
        (
            "/betrieb/hinweise.csv?welche=alle",
            "/betrieb/hinweise?welche=alle",
            1,
        ),
        ("/betrieb/vorschlaege.csv", "", 0),
        ("/betrieb/laeufe.csv", "/betrieb/laeufe", 1),
    ] {
        let found = sheet(&operator, path).await;
        assert_eq!(found.len(), rows, "{path}: {found:?}");
        if !page.is_empty() {
            let link = format!("a[href='{path}']");
            assert_eq!(operator.get(page).await.attributes(&link, "href").len(), 1);
        }
    }
    assert_eq!(
        app.count("audit_events WHERE kind = 'exported'"),
        4,
        "who took them is in the log"
    );
}
