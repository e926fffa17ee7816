//! Signing in at the mail server with a token (S-23): as Microsoft 365 wants it, which takes no passwords
//! any more.

use std::time::Duration;

use avv_portal::config::MailOauth;
use avv_portal::jobs;
use avv_portal::mail::transport::Transport;
use avv_portal::mail_token::TokenSource;

use crate::harness::{CUSTOMER, Log, Person, SECRET, SmtpStub, TestApp, TokenEndpoint, hours};

const MAIL: &str = "info@oezdemir.example";

fn oauth(tokens: &TokenEndpoint) -> MailOauth {
    MailOauth {
        token_url: tokens.url.parse().unwrap(),
        client_id: "avv-portal".to_owned(),
        client_secret: Some(SECRET.into()),
        scope: Some("https://outlook.office365.com/.default".to_owned()),
        refresh_token: None,
    }
}

fn transport(sink: &SmtpStub, oauth: MailOauth) -> Transport {
    let source = TokenSource::new(oauth);
    Transport::smtp_with(&sink.token_url(), 4, "avv.portal.example", Some(&source)).unwrap()
}

#[actix_web::test]
async fn s23_mails_leave_with_a_token_that_is_fetched_once() {
    let log = Log::listen();
    let (tokens, sink) = (TokenEndpoint::start(), SmtpStub::start());
    sink.take_tokens(&tokens, false);
    let app = TestApp::start_with(transport(&sink, oauth(&tokens))).await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let arrived = || sink.taken().iter().filter(|mail| mail.to == MAIL).count();
    assert_eq!(arrived(), 1);
    let asked = tokens.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["grant_type"], "client_credentials");
    assert_eq!(asked[0]["client_id"], "avv-portal");
    assert_eq!(asked[0]["scope"], "https://outlook.office365.com/.default");
    // Withdrawn meanwhile: fetched anew once, and the mail leaves all the same.
    tokens.withdraw();
    sink.hang_up();
    app.clock.advance(hours(1));
    app.ask(Person::Partner, CUSTOMER).unwrap();
    app.jobs();
    assert_eq!((arrived(), tokens.asked().len()), (2, 2));
    assert_eq!(sink.signed_in(), 2);
    for secret in [SECRET, TokenEndpoint::BEGIN] {
        assert!(!log.text().contains(secret), "{secret}");
    }
}

#[actix_web::test]
async fn s23_those_who_send_at_once_wait_for_one_token() {
    let (tokens, sink) = (TokenEndpoint::start(), SmtpStub::start());
    sink.take_tokens(&tokens, false);
    tokens.give(3599, Duration::from_millis(300));
    let source = TokenSource::new(oauth(&tokens));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| source.token().unwrap());
        }
    });
    assert_eq!(tokens.asked().len(), 1);
    // One that lasts two seconds is used for one.
    tokens.give(2, Duration::ZERO);
    let short = TokenSource::new(oauth(&tokens));
    short.token().unwrap();
    short.token().unwrap();
    assert_eq!(tokens.asked().len(), 2);
    std::thread::sleep(Duration::from_millis(1050));
    short.token().unwrap();
    assert_eq!(tokens.asked().len(), 3);
    // With a person's consent in place of the client's own rights.
    let consent = TokenSource::new(MailOauth {
        refresh_token: Some("1//von-einem-Menschen".into()),
        ..oauth(&tokens)
    });
    consent.token().unwrap();
    let asked = tokens.asked().pop().unwrap();
    assert_eq!(asked["grant_type"], "refresh_token");
    assert_eq!(asked["refresh_token"], "1//von-einem-Menschen");
}

#[actix_web::test]
async fn s23_a_token_that_is_refused_or_not_given_keeps_the_mail_and_says_why() {
    let log = Log::listen();
    for explains in [false, true] {
        let (tokens, sink) = (TokenEndpoint::start(), SmtpStub::start());
        sink.take_tokens(&tokens, explains);
        // A source of its own for the server: it knows none of the portal's tokens.
        let elsewhere = TokenEndpoint::start();
        let app = TestApp::start_with(transport(&sink, oauth(&elsewhere))).await;
        app.book(CUSTOMER, "centraflex", false);
        jobs::run_once(&app.app, app.now());
        assert!(sink.taken().is_empty());
        assert_eq!(elsewhere.asked().len(), 1, "a new one would be no better");
        let reply = "reply FROM mails ORDER BY id LIMIT 1";
        let said = app.text(reply);
        assert!(
            said.contains("535 5.7.3 Authentication unsuccessful"),
            "{said}"
        );
        assert!(!said.contains(TokenEndpoint::BEGIN), "{said}");
        let open = "alerts WHERE kind = 'mail_setup' AND done_at IS NULL";
        assert_eq!(app.count(open), 1);
        assert_eq!(app.status(CUSTOMER), "requested");
        // The test mail shows the dialogue.
        let operator = app.sign_in(Person::Operator).await;
        let form = operator.get("/betrieb/mails/test").await;
        let send = async || {
            form.submit(
                &operator,
                "main form[method=post]",
                &[("email", "probe@anbieter.example")],
            )
            .await
        };
        let page = send().await;
        page.assert_says("AUTH XOAUTH2 (Zugangsdaten ausgeblendet)")
            .assert_says("535 5.7.3 Authentication unsuccessful")
            .assert_says("Das Token gilt nicht mehr");
        if explains {
            page.assert_says("Der Mailserver nimmt das Token nicht an")
                .assert_says("\"status\":\"401\"");
        }
        assert!(!page.text().contains(TokenEndpoint::BEGIN));
        // The secret has ended.
        elsewhere.refuse(Some((
            401,
            r#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired."}"#,
        )));
        send()
            .await
            .assert_says("kein Token zu bekommen")
            .assert_says("AADSTS7000222");
        app.clock.advance(hours(1));
        jobs::run_once(&app.app, app.now());
        assert!(app.text(reply).contains("AADSTS7000222"));
        // And is set anew: everything leaves.
        elsewhere.refuse(None);
        sink.take_tokens(&elsewhere, explains);
        std::thread::sleep(Duration::from_millis(5100));
        app.clock.advance(hours(1));
        app.jobs();
        assert!(sink.taken().iter().any(|mail| mail.to == MAIL));
    }
    for secret in [SECRET, TokenEndpoint::BEGIN] {
        assert!(!log.text().contains(secret), "{secret}");
    }
}
