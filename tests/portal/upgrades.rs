//! Upgrades: a backup that an earlier state of the portal made is brought to this one, and everything in
//! it can still be read (docs/operating.md, *Upgrades*). `tests/releases` has these backups.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use avv_portal::actions::documents::sha256;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

use crate::harness::bare::said;
use crate::harness::{Browser, Cluster, SmtpStub};
use crate::stress::program::Program;

const RELEASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/releases");
const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
/// The backup, its newest migration, and the head of its audit log.
const FIXTURES: &[(&str, &str, &str)] = &[(
    "2026-12-05.dump.gz",
    "2026-12-05-000400_api",
    "462:d1545bff5fe8b5d7aae234bf72b5be1f49b8e73179cf203155c4777b03ba3009",
)];
/// A customer of the demo data whose agreement is in force and whose document was left in, and the
/// operator's login.
const CUSTOMER: &str = "18450";
const OPERATOR: (&str, &str) = ("betrieb@plusnet.example", "Tannenzapfen-im-Oktober");

/// How many migrations there are after this one.
fn migrations_after(newest: &str) -> usize {
    let names = fs::read_dir(MIGRATIONS).unwrap().flatten();
    let names: Vec<String> = names
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert!(names.iter().any(|name| name == newest), "{newest} is gone");
    names.iter().filter(|name| name.as_str() > newest).count()
}

/// A portal on a database of its own.
struct Upgrade {
    cluster: Cluster,
    program: Program,
}

impl Upgrade {
    fn new() -> Self {
        let cluster = Cluster::start();
        let program = Program::new(Some(cluster.url("avv_program")), &SmtpStub::start());
        Self { cluster, program }
    }

    fn run(&self, words: &[&str]) -> Output {
        let mut command: Command = self.program.command(self.program.port, words);
        command
            .env("DATABASE_OWNER_URL", self.cluster.url("avv"))
            .output()
            .unwrap()
    }

    #[track_caller]
    fn done(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", said(&output));
        said(&output)
    }

    fn sql(&self, statement: &str) {
        let mut conn = PgConnection::establish(&self.cluster.url("avv")).unwrap();
        conn.batch_execute(statement).unwrap();
    }
}

#[actix_web::test]
async fn s94_what_an_earlier_state_wrote_is_read_after_the_upgrade() {
    for (file, newest, head) in FIXTURES {
        let upgrade = Upgrade::new();
        let unpacked = Command::new("gzip")
            .args(["--decompress", "--stdout"])
            .arg(Path::new(RELEASES).join(file))
            .output()
            .unwrap();
        let dump = upgrade.program.dir.path().join("avv.dump");
        fs::write(&dump, unpacked.stdout).unwrap();
        let told = upgrade.done(&["restore", dump.to_str().unwrap()]);
        let missing = migrations_after(newest);
        let brought = format!("{missing} migration(s) brought it");
        assert_eq!(told.contains(&brought), missing > 0, "{told}");

        // The log is as it was written, each line of the list says what the facts say.
        upgrade.done(&["audit", "verify", "--expect", head]);
        let cases = upgrade.done(&["check", "--cases"]);
        assert!(
            cases.contains("customers: 60, lines that differ: 0"),
            "{cases}"
        );

        // People find their customers, their agreement, and the very document that was concluded.
        let portal = upgrade.program.serve();
        let browser = Browser::new(&upgrade.program.base());
        let login = [("email", OPERATOR.0), ("passwort", OPERATOR.1)];
        let form = browser.get("/anmelden").await;
        form.submit(&browser, "main form", &login)
            .await
            .assert_status(303);
        let list = browser.get("/kunden").await;
        list.assert_status(200);
        assert!(list.all("tbody tr").len() > 10, "{}", list.words());
        let status = browser.get(&format!("/kunden/{CUSTOMER}/avv")).await;
        status.assert_status(200).assert_says("Abgeschlossen");
        let contract = browser
            .get(&format!("/administration/avv?kunde={CUSTOMER}"))
            .await;
        let link = contract.attribute("main a[href$='.pdf']", "href");
        let document = browser.get(&link.unwrap()).await;
        document.assert_status(200);
        assert!(document.bytes.starts_with(b"%PDF-"));
        upgrade.sql(&format!(
            "DO $$ BEGIN ASSERT (SELECT count(*) FROM agreement_documents WHERE pdf_hash = '{}') = 1; END $$",
            sha256(&document.bytes)
        ));
        portal.stop();
        upgrade.done(&["audit", "verify", "--expect", head]);
    }
}

/// A program that is older than its database does not start on it, nor does any command of it write.
#[test]
fn s85_an_older_program_does_not_start_on_a_newer_database() {
    let upgrade = Upgrade::new();
    upgrade.done(&["migrate"]);
    upgrade.sql("INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231235959')");
    for words in [
        &["serve"][..],
        &["migrate"],
        &["jobs", "run-once"],
        &["admin", "create", "--email", "eva@betreiber.example"],
        &["check", "--cases", "--mend"],
    ] {
        let refused = upgrade.run(words);
        assert_eq!(
            refused.status.code(),
            Some(1),
            "{words:?}: {}",
            said(&refused)
        );
        assert!(
            said(&refused).contains("a newer program has changed it"),
            "{}",
            said(&refused)
        );
    }
}
