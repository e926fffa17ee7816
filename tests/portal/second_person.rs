//! Two people where the rules require two (S-39): a second account of the same person does not
//! count, and every change of rights asks for the password once more (S-40).

use crate::harness::{Browser, CUSTOMER, FOREIGN_CUSTOMER, PASSWORD, Person, TestApp, days};

const MAIL: &str = "info@oezdemir.example";
const NEW: &str = "neu@plusnet.example";
const THIRD: &str = "zita@plusnet.example";
const FORM: &str = "main form[method='post']";

async fn sign_in(app: &TestApp, email: &str) -> Browser {
    let browser = app.visitor();
    let page = browser.get("/anmelden").await;
    let fields = [("email", email), ("passwort", PASSWORD)];
    page.submit(&browser, "main form", &fields)
        .await
        .assert_status(303);
    browser
}

/// An administrator from the command line, like that of the harness.
fn add_third(app: &TestApp) {
    app.sql(&format!(
        "INSERT INTO users (email, name, role, operator_role, contracts, password_hash, created_at) \
         SELECT '{THIRD}', 'Zita Zweite', role, operator_role, contracts, password_hash, created_at FROM users WHERE email = '{}'",
        Person::Operator.email()
    ))
    .unwrap();
}

/// The administrator invites a second account with a mailbox of their own.
async fn invite(app: &TestApp, operator: &Browser) -> i64 {
    let page = operator.get("/betrieb/benutzer/neu").await;
    let typed = [
        ("name", "Nora Neu"),
        ("email", NEW),
        ("rolle", "administrator"),
    ];
    page.submit(operator, FORM, &typed).await.assert_status(303);
    app.sql(&format!(
        "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE email = '{}') WHERE email = '{NEW}'",
        Person::Operator.email()
    ))
    .unwrap();
    app.text(&format!("id FROM users WHERE email = '{NEW}'"))
        .parse()
        .unwrap()
}

/// Proposes a contract on paper; returns the address of the proposal.
async fn propose(app: &TestApp, operator: &Browser, customer: &str) -> String {
    let path = format!("/betrieb/kunden/{customer}/papiervertrag");
    let (_, fields) = operator.get(&path).await.form("main form");
    let csrf = fields.into_iter().find(|(name, _)| name == "csrf").unwrap();
    let fields = [
        ("csrf", csrf.1.as_str()),
        ("person", "Ayşe Özdemir"),
        ("funktion", "Inhaberin"),
        ("datum", "2026-11-20"),
    ];
    let files = [("datei", "vertrag.pdf", crate::harness::SCAN)];
    let done = operator.upload(&path, &fields, &files).await;
    done.assert_status(303);
    let id = app.text("max(id) FROM proposals");
    format!("/betrieb/vorschlaege/{id}")
}

async fn confirm(browser: &Browser, proposal: &str) -> String {
    let page = browser.get(proposal).await;
    // An administrator who cannot confirm sees only the form to reject.
    let can_confirm = page.attribute("#bestaetigen", "id").is_some();
    let form = ["#ablehnen", "#bestaetigen"][usize::from(can_confirm)];
    let fields = [("antwort", "bestaetigen"), ("passwort", PASSWORD)];
    let done = page.submit(browser, form, &fields).await;
    done.assert_status(303);
    browser.follow(&done).await.words()
}

#[actix_web::test]
async fn a2_an_account_of_ones_own_does_not_approve() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    add_third(&app);
    let operator = app.sign_in(Person::Operator).await;
    let id = invite(&app, &operator).await;
    app.jobs();

    // All other administrators are told, by mail and by an alert; the one who did it is not.
    let told = app.subjects_to(THIRD);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("Neues Konto des Betreibers"), "{told:?}");
    let own = app.subjects_to(Person::Operator.email());
    assert!(!own.iter().any(|one| one.contains("Neuer")), "{own:?}");
    operator
        .get("/betrieb/hinweise")
        .await
        .assert_says("Neues Konto des Betreibers");

    app.book(FOREIGN_CUSTOMER, "centraflex", false);
    app.jobs();
    let proposal = propose(&app, &operator, &FOREIGN_CUSTOMER.to_string()).await;
    let own_second = sign_in(&app, NEW).await;
    // The page says so before the password is typed, and until when.
    let asked = own_second.get(&proposal).await;
    asked.assert_says("Lange genug angemeldet ist es ab dem 26. November 2026");
    assert!(asked.attribute("#bestaetigen", "id").is_none());
    let said = confirm(&own_second, &proposal).await;
    assert!(said.contains("Eines der beiden Konten ist neu"), "{said}");
    assert_eq!(app.case(FOREIGN_CUSTOMER).agreements.len(), 0);

    // Neither the maker nor the account itself can end that; a third person can.
    let page = format!("/betrieb/benutzer/{id}/bestaetigung");
    for browser in [&operator, &own_second] {
        let asked = browser.get(&page).await;
        let done = asked.submit(browser, FORM, &[]).await;
        let said = browser.follow(&done).await.words();
        assert!(said.contains("Eines der beiden Konten ist neu"), "{said}");
    }
    let third = sign_in(&app, THIRD).await;
    let list = third.get("/betrieb/benutzer").await;
    list.assert_says("darf noch nicht freigeben");
    let asked = third.get(&page).await;
    asked
        .submit(&third, FORM, &[("passwort", "falsch")])
        .await
        .assert_status(422);
    asked.submit(&third, FORM, &[]).await.assert_status(303);
    confirm(&own_second, &proposal).await;
    assert_eq!(app.case(FOREIGN_CUSTOMER).agreements.len(), 1);
}

#[actix_web::test]
async fn a2_a_new_account_counts_three_days_after_its_first_sign_in() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    let operator = app.sign_in(Person::Operator).await;
    invite(&app, &operator).await;
    // Waiting without use does not count: the days begin with the first sign-in.
    app.clock.advance(days(10));
    sign_in(&app, NEW).await;
    let operator = app.sign_in(Person::Operator).await;
    app.book(FOREIGN_CUSTOMER, "centraflex", false);
    app.jobs();
    let proposal = propose(&app, &operator, &FOREIGN_CUSTOMER.to_string()).await;
    app.clock.advance(days(2));
    let own_second = sign_in(&app, NEW).await;
    let said = confirm(&own_second, &proposal).await;
    assert!(said.contains("Eines der beiden Konten ist neu"), "{said}");
    app.clock.advance(days(1));
    let own_second = sign_in(&app, NEW).await;
    confirm(&own_second, &proposal).await;
    assert_eq!(app.case(FOREIGN_CUSTOMER).agreements.len(), 1);
}

#[actix_web::test]
async fn a2_while_the_portal_is_set_up_two_accounts_are_enough_and_the_log_says_so() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    let operator = app.sign_in(Person::Operator).await;
    invite(&app, &operator).await;
    let proposal = propose(&app, &operator, "4711").await;
    let second = sign_in(&app, NEW).await;
    confirm(&second, &proposal).await;
    assert_eq!(app.case(CUSTOMER).agreements.len(), 1);
    operator
        .get("/betrieb/protokoll")
        .await
        .assert_says("während der Einrichtung angelegt");
    let command =
        "count(*) FROM audit_events WHERE details::text LIKE '%command%' AND kind = 'user_added'";
    assert_eq!(
        app.text(command),
        "1",
        "the first one came by the command line"
    );
}

#[actix_web::test]
async fn a2_the_password_is_asked_once_more() {
    let app = TestApp::start().await;
    let companies = app.companies();
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.sql(&format!(
        "UPDATE partners SET blocked_at = created_at, block_reason = 'Probe' WHERE id = {}",
        companies.foreign_partner
    ))
    .unwrap();
    let customer = app.text(&format!(
        "id FROM users WHERE email = '{}'",
        Person::Customer.email()
    ));
    let version = app.text("min(id::text) FROM contract_versions");
    let operator = app.sign_in(Person::Operator).await;
    let form = "main form[method='post']";
    let pages = [
        "/betrieb/benutzer/neu".to_owned(),
        format!("/betrieb/benutzer/{customer}/sperren"),
        "/betrieb/betreiber".to_owned(),
        format!("/betrieb/partner/{}/sperre", companies.partner),
        format!("/betrieb/partner/{}/freigabe", companies.foreign_partner),
        "/betrieb/kunden/4711/partner?mandant=keiner".to_owned(),
        "/betrieb/kunden/4711/links".to_owned(),
    ];
    let before = app.count("audit_events");
    for path in &pages {
        let page = operator.get(path).await;
        page.assert_status(200);
        for (password, said) in [
            ("", "Geben Sie Ihr Passwort ein"),
            ("falsch", "stimmt nicht"),
        ] {
            let typed = [
                ("passwort", password),
                ("grund", "Probe"),
                ("name", "Nora Neu"),
                ("email", NEW),
                ("rolle", "administrator"),
            ];
            let answer = page.submit(&operator, form, &typed).await;
            answer.assert_status(422).assert_says(said);
            assert!(
                answer.attribute("#passwort", "aria-invalid").is_some(),
                "{path}"
            );
        }
        // A right password in between, so that wrong ones do not add up to a wait.
        app.sql("DELETE FROM attempts").unwrap();
    }
    let csrf = operator.get("/betrieb/benutzer/neu").await.form(form).1;
    let csrf = csrf.into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    let fields = [("csrf", csrf.as_str()), ("stand", "1"), ("passwort", "")];
    operator
        .post(
            &format!("/betrieb/vertragsfassungen/{version}/freigabe"),
            &fields,
        )
        .await
        .assert_status(422)
        .assert_says("Geben Sie Ihr Passwort ein");
    assert_eq!(app.count("audit_events"), before, "nothing was done");
}
