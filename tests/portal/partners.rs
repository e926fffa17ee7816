//! Partners: the directory, contracts with files, blocking, deactivating, assigning a customer.

use avv_portal::domain::{CustomerNumber, PartnerId};
use avv_portal::jobs;

use crate::harness::{
    Browser, CUSTOMER, FOREIGN_CUSTOMER, Page, Person, TestApp, days, hours, minutes,
};
use crate::seeded::{NEIGHBOUR, World};

const MAIL: &str = "info@oezdemir.example";
const FORM: &str = "main form[method='post']";
const ASSIGN: &str = "/betrieb/kunden/4711/partner";

/// A complete partner, as it is typed.
const TYPED: [(&str, &str); 10] = [
    ("name", "Ostsee Telefon & Söhne KG"),
    ("strasse", "Strandweg 1"),
    ("plz", "18055"),
    ("ort", "Rostock"),
    ("land", "Deutschland"),
    ("register", ""),
    ("vertreten", "Heinke Ostermann"),
    ("ansprechperson", "Datenschutz"),
    ("email", "avv@ostsee.example"),
    ("telefon", "0381 555-1"),
];

fn partner_of(page: &Page) -> PartnerId {
    let id = page.location();
    id.rsplit('/').next().unwrap().parse().unwrap()
}

async fn submit(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let page = browser.get(path).await;
    page.assert_status(200);
    page.submit(browser, FORM, fields).await
}

/// A3: a partner can add as many companies as one can type, but not thousands.
#[actix_web::test]
async fn a3_submandanten_are_not_added_without_end() {
    let app = TestApp::start().await;
    let mandant = app.sign_in(Person::Partner).await;
    let page = mandant.get("/submandanten/neu").await;
    let add = async |n: usize| {
        let name = format!("Unterpartner {n} GmbH");
        page.submit(&mandant, FORM, &[("name", &name)]).await
    };
    let mut added = 0;
    let refused = loop {
        let answer = add(added).await;
        if answer.status != 303 {
            break answer;
        }
        added += 1;
        assert!(added <= 30, "company after company");
    };
    assert!(added >= 20, "only {added}");
    refused
        .assert_status(422)
        .assert_says("sehr viele Untervertriebspartner");
    let typed = format!("Unterpartner {added} GmbH");
    assert_eq!(refused.attribute("#name", "value"), Some(typed));
    app.clock.advance(minutes(61));
    let mandant = app.sign_in(Person::Partner).await;
    submit(&mandant, "/submandanten/neu", &[("name", "Danach GmbH")])
        .await
        .assert_status(303);
}

#[actix_web::test]
async fn a_mandant_keeps_its_own_submandanten() {
    let app = TestApp::start().await;
    let (companies, mandant) = (app.companies(), app.sign_in(Person::Partner).await);
    // Another Mandant's key in the form does not give access to that one's Submandanten (S-54,
    // S-55).
    let foreign = companies.foreign_partner.to_string();
    let mut fields: Vec<(&str, &str)> = TYPED[..5].to_vec();
    fields.push(("mandant", &foreign));
    let added = submit(&mandant, "/submandanten/neu", &fields).await;
    added.assert_redirect("/submandanten/");
    let id = partner_of(&added);
    assert_eq!(
        app.text(&format!("parent_id FROM partners WHERE id = {id}")),
        companies.partner.to_string()
    );
    // A double click adds it once, and leads to the same page.
    let twice = submit(&mandant, "/submandanten/neu", &fields).await;
    assert_eq!(partner_of(&twice), id);
    let page = mandant.follow(&added).await;
    page.assert_says("Es fehlen noch Angaben")
        .assert_says("E-Mail-Adresse")
        .assert_says("Unvollständig");
    // 5.8-16: it cannot be named before its data are complete.
    app.book(CUSTOMER, "centraflex", false);
    let choice = format!("/kunden/4711/submandant?submandant={id}");
    mandant.get(&choice).await.assert_status(404);

    // Errors are shown at their fields, and what was typed is kept.
    let data = format!("/submandanten/{id}/daten");
    let wrong = submit(&mandant, &data, &[("email", "kein at"), ("name", " ")]).await;
    wrong
        .assert_status(422)
        .assert_says("genau eine E-Mail-Adresse");
    assert_eq!(wrong.attribute("#email", "value").unwrap(), "kein at");
    submit(&mandant, &data, &TYPED).await.assert_status(303);
    mandant.get(&choice).await.assert_status(200);
    // LC-24: complete data must stay complete.
    let emptied = submit(&mandant, &data, &[("telefon", "")]).await;
    emptied
        .assert_status(422)
        .assert_says("„Telefon“ fehlt noch");

    let list = mandant.get("/submandanten").await;
    list.assert_says("Ostsee Telefon & Söhne KG")
        .assert_silent_about("Fremd-Sub")
        .assert_silent_about("Anders Systemhaus");
    let found = mandant.get("/submandanten?suche=SOHNE+ost").await;
    assert_eq!(found.all("tbody tr").len(), 1);
    assert_eq!(
        mandant
            .get("/submandanten?suche=%25")
            .await
            .all("tbody tr")
            .len(),
        list.all("tbody tr").len(),
        "a sign is no word"
    );
    for (person, status) in [
        (Person::ForeignPartner, 404),
        (Person::SubPartner, 404),
        (Person::Operator, 404),
    ] {
        let browser = app.sign_in(person).await;
        browser.get(&data).await.assert_status(status);
    }
    // Concluded agreements keep their copy with the old name.
    mandant
        .get(&data)
        .await
        .assert_silent_about("bleiben, wie sie sind");
    let sub_data = format!("/submandanten/{}/daten", companies.sub_partner);
    app.sql(&format!(
        "UPDATE case_rows SET sub_partner_id = {}",
        companies.sub_partner
    ))
    .unwrap();
    mandant
        .get(&sub_data)
        .await
        .assert_says("Abgeschlossene Verträge bleiben, wie sie sind");
}

#[actix_web::test]
async fn the_operators_list_shows_each_mandant_with_its_submandanten() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let rows = || async {
        let page = operator.get("/betrieb/partner").await;
        page.all("tbody th a")
    };
    let before = rows().await;
    assert_eq!(
        before,
        [
            "Anders Systemhaus GmbH",
            "Fremd-Sub KG",
            "Muster IT GmbH",
            "Fernmeldetechnik Süßenguth & Töchter GmbH",
            "Nord-TK GbR"
        ]
    );
    // With another name a Mandant moves in the list with all its Submandanten.
    let companies = app.companies();
    let path = format!("/betrieb/partner/{}/daten", companies.foreign_partner);
    submit(&operator, &path, &[("name", "Zuletzt GmbH")])
        .await
        .assert_status(303);
    assert_eq!(rows().await[3..], ["Zuletzt GmbH", "Fremd-Sub KG"]);
    assert_eq!(
        operator
            .get("/betrieb/partner?suche=zulet")
            .await
            .all("tbody tr")
            .len(),
        2,
        "the Mandant's name finds its Submandanten"
    );
    // Pages follow each other without a gap and without repeating a partner.
    let viewer = app.viewer(Person::Operator);
    let now = app.now();
    app.write(|conn| {
        for n in 0..110 {
            let party = avv_portal::domain::Party {
                name: format!("Partner {:03} GmbH", n % 60),
                // Two partners with the same name are distinct only if other data differ.
                city: format!("Ort {n}"),
                ..Default::default()
            };
            avv_portal::actions::partner_directory::add(conn, &viewer, None, &party, false, now)?;
        }
        Ok(())
    });
    let (mut seen, mut next) = (Vec::new(), Some("/betrieb/partner".to_owned()));
    while let Some(path) = next {
        let page = operator.get(&path).await;
        page.assert_status(200);
        seen.extend(page.all("tbody th a"));
        next = page.attribute("a[rel=next]", "href");
    }
    assert_eq!(seen.len(), 115);
    assert_eq!(
        seen[2..]
            .iter()
            .filter(|name| *name == "Partner 007 GmbH")
            .count(),
        2
    );
    for odd in [
        "?nach=abc",
        "?nach=-1",
        "?nach=99999999999999999999",
        "?suche=%00",
    ] {
        let page = operator.get(&format!("/betrieb/partner{odd}")).await;
        assert!(
            [200, 400].contains(&page.status.as_u16()),
            "{odd}: {}",
            page.status
        );
    }
}

/// EV-14, S-77.
#[actix_web::test]
async fn a_contract_is_recorded_with_its_file_and_warned_about() {
    let app = TestApp::start().await;
    let companies = app.companies();
    let (mandant, operator) = (
        app.sign_in(Person::Partner).await,
        app.sign_in(Person::Operator).await,
    );
    let sub = format!("/submandanten/{}", companies.sub_partner);
    let path = format!("{sub}/vertrag");
    mandant.get(&sub).await.assert_says("Der Vertrag fehlt");
    let page = mandant.get(&path).await;
    let (_, hidden) = page.form(FORM);
    let token = hidden
        .iter()
        .find(|(name, _)| name == "csrf")
        .unwrap()
        .1
        .clone();
    assert_eq!(hidden[0].0, "csrf", "before every file");
    let send = |on: &'static str, end: &'static str, bytes: Vec<u8>| {
        let (mandant, path, token) = (mandant.clone(), path.clone(), token.clone());
        async move {
            let fields = [
                ("csrf", token.as_str()),
                ("datum", on),
                ("ende", end),
                ("ablage", ""),
            ];
            // A browser sends a field without a choice as a file without name and bytes.
            let name = if bytes.is_empty() { "" } else { "../../x.pdf" };
            let files: [(&str, &str, &[u8]); 1] = [("datei", name, &bytes)];
            mandant.upload(&path, &fields, &files).await
        }
    };
    let html = b"<script>alert(1)</script>".to_vec();
    send("2026-01-15", "", html)
        .await
        .assert_status(422)
        .assert_says("weder PDF noch PNG noch JPEG");
    let mut large = b"%PDF-".to_vec();
    large.resize(10 * 1024 * 1024 + 1, 0);
    send("2026-01-15", "", large)
        .await
        .assert_status(422)
        .assert_says("größer als 10 MB");
    send("2026-01-15", "2026-01-14", b"%PDF-1".to_vec())
        .await
        .assert_status(422)
        .assert_says("liegt vor dem Tag");
    send("2027-01-15", "", b"%PDF-1".to_vec())
        .await
        .assert_status(422)
        .assert_says("in der Zukunft");
    send("2026-01-15", "", Vec::new())
        .await
        .assert_status(422)
        .assert_says("Wählen Sie die Datei");
    assert_eq!(app.count("files"), 0);

    send("2026-01-15", "2026-12-01", b"\x89PNG\r\n\x1a\n...".to_vec())
        .await
        .assert_redirect(&sub);
    let page = mandant.get(&sub).await;
    page.assert_says("Der Vertrag endet am 01.12.2026");
    let link = page.attribute("#vertrag ~ div .history a", "href").unwrap();
    let file = mandant.get(&link).await;
    file.assert_status(200);
    assert_eq!(file.bytes, b"\x89PNG\r\n\x1a\n...");
    assert!(
        file.header("content-disposition")
            .starts_with("attachment;")
    );
    assert!(!file.header("content-disposition").contains("x.pdf"));
    assert_eq!(
        file.header("content-security-policy"),
        "default-src 'none'; sandbox"
    );
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    // Not for other Mandanten, and not under another partner's address.
    let foreign = app.sign_in(Person::ForeignPartner).await;
    foreign.get(&link).await.assert_status(404);
    let other = link.replace(
        &format!("/{}/", companies.sub_partner),
        &format!("/{}/", companies.second_sub),
    );
    mandant.get(&other).await.assert_status(404);
    let seen = link.replace("/submandanten/", "/betrieb/partner/");
    operator.get(&seen).await.assert_status(200);
    assert!(
        app.sql("UPDATE files SET kind = 'pdf'").is_err(),
        "a proof is never changed"
    );

    app.clock.advance(days(20));
    let mandant = app.sign_in(Person::Partner).await;
    mandant
        .get(&sub)
        .await
        .assert_says("am 01.12.2026 abgelaufen");
    mandant
        .get("/submandanten")
        .await
        .assert_says("abgelaufen am 01.12.2026");
}

/// Row 49: a partner is blocked, and unblocked.
#[actix_web::test]
async fn a_blocked_partner_is_out_at_once_and_customers_are_told_once() {
    let world = World::build().await;
    let app = &world.app;
    let companies = app.companies();
    let operator = app.sign_in(Person::Operator).await;
    let (mandant, sub) = (
        app.sign_in(Person::Partner).await,
        app.sign_in(Person::SubPartner).await,
    );
    for browser in [&mandant, &sub] {
        browser
            .get("/zugriff/4711/centraflex")
            .await
            .assert_status(204);
    }
    let ask_again = mandant.get("/kunden/4712/avv").await;
    let path = format!("/betrieb/partner/{}", companies.partner);
    let page = operator.get(&format!("{path}/sperre")).await;
    page.assert_says("betreut 2 Kunden")
        .assert_says("höchstens einen Kunden");
    page.submit(&operator, FORM, &[("grund", " ")])
        .await
        .assert_status(422)
        .assert_says("warum Sie sperren");
    for _ in 0..2 {
        page.submit(&operator, FORM, &[("grund", "Insolvenz <angemeldet>")])
            .await
            .assert_redirect(&path);
    }
    operator
        .get(&path)
        .await
        .assert_says("weil: Insolvenz <angemeldet>");
    assert_eq!(
        app.count("mails WHERE kind->>'kind' = 'partner_blocked'"),
        1
    );
    assert_eq!(app.count("bulk_runs WHERE kind = 'block'"), 1);

    // At once: access, the module, everything that sends a mail. Reading is allowed.
    for browser in [&mandant, &sub] {
        browser
            .get("/zugriff/4711/centraflex")
            .await
            .assert_status(403);
        browser
            .get("/kunden/4711/module/centraflex")
            .await
            .assert_status(403)
            .assert_says("gesperrt");
        browser
            .get("/kunden/4711/avv")
            .await
            .assert_status(200)
            .assert_says("Ihr Unternehmen ist aber zurzeit gesperrt");
    }
    let before = app.everything();
    ask_again
        .submit(&mandant, "form[action$='/anforderung']", &[])
        .await
        .assert_status(403);
    mandant
        .get("/kunden/4712/submandant?submandant=")
        .await
        .assert_status(403);
    let own = format!("/submandanten/{}", companies.sub_partner);
    mandant
        .get(&own)
        .await
        .assert_status(200)
        .assert_silent_about("Kontaktdaten ändern");
    let data = mandant.get(&format!("{own}/daten")).await;
    data.submit(&mandant, FORM, &[("name", "Anders GbR")])
        .await
        .assert_status(403);
    assert_eq!(app.changes_since(&before), [""; 0]);
    operator
        .get("/kunden/4711/avv")
        .await
        .assert_says("ist aber zurzeit gesperrt");

    // Two processes notify all customers whose agreement names it, each once.
    let second = app.second_process();
    std::thread::scope(|scope| {
        let now = app.now();
        for app in [&app.app, &second, &app.app] {
            scope.spawn(move || assert_eq!(jobs::run_once(app, now).failed, 0));
        }
    });
    app.jobs();
    let notes = || app.count("mails WHERE kind->'news'->>'news' = 'partner_blocked'");
    assert_eq!(notes(), 1);
    assert_eq!(
        app.text("customer_number FROM mails WHERE kind->'news'->>'news' = 'partner_blocked'"),
        CUSTOMER.to_string()
    );
    let told = app.last_mail_to(MAIL).written;
    assert!(told.text.contains("Muster IT GmbH"), "{}", told.text);
    let mail = app.last_mail_to("info@muster-it.example").written;
    assert!(mail.subject.contains("gesperrt"), "{}", mail.subject);
    assert!(!mail.text.contains("Insolvenz") && !told.text.contains("Insolvenz"));
    assert_eq!(
        app.count("audit_events WHERE kind = 'told_partner_blocked'"),
        1
    );
    assert_eq!(
        app.count("bulk_runs WHERE kind = 'block' AND ended_at IS NULL"),
        0
    );

    // Unblocked again.
    submit(&operator, &format!("{path}/freigabe"), &[])
        .await
        .assert_redirect(&path);
    for browser in [&mandant, &sub] {
        browser
            .get("/zugriff/4711/centraflex")
            .await
            .assert_status(204);
    }
    app.jobs();
    assert_eq!(notes(), 1);
}

#[actix_web::test]
async fn a_round_goes_on_where_it_stood_and_stops_when_the_block_is_taken_back() {
    let world = World::build().await;
    let app = &world.app;
    app.conclude(crate::seeded::NEIGHBOUR_MAIL).await;
    let (viewer, now, id) = (
        app.viewer(Person::Operator),
        app.now(),
        app.companies().partner,
    );
    let block = || {
        app.write(|conn| {
            avv_portal::actions::blocking::block(conn, &app.app, &viewer, id, "x", now)
        })
    };
    let unblock =
        || app.write(|conn| avv_portal::actions::blocking::unblock(conn, &viewer, id, now));
    let told = || app.count("audit_events WHERE kind = 'told_partner_blocked'");
    // Unblocked before the job ran: no customer is notified.
    block();
    unblock();
    app.jobs();
    assert_eq!(told(), 0);
    // A case that cannot be written does not stop the others, and is tried again.
    block();
    app.sql("ALTER TABLE case_rows ADD CONSTRAINT broken CHECK (number <> '4711') NOT VALID")
        .unwrap();
    assert_eq!(jobs::run_once(&app.app, now).failed, 1);
    assert_eq!(told(), 1, "4712 was told");
    assert_eq!(
        app.count("bulk_runs WHERE kind = 'block' AND ended_at IS NULL"),
        1
    );
    app.sql("ALTER TABLE case_rows DROP CONSTRAINT broken")
        .unwrap();
    app.jobs();
    app.jobs();
    assert_eq!(told(), 2);
    assert_eq!(
        app.count("bulk_runs WHERE kind = 'block' AND ended_at IS NULL"),
        0
    );
}

#[actix_web::test]
async fn a_deactivated_submandant_is_out_at_once_and_taken_off_its_customers() {
    let world = World::build().await;
    let app = &world.app;
    let id = app.companies().sub_partner;
    let (mandant, sub) = (
        app.sign_in(Person::Partner).await,
        app.sign_in(Person::SubPartner).await,
    );
    sub.get("/zugriff/4711/centraflex").await.assert_status(204);
    let path = format!("/submandanten/{id}");
    let page = mandant.get(&format!("{path}/deaktivierung")).await;
    page.assert_says("betreut zurzeit einen Kunden");
    for _ in 0..2 {
        page.submit(&mandant, FORM, &[])
            .await
            .assert_redirect(&path);
    }
    sub.get("/zugriff/4711/centraflex").await.assert_status(403);
    mandant
        .get("/zugriff/4711/centraflex")
        .await
        .assert_status(204);
    mandant
        .get(&format!("/kunden/4712/submandant?submandant={id}"))
        .await
        .assert_status(404);
    let second = app.second_process();
    std::thread::scope(|scope| {
        let now = app.now();
        for app in [&app.app, &second] {
            scope.spawn(move || assert_eq!(jobs::run_once(app, now).failed, 0));
        }
    });
    app.jobs();
    let case = app.case(CUSTOMER);
    assert!(case.sub_partner.is_none() && case.agreement().unwrap().sub_partner_left.is_some());
    assert_eq!(app.status(CUSTOMER), "concluded");
    assert_eq!(
        app.count("mails WHERE kind->'news'->>'news' = 'sub_partner_left'"),
        1
    );
    sub.get("/kunden/4711").await.assert_status(404);
    // Active again, it can be named, which makes it a new sub-processor for the customer.
    mandant
        .get(&path)
        .await
        .submit(&mandant, "form[action$='/aktivierung']", &[])
        .await
        .assert_redirect(&path);
    mandant
        .get(&format!("/kunden/4712/submandant?submandant={id}"))
        .await
        .assert_status(200);
}

async fn assign(operator: &Browser, path: &str, mandant: &str) -> Page {
    let page = operator.get(&format!("{path}?mandant={mandant}")).await;
    page.assert_status(200);
    page.submit(operator, FORM, &[]).await
}

/// Rows 26, 27, 29 and 1, with the consequences that the page announced.
#[actix_web::test]
async fn assigning_another_mandant_does_what_the_page_said() {
    let world = World::build().await;
    let app = &world.app;
    let companies = app.companies();
    let operator = app.sign_in(Person::Operator).await;
    let other = companies.foreign_partner.to_string();
    operator.get("/kunden/4711").await.assert_status(200);
    let choice = operator.get(ASSIGN).await;
    choice.assert_says("Anders Systemhaus GmbH");
    assert!(
        !choice
            .all("select option")
            .iter()
            .any(|name| name.contains("Nord-TK"))
    );

    // Row 26.
    app.clock.advance(hours(1));
    let operator = app.sign_in(Person::Operator).await;
    let (mandant, sub, new) = (
        app.sign_in(Person::Partner).await,
        app.sign_in(Person::SubPartner).await,
        app.sign_in(Person::ForeignPartner).await,
    );
    let before = app.everything();
    let page = operator.get(&format!("{ASSIGN}?mandant={other}")).await;
    page.assert_says("Muster IT GmbH sieht diesen Kunden ab sofort nicht mehr.")
        .assert_says("Muster IT GmbH kann ab sofort nicht mehr öffnen: Tengo Centraflex.")
        .assert_says("Nord-TK GbR sieht diesen Kunden ab sofort nicht mehr.")
        .assert_says("Für Anders Systemhaus GmbH bleibt bis zum Neuabschluss gesperrt: Tengo Centraflex.")
        .assert_says("gilt weiter")
        .assert_says("zu „Neuabschluss nötig“")
        .assert_says("erhält sofort eine E-Mail an i•••@oezdemir.example: Bitte um Neuabschluss mit dem neuen Vertriebspartner.")
        .assert_says("Muster IT GmbH erhält eine E-Mail: Den Kunden betreut jetzt ein anderer Vertriebspartner, der Zugriff ist geschlossen.")
        .assert_says("Nord-TK GbR erhält eine E-Mail: Den Kunden betreut jetzt ein anderer Vertriebspartner, der Zugriff ist geschlossen.");
    assert_eq!(
        app.changes_since(&before),
        [""; 0],
        "looking changes nothing"
    );
    for _ in 0..2 {
        page.submit(&operator, FORM, &[])
            .await
            .assert_redirect("/kunden/4711/avv");
    }
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "renewal_required");
    assert_eq!(app.links_to(MAIL).len(), 2, "two clicks are one");
    assert_eq!(
        app.count("mails WHERE customer_number = '4711' AND kind->>'news' = 'replaced'"),
        2
    );
    for browser in [&mandant, &sub] {
        browser.get("/kunden/4711").await.assert_status(404);
    }
    new.get("/zugriff/4711/centraflex").await.assert_status(403);
    // Row 27.
    app.conclude(MAIL).await;
    new.get("/zugriff/4711/centraflex").await.assert_status(204);

    // Row 29: no partner looks after the customer, so nothing is needed any more.
    let page = operator.get(&format!("{ASSIGN}?mandant=keiner")).await;
    page.assert_says("Anders Systemhaus GmbH als Vertriebspartner entfernen?")
        .assert_says("endet, weil kein AVV mehr nötig ist")
        .assert_says(
            "Der Vertrag ist beendet, weil kein Vertriebspartner den Kunden mehr betreut.",
        );
    page.submit(&operator, FORM, &[]).await.assert_status(303);
    assert_eq!(app.status(CUSTOMER), "ended");
    new.get("/kunden/4711").await.assert_status(404);
    // Row 50: asked again with the next Mandant.
    app.clock.advance(days(1));
    let operator = app.sign_in(Person::Operator).await;
    let muster = companies.partner.to_string();
    assign(&operator, ASSIGN, &muster)
        .await
        .assert_redirect("/kunden/4711/avv");
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "requested");

    // Row 10: before conclusion the links for the former partners stop working.
    let path = format!("/betrieb/kunden/{NEIGHBOUR}/partner");
    operator
        .get(&format!("{path}?mandant={other}"))
        .await
        .assert_says("Alle bisher gesendeten Links werden ungültig");
    assign(&operator, &path, &other).await.assert_status(303);
    app.jobs();
    app.visitor()
        .get(&world.open)
        .await
        .assert_says("Es gibt eine neuere E-Mail");
    // Row 19: withdrawn with a short note.
    assign(&operator, &path, "keiner").await.assert_status(303);
    app.jobs();
    assert_eq!(app.status(NEIGHBOUR), "not_required");
    assert_eq!(
        app.count("mails WHERE kind->'news'->>'news' = 'withdrawn'"),
        1
    );
}

#[actix_web::test]
async fn only_a_mandant_that_is_complete_and_free_can_be_assigned() {
    let app = TestApp::start().await;
    let companies = app.companies();
    app.book(CUSTOMER, "centraflex", false);
    let operator = app.sign_in(Person::Operator).await;
    let other = companies.foreign_partner.to_string();
    let open = operator.get(&format!("{ASSIGN}?mandant={other}")).await;
    let before = app.case(CUSTOMER);
    for odd in [
        "abc",
        "0",
        "-1",
        "1.0",
        "99999999999999999999",
        "999999",
        "KEINER",
    ] {
        operator
            .get(&format!("{ASSIGN}?mandant={odd}"))
            .await
            .assert_status(404);
        open.submit(&operator, FORM, &[("mandant", odd)])
            .await
            .assert_status(404);
    }
    for sub in [companies.sub_partner, companies.foreign_sub] {
        open.submit(&operator, FORM, &[("mandant", &sub.to_string())])
            .await
            .assert_status(404);
    }
    for shut in [
        "email = NULL",
        "phone = ''",
        "blocked_at = '2026-11-01T00:00:00Z'",
    ] {
        app.sql(&format!("UPDATE partners SET {shut} WHERE id = {other}"))
            .unwrap();
        open.submit(&operator, FORM, &[]).await.assert_status(303);
        operator
            .get("/kunden/4711/avv")
            .await
            .assert_says("fehlen Kontaktdaten, oder er ist gesperrt");
        let choice = operator.get(ASSIGN).await;
        assert!(
            !choice
                .all("option")
                .iter()
                .any(|name| name.contains("Anders")),
            "{shut}"
        );
        app.sql(&format!(
            "UPDATE partners SET email = 'info@anders.example', phone = '1', blocked_at = NULL WHERE id = {other}"
        ))
        .unwrap();
    }
    assert_eq!(app.case(CUSTOMER), before);
    // A deleted customer cannot be assigned.
    let gone = format!("/betrieb/kunden/{}/partner", CustomerNumber::from(1));
    operator.get(&gone).await.assert_status(404);
    let own = format!("/betrieb/kunden/{FOREIGN_CUSTOMER}/partner");
    app.sign_in(Person::ForeignPartner)
        .await
        .get(&own)
        .await
        .assert_status(404);
}
