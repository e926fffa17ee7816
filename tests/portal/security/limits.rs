//! Sizes, odd characters, the password once more (S-40, S-56, S-75, S-89).

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::harness::{CUSTOMER, PASSWORD, Person, TestApp};
use crate::seeded::{NEIGHBOUR, World, csrf};

/// S-89: bodies and addresses have a limit, and the answer says so.
#[actix_web::test]
async fn what_is_too_large_is_refused() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let big = "x".repeat(70 * 1024);
    visitor
        .post("/anmelden", &[("email", &big)])
        .await
        .assert_status(413)
        .assert_says("Die Eingabe ist zu groß");
    let huge = "x".repeat(3 * 1024 * 1024);
    visitor
        .post("/anmelden", &[("email", &huge)])
        .await
        .assert_status(413);
    let operator = app.sign_in(Person::Operator).await;
    let token = csrf(&operator).await;
    let page = operator
        .post(
            "/kunden/4711/stammdaten/email",
            &[("csrf", &token), ("email", &big)],
        )
        .await;
    page.assert_status(413);
    // Longer than any browser sends: answered with an error or cut off, and never read to its end.
    for head in [
        format!("GET /{} HTTP/1.1\r\n", "a".repeat(400_000)),
        format!("GET / HTTP/1.1\r\nx: {}\r\n", "a".repeat(400_000)),
    ] {
        let mut stream = TcpStream::connect(app.url.trim_start_matches("http://")).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let _ = stream.write_all(head.as_bytes());
        let mut answer = Vec::new();
        let ended = stream.read_to_end(&mut answer);
        let cut_off = ended.is_ok()
            || ended.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset);
        assert!(cut_off, "the server waits for more");
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"),
            "{}",
            String::from_utf8_lossy(&answer)
        );
    }
    visitor.get("/anmelden").await.assert_status(200);
}

/// S-56, 5.2: access to the module is decided anew on each request.
#[actix_web::test]
async fn an_objection_closes_an_open_page_at_the_next_click() {
    let world = World::build().await;
    let app = &world.app;
    let partner = app.sign_in(Person::Partner).await;
    partner
        .get("/kunden/4711/module/centraflex")
        .await
        .assert_status(200);
    let customer = app.sign_in(Person::Customer).await;
    let page = customer.get("/administration/avv/widerspruch").await;
    page.submit(&customer, "main form", &[("passwort", "falsch")])
        .await
        .assert_status(422);
    partner
        .get("/kunden/4711/module/centraflex")
        .await
        .assert_status(200);
    page.submit(&customer, "main form", &[("passwort", PASSWORD)])
        .await
        .assert_redirect("/administration/avv");
    partner
        .get("/kunden/4711/module/centraflex")
        .await
        .assert_status(403);
    partner
        .get("/zugriff/4711/centraflex")
        .await
        .assert_status(403);
    app.visitor()
        .get(&format!("{}/avv.pdf", world.concluded))
        .await;
    assert_eq!(app.status_of(CUSTOMER).status.key(), "void");
}

/// S-40: an objection recorded by the operator needs the password again, throttled like signing in.
#[actix_web::test]
async fn recording_an_objection_needs_the_password_again() {
    let world = World::build().await;
    let app = &world.app;
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get("/betrieb/kunden/4711/widerspruch").await;
    let today = app.now().date_naive().to_string();
    let before = app.everything();
    let fields = |password: &'static str| {
        let (_, mut all) = page.form("main form");
        all.retain(|(name, _)| !matches!(name.as_str(), "weg" | "passwort" | "notiz"));
        for field in all.iter_mut().filter(|(_, value)| value.is_empty()) {
            field.1.clone_from(&today);
        }
        let weg = page.attribute("input[name=weg]", "value").unwrap();
        all.extend([
            ("weg".to_owned(), weg),
            ("passwort".to_owned(), password.to_owned()),
            ("notiz".to_owned(), String::new()),
        ]);
        all
    };
    for _ in 0..6 {
        let all = fields("falsch");
        let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        operator
            .upload("/betrieb/kunden/4711/widerspruch", &all, &[])
            .await
            .assert_status(422);
    }
    let all = fields(PASSWORD);
    let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    operator
        .upload("/betrieb/kunden/4711/widerspruch", &all, &[])
        .await
        .assert_status(422)
        .assert_says("Zu viele Versuche");
    assert_eq!(app.changes_since(&before), [""; 0]);
    app.clock.advance(chrono::Duration::minutes(16));
    operator
        .upload("/betrieb/kunden/4711/widerspruch", &all, &[])
        .await
        .assert_status(303);
    assert_eq!(app.status_of(CUSTOMER).status.key(), "void");
}

/// S-75, S-87: characters and numbers that a database refuses are answered like any other invalid
/// value.
#[actix_web::test]
async fn odd_characters_and_numbers_are_no_fault() {
    let world = World::build().await;
    let app = &world.app;
    let operator = app.sign_in(Person::Operator).await;
    let odd = [
        "%00",
        "%FF",
        "%27%3B--",
        "%25",
        "_",
        "%5C",
        "99999999999999999999",
        "-1",
        "%E2%80%AE",
        "1~%00",
        "9223372036854775807",
    ];
    for value in odd {
        for address in [
            format!("/kunden?suche={value}"),
            format!("/kunden?nach=1~{value}"),
            format!("/kunden?vor={value}"),
            format!("/kunden?mandant={value}"),
            format!("/kunden?status={value}"),
            format!("/kunden/{value}"),
            format!("/kunden/{value}/avv"),
            format!("/kunden/4711/module/{value}"),
            format!("/zugriff/4711/{value}"),
            format!("/zugriff/{value}/centraflex"),
            format!("/administration/avv?kunde={value}"),
            format!("/administration/avv/{value}.pdf"),
            format!("/betrieb/benutzer?nach={value}"),
            format!("/betrieb/benutzer/{value}/sperren"),
            format!("/kunden/{value}/stammdaten/email"),
            format!("/kunden/4712/submandant?submandant={value}"),
            format!("/zustimmung/{value}"),
            format!("/passwort/{value}"),
            format!("/anmelden?weiter={value}"),
        ] {
            let page = operator
                .get_with(
                    &address,
                    &[("x-forwarded-for", "198.51.100.1, 203.0.113.1")],
                )
                .await;
            assert!(page.status.as_u16() < 500, "{address}: {}", page.status);
            // Invalid links are counted, which is not the subject of this test.
            app.sql("DELETE FROM attempts").unwrap();
        }
    }
    let token = csrf(&operator).await;
    let nasty = "a\0b\u{202e}c\r\nd";
    for (path, names) in [
        ("/anmelden", vec!["email", "passwort", "weiter"]),
        ("/passwort-vergessen", vec!["email"]),
        ("/kunden/4712/submandant", vec!["submandant"]),
        ("/kunden/4712/stammdaten/email", vec!["email"]),
        ("/betrieb/kunden/4712/buchung", vec!["produkt", "ums"]),
        (
            "/betrieb/kunden/4712/widerspruch",
            vec!["weg", "datum", "notiz", "passwort"],
        ),
        (
            "/betrieb/benutzer",
            vec!["name", "email", "rolle", "partner", "kundennummer"],
        ),
        ("/betrieb/betreiber", vec!["name", "kurzname", "email"]),
    ] {
        let mut fields = vec![("csrf", token.as_str())];
        fields.extend(names.iter().map(|name| (*name, nasty)));
        let page = operator.post(path, &fields).await;
        assert!(page.status.as_u16() < 500, "{path}: {}", page.status);
    }
    let visitor = app.visitor();
    let page = visitor.get(&world.open).await;
    let typed = [
        ("name", "Ay\u{200b}şe \u{202e}Özdemir"),
        ("funktion", "Inhaberin\r\nBcc: x@example.org"),
        ("vertretung", "on"),
        ("gelesen", "on"),
    ];
    let done = page
        .submit(&visitor, "main form[action^='/zustimmung/']", &typed)
        .await;
    done.assert_status(303);
    let person = app.case(NEIGHBOUR).agreements[0].person.clone();
    assert_eq!(person, "Ayşe Özdemir", "S-73");
}
