//! "Verwaltung → Erscheinungsbild": the operator's logo, colour and legal pages, and where they are
//! met.

use avv_portal::domain::Branding;
use avv_portal::mail::Transport;
use avv_portal::storage::branding::find_branding;

use crate::harness::{Browser, CUSTOMER, PASSWORD, Page, Person, TestApp};
use crate::seeded::MAIL;

const BRANDING: &str = "/betrieb/erscheinungsbild";
const FORM: &str = "main form";
const LOGO: &[u8] = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><title>Geheimer Titel</title><rect width="120" height="40" fill="#5b2a86"/></svg>"##;

/// Sends the form of the page with what is typed over what it showed.
async fn save(browser: &Browser, page: &Page, typed: &[(&str, &str)], logo: &[u8]) -> Page {
    let (action, mut fields) = page.form(FORM);
    for (name, value) in typed.iter().chain(&[("passwort", PASSWORD)]) {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => field.1 = (*value).to_owned(),
            None => fields.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let name = if logo.is_empty() { "" } else { "logo.svg" };
    browser
        .upload(&action, &fields, &[("logo", name, logo)])
        .await
}

fn stored(app: &TestApp) -> Branding {
    app.read(|conn| Ok(find_branding(conn)?))
}

#[actix_web::test]
async fn s77_a_logo_and_a_colour_are_met_on_pages_and_in_mails() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get(BRANDING).await;
    let done = save(&operator, &page, &[("farbe", "#5B2A86")], LOGO).await;
    done.assert_redirect(BRANDING);
    operator
        .follow(&done)
        .await
        .assert_says("Das Erscheinungsbild ist gespeichert");
    let visitor = app.visitor();
    let page = visitor.get("/kontakt").await;
    let logo = page.attribute(".brand img.logo", "src").unwrap();
    assert_eq!(
        page.attribute(".brand img.logo", "alt").as_deref(),
        Some("Plusnet")
    );
    let picture = visitor.get(&logo).await;
    picture.assert_status(200);
    assert_eq!(picture.header("content-type"), "image/svg+xml");
    assert!(
        picture
            .header("content-security-policy")
            .contains("sandbox")
    );
    assert!(picture.header("cache-control").contains("immutable"));
    assert!(
        !picture.text().contains("Geheimer Titel"),
        "it is drawn anew"
    );
    let sheets = page.attribute("link[href$='farben.css']", "href").unwrap();
    let sheet = visitor.get(&sheets).await;
    sheet.assert_status(200);
    assert!(sheet.text().contains("--accent: light-dark(#5b2a86,"));
    // S-24: the picture travels with the mail; nothing is loaded.
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    let mail = app.last_mail_to(MAIL);
    let html = &mail.written.html;
    assert!(html.contains("cid:logo") && html.contains("background-color:#5b2a86"));
    assert!(!html.contains("#0b5567"));
    let picture = mail.written.logo.as_ref().unwrap();
    assert!(picture.bytes.starts_with(b"\x89PNG"));
    // The next one without it.
    let page = operator.get(BRANDING).await;
    let gone = save(&operator, &page, &[("logo_weg", "ja"), ("farbe", "")], b"").await;
    gone.assert_redirect(BRANDING);
    assert_eq!(stored(&app), Branding::default());
    let page = visitor.get("/kontakt").await;
    assert!(page.attribute(".brand img.logo", "src").is_none());
    visitor.get(&logo).await.assert_status(404);
}

#[actix_web::test]
async fn s77_what_cannot_be_shown_is_refused_at_its_field_and_nothing_is_kept() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let script = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
    for (typed, logo, field, says) in [
        (vec![], script.as_slice(), "logo", "enthält ein Skript"),
        (vec![], b"GIF89a".as_slice(), "logo", "weder SVG noch PNG"),
        (
            vec![("farbe", "#ffcc00")],
            LOGO,
            "farbe",
            "Auf hellem Grund ist diese Farbe zu schlecht zu lesen",
        ),
        (
            vec![("farbe", "#5b2a86"), ("farbe_dunkel", "#5b2a86")],
            LOGO,
            "farbe_dunkel",
            "Auf dunklem Grund",
        ),
        (vec![("farbe", "lila")], LOGO, "farbe", "mit sechs Ziffern"),
        (
            vec![
                ("impressum_von", "link"),
                ("impressum_link", "javascript:alert(1)"),
            ],
            LOGO,
            "impressum_link",
            "Geben Sie die ganze Adresse ein",
        ),
        (
            vec![("datenschutz_von", "text"), ("datenschutz_text", " ")],
            LOGO,
            "datenschutz_text",
            "Der Text fehlt noch",
        ),
    ] {
        let page = operator.get(BRANDING).await;
        let refused = save(&operator, &page, &typed, logo).await;
        refused.assert_status(422).assert_says(says);
        assert!(
            refused
                .attribute(&format!("#{field}-fehler"), "class")
                .is_some(),
            "{field}"
        );
        for (name, value) in typed.iter().filter(|(name, _)| name.starts_with("farbe")) {
            let kept = refused.attribute(&format!("#{name}"), "value");
            assert_eq!(kept.as_deref(), Some(*value));
        }
        assert_eq!(stored(&app), Branding::default(), "{says}");
    }
    let page = operator.get(BRANDING).await;
    page.submit(&operator, FORM, &[("passwort", "falsch")])
        .await
        .assert_status(422)
        .assert_says("Das Passwort stimmt nicht");
}

#[actix_web::test]
async fn ev17_legal_pages_are_the_operators_own_where_it_says_so() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get(BRANDING).await;
    let typed = [
        ("impressum_von", "link"),
        ("impressum_link", "https://www.plusnet.example/impressum"),
        ("datenschutz_von", "text"),
        (
            "datenschutz_text",
            "# Wer\n\nWir & <script>alert(1)</script>\n\n[mehr](https://plusnet.example/mehr)",
        ),
    ];
    save(&operator, &page, &typed, b"")
        .await
        .assert_redirect(BRANDING);
    let visitor = app.visitor();
    let led = visitor.get("/impressum").await;
    led.assert_status(303);
    assert_eq!(led.location(), "https://www.plusnet.example/impressum");
    let own = visitor.get("/datenschutz?sprache=en").await;
    own.assert_status(200).assert_says("Wir & <script>");
    assert!(own.attribute("main [lang=de] h2", "class").is_none());
    assert!(own.text().contains("lang=\"de\"") && !own.text().contains("<script>alert"));
    assert_eq!(
        own.attribute("main a", "href").as_deref(),
        Some("https://plusnet.example/mehr")
    );
    visitor
        .get("/barrierefreiheit")
        .await
        .assert_says("Woran wir uns messen");
    // B1: a later save shows both.
    let late = operator.get(BRANDING).await;
    let page = operator.get(BRANDING).await;
    save(&operator, &page, &[("farbe", "#5b2a86")], b"")
        .await
        .assert_redirect(BRANDING);
    let asked = save(&operator, &late, &[("farbe", "#00319c")], b"").await;
    asked
        .assert_status(422)
        .assert_says("Gespeichert ist inzwischen „#5b2a86“, bei Ihnen steht „#00319c“");
    save(&operator, &asked, &[], b"")
        .await
        .assert_redirect(BRANDING);
    let accent = stored(&app).accent.unwrap();
    assert_eq!(accent.light.to_string(), "#00319c");
    let log = operator.get("/betrieb/protokoll").await;
    log.assert_says("Erscheinungsbild geändert: Akzentfarbe")
        .assert_says("Erscheinungsbild geändert: Impressum, Datenschutzhinweise");
}

#[actix_web::test]
async fn ev16_the_years_of_the_settings_are_the_ones_that_are_promised() {
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.retention_years = 10;
    })
    .await;
    let visitor = app.visitor();
    visitor
        .get("/datenschutz")
        .await
        .assert_says("Ende des zehnten Kalenderjahres")
        .assert_silent_about("dritten Kalenderjahres");
    visitor
        .get("/datenschutz?sprache=en")
        .await
        .assert_says("end of the tenth calendar year");
}

#[actix_web::test]
async fn s24_answers_go_where_the_operator_wants_them_below_its_signature() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get("/betrieb/betreiber").await;
    let typed = [
        ("ustid", "de123"),
        ("antwort_email", "vertraege@plusnet.example"),
        ("signatur", "Freundliche Grüße\n<b>Ihr Team</b>"),
        ("passwort", PASSWORD),
    ];
    let refused = page.submit(&operator, FORM, &typed).await;
    refused.assert_status(422).assert_says(
        "„Umsatzsteuer-Identifikationsnummer“: Geben Sie das Länderkürzel und die Nummer ein",
    );
    let typed = [("ustid", "DE123456789"), ("passwort", PASSWORD)];
    refused
        .submit(&operator, FORM, &typed)
        .await
        .assert_status(303);
    app.visitor()
        .get("/impressum")
        .await
        .assert_says("DE123456789");
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    let mail = app.last_mail_to(MAIL);
    assert!(
        mail.written
            .text
            .contains("Freundliche Grüße\n<b>Ihr Team</b>\n")
    );
    assert!(
        mail.written
            .html
            .contains("Freundliche Grüße<br>&#60;b&#62;Ihr Team")
    );
    let raw = String::from_utf8_lossy(&mail.raw).into_owned();
    let line = raw.lines().find(|line| line.starts_with("Reply-To:"));
    assert!(
        line.unwrap().contains("<vertraege@plusnet.example>"),
        "{line:?}"
    );
    let flowing = mail.written.flowing();
    assert!(flowing.contains("Antworten gehen an vertraege@plusnet.example"));
}
