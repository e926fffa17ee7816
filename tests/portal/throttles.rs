//! Limits for attempts when many are made at once (S-12, S-37, S-83).

use avv_portal::actions::ActionError;
use avv_portal::actions::throttle::{
    Attempted, Begun, begin_check, begin_sign_in, end_proof, may_reset, note_unknown_token,
};
use avv_portal::storage::PgConnection;
use futures_util::future::join_all;

use crate::harness::{Browser, CUSTOMER, Log, PASSWORD, Page, Person, TestApp, minutes};

const MAIL: &str = "info@oezdemir.example";

/// Runs the same work many times, each on a thread and a connection of its own.
fn at_once<T: Send>(
    app: &TestApp,
    how_many: usize,
    work: impl Fn(&mut PgConnection) -> T + Sync,
) -> Vec<T> {
    use diesel::Connection as _;
    let url = app.database_url();
    let start = std::sync::Barrier::new(how_many);
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..how_many)
            .map(|_| {
                scope.spawn(|| {
                    let mut conn = diesel::PgConnection::establish(&url).unwrap();
                    start.wait();
                    conn.transaction(|conn| Ok::<_, diesel::result::Error>(work(conn)))
                        .unwrap()
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

/// A7: of many simultaneous requests as many are granted as of many one after the other.
#[actix_web::test]
async fn a7_password_links_are_counted_one_by_one() {
    let app = TestApp::start().await;
    let now = app.now();
    // By account, from any source.
    let granted = at_once(&app, 24, |conn| {
        let place = uuid::Uuid::new_v4().to_string();
        let who = Attempted::new(&app.app, Person::Partner.email(), &place);
        may_reset(conn, &who, now).unwrap()
    });
    assert_eq!(granted.iter().filter(|may| **may).count(), 3);
    // By source, for any account.
    let granted = at_once(&app, 40, |conn| {
        let account = format!("{}@example.org", uuid::Uuid::new_v4());
        let who = Attempted::new(&app.app, &account, "198.51.100.7");
        may_reset(conn, &who, now).unwrap()
    });
    assert_eq!(granted.iter().filter(|may| **may).count(), 20);
    // Over HTTP: three mails, and the answers do not reveal that there were no more.
    let browser = app.visitor();
    let email = Person::Operator.email();
    let fields = [("email", email)];
    let pages = join_all((0..48).map(|_| browser.post("/passwort-vergessen", &fields))).await;
    assert!(pages.iter().all(|page| page.status == 200));
    assert_eq!(app.count("mails WHERE kind ->> 'kind' = 'set_password'"), 3);
}

/// A7: unknown links and checks, too.
#[actix_web::test]
async fn a7_unknown_links_and_checks_are_counted_one_by_one() {
    let app = TestApp::start().await;
    let now = app.now();
    let noted = at_once(&app, 40, |conn| {
        note_unknown_token(conn, &app.app, "198.51.100.7", now).is_ok()
    });
    assert_eq!(noted.iter().filter(|good| **good).count(), 20);
    let begun = at_once(&app, 40, |conn| {
        begin_check(conn, &app.app, "198.51.100.7", now).unwrap()
    });
    let begun = begun
        .iter()
        .filter(|begun| matches!(begun, Begun::Now(_)))
        .count();
    assert_eq!(begun, 20, "the others wait for how these end");
}

/// F9: a right password that is being verified does not count as a failure; guesses are still
/// counted.
#[actix_web::test]
async fn f9_what_is_being_looked_at_is_no_failure() {
    let app = TestApp::start().await;
    let (now, email) = (app.now(), Person::Partner.email());
    let who = || Attempted::new(&app.app, email, "198.51.100.7");
    let begun = at_once(&app, 12, |conn| {
        begin_sign_in(conn, &who(), email, now).unwrap()
    });
    let attempts: Vec<_> = begun
        .into_iter()
        .filter_map(|one| match one {
            Begun::Now(attempt) => Some(attempt),
            Begun::InLine => None,
        })
        .collect();
    assert_eq!(
        attempts.len(),
        5,
        "the others wait in line, and nobody is refused"
    );
    // All were right: none has to wait, however many they are.
    app.write(|conn| {
        attempts
            .iter()
            .try_for_each(|one| end_proof(conn, &who(), one, true))
    });
    for _ in 0..50 {
        app.write(|conn| match begin_sign_in(conn, &who(), email, now)? {
            Begun::Now(attempt) => end_proof(conn, &who(), &attempt, true),
            Begun::InLine => panic!("nobody is before us"),
        });
    }
    // Five wrong ones, and the next has to wait.
    for _ in 0..5 {
        app.write(|conn| match begin_sign_in(conn, &who(), email, now)? {
            Begun::Now(attempt) => end_proof(conn, &who(), &attempt, false),
            Begun::InLine => panic!("nobody is before us"),
        });
    }
    let refused = app.write(|conn| Ok(begin_sign_in(conn, &who(), email, now).unwrap_err()));
    assert!(
        matches!(refused, ActionError::TooManyAttempts(5)),
        "{refused}"
    );
    // An attempt whose process died counts as failed after a while.
    app.clock.advance(minutes(16));
    for _ in 0..5 {
        app.write(|conn| begin_sign_in(conn, &who(), email, app.now()).map(drop));
    }
    app.clock.advance(chrono::Duration::seconds(59));
    let waits = app.write(|conn| begin_sign_in(conn, &who(), email, app.now()));
    assert!(matches!(waits, Begun::InLine));
    app.sql("UPDATE attempts SET at = at - interval '2 seconds' WHERE pending")
        .unwrap();
    let refused = app.write(|conn| Ok(begin_sign_in(conn, &who(), email, app.now())));
    assert!(!matches!(refused, Ok(Begun::InLine)), "{refused:?}");
}

/// F9: six users share an account and all know its password.
#[actix_web::test]
async fn f9_people_who_share_an_account_do_not_lock_each_other_out() {
    let app = TestApp::start().await;
    let browsers: Vec<Browser> = (0..6).map(|_| app.visitor()).collect();
    let fields = [("email", Person::Partner.email()), ("passwort", PASSWORD)];
    for _ in 0..3 {
        let pages: Vec<Page> =
            join_all(browsers.iter().map(|one| one.post("/anmelden", &fields))).await;
        let answers: Vec<u16> = pages.iter().map(|page| page.status.as_u16()).collect();
        assert_eq!(answers, [303; 6]);
    }
}

/// F10: a source that checks genuine documents may check many.
#[actix_web::test]
async fn f10_genuine_documents_may_be_checked_without_end() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    let pdf: Vec<u8> = {
        let hex = app.text("encode(pdf, 'hex') FROM agreement_documents");
        (0..hex.len() / 2)
            .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
            .collect()
    };
    let visitor = app.visitor();
    let check = async |bytes: &[u8]| {
        visitor
            .upload("/pruefen", &[], &[("datei", "a.pdf", bytes)])
            .await
    };
    for _ in 0..30 {
        check(&pdf)
            .await
            .assert_status(200)
            .assert_says("Das Dokument ist echt");
    }
    let together = join_all((0..8).map(|_| check(&pdf))).await;
    assert!(together.iter().all(|page| page.status == 200));
    for _ in 0..20 {
        check(b"%PDF-1.7").await.assert_status(200);
    }
    check(b"%PDF-1.7").await.assert_status(429);
    check(&pdf).await.assert_status(429);
    app.clock.advance(minutes(11));
    check(&pdf).await.assert_status(200);
}

/// A8: refusals by a limit and the source of failed sign-ins are logged, without an address.
#[actix_web::test]
async fn a8_refusals_by_a_limit_are_logged() {
    let log = Log::listen();
    let app = TestApp::start_behind_proxy().await;
    let place = "203.0.113.77";
    let source = avv_portal::actions::throttle::source_key(&app.app, place);
    let from = [("x-forwarded-for", place)];
    let visitor = app.visitor();
    let wrong = [
        ("email", Person::Partner.email()),
        ("passwort", "ganz falsch"),
    ];
    for _ in 0..5 {
        visitor
            .post_with("/anmelden", &wrong, &from)
            .await
            .assert_status(422);
    }
    visitor
        .post_with("/anmelden", &wrong, &from)
        .await
        .assert_status(429);
    for _ in 0..4 {
        visitor
            .post_with("/passwort-vergessen", &wrong[..1], &from)
            .await
            .assert_status(200);
    }
    for _ in 0..21 {
        visitor.get_with("/zustimmung/x", &from).await;
    }
    let big = "x".repeat(70_000);
    visitor
        .post_with("/anmelden", &[("email", &big)], &from)
        .await
        .assert_status(413);
    for (what, least) in [
        ("sign-in failed", 5),
        ("refused by a limit: sign-in", 1),
        ("refused by a limit: password links", 1),
        ("/zustimmung/{token}", 1),
        ("refused by a limit: too many", 2),
        ("refused by a limit: too large", 1),
    ] {
        let lines = log.lines_with(&[what, &source]);
        assert!(lines.len() >= least, "{what}: {lines:?}");
    }
    assert_eq!(
        log.lines_with(&[place]),
        [""; 0],
        "the log names no address"
    );
}
