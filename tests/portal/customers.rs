//! Customers are added in the portal, and rows that were written without it are found (`check
//! --cases`).

use avv_portal::actions::list_check::check;
use avv_portal::domain::CustomerNumber;
use avv_portal::domain::partner_contract::ContractRule;
use avv_portal::mail::Transport;
use avv_portal::storage::case_rows::RowAgreement;

use crate::harness::{Browser, CUSTOMER, Page, Person, TestApp};
use crate::seeded::World;

const ADD: &str = "/betrieb/kunden/neu";
const NEW_MAIL: &str = "vertrag@huber-soehne.example";

fn typed<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("nummer", "K-20001"),
        ("name", "Huber & Söhne GmbH"),
        ("strasse", "Marktplatz 3"),
        ("plz", "50667"),
        ("ort", "Köln"),
        ("land", "Deutschland"),
        ("register", "Amtsgericht Köln, HRB 4711"),
        ("vertreten", "Vera Huber"),
        ("ansprechperson", "Einkauf"),
        ("telefon", "0221 4711"),
        ("email", NEW_MAIL),
        ("sprache", "de"),
    ];
    for (name, value) in more {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    fields
}

async fn fill(operator: &Browser, more: &[(&str, &str)]) -> Page {
    let form = operator.get(ADD).await;
    form.submit(operator, "main form", &typed(more)).await
}

fn number() -> CustomerNumber {
    "K-20001".parse().unwrap()
}

#[actix_web::test]
async fn b1_a_customer_is_added_with_everything_and_concludes() {
    let app = TestApp::start().await;
    let of = app.companies();
    let operator = app.sign_in(Person::Operator).await;
    let list = operator.get("/kunden").await;
    assert!(list.attributes("main a", "href").iter().any(|to| to == ADD));
    let (partner, sub) = (of.partner.to_string(), of.sub_partner.to_string());
    let before = app.everything();
    let first = fill(
        &operator,
        &[("mandant", &partner), ("produkt", "centraflex")],
    )
    .await;
    // The Mandant has Submandanten: the form is shown again, with everything that was typed.
    first
        .assert_status(200)
        .assert_says("Untervertriebspartner");
    assert_eq!(
        first.attribute("#name", "value").unwrap(),
        "Huber & Söhne GmbH"
    );
    let page = first
        .submit(&operator, "main form", &[("submandant", &sub)])
        .await;
    page.assert_status(200)
        .assert_says("Huber & Söhne GmbH anlegen?")
        .assert_says("Gespeichert ist noch nichts.")
        .assert_says("Der AVV-Status ist „Angefordert“.")
        .assert_says("Nord-TK GbR")
        .assert_says("Tengo Centraflex");
    assert_eq!(app.changes_since(&before), [""; 0]);
    page.submit(&operator, "main form", &[("passwort", "falsch")])
        .await
        .assert_status(422)
        .assert_says("Das Passwort stimmt nicht");
    let events = app.count("audit_events");
    let done = page.submit(&operator, "main form", &[]).await;
    done.assert_redirect("/kunden/K-20001");
    operator
        .follow(&done)
        .await
        .assert_says("ist angelegt. Der Kunde erhält jetzt eine E-Mail");
    assert_eq!(app.count("audit_events"), events + 1);
    // A double click adds nothing twice, and leads to the customer that the first one added.
    let after = app.everything();
    let again = page.submit(&operator, "main form", &[]).await;
    again.assert_redirect("/kunden/K-20001");
    assert_eq!(app.changes_since(&after), [""; 0]);
    let case = app.case(number());
    assert_eq!(case.partner.map(|one| one.id), Some(of.partner));
    assert_eq!(case.sub_partner.map(|one| one.id), Some(of.sub_partner));
    assert_eq!(case.bookings.len(), 1);
    // It is in list, search and log.
    operator
        .get("/kunden?suche=Huber&liste=1")
        .await
        .assert_says("K-20001");
    operator.get("/betrieb/protokoll").await.assert_says(
        "Kunde angelegt, Vertriebspartner Muster IT GmbH, Untervertriebspartner Nord-TK GbR, Tengo Centraflex gebucht",
    );
    app.deliver();
    assert_eq!(app.links_to(NEW_MAIL).len(), 1);
    app.conclude(NEW_MAIL).await;
    assert_eq!(app.status(number()), "concluded");
}

#[actix_web::test]
async fn b1_a_customer_is_added_with_little_and_completed_later() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let page = fill(&operator, &[("email", "")]).await;
    page.assert_says("Ein AVV ist noch nicht erforderlich.");
    // Back to the form: everything is still there.
    let back = page
        .submit(&operator, "main form", &[("zurueck", "ja")])
        .await;
    assert_eq!(back.attribute("#nummer", "value").unwrap(), "K-20001");
    let page = back.submit(&operator, "main form", &[]).await;
    let done = page.submit(&operator, "main form", &[]).await;
    let profile = operator.follow(&done).await;
    profile.assert_says("ohne E-Mail-Adresse");
    // Everything that was typed can be changed from there, except the number.
    let ways = profile.attributes("main a", "href");
    for way in [
        "/kunden/K-20001/stammdaten",
        "/kunden/K-20001/avv",
        "/betrieb/kunden/K-20001/buchung",
    ] {
        assert!(ways.iter().any(|to| to == way), "{way}: {ways:?}");
    }
    let master = operator.get("/kunden/K-20001/stammdaten").await;
    assert!(
        master
            .attributes("main a", "href")
            .iter()
            .any(|to| to == "/kunden/K-20001/stammdaten/email")
    );
    assert!(master.attribute("#nummer", "value").is_none());
    master
        .submit(&operator, "main form", &[("ort", "Bonn")])
        .await
        .assert_redirect("/kunden/K-20001");
    operator.get("/kunden/K-20001/avv").await.assert_status(200);
    assert_eq!(app.case(number()).customer.party.city, "Bonn");
}

#[actix_web::test]
async fn b2_what_is_refused_is_said_at_its_field_and_nothing_is_lost() {
    let app = TestApp::start().await;
    let of = app.companies();
    let operator = app.sign_in(Person::Operator).await;
    let partner = of.partner.to_string();
    let foreign = of.foreign_sub.to_string();
    let before = app.everything();
    for (field, value, words) in [
        ("nummer", "", "Geben Sie die Kundennummer ein"),
        ("nummer", "ä 1", "Die Kundennummer darf nur Buchstaben"),
        ("nummer", "4711", "Diese Kundennummer ist schon vergeben"),
        ("name", "", "„Firma mit Rechtsform“ fehlt noch"),
        ("plz", "1", "Postleitzahl"),
        ("email", "keine", "Geben Sie genau eine E-Mail-Adresse ein"),
        ("sprache", "fr", "Wählen Sie die Sprache"),
        ("mandant", "x", "Wählen Sie einen Vertriebspartner"),
        (
            "mandant",
            "999999",
            "Untervertriebspartner kann einen Kunden nur",
        ),
        ("produkt", "gibtsnicht", "Wählen Sie ein Produkt aus"),
        ("trunk:ums", "ja", "Wählen Sie zur Option auch ihr Produkt"),
    ] {
        let page = fill(&operator, &[(field, value)]).await;
        page.assert_status(422).assert_says(words);
        if field != "name" {
            assert_eq!(
                page.attribute("#name", "value").unwrap(),
                "Huber & Söhne GmbH"
            );
        }
    }
    // A link leads to the customer with the number.
    let taken = fill(&operator, &[("nummer", "4711")]).await;
    assert!(
        taken
            .attributes("main .note a", "href")
            .contains(&"/kunden/4711".to_owned())
    );
    // An address of the partner, and a Submandant of another one.
    fill(
        &operator,
        &[
            ("mandant", &partner),
            ("submandanten_von", &partner),
            ("email", Person::Partner.email()),
        ],
    )
    .await
    .assert_status(422)
    .assert_says("Diese Adresse gehört zum gewählten Vertriebspartner");
    fill(
        &operator,
        &[("mandant", &partner), ("submandant", &foreign)],
    )
    .await
    .assert_status(422)
    .assert_says("gehört nicht zum Vertriebspartner");
    assert_eq!(app.changes_since(&before), [""; 0]);
}

#[actix_web::test]
async fn b1_what_changed_since_the_confirmation_is_shown_again() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let page = fill(&operator, &[("produkt", "centraflex")]).await;
    page.assert_status(200);
    // Other values than those that were confirmed.
    let other = page
        .submit(&operator, "main form", &[("name", "Anders GmbH")])
        .await;
    other
        .assert_status(200)
        .assert_says("Anders GmbH anlegen?")
        .assert_says("hat sich etwas geändert");
    assert!(app.count("customers WHERE number = 'K-20001'") == 0);
}

#[actix_web::test]
async fn c6_a_required_contract_refuses_the_partner_of_a_new_customer() {
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.rules.partner_contract = ContractRule::Required;
    })
    .await;
    let partner = app.companies().foreign_partner.to_string();
    let operator = app.sign_in(Person::Operator).await;
    fill(
        &operator,
        &[("mandant", &partner), ("submandanten_von", &partner)],
    )
    .await
    .assert_status(422)
    .assert_says("Mit dem Vertriebspartner gilt kein Vertrag nach Art. 28 Abs. 4 DSGVO");
}

#[actix_web::test]
async fn c7_rows_that_were_written_past_the_program_are_found_and_mended() {
    let World { app, .. } = World::build().await;
    let all = u64::try_from(app.count("customers")).unwrap();
    let checked = check(&app.app, false).unwrap();
    assert_eq!((checked.customers, checked.found()), (all, 0));
    // Another name, a missing word, a missing row, facts that cannot be read.
    for number in ["K-1", "K-2", "K-3", "K-4"] {
        let number: CustomerNumber = number.parse().unwrap();
        app.add_customer(number, "Firma GmbH", None);
    }
    for careless in [
        "UPDATE customers SET name = 'Anders GmbH' WHERE number = 'K-1'",
        "DELETE FROM case_words WHERE word = 'firma' AND row_id = (SELECT id FROM case_rows WHERE number = 'K-2')",
        "DELETE FROM case_words WHERE row_id = (SELECT id FROM case_rows WHERE number = 'K-3'); \
         DELETE FROM case_rows WHERE number = 'K-3'",
        "UPDATE customers SET deleted_at = now() WHERE number = 'K-4'",
    ] {
        app.sql(careless).unwrap();
    }
    app.sql(
        "INSERT INTO status_totals VALUES ('all', 0, 'concluded', 2) \
         ON CONFLICT (whose, who, status) DO UPDATE SET customers = status_totals.customers + 2",
    )
    .unwrap();
    let before = app.everything();
    let checked = check(&app.app, false).unwrap();
    assert_eq!(app.changes_since(&before), [""; 0]);
    assert_eq!((checked.differing, checked.missing), (3, 1));
    assert_eq!(checked.totals, 1);
    assert!(!checked.is_in_order());
    let named: Vec<String> = (checked.named.iter())
        .map(|(number, _)| number.to_string())
        .collect();
    assert_eq!(named, ["K-1", "K-2", "K-3", "K-4"]);
    assert_eq!(checked.named[2].1, RowAgreement::NoRow);
    let events = app.count("audit_events");
    let mended = check(&app.app, true).unwrap();
    assert_eq!((mended.mended, mended.totals), (4, 1));
    assert!(mended.is_in_order());
    assert_eq!(app.count("audit_events"), events + 1);
    let again = check(&app.app, false).unwrap();
    assert_eq!((again.found(), again.totals), (0, 0));
    app.sign_in(Person::Operator)
        .await
        .get("/kunden?suche=Anders+GmbH&liste=1")
        .await
        .assert_says("K-1");
    assert_eq!(app.status(CUSTOMER), "concluded");
}

#[actix_web::test]
async fn f11_facts_that_cannot_be_read_are_named() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.sql("ALTER TABLE bookings DROP CONSTRAINT IF EXISTS bookings_product_code_fkey; UPDATE bookings SET product_code = 'fort'")
        .unwrap();
    let checked = check(&app.app, true).unwrap();
    assert_eq!((checked.unreadable, checked.mended), (1, 0));
    assert!(
        matches!(&checked.named[0], (CUSTOMER, RowAgreement::Unreadable(why)) if why.contains("fort"))
    );
    assert!(!checked.is_in_order());
}
