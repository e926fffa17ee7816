//! From a booking to a concluded agreement, over HTTP.

use std::sync::Arc;

use avv_portal::actions::consent::{self, Signature};
use avv_portal::actions::{self, ActionError};
use avv_portal::domain::Language;
use avv_portal::domain::case::Refusal;
use avv_portal::storage::catalogue;
use reqwest::Method;

use crate::harness::{CUSTOMER, Person, TestApp};

const MAIL: &str = "info@oezdemir.example";

/// The main path (L-01, L-02, S-04, S-07, D-05, A-05): booking, mail, page, conclusion, access.
#[actix_web::test]
async fn a_booking_leads_to_a_concluded_agreement_and_an_open_gate() {
    let app = TestApp::start().await;
    let partner = app.sign_in(Person::Partner).await;
    app.book(CUSTOMER, "centraflex", false);
    assert_eq!(app.status_of(CUSTOMER).status.key(), "requested");
    partner
        .get("/zugriff/4711/centraflex")
        .await
        .assert_status(403);

    app.deliver();
    let mail = app.last_mail_to(MAIL);
    let told: Vec<&str> = mail.written.text.split_whitespace().collect();
    assert!(told.join(" ").contains("Muster IT GmbH"), "{told:?}");
    let link = app.conclude(MAIL).await;

    assert_eq!(app.status_of(CUSTOMER).status.key(), "concluded");
    partner
        .get("/zugriff/4711/centraflex")
        .await
        .assert_status(204);
    let visitor = app.visitor();
    let success = visitor.get(&format!("{link}/erfolg")).await;
    success
        .assert_status(200)
        .assert_says("Der Vertrag ist abgeschlossen");
    let pdf = visitor.get(&format!("{link}/avv.pdf")).await;
    pdf.assert_status(200);
    assert!(pdf.bytes.starts_with(b"%PDF"));

    app.deliver();
    let receipt = app.last_mail_to(MAIL);
    assert_eq!(
        receipt.written.attachments[0].bytes, pdf.bytes,
        "mailed and downloaded differ (5.6-7)"
    );
}

const FORM: &str = "main form[action^='/zustimmung/']";

/// The fields of a complete form.
const COMPLETE: [(&str, &str); 4] = [
    ("name", "Ayşe Özdemir-Grünewald"),
    ("funktion", "Geschäftsführerin"),
    ("vertretung", "ja"),
    ("gelesen", "ja"),
];

/// Asks the customer and returns the link.
fn asked(app: &TestApp) -> String {
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.consent_link(MAIL)
}

/// S-03, 5.6-6: opening a link concludes nothing, however often, by any visitor and with any
/// parameters.
#[actix_web::test]
async fn looking_concludes_nothing() {
    let app = TestApp::start().await;
    let link = asked(&app);
    let visitor = app.visitor();
    let before = app.case(CUSTOMER);
    for path in [
        "",
        "?name=A&funktion=B&vertretung=ja&gelesen=ja",
        "/entwurf.pdf",
        "/ablehnen",
        "/erfolg",
        "/avv.pdf",
        "/neuer-link",
    ] {
        for method in [Method::GET, Method::HEAD] {
            visitor.request(method, &format!("{link}{path}")).await;
        }
    }
    app.jobs();
    assert_eq!(app.case(CUSTOMER), before);
    assert_eq!(app.mails().len(), 1);
    assert_eq!(app.count("links WHERE opened > 0"), 1, "but it is counted");
    assert_eq!(app.count("audit_events WHERE kind = 'link_opened'"), 1);
}

/// 4.1-8: in the summary of errors no sentence fits two fields.
#[actix_web::test]
async fn s04_what_is_too_long_is_named_by_its_field() {
    let app = TestApp::start().await;
    let link = asked(&app);
    let visitor = app.visitor();
    let long = "ä".repeat(121);
    for (language, sentences) in [
        ("de", ["Kürzen Sie Ihren Namen", "Kürzen Sie Ihre Funktion"]),
        ("en", ["Shorten your name", "Shorten your position"]),
    ] {
        let page = visitor.get(&format!("{link}?sprache={language}")).await;
        let mut fields: Vec<(&str, &str)> = COMPLETE.to_vec();
        for (name, value) in &mut fields {
            if ["name", "funktion"].contains(name) {
                *value = &long;
            }
        }
        let answer = page.submit(&visitor, FORM, &fields).await;
        answer.assert_status(422);
        let listed = answer.all(".errors li a");
        for sentence in sentences {
            let hits = listed.iter().filter(|one| one.starts_with(sentence));
            assert_eq!(hits.count(), 1, "{sentence}: {listed:?}");
        }
    }
}

/// S-04: the form as delivered concludes nothing and names every field; so does any form that lacks
/// one.
#[actix_web::test]
async fn a_form_that_lacks_something_concludes_nothing_and_says_what() {
    let app = TestApp::start().await;
    let link = asked(&app);
    let visitor = app.visitor();
    let page = visitor.get(&link).await;
    assert!(
        page.all("input[checked]").is_empty(),
        "boxes are not ticked beforehand"
    );
    let long = "x".repeat(10_000);
    let umlauts = "ä".repeat(121);
    // fields that differ from a complete form, the fields named as wrong
    type Row<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);
    let table: &[Row<'_>] = &[
        (
            &[
                ("name", ""),
                ("funktion", ""),
                ("vertretung", "-"),
                ("gelesen", "-"),
            ],
            &["name", "funktion", "vertretung", "gelesen"],
        ),
        (&[("name", "")], &["name"]),
        (&[("name", " \t\u{a0} ")], &["name"]),
        (&[("name", "\u{200b}\u{202e}\u{1}\u{7}")], &["name"]),
        (&[("name", "123 ...")], &["name"]),
        (&[("name", &long)], &["name"]),
        (&[("funktion", &umlauts)], &["funktion"]),
        (&[("funktion", "\r\n\r\n")], &["funktion"]),
        (&[("vertretung", "-")], &["vertretung"]),
        (
            &[("gelesen", "-"), ("funktion", "")],
            &["funktion", "gelesen"],
        ),
    ];
    for (changes, wrong) in table {
        let mut fields: Vec<(&str, &str)> = COMPLETE.to_vec();
        for (name, value) in *changes {
            fields.retain(|(known, _)| known != name);
            if *value != "-" {
                fields.push((name, value));
            }
        }
        let answer = page.submit(&visitor, FORM, &fields).await;
        answer.assert_status(422);
        let named: Vec<String> = answer
            .all("main .errors a, .errors li a")
            .into_iter()
            .collect();
        assert_eq!(named.len(), wrong.len(), "{wrong:?}: {named:?}");
        for field in *wrong {
            assert!(
                answer
                    .attribute(&format!(".errors a[href='#{field}']"), "href")
                    .is_some(),
                "{field} is not in the summary"
            );
            assert_eq!(
                answer
                    .attribute(&format!("#{field}"), "aria-invalid")
                    .as_deref(),
                Some("true"),
                "{field}"
            );
        }
        assert!(
            answer.all("title")[0].starts_with("Fehler:"),
            "{:?}",
            answer.all("title")
        );
        // Typed values stay, including those that are too long.
        for (field, typed) in &fields {
            if ["name", "funktion"].contains(field) && !wrong.contains(field) {
                assert_eq!(
                    answer.attribute(&format!("#{field}"), "value").as_deref(),
                    Some(*typed)
                );
            }
        }
        for field in ["vertretung", "gelesen"] {
            let ticked = fields.iter().any(|(known, _)| *known == field);
            assert_eq!(
                answer.attribute(&format!("#{field}"), "checked").is_some(),
                ticked,
                "{field} in {changes:?}"
            );
        }
    }
    app.jobs();
    assert_eq!(app.status(CUSTOMER), "requested");
    assert_eq!((app.count("agreements"), app.mails().len()), (0, 1));
    // Browsers never send a zero byte.
    let answer = page.submit(&visitor, FORM, &[("name", "Ayşe\u{0}")]).await;
    answer
        .assert_status(400)
        .assert_says("Geändert wurde nichts");
    // The page with the errors can be corrected and sent.
    let answer = page
        .submit(
            &visitor,
            FORM,
            &[
                ("name", "Ayşe\u{202e} Özdemir\u{7}"),
                ("funktion", "<b>Chefin</b> & mehr"),
            ],
        )
        .await;
    answer
        .submit(&visitor, FORM, &[("vertretung", "ja"), ("gelesen", "ja")])
        .await
        .assert_redirect("/erfolg");
    let agreement = app.case(CUSTOMER).agreement().unwrap().clone();
    assert_eq!(
        (agreement.person.as_str(), agreement.function.as_str()),
        ("Ayşe Özdemir", "<b>Chefin</b> & mehr")
    );
    visitor
        .get(&format!("{link}/erfolg"))
        .await
        .assert_says("<b>Chefin</b> & mehr");
}

/// S-06: the text that was shown is the one that is concluded. A text that has changed in between
/// must be read first.
#[actix_web::test]
async fn a_text_that_changed_since_it_was_shown_is_not_concluded() {
    let app = TestApp::start().await;
    let link = asked(&app);
    let visitor = app.visitor();
    let page = visitor.get(&link).await;

    for hash in ["", "0", &"0".repeat(64), "'; DROP TABLE agreements; --"] {
        let mut fields = COMPLETE.to_vec();
        fields.push(("dokument", hash));
        let answer = page.submit(&visitor, FORM, &fields).await;
        answer
            .assert_status(409)
            .assert_says("Der Vertragstext hat sich geändert");
    }

    let operator = app.viewer(Person::Operator);
    let mut particulars = app.read(|conn| Ok(catalogue::find_operator(conn)?.unwrap()));
    particulars.party.street = "Neue Straße 1".to_owned();
    let now = app.now();
    app.write(|conn| actions::operator::save(conn, &operator, &particulars, now));
    let answer = page.submit(&visitor, FORM, &COMPLETE).await;
    answer
        .assert_status(409)
        .assert_says("Es wurde nichts abgeschlossen")
        .assert_says("Neue Straße 1");
    assert_eq!(
        answer.attribute("#name", "value").as_deref(),
        Some("Ayşe Özdemir-Grünewald")
    );
    assert!(
        answer.all("input[checked]").is_empty(),
        "both boxes must be ticked anew"
    );
    assert!(answer.all("title")[0].starts_with("Fehler:"));
    assert_eq!(
        (app.status(CUSTOMER), app.count("agreements")),
        ("requested", 0)
    );

    // A company that was renamed meanwhile appears in the text, too.
    let page = visitor.get(&link).await;
    app.sql("UPDATE customers SET name = 'Bäckerei Özdemir AG' WHERE number = '4711'")
        .unwrap();
    page.submit(&visitor, FORM, &COMPLETE)
        .await
        .assert_status(409)
        .assert_says("Bäckerei Özdemir AG");

    let answer = visitor.get(&link).await;
    answer
        .submit(&visitor, FORM, &COMPLETE)
        .await
        .assert_redirect("/erfolg");
    let document = app.text("plain_text FROM agreement_documents");
    assert!(document.contains("Neue Straße 1") && document.contains("Bäckerei Özdemir AG"));
}

/// S-06: page, check and conclusion share one text as long as nothing in it differs, and what is looked at
/// under the lock is the text of that moment, whenever it was made.
#[actix_web::test]
async fn s06_the_text_is_shared_until_something_in_it_differs() {
    let app = TestApp::start().await;
    asked(&app);
    let (case, now) = (app.case(CUSTOMER), app.now());
    let link = case.open_request().unwrap().links[0].id;
    let draft =
        |language| app.read(|conn| actions::documents::draft(conn, &app.app, &case, language, now));
    let shown = draft(Language::De);
    assert!(Arc::ptr_eq(&shown.document, &draft(Language::De).document));
    assert_ne!(shown.hash, draft(Language::En).hash);

    let signature = Signature {
        person: "Ayşe Özdemir".to_owned(),
        function: "Inhaberin".to_owned(),
        declarations: vec!["a".to_owned()],
        shown: shown.hash.clone(),
        language: Language::De,
        remote_address: "127.0.0.1".to_owned(),
        user_agent: "test".to_owned(),
    };
    let prepare = || {
        let checked = app.read(|conn| consent::check(conn, &app.app, link, &signature, now));
        assert!(Arc::ptr_eq(&shown.document, &checked.1.document));
        let (case, draft) = checked;
        consent::prepare(&app.app.sealer, &case, draft, link, &signature, now).unwrap()
    };
    let conclude = |prepared| {
        app.app.db.transaction_blocking(|conn| {
            consent::conclude(conn, &app.app, link, &signature, prepared)
        })
    };

    let prepared = prepare();
    app.sql("UPDATE customers SET name = 'Bäckerei Özdemir AG' WHERE number = '4711'")
        .unwrap();
    let refused = conclude(prepared).unwrap_err();
    assert!(
        matches!(refused, ActionError::Refused(Refusal::TextChanged)),
        "{refused}"
    );
    assert_eq!(app.count("agreement_documents"), 0);
    let name = &case.customer.party.name;
    app.sql(&format!(
        "UPDATE customers SET name = '{name}' WHERE number = '4711'"
    ))
    .unwrap();
    conclude(prepare()).unwrap();
    let (hash, stored) = (
        app.text("document_hash FROM agreement_documents"),
        shown.hash,
    );
    assert_eq!(hash, stored);
}

/// S-07: simultaneous conclusions by several people make one agreement, and all of them see the
/// success page.
#[actix_web::test]
async fn simultaneous_conclusions_make_one_agreement() {
    let app = TestApp::start().await;
    let mut addresses = Vec::new();
    for at in 0..6 {
        let address = format!("post@doppelt{at}.example");
        let customer = app.add_customer(6000 + at, &format!("Doppelt {at} GmbH"), Some(&address));
        app.book(customer, "centraflex", false);
        addresses.push((customer, address));
    }
    app.jobs();
    // A second round for every other customer, so that two different links compete as well.
    app.clock.advance(chrono::Duration::hours(1));
    for (customer, _) in addresses.iter().step_by(2) {
        app.ask(Person::Partner, *customer).unwrap();
    }
    app.jobs();
    for (customer, address) in &addresses {
        let links = app.links_to(address);
        let visitors = [app.visitor(), app.visitor(), app.visitor(), app.visitor()];
        // All visitors have the page before the first one concludes.
        let mut pages = Vec::new();
        for (at, visitor) in visitors.iter().enumerate() {
            let link = links[at % links.len()].clone();
            let page = visitor.get(&link).await;
            pages.push((link, page));
        }
        let mut posts = Vec::new();
        for (at, (link, page)) in pages.into_iter().enumerate() {
            let visitor = visitors[at].clone();
            posts.push(actix_web::rt::spawn(async move {
                let name = format!("Person Nummer {}", ["eins", "zwei", "drei", "vier"][at]);
                let mut fields = COMPLETE.to_vec();
                fields[0].1 = &name;
                let done = page.submit(&visitor, FORM, &fields).await;
                done.assert_status(303);
                (link, visitor.follow(&done).await)
            }));
        }
        for post in posts {
            let (link, mut end) = post.await.unwrap();
            if end.status == 303 {
                end = app.visitor().get(&link).await;
            }
            end.assert_status(200);
            let text = end.words();
            assert!(
                text.contains("Der Vertrag ist abgeschlossen")
                    || text.contains("Der Vertrag ist bereits abgeschlossen"),
                "{text}"
            );
        }
        assert_eq!(app.status(*customer), "concluded");
        assert_eq!(
            app.count(&format!("agreements WHERE customer_number = '{customer}'")),
            1
        );
    }
    app.jobs();
    assert_eq!(app.count("agreement_documents"), 6);
    assert_eq!(app.count("audit_events WHERE kind = 'concluded'"), 6);
    for (_, address) in &addresses {
        let receipts = app
            .mails_to(address)
            .into_iter()
            .filter(|mail| !mail.written.attachments.is_empty())
            .count();
        assert_eq!(
            receipts,
            1,
            "one PDF by mail: {:?}",
            app.subjects_to(address)
        );
    }
    assert_eq!(
        app.subjects_to("info@muster-it.example").len(),
        6,
        "one word to the partner each (M4)"
    );
}

/// Row 16: second tab, back button, reload: the success page again, and nothing new.
#[actix_web::test]
async fn a_second_tab_and_the_back_button_lead_to_success() {
    let app = TestApp::start().await;
    let link = asked(&app);
    let (visitor, other) = (app.visitor(), app.visitor());
    let (page, second_tab) = (visitor.get(&link).await, other.get(&link).await);
    page.submit(&visitor, FORM, &COMPLETE)
        .await
        .assert_redirect("/erfolg");
    app.clock.advance(chrono::Duration::hours(2));
    // The same form again, the second tab with another name, and with an empty form.
    for (browser, page, fields) in [
        (&visitor, &page, &COMPLETE[..]),
        (
            &other,
            &second_tab,
            &[
                ("name", "Andere Person"),
                ("funktion", "Prokuristin"),
                ("vertretung", "ja"),
                ("gelesen", "ja"),
            ],
        ),
        (&other, &second_tab, &[]),
    ] {
        let done = page.submit(browser, FORM, fields).await;
        done.assert_status(303);
        let mut end = browser.follow(&done).await;
        if end.status == 303 {
            end = browser.follow(&end).await;
        }
        end.assert_status(200)
            .assert_says("Der Vertrag ist abgeschlossen")
            .assert_says("Ayşe Özdemir-Grünewald");
    }
    for _ in 0..2 {
        visitor.get(&link).await.assert_redirect("/erfolg");
        // Declining afterwards changes nothing either.
        visitor
            .post(&format!("{link}/ablehnen"), &[("bestaetigung", "ja")])
            .await
            .assert_status(303);
    }
    app.jobs();
    assert_eq!(
        (
            app.status(CUSTOMER),
            app.count("agreements"),
            app.mails_to(MAIL).len()
        ),
        ("concluded", 1, 2)
    );
}

/// D8: white space in a typed name becomes a space in the sealed contract, and no reason is cut.
#[actix_web::test]
async fn d8_a_tab_in_a_name_joins_no_words() {
    let app = TestApp::start().await;
    let link = asked(&app);
    let visitor = app.visitor();
    let page = visitor.get(&link).await;
    let mut fields = COMPLETE;
    fields[0].1 = "Anna\tSchmidt";
    fields[1].1 = "Leiterin\u{b}Einkauf";
    page.submit(&visitor, FORM, &fields)
        .await
        .assert_redirect("/erfolg");
    assert_eq!(app.text("person FROM agreements"), "Anna Schmidt");
    assert_eq!(app.text("function FROM agreements"), "Leiterin Einkauf");
}

/// D8: a reason that is too long is refused with everything that was typed.
#[actix_web::test]
async fn d8_a_reason_that_is_too_long_is_refused_and_kept() {
    let app = TestApp::start().await;
    let link = asked(&app);
    let visitor = app.visitor();
    let long = format!("{} Ende", "x".repeat(500));
    let decline = async |reason: &str| {
        let fields = [("bestaetigung", "ja"), ("grund", reason)];
        visitor.post(&format!("{link}/ablehnen"), &fields).await
    };
    let page = decline(&long).await;
    page.assert_status(422)
        .assert_says("Kürzen Sie den Grund auf höchstens 500 Zeichen")
        .assert_says("Ende");
    assert_eq!(app.status(CUSTOMER), "requested");
    assert_eq!(app.count("decline_reasons"), 0);
    decline(&"ä".repeat(500)).await.assert_status(303);
    assert_eq!(app.status(CUSTOMER), "declined");
    assert_eq!(app.text("length(reason) FROM decline_reasons"), "500");
}
