//! Announced changes of sub-processors: rows 38 to 42, C-14 to C-19, LC-24, LC-30, EV-12.

use avv_portal::actions::announcements;
use avv_portal::actions::bulk_runs::{StepResult, Turn};
use avv_portal::actions::{ActionError, documents, notices as acts};
use avv_portal::domain::notice::{DissentWay, NoticeState, Settlement};
use avv_portal::domain::{CustomerNumber, Language};
use avv_portal::storage::notices::{Wanted, count_notices, list_notices};
use avv_portal::storage::sub_processors;

use crate::announce::{self, announce, company, confirm, draft, link, notice, register};
use crate::harness::{CUSTOMER, FOREIGN_CUSTOMER, PASSWORD, Person, TestApp, days, hours};
use crate::seeded::World;

const MAIL: &str = "info@oezdemir.example";
const GATE: &str = "/zugriff/4711/centraflex";
const OLD: &str = "RZ Rheinland mbH";
const NEW: &str = "RZ Alpen AG";

/// A customer with an agreement that names the first company of the list.
pub async fn concluded() -> TestApp {
    let app = TestApp::start().await;
    register(&app, OLD);
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    app.jobs();
    app
}

fn state(app: &TestApp) -> NoticeState {
    notice(app, CUSTOMER).facts.state(app.now())
}

fn contract_of(app: &TestApp, number: i64) -> String {
    app.text(&format!(
        "string_agg(plain_text, '' ORDER BY a.position) FROM agreement_documents d \
         JOIN agreements a ON a.id = d.agreement_id WHERE a.customer_number = '{number}' AND a.ended_at IS NULL"
    ))
}

/// From the empty draft to the letter about the result, as users do it.
#[actix_web::test]
async fn a_change_is_announced_answered_and_settled() {
    let app = concluded().await;
    assert!(contract_of(&app, 4711).contains(OLD), "the register's list");
    let operator = app.sign_in(Person::Operator).await;
    let partner = app.sign_in(Person::Partner).await;
    operator
        .get("/betrieb/unterauftragsverarbeiter")
        .await
        .assert_status(200)
        .assert_says(OLD);
    let page = operator.get("/betrieb/unterauftragsverarbeiter").await;
    let begun = page
        .submit(
            &operator,
            "form[action='/betrieb/aenderungsmitteilungen'][method=post]",
            &[],
        )
        .await;
    let at = begun.location();
    let page = operator.get(&at).await;
    page.assert_status(200).assert_says("Noch erfährt niemand");

    // LC-24, LC-30: fields, no mechanism inside the EEA, one outside.
    let entry = format!("{at}/eintrag?ersetzt=1");
    let fields = [
        ("name", NEW),
        ("verarbeitung", "Schweiz"),
        ("verarbeitung_en", "Switzerland"),
        ("abgrenzung", "Sieht keine Gespräche"),
        ("abgrenzung_en", "Sees no calls"),
    ];
    let with = |more: &[(&'static str, &'static str)]| {
        let mut all = fields.to_vec();
        all.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        all.extend(more);
        all
    };
    for (wrong, says) in [
        (with(&[]), "ohne dass eine Grundlage"),
        (with(&[("garantie", "Art. 49 DSGVO")]), "Art. 49"),
        (
            with(&[
                ("verarbeitung", "Deutschland"),
                ("verarbeitung_en", "Germany"),
                ("garantie", "Standardvertragsklauseln"),
            ]),
            "braucht keine Grundlage",
        ),
        (
            with(&[("verarbeitung_en", "Germany"), ("garantie", "Beschluss")]),
            "nicht denselben Ort",
        ),
        (with(&[("leistung", " ")]), "„Leistung“ fehlt noch"),
        (with(&[("email", "keine")]), "genau eine Adresse"),
    ] {
        let form = operator.get(&entry).await;
        form.assert_status(200).assert_says(OLD);
        form.submit(&operator, "main form", &wrong)
            .await
            .assert_status(422)
            .assert_says(says);
    }
    let form = operator.get(&entry).await;
    let half = with(&[("garantie", "Angemessenheitsbeschluss")]);
    form.submit(&operator, "main form", &half)
        .await
        .assert_status(422)
        .assert_says("in beiden Sprachen");
    let right = with(&[
        ("garantie", "Angemessenheitsbeschluss"),
        ("garantie_en", "Adequacy decision"),
    ]);
    form.submit(&operator, "main form", &right)
        .await
        .assert_redirect(&at);

    // 5.7: the day after the period at the earliest.
    let reasons = [
        ("grund", "Umzug <b>in</b> die Schweiz"),
        ("grund_en", "Move to Switzerland"),
    ];
    let save = format!("form[action='{at}']");
    let page = operator.get(&at).await;
    let mut early = reasons.to_vec();
    early.push(("beginn", "2026-12-07"));
    page.submit(&operator, &save, &early)
        .await
        .assert_status(422)
        .assert_says("Wählen Sie den 08.12.2026");
    let mut fits = reasons.to_vec();
    fits.push(("beginn", "2026-12-08"));
    page.submit(&operator, &save, &fits)
        .await
        .assert_redirect(&at);

    let preview = operator.get(&format!("{at}/vorschau")).await;
    preview
        .assert_status(200)
        .assert_says("Montag, 7. Dezember 2026")
        .assert_says("Monday, 7 December 2026")
        .assert_says("Ein Kunde mit einem geltenden Vertrag");
    let public = at.replace("/betrieb", "");
    app.visitor().get(&public).await.assert_status(404);
    preview
        .submit(
            &operator,
            "main form[method=post]",
            &[("passwort", "falsch")],
        )
        .await
        .assert_status(422);
    app.jobs();
    assert_eq!(app.count("notices"), 0, "not confirmed yet");
    let confirm = [("passwort", PASSWORD)];
    preview
        .submit(&operator, "main form[method=post]", &confirm)
        .await
        .assert_redirect(&at);
    // A double click confirms once.
    preview
        .submit(&operator, "main form[method=post]", &confirm)
        .await
        .assert_redirect(&at);
    app.jobs();
    app.jobs();

    // Row 38.
    assert_eq!(state(&app), NoticeState::Running);
    let mail = app.last_mail_to(MAIL);
    assert!(mail.written.subject.starts_with("Änderung bei weiteren"));
    let text = mail.written.text.replace(['\n', '\u{a0}'], " ");
    for fact in [
        OLD,
        NEW,
        "<b>in</b>",
        "7. Dezember 2026",
        "8. Dezember 2026",
        "Angemessenheitsbeschluss",
    ] {
        assert!(text.contains(fact), "{fact}: {text}");
    }
    assert!(!mail.written.html.contains("<b>in</b>"));
    assert!(mail.written.text.contains(&format!("{}{public}", app.url)));
    let id = notice(&app, CUSTOMER).id;
    let own = link(&app, id);
    assert!(mail.written.text.contains(&format!("{}{own}", app.url)));
    partner.get(GATE).await.assert_status(204);
    let visitor = app.visitor();
    for (path, word) in [
        (public.clone(), "Die Liste bisher"),
        (format!("{public}?sprache=en"), "The list until now"),
    ] {
        visitor
            .get(&path)
            .await
            .assert_status(200)
            .assert_says(OLD)
            .assert_says(NEW)
            .assert_says(word)
            .assert_silent_about("zdemir");
    }

    // Row 39, by the link: GET changes nothing, an empty form neither.
    let before = app.everything();
    let page = visitor.get(&own).await;
    page.assert_status(200)
        .assert_says("Montag, 7. Dezember 2026");
    visitor
        .get(&format!("{own}?sprache=en"))
        .await
        .assert_says("Dissent from this change");
    page.submit(&visitor, "main form", &[("name", "  ")])
        .await
        .assert_status(422)
        .assert_says("Vor- und Nachnamen")
        .assert_says("Bestätigen Sie, dass Sie Einspruch erheben");
    assert_eq!(app.changes_since(&before), [""; 0]);
    let said = [
        ("name", "Ayşe <i>Özdemir</i>"),
        ("nachricht", "Wir möchten\r\nkeine Schweiz."),
        ("erklaerung", "ja"),
    ];
    page.submit(&visitor, "main form", &said)
        .await
        .assert_redirect(&own);
    let events = app.count("audit_events");
    page.submit(&visitor, "main form", &said)
        .await
        .assert_redirect(&own);
    assert_eq!(app.count("audit_events"), events, "a double click");
    visitor
        .get(&own)
        .await
        .assert_says("Ihr Einspruch liegt uns vor")
        .assert_silent_about("keine Schweiz");
    app.jobs();
    assert_eq!(state(&app), NoticeState::Dissent);
    let receipt = app.last_mail_to(MAIL);
    assert!(receipt.written.subject.starts_with("Einspruch erhalten"));
    let alert = app.last_mail_to("avv@plusnet.example");
    assert!(alert.written.text.contains("hat Einspruch"));
    let open = "alerts WHERE kind = 'dissent' AND done_at IS NULL";
    assert_eq!(app.count(open), 1);
    partner.get(GATE).await.assert_status(204);
    assert_eq!(app.status(CUSTOMER), "concluded", "5.2");

    // History for customer and operator, nothing for partners (5.8-19).
    let customer = app.sign_in(Person::Customer).await;
    for (browser, path) in [
        (&customer, "/administration/avv"),
        (&operator, "/administration/avv?kunde=4711"),
        (&operator, "/kunden/4711/avv"),
    ] {
        browser
            .get(path)
            .await
            .assert_status(200)
            .assert_says("Einspruch gegen die angekündigte Änderung");
    }
    partner
        .get("/kunden/4711/avv")
        .await
        .assert_silent_about("Einspruch")
        .assert_silent_about("weiteren Auftragsverarbeitern");

    // Row 41.
    let page = operator.get(&format!("/betrieb/mitteilungen/{id}")).await;
    page.assert_status(200)
        .assert_says("Ayşe <i>Özdemir</i>")
        .assert_says("keine Schweiz");
    let form = "form[action$='/ergebnis']";
    page.submit(&operator, form, &[]).await.assert_status(422);
    let result = [
        ("ergebnis", "exempted"),
        ("bemerkung", "am Telefon geklärt"),
    ];
    page.submit(&operator, form, &result)
        .await
        .assert_status(303);
    page.submit(&operator, form, &result)
        .await
        .assert_status(303);
    app.jobs();
    assert_eq!(state(&app), NoticeState::Exempted);
    let letters = app.subjects_to(MAIL);
    let results = letters
        .iter()
        .filter(|s| s.starts_with("Ergebnis zu Ihrem Einspruch"));
    assert_eq!(results.count(), 1, "{letters:?}");
    assert_eq!(app.count(open), 0, "settled with the dissent");
    customer
        .get("/administration/avv")
        .await
        .assert_says("Ausgenommen")
        .assert_silent_about("am Telefon geklärt");
    app.clock.advance(days(60));
    assert!(!notice(&app, CUSTOMER).facts.applies(app.now()));

    // A later conclusion of this customer leaves the change out; others get the new list.
    app.book(CUSTOMER, "mehrstandort-sip-trunk", true);
    app.book(FOREIGN_CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    app.conclude("info@fremd-kunde.example").await;
    let own = contract_of(&app, 4711);
    assert!(own.contains(OLD) && !own.contains(NEW));
    let other = contract_of(&app, 9000);
    assert!(other.contains(NEW) && !other.contains(OLD));
    assert!(avv_portal::actions::audit::verify(&app.app, None).is_ok());
}

/// Row 40 and C-18: after the period the page explains it; so do the portal and the operator's
/// page.
#[actix_web::test]
async fn after_the_period_nobody_dissents_any_more() {
    let app = TestApp::start().await;
    register(&app, OLD);
    let customer = app.add_customer_of(
        Some(app.companies().partner),
        None,
        6100,
        "Smith & Sons Ltd",
        Some("office@smith.example"),
        Language::En,
    );
    for number in [customer, CUSTOMER] {
        app.book(number, "centraflex", false);
    }
    app.jobs();
    app.conclude("office@smith.example").await;
    app.conclude(MAIL).await;
    let announcement = announce(&app, NEW);
    let mail = app.last_mail_to("office@smith.example");
    assert!(mail.written.subject.starts_with("Change of sub-processors"));
    let (english, german) = (notice(&app, customer), notice(&app, CUSTOMER));
    let page = app.visitor().get(&link(&app, english.id)).await;
    page.assert_says("You may dissent up to and including Monday, 7 December 2026");

    app.at("2026-12-07 23:59");
    assert_eq!(state(&app), NoticeState::Running);
    app.at("2026-12-08 00:00");
    assert_eq!(state(&app), NoticeState::NoDissent);
    assert!(notice(&app, customer).facts.applies(app.now()));
    let visitor = app.visitor();
    let said = [("name", "Jo Smith"), ("erklaerung", "ja")];
    page.submit(&visitor, "main form", &said)
        .await
        .assert_status(303);
    visitor
        .get(&link(&app, english.id))
        .await
        .assert_status(200)
        .assert_says("The period for dissent is over")
        .assert_says("please talk to us")
        .assert_says("0221 4710-123");
    let own = app.sign_in(Person::Customer).await;
    let path = format!("/administration/avv/einspruch/{}", german.id);
    own.get(&path).await.assert_redirect("/administration/avv");
    own.get("/administration/avv")
        .await
        .assert_says("Die Frist für den Einspruch ist vorbei")
        .assert_says("Ohne Einspruch");

    // A dissent that was received in time counts although it is recorded later (row 39).
    let operator = app.sign_in(Person::Operator).await;
    let page = operator
        .get(&format!("/betrieb/mitteilungen/{}", german.id))
        .await;
    let record = |on: &'static str| {
        [
            ("weg", "letter"),
            ("datum", on),
            ("person", "Erika Muster"),
            ("notiz", ""),
        ]
    };
    let form = "form[action$='/einspruch']";
    for wrong in ["2026-12-09", "2026-11-22", ""] {
        page.submit(&operator, form, &record(wrong))
            .await
            .assert_status(422);
    }
    page.submit(&operator, form, &record("2026-12-08"))
        .await
        .assert_status(303);
    assert_eq!(state(&app), NoticeState::NoDissent, "too late");
    page.submit(&operator, form, &record("2026-12-07"))
        .await
        .assert_status(303);
    assert_eq!(state(&app), NoticeState::Dissent);
    assert_eq!(
        notice(&app, CUSTOMER).facts.dissent.map(|one| one.way),
        Some(DissentWay::Letter)
    );
    operator
        .get(&format!(
            "/betrieb/aenderungsmitteilungen/{announcement}?stand=dissent"
        ))
        .await
        .assert_status(200)
        .assert_says("zdemir")
        .assert_silent_about("Smith");
}

/// In the portal only for the user's own company (S-51); by link only with a token made for it
/// (S-11).
#[actix_web::test]
async fn only_the_customer_dissents() {
    let world = World::build().await;
    let app = &world.app;
    announce(app, NEW);
    let (own, foreign) = (notice(app, CUSTOMER), notice(app, FOREIGN_CUSTOMER));
    let customer = app.sign_in(Person::Customer).await;
    let path = |id| format!("/administration/avv/einspruch/{id}");
    customer.get(&path(foreign.id)).await.assert_status(404);
    let page = customer.get(&path(own.id)).await;
    page.assert_status(200);
    let token = page
        .attribute("main form input[name=csrf]", "value")
        .unwrap();
    let fields = [("csrf", token.as_str()), ("erklaerung", "ja")];
    customer
        .post(&path(foreign.id), &fields)
        .await
        .assert_status(404);
    page.submit(&customer, "main form", &[])
        .await
        .assert_status(422);
    let visitor = app.visitor();
    let consent = World::token(&world.open);
    let made = link(app, own.id);
    let token = made.rsplit('/').next().unwrap();
    for path in [
        format!("/einspruch/{consent}"),
        format!("/einspruch/{}", world.password_token(Person::Customer)),
        format!("/einspruch/{}", "A".repeat(64)),
        format!("/zustimmung/{token}"),
        format!("/passwort/{token}"),
    ] {
        visitor
            .get_with(&path, &[("x-forwarded-for", "198.51.100.7")])
            .await
            .assert_status(404);
    }
    assert_eq!(app.count("notices WHERE dissent_at IS NOT NULL"), 0);
    page.submit(&customer, "main form", &[("erklaerung", "ja")])
        .await
        .assert_redirect("/administration/avv");
    app.jobs();
    assert_eq!(state(app), NoticeState::Dissent);
    assert_eq!(
        notice(app, FOREIGN_CUSTOMER).facts.state(app.now()),
        NoticeState::Running
    );
    customer
        .get("/administration/avv")
        .await
        .assert_says("Einspruch eingegangen am 23.11.2026");
    // Terminated: leads on to the customer's bookings (row 43).
    let operator = app.sign_in(Person::Operator).await;
    let page = operator
        .get(&format!("/betrieb/mitteilungen/{}", own.id))
        .await;
    page.submit(
        &operator,
        "form[action$='/ergebnis']",
        &[("ergebnis", "terminated")],
    )
    .await
    .assert_redirect("/kunden/4711");
    assert_eq!(state(app), NoticeState::Terminated);
}

/// 5.7: a customer whose mail is sent late has its own period, and the change begins later for it.
/// If it did not arrive, no period begins and it is sent again.
#[actix_web::test]
async fn a_late_mail_gives_its_customer_the_whole_period() {
    let world = World::build().await;
    let app = &world.app;
    let id = draft(app, NEW);
    confirm(app, id);
    let now = app.now();
    app.write(|conn| {
        let both = StepResult::Taken { done: 2, failed: 0 };
        assert_eq!(announce::step_in(conn, &app.app, now)?, both);
        Ok(())
    });
    app.sql("UPDATE mails SET next_attempt_at = next_attempt_at + interval '5 days' WHERE customer_number = '9000' AND state = 'queued'")
        .unwrap();
    app.jobs();
    let late = || notice(app, FOREIGN_CUSTOMER);
    assert_eq!(late().facts.state(app.now()), NoticeState::Unsent);
    app.clock.advance(days(5));
    app.jobs();
    let starts = |customer| notice(app, customer).facts.starts_on().unwrap().to_string();
    assert_eq!(starts(CUSTOMER), "2026-12-08");
    assert_eq!(starts(FOREIGN_CUSTOMER), "2026-12-13");
    let text = app.last_mail_to("info@fremd-kunde.example").written.text;
    assert!(
        text.replace(['\n', '\u{a0}'], " ")
            .contains("12. Dezember 2026"),
        "{text}"
    );
    app.at("2026-12-10 12:00");
    assert_eq!(state(app), NoticeState::NoDissent);
    assert_eq!(late().facts.state(app.now()), NoticeState::Running);

    // It came back: no period begins until it is sent again.
    let (mail, now) = (late().mail.unwrap(), app.now());
    app.sql(&format!(
        "UPDATE mails SET state = 'returned', returned_at = '{now}' WHERE id = {mail}; \
                      UPDATE notices SET failed_at = '{now}' WHERE customer_number = '9000'"
    ))
    .unwrap();
    app.clock.advance(days(30));
    assert_eq!(late().facts.state(app.now()), NoticeState::Unsent);
    let operator = app.sign_in(Person::Operator).await;
    let page = operator
        .get(&format!("/betrieb/mitteilungen/{}", late().id))
        .await;
    page.submit(&operator, "form[action$='/erneut']", &[])
        .await
        .assert_status(303);
    page.submit(&operator, "form[action$='/erneut']", &[])
        .await
        .assert_status(303);
    // The second click queued no second mail.
    let again =
        "mails WHERE kind_key = 'announcement' AND state = 'queued' AND customer_number = '9000'";
    assert_eq!(app.count(again), 1);
    app.jobs();
    assert_eq!(late().facts.state(app.now()), NoticeState::Running);
    assert_eq!(starts(FOREIGN_CUSTOMER), "2027-01-24");
    assert_ne!(late().mail, Some(mail));
}

/// Row 42: a customer that concludes while notices are being made has the new list in its
/// agreement.
#[actix_web::test]
async fn a_conclusion_meanwhile_closes_the_notice() {
    let app = concluded().await;
    announce(&app, NEW);
    assert_eq!(state(&app), NoticeState::Running);
    app.book(CUSTOMER, "mehrstandort-sip-trunk", true);
    app.book(FOREIGN_CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    assert_eq!(state(&app), NoticeState::Settled);
    let text = contract_of(&app, 4711);
    for words in [
        NEW,
        "tätig ab 8. Dezember 2026",
        "tätig bis 7. Dezember 2026",
    ] {
        assert!(text.contains(words), "{words}");
    }
    app.visitor()
        .get(&link(&app, notice(&app, CUSTOMER).id))
        .await
        .assert_says("Ihr neuer Vertrag enthält die Änderung");
    // Added after the last notice: there is nothing to tell.
    app.conclude("info@fremd-kunde.example").await;
    app.jobs();
    assert_eq!(app.count("notices WHERE customer_number = '9000'"), 0);
    assert!(contract_of(&app, 9000).contains(NEW));
    // While a second one is being made: closed before it exists, and no mail is sent.
    let id = draft(&app, "RZ Dritte GmbH");
    confirm(&app, id);
    app.sql("UPDATE bulk_runs SET after_number = '5000' WHERE ended_at IS NULL")
        .unwrap();
    app.book(FOREIGN_CUSTOMER, "mehrstandort-sip-trunk", true);
    app.deliver();
    app.conclude("info@fremd-kunde.example").await;
    app.jobs();
    let closed = notice(&app, FOREIGN_CUSTOMER);
    assert_eq!(closed.facts.state(app.now()), NoticeState::Settled);
    let told = app.subjects_to("info@fremd-kunde.example");
    assert!(
        !told
            .iter()
            .any(|subject| subject.starts_with("Änderung bei")),
        "{told:?}"
    );
    // 4711 was passed by number and is found by the second round.
    assert_eq!(state(&app), NoticeState::Running);
    assert_eq!(app.count(announce::SENT), 2);
}

/// Many customers with an agreement in force, inserted as rows.
pub fn crowd(app: &TestApp, count: i64) {
    app.sql(&format!(
        "CREATE TEMPORARY TABLE crowd ON COMMIT PRESERVE ROWS AS SELECT 20000 + n AS number, gen_random_uuid() AS request, gen_random_uuid() AS link FROM generate_series(1, {count}) n; \
         INSERT INTO customers (number, name, street, postcode, city, country, register, represented_by, contact, email, phone, language, partner_id, created_at) \
         SELECT crowd.number, 'Kunde ' || crowd.number, '', '', '', 'Deutschland', '', '', '', 'k' || crowd.number || '@kunden.example', '', 'de', c.partner_id, c.created_at FROM crowd, customers c WHERE c.number = '4711'; \
         INSERT INTO agreements (id, customer_number, number, concluded_at, person, function, offer) \
         SELECT gen_random_uuid(), crowd.number, 'AVV-' || crowd.number, a.concluded_at, '', '', a.offer FROM crowd, agreements a WHERE a.customer_number = '4711'"
    ))
    .expect("a crowd");
}

/// Bounded batches, a pause, a killed process, two processes at once: every customer once.
#[actix_web::test]
async fn sending_survives_pauses_and_kills() {
    let app = concluded().await;
    crowd(&app, 1500);
    let id = draft(&app, NEW);
    confirm(&app, id);
    let (operator, now) = (app.viewer(Person::Operator), app.now());
    let step = || announce::step(&app.app, now);
    let batch = StepResult::Taken {
        done: 200,
        failed: 0,
    };
    assert_eq!(step().unwrap(), batch);
    // Killed in the middle of a batch: nothing of it is left.
    let killed: Result<(), ActionError> = app.app.db.transaction_blocking(|conn| {
        assert_eq!(announce::step_in(conn, &app.app, now)?, batch);
        Err(ActionError::NotFound)
    });
    assert!(killed.is_err());
    assert_eq!(app.count("notices"), 200);
    app.write(|conn| {
        announcements::turn(conn, &operator, id, Turn::Pause, now)?.unwrap();
        Ok(())
    });
    assert_eq!(step().unwrap(), StepResult::Halt, "paused");
    let page = app.sign_in(Person::Operator).await;
    let at = format!("/betrieb/aenderungsmitteilungen/{id}");
    page.get(&at)
        .await
        .assert_says("200 von 1501")
        .assert_says("Angehalten");
    page.get("/betrieb/aenderungsmitteilungen?stand=paused")
        .await
        .assert_says(NEW);
    page.get("/betrieb/aenderungsmitteilungen?stand=sent")
        .await
        .assert_silent_about(NEW);
    app.write(|conn| {
        announcements::turn(conn, &operator, id, Turn::Resume, now)?.unwrap();
        Ok(())
    });
    // Two processes at once, up to the limit of the outbox.
    let other = app.second_process();
    std::thread::scope(|scope| {
        for process in [&app.app, &other] {
            scope.spawn(move || {
                for _ in 0..6 {
                    let made = announce::step(process, now);
                    assert!(made.is_ok(), "{made:?}");
                }
            });
        }
    });
    while matches!(step().unwrap(), StepResult::Taken { .. }) {}
    assert_eq!(app.count("notices"), 1000, "the outbox is full");
    app.sql("UPDATE mails SET state = 'sent', done_at = queued_at, next_attempt_at = NULL WHERE kind_key = 'announcement'")
        .unwrap();
    while step().unwrap() != StepResult::Over {}
    assert_eq!(step().unwrap(), StepResult::Halt);
    assert_eq!(app.count("notices"), 1501);
    assert_eq!(app.count("mails WHERE kind_key = 'announcement'"), 1501);
    assert_eq!(app.text("done FROM bulk_runs"), "1501");
    // Pages of customers, each once.
    let mut seen = 0;
    let mut path = at.clone();
    loop {
        let list = page.get(&path).await;
        list.assert_status(200);
        seen += list.all("tbody th a[href^='/betrieb/mitteilungen/']").len();
        match list.attribute("nav.pager a[rel=next]", "href") {
            Some(next) => path = next,
            None => break,
        }
    }
    assert_eq!(seen, 1501);
}

/// The filter in SQL agrees with the rule, for every state.
#[actix_web::test]
async fn filter_and_rule_agree() {
    let app = concluded().await;
    crowd(&app, 40);
    let id = announce(&app, NEW);
    app.sql(
        "UPDATE notices SET sent_at = NULL, period_end = NULL WHERE customer_number::bigint % 10 = 1; \
         UPDATE notices SET failed_at = made_at WHERE customer_number::bigint % 10 IN (1, 2); \
         UPDATE notices SET sent_at = sent_at + interval '9 days', period_end = period_end + interval '9 days' WHERE customer_number::bigint % 10 = 3; \
         UPDATE notices SET dissent_at = made_at, dissent_received_on = '2026-11-23', dissent_way = 'phone', dissent_person = 'x', dissent_text = '' WHERE customer_number::bigint % 10 IN (2, 4, 5, 6, 7); \
         UPDATE notices SET settled_at = made_at, settled_note = '', settled_how = CASE customer_number::bigint % 10 WHEN 5 THEN 'exempted' WHEN 6 THEN 'terminated' WHEN 7 THEN 'withdrawn' ELSE 'new_agreement' END WHERE customer_number::bigint % 10 IN (5, 6, 7, 8); \
         UPDATE agreements SET ended_at = concluded_at, how = 'objected' WHERE customer_number BETWEEN '20020' AND '20029'",
    )
    .unwrap();
    for at in ["2026-12-07 23:59", "2026-12-08 00:00", "2027-03-01 12:00"] {
        app.at(at);
        let now = app.now();
        let all = app.read(|conn| Ok(list_notices(conn, id, &Wanted::default(), None, now, 1000)?));
        assert_eq!(all.len(), 41);
        let of = |state| Wanted {
            state: Some(state),
            customers: None,
        };
        for state in NoticeState::ALL {
            let by_rule: Vec<CustomerNumber> = all
                .iter()
                .filter(|(one, _)| one.facts.state(now) == state)
                .map(|(one, _)| one.customer)
                .collect();
            let (by_sql, count) = app.read(|conn| {
                Ok((
                    list_notices(conn, id, &of(state), None, now, 1000)?,
                    count_notices(conn, id, state, now, 10_000)?,
                ))
            });
            let by_sql: Vec<CustomerNumber> =
                by_sql.into_iter().map(|(one, _)| one.customer).collect();
            assert_eq!(by_sql, by_rule, "{state:?} at {at}");
            assert_eq!(count, i64::try_from(by_rule.len()).unwrap());
        }
    }
}

/// Hostile names appear on every page as text.
#[actix_web::test]
async fn hostile_companies_stay_text() {
    let app = concluded().await;
    let evil = "<script>alert(1)</script>\"'&amp;";
    register(&app, evil);
    let id = announce(&app, evil);
    let operator = app.sign_in(Person::Operator).await;
    let customer = app.sign_in(Person::Customer).await;
    let (visitor, own) = (app.visitor(), notice(&app, CUSTOMER).id);
    let entry = app.text("max(id) FROM sub_processors");
    for (browser, path) in [
        (&visitor, format!("/aenderungsmitteilungen/{id}")),
        (&visitor, link(&app, own)),
        (&customer, format!("/administration/avv/einspruch/{own}")),
        (&operator, format!("/betrieb/aenderungsmitteilungen/{id}")),
        (
            &operator,
            "/betrieb/unterauftragsverarbeiter?am=2027-01-01".to_owned(),
        ),
        (
            &operator,
            format!("/betrieb/unterauftragsverarbeiter/{entry}"),
        ),
    ] {
        let page = browser.get(&path).await;
        page.assert_status(200).assert_says(evil);
        let html = String::from_utf8_lossy(&page.bytes).into_owned();
        assert!(!html.contains("<script>alert"), "{path}");
    }
    assert_eq!(company("x").party.name, "x");
    // Invalid values in an address are ignored or not found, never an error.
    for path in [
        "/aenderungsmitteilungen/quatsch",
        "/betrieb/aenderungsmitteilungen/quatsch",
        "/betrieb/mitteilungen/quatsch",
        "/betrieb/unterauftragsverarbeiter/quatsch",
    ] {
        operator.get(path).await.assert_status(404);
    }
    for path in [
        format!("/betrieb/aenderungsmitteilungen/{id}?stand=quatsch&nach=x"),
        "/betrieb/aenderungsmitteilungen?stand=quatsch&nach=x".to_owned(),
        "/betrieb/unterauftragsverarbeiter?am=quatsch".to_owned(),
    ] {
        operator.get(&path).await.assert_status(200);
    }
    // EV-16, row 52: no notice is left of an erased customer.
    let (by, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| {
        avv_portal::actions::customers::delete(conn, &app.app, &by, CUSTOMER, "weg", now)
            .map(|_| ())
    });
    app.jobs();
    visitor.get(&link(&app, own)).await.assert_status(404);
    app.at("2031-01-02 12:00");
    avv_portal::jobs::retain_once(&app.app, app.now()).unwrap();
    assert_eq!(app.count("notices"), 0);
    assert_eq!(app.count("announcements"), 1);
}

/// A dissent recorded for a notice that is not sent yet keeps its mail from being sent.
#[actix_web::test]
async fn a_dissent_by_phone_before_the_mail_is_enough() {
    let app = concluded().await;
    let id = draft(&app, NEW);
    confirm(&app, id);
    let (now, operator) = (app.now(), app.viewer(Person::Operator));
    app.write(|conn| announce::step_in(conn, &app.app, now).map(|_| ()));
    let own = notice(&app, CUSTOMER).id;
    let received = acts::Received {
        way: DissentWay::Phone,
        on: "2026-11-23".parse().unwrap(),
        person: "Erika Muster".to_owned(),
        note: String::new(),
        proof: None,
    };
    app.write(|conn| {
        acts::record(conn, &app.app, &operator, own, received, now)?.unwrap();
        Ok(())
    });
    app.jobs();
    let told = app.subjects_to(MAIL);
    assert!(
        !told
            .iter()
            .any(|subject| subject.starts_with("Änderung bei")),
        "{told:?}"
    );
    assert!(told.last().unwrap().starts_with("Einspruch erhalten"));
    assert_eq!(state(&app), NoticeState::Dissent);
}

/// EV-16, rows 39, 41 and 52: the evidence of an old agreement is erased, including who dissented
/// and the text. That the customer dissented is kept as long as the customer is.
#[actix_web::test]
async fn a_dissent_outlives_the_evidence_of_its_agreement() {
    let app = concluded().await;
    let operator = app.viewer(Person::Operator);
    let answer = |how: Settlement| {
        let (own, now) = (notice(&app, CUSTOMER).id, app.now());
        let received = acts::Received {
            way: DissentWay::Letter,
            on: "2026-11-23".parse().unwrap(),
            person: "Erika Muster".to_owned(),
            note: "Geheimes Schreiben".to_owned(),
            proof: Some(avv_portal::domain::file::File {
                kind: avv_portal::domain::file::FileKind::Pdf,
                bytes: b"%PDF-1.7 Geheim".to_vec(),
            }),
        };
        app.write(|conn| {
            acts::record(conn, &app.app, &operator, own, received, now)?.unwrap();
            acts::settle(conn, &app.app, &operator, own, how, "Geheimer Vermerk", now)?.unwrap();
            Ok(())
        });
        app.jobs();
        own
    };
    announce(&app, NEW);
    let exempted = answer(Settlement::Exempted);
    announce(&app, "RZ Dritte GmbH");
    let withdrawn = answer(Settlement::Withdrawn);
    app.clock.advance(days(1));
    app.book(CUSTOMER, "mehrstandort-sip-trunk", true);
    app.jobs();
    app.conclude(MAIL).await;
    app.jobs();
    assert_eq!(app.count("notices"), 2);
    let about = "mails WHERE kind_key IN ('announcement', 'dissented', 'dissent_settled')";
    assert_eq!(app.count(about), 6);

    app.at("2030-01-02 12:00");
    avv_portal::jobs::retain_once(&app.app, app.now()).unwrap();
    assert_eq!(app.count("tombstones WHERE agreement_id IS NOT NULL"), 1);
    assert_eq!(app.count(about), 0, "the addresses are gone");
    assert_eq!(app.count(&format!("notices WHERE id = '{withdrawn}'")), 0);
    assert_eq!(state(&app), NoticeState::Exempted);
    assert_eq!(app.count("files"), 0, "the letters go with the rest");
    let left = app.rows("notices").join("\n");
    for gone in ["Erika", "Geheim"] {
        assert!(!left.contains(gone), "{left}");
    }
    let now = app.now();
    let (list, _) = app.read(|conn| announcements::list_for_contract(conn, CUSTOMER, now));
    let names: Vec<&str> = list.iter().map(|one| one.party.name.as_str()).collect();
    assert_eq!(
        names,
        [OLD, "RZ Dritte GmbH"],
        "without the change it dissented from"
    );
    let browser = app.sign_in(Person::Operator).await;
    browser
        .get(&format!("/betrieb/mitteilungen/{exempted}"))
        .await
        .assert_status(200)
        .assert_says("nach dem Ende der Aufbewahrung gelöscht")
        .assert_says("Ausgenommen");
    // The customer is erased, and everything with it.
    app.write(|conn| {
        let delete = avv_portal::actions::customers::delete;
        delete(conn, &app.app, &operator, CUSTOMER, "weg", now).map(|_| ())
    });
    app.jobs();
    app.at("2034-01-02 12:00");
    avv_portal::jobs::retain_once(&app.app, app.now()).unwrap();
    assert_eq!(app.count("notices"), 0);
}

/// Row 42: a conclusion closes only announcements that its document contains. One that was
/// confirmed after the document was made is sent to this customer like to any other.
#[actix_web::test]
async fn a_conclusion_closes_what_its_document_holds() {
    let app = concluded().await;
    announce(&app, NEW);
    let first = notice(&app, CUSTOMER).id;
    app.book(CUSTOMER, "mehrstandort-sip-trunk", true);
    let (case, now) = (app.case(CUSTOMER), app.now());
    let made = app.read(|conn| documents::draft(conn, &app.app, &case, Language::De, now));
    app.clock.advance(hours(1));
    let second = draft(&app, "RZ Dritte GmbH");
    confirm(&app, second);
    app.write(|conn| acts::close_by_conclusion(conn, CUSTOMER, &made.announced, now));
    assert_eq!(
        app.count("notices"),
        1,
        "the notice about the second one is still to be made"
    );
    app.jobs();
    assert_eq!(state(&app), NoticeState::Running, "the second one");
    app.write(|conn| acts::close_by_conclusion(conn, CUSTOMER, &made.announced, now));
    assert_eq!(state(&app), NoticeState::Running, "the second one");
    let settled = app.text("string_agg(id::text, ',') FROM notices WHERE settled_at IS NOT NULL");
    assert_eq!(settled, first.to_string());
}

/// An announcement cannot be confirmed while a customer concludes with the list before it.
#[actix_web::test]
async fn the_register_holds_still_while_somebody_concludes() {
    let app = concluded().await;
    let change = "BEGIN; LOCK TABLE sub_processors IN EXCLUSIVE MODE NOWAIT; COMMIT";
    app.write(|conn| {
        sub_processors::hold_register(conn)?;
        assert!(app.sql(change).is_err(), "held");
        Ok(())
    });
    assert!(app.sql(change).is_ok());
}

/// C9: a customer of an announcement is found by number and by name.
#[actix_web::test]
async fn c9_recipients_of_an_announcement_are_found_by_number_and_name() {
    let app = concluded().await;
    crowd(&app, 12);
    let id = announce(&app, NEW);
    let operator = app.sign_in(Person::Operator).await;
    let path = format!("/betrieb/aenderungsmitteilungen/{id}");
    let rows_of = "section[aria-labelledby=kunden] tbody tr";
    let all = operator.get(&path).await.all(rows_of).len();
    assert!(all > 10, "{all}");
    let name = app.text("name FROM customers WHERE number = '4711'");
    for (search, rows) in [
        ("4711", 1),
        (name.as_str(), 1),
        ("gibtesnicht", 0),
        ("", all),
    ] {
        let asked = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("suche", search)
            .finish();
        let page = operator.get(&format!("{path}?{asked}")).await;
        page.assert_status(200);
        let found = page.all(rows_of);
        assert_eq!(found.len(), rows, "{search}: {found:?}");
        assert!(
            rows != 1 || found[0].contains("4711"),
            "{search}: {found:?}"
        );
    }
}

/// O-01: a void agreement has no list any more that an announced change could affect.
#[actix_web::test]
async fn o_01_after_an_objection_nobody_is_asked_about_an_announced_change() {
    let app = concluded().await;
    let announcement = announce(&app, NEW);
    let own = notice(&app, CUSTOMER).id;
    let customer = app.sign_in(Person::Customer).await;
    let contract = "/administration/avv";
    customer.get(contract).await.assert_says("Frist läuft");
    let (viewer, now) = (app.viewer(Person::Customer), app.now());
    app.write(|conn| avv_portal::actions::objections::object(conn, &app.app, &viewer, now));
    for at in ["2026-11-24 12:00", "2026-12-20 12:00"] {
        app.at(at);
        assert_eq!(state(&app), NoticeState::Lapsed);
        customer
            .get(contract)
            .await
            .assert_silent_about("Angekündigte Änderungen")
            .assert_silent_about("Einspruch erheben");
        app.visitor()
            .get(&link(&app, own))
            .await
            .assert_says("betrifft Sie nicht mehr")
            .assert_silent_about("Einspruch erheben");
        let operator = app.sign_in(Person::Operator).await;
        let list = format!("/betrieb/aenderungsmitteilungen/{announcement}");
        operator
            .get(&list)
            .await
            .assert_says("Entfallen")
            .assert_silent_about("Frist läuft");
    }
}
