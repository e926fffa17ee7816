//! The public heads of the log: what is published is what the log is, whoever changes it later is found
//! out, and every day has its stamp (S-80).

use std::process::Command;

use avv_portal::actions::Actor;
use avv_portal::actions::audit::{VerifyError, verify};
use avv_portal::actions::checkpoints::{self, make, verifier_key};
use avv_portal::app::App;
use avv_portal::config::Keys;
use avv_portal::domain::EmailAddress;
use avv_portal::domain::audit::AuditKind;
use avv_portal::domain::audit::chain::{Flaw, Hash};
use avv_portal::domain::audit::checkpoint::{Checkpoint, Noted};
use avv_portal::domain::audit::tree::growing::Growing;
use avv_portal::domain::audit::tree::{has_grown, leaf};
use avv_portal::jobs;
use avv_portal::mail::transport::Transport;
use avv_portal::storage::audit::checkpoints::{Kept, newest_checkpoint};
use avv_portal::storage::audit::{NewEvent, add_event};
use chrono::NaiveDate;
use secrecy::ExposeSecret as _;

use crate::harness::{CUSTOMER, TestApp, days, hours, minutes};
use crate::stamps::{Root, Service};

/// Writes so many events.
pub fn write(app: &TestApp, count: u32) {
    let now = app.now();
    app.write(|conn| {
        for number in 0..count {
            let event = NewEvent {
                kind: AuditKind::Reminded {
                    number: u8::try_from(number % 200).unwrap(),
                },
                actor: Actor::Portal,
                customer: Some(CUSTOMER),
                status: None,
            };
            add_event(conn, &event, now)?;
        }
        Ok(())
    });
}

fn checkpoint(app: &TestApp, is_daily: bool) -> Kept {
    assert!(app.count("audit_events") > 0);
    let now = app.now();
    app.write(|conn| make(conn, &app.app, is_daily, now))
        .unwrap()
}

fn pass_of(app: &TestApp, name: &str) {
    let job = jobs::JOBS.iter().find(|job| job.name == name).unwrap();
    let pass = jobs::Pass {
        app: app.app.clone(),
        stop: jobs::Stop::never(),
        at: None,
        send_late: false,
    };
    (job.pass)(&pass).unwrap();
}

fn flaw(app: &App, noted: Option<Noted>) -> (i64, Flaw) {
    match verify(app, noted) {
        Err(VerifyError::Broken(fault)) => (fault.position, fault.flaw),
        other => panic!("not broken: {other:?}"),
    }
}

/// Runs SQL without triggers, as the owner of the tables can.
fn tamper(app: &TestApp, statement: &str) {
    let off: String = ["events", "head", "tiles", "checkpoints"]
        .map(|table| format!("ALTER TABLE audit_{table} DISABLE TRIGGER USER; "))
        .concat();
    app.sql(&format!("{off}{statement}")).unwrap();
}

#[actix_web::test]
async fn s80_anybody_reads_the_heads_of_the_log_and_hashes_alone() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    visitor
        .get("/protokoll")
        .await
        .assert_status(200)
        .assert_says("noch keinen");
    visitor
        .get("/protokoll/checkpoint")
        .await
        .assert_status(404);
    visitor
        .get("/protokoll/tile/0/000.p/1")
        .await
        .assert_status(404);
    write(&app, 600);
    let kept = checkpoint(&app, true);
    let page = visitor.get("/protokoll?sprache=en").await;
    page.assert_status(200).assert_says("Public log");
    let served = visitor.get("/protokoll/checkpoint").await;
    served.assert_status(200);
    assert_eq!(served.text(), kept.note);
    let key = verifier_key(&app.app).unwrap();
    let read = Checkpoint::open(&served.text(), &key).unwrap();
    assert_eq!(i64::try_from(read.size).unwrap(), app.count("audit_events"));
    assert!(
        app.url
            .ends_with(read.origin.trim_end_matches("/protokoll"))
    );
    // The root out of what anybody can fetch: two whole tiles and the rest.
    let rest = read.size - 512;
    let (mut tree, mut from_entries) = (Growing::default(), Growing::default());
    for tile in ["000".to_owned(), "001".to_owned(), format!("002.p/{rest}")] {
        let page = visitor.get(&format!("/protokoll/tile/0/{tile}")).await;
        page.assert_status(200);
        for hash in page.bytes.chunks_exact(32) {
            tree.push(Hash(hash.try_into().unwrap()));
        }
        let page = visitor
            .get(&format!("/protokoll/tile/entries/{tile}"))
            .await;
        for entry in page.bytes.chunks_exact(34) {
            assert_eq!(entry[..2], [0, 32]);
            from_entries.push(leaf(Hash(entry[2..].try_into().unwrap())));
        }
    }
    assert_eq!((tree.root(), from_entries.root()), (read.root, read.root));
    let upper = visitor.get("/protokoll/tile/1/000.p/2").await;
    assert_eq!(upper.assert_status(200).bytes.len(), 64);
    // Nothing beyond the checkpoint, and nothing that is no tile.
    for none in [
        format!("0/002.p/{}", rest + 1),
        "0/002".to_owned(),
        "0/003.p/1".to_owned(),
        "1/000.p/3".to_owned(),
        "2/000.p/1".to_owned(),
        "0/x001/000".to_owned(),
        "0/0".to_owned(),
        "7/000".to_owned(),
        "data/000".to_owned(),
        "..".to_owned(),
    ] {
        let page = visitor.get(&format!("/protokoll/tile/{none}")).await;
        page.assert_status(404);
    }
    // A later checkpoint grew out of this one.
    write(&app, 77);
    let later = checkpoint(&app, false);
    let (old, new) = (
        (read.size, read.root),
        (u64::try_from(later.size).unwrap(), later.root),
    );
    let proof = app.read(|conn| {
        let mut tiles = avv_portal::storage::audit::tiles::StoredTiles::new(conn);
        let mut tree = avv_portal::domain::audit::tree::Tree::new(new.0, &mut tiles);
        tree.consistency(old.0).map_err(checkpoints::unreadable)
    });
    assert!(has_grown(old, new, &proof));
    assert_eq!(verify(&app.app, None).unwrap().checkpoints, 2);
}

#[actix_web::test]
async fn s80_a_log_written_anew_or_cut_off_is_told_by_its_checkpoints() {
    let app = TestApp::start().await;
    write(&app, 600);
    let kept = checkpoint(&app, true);
    write(&app, 5);
    let noted = Noted::Checkpoint(Checkpoint::read(&kept.note).unwrap(), kept.note.clone());
    assert_eq!(
        verify(&app.app, Some(noted.clone())).unwrap().checkpoints,
        1
    );
    let size = kept.size;
    // What is kept of it.
    app.sql(
        "CREATE TABLE kept AS TABLE audit_checkpoints; CREATE TABLE nodes AS TABLE audit_tiles",
    )
    .unwrap();
    let back = "DELETE FROM audit_checkpoints; INSERT INTO audit_checkpoints SELECT * FROM kept; \
                DELETE FROM audit_tiles; INSERT INTO audit_tiles SELECT * FROM nodes";
    for (change, expected) in [
        (
            "UPDATE audit_checkpoints SET root = sha256('x')",
            (size, Flaw::NotAsSigned),
        ),
        (
            "UPDATE audit_checkpoints SET note = replace(note, 'A', 'B')",
            (size, Flaw::NotAsSigned),
        ),
        (
            "UPDATE audit_checkpoints SET verifier_key = 'x'",
            (size, Flaw::NotAsSigned),
        ),
        (
            "UPDATE audit_checkpoints SET token = 'x', stated_at = made_at, source = 'x', next_try_at = NULL",
            (size, Flaw::NotAsStamped),
        ),
        (
            "UPDATE audit_tiles SET hash = sha256('x') WHERE number = 1",
            (512, Flaw::Tree),
        ),
        (
            "DELETE FROM audit_tiles WHERE number = 0",
            (256, Flaw::Tree),
        ),
    ] {
        tamper(&app, change);
        assert_eq!(flaw(&app.app, None), expected, "{change}");
        tamper(&app, back);
    }
    // The log is shorter than it was, and all of it fits together.
    tamper(
        &app,
        &format!(
            "DELETE FROM audit_events WHERE position > {size} - 2; \
             UPDATE audit_head SET (position, hash) = (SELECT position, hash FROM audit_events WHERE position = {size} - 2)"
        ),
    );
    assert_eq!(flaw(&app.app, None), (size, Flaw::ShorterThanCheckpoint));
    // And goes on with other events.
    write(&app, 9);
    assert_eq!(flaw(&app.app, None), (size, Flaw::Forked));
    // Who took the kept ones away as well is told by those who have one.
    tamper(&app, "DELETE FROM audit_checkpoints");
    assert!(verify(&app.app, None).is_ok());
    assert_eq!(flaw(&app.app, Some(noted)), (size, Flaw::Forked));
}

/// A log from before there was a tree.
#[actix_web::test]
async fn s80_an_older_log_gets_its_tree() {
    let app = TestApp::start().await;
    write(&app, 900);
    app.count("audit_events");
    tamper(&app, "DELETE FROM audit_tiles");
    pass_of(&app, "checkpoint");
    assert_eq!(app.count("audit_tiles"), 3);
    assert_eq!(verify(&app.app, None).unwrap().checkpoints, 1);
}

#[actix_web::test]
async fn s80_every_day_has_its_checkpoint_and_its_stamp() {
    let root = Root::new("Wurzel");
    let service = Service::start(&root, "2026-11-23T09:00:00Z".parse().unwrap());
    let url = service.url.clone();
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.seal.authority = Some(url);
        config.seal.authority_certificates = Some(root.pem.clone());
    })
    .await;
    let made = || app.count("audit_checkpoints WHERE is_daily");
    let stamped = || app.count("audit_checkpoints WHERE token IS NOT NULL");
    service.at(app.now());
    pass_of(&app, "checkpoint");
    assert_eq!((made(), stamped()), (1, 1));
    // Nothing new, or not a day later: none.
    app.clock.advance(days(2));
    pass_of(&app, "checkpoint");
    assert_eq!(made(), 1);
    write(&app, 3);
    // The service's clock stands still: what it says is not believed, and asked for again.
    pass_of(&app, "checkpoint");
    assert_eq!((made(), stamped()), (2, 1));
    assert_eq!(
        app.count("alerts WHERE kind = 'stamp_refused' AND done_at IS NULL"),
        1
    );
    app.clock.advance(hours(25));
    let unstamped = verify(&app.app, None).unwrap().unstamped;
    assert_eq!(unstamped, vec!["2026-11-25".parse::<NaiveDate>().unwrap()]);
    service.at(app.now());
    // The one of this day is made and stamped, too.
    write(&app, 1);
    app.count("audit_events");
    pass_of(&app, "checkpoint");
    assert_eq!((made(), stamped()), (3, 3));
    assert_eq!(
        app.count("alerts WHERE kind = 'stamp_refused' AND done_at IS NULL"),
        0
    );
    let intact = verify(&app.app, None).unwrap();
    assert_eq!((intact.checkpoints, intact.unstamped), (3, vec![]));
}

/// Those who audit the operator get every daily checkpoint, as a file that `audit verify` takes.
#[actix_web::test]
async fn s80_auditors_get_the_checkpoint_of_the_day() {
    const ADDRESS: &str = "revision@pruefer.example";
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.mail.auditors = Some(EmailAddress::parse(ADDRESS).unwrap());
    })
    .await;
    pass_of(&app, "checkpoint");
    pass_of(&app, "checkpoint");
    app.deliver();
    let mails = app.mails_to(ADDRESS);
    assert_eq!(mails.len(), 1, "one for each day");
    let mail = &mails[0].written;
    assert_eq!(
        mail.subject,
        "Prüfpunkt des Protokolls im Plusnet AVV-Portal"
    );
    assert!(mail.text.contains("/protokoll"), "{}", mail.text);
    let [note] = mail.attachments.as_slice() else {
        panic!("{:?}", mail.attachments)
    };
    let kept = app.read(|conn| Ok(newest_checkpoint(conn)?)).unwrap();
    assert_eq!(String::from_utf8(note.bytes.clone()).unwrap(), kept.note);
    assert_eq!(note.file_name, format!("pruefpunkt-{}.txt", kept.size));
    // One for an evidence bundle goes to nobody; without an address nobody gets any.
    write(&app, 1);
    checkpoint(&app, false);
    let alone = app.started_again(|config| config.mail.auditors = None);
    alone.clock.advance(days(2));
    write(&alone, 1);
    alone.count("audit_events");
    pass_of(&alone, "checkpoint");
    alone.deliver();
    assert_eq!(alone.count("audit_checkpoints WHERE is_daily"), 2);
    assert_eq!(alone.count("mails WHERE kind_key = 'checkpoint'"), 1);
}

#[actix_web::test]
async fn s86_old_checkpoints_are_checked_after_the_secret_was_changed() {
    let app = TestApp::start().await;
    checkpoint(&app, true);
    let with_keys = |keys: Keys| {
        let mut config = (*app.app.config).clone();
        config.keys = keys;
        let (db, transport) = (app.app.db.clone(), app.app.transport.clone());
        let (contracts, sealer) = (app.app.contracts.clone(), app.app.sealer.clone());
        App::new(config, app.clock.clone(), db, transport, contracts, sealer)
    };
    let mut rotated = Keys::new(&"b".repeat(43).into(), None);
    assert_eq!(
        verify(&with_keys(rotated.clone()), None).unwrap().foreign,
        1
    );
    rotated.previous = Some(app.app.config.keys.current.clone());
    assert_eq!(verify(&with_keys(rotated), None).unwrap().foreign, 0);
}

#[actix_web::test]
async fn s80_the_command_compares_a_checkpoint_somebody_kept() {
    let app = TestApp::start().await;
    let kept = checkpoint(&app, true);
    write(&app, 2);
    let folder = tempfile::tempdir().unwrap();
    let run = |note: &str| {
        let file = folder.path().join("checkpoint");
        std::fs::write(&file, note).unwrap();
        let url = app.app.config.storage.database_url.as_ref().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_avv-portal"))
            .env_clear()
            .args(["audit", "verify", "--expect"])
            .arg(&file)
            .env("AVV_DATA_DIR", folder.path())
            .env("DATABASE_URL", url.expose_secret())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    };
    let (good, said) = run(&kept.note);
    assert!(good && said.contains("only grew since then"), "{said}");
    let (good, said) = run(&kept.note.replace('\n', "\r\n"));
    assert!(good && said.contains("only grew since then"), "{said}");
    assert!(said.contains("1 checkpoint(s) were given out"), "{said}");
    let (good, said) = run(&kept.note.replace(&format!("\n{}\n", kept.size), "\n3\n"));
    assert!(
        !good && said.contains("not signed by this portal"),
        "{said}"
    );
    let (good, said) = run("nichts");
    assert!(!good && said.contains("POSITION:HASH"), "{said}");
}

#[actix_web::test]
async fn s80_what_was_given_out_is_neither_changed_nor_deleted() {
    let app = TestApp::start().await;
    write(&app, 300);
    checkpoint(&app, false);
    for attempt in [
        "UPDATE audit_checkpoints SET root = sha256('x')",
        "UPDATE audit_checkpoints SET note = ''",
        "DELETE FROM audit_checkpoints",
        "TRUNCATE audit_checkpoints",
        "UPDATE audit_tiles SET hash = sha256('x')",
        "DELETE FROM audit_tiles",
        "TRUNCATE audit_tiles",
    ] {
        let refused = app.sql(attempt).unwrap_err();
        assert!(refused.contains("append-only"), "{attempt}: {refused}");
    }
}

#[actix_web::test]
async fn s80_an_event_that_waits_for_ten_seconds_is_told() {
    let app = TestApp::start().await;
    let open = || app.count("alerts WHERE kind = 'log_waits' AND done_at IS NULL");
    app.sql("CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stuck'; END $$; \
             CREATE TRIGGER stuck BEFORE INSERT ON audit_events EXECUTE FUNCTION stuck()")
        .unwrap();
    write(&app, 1);
    pass_of(&app, "sequence-watch");
    assert_eq!(open(), 0, "not yet");
    app.clock.advance(minutes(1));
    pass_of(&app, "sequence-watch");
    assert_eq!(open(), 1);
    assert!(verify(&app.app, None).unwrap().waiting.is_some());
    pass_of(&app, "sequence-watch");
    assert_eq!(app.count("alerts WHERE kind = 'log_waits'"), 1, "once");
    app.sql("DROP TRIGGER stuck ON audit_events").unwrap();
    pass_of(&app, "sequence-watch");
    assert_eq!(open(), 0);
    assert_eq!(verify(&app.app, None).unwrap().waiting, None);
}
