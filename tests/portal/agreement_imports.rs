//! Agreements that were concluded outside the portal, from a file with or without scans: looked through
//! whole, proposed by one and confirmed by another, recorded once each (5.8-18, S-76).

use std::io::{Cursor, Write as _};
use std::process::Command;

use avv_portal::actions::ActionError;
use avv_portal::actions::agreement_import::{RECORDING, check, confirm, propose, stand};
use avv_portal::actions::bulk_runs::{RunMemory, StepResult, take_step};
use avv_portal::actions::table_file::Upload;
use avv_portal::document::scans::Source;
use avv_portal::domain::{AgreementImportId, CustomerNumber};
use avv_portal::jobs;
use avv_portal::sheet::Encoding;
use avv_portal::storage::agreement_imports::find;
use secrecy::ExposeSecret as _;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::harness::{Browser, CUSTOMER, PASSWORD, Page, Person, SCAN, TestApp};
use crate::seeded::csrf;

const PAGE: &str = "/betrieb/kunden/import/vertraege";
const HEAD: &str = "Kundennummer;abgeschlossen_am;unterzeichnet_von;Funktion;Vertragspartner_Kette;Fassung;Ablage\n";
const SECOND: &str = "zwei@plusnet.example";

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Customers of the Mandant with a product that needs an agreement; nobody has been asked.
fn customers(app: &TestApp, numbers: impl IntoIterator<Item = String>) {
    for number in numbers {
        let number = app.add_customer(
            number.parse::<CustomerNumber>().unwrap(),
            &format!("Bestand {number} GmbH"),
            None,
        );
        app.book(number, "centraflex", false);
    }
}

/// The version of the text that is in force.
fn version(app: &TestApp) -> String {
    app.text("number FROM contract_versions WHERE published_at IS NOT NULL ORDER BY id LIMIT 1")
}

fn line(number: &str, version: &str) -> String {
    format!(
        "{number};03.04.2019;Erika Beispiel;Geschäftsführerin;Muster IT GmbH;{version};Ordner {number}\n"
    )
}

async fn upload(browser: &Browser, text: &[u8], scans: Option<&[u8]>, encoding: &str) -> Page {
    let csrf = csrf(browser).await;
    let (before, behind) = ([("csrf", csrf.as_str())], [("zeichensatz", encoding)]);
    let mut files: Vec<(&str, &str, &[u8])> = vec![("datei", "vertraege.csv", text)];
    files.extend(scans.map(|scans| ("scans", "scans.zip", scans)));
    let own = [("sec-fetch-site", "same-origin")];
    browser
        .upload_between(PAGE, (&before, &files, &behind), &own)
        .await
}

async fn looked_through(browser: &Browser, text: &str, scans: Option<&[u8]>) -> Page {
    let page = upload(browser, text.as_bytes(), scans, "utf-8").await;
    page.assert_status(303);
    browser.follow(&page).await
}

fn add_second(app: &TestApp) {
    app.sql(&format!(
        "INSERT INTO users (email, name, role, operator_role, contracts, password_hash, created_at)
         SELECT '{SECOND}', 'Zita Zweite', role, operator_role, contracts, password_hash, created_at
         FROM users WHERE email = '{}'",
        Person::Operator.email()
    ))
    .unwrap();
}

/// A second administrator.
async fn second(app: &TestApp) -> Browser {
    add_second(app);
    let browser = app.visitor();
    let page = browser.get("/anmelden").await;
    let fields = [("email", SECOND), ("passwort", PASSWORD)];
    page.submit(&browser, "main form", &fields)
        .await
        .assert_status(303);
    browser
}

#[actix_web::test]
async fn s5_8_18_a_whole_file_is_recorded_when_a_second_person_has_confirmed_it() {
    let app = TestApp::start().await;
    customers(&app, ["K-1", "K-2", "K-3"].map(str::to_owned));
    // Somebody was asked already; the link is open.
    app.sql("UPDATE customers SET email = 'info@k3.example' WHERE number = 'K-3'")
        .unwrap();
    let asked: CustomerNumber = "K-3".parse().unwrap();
    app.ask(Person::Operator, asked).unwrap();
    app.deliver();
    let version = version(&app);
    let (first, second) = (app.sign_in(Person::Operator).await, second(&app).await);
    let text = format!(
        "{HEAD}{}{}{}",
        line("K-1", &version),
        line("K-2", &version),
        line("K-3", &version)
    );
    let other = [SCAN, b"% another one\n"].concat();
    let scans = zip(&[("K-1.pdf", SCAN), ("K-2.PDF", &other), ("K-3.pdf", SCAN)]);
    let page = looked_through(&first, &text, Some(&scans)).await;
    page.assert_says("3 Verträge zur Bestätigung vorlegen")
        .assert_says("03.04.2019 bis 03.04.2019")
        .assert_says("Die offene Anforderung an einen Kunden endet")
        .assert_says("Stichprobe");
    let propose = [("antwort", "vorlegen")];
    page.submit(&first, "main form", &propose)
        .await
        .assert_status(303);
    app.jobs();
    app.deliver();
    assert_eq!(app.count("agreements"), 0, "nothing is recorded yet");
    assert_eq!(
        app.subjects_to(SECOND),
        ["Bestätigung nötig: bestehende Verträge aus einer Datei (3)"]
    );
    // Who proposed it can only take it back.
    let own = first.get(&page.path).await;
    own.assert_says("Sie selbst können sie zurückziehen")
        .assert_silent_about("3 Verträge bestätigen");
    let id: AgreementImportId = page.path.rsplit('/').next().unwrap().parse().unwrap();
    let stamp = app.read(|conn| Ok(stand(&find(conn, id)?.unwrap())));
    let fields = [
        ("csrf", &*csrf(&first).await),
        ("antwort", "bestaetigen"),
        ("passwort", PASSWORD),
        ("stand", &stamp),
    ];
    let refused = first.post(&page.path, &fields).await;
    refused.assert_status(303);
    assert_eq!(app.count("bulk_runs"), 0);
    // The second one sees figures, some lines and their scans, and is asked for the password.
    second
        .get("/betrieb")
        .await
        .assert_says("Datei mit bestehenden Verträgen wartet auf eine zweite Person");
    let shown = second.get(&page.path).await;
    shown
        .assert_says("Erika Beispiel")
        .assert_says("Ordner K-1");
    let scan = second.get(&format!("{}/scan/K-2", page.path)).await;
    assert_eq!(scan.bytes, other);
    shown
        .submit(&second, "#bestaetigen", &[("passwort", "falsch")])
        .await
        .assert_status(422);
    let before = app.count("mails");
    shown
        .submit(&second, "#bestaetigen", &[("passwort", PASSWORD)])
        .await
        .assert_status(303);
    app.jobs();
    app.deliver();
    assert_eq!(app.count("mails"), before, "nobody is told");
    recorded(&app, &first, &other).await;
    second
        .get(&page.path)
        .await
        .assert_says("bestätigt")
        .assert_says("Zita Zweite");
    // The same file once more: the customers have an agreement now.
    looked_through(&first, &text, Some(&scans))
        .await
        .assert_says("schon selbst geantwortet");
}

/// List, gate, documents, log and feed after the run.
async fn recorded(app: &TestApp, first: &Browser, scan: &[u8]) {
    for number in ["K-1", "K-2", "K-3"] {
        let number: CustomerNumber = number.parse().unwrap();
        assert_eq!(app.status(number), "concluded");
        let case = app.case(number);
        assert!(case.open_request().is_none());
        let now = app.now();
        assert!(
            app.read(|conn| Ok(avv_portal::storage::case_rows::row_agrees(
                conn, &case, now
            )?))
        );
    }
    assert_eq!(
        app.count("agreement_import_rows"),
        0,
        "nothing is kept twice"
    );
    assert_eq!(
        app.count(
            "audit_events WHERE kind = 'concluded_on_paper' AND details ->> 'file' IS NOT NULL"
        ),
        3
    );
    let partner = app.sign_in(Person::Partner).await;
    partner
        .get("/zugriff/K-2/centraflex")
        .await
        .assert_status(204);
    let list = partner.get("/kunden?liste=1").await;
    let marks = list.text().matches("Vertrag außerhalb des Portals").count();
    assert_eq!(marks, 3, "marked in the list");
    let status = first.get("/kunden/K-2/avv").await;
    status
        .assert_says("Außerhalb des Portals geschlossen am 03.04.2019, erfasst von")
        .assert_says("Ablage des Originals: Ordner K-2");
    let id = app.text("id FROM agreements WHERE customer_number = 'K-2'");
    let stored = app.text(&format!(
        "encode(pdf, 'hex') FROM agreement_documents WHERE agreement_id = '{id}'"
    ));
    let hex: String = scan.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(stored, hex, "the scan, byte for byte");
    first
        .get("/betrieb/protokoll?art=agreement_import")
        .await
        .assert_says("3 bestehende Verträge erfasst")
        .assert_says("Datei mit 3 bestehenden Verträgen bestätigt");
}

#[actix_web::test]
async fn s76_every_fault_of_lines_and_scans_is_named_and_nothing_is_recorded() {
    let app = TestApp::start().await;
    app.at("2026-12-01 10:00");
    customers(&app, (1..=8).map(|n| format!("K-{n}")));
    app.add_customer(
        "9".parse::<CustomerNumber>().unwrap(),
        "Ohne Produkt GmbH",
        None,
    );
    let version = version(&app);
    let operator = app.sign_in(Person::Operator).await;
    let good = line("K-1", &version);
    let text = format!(
        "{HEAD}{good}{}{}{}{}{}{}{}{}{}{good}",
        line("K-77", &version),
        line("9", &version),
        line("K-2", "0.1"),
        line("K-3", &version).replace("Muster IT GmbH", "Muster IT GmbH > Nord-TK GbR"),
        line("K-4", &version).replace("03.04.2019", "2027-01-01"),
        line("K-5", &version).replace("03.04.2019", "3.4.19x"),
        line("K-6", &version).replace("Erika Beispiel", "=HYPERLINK(\"x\")"),
        line("K-7", &version).replace("Erika Beispiel", "Erika\u{202e}Beispiel"),
        line("K-8", &version).replace("Ordner K-8", ""),
    );
    let page = looked_through(&operator, &text, None).await;
    for words in [
        "gehört zu keinem Kunden",
        "der keinen AVV braucht",
        "ist keine veröffentlichte Vertragsfassung",
        "im Portal ist es: Muster IT GmbH",
        "liegt in der Zukunft",
        "ist kein Datum",
        "beginnt wie eine Formel",
        "enthält unsichtbare Zeichen",
        "ohne Scan muss dastehen, wo das Original liegt",
        "steht schon in Zeile 2",
    ] {
        page.assert_says(words);
    }
    page.assert_silent_about("zur Bestätigung vorlegen");
    assert_eq!(app.count("agreement_import_rows"), 0);
    let faults = operator.get(&format!("{}/fehler.csv", page.path)).await;
    faults.assert_status(200);
    let text = String::from_utf8(faults.bytes.clone()).unwrap();
    assert_eq!(text.lines().count(), 1 + 10, "{text}");
    // Scans: missing, extra, twice, none.
    let text = format!(
        "{HEAD}{}{}{}",
        line("K-1", &version),
        line("K-2", &version),
        line("K-3", &version)
    );
    let scans = zip(&[
        ("K-1.pdf", SCAN),
        ("K-1.PDF", SCAN),
        ("K-2.pdf", b"<html>"),
        ("K-99.pdf", SCAN),
        ("liesmich.txt", b"x"),
    ]);
    looked_through(&operator, &text, Some(&scans))
        .await
        .assert_says("hat zwei Scans im ZIP")
        .assert_says("hat einen Scan, der kein PDF ist")
        .assert_says("„K-99.pdf“ im ZIP gehört zu keiner Zeile")
        .assert_says("„liesmich.txt“ im ZIP gehört zu keiner Zeile")
        .assert_says("hat keinen Scan im ZIP");
    // Archives and tables that cannot be looked through at all leave nothing.
    let files = app.count("agreement_imports");
    for (scans, says) in [
        (
            zip(&[("../K-1.pdf", SCAN)]),
            "liegt in einem Ordner oder führt hinaus",
        ),
        (b"no archive".to_vec(), "Das ZIP ist beschädigt oder keines"),
        (
            zip(&[("K-1.pdf", &vec![0; 4_000_000])]),
            "wäre entpackt vielfach größer",
        ),
    ] {
        let page = upload(&operator, text.as_bytes(), Some(&scans), "utf-8").await;
        page.assert_status(422).assert_says(says);
    }
    for (text, says) in [
        ("", "Die Datei ist leer"),
        (
            "Kundennummer;Datum\n1;2\n",
            "Diese Spalten fehlen: Unterzeichnet von",
        ),
        ("Kundennummer|Datum\n", "Diese Spalten gibt es nicht"),
    ] {
        let page = upload(&operator, text.as_bytes(), None, "utf-8").await;
        page.assert_status(422).assert_says(says);
    }
    assert_eq!(app.count("agreement_imports"), files);
    // The first 256 characters are those of Latin-1, whose letters Windows-1252 has in the same places.
    let windows: Vec<u8> = line("K-1", &version)
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let windows = [HEAD.as_bytes(), &windows].concat();
    for (encoding, status) in [("utf-8", 422), ("windows-1252", 303)] {
        upload(&operator, &windows, None, encoding)
            .await
            .assert_status(status);
    }
    assert!(
        app.text("facts::text FROM agreement_import_rows")
            .contains("Geschäftsführerin")
    );
}

/// Looks a file through, proposes and confirms it.
fn confirmed(app: &TestApp, text: &str, scans: Option<&[u8]>) -> AgreementImportId {
    add_second(app);
    let (first, now) = (app.viewer(Person::Operator), app.now());
    let mut second = first.clone();
    second.user.0 = app
        .text(&format!("id FROM users WHERE email = '{SECOND}'"))
        .parse()
        .unwrap();
    let upload = Upload {
        name: "vertraege.csv",
        bytes: text.as_bytes(),
        encoding: Encoding::Utf8,
    };
    let mut scans = scans.map(Cursor::new);
    let scans = scans
        .as_mut()
        .map(|scans| ("scans.zip", scans as &mut dyn Source));
    let id = check(&app.app, Some(&first), upload, scans, now)
        .unwrap()
        .unwrap();
    let seen = || app.read(|conn| Ok(stand(&find(conn, id)?.unwrap())));
    let stamp = seen();
    app.write(|conn| propose(conn, &app.app, &first, id, &stamp, now));
    let stamp = seen();
    app.write(|conn| confirm(conn, &app.app, &second, id, &stamp, now));
    id
}

#[actix_web::test]
async fn s5_8_18_a_run_that_is_broken_off_goes_on_and_records_everybody_once() {
    let app = TestApp::start().await;
    let (other, now) = (app.second_process(), app.now());
    customers(&app, (1..=60).map(|n| format!("M{n}")));
    let version = version(&app);
    let lines: String = (1..=60).map(|n| line(&format!("M{n}"), &version)).collect();
    let id = confirmed(&app, &format!("{HEAD}{lines}"), None);
    // Meanwhile one loses its product, and another is deleted.
    app.sql("UPDATE bookings SET ends_at = booked_at WHERE customer_number = 'M7'")
        .unwrap();
    app.sql("UPDATE customers SET deleted_at = now() WHERE number = 'M55'")
        .unwrap();
    let run = app.read(|conn| Ok(find(conn, id)?.unwrap().run.unwrap()));
    let mut memory = RunMemory::default();
    let step = app.write(|conn| take_step(conn, &app.app, &RECORDING, run, &mut memory, now));
    assert!(
        matches!(step, StepResult::Taken { done: 24, .. }),
        "{step:?}"
    );
    // One dies in the middle of a step: nothing of it is there.
    let dying: Result<(), _> = app.app.db.transaction_blocking(|conn| {
        let mut memory = RunMemory::default();
        take_step(conn, &app.app, &RECORDING, run, &mut memory, now)?;
        Err(ActionError::Busy)
    });
    assert!(dying.is_err());
    let (one, two) = (app.app.clone(), other.clone());
    let threads = [one, two].map(|app| std::thread::spawn(move || jobs::run_once(&app, now)));
    for thread in threads {
        assert_eq!(thread.join().unwrap().failed, 0);
    }
    assert_eq!(app.count("agreements WHERE customer_number LIKE 'M%'"), 58);
    assert_eq!(app.count("agreement_documents"), 58);
    assert_eq!(
        app.count("audit_events WHERE kind = 'concluded_on_paper'"),
        58
    );
    assert_eq!(
        app.text("how FROM bulk_runs WHERE kind = 'agreements'"),
        "done"
    );
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get(&format!("{PAGE}/{id}"))
        .await
        .assert_says("Nicht erfasst")
        .assert_says("der keinen AVV braucht");
    // Without a scan a sheet is stored, which says what was recorded and where the original is.
    let words = app.text(
        "plain_text FROM agreement_documents d JOIN agreements a ON a.id = d.agreement_id WHERE a.customer_number = 'M1'",
    );
    for part in [
        "außerhalb des Portals geschlossen",
        "3. April 2019",
        "Ordner M1",
        "Erika Beispiel, Geschäftsführerin",
        "Zita Zweite",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert_eq!(
        app.count(
            "agreement_documents WHERE pages = 1 AND substring(pdf FROM 1 FOR 5) = '%PDF-'::bytea"
        ),
        58
    );
}

/// The command: it keeps a file for two administrators, and a trial leaves nothing behind.
#[actix_web::test]
async fn s76_the_command_looks_through_and_keeps_for_two_people() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    let version = version(&app);
    let dir = tempfile::tempdir().unwrap();
    let (file, archive) = (dir.path().join("v.csv"), dir.path().join("v.zip"));
    let run = |text: &str, scans: Option<&[u8]>, more: &[&str]| {
        std::fs::write(&file, text).unwrap();
        let url = app.app.config.storage.database_url.as_ref().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_avv-portal"));
        command
            .env_clear()
            .env("AVV_ENV", "development")
            .env("AVV_DATA_DIR", dir.path())
            .env("DATABASE_URL", url.expose_secret())
            .args(["import", "agreements", file.to_str().unwrap()])
            .args(more);
        if let Some(scans) = scans {
            std::fs::write(&archive, scans).unwrap();
            command.args(["--scans", archive.to_str().unwrap()]);
        }
        let output = command.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.code().unwrap(),
            String::from_utf8(said).unwrap(),
        )
    };
    let good = format!(
        "customer_number,concluded_on,signed_by,function,partner_chain,version,kept_at\n\
         4711,2019-04-03,Erika Beispiel,CEO,Muster IT GmbH,{version},\n"
    );
    let (code, said) = run(&good, None, &["--dry-run"]);
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("line 2: kept_at is missing; without a scan"),
        "{said}"
    );
    let scans = zip(&[("4711.pdf", SCAN)]);
    let (code, said) = run(&good, Some(&zip(&[("x/4711.pdf", SCAN)])), &[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("lies in a folder"), "{said}");
    let (code, said) = run(&good, Some(&scans), &["--dry-run"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("agreements: 1, with a scan: 1"), "{said}");
    assert_eq!(app.count("agreement_imports"), 0);
    let (code, said) = run(&good, Some(&scans), &[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("/betrieb/kunden/import/vertraege/"), "{said}");
    app.jobs();
    assert_eq!(app.count("agreements"), 0, "two people decide about it");
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get(PAGE)
        .await
        .assert_says("Befehl auf dem Server")
        .assert_says("bereit");
}

#[actix_web::test]
async fn s5_8_18_what_is_rejected_or_withdrawn_is_gone_and_stays_in_the_log() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    let version = version(&app);
    let (first, second) = (app.sign_in(Person::Operator).await, second(&app).await);
    let text = format!("{HEAD}{}", line("4711", &version));
    for (who, answer, says) in [
        (
            &second,
            "ablehnen",
            "Datei mit bestehenden Verträgen abgelehnt: Seite 2 fehlt",
        ),
        (
            &first,
            "verwerfen",
            "Datei mit bestehenden Verträgen zurückgezogen",
        ),
    ] {
        let page = looked_through(&first, &text, None).await;
        page.assert_says("Einen Vertrag zur Bestätigung vorlegen")
            .assert_says("Erfassungsblatt");
        page.submit(&first, "main form", &[("antwort", "vorlegen")])
            .await
            .assert_status(303);
        let page = who.get(&page.path).await;
        let form = ["main form", "#ablehnen"][usize::from(answer == "ablehnen")];
        page.submit(
            who,
            form,
            &[("antwort", answer), ("grund", "Seite 2 fehlt")],
        )
        .await
        .assert_redirect(PAGE);
        first.get("/betrieb/protokoll").await.assert_says(says);
        assert_eq!(app.count("agreement_imports"), 0);
    }
}
