//! Partners and customers manage their own people, and whoever concludes gets a login with one click.

use avv_portal::actions::blocking;
use avv_portal::domain::viewer::Role;
use avv_portal::domain::{CustomerNumber, EmailAddress};
use avv_portal::storage::users::{NewUser, find_viewer};

use crate::harness::chromium::{Chromium, Scripts};
use crate::harness::{
    Browser, CUSTOMER, FOREIGN_CUSTOMER, PASSWORD, Page, Person, TestApp, days, hours, minutes,
};
use crate::seeded::{csrf, user_id};
use crate::walk::sign_in;

const NEW: &str = "neu@muster-it.example";
const MAIL: &str = "info@oezdemir.example";

/// Sends the form for inviting somebody.
async fn invite(browser: &Browser, name: &str, email: &str, ticked: &[&str]) -> Page {
    let page = browser.get("/benutzer/neu").await;
    page.assert_status(200);
    let mut fields = vec![("name", name), ("email", email)];
    fields.extend(ticked.iter().map(|right| (*right, "ja")));
    page.submit(browser, "main form", &fields).await
}

/// Sends the form of a person with this name and these permissions alone.
async fn save(browser: &Browser, user: i64, name: &str, ticked: &[&str]) -> Page {
    let path = format!("/benutzer/{user}");
    let page = browser.get(&path).await;
    page.assert_status(200);
    let (action, mut fields) = page.form(&format!("main form[action='{path}']"));
    fields.retain(|(field, _)| {
        !["name", "vertraege", "benutzerverwaltung"].contains(&field.as_str())
    });
    let mut all: Vec<(&str, &str)> = fields
        .iter()
        .map(|(field, value)| (field.as_str(), value.as_str()))
        .collect();
    all.push(("name", name));
    all.extend(ticked.iter().map(|right| (*right, "ja")));
    browser.post(&action, &all).await
}

/// Takes a step about a person, after its page.
async fn step(browser: &Browser, user: i64, step: &str) -> Page {
    let page = browser.get(&format!("/benutzer/{user}/{step}")).await;
    page.assert_status(200);
    page.submit(browser, "main form", &[]).await
}

/// Key of a user, locked or not.
fn key(app: &TestApp, email: &str) -> i64 {
    app.text(&format!("id FROM users WHERE email = '{email}'"))
        .parse()
        .unwrap()
}

/// Name, permissions, whether there is a password and whether the person is locked.
fn stored(app: &TestApp, email: &str) -> String {
    app.text(&format!(
        "concat_ws(' ', name, contracts, manages_users, password_hash IS NOT NULL, disabled_at IS NOT NULL) \
         FROM users WHERE email = '{email}'"
    ))
}

fn add(app: &TestApp, name: &str, email: &str, role: Role, manages_users: bool) -> i64 {
    let new = NewUser {
        email: EmailAddress::parse(email).unwrap(),
        name: name.to_owned(),
        role,
        manages_users,
        password_hash: Some("keins".to_owned()),
    };
    let now = app.now();
    app.write(|conn| {
        let by = avv_portal::actions::Actor::Command;
        avv_portal::actions::users::add(conn, &app.app, by, &new, now)
    })
    .0
}

fn customer_role(contracts: bool) -> Role {
    Role::Customer {
        number: CUSTOMER,
        contracts,
    }
}

/// The link in the newest mail to an address with which a password is set.
fn password_link(app: &TestApp, email: &str) -> String {
    let text = app.last_mail_to(email).written.text;
    let start = text
        .find(&format!("{}/passwort/", app.url))
        .expect("a link");
    text[start..]
        .chars()
        .take_while(|c| !c.is_whitespace())
        .collect()
}

/// The form with which the link of the newest mail sets a password.
async fn set_password(app: &TestApp, email: &str) {
    app.deliver();
    let link = password_link(app, email);
    let visitor = app.visitor();
    let page = visitor.get(&link).await;
    page.submit(
        &visitor,
        "main form",
        &[("passwort", PASSWORD), ("wiederholung", PASSWORD)],
    )
    .await
    .assert_status(303);
}

#[actix_web::test]
async fn s33_a_partner_invites_changes_locks_unlocks_and_erases() {
    let app = TestApp::start().await;
    let manager = app.sign_in(Person::Partner).await;
    assert!(
        manager
            .get("/kunden")
            .await
            .all("header nav a")
            .contains(&"Benutzer".to_owned())
    );
    manager
        .get("/benutzer")
        .await
        .assert_says("Außer Ihnen kann sich")
        .assert_says("hilft Ihnen Plusnet");

    let answer = invite(&manager, "Jörg  Müßig ", NEW, &[]).await;
    answer.assert_redirect("/benutzer");
    manager
        .follow(&answer)
        .await
        .assert_says("An neu@muster-it.example geht eine Einladung")
        .assert_says("Jörg Müßig")
        .assert_says("Eingeladen");
    assert_eq!(stored(&app, NEW), "Jörg Müßig f f f f");
    app.deliver();
    let mail = app.last_mail_to(NEW);
    assert!(
        mail.written
            .text
            .contains("Partner (Muster IT GmbH) hat Sie"),
        "{}",
        mail.written.text
    );
    let first = password_link(&app, NEW);

    // Sent again, the first link is void.
    let user = key(&app, NEW);
    app.clock.advance(minutes(5));
    let page = manager.get(&format!("/benutzer/{user}")).await;
    let again = page
        .submit(
            &manager,
            &format!("form[action='/benutzer/{user}/einladung']"),
            &[],
        )
        .await;
    manager
        .follow(&again)
        .await
        .assert_says("noch einmal an neu@");
    app.deliver();
    assert_ne!(password_link(&app, NEW), first);
    app.visitor()
        .get(&first)
        .await
        .assert_says("Dieser Link ist abgelaufen");
    set_password(&app, NEW).await;
    assert_eq!(stored(&app, NEW), "Jörg Müßig f f t f");

    // Another name alone needs no password; permissions do.
    let page = manager.get(&format!("/benutzer/{user}")).await;
    let form = format!("main form[action='/benutzer/{user}']");
    page.submit(&manager, &form, &[("name", "Jörg Neu"), ("passwort", "")])
        .await
        .assert_redirect("/benutzer");
    let page = manager.get(&format!("/benutzer/{user}")).await;
    page.submit(
        &manager,
        &form,
        &[("benutzerverwaltung", "ja"), ("passwort", "falsch")],
    )
    .await
    .assert_status(422)
    .assert_says("Das Passwort stimmt nicht");
    assert_eq!(stored(&app, NEW), "Jörg Neu f f t f");
    save(&manager, user, "Jörg Neu", &["benutzerverwaltung"])
        .await
        .assert_redirect("/benutzer");
    assert_eq!(stored(&app, NEW), "Jörg Neu f t t f");

    // The new manager is let in at once, and is out at once when locked.
    let visitor = app.visitor();
    let page = visitor.get("/anmelden").await;
    page.submit(
        &visitor,
        "main form",
        &[("email", NEW), ("passwort", PASSWORD)],
    )
    .await
    .assert_status(303);
    visitor.get("/benutzer").await.assert_status(200);
    let locked = step(&manager, user, "sperren").await;
    manager
        .follow(&locked)
        .await
        .assert_says("Jörg Neu ist gesperrt und überall abgemeldet")
        .assert_says("Gesperrt");
    visitor.get("/benutzer").await.assert_redirect("/anmelden");

    // Unlocking mails an invitation; the old password is gone, the permissions are back.
    let answer = step(&manager, user, "entsperren").await;
    manager
        .follow(&answer)
        .await
        .assert_says("Jörg Neu erhält eine Einladung");
    assert_eq!(stored(&app, NEW), "Jörg Neu f t f f");
    set_password(&app, NEW).await;

    // Only locked people are erased, and their address is free afterwards.
    let page = manager.get(&format!("/benutzer/{user}/loeschen")).await;
    manager
        .follow(&page)
        .await
        .assert_says("Dieser Benutzer ist nicht gesperrt");
    step(&manager, user, "sperren").await;
    let gone = step(&manager, user, "loeschen").await;
    let page = manager.follow(&gone).await;
    page.assert_says("Die Daten sind gelöscht")
        .assert_silent_about("Jörg Neu");
    let second = manager
        .post(
            &format!("/benutzer/{user}/loeschen"),
            &[("csrf", &csrf(&manager).await), ("passwort", PASSWORD)],
        )
        .await;
    manager
        .follow(&second)
        .await
        .assert_says("Die Daten dieses Benutzers sind gelöscht");
    invite(&manager, "Nachfolge", NEW, &[])
        .await
        .assert_redirect("/benutzer");

    // One action, one event, and the operator reads them all.
    let kinds = app.text(
        "string_agg(kind, ' ' ORDER BY position) FROM audit_events WHERE actor->>'company' = 'Muster IT GmbH' \
         AND kind NOT IN ('signed_in', 'password_set')",
    );
    assert_eq!(
        kinds,
        "user_added invitation_sent user_changed user_changed user_disabled user_enabled user_disabled \
         user_erased user_added"
    );
    let log = app
        .sign_in(Person::Operator)
        .await
        .get("/betrieb/protokoll")
        .await;
    log.assert_says("Benutzer Jörg Neu geändert: Name, bisher Jörg Müßig")
        .assert_says("Berechtigung „Benutzerverwaltung“ erteilt")
        .assert_says("Einladung an Jörg Müßig noch einmal gesendet")
        .assert_says("Partner, Muster IT GmbH");
}

#[actix_web::test]
async fn a_04_a_manager_without_the_contract_permission_neither_gives_nor_takes_it() {
    let app = TestApp::start().await;
    app.sql(&format!(
        "UPDATE users SET manages_users = TRUE WHERE email = '{}'",
        Person::CustomerWithout.email()
    ))
    .unwrap();
    let manager = app.sign_in(Person::CustomerWithout).await;
    let holder = key(&app, Person::Customer.email());

    // The box is not offered; who sends it all the same is refused, in the field.
    let page = manager.get("/benutzer/neu").await;
    assert!(page.attribute("input[name=vertraege]", "type").is_none());
    invite(
        &manager,
        "Eva Muster",
        "eva@oezdemir.example",
        &["vertraege"],
    )
    .await
    .assert_status(422)
    .assert_says("kann nur geben und nehmen, wer sie selbst hat");
    assert_eq!(app.count("users WHERE email = 'eva@oezdemir.example'"), 0);
    invite(
        &manager,
        "Eva Muster",
        "eva@oezdemir.example",
        &["benutzerverwaltung"],
    )
    .await
    .assert_redirect("/benutzer");
    assert_eq!(stored(&app, "eva@oezdemir.example"), "Eva Muster f t f f");
    let eva = key(&app, "eva@oezdemir.example");
    save(&manager, eva, "Eva Muster", &["vertraege"])
        .await
        .assert_status(422)
        .assert_says("„Verträge“");

    // Not ticking what is not there takes nothing away.
    save(&manager, holder, "Anne Özdemir", &["benutzerverwaltung"])
        .await
        .assert_redirect("/benutzer");
    assert_eq!(
        stored(&app, Person::Customer.email()),
        "Anne Özdemir t t t f"
    );
    // Locked is soon done, but letting in again would give the permission.
    step(&manager, holder, "sperren")
        .await
        .assert_redirect("/benutzer");
    let page = manager.get(&format!("/benutzer/{holder}")).await;
    page.assert_says("Aufheben kann die Sperre nur, wer diese Berechtigungen auch hat: Verträge.");
    for path in ["entsperren", "loeschen"] {
        let page = manager.get(&format!("/benutzer/{holder}/{path}")).await;
        manager
            .follow(&page)
            .await
            .assert_says("die Sie nicht haben");
        let page = manager
            .post(
                &format!("/benutzer/{holder}/{path}"),
                &[("csrf", &csrf(&manager).await), ("passwort", PASSWORD)],
            )
            .await;
        page.assert_redirect(&format!("/benutzer/{holder}"));
    }
    assert_eq!(
        stored(&app, Person::Customer.email()),
        "Anne Özdemir t t t t"
    );
}

#[actix_web::test]
async fn s51_nobody_reaches_beyond_the_own_company() {
    let app = TestApp::start().await;
    let manager = app.sign_in(Person::Partner).await;
    let token = csrf(&manager).await;
    let before = app.everything();
    let others = [
        Person::Partner,
        Person::SubPartner,
        Person::Customer,
        Person::ForeignPartner,
        Person::Operator,
    ];
    for person in others {
        let user = key(&app, person.email());
        for page in ["", "/sperren", "/entsperren", "/loeschen"] {
            let path = format!("/benutzer/{user}{page}");
            manager.get(&path).await.assert_status(404);
            let forged = [
                ("csrf", token.as_str()),
                ("passwort", PASSWORD),
                ("name", "Gekapert"),
                ("benutzerverwaltung", "ja"),
                ("vertraege", "ja"),
            ];
            manager.post(&path, &forged).await.assert_status(404);
        }
        let path = format!("/benutzer/{user}/einladung");
        manager
            .post(&path, &[("csrf", &token)])
            .await
            .assert_status(404);
    }
    // The list has nobody else either, however it is asked.
    for path in [
        "/benutzer".to_owned(),
        "/benutzer?suche=example".to_owned(),
        "/benutzer?suche=%25".to_owned(),
        format!("/benutzer?nach={}", key(&app, Person::Customer.email())),
    ] {
        let page = manager.get(&path).await;
        page.assert_status(200)
            .assert_silent_about(Person::SubPartner.email())
            .assert_silent_about(Person::Customer.email());
    }
    // A partner's person gets no contract permission, whatever is sent.
    invite(&manager, "Eva Muster", NEW, &["vertraege"])
        .await
        .assert_status(422);
    assert!(
        app.changes_since(&before)
            .iter()
            .all(|row| row.contains("kept_forms")),
        "{:#?}",
        app.changes_since(&before)
    );
    // Who lacks the permission has no such pages.
    for person in [
        Person::SubPartner,
        Person::CustomerWithout,
        Person::Operator,
    ] {
        let browser = app.sign_in(person).await;
        browser.get("/benutzer").await.assert_status(404);
        let menu = browser.get("/hilfe").await.attributes("nav a", "href");
        assert!(!menu.contains(&"/benutzer".to_owned()), "{person:?}");
    }
}

#[actix_web::test]
async fn b1_two_managers_do_not_undo_each_other() {
    let app = TestApp::start().await;
    let user = key(&app, Person::CustomerWithout.email());
    add(
        &app,
        "Zweite",
        "zweite@oezdemir.example",
        customer_role(true),
        true,
    );
    let manager = app.sign_in(Person::Customer).await;
    let path = format!("/benutzer/{user}");
    let page = manager.get(&path).await;
    app.sql(&format!(
        "UPDATE users SET name = 'Inzwischen Anders', contracts = TRUE WHERE id = {user}"
    ))
    .unwrap();
    let form = format!("main form[action='{path}']");
    let refused = page
        .submit(&manager, &form, &[("name", "Meine Angabe")])
        .await;
    refused
        .assert_status(422)
        .assert_says("Gespeichert ist inzwischen „Inzwischen Anders“")
        .assert_says("Gespeichert sind inzwischen diese Berechtigungen: Verträge");
    assert_eq!(
        refused.attribute("#name", "value").as_deref(),
        Some("Meine Angabe")
    );
    // Who saves once more has seen it.
    refused
        .submit(&manager, &form, &[])
        .await
        .assert_redirect("/benutzer");
    assert_eq!(
        stored(&app, Person::CustomerWithout.email()),
        "Meine Angabe f f t f"
    );
    // The permission may go while the form is open: then nothing is done.
    let page = manager.get(&path).await;
    app.sql(&format!(
        "UPDATE users SET manages_users = FALSE WHERE email = '{}'",
        Person::Customer.email()
    ))
    .unwrap();
    page.submit(&manager, &form, &[("name", "Zu spät")])
        .await
        .assert_status(404);
}

#[actix_web::test]
async fn s37_an_address_in_use_is_named_but_not_whose_and_bad_input_stays() {
    let app = TestApp::start().await;
    let manager = app.sign_in(Person::Partner).await;
    for person in [Person::ForeignCustomer, Person::Operator, Person::Partner] {
        let page = invite(
            &manager,
            "Eva Muster",
            person.email(),
            &["benutzerverwaltung"],
        )
        .await;
        page.assert_status(422)
            .assert_says("Mit dieser Adresse meldet sich schon jemand am Portal an")
            .assert_silent_about("Fremde Kundin");
        assert_eq!(
            page.attribute("#email", "aria-invalid").as_deref(),
            Some("true")
        );
        for (field, value) in [("name", "Eva Muster"), ("email", person.email())] {
            let kept = page.attribute(&format!("#{field}"), "value");
            assert_eq!(kept.as_deref(), Some(value));
        }
        assert!(
            page.attribute("input[name=benutzerverwaltung][checked]", "type")
                .is_some()
        );
    }
    let long = "Ä".repeat(121);
    for (name, email, field, text) in [
        ("", NEW, "name", "Geben Sie Vor- und Nachnamen ein"),
        (
            long.as_str(),
            NEW,
            "name",
            "Kürzen Sie den Namen auf 120 Zeichen",
        ),
        (
            "Gewinn: www.evil.example",
            NEW,
            "name",
            "Geben Sie einen Namen ohne Internet- oder E-Mail-Adresse ein",
        ),
        (
            "Eva Muster",
            "a@b, c@d",
            "email",
            "Geben Sie genau eine E-Mail-Adresse ein",
        ),
    ] {
        let page = invite(&manager, name, email, &[]).await;
        page.assert_status(422).assert_says(text);
        assert!(
            page.attribute(&format!("#{field}"), "aria-describedby")
                .is_some_and(|ids| ids.contains(&format!("{field}-fehler")))
        );
        assert_eq!(
            page.attribute("#name", "value").as_deref(),
            Some(name),
            "what was typed stays"
        );
    }
    // Without the password nothing is done.
    let page = manager.get("/benutzer/neu").await;
    page.submit(
        &manager,
        "main form",
        &[("name", "Eva"), ("email", NEW), ("passwort", "falsch")],
    )
    .await
    .assert_status(422);
    assert_eq!(app.count(&format!("users WHERE email = '{NEW}'")), 0);
    app.deliver();
    assert!(app.mails().is_empty());
}

#[actix_web::test]
async fn s26_invitations_are_limited_and_a_double_click_sends_one() {
    let app = TestApp::start().await;
    let manager = app.sign_in(Person::Partner).await;
    let page = manager.get("/benutzer/neu").await;
    let fields = [("name", "Eva Muster"), ("email", NEW)];
    let (one, two) = futures_util::future::join(
        page.submit(&manager, "main form", &fields),
        page.submit(&manager, "main form", &fields),
    )
    .await;
    one.assert_redirect("/benutzer");
    two.assert_redirect("/benutzer");
    app.deliver();
    assert_eq!(app.mails_to(NEW).len(), 1);
    assert_eq!(
        app.count(
            "audit_events WHERE kind = 'user_added' AND actor->>'company' = 'Muster IT GmbH'"
        ),
        1
    );

    for number in 2..=20 {
        let email = format!("nummer{number}@irgendwo.example");
        invite(&manager, "Jemand Fremdes", &email, &[])
            .await
            .assert_redirect("/benutzer");
    }
    let refused = invite(&manager, "Eine zu viel", "zuviel@irgendwo.example", &[]).await;
    refused
        .assert_status(422)
        .assert_says("In der letzten Stunde wurden sehr viele Einladungen gesendet");
    assert_eq!(
        refused.attribute("#email", "value").as_deref(),
        Some("zuviel@irgendwo.example")
    );
    // Sending again and unlocking are mails as well.
    let user = key(&app, NEW);
    let page = manager.get(&format!("/benutzer/{user}")).await;
    let again = page
        .submit(
            &manager,
            &format!("form[action='/benutzer/{user}/einladung']"),
            &[],
        )
        .await;
    manager
        .follow(&again)
        .await
        .assert_says("sehr viele Einladungen gesendet");
    step(&manager, user, "sperren")
        .await
        .assert_redirect("/benutzer");
    step(&manager, user, "entsperren")
        .await
        .assert_status(422)
        .assert_says("sehr viele Einladungen gesendet");
    assert_eq!(stored(&app, NEW), "Eva Muster f f f t", "nothing half done");
    // Another company may, and this one after an hour; of the same person not without end.
    let customer = app.sign_in(Person::Customer).await;
    invite(&customer, "Eva", "eva@oezdemir.example", &[])
        .await
        .assert_redirect("/benutzer");
    app.clock.advance(hours(1) + minutes(1));
    let manager = app.sign_in(Person::Partner).await;
    step(&manager, user, "entsperren")
        .await
        .assert_redirect("/benutzer");
    let mut answers = Vec::new();
    for _ in 0..4 {
        let page = manager.get(&format!("/benutzer/{user}")).await;
        let again = page
            .submit(
                &manager,
                &format!("form[action='/benutzer/{user}/einladung']"),
                &[],
            )
            .await;
        answers.push(
            manager
                .follow(&again)
                .await
                .words()
                .contains("noch einmal an"),
        );
    }
    assert_eq!(answers, [true, true, true, false]);
}

#[actix_web::test]
async fn row_49_a_blocked_partner_manages_nobody() {
    let app = TestApp::start().await;
    let (companies, now) = (app.companies(), app.now());
    let operator = app.viewer(Person::Operator);
    app.sql(&format!(
        "UPDATE users SET manages_users = TRUE WHERE email = '{}'",
        Person::SubPartner.email()
    ))
    .unwrap();
    let colleague = add(
        &app,
        "Kollegin",
        "kollegin@muster-it.example",
        Role::Partner(companies.partner),
        false,
    );
    let manager = app.sign_in(Person::Partner).await;
    let sub = app.sign_in(Person::SubPartner).await;
    sub.get("/benutzer/neu").await.assert_status(200);
    let form = manager.get("/benutzer/neu").await;
    app.write(|conn| blocking::block(conn, &app.app, &operator, companies.partner, "x", now));
    for browser in [&manager, &sub] {
        let list = browser.get("/benutzer").await;
        list.assert_status(200)
            .assert_says("Ihr Unternehmen ist zurzeit gesperrt");
        assert!(
            list.attributes("main a", "href")
                .iter()
                .all(|to| !to.starts_with("/benutzer/"))
        );
        let page = browser.get("/benutzer/neu").await;
        browser
            .follow(&page)
            .await
            .assert_says("niemanden einladen oder ändern");
    }
    let before = app.everything();
    form.submit(&manager, "main form", &[("name", "Eva"), ("email", NEW)])
        .await
        .assert_redirect("/benutzer");
    let token = csrf(&manager).await;
    for page in ["", "/einladung", "/sperren", "/entsperren", "/loeschen"] {
        manager
            .post(
                &format!("/benutzer/{colleague}{page}"),
                &[("csrf", &token), ("passwort", PASSWORD), ("name", "X")],
            )
            .await
            .assert_redirect("/benutzer");
    }
    let changes = app.changes_since(&before);
    assert_eq!(changes, [""; 0]);
}

#[actix_web::test]
async fn row_51_people_of_a_deleted_customer_manage_nobody() {
    let app = TestApp::start().await;
    let manager = app.sign_in(Person::Customer).await;
    manager.get("/benutzer").await.assert_status(200);
    let (operator, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| {
        avv_portal::actions::customers::delete(conn, &app.app, &operator, CUSTOMER, "weg", now)
            .map(|_| ())
    });
    manager.get("/benutzer").await.assert_redirect("/anmelden");
}

#[actix_web::test]
async fn s10_a_long_list_is_paged_and_searched() {
    let app = TestApp::start().await;
    for number in 10..70 {
        add(
            &app,
            &format!("Person Nummer {number}"),
            &format!("p{number}@oezdemir.example"),
            customer_role(false),
            false,
        );
    }
    let manager = app.sign_in(Person::Customer).await;
    let first = manager.get("/benutzer").await;
    assert_eq!(first.all("tbody tr").len(), 50);
    let next = first.attribute("a[rel=next]", "href").unwrap();
    assert!(!next.contains('@'), "no address in an address: {next}");
    let second = manager.get(&next).await;
    assert_eq!(second.all("tbody tr").len(), 12);
    second.assert_says("Zum Anfang");
    let found = manager.get("/benutzer?suche=nummer+42").await;
    assert_eq!(found.all("tbody tr").len(), 1);
    manager
        .get("/benutzer?suche=_________________________________")
        .await
        .assert_says("Hier steht niemand. Alle anzeigen");
    // C4: the same in English.
    let page = manager.get("/benutzer?sprache=en&suche=nirgends").await;
    page.assert_says("There is nobody here. Show all");
}

/// C5, 5.8-14: one click on the success page.
#[actix_web::test]
async fn c5_whoever_concludes_gets_a_login_with_one_click() {
    let app = TestApp::start().await;
    let other = app.add_customer(4720, "Neukundin GmbH", Some("leitung@neukundin.example"));
    app.book(other, "centraflex", false);
    app.deliver();
    let link = app.conclude("leitung@neukundin.example").await;
    let person = app.text("person FROM agreements ORDER BY concluded_at DESC LIMIT 1");
    let visitor = app.visitor();
    let success = visitor.get(&format!("{link}/erfolg")).await;
    success.assert_says("Zugang zum Portal anlegen");
    let form = "main form[action$='/zugang']";
    let made = success.submit(&visitor, form, &[]).await;
    made.assert_status(200)
        .assert_says("Ihr Zugang ist angelegt")
        .assert_says("unterwegs an l•••@neukundin.example");
    assert_eq!(
        stored(&app, "leitung@neukundin.example"),
        format!("{person} t t f f"),
        "the first person of a customer manages the others"
    );
    // A second click is calm and does not make the first link void.
    success
        .submit(&visitor, form, &[])
        .await
        .assert_says("Ihr Zugang ist angelegt");
    app.deliver();
    assert_eq!(
        app.subjects_to("leitung@neukundin.example")
            .iter()
            .filter(|subject| subject.contains("Zugang"))
            .count(),
        1
    );
    assert_eq!(app.count("users WHERE customer_number = '4720'"), 1);
    let mail = app.last_mail_to("leitung@neukundin.example");
    assert!(mail.written.text.contains(&person));
    set_password(&app, "leitung@neukundin.example").await;
    // Now there is one.
    let there = success.submit(&visitor, form, &[]).await;
    there
        .assert_says("Es gibt schon einen Zugang")
        .assert_says("Zur Anmeldung");
    // Three in an hour, then nothing is told any more.
    success
        .submit(&visitor, form, &[])
        .await
        .assert_status(200)
        .assert_says("Wenn nichts dagegen spricht");
    // The new person manages people, in English as well.
    let viewer = app.read(|conn| {
        let user = user_id(&app, "leitung@neukundin.example");
        Ok(find_viewer(conn, user)?.unwrap())
    });
    assert!(viewer.manages_users);

    // After the success page nothing is told.
    app.clock.advance(days(15));
    let page = visitor
        .post(
            &format!("{}/zugang", path_of(&app, &link)),
            &[("sprache", "de")],
        )
        .await;
    page.assert_status(200)
        .assert_says("Wenn nichts dagegen spricht")
        .assert_silent_about("Es gibt schon");
    // Of a deleted customer the link is unknown.
    let (operator, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| {
        avv_portal::actions::customers::delete(conn, &app.app, &operator, other, "weg", now)
            .map(|_| ())
    });
    visitor
        .post(&format!("{}/zugang", path_of(&app, &link)), &[])
        .await
        .assert_status(404);
}

fn path_of(app: &TestApp, link: &str) -> String {
    link.strip_prefix(&app.url).unwrap_or(link).to_owned()
}

/// Somebody is there already: no further permission, and of others' logins nothing is told.
#[actix_web::test]
async fn c5_one_click_gives_no_more_than_there_is() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    let own = app.conclude(MAIL).await;
    let link = own.clone();
    let visitor = app.visitor();
    let success = visitor.get(&format!("{link}/erfolg?sprache=en")).await;
    let form = "main form[action$='/zugang']";
    success
        .submit(&visitor, form, &[])
        .await
        .assert_says("Your access is set up");
    // The customer has people: this one does not manage them.
    assert!(
        stored(&app, MAIL).ends_with(" t f f f"),
        "{}",
        stored(&app, MAIL)
    );

    // A login of another company with the stored address is nobody's business.
    let (foreign, link) = {
        app.book(FOREIGN_CUSTOMER, "centraflex", false);
        app.deliver();
        (
            FOREIGN_CUSTOMER,
            app.conclude("info@fremd-kunde.example").await,
        )
    };
    let partner = app.companies().partner;
    add(
        &app,
        "Doppelt",
        "info@fremd-kunde.example",
        Role::Partner(partner),
        false,
    );
    let success = visitor.get(&format!("{link}/erfolg")).await;
    success
        .submit(&visitor, form, &[])
        .await
        .assert_says("Wenn nichts dagegen spricht")
        .assert_silent_about("Es gibt schon");
    assert_eq!(
        app.count(&format!(
            "users WHERE customer_number = '{foreign}' AND email = 'info@fremd-kunde.example'"
        )),
        0
    );
    // A locked one neither.
    app.sql(&format!(
        "UPDATE users SET disabled_at = now(), password_hash = 'x' WHERE email = '{MAIL}'"
    ))
    .unwrap();
    let page = visitor
        .post(&format!("{}/zugang", path_of(&app, &own)), &[])
        .await;
    page.assert_status(200)
        .assert_silent_about("schon einen Zugang");
}

/// 5.8-14: "Zugang anfordern" gives the first person of a customer the same.
#[actix_web::test]
async fn c5_asked_for_by_number_the_first_person_manages_the_others() {
    let app = TestApp::start().await;
    let other: CustomerNumber = app.add_customer(4721, "Erste GmbH", Some("post@erste.example"));
    app.book(other, "centraflex", false);
    app.deliver();
    app.conclude("post@erste.example").await;
    let visitor = app.visitor();
    let page = visitor.get("/zugang").await;
    page.submit(&visitor, "main form", &[("kundennummer", "4721")])
        .await
        .assert_says("Sehen Sie in Ihr Postfach");
    assert_eq!(stored(&app, "post@erste.example"), "Erste GmbH t t f f");
}

/// A partner's manager in a browser: from the menu to the locked colleague.
#[actix_web::test]
async fn browser_a_partner_manages_its_people() {
    let (app, chromium) = (TestApp::start().await, Chromium::start());
    let window = sign_in(&app, &chromium, Person::Partner, Scripts::On).await;
    window.click_words("Benutzer").await;
    window.assert_says("Außer Ihnen kann sich").await;
    window.click_words("Benutzer einladen").await;
    window.fill("#name", "Änne Größe").await;
    window.fill("#email", "keine Adresse").await;
    window.fill("#passwort", PASSWORD).await;
    window.click_words("Einladung senden").await;
    window.assert_says("Es ist noch niemand eingeladen").await;
    window
        .run("document.querySelector('#email').value = ''")
        .await;
    window.fill("#email", NEW).await;
    window.fill("#passwort", PASSWORD).await;
    window.click("label[for=benutzerverwaltung]").await;
    window.click_words("Einladung senden").await;
    window.assert_says("geht eine Einladung").await;
    window.click_words("Änne Größe").await;
    window.assert_says("Eingeladen").await;
    window.click_words("Diesen Benutzer sperren").await;
    window.assert_says("Die Einladung gilt nicht mehr").await;
    window.fill("#passwort", PASSWORD).await;
    window.click_words("Benutzer sperren").await;
    window
        .assert_says("ist gesperrt und überall abgemeldet")
        .await;
    assert_eq!(stored(&app, NEW), "Änne Größe f t f t");
}

/// A customer's manager in English (C4).
#[actix_web::test]
async fn browser_a_customer_manages_its_people_in_english() {
    let (app, chromium) = (TestApp::start().await, Chromium::start());
    let window = sign_in(&app, &chromium, Person::Customer, Scripts::Off).await;
    window.click_words("English").await;
    window.click_words("Users").await;
    window
        .assert_says("Who can sign in to the portal for Bäckerei")
        .await;
    window.click_words("Invite a user").await;
    window.fill("#name", "Jane Baker").await;
    window.fill("#email", "jane@oezdemir.example").await;
    window.click("label[for=vertraege]").await;
    window.fill("#passwort", PASSWORD).await;
    window.click_words("Send the invitation").await;
    window
        .assert_says("An invitation is on its way to jane@")
        .await;
    window.click_words("Jane Baker").await;
    window.click_words("Send the invitation again").await;
    window
        .assert_says("is on its way to jane@oezdemir.example once more")
        .await;
    window.click("label[for=vertraege]").await;
    window.fill("#passwort", PASSWORD).await;
    window.click_words("Save").await;
    window
        .assert_says("The details of Jane Baker are saved")
        .await;
    assert_eq!(stored(&app, "jane@oezdemir.example"), "Jane Baker f f f f");
}
