//! Signing in, sessions, setting passwords (S-30 … S-38, S-63, S-84).

use std::time::{Duration as Span, Instant};

use avv_portal::actions::passwords;
use avv_portal::mail::transport::Transport;

use crate::harness::{Browser, PASSWORD, Page, Person, TestApp, days, hours, minutes};
use crate::seeded::{csrf, is_to_sign_in, user_id};

const STRANGER: &str = "gibt.es.nicht@muster-it.example";

/// Tries to sign in from a source, without opening the form first.
async fn attempt(browser: &Browser, email: &str, password: &str, place: &str) -> Page {
    browser
        .post_with(
            "/anmelden",
            &[("email", email), ("passwort", password)],
            &[("x-forwarded-for", place)],
        )
        .await
}

/// A page that a signed-in user can open.
fn home(person: Person) -> &'static str {
    match person {
        Person::Operator => "/betrieb",
        Person::Customer => "/administration/avv",
        _ => "/kunden",
    }
}

/// Name and value of the session's cookie that an answer sets.
fn cookie(page: &Page) -> (String, String) {
    let set = page.header("set-cookie");
    let (name, rest) = set
        .split_once('=')
        .unwrap_or_else(|| panic!("no cookie set: {} {set}", page.path));
    (name.to_owned(), rest.split(';').next().unwrap().to_owned())
}

/// A page for a browser with nothing but this cookie.
async fn with_cookie(app: &TestApp, cookie: &(String, String), path: &str) -> Page {
    app.visitor()
        .get_with(path, &[("cookie", &format!("{}={}", cookie.0, cookie.1))])
        .await
}

/// S-37: nothing in the answer reveals whether a user exists, and it takes the same time.
#[actix_web::test]
async fn an_unknown_user_and_a_wrong_password_get_the_same_answer_in_the_same_time() {
    let app = TestApp::start_behind_proxy().await;
    let known = Person::Partner.email();
    // An invited user without a password is no different either.
    app.sql(&format!(
        "UPDATE users SET password_hash = NULL WHERE email = '{}'",
        Person::SubPartner.email()
    ))
    .unwrap();
    let mut times: [Vec<Span>; 3] = Default::default();
    let mut answers = Vec::new();
    // The shortest of several; as many as are needed until the load of the machine does not matter.
    let alike = |times: &[Vec<Span>; 3]| {
        let best = times
            .each_ref()
            .map(|all| all.iter().min().copied().unwrap_or_default());
        best.iter().max() < best.iter().min().map(|least| *least * 3).as_ref()
    };
    for round in 0..24 {
        if round >= 8 && alike(&times) {
            break;
        }
        let place = format!("198.51.100.{round}");
        for (index, email) in [known, STRANGER, Person::SubPartner.email()]
            .into_iter()
            .enumerate()
        {
            let begin = Instant::now();
            let page = attempt(&app.visitor(), email, "ganz falsches Passwort", &place).await;
            times[index].push(begin.elapsed());
            page.assert_status(422)
                .assert_says("E-Mail-Adresse oder Passwort stimmt nicht");
            assert!(
                page.headers.get("set-cookie").is_none(),
                "a failed sign-in sets a cookie"
            );
            answers.push(page.text().replace(email, "…"));
        }
    }
    assert!(
        answers.windows(2).all(|pair| pair[0] == pair[1]),
        "the pages differ"
    );
    // Without the work for an unknown user, the answer would be eight times as fast.
    assert!(alike(&times), "known, unknown, invited: {times:?}");
}

/// S-37: waiting grows with failures, per account and source, and strangers cannot lock a user out.
#[actix_web::test]
async fn failures_make_their_place_wait_and_nobody_else() {
    let app = TestApp::start_behind_proxy().await;
    let (email, home, elsewhere) = (Person::Partner.email(), "203.0.113.7", "198.51.100.66");
    attempt(&app.visitor(), email, PASSWORD, home)
        .await
        .assert_status(303);
    for _ in 0..5 {
        attempt(&app.visitor(), email, "falsch", elsewhere)
            .await
            .assert_status(422);
    }
    // From now on even the right password has to wait there, and each further failure doubles the
    // wait.
    let mut waited = 0;
    for expected in [5, 10, 20, 40, 80] {
        let refused = attempt(&app.visitor(), email, PASSWORD, elsewhere).await;
        refused
            .assert_status(429)
            .assert_says("Bitte warten Sie einen Moment");
        assert_eq!(refused.header("retry-after"), expected.to_string());
        app.clock.advance(chrono::Duration::seconds(expected - 1));
        attempt(&app.visitor(), email, PASSWORD, elsewhere)
            .await
            .assert_status(429);
        app.clock.advance(chrono::Duration::seconds(1));
        attempt(&app.visitor(), email, "falsch", elsewhere)
            .await
            .assert_status(422);
        waited += expected;
    }
    assert!(waited < 900, "the failures must still count");
    // The same account from its user's known source, and another account from there.
    attempt(&app.visitor(), email, PASSWORD, home)
        .await
        .assert_status(303);
    attempt(
        &app.visitor(),
        Person::Operator.email(),
        PASSWORD,
        elsewhere,
    )
    .await
    .assert_status(303);
    // In the end all of them may try again.
    app.clock.advance(minutes(20));
    attempt(&app.visitor(), email, PASSWORD, elsewhere)
        .await
        .assert_status(303);
}

/// S-37: many strangers from many sources slow down unknown sources, never the known one.
#[actix_web::test]
async fn strangers_everywhere_do_not_lock_the_user_out() {
    let app = TestApp::start_behind_proxy().await;
    let (email, home) = (Person::Customer.email(), "203.0.113.7");
    attempt(&app.visitor(), email, PASSWORD, home)
        .await
        .assert_status(303);
    app.clock.advance(days(30));
    for number in 0..30 {
        attempt(
            &app.visitor(),
            email,
            "falsch",
            &format!("198.51.100.{number}"),
        )
        .await
        .assert_status(422);
    }
    attempt(&app.visitor(), email, "falsch", "198.51.100.200")
        .await
        .assert_status(429);
    attempt(&app.visitor(), email, PASSWORD, home)
        .await
        .assert_status(303);
    // Another spelling of the address does not give further attempts.
    attempt(
        &app.visitor(),
        &email.to_uppercase(),
        "falsch",
        "198.51.100.201",
    )
    .await
    .assert_status(429);
}

/// S-37: a source that tries many accounts has to wait as well.
#[actix_web::test]
async fn one_place_cannot_try_a_password_on_everybody() {
    let app = TestApp::start_behind_proxy().await;
    for number in 0..50 {
        attempt(
            &app.visitor(),
            &format!("nutzer{number}@example.org"),
            "Sommer2026!!",
            "198.51.100.9",
        )
        .await
        .assert_status(422);
    }
    attempt(
        &app.visitor(),
        "nutzer51@example.org",
        "Sommer2026!!",
        "198.51.100.9",
    )
    .await
    .assert_status(429);
    attempt(
        &app.visitor(),
        "nutzer51@example.org",
        "Sommer2026!!",
        "198.51.100.10",
    )
    .await
    .assert_status(422);
}

/// S-37: guesses sent all at once are counted like guesses sent one after the other.
#[actix_web::test]
async fn guesses_at_the_same_time_are_counted() {
    let app = TestApp::start_behind_proxy().await;
    let browser = app.visitor();
    let tries =
        (0..24).map(|_| attempt(&browser, Person::Partner.email(), "falsch", "198.51.100.9"));
    let pages = futures_util::future::join_all(tries).await;
    let guessed = pages.iter().filter(|page| page.status == 422).count();
    assert_eq!(guessed, 5, "this many of 24 guesses were answered");
    assert!(
        pages
            .iter()
            .all(|page| page.status == 422 || page.status == 429)
    );
}

/// S-84: without a trusted proxy a client cannot choose the source attempts are counted for, nor
/// with one by adding hops in front.
#[actix_web::test]
async fn forged_addresses_do_not_escape_throttling() {
    let direct = TestApp::start().await;
    for number in 0..5 {
        attempt(
            &direct.visitor(),
            STRANGER,
            "falsch",
            &format!("198.51.100.{number}"),
        )
        .await
        .assert_status(422);
    }
    attempt(&direct.visitor(), STRANGER, "falsch", "198.51.100.77")
        .await
        .assert_status(429);

    let proxied = TestApp::start_behind_proxy().await;
    for number in 0..5 {
        let hops = format!("198.51.100.{number}, 203.0.113.5");
        attempt(&proxied.visitor(), STRANGER, "falsch", &hops)
            .await
            .assert_status(422);
    }
    attempt(
        &proxied.visitor(),
        STRANGER,
        "falsch",
        "198.51.100.77, 203.0.113.5",
    )
    .await
    .assert_status(429);
    attempt(
        &proxied.visitor(),
        STRANGER,
        "falsch",
        "unsinn, 203.0.113.5",
    )
    .await
    .assert_status(429);
    attempt(&proxied.visitor(), STRANGER, "falsch", "::ffff:203.0.113.5")
        .await
        .assert_status(429);
    // IPv4 addresses written as IPv6 are not all the same source.
    attempt(&proxied.visitor(), STRANGER, "falsch", "::ffff:203.0.113.6")
        .await
        .assert_status(422);
}

/// S-30: attributes of the cookie, over HTTPS and in development.
#[actix_web::test]
async fn the_cookie_says_what_it_must() {
    let https = TestApp::start_configured(Transport::memory(), |config| {
        config.web.base_url = "https://portal.example".parse().unwrap();
    })
    .await;
    let fields = [("email", Person::Partner.email()), ("passwort", PASSWORD)];
    let headers = [
        ("origin", "https://portal.example"),
        ("host", "portal.example"),
    ];
    let page = https
        .visitor()
        .post_with("/anmelden", &fields, &headers)
        .await;
    page.assert_status(303);
    let set = page.header("set-cookie").to_owned();
    assert!(set.starts_with("__Host-"), "{set}");
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(
            set.split("; ").any(|part| part == attribute),
            "{attribute} is missing: {set}"
        );
    }
    assert!(
        !set.contains("Domain") && !set.contains("Expires") && !set.contains("Max-Age"),
        "{set}"
    );

    let plain = TestApp::start().await;
    let page = plain.visitor().post("/anmelden", &fields).await;
    let set = page.header("set-cookie").to_owned();
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"),
        "{set}"
    );
    // The database contains no key that opens the session: the value of the cookie is in no row.
    let (_, value) = cookie(&page);
    let key: String = percent_encoding::percent_decode_str(&value)
        .decode_utf8_lossy()
        .into_owned();
    let key = key.rsplit('=').next().unwrap();
    assert!(key.len() >= 32, "{key}");
    let rows = plain.rows("sessions");
    assert_eq!(rows.len(), 1);
    assert!(
        !rows[0].contains(key),
        "the session's key is stored as it is"
    );
}

/// S-31: signing in gives a new key, and the one before does not work any more.
#[actix_web::test]
async fn signing_in_renews_the_session() {
    let app = TestApp::start().await;
    let browser = app.visitor();
    let fields = [("email", Person::Partner.email()), ("passwort", PASSWORD)];
    let first = cookie(&browser.post("/anmelden", &fields).await);
    with_cookie(&app, &first, "/kunden")
        .await
        .assert_status(200);
    let token = csrf(&browser).await;
    let again = [("email", Person::Operator.email()), ("passwort", PASSWORD)];
    let second = cookie(&browser.post("/anmelden", &again).await);
    assert_ne!(first.1, second.1);
    assert!(
        is_to_sign_in(&with_cookie(&app, &first, "/kunden").await),
        "the old key still opens"
    );
    assert_ne!(
        csrf(&browser).await,
        token,
        "the form token of the old session lives on"
    );
    // An attacker cannot set a key of their own choice.
    let planted = (first.0.clone(), "A".repeat(first.1.len()));
    assert!(is_to_sign_in(&with_cookie(&app, &planted, "/kunden").await));
    let browser = app.visitor();
    let page = browser
        .post_with(
            "/anmelden",
            &fields,
            &[("cookie", &format!("{}={}", first.0, first.1))],
        )
        .await;
    assert_ne!(cookie(&page).1, first.1);
}

/// S-32: half an hour without use, twelve hours in all, eight for the operator.
#[actix_web::test]
async fn sessions_end_when_idle_and_when_old() {
    let app = TestApp::start().await;
    let idle = app.sign_in(Person::Partner).await;
    app.clock.advance(minutes(29));
    idle.get("/kunden").await.assert_status(200);
    app.clock.advance(minutes(29));
    idle.get("/kunden").await.assert_status(200);
    app.clock.advance(minutes(31));
    assert!(is_to_sign_in(&idle.get("/kunden").await));
    assert!(is_to_sign_in(&idle.get("/kunden").await));

    for (person, life) in [
        (Person::Partner, hours(12)),
        (Person::Customer, hours(12)),
        (Person::Operator, hours(8)),
    ] {
        let browser = app.sign_in(person).await;
        let mut age = minutes(0);
        while age + minutes(25) < life {
            app.clock.advance(minutes(25));
            age += minutes(25);
            browser.get(home(person)).await.assert_status(200);
        }
        app.clock.advance(life - age - minutes(1));
        browser.get(home(person)).await.assert_status(200);
        app.clock.advance(minutes(2));
        assert!(
            is_to_sign_in(&browser.get(home(person)).await),
            "{person:?} after {life}"
        );
    }
}

/// S-32: signing out kills the session on the server and clears the browser.
#[actix_web::test]
async fn signing_out_kills_the_session() {
    let app = TestApp::start().await;
    let browser = app.visitor();
    let key = cookie(
        &browser
            .post(
                "/anmelden",
                &[("email", Person::Partner.email()), ("passwort", PASSWORD)],
            )
            .await,
    );
    let page = browser.get("/kunden").await;
    let out = page
        .submit(&browser, "header form[action='/abmelden']", &[])
        .await;
    out.assert_redirect("/anmelden");
    assert!(
        out.header("clear-site-data").contains("\"cache\"")
            && out.header("clear-site-data").contains("\"storage\"")
    );
    assert!(
        is_to_sign_in(&with_cookie(&app, &key, "/kunden").await),
        "a replayed cookie opens the session"
    );
    assert!(
        app.rows("sessions").is_empty(),
        "{:?}",
        app.rows("sessions")
    );
    browser
        .get("/anmelden?hinweis=abgemeldet")
        .await
        .assert_says("Sie sind abgemeldet");
}

/// B5: a user can be unlocked, with a new password; the address of a locked user leads there.
#[actix_web::test]
async fn b5_a_lock_can_be_undone() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let email = Person::Partner.email();
    let id = user_id(&app, email);
    let own = format!("/betrieb/benutzer/{id}");
    let (lock, unlock) = (
        format!("/betrieb/benutzer/{id}/sperren"),
        format!("/betrieb/benutzer/{id}/entsperren"),
    );
    // Not locked: nothing to unlock.
    let none = operator.get(&unlock).await;
    none.assert_redirect(&own);
    let page = operator.get(&lock).await;
    page.assert_says("Sie können die Sperre wieder aufheben");
    page.submit(&operator, "main form", &[])
        .await
        .assert_redirect(&own);

    // Inviting the address again leads to unlocking.
    let new = operator.get("/betrieb/benutzer/neu").await;
    let again = new
        .submit(
            &operator,
            "main form",
            &[
                ("name", "Jemand Neues"),
                ("email", email),
                ("rolle", "customer"),
                ("kundennummer", "4711"),
            ],
        )
        .await;
    again
        .assert_status(422)
        .assert_says("zurzeit gesperrt. Heben Sie die Sperre auf, statt neu einzuladen");
    assert_eq!(
        again.attribute("p.note a", "href").as_deref(),
        Some(unlock.as_str())
    );

    let page = operator.get(&own).await;
    page.assert_says("Sperre aufheben");
    let ask = operator.get(&unlock).await;
    ask.assert_says("Das alte Passwort gilt nicht mehr");
    ask.submit(&operator, "main form", &[("passwort", "falsch")])
        .await
        .assert_status(422);
    ask.submit(&operator, "main form", &[])
        .await
        .assert_redirect(&own);
    // A second click finds nothing to do and sends nothing more.
    ask.submit(&operator, "main form", &[])
        .await
        .assert_redirect(&own);
    operator
        .get("/betrieb/benutzer")
        .await
        .assert_says("ist nicht gesperrt");
    app.jobs();
    let invited = app.last_mail_to(email);
    assert_eq!(app.mails_to(email).len(), 1);
    // The old password does not work; the invitation does.
    let fields = [("email", email), ("passwort", PASSWORD)];
    app.visitor()
        .post("/anmelden", &fields)
        .await
        .assert_status(422);
    let text = &invited.written.text;
    let start = text.find("/passwort/").unwrap();
    let link = text[start..].split_whitespace().next().unwrap();
    let visitor = app.visitor();
    let choose = visitor.get(link).await;
    choose.assert_status(200);
    let fresh = "ein ganz neues Passwort 47";
    choose
        .submit(
            &visitor,
            "main form",
            &[("passwort", fresh), ("wiederholung", fresh)],
        )
        .await
        .assert_status(303);
    app.visitor()
        .post("/anmelden", &[("email", email), ("passwort", fresh)])
        .await
        .assert_status(303);
    operator
        .get("/betrieb/protokoll")
        .await
        .assert_says("Sperre von");
}

/// B5, S-39: an unlocked administrator counts as made by the one who unlocked it, and the others
/// are told; an erased user cannot be unlocked.
#[actix_web::test]
async fn b5_an_administrator_let_in_again_is_a_new_one() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    app.sql(
        "INSERT INTO users (email, name, role, operator_role, contracts, created_at, disabled_at, confirmed_at, confirmed_by) \
         SELECT mail, initcap(split_part(mail, '@', 1)), 'operator', 'administrator', FALSE, created_at, off, created_at, id FROM users, \
         (VALUES ('weg@plusnet.example', TIMESTAMPTZ '2026-11-20'), ('da@plusnet.example', NULL), \
                 ('7@erased.invalid', TIMESTAMPTZ '2026-11-20')) AS new (mail, off) \
         WHERE email = 'b.koehler@plusnet.example'",
    )
    .unwrap();
    let id = app.text("id FROM users WHERE email = 'weg@plusnet.example'");
    let erased = app.text("id FROM users WHERE email = '7@erased.invalid'");
    let page = operator
        .get(&format!("/betrieb/benutzer/{id}/entsperren"))
        .await;
    page.submit(&operator, "main form", &[])
        .await
        .assert_redirect(&format!("/betrieb/benutzer/{id}"));
    operator
        .get(&format!("/betrieb/benutzer/{erased}/entsperren"))
        .await
        .assert_status(404);
    app.jobs();
    let told = app.last_mail_to("da@plusnet.example").written;
    assert!(
        told.subject.contains("wieder zugelassen"),
        "{}",
        told.subject
    );
    let words: Vec<&str> = told.text.split_whitespace().collect();
    let text = words.join(" ");
    assert!(text.contains("die Sperre von Weg aufgehoben"), "{text}");
    assert_eq!(
        app.count(&format!(
            "users WHERE id = {id} AND made_by IS NOT NULL AND confirmed_at IS NULL \
             AND first_sign_in_at IS NULL AND password_hash IS NULL AND disabled_at IS NULL"
        )),
        1
    );
    assert_eq!(app.count("alerts WHERE kind = 'administrator_added'"), 1);
}

/// S-33: locking, another role and another partner take effect at the next request.
#[actix_web::test]
async fn changes_to_a_user_hold_at_the_next_request() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let partner = app.sign_in(Person::Partner).await;
    partner.get("/kunden").await.assert_status(200);
    let id = user_id(&app, Person::Partner.email());
    let page = operator
        .get(&format!("/betrieb/benutzer/{id}/sperren"))
        .await;
    page.submit(&operator, "main form", &[])
        .await
        .assert_redirect(&format!("/betrieb/benutzer/{id}"));
    assert!(is_to_sign_in(&partner.get("/kunden").await));
    let fields = [("email", Person::Partner.email()), ("passwort", PASSWORD)];
    app.visitor()
        .post("/anmelden", &fields)
        .await
        .assert_status(422)
        .assert_says("stimmt nicht");

    let customer = app.sign_in(Person::Customer).await;
    customer.get("/administration/avv").await.assert_status(200);
    app.sql(&format!(
        "UPDATE users SET contracts = false WHERE email = '{}'",
        Person::Customer.email()
    ))
    .unwrap();
    customer.get("/administration/avv").await.assert_status(403);

    let foreign = app.sign_in(Person::ForeignPartner).await;
    foreign.get("/kunden/9000").await.assert_status(200);
    app.sql("UPDATE customers SET partner_id = NULL WHERE number = '9000'")
        .unwrap();
    foreign.get("/kunden/9000").await.assert_status(404);
}

/// Asks for a link to set a password and reads it from the mail.
async fn password_link(app: &TestApp, email: &str) -> String {
    let browser = app.visitor();
    let page = browser.get("/passwort-vergessen").await;
    page.submit(&browser, "main form", &[("email", email)])
        .await
        .assert_status(200);
    app.deliver();
    let text = app.last_mail_to(email).written.text;
    let start = text
        .find(&format!("{}/passwort/", app.url))
        .unwrap_or_else(|| panic!("no link in: {text}"));
    text[start..].split_whitespace().next().unwrap().to_owned()
}

/// S-38: a link works once and for an hour, ends the other sessions, and the user is notified.
#[actix_web::test]
async fn a_forgotten_password_is_set_by_a_mailed_link_once() {
    let app = TestApp::start().await;
    let email = Person::Partner.email();
    let elsewhere = app.sign_in(Person::Partner).await;
    let link = password_link(&app, email).await;
    app.clock.advance(minutes(59));
    let browser = app.visitor();
    let page = browser.get(&link).await;
    page.assert_status(200);
    for bad in [
        ("kurz", "kurz"),
        ("Plusnet-Portal", "Plusnet-Portal"),
        ("ein ganz neuer Satz", "ein anderer Satz"),
    ] {
        let again = page
            .submit(
                &browser,
                "main form",
                &[("passwort", bad.0), ("wiederholung", bad.1)],
            )
            .await;
        again.assert_status(422);
        assert!(
            !again.text().contains(bad.0) && !again.text().contains(bad.1),
            "a password is printed"
        );
    }
    let new = [
        ("passwort", "ein ganz neuer Satz"),
        ("wiederholung", "ein ganz neuer Satz"),
    ];
    page.submit(&browser, "main form", &new)
        .await
        .assert_redirect("/anmelden");
    assert!(
        is_to_sign_in(&elsewhere.get("/kunden").await),
        "another session lives on"
    );
    browser.get(&link).await.assert_status(410);
    browser.post(&link, &new).await.assert_status(410);
    app.deliver();
    let notice = app.last_mail_to(email).written;
    assert!(
        notice.text.contains("Passwort") && !notice.text.contains("/passwort/"),
        "{}",
        notice.text
    );
    app.visitor()
        .post("/anmelden", &[("email", email), ("passwort", PASSWORD)])
        .await
        .assert_status(422);
    app.visitor()
        .post(
            "/anmelden",
            &[("email", email), ("passwort", "ein ganz neuer Satz")],
        )
        .await
        .assert_status(303);
}

/// S-38: expired, replaced by a newer one, or of a disabled user.
#[actix_web::test]
async fn old_password_links_are_dead() {
    let app = TestApp::start().await;
    let new = [
        ("passwort", "ein ganz neuer Satz"),
        ("wiederholung", "ein ganz neuer Satz"),
    ];
    let late = password_link(&app, Person::Partner.email()).await;
    app.clock.advance(minutes(61));
    app.visitor().get(&late).await.assert_status(410);
    app.visitor().post(&late, &new).await.assert_status(410);

    let replaced = password_link(&app, Person::Customer.email()).await;
    let newest = password_link(&app, Person::Customer.email()).await;
    app.visitor().get(&replaced).await.assert_status(410);
    app.visitor().get(&newest).await.assert_status(200);

    let disabled = password_link(&app, Person::SubPartner.email()).await;
    app.sql(&format!(
        "UPDATE users SET disabled_at = now() WHERE email = '{}'",
        Person::SubPartner.email()
    ))
    .unwrap();
    let page = app.visitor().post(&disabled, &new).await;
    assert!(matches!(page.status.as_u16(), 404 | 410), "{}", page.status);
    app.visitor()
        .post(
            "/anmelden",
            &[
                ("email", Person::SubPartner.email()),
                ("passwort", new[0].1),
            ],
        )
        .await
        .assert_status(422);
}

/// S-38: the answer does not reveal who has an account, and no user is flooded.
#[actix_web::test]
async fn asking_for_a_password_link_tells_nothing() {
    let app = TestApp::start_behind_proxy().await;
    let ask = async |email: &str, place: &str| {
        let page = app
            .visitor()
            .post_with(
                "/passwort-vergessen",
                &[("email", email)],
                &[("x-forwarded-for", place)],
            )
            .await;
        page.assert_status(200);
        page.text().replace(email, "…")
    };
    let known = ask(Person::Partner.email(), "198.51.100.1").await;
    assert_eq!(known, ask(STRANGER, "198.51.100.2").await);
    for number in 3..10 {
        assert_eq!(
            known,
            ask(Person::Partner.email(), &format!("198.51.100.{number}")).await
        );
    }
    app.deliver();
    assert!(
        app.mails()
            .iter()
            .all(|mail| mail.to.as_str() == Person::Partner.email())
    );
    assert!(
        (1..=3).contains(&app.mails().len()),
        "{} mails",
        app.mails().len()
    );
}

/// S-63: after signing in a browser is led to a page of the portal and nowhere else.
#[actix_web::test]
async fn signing_in_leads_to_the_own_pages_only() {
    let app = TestApp::start().await;
    let browser = app.visitor();
    let asked = browser.get("/kunden/4711/avv?a=b&c=d").await;
    let page = browser.follow(&asked).await;
    let fields = [("email", Person::Partner.email()), ("passwort", PASSWORD)];
    page.submit(&browser, "main form", &fields)
        .await
        .assert_redirect("/kunden/4711/avv?a=b&c=d");
    for evil in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/%09/evil.example",
        "\\/\\/evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/a\r\nSet-Cookie: x=y",
        "//",
        "kunden",
        "/..//evil.example",
    ] {
        let sent = [fields[0], fields[1], ("weiter", evil)];
        let to = app.visitor().post("/anmelden", &sent).await.location();
        let whole = url::Url::parse(&app.url).unwrap().join(&to).unwrap();
        assert_eq!(
            whole.origin(),
            url::Url::parse(&app.url).unwrap().origin(),
            "{evil:?} leads to {to}"
        );
        // The page with the form, and a browser that is signed in already.
        let query: String = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect();
        let to = browser
            .get(&format!("/anmelden?weiter={query}"))
            .await
            .location();
        let whole = url::Url::parse(&app.url).unwrap().join(&to).unwrap();
        assert_eq!(
            whole.origin(),
            url::Url::parse(&app.url).unwrap().origin(),
            "{evil:?} leads to {to}"
        );
    }
}

/// S-35: stored as Argon2id with at least the agreed cost.
#[test]
fn passwords_are_stored_expensively() {
    let hash = passwords::hash(PASSWORD).unwrap();
    assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
    let number = |name: &str| -> u32 {
        let params = hash.split('$').nth(3).unwrap();
        params
            .split(',')
            .find_map(|part| part.strip_prefix(name))
            .unwrap()
            .parse()
            .unwrap()
    };
    assert!(
        number("m=") >= 19 * 1024 && number("t=") >= 2 && number("p=") >= 1,
        "{hash}"
    );
    assert_ne!(hash, passwords::hash(PASSWORD).unwrap(), "no salt");
    for common in [
        "passwort1234",
        "Willkommen2026",
        "qwertzuiopü+",
        "111111111111",
        "avvportal2026",
        "iloveyou1234",
        "football1234",
        "Schalke04Schalke04",
        "123456789012",
        "abcdefghijkl",
        "administrator",
        "letmein123456",
        "P@ssw0rt2026!",
        "fr33dom-fr33dom",
    ] {
        assert!(
            passwords::check(common, &[]).is_err(),
            "{common} is accepted"
        );
    }
    for good in [
        "ein ganz neuer Satz",
        &"lang und länger ".repeat(5),
        "korrekt pferd batterie",
        "Zwölf-ZeichenÄ",
    ] {
        assert!(passwords::check(good, &[]).is_ok(), "{good} is refused");
    }
}
