//! What people read: one word for a thing, advice that fits the reader, English for customers who
//! are met in English, and the ways on that stand on the page (C4, C5, C11, C12, C14).

use avv_portal::domain::Language;
use avv_portal::domain::calendar;

use crate::harness::{CUSTOMER, PASSWORD, Person, TestApp, days, hours, minutes};

const MAIL: &str = "info@oezdemir.example";

#[actix_web::test]
async fn c4_an_english_customer_finds_english_behind_the_sign_in() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    app.sql("UPDATE customers SET language = 'en' WHERE number = 4711")
        .unwrap();
    let visitor = app.visitor();
    for (path, says) in [
        ("/anmelden?sprache=en", "Forgotten your password?"),
        ("/passwort-vergessen?sprache=en", "Send the link"),
        ("/zugang?sprache=en", "Request access"),
        ("/hilfe?sprache=en", "What is a data processing agreement?"),
    ] {
        let page = visitor.get(path).await;
        page.assert_status(200).assert_says(says);
        assert_eq!(
            page.attribute("html", "lang").as_deref(),
            Some("en"),
            "{path}"
        );
    }
    let customer = app.sign_in(Person::Customer).await;
    for (path, says) in [
        ("/administration/avv", "Download the agreement"),
        ("/administration/avv", "may manage for you"),
        (
            "/administration/avv/widerspruch",
            "Object (legally binding)",
        ),
        ("/hilfe", "Who sees the agreement?"),
    ] {
        let page = customer.get(path).await;
        page.assert_status(200).assert_says(says);
        assert!(page.text().contains("Sign out"), "{path}");
        assert_eq!(
            page.attribute("html", "lang").as_deref(),
            Some("en"),
            "{path}"
        );
        for german in [
            "Verlauf",
            "Widerspruch",
            "Abmelden",
            "abgeschlossen",
            "Zugriff",
        ] {
            page.assert_silent_about(german);
        }
    }
    // The switch holds for the pages that follow.
    let german = customer.get("/administration/avv?sprache=de").await;
    german.assert_says("Was vereinbart ist");
    customer
        .get("/administration/avv")
        .await
        .assert_says("Was vereinbart ist");
    let wrong = customer
        .get("/administration/avv/widerspruch?sprache=en")
        .await
        .submit(&customer, "main form", &[("passwort", "falsch falsch")])
        .await;
    wrong
        .assert_status(422)
        .assert_says("The password is wrong");
    // Whoever looks after customers reads German, whatever the address says.
    let partner = app.sign_in(Person::Partner).await;
    let list = partner.get("/kunden?sprache=en").await;
    assert_eq!(list.attribute("html", "lang").as_deref(), Some("de"));
}

#[actix_web::test]
async fn c5_whoever_concluded_by_mail_gets_a_login_at_the_stored_address_only() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let visitor = app.visitor();
    let ask = async |number: &str| {
        let page = visitor.get("/zugang").await;
        page.submit(&visitor, "main form", &[("kundennummer", number)])
            .await
    };
    let users = || app.count("users");
    let before = users();
    // Nobody has concluded yet, and there is no customer 123456: the same answer, nothing sent.
    let open = ask("4711").await;
    let unknown = ask("123456").await;
    open.assert_status(200)
        .assert_says("Sehen Sie in Ihr Postfach");
    assert_eq!(
        open.words().replace("4711", "N"),
        unknown.words().replace("123456", "N")
    );
    assert_eq!(users(), before);

    let link = app.conclude(MAIL).await;
    app.clock.advance(hours(2));
    let success = visitor.get(&format!("{link}/erfolg")).await;
    success.assert_says("Noch keinen Zugang zum Portal?");
    let asked = success
        .submit(&visitor, "form[action$='/zugang']", &[])
        .await;
    asked.assert_status(200).assert_says("Zugang angefordert");
    asked.assert_silent_about(MAIL);
    assert_eq!(users(), before + 1);
    app.jobs();
    let mail = app.last_mail_to(MAIL);
    assert!(
        mail.written.subject.starts_with("Ihr Zugang"),
        "{}",
        mail.written.subject
    );
    let at = mail.written.text.find("/passwort/").unwrap();
    let path = mail.written.text[at..]
        .split_whitespace()
        .next()
        .unwrap()
        .to_owned();
    let page = visitor.get(&path).await;
    let password = [("passwort", PASSWORD), ("wiederholung", PASSWORD)];
    page.submit(&visitor, "main form", &password)
        .await
        .assert_status(303);
    let own = app.visitor();
    let sign_in = own.get("/anmelden").await;
    sign_in
        .submit(
            &own,
            "main form",
            &[("email", MAIL), ("passwort", PASSWORD)],
        )
        .await
        .assert_status(303);
    own.get("/administration/avv")
        .await
        .assert_says("Was vereinbart ist");

    // Asked again it is the same user, and no more than three mails in an hour.
    let mails = || app.count("mails WHERE kind_key = 'set_password'");
    app.clock.advance(hours(2));
    let sent = mails();
    for _ in 0..5 {
        ask("4711").await.assert_status(200);
    }
    assert_eq!((users(), mails()), (before + 1, sent + 3));
    // Throttled or not, the page says the same.
    ask("keine Nummer").await.assert_status(422);
}

#[actix_web::test]
async fn c5_after_fourteen_days_the_link_mails_the_contract_to_the_stored_address() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let link = app.conclude(MAIL).await;
    app.jobs();
    let first = app.last_mail_to(MAIL);
    let end = calendar::success_page_end(app.case(CUSTOMER).agreements[0].concluded_at);
    app.clock.set(end + minutes(1));
    let visitor = app.visitor();
    visitor
        .get(&format!("{link}/avv.pdf"))
        .await
        .assert_status(303);
    let page = visitor.get(&link).await;
    page.assert_says("nur an die Adresse in Ihren Stammdaten");
    for _ in 0..5 {
        let sent = page.submit(&visitor, "form[action$='/vertrag']", &[]).await;
        sent.assert_status(200).assert_says("Vertrag angefordert");
        sent.assert_silent_about(MAIL);
    }
    app.jobs();
    let copies = app.count("mails WHERE kind_key = 'concluded'");
    assert_eq!(copies, 1 + 3, "three a day");
    let again = app.last_mail_to(MAIL);
    assert_eq!(
        again.written.attachments[0].bytes,
        first.written.attachments[0].bytes
    );
}

#[actix_web::test]
async fn c11_the_consent_page_leads_everywhere_from_everywhere() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let visitor = app.visitor();
    let link = app.consent_link(MAIL);
    for language in ["de", "en"] {
        let page = visitor.get(&format!("{link}?sprache={language}")).await;
        let said = page.words();
        let takes = [20, 25, 30, 35].iter().any(|minutes| {
            said.contains(&format!("etwa {minutes} Minuten"))
                || said.contains(&format!("about {minutes} minutes"))
        });
        assert!(takes, "{said}");
        assert_eq!(page.all(".contents .steps a").len(), 3);
        for id in [
            "worum",
            "abschluss",
            "erklaerung",
            "unzustaendig",
            "wortlaut",
        ] {
            assert!(
                page.attribute(&format!("#{id}"), "id").is_some(),
                "{id} in {language}"
            );
        }
        for css in [
            ".steps a[href='#worum']",
            ".steps a[href='#abschluss']",
            ".steps a[href='#erklaerung']",
            ".toc a[href='#abschluss']",
            ".toc a[href='#unzustaendig']",
            ".page-head a[href='#unzustaendig']",
        ] {
            assert!(page.attribute(css, "href").is_some(), "{css} in {language}");
        }
    }
}

#[actix_web::test]
async fn c11_whoever_declined_by_mistake_asks_for_a_new_link_on_the_same_page() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let visitor = app.visitor();
    let link = app.consent_link(MAIL);
    visitor
        .post(&format!("{link}/ablehnen"), &[("bestaetigung", "ja")])
        .await
        .assert_status(303);
    app.clock.advance(hours(1));
    let page = visitor.get(&link).await;
    page.assert_says("Versehentlich abgelehnt");
    let asked = page
        .submit(&visitor, "form[action$='/neuer-link']", &[])
        .await;
    asked.assert_status(200).assert_silent_about(MAIL);
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "requested");
    assert_ne!(app.consent_link(MAIL), link);
}

#[actix_web::test]
async fn c12_advice_names_only_what_the_reader_may_do_at_that_minute() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let partner = app.sign_in(Person::Partner).await;
    let status = "/kunden/4711/avv";
    // Just sent: nobody is told to send it.
    partner
        .get(status)
        .await
        .assert_says("gerade erst hinausgegangen")
        .assert_silent_about("Senden Sie dem Kunden");
    app.clock.advance(days(2));
    let partner = app.sign_in(Person::Partner).await;
    partner.get(status).await.assert_says("in seinem Postfach");
    // The Mandant changes the address itself; a Submandant asks for it.
    app.sql("UPDATE requests SET undeliverable_at = opened_at")
        .unwrap();
    let page = partner.get(status).await;
    page.assert_says("ändern Sie sie")
        .assert_silent_about("lassen Sie sie");
}

#[actix_web::test]
async fn c12_a_newly_assigned_partner_is_told() {
    let app = TestApp::start().await;
    let companies = app.companies();
    let customer = app.add_customer_of(
        None,
        None,
        7100,
        "Leuchtturm GmbH",
        Some("post@leuchtturm.example"),
        Language::De,
    );
    let operator = app.sign_in(Person::Operator).await;
    let address = |id: avv_portal::domain::PartnerId| {
        app.text(&format!("email FROM partners WHERE id = {id}"))
    };
    let (mandant, sub) = (address(companies.partner), address(companies.sub_partner));
    let chosen = companies.partner.to_string();
    operator
        .get(&format!("/betrieb/kunden/7100/partner?mandant={chosen}"))
        .await
        .submit(&operator, "main form[method='post']", &[])
        .await
        .assert_status(303);
    app.jobs();
    let mail = app.last_mail_to(&mandant);
    assert!(
        mail.written
            .subject
            .starts_with("Neuer Kunde für Sie: Leuchtturm GmbH"),
        "{}",
        mail.written.subject
    );
    let partner = app.sign_in(Person::Partner).await;
    let page = partner
        .get(&format!(
            "/kunden/7100/submandant?submandant={}",
            companies.sub_partner
        ))
        .await;
    page.assert_says("jetzt diesen Kunden betreut");
    page.submit(&partner, "main form[method='post']", &[])
        .await
        .assert_status(303);
    app.jobs();
    let mail = app.last_mail_to(&sub);
    assert!(
        mail.written.subject.starts_with("Neuer Kunde für Sie"),
        "{}",
        mail.written.subject
    );
    assert_eq!(
        app.case(customer).sub_partner.map(|one| one.id),
        Some(companies.sub_partner)
    );
}
