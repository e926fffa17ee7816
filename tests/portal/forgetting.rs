//! Data that belong to no customer are deleted, too (A9).

use std::fs;

use avv_portal::actions::audit::verify;
use avv_portal::actions::retention::erase_user_by_command;
use avv_portal::actions::users;
use avv_portal::domain::EmailAddress;
use avv_portal::domain::viewer::Role;
use avv_portal::jobs;
use avv_portal::mail::inbox::Inbox;

use crate::harness::{Person, TestApp, days};
use crate::seeded::{World, user_id};

const NOBODYS: &str = "audit_events WHERE customer_number IS NULL AND kind <> 'erased'";

fn forget(app: &TestApp) {
    let done = jobs::retain_once(&app.app, app.now()).unwrap();
    assert_eq!(done.failed, 0);
}

#[actix_web::test]
async fn a9_events_of_no_customer_are_erased_by_a_tombstone_in_time() {
    let World { app, .. } = World::build().await;
    for person in Person::ALL {
        app.sign_in(person).await;
    }
    let left = || app.count(&format!("{NOBODYS} AND erased_by IS NULL"));
    let signed_in = app.count("audit_events WHERE kind = 'signed_in'");
    assert!(signed_in >= 7);
    let all = left();
    // Written in November 2026: kept to the end of 2029, Berlin.
    app.clock.set("2029-12-31T22:59:59Z".parse().unwrap());
    forget(&app);
    assert_eq!(left(), all, "not one moment early");
    app.clock.set("2029-12-31T23:00:01Z".parse().unwrap());
    forget(&app);
    assert_eq!(left(), 0);
    let named = app.count(&format!(
        "{NOBODYS} AND (actor IS NOT NULL OR details IS NOT NULL OR salt IS NOT NULL)"
    ));
    assert_eq!(named, 0);
    let intact = verify(&app.app, None).unwrap();
    assert!(intact.erased >= 7 && intact.tombstones > 0);
    // The page of the log still works.
    let operator = app.sign_in(Person::Operator).await;
    operator.get("/betrieb/protokoll").await.assert_status(200);
}

#[actix_web::test]
async fn a9_locked_users_lose_their_name_after_a_year_or_on_request() {
    let app = TestApp::start().await;
    let operator = app.viewer(Person::Operator);
    let lock = |person: Person| {
        let (user, now) = (user_id(&app, person.email()), app.now());
        app.write(|conn| users::disable(conn, &operator, user, now).map(|_| ()));
        user.0
    };
    let gone = |user: i64| {
        let row = app.text(&format!(
            "name || ' ' || email FROM users WHERE id = {user}"
        ));
        row == format!("Gelöschter Benutzer erased-{user}@erased.invalid")
    };
    let partner = lock(Person::Partner);
    let customer = lock(Person::Customer);
    app.clock.advance(days(364));
    forget(&app);
    assert!(!gone(partner));
    app.clock.advance(days(3));
    forget(&app);
    assert!(gone(partner) && gone(customer));
    assert_eq!(
        app.count("users WHERE disabled_at IS NULL AND email LIKE '%erased%'"),
        0,
        "nobody else"
    );
    assert_eq!(app.count("audit_events WHERE kind = 'user_erased'"), 2);
    assert_eq!(
        app.count("audit_events WHERE kind = 'user_erased' AND details::text LIKE '%@%'"),
        0
    );
    // A second time nothing is left to do.
    forget(&app);
    assert_eq!(app.count("audit_events WHERE kind = 'user_erased'"), 2);
    // The address is free again.
    assert_eq!(
        app.count("users WHERE email = 'j.weiss@muster-it.example'"),
        0
    );

    // On request at once, but only if the user is locked.
    let erase = |email: &str| {
        let (email, now) = (EmailAddress::parse(email).unwrap(), app.now());
        app.write(|conn| erase_user_by_command(conn, &email, now))
    };
    let person = Person::ForeignPartner;
    assert_eq!(erase(person.email()), Some(false));
    assert_eq!(erase("niemand@nirgends.example"), None);
    let foreign = lock(person);
    assert_eq!(erase(person.email()), Some(true));
    assert!(gone(foreign));
    assert!(verify(&app.app, None).is_ok());
    assert!(matches!(operator.role, Role::ADMINISTRATOR));
}

#[test]
fn a9_mails_nobody_understood_are_kept_for_ninety_days() {
    let dir = tempfile::tempdir().unwrap();
    let inbox = Inbox::of(dir.path());
    inbox.prepare().unwrap();
    let taken = "2026-11-23T09:00:00Z".parse().unwrap();
    for (name, understood) in [("one", true), ("two", false)] {
        fs::write(dir.path().join("inbox").join(name), name).unwrap();
        let held = inbox.take(taken).unwrap().unwrap();
        inbox.put_away(&held, understood).unwrap();
    }
    let left = |folder: &str| {
        fs::read_dir(dir.path().join("inbox").join(folder))
            .unwrap()
            .count()
    };
    for (age, done, unclear) in [(29, 1, 1), (31, 0, 1), (89, 0, 1), (91, 0, 0)] {
        // The job deletes what is older than thirty days.
        inbox.forget(taken + days(age) - days(30)).unwrap();
        assert_eq!((left("done"), left("unclear")), (done, unclear), "{age}");
    }
}
