//! Asking the customer: the first mail, mails by a user, new links, declining (requirements 1.4,
//! 5.4).

use avv_portal::actions::customers;
use avv_portal::domain::calendar;
use avv_portal::domain::case::Refusal;
use avv_portal::domain::{CustomerNumber, EmailAddress, Language};
use chrono::{DateTime, Utc};

use crate::harness::{CUSTOMER, Person, TestApp, days, hours, minutes};

const MAIL: &str = "info@oezdemir.example";
const PARTNER_MAIL: &str = "info@muster-it.example";
const OPERATOR_MAIL: &str = "avv@plusnet.example";

/// Ends of all links of a customer, oldest link first.
fn link_ends(app: &TestApp, customer: CustomerNumber) -> Vec<DateTime<Utc>> {
    let mut links: Vec<_> = app
        .case(customer)
        .requests
        .into_iter()
        .flat_map(|round| round.links)
        .collect();
    links.sort_by_key(|link| link.sent_at);
    links.iter().map(|link| link.valid_until).collect()
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// L-01, L-02, rows 1, 12, 45: a booking that creates the need sends the mail by itself; others do not.
#[actix_web::test]
async fn a_booking_asks_exactly_when_it_creates_the_need() {
    // bookings in order, mails after each, status after each
    type Story = &'static [(&'static str, bool, usize, &'static str)];
    let table: &[Story] = &[
        &[
            ("centraflex", false, 1, "requested"),
            ("centraflex", false, 1, "requested"),
        ],
        &[
            ("sip-trunk", false, 0, "not_required"),
            ("mehrstandort-sip-trunk", false, 0, "not_required"),
        ],
        &[
            ("sip-trunk", false, 0, "not_required"),
            ("sip-trunk", true, 1, "requested"),
        ],
        &[
            ("mehrstandort-sip-trunk", true, 1, "requested"),
            ("centraflex", false, 2, "requested"),
        ],
    ];
    let app = TestApp::start().await;
    for (at, story) in table.iter().enumerate() {
        let address = format!("post@kunde{at}.example");
        let customer = app.add_customer(
            5000 + u32::try_from(at).unwrap(),
            &format!("Kunde {at} GmbH"),
            Some(&address),
        );
        assert_eq!(app.status(customer), "not_required");
        for (product, ums, mails, status) in *story {
            app.clock.advance(minutes(5));
            app.book(customer, product, *ums);
            app.jobs();
            let subjects = app.subjects_to(&address);
            assert_eq!(subjects.len(), *mails, "{story:?}: {subjects:?}");
            assert_eq!(
                app.status(customer),
                *status,
                "{story:?} after {product} {ums}"
            );
        }
    }
    let subject = app.subjects_to("post@kunde0.example").remove(0);
    assert!(
        subject.contains("Kunde 0 GmbH") && subject.contains("5000"),
        "{subject}"
    );
}

/// Row 12: a product that is added to the offer makes the earlier link invalid at once.
#[actix_web::test]
async fn a_further_product_replaces_the_earlier_link() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "mehrstandort-sip-trunk", true);
    app.jobs();
    let first = app.consent_link(MAIL);
    app.clock.advance(days(3));
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let second = app.consent_link(MAIL);
    let visitor = app.visitor();
    visitor
        .get(&first)
        .await
        .assert_status(200)
        .assert_says("Es gibt eine neuere E-Mail");
    visitor
        .get(&second)
        .await
        .assert_says("Tengo Centraflex")
        .assert_says("UMS");
}

/// L-09, row 2: no silent failure without an address, and the mail is sent once there is one.
#[actix_web::test]
async fn a_customer_without_address_is_asked_as_soon_as_there_is_one() {
    let app = TestApp::start().await;
    let customer = app.add_customer(5100, "Ohne Post GmbH", None);
    app.book(customer, "centraflex", false);
    app.jobs();
    assert_eq!(app.status(customer), "no_email");
    let alert = app.last_mail_to(OPERATOR_MAIL);
    assert!(
        alert.written.text.contains("5100"),
        "{}",
        alert.written.text
    );
    assert!(
        !alert.written.text.contains("/zustimmung/"),
        "an alert carries no link"
    );
    assert_eq!(
        app.ask(Person::Partner, customer).err(),
        Some(Refusal::NoAddress)
    );
    let partner = app.sign_in(Person::Partner).await;
    assert_eq!(app.line(&partner, customer).await.0, "E-Mail-Adresse fehlt");

    // Time alone changes nothing: no reminder, no second alert.
    app.clock.advance(days(60));
    app.jobs();
    assert_eq!(app.mails().len(), 1);

    let operator = app.sign_in(Person::Operator).await;
    let path = "/kunden/5100/stammdaten/email";
    for wrong in [
        "",
        "post",
        "a@b.example, c@d.example",
        "a@b.example\nBcc: c@d.example",
    ] {
        let page = operator.get(path).await;
        page.submit(&operator, "main form", &[("email", wrong)])
            .await
            .assert_status(422);
    }
    let page = operator.get(path).await;
    page.submit(
        &operator,
        "main form",
        &[("email", " Post@Ohne-Post.example ")],
    )
    .await
    .assert_status(303);
    app.jobs();
    assert_eq!(app.status(customer), "requested");
    let mail = app.mails().pop().unwrap();
    assert_eq!(mail.to.as_str().to_lowercase(), "post@ohne-post.example");
    app.visitor()
        .get(&app.consent_link(mail.to.as_str()))
        .await
        .assert_status(200);
}

/// Row 9, L-08: another address makes every earlier link invalid; the address is read when the mail
/// is sent.
#[actix_web::test]
async fn a_changed_address_gets_the_only_link_that_works() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let old = app.consent_link(MAIL);
    app.clock.advance(hours(1));
    // This mail waits in the outbox while the address changes.
    app.ask(Person::Partner, CUSTOMER).unwrap();
    app.clock.advance(minutes(5));
    let (operator, now) = (app.viewer(Person::Operator), app.now());
    let new = EmailAddress::parse("vertrag@oezdemir.example").unwrap();
    app.write(|conn| {
        customers::change_email(conn, &app.app, &operator, CUSTOMER, &new.into(), now).map(|_| ())
    });
    app.jobs();
    assert_eq!(
        app.links_to(MAIL).len(),
        1,
        "nothing more goes to the old address"
    );
    let links = app.links_to("vertrag@oezdemir.example");
    assert_eq!(
        links.len(),
        1,
        "the mail with the dead link is not sent: {:?}",
        app.subjects_to("vertrag@oezdemir.example")
    );
    assert_eq!(
        app.count("mails WHERE state = 'dropped' AND reply LIKE '%nicht mehr gilt%'"),
        1
    );
    app.visitor()
        .get(&old)
        .await
        .assert_says("Es gibt eine neuere E-Mail");
    app.visitor()
        .get(&links[0])
        .await
        .assert_says("verbindlich abschließen");
}

/// L-06, 5.8-4: the operator and the customer's partners may send again, and a double click sends
/// once.
#[actix_web::test]
async fn everybody_who_may_sends_the_mail_again_once_per_click() {
    let app = TestApp::start().await;
    let customer = {
        let companies = app.companies();
        app.write(|conn| {
            let viewer = app.viewer(Person::Partner);
            avv_portal::actions::sub_partners::name(
                conn,
                &app.app,
                &viewer,
                CUSTOMER,
                Some(companies.sub_partner),
                app.now(),
            )
            .map(|_| ())
        });
        CUSTOMER
    };
    app.book(customer, "centraflex", false);
    app.jobs();
    for (sent, person) in [
        Person::Partner,
        Person::SubPartner,
        Person::Operator,
        Person::Customer,
    ]
    .into_iter()
    .enumerate()
    {
        app.clock.advance(days(1));
        let browser = app.sign_in(person).await;
        let (page, css) = if person == Person::Customer {
            (
                "/administration/avv",
                "form[action='/administration/avv/anforderung']",
            )
        } else {
            (
                "/kunden/4711/avv",
                "form[action='/kunden/4711/avv/anforderung']",
            )
        };
        let page = browser.get(page).await;
        page.assert_status(200);
        let (one, two) = tokio::join!(
            page.submit(&browser, css, &[]),
            page.submit(&browser, css, &[])
        );
        one.assert_status(303);
        two.assert_status(303);
        app.jobs();
        assert_eq!(app.links_to(MAIL).len(), sent + 2, "{person:?}");
        assert_eq!(app.status(customer), "requested");
    }
    // 5.8-5: each link keeps its own end, and all of them are valid.
    let ends = link_ends(&app, customer);
    let begun = moment("2026-11-23T09:00:00Z");
    let expected: Vec<_> = (0..5)
        .map(|day| calendar::link_end(begun + days(day)))
        .collect();
    assert_eq!(ends, expected);
    for link in app.links_to(MAIL) {
        app.visitor()
            .get(&link)
            .await
            .assert_says("verbindlich abschließen");
    }
    // No other user may.
    for person in [
        Person::ForeignPartner,
        Person::ForeignCustomer,
        Person::CustomerWithout,
    ] {
        let browser = app.sign_in(person).await;
        let page = browser
            .post("/kunden/4711/avv/anforderung", &[("csrf", "x")])
            .await;
        assert!(
            [403, 404].contains(&page.status.as_u16()),
            "{person:?}: {}",
            page.status
        );
    }
    assert_eq!(app.links_to(MAIL).len(), 5);
}

/// Row 14, 5.6-5: declining stops everything until a new mail is sent by a user (5.8-17).
#[actix_web::test]
async fn declining_stops_everything() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let first = app.consent_link(MAIL);
    app.clock.advance(days(2));
    app.ask(Person::Partner, CUSTOMER).unwrap();
    app.jobs();
    let second = app.consent_link(MAIL);
    let visitor = app.visitor();

    // Opening the page and a POST without the button decline nothing (S-05).
    let page = visitor.get(&format!("{second}/ablehnen")).await;
    page.assert_says("Ihre Produkte funktionieren weiter");
    visitor
        .post(&format!("{second}/ablehnen"), &[])
        .await
        .assert_redirect("/ablehnen");
    assert_eq!(app.status(CUSTOMER), "requested");

    let done = page
        .submit(&visitor, "main form", &[("bestaetigung", "ja")])
        .await;
    done.assert_status(303);
    visitor
        .follow(&done)
        .await
        .assert_says("Der Vertrag wurde abgelehnt")
        .assert_says("25. November 2026");
    assert_eq!(app.status(CUSTOMER), "declined");
    page.submit(&visitor, "main form", &[("bestaetigung", "ja")])
        .await
        .assert_status(303);
    app.jobs();
    let mails = app.mails_to(MAIL);
    assert_eq!(mails.len(), 3, "two links and one confirmation (M6)");
    assert!(!mails[2].written.text.contains("/zustimmung/"));
    let told = app.mails_to(PARTNER_MAIL);
    assert_eq!(told.len(), 1, "M5 once");
    assert!(!told[0].written.text.contains("/zustimmung/"));

    for link in [&first, &second] {
        visitor
            .get(link)
            .await
            .assert_says("Der Vertrag wurde abgelehnt");
        // S-13: an old link of a declined contract causes no new mail.
        visitor
            .post(&format!("{link}/neuer-link"), &[])
            .await
            .assert_status(200);
    }
    for _ in 0..6 {
        app.clock.advance(days(10));
        app.jobs();
    }
    assert_eq!(
        (app.mails_to(MAIL).len(), app.mails_to(PARTNER_MAIL).len()),
        (3, 1),
        "no reminder ever"
    );
    assert_eq!(app.status(CUSTOMER), "declined");

    app.ask(Person::Operator, CUSTOMER).unwrap();
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "requested");
    visitor
        .get(&first)
        .await
        .assert_says("Es gibt eine neuere E-Mail");
    app.conclude(MAIL).await;
    assert_eq!(app.status(CUSTOMER), "concluded");
}

/// S-13: a new link on demand, only to the stored address, not too often, and the page reveals
/// nothing.
#[actix_web::test]
async fn a_new_link_can_be_asked_for_within_limits() {
    let app = TestApp::start().await;
    let silent = app.add_customer_of(
        Some(app.companies().partner),
        None,
        5500,
        "Bäckerei Özdemir & Söhne GmbH & Co. KG",
        Some("info@oezdemir.example"),
        Language::De,
    );
    for customer in [CUSTOMER, silent] {
        app.book(customer, "centraflex", false);
    }
    app.jobs();
    let links = app.links_to(MAIL);
    let visitor = app.visitor();
    // As long as a link works, no other one can be asked for with it.
    visitor
        .post(&format!("{}/neuer-link", links[0]), &[])
        .await
        .assert_status(200);
    app.jobs();
    assert_eq!(app.links_to(MAIL).len(), 2);

    // The second customer has concluded: its old link must give the same answer.
    let newest = app.newest_link(silent);
    let conclude = app.app.consent_url(newest);
    let page = visitor.get(&conclude).await;
    let fields = [
        ("name", "Ayşe Özdemir"),
        ("funktion", "Inhaberin"),
        ("vertretung", "on"),
        ("gelesen", "on"),
    ];
    page.submit(&visitor, "main form[action^='/zustimmung/']", &fields)
        .await
        .assert_redirect("/erfolg");
    let other = links
        .iter()
        .find(|link| **link != conclude)
        .unwrap()
        .clone();
    app.at("2026-12-08 06:00");
    app.jobs();
    let before = app.links_to(MAIL).len();

    let ask = |link: String| {
        let visitor = app.visitor();
        async move {
            visitor
                .post(
                    &format!("{link}/neuer-link"),
                    &[
                        ("address", "boese@example.org"),
                        ("email", "boese@example.org"),
                    ],
                )
                .await
        }
    };
    let sent = ask(other.clone()).await;
    app.jobs();
    assert_eq!(app.links_to(MAIL).len(), before + 1);
    let refused = ask(other.clone()).await;
    let settled = ask(conclude.clone()).await;
    for page in [&sent, &refused, &settled] {
        page.assert_status(200)
            .assert_says("Wenn ein Vertrag offen ist");
        page.assert_says("i•••@oezdemir.example")
            .assert_silent_about("info@oezdemir.example");
    }
    assert_eq!(
        sent.words(),
        refused.words(),
        "the answer tells whether a mail was sent"
    );
    assert_eq!(
        sent.words(),
        settled.words(),
        "the answer tells whether a contract is open"
    );
    app.jobs();
    assert_eq!(
        app.links_to(MAIL).len(),
        before + 1,
        "not within ten minutes"
    );

    app.clock.advance(minutes(10));
    // The new round made the new link the valid one; with the old expired one a new one can be
    // asked for again.
    ask(other.clone()).await;
    app.jobs();
    assert_eq!(app.links_to(MAIL).len(), before + 2);
    app.clock.advance(minutes(11));
    ask(other.clone()).await;
    app.clock.advance(hours(1));
    ask(other.clone()).await;
    app.jobs();
    assert_eq!(app.links_to(MAIL).len(), before + 3, "three a day");
    app.clock.advance(hours(24));
    ask(other).await;
    app.jobs();
    assert_eq!(app.links_to(MAIL).len(), before + 4, "the next day again");
    assert!(
        app.mails()
            .iter()
            .all(|mail| mail.to.as_str() != "boese@example.org"),
        "L-07"
    );
}

/// S-13: right after the first mail none is sent, and the page names that condition, too.
#[actix_web::test]
async fn s_13_the_answer_names_the_ten_minutes() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let link = app.consent_link(MAIL);
    let visitor = app.visitor();
    visitor
        .post(&format!("{link}/ablehnen"), &[("bestaetigung", "ja")])
        .await
        .assert_status(303);
    for (language, words) in [
        ("de", "E-Mail mit einem Link länger als zehn Minuten"),
        ("en", "e-mail with a link is more than ten minutes old"),
    ] {
        visitor
            .post(&format!("{link}/neuer-link"), &[("sprache", language)])
            .await
            .assert_says(words);
    }
    app.jobs();
    assert_eq!(app.links_to(MAIL), [link]);
}
