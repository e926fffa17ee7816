//! The operator's people with their roles (S-50): what support begins, legal ends; the auditor looks on.

use avv_portal::actions::objections::{self, Received};
use avv_portal::actions::{ActionError, proposals};
use avv_portal::domain::calendar::day;
use avv_portal::domain::case::Channel;
use avv_portal::domain::file::{File, FileKind};

use crate::harness::{CUSTOMER, Person, TestApp};

const MAIL: &str = "info@oezdemir.example";

fn paper() -> proposals::Paper {
    proposals::Paper {
        person: "Erna Muster".to_owned(),
        function: "Inhaberin".to_owned(),
        signed_on: "2026-01-15".parse().unwrap(),
        scan: File {
            kind: FileKind::Pdf,
            bytes: b"%PDF-1.7".to_vec(),
        },
    }
}

#[actix_web::test]
async fn s50_what_support_proposes_legal_approves_and_support_cannot() {
    let app = TestApp::start().await;
    app.add_operators();
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    let (support, now) = (app.viewer(Person::Support), app.now());
    let before = app.mails().len();
    let proposal = app
        .write(|conn| proposals::propose_paper(conn, &app.app, &support, CUSTOMER, paper(), now));
    app.deliver();
    // Whoever can approve is told: administrators and legal.
    let told: Vec<String> = app.mails()[before..]
        .iter()
        .map(|mail| mail.to.as_str().to_owned())
        .collect();
    assert_eq!(
        told,
        [Person::Operator.email(), Person::Legal.email()],
        "by key"
    );
    let page = format!("/betrieb/vorschlaege/{proposal}");
    for (person, can) in [
        (Person::Support, false),
        (Person::Auditor, false),
        (Person::Legal, true),
    ] {
        let shown = app.sign_in(person).await.get(&page).await;
        shown.assert_status(200);
        assert_eq!(!shown.all("#bestaetigen").is_empty(), can, "{person:?}");
    }
    app.sign_in(Person::Auditor)
        .await
        .get(&page)
        .await
        .assert_says("eine zweite Person aus der Rechtsabteilung");
    let legal = app.sign_in(Person::Legal).await;
    let shown = legal.get(&page).await;
    shown
        .submit(&legal, "#bestaetigen", &[])
        .await
        .assert_status(303);
    assert!(
        app.case(CUSTOMER)
            .agreement()
            .is_some_and(|one| one.on_paper())
    );
}

#[actix_web::test]
async fn s50_an_auditor_reads_the_contract_and_the_log_and_nothing_else_happens() {
    let app = TestApp::start().await;
    app.add_operators();
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    app.conclude(MAIL).await;
    let auditor = app.sign_in(Person::Auditor).await;
    for (path, says) in [
        ("/kunden", "Özdemir"),
        ("/kunden/4711/avv", "Abgeschlossen"),
        ("/administration/avv?kunde=4711", "AVV-2026-4711-1"),
        ("/betrieb/protokoll", "abgeschlossen"),
        (
            "/betrieb/betreiber",
            "Ändern können das nur Administratoren",
        ),
        (
            "/betrieb/erscheinungsbild",
            "Ändern können das nur Administratoren",
        ),
        (
            "/betrieb/produkte/centraflex",
            "Ändern können das nur Administratoren",
        ),
    ] {
        let page = auditor.get(path).await;
        page.assert_status(200).assert_says(says);
        assert!(page.all("main form[method=post]").is_empty(), "{path}");
    }
    // A page to change something says why it is not shown.
    auditor
        .get("/betrieb/kunden/neu")
        .await
        .assert_status(403)
        .assert_says("gehört nicht zu den Aufgaben Ihrer Rolle");
    // The actions ask once more themselves.
    let (viewer, now) = (app.viewer(Person::Auditor), app.now());
    let received = Received {
        channel: Channel::Letter,
        on: day(now),
        note: String::new(),
        proof: None,
    };
    let recorded = app.app.db.transaction_blocking(|conn| {
        objections::record(conn, &app.app, &viewer, CUSTOMER, &received, now)
    });
    assert!(matches!(recorded, Err(ActionError::NotAllowed)));
}
