//! Naming a sub-partner (Submandant): by whom, which, when, and what it does to links (R-04,
//! row 11, S-54).

use avv_portal::domain::PartnerId;
use avv_portal::mail::Transport;

use crate::harness::{Browser, CUSTOMER, Page, Person, TestApp, days, hours, minutes};

const MAIL: &str = "info@oezdemir.example";
const PATH: &str = "/kunden/4711/submandant";
const FORM: &str = "form[method='post'][action='/kunden/4711/submandant']";

async fn confirm(browser: &Browser, sub: Option<PartnerId>) -> Page {
    let chosen = sub.map(|id| id.to_string()).unwrap_or_default();
    browser.get(&format!("{PATH}?submandant={chosen}")).await
}

async fn name(browser: &Browser, sub: Option<PartnerId>) {
    let page = confirm(browser, sub).await;
    page.assert_status(200);
    page.submit(browser, FORM, &[])
        .await
        .assert_redirect("/kunden/4711/avv");
}

#[actix_web::test]
async fn naming_and_removing_before_conclusion_replaces_every_link() {
    let app = TestApp::start().await;
    let companies = app.companies();
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.clock.advance(hours(1));
    let partner = app.sign_in(Person::Partner).await;
    let sub = app.sign_in(Person::SubPartner).await;
    sub.get("/kunden/4711").await.assert_status(404);

    // The choice contains the Mandant's own ones; the confirmation page shows the consequences and
    // changes nothing.
    let status = partner.get("/kunden/4711/avv").await;
    let offered = status.all("select[name='submandant'] option");
    assert!(
        offered.iter().any(|name| name.contains("Nord-TK GbR")),
        "{offered:?}"
    );
    assert!(
        !offered.iter().any(|name| name.contains("Fremd-Sub KG")),
        "{offered:?}"
    );
    let page = confirm(&partner, Some(companies.sub_partner)).await;
    page.assert_status(200)
        .assert_says("Nord-TK GbR")
        .assert_says("Alle bisher gesendeten Links werden ungültig");
    assert_eq!(app.case(CUSTOMER).sub_partner, None);
    page.submit(&partner, FORM, &[]).await.assert_status(303);
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "requested");
    sub.get("/kunden/4711").await.assert_status(200);
    sub.get("/zugriff/4711/centraflex").await.assert_status(403);
    // The same click once more changes nothing.
    page.submit(&partner, FORM, &[]).await.assert_status(303);
    app.jobs();

    // Replaced by another one, then none.
    app.clock.advance(days(1));
    let partner = app.sign_in(Person::Partner).await;
    name(&partner, Some(companies.second_sub)).await;
    app.jobs();
    sub_is_out(&app).await;
    app.clock.advance(days(1));
    let operator = app.sign_in(Person::Operator).await;
    name(&operator, None).await;
    app.jobs();

    let links = app.links_to(MAIL);
    assert_eq!(
        links.len(),
        4,
        "one mail for each change: {:?}",
        app.subjects_to(MAIL)
    );
    let visitor = app.visitor();
    for old in &links[..3] {
        visitor
            .get(old)
            .await
            .assert_says("Es gibt eine neuere E-Mail");
    }
    let mails = app.mails_to(MAIL);
    for (mail, named) in mails
        .iter()
        .zip([None, Some("Nord-TK GbR"), Some("Süßenguth"), None])
    {
        for sub in ["Nord-TK GbR", "Süßenguth"] {
            // The mail that a sub-partner has left may name it; it must not offer it.
            if named.is_some() || mail.written.subject == mails[0].written.subject {
                assert_eq!(
                    mail.written.text.contains(sub),
                    named == Some(sub),
                    "{sub} in: {}",
                    mail.written.text
                );
            }
        }
    }
    let page = visitor.get(&links[3]).await;
    page.assert_status(200)
        .assert_says("Muster IT GmbH")
        .assert_silent_about("Fernmeldetechnik");
    app.conclude(MAIL).await;
    let case = app.case(CUSTOMER);
    assert_eq!(case.agreement().unwrap().offer.sub_partner, None);
}

async fn sub_is_out(app: &TestApp) {
    let sub = app.sign_in(Person::SubPartner).await;
    sub.get("/kunden/4711").await.assert_status(404);
    sub.get("/zugriff/4711/centraflex").await.assert_status(403);
}

/// S-54: another Mandant's key does not exist here, in whatever way it is sent.
#[actix_web::test]
async fn a_foreign_sub_partner_is_refused() {
    let app = TestApp::start().await;
    let companies = app.companies();
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    for person in [Person::Partner, Person::Operator] {
        let browser = app.sign_in(person).await;
        let own = confirm(&browser, Some(companies.sub_partner)).await;
        own.assert_status(200);
        for foreign in [
            companies.foreign_sub,
            companies.foreign_partner,
            companies.partner,
            PartnerId(999_999),
            PartnerId(-1),
            PartnerId(i64::MAX),
        ] {
            confirm(&browser, Some(foreign)).await.assert_status(404);
            let id = foreign.to_string();
            own.submit(&browser, FORM, &[("submandant", &id)])
                .await
                .assert_status(404);
        }
        for odd in ["abc", "1 OR 1=1", "99999999999999999999", "1.0"] {
            own.submit(&browser, FORM, &[("submandant", odd)])
                .await
                .assert_status(404);
        }
    }
    for person in [
        Person::SubPartner,
        Person::Customer,
        Person::ForeignPartner,
        Person::ForeignCustomer,
    ] {
        let browser = app.sign_in(person).await;
        let id = companies.sub_partner.to_string();
        for answer in [
            confirm(&browser, Some(companies.sub_partner)).await,
            browser.post(PATH, &[("submandant", &id)]).await,
        ] {
            assert!(
                [403, 404].contains(&answer.status.as_u16()),
                "{person:?}: {}",
                answer.status
            );
        }
    }
    assert_eq!(app.case(CUSTOMER).sub_partner, None);
    assert_eq!(app.mails().len(), 1);
}

/// 5.8-16, LC-24: a company that is named in a contract needs an address.
#[actix_web::test]
async fn a_sub_partner_without_contact_data_cannot_be_named() {
    let app = TestApp::start().await;
    let companies = app.companies();
    app.book(CUSTOMER, "centraflex", false);
    let partner = app.sign_in(Person::Partner).await;
    let before = confirm(&partner, Some(companies.sub_partner)).await;
    for missing in [
        "street = ''",
        "city = ''",
        "email = NULL",
        "blocked_at = '2026-11-01T00:00:00Z'",
    ] {
        app.sql(&format!(
            "UPDATE partners SET {missing} WHERE name = 'Nord-TK GbR'"
        ))
        .unwrap();
        confirm(&partner, Some(companies.sub_partner))
            .await
            .assert_status(404);
        // Also if the confirmation page was open before.
        let answer = before.submit(&partner, FORM, &[]).await;
        answer.assert_status(303);
        partner
            .get("/kunden/4711/avv")
            .await
            .assert_says("fehlen Kontaktdaten");
        assert_eq!(app.case(CUSTOMER).sub_partner, None, "{missing}");
        app.sql("UPDATE partners SET street = 'Hafenweg 3', city = 'Kiel', email = 'info@nord-tk.example', blocked_at = NULL WHERE name = 'Nord-TK GbR'").unwrap();
    }
    before.submit(&partner, FORM, &[]).await.assert_status(303);
    assert!(app.case(CUSTOMER).sub_partner.is_some());
}

/// Rows 20 to 24: after conclusion the page shows what will happen, and it does happen.
#[actix_web::test]
async fn after_conclusion_the_sub_partner_waits_for_the_amendment() {
    let app = TestApp::start().await;
    let companies = app.companies();
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    app.clock.advance(hours(1));
    let partner = app.sign_in(Person::Partner).await;
    let sub = app.sign_in(Person::SubPartner).await;

    // Row 20: the Mandant goes on, the Submandant waits.
    let page = confirm(&partner, Some(companies.sub_partner)).await;
    page.assert_status(200)
        .assert_says("Muster IT GmbH kann weiter öffnen: Tengo Centraflex.")
        .assert_says("Nord-TK GbR sieht ab sofort den Kunden und den Stand seines AVV, aber nicht den Vertragstext.")
        .assert_says("Für Nord-TK GbR bleibt bis zur Ergänzung des Vertrags gesperrt: Tengo Centraflex.")
        .assert_says("gilt weiter, wie er abgeschlossen wurde.")
        .assert_says("erhält sofort eine E-Mail an i•••@oezdemir.example")
        .assert_says("wechselt von „Abgeschlossen“ zu „Abgeschlossen, Ergänzung angefordert“");
    assert_eq!(app.status(CUSTOMER), "concluded", "looking changes nothing");
    for _ in 0..2 {
        page.submit(&partner, FORM, &[]).await.assert_status(303);
    }
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "update_pending");
    assert_eq!(app.links_to(MAIL).len(), 2, "two clicks are one");
    partner
        .get("/kunden/4711/avv")
        .await
        .assert_says("Nord-TK GbR wartet auf die Ergänzung des Vertrags");
    partner
        .get("/zugriff/4711/centraflex")
        .await
        .assert_status(204);
    sub.get("/zugriff/4711/centraflex").await.assert_status(403);
    sub.get("/kunden/4711/avv")
        .await
        .assert_says("nennt Ihr Unternehmen aber noch nicht");

    // Row 21.
    app.conclude(MAIL).await;
    sub.get("/zugriff/4711/centraflex").await.assert_status(204);

    // Row 24: no access from now on, and nothing has to be concluded.
    let page = confirm(&partner, None).await;
    page.assert_says("Nord-TK GbR sieht diesen Kunden ab sofort nicht mehr.")
        .assert_says("Nord-TK GbR kann ab sofort nicht mehr öffnen: Tengo Centraflex.")
        .assert_says("Nord-TK GbR betreut den Kunden nicht mehr, es ist nichts zu tun.")
        .assert_says("Der AVV-Status bleibt „Abgeschlossen“.");
    page.submit(&partner, FORM, &[]).await.assert_status(303);
    partner
        .get("/kunden/4711/avv")
        .await
        .assert_says("eine kurze Nachricht, auf die er nicht antworten muss");
    sub.get("/zugriff/4711/centraflex").await.assert_status(403);
    assert_eq!(app.status(CUSTOMER), "concluded");
    assert_eq!(
        app.count(
            "mails WHERE customer_number = '4711' AND kind->'news'->>'news' = 'sub_partner_left'"
        ),
        1
    );
}

/// Row 20: after conclusion another sub-partner is an amendment. The page of its link shows in a
/// box what is new; until it is concluded the Mandant goes on and the sub-partner waits.
#[actix_web::test]
async fn after_conclusion_the_choice_becomes_an_amendment_that_says_what_is_new() {
    let app = TestApp::start().await;
    let companies = app.companies();
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let first = app.visitor().get(&app.consent_link(MAIL)).await;
    first.assert_silent_about("Was ist neu");
    app.conclude(MAIL).await;
    app.clock.advance(days(1));
    let partner = app.sign_in(Person::Partner).await;
    name(&partner, Some(companies.sub_partner)).await;
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "update_pending");
    let page = app.visitor().get(&app.consent_link(MAIL)).await;
    page.assert_says("Was ist neu?")
        .assert_says("Als Untervertriebspartner kommt Nord-TK GbR hinzu. Alles andere bleibt, wie Sie es am 23. November 2026 abgeschlossen haben.");
    let gate = "/zugriff/4711/centraflex";
    partner.get(gate).await.assert_status(204);
    let sub = app.sign_in(Person::SubPartner).await;
    sub.get(gate).await.assert_status(403);
    app.conclude(MAIL).await;
    sub.get(gate).await.assert_status(204);
}

/// C1: an agreement whose amendment was declined is not "Abgeschlossen" with nothing to do: the
/// list, the start page and the status page say that a partner still has no access, and what to do.
#[actix_web::test]
async fn c1_a_declined_amendment_is_something_to_settle() {
    let app = TestApp::start().await;
    let companies = app.companies();
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    app.clock.advance(days(1));
    let partner = app.sign_in(Person::Partner).await;
    name(&partner, Some(companies.sub_partner)).await;
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "update_pending");
    app.clock.advance(minutes(10));
    let link = app.consent_link(MAIL);
    app.visitor()
        .post(&format!("{link}/ablehnen"), &[("bestaetigung", "ja")])
        .await
        .assert_status(303);
    assert_eq!(app.status(CUSTOMER), "amendment_open");
    let page = partner.get("/kunden/4711/avv").await;
    page.assert_says("Abgeschlossen, Ergänzung offen")
        .assert_says("Die Ergänzung hat der Kunde am 24. November 2026 abgelehnt")
        .assert_says("Senden Sie eine neue Anforderung, wenn der Kunde doch abschließen möchte");
    assert!(!page.words().contains("Es ist nichts zu tun"));
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/kunden?status=amendment_open")
        .await
        .assert_says("offen seit 24.11.2026");
    operator
        .get("/betrieb")
        .await
        .assert_says("Ergänzung zum Vertrag offen");
    // The Mandant has access, the Submandant has not: the access rule was right all the time.
    let gate = "/zugriff/4711/centraflex";
    partner.get(gate).await.assert_status(204);
    let sub = app.sign_in(Person::SubPartner).await;
    sub.get(gate).await.assert_status(403);
    sub.get("/kunden/4711/avv")
        .await
        .assert_says("nennt Ihr Unternehmen aber noch nicht");
}

/// Words that a mail program would turn into a link.
const LEADS_AWAY: &str = "Jetzt zahlen: https://boese.example/avv GmbH";

#[actix_web::test]
async fn a5_no_field_about_a_partner_takes_an_address() {
    let app = TestApp::start().await;
    let sub = app.companies().sub_partner;
    for (person, new, own) in [
        (
            Person::Partner,
            "/submandanten/neu".to_owned(),
            format!("/submandanten/{sub}/daten"),
        ),
        (
            Person::Operator,
            "/betrieb/partner/neu".to_owned(),
            format!("/betrieb/partner/{sub}/daten"),
        ),
    ] {
        let browser = app.sign_in(person).await;
        for path in [new, own] {
            let page = browser.get(&path).await;
            let form = "main form[method='post']";
            let (_, fields) = page.form(form);
            let asked =
                |name: &&String| !["email", "csrf", "mandant", "stand"].contains(&name.as_str());
            let names = fields.iter().map(|(name, _)| name).filter(asked);
            let names: Vec<&String> = names.collect();
            assert_eq!(names.len(), 9, "{names:?}");
            for field in names {
                let typed = [("name", "Neu GmbH"), (field.as_str(), LEADS_AWAY)];
                let answer = page.submit(&browser, form, &typed).await;
                answer
                    .assert_status(422)
                    .assert_says("Lassen Sie Internet- und E-Mail-Adressen");
                let kept = answer.attribute(&format!("[name='{field}']"), "value");
                assert_eq!(kept.as_deref(), Some(LEADS_AWAY), "{path} {field}");
            }
        }
    }
    let count = app.text("count(*)::text FROM partners WHERE name LIKE '%boese%'");
    assert_eq!(count, "0");
}

#[actix_web::test]
async fn a5_a_new_submandant_waits_for_the_release_if_the_operator_wants_it() {
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.rules.release_sub_partners = true;
    })
    .await;
    app.book(CUSTOMER, "centraflex", false);
    let partner = app.sign_in(Person::Partner).await;
    let form = partner.get("/submandanten/neu").await;
    let typed = [
        ("name", "Ostsee Telefon KG"),
        ("strasse", "Strandweg 1"),
        ("plz", "18055"),
        ("ort", "Rostock"),
        ("vertreten", "Heinke Ostermann"),
        ("ansprechperson", "Datenschutz"),
        ("email", "avv@ostsee.example"),
        ("telefon", "0381 555-1"),
    ];
    let added = form
        .submit(&partner, "main form[method='post']", &typed)
        .await;
    let page = partner.follow(&added).await;
    page.assert_says("Wartet auf Freigabe");
    let id = added.location().rsplit('/').next().unwrap().to_owned();
    let choice = format!("{PATH}?submandant={id}");
    partner.get(&choice).await.assert_status(404);
    // Naming it without the page is refused by the rule.
    let existing = confirm(&partner, Some(app.companies().sub_partner)).await;
    existing
        .submit(&partner, FORM, &[("submandant", &id)])
        .await
        .assert_status(303);
    assert_eq!(app.case(CUSTOMER).sub_partner, None);

    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/betrieb")
        .await
        .assert_says("Submandant wartet auf Ihre Freigabe");
    let shown = operator.get(&format!("/betrieb/partner/{id}")).await;
    let release = format!("form[action='/betrieb/partner/{id}/aufnahme']");
    shown
        .submit(&operator, &release, &[])
        .await
        .assert_status(303);
    let again = shown.submit(&operator, &release, &[]).await;
    operator
        .follow(&again)
        .await
        .assert_says("Daran hat sich nichts geändert");
    partner.get(&choice).await.assert_status(200);
    // One that the operator adds needs no release.
    assert_eq!(
        app.text("count(*)::text FROM audit_events WHERE details::text LIKE '%released%'"),
        "1"
    );
}
