//! The audit log: one chain, verified by `audit verify`, searched by the operator (5.6-9, S-80,
//! EV-15).

use std::collections::BTreeSet;
use std::process::Command;

use avv_portal::actions::audit::{Intact, VerifyError, Whose, erase, verify};
use avv_portal::actions::{ActionError, Actor};
use avv_portal::app::App;
use avv_portal::config::Keys;
use avv_portal::domain::audit::AuditKind;
use avv_portal::domain::audit::chain::{Fault, Flaw, Head};
use avv_portal::domain::audit::checkpoint::Noted;
use avv_portal::storage::audit::chain::erase_contents;
use avv_portal::storage::audit::sequence::{append_placed, lock};
use avv_portal::storage::audit::{NewEvent, add_event, list_events};
use avv_portal::storage::db::{Db, PoolSize};
use secrecy::ExposeSecret as _;

use crate::harness::{CUSTOMER, Log, Page, Person, TestApp, days, minutes};
use crate::seeded::{NEIGHBOUR, World};

fn intact(app: &TestApp) -> Intact {
    verify(&app.app, None).unwrap()
}

fn fault(app: &App, noted: Option<Head>) -> Fault {
    match verify(app, noted.map(Noted::from)) {
        Err(VerifyError::Broken(fault)) => fault,
        other => panic!("not broken: {other:?}"),
    }
}

/// Runs SQL without triggers and constraints, as the owner of the tables can.
fn tamper(app: &TestApp, statement: &str) {
    app.sql(&format!(
        "ALTER TABLE audit_head DISABLE TRIGGER USER; ALTER TABLE audit_events DISABLE TRIGGER USER; \
         ALTER TABLE audit_events DROP CONSTRAINT IF EXISTS audit_events_whole_or_erased, \
             DROP CONSTRAINT IF EXISTS audit_events_hash_lengths, DROP CONSTRAINT IF EXISTS audit_events_position_from_one, \
             DROP CONSTRAINT IF EXISTS audit_events_erased_by_fkey; \
         {statement}"
    ))
    .unwrap_or_else(|error| panic!("{statement}: {error}"));
}

/// Changes every column of an event, and adds, removes and moves events in every way, as the
/// tables' owner: the first event that was changed is named (S-80).
#[actix_web::test]
async fn whatever_the_owner_touches_is_named() {
    let World { app, .. } = World::build().await;
    let head = intact(&app).head;
    assert_eq!(head.position, app.count("audit_events"));
    assert!(head.position > 12, "{head}");
    app.sql("CREATE TABLE kept AS TABLE audit_events; CREATE TABLE kept_head AS TABLE audit_head")
        .unwrap();
    // An event with a status, so that none of its columns is empty.
    let place: i64 = app
        .text("max(position) FROM audit_events WHERE status_before IS NOT NULL AND position < (SELECT max(position) - 3 FROM audit_events)")
        .parse()
        .unwrap();
    let last = head.position;
    let here = format!("WHERE position = {place}");
    let set = |what: &str| format!("UPDATE audit_events SET {what} {here}");
    let cases: Vec<(String, i64, Flaw)> = vec![
        (
            set("at = at + interval '1 microsecond'"),
            place,
            Flaw::Frame,
        ),
        (set("kind = 'declined'"), place, Flaw::Frame),
        (
            set("customer_number = customer_number || '1'"),
            place,
            Flaw::Frame,
        ),
        (set("customer_number = NULL"), place, Flaw::Frame),
        (set("status_before = 'void'"), place, Flaw::Frame),
        (set("status_after = NULL"), place, Flaw::Frame),
        (set("content_digest = sha256('x')"), place, Flaw::Frame),
        (set("hash = sha256('x')"), place, Flaw::Frame),
        (set("hash = ''"), place, Flaw::Frame),
        (set("previous_hash = sha256('x')"), place, Flaw::Frame),
        (
            set("actor = '{\"actor\": \"command\"}'"),
            place,
            Flaw::Content,
        ),
        (
            set("details = jsonb_set(details, '{extra}', '1')"),
            place,
            Flaw::Content,
        ),
        (
            set("salt = substr(salt, 2) || '\\x00'"),
            place,
            Flaw::Content,
        ),
        (set("salt = NULL"), place, Flaw::Content),
        (set(&format!("erased_by = {last}")), place, Flaw::Content),
        (
            set(&format!(
                "actor = NULL, details = NULL, salt = NULL, erased_by = {last}"
            )),
            place,
            Flaw::Emptied,
        ),
        (
            set("actor = NULL, details = NULL, salt = NULL"),
            place,
            Flaw::Emptied,
        ),
        (set("position = 0"), 0, Flaw::Impossible),
        (
            format!("DELETE FROM audit_events {here}"),
            place,
            Flaw::Missing(place + 1),
        ),
        (
            format!("DELETE FROM audit_events WHERE position IN ({place}, {place} + 1)"),
            place,
            Flaw::Missing(place + 2),
        ),
        (
            format!("DELETE FROM audit_events WHERE position = {last}"),
            last,
            Flaw::CutOff(last),
        ),
        (
            format!("DELETE FROM audit_events WHERE position > {last} - 3"),
            last - 2,
            Flaw::CutOff(last),
        ),
        ("DELETE FROM audit_events".to_owned(), 1, Flaw::CutOff(last)),
        (
            format!(
                "UPDATE audit_events SET position = -1 {here}; \
                 UPDATE audit_events SET position = {place} WHERE position = {place} + 2; \
                 UPDATE audit_events SET position = {place} + 2 WHERE position = -1"
            ),
            place,
            Flaw::Frame,
        ),
        (
            format!(
                "UPDATE audit_events SET position = -position WHERE position >= {place}; \
                 UPDATE audit_events SET position = 1 - position WHERE position < 0; \
                 INSERT INTO audit_events SELECT (jsonb_populate_record(e, jsonb_build_object('position', {place}))).* \
                     FROM audit_events e WHERE position = {place} + 1"
            ),
            place + 1,
            Flaw::Frame,
        ),
        (
            format!(
                "INSERT INTO audit_events SELECT (jsonb_populate_record(e, jsonb_build_object('position', {last} + 1))).* \
                 FROM audit_events e WHERE position = {last}"
            ),
            last + 1,
            Flaw::Frame,
        ),
        (
            "UPDATE audit_head SET hash = sha256('x')".to_owned(),
            last,
            Flaw::Head,
        ),
        ("DELETE FROM audit_head".to_owned(), last, Flaw::Head),
        (
            format!("UPDATE audit_head SET position = {last} + 7"),
            last + 1,
            Flaw::CutOff(last + 7),
        ),
        (
            format!(
                "UPDATE audit_head SET position = {last} - 1, hash = (SELECT previous_hash FROM audit_events WHERE position = {last})"
            ),
            last,
            Flaw::Beyond,
        ),
    ];
    for (statement, position, flaw) in &cases {
        tamper(&app, statement);
        let found = fault(&app.app, None);
        assert_eq!(
            (found.position, &found.flaw),
            (*position, flaw),
            "{statement}: {found}"
        );
        tamper(
            &app,
            "DELETE FROM audit_events; INSERT INTO audit_events SELECT * FROM kept; \
             DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM kept_head",
        );
    }
    assert_eq!(intact(&app).head, head);
    // No column was left out.
    let columns: BTreeSet<String> = app
        .text("string_agg(column_name, ' ') FROM information_schema.columns WHERE table_name = 'audit_events' AND table_schema = current_schema()")
        .split(' ')
        .map(str::to_owned)
        .collect();
    for column in columns {
        assert!(
            cases
                .iter()
                .any(|(statement, ..)| statement.contains(&format!("SET {column} ="))),
            "{column} was never touched"
        );
    }
}

/// Cut off together with its head, or rewritten from some event on, the log looks intact: only a
/// head that was noted elsewhere reveals it.
#[actix_web::test]
async fn a_noted_head_tells_what_the_chain_alone_cannot() {
    let World { app, .. } = World::build().await;
    let noted = intact(&app).head;
    app.clock.advance(days(2));
    app.ask(Person::Partner, NEIGHBOUR).unwrap();
    let later = verify(&app.app, Some(noted.into())).unwrap().head;
    assert_eq!(later.position, noted.position + 1);
    tamper(
        &app,
        &format!(
            "DELETE FROM audit_events WHERE position > {0} - 2; \
             UPDATE audit_head SET (position, hash) = (SELECT position, hash FROM audit_events WHERE position = {0} - 2)",
            noted.position
        ),
    );
    assert_eq!(intact(&app).head.position, noted.position - 2);
    let found = fault(&app.app, Some(noted));
    assert_eq!(
        (found.position, found.flaw),
        (noted.position, Flaw::ShorterThanNoted)
    );
    // The log continues after the gap, with other events at the same positions.
    for _ in 0..3 {
        app.clock.advance(days(2));
        app.ask(Person::Partner, NEIGHBOUR).unwrap();
    }
    let found = fault(&app.app, Some(noted));
    assert_eq!(
        (found.position, found.flaw),
        (noted.position, Flaw::NotAsNoted(noted.hash))
    );
}

fn added(name: &str) -> NewEvent {
    NewEvent {
        kind: AuditKind::UserAdded {
            rights: Vec::new(),
            name: name.to_owned(),
            role: None,
            counts: None,
        },
        actor: Actor::Command,
        customer: None,
        status: None,
    }
}

#[actix_web::test]
async fn parallel_writers_make_one_gapless_chain() {
    let app = TestApp::start().await;
    let before = app.count("audit_events");
    let url = app.app.config.storage.database_url.as_ref().unwrap();
    let size = PoolSize { pages: 8, jobs: 2 };
    let db = Db::connect_sized(url.expose_secret(), size).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let (db, app) = (db.clone(), &app);
            scope.spawn(move || {
                for number in 0..50 {
                    let event = added(&format!("{writer}-{number}"));
                    let done = db.transaction_blocking(|conn| {
                        add_event(conn, &event, app.now())?;
                        if number % 10 == 9 {
                            return Err(ActionError::NotAllowed);
                        }
                        Ok(())
                    });
                    assert_eq!(done.is_err(), number % 10 == 9, "{done:?}");
                }
            });
        }
    });
    // What was rolled back left no gap.
    assert_eq!(intact(&app).head.position, before + 8 * 45);
    assert_eq!(app.count("audit_events"), before + 8 * 45);
}

/// Personal data are erased, the chain stays, and the same cannot be done without the server's key
/// (row 52).
#[actix_web::test]
async fn contents_are_erased_under_a_signed_tombstone() {
    let World { app, .. } = World::build().await;
    let (events, begin) = (
        app.count("audit_events WHERE customer_number = '4711'"),
        app.now(),
    );
    app.clock.advance(minutes(1));
    app.ask(Person::Partner, NEIGHBOUR).unwrap();
    let erase_all = |whose| {
        let now = app.now();
        app.write(|conn| erase(conn, &app.app, whose, begin + minutes(1), now))
    };
    let erased = erase_all(Whose::Customer(CUSTOMER));
    assert_eq!(i64::try_from(erased).unwrap(), events);
    assert_eq!(erase_all(Whose::Customer(CUSTOMER)), 0, "done is done");
    assert_eq!(
        app.count(
            "audit_events WHERE customer_number = '4711' AND actor::text || details::text ~ 'Özdemir'"
        ),
        0
    );
    let left = app.read(|conn| Ok(list_events(conn, CUSTOMER, 100)?));
    assert!(
        matches!(left[0].kind, AuditKind::Erased { .. }) && left.len() == 1,
        "{left:?}"
    );
    assert!(erase_all(Whose::Nobody) > 0);
    let checked = intact(&app);
    assert_eq!(checked.tombstones, 2);
    assert_eq!(
        app.count("audit_events WHERE erased_by IS NOT NULL"),
        i64::try_from(checked.erased).unwrap()
    );

    // The database refuses any other change.
    let stone = app.text("min(position) FROM audit_events WHERE kind = 'erased'");
    for attempt in [
        format!("UPDATE audit_events SET actor = NULL, details = NULL, salt = NULL, erased_by = {stone} WHERE customer_number = '4712'"),
        "UPDATE audit_events SET details = '{}' WHERE customer_number = '4712'".to_owned(),
        format!("UPDATE audit_events SET actor = NULL, details = NULL, salt = NULL, erased_by = {stone} WHERE kind = 'erased'"),
        "UPDATE audit_events SET erased_by = NULL, actor = '{}', details = '{}', salt = sha256('') WHERE customer_number = '4711'".to_owned(),
        "DELETE FROM audit_head".to_owned(),
    ] {
        let refused = app.sql(&attempt).expect_err(&attempt);
        assert!(refused.contains("append-only"), "{attempt}: {refused}");
    }

    // After the secret was changed twice, the signature cannot be checked any more; a noted head
    // vouches for it.
    let with_keys = |keys: Keys| {
        let mut config = (*app.app.config).clone();
        config.keys = keys;
        let (db, transport) = (app.app.db.clone(), app.app.transport.clone());
        App::new(
            config,
            app.clock.clone(),
            db,
            transport,
            app.app.contracts.clone(),
            app.app.sealer.clone(),
        )
    };
    let other = |letter: &str| letter.repeat(43).into();
    let stranger = with_keys(Keys::new(&other("a"), None));
    assert_eq!(fault(&stranger, None).flaw, Flaw::UnknownKey);
    assert!(verify(&stranger, Some(checked.head.into())).is_ok());
    let mut rotated = Keys::new(&other("b"), None);
    rotated.previous = Some(app.app.config.keys.current.clone());
    assert!(verify(&with_keys(rotated), None).is_ok());

    // An attacker who can write to the database as the portal does, but has another key.
    let victim: i64 = app
        .text("min(position) FROM audit_events WHERE customer_number = '4712'")
        .parse()
        .unwrap();
    let details = app.text(&format!(
        "details FROM audit_events WHERE position = {stone}"
    ));
    let Ok(AuditKind::Erased { key, signature, .. }) = serde_json::from_str(&details) else {
        panic!("{details}");
    };
    let forged = NewEvent {
        kind: AuditKind::Erased {
            positions: vec![victim],
            key,
            signature,
        },
        actor: Actor::Portal,
        customer: Some(NEIGHBOUR),
        status: None,
    };
    let now = app.now();
    let place = app.write(|conn| {
        let turn = lock(conn)?;
        let place = append_placed(conn, turn, &forged, now)?;
        erase_contents(conn, &[victim], place)?;
        Ok(place)
    });
    let found = fault(&app.app, None);
    assert_eq!((found.position, found.flaw), (place, Flaw::Forged));
}

/// The command: its output and its exit codes.
#[actix_web::test]
async fn the_command_says_what_it_found() {
    let World { app, .. } = World::build().await;
    let head = intact(&app).head;
    let run = |expect: Option<Head>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_avv-portal"));
        command.env_clear().args(["audit", "verify"]);
        if let Some(head) = expect {
            command.args(["--expect", &head.to_string()]);
        }
        let url = app.app.config.storage.database_url.as_ref().unwrap();
        let dir = tempfile::tempdir().unwrap();
        command
            .env("AVV_DATA_DIR", dir.path())
            .env("DATABASE_URL", url.expose_secret());
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    };
    let (good, said) = run(Some(head));
    assert!(
        good && said.contains(&format!("{} audit events were checked", head.position)),
        "{said}"
    );
    assert!(said.contains(&format!("Head: {head}")), "{said}");
    tamper(
        &app,
        "UPDATE audit_events SET details = details || '{\"x\": 1}' WHERE position = 5",
    );
    let (good, said) = run(None);
    assert!(!good && said.contains("event 5 was changed"), "{said}");
    assert!(!said.contains("Head:"), "{said}");
}

/// The head is logged, where a copy can be kept.
#[actix_web::test]
async fn the_head_is_logged_once_a_day() {
    let log = Log::listen();
    let app = TestApp::start().await;
    let head = intact(&app).head;
    let running = avv_portal::jobs::start(&app.app);
    let hash = head.hash.to_string();
    let mut lines = Vec::new();
    for _ in 0..200 {
        lines = log.lines_with(&["audit head", &hash]);
        if !lines.is_empty() {
            break;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    running.tell_to_stop();
    running.wait().await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].contains(&format!("\"audit.position\":{}", head.position)),
        "{lines:?}"
    );
    let job = avv_portal::jobs::JOBS
        .iter()
        .find(|job| job.name == "audit-head")
        .unwrap();
    assert_eq!(job.every, std::time::Duration::from_secs(86_400));
}

/// The page: the search finds all events, newest first, page by page, each once.
#[actix_web::test]
async fn the_operator_searches_the_log() {
    let World { app, .. } = World::build().await;
    for number in 0..130 {
        app.clock.advance(minutes(i64::from(number % 3 == 0)));
        let now = app.now();
        app.write(|conn| {
            Ok(add_event(
                conn,
                &added(&format!("Person {number} <b>")),
                now,
            )?)
        });
    }
    let operator = app.sign_in(Person::Operator).await;
    let numbers = |page: &Page| -> Vec<i64> {
        page.all("tbody td[data-label=Nummer]")
            .iter()
            .map(|cell| cell.split_whitespace().next().unwrap().parse().unwrap())
            .collect()
    };
    let mut seen = Vec::new();
    let mut page = operator.get("/betrieb/protokoll").await;
    loop {
        page.assert_status(200);
        seen.extend(numbers(&page));
        match page.attribute("a[rel=next]", "href") {
            Some(next) => page = operator.get(&next).await,
            None => break,
        }
    }
    let all: Vec<i64> = (1..=intact(&app).head.position).rev().collect();
    assert_eq!(seen, all, "each once, newest first");

    let events = |condition: &str| {
        usize::try_from(app.count(&format!("audit_events WHERE {condition}"))).unwrap()
    };
    for (query, condition, says) in [
        (
            "kunde=4711",
            "customer_number = '4711'",
            "Angefordert → wird Abgeschlossen",
        ),
        ("art=concluded", "kind = 'concluded'", "abgeschlossen"),
        (
            "kunde=4711&art=concluded",
            "kind = 'concluded' AND customer_number = '4711'",
            "AVV-2026-",
        ),
        ("wer=kunde", "actor ->> 'actor' = 'link'", "Kunde"),
        ("wer=Portal&art=mail_sent", "kind = 'mail_sent'", "E-Mail „"),
        (
            "wer=PARTNER",
            "actor ->> 'name' = 'Partner'",
            "Untervertriebspartner gewählt",
        ),
        (
            "von=2026-11-23&bis=23.11.2026&art=booked",
            "kind = 'booked'",
            "gebucht",
        ),
        ("von=2026-11-24", "false", "Nichts gefunden"),
        ("bis=2026-11-22", "false", "Nichts gefunden"),
        ("wer=niemand", "false", "Nichts gefunden"),
    ] {
        let page = operator.get(&format!("/betrieb/protokoll?{query}")).await;
        page.assert_status(200).assert_says(says);
        assert_eq!(numbers(&page).len(), events(condition).min(50), "{query}");
    }
    for (query, field) in [
        ("kunde=4711/a", "kunde"),
        ("art=alles", "art"),
        ("von=gestern", "von"),
        ("bis=2026-13-01", "bis"),
        ("von=2026-11-24&bis=2026-11-23", "bis"),
    ] {
        let page = operator.get(&format!("/betrieb/protokoll?{query}")).await;
        page.assert_status(422);
        assert!(
            page.attribute(&format!("#{field}[aria-invalid=true]"), "id")
                .is_some(),
            "{query}"
        );
        assert!(
            page.attribute(&format!(".errors a[href='#{field}']"), "href")
                .is_some(),
            "{query}"
        );
        assert!(numbers(&page).is_empty());
    }
    operator
        .get("/betrieb/protokoll?vor=x")
        .await
        .assert_status(404);
    // The name of an actor leads to everything this actor did.
    let page = operator
        .get("/betrieb/protokoll?art=sub_partner_named")
        .await;
    let href = page.attribute("td[data-label=Wer] a", "href").unwrap();
    let by = operator.get(&href).await;
    assert_eq!(
        numbers(&by).len(),
        events(&format!(
            "actor ->> 'name' = '{}'",
            app.text("actor ->> 'name' FROM audit_events WHERE kind = 'sub_partner_named'")
        ))
    );
    // An erased event still has its row.
    let now = app.now();
    app.write(|conn| {
        erase(
            conn,
            &app.app,
            Whose::Customer(CUSTOMER),
            now + minutes(1),
            now,
        )
    });
    operator
        .get("/betrieb/protokoll?kunde=4711")
        .await
        .assert_status(200)
        .assert_says("Inhalt nach Ablauf der Aufbewahrung gelöscht")
        .assert_silent_about("Özdemir");
}
