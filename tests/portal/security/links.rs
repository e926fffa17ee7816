//! Mailed links: opening, guessing, scanning, asking for a new one (S-03 … S-16).

use std::collections::BTreeSet;

use reqwest::Method;

use super::signature;
use crate::harness::{Person, days};
use crate::seeded::{MAIL, NEIGHBOUR, NEIGHBOUR_MAIL, World};

/// S-04: what a mail scanner submits concludes nothing, however often.
#[actix_web::test]
async fn the_form_as_delivered_concludes_nothing() {
    let world = World::build().await;
    let app = &world.app;
    let visitor = app.visitor();
    let page = visitor.get(&world.open).await;
    let (action, fields) = page.form("main form[action^='/zustimmung/']");
    let delivered: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let (_, full) = signature(&page);
    let before = app.everything();
    visitor.post(&action, &delivered).await.assert_status(422);
    visitor.post(&action, &[]).await.assert_status(422);
    for missing in ["name", "funktion", "vertretung", "gelesen"] {
        let some: Vec<(&str, &str)> = full
            .iter()
            .filter(|(name, _)| name != missing)
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        visitor.post(&action, &some).await.assert_status(422);
    }
    // Another text than the one that was shown (S-06), and fields that are not asked for (S-55).
    for shown in ["", "0000", "x"] {
        let other: Vec<(&str, &str)> = full
            .iter()
            .map(|(n, v)| {
                if n == "dokument" {
                    (n.as_str(), shown)
                } else {
                    (n.as_str(), v.as_str())
                }
            })
            .chain([
                ("status", "concluded"),
                ("kunde", "4711"),
                ("now", "2000-01-01"),
            ])
            .collect();
        visitor.post(&action, &other).await.assert_status(409);
    }
    visitor
        .post(&format!("{action}/ablehnen"), &[])
        .await
        .assert_status(303);
    visitor
        .get(&format!("{action}/ablehnen"))
        .await
        .assert_status(200);
    assert_eq!(app.changes_since(&before), [""; 0]);
}

/// S-03, row 4: opening a link changes nothing but the counter, in any order, by any visitor.
#[actix_web::test]
async fn looking_at_links_changes_nothing() {
    let world = World::build().await;
    let app = &world.app;
    // The first opening is noted in the history; the following ones must not be.
    app.visitor().get(&world.open).await;
    app.visitor().get(&world.concluded).await;
    app.visitor()
        .get(&format!("{}/avv.pdf", world.concluded))
        .await;
    let before = app.everything();
    let agents = [
        "Mozilla/5.0 (Windows NT 10.0)",
        "Microsoft Office/16.0",
        "python-requests",
        "",
    ];
    for round in 0..10 {
        let agent = agents[round % agents.len()];
        for link in [&world.open, &world.concluded] {
            for path in [
                "",
                "/erfolg",
                "/ablehnen",
                "/neuer-link",
                "/entwurf.pdf",
                "?sprache=en",
                "?gelesen=on&vertretung=on&name=A+B&funktion=GF",
            ] {
                if path == "/entwurf.pdf" && round > 0 {
                    continue;
                }
                let address = format!("{link}{path}");
                let visitor = app.visitor();
                assert!(
                    visitor
                        .get_with(&address, &[("user-agent", agent)])
                        .await
                        .status
                        .as_u16()
                        < 500
                );
                visitor.request(Method::HEAD, &address).await;
                visitor.request(Method::OPTIONS, &address).await;
            }
        }
    }
    assert_eq!(app.changes_since(&before), [""; 0]);
    assert_eq!(app.status_of(NEIGHBOUR).status.key(), "requested");
    app.conclude(NEIGHBOUR_MAIL).await;
}

/// S-11, S-12: unknown, broken and foreign tokens look the same, and trying many is slowed down.
#[actix_web::test]
async fn made_up_tokens_all_look_the_same_and_become_slow() {
    let world = World::build().await;
    let app = &world.app;
    let genuine = World::token(&world.open);
    let mut flipped = genuine.clone().into_bytes();
    flipped[30] = if flipped[30] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    let tokens = [
        "x".to_owned(),
        "A".repeat(64),
        "A".repeat(3000),
        flipped,
        // One character less is accepted, as some mail programs cut it off, if it was a dash.
        genuine[..62].to_owned(),
        format!("{genuine}A"),
        genuine.to_lowercase(),
        uuid::Uuid::new_v4().to_string(),
        world.password_token(Person::Partner),
        "%F0%9F%98%80".to_owned(),
        "'%20OR%201=1--".to_owned(),
    ];
    let mut pages = BTreeSet::new();
    for (number, token) in tokens.iter().enumerate() {
        let place = format!("198.51.100.{number}");
        let page = app
            .visitor()
            .get_with(
                &format!("/zustimmung/{token}"),
                &[("x-forwarded-for", &place)],
            )
            .await;
        page.assert_status(404)
            .assert_says("Dieser Link ist unvollständig oder unbekannt");
        pages.insert(page.text());
    }
    assert_eq!(pages.len(), 1, "the pages differ");
    let from = |place: &'static str| [("x-forwarded-for", place)];
    for number in 0..20 {
        let page = app
            .visitor()
            .get_with(&format!("/zustimmung/falsch{number}"), &from("203.0.113.9"))
            .await;
        page.assert_status(404);
    }
    let slow = app
        .visitor()
        .get_with("/zustimmung/falsch", &from("203.0.113.9"))
        .await;
    slow.assert_status(429);
    assert!(
        slow.header("retry-after")
            .parse::<u32>()
            .is_ok_and(|seconds| (1..=600).contains(&seconds)),
        "{}",
        slow.header("retry-after")
    );
    app.visitor()
        .get_with("/passwort/falsch", &from("203.0.113.9"))
        .await
        .assert_status(429);
    app.visitor()
        .post_with("/zustimmung/falsch", &[("name", "x")], &from("203.0.113.9"))
        .await
        .assert_status(429);
    app.visitor()
        .get_with("/zustimmung/falsch", &from("203.0.113.10"))
        .await
        .assert_status(404);
    app.visitor()
        .get_with(&world.open, &from("203.0.113.10"))
        .await
        .assert_status(200);
    // A customer may share its address with the stranger who tries.
    app.visitor()
        .get_with(&world.open, &from("203.0.113.9"))
        .await
        .assert_status(200);
    app.clock.advance(chrono::Duration::minutes(11));
    app.visitor()
        .get_with("/zustimmung/falsch", &from("203.0.113.9"))
        .await
        .assert_status(404);
}

/// S-16: an earlier link is explained at once if the address has changed, and after an objection.
#[actix_web::test]
async fn earlier_links_die_with_the_next_request() {
    let world = World::build().await;
    let app = &world.app;
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get("/kunden/4712/stammdaten/email").await;
    page.submit(
        &operator,
        "main form",
        &[("email", "neu@nachbarin.example")],
    )
    .await
    .assert_status(303);
    let old = app.visitor().get(&world.open).await;
    assert!(
        old.all("main form[action^='/zustimmung/'] input[name=gelesen]")
            .is_empty(),
        "the old link still offers the form"
    );
    let (action, fields) = (
        world.open.clone(),
        [
            ("name", "A B"),
            ("funktion", "GF"),
            ("vertretung", "on"),
            ("gelesen", "on"),
        ],
    );
    app.visitor().post(&action, &fields).await;
    assert_ne!(app.status_of(NEIGHBOUR).status.key(), "concluded");
}

/// S-14, S-15: a public page shows what is needed for one customer, signed in or not.
#[actix_web::test]
async fn public_pages_show_one_customer_and_no_session() {
    let world = World::build().await;
    let app = &world.app;
    let operator = app.sign_in(Person::Operator).await;
    for browser in [app.visitor(), operator] {
        for (link, own, other) in [
            (&world.open, NEIGHBOUR_MAIL, "Özdemir"),
            (&world.concluded, MAIL, "Nachbarin"),
        ] {
            for path in ["", "/erfolg", "/ablehnen"] {
                let mut page = browser.get(&format!("{link}{path}")).await;
                while page.status == 303 {
                    page = browser.follow(&page).await;
                }
                page.assert_status(200)
                    .assert_silent_about(own)
                    .assert_silent_about(other)
                    .assert_silent_about("/abmelden");
                assert!(page.headers.get("set-cookie").is_none());
            }
        }
    }
}

/// S-13: "Neuen Link anfordern" mails only the master-data address, rarely, and always gives the
/// same answer.
#[actix_web::test]
async fn asking_for_a_new_link_is_rare_and_answers_the_same() {
    let world = World::build().await;
    let app = &world.app;
    app.clock.advance(days(15));
    let link = format!("{}/neuer-link", world.open);
    let count = || {
        app.mails()
            .iter()
            .filter(|mail| mail.to.as_str() == NEIGHBOUR_MAIL)
            .count()
    };
    let before = (count(), app.mails().len());
    let first = app
        .visitor()
        .post(&link, &[("email", "evil@example.org")])
        .await;
    first.assert_status(200);
    for _ in 0..3 {
        let again = app.visitor().post(&link, &[]).await;
        assert_eq!(again.text(), first.text());
    }
    app.deliver();
    assert_eq!(count(), before.0 + 1);
    for _ in 0..6 {
        app.clock.advance(chrono::Duration::minutes(11));
        assert_eq!(app.visitor().post(&link, &[]).await.status, 200);
        app.deliver();
    }
    assert_eq!(count(), before.0 + 3, "at most three a day");
    assert!(
        app.mails()
            .iter()
            .all(|mail| mail.to.as_str() != "evil@example.org")
    );
}

/// S-12, S-13: the limits are counted in the database, so a second process does not double them.
#[actix_web::test]
async fn limits_hold_across_processes() {
    let world = World::build().await;
    let app = &world.app;
    let other = app.second_server();
    let from = [("x-forwarded-for", "203.0.113.77")];
    for n in 0..20 {
        let browser = if n % 2 == 0 {
            app.visitor()
        } else {
            crate::harness::Browser::new(&other.url)
        };
        browser
            .get_with(&format!("/zustimmung/falsch{n}"), &from)
            .await
            .assert_status(404);
    }
    for browser in [app.visitor(), crate::harness::Browser::new(&other.url)] {
        browser
            .get_with("/zustimmung/falsch", &from)
            .await
            .assert_status(429);
    }
    // An expired link, used in both processes at once.
    app.clock.advance(days(15));
    let before = app.case(NEIGHBOUR).requests.len();
    let path = format!("/zustimmung/{}/neuer-link", World::token(&world.open));
    let (here, there) = (app.visitor(), crate::harness::Browser::new(&other.url));
    // The second process has the same address.
    let origin = [("origin", app.url.as_str())];
    let pages = futures_util::future::join(
        here.post_with(&path, &[], &origin),
        there.post_with(&path, &[], &origin),
    )
    .await;
    pages.0.assert_status(200);
    pages.1.assert_status(200);
    assert_eq!(app.case(NEIGHBOUR).requests.len(), before + 1);
}
