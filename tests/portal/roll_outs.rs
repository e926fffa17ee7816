//! A newly published contract version reaches customers that concluded an older one
//! (rows 35 to 37).

use avv_portal::actions::bulk_runs::{RunMemory, StepResult, take_step};
use avv_portal::actions::roll_outs::{Plan, ROLLING_OUT, start};
use avv_portal::actions::{ActionError, CaseCommand};
use avv_portal::domain::audit::AuditKind;
use avv_portal::domain::case::{Declaration, Event};
use avv_portal::domain::roll_out::{Answer, MAX_NUMBERS, Mode, Scope, Skip};
use avv_portal::domain::{CustomerNumber, RollOutId};
use avv_portal::jobs;
use avv_portal::storage::PgConnection;
use avv_portal::storage::cases::lock_case;
use avv_portal::storage::roll_outs::{figures, find_roll_out};
use chrono::NaiveDate;

use crate::harness::{Browser, CUSTOMER, FOREIGN_CUSTOMER, PASSWORD, Page, Person, TestApp};
use crate::versions::put_in_force;

const MAIL: &str = "info@oezdemir.example";
const FOREIGN_MAIL: &str = "info@fremd-kunde.example";
const PLAN: &str = "/betrieb/umstellungen/neu?fassung=2.0";
const FORM: &str = "main form[action='/betrieb/umstellungen/neu']";

fn december(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, day).unwrap()
}

/// Both customers have concluded 1.0.
async fn two_concluded() -> TestApp {
    let app = TestApp::start().await;
    for (customer, mail) in [(CUSTOMER, MAIL), (FOREIGN_CUSTOMER, FOREIGN_MAIL)] {
        app.book(customer, "centraflex", false);
        app.deliver();
        app.conclude(mail).await;
    }
    app.deliver();
    app
}

/// Through form, preview and password; returns the address of the roll-out.
async fn begin(operator: &Browser, fields: &[(&str, &str)]) -> (String, Page) {
    let form = operator.get(PLAN).await;
    form.assert_status(200);
    let preview = form.submit(operator, FORM, fields).await;
    preview
        .assert_status(200)
        .assert_says("Umstellung starten?");
    let wrong = preview
        .submit(operator, FORM, &[("passwort", "falsch")])
        .await;
    wrong
        .assert_status(422)
        .assert_says("Das Passwort stimmt nicht");
    let done = preview
        .submit(operator, FORM, &[("passwort", PASSWORD)])
        .await;
    done.assert_redirect("/betrieb/umstellungen/");
    (done.location(), preview)
}

const OPEN: &str = "bulk_runs WHERE kind = 'roll_out' AND ended_at IS NULL";
const DONE: &str = "bulk_runs WHERE kind = 'roll_out' AND how = 'done'";

/// One step of the run, in the transaction of the caller.
fn step(conn: &mut PgConnection, app: &TestApp, id: RollOutId) -> Result<StepResult, ActionError> {
    let run = find_roll_out(conn, id)?.unwrap().run.id;
    take_step(
        conn,
        &app.app,
        &ROLLING_OUT,
        run,
        &mut RunMemory::default(),
        app.now(),
    )
}

fn count(app: &TestApp, id: i64) -> Vec<(Answer, Option<Skip>, i64)> {
    let counts = app.read(|conn| Ok(figures(conn, RollOutId(id))?));
    // The figures agree with the rows.
    for (answer, skip, count) in &counts {
        let key = answer.key();
        let reason = skip.map_or("reason IS NULL".to_owned(), |skip| {
            format!("reason = '{}'", skip.key())
        });
        let rows = app.count(&match answer {
            Answer::Failed => format!(
                "bulk_run_failures WHERE run_id = (SELECT run_id FROM roll_outs WHERE id = {id})"
            ),
            _ => format!(
                "roll_out_customers WHERE roll_out_id = {id} AND state = '{key}' AND {reason}"
            ),
        });
        assert_eq!(rows, *count, "{key}");
    }
    counts
        .into_iter()
        .filter(|(.., count)| *count > 0)
        .collect()
}

/// Row 35: a mail that asks for nothing, and nothing else changes.
#[actix_web::test]
async fn customers_are_told_and_keep_their_agreement() {
    let app = two_concluded().await;
    put_in_force(&app, "2.0", december(2));
    app.at("2026-12-01 10:00");
    let operator = app.sign_in(Person::Operator).await;
    let (address, preview) = begin(&operator, &[("art", "inform")]).await;
    preview
        .assert_says("2 Kunden")
        .assert_says("Nur informieren");

    // Sent twice, it is the same roll-out.
    let again = preview
        .submit(&operator, FORM, &[("passwort", PASSWORD)])
        .await;
    again.assert_redirect(&address);
    assert_eq!(app.count("roll_outs"), 1);

    // Planned until the version is in force, and no mail is sent at night.
    operator.get(&address).await.assert_says("geplant");
    let before = app.mails().len();
    app.jobs();
    app.at("2026-12-02 07:30");
    app.jobs();
    assert_eq!(app.mails().len(), before);

    app.at("2026-12-02 08:00");
    assert_eq!(app.jobs().moved, 2);
    assert_eq!(app.jobs().moved, 0, "once");
    assert_eq!(count(&app, 1), [(Answer::Informed, None, 2)]);
    let mail = app.last_mail_to(MAIL).written;
    assert!(mail.subject.starts_with("Neue Fassung, nichts zu tun"));
    let text = mail.text.replace(['\n', '\u{a0}'], " ");
    for sentence in [
        "Seit dem 2. Dezember 2026 gibt es die Fassung 2.0",
        "Sie brauchen nichts zu tun.",
        "gilt mit der Fassung 1.0 unverändert weiter",
    ] {
        assert!(text.contains(sentence), "{sentence}\n{text}");
    }
    let case = app.case(CUSTOMER);
    assert_eq!(case.agreement().unwrap().offer.version, "1.0");
    assert!(case.open_request().is_none());
    assert_eq!(app.status(CUSTOMER), "concluded");
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get(&address)
        .await
        .assert_says("alle Kunden bearbeitet")
        .assert_says("informiert");

    // The pages that the mail links to are public and contain no names.
    for path in ["/vertrag/2.0", "/vertrag/1.0/vergleich/2.0"] {
        assert!(mail.text.contains(path), "{}", mail.text);
        for language in ["de", "en"] {
            let page = app
                .visitor()
                .get(&format!("{path}?sprache={language}"))
                .await;
            page.assert_status(200)
                .assert_says("Neuer Satz der Fassung 2.0")
                .assert_silent_about("Özdemir")
                .assert_silent_about("Muster IT");
        }
    }
    for path in ["/vertrag/3.0", "/vertrag/1.0/vergleich/3.0"] {
        app.visitor().get(path).await.assert_status(404);
    }

    // No customer is told the same twice.
    begin(&operator, &[("art", "inform")]).await;
    app.jobs();
    assert_eq!(
        count(&app, 2),
        [(Answer::Skipped, Some(Skip::AlreadyInformed), 2)]
    );
}

/// Rows 36 and 37: asked, concluded, declined, expired; and for customers that cannot be asked the
/// reason is shown.
#[actix_web::test]
async fn customers_are_asked_and_nobody_concludes_by_silence() {
    let app = two_concluded().await;
    let third = app.add_customer(4713, "Dritte GmbH", Some("info@dritte.example"));
    let open = app.add_customer(4714, "Offene GmbH", Some("info@offene.example"));
    for customer in [third, open] {
        app.book(customer, "centraflex", false);
    }
    app.deliver();
    app.conclude("info@dritte.example").await;
    put_in_force(&app, "2.0", december(2));
    app.at("2026-12-02 09:00");
    app.jobs();

    let operator = app.sign_in(Person::Operator).await;
    let form = operator.get(PLAN).await;
    let unknown = form
        .submit(
            &operator,
            FORM,
            &[("art", "conclude"), ("nummern", "4711 77")],
        )
        .await;
    unknown.assert_status(422).assert_says("gibt es nicht: 77");
    let nothing = form.submit(&operator, FORM, &[("nummern", "4711/x")]).await;
    nothing
        .assert_status(422)
        .assert_says("„4711/x“ ist keine Kundennummer");
    let numbers = "4711, 9000; 4713\n4714";
    let fields = [("art", "conclude"), ("nummern", numbers)];
    let (address, _) = begin(&operator, &fields).await;
    app.jobs();
    assert_eq!(
        count(&app, 1),
        [
            (Answer::Skipped, Some(Skip::NotInForce), 1),
            (Answer::Waiting, None, 3)
        ]
    );
    let mail = app.last_mail_to(MAIL).written;
    let text = mail.text.replace('\n', " ");
    assert!(
        text.contains("abgeschlossen haben Sie die Fassung 1.0"),
        "{text}"
    );
    assert!(text.contains("/vertrag/1.0/vergleich/2.0"), "{text}");
    assert_eq!(app.status(CUSTOMER), "update_pending");
    let page = app.visitor().get(&app.consent_link(MAIL)).await;
    page.assert_says("Beide Fassungen vergleichen");

    app.conclude(MAIL).await;
    let case = app.case(CUSTOMER);
    assert_eq!(case.agreement().unwrap().offer.version, "2.0");
    let link = app.consent_link(FOREIGN_MAIL);
    let visitor = app.visitor();
    let declined = visitor
        .post(&format!("{link}/ablehnen"), &[("bestaetigung", "ja")])
        .await;
    declined.assert_status(303);
    assert_eq!(
        count(&app, 1),
        [
            (Answer::Concluded, None, 1),
            (Answer::Declined, None, 1),
            (Answer::Skipped, Some(Skip::NotInForce), 1),
            (Answer::Waiting, None, 1)
        ]
    );
    for day in ["12-17", "01-04", "01-19", "02-03"] {
        let year = if day.starts_with("12") { 2026 } else { 2027 };
        app.at(&format!("{year}-{day} 08:00"));
        app.jobs();
    }
    assert!(
        count(&app, 1).contains(&(Answer::Unanswered, None, 1)),
        "row 37"
    );
    let case = app.case(third);
    assert_eq!(case.agreement().unwrap().offer.version, "1.0");
    assert_eq!(case.agreements.len(), 1, "never a conclusion by silence");
    let operator = app.sign_in(Person::Operator).await;
    let list = operator.get(&format!("{address}?stand=unanswered")).await;
    list.assert_says("Dritte GmbH")
        .assert_silent_about("Offene GmbH");
    operator
        .get(&format!("{address}?stand=skipped"))
        .await
        .assert_says("Offene GmbH")
        .assert_says("Es gilt kein Vertrag");
}

/// Customers that have concluded by the rules alone; no documents are made for them.
fn many(app: &TestApp, customers: u32) {
    for number in 5001..=5000 + customers {
        let mail = format!("info@k{number}.example");
        let customer = app.add_customer(number, &format!("Kunde {number}"), Some(&mail));
        app.book(customer, "centraflex", false);
        conclude_by_rules(app, customer);
    }
}

fn conclude_by_rules(app: &TestApp, customer: CustomerNumber) {
    let (link, now) = (app.newest_link(customer), app.now());
    let event = Event::Concluded(Declaration {
        link,
        person: "Ute Vogt".to_owned(),
        function: "Vorstand".to_owned(),
        shown: "hash".to_owned(),
        current: "hash".to_owned(),
    });
    app.write(|conn| {
        CaseCommand::by_portal(customer, now)
            .execute(conn, &app.app, &event, |_| AuditKind::LinkOpened)
            .map(|_| ())
    });
}

/// Paused, resumed, killed in the middle and run by two processes at once: every customer once.
#[actix_web::test]
async fn whatever_happens_to_the_work_everybody_is_asked_once() {
    const MANY: u32 = 40;
    let app = TestApp::start().await;
    many(&app, MANY);
    put_in_force(&app, "2.0", december(2));
    app.at("2026-12-02 09:00");
    let (viewer, now) = (app.viewer(Person::Operator), app.now());
    let plan = Plan {
        version: "2.0".to_owned(),
        mode: Mode::Conclude,
        scope: Scope::default(),
    };
    let id = app.write(|conn| start(conn, &viewer, &plan, now));

    // A process dies in the middle of a customer: nothing of it is left.
    let first = CustomerNumber::from(5001);
    let dead = app.app.db.transaction_blocking(|conn| {
        let taken = StepResult::Taken { done: 1, failed: 0 };
        assert_eq!(step(conn, &app, id)?, taken);
        assert!(find_roll_out(conn, id)?.unwrap().run.after == Some(first));
        Err::<(), _>(ActionError::NotFound)
    });
    assert!(dead.is_err() && app.case(first).open_request().is_none());
    assert_eq!(app.count("roll_out_customers"), 0);

    // Paused by the button: no customer is asked.
    let operator = app.sign_in(Person::Operator).await;
    let address = format!("/betrieb/umstellungen/{id}");
    let page = operator.get(&address).await;
    let form = "main form[action^='/betrieb/umstellungen/']";
    page.submit(&operator, form, &[("schritt", "anhalten")])
        .await;
    let paused = operator.get(&address).await;
    paused.assert_says("angehalten").assert_says("Fortsetzen");
    app.jobs();
    assert_eq!(app.count("roll_out_customers"), 0);
    paused
        .submit(&operator, form, &[("schritt", "fortsetzen")])
        .await;

    // Two processes at once.
    let other = app.second_process();
    std::thread::scope(|threads| {
        let one = threads.spawn(|| jobs::run_once(&app.app, now));
        let two = threads.spawn(|| jobs::run_once(&other, now));
        for report in [one.join().unwrap(), two.join().unwrap()] {
            assert_eq!(report.failed, 0, "{report:?}");
        }
    });
    app.jobs();
    assert_eq!(count(&app, id.0), [(Answer::Waiting, None, MANY.into())]);
    for number in 5001..=5000 + MANY {
        let rounds = app.case(CustomerNumber::from(number)).requests;
        assert_eq!(rounds.len(), 2, "customer {number}");
    }
    assert_eq!(app.count(DONE), 1);
    assert_eq!(
        app.count("audit_events WHERE kind = 'roll_out'"),
        4,
        "started, paused, resumed, done"
    );

    // A newer version ends a roll-out that is not finished.
    put_in_force(&app, "3.0", december(4));
    app.at("2026-12-03 09:00");
    let now = app.now();
    let again = Plan {
        scope: Scope {
            numbers: Some(vec![CUSTOMER]),
            ..Scope::default()
        },
        ..plan
    };
    let id = app.write(|conn| start(conn, &viewer, &again, now));
    app.at("2026-12-04 09:00");
    app.jobs();
    assert_eq!(
        app.count(&format!(
            "roll_outs o JOIN bulk_runs r ON r.id = o.run_id WHERE o.id = {id} AND r.how = 'superseded'"
        )),
        1
    );
    assert!(count(&app, id.0).is_empty());
}

fn to_all(mode: Mode) -> Plan {
    Plan {
        version: "2.0".to_owned(),
        mode,
        scope: Scope::default(),
    }
}

/// Other mails are not held up behind thousands of a roll-out, and a pause takes effect.
#[actix_web::test]
async fn a_full_outbox_holds_a_roll_out_up() {
    let app = TestApp::start().await;
    many(&app, 3);
    put_in_force(&app, "2.0", december(2));
    app.at("2026-12-02 09:00");
    let (viewer, now) = (app.viewer(Person::Operator), app.now());
    let plan = to_all(Mode::Conclude);
    let id = app.write(|conn| start(conn, &viewer, &plan, now));
    // A thousand informed or asked by a roll-out, and others that do not count: not of a roll-out,
    // or tried already.
    app.sql(
        "INSERT INTO mails (step, kind, recipient, queued_at, next_attempt_at, state, attempts, message_id)
         SELECT 'full:' || n,
                CASE WHEN n > 1000 AND n <= 1100 THEN '{\"kind\": \"request\", \"reason\": \"first\"}'::jsonb
                     WHEN n % 2 = 0 THEN '{\"kind\": \"request\", \"reason\": \"roll_out\"}'
                     ELSE '{\"kind\": \"new_version\"}' END,
                '{\"to\": \"operator\"}', '2026-12-02', '2027-12-02', 'queued', (n > 1100)::int, 'full' || n
         FROM generate_series(1, 1200) AS n",
    )
    .unwrap();
    assert_eq!(app.jobs().moved, 0);
    assert_eq!(app.count("roll_out_customers"), 0);
    app.sql("UPDATE mails SET attempts = 1 WHERE step IN ('full:1', 'full:2')")
        .unwrap();
    assert_eq!(app.jobs().moved, 2, "998 wait, there is room for two");
    assert_eq!(app.count(OPEN), 1);
    assert_eq!(app.jobs().moved, 1, "those two are sent");
    assert_eq!(count(&app, id.0), [(Answer::Waiting, None, 3)]);
    assert_eq!(app.count(DONE), 1);
}

/// A customer that another transaction has locked is neither waited for nor forgotten; one that
/// cannot be read is tried again for a day and then keeps nothing open.
#[actix_web::test]
async fn neither_a_locked_nor_an_unreadable_customer_holds_the_others_up() {
    let app = TestApp::start().await;
    many(&app, 3);
    put_in_force(&app, "2.0", december(2));
    app.at("2026-12-02 09:00");
    let (viewer, now) = (app.viewer(Person::Operator), app.now());
    let plan = to_all(Mode::Inform);
    let id = app.write(|conn| start(conn, &viewer, &plan, now));
    let first = CustomerNumber::from(5001);
    app.write(|conn| {
        lock_case(conn, first, now)?;
        let halted = app
            .app
            .db
            .transaction_blocking(|other| step(other, &app, id))?;
        assert_eq!(halted, StepResult::Halt);
        let place = find_roll_out(conn, id)?.map(|found| found.run.after);
        assert_eq!(place, Some(None), "not passed over");
        Ok(())
    });

    let broken = "ALTER TABLE requests DROP CONSTRAINT IF EXISTS requests_offer; UPDATE requests SET offer = offer - 'version' WHERE customer_number = '5002'";
    app.sql(broken).unwrap();
    let tries = || app.text("tried_at FROM bulk_run_failures");
    let pass = |berlin: &str| {
        app.at(berlin);
        jobs::run_once(&app.app, app.now());
    };
    pass("2026-12-02 09:00");
    assert_eq!(
        count(&app, id.0),
        [(Answer::Failed, None, 1), (Answer::Informed, None, 2)]
    );
    let begun = tries();
    pass("2026-12-02 09:09");
    assert_eq!(tries(), begun, "not in every pass");
    pass("2026-12-02 09:10");
    let again = tries();
    assert_ne!(again, begun);
    pass("2026-12-02 09:11");
    assert_eq!(tries(), again);
    let operator = app.sign_in(Person::Operator).await;
    let address = format!("/betrieb/umstellungen/{id}");
    let open = operator.get(&address).await;
    open.assert_says("läuft").assert_says("wird wiederholt");
    pass("2026-12-03 08:59");
    assert_eq!(app.count(OPEN), 1);
    pass("2026-12-03 09:10");
    assert_eq!(app.count(DONE), 1);
    let operator = app.sign_in(Person::Operator).await;
    let over = operator.get(&format!("{address}?stand=failed")).await;
    over.assert_says("alle Kunden bearbeitet")
        .assert_says("nicht erreicht")
        .assert_says("Kunde 5002")
        .assert_silent_about("wird wiederholt");
}

/// As many numbers as the form promises fit into a post, pasted one to a line.
#[actix_web::test]
async fn as_many_numbers_can_be_posted_as_the_form_says() {
    let app = TestApp::start().await;
    put_in_force(&app, "2.0", december(2));
    app.at("2026-12-02 09:00");
    let operator = app.sign_in(Person::Operator).await;
    let form = operator.get(PLAN).await;
    form.assert_says("höchstens 4.000.");
    let lines = |count: usize| -> String {
        let numbers: Vec<String> = (0..count).map(|n| (1_000_000 + n).to_string()).collect();
        numbers.join("\r\n")
    };
    for (count, said) in [
        (MAX_NUMBERS, "gibt es nicht: 1000000, 1000001"),
        (MAX_NUMBERS + 1, "höchstens 4.000 Kundennummern"),
    ] {
        let fields = [("art", "inform"), ("nummern", &*lines(count))];
        let answer = form.submit(&operator, FORM, &fields).await;
        answer.assert_status(422).assert_says(said);
    }
}

/// Row 35: as long as there is only one version, no customer can have concluded another.
#[actix_web::test]
async fn row_35_the_first_version_is_not_rolled_out() {
    let app = two_concluded().await;
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/betrieb/umstellungen")
        .await
        .assert_silent_about("Auf Fassung 1.0 umstellen");
    let form = operator.get("/betrieb/umstellungen/neu?fassung=1.0").await;
    form.submit(&operator, FORM, &[("art", "inform")])
        .await
        .assert_status(422)
        .assert_says("keine frühere Fassung");
    put_in_force(&app, "2.0", december(2));
    operator
        .get("/betrieb/umstellungen")
        .await
        .assert_says("Auf Fassung 2.0 umstellen")
        .assert_silent_about("Auf Fassung 1.0 umstellen");
}
