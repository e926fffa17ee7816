//! Customers with numbers of another system: `007`, `9`, `10`, `K-10001`.

use avv_portal::actions::audit::verify;
use avv_portal::domain::CustomerNumber;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{Array, Bool, Text};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::evidence::{Bundle, Recipe};
use crate::harness::{Page, Person, TestApp};

const MAIL: &str = "post@anders-gezaehlt.example";

fn number(text: &str) -> CustomerNumber {
    text.parse().unwrap()
}

/// The numbers of the list, from top to bottom.
fn listed(page: &Page) -> Vec<String> {
    page.all("#kundenliste tbody .c-no")
}

#[actix_web::test]
async fn customers_keep_the_numbers_of_another_system() {
    let app = TestApp::start().await;
    for (text, name, mail) in [
        ("10", "Zehn GmbH", None),
        ("K-10001", "Anders gezählt GmbH", Some(MAIL)),
        ("9", "Neun GmbH", None),
        ("007", "Doppelnull GmbH", Some("post@doppelnull.example")),
    ] {
        app.add_customer(number(text), name, mail);
    }
    let operator = app.sign_in(Person::Operator).await;

    // By value, whatever other characters there are.
    let rising = ["007", "9", "10", "4711", "9000", "K-10001"];
    let list = operator.get("/kunden?sort=nummer").await;
    assert_eq!(listed(&list), rising);
    let list = operator.get("/kunden?sort=-nummer").await;
    let falling: Vec<&str> = rising.into_iter().rev().collect();
    assert_eq!(listed(&list), falling);
    // After and before a cursor.
    for (place, expected) in [
        ("nach=9~", &rising[2..]),
        ("nach=K-9~", &rising[5..]),
        ("vor=10~", &rising[..2]),
    ] {
        let list = operator.get(&format!("/kunden?sort=nummer&{place}")).await;
        assert_eq!(listed(&list), expected, "{place}");
    }
    // Some of them, found by a word.
    let list = operator.get("/kunden?sort=nummer&suche=gmbh").await;
    assert_eq!(listed(&list), ["007", "9", "10", "4711", "K-10001"]);

    // Found as it is written, and by its figures; opened by the whole number.
    for typed in ["K-10001", "k-10001", "%20K-10001%20"] {
        let found = operator.get(&format!("/kunden?suche={typed}")).await;
        found.assert_redirect("/kunden/K-10001");
    }
    for (typed, expected) in [
        ("10001", "K-10001"),
        ("K%2010001", "K-10001"),
        ("7", "007"),
        ("00", "007"),
    ] {
        let found = operator.get(&format!("/kunden?suche={typed}")).await;
        assert_eq!(listed(&found), [expected], "{typed}");
    }

    // Its pages are at its exact number, and nowhere else.
    for (path, status) in [
        ("/kunden/K-10001", 200),
        ("/kunden/007", 200),
        ("/kunden/k-10001", 404),
        ("/kunden/7", 404),
        ("/kunden/0007", 404),
        ("/kunden/K%2F10001", 404),
        ("/kunden/-K", 404),
        ("/kunden/ÄÖ", 404),
        ("/kunden/99999999999999999999999999999999", 404),
        ("/kunden/999999999999999999999999999999999", 404),
    ] {
        operator.get(path).await.assert_status(status);
    }
    operator
        .get("/kunden/K-10001")
        .await
        .assert_says("Anders gezählt GmbH")
        .assert_says("K-10001");

    // Asked and concluded.
    let customer = number("K-10001");
    app.book(customer, "centraflex", false);
    app.book(number("007"), "centraflex", false);
    app.jobs();
    let mail = app.last_mail_to(MAIL);
    assert!(mail.written.text.contains("Kundennummer K-10001"));
    let partner = app.sign_in(Person::Partner).await;
    let gate = async |number: &str| {
        let path = format!("/zugriff/{number}/centraflex");
        partner.get(&path).await.status.as_u16()
    };
    assert_eq!(gate("K-10001").await, 403, "not concluded yet");
    app.conclude(MAIL).await;
    app.jobs();
    assert_eq!(app.status(customer), "concluded");
    assert_eq!(app.status(number("007")), "requested");
    for (asked, expected) in [
        ("K-10001", 204),
        ("k-10001", 403),
        ("K-010001", 403),
        ("007", 403),
        ("7", 403),
    ] {
        assert_eq!(gate(asked).await, expected, "{asked}");
    }

    // The document and the evidence are named after it.
    let agreement = app.text("number FROM agreements");
    assert!(agreement.starts_with("AVV-2026-K-10001-1-"), "{agreement}");
    let page = operator.get("/administration/avv?kunde=K-10001").await;
    let pdf = page.attribute("main a[href$='.pdf']", "href").unwrap();
    let pdf = operator.get(&pdf).await;
    assert_eq!(
        pdf.header("content-disposition"),
        format!("attachment; filename*=UTF-8''{agreement}.pdf")
    );
    for typed in [&agreement, &agreement.to_lowercase()] {
        let found = operator.get(&format!("/kunden?suche={typed}")).await;
        found.assert_redirect("/kunden/K-10001");
    }
    let zip = operator
        .get("/administration/avv/nachweis.zip?kunde=K-10001")
        .await;
    assert!(zip.header("content-disposition").contains("K-10001"));
    let bundle = Bundle::unpack(&zip.bytes);
    let recipe = Recipe::of(&bundle, app.app.sealer.fingerprint());
    assert_eq!(bundle.fault(&recipe), None);

    // The log finds it, the chain is intact, and an invalid number is reported.
    let log = operator.get("/betrieb/protokoll?kunde=%20K-10001").await;
    log.assert_status(200).assert_says("abgeschlossen");
    let others = operator.get("/betrieb/protokoll?kunde=k-10001").await;
    others
        .assert_status(200)
        .assert_silent_about("abgeschlossen");
    operator
        .get("/betrieb/protokoll?kunde=K%2F1")
        .await
        .assert_status(422)
        .assert_says("Geben Sie eine Kundennummer ein, zum Beispiel 4711 oder K-10001");
    assert!(verify(&app.app, None).is_ok());
    assert_eq!(
        app.count("audit_events WHERE customer_number = 'K-10001' AND kind = 'concluded'"),
        1
    );
}

/// Invalid numbers are refused by the database, whichever program writes them.
#[actix_web::test]
async fn the_database_keeps_no_other_numbers() {
    let app = TestApp::start().await;
    for none in ["", " 7", "-7", "7 8", "K/1", "Ä", "7\n", &"7".repeat(33)] {
        let change = format!("UPDATE customers SET number = '{none}' WHERE number = '9000'");
        let refused = app.sql(&change).unwrap_err();
        assert!(refused.contains("customers_number"), "{none:?}: {refused}");
        let change = format!(
            "INSERT INTO audit_events (position, at, kind, customer_number, content_digest, previous_hash, hash, erased_by) \
             VALUES (99, now(), 'x', '{none}', sha256(''), sha256(''), sha256(''), 1)"
        );
        let refused = app.sql(&change).unwrap_err();
        assert!(
            refused.contains("audit_events_words"),
            "{none:?}: {refused}"
        );
    }
}

/// A column with another collation would be compared without its index, or not at all.
#[actix_web::test]
async fn every_column_with_a_customers_number_is_sorted_alike() {
    let app = TestApp::start().await;
    let sorted_otherwise = "pg_attribute a JOIN pg_class t ON t.oid = a.attrelid \
         LEFT JOIN pg_collation l ON l.oid = a.attcollation \
         WHERE t.relkind IN ('r', 'i') AND t.relnamespace = current_schema()::regnamespace AND a.attnum > 0 \
         AND (a.attname ~ 'customer_number|after_number' OR (a.attname = 'number' AND t.relname ~ '^(customers|case_rows)') \
              OR EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = t.oid AND a.attnum = ANY (c.conkey) \
                         AND c.confrelid = 'customers'::regclass)) \
         AND l.collname IS DISTINCT FROM 'customer_number'";
    assert_eq!(app.count(sorted_otherwise), 0);
    let sorted = sorted_otherwise.replace("IS DISTINCT FROM", "=");
    assert!(app.count(&sorted) > 60, "{}", app.count(&sorted));
}

#[derive(QueryableByName)]
struct Sorted {
    #[diesel(sql_type = Text)]
    number: String,
}

#[derive(QueryableByName)]
struct Equal {
    #[diesel(sql_type = Bool)]
    are_equal: bool,
}

/// Rust compares values that Postgres has sorted: pages, merges and runs rely on the same order.
#[actix_web::test]
async fn rust_and_the_database_sort_alike() {
    let app = TestApp::start().await;
    let mut conn = PgConnection::establish(app.owner_url()).unwrap();
    let schema = app.text("current_schema() FROM audit_head");
    conn.batch_execute(&format!("SET search_path TO {schema}"))
        .unwrap();
    let mut random = StdRng::seed_from_u64(10_001);
    for alphabet in [
        "019Aa-._",
        "0123456789",
        "aAbBzZ09",
        "-._aA1",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-",
    ] {
        let signs: Vec<char> = alphabet.chars().collect();
        let mut numbers: Vec<CustomerNumber> = (0..2000)
            .filter_map(|_| {
                let length = *[1, 2, 3, 5, 8, 32].get(random.random_range(0..6))?;
                let text: String = (0..length)
                    .map(|_| signs[random.random_range(0..signs.len())])
                    .collect();
                text.parse().ok()
            })
            .collect();
        let texts: Vec<&str> = numbers.iter().map(CustomerNumber::as_str).collect();
        let by_database: Vec<Sorted> = sql_query(
            "SELECT DISTINCT n COLLATE customer_number AS number FROM unnest($1) AS n ORDER BY 1",
        )
        .bind::<Array<Text>, _>(texts)
        .load(&mut conn)
        .unwrap();
        numbers.sort();
        numbers.dedup();
        for (one, other) in numbers.iter().zip(&by_database) {
            assert_eq!(one.as_str(), other.number, "among {alphabet}");
        }
        assert_eq!(numbers.len(), by_database.len());
    }
    // Numbers that differ only in zeros or case are two numbers.
    for (one, other) in [("7", "007"), ("k-1", "K-1")] {
        let equal: Equal = sql_query("SELECT $1 = $2 COLLATE customer_number AS are_equal")
            .bind::<Text, _>(one)
            .bind::<Text, _>(other)
            .get_result(&mut conn)
            .unwrap();
        assert!(!equal.are_equal, "{one} {other}");
    }
}
