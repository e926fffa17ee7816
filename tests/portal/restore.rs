//! The manual for a restore, tried out: a dump is loaded into an empty database, and the portal
//! continues from it (F6).

use std::path::{Path, PathBuf};
use std::process::Command;

use avv_portal::actions::audit::{VerifyError, verify};
use avv_portal::storage::embedded::{EmbeddedPostgres, Purpose};

use crate::harness::{CUSTOMER, Person, TestApp, days, minutes};
use crate::seeded::{NEIGHBOUR, NEIGHBOUR_MAIL, World};

/// The manual; a test that used other options would prove nothing about it.
const MANUAL: &str = include_str!("../../docs/operating.md");
pub const DUMP: &str = "pg_dump --format=custom --no-owner --no-privileges";
pub const RESTORE: &str =
    "pg_restore --exit-on-error --single-transaction --no-owner --no-privileges";

/// A program of Postgres: the newest on this machine, otherwise the one on the search path.
fn program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    versions
        .flatten()
        .map(|entry| entry.path().join("bin").join(name))
        .filter(|path| path.is_file())
        .max()
        .unwrap_or_else(|| PathBuf::from(name))
}

/// Runs a command of the manual on the embedded database of a data directory.
fn run_embedded(dir: &Path, line: &str, more: &[&str]) {
    let line = format!("avv-portal database {line}");
    assert!(
        MANUAL.contains(&line),
        "the manual says something else than: {line}"
    );
    let output = Command::new(env!("CARGO_BIN_EXE_avv-portal"))
        .args(line.split(' ').skip(1))
        .args(more)
        .env_remove("DATABASE_URL")
        .env("AVV_ENV", "development")
        .env("AVV_DATA_DIR", dir)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{line}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Runs a command of the manual with more arguments.
pub fn run(line: &str, more: &[&str]) {
    assert!(
        MANUAL.contains(line),
        "the manual says something else than: {line}"
    );
    let mut words = line.split(' ');
    let output = Command::new(program(words.next().unwrap()))
        .args(words)
        .args(more)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{line}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A directory that the database's user can enter.
pub fn data_dir() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    dir
}

#[actix_web::test]
async fn f6_a_dump_goes_into_an_empty_database_and_the_portal_goes_on() {
    let (old_dir, new_dir, other_dir) = (data_dir(), data_dir(), data_dir());
    let old_server = EmbeddedPostgres::start_for(old_dir.path(), Purpose::Tests).unwrap();
    let world = World::build_in(
        TestApp::start_on(&old_server.owner_url()).await,
        "Nachbarin GmbH",
    )
    .await;
    let old = &world.app;
    let path = old_dir.path().join("avv.dump");
    let file = path.to_str().unwrap();
    run(DUMP, &["--file", file, old.owner_url()]);
    let second = old_dir.path().join("embedded.dump");
    run_embedded(old_dir.path(), DUMP, &["--file", second.to_str().unwrap()]);
    let head = verify(&old.app, None).unwrap().head;
    let everything = old.everything();
    let pdf = old.text("md5(pdf) FROM agreement_documents ORDER BY 1 LIMIT 1");

    // What happens after the dump is lost with the machine; the head that was logged reveals it.
    old.clock.advance(minutes(5));
    let number = old.add_customer(4713, "Danach GmbH", Some("info@danach.example"));
    old.book(number, "centraflex", false);
    let lost = verify(&old.app, None).unwrap().head;

    // Into an empty embedded database, and in the other way into a separate Postgres.
    run_embedded(
        other_dir.path(),
        RESTORE,
        &["--dbname", "avv", second.to_str().unwrap()],
    );
    let new_server = EmbeddedPostgres::start_for(new_dir.path(), Purpose::Tests).unwrap();
    run(RESTORE, &["--dbname", &new_server.owner_url(), file]);
    let new = old.set_up_again(&new_server.owner_url());
    let other_server = EmbeddedPostgres::start_for(other_dir.path(), Purpose::Tests).unwrap();
    let other = old.set_up_again(&other_server.owner_url());
    assert_eq!(verify(&other.app, Some(head.into())).unwrap().head, head);
    let again = new.everything();
    assert_eq!(other.everything(), again);
    drop(other);
    other_server.stop();
    let gone: Vec<String> = everything
        .iter()
        .filter(|row| !again.contains(row))
        .cloned()
        .collect();
    assert_eq!(gone, [""; 0], "every row is there again");
    assert_eq!(verify(&new.app, Some(head.into())).unwrap().head, head);
    match verify(&new.app, Some(lost.into())) {
        Err(VerifyError::Broken(fault)) => {
            assert_eq!(fault.position, lost.position, "{fault}");
        }
        other => panic!("the end is missing: {other:?}"),
    }
    assert!(
        !new.app.db.can_switch_triggers_off().unwrap(),
        "the rights were given anew"
    );
    assert!(
        new.sql("UPDATE agreements SET number = 'x'").is_err(),
        "triggers came along"
    );

    // Sign in, list, read.
    for person in [Person::Operator, Person::Partner, Person::Customer] {
        new.sign_in(person).await;
    }
    let partner = new.sign_in(Person::Partner).await;
    partner
        .get("/kunden")
        .await
        .assert_status(200)
        .assert_says("Nachbarin GmbH");
    let customer = new.sign_in(Person::Customer).await;
    let href = customer
        .get("/administration/avv")
        .await
        .attribute("main a[href$='.pdf']", "href")
        .unwrap();
    customer.get(&href).await.assert_status(200);
    assert_eq!(
        new.text("md5(pdf) FROM agreement_documents ORDER BY 1 LIMIT 1"),
        pdf
    );

    // A link that was mailed before concludes, and the scheduler continues where it was.
    let link = world.open.replace(&old.url, &new.url);
    let visitor = new.visitor();
    let done = visitor
        .get(&link)
        .await
        .submit(
            &visitor,
            "main form[action^='/zustimmung/']",
            &[
                ("name", "Nora Nachbar"),
                ("funktion", "Inhaberin"),
                ("vertretung", "on"),
                ("gelesen", "on"),
            ],
        )
        .await;
    done.assert_redirect("/erfolg");
    new.jobs();
    assert_eq!(new.status(NEIGHBOUR), new.status(CUSTOMER));
    assert!(
        !new.mails_to(NEIGHBOUR_MAIL).is_empty(),
        "the contract was mailed"
    );
    new.clock.advance(days(1));
    new.jobs();
    let after = verify(&new.app, Some(head.into())).unwrap();
    assert!(after.head.position > head.position);
    drop(new);
    drop(world);
    old_server.stop();
    new_server.stop();
}
