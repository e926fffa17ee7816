//! Passkeys (S-36): added and removed, in place of the password, after it, and once more before what cannot
//! be taken back (S-40). With an invented device over HTTP, and with a real browser and its own.

use avv_portal::actions::second_factor::reset_by_command;
use avv_portal::domain::EmailAddress;
use avv_portal::domain::second_factor::FactorRule;
use avv_portal::mail::transport::Transport;
use chrono::Duration;
use serde_json::Value;

use crate::harness::chromium::{Chromium, ENTER, Scripts};
use crate::harness::{Browser, Device, Log, PASSWORD, Page, Person, TestApp, minutes};
use crate::seeded::{is_to_sign_in, user_id};
use crate::walk::sign_in;

const FORM: &str = "main form";
const NEW: &str = "/sicherheit/passkeys/neu";
const MAKE: &str = "/sicherheit/passkeys/anlegen";
const ASK: &str = "/anmelden/passkey/anfrage";

/// What the page's script would hand to the browser.
async fn asked(browser: &Browser, fields: &[(&str, &str)], path: &str) -> Value {
    let answer = browser.post(path, fields).await;
    answer.assert_status(200);
    serde_json::from_slice(&answer.bytes).unwrap()
}

/// Gives the name, with what else the form wants.
async fn named(browser: &Browser, more: &[(&str, &str)]) -> Page {
    let page = browser.get(NEW).await;
    page.assert_status(200);
    let mut fields = vec![("name", "Telefon")];
    fields.extend(more);
    page.submit(browser, FORM, &fields).await
}

/// Has the device make the passkey; gives the answer to the form.
async fn made(browser: &Browser, device: &mut Device) -> Page {
    let page = browser.get(MAKE).await;
    page.assert_status(200);
    let csrf = page.attribute("input[name=csrf]", "value").unwrap();
    let asked = asked(browser, &[("csrf", &csrf)], "/sicherheit/passkeys/anfrage").await;
    let answer = device.make(&asked);
    page.submit(browser, FORM, &[("passkey", &answer)]).await
}

/// The first passkey of a person who has signed in just now; gives its device and the recovery codes.
async fn add(app: &TestApp, browser: &Browser) -> (Device, Vec<String>) {
    named(browser, &[]).await.assert_status(303);
    let mut device = Device::new(&app.url);
    let done = made(browser, &mut device).await;
    done.assert_status(303);
    let shown = browser.follow(&done).await;
    shown.assert_says("Der Passkey ist hinzugefügt");
    let codes = shown.all(".codes code");
    shown.submit(browser, FORM, &[]).await.assert_status(303);
    (device, codes)
}

/// Signs in with a passkey alone.
async fn alone(browser: &Browser, device: &mut Device) -> Page {
    let asked = asked(browser, &[], ASK).await;
    let answer = device.sign(&asked);
    let fields = [("passkey", answer.as_str()), ("weiter", "/hilfe")];
    browser.post("/anmelden/passkey", &fields).await
}

/// The first step; the password is right.
async fn password(app: &TestApp, person: Person) -> Browser {
    let browser = app.visitor();
    let fields = [("email", person.email()), ("passwort", PASSWORD)];
    let done = browser.post("/anmelden", &fields).await;
    assert_eq!(done.location(), "/anmelden/code");
    browser
}

fn refused(page: &Page) {
    page.assert_status(422).assert_says(
        "Der Passkey wurde nicht angenommen. Versuchen Sie es noch einmal, oder melden",
    );
}

fn events(app: &TestApp, kind: &str) -> i64 {
    app.count(&format!("audit_events WHERE kind = '{kind}'"))
}

#[actix_web::test]
async fn s36_a_passkey_is_added_and_signs_in_alone_and_after_the_password() {
    let log = Log::listen();
    let app = TestApp::start_named(|_| {}).await;
    let (browser, other) = (
        app.sign_in(Person::Partner).await,
        app.sign_in(Person::Partner).await,
    );
    let (mut device, codes) = add(&app, &browser).await;
    assert_eq!(codes.len(), 10);
    assert!(is_to_sign_in(&other.get("/kunden").await), "others end");
    app.deliver();
    let mail = app.last_mail_to(Person::Partner.email());
    assert!(mail.written.subject.contains("Passkey wurde hinzugefügt"));
    assert_eq!(events(&app, "second_factor"), 1);
    browser
        .get("/sicherheit")
        .await
        .assert_says("Telefon")
        .assert_says("hinzugefügt am 23. November 2026, noch nicht verwendet")
        .assert_says("10 von 10 übrig")
        .assert_says("nicht eingerichtet");

    // Alone.
    let visitor = app.visitor();
    let done = alone(&visitor, &mut device).await;
    done.assert_redirect("/hilfe");
    visitor
        .get("/sicherheit")
        .await
        .assert_says("zuletzt verwendet am 23. November 2026");
    assert_eq!(events(&app, "signed_in"), 3);
    assert_eq!(
        app.count("attempts WHERE kind = 'passkey' AND succeeded"),
        1
    );

    // After the password.
    let browser = password(&app, Person::Partner).await;
    let page = browser.get("/anmelden/code").await;
    page.assert_says("Mit Passkey bestätigen")
        .assert_says("Ihr Wiederherstellungscode");
    let answer = device.sign(&asked(&browser, &[], ASK).await);
    page.submit(&browser, FORM, &[("passkey", &answer)])
        .await
        .assert_status(303);
    browser.get("/kunden").await.assert_status(200);

    // Who is locked stays out, and reads what strangers read.
    let user = user_id(&app, Person::Partner.email());
    app.sql(&format!(
        "UPDATE users SET disabled_at = now() WHERE id = {user}"
    ))
    .unwrap();
    refused(&alone(&app.visitor(), &mut device).await);
    let handle = serde_json::from_str::<Value>(&answer).unwrap();
    for secret in ["signature", "clientDataJSON", "userHandle"] {
        let text = handle["response"][secret].as_str().unwrap();
        assert!(log.lines_with(&[text]).is_empty(), "{secret} in the log");
    }
}

#[actix_web::test]
async fn s36_what_a_browser_was_asked_is_good_once_and_for_five_minutes_and_one_session() {
    let app = TestApp::start_named(|_| {}).await;
    let browser = app.sign_in(Person::Partner).await;
    let (mut device, _) = add(&app, &browser).await;

    // Once, also when it comes twice at the same time.
    let visitor = app.visitor();
    let answer = device.sign(&asked(&visitor, &[], ASK).await);
    let fields = [("passkey", answer.as_str())];
    let both = futures_util::future::join_all([
        visitor.post("/anmelden/passkey", &fields),
        visitor.post("/anmelden/passkey", &fields),
    ])
    .await;
    let good = both.iter().filter(|page| page.status == 303).count();
    assert_eq!(good, 1);
    let stranger = app.visitor();
    refused(&stranger.post("/anmelden/passkey", &fields).await);
    // What was asked in another session is of no use, nor what was asked before.
    let elsewhere = asked(&app.visitor(), &[], ASK).await;
    let first = asked(&stranger, &[], ASK).await;
    asked(&stranger, &[], ASK).await;
    for old in [elsewhere, first] {
        let answer = device.sign(&old);
        refused(
            &stranger
                .post("/anmelden/passkey", &[("passkey", &answer)])
                .await,
        );
    }
    // In time.
    let answer = device.sign(&asked(&stranger, &[], ASK).await);
    app.clock.advance(minutes(5));
    refused(
        &stranger
            .post("/anmelden/passkey", &[("passkey", &answer)])
            .await,
    );
    assert!(is_to_sign_in(&stranger.get("/kunden").await));
    app.run_jobs();
    assert_eq!(events(&app, "signed_in"), 2);
    // Nothing at all, and nonsense.
    for nonsense in ["", "{}", "\u{0}x", "[1]"] {
        asked(&stranger, &[], ASK).await;
        let page = stranger
            .post("/anmelden/passkey", &[("passkey", nonsense)])
            .await;
        assert!(page.status == 422 || page.status == 400, "{nonsense}");
    }
    alone(&stranger, &mut device)
        .await
        .assert_redirect("/hilfe");
}

#[actix_web::test]
async fn s36_a_passkey_of_another_origin_person_or_copy_is_refused() {
    let log = Log::listen();
    let app = TestApp::start_named(|_| {}).await;
    let partner = app.sign_in(Person::Partner).await;
    let (mut device, _) = add(&app, &partner).await;
    let customer = app.sign_in(Person::Customer).await;
    let (mut foreign, _) = add(&app, &customer).await;
    let visitor = app.visitor();

    // Another origin; nobody verified; a passkey that was never added; a wrong signature.
    device.origin = "https://avv.example.org".to_owned();
    refused(&alone(&visitor, &mut device).await);
    device.origin.clone_from(&app.url);
    device.verifies = false;
    refused(&alone(&visitor, &mut device).await);
    device.verifies = true;
    let mut unknown = Device::new(&app.url);
    unknown.make(&serde_json::json!({ "user": { "id": "AA" }, "rp": { "id": "localhost" }, "challenge": "AA" }));
    refused(&alone(&visitor, &mut unknown).await);
    let credential = std::mem::replace(&mut foreign.credential, device.credential.clone());
    refused(&alone(&visitor, &mut foreign).await);
    foreign.credential = credential;

    // Another person's is good for that person alone.
    let browser = password(&app, Person::Partner).await;
    let page = browser.get("/anmelden/code").await;
    let answer = foreign.sign(&asked(&browser, &[], ASK).await);
    page.submit(&browser, FORM, &[("passkey", &answer)])
        .await
        .assert_status(422)
        .assert_says("gehört nicht zu Ihrem Konto");
    assert!(is_to_sign_in(&browser.get("/kunden").await));

    // A counter that goes back.
    alone(&app.visitor(), &mut device).await.assert_status(303);
    device.counter -= 2;
    refused(&alone(&visitor, &mut device).await);
    assert_eq!(log.lines_with(&["counter of a passkey went back"]).len(), 1);
    device.counter += 5;
    alone(&visitor, &mut device).await.assert_status(303);

    // Of nobody else's passkey is anything shown or removed.
    let id = app.text(&format!(
        "id FROM passkeys WHERE user_id = {}",
        user_id(&app, Person::Customer.email())
    ));
    let path = format!("/sicherheit/passkeys/{id}/entfernen");
    partner.get(&path).await.assert_status(404);
}

#[actix_web::test]
async fn s37_passkeys_are_slowed_down_like_passwords() {
    let app = TestApp::start_named(|_| {}).await;
    let visitor = app.visitor();
    for _ in 0..50 {
        visitor.post(ASK, &[]).await.assert_status(200);
    }
    let waits = visitor.post(ASK, &[]).await;
    waits.assert_status(429);
    assert_eq!(waits.header("retry-after"), "5");
    // Nobody with a password waits for it.
    app.sign_in(Person::Partner).await;
    // What was asked before is forgotten at once, and the rest by the job.
    assert_eq!(app.count("passkey_challenges"), 1);
    app.clock.advance(minutes(16));
    app.run_jobs();
    visitor.post(ASK, &[]).await.assert_status(200);
}

#[actix_web::test]
async fn s40_a_passkey_proves_who_it_is_and_without_script_a_recovery_code_does() {
    let app = TestApp::start_named(|_| {}).await;
    let browser = app.sign_in(Person::Operator).await;
    let (mut device, codes) = add(&app, &browser).await;
    let lock = format!(
        "/betrieb/benutzer/{}/sperren",
        user_id(&app, Person::SubPartner.email())
    );
    let page = browser.get(&lock).await;
    page.assert_says("Mit Passkey bestätigen");
    assert!(page.all("#passwort").is_empty());
    // Neither the password nor six figures are enough.
    for (field, typed, said) in [
        ("passwort", PASSWORD, "Bestätigen Sie mit Ihrem Passkey"),
        ("bestaetigungscode", "123456", "keine Authenticator-App"),
    ] {
        page.submit(&browser, FORM, &[(field, typed)])
            .await
            .assert_status(422)
            .assert_says(said);
    }
    // An answer that comes twice is good once.
    let answer = device.sign(&asked(&browser, &[], ASK).await);
    let done = page.submit(&browser, FORM, &[("passkey", &answer)]).await;
    done.assert_status(303);
    assert_eq!(events(&app, "user_disabled"), 1);
    let unlock = lock.replace("sperren", "entsperren");
    let page = browser.get(&unlock).await;
    page.submit(&browser, FORM, &[("passkey", &answer)])
        .await
        .assert_status(422)
        .assert_says("Der Passkey kam zu spät");
    page.submit(&browser, FORM, &[("bestaetigungscode", &codes[0])])
        .await
        .assert_status(303);

    // With a passkey there is another way to an app, and the recovery codes stay.
    let another = browser.get("/sicherheit/zweiter-faktor").await;
    another.assert_says("Mit Passkey bestätigen");
    assert_eq!(app.count("recovery_codes WHERE used_at IS NULL"), 9);

    // The last one goes with a recovery code, without any script.
    let id = app.text("id FROM passkeys");
    let path = format!("/sicherheit/passkeys/{id}/entfernen");
    let page = browser.get(&path).await;
    page.assert_says("Ihr einziger zweiter Faktor");
    let done = page
        .submit(&browser, FORM, &[("bestaetigungscode", &codes[1])])
        .await;
    browser
        .follow(&done)
        .await
        .assert_says("Zum Anmelden genügt wieder das Passwort");
    assert_eq!(app.count("passkeys") + app.count("recovery_codes"), 0);
    app.deliver();
    let mail = app.last_mail_to(Person::Operator.email());
    assert!(mail.written.subject.contains("Passkey wurde entfernt"));
    app.sign_in(Person::Operator)
        .await
        .get("/betrieb")
        .await
        .assert_status(200);
}

#[actix_web::test]
async fn s36_a_passkey_beside_an_app_keeps_the_codes_and_so_does_the_other_way_round() {
    let app = TestApp::start_named(|_| {}).await;
    let secret = app.give_factor(Person::Partner.email());
    let browser = password(&app, Person::Partner).await;
    let page = browser.get("/anmelden/code").await;
    let code = app.code(&secret, Duration::zero());
    page.submit(&browser, FORM, &[("bestaetigungscode", &code)])
        .await
        .assert_status(303);
    // The name is typed once, the proof is asked for however fresh the sign-in is.
    named(&browser, &[]).await.assert_status(422);
    app.clock.advance(minutes(1));
    let code = app.code(&secret, Duration::zero());
    let nameless = [("name", " "), ("bestaetigungscode", code.as_str())];
    named(&browser, &nameless)
        .await
        .assert_status(422)
        .assert_says("Geben Sie dem Passkey einen Namen");
    named(&browser, &[("bestaetigungscode", &code)])
        .await
        .assert_status(303);
    let mut device = Device::new(&app.url);
    let done = made(&browser, &mut device).await;
    assert_eq!(done.location().split('#').next().unwrap(), "/sicherheit");
    assert_eq!(app.count("recovery_codes"), 2);
    // The same device once more is refused by the portal, too.
    app.clock.advance(minutes(1));
    let code = app.code(&secret, Duration::zero());
    named(&browser, &[("bestaetigungscode", &code)])
        .await
        .assert_status(303);
    made(&browser, &mut device)
        .await
        .assert_status(422)
        .assert_says("schon hinzugefügt");
    // The step has its time.
    app.clock.advance(minutes(5));
    let late = browser.get(MAKE).await;
    assert_eq!(late.location(), NEW);

    // The app goes, proved with the passkey; the passkey and the codes stay.
    let page = browser.get("/sicherheit/zweiter-faktor/entfernen").await;
    page.assert_says("Authenticator-App entfernen?");
    let answer = device.sign(&asked(&browser, &[], ASK).await);
    let done = page.submit(&browser, FORM, &[("passkey", &answer)]).await;
    browser
        .follow(&done)
        .await
        .assert_says("Ihre Passkeys bleiben");
    assert_eq!(app.count("second_factors"), 0);
    assert_eq!(app.count("recovery_codes"), 2);
}

#[actix_web::test]
async fn s36_who_must_have_a_factor_may_choose_a_passkey_and_keeps_the_last_one() {
    let app =
        TestApp::start_named(|config| config.rules.second_factor = FactorRule::Operator).await;
    let browser = app.sign_in(Person::Operator).await;
    let led = browser.get("/betrieb/benutzer").await;
    let page = browser.get(&led.location()).await;
    let way = page
        .attribute("a[href^='/sicherheit/passkeys/neu']", "href")
        .unwrap();
    assert_eq!(way, format!("{NEW}?weiter=%2Fbetrieb%2Fbenutzer"));
    let (mut device, codes) = add(&app, &browser).await;
    browser.get("/betrieb").await.assert_status(200);
    let id = app.text("id FROM passkeys");
    let page = browser
        .get(&format!("/sicherheit/passkeys/{id}/entfernen"))
        .await;
    let done = page
        .submit(&browser, FORM, &[("bestaetigungscode", &codes[0])])
        .await;
    browser
        .follow(&done)
        .await
        .assert_says("Für Ihr Konto ist ein zweiter Faktor Pflicht");
    assert_eq!(app.count("passkeys"), 1);
    // Signed in with it alone, nothing has to be set up.
    let visitor = app.visitor();
    alone(&visitor, &mut device).await.assert_status(303);
    visitor.get("/betrieb").await.assert_status(200);

    // Lost: on the command line everything goes, and every session ends.
    let (email, now) = (
        EmailAddress::parse(Person::Operator.email()).unwrap(),
        app.now(),
    );
    let reset = app.write(|conn| reset_by_command(conn, &app.app, &email, "Alles verloren", now));
    assert_eq!(reset, Some(true));
    assert_eq!(app.count("passkeys") + app.count("recovery_codes"), 0);
    assert!(is_to_sign_in(&visitor.get("/betrieb").await));
    refused(&alone(&app.visitor(), &mut device).await);
}

#[actix_web::test]
async fn s36_ten_passkeys_are_enough() {
    let app = TestApp::start_named(|_| {}).await;
    let browser = app.sign_in(Person::Customer).await;
    let (mut device, _) = add(&app, &browser).await;
    app.sql(
        "INSERT INTO passkeys (id, user_id, name, credential, handle, public_key, counted, added_at) \
         SELECT gen_random_uuid(), user_id, 'Nr. ' || n, sha256(n::text::bytea), handle, public_key, counted, added_at \
         FROM passkeys, generate_series(2, 10) n",
    )
    .unwrap();
    let page = browser.get("/sicherheit").await;
    page.assert_says("Mehr Passkeys sind nicht möglich");
    let full = browser.get(NEW).await;
    browser
        .follow(&full)
        .await
        .assert_says("Sie haben schon 10 Passkeys");
    alone(&app.visitor(), &mut device).await.assert_status(303);
}

/// A portal that is called by a number can have no passkeys: nothing offers them.
#[actix_web::test]
async fn s36_without_a_name_of_the_host_there_are_no_passkeys() {
    let app = TestApp::start_with(Transport::memory()).await;
    let visitor = app.visitor();
    let page = visitor.get("/anmelden").await;
    assert!(page.all("[data-passkey]").is_empty());
    visitor.post(ASK, &[]).await.assert_status(404);
    let browser = app.sign_in(Person::Partner).await;
    browser
        .get("/sicherheit")
        .await
        .assert_silent_about("Passkey");
    browser.get(NEW).await.assert_redirect("/sicherheit");
}

/// The button in the form that a passkey goes into.
const BUTTON: &str = ".passkey button";

#[actix_web::test]
async fn s36_the_whole_way_with_a_passkey_in_a_browser() {
    let app = TestApp::start_named(|_| {}).await;
    let chromium = Chromium::start();
    let window = sign_in(&app, &chromium, Person::Partner, Scripts::On).await;
    let device = window.add_authenticator().await;

    // Added.
    window.go("/sicherheit").await;
    window.click_words("Passkey hinzufügen").await;
    window.fill("#name", "Dienstrechner").await;
    window.click("main form .actions button").await;
    window.assert_path(MAKE).await;
    // The device says no: the page says what to do.
    window.refuse(&device, true).await;
    window.click(BUTTON).await;
    window
        .assert_says("Es kam kein Passkey. Versuchen Sie es")
        .await;
    window.refuse(&device, false).await;
    window.click(BUTTON).await;
    window.assert_says("Der Passkey ist hinzugefügt").await;
    assert_eq!(app.count("passkeys"), 1);
    window.click("main form .actions button").await;
    window.assert_says("Dienstrechner").await;

    // Signed out, and in with it alone.
    sign_out(&window).await;
    window.go("/anmelden?weiter=%2Fsicherheit").await;
    window.click(BUTTON).await;
    window.assert_path("/sicherheit").await;
    window.assert_says("zuletzt verwendet am").await;

    // As the second step.
    sign_out(&window).await;
    window.go("/anmelden?weiter=%2Fsicherheit").await;
    window.fill("#email", Person::Partner.email()).await;
    window.fill("#passwort", PASSWORD).await;
    window.press(ENTER).await;
    window.find("#bestaetigungscode").await;
    window.click(BUTTON).await;
    window.assert_path("/sicherheit").await;

    // Once more before it is removed.
    window.click_words("Entfernen: Dienstrechner").await;
    window.click(BUTTON).await;
    window.assert_says("Der Passkey ist entfernt").await;
    assert_eq!(app.count("passkeys"), 0);
}

/// Without script nothing offers a passkey, and a recovery code does everything.
#[actix_web::test]
async fn s66_without_script_a_recovery_code_does_what_a_passkey_does() {
    let app = TestApp::start_named(|_| {}).await;
    let browser = app.sign_in(Person::Partner).await;
    let (_, codes) = add(&app, &browser).await;
    let chromium = Chromium::start();
    let window = chromium.window(&app.url, Scripts::Off).await;
    window.go("/anmelden?weiter=%2Fsicherheit").await;
    assert!(!window.words().await.contains("Passkey"));
    window.fill("#email", Person::Partner.email()).await;
    window.fill("#passwort", PASSWORD).await;
    window.press(ENTER).await;
    window.find("#bestaetigungscode").await;
    window.assert_says("Passkeys brauchen JavaScript").await;
    assert!(!window.words().await.contains("Mit Passkey bestätigen"));
    window.fill("#bestaetigungscode", &codes[0]).await;
    window.press(ENTER).await;
    window.assert_path("/sicherheit").await;
    window.click_words("Entfernen: Telefon").await;
    window.fill("#bestaetigungscode", &codes[1]).await;
    window.press(ENTER).await;
    window.assert_says("Der Passkey ist entfernt").await;
}

async fn sign_out(window: &crate::harness::chromium::Window) {
    window.click("form[action='/abmelden'] button").await;
    window.assert_says("Sie sind abgemeldet").await;
}
