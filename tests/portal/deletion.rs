//! Deleting a customer (row 51, S-40) and what stays of it after its retention period (row 52,
//! EV-16).

use avv_portal::actions::objections::Received;
use avv_portal::actions::{consent, customers, objections, proposals};
use avv_portal::domain::case::Channel;
use avv_portal::domain::file::{File, FileKind};
use avv_portal::domain::viewer::Viewer;
use avv_portal::domain::{CustomerNumber, UserId};
use avv_portal::jobs::retain_once;

use crate::harness::{CUSTOMER, PASSWORD, Page, Person, TestApp, days, minutes};
use crate::seeded::{MAIL, NEIGHBOUR, World};

const DELETE: &str = "/betrieb/kunden/4711/loeschen";
const DELETED: &str = "/betrieb/geloescht/4711";

async fn delete(world: &World) -> Page {
    let operator = world.app.sign_in(Person::Operator).await;
    let page = operator.get(DELETE).await;
    let typed = [("grund", "Vertrag beendet"), ("passwort", PASSWORD)];
    page.submit(&operator, "main form", &typed).await
}

#[actix_web::test]
async fn a_deleted_customer_is_gone_for_everybody_and_kept_for_the_operator() {
    let world = World::build().await;
    let app = &world.app;
    let customer = app.sign_in(Person::Customer).await;
    let partner = app.sign_in(Person::Partner).await;
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get(DELETE).await;
    page.assert_says("endet. Als Nachweis bleibt er abrufbar.")
        .assert_says("2 Benutzer des Kunden können sich ab sofort nicht mehr anmelden.")
        .assert_says("Nach dem 31. Dezember 2029 löscht das Portal auch das.")
        .assert_says("Muster IT GmbH kann ab sofort nicht mehr öffnen");
    let before = app.everything();
    for (reason, password, word) in [
        ("", PASSWORD, "warum Sie den Kunden löschen"),
        ("Grund", "", "Geben Sie Ihr Passwort ein"),
        ("Grund", "falsch falsch falsch", "Das Passwort stimmt nicht"),
    ] {
        let typed = [("grund", reason), ("passwort", password)];
        let answer = page.submit(&operator, "main form", &typed).await;
        answer.assert_status(422).assert_says(word);
        assert!(
            !answer.text().contains("falsch falsch"),
            "no password comes back"
        );
    }
    assert_eq!(app.changes_since(&before), [""; 0]);
    let typed = [("grund", "Vertrag beendet"), ("passwort", PASSWORD)];
    let done = page.submit(&operator, "main form", &typed).await;
    done.assert_redirect(DELETED);
    operator.follow(&done).await.assert_says("ist gelöscht");

    // Gone: lists, searches, pages, links, access, sessions, signing in.
    for browser in [&operator, &partner] {
        for path in ["/kunden", "/kunden?suche=4711", "/kunden?suche=zdemir"] {
            browser
                .get(path)
                .await
                .assert_status(200)
                .assert_silent_about("/kunden/4711");
        }
        for path in [
            "/kunden/4711",
            "/kunden/4711/stammdaten/email",
            "/kunden/4711/module/centraflex",
        ] {
            browser.get(path).await.assert_status(404);
        }
    }
    // What lists of mails and events lead to shows the operator the evidence that is kept.
    partner.get("/kunden/4711/avv").await.assert_status(404);
    operator
        .get("/kunden/4711/avv")
        .await
        .assert_redirect("/betrieb/geloescht/4711");
    operator.get(DELETE).await.assert_status(404);
    page.submit(&operator, "main form", &typed)
        .await
        .assert_status(404);
    partner
        .get("/zugriff/4711/centraflex")
        .await
        .assert_status(403);
    for rest in ["", "/erfolg", "/avv.pdf"] {
        app.visitor()
            .get(&format!("{}{rest}", world.concluded))
            .await
            .assert_status(404);
    }
    assert!(crate::seeded::is_to_sign_in(
        &customer.get("/administration/avv").await
    ));
    let visitor = app.visitor();
    let form = visitor.get("/anmelden").await;
    let login = [("email", Person::Customer.email()), ("passwort", PASSWORD)];
    form.submit(&visitor, "main form", &login)
        .await
        .assert_status(422);

    // Kept: contract and history, only for the operator.
    let kept = operator.get(DELETED).await;
    kept.assert_says("Bäckerei Özdemir")
        .assert_says("Kunde gelöscht: Vertrag beendet")
        .assert_says("beendet am 23.11.2026");
    let pdf = kept.attribute("main dd a", "href").unwrap();
    let file = operator.get(&pdf).await;
    file.assert_status(200);
    assert!(file.bytes.starts_with(b"%PDF"));
    operator
        .get("/betrieb/geloescht")
        .await
        .assert_says("Bäckerei Özdemir");
    for browser in [&partner, &customer] {
        assert_ne!(browser.get(DELETED).await.status, 200);
        assert_ne!(browser.get(&pdf).await.status, 200);
    }
    // M13 must be sent although the customer is deleted; no other mail is ever sent.
    assert_eq!(
        app.count("mails WHERE kind ->> 'kind' = 'ended' AND customer_number = '4711'"),
        1
    );
    app.deliver();
    assert_eq!(
        app.count(
            "mails WHERE kind ->> 'kind' = 'ended' AND customer_number = '4711' AND state = 'sent'"
        ),
        1
    );
    app.clock.advance(days(100));
    app.jobs();
    assert_eq!(
        app.count("mails WHERE customer_number = '4711' AND kind ->> 'kind' = 'reminder'"),
        0
    );
}

#[actix_web::test]
async fn what_changed_meanwhile_is_shown_before_it_is_deleted() {
    let world = World::build().await;
    let app = &world.app;
    let operator = app.sign_in(Person::Operator).await;
    let path = "/betrieb/kunden/4712/loeschen";
    let page = operator.get(path).await;
    app.conclude(crate::seeded::NEIGHBOUR_MAIL).await;
    let typed = [("grund", "Versehen"), ("passwort", PASSWORD)];
    page.submit(&operator, "main form", &typed)
        .await
        .assert_redirect(path);
    assert_eq!(app.status(NEIGHBOUR), "concluded");
}

#[actix_web::test]
async fn deleted_customers_are_paged_by_key() {
    let app = TestApp::start().await;
    let (operator, mut now) = (app.viewer(Person::Operator), app.now());
    for n in 0..53 {
        let number = app.add_customer(8000 + n, &format!("Weg {n:02} GmbH"), None);
        // Several at the same moment.
        if n % 3 == 0 {
            now += minutes(1);
        }
        app.write(|conn| {
            customers::delete(conn, &app.app, &operator, number, "weg", now).map(|_| ())
        });
    }
    let browser = app.sign_in(Person::Operator).await;
    let first = browser.get("/betrieb/geloescht").await;
    let next = first
        .attribute("main nav[aria-label=Seiten] a", "href")
        .unwrap();
    let second = browser.get(&next).await;
    let names = |page: &Page| page.all("tbody th a");
    let mut all = names(&first);
    assert_eq!(all.len(), 50);
    all.extend(names(&second));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 53, "each once");
    for hostile in ["x", "1~x", "99999999999999999999~1", "~", "1~~"] {
        let page = browser
            .get(&format!("/betrieb/geloescht?nach={hostile}"))
            .await;
        page.assert_status(200);
    }
}

/// Row 52: nothing is erased a day too early; afterwards only the tombstone names the customer.
#[actix_web::test]
async fn retention_erases_the_customer_and_leaves_a_tombstone() {
    let world = World::build().await;
    let app = &world.app;
    delete(&world).await.assert_redirect(DELETED);
    app.deliver();
    app.sql(
        "INSERT INTO document_stamps (agreement_id, tries) SELECT id, 1 FROM agreements WHERE customer_number = '4711'",
    )
    .unwrap();
    app.sql(
        "INSERT INTO bulk_runs (kind, subject, begun_at, starts_on, failed) VALUES ('roll_out', '1.0', '2026-12-02', '2026-12-02', 1);
         INSERT INTO roll_outs (version_id, mode, numbers, started_by, run_id)
         SELECT max(v.id), 'inform', '{4711,9000}', max(u.id), max(b.id)
         FROM contract_versions v, users u, bulk_runs b;
         INSERT INTO roll_out_customers (roll_out_id, customer_number, state, at)
         SELECT id, n, 'informed', '2026-12-02' FROM roll_outs, unnest(numbers) AS n;
         INSERT INTO bulk_run_failures (run_id, customer_number, failed_at, tried_at)
         SELECT id, '4711', begun_at, begun_at FROM bulk_runs",
    )
    .unwrap();
    let hash = app.text("document_hash FROM agreement_documents d JOIN agreements a ON a.id = d.agreement_id WHERE a.customer_number = '4711'");
    app.at("2029-12-31 23:59");
    let before = app.everything();
    retain_once(&app.app, app.now()).unwrap();
    let lost = app.changes_since(&before);
    assert!(
        lost.iter().all(|row| [
            "- mails ",
            "- mail_attempts ",
            "- mail_texts ",
            "- users ",
            "- user_words ",
            "+ users ",
            "+ audit_events "
        ]
        .iter()
        .any(|table| row.starts_with(table))),
        "only old mails that prove nothing, and names of people who left (A9): {lost:#?}"
    );
    app.at("2030-01-01 00:00");
    let done = retain_once(&app.app, app.now()).unwrap();
    assert!(
        done.good >= 1 && done.failed == 0,
        "{} {}",
        done.good,
        done.failed
    );
    for table in [
        "customers WHERE number",
        "agreements WHERE customer_number",
        "requests WHERE customer_number",
        "bookings WHERE customer_number",
        "mails WHERE customer_number",
        "roll_out_customers WHERE customer_number",
        "bulk_run_failures WHERE customer_number",
        "users WHERE customer_number",
        "objections WHERE customer_number",
        "notices WHERE customer_number",
        "case_rows WHERE number",
        "case_gates WHERE number",
    ] {
        assert_eq!(app.count(&format!("{table} = '4711'")), 0, "{table}");
    }
    assert_eq!(
        app.count("case_words WHERE row_id NOT IN (SELECT id FROM case_rows)"),
        0
    );
    assert_eq!(app.text("numbers FROM roll_outs"), "{9000}");
    assert_eq!(app.count("document_stamps"), 0);
    assert_eq!(app.count("tombstones WHERE customer_number = '4711'"), 2);
    assert_eq!(
        app.text("document_hash FROM tombstones WHERE agreement_id IS NOT NULL"),
        hash
    );
    // S-80: the log keeps no personal data, and its chain is whole.
    let personal = "audit_events e WHERE e.customer_number = '4711' AND e.kind <> 'erased' AND e.details IS NOT NULL";
    assert_eq!(app.count(personal), 0);
    assert!(avv_portal::actions::audit::verify(&app.app, None).is_ok());
    // The other customers, one in force and one being asked, are unchanged.
    assert_eq!(app.count("agreement_documents"), 1);
    assert_eq!(app.case(NEIGHBOUR).requests.len(), 1);
    assert_eq!(retain_once(&app.app, app.now()).unwrap().good, 0, "once");
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get(DELETED)
        .await
        .assert_says("Die Aufbewahrungsfrist ist vorbei")
        .assert_says(&hash)
        .assert_silent_about("zdemir");
    assert_eq!(app.case(CustomerNumber::from(9000)).agreements.len(), 1);
}

/// EV-16, row 52: uploads and typed texts about a customer are erased with it: the proof of an
/// objection, the reason of a decline, scans of contracts on paper, whether proposed, rejected or
/// in force.
#[actix_web::test]
async fn retention_erases_uploads_and_reasons_with_the_customer() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    let uploaded = everything_uploaded(&app);
    assert_eq!(uploaded, ["1", "1", "3", "4"]);
    let (by, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| customers::delete(conn, &app.app, &by, CUSTOMER, "Ende", now).map(|_| ()));
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/betrieb/vorschlaege")
        .await
        .assert_silent_about("zdemir");
    app.deliver();
    app.at("2029-12-31 23:59");
    retain_once(&app.app, app.now()).unwrap();
    // Data that are no evidence have been erased before; proof and scan of the agreement are
    // evidence.
    assert_eq!(left(&app), ["1", "0", "2", "3"]);
    app.at("2030-01-01 00:00");
    let done = retain_once(&app.app, app.now()).unwrap();
    assert!(
        done.good >= 1 && done.failed == 0,
        "{} {}",
        done.good,
        done.failed
    );
    assert_eq!(left(&app), ["0", "0", "0", "0"]);
    assert_eq!(app.count("customers WHERE number = '4711'"), 0);
}

/// EV-16: the same for a customer that was not deleted, each at its time.
#[actix_web::test]
async fn retention_erases_uploads_and_reasons_of_living_customers_in_time() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    everything_uploaded(&app);
    app.deliver();
    let case_status = app.status_of(CUSTOMER);
    app.clock.advance(days(366));
    retain_once(&app.app, app.now()).unwrap();
    // The rejected scan and the reason of the decline.
    assert_eq!(left(&app), ["1", "0", "2", "3"]);
    app.at("2030-01-01 00:00");
    retain_once(&app.app, app.now()).unwrap();
    // The open proposal still waits for an administrator.
    assert_eq!(left(&app), ["0", "0", "1", "1"]);
    assert_eq!(app.count("proposals WHERE state = 'open'"), 1);
    assert_eq!(app.status_of(CUSTOMER).status, case_status.status);
}

/// Counts of proofs, reasons, proposals and files.
fn left(app: &TestApp) -> [String; 4] {
    ["objection_files", "decline_reasons", "proposals", "files"]
        .map(|table| app.count(table).to_string())
}

/// Declines with a reason, has a contract on paper rejected and another one confirmed, objects by
/// letter with a proof; the next contract on paper waits.
fn everything_uploaded(app: &TestApp) -> [String; 4] {
    let (first, now) = (app.viewer(Person::Operator), app.now());
    app.sql(
        "INSERT INTO users (email, name, role, operator_role, contracts, created_at) \
         SELECT 'zwei@plusnet.example', 'Zita Zweite', role, operator_role, contracts, created_at FROM users WHERE role = 'operator'",
    )
    .unwrap();
    let second = Viewer {
        user: UserId(app.text("max(id)::text FROM users").parse().unwrap()),
        ..first.clone()
    };
    let pdf = || File {
        kind: FileKind::Pdf,
        bytes: b"%PDF-1.7".to_vec(),
    };
    let propose = || {
        let paper = proposals::Paper {
            person: "Ayşe Özdemir".to_owned(),
            function: "Inhaberin".to_owned(),
            signed_on: "2026-11-20".parse().unwrap(),
            scan: pdf(),
        };
        app.write(|conn| {
            proposals::propose_paper(conn, &app.app, &first, CUSTOMER, paper.clone(), now)
        })
    };
    let link = app.case(CUSTOMER).requests[0].links[0].id;
    app.write(|conn| consent::decline(conn, &app.app, link, "Zu teuer", now));
    let bad = propose();
    app.write(|conn| proposals::reject(conn, &second, bad, "Seite 2 fehlt", now));
    let good = propose();
    app.write(|conn| proposals::confirm(conn, &app.app, &second, good, now));
    let received = Received {
        channel: Channel::Letter,
        on: "2026-11-23".parse().unwrap(),
        note: "Notiz".to_owned(),
        proof: Some(pdf()),
    };
    app.write(|conn| objections::record(conn, &app.app, &first, CUSTOMER, &received, now));
    propose();
    left(app)
}

/// EV-16: a customer that was not deleted keeps what is in force, and the round that shows that it
/// did not answer.
#[actix_web::test]
async fn retention_takes_only_what_is_over_from_living_customers() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    app.conclude(MAIL).await;
    app.deliver();
    app.sql("UPDATE agreements SET ended_at = concluded_at, how = 'objected'")
        .unwrap();
    let number = CUSTOMER;
    app.clock.advance(days(1));
    // Three rounds without an answer; the last one is the present status.
    for _ in 0..3 {
        app.clock.advance(days(1));
        app.ask(Person::Operator, number).unwrap();
    }
    for _ in 0..8 {
        app.clock.advance(days(15));
        app.jobs();
    }
    assert_eq!(app.case(number).requests.len(), 4);
    let case_status = app.status_of(number);
    app.clock.advance(days(400));
    retain_once(&app.app, app.now()).unwrap();
    assert_eq!(app.status_of(number), case_status);
    let case = app.case(number);
    assert_eq!(case.requests.len(), 2, "the one concluded and the last one");
    assert_eq!(app.count("agreement_documents"), 1, "the evidence is young");
    assert_eq!(app.count("mails WHERE kind ->> 'kind' = 'partner_info'"), 0);
    app.at("2030-01-01 00:00");
    retain_once(&app.app, app.now()).unwrap();
    assert_eq!(app.count("agreement_documents"), 0);
    assert_eq!(app.case(number).agreements[0].person, "");
    assert_eq!(app.status_of(number), case_status);
    assert_eq!(app.count("tombstones"), 1);
    // The pages still open.
    let operator = app.sign_in(Person::Operator).await;
    for path in [
        "/kunden/4711",
        "/kunden/4711/avv",
        "/administration/avv?kunde=4711",
    ] {
        operator.get(path).await.assert_status(200);
    }
}

/// The documents of agreements can only be erased in one way.
#[actix_web::test]
async fn the_database_refuses_every_other_way() {
    let world = World::build().await;
    let app = &world.app;
    let id = world.agreement(CUSTOMER);
    let named = format!("SELECT set_config('avv.erasing', '{id}', false);");
    let ended = "UPDATE agreements SET ended_at = concluded_at, how = 'ended';";
    for statement in [
        "DELETE FROM agreement_documents".to_owned(),
        "TRUNCATE agreement_documents".to_owned(),
        "UPDATE agreement_documents SET build = ''".to_owned(),
        // Named, but still in force.
        format!("{named} DELETE FROM agreement_documents WHERE agreement_id = '{id}'"),
        // Ended, but not named.
        format!("{ended} DELETE FROM agreement_documents WHERE agreement_id = '{id}'"),
        // Named and ended, but other documents with it.
        format!("{named} {ended} DELETE FROM agreement_documents"),
        format!("{named} {ended} TRUNCATE agreement_documents"),
        format!("{named} {ended} UPDATE agreement_documents SET build = ''"),
    ] {
        let refused = app.sql(&format!("BEGIN; {statement}; COMMIT"));
        assert!(
            refused.is_err_and(|error| error.contains("append-only")),
            "{statement}"
        );
    }
    assert_eq!(app.count("agreement_documents"), 2);
}

/// A table that names customers and is not erased would keep them for ever, or stop the job.
#[actix_web::test]
async fn every_table_that_names_a_customer_is_known_to_retention() {
    let app = TestApp::start().await;
    let known = "'agreement_documents','agreements','alerts','bookings','case_gates','case_rows','case_words',\
                 'document_stamps','entered_addresses','links','mails','notices','objections','password_links','requests','sessions','users','user_words',\
                 'objection_files','decline_reasons','proposals','roll_out_customers',\
                 'replies','bulk_run_failures','customer_import_waiting','customer_imports','agreement_imports','agreement_import_rows','kept_forms','kept_files','second_factors','recovery_codes','passkeys','passkey_challenges','identities','issuer_requests','issuer_sessions',\
                 'dissent_files','announcements','contract_versions','clause_comments','clause_changes','clause_drafts','files','partner_contracts','roll_outs','api_clients','webhook_endpoints'"; // customer_imports, agreement_imports and the last eight name users of operator and partners only; agreement_import_rows go with their customer; numbers are taken out of roll_outs
    let found = app.text(&format!(
        "string_agg(DISTINCT conrelid::regclass::text, ' ') FROM pg_constraint \
         WHERE contype = 'f' AND connamespace = current_schema()::regnamespace \
         AND confrelid IN ('customers'::regclass, 'agreements'::regclass, 'requests'::regclass, \
                           'links'::regclass, 'users'::regclass, 'objections'::regclass) \
         AND conrelid::regclass::text NOT IN ({known})"
    ));
    assert_eq!(found, "", "empty these in storage/retention.rs");
}
