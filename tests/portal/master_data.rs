//! Master data: corrections (row 48), the address with its guard (rows 2, 9, 47; 5.6-11), and
//! locking links (row 53).

use crate::harness::{Browser, CUSTOMER, Page, Person, TestApp, hours, minutes};
use crate::seeded::MAIL;

const ADDRESS: &str = "/kunden/4711/stammdaten/email";
const MASTER: &str = "/kunden/4711/stammdaten";

/// Saves other master data and confirms the consequences (C10).
async fn correct(browser: &Browser, page: &Page, typed: &[(&str, &str)]) {
    let asked = page.submit(browser, "main form", typed).await;
    asked
        .assert_status(200)
        .assert_says("Gespeichert ist noch nichts.");
    asked
        .submit(browser, "main form", &[])
        .await
        .assert_redirect("/kunden/4711");
}

fn asked(app: &TestApp) {
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    app.clock.advance(hours(1));
}

#[actix_web::test]
async fn a_correction_while_asked_sends_the_new_text() {
    let app = TestApp::start().await;
    asked(&app);
    let old = app.consent_link(MAIL);
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get(MASTER).await;
    page.assert_says("Was sich mit dem Speichern an Links, E-Mails und Vertrag ändert");
    for (field, wrong, word) in [
        ("name", "", "„Firma mit Rechtsform“ fehlt noch"),
        (
            "name",
            "\u{200b}\u{202e}",
            "„Firma mit Rechtsform“ fehlt noch",
        ),
        ("ort", "", "„Ort“ fehlt noch"),
        ("sprache", "fr", "Wählen Sie die Sprache"),
    ] {
        let answer = page.submit(&operator, "main form", &[(field, wrong)]).await;
        answer.assert_status(422).assert_says(word);
    }
    let long = "x".repeat(301);
    page.submit(&operator, "main form", &[("name", &long)])
        .await
        .assert_status(422);
    // Only the contact: no mail, and no link stops working.
    page.submit(&operator, "main form", &[("telefon", "0221 99")])
        .await
        .assert_redirect("/kunden/4711");
    app.deliver();
    assert_eq!(app.mails_to(MAIL).len(), 1);
    // The name in the contract: a new mail, and the old link explains why it does not work.
    let page = operator.get(MASTER).await;
    let typed = [
        ("name", "<b>Özdemir</b> Backwaren AG"),
        ("plz", "1010"),
        ("land", "Österreich"),
    ];
    correct(&operator, &page, &typed).await;
    app.deliver();
    assert_eq!(app.mails_to(MAIL).len(), 2);
    let new = app.visitor().get(&app.consent_link(MAIL)).await;
    new.assert_says("<b>Özdemir</b> Backwaren AG");
    let page = app.visitor().get(&old).await;
    assert!(page.all("main form input[name=gelesen]").is_empty());
    assert_eq!(app.status(CUSTOMER), "requested");
    // It is found by the new name from now on.
    operator
        .get("/kunden?suche=Backwaren")
        .await
        .assert_says("Backwaren AG");
    // The other language is another text.
    app.clock.advance(minutes(5));
    let page = operator.get(MASTER).await;
    correct(&operator, &page, &[("sprache", "en")]).await;
    app.deliver();
    assert_eq!(app.mails_to(MAIL).len(), 3);
    let link = app.consent_link(MAIL);
    assert!(
        app.visitor()
            .get(&link)
            .await
            .text()
            .contains("lang=\"en\"")
    );
}

#[actix_web::test]
async fn a_correction_leaves_a_concluded_contract_alone() {
    let app = TestApp::start().await;
    asked(&app);
    app.conclude(MAIL).await;
    app.deliver();
    let before = app.mails().len();
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get(MASTER).await;
    let asked = page
        .submit(&operator, "main form", &[("name", "Umbenannt GmbH")])
        .await;
    asked
        .assert_status(200)
        .assert_says("Eine bloße Umfirmierung")
        .assert_says("Es wird keine E-Mail gesendet.")
        .assert_says("gilt weiter, wie er abgeschlossen wurde.");
    asked
        .submit(&operator, "main form", &[])
        .await
        .assert_redirect("/kunden/4711");
    app.deliver();
    assert_eq!(app.mails().len(), before);
    assert_eq!(app.status(CUSTOMER), "concluded");
    assert!(
        app.text("contents::text FROM agreement_documents")
            .contains("Bäckerei")
    );
}

#[actix_web::test]
async fn the_guard_lets_nobody_conclude_for_the_customer() {
    // 5.6-11: mailbox of the partner, of its users, or in its domain
    let app = TestApp::start().await;
    asked(&app);
    // Renaming the mailbox of a Submandant first does not make it acceptable.
    let mandant = app.sign_in(Person::Partner).await;
    let own = app.text("id FROM partners WHERE email = 'info@suessenguth.example'");
    let data = mandant.get(&format!("/submandanten/{own}/daten")).await;
    data.submit(&mandant, "main form", &[("email", "post@neu.example")])
        .await
        .assert_status(303);
    for person in [Person::Partner, Person::Operator] {
        let browser = app.sign_in(person).await;
        let page = browser.get(ADDRESS).await;
        for own in [
            "post@neu.example",
            "info@muster-it.example",
            "J.Weiss@Muster-IT.example",
            "irgendwer@post.muster-it.example",
            // Its Submandanten, whether named for this customer or not: one could be named right
            // after concluding for the customer.
            "info@nord-tk.example",
            "k.nordmann+avv@nord-tk.example",
            "irgendwer@suessenguth.example",
        ] {
            let answer = page.submit(&browser, "main form", &[("email", own)]).await;
            answer
                .assert_status(422)
                .assert_says("gehört zum Vertriebspartner");
            let offers = answer.attribute("#trotzdem", "type").is_some();
            assert_eq!(offers, person == Person::Operator, "{person:?} {own}");
        }
        // A partner cannot insist, whatever it sends.
        if person == Person::Partner {
            let fields = [
                ("email", "info@muster-it.example"),
                ("trotzdem", "ja"),
                ("grund", "Wir sind der Kunde"),
            ];
            page.submit(&browser, "main form", &fields)
                .await
                .assert_status(422);
        }
    }
    assert_eq!(app.case(CUSTOMER).customer.email().unwrap().as_str(), MAIL);

    // The operator may insist, but only with a reason, which the history keeps.
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get(ADDRESS).await;
    let typed = [
        ("email", "info@muster-it.example"),
        ("trotzdem", "ja"),
        ("grund", "  "),
    ];
    page.submit(&operator, "main form", &typed)
        .await
        .assert_status(422)
        .assert_says("warum diese Adresse trotzdem richtig ist");
    let typed = [
        ("email", "info@muster-it.example"),
        ("trotzdem", "ja"),
        ("grund", "Kunde ist eine Tochter der Muster IT"),
    ];
    page.submit(&operator, "main form", &typed)
        .await
        .assert_redirect("/kunden/4711/avv");
    operator
        .get("/kunden/4711/avv")
        .await
        .assert_says("Kunde ist eine Tochter der Muster IT");
    let alerts = "mails WHERE kind ->> 'alert' = 'address_of_partner'";
    assert_eq!(app.count(alerts), 1);
    assert_eq!(
        app.count("mails WHERE kind ->> 'kind' = 'address_changed'"),
        1
    );
}

#[actix_web::test]
async fn the_mandant_may_enter_an_address_and_everybody_learns_of_it() {
    let app = TestApp::start().await;
    asked(&app);
    let partner = app.sign_in(Person::Partner).await;
    partner
        .get("/kunden/4711")
        .await
        .assert_says("Ändern")
        .assert_silent_about(MAIL);
    let page = partner.get(ADDRESS).await;
    page.assert_says("Die bisherige Adresse erhält eine Nachricht")
        .assert_silent_about(MAIL);
    let done = page
        .submit(&partner, "main form", &[("email", "neu@oezdemir.example")])
        .await;
    partner
        .follow(&done)
        .await
        .assert_says("eingetragen und wartet auf Bestätigung");
    assert_eq!(
        app.count("mails WHERE kind ->> 'alert' = 'address_by_partner'"),
        1
    );
    assert_eq!(
        app.text("kind ->> 'old' FROM mails WHERE kind ->> 'kind' = 'address_changed'"),
        MAIL
    );
    // The same once more: it waits already.
    let page = partner.get(ADDRESS).await;
    page.submit(&partner, "main form", &[("email", "neu@oezdemir.example")])
        .await
        .assert_status(422)
        .assert_says("wartet schon");
    // No other user can open the page.
    for person in [Person::SubPartner, Person::ForeignPartner, Person::Customer] {
        let other = app.sign_in(person).await;
        other.get(ADDRESS).await.assert_status(404);
    }
}

#[actix_web::test]
async fn locked_links_open_nothing_and_a_new_one_may_follow() {
    // Row 53
    let app = TestApp::start().await;
    let path = "/betrieb/kunden/4711/links";
    let operator = app.sign_in(Person::Operator).await;
    operator.get(path).await.assert_redirect("/kunden/4711/avv");
    asked(&app);
    let operator = app.sign_in(Person::Operator).await;
    let leaked = app.consent_link(MAIL);
    let page = operator.get(path).await;
    page.assert_says("Alle bisher gesendeten Links werden ungültig.");
    page.submit(&operator, "main form", &[("grund", " ")])
        .await
        .assert_status(422)
        .assert_says("warum Sie die Links sperren");
    page.submit(
        &operator,
        "main form",
        &[("grund", "E-Mail weitergeleitet")],
    )
    .await
    .assert_redirect("/kunden/4711/avv");
    app.deliver();
    assert_eq!(app.mails_to(MAIL).len(), 1, "no new mail was asked for");
    assert_eq!(app.status(CUSTOMER), "open");
    let locked = app.visitor().get(&leaked).await;
    locked.assert_says("gesperrt");
    assert!(locked.all("main form input[name=gelesen]").is_empty());
    operator
        .get("/kunden/4711/avv")
        .await
        .assert_says("Alle Links gesperrt")
        .assert_says("Eine neue E-Mail hat der Kunde seitdem nicht erhalten")
        .assert_silent_about("noch keine E-Mail erhalten");
    let list = operator.get("/kunden").await;
    list.assert_says("Links gesperrt am")
        .assert_silent_about("noch keine E-Mail gesendet");
    // Locking twice does nothing more.
    let again = page
        .submit(&operator, "main form", &[("grund", "noch einmal")])
        .await;
    operator
        .follow(&again)
        .await
        .assert_says("gilt zurzeit kein Link");
    // With a new mail at once.
    app.clock.advance(minutes(10));
    app.ask(Person::Operator, CUSTOMER).unwrap();
    app.deliver();
    app.clock.advance(minutes(10));
    let page = operator.get(path).await;
    let typed = [("grund", "Postfach übernommen"), ("neu", "ja")];
    page.submit(&operator, "main form", &typed)
        .await
        .assert_status(303);
    app.deliver();
    let links = app.links_to(MAIL);
    assert_eq!(links.len(), 3);
    app.visitor()
        .get(&links[1])
        .await
        .assert_silent_about("name=\"gelesen\"");
    app.conclude(MAIL).await;
    assert_eq!(app.status(CUSTOMER), "concluded");
}

/// D6: a domain with umlauts is mailed in the form that servers know and shown as people write it;
/// a stored value that is no address is called that, shown to the operator, and not lost when
/// something else is saved.
#[actix_web::test]
async fn d6_umlauts_in_a_domain_and_addresses_that_are_none() {
    let app = TestApp::start().await;
    asked(&app);
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get(ADDRESS).await;
    let typed = [("email", "Info@Bäckerei-Özdemir.example")];
    page.submit(&operator, "main form", &typed)
        .await
        .assert_status(303);
    app.deliver();
    let is_new = |mail: &avv_portal::mail::Sent| mail.to.as_str().contains("xn--");
    let sent = app.mails().into_iter().find(is_new).unwrap();
    assert!(sent.to.as_str().is_ascii(), "{}", sent.to.as_str());
    assert_eq!(
        app.text("email FROM customers WHERE number = '4711'"),
        sent.to.as_str()
    );
    assert!(app.mails_to(sent.to.as_str()).len() == 1);
    let shown = "info@bäckerei-özdemir.example";
    for page in [ADDRESS, MASTER, "/kunden/4711", "/betrieb/mails"] {
        operator.get(page).await.assert_says(shown);
    }
    let partner = app.sign_in(Person::Partner).await;
    partner
        .get("/kunden/4711")
        .await
        .assert_says("i•••@bäckerei-özdemir.example");

    app.sql("UPDATE customers SET email = 'keine adresse@' WHERE number = '4711'")
        .unwrap();
    for page in [ADDRESS, MASTER, "/kunden/4711"] {
        let page = operator.get(page).await;
        page.assert_says("keine adresse@");
        assert!(
            page.words().to_lowercase().contains("gültig"),
            "{}",
            page.words()
        );
    }
    let page = operator.get(MASTER).await;
    page.submit(&operator, "main form", &[("telefon", "0221 99")])
        .await
        .assert_status(303);
    assert_eq!(
        app.text("email FROM customers WHERE number = '4711'"),
        "keine adresse@"
    );
}
