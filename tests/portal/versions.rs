//! Versions of the contract text: which one is offered, and what follows when another one comes
//! into force (C-01, C-02, row 13).

use avv_portal::contract::{shipped, source_hash};
use avv_portal::domain::version::Files;
use avv_portal::storage::contract_versions::insert_published;
use chrono::NaiveDate;

use crate::harness::{CUSTOMER, FOREIGN_CUSTOMER, TestApp, days};

const MAIL: &str = "info@oezdemir.example";

/// The shipped text with another number and an additional sentence.
pub fn other_version(number: &str) -> Files {
    let mut files = shipped();
    let toml = files.get_mut("contract.toml").unwrap();
    *toml = toml.replace("number = \"1.0\"", &format!("number = \"{number}\""));
    for language in ["de", "en"] {
        let main = files.get_mut(&format!("{language}/vertrag.dj")).unwrap();
        main.push_str(&format!("\n# Zusatz\n\nNeuer Satz der Fassung {number}.\n"));
    }
    files
}

/// Publishes a version without the pages.
pub fn put_in_force(app: &TestApp, number: &str, valid_from: NaiveDate) {
    let (files, now) = (other_version(number), app.now());
    app.write(|conn| {
        let hash = source_hash(&files);
        assert!(insert_published(
            conn, number, &files, valid_from, &hash, now
        )?);
        Ok(())
    });
}

fn december(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, day).unwrap()
}

/// Row 13 for the mail, the link, the page that was open, and the job.
#[actix_web::test]
async fn a_new_version_asks_anew_and_no_old_page_concludes() {
    let app = TestApp::start().await;
    app.book(FOREIGN_CUSTOMER, "centraflex", false);
    app.deliver();
    app.conclude("info@fremd-kunde.example").await;
    let old_text = app.rows("agreement_documents");

    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    let old_link = app.consent_link(MAIL);
    put_in_force(&app, "2.0", december(2));

    // Announced, but not in force: nothing changes.
    app.at("2026-12-01 23:50");
    app.jobs();
    assert_eq!(app.case(CUSTOMER).current_version, "1.0");
    let visitor = app.visitor();
    let page = visitor.get(&old_link).await;
    page.assert_status(200).assert_silent_about("Neuer Satz");

    // At midnight it is in force. No job has run, but the open page concludes nothing (S-06) …
    app.at("2026-12-02 00:01");
    let fields = [
        ("name", "Ayşe Özdemir-Grünewald"),
        ("funktion", "Geschäftsführerin"),
        ("vertretung", "ja"),
        ("gelesen", "ja"),
    ];
    let refused = page
        .submit(&visitor, "main form[action^='/zustimmung/']", &fields)
        .await;
    assert!(
        refused.text().contains("Neuer Satz der Fassung 2.0"),
        "{}",
        refused.words()
    );
    assert!(app.case(CUSTOMER).agreements.is_empty());
    // … and no mail is sent at night.
    assert_eq!(app.jobs().stepped, 0);

    app.at("2026-12-02 08:00");
    assert_eq!(app.jobs().stepped, 1, "row 13");
    assert_eq!(app.jobs().stepped, 0, "once");
    let mail = app.last_mail_to(MAIL);
    assert!(
        mail.written
            .text
            .contains("durch eine neue Fassung ersetzt"),
        "{}",
        mail.written.text
    );
    assert_eq!(app.mails_to(MAIL).len(), 2);
    let new_link = app.consent_link(MAIL);
    assert_ne!(new_link, old_link);
    let replaced = visitor.get(&old_link).await;
    replaced.assert_says("neuere E-Mail");
    let again = page
        .submit(&visitor, "main form[action^='/zustimmung/']", &fields)
        .await;
    assert!(
        app.case(CUSTOMER).agreements.is_empty(),
        "{}",
        again.words()
    );

    // A reminder that would be due at the same time is not sent in addition.
    app.conclude(MAIL).await;
    let case = app.case(CUSTOMER);
    assert_eq!(case.agreements[0].offer.version, "2.0");
    // Concluded agreements stay as they are (5.6-7).
    assert!(
        old_text
            .iter()
            .all(|row| app.rows("agreement_documents").contains(row))
    );
    assert_eq!(
        app.case(FOREIGN_CUSTOMER).agreements[0].offer.version,
        "1.0"
    );
}

/// Row 13 on the morning of a reminder: one mail, with the text in force.
#[actix_web::test]
async fn nobody_is_reminded_of_a_text_that_is_not_in_force() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    put_in_force(&app, "2.0", december(8));
    app.at("2026-12-08 08:00");
    assert_eq!(app.jobs().stepped, 1);
    assert_eq!(app.mails_to(MAIL).len(), 2);
    let case = app.case(CUSTOMER);
    let round = case.open_request().unwrap();
    assert_eq!((round.reminders, round.offer.version.as_str()), (0, "2.0"));
    let history = app.count("audit_events WHERE kind = 'asked' AND details::text LIKE '%version%'");
    assert_eq!(history, 1, "the history says why");
}

/// Row 8 has priority over row 13: nothing is sent automatically to an address that refuses mail.
#[actix_web::test]
async fn an_address_that_refuses_mail_is_left_alone() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    let link = app.consent_link(MAIL);
    app.sql("UPDATE requests SET undeliverable_at = '2026-11-24T09:00:00Z'")
        .unwrap();
    put_in_force(&app, "2.0", december(2));
    app.at("2026-12-02 09:00");
    assert_eq!(app.jobs().stepped, 0);
    let page = app.visitor().get(&link).await;
    page.assert_says("Neuer Satz der Fassung 2.0");
    assert_eq!(app.mails_to(MAIL).len(), 1);
}

/// LC-55 in the database itself: a published version can neither be changed nor deleted.
#[actix_web::test]
async fn a_published_version_cannot_be_changed() {
    let app = TestApp::start().await;
    put_in_force(&app, "2.0", december(2));
    for statement in [
        "UPDATE contract_versions SET files = '{}'",
        "UPDATE contract_versions SET valid_from = '2026-12-03' WHERE number = '2.0'",
        "UPDATE contract_versions SET published_at = NULL, valid_from = NULL, source_hash = NULL",
        "DELETE FROM contract_versions WHERE number = '2.0'",
        "TRUNCATE contract_versions CASCADE",
    ] {
        let refused = app.sql(statement).expect_err(statement);
        assert!(refused.contains("append-only"), "{statement}: {refused}");
    }
    // Starting again changes nothing.
    let now = app.now() + days(400);
    let again = app.write(|conn| avv_portal::actions::versions::publish_shipped(conn, now));
    assert!(!again);
    assert_eq!(app.count("contract_versions"), 2);
}
