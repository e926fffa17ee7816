//! Alerts: raised once, taken by one administrator, finished, or closed with their cause (M14). And
//! how the operator's start page shows them.

use avv_portal::actions::alerts::{self, AlertKind, Raised};
use avv_portal::actions::bounces::{Taken, take};
use avv_portal::actions::{Actor, passwords, users};
use avv_portal::domain::EmailAddress;
use avv_portal::domain::viewer::Role;
use avv_portal::jobs;
use avv_portal::storage::users::NewUser;

use crate::harness::{
    Browser, CUSTOMER, FOREIGN_CUSTOMER, PASSWORD, Page, Person, TestApp, days, hours, minutes,
};

const MAIL: &str = "info@oezdemir.example";
const LIST: &str = "/betrieb/hinweise";
const SECOND: &str = "c.zweit@plusnet.example";

/// A report that the newest mail to `to` came back.
fn bounce(app: &TestApp, to: &str) {
    let sent = app.last_mail_to(to);
    let raw = String::from_utf8(sent.raw).unwrap();
    let head = raw.split("\r\n\r\n").next().unwrap();
    let report = format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: avv@portal.example\r\nSubject: Undelivered Mail\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; {to}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 no such user here\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\n{head}\r\n--b--\r\n"
    );
    let taken = take(&app.app, report.as_bytes(), app.now()).unwrap();
    assert_eq!(taken, Taken::Returned);
}

/// A second administrator, signed in.
async fn colleague(app: &TestApp) -> Browser {
    let new = NewUser {
        email: EmailAddress::parse(SECOND).unwrap(),
        name: "Clara Zweit".to_owned(),
        role: Role::ADMINISTRATOR,
        manages_users: false,
        password_hash: Some(passwords::hash(PASSWORD).unwrap()),
    };
    let now = app.now();
    app.write(|conn| users::add(conn, &app.app, Actor::Command, &new, now));
    let browser = app.visitor();
    let form = browser.get("/anmelden").await;
    let typed = [("email", SECOND), ("passwort", PASSWORD)];
    form.submit(&browser, "main form", &typed)
        .await
        .assert_redirect("/betrieb");
    browser
}

async fn press(page: &Page, browser: &Browser, form: &str, fields: &[(&str, &str)]) -> Page {
    let done = page.submit(browser, form, fields).await;
    done.assert_status(303);
    browser.follow(&done).await
}

const TAKE: &str = "main form[action$=uebernehmen]";
const FINISH: &str = "main form[action$=erledigt]";

#[actix_web::test]
async fn two_administrators_reach_for_one_alert_and_the_second_reads_who_has_it() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    bounce(&app, MAIL);
    let (one, two) = (app.sign_in(Person::Operator).await, colleague(&app).await);
    // Both see it, on the start page and in the list.
    let (start, list) = (one.get("/betrieb").await, two.get(LIST).await);
    for page in [&start, &list] {
        page.assert_says("Anforderung nicht zustellbar")
            .assert_says("Bäckerei Özdemir");
    }
    press(&start, &one, TAKE, &[])
        .await
        .assert_says("Sie haben den Hinweis übernommen")
        .assert_says("von Ihnen übernommen");
    let late = press(&list, &two, TAKE, &[]).await;
    let who = app.viewer(Person::Operator).name;
    late.assert_says(&format!("Diesen Hinweis hat {who} schon übernommen."))
        .assert_says(&format!("übernommen von {who}"));
    // A second click does nothing more.
    press(&start, &one, TAKE, &[]).await;
    assert_eq!(app.count("audit_events WHERE kind = 'alert_taken'"), 1);
    one.get("/betrieb/hinweise?welche=meine")
        .await
        .assert_says("Anforderung nicht zustellbar");
    two.get("/betrieb/hinweise?welche=meine")
        .await
        .assert_says("Sie haben zurzeit keinen Hinweis übernommen");
    // An administrator who sees that another one has it may take it over.
    press(&late, &two, TAKE, &[])
        .await
        .assert_says("von Ihnen übernommen");
    assert_eq!(app.count("audit_events WHERE kind = 'alert_taken'"), 2);

    let page = two.get(LIST).await;
    let long = "x".repeat(301);
    page.submit(&two, FINISH, &[("notiz", &long)])
        .await
        .assert_status(422)
        .assert_says("Kürzen Sie die Notiz");
    let note = [("notiz", "Adresse mit Frau Özdemir geklärt")];
    press(&page, &two, FINISH, &note)
        .await
        .assert_says("Der Hinweis ist erledigt")
        .assert_says("Zurzeit gibt es keinen offenen Hinweis");
    press(&page, &two, FINISH, &note)
        .await
        .assert_says("schon erledigt");
    press(&start, &one, TAKE, &[])
        .await
        .assert_says("schon erledigt");
    assert_eq!(app.count("audit_events WHERE kind = 'alert_done'"), 1);
    one.get("/betrieb/hinweise?welche=alle&art=undeliverable")
        .await
        .assert_says("von Clara Zweit")
        .assert_says("Adresse mit Frau Özdemir geklärt");
    // No other user can open the list, and a form without its token is refused.
    let partner = app.sign_in(Person::Partner).await;
    partner.get(LIST).await.assert_status(404);
    let id = app.text("max(id) FROM alerts");
    one.post(&format!("{LIST}/{id}/uebernehmen"), &[("csrf", "x")])
        .await
        .assert_status(403);
}

#[actix_web::test]
async fn an_alert_goes_with_its_cause_and_comes_back_with_it() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/betrieb")
        .await
        .assert_says("Heute ist nichts zu tun.");
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    bounce(&app, MAIL);
    let open = "alerts WHERE done_at IS NULL";
    assert_eq!(app.count(open), 1);
    app.clock.advance(minutes(5));
    app.ask(Person::Operator, CUSTOMER).unwrap();
    assert_eq!(app.count(open), 0, "sent again: no longer undeliverable");
    operator
        .get("/betrieb/hinweise?welche=alle")
        .await
        .assert_says("von selbst erledigt");
    app.jobs();
    bounce(&app, MAIL);
    assert_eq!((app.count(open), app.count("alerts")), (1, 2));
    // Events of another customer close nothing.
    app.book(FOREIGN_CUSTOMER, "centraflex", false);
    assert_eq!(app.count(open), 1);
    // A year after they were finished they are deleted; open ones never are.
    app.clock.advance(days(400));
    for job in jobs::JOBS.iter().filter(|job| job.name == "clean") {
        let pass = jobs::Pass {
            app: app.app.clone(),
            stop: jobs::Stop::never(),
            at: None,
            send_late: false,
        };
        (job.pass)(&pass).unwrap();
    }
    assert_eq!((app.count(open), app.count("alerts")), (1, 1));
}

#[actix_web::test]
async fn the_portal_itself_says_each_stage_once() {
    let app = TestApp::start().await;
    let ends = |days| Raised {
        kind: AlertKind::CertificateEnds,
        customer: None,
        subject: "ab:cd".to_owned(),
        stage: Some(days),
    };
    let raise = |alert: &Raised| {
        let now = app.now();
        app.write(|conn| Ok(alerts::raise(conn, alert, now)?))
    };
    let operator = app.sign_in(Person::Operator).await;
    assert!(raise(&ends(60)) && !raise(&ends(60)));
    let page = operator.get("/betrieb").await;
    page.assert_says("Zertifikat läuft ab")
        .assert_says("noch höchstens 60 Tage");
    press(&page, &operator, TAKE, &[]).await;
    // A later stage replaces the open one, and the administrator who has taken it keeps it.
    assert!(raise(&ends(30)) && !raise(&ends(30)));
    let page = operator.get("/betrieb/hinweise?welche=meine").await;
    page.assert_says("noch höchstens 30 Tage");
    press(&page, &operator, FINISH, &[]).await;
    assert!(!raise(&ends(30)), "done is done");
    assert!(raise(&ends(7)) && app.count("alerts") == 2);
    let dissent = Raised {
        subject: "notice-1".to_owned(),
        ..Raised::about(AlertKind::Dissent, CUSTOMER)
    };
    assert!(raise(&dissent) && !raise(&dissent));
    operator
        .get("/betrieb/hinweise?art=dissent")
        .await
        .assert_says("Einspruch")
        .assert_silent_about("Zertifikat läuft ab:");
}

#[actix_web::test]
async fn pages_of_the_list_follow_each_other_without_a_gap() {
    let app = TestApp::start().await;
    let now = app.now();
    for at in 0..120 {
        let alert = Raised {
            subject: format!("notice-{at}"),
            ..Raised::about(AlertKind::Dissent, CUSTOMER)
        };
        // Several at the same moment.
        let now = now + hours(at / 7);
        app.write(|conn| Ok(alerts::raise(conn, &alert, now)?));
    }
    let operator = app.sign_in(Person::Operator).await;
    for list in [LIST, "/betrieb/hinweise?welche=alle&art=dissent"] {
        let (mut seen, mut next) = (Vec::new(), Some(list.to_owned()));
        while let Some(path) = next {
            let page = operator.get(&path).await;
            page.assert_status(200);
            let html = page.text();
            let ids = html.split("id=\"notiz-").skip(1);
            seen.extend(ids.map(|rest| rest.split('"').next().unwrap().to_owned()));
            next = page.attribute("nav.pager a[rel=next]", "href");
        }
        let mut unique = seen.clone();
        unique.sort();
        unique.dedup();
        assert_eq!((seen.len(), unique.len()), (120, 120), "{list}");
    }
}

/// 5.6-4, 5.6-7: the same document, to the address at that moment, once for each mail.
#[actix_web::test]
async fn a_contract_that_came_back_is_sent_once_more() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    app.jobs();
    let first = app.last_mail_to(MAIL);
    bounce(&app, MAIL);
    // M14, once for each mail that came back.
    let told = || {
        let subjects = app.subjects_to("avv@plusnet.example");
        let own = subjects
            .iter()
            .filter(|subject| subject.starts_with("Vertrag nicht zustellbar"));
        own.count()
    };
    app.deliver();
    assert_eq!(told(), 1);
    assert_eq!(app.status(CUSTOMER), "concluded");
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/kunden/4711/avv")
        .await
        .assert_says("Der Kunde hat seinen Vertrag nicht per E-Mail erhalten.");
    let start = operator.get("/betrieb").await;
    start
        .assert_says("Vertrag nicht zustellbar")
        .assert_says("E-Mail zurückgekommen");
    let id = app.text("max(id) FROM mails WHERE state = 'returned'");
    let mail = operator.get(&format!("/betrieb/mails/{id}")).await;
    let again = "main form[action$=nochmal]";
    // The address is corrected first.
    app.clock.advance(minutes(5));
    let page = operator.get("/kunden/4711/stammdaten/email").await;
    page.submit(&operator, "main form", &[("email", "neu@oezdemir.example")])
        .await
        .assert_status(303);
    let done = mail.submit(&operator, again, &[]).await;
    operator
        .follow(&done)
        .await
        .assert_says("Der Vertrag geht in einer neuen E-Mail an neu@oezdemir.example");
    let twice = mail.submit(&operator, again, &[]).await;
    operator
        .follow(&twice)
        .await
        .assert_says("schon noch einmal gesendet");
    assert_eq!(app.count("audit_events WHERE kind = 'contract_resent'"), 1);
    assert_eq!(app.count("alerts WHERE done_at IS NULL"), 0);
    app.jobs();
    let second = app.last_mail_to("neu@oezdemir.example");
    let pdf = |sent: &avv_portal::mail::transport::Sent| sent.written.attachments[0].bytes.clone();
    assert_eq!(pdf(&first), pdf(&second));
    assert_eq!(app.count("mails WHERE kind_key = 'concluded'"), 2);

    // A mail that arrived has no such button, and without an address or a customer nothing is sent.
    let sent = app.text("max(id) FROM mails WHERE kind_key = 'concluded'");
    let page = operator.get(&format!("/betrieb/mails/{sent}")).await;
    page.assert_silent_about("Vertrag noch einmal senden");
    app.sql(&format!(
        "UPDATE mails SET state = 'failed' WHERE id = {sent}"
    ))
    .unwrap();
    let page = operator.get(&format!("/betrieb/mails/{sent}")).await;
    app.sql("UPDATE customers SET email = NULL").unwrap();
    let refused = page.submit(&operator, again, &[]).await;
    operator
        .follow(&refused)
        .await
        .assert_says("keine E-Mail-Adresse hinterlegt");
    app.sql("UPDATE customers SET email = 'neu@oezdemir.example' WHERE number = '4711'")
        .unwrap();
    let (by, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| {
        let delete = avv_portal::actions::customers::delete;
        delete(conn, &app.app, &by, CUSTOMER, "weg", now).map(|_| ())
    });
    let refused = page.submit(&operator, again, &[]).await;
    operator
        .follow(&refused)
        .await
        .assert_says("wurde gelöscht");
    assert_eq!(app.count("mails WHERE kind_key = 'concluded'"), 2);
}

/// Two processes count the same day; a status has changed by time alone and no row shows it yet.
#[actix_web::test]
async fn a_day_is_counted_once_and_as_it_is() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    for _ in 0..3 {
        app.clock.advance(days(15));
        app.jobs();
    }
    let other = app.second_process();
    app.clock.advance(days(15));
    let now = app.now();
    let of = |status: &str| {
        app.text(&format!(
            "sum(customers) FROM status_days WHERE status = '{status}'"
        ))
    };
    assert!(jobs::count_at(&app.app, now).unwrap());
    assert!(!jobs::count_at(&other, now).unwrap());
    assert_eq!(
        app.count("status_days"),
        16,
        "every status, also those of nobody"
    );
    assert_eq!(
        (of("expired").as_str(), of("reminded").as_str()),
        ("1", "0")
    );
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/betrieb")
        .await
        .assert_says("gezählt am")
        .assert_says("Ohne Antwort abgelaufen");
    assert!(jobs::count_at(&other, now + days(1)).unwrap());
    assert_eq!(app.count("status_days"), 32);
}
