//! The mails in the life of a case as they are really sent: action, outbox, mail server (M8, M11,
//! M13, M15), and the news they contain (rows 19, 20, 23 to 26, 29, 43, 44, 49, 51). What M12 and a
//! demanded M1 say about access (rows 22, 35, 46, 48, 49).

use avv_portal::actions::customers::NewAddress;
use avv_portal::actions::{CaseCommand, bookings, consent, customers, partners, sub_partners};
use avv_portal::domain::audit::AuditKind;
use avv_portal::domain::case::{Demand, Event};
use avv_portal::domain::mail::{MailKind, Recipient};
use avv_portal::domain::{CustomerNumber, EmailAddress, Language, PartnerId};
use avv_portal::storage::agreements::find_pdf;
use avv_portal::storage::mails::{NewMail, queue_mail};

use crate::harness::{CUSTOMER, Person, SmtpStub, Taken, TestApp, days};
use crate::versions::put_in_force;

const MAIL: &str = "info@oezdemir.example";

/// The subject and the text part of a mail as the server received it, on one line.
fn read(mail: &Taken) -> String {
    let part = mail
        .raw
        .split("Content-Type: text/plain")
        .nth(1)
        .and_then(|part| part.split_once("\r\n\r\n"))
        .expect("a text part");
    let body = part.1.split("\r\n--").next().unwrap_or_default();
    let head = part.0.to_ascii_lowercase();
    assert!(
        head.contains("quoted-printable") || head.contains("7bit"),
        "{head}"
    );
    let body = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = (*first == b'=')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(hex.unwrap_or(*first));
        rest = if hex.is_some() { &tail[2..] } else { tail };
    }
    let text = String::from_utf8(bytes).expect("words");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Mails to an address since the `from`th mail of all, oldest first.
fn arrived(sink: &SmtpStub, from: usize, to: &str) -> Vec<String> {
    sink.taken()[from..]
        .iter()
        .filter(|mail| mail.to == to)
        .map(read)
        .collect()
}

#[track_caller]
fn one(mut mails: Vec<String>) -> String {
    assert_eq!(mails.len(), 1, "{mails:#?}");
    mails.remove(0)
}

#[track_caller]
fn says(mail: &str, sentences: &[&str]) {
    for sentence in sentences {
        assert!(mail.contains(sentence), "{sentence}\n{mail}");
    }
}

/// A portal whose customer has concluded for these products, with a sub-partner if wanted. Mails
/// are sent to the stub, from which the link is read.
async fn concluded(products: &[(&str, bool)], sub: Option<PartnerId>) -> (TestApp, SmtpStub) {
    let sink = SmtpStub::start();
    let app = TestApp::start_with(sink.transport()).await;
    if sub.is_some() {
        name_sub(&app, sub);
    }
    for (product, ums) in products {
        app.book(CUSTOMER, product, *ums);
    }
    app.jobs();
    conclude(&app, &sink).await;
    app.jobs();
    (app, sink)
}

async fn conclude(app: &TestApp, sink: &SmtpStub) {
    let browser = app.visitor();
    let page = browser.get(&newest_link(app, sink)).await;
    page.assert_status(200);
    page.submit(
        &browser,
        "main form[action^='/zustimmung/']",
        &[
            ("name", "Ayşe Özdemir"),
            ("funktion", "Geschäftsführerin"),
            ("vertretung", "on"),
            ("gelesen", "on"),
        ],
    )
    .await
    .assert_redirect("/erfolg");
}

fn newest_link(app: &TestApp, sink: &SmtpStub) -> String {
    let prefix = format!("{}/zustimmung/", app.url);
    let taken = sink.taken();
    let text = taken
        .iter()
        .rev()
        .map(read)
        .find(|text| text.contains(&prefix))
        .expect("a mail with a link");
    let start = text.find(&prefix).expect("it");
    text[start..]
        .split(' ')
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn name_sub(app: &TestApp, sub: Option<PartnerId>) {
    name_sub_of(app, CUSTOMER, sub);
}

fn name_sub_of(app: &TestApp, customer: CustomerNumber, sub: Option<PartnerId>) {
    let (viewer, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| sub_partners::name(conn, &app.app, &viewer, customer, sub, now).map(|_| ()));
}

fn assign(app: &TestApp, partner: Option<PartnerId>) {
    assign_of(app, CUSTOMER, partner);
}

fn assign_of(app: &TestApp, customer: CustomerNumber, partner: Option<PartnerId>) {
    let (viewer, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| partners::assign(conn, &app.app, &viewer, customer, partner, now).map(|_| ()));
}

fn cancel(app: &TestApp, booking: usize) {
    let (viewer, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| {
        bookings::cancel(conn, &app.app, &viewer, CUSTOMER, booking, Some(now), now).map(|_| ())
    });
}

/// Rows 20, 25, 24: named, replaced, left. The customer reads it in the mail and on the page, the
/// note is at the contract, and the document stays byte for byte.
#[actix_web::test]
async fn what_is_new_stands_in_mail_and_page_and_the_annex_note_at_the_contract() {
    let (app, sink) = concluded(&[("centraflex", false)], None).await;
    let companies = app.companies();
    let from = sink.taken().len();
    app.clock.advance(days(1));
    name_sub(&app, Some(companies.sub_partner));
    app.jobs();
    let mail = one(arrived(&sink, from, MAIL));
    let news = "Als Untervertriebspartner kommt Nord-TK GbR hinzu. Alles andere bleibt, wie Sie es am 23. November 2026 abgeschlossen haben.";
    says(
        &mail,
        &[
            &format!("Neu: {news}"),
            "Bis zum Abschluss gilt Ihr bisheriger Vertrag unverändert weiter.",
        ],
    );
    let visitor = app.visitor();
    let link = newest_link(&app, &sink);
    let page = visitor.get(&link).await;
    page.assert_says("Was ist neu?").assert_says(news);
    let english = visitor.get(&format!("{link}?sprache=en")).await;
    english.assert_says("Nord-TK GbR joins as sub-partner. Everything else stays as you accepted it on 23 November 2026.");
    let status = app.sign_in(Person::Partner).await;
    status.get("/kunden/4711/avv").await.assert_says(
        "Gegenüber dem Vertrag vom 23.11.2026 ändert die Anforderung: Untervertriebspartner Nord-TK GbR.",
    );

    // A reminder says it, too; then the customer concludes.
    app.clock.advance(days(15));
    app.jobs();
    let reminder = arrived(&sink, from, MAIL).pop().expect("a reminder");
    says(&reminder, &["Erinnerung 1 von 3", &format!("Neu: {news}")]);
    conclude(&app, &sink).await;
    app.jobs();

    // Row 25: one mail says who leaves and who comes.
    let from = sink.taken().len();
    app.clock.advance(days(1));
    name_sub(&app, Some(companies.second_sub));
    app.jobs();
    says(
        &one(arrived(&sink, from, MAIL)),
        &[
            "Neu: Der Untervertriebspartner Nord-TK GbR ist seit dem",
            "nicht mehr für Sie tätig. Als Untervertriebspartner kommt Fernmeldetechnik Süßenguth & Töchter GmbH hinzu.",
        ],
    );
    // Row 23 in the words of one who left before: the request is withdrawn, the contract stays in
    // force.
    let from = sink.taken().len();
    name_sub(&app, None);
    app.jobs();
    says(
        &one(arrived(&sink, from, MAIL)),
        &["Das ist nicht mehr nötig.", "gilt unverändert weiter"],
    );
    let agreement = app.case(CUSTOMER).agreement().expect("in force").clone();
    let left = agreement.sub_partner_left.expect("it left");
    let note = format!(
        "Untervertriebspartner Nord-TK GbR entfällt ab {}.",
        avv_portal::domain::calendar::short_date(
            avv_portal::domain::calendar::day(left),
            Language::De
        )
    );
    let bytes = app
        .read(|conn| Ok(find_pdf(conn, agreement.id)?))
        .expect("a PDF");
    for (person, path) in [
        (Person::Customer, "/administration/avv"),
        (Person::Operator, "/kunden/4711/avv"),
        (Person::Partner, "/kunden/4711/avv"),
    ] {
        let page = app.sign_in(person).await.get(path).await;
        page.assert_status(200).assert_says(&note);
    }
    let after = app
        .read(|conn| Ok(find_pdf(conn, agreement.id)?))
        .expect("a PDF");
    assert_eq!(bytes, after, "5.6-7");
}

/// Row 24: the sub-partner leaves without another one.
#[actix_web::test]
async fn the_customer_is_told_that_a_sub_partner_left() {
    let sink = SmtpStub::start();
    let app = TestApp::start_with(sink.transport()).await;
    name_sub(&app, Some(app.companies().sub_partner));
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    conclude(&app, &sink).await;
    app.jobs();
    let from = sink.taken().len();
    name_sub(&app, None);
    app.jobs();
    says(
        &one(arrived(&sink, from, MAIL)),
        &[
            "Der Untervertriebspartner Nord-TK GbR ist seit dem 23. November 2026 nicht mehr für Sie tätig",
            "Ihr Vertriebspartner Muster IT GmbH kann Ihr Produkt Tengo Centraflex weiter für Sie verwalten.",
            "Sie brauchen nichts zu tun.",
        ],
    );
}

/// Rows 26 and 28: another Mandant.
#[actix_web::test]
async fn a_new_partner_is_told_to_the_customer_and_the_old_one_gets_no_way_back() {
    let (app, sink) = concluded(&[("centraflex", false)], None).await;
    let from = sink.taken().len();
    assign(&app, Some(app.companies().foreign_partner));
    app.jobs();
    let mail = one(arrived(&sink, from, MAIL));
    says(
        &mail,
        &[
            "um den neuen Abschluss eines Auftragsverarbeitungsvertrags: Ihr neuer Vertriebspartner Anders Systemhaus GmbH soll",
            "Neu: Ihr Vertriebspartner ist jetzt Anders Systemhaus GmbH. Muster IT GmbH betreut Sie nicht mehr.",
            "Ein Vertriebspartner hat bis dahin aber keinen Zugriff",
        ],
    );
    let old = one(arrived(&sink, from, "info@muster-it.example"));
    says(
        &old,
        &["wird seit dem 23. November 2026 nicht mehr von Ihnen betreut"],
    );
    for word in ["/kunden", "Anders Systemhaus", "gesperrt"] {
        assert!(!old.contains(word), "{word}: {old}");
    }
    let page = app.visitor().get(&newest_link(&app, &sink)).await;
    page.assert_says("Muster IT GmbH betreut Sie nicht mehr.")
        .assert_says("mit uns weiter; ein Vertriebspartner hat bis dahin aber keinen Zugriff");
    // The new partner does not see on the status page which partner was there before; the operator
    // does.
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/kunden/4711/avv")
        .await
        .assert_says("Vertriebspartner Anders Systemhaus GmbH statt Muster IT GmbH");
    let new = app.sign_in(Person::ForeignPartner).await;
    let page = new.get("/kunden/4711/avv").await;
    page.assert_says("ändert die Anforderung: Vertriebspartner Anders Systemhaus GmbH.");

    let (link, now) = (app.newest_link(CUSTOMER), app.now());
    app.write(|conn| consent::decline(conn, &app.app, link, "", now));
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "renewal_required");
    let page = operator.get("/kunden/4711/avv").await;
    page.assert_says("Die letzte Anforderung hat der Kunde am 23.11.2026 abgelehnt.");
    says(
        &arrived(&sink, from, "info@anders.example")
            .pop()
            .expect("M5"),
        &["hat den Neuabschluss des Auftragsverarbeitungsvertrags mit Plusnet GmbH"],
    );
}

/// Rows 43, 44 and 19: products end.
#[actix_web::test]
async fn ended_products_and_the_ended_contract_are_told() {
    let both = [("centraflex", false), ("mehrstandort-sip-trunk", true)];
    let (app, sink) = concluded(&both, None).await;
    let from = sink.taken().len();
    cancel(&app, 1);
    app.jobs();
    says(
        &one(arrived(&sink, from, MAIL)),
        &[
            "Ihr Produkt Mehrstandort-SIP-Trunk mit UMS-Option endete am 23. November 2026.",
            "Ihr Vertriebspartner Muster IT GmbH darf Ihr Produkt Tengo Centraflex weiter für Sie verwalten.",
            "geben wir Ihnen zurück oder löschen sie",
        ],
    );
    let from = sink.taken().len();
    cancel(&app, 0);
    app.jobs();
    says(
        &one(arrived(&sink, from, MAIL)),
        &[
            "vom 23. November 2026 endete am 23. November 2026.",
            "Er galt für Ihre Produkte Tengo Centraflex und Mehrstandort-SIP-Trunk mit UMS-Option.",
            "bis zum 31. Dezember 2029 auf",
        ],
    );
    // Row 19: never concluded.
    let late = app.add_customer(8300, "Kurz GmbH", Some("post@kurz.example"));
    app.book(late, "centraflex", false);
    app.jobs();
    let from = sink.taken().len();
    let (viewer, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| {
        bookings::cancel(conn, &app.app, &viewer, late, 0, Some(now), now).map(|_| ())
    });
    app.jobs();
    says(
        &one(arrived(&sink, from, "post@kurz.example")),
        &["Sie haben kein Produkt mehr, für das dieser Vertrag gebraucht wird."],
    );
}

/// Rows 29 and 51: M11 and M13 in one mail, and M13 to a customer that is deleted.
#[actix_web::test]
async fn the_end_is_told_when_nobody_looks_after_the_customer_and_after_deletion() {
    let (app, sink) = concluded(&[("centraflex", false)], None).await;
    let from = sink.taken().len();
    assign(&app, None);
    app.jobs();
    says(
        &one(arrived(&sink, from, MAIL)),
        &[
            "Ihr Vertriebspartner Muster IT GmbH betreut Sie nicht mehr, und einen anderen Vertriebspartner haben Sie nicht.",
            "Sie verwalten Ihr Produkt Tengo Centraflex jetzt selbst",
            "bis zum 31. Dezember 2029 auf",
        ],
    );

    let (app, sink) = concluded(&[("centraflex", false)], None).await;
    let from = sink.taken().len();
    let (viewer, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| {
        customers::delete(conn, &app.app, &viewer, CUSTOMER, "geheimer Grund", now).map(|_| ())
    });
    app.jobs();
    let mail = one(arrived(&sink, from, MAIL));
    says(
        &mail,
        &[
            "Wir führen Sie im Portal nicht mehr als Kunden",
            "bis zum 31. Dezember 2029 auf",
        ],
    );
    assert!(
        !mail.contains("geheimer Grund") && !mail.contains("/administration"),
        "S-22: {mail}"
    );
}

/// Rows 9 and 47: the former address is told; the link is only sent to the new one.
#[actix_web::test]
async fn the_former_address_is_told_that_requests_go_elsewhere() {
    let sink = SmtpStub::start();
    let app = TestApp::start_with(sink.transport()).await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let from = sink.taken().len();
    let (viewer, now) = (app.viewer(Person::Operator), app.now());
    let new: NewAddress = EmailAddress::parse("vertrag@oezdemir.example")
        .expect("one")
        .into();
    app.write(|conn| {
        customers::change_email(conn, &app.app, &viewer, CUSTOMER, &new, now).map(|_| ())
    });
    app.jobs();
    let mail = one(arrived(&sink, from, MAIL));
    // A5: no typed text becomes a link.
    let unlinked =
        avv_portal::domain::unlinked::unlinked("v•••@oezdemir.example").replace('\u{200A}', " ");
    says(
        &mail,
        &[
            &format!(
                "seit dem 23. November 2026 um 10:00 Uhr eine andere E-Mail-Adresse: {unlinked}."
            ),
            "rufen Sie uns bitte gleich an: 0221 4710-123",
        ],
    );
    for word in ["/zustimmung/", "vertrag@", "Muster IT", "Centraflex"] {
        assert!(!mail.contains(word), "{word}: {mail}");
    }
    says(
        &one(arrived(&sink, from, "vertrag@oezdemir.example")),
        &[
            "Links aus früheren E-Mails gelten nicht mehr.",
            "/zustimmung/",
        ],
    );
}

/// Row 49: the customer and the partner are told; never the reason.
#[actix_web::test]
async fn a_blocked_partner_and_its_customer_are_told() {
    let (app, sink) = concluded(&[("centraflex", false)], None).await;
    let (partner, now) = (app.companies().partner, app.now());
    app.sql(&format!(
        "UPDATE partners SET blocked_at = '{}' WHERE id = {partner}",
        now.to_rfc3339()
    ))
    .expect("blocked");
    let from = sink.taken().len();
    app.write(|conn| {
        CaseCommand::by_portal(CUSTOMER, now)
            .execute(conn, &app.app, &Event::PartnerBlocked(partner), |_| {
                AuditKind::ToldPartnerBlocked {
                    name: "Muster IT GmbH".to_owned(),
                }
            })
            .map(|_| ())?;
        let mail = NewMail {
            step: "blocked".to_owned(),
            kind: MailKind::PartnerBlocked,
            to: Recipient::Partner(partner),
            customer: None::<CustomerNumber>,
            message_id: app.app.new_message_id(),
        };
        Ok(queue_mail(conn, &mail, now)?)
    });
    app.jobs();
    says(
        &one(arrived(&sink, from, MAIL)),
        &[
            "Am 23. November 2026 haben wir im Portal den Zugriff Ihres Vertriebspartners Muster IT GmbH gesperrt.",
            "gilt weiter",
        ],
    );
    says(
        &one(arrived(&sink, from, "info@muster-it.example")),
        &[
            "hat den Zugriff von Muster IT GmbH auf die Produkte von Kunden im Portal am 23. November 2026 um 10:00 Uhr gesperrt.",
            "für alle Ihre Kunden",
        ],
    );
}

/// What happened to a customer that concluded for Centraflex with a sub-partner.
#[derive(Debug, Clone, Copy)]
enum Since {
    Nothing,
    /// Row 25, then row 22: the amendment for another sub-partner was declined.
    OtherSubDeclined,
    /// Row 24: the sub-partner left.
    SubLeft,
    /// Row 46, then row 22: the amendment for a further product was declined.
    ProductDeclined,
    /// Row 26: another Mandant was assigned.
    OtherPartner,
    /// Row 20: the customer was asked because of another sub-partner.
    OtherSubAsked,
    /// Row 49: the partner was blocked; applies to all that follow in a table.
    Blocked,
}

/// A portal with one customer per row of a table, all of which have concluded version 1.0.
async fn table_of(lines: usize) -> (TestApp, Vec<(CustomerNumber, String)>) {
    let app = TestApp::start().await;
    let (partner, sub) = (app.companies().partner, app.companies().sub_partner);
    let mut all = Vec::new();
    for (line, number) in (0..lines).zip(8501..) {
        let (name, mail) = (
            format!("Zeile {line} GmbH"),
            format!("post@zeile{line}.example"),
        );
        let (german, chain) = (Language::De, (Some(partner), Some(sub)));
        let customer = app.add_customer_of(chain.0, chain.1, number, &name, Some(&mail), german);
        app.book(customer, "centraflex", false);
        all.push((customer, mail));
    }
    app.deliver();
    for (_, mail) in &all {
        app.conclude(mail).await;
    }
    app.deliver();
    app.clock.advance(days(2));
    (app, all)
}

fn happen(app: &TestApp, customer: CustomerNumber, since: Since) {
    let now = app.now();
    let declined = || {
        let link = app.newest_link(customer);
        app.write(|conn| consent::decline(conn, &app.app, link, "", now));
    };
    match since {
        Since::Nothing => {}
        Since::SubLeft => name_sub_of(app, customer, None),
        Since::OtherSubAsked => name_sub_of(app, customer, Some(app.companies().second_sub)),
        Since::OtherSubDeclined => {
            name_sub_of(app, customer, Some(app.companies().second_sub));
            declined();
        }
        Since::ProductDeclined => {
            app.book(customer, "sip-trunk", true);
            declined();
        }
        Since::OtherPartner => assign_of(app, customer, Some(app.companies().foreign_partner)),
        Since::Blocked => {
            let partner = app.companies().partner;
            let sql = format!(
                "UPDATE partners SET blocked_at = '{}' WHERE id = {partner}",
                now.to_rfc3339()
            );
            app.sql(&sql).expect("blocked");
        }
    }
}

/// Queues M12 as the roll-out does, without sending it.
fn tell_of_version(app: &TestApp, customer: CustomerNumber) {
    let now = app.now();
    app.write(|conn| {
        CaseCommand::by_portal(customer, now)
            .execute(conn, &app.app, &Event::ToldOfVersion, |_| {
                AuditKind::LinkOpened
            })
            .map(|_| ())
    });
}

fn in_force_tomorrow(app: &TestApp, version: &str) {
    let tomorrow = (app.now() + days(1)).date_naive();
    put_in_force(app, version, tomorrow);
    app.clock.advance(days(2));
}

/// Row 35: M12 mentions no access that the agreement in force does not give.
#[actix_web::test]
async fn a_new_version_is_told_without_promising_access() {
    let goes_on = "gilt mit der Fassung 1.0 unverändert weiter";
    let alone = "Ihr Vertriebspartner Muster IT GmbH darf damit Ihr Produkt Tengo Centraflex weiter für Sie verwalten.";
    let table = [
        (
            Since::Nothing,
            format!(
                "{goes_on}, und Ihr Vertriebspartner Muster IT GmbH und dessen Untervertriebspartner Nord-TK GbR dürfen damit Ihr Produkt Tengo Centraflex weiter für Sie verwalten."
            ),
        ),
        (Since::OtherSubDeclined, format!("{goes_on}, und {alone}")),
        (Since::SubLeft, format!("{goes_on}, und {alone}")),
        (
            Since::ProductDeclined,
            format!(
                "{goes_on}, und Ihr Vertriebspartner Muster IT GmbH und dessen Untervertriebspartner Nord-TK GbR dürfen damit Ihr Produkt Tengo Centraflex weiter für Sie verwalten."
            ),
        ),
        (Since::Blocked, format!("{goes_on}. WAS IST NEU?")),
    ];
    let (app, customers) = table_of(table.len()).await;
    in_force_tomorrow(&app, "2.0");
    for ((since, sentence), (customer, mail)) in table.iter().zip(&customers) {
        happen(&app, *customer, *since);
        app.jobs();
        tell_of_version(&app, *customer);
        app.jobs();
        let told = app.last_mail_to(mail).written;
        assert!(
            told.subject.starts_with("Neue Fassung"),
            "{since:?}: {}",
            told.subject
        );
        let text = told.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(sentence), "{since:?}: {sentence}\n{text}");
    }
}

/// Row 35, L-08: what was true when M12 was queued may be wrong when it is sent.
#[actix_web::test]
async fn a_new_version_is_not_told_when_it_is_no_news_any_more() {
    let table = [
        (
            Since::OtherPartner,
            "den heutigen Vertriebspartner nicht nennt",
        ),
        (
            Since::OtherSubAsked,
            "inzwischen um einen Abschluss gebeten ist",
        ),
        // A later version comes last, because it is in force for all customers.
        (Since::Nothing, "inzwischen eine andere Fassung gilt"),
    ];
    let (app, customers) = table_of(table.len()).await;
    in_force_tomorrow(&app, "2.0");
    for ((since, why), (customer, mail)) in table.iter().zip(&customers) {
        tell_of_version(&app, *customer);
        happen(&app, *customer, *since);
        if matches!(since, Since::Nothing) {
            in_force_tomorrow(&app, "3.0");
        }
        app.jobs();
        let reply = app.text(&format!(
            "min(state || ': ' || reply) FROM mails WHERE customer_number = '{customer}' AND step LIKE 'new-version:%'"
        ));
        assert!(
            reply.starts_with("dropped: nicht gesendet") && reply.contains(why),
            "{since:?}: {reply}"
        );
        let subjects = app.subjects_to(mail);
        assert!(
            !subjects.iter().any(|one| one.contains("Neue Fassung")),
            "{subjects:?}"
        );
    }
}

/// Rows 48 and 36: products that are not covered are not managed yet, whatever demanded the
/// conclusion.
#[actix_web::test]
async fn a_demanded_conclusion_says_what_is_managed_and_what_is_to_be() {
    let table = [
        (
            Since::Nothing,
            "dessen Untervertriebspartner Nord-TK GbR verwalten Ihr Produkt Tengo Centraflex für Sie.",
        ),
        (
            Since::OtherSubDeclined,
            "dessen Untervertriebspartner Fernmeldetechnik Süßenguth & Töchter GmbH sollen Ihr Produkt Tengo Centraflex für Sie verwalten.",
        ),
        (
            Since::ProductDeclined,
            "dessen Untervertriebspartner Nord-TK GbR sollen Ihre Produkte Tengo Centraflex und SIP-Trunk mit UMS-Option für Sie verwalten.",
        ),
    ];
    let (app, customers) = table_of(table.len()).await;
    for ((since, sentence), (customer, mail)) in table.iter().zip(&customers) {
        happen(&app, *customer, *since);
        app.jobs();
        let now = app.now();
        app.write(|conn| {
            CaseCommand::by_portal(*customer, now)
                .execute(conn, &app.app, &Event::Demanded(Demand::Succession), |_| {
                    AuditKind::LinkOpened
                })
                .map(|_| ())
        });
        app.jobs();
        let text = app.last_mail_to(mail).written.text;
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("ihn neu abzuschließen"), "{since:?}\n{text}");
        assert!(text.contains(sentence), "{since:?}: {sentence}\n{text}");
    }
}
