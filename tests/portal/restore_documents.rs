//! Agreements that were concluded between the last dump and the loss of the machine are restored
//! from the documents that were mailed, and nothing else is (F5).

use std::path::{Path, PathBuf};

use avv_portal::actions::audit::verify;
use avv_portal::actions::customers;
use avv_portal::actions::objections::{self, Received};
use avv_portal::cli::restore::documents;
use avv_portal::domain::CustomerNumber;
use avv_portal::domain::case::Channel;
use avv_portal::storage::embedded::{EmbeddedPostgres, Purpose};

use crate::evidence::{Bundle, Recipe};
use crate::harness::{Person, TestApp, days, hours, minutes};
use crate::restore::{DUMP, RESTORE, data_dir, run};
use crate::seeded::{NEIGHBOUR, NEIGHBOUR_MAIL, World};

/// In the dump without booking; concludes by a link that is not in the dump.
const LATE: CustomerNumber = CustomerNumber::of_figures(4713);
const LATE_MAIL: &str = "info@danach.example";
/// Added after the dump.
const UNKNOWN_MAIL: &str = "info@neu.example";
/// The data of a customer's agreement and its document, without the keys that the database
/// assigned.
const AGREEMENT: &str = "number || concluded_at || person || function || offer || link_id FROM agreements WHERE customer_number =";
const DOCUMENT: &str = "md5(pdf) || pdf_hash || document_hash || md5(contents::text) || md5(plain_text) || language || pages || remote_address || user_agent || build \
     FROM agreement_documents JOIN agreements ON id = agreement_id WHERE customer_number =";

/// Runs the command and returns its output, and whether nothing was refused.
fn restore(app: &TestApp, files: &[PathBuf], apply: bool) -> (String, bool) {
    let mut said = String::new();
    let good = documents(&app.app, files, apply, &mut |line| {
        said.push_str(line);
        said.push('\n');
    });
    (said, good.unwrap())
}

/// Writes a file and returns its path.
fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The mail with the contract as it is stored in a mailbox, and the PDF in it.
fn contract_mail(app: &TestApp, address: &str) -> (Vec<u8>, Vec<u8>) {
    let mails = app.mails_to(address);
    let with = |mail: &&avv_portal::mail::transport::Sent| !mail.written.attachments.is_empty();
    let mail = mails.iter().rev().find(with).unwrap();
    (mail.raw.clone(), mail.written.attachments[0].bytes.clone())
}

/// Many messages in one file.
fn mbox(messages: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for message in messages {
        out.extend_from_slice(b"From kunde@example.com Sun Nov 29 10:00:00 2026\n");
        out.extend_from_slice(message);
        out.extend_from_slice(b"\n\n");
    }
    out
}

fn facts(app: &TestApp, customer: CustomerNumber) -> [String; 2] {
    [AGREEMENT, DOCUMENT].map(|what| app.text(&format!("{what} '{customer}'")))
}

async fn gate(app: &TestApp, customer: CustomerNumber) -> u16 {
    let partner = app.sign_in(Person::Partner).await;
    let path = format!("/zugriff/{customer}/centraflex");
    partner.get(&path).await.status.as_u16()
}

#[actix_web::test]
async fn f5_what_was_mailed_after_the_dump_is_taken_back() {
    let (old_dir, new_dir, mailboxes) = (data_dir(), data_dir(), tempfile::tempdir().unwrap());
    let old_server = EmbeddedPostgres::start_for(old_dir.path(), Purpose::Tests).unwrap();
    let app = TestApp::start_on(&old_server.owner_url()).await;
    app.add_customer(LATE, "Danach GmbH", Some(LATE_MAIL));
    let world = World::build_in(app, "Nachbarin GmbH").await;
    let old = &world.app;
    let path = old_dir.path().join("avv.dump");
    let file = path.to_str().unwrap();
    run(DUMP, &["--file", file, old.owner_url()]);
    let head = verify(&old.app, None).unwrap().head;

    // Two more customers conclude, and one that is not in the dump at all; then the machine is
    // lost.
    old.clock.advance(minutes(90));
    old.conclude(NEIGHBOUR_MAIL).await;
    old.book(LATE, "centraflex", false);
    let unknown = old.add_customer(4714, "Neu GmbH", Some(UNKNOWN_MAIL));
    old.book(unknown, "centraflex", false);
    old.deliver();
    old.clock.advance(minutes(90));
    old.conclude(LATE_MAIL).await;
    old.conclude(UNKNOWN_MAIL).await;
    old.deliver();
    let before = [facts(old, NEIGHBOUR), facts(old, LATE)];
    let (neighbours, _) = contract_mail(old, NEIGHBOUR_MAIL);
    let (_, lates) = contract_mail(old, LATE_MAIL);
    let (unknowns, _) = contract_mail(old, UNKNOWN_MAIL);

    // The administrator's Maildir, a colleague's mailbox, and a file a customer sent.
    let folder = mailboxes.path().join("Maildir");
    put(&folder, "cur/1.eml", &neighbours);
    put(
        &folder,
        "cur/2.eml",
        b"Subject: Mittagessen\n\nUm zwoelf?\n",
    );
    put(
        &folder,
        "old.mbox",
        &mbox(&[&neighbours, b"Subject: Post\n\nHallo\n"]),
    );
    let files = [folder, put(mailboxes.path(), "von-danach.pdf", &lates)];

    let new_server = EmbeddedPostgres::start_for(new_dir.path(), Purpose::Tests).unwrap();
    run(RESTORE, &["--dbname", &new_server.owner_url(), file]);
    let new = old.set_up_again(&new_server.owner_url());
    assert_eq!(gate(&new, NEIGHBOUR).await, 403);
    let rows = new.everything();
    let (said, good) = restore(&new, &files, false);
    assert!(good, "{said}");
    for part in [
        "would be taken back: AVV-2026-4712-1-",
        "Nachbarin GmbH (4712), concluded on",
        "Angefordert → Abgeschlossen",
        "1.eml",
        "would be taken back: AVV-2026-4713-1-",
        "Nicht erforderlich → Abgeschlossen",
        "2 would be taken back, 0 already there, 0 refused.",
        "2 other file(s) and message(s)",
        "Nothing was written. The same command with --apply",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let looked = new.changes_since(&rows);
    assert!(
        looked
            .iter()
            .all(|row| row.contains("signed_in") || row.contains("logins")),
        "{looked:#?}"
    );

    let (said, good) = restore(&new, &files, true);
    assert!(good && said.contains("2 taken back, 0 already"), "{said}");
    assert_eq!([facts(&new, NEIGHBOUR), facts(&new, LATE)], before);
    assert_eq!(new.status(NEIGHBOUR), "concluded");
    assert_eq!(gate(&new, NEIGHBOUR).await, 204);
    let event = "details FROM audit_events WHERE kind = 'restored' AND customer_number = '4712'";
    let told = new.text(event);
    assert!(told.contains("avv-portal restore documents"), "{told}");
    assert_eq!(new.count("audit_events WHERE kind = 'restored'"), 2);
    let rows = new.everything();
    let (said, good) = restore(&new, &files, true);
    assert!(
        good && said.contains("0 taken back, 2 already there, 0 refused."),
        "{said}"
    );
    assert!(said.contains("already there: AVV-2026-4713-1-"), "{said}");
    assert_eq!(new.changes_since(&rows), [""; 0]);

    // The booking that was lost with the machine is restored, too; provisioning may send it again:
    // no customer is asked twice and no mail is sent.
    assert_eq!(gate(&new, LATE).await, 204);
    let told = new.text(&event.replace("4712", "4713"));
    assert!(told.contains(r#""booked": ["#), "{told}");
    new.book(LATE, "centraflex", false);
    new.jobs();
    assert_eq!(new.status(LATE), "concluded");
    assert_eq!(gate(&new, LATE).await, 204);
    for address in [NEIGHBOUR_MAIL, LATE_MAIL] {
        assert_eq!(new.subjects_to(address), [""; 0], "{address}");
    }
    // The customer added after the dump is restored once it has been added again.
    let lost = [put(mailboxes.path(), "neu.eml", &unknowns)];
    let (said, good) = restore(&new, &lost, true);
    assert!(
        !good && said.contains("customer 4714 is not in the database"),
        "{said}"
    );
    new.add_customer(4714, "Neu GmbH", Some(UNKNOWN_MAIL));
    let (said, good) = restore(&new, &lost, true);
    assert!(good && said.contains("1 taken back"), "{said}");

    // Log, bundle, /pruefen and the mailed link recognise it.
    assert!(verify(&new.app, Some(head.into())).unwrap().head.position > head.position);
    let operator = new.sign_in(Person::Operator).await;
    for customer in [NEIGHBOUR, LATE] {
        let path = format!("/administration/avv/nachweis.zip?kunde={customer}");
        let bundle = Bundle::unpack(&operator.get(&path).await.bytes);
        let recipe = Recipe::of(&bundle, new.app.sealer.fingerprint());
        assert_eq!(bundle.fault(&recipe), None);
    }
    for path in [
        "/kunden/4712/avv",
        "/kunden/4713/avv",
        "/betrieb/protokoll?kunde=4712",
    ] {
        operator
            .get(path)
            .await
            .assert_status(200)
            .assert_says("Vertrag AVV-2026-471");
    }
    let success = new
        .visitor()
        .get(&world.open.replace(&old.url, &new.url))
        .await;
    assert!(
        success.status == 200 || success.status == 303,
        "{}",
        success.status
    );
    success.assert_silent_about("nicht mehr");

    // It goes on, with other numbers.
    let first = new.text("number FROM agreements WHERE customer_number = '4712'");
    let (viewer, now) = (new.viewer(Person::Operator), new.now());
    let received = letter(&new);
    new.write(|conn| objections::record(conn, &new.app, &viewer, NEIGHBOUR, &received, now));
    new.clock.advance(hours(1));
    new.ask(Person::Operator, NEIGHBOUR).unwrap();
    new.deliver();
    new.conclude(NEIGHBOUR_MAIL).await;
    let second = new.text(
        "number FROM agreements WHERE customer_number = '4712' ORDER BY position DESC LIMIT 1",
    );
    assert!(second.starts_with("AVV-2026-4712-2-"), "{second}");
    assert_ne!(first, second);
    new.clock.advance(days(1));
    new.jobs();
    verify(&new.app, Some(head.into())).unwrap();
    drop(new);
    drop(world);
    old_server.stop();
    new_server.stop();
}

fn letter(app: &TestApp) -> Received {
    Received {
        channel: Channel::Letter,
        on: app.now().date_naive(),
        note: "Brief".to_owned(),
        proof: None,
    }
}

#[actix_web::test]
async fn f5_nothing_foreign_damaged_or_contradicted_is_taken_back() {
    let (old_dir, new_dir, folder) = (data_dir(), data_dir(), tempfile::tempdir().unwrap());
    let old_server = EmbeddedPostgres::start_for(old_dir.path(), Purpose::Tests).unwrap();
    let app = TestApp::start_on(&old_server.owner_url()).await;
    app.add_customer(LATE, "Danach GmbH", Some(LATE_MAIL));
    let world = World::build_in(app, "Nachbarin GmbH").await;
    let old = &world.app;
    let path = old_dir.path().join("avv.dump");
    let file = path.to_str().unwrap();
    run(DUMP, &["--file", file, old.owner_url()]);
    old.clock.advance(minutes(90));
    old.conclude(NEIGHBOUR_MAIL).await;
    old.book(LATE, "centraflex", false);
    old.deliver();
    old.conclude(LATE_MAIL).await;
    old.deliver();
    let (mail, pdf) = contract_mail(old, NEIGHBOUR_MAIL);
    let (_, of_late) = contract_mail(old, LATE_MAIL);

    // Another portal, with the same program and another seal.
    let other = World::build().await;
    let (_, foreign) = contract_mail(&other.app, crate::seeded::MAIL);
    let mut damaged = pdf.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    let longer = [&pdf[..], b"\n% mehr\n"].concat();
    let put = |name: &str, bytes: &[u8]| put(folder.path(), name, bytes);
    let bad = [
        (
            put("foreign.pdf", &foreign),
            "certificate this portal does not know",
        ),
        (put("damaged.pdf", &damaged), "its seal is broken"),
        (put("longer.pdf", &longer), "something was added to it"),
        (
            put("letter.pdf", b"%PDF-1.7\nBrief\n%%EOF\n"),
            "it bears no seal",
        ),
        (
            put("note.txt", b"nichts\n"),
            "neither a PDF nor a message with one",
        ),
        (folder.path().join("missing.pdf"), "it cannot be read"),
        (put("declined.eml", &mail), "declined or objected since"),
        (put("deleted.pdf", &of_late), "the customer was deleted"),
    ];

    let new_server = EmbeddedPostgres::start_for(new_dir.path(), Purpose::Tests).unwrap();
    run(RESTORE, &["--dbname", &new_server.owner_url(), file]);
    let new = old.set_up_again(&new_server.owner_url());
    let (viewer, now) = (new.viewer(Person::Operator), new.now() + minutes(5));
    let received = letter(&new);
    new.write(|conn| objections::record(conn, &new.app, &viewer, NEIGHBOUR, &received, now));
    new.write(|conn| customers::delete(conn, &new.app, &viewer, LATE, "gekündigt", now));
    new.clock.advance(minutes(10));
    let rows = new.everything();
    for (path, why) in bad {
        let (said, good) = restore(&new, std::slice::from_ref(&path), true);
        assert!(!good && said.contains(why), "{}: {said}", path.display());
        assert!(said.contains(&path.display().to_string()), "{said}");
        assert!(
            said.contains("0 taken back, 0 already there, 1 refused."),
            "{said}"
        );
    }
    assert_eq!(new.changes_since(&rows), [""; 0]);
    drop(new);
    drop(world);
    old_server.stop();
    new_server.stop();
}
