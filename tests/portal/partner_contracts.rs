//! Contracts under Art. 28(4) GDPR that are missing or end (C6): shown where a partner is chosen,
//! as an alert and by mail, and refused if the operator requires that.

use avv_portal::domain::partner_contract::{ContractFilter, ContractRule, ContractState};
use avv_portal::domain::{PartnerId, calendar};
use avv_portal::mail::transport::Transport;
use avv_portal::storage::partner_list::{PartnerQuery, list_partners};

use crate::harness::{CUSTOMER, Page, Person, TestApp, days};

const FORM: &str = "main form";
const OPERATOR: &str = "avv@plusnet.example";

async fn strict() -> TestApp {
    TestApp::start_configured(Transport::memory(), |config| {
        config.rules.partner_contract = ContractRule::Required;
    })
    .await
}

/// Records a contract that ends on this day in Berlin, or never.
fn record(app: &TestApp, partner: PartnerId, last: Option<&str>) {
    let until = last.map_or("NULL".to_owned(), |last| format!("'{last}'"));
    app.sql(&format!(
        "INSERT INTO partner_contracts (partner_id, signed_on, valid_until, reference, recorded_at, recorded_by)
         SELECT {partner}, '2020-01-01', {until}, 'Ordner 7', '2026-11-01', max(id) FROM users"
    ))
    .unwrap();
}

/// Names of the partners on a page of the list, in its order.
fn names(page: &Page) -> Vec<String> {
    page.attributes("tbody th a", "href")
}

#[actix_web::test]
async fn c6_a_choice_without_a_contract_is_warned_of_and_made() {
    let app = TestApp::start().await;
    let of = app.companies();
    app.book(CUSTOMER, "centraflex", false);
    record(&app, of.sub_partner, Some("2026-11-01"));
    let operator = app.sign_in(Person::Operator).await;
    let mandant = app.sign_in(Person::Partner).await;
    // Naming a Submandant: at the choice, and on the confirmation page.
    for browser in [&operator, &mandant] {
        browser
            .get("/kunden/4711/avv")
            .await
            .assert_says("(Vertrag nach Art. 28 Abs. 4 abgelaufen)");
        let path = format!("/kunden/4711/submandant?submandant={}", of.sub_partner);
        browser.get(&path).await.assert_says(
            "Der Vertrag nach Art. 28 Abs. 4 DSGVO mit Nord-TK GbR ist am 1. November 2026 abgelaufen.",
        );
    }
    let path = format!("/kunden/4711/submandant?submandant={}", of.sub_partner);
    let page = mandant.get(&path).await;
    let link = page.attribute("main .note a", "href").unwrap();
    assert_eq!(link, format!("/submandanten/{}/vertrag", of.sub_partner));
    mandant.get(&link).await.assert_status(200);
    page.submit(&mandant, FORM, &[]).await.assert_status(303);
    assert_eq!(
        app.case(CUSTOMER).sub_partner.unwrap().id,
        of.sub_partner,
        "only warned of"
    );
    // Assigning a Mandant.
    let path = "/betrieb/kunden/4711/partner";
    operator
        .get(path)
        .await
        .assert_says("Anders Systemhaus GmbH, Hannover (Vertrag nach Art. 28 Abs. 4 fehlt)");
    let path = format!("{path}?mandant={}", of.foreign_partner);
    let page = operator.get(&path).await;
    page.assert_says(
        "Mit Anders Systemhaus GmbH ist kein Vertrag nach Art. 28 Abs. 4 DSGVO erfasst.",
    )
    .assert_silent_about("Nord-TK GbR ist am");
    // Booking: all partners of the customer.
    for path in [
        "/betrieb/kunden/4711/buchung",
        "/betrieb/kunden/4711/buchung/bestaetigen?produkt=sip-trunk:ums",
    ] {
        operator
            .get(path)
            .await
            .assert_says("Mit Muster IT GmbH ist kein Vertrag")
            .assert_says("mit Nord-TK GbR ist am 1. November 2026 abgelaufen");
    }
    // A product that needs no agreement relies on no contract.
    operator
        .get("/betrieb/kunden/4711/buchung/bestaetigen?produkt=sip-trunk")
        .await
        .assert_status(200)
        .assert_silent_about("Art. 28 Abs. 4");
    // No green tick.
    for (id, word) in [
        (of.partner, "Vertrag fehlt"),
        (of.sub_partner, "Vertrag abgelaufen"),
    ] {
        let page = operator.get(&format!("/betrieb/partner/{id}")).await;
        assert_eq!(page.all("h2.tag"), [word]);
        assert_eq!(
            page.attribute("h2.tag", "data-status").as_deref(),
            Some("no_email")
        );
    }
}

#[actix_web::test]
async fn c6_a_required_contract_refuses_the_choice_on_the_server() {
    let app = strict().await;
    let of = app.companies();
    let operator = app.sign_in(Person::Operator).await;
    let mandant = app.sign_in(Person::Partner).await;
    let stand = |page: &Page| page.attribute("input[name=stand]", "value").unwrap();
    let token = |page: &Page| page.attribute("input[name=csrf]", "value").unwrap();
    let before = app.everything();

    // Naming a Submandant: not offered, not confirmed, and not done by a forged form.
    let status = mandant.get("/kunden/4711/avv").await;
    status.assert_says("Ohne geltenden Vertrag nach Art. 28 Abs. 4 kann niemand gewählt werden.");
    let option = format!("option[value='{}']", of.sub_partner);
    assert!(status.attribute(&option, "disabled").is_some());
    let path = format!("/kunden/4711/submandant?submandant={}", of.sub_partner);
    let refused = mandant.get(&path).await;
    refused.assert_redirect("/kunden/4711/avv");
    mandant
        .follow(&refused)
        .await
        .assert_says("Mit dem Untervertriebspartner gilt kein Vertrag nach Art. 28 Abs. 4 DSGVO")
        .assert_says("Bitte erfassen Sie den Vertrag auf der Seite des Untervertriebspartners");
    let empty = operator.get("/kunden/4711/stammdaten").await;
    let fields = [
        ("csrf", &token(&status)),
        ("submandant", &of.sub_partner.to_string()),
    ];
    let fields = fields.map(|(name, value)| (name, value.as_str()));
    mandant
        .post("/kunden/4711/submandant", &fields)
        .await
        .assert_redirect("/kunden/4711/avv");
    // Another Mandant's Submandant stays unknown (S-54).
    let foreign = app.text("id FROM partners WHERE name = 'Fremd-Sub KG'");
    let fields = [("csrf", fields[0].1), ("submandant", foreign.as_str())];
    mandant
        .post("/kunden/4711/submandant", &fields)
        .await
        .assert_status(404);

    // Assigning a Mandant.
    let path = format!(
        "/betrieb/kunden/4711/partner?mandant={}",
        of.foreign_partner
    );
    let refused = operator.get(&path).await;
    operator
        .follow(&refused)
        .await
        .assert_says("Mit dem Vertriebspartner gilt kein Vertrag");
    let (csrf, foreign) = (token(&empty), of.foreign_partner.to_string());
    let fields = [
        ("csrf", csrf.as_str()),
        ("mandant", foreign.as_str()),
        ("passwort", crate::harness::PASSWORD),
    ];
    let refused = operator.post("/betrieb/kunden/4711/partner", &fields).await;
    refused.assert_status(303);
    operator
        .follow(&refused)
        .await
        .assert_says("Mit dem Vertriebspartner gilt kein Vertrag");

    // Booking, by its page and by a forged form; in the same way an option is checked when it is
    // switched on.
    let path = "/betrieb/kunden/4711/buchung/bestaetigen?produkt=centraflex";
    let refused = operator.get(path).await;
    operator
        .follow(&refused)
        .await
        .assert_says("Mit dem Vertriebspartner gilt kein Vertrag");
    let plain = operator
        .get("/betrieb/kunden/4711/buchung/bestaetigen?produkt=sip-trunk")
        .await;
    let stamp = stand(&plain);
    let fields = [
        ("csrf", csrf.as_str()),
        ("stand", stamp.as_str()),
        ("produkt", "centraflex"),
    ];
    operator
        .post("/betrieb/kunden/4711/buchung", &fields)
        .await
        .assert_redirect("/kunden/4711");
    let changed: Vec<String> = app
        .changes_since(&before)
        .into_iter()
        .filter(|row| !row.contains("sessions") && !row.contains("attempts"))
        .collect();
    assert_eq!(changed, [""; 0], "nothing was done");

    // With a contract all of it works.
    record(&app, of.partner, None);
    record(&app, of.sub_partner, Some("2027-01-01"));
    let path = format!("/kunden/4711/submandant?submandant={}", of.sub_partner);
    let page = mandant.get(&path).await;
    page.assert_says("endet am 1. Januar 2027.");
    page.submit(&mandant, FORM, &[]).await.assert_status(303);
    let path = "/betrieb/kunden/4711/buchung/bestaetigen?produkt=centraflex";
    let page = operator.get(path).await;
    page.submit(&operator, FORM, &[]).await.assert_status(303);
    let case = app.case(CUSTOMER);
    assert!(case.sub_partner.is_some() && case.bookings.len() == 1);
}

#[actix_web::test]
async fn c6_the_end_of_a_contract_is_told_twice_and_closes_itself() {
    let app = TestApp::start().await;
    let of = app.companies();
    record(&app, of.partner, Some("2027-02-20"));
    record(&app, of.sub_partner, Some("2027-03-10"));
    let mails = || app.subjects_to(OPERATOR);
    app.at("2026-12-19 10:00");
    app.jobs();
    assert_eq!(mails(), [""; 0]);
    assert_eq!(app.count("alerts"), 0);
    app.at("2026-12-20 10:00");
    for _ in 0..2 {
        app.jobs();
        assert_eq!(
            mails(),
            ["Vertrag nach Art. 28 Abs. 4 endet: Muster IT GmbH"]
        );
    }
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get("/betrieb/hinweise").await;
    page.assert_says("Vertrag mit Partner endet")
        .assert_says("Muster IT GmbH")
        .assert_says("endet in weniger als zwei Monaten");
    let link = page.attribute(".alerts a", "href").unwrap();
    assert_eq!(link, format!("/betrieb/partner/{}", of.partner));
    // On the day after its last one; the same alert, with the administrator who has taken it.
    app.at("2027-02-20 23:00");
    app.jobs();
    let told = mails();
    assert_eq!(told.len(), 2, "and the Submandant's: {told:?}");
    app.at("2027-02-21 08:00");
    app.jobs();
    assert!(
        mails().contains(&"Vertrag nach Art. 28 Abs. 4 ist abgelaufen: Muster IT GmbH".to_owned())
    );
    assert_eq!(app.count("alerts WHERE done_at IS NULL"), 2);
    // Recording the next one closes it, and that one is announced in its own time.
    let operator = app.sign_in(Person::Operator).await;
    let form = operator
        .get(&format!("/betrieb/partner/{}/vertrag", of.partner))
        .await;
    let typed = [
        ("datum", "2027-02-20"),
        ("ende", "2027-12-31"),
        ("ablage", "Ordner 8"),
    ];
    form.submit(&operator, FORM, &typed)
        .await
        .assert_status(303);
    let open = "alerts WHERE done_at IS NULL";
    assert_eq!(app.count(open), 1, "the Submandant's is still open");
    operator
        .get("/betrieb/hinweise?welche=alle")
        .await
        .assert_says("von selbst erledigt");
    // A blocked partner needs none.
    app.sql(&format!(
        "UPDATE partners SET deactivated_at = '2027-02-21' WHERE id = {}",
        of.sub_partner
    ))
    .unwrap();
    app.jobs();
    assert_eq!(app.count(open), 0);
    app.at("2027-11-01 10:00");
    app.jobs();
    assert_eq!(app.count(open), 1);
    let told = mails();
    assert_eq!(told.len(), 4, "{told:?}");
}

#[actix_web::test]
async fn c6_a_mail_about_a_contract_that_was_renewed_is_not_sent() {
    let app = TestApp::start().await;
    let of = app.companies();
    record(&app, of.sub_partner, Some("2026-12-24"));
    let now = app.now();
    app.write(|conn| {
        avv_portal::actions::partner_contracts::warn(conn, &app.app, of.sub_partner, now)
    });
    record(&app, of.sub_partner, None);
    app.deliver();
    assert_eq!(app.subjects_to(OPERATOR), [""; 0]);
    assert_eq!(app.count("mails WHERE state = 'dropped'"), 1);
}

/// The filter agrees with the rule, page by page, for the operator and for a Mandant.
#[actix_web::test]
async fn c6_the_list_is_filtered_by_contract() {
    let app = TestApp::start().await;
    let of = app.companies();
    let subs =
        app.text("string_agg(id::text, ' ' ORDER BY id) FROM partners WHERE parent_id IS NOT NULL");
    let subs: Vec<PartnerId> = subs.split(' ').map(|id| id.parse().unwrap()).collect();
    record(&app, of.partner, None);
    record(&app, of.foreign_partner, Some("2026-11-22"));
    record(&app, subs[0], Some("2026-11-23"));
    record(&app, subs[1], Some("2027-01-23"));
    // The one recorded last counts.
    record(&app, subs[2], Some("2020-02-02"));
    record(&app, subs[2], Some("2027-01-24"));
    let operator = app.sign_in(Person::Operator).await;
    let today = calendar::day(app.now());
    for &filter in ContractFilter::ALL {
        let found = app.read(|conn| {
            let all = PartnerQuery {
                limit: 100,
                ..PartnerQuery::default()
            };
            let narrowed = PartnerQuery {
                contract: Some((filter, today)),
                ..all.clone()
            };
            let admitted: Vec<PartnerId> = list_partners(conn, &all)?
                .iter()
                .filter(|line| filter.admits(ContractState::of(line.contract, today)))
                .map(|line| line.partner.id)
                .collect();
            let listed: Vec<PartnerId> = list_partners(conn, &narrowed)?
                .iter()
                .map(|line| line.partner.id)
                .collect();
            Ok((listed, admitted))
        });
        assert_eq!(found.0, found.1, "{filter:?}");
        let path = format!("/betrieb/partner?vertrag={}", filter.key());
        let page = operator.get(&path).await;
        assert_eq!(names(&page).len(), found.0.len(), "{filter:?}");
        let chosen = page.attribute("#vertrag option[selected]", "value");
        assert_eq!(chosen.as_deref(), Some(filter.key()));
    }
    let page = operator.get("/betrieb/partner?vertrag=unsinn").await;
    assert_eq!(names(&page).len(), 5);
    let mandant = app.sign_in(Person::Partner).await;
    let page = mandant.get("/submandanten?vertrag=endet").await;
    page.assert_says("endet am 23.11.2026")
        .assert_says("endet am 23.01.2027");
    assert_eq!(names(&page).len(), 2);
    let page = mandant.get("/submandanten?vertrag=fehlt").await;
    page.assert_says("Hier steht niemand.");
    app.clock.advance(days(1));
}
