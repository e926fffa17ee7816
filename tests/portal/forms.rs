//! Nothing typed is lost: late forms, old forms, forms overtaken by another user, uploads (B1 …
//! B3); and signed-in users keep the layout (C2, C3).

use avv_portal::storage::kept;
use avv_portal::web::Who;
use avv_portal::web::routes::rows;

use crate::announce;
use crate::harness::chromium::{Chromium, Scripts};
use crate::harness::{CUSTOMER, PASSWORD, Person, SCAN, TestApp, hours, minutes};
use crate::seeded::csrf;
use crate::versions_life::begin;
use crate::walk::sign_in;

const MASTER: &str = "/kunden/4711/stammdaten";
const MAIL: &str = "info@oezdemir.example";
const FORM: &str = "main form";

/// B2: the session ends while a user is typing; after signing in, the form contains what was typed.
#[actix_web::test]
async fn b2_a_form_that_came_too_late_stands_in_its_page_again() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get(MASTER).await;
    app.clock.advance(minutes(31));
    let street = "Lange \"Gasse\" 7 <b>";
    let led = page
        .submit(&operator, FORM, &[("strasse", street), ("sprache", "en")])
        .await;
    led.assert_redirect("/anmelden?weiter=");
    let sign_in = operator.follow(&led).await;
    sign_in
        .assert_says("Ihre Sitzung war zu Ende")
        .assert_says("stehen sie wieder im Formular");
    let wrong = [("email", Person::Operator.email()), ("passwort", "falsch")];
    let sign_in = sign_in.submit(&operator, FORM, &wrong).await;
    sign_in
        .assert_status(422)
        .assert_says("Ihre Sitzung war zu Ende");
    let right = [("email", Person::Operator.email()), ("passwort", PASSWORD)];
    let done = sign_in.submit(&operator, FORM, &right).await;
    assert!(
        done.header("location").starts_with(MASTER),
        "{}",
        done.location()
    );
    assert!(done.header("location").ends_with("#meldung"));
    let back = operator.follow(&done).await;
    back.assert_status(200)
        .assert_says("Ihre Eingaben sind wieder da, gespeichert ist noch nichts.");
    assert_eq!(back.attribute("#strasse", "value").as_deref(), Some(street));
    assert!(back.attribute("#sprache-en[checked]", "id").is_some());
    assert_ne!(app.case(CUSTOMER).customer.party.street, street);
    // Reloading the page loses nothing either.
    let back = operator.get(&done.location()).await;
    assert_eq!(back.attribute("#strasse", "value").as_deref(), Some(street));
    let saved = back.submit(&operator, FORM, &[]).await;
    saved.assert_redirect("/kunden/4711");
    assert_eq!(app.case(CUSTOMER).customer.party.street, street);
    assert_eq!(app.count("kept_forms"), 0, "what was used is forgotten");
}

/// B2: no other user gets it, and after an hour not even its owner.
#[actix_web::test]
async fn b2_a_kept_form_is_for_one_person_and_one_hour() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get(MASTER).await;
    app.clock.advance(minutes(31));
    let led = page
        .submit(&operator, FORM, &[("strasse", "Geheimgasse 7")])
        .await;
    app.sql("INSERT INTO users (email, name, role, operator_role, contracts, password_hash, created_at)
        SELECT 'zwei@plusnet.example', 'Zita Zweite', role, operator_role, contracts, password_hash, created_at FROM users WHERE role = 'operator'")
        .unwrap();
    let sign_in = operator.follow(&led).await;
    let other = [("email", "zwei@plusnet.example"), ("passwort", PASSWORD)];
    let done = sign_in.submit(&operator, FORM, &other).await;
    let page = operator.follow(&done).await;
    page.assert_status(200).assert_silent_about("Geheimgasse");
    let partner = app.sign_in(Person::Partner).await;
    partner.get(&done.location()).await.assert_status(404);
    app.clock.advance(hours(1));
    let first = app.sign_in(Person::Operator).await;
    first
        .get(&done.location())
        .await
        .assert_silent_about("Geheimgasse");
    let before = app.now() - kept::KEPT_FOR;
    app.write(|conn| Ok(kept::delete_old(conn, before)?));
    assert_eq!(app.count("kept_forms"), 0);
}

/// B2, S-62: a form of an earlier session of the same user changes nothing and loses nothing.
#[actix_web::test]
async fn b2_a_form_of_an_earlier_session_is_shown_in_the_new_one() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let old = operator.get(MASTER).await;
    let token = csrf(&operator).await;
    operator.post("/abmelden", &[("csrf", &token)]).await;
    let page = operator.get("/anmelden").await;
    let typed = [("email", Person::Operator.email()), ("passwort", PASSWORD)];
    page.submit(&operator, FORM, &typed).await;
    let led = old
        .submit(&operator, FORM, &[("strasse", "Neue Gasse 3")])
        .await;
    led.assert_redirect(MASTER);
    assert_ne!(app.case(CUSTOMER).customer.party.street, "Neue Gasse 3");
    let back = operator.follow(&led).await;
    assert_eq!(
        back.attribute("#strasse", "value").as_deref(),
        Some("Neue Gasse 3")
    );
    back.submit(&operator, FORM, &[])
        .await
        .assert_redirect("/kunden/4711");
    assert_eq!(app.case(CUSTOMER).customer.party.street, "Neue Gasse 3");
}

/// B2: every route that takes a form of a signed-in user keeps it, but no password.
#[actix_web::test]
async fn b2_every_form_that_comes_too_late_is_kept_without_passwords() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let token = csrf(&operator).await;
    let mut count = 0;
    for row in rows().filter(|row| row.method == "POST" && row.path != "/abmelden") {
        if matches!(row.who, Who::Anyone | Who::Visitor | Who::Client(_)) {
            continue;
        }
        count += 1;
        // The limit per user and hour is not the subject of this test.
        app.sql("DELETE FROM attempts").unwrap();
        let path: String = row.path.replace(['{', '}'], "");
        let note = format!("Notiz zu {path}");
        let fields = [
            ("csrf", token.as_str()),
            ("notiz", note.as_str()),
            ("passwort", "Sehr geheim"),
            ("wiederholung", "Sehr geheim"),
        ];
        for (is_upload, browser) in [(false, app.visitor()), (true, app.visitor())] {
            let led = if is_upload {
                let files = [("datei", "scan.pdf", SCAN)];
                browser.upload(&path, &fields, &files).await
            } else {
                browser.post(&path, &fields).await
            };
            led.assert_redirect("/anmelden?weiter=");
            assert!(
                led.location().contains("eingaben%3D"),
                "{path}: {}",
                led.location()
            );
        }
        let kept = app.text(&format!(
            "min(fields->>'notiz') FROM kept_forms WHERE action = '{path}'"
        ));
        assert_eq!(kept, note);
        assert_eq!(
            app.count(&format!(
                "kept_files f JOIN kept_forms k ON k.id = f.form_id WHERE k.action = '{path}'"
            )),
            1,
            "{path}"
        );
    }
    assert!(count > 50, "walked only {count} routes");
    assert_eq!(
        app.count("kept_forms WHERE fields::text LIKE '%geheim%' OR fields ? 'csrf'"),
        0
    );
    assert!(
        app.count("kept_forms") <= 5,
        "a person's kept forms are few"
    );
    // A form with an invented token is not kept.
    let before = app.rows("kept_forms");
    let forged = token.replacen('.', "1.", 1);
    let fields = [("csrf", forged.as_str()), ("notiz", "x")];
    let led = app.visitor().post(MASTER, &fields).await;
    assert_eq!(led.location(), "/anmelden");
    assert_eq!(app.rows("kept_forms"), before);
}

/// A3: a stranger who has a form's token but no session can only store a limited amount in an hour,
/// and is told so.
#[actix_web::test]
async fn a3_late_forms_are_kept_within_bounds() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let token = csrf(&operator).await;
    let fields = [("csrf", token.as_str()), ("notiz", "x")];
    let stranger = app.visitor();
    let mut kept = 0;
    while stranger.post(MASTER, &fields).await.status == 303 {
        kept += 1;
        assert!(kept <= 10, "form after form is written");
    }
    assert!(kept >= 5, "only {kept}");
    let before = app.rows("kept_forms");
    stranger.post(MASTER, &fields).await.assert_status(429);
    assert_eq!(app.rows("kept_forms"), before);
    // The signed-in user is not affected.
    operator.get(MASTER).await.assert_status(200);
    app.clock.advance(hours(1));
    let large = vec![b'x'; 18 * 1024 * 1024];
    let files = [("datei", "scan.pdf", large.as_slice())];
    let paper = "/betrieb/kunden/4711/papiervertrag";
    stranger
        .upload(paper, &fields, &files)
        .await
        .assert_redirect("/anmelden?weiter=");
    stranger
        .upload(paper, &fields, &files)
        .await
        .assert_status(303);
    stranger
        .upload(paper, &fields, &files)
        .await
        .assert_status(429);
}

/// B2: fields for secrets have names that are never kept; a new one must be added there.
#[test]
fn b2_every_password_field_has_a_name_that_is_never_kept() {
    let mut count = 0;
    for path in templates() {
        let text = std::fs::read_to_string(&path).unwrap();
        for (line, kind) in text
            .lines()
            .flat_map(|line| {
                ["type=\"password\"", "\"password\",", "one-time-code"].map(|kind| (line, kind))
            })
            .filter(|(line, kind)| line.contains(kind))
        {
            count += 1;
            let known = [
                "passwort",
                "wiederholung",
                "bestaetigungscode",
                "neuer-code",
            ];
            let is_known = known
                .map(|name| format!("\"{name}\""))
                .iter()
                .any(|name| line.contains(name));
            assert!(is_known, "{}: {kind}: {line}", path.display());
        }
    }
    assert!(count > 3, "found only {count} password fields");
}

fn templates() -> Vec<std::path::PathBuf> {
    fn walk(folder: &std::path::Path, all: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, all);
            } else {
                all.push(path);
            }
        }
    }
    let mut all = Vec::new();
    walk(
        concat!(env!("CARGO_MANIFEST_DIR"), "/templates/web").as_ref(),
        &mut all,
    );
    all
}

/// B3: a file that was chosen survives the error of another field, more than once.
#[actix_web::test]
async fn b3_a_chosen_file_is_kept_while_another_field_is_corrected() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let operator = app.sign_in(Person::Operator).await;
    let paper = "/betrieb/kunden/4711/papiervertrag";
    let token = csrf(&operator).await;
    let fields = [("csrf", token.as_str()), ("person", "Ayşe Özdemir")];
    let files = [("datei", "../Vertrag <1>.pdf", SCAN)];
    let mut page = operator.upload(paper, &fields, &files).await;
    for _ in 0..2 {
        page.assert_status(422)
            .assert_says("Schon gewählt: „../Vertrag <1>.pdf“");
        page = page.submit(&operator, FORM, &[("funktion", "")]).await;
    }
    let right = [("funktion", "Inhaberin"), ("datum", "2026-11-20")];
    let done = page.submit(&operator, FORM, &right).await;
    done.assert_status(303);
    assert_eq!(app.count("files"), 1);
    assert_eq!(
        app.text("encode(bytes, 'escape') FROM files"),
        String::from_utf8_lossy(SCAN)
    );
    assert_eq!(app.count("kept_files"), 0, "what was used is forgotten");
}

/// B3: every form with a file: if something else is wrong, the file is kept or the page says what
/// is wrong with the file.
#[actix_web::test]
async fn b3_every_form_with_a_file_keeps_it() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude(MAIL).await;
    let partner = app.companies().partner;
    let operator = app.sign_in(Person::Operator).await;
    let pages = [
        "/betrieb/kunden/4711/widerspruch".to_owned(),
        format!("/betrieb/partner/{partner}/vertrag"),
    ];
    for path in pages {
        let page = operator.get(&path).await;
        page.assert_status(200);
        let form = "main form:has(input[type=file])";
        let field = page
            .attribute(&format!("{form} input[type=file]"), "name")
            .unwrap();
        let (action, fields) = page.form(form);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let files = [(field.as_str(), "scan.pdf", SCAN)];
        let answer = operator.upload(&action, &fields, &files).await;
        answer.assert_status(422);
        let says = answer.words();
        assert!(
            says.contains("Schon gewählt: „scan.pdf“") || says.contains("Datei"),
            "{path}: {says}"
        );
    }
}

/// B1: of two users who change the same data, the later one sees both values and is asked.
#[actix_web::test]
async fn b1_a_later_save_shows_both_values_and_asks() {
    let app = TestApp::start().await;
    let company = app.companies().partner;
    let (first, second) = (
        app.sign_in(Person::Operator).await,
        app.sign_in(Person::Operator).await,
    );
    let partner = format!("/betrieb/partner/{company}/daten");
    for (path, mine, other) in [
        (MASTER, "strasse", "telefon"),
        ("/betrieb/betreiber", "zeiten", "ort"),
        (partner.as_str(), "strasse", "telefon"),
    ] {
        let (page, late) = (first.get(path).await, second.get(path).await);
        let old = late.attribute(&format!("#{other}"), "value").unwrap();
        page.submit(&first, FORM, &[(other, "Neu von Eins")])
            .await
            .assert_status(303);
        let asked = late.submit(&second, FORM, &[(mine, "Neu von Zwei")]).await;
        asked
            .assert_status(422)
            .assert_says("Gespeichert ist inzwischen „Neu von Eins“, bei Ihnen steht");
        let kept = asked.attribute(&format!("#{mine}"), "value");
        assert_eq!(
            kept.as_deref(),
            Some("Neu von Zwei"),
            "{path}: typed values stay"
        );
        let stored = second.get(path).await;
        let stored = stored.attribute(&format!("#{other}"), "value").unwrap();
        assert_eq!(
            stored, "Neu von Eins",
            "{path}: nothing is restored in silence"
        );
        // An error in between does not lose the stamp.
        let empty = late.submit(&second, FORM, &[("name", "")]).await;
        empty.assert_status(422);
        let still = empty
            .submit(&second, FORM, &[("name", "Muster GmbH"), (mine, "Zwei")])
            .await;
        still
            .assert_status(422)
            .assert_says("Gespeichert ist inzwischen");
        // A user who saves once more has seen the new values.
        let done = asked
            .submit(&second, FORM, &[(other, "Neu von Zwei")])
            .await;
        done.assert_status(303);
        let now = first.get(path).await;
        for field in [mine, other] {
            let value = now.attribute(&format!("#{field}"), "value");
            assert_eq!(
                value.as_deref(),
                Some("Neu von Zwei"),
                "{path} {field}, before: {old}"
            );
        }
    }
    let path = "/kunden/4711/stammdaten/email";
    let (page, late) = (first.get(path).await, second.get(path).await);
    page.submit(&first, FORM, &[("email", "eins@oezdemir.example")])
        .await
        .assert_status(303);
    let asked = late
        .submit(&second, FORM, &[("email", "zwei@oezdemir.example")])
        .await;
    asked.assert_status(422).assert_says(
        "Hinterlegt ist jetzt eins@oezdemir.example, bei Ihnen steht zwei@oezdemir.example",
    );
    asked.submit(&second, FORM, &[]).await.assert_status(303);
    let email = app
        .case(CUSTOMER)
        .customer
        .email()
        .unwrap()
        .as_str()
        .to_owned();
    assert_eq!(email, "zwei@oezdemir.example");
}

/// C3: signed-in users keep layout, menu and name on every error page.
#[actix_web::test]
async fn c3_error_pages_keep_the_frame_of_who_is_signed_in() {
    let app = TestApp::start().await;
    for (person, path, status) in [
        (Person::Operator, "/gibt-es-nicht", 404),
        (Person::Operator, "/kunden/999999", 404),
        (Person::Operator, "/kunden?suche=a&suche=b", 400),
        (Person::Partner, "/administration/avv", 404),
        (Person::Partner, "/betrieb/benutzer", 404),
        (Person::SubPartner, "/submandanten", 404),
        (Person::Customer, "/kunden", 404),
        (Person::CustomerWithout, "/kunden", 404),
        (Person::CustomerWithout, "/administration/avv", 403),
        (
            Person::CustomerWithout,
            "/administration/avv/widerspruch",
            403,
        ),
    ] {
        let browser = app.sign_in(person).await;
        let page = browser.get(path).await;
        page.assert_status(status);
        assert_eq!(
            page.all("header .account form").len(),
            1,
            "{person:?} {path}"
        );
        assert!(!page.all("header nav li").is_empty(), "{person:?} {path}");
        assert_eq!(page.all("main h1").len(), 1);
        if status == 403 {
            page.assert_says(
                "Auftragsverarbeitungsvertrag ansehen, herunterladen und ihm widersprechen",
            )
            .assert_says("sonst der Betreiber dieses Portals");
        }
        let post = browser
            .post("/kunden/4711/stammdaten", &[("csrf", "falsch")])
            .await;
        assert_eq!(
            post.all("header .account form").len(),
            1,
            "{person:?}: {}",
            post.status
        );
    }
    let page = app.visitor().get("/gibt-es-nicht").await;
    page.assert_status(404);
    assert!(page.all("header .account").is_empty());
}

/// C2: in a real browser without scripts the message is visible and has the focus.
#[actix_web::test]
async fn c2_a_message_is_in_the_window_and_has_the_focus() {
    let (app, chromium) = (TestApp::start().await, Chromium::start());
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    for (scripts, width) in [(Scripts::Off, 390), (Scripts::On, 1280)] {
        app.clock.advance(minutes(5));
        let partner = sign_in(&app, &chromium, Person::Partner, scripts).await;
        partner.resize(width, 800).await;
        partner.go("/kunden/4711/avv").await;
        partner.click_words("Anforderung erneut senden").await;
        partner.assert_says("Die E-Mail ist unterwegs an").await;
        let focus = partner.client.active_element().await.expect("a focus");
        let id = focus.attr("id").await.expect("an id");
        assert_eq!(id.as_deref(), Some("meldung"));
        if scripts == Scripts::On {
            let place = "const place = document.getElementById('meldung').getBoundingClientRect(); \
                         return place.top >= 0 && place.bottom <= innerHeight";
            assert_eq!(partner.run(place).await, true, "{width}");
        }
    }
}

/// B5: a form sent twice by a double click acts once and gives the same answer.
#[actix_web::test]
async fn b5_a_double_click_does_it_once() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let contract = format!("/betrieb/partner/{}/vertrag", app.companies().partner);
    let page = operator.get(&contract).await;
    let (action, mut fields) = page.form(FORM);
    for (name, value) in [("datum", "2026-01-15"), ("ablage", "Schrank 3")] {
        fields.retain(|(known, _)| known != name);
        fields.push((name.to_owned(), value.to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let files = [("datei", "vertrag.pdf", SCAN)];
    let (one, two) = tokio::join!(
        operator.upload(&action, &fields, &files),
        operator.upload(&action, &fields, &files)
    );
    one.assert_status(303);
    two.assert_status(303);
    assert_eq!(
        app.count("partner_contracts WHERE reference = 'Schrank 3'"),
        1
    );

    let page = operator.get("/betrieb/benutzer/neu").await;
    let typed = [
        ("name", "Nora Neu"),
        ("email", "nora@plusnet.example"),
        ("rolle", "administrator"),
    ];
    let (one, two) = tokio::join!(
        page.submit(&operator, FORM, &typed),
        page.submit(&operator, FORM, &typed)
    );
    one.assert_status(303);
    two.assert_status(303);
    assert_eq!(app.count("users WHERE email = 'nora@plusnet.example'"), 1);
    let other = [
        ("name", "Jemand anderes"),
        ("email", "nora@plusnet.example"),
        ("rolle", "administrator"),
    ];
    page.submit(&operator, FORM, &other)
        .await
        .assert_status(422);
}

/// B5: an action that cannot be undone is confirmed first.
#[actix_web::test]
async fn b5_discarding_a_draft_asks_first() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get("/betrieb/aenderungsmitteilungen").await;
    let begun = page
        .submit(
            &operator,
            "form[action='/betrieb/aenderungsmitteilungen'][method=post]",
            &[],
        )
        .await;
    let draft = operator.follow(&begun).await;
    let discard = "form[action$='/verwerfen']";
    draft
        .submit(&operator, discard, &[])
        .await
        .assert_redirect(&begun.location());
    assert_eq!(app.count("announcements"), 1, "nobody said that it is sure");
    let done = draft.submit(&operator, discard, &[("sicher", "ja")]).await;
    done.assert_redirect("/betrieb/aenderungsmitteilungen");
    assert_eq!(app.count("announcements"), 0);
}

/// B3: the fields of a version and the text of their file are one form; neither loses the other's input.
#[actix_web::test]
async fn b3_the_fields_of_a_version_and_its_text_are_saved_together() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let path = format!("{}/text?teil=contract.toml", begin(&operator).await);
    let with = |fields: &[(String, String)], others: &[(&str, &str)]| -> Vec<(String, String)> {
        let mut all = fields.to_vec();
        for (name, value) in others {
            all.retain(|(known, _)| known != name);
            all.push(((*name).to_owned(), (*value).to_owned()));
        }
        all
    };
    let page = operator.get(&path).await;
    let fields_button = page
        .attribute("#v-entwurf button[value=angaben]", "formaction")
        .unwrap();
    let (save_text, fields) = page.form("#v-entwurf");
    let text = fields
        .iter()
        .find(|(name, _)| name == "text")
        .unwrap()
        .1
        .clone();
    for (address, note, title) in [
        (&fields_button, "# Erste Notiz", "Ein neuer Titel"),
        (&save_text, "# Zweite Notiz", "Noch ein Titel"),
    ] {
        let page = operator.get(&path).await;
        let (_, fields) = page.form("#v-entwurf");
        let typed = format!("{note}\n{text}");
        // First with an error in the fields: everything typed stays.
        let wrong = with(
            &fields,
            &[
                ("text", &typed),
                ("titel_de", title),
                ("ankuendigung", "viele"),
            ],
        );
        let sent: Vec<(&str, &str)> = wrong
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let answer = operator.upload(address, &sent, &[]).await;
        answer.assert_status(422).assert_says(note);
        assert_eq!(
            answer.attribute("#ankuendigung", "value").as_deref(),
            Some("viele")
        );
        assert_eq!(
            answer.attribute("#titel_de", "value").as_deref(),
            Some(title)
        );
        let right = with(&fields, &[("text", &typed), ("titel_de", title)]);
        let sent: Vec<(&str, &str)> = right
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        operator
            .upload(address, &sent, &[])
            .await
            .assert_status(303);
        let saved = operator.get(&path).await;
        saved.assert_says(note).assert_says(title);
        assert_eq!(
            saved.attribute("#titel_de", "value").as_deref(),
            Some(title)
        );
    }
}

/// B3: removing a company from the list does not lose the reason that was being typed.
#[actix_web::test]
async fn b3_the_list_of_a_draft_and_its_reason_keep_each_others_input() {
    let app = TestApp::start().await;
    announce::register(&app, "Erste RZ GmbH");
    announce::register(&app, "Zweite RZ GmbH");
    let id = announce::draft(&app, "Neue RZ GmbH");
    let operator = app.sign_in(Person::Operator).await;
    let path = format!("/betrieb/aenderungsmitteilungen/{id}");
    let page = operator.get(&path).await;
    let (_, mut fields) = page.form("#angaben");
    let button = "button[formaction$='/entfernen']";
    let action = page.attribute(button, "formaction").unwrap();
    let value = page.attribute(button, "value").unwrap();
    fields.retain(|(name, _)| name != "grund" && name != "alt" && name != "stelle");
    fields.push(("grund".to_owned(), "Halb getippt".to_owned()));
    fields.push(("alt".to_owned(), value));
    let sent: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let done = operator.post(&action, &sent).await;
    done.assert_status(303);
    let next = operator.follow(&done).await;
    next.assert_says("Der Entwurf ist gespeichert.");
    assert_eq!(
        next.attribute("#grund", "value").as_deref(),
        Some("Halb getippt")
    );
    assert_eq!(next.all("button[formaction$='/zuruecknehmen']").len(), 2);
    let saved = next.submit(&operator, "#angaben", &[]).await;
    saved.assert_status(303);
    assert_eq!(app.text("reason FROM announcements"), "Halb getippt");
    assert_eq!(app.count("kept_forms"), 0);
}

/// B1: a user who names or assigns a partner has seen the present one.
#[actix_web::test]
async fn b1_a_later_assignment_is_asked_when_another_came_first() {
    let app = TestApp::start().await;
    let companies = app.companies();
    let (first, second) = (
        app.sign_in(Person::Operator).await,
        app.sign_in(Person::Operator).await,
    );
    let page = format!(
        "/betrieb/kunden/4711/partner?mandant={}",
        companies.foreign_partner
    );
    let late = second.get(&page).await;
    let sub = format!(
        "/kunden/4711/submandant?submandant={}",
        companies.sub_partner
    );
    let named = first.get(&sub).await;
    named.submit(&first, FORM, &[]).await.assert_status(303);
    let asked = late.submit(&second, FORM, &[]).await;
    asked.assert_redirect(&page);
    second
        .follow(&asked)
        .await
        .assert_says("Geändert haben Sie noch nichts")
        .submit(&second, FORM, &[])
        .await
        .assert_status(303);
    let case = app.case(CUSTOMER);
    assert_eq!(case.partner.unwrap().id, companies.foreign_partner);
    named.submit(&first, FORM, &[]).await.assert_status(404);
}

/// B1: every form that changes something carries a stamp of what it showed. A form without one is
/// listed here with a reason.
#[test]
fn b1_every_form_that_changes_something_carries_what_it_showed() {
    // Forms that only add, send or answer show nothing that another user could have changed; the
    // rules refuse what is no longer possible, and a second click does nothing more.
    const SHOWS_NOTHING: &[&str] = &[
        // The own second factor: what is wrong with its moment, the rules refuse.
        "account/codes.html",
        "account/passkey_make.html",
        "account/passkey_name.html",
        "account/passkey_remove.html",
        "account/remove.html",
        "account/renew.html",
        "account/set_up.html",
        // Ends sessions, which only ever end.
        "account/show.html",
        "kit/sessions.html",
        "administration/contract.html",
        "administration/dissent.html",
        "administration/objection.html",
        // Invites somebody; and steps that depend on the state alone, which is looked at again.
        "company/new.html",
        "company/step.html",
        "contract/roll_outs/plan.html",
        "contract/roll_outs/progress.html",
        "contract/versions/new.html",
        // Adds a customer; its confirmation has `stand` among the typed values it carries.
        "customers/addition/addition.html",
        // Adds a clause; what is there stays as it is.
        "contract/versions/clauses.html",
        "customers/addition/confirmation.html",
        // Look a file through; starting or proposing it has `stand`.
        "customers/agreement_imports/list.html",
        "customers/imports/list.html",
        "customers/links.html",
        "customers/objections/declarations.html",
        "customers/objections/record.html",
        "customers/proposals/error.html",
        "customers/proposals/paper.html",
        "customers/renewal.html",
        "customers/status/status.html",
        "dev/clock.html",
        "frame.html",
        "kit/error.html",
        "operation/announcements/list.html",
        "operation/announcements/notice.html",
        "operation/announcements/preview.html",
        "operation/announcements/show.html",
        "operation/bulk_runs/show.html",
        "operation/clients/new.html",
        "operation/clients/show.html",
        "operation/mails/detail.html",
        "operation/mails/list.html",
        "operation/mails/test.html",
        "operation/parts/alert_lines.html",
        "operation/proposals/show.html",
        "operation/replies/show.html",
        "operation/sub_processors/list.html",
        "operation/users/confirmation.html",
        "operation/webhooks/new.html",
        "operation/webhooks/show.html",
        "operation/users/disable.html",
        "operation/users/enable.html",
        "operation/users/erase.html",
        "operation/users/factor.html",
        "operation/users/new.html",
        "partners/block.html",
        "partners/contract.html",
        "partners/deactivate.html",
        "partners/show.html",
        "partners/unblock.html",
        "public/access/ask.html",
        "public/addresses/stop.html",
        "public/consent/decline.html",
        "public/consent/form.html",
        "public/consent/state.html",
        "public/consent/success.html",
        "public/notices/dissent.html",
        "public/passwords/choose.html",
        "public/passwords/forgot.html",
        "public/verification/check.html",
        "public/sign_in/code.html",
        "public/sign_in/sign_in.html",
    ];
    let mut without = Vec::new();
    for path in templates() {
        let text = std::fs::read_to_string(&path).unwrap();
        let is_form = text.contains("method=\"post\"");
        let name = path.to_string_lossy();
        let is_known = SHOWS_NOTHING.iter().any(|known| name.ends_with(known));
        if is_form && !is_known && !text.contains("name=\"stand\"") {
            without.push(name.into_owned());
        }
    }
    assert_eq!(
        without, [""; 0],
        "let the form carry `stand` (actions::form_version)"
    );
}
