//! The second factor (S-36): codes of an authenticator app and recovery codes at sign-in, and once more
//! before what cannot be taken back (S-40); obligatory for whom the setting names; reset by others.

use avv_portal::actions::second_factor::reset_by_command;
use avv_portal::domain::EmailAddress;
use avv_portal::domain::second_factor::{FactorRule, SECRET_BYTES, Secret};
use avv_portal::mail::transport::Transport;
use chrono::Duration;

use crate::harness::{Browser, CUSTOMER, PASSWORD, Page, Person, RECOVERY, TestApp, minutes};
use crate::seeded::{is_to_sign_in, user_id};

const FORM: &str = "main form";
const MAIL: &str = "info@oezdemir.example";

/// The first step; the password is right.
async fn password(app: &TestApp, person: Person) -> Browser {
    let browser = app.visitor();
    let page = browser.get("/anmelden?weiter=%2Fhilfe").await;
    let fields = [("email", person.email()), ("passwort", PASSWORD)];
    let done = page.submit(&browser, FORM, &fields).await;
    done.assert_status(303);
    assert_eq!(done.location(), "/anmelden/code?weiter=%2Fhilfe");
    browser
}

/// The second step.
async fn code(browser: &Browser, code: &str) -> Page {
    let page = browser.get("/anmelden/code?weiter=%2Fhilfe").await;
    page.assert_status(200);
    page.submit(browser, FORM, &[("bestaetigungscode", code)])
        .await
}

async fn sign_in(app: &TestApp, person: Person, secret: &Secret) -> Browser {
    let browser = password(app, person).await;
    let done = code(&browser, &app.code(secret, Duration::zero())).await;
    done.assert_status(303);
    assert_eq!(done.location(), "/hilfe");
    browser
}

fn events(app: &TestApp, kind: &str) -> i64 {
    app.count(&format!("audit_events WHERE kind = '{kind}'"))
}

fn rule(rule: FactorRule) -> impl FnOnce(&mut avv_portal::config::Config) {
    move |config| config.rules.second_factor = rule
}

/// The secret that a page offers, read as a person types it.
fn offered(page: &Page) -> Secret {
    let shown = page.all(".key").concat();
    let mut bits = 0_u64;
    let mut bytes = Vec::new();
    let letters = shown.chars().filter(|c| !c.is_whitespace());
    for (place, letter) in letters.enumerate() {
        let value = match letter {
            'A'..='Z' => u64::from(u32::from(letter) - u32::from('A')),
            digit => u64::from(u32::from(digit) - u32::from('2')) + 26,
        };
        bits = (bits << 5) | value;
        if place % 8 == 7 {
            bytes.extend_from_slice(&bits.to_be_bytes()[3..]);
            bits = 0;
        }
    }
    let bytes: [u8; SECRET_BYTES] = bytes.try_into().unwrap();
    Secret::new(bytes)
}

/// Sets a second factor up on the page; gives its secret and the recovery codes.
async fn set_up(app: &TestApp, browser: &Browser, way: &str) -> (Secret, Vec<String>) {
    let page = browser.get(way).await;
    page.assert_status(200);
    let secret = offered(&page);
    let typed = app.code(&secret, Duration::zero());
    let done = page.submit(browser, FORM, &[("neuer-code", &typed)]).await;
    done.assert_status(303);
    let shown = browser.follow(&done).await;
    shown.assert_says("Der zweite Faktor ist eingerichtet");
    let codes = shown.all(".codes code");
    assert_eq!(codes.len(), 10);
    (secret, codes)
}

#[actix_web::test]
async fn s36_after_the_password_comes_the_code_and_each_is_good_once() {
    let app = TestApp::start().await;
    let secret = app.give_factor(Person::Partner.email());
    let browser = password(&app, Person::Partner).await;
    // The password alone signs no user in.
    assert!(is_to_sign_in(&browser.get("/kunden").await));
    assert_eq!(events(&app, "signed_in"), 0);
    assert_eq!(app.count("attempts WHERE kind = 'login'"), 0);
    for wrong in ["", "000000", PASSWORD] {
        let page = code(&browser, wrong).await;
        page.assert_status(422).assert_says("Bestätigungscode");
        assert!(is_to_sign_in(&browser.get("/kunden").await), "{wrong}");
    }
    app.clock.advance(minutes(1));
    let right = app.code(&secret, Duration::zero());
    code(&browser, &right).await.assert_redirect("/hilfe");
    browser.get("/kunden").await.assert_status(200);
    assert_eq!(events(&app, "signed_in"), 1);
    // A code that was used cannot be used again by another reader of it, nor can the one before.
    let other = password(&app, Person::Partner).await;
    for seen in [right, app.code(&secret, Duration::seconds(-30))] {
        code(&other, &seen)
            .await
            .assert_status(422)
            .assert_says("schon verwendet");
    }
    // The next one, of a clock that is a little fast.
    let next = app.code(&secret, Duration::seconds(30));
    code(&other, &next).await.assert_redirect("/hilfe");
    // Nothing of the secret stands anywhere as it is.
    let typed = secret.shown().replace(' ', "");
    for row in app.everything() {
        assert!(!row.contains(&typed), "{row}");
    }
}

#[actix_web::test]
async fn s36_a_clock_that_is_off_is_named() {
    let app = TestApp::start().await;
    let secret = app.give_factor(Person::Customer.email());
    let browser = password(&app, Person::Customer).await;
    let slow = code(&browser, &app.code(&secret, minutes(-5))).await;
    slow.assert_status(422)
        .assert_says("galt vor etwa 5 Minuten")
        .assert_says("geht die Uhr Ihres Geräts nach");
    // That a code will be good in a moment is not said, as the user may be guessing; the clock is
    // named.
    let fast = code(&browser, &app.code(&secret, minutes(5))).await;
    fast.assert_status(422)
        .assert_says("stimmt nicht")
        .assert_says("ob die Uhr Ihres Geräts richtig geht")
        .assert_silent_about("in etwa");
    // Setting up, the person has the secret anyway.
    let partner = app.sign_in(Person::Partner).await;
    let page = partner.get("/sicherheit/zweiter-faktor").await;
    let own = offered(&page);
    for (off, said) in [(-5, "galt vor etwa 5 Minuten"), (5, "in etwa 5 Minuten")] {
        let typed = app.code(&own, minutes(off));
        let wrong = page.submit(&partner, FORM, &[("neuer-code", &typed)]).await;
        wrong.assert_status(422).assert_says(said);
        // The same secret once more: the app knows it already.
        assert_eq!(offered(&wrong), own);
    }
    assert_eq!(app.count("second_factors"), 1, "nothing half done");
}

#[actix_web::test]
async fn s36_a_recovery_code_is_good_once() {
    let app = TestApp::start().await;
    app.give_factor(Person::Partner.email());
    let browser = password(&app, Person::Partner).await;
    code(&browser, &RECOVERY.to_lowercase())
        .await
        .assert_redirect("/hilfe");
    assert_eq!(events(&app, "second_factor"), 1);
    app.deliver();
    let mail = app.last_mail_to(Person::Partner.email());
    assert!(mail.written.subject.contains("Wiederherstellungscode"));
    browser
        .get("/sicherheit")
        .await
        .assert_says("1 von 10 übrig");
    let again = password(&app, Person::Partner).await;
    code(&again, RECOVERY)
        .await
        .assert_status(422)
        .assert_says("schon verbraucht");
    code(&again, "CCCC-CCCC-CCCC-CCCC")
        .await
        .assert_status(422)
        .assert_says("gibt es nicht");
    assert!(is_to_sign_in(&again.get("/kunden").await));
}

#[actix_web::test]
async fn s36_guessing_codes_is_slowed_down() {
    let app = TestApp::start_behind_proxy().await;
    let secret = app.give_factor(Person::Partner.email());
    let try_from = async |place: &str, typed: &str| {
        let browser = app.visitor();
        let headers = [("x-forwarded-for", place)];
        let fields = [("email", Person::Partner.email()), ("passwort", PASSWORD)];
        browser.post_with("/anmelden", &fields, &headers).await;
        let fields = [("bestaetigungscode", typed)];
        browser.post_with("/anmelden/code", &fields, &headers).await
    };
    for _ in 0..5 {
        try_from("198.51.100.1", "000000").await.assert_status(422);
    }
    let right = app.code(&secret, Duration::zero());
    let waits = try_from("198.51.100.1", &right).await;
    waits.assert_status(429).assert_says("erst in");
    assert_eq!(waits.header("retry-after"), "5");
    // Another place may, until the account has had ten.
    for place in 2..7 {
        let page = try_from(&format!("198.51.100.{place}"), "000000").await;
        page.assert_status(422);
    }
    let waits = try_from("198.51.100.8", &right).await;
    waits.assert_status(429);
    app.clock.advance(minutes(16));
    let right = app.code(&secret, Duration::zero());
    try_from("198.51.100.8", &right).await.assert_status(303);
    // That place is known from now on and does not wait because others guessed; the others still
    // wait long.
    app.clock.advance(minutes(1));
    try_from("198.51.100.9", "000000").await.assert_status(422);
    let right = app.code(&secret, Duration::zero());
    try_from("198.51.100.9", &right).await.assert_status(429);
    try_from("198.51.100.8", &right).await.assert_status(303);
}

#[actix_web::test]
async fn s36_codes_tried_at_the_same_time_are_accepted_once() {
    let app = TestApp::start().await;
    let secret = app.give_factor(Person::Partner.email());
    let mut browsers = Vec::new();
    for _ in 0..4 {
        browsers.push(password(&app, Person::Partner).await);
    }
    let right = app.code(&secret, Duration::zero());
    let tries = browsers.iter().map(|browser| code(browser, &right));
    let pages = futures_util::future::join_all(tries).await;
    let accepted = pages.iter().filter(|page| page.status == 303).count();
    assert_eq!(accepted, 1);
}

#[actix_web::test]
async fn s36_the_second_step_has_its_time() {
    let app = TestApp::start().await;
    let secret = app.give_factor(Person::Partner.email());
    let browser = password(&app, Person::Partner).await;
    app.clock.advance(minutes(11));
    let late = browser.get("/anmelden/code?weiter=%2Fhilfe").await;
    assert!(is_to_sign_in(&late));
    browser
        .follow(&late)
        .await
        .assert_says("Der Bestätigungscode kam zu spät");
    // A user who is locked between the two steps stays out.
    let browser = password(&app, Person::Partner).await;
    let user = user_id(&app, Person::Partner.email());
    app.sql(&format!(
        "UPDATE users SET disabled_at = now() WHERE id = {user}"
    ))
    .unwrap();
    let fields = [("bestaetigungscode", app.code(&secret, Duration::zero()))];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let done = browser.post("/anmelden/code", &fields).await;
    done.assert_redirect("/anmelden?hinweis=code");
    // A visitor without the first step has no second one.
    let stranger = app.visitor();
    assert!(is_to_sign_in(&stranger.get("/anmelden/code").await));
    assert!(is_to_sign_in(
        &stranger.post("/anmelden/code", &fields).await
    ));
}

#[actix_web::test]
async fn s36_whoever_must_have_one_sets_it_up_before_any_other_page() {
    let app = TestApp::start_configured(Transport::memory(), rule(FactorRule::Operator)).await;
    let operator = app.sign_in(Person::Operator).await;
    for path in ["/betrieb", "/kunden", "/betrieb/benutzer", "/sicherheit"] {
        let led = operator.get(path).await;
        led.assert_status(303);
        let way = path.replace('/', "%2F");
        assert_eq!(
            led.location(),
            format!("/sicherheit/zweiter-faktor?weiter={way}")
        );
    }
    let page = operator.get("/sicherheit/zweiter-faktor").await;
    page.assert_says("Für Ihr Konto ist ein zweiter Faktor Pflicht");
    let csrf = page.attribute("input[name=csrf]", "value").unwrap();
    let done = operator
        .post("/betrieb/mails/test", &[("csrf", &csrf), ("email", MAIL)])
        .await;
    done.assert_status(303);
    assert_eq!(done.location(), "/sicherheit/zweiter-faktor");
    assert_eq!(events(&app, "mail_tested"), 0);
    // The gate of a reverse proxy does not open either, and a public page shows no user as signed
    // in.
    operator
        .get("/zugriff/4711/centraflex")
        .await
        .assert_status(403);
    let help = operator.get("/hilfe").await;
    assert!(help.all(".account").is_empty());

    let way = "/sicherheit/zweiter-faktor?weiter=%2Fbetrieb%2Fbenutzer";
    let (secret, codes) = set_up(&app, &operator, way).await;
    // Loaded once more they still stand there; put away they are gone.
    let again = operator.get("/sicherheit/wiederherstellungscodes").await;
    assert_eq!(again.all(".codes code"), codes);
    let again = operator
        .get("/sicherheit/wiederherstellungscodes?weiter=%2Fbetrieb%2Fbenutzer")
        .await;
    let done = again.submit(&operator, FORM, &[]).await;
    assert_eq!(
        done.location().split('#').next().unwrap(),
        "/betrieb/benutzer"
    );
    let gone = operator.get("/sicherheit/wiederherstellungscodes").await;
    assert!(gone.all(".codes code").is_empty());
    operator.get("/betrieb").await.assert_status(200);
    assert_eq!(events(&app, "second_factor"), 1);
    for row in app.everything() {
        for code in &codes {
            assert!(!row.contains(code.as_str()), "a recovery code is stored");
        }
    }

    // It cannot be removed, only replaced.
    let refused = operator.get("/sicherheit/zweiter-faktor/entfernen").await;
    operator
        .follow(&refused)
        .await
        .assert_says("aber nicht entfernen");
    app.clock.advance(minutes(1));
    sign_in(&app, Person::Operator, &secret).await;
    // Users of other roles need no second factor.
    app.sign_in(Person::Partner)
        .await
        .get("/kunden")
        .await
        .assert_status(200);
}

#[actix_web::test]
async fn s36_partners_may_have_to_have_one() {
    let app = TestApp::start_configured(Transport::memory(), rule(FactorRule::Partners)).await;
    for person in [Person::Partner, Person::SubPartner] {
        let browser = app.sign_in(person).await;
        browser.get("/kunden").await.assert_status(303);
    }
    let customer = app.sign_in(Person::Customer).await;
    customer.get("/administration/avv").await.assert_status(200);
}

#[actix_web::test]
async fn s36_everybody_can_set_one_up_replace_and_remove_it() {
    let app = TestApp::start().await;
    let (browser, other) = (
        app.sign_in(Person::Customer).await,
        app.sign_in(Person::Customer).await,
    );
    let (first, _) = set_up(&app, &browser, "/sicherheit/zweiter-faktor").await;
    // The form sent twice leads to the codes once more.
    let twice = browser.get("/sicherheit/zweiter-faktor").await;
    assert_eq!(twice.location(), "/sicherheit/wiederherstellungscodes");
    assert!(is_to_sign_in(&other.get("/administration/avv").await));
    browser.get("/administration/avv").await.assert_status(200);
    app.deliver();
    let mail = app.last_mail_to(Person::Customer.email());
    assert!(
        mail.written
            .subject
            .contains("zweiter Faktor ist eingerichtet")
    );
    let put_away = async |browser: &Browser| {
        let page = browser.get("/sicherheit/wiederherstellungscodes").await;
        page.submit(browser, FORM, &[]).await.assert_status(303);
    };
    put_away(&browser).await;

    // Another device: with a code of the first one only.
    app.clock.advance(minutes(1));
    let page = browser.get("/sicherheit/zweiter-faktor").await;
    let second = offered(&page);
    assert_ne!(first, second);
    let typed = app.code(&second, Duration::zero());
    let without = page.submit(&browser, FORM, &[("neuer-code", &typed)]).await;
    without.assert_status(422);
    let proof = app.code(&first, Duration::zero());
    // While the new code is wrong the one of the first device is not used up.
    let both = [("neuer-code", "000000"), ("bestaetigungscode", &proof)];
    page.submit(&browser, FORM, &both).await.assert_status(422);
    let both = [
        ("neuer-code", typed.as_str()),
        ("bestaetigungscode", &proof),
    ];
    page.submit(&browser, FORM, &both).await.assert_status(303);
    put_away(&browser).await;

    // New recovery codes.
    app.clock.advance(minutes(1));
    let page = browser.get("/sicherheit/wiederherstellungscodes").await;
    let wrong = [("bestaetigungscode", app.code(&first, Duration::zero()))];
    let wrong = wrong
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    page.submit(&browser, FORM, &wrong).await.assert_status(422);
    let right = app.code(&second, Duration::zero());
    let done = page
        .submit(&browser, FORM, &[("bestaetigungscode", &right)])
        .await;
    let shown = browser.follow(&done).await;
    let code = shown.all(".codes code")[3].clone();
    put_away(&browser).await;

    // Removed with one of them; the password is not asked for, nor enough.
    let page = browser.get("/sicherheit/zweiter-faktor/entfernen").await;
    assert!(page.all("#passwort").is_empty());
    let with_password = [("passwort", PASSWORD)];
    page.submit(&browser, FORM, &with_password)
        .await
        .assert_status(422);
    let done = page
        .submit(&browser, FORM, &[("bestaetigungscode", &code)])
        .await;
    browser
        .follow(&done)
        .await
        .assert_says("Der zweite Faktor ist entfernt");
    assert_eq!(app.count("second_factors") + app.count("recovery_codes"), 0);
    app.sign_in(Person::Customer)
        .await
        .get("/administration/avv")
        .await
        .assert_status(200);
}

#[actix_web::test]
async fn s36_setting_up_asks_for_the_password_when_the_sign_in_is_a_while_ago() {
    let app = TestApp::start().await;
    let browser = app.sign_in(Person::Partner).await;
    app.clock.advance(minutes(6));
    let page = browser.get("/sicherheit/zweiter-faktor").await;
    let secret = offered(&page);
    let typed = app.code(&secret, Duration::zero());
    let without = [("neuer-code", typed.as_str()), ("passwort", "")];
    page.submit(&browser, FORM, &without)
        .await
        .assert_status(422)
        .assert_says("Geben Sie Ihr Passwort ein");
    assert_eq!(app.count("second_factors"), 0);
    let both = [("neuer-code", typed.as_str()), ("passwort", PASSWORD)];
    page.submit(&browser, FORM, &both).await.assert_status(303);
    assert_eq!(app.count("second_factors"), 1);
}

#[actix_web::test]
async fn s40_the_strongest_factor_is_asked_for() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    app.conclude(MAIL).await;
    let (operator, customer) = (
        app.give_factor(Person::Operator.email()),
        app.give_factor(Person::Customer.email()),
    );
    let browser = sign_in(&app, Person::Operator, &operator).await;
    let page = browser
        .get(&format!(
            "/betrieb/benutzer/{}/sperren",
            user_id(&app, Person::SubPartner.email())
        ))
        .await;
    assert!(page.all("#passwort").is_empty());
    page.submit(&browser, FORM, &[("passwort", PASSWORD)])
        .await
        .assert_status(422)
        .assert_says("Geben Sie den Bestätigungscode ein");
    let used = app.code(&operator, Duration::zero());
    page.submit(&browser, FORM, &[("bestaetigungscode", &used)])
        .await
        .assert_status(422)
        .assert_says("schon verwendet");
    app.clock.advance(minutes(1));
    let fresh = app.code(&operator, Duration::zero());
    page.submit(&browser, FORM, &[("bestaetigungscode", &fresh)])
        .await
        .assert_status(303);
    assert_eq!(events(&app, "user_disabled"), 1);

    let browser = sign_in(&app, Person::Customer, &customer).await;
    let page = browser.get("/administration/avv/widerspruch").await;
    page.submit(&browser, FORM, &[("passwort", PASSWORD)])
        .await
        .assert_status(422);
    app.clock.advance(minutes(1));
    let fresh = app.code(&customer, Duration::zero());
    page.submit(&browser, FORM, &[("bestaetigungscode", &fresh)])
        .await
        .assert_status(303);
    assert_eq!(events(&app, "objected"), 1);
}

#[actix_web::test]
async fn s36_a_lost_factor_is_reset_by_somebody_else_with_a_reason() {
    let app = TestApp::start().await;
    let secret = app.give_factor(Person::Partner.email());
    let partner = sign_in(&app, Person::Partner, &secret).await;
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get(&format!(
            "/betrieb/benutzer/{}",
            user_id(&app, Person::Partner.email())
        ))
        .await
        .assert_says("Zweiten Faktor zurücksetzen");
    let of = |person: Person| {
        let user = user_id(&app, person.email());
        format!("/betrieb/benutzer/{user}/zweiter-faktor")
    };
    operator.get(&of(Person::Operator)).await.assert_status(404);
    let page = operator.get(&of(Person::Partner)).await;
    let without = page
        .submit(&operator, FORM, &[("passwort", PASSWORD)])
        .await;
    without
        .assert_status(422)
        .assert_says("warum Sie den zweiten Faktor zurücksetzen");
    let typed = [("grund", "Telefon im See"), ("passwort", "falsch")];
    let wrong = page.submit(&operator, FORM, &typed).await;
    wrong.assert_status(422);
    assert_eq!(
        wrong.attribute("#grund", "value").as_deref(),
        Some("Telefon im See")
    );
    assert_eq!(app.count("second_factors"), 1);
    let typed = [("grund", "Telefon im See"), ("passwort", PASSWORD)];
    page.submit(&operator, FORM, &typed)
        .await
        .assert_status(303);
    assert_eq!(app.count("second_factors") + app.count("recovery_codes"), 0);
    assert_eq!(events(&app, "second_factor_reset"), 1);
    assert!(is_to_sign_in(&partner.get("/kunden").await));
    operator
        .get("/betrieb/protokoll")
        .await
        .assert_says("Telefon im See");
    app.deliver();
    let mail = app.last_mail_to(Person::Partner.email());
    assert!(mail.written.subject.contains("zurückgesetzt"));
    app.sign_in(Person::Partner)
        .await
        .get("/kunden")
        .await
        .assert_status(200);

    // On the command line for the only administrator there is.
    app.give_factor(Person::Operator.email());
    let reset = |email: &str| {
        let (email, now) = (EmailAddress::parse(email).unwrap(), app.now());
        app.write(|conn| reset_by_command(conn, &app.app, &email, "Alles verloren", now))
    };
    assert_eq!(reset("niemand@plusnet.example"), None);
    assert_eq!(reset(Person::Operator.email()), Some(true));
    assert_eq!(reset(Person::Operator.email()), Some(false));
    assert!(is_to_sign_in(&operator.get("/betrieb").await));
    assert_eq!(events(&app, "second_factor_reset"), 2);
}

/// S-38: a new password does not get around it; S-35: nor is it made of the own names.
#[actix_web::test]
async fn s38_a_new_password_leaves_the_second_factor() {
    let app = TestApp::start().await;
    app.give_factor(Person::Partner.email());
    let visitor = app.visitor();
    let page = visitor.get("/passwort-vergessen").await;
    page.submit(&visitor, FORM, &[("email", Person::Partner.email())])
        .await;
    app.deliver();
    let mail = app.last_mail_to(Person::Partner.email());
    let start = mail.written.text.find("/passwort/").unwrap();
    let link = mail.written.text[start..]
        .split_whitespace()
        .next()
        .unwrap();
    let page = visitor.get(link).await;
    for own in ["Muster-IT-2026!", "weiss.muster-it", "Plusnet-Plusnet"] {
        let typed = [("passwort", own), ("wiederholung", own)];
        page.submit(&visitor, FORM, &typed).await.assert_status(422);
    }
    let fresh = "vier Wörter ohne Sinn";
    let typed = [("passwort", fresh), ("wiederholung", fresh)];
    page.submit(&visitor, FORM, &typed).await.assert_status(303);
    let typed = [("email", Person::Partner.email()), ("passwort", fresh)];
    let done = visitor.post("/anmelden", &typed).await;
    assert_eq!(done.location(), "/anmelden/code");
    assert!(is_to_sign_in(&visitor.get("/kunden").await));
}
