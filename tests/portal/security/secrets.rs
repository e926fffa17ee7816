//! What must not be readable: in logs, dumps and on partners' pages (S-02, S-08, S-53, S-82).

use avv_portal::web::routes::rows;

use crate::harness::{CUSTOMER, Log, PASSWORD, Person, TestApp};
use crate::seeded::{MAIL, NEIGHBOUR_MAIL, World, csrf};

/// S-08, S-82: after a working day there is no token, password, address or session name in the log.
#[actix_web::test]
async fn the_log_tells_no_secrets() {
    let log = Log::listen();
    let world = World::build_in(
        TestApp::start_behind_proxy().await,
        "Protokoll Geheimhaus GmbH",
    )
    .await;
    let app = &world.app;
    let password = "Protokoll-Geheimnis im Satz";
    let visitor = app.visitor();
    let signed = visitor
        .post(
            "/anmelden",
            &[("email", Person::Partner.email()), ("passwort", PASSWORD)],
        )
        .await;
    let cookie = signed
        .header("set-cookie")
        .split(['=', ';'])
        .nth(1)
        .unwrap()
        .to_owned();
    let token = csrf(&visitor).await;
    visitor.get(&world.open).await;
    visitor.get(&format!("{}/entwurf.pdf", world.open)).await;
    visitor.get(&format!("{}/gibtsnicht", world.open)).await;
    visitor
        .post_with(
            &world.open,
            &[("name", "Geheime Person")],
            &[("origin", "null")],
        )
        .await;
    visitor
        .get(&format!("{}?sprache=de&sprache=en", world.open))
        .await;
    visitor
        .post(
            &world.open,
            &[("name", "Geheime Person"), ("name", "Geheime Person")],
        )
        .await;
    visitor
        .get(&world.open)
        .await
        .submit(
            &visitor,
            "main form[action^='/zustimmung/']",
            &[("name", "Geheime Person")],
        )
        .await;
    app.visitor()
        .post(
            "/anmelden",
            &[
                ("email", "geheim.protokoll@example.org"),
                ("passwort", password),
            ],
        )
        .await;
    visitor
        .post(
            "/passwort-vergessen",
            &[("email", Person::SubPartner.email())],
        )
        .await;
    app.deliver();
    let text = app.last_mail_to(Person::SubPartner.email()).written.text;
    let reset = text
        .split("/passwort/")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .to_owned();
    visitor.get(&format!("/passwort/{reset}")).await;
    let new = [("passwort", password), ("wiederholung", password)];
    visitor
        .post(&format!("/passwort/{reset}"), &new)
        .await
        .assert_status(303);
    visitor.get("/kunden/geheim.protokoll@example.org").await;
    visitor
        .get("/kunden?suche=Geheimhaus")
        .await
        .assert_status(200);
    app.conclude(NEIGHBOUR_MAIL).await;
    app.deliver();
    let all = log.text();
    assert!(
        all.contains("\"level\":\"INFO\"") && all.lines().count() > 5,
        "nothing was logged: {all}"
    );
    let open = World::token(&world.open);
    let secrets = [
        open.as_str(),
        &open[..40],
        &reset,
        &cookie,
        &token,
        password,
        PASSWORD,
        "Geheime Person",
        "Ayşe",
        MAIL,
        NEIGHBOUR_MAIL,
        "geheim.protokoll@example.org",
        Person::SubPartner.email(),
        Person::Partner.email(),
        "Geheimhaus",
    ];
    for secret in secrets {
        let told = log.lines_with(&[secret]);
        assert!(told.is_empty(), "{secret}: {told:#?}");
    }
}

/// S-53: no page, link or history of a partner contains the link or the contract.
#[actix_web::test]
async fn partners_see_the_status_and_never_the_contract() {
    let world = World::build().await;
    let app = &world.app;
    let consent = app.visitor().get(&world.open).await;
    // Sentences of the contract, as the customer reads them.
    let sentences: Vec<String> = consent
        .all("article p")
        .into_iter()
        .filter(|text| text.chars().count() > 80)
        .take(40)
        .collect();
    assert!(sentences.len() > 10, "where is the contract?");
    let (open, concluded) = (World::token(&world.open), World::token(&world.concluded));
    let mut pages = 0;
    for person in [Person::Partner, Person::SubPartner, Person::ForeignPartner] {
        let browser = app.sign_in(person).await;
        // The text itself, without any names, is public (C-07).
        let is_open = |path: &str| path.starts_with("/zustimmung") || path.starts_with("/vertrag");
        for row in rows().filter(|row| row.method == "GET" && !is_open(row.path)) {
            for number in ["4711", "4712", "9000"] {
                let address = row
                    .path
                    .replace("{nummer}", number)
                    .replace("{modul}", "centraflex")
                    .replace("{vertrag}", &world.agreement(CUSTOMER).to_string())
                    .replace("{benutzer}", "1")
                    .replace("{partner}", "2");
                let page = browser.get(&address).await;
                assert!(!page.bytes.starts_with(b"%PDF"), "{person:?} {address}");
                if page.status != 200 {
                    continue;
                }
                pages += 1;
                let text = page.text();
                for secret in [
                    open.as_str(),
                    concluded.as_str(),
                    "/zustimmung/",
                    "/administration/",
                ] {
                    assert!(
                        !text.contains(secret),
                        "{person:?} {address} holds {secret}"
                    );
                }
                let words = page.all("body").concat();
                for sentence in &sentences {
                    assert!(
                        !words.contains(sentence),
                        "{person:?} {address}: {sentence}"
                    );
                }
                if person == Person::SubPartner {
                    assert!(
                        !text.contains(MAIL),
                        "{address}: the address must be masked"
                    );
                }
            }
        }
    }
    assert!(pages > 20, "saw {pages} pages only");
    // Mails to partners contain neither.
    for mail in app
        .mails()
        .iter()
        .filter(|mail| mail.to.as_str().ends_with("muster-it.example"))
    {
        assert!(
            !mail.written.text.contains("/zustimmung/") && mail.written.attachments.is_empty(),
            "{}",
            mail.written.subject
        );
    }
}

/// S-02, S-30: no row of the database can be used as a link or session.
#[actix_web::test]
async fn a_dump_of_the_database_opens_nothing() {
    let world = World::build().await;
    let app = &world.app;
    let reset = world.password_token(Person::Partner);
    let rows = app
        .everything()
        .into_iter()
        .chain(app.rows("sessions"))
        .chain(app.rows("attempts"))
        .collect::<Vec<_>>()
        .join("\n");
    for secret in [
        World::token(&world.open),
        World::token(&world.concluded),
        reset,
        PASSWORD.to_owned(),
    ] {
        assert!(!rows.contains(&secret));
    }
}
