//! Customers from a file: looked through whole, added whole or not at all, asked at once or later
//! (S-76).

use std::process::Command;

use avv_portal::actions::bulk_runs::{RunMemory, StepResult, take_step};
use avv_portal::actions::customer_import::{IMPORTING, Upload, check, stand, start};
use avv_portal::actions::customers;
use avv_portal::domain::{CustomerNumber, ImportId};
use avv_portal::jobs;
use avv_portal::sheet::Encoding;
use avv_portal::storage::customer_imports::find;

use secrecy::ExposeSecret as _;

use crate::harness::{Browser, CUSTOMER, Page, Person, TestApp};
use crate::seeded::csrf;

const PAGE: &str = "/betrieb/kunden/import";
const HEAD: &str =
    "Kundennummer;Firma;Straße;PLZ;Ort;E-Mail;Vertriebspartner;Untervertriebspartner;Produkte\n";

async fn upload(browser: &Browser, text: &str) -> Page {
    let csrf = csrf(browser).await;
    // In the order of the page.
    let (before, behind) = ([("csrf", csrf.as_str())], [("zeichensatz", "utf-8")]);
    let file: (&str, &str, &[u8]) = ("datei", "kunden.csv", text.as_bytes());
    let own = [("sec-fetch-site", "same-origin")];
    browser
        .upload_between(PAGE, (&before, &[file], &behind), &own)
        .await
}

/// Uploads a file that can be looked through, and shows what is in it.
async fn looked_through(browser: &Browser, text: &str) -> Page {
    let page = upload(browser, text).await;
    page.assert_status(303);
    browser.follow(&page).await
}

fn number(text: &str) -> CustomerNumber {
    text.parse().unwrap()
}

/// A file with this many customers of the Mandant, all of whom need an agreement.
fn many(count: usize) -> String {
    let mut text = HEAD.to_owned();
    for n in 1..=count {
        text += &format!(
            "M{n};Reihe {n} GmbH;Weg {n};50667;Köln;info@reihe{n}.example;Muster IT GmbH;;centraflex\n"
        );
    }
    text
}

#[actix_web::test]
async fn s76_while_a_line_is_faulty_nobody_is_added() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let before = app.count("customers");
    let text = format!(
        "{HEAD}K-1;Gut GmbH;Weg 1;50667;Köln;;;;\n\
         K-2;Schlecht GmbH;Weg 2;5066;Köln;a@b@c;Niemand;;centraflex\n\
         K-1;Zweimal GmbH;Weg 1;50667;Köln;;;;\n\
         K-3;Partner GmbH;Weg 3;50667;Köln;chef@muster-it.example;Muster IT GmbH;;\n\
         K-4;Kein Produkt GmbH;Weg 4;50667;Köln;;;;centraflex, gibtesnicht+x\n\
         K-5;Fremd GmbH;Weg 5;50667;Köln;;Muster IT GmbH;Anders GmbH;\n"
    );
    let page = looked_through(&operator, &text).await;
    page.assert_says("5 Zeilen sind fehlerhaft")
        .assert_says("ist keine Postleitzahl dieses Landes")
        .assert_says("ist keine E-Mail-Adresse")
        .assert_says("steht schon in Zeile 2")
        .assert_says("gehört zum Vertriebspartner")
        .assert_says("„gibtesnicht+x“");
    assert!(
        page.all("form button")
            .iter()
            .all(|word| !word.contains("anlegen"))
    );
    let faults = operator.get(&format!("{}/fehler.csv", page.path)).await;
    faults.assert_status(200);
    let text = String::from_utf8(faults.bytes.clone()).unwrap();
    assert!(
        text.starts_with("\u{feff}Zeile;Spalte;Fehler\r\n3;PLZ;"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 1 + 6);
    // Starting it all the same is refused.
    let fields = [("csrf", &*csrf(&operator).await), ("stand", "")];
    operator.post(&page.path, &fields).await.assert_status(303);
    app.jobs();
    assert_eq!(app.count("customers"), before);
    assert_eq!(
        app.count("customer_import_rows"),
        0,
        "nothing of it is kept"
    );
}

#[actix_web::test]
async fn s76_a_file_that_is_no_table_is_refused_with_the_reason() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    for (text, says) in [
        ("", "Die Datei ist leer"),
        (
            "Nummer;Firma;Straße;PLZ;Ort;Ansprechperson\nK-1;A GmbH;Weg 1;50667;Köln;\"Maier\nK-2;B GmbH;Weg 2;50667;Köln;\n",
            "In Zeile 2 passt ein Anführungszeichen nicht",
        ),
        ("\n", "Die Datei ist leer"),
        ("Nummer;Firma;Straße;Ort\n", "Diese Spalten fehlen: PLZ"),
        (
            "Nummer;Firma;Straße;PLZ;Ort;Mial\n",
            "Diese Spalten gibt es nicht: Mial",
        ),
        (
            "Nummer;Firma;Straße;PLZ;Ort\n;;;;\n",
            "Unter der ersten Zeile steht nichts",
        ),
    ] {
        let page = upload(&operator, text).await;
        page.assert_status(422).assert_says(says);
    }
    assert_eq!(app.count("customer_imports"), 0);
    let csrf = csrf(&operator).await;
    let text = b"Nummer;Firma;Stra\xdfe;PLZ;Ort\n1x;M\xfcller;Weg 1;50667;K\xf6ln\n";
    for (encoding, status) in [("utf-8", 422), ("windows-1252", 303)] {
        let fields = [("csrf", csrf.as_str()), ("zeichensatz", encoding)];
        let page = operator
            .upload(PAGE, &fields, &[("datei", "a.csv", text)])
            .await;
        page.assert_status(status);
    }
    assert!(
        app.text("facts::text FROM customer_import_rows")
            .contains("Müller")
    );
}

#[actix_web::test]
async fn s76_customers_arrive_with_everything_and_are_asked_once() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let text = format!(
        "{HEAD}K-1;=Erste GmbH;Weg 1;50667;Köln;info@erste.example;muster it gmbh;Nord-TK GbR;centraflex, sip-trunk+ums\n\
         K-2;Zweite GmbH;Weg 2;50667;Köln;;;;\n\
         4711;Özdemir;Weg 3;50667;Köln;;;;\n"
    );
    let page = looked_through(&operator, &text).await;
    page.assert_says("2 Kunden anlegen")
        .assert_says("diese Zeilen ändern nichts");
    let started = page.submit(&operator, "form[action$='/1']", &[]).await;
    operator
        .follow(&started)
        .await
        .assert_says("Der Import läuft");
    app.jobs();
    app.deliver();
    let case = app.case(number("K-1"));
    assert_eq!(case.partner.as_ref().unwrap().party.name, "Muster IT GmbH");
    assert_eq!(case.sub_partner.as_ref().unwrap().party.name, "Nord-TK GbR");
    assert_eq!(case.bookings.len(), 2);
    assert_eq!(case.requests.len(), 1, "one request for both products");
    assert_eq!(app.mails_to("info@erste.example").len(), 1);
    assert_eq!(app.status(number("K-1")), "requested");
    assert_eq!(app.status(number("K-2")), "not_required");
    assert_eq!(
        app.case(CUSTOMER).bookings.len(),
        0,
        "who is there stays as it is"
    );
    // In the list, in the search, in the log: as if it had been typed.
    operator
        .get("/kunden?liste=1&suche=erste")
        .await
        .assert_says("=Erste GmbH");
    operator
        .get("/betrieb/protokoll?kunde=K-1")
        .await
        .assert_says(
            "Kunde angelegt, Vertriebspartner Muster IT GmbH, Untervertriebspartner Nord-TK GbR",
        );
    operator
        .get("/betrieb/protokoll?art=customer_import")
        .await
        .assert_says("Import von 2 Kunden begonnen")
        .assert_says("Import beendet, 2 Kunden angelegt");
    assert_eq!(
        app.count("customer_import_rows"),
        0,
        "what is added is kept once"
    );
    operator
        .get(&page.path)
        .await
        .assert_says("alle Kunden bearbeitet");
    // The same file once more changes nothing.
    looked_through(&operator, &text)
        .await
        .assert_says("Alle Kunden der Datei gibt es schon");
}

#[actix_web::test]
async fn s76_a_quiet_start_tells_nobody_and_asks_later_at_the_chosen_pace() {
    let app = TestApp::start().await;
    app.at("2026-12-01 10:00");
    let operator = app.sign_in(Person::Operator).await;
    let before = app.count("mails");
    let page = looked_through(&operator, &many(5)).await;
    page.assert_says("mit einer Anforderung beim Anlegen");
    page.submit(&operator, "form[action$='/1']", &[("spaeter", "1")])
        .await
        .assert_status(303);
    app.jobs();
    assert_eq!(app.status(number("M1")), "open");
    assert_eq!(
        app.count("mails"),
        before,
        "nobody is told, partners neither"
    );
    // A product that changes asks nobody of them either.
    let page = operator.get(&page.path).await;
    page.assert_says("5 Kunden");
    let ask = "form[action$='/anforderungen']";
    page.submit(&operator, ask, &[("am_tag", "viele")])
        .await
        .assert_status(422);
    page.submit(&operator, ask, &[("am_tag", "2")])
        .await
        .assert_status(303);
    app.jobs();
    app.jobs();
    let asked = || app.count("requests");
    assert_eq!(asked(), 2, "two on the first day");
    assert_eq!(app.subjects_to("info@reihe1.example").len(), 1);
    let page = operator.get(&page.path).await;
    page.assert_says("3 Kunden").assert_says("Zahl ändern");
    // On Saturday nobody is asked; on Monday the next two.
    app.at("2026-12-05 10:00");
    app.jobs();
    assert_eq!(asked(), 2);
    app.at("2026-12-07 10:00");
    // Whoever was asked by hand meanwhile is not asked twice.
    app.ask(Person::Operator, number("M3")).unwrap();
    app.jobs();
    assert_eq!(asked(), 4, "M3 by hand, and one more of the pace of two");
    app.at("2026-12-08 10:00");
    app.jobs();
    assert_eq!(asked(), 5);
    assert_eq!(
        app.text("how FROM bulk_runs WHERE kind = 'first_requests'"),
        "done"
    );
}

#[actix_web::test]
async fn s76_a_run_that_is_broken_off_goes_on_and_adds_everybody_once() {
    let app = TestApp::start().await;
    let (other, now) = (app.second_process(), app.now());
    let text = many(120);
    let viewer = app.viewer(Person::Operator);
    let upload = Upload {
        name: "kunden.csv",
        bytes: text.as_bytes(),
        encoding: Encoding::Utf8,
    };
    let id: ImportId = check(&app.app, Some(&viewer), upload, now)
        .unwrap()
        .unwrap();
    let found = app.read(|conn| Ok(find(conn, id)?.unwrap()));
    assert_eq!((found.figures.new, found.figures.asked), (120, 120));
    // Meanwhile somebody adds one of them, and an address becomes the partner's.
    app.write(|conn| start(conn, Some(&viewer), id, (false, &stand(&found)), now));
    app.add_customer(number("M50"), "Schon da GmbH", None);
    app.sql("UPDATE partners SET former_emails = ARRAY['info@reihe70.example'] WHERE name = 'Muster IT GmbH'")
        .unwrap();
    let run = app.read(|conn| Ok(find(conn, id)?.unwrap().run.unwrap()));
    let mut memory = RunMemory::default();
    let step = app.write(|conn| take_step(conn, &app.app, &IMPORTING, run, &mut memory, now));
    assert!(
        matches!(step, StepResult::Taken { failed: 0, .. }),
        "{step:?}"
    );
    // One dies in the middle of a step: nothing of it is there.
    let dying: Result<(), _> = app.app.db.transaction_blocking(|conn| {
        take_step(
            conn,
            &app.app,
            &IMPORTING,
            run,
            &mut RunMemory::default(),
            now,
        )?;
        Err(avv_portal::actions::ActionError::Busy)
    });
    assert!(dying.is_err());
    let (one, two) = (app.app.clone(), other.clone());
    let threads = [one, two].map(|app| std::thread::spawn(move || jobs::run_once(&app, now)));
    for thread in threads {
        assert_eq!(thread.join().unwrap().failed, 0);
    }
    assert_eq!(app.count("customers WHERE number LIKE 'M%'"), 119);
    assert_eq!(
        app.count("audit_events WHERE kind = 'customer_added' AND customer_number LIKE 'M%'"),
        119
    );
    assert_eq!(app.case(number("M50")).customer.party.name, "Schon da GmbH");
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get(&format!("{PAGE}/{id}"))
        .await
        .assert_says("Nicht angelegt")
        .assert_says("gehört zum Vertriebspartner");
    app.app
        .db
        .read_blocking(|conn| -> Result<(), avv_portal::actions::ActionError> {
            for n in [1, 49, 120] {
                let number = number(&format!("M{n}"));
                let case = avv_portal::storage::cases::find_case(conn, number, now)?.unwrap();
                assert!(
                    avv_portal::storage::case_rows::row_agrees(conn, &case, now)?,
                    "M{n}"
                );
            }
            Ok(())
        })
        .unwrap();
}

#[actix_web::test]
async fn s76_what_is_not_started_or_not_added_is_forgotten_in_time() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let page = looked_through(&operator, &many(3)).await;
    app.clock.advance(chrono::TimeDelta::days(6));
    assert!(jobs::run_once(&app.app, app.now()).failed == 0);
    assert_eq!(app.count("customer_import_rows"), 3);
    let operator = app.sign_in(Person::Operator).await;
    let csrf = csrf(&operator).await;
    let path = format!("{}/verwerfen", page.path);
    operator
        .post(&path, &[("csrf", csrf.as_str())])
        .await
        .assert_redirect(PAGE);
    assert_eq!(app.count("customer_import_rows"), 0);
    // Who is erased does not wait in a file any more.
    let text = many(1);
    let now = app.now();
    let upload = Upload {
        name: "a.csv",
        bytes: text.as_bytes(),
        encoding: Encoding::Utf8,
    };
    let id = check(&app.app, None, upload, now).unwrap().unwrap();
    let found = app.read(|conn| Ok(find(conn, id)?.unwrap()));
    app.write(|conn| start(conn, None, id, (true, &stand(&found)), now));
    app.jobs();
    assert_eq!(app.count("customer_import_waiting"), 1);
    let viewer = app.viewer(Person::Operator);
    app.write(|conn| customers::delete(conn, &app.app, &viewer, number("M1"), "x", now));
    app.at("2027-03-01 10:00");
    app.jobs();
    assert_eq!(app.count("requests"), 0);
}

/// The command: its words, its exit codes, and that a trial leaves nothing behind.
#[actix_web::test]
async fn s76_the_command_imports_like_the_page() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("kunden.csv");
    let run = |text: &[u8], more: &[&str]| {
        std::fs::write(&file, text).unwrap();
        let url = app.app.config.storage.database_url.as_ref().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_avv-portal"))
            .env_clear()
            .env("AVV_ENV", "development")
            .env("AVV_DATA_DIR", dir.path())
            .env("DATABASE_URL", url.expose_secret())
            .args(["import", "customers", file.to_str().unwrap()])
            .args(more)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.code().unwrap(),
            String::from_utf8(said).unwrap(),
        )
    };
    let before = app.count("customers");
    let good = "customer_number,company,street,postal_code,city,partner,products\n\
                Z-1,Müller GmbH,Weg 1,50667,Köln,Muster IT GmbH,centraflex\n";
    let (code, said) = run(good.as_bytes(), &["--dry-run"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("new customers: 1"), "{said}");
    let bad = good.replace("50667", "5066");
    let (code, said) = run(bad.as_bytes(), &[]);
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("line 2: postal_code is no postcode"),
        "{said}"
    );
    let (code, said) = run(b"company\nM\xfcller", &[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("--windows-1252"), "{said}");
    assert_eq!(app.count("customers"), before);
    assert_eq!(app.count("customer_imports"), 0);
    let (code, said) = run(good.as_bytes(), &["--quiet-start"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("added: 1, not added: 0"), "{said}");
    assert_eq!(app.case(number("Z-1")).bookings.len(), 1);
    assert_eq!(app.count("customer_import_waiting"), 1);
}
