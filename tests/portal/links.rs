//! The page of a mailed link in every state: one sentence and one action (requirements 5.5).

use avv_portal::actions::objections::{self, Received};
use avv_portal::domain::calendar;
use avv_portal::domain::case::Channel;

use crate::harness::{CUSTOMER, Page, Person, TestApp, days, hours};

const MAIL: &str = "info@oezdemir.example";

/// The only action of a state page.
#[derive(Debug, PartialEq, Eq)]
enum Action {
    NewLink,
    /// The contract once more, to the stored address (C5).
    Copy,
    Contact,
}

#[track_caller]
fn shows(page: &Page, title: &str, sentence: &str, action: &Action) {
    page.assert_status(200).assert_says(sentence);
    assert_eq!(page.all("main h1"), [title]);
    assert!(
        page.all("title")[0].starts_with(title),
        "{:?}",
        page.all("title")
    );
    let new_link = page
        .attribute("main form[action$='/neuer-link'] button", "class")
        .is_some();
    let copy = page
        .attribute("main form[action$='/vertrag'] button", "class")
        .is_some();
    let contact = page
        .attribute("main .actions a[href^='/kontakt']", "href")
        .is_some();
    let found = [
        (new_link, Action::NewLink),
        (copy, Action::Copy),
        (contact, Action::Contact),
    ];
    let found: Vec<&Action> = found
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, action)| action)
        .collect();
    assert_eq!(found, [action], "exactly one action");
    assert!(
        page.attribute(
            "main form[action$='/neuer-link'] input[name='email']",
            "name"
        )
        .is_none(),
        "L-07"
    );
    assert_eq!(page.header("cache-control"), "no-store");
    page.assert_silent_about("info@oezdemir.example");
}

/// Everything that a link that cannot be used must not do, whatever its state (row 18).
async fn does_nothing(app: &TestApp, link: &str) {
    let visitor = app.visitor();
    let before = app.case(CUSTOMER);
    let fields = [
        ("name", "Ayşe Özdemir"),
        ("funktion", "Inhaberin"),
        ("vertretung", "ja"),
        ("gelesen", "ja"),
        ("dokument", "0"),
    ];
    visitor.post(link, &fields).await.assert_status(303);
    visitor
        .post(&format!("{link}/ablehnen"), &[("bestaetigung", "ja")])
        .await
        .assert_status(303);
    visitor
        .get(&format!("{link}/entwurf.pdf"))
        .await
        .assert_status(303);
    assert_eq!(app.case(CUSTOMER), before, "{link} did something");
}

#[actix_web::test]
async fn expired_and_replaced_links_offer_a_new_one() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "mehrstandort-sip-trunk", true);
    app.jobs();
    let replaced = app.consent_link(MAIL);
    app.clock.advance(hours(1));
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let expired = app.consent_link(MAIL);
    app.clock.advance(days(15));
    app.jobs();
    let visitor = app.visitor();
    shows(
        &visitor.get(&replaced).await,
        "Es gibt eine neuere E-Mail",
        "neuesten E-Mail vom 8. Dezember 2026",
        &Action::NewLink,
    );
    shows(
        &visitor.get(&expired).await,
        "Der Link ist abgelaufen",
        "bis einschließlich Montag, 7. Dezember 2026",
        &Action::NewLink,
    );
    let english = visitor.get(&format!("{expired}?sprache=en")).await;
    shows(
        &english,
        "The link has expired",
        "up to and including Monday, 7 December 2026",
        &Action::NewLink,
    );
    assert_eq!(english.attribute("html", "lang").as_deref(), Some("en"));
    does_nothing(&app, &replaced).await;
    does_nothing(&app, &expired).await;
    visitor
        .get(&app.consent_link(MAIL))
        .await
        .assert_says("Vertrag jetzt verbindlich abschließen");
}

#[actix_web::test]
async fn links_of_a_concluded_contract_say_who_concluded_it() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let other = app.consent_link(MAIL);
    app.clock.advance(days(3));
    app.ask(Person::Partner, CUSTOMER).unwrap();
    app.jobs();
    let used = app.conclude(MAIL).await;
    assert_ne!(used, other);
    let visitor = app.visitor();
    let concluded = "Ayşe Özdemir-Grünewald hat ihn am 26. November 2026 abgeschlossen";
    let title = "Der Vertrag ist bereits abgeschlossen";
    shows(&visitor.get(&other).await, title, concluded, &Action::Copy);
    visitor
        .get(&format!("{other}/erfolg"))
        .await
        .assert_status(303);
    visitor
        .get(&format!("{other}/avv.pdf"))
        .await
        .assert_status(303);

    // 5.8-15: the link that concluded shows the success page until the end of the fourteenth day.
    app.clock.set(calendar::success_page_end(
        app.case(CUSTOMER).agreements[0].concluded_at,
    ));
    visitor.get(&used).await.assert_redirect("/erfolg");
    visitor
        .get(&format!("{used}/avv.pdf"))
        .await
        .assert_status(200);
    app.clock.advance(chrono::Duration::milliseconds(1));
    shows(&visitor.get(&used).await, title, concluded, &Action::Copy);
    for path in ["/erfolg", "/avv.pdf"] {
        visitor
            .get(&format!("{used}{path}"))
            .await
            .assert_status(303);
    }
    app.clock.advance(days(400));
    shows(&visitor.get(&other).await, title, concluded, &Action::Copy);
    does_nothing(&app, &used).await;
    does_nothing(&app, &other).await;
}

#[actix_web::test]
async fn links_of_a_declined_or_void_contract_say_so() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let visitor = app.visitor();
    let declined = app.consent_link(MAIL);
    visitor
        .post(&format!("{declined}/ablehnen"), &[("bestaetigung", "ja")])
        .await
        .assert_status(303);
    shows(
        &visitor.get(&declined).await,
        "Der Vertrag wurde abgelehnt",
        "Das war am 23. November 2026",
        &Action::NewLink,
    );
    does_nothing(&app, &declined).await;

    app.clock.advance(days(1));
    app.ask(Person::Operator, CUSTOMER).unwrap();
    app.jobs();
    let used = app.conclude(MAIL).await;
    app.clock.advance(days(1));
    let (operator, now) = (app.viewer(Person::Operator), app.now());
    let received = Received {
        channel: Channel::Letter,
        on: calendar::day(now),
        note: String::new(),
        proof: None,
    };
    app.write(|conn| objections::record(conn, &app.app, &operator, CUSTOMER, &received, now));
    let sentence = "seit dem 25. November 2026 nichtig";
    shows(
        &visitor.get(&used).await,
        "Dem Vertrag wurde widersprochen",
        sentence,
        &Action::Contact,
    );
    for path in ["/erfolg", "/avv.pdf"] {
        visitor
            .get(&format!("{used}{path}"))
            .await
            .assert_status(303);
    }
    does_nothing(&app, &used).await;
    shows(
        &visitor.get(&declined).await,
        "Der Vertrag wurde abgelehnt",
        "23. November 2026",
        &Action::NewLink,
    );
}

#[actix_web::test]
async fn a_link_nobody_needs_any_more_says_so_and_one_of_a_deleted_customer_is_unknown() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let link = app.consent_link(MAIL);
    app.sql("UPDATE bookings SET ends_at = '2026-11-25T00:00:00Z'")
        .unwrap();
    app.clock.advance(days(3));
    let visitor = app.visitor();
    shows(
        &visitor.get(&link).await,
        "Der Vertrag ist nicht mehr erforderlich",
        "Sie müssen nichts weiter tun",
        &Action::Contact,
    );
    does_nothing(&app, &link).await;
    visitor
        .post(&format!("{link}/neuer-link"), &[])
        .await
        .assert_status(200);
    app.clock.advance(days(32));
    app.jobs();
    assert_eq!(
        app.links_to(MAIL).len(),
        1,
        "nobody is reminded of what is not needed"
    );
    // Row 19: a note says so, once.
    let notes: Vec<String> = app.subjects_to(MAIL).split_off(1);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].starts_with("Nicht mehr nötig:"), "{notes:?}");
    app.sql("UPDATE customers SET deleted_at = '2026-11-26T00:00:00Z' WHERE number = '4711'")
        .unwrap();
    visitor.get(&link).await.assert_status(404);
}

/// S-11, S-12: unknown, mangled and foreign links look alike and reveal nothing; a visitor who
/// tries many of them has to wait.
#[actix_web::test]
async fn unknown_and_mangled_links_look_alike() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let link = app.consent_link(MAIL);
    let token = link.rsplit('/').next().unwrap();
    let never = app
        .app
        .consent_token(avv_portal::domain::LinkId(uuid::Uuid::from_u128(7)));
    let mut flipped = token.to_owned();
    let last = if flipped.ends_with('A') { "B" } else { "A" };
    flipped.replace_range(20..21, if &token[20..21] == "A" { "B" } else { "A" });
    let mangled = [
        never,
        token[..token.len() - 3].to_owned(),
        format!("{token}{last}"),
        format!("{token}A%20"),
        format!("{token}0="),
        token.to_uppercase(),
        flipped,
        "x".to_owned(),
        "%00".to_owned(),
        "..%2f..%2fetc".to_owned(),
        "a".repeat(4000),
    ];
    let visitor = app.visitor();
    let first = visitor.get(&format!("/zustimmung/{}", mangled[0])).await;
    first.assert_status(404).assert_says("Link");
    assert!(
        first.words().contains("ganz") || first.words().contains("vollständig"),
        "how to copy it: {}",
        first.words()
    );
    for token in &mangled[1..] {
        let page = visitor.get(&format!("/zustimmung/{token}")).await;
        page.assert_status(404);
        assert_eq!(page.all("main h1"), first.all("main h1"), "{token}");
    }
    for path in ["/erfolg", "/avv.pdf", "/entwurf.pdf", "/ablehnen"] {
        visitor
            .get(&format!("/zustimmung/{}{path}", mangled[1]))
            .await
            .assert_status(404);
    }
    visitor.get(&link).await.assert_status(200);
    for _ in 0..20 {
        visitor.get("/zustimmung/x").await;
    }
    visitor.get("/zustimmung/x").await.assert_status(429);
    visitor.get(&link).await.assert_status(200);
}

/// D7: links work with everything that mail programs add to them or break them with, on every page
/// that a mail links to.
#[actix_web::test]
async fn d7_links_open_with_what_mail_programs_make_of_them() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let consent = app.consent_link(MAIL);
    let user = crate::seeded::user_id(&app, Person::Partner.email());
    app.sql(&format!(
        "INSERT INTO password_links (id, user_id, valid_until) \
         VALUES ('00000000-0000-4000-8000-000000000007', {user}, '{until}')",
        until = (app.now() + hours(1)).to_rfc3339()
    ))
    .unwrap();
    let id = uuid::Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0007);
    let token = avv_portal::token::make(
        &app.app.config.keys,
        avv_portal::token::Purpose::Password,
        id,
    );
    let password = format!("{}/passwort/{token}", app.url);
    let visitor = app.visitor();
    for link in [consent, password] {
        assert!(
            link.ends_with(|c: char| c.is_ascii_alphanumeric()),
            "{link}"
        );
        let (start, end) = link.split_at(link.len() - 20);
        for behind in ["", ".", ")", "%3E", "%20", "/", "=", "%0D%0A", ").", "%22"] {
            let page = visitor.get(&format!("{link}{behind}")).await;
            page.assert_status(200);
        }
        for within in ["%0D%0A", "%20", "=%0D%0A"] {
            visitor
                .get(&format!("{start}{within}{end}"))
                .await
                .assert_status(200);
        }
    }
}
