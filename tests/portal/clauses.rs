//! Writing clause by clause over HTTP: two people, stale forms, an ended session, comments, and who wrote
//! what (C-01, LC-54, B1, B2).

use crate::harness::{Browser, PASSWORD, Page, Person, TestApp, minutes};
use crate::versions_life::begin;

const SECOND: &str = "zweite@plusnet.example";
const FORM: &str = "#v-klauselform";
const NEW_WORDS: &str = "Ein neuer Satz über [Name des Auftraggebers].";

/// A second person of the legal department.
pub async fn second(app: &TestApp) -> Browser {
    let first = Person::Operator.email();
    app.sql(&format!(
        "INSERT INTO users (email, name, role, operator_role, contracts, password_hash, created_at) \
         SELECT '{SECOND}', 'Zoe Zweite', role, operator_role, contracts, password_hash, created_at FROM users WHERE email = '{first}'"
    ))
    .unwrap();
    let browser = app.visitor();
    let page = browser.get("/anmelden").await;
    page.submit(
        &browser,
        "main form",
        &[("email", SECOND), ("passwort", PASSWORD)],
    )
    .await
    .assert_status(303);
    browser
}

fn clause(draft: &str, key: &str) -> String {
    format!("{draft}/klausel?teil=vertrag&klausel={key}")
}

fn field(page: &Page, name: &str) -> String {
    let (_, fields) = page.form(FORM);
    let found = fields.into_iter().find(|(known, _)| known == name);
    found
        .unwrap_or_else(|| panic!("no field {name}"))
        .1
        .trim_start_matches('\n')
        .to_owned()
}

async fn send(browser: &Browser, page: &Page, more: &[(&str, &str)]) -> Page {
    page.submit(browser, FORM, more).await
}

/// The same form with another button's address.
async fn send_to(browser: &Browser, page: &Page, way: &str, more: &[(&str, &str)]) -> Page {
    let (action, mut fields) = page.form(FORM);
    for (name, value) in more {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    browser
        .upload(&format!("{action}{way}"), &fields, &[])
        .await
}

/// A file of the only draft, as it is stored.
pub fn file(app: &TestApp, path: &str) -> String {
    let rows = app.rows("contract_versions").into_iter();
    let drafts: Vec<serde_json::Value> = rows
        .map(|row| serde_json::from_str(&row).unwrap())
        .filter(|row: &serde_json::Value| row["published_at"].is_null())
        .collect();
    let [draft] = drafts.as_slice() else {
        panic!("{} drafts", drafts.len());
    };
    draft["files"][path].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn b1_two_people_write_in_different_clauses_and_one_keeps_what_the_other_changed() {
    let app = TestApp::start().await;
    let (first, other) = (app.sign_in(Person::Operator).await, second(&app).await);
    let draft = begin(&first).await;
    let list = first.get(&format!("{draft}/klauseln?teil=vertrag")).await;
    list.assert_status(200)
        .assert_says("5 Weisungen")
        .assert_says("Rechtswidrige Weisung");

    // Both opened the file before either saved; different clauses do not disturb each other.
    let mine = first.get(&clause(&draft, "weisungen")).await;
    mine.assert_status(200);
    let theirs = other.get(&clause(&draft, "haftung")).await;
    let text = format!("{}\n\n{NEW_WORDS}", field(&mine, "text_de"));
    let saved = send(
        &first,
        &mine,
        &[("text_de", text.as_str()), ("tun", "speichern")],
    )
    .await;
    saved.assert_status(303);
    first.follow(&saved).await.assert_says("Gespeichert.");
    let text = format!("{}\n\nNoch ein Satz.", field(&theirs, "text_de"));
    let more = [("text_de", text.as_str()), ("tun", "speichern")];
    send(&other, &theirs, &more).await.assert_status(303);
    let stored = file(&app, "de/vertrag.dj");
    assert!(
        stored.contains("Ein neuer Satz über :customer-name:."),
        "{stored}"
    );
    assert!(stored.contains("Noch ein Satz."));

    // The same clause in the other language: nothing of the first one is lost.
    let english = format!("{}\n\nA new sentence.", field(&mine, "text_en"));
    let fresh = other.get(&clause(&draft, "weisungen")).await;
    let more = [("text_en", english.as_str()), ("tun", "speichern")];
    send(&other, &fresh, &more).await.assert_status(303);
    assert!(file(&app, "en/vertrag.dj").contains("A new sentence."));
    assert!(file(&app, "de/vertrag.dj").contains("Ein neuer Satz"));

    // The same clause and language, from the page that is open since before: the back button.
    let old = format!("{} Mein Satz.", field(&mine, "text_de"));
    let refused = send(
        &first,
        &mine,
        &[("text_de", old.as_str()), ("tun", "speichern")],
    )
    .await;
    refused
        .assert_status(422)
        .assert_says("hat diese Klausel am")
        .assert_says("Mein Satz.");
    assert!(refused.text().contains("<del>"), "the difference");
    assert!(field(&refused, "text_de").contains("Mein Satz."));
    assert!(!file(&app, "de/vertrag.dj").contains("Mein Satz."));
    // Whoever saves once more has seen it.
    send(&first, &refused, &[("tun", "speichern")])
        .await
        .assert_status(303);
    assert!(file(&app, "de/vertrag.dj").contains("Mein Satz."));
    // The same form sent twice changes nothing more.
    let again = send(&first, &refused, &[("tun", "speichern")]).await;
    first.follow(&again).await.assert_says("unverändert");

    // Who wrote what, word by word.
    let history = first.get(&format!("{draft}/verlauf")).await;
    history
        .assert_status(200)
        .assert_says("Zoe Zweite")
        .assert_says("Mein Satz.")
        .assert_says("Haftung");
    assert!(
        history
            .all("ins")
            .iter()
            .any(|words| words.contains("Noch ein Satz."))
    );
    let events = app.count("audit_events WHERE details::text LIKE '%\"clause\"%'");
    assert!(events >= 4, "{events}");
}

#[actix_web::test]
async fn b2_nothing_typed_in_a_clause_is_lost() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let draft = begin(&operator).await;
    let address = clause(&draft, "weisungen");
    let page = operator.get(&address).await;
    let before = field(&page, "text_de");

    // A value from the menu: where [] stands, else at the end. What was typed stays.
    let typed = format!("{before}\n\nHier steht [] und mehr.");
    let more = [
        ("text_de", typed.as_str()),
        ("wert", "wert:Name des Auftragsverarbeiters"),
        ("tun", "wert_de"),
    ];
    let shown = send(&operator, &page, &more).await;
    shown.assert_status(200);
    let text = field(&shown, "text_de");
    assert!(
        text.ends_with("Hier steht [Name des Auftragsverarbeiters] und mehr."),
        "{text}"
    );
    let more = [("wert", "verweis:loeschung"), ("tun", "wert_de")];
    let shown = send(&operator, &shown, &more).await;
    let text = field(&shown, "text_de");
    assert!(text.ends_with("und mehr. [Ziffer 14]"), "{text}");
    assert!(
        !file(&app, "de/vertrag.dj").contains("und mehr"),
        "nothing is saved"
    );

    // Leaving the page and coming back: it stands in the form, and can be dropped.
    let back = operator.get(&address).await;
    back.assert_says("Ihre Eingaben vom");
    assert_eq!(field(&back, "text_de"), text);
    operator
        .get(&format!("{draft}/klauseln?teil=vertrag"))
        .await
        .assert_says("Ihre Eingaben, nicht gespeichert");
    let kept = send(&operator, &back, &[("tun", "merken")]).await;
    kept.assert_status(204);
    let moved = send_to(&operator, &back, "/ort", &[("tun", "runter")]).await;
    operator.follow(&moved).await.assert_says("verschoben");
    let back = operator.get(&address).await;
    assert_eq!(field(&back, "text_de"), text, "kept over a move");

    // The session ends while somebody types.
    app.clock.advance(minutes(31));
    let late = format!("{text} Zu spät.");
    let led = send(
        &operator,
        &back,
        &[("text_de", late.as_str()), ("tun", "speichern")],
    )
    .await;
    led.assert_redirect("/anmelden?weiter=");
    let sign_in = operator.follow(&led).await;
    let right = [("email", Person::Operator.email()), ("passwort", PASSWORD)];
    let done = sign_in.submit(&operator, "main form", &right).await;
    let back = operator.follow(&done).await;
    back.assert_status(200)
        .assert_says("Ihre Eingaben sind wieder da");
    assert_eq!(field(&back, "text_de"), late);
    send(&operator, &back, &[("tun", "speichern")])
        .await
        .assert_status(303);
    let stored = file(&app, "de/vertrag.dj");
    assert!(stored.contains(":operator-name: und mehr."), "{stored}");
    assert!(stored.contains("[](#loeschung)") && stored.contains("Zu spät."));
    assert_eq!(app.count("clause_drafts"), 0);

    // What is wrong stands at its field, with what was typed.
    let page = operator.get(&address).await;
    let wrong = [
        ("ueberschrift_de", " "),
        ("text_de", "Siehe [Ziffer 99]."),
        ("tun", "speichern"),
    ];
    let refused = send(&operator, &page, &wrong).await;
    refused
        .assert_status(422)
        .assert_says("Geben Sie die Überschrift ein")
        .assert_says("weder ein Wert noch ein Verweis");
    assert!(refused.attribute("#text_de[aria-invalid]", "id").is_some());
    assert_eq!(field(&refused, "text_de"), "Siehe [Ziffer 99].");
    // The clause is gone meanwhile: what was typed is shown.
    let clauses = operator.get(&address).await;
    let removed = clauses
        .submit(
            &operator,
            "form[action$='/klausel/loeschung']",
            &[("sicher", "ja")],
        )
        .await;
    removed.assert_status(303);
    let gone = send(
        &operator,
        &page,
        &[
            ("text_de", "Weg, aber nicht verloren."),
            ("tun", "speichern"),
        ],
    )
    .await;
    gone.assert_status(422)
        .assert_says("gibt es nicht mehr")
        .assert_says("Weg, aber nicht verloren.");
}

#[actix_web::test]
async fn clauses_are_added_marked_and_lead_from_findings() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let draft = begin(&operator).await;
    let list = operator
        .get(&format!("{draft}/klauseln?teil=vertrag"))
        .await;
    let empty = list
        .submit(&operator, "#v-neue-klausel", &[("neu_de", "Meldewege")])
        .await;
    empty
        .assert_status(422)
        .assert_says("Geben Sie die Überschrift ein");
    let fields = [
        ("nach", "weisungen"),
        ("neu_de", "Meldewege"),
        ("neu_en", "Reporting lines"),
    ];
    let added = list.submit(&operator, "#v-neue-klausel", &fields).await;
    added.assert_redirect(&clause(&draft, "meldewege"));
    let page = operator.follow(&added).await;
    page.assert_says("6 Meldewege");
    assert_eq!(field(&page, "ueberschrift_en"), "Reporting lines");
    let more = [
        ("thema-breach", "ja"),
        ("text_de", "Gemeldet wird."),
        ("tun", "speichern"),
    ];
    send(&operator, &page, &more).await.assert_status(303);
    for path in ["de/vertrag.dj", "en/vertrag.dj"] {
        assert!(file(&app, path).contains("{#meldewege .breach}"), "{path}");
    }

    // A finding names the clause and its field.
    let page = operator.get(&clause(&draft, "meldewege")).await;
    let broken = [("text_en", ""), ("tun", "speichern")];
    send(&operator, &page, &broken).await.assert_status(303);
    let version = operator.get(&draft).await;
    version.assert_says("Der Abschnitt ist leer");
    let links = version.attributes(".findings a", "href");
    let mut found = None;
    for link in links.iter().filter(|href| href.ends_with("#text_en")) {
        let page = operator.get(link.split('#').next().unwrap()).await;
        if page.words().contains("Der Abschnitt ist leer") {
            found = Some(page);
        }
    }
    let form = found.expect("a link to the clause");
    form.assert_says("6 Meldewege");
    let links = form.attributes(".findings a", "href");
    assert!(links.contains(&"#text_en".to_owned()), "{links:?}");

    // Every part opens, and every clause of it.
    for part in [
        "vertrag",
        "anlage-tom",
        "anlage-produkte",
        "massnahmen",
        "produkte/centraflex",
    ] {
        let list = operator.get(&format!("{draft}/klauseln?teil={part}")).await;
        list.assert_status(200);
        let links = list.attributes("tbody a", "href");
        assert!(!links.is_empty(), "{part}");
        for link in links.iter().take(2) {
            let page = operator.get(link).await;
            page.assert_status(200);
            assert!(page.all("#text_de").len() == 1, "{link}: {}", page.words());
        }
    }
}

#[actix_web::test]
async fn comments_are_answered_and_closed() {
    let app = TestApp::start().await;
    let (first, other) = (app.sign_in(Person::Operator).await, second(&app).await);
    let draft = begin(&first).await;
    let address = clause(&draft, "haftung");
    let page = first.get(&address).await;
    let none = send_to(&first, &page, "/kommentar", &[("tun", "kommentieren")]).await;
    none.assert_status(422)
        .assert_says("Schreiben Sie den Kommentar");
    // What was typed in the clause meanwhile stays.
    let typed = format!("{} Getippt.", field(&page, "text_de"));
    let more = [
        ("tun", "kommentieren"),
        ("kommentar", "Ist das <b>so</b> gewollt?"),
        ("text_de", typed.as_str()),
    ];
    let sent = send_to(&first, &page, "/kommentar", &more).await;
    sent.assert_status(303);
    let page = first.follow(&sent).await;
    page.assert_says("Ist das <b>so</b> gewollt?");
    assert!(field(&page, "text_de").ends_with("Getippt."));
    assert_eq!(field(&page, "kommentar"), "");
    other
        .get(&format!("{draft}/klauseln?teil=vertrag"))
        .await
        .assert_says("1 Kommentar");
    other
        .get(&format!("{draft}/vorlage"))
        .await
        .assert_says("Ein Kommentar zu einer Klausel ist noch offen.");

    let page = other.get(&address).await;
    page.assert_silent_about("Getippt.");
    let id = page
        .attributes("#worauf option", "value")
        .into_iter()
        .find(|value| !value.is_empty())
        .unwrap();
    let more = [
        ("tun", "kommentieren"),
        ("kommentar", "Ja."),
        ("worauf", id.as_str()),
    ];
    send_to(&other, &page, "/kommentar", &more)
        .await
        .assert_status(303);
    let closed = format!("erledigt-{id}");
    let page = other.get(&address).await;
    page.assert_says("Ja.");
    send_to(&other, &page, "/kommentar", &[("tun", closed.as_str())])
        .await
        .assert_status(303);
    let page = first.get(&address).await;
    page.assert_says("Erledigt: Zoe Zweite");
    first
        .get(&format!("{draft}/vorlage"))
        .await
        .assert_silent_about("noch offen");
    // Nobody outside the operator sees any of it, and a deleted draft takes it along.
    assert_eq!(app.count("clause_comments"), 2);
    let version = first.get(&draft).await;
    version
        .submit(&first, "form[action$='/loeschung']", &[("sicher", "ja")])
        .await
        .assert_status(303);
    assert_eq!(app.count("clause_comments"), 0);
    assert_eq!(app.count("clause_drafts"), 0);
}
