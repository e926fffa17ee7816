//! Signing in at an issuer (S-41): there and back, connected and parted, and out as soon as the issuer says so.
//! Each trap is a test.

use avv_portal::config::IssuerConfig;
use avv_portal::domain::identity::Audience;
use avv_portal::domain::second_factor::FactorRule;
use avv_portal::domain::viewer::{OperatorRole, Role};
use avv_portal::jobs;
use avv_portal::mail::transport::Transport;
use chrono::Duration;
use serde_json::{Value, json};

use crate::harness::{Browser, Issuer, Log, PASSWORD, Page, Person, Signs, TestApp, minutes};
use crate::seeded::is_to_sign_in;

const START: &str = "/anmelden/anbieter/1";

/// A portal at which partners sign in by an issuer; the partner Muster IT GmbH is X-17.
async fn start(change: impl FnOnce(&mut IssuerConfig)) -> (TestApp, Issuer) {
    start_for(Audience::Partners, FactorRule::None, change).await
}

async fn start_for(
    audience: Audience,
    factor: FactorRule,
    change: impl FnOnce(&mut IssuerConfig),
) -> (TestApp, Issuer) {
    let issuer = Issuer::start();
    let mut config = issuer.config(1, audience);
    change(&mut config);
    let app = TestApp::start_configured(Transport::memory(), |all| {
        all.issuers = vec![config];
        all.rules.second_factor = factor;
    })
    .await;
    issuer.keep_time(&app.clock);
    issuer.claim("partner", json!("X-17"));
    app.sql("UPDATE partners SET external_id = 'X-17' WHERE name = 'Muster IT GmbH'")
        .unwrap();
    (app, issuer)
}

/// Goes to the issuer and comes back.
async fn there_and_back(browser: &Browser, issuer: &Issuer, from: &str) -> Page {
    let sent = browser.get(from).await;
    sent.assert_status(303);
    browser.get(&issuer.approve(&sent.location())).await
}

/// Nobody came in, and the page says why.
async fn assert_not_in(browser: &Browser, answer: &Page, why: &str) {
    answer.assert_status(303);
    assert!(
        answer.location().starts_with("/anmelden?anbieter=1"),
        "{}",
        answer.location()
    );
    let page = browser.follow(answer).await;
    page.assert_says("Die Anmeldung hat nicht geklappt")
        .assert_says(why);
    assert!(is_to_sign_in(&browser.get("/kunden").await));
}

fn user_of(app: &TestApp, email: &str) -> String {
    app.text(&format!("id FROM users WHERE email = '{email}'"))
}

fn events(app: &TestApp, kind: &str) -> i64 {
    app.count(&format!("audit_events WHERE kind = '{kind}'"))
}

#[actix_web::test]
async fn s41_a_partner_comes_in_by_a_claim_and_the_link_is_shown() {
    let log = Log::listen();
    let (app, issuer) = start(|_| {}).await;
    let browser = app.visitor();
    let page = browser.get("/anmelden?weiter=/hilfe").await;
    page.assert_says("Mit „Konzern-Konto“ anmelden");
    let href = page.attribute("a[href^='/anmelden/anbieter/1']", "href");
    // A form would be stopped by the content security policy.
    let done = there_and_back(&browser, &issuer, &href.unwrap()).await;
    done.assert_redirect("/hilfe");
    let page = browser.get("/kunden").await;
    page.assert_says("Bäckerei Özdemir");
    assert!(page.text().contains("Ida Konzern"));
    assert_eq!(app.count("identities"), 1);
    assert_eq!(
        app.text("state FROM users WHERE email = 'ida@konzern.example'"),
        "active"
    );
    assert_eq!(
        (events(&app, "user_by_issuer"), events(&app, "signed_in")),
        (1, 1)
    );
    assert_eq!(app.count("issuer_requests"), 0);
    assert_eq!(app.count("attempts WHERE kind = 'issuer' AND succeeded"), 1);

    // The second time it is the same person, whatever the name and the address are by then.
    issuer.claim("email", json!("verheiratet@konzern.example"));
    issuer.claim("email_verified", json!(false));
    let again = app.visitor();
    there_and_back(&again, &issuer, START)
        .await
        .assert_redirect("/kunden");
    assert_eq!(app.count("users WHERE name = 'Ida Konzern'"), 1);

    let admin = app.sign_in(Person::Operator).await;
    let user = user_of(&app, "ida@konzern.example");
    admin
        .get(&format!("/betrieb/benutzer/{user}"))
        .await
        .assert_says("Meldet sich an")
        .assert_says("Konzern-Konto");
    let secret_of_browser = app.text("tokens FROM issuer_sessions LIMIT 1");
    assert!(!secret_of_browser.contains('.'), "encrypted");
    assert!(!log.text().contains("ida@konzern.example"));
}

#[actix_web::test]
async fn s41_tokens_signed_with_rsa_count_as_well() {
    let (app, issuer) = start(|_| {}).await;
    issuer.mood(|mood| mood.signs = Signs::Rs256);
    there_and_back(&app.visitor(), &issuer, START)
        .await
        .assert_redirect("/kunden");
}

#[actix_web::test]
async fn s41_what_is_wrong_with_a_token_lets_nobody_in() {
    let (app, issuer) = start(|_| {}).await;
    let now = app.now().timestamp();
    let twists: Vec<(&str, Signs, i64, Value)> = vec![
        ("nonce", Signs::Es256, 0, json!({"nonce": "another one"})),
        ("no nonce", Signs::Es256, 0, json!({"nonce": null})),
        (
            "audience",
            Signs::Es256,
            0,
            json!({"aud": "another-client"}),
        ),
        (
            "two audiences",
            Signs::Es256,
            0,
            json!({"aud": ["avv-portal", "another-client"]}),
        ),
        (
            "issuer",
            Signs::Es256,
            0,
            json!({"iss": "https://issuer.example"}),
        ),
        ("expired", Signs::Es256, 300 + 61, json!({})),
        (
            "from the future",
            Signs::Es256,
            0,
            json!({"iat": now + 120, "exp": now + 600}),
        ),
        ("unsigned", Signs::Nothing, 0, json!({})),
        ("signed with the secret", Signs::Secret, 0, json!({})),
        ("forged", Signs::Forged, 0, json!({})),
        (
            "of another access token",
            Signs::Es256,
            0,
            json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
        ),
    ];
    for (name, signs, made_ago, instead) in twists {
        issuer.mood(|mood| {
            mood.signs = signs;
            mood.made_ago = made_ago;
            mood.instead = instead.as_object().unwrap().clone();
        });
        let browser = app.visitor();
        let answer = there_and_back(&browser, &issuer, START).await;
        assert_eq!(app.count("identities"), 0, "{name}");
        assert_not_in(&browser, &answer, "konnte das Portal nicht prüfen").await;
    }
    assert_eq!(app.count("issuer_sessions"), 0);
}

#[actix_web::test]
async fn s41_a_new_key_of_the_issuer_is_found() {
    let (app, issuer) = start(|_| {}).await;
    there_and_back(&app.visitor(), &issuer, START)
        .await
        .assert_redirect("/kunden");
    issuer.rotate();
    // Keys are not looked for without end.
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    there_and_back(&app.visitor(), &issuer, START)
        .await
        .assert_redirect("/kunden");
}

#[actix_web::test]
async fn s41_the_way_back_is_good_once_in_one_browser_and_for_ten_minutes() {
    let (app, issuer) = start(|_| {}).await;
    let (browser, other) = (app.visitor(), app.visitor());
    let late = "Dieser Weg über „Konzern-Konto“ gilt nicht mehr";

    // The state of another browser, as in a link somebody sends.
    let sent = browser.get(START).await;
    let back = issuer.approve(&sent.location());
    assert_not_in(&other, &other.get(&back).await, late).await;
    other.get(START).await.assert_status(303);
    assert_not_in(&other, &other.get(&back).await, late).await;

    // Used before.
    browser.get(&back).await.assert_redirect("/kunden");
    let again = app.visitor();
    assert_not_in(&again, &again.get(&back).await, late).await;

    // A code that was used before, under a state of its own.
    let replaying = app.visitor();
    let sent = replaying.get(START).await;
    let own = issuer.approve(&sent.location());
    let code = |path: &str| {
        let url = url::Url::parse(&format!("http://portal{path}")).unwrap();
        url.query_pairs()
            .find(|(name, _)| name == "code")
            .unwrap()
            .1
            .into_owned()
    };
    let replayed = own.replace(&code(&own), &code(&back));
    let answer = replaying.get(&replayed).await;
    assert_not_in(&replaying, &answer, "konnte das Portal nicht prüfen").await;

    // Too late.
    let slow = app.visitor();
    let sent = slow.get(START).await;
    let back = issuer.approve(&sent.location());
    app.clock.advance(Duration::seconds(601));
    assert_not_in(&slow, &slow.get(&back).await, late).await;

    // Cancelled there, and without anything.
    let cancelled = app.visitor();
    let sent = cancelled.get(START).await;
    let state = issuer.approve(&sent.location());
    let state = state.split("state=").nth(1).unwrap();
    let state = state.split('&').next().unwrap();
    let answer = cancelled
        .get(&format!(
            "{START}/zurueck?error=access_denied&state={state}"
        ))
        .await;
    assert_not_in(&cancelled, &answer, "wurde abgebrochen").await;
    let nothing = app.visitor();
    let answer = nothing.get(&format!("{START}/zurueck")).await;
    assert_not_in(&nothing, &answer, late).await;
}

#[actix_web::test]
async fn s41_another_process_takes_up_who_comes_back() {
    let (app, issuer) = start(|_| {}).await;
    let second = app.second_server();
    let browser = app.visitor();
    let sent = browser.get(START).await;
    let back = format!("{}{}", second.url, issuer.approve(&sent.location()));
    browser.get(&back).await.assert_redirect("/kunden");
}

#[actix_web::test]
async fn s41_an_address_never_says_who_it_is() {
    let (app, issuer) = start(|_| {}).await;
    let browser = app.visitor();
    // Of somebody who has an account, verified or not.
    issuer.claim("email", json!(Person::Partner.email()));
    for (is_verified, why) in [
        (json!(true), "gibt es hier schon einen Zugang"),
        (json!(false), "keine bestätigte E-Mail-Adresse"),
        (Value::Null, "keine bestätigte E-Mail-Adresse"),
        (json!("true"), ""),
    ] {
        issuer.claim("email_verified", is_verified.clone());
        let answer = there_and_back(&browser, &issuer, START).await;
        assert_eq!(app.count("identities"), 0, "{is_verified}");
        if why.is_empty() {
            assert!(is_to_sign_in(&browser.get("/kunden").await));
        } else {
            assert_not_in(&browser, &answer, why).await;
        }
    }
    // A new one needs one that was verified, too.
    issuer.claim("email", json!("neu@konzern.example"));
    issuer.claim("email_verified", json!(false));
    let answer = there_and_back(&browser, &issuer, START).await;
    assert_not_in(&browser, &answer, "keine bestätigte E-Mail-Adresse").await;
    assert_eq!(app.count("users WHERE email = 'neu@konzern.example'"), 0);
}

#[actix_web::test]
async fn s41_a_partner_nobody_knows_is_refused_with_a_sentence() {
    let (app, issuer) = start(|_| {}).await;
    let browser = app.visitor();
    for (partner, why) in [
        (json!("X-99"), "gibt es in diesem Portal nicht"),
        (Value::Null, "für welchen Vertriebspartner Sie arbeiten"),
        (json!(["X-17", "X-18"]), "für welchen Vertriebspartner"),
    ] {
        issuer.claim("partner", partner);
        let answer = there_and_back(&browser, &issuer, START).await;
        assert_not_in(&browser, &answer, why).await;
    }
    // On the page with the person's details it counts as well.
    issuer.mood(|mood| drop(mood.details.insert("partner".to_owned(), json!("X-17"))));
    issuer.claim("partner", Value::Null);
    there_and_back(&browser, &issuer, START)
        .await
        .assert_redirect("/kunden");
}

#[actix_web::test]
async fn s41_who_is_invited_connects_instead_of_setting_a_password() {
    let (app, issuer) = start(|config| config.rules.partner = None).await;
    let admin = app.sign_in(Person::Operator).await;
    let browser = app.visitor();
    // Without an invitation nobody comes in.
    let answer = there_and_back(&browser, &issuer, START).await;
    assert_not_in(&browser, &answer, "Folgen Sie dem Link in Ihrer Einladung").await;

    invite(&app, "neu@muster-it.example");
    app.deliver();
    let mail = app.last_mail_to("neu@muster-it.example");
    let link = link_in(&app, &mail.written.text);
    let page = browser.get(&link).await;
    page.assert_says("Oder ohne Passwort")
        .assert_says("Mit „Konzern-Konto“ anmelden");
    let href = page
        .attribute("main a[href*='/anbieter/']", "href")
        .unwrap();
    there_and_back(&browser, &issuer, &href)
        .await
        .assert_redirect("/kunden");
    let page = browser.get("/kunden").await;
    assert!(page.text().contains("Neu Hier"));
    // The link is used up, and a mail says what happened.
    app.visitor().get(&link).await.assert_status(410);
    app.deliver();
    let mail = app.last_mail_to("neu@muster-it.example");
    assert!(
        mail.written.subject.contains("Anmeldedienst"),
        "{}",
        mail.written.subject
    );
    assert_eq!(events(&app, "identity"), 1);
    let user = user_of(&app, "neu@muster-it.example");
    admin
        .get(&format!("/betrieb/benutzer/{user}"))
        .await
        .assert_says("aktiv")
        .assert_says("Konzern-Konto");

    // Somebody else who is invited does not become the same person.
    invite(&app, "zweite@muster-it.example");
    app.deliver();
    let mail = app.last_mail_to("zweite@muster-it.example");
    let link = link_in(&app, &mail.written.text);
    let other = app.visitor();
    let answer = there_and_back(&other, &issuer, &format!("{link}/anbieter/1")).await;
    assert_not_in(&other, &answer, "gehört hier zu einer anderen Person").await;
}

/// Invites somebody of the partner Muster IT GmbH.
fn invite(app: &TestApp, email: &str) {
    use avv_portal::actions::{Actor, users};
    use avv_portal::domain::EmailAddress;
    use avv_portal::storage::users::NewUser;
    let new = NewUser {
        email: EmailAddress::parse(email).unwrap(),
        name: "Neu Hier".to_owned(),
        role: Role::Partner(app.companies().partner),
        manages_users: false,
        password_hash: None,
    };
    let now = app.now();
    app.write(|conn| users::add(conn, &app.app, Actor::Command, &new, now));
}

fn link_in(app: &TestApp, text: &str) -> String {
    let prefix = format!("{}/passwort/", app.url);
    let start = text.find(&prefix).expect("a link");
    let link: String = text[start..]
        .chars()
        .take_while(|c| !c.is_whitespace())
        .collect();
    link[app.url.len()..].to_owned()
}

#[actix_web::test]
async fn s41_an_own_account_is_connected_after_a_proof_and_then_signs_in_there_alone() {
    let (app, issuer) = start(|config| config.rules.partner = None).await;
    let browser = app.sign_in(Person::Partner).await;
    let page = browser.get("/sicherheit").await;
    page.assert_says("nicht verbunden");
    let own = "/sicherheit/anbieter/1";
    // Without the proof no link leads there.
    browser
        .get(&format!("{own}/verbinden"))
        .await
        .assert_redirect(own);
    let page = browser.get(own).await;
    page.submit(&browser, "main form", &[("passwort", "falsch")])
        .await
        .assert_status(422);
    page.submit(&browser, "main form", &[("passwort", PASSWORD)])
        .await
        .assert_redirect(own);
    browser
        .get(own)
        .await
        .assert_says("Weiter zu „Konzern-Konto“");
    there_and_back(&browser, &issuer, &format!("{own}/verbinden"))
        .await
        .assert_redirect("/sicherheit");
    browser
        .get("/sicherheit")
        .await
        .assert_says("verbunden seit dem 23. November 2026");

    let again = app.visitor();
    there_and_back(&again, &issuer, START)
        .await
        .assert_redirect("/kunden");
    // The password is no way past the issuer any more, and no link brings a new one.
    let with_password = app.visitor();
    let fields = [("email", Person::Partner.email()), ("passwort", PASSWORD)];
    with_password
        .post("/anmelden", &fields)
        .await
        .assert_status(422)
        .assert_says("Melden Sie sich bitte dort an");
    app.deliver();
    let before = app.mails().len();
    with_password
        .post("/passwort-vergessen", &fields[..1])
        .await
        .assert_status(200);
    app.deliver();
    assert_eq!(app.mails().len(), before);

    // Parted again, the password is good, and the sessions from there are over.
    app.clock.advance(minutes(6));
    let page = browser.get(own).await;
    page.assert_says("Trennen");
    let asked = page.submit(&browser, "main form", &[]).await;
    asked.assert_status(303);
    let prove = browser.follow(&asked).await;
    prove.assert_says("Weisen Sie sich noch einmal aus");
    let href = prove.attribute("main a.button", "href").unwrap();
    let proved = there_and_back(&browser, &issuer, &href).await;
    let page = browser.follow(&proved).await;
    page.submit(&browser, "main form", &[])
        .await
        .assert_redirect("/sicherheit");
    assert!(is_to_sign_in(&again.get("/kunden").await));
    with_password
        .post("/anmelden", &fields)
        .await
        .assert_redirect("/kunden");
    assert_eq!(events(&app, "identity"), 2);
}

#[actix_web::test]
async fn s41_who_is_out_there_is_out_here_with_the_next_request() {
    let (app, issuer) = start(|_| {}).await;
    for (refreshes, twist) in [
        (true, "gone"),
        (false, "gone"),
        (true, "claim went"),
        (false, "claim went"),
        (true, "claim changed"),
        (true, "other person"),
    ] {
        issuer.mood(|mood| {
            mood.refreshes = refreshes;
            mood.is_gone = false;
            mood.instead.clear();
        });
        issuer.claim("partner", json!("X-17"));
        issuer.claim("sub", json!("person-1"));
        let browser = app.visitor();
        there_and_back(&browser, &issuer, START)
            .await
            .assert_redirect("/kunden");
        // Asked again after a minute, and all is well.
        app.clock.advance(Duration::seconds(61));
        let asked = issuer.mood(|mood| mood.asked);
        browser.get("/kunden").await.assert_status(200);
        browser.get("/kunden").await.assert_status(200);
        assert_eq!(issuer.mood(|mood| mood.asked), asked + 1, "once a minute");
        match twist {
            "gone" => issuer.mood(|mood| mood.is_gone = true),
            "claim went" => issuer.claim("partner", Value::Null),
            "claim changed" => issuer.claim("partner", json!("X-99")),
            _ => issuer.claim("sub", json!("person-2")),
        }
        app.clock.advance(Duration::seconds(61));
        assert!(
            is_to_sign_in(&browser.get("/kunden").await),
            "{twist}, {refreshes}"
        );
        assert!(is_to_sign_in(&browser.get("/kunden").await));
    }
    assert_eq!(events(&app, "issuer_session_ended"), 6);
}

#[actix_web::test]
async fn s41_an_issuer_that_does_not_answer_is_waited_for_a_quarter_of_an_hour() {
    let (app, issuer) = start(|_| {}).await;
    let browser = app.visitor();
    there_and_back(&browser, &issuer, START)
        .await
        .assert_redirect("/kunden");
    issuer.mood(|mood| mood.refreshes = false);
    issuer.mood(|mood| mood.is_down = true);
    app.clock.advance(minutes(5));
    browser.get("/kunden").await.assert_status(200);
    app.clock.advance(minutes(9));
    browser.get("/kunden").await.assert_status(200);
    app.clock.advance(minutes(2));
    assert!(is_to_sign_in(&browser.get("/kunden").await));
    let answer = app.visitor();
    issuer.mood(|mood| mood.is_down = false);
    there_and_back(&answer, &issuer, START)
        .await
        .assert_redirect("/kunden");
}

#[actix_web::test]
async fn s41_the_issuer_signs_out_by_itself() {
    let (app, issuer) = start(|_| {}).await;
    let browser = app.visitor();
    there_and_back(&browser, &issuer, START).await;
    let at = format!("{START}/abgemeldet");
    let tell = async |token: String| {
        let fields = [("logout_token", token.as_str())];
        app.visitor().post(&at, &fields).await
    };
    for wrong in [
        json!({"sub": "person-1", "aud": "another"}),
        json!({"sub": "person-1", "iss": "https://issuer.example"}),
        json!({"sub": "person-1", "nonce": "x"}),
        json!({"sub": "person-1", "events": {}}),
        json!({"sub": "person-1", "iat": 0, "exp": 1}),
        json!({}),
    ] {
        tell(issuer.logout_token(&wrong)).await.assert_status(400);
    }
    issuer.mood(|mood| mood.signs = Signs::Forged);
    tell(issuer.logout_token(&json!({"sub": "person-1"})))
        .await
        .assert_status(400);
    issuer.mood(|mood| mood.signs = Signs::Nothing);
    tell(issuer.logout_token(&json!({"sub": "person-1"})))
        .await
        .assert_status(400);
    issuer.mood(|mood| mood.signs = Signs::Es256);
    tell("nonsense".to_owned()).await.assert_status(400);
    browser.get("/kunden").await.assert_status(200);
    tell(issuer.logout_token(&json!({"sid": "session-1"})))
        .await
        .assert_status(200);
    assert!(is_to_sign_in(&browser.get("/kunden").await));
}

#[actix_web::test]
async fn s41_who_signs_out_here_can_sign_out_there() {
    let (app, issuer) = start(|_| {}).await;
    let browser = app.visitor();
    there_and_back(&browser, &issuer, START).await;
    let page = browser.get("/kunden").await;
    let done = page.submit(&browser, "form[action='/abmelden']", &[]).await;
    let page = browser.follow(&done).await;
    page.assert_says("Sie sind abgemeldet")
        .assert_says("Auch dort abmelden");
    assert!(is_to_sign_in(&browser.get("/kunden").await));
    let href = page.attribute("#meldung a", "href").unwrap();
    let away = browser.get(&href).await;
    let to = away.location();
    assert!(to.starts_with(&format!("{}/logout?", issuer.url)), "{to}");
    assert!(to.contains("id_token_hint=ey") && to.contains("client_id=avv-portal"));
    assert!(to.contains("post_logout_redirect_uri="), "{to}");
    // Later the link still leads there, and says nothing of the person.
    app.clock.advance(minutes(11));
    let later = browser.get(&href).await.location();
    assert!(!later.contains("id_token_hint"), "{later}");
}

#[actix_web::test]
async fn s40_before_what_weighs_a_person_without_password_proves_it_at_the_issuer() {
    let (app, issuer) = start(|_| {}).await;
    // Signed in there for hours.
    issuer.mood(|mood| mood.proved_ago = Some(7200));
    let browser = app.visitor();
    there_and_back(&browser, &issuer, START).await;
    app.sql("UPDATE users SET manages_users = TRUE WHERE email = 'ida@konzern.example'")
        .unwrap();
    let page = browser.get("/benutzer/neu").await;
    page.assert_says("nach dem Absenden bei „Konzern-Konto“");
    let fields = [("name", "Kai Neu"), ("email", "kai@muster-it.example")];
    let asked = page.submit(&browser, "main form", &fields).await;
    asked.assert_status(303);
    assert_eq!(app.count("users WHERE name = 'Kai Neu'"), 0);
    let ask = browser.follow(&asked).await;
    ask.assert_says("Weisen Sie sich noch einmal aus");
    let href = ask.attribute("main a.button", "href").unwrap();
    let sent = browser.get(&href).await;
    assert!(
        sent.location().contains("max_age=300"),
        "{}",
        sent.location()
    );
    assert!(sent.location().contains("prompt=login"));

    // The issuer did not ask, or says nothing of it.
    for proved_ago in [Some(7200), Some(361), None] {
        issuer.mood(|mood| mood.proved_ago = proved_ago);
        let refused = there_and_back(&browser, &issuer, &href).await;
        let page = browser.follow(&refused).await;
        page.assert_says("hat nicht noch einmal gefragt");
        let again = page.submit(&browser, "main form", &fields).await;
        assert!(again.location().contains("/ausweisen"), "{proved_ago:?}");
    }
    // Another person there.
    issuer.mood(|mood| mood.proved_ago = Some(0));
    issuer.claim("sub", json!("person-2"));
    let refused = there_and_back(&browser, &issuer, &href).await;
    browser
        .follow(&refused)
        .await
        .assert_says("gehört hier zu einer anderen Person");
    issuer.claim("sub", json!("person-1"));

    // Right: what was typed stands in the form again.
    let back = there_and_back(&browser, &issuer, &href).await;
    let page = browser.follow(&back).await;
    assert_eq!(
        page.attribute("#email", "value").as_deref(),
        Some("kai@muster-it.example")
    );
    page.submit(&browser, "main form", &[])
        .await
        .assert_status(303);
    assert_eq!(app.count("users WHERE name = 'Kai Neu'"), 1);
    // Five minutes later it is asked for again.
    app.clock.advance(Duration::seconds(301));
    let page = browser.get("/benutzer/neu").await;
    let fields = [("name", "Lea Neu"), ("email", "lea@muster-it.example")];
    let asked = page.submit(&browser, "main form", &fields).await;
    assert!(
        asked.location().contains("/ausweisen"),
        "{}",
        asked.location()
    );
}

#[actix_web::test]
async fn s36_the_issuer_says_whether_a_second_factor_was_there() {
    let (app, issuer) = start_for(Audience::Operator, FactorRule::Operator, |_| {}).await;
    issuer.claim("groups", json!(["avv-support"]));
    // Without: the portal's own has to be set up first.
    issuer.claim("amr", json!(["pwd"]));
    let browser = app.visitor();
    there_and_back(&browser, &issuer, START).await;
    browser
        .get("/betrieb")
        .await
        .assert_redirect("/sicherheit/zweiter-faktor?weiter=%2Fbetrieb");
    // With: nothing else is asked for.
    issuer.claim("amr", json!(["pwd", "mfa"]));
    let browser = app.visitor();
    there_and_back(&browser, &issuer, START).await;
    browser.get("/betrieb").await.assert_status(200);
    issuer.claim("amr", Value::Null);
    issuer.claim("acr", json!("mfa"));
    let browser = app.visitor();
    there_and_back(&browser, &issuer, START).await;
    browser.get("/betrieb").await.assert_status(200);

    // The portal's own is asked for where the issuer says nothing of one.
    issuer.claim("acr", Value::Null);
    let secret = app.give_factor("ida@konzern.example");
    let browser = app.visitor();
    let done = there_and_back(&browser, &issuer, START).await;
    done.assert_redirect("/anmelden/code");
    assert!(is_to_sign_in(&browser.get("/betrieb").await));
    let code = app.code(&secret, Duration::zero());
    browser
        .post("/anmelden/code", &[("bestaetigungscode", &code)])
        .await
        .assert_redirect("/betrieb");
    browser.get("/betrieb").await.assert_status(200);
    // And that session is one of the issuer's, too.
    issuer.mood(|mood| mood.is_gone = true);
    app.clock.advance(Duration::seconds(61));
    assert!(is_to_sign_in(&browser.get("/betrieb").await));
}

#[actix_web::test]
async fn s39_a_claim_takes_a_job_and_gives_none_that_approves() {
    let (app, issuer) = start_for(Audience::Operator, FactorRule::None, |_| {}).await;
    let browser = app.visitor();
    // Nobody becomes an administrator by a claim alone.
    for (groups, why) in [
        (
            json!(["avv-admin"]),
            "Folgen Sie dem Link in Ihrer Einladung",
        ),
        (json!(["others"]), "nennt für Sie keine Rolle"),
        (Value::Null, "nennt für Sie keine Rolle"),
    ] {
        issuer.claim("groups", groups);
        let answer = there_and_back(&browser, &issuer, START).await;
        assert_not_in(&browser, &answer, why).await;
    }
    issuer.claim("groups", json!(["avv-support"]));
    there_and_back(&browser, &issuer, START)
        .await
        .assert_redirect("/betrieb");
    let role = || app.text("operator_role FROM users WHERE email = 'ida@konzern.example'");
    assert_eq!(role(), "support");
    // Another job: out at once, and in again with it.
    issuer.claim("groups", json!(["avv-audit"]));
    app.clock.advance(Duration::seconds(61));
    assert!(is_to_sign_in(&browser.get("/betrieb").await));
    there_and_back(&browser, &issuer, START)
        .await
        .assert_redirect("/betrieb");
    assert_eq!(role(), OperatorRole::Auditor.to_string());
    issuer.claim("groups", json!(["avv-admin"]));
    let answer = there_and_back(&app.visitor(), &issuer, START).await;
    let other = app.visitor();
    other
        .follow(&answer)
        .await
        .assert_says("haben Sie in diesem Portal nicht");
    // An administrator loses the job by the claim, but not the last one.
    app.sql("UPDATE users SET operator_role = 'administrator' WHERE email = 'ida@konzern.example'")
        .unwrap();
    there_and_back(&app.visitor(), &issuer, START)
        .await
        .assert_redirect("/betrieb");
    app.sql("UPDATE users SET disabled_at = now() WHERE operator_role = 'administrator' AND email <> 'ida@konzern.example'")
        .unwrap();
    issuer.claim("groups", json!(["avv-support"]));
    let last = app.visitor();
    let answer = there_and_back(&last, &issuer, START).await;
    assert_not_in(&last, &answer, "haben Sie in diesem Portal nicht").await;
    assert_eq!(role(), "administrator");
}

#[actix_web::test]
async fn s41_an_issuer_speaks_for_its_own_people_alone() {
    let (app, issuer) = start_for(Audience::Operator, FactorRule::None, |config| {
        config.rules.roles = None;
    })
    .await;
    // A partner's invitation does not offer it.
    invite(&app, "neu@muster-it.example");
    app.deliver();
    let mail = app.last_mail_to("neu@muster-it.example");
    let link = link_in(&app, &mail.written.text);
    app.visitor()
        .get(&link)
        .await
        .assert_silent_about("Konzern-Konto");
    app.visitor()
        .get(&format!("{link}/anbieter/1"))
        .await
        .assert_status(404);
    let partner = app.sign_in(Person::Partner).await;
    partner
        .get("/sicherheit")
        .await
        .assert_silent_about("Konzern-Konto");
    partner
        .get("/sicherheit/anbieter/1")
        .await
        .assert_status(404);
    // Connected by hand in the database it does not let in either.
    let user = user_of(&app, Person::Partner.email());
    app.sql(&format!(
        "INSERT INTO identities (issuer, subject, user_id, connected_at) VALUES ('{}', 'person-1', {user}, now())",
        issuer.url
    ))
    .unwrap();
    let browser = app.visitor();
    let answer = there_and_back(&browser, &issuer, START).await;
    assert_not_in(&browser, &answer, "gehört nicht zu denen").await;
}

#[actix_web::test]
async fn s41_a_locked_person_stays_out_and_comes_back_by_a_new_invitation() {
    let (app, issuer) = start(|_| {}).await;
    let browser = app.visitor();
    there_and_back(&browser, &issuer, START).await;
    app.sql("UPDATE users SET disabled_at = now() WHERE email = 'ida@konzern.example'")
        .unwrap();
    assert!(is_to_sign_in(&browser.get("/kunden").await));
    let answer = there_and_back(&browser, &issuer, START).await;
    assert_not_in(&browser, &answer, "Ihr Zugang ist gesperrt").await;
}

#[actix_web::test]
async fn s41_strangers_are_led_to_the_issuer_only_so_often() {
    let (app, issuer) = start(|_| {}).await;
    let browser = app.visitor();
    let mut refused = 0;
    for _ in 0..60 {
        let answer = browser.get(START).await;
        refused += usize::from(answer.status == 429);
    }
    assert!(refused > 0);
    assert!(app.count("issuer_requests") <= 51);
    drop(issuer);
    app.clock.advance(minutes(11));
    for job in jobs::JOBS.iter().filter(|job| job.name == "clean") {
        let pass = jobs::Pass {
            app: app.app.clone(),
            stop: jobs::Stop::never(),
            at: None,
            send_late: false,
        };
        (job.pass)(&pass).unwrap();
    }
    assert_eq!(app.count("issuer_requests"), 0);
}

#[actix_web::test]
async fn s41_an_issuer_that_calls_itself_something_else_is_not_believed() {
    let (app, issuer) = start(|_| {}).await;
    issuer.mood(|mood| mood.calls_itself = Some("https://issuer.example".to_owned()));
    let browser = app.visitor();
    let answer = browser.get(START).await;
    assert_not_in(&browser, &answer, "konnte das Portal nicht prüfen").await;
    issuer.mood(|mood| {
        mood.calls_itself = None;
        mood.is_down = true;
    });
    let answer = browser.get(START).await;
    assert_not_in(&browser, &answer, "antwortet gerade nicht").await;
    // No such issuer.
    browser.get("/anmelden/anbieter/2").await.assert_status(404);
    browser
        .get("/anmelden/anbieter/nein")
        .await
        .assert_status(404);
}
