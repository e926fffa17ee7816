//! A lawyer who knows her word processor and nothing else brings her own agreement into the portal: two documents
//! become a draft, every doubt and every finding is settled by clicking, two clauses are corrected in both
//! languages, a colleague approves and publishes. In a real browser, at 1280 px, without the source (T-15, T-09,
//! LC-04 … LC-49, LC-54).

use crate::harness::chromium::{Chromium, Scripts, Window};
use crate::harness::{PASSWORD, Person, TestApp};
use crate::walk::sign_in;

const DRAFT: &str = "/betrieb/vertragsfassungen/2";
const GERMAN: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/contracts/import/kanzlei-de.docx"
);
const ENGLISH: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/contracts/import/kanzlei-en.docx"
);
/// Where the first proposal is not the passage she means: subject, and the words it begins with.
const OTHERS: [(&str, &str); 7] = [
    ("tom-integrity", "Änderungen an Anlagen werden mit Nutzer"),
    ("purpose", "Die Daten werden erhoben, gespeichert"),
    ("delimitation", "Der Kunde genehmigt allgemein"),
    (
        "authorised-persons",
        "Der Kunde bleibt für die Rechtmäßigkeit",
    ),
    (
        "further-outsourcing",
        "Vertriebspartner, die den Kunden betreuen",
    ),
    (
        "tom-retention",
        "Verbindungsdaten werden nach sechs Monaten gelöscht",
    ),
    (
        "tom-erasure",
        "Verbindungsdaten werden nach sechs Monaten gelöscht",
    ),
];
const BREACH: &str = "Verletzungen des Schutzes personenbezogener Daten meldet der Auftragsverarbeiter dem Kunden unverzüglich, spätestens 12 Stunden nach Kenntnis, mit Art, Umfang, wahrscheinlichen Folgen, ergriffenen Maßnahmen und einer Anlaufstelle.";
const BREACH_EN: &str = "The processor notifies the customer of personal data breaches without undue delay, at the latest 12 hours after becoming aware, with their nature, extent, likely consequences, measures taken and a point of contact.";
const COSTS: &str = "Für Leistungen nach dieser Vereinbarung, die das Gesetz verlangt, berechnet der Auftragsverarbeiter dem Kunden nichts, auch keine Auslagen.";
const COSTS_EN: &str = "The processor charges the customer nothing for services under this agreement that the law requires, not even expenses.";

#[actix_web::test]
async fn a_lawyer_brings_her_own_agreement_to_publication_by_clicking() {
    let (app, chromium) = (TestApp::start().await, Chromium::start());
    app.add_operators();
    let lawyer = sign_in(&app, &chromium, Person::Legal, Scripts::On).await;
    lawyer.resize(1280, 900).await;
    she_uploads_two_documents(&lawyer).await;
    she_settles_every_doubt(&lawyer).await;
    she_fills_in_the_facts(&lawyer).await;
    for (clause, german, english) in [
        ("verletzungen-des-schutzes", BREACH, BREACH_EN),
        ("hinweis-fuer-die-buchhaltung", COSTS, COSTS_EN),
    ] {
        she_corrects(&lawyer, clause, german, english).await;
    }
    she_places_what_the_portal_writes(&lawyer).await;
    every_product_gets_an_annex(&lawyer).await;
    she_names_the_annex_of_measures(&lawyer).await;
    she_assigns_what_the_text_says(&lawyer).await;
    she_submits(&lawyer).await;
    let colleague = sign_in(&app, &chromium, Person::Operator, Scripts::On).await;
    a_colleague_publishes(&colleague).await;
    everybody_reads_it(&colleague).await;
}

async fn she_uploads_two_documents(lawyer: &Window) {
    lawyer.go("/betrieb/vertragsfassungen").await;
    lawyer.click_words("Neue Fassung").await;
    let file = lawyer.find("#datei").await;
    let both = format!("{GERMAN}\n{ENGLISH}");
    file.send_keys(&both).await.expect("two files are chosen");
    lawyer.click_words("Hochladen und Entwurf anlegen").await;
    lawyer.assert_path(&format!("{DRAFT}/uebernahme")).await;
    lawyer.assert_says("keines ging verloren").await;
}

/// Three bold lines in each language are headings; one click each.
async fn she_settles_every_doubt(lawyer: &Window) {
    const OPEN: &str = "section[aria-labelledby=offen] li";
    for left in (1..=6).rev() {
        lawyer
            .until(&format!(
                "document.querySelectorAll('{OPEN}').length === {left}"
            ))
            .await;
        let line = lawyer.text(&format!("{OPEN} strong")).await;
        let level = match line.as_str() {
            "Hinweis für die Buchhaltung" | "Note for accounting" => 1,
            _ => 2,
        };
        lawyer
            .click(&format!("{OPEN} button[value$=':heading-{level}']"))
            .await;
    }
    lawyer.assert_says("Alles ist entschieden.").await;
    lawyer.click_words("Zum Entwurf").await;
    lawyer.assert_path(DRAFT).await;
    lawyer.assert_silent_about("generate=").await;
}

/// The findings about number, periods and authorisation lead to fields.
async fn she_fills_in_the_facts(lawyer: &Window) {
    lawyer
        .click("main .findings a[href$='contract.toml']")
        .await;
    for (field, value) in [
        ("#nummer", "2.0"),
        ("#neu_de", "Eigener Vertrag statt des Musters."),
        ("#neu_en", "Our own agreement instead of the sample."),
        ("#ankuendigung", "30"),
        ("#einspruch", "14"),
        ("#loeschfrist", "30"),
    ] {
        lawyer.fill(field, value).await;
    }
    choose(lawyer, "#genehmigung", "general").await;
    lawyer.click_words("Angaben speichern").await;
    lawyer.assert_says("Die Angaben sind gespeichert.").await;
}

/// Chooses an option, as the neighbouring walks do.
async fn choose(lawyer: &Window, select: &str, value: &str) {
    lawyer
        .find(&format!("{select} option[value='{value}']"))
        .await;
    lawyer
        .run(&format!(
            "document.querySelector('{select}').value = '{value}'"
        ))
        .await;
}

async fn she_places_what_the_portal_writes(lawyer: &Window) {
    lawyer.go(DRAFT).await;
    lawyer
        .click("main .findings a[href$='/teile#parties']")
        .await;
    lawyer
        .assert_text("h1", "Anlagen, Produkte, Bausteine")
        .await;
    for (block, place) in [
        ("parties", "vertrag/vorspann"),
        ("contacts", "neu"),
        ("sub-processors", "anlage-2/weitere-auftragsverarbeiter"),
        ("products", "neu"),
        ("conclusion", "vertrag/haftung-und-vorrang"),
    ] {
        choose(lawyer, &format!("#ort-{block}"), place).await;
        press(lawyer, block, "einbauen").await;
        lawyer
            .find(&format!(
                "section[aria-labelledby={block}] button[value=herausnehmen]"
            ))
            .await;
    }
    // Placed in the wrong clause, it is taken out and placed anew.
    press(lawyer, "conclusion", "herausnehmen").await;
    let place = "vertrag/abschluss-widerspruch-und-ende";
    choose(lawyer, "#ort-conclusion", place).await;
    press(lawyer, "conclusion", "einbauen").await;
    lawyer
        .find("section[aria-labelledby=conclusion] button[value=herausnehmen]")
        .await;
}

async fn press(lawyer: &Window, section: &str, what: &str) {
    let button = format!("section[aria-labelledby='{section}'] button[value={what}]");
    lawyer.click(&button).await;
}

/// One is described in three answers, the others refer to the clause that has the data.
async fn every_product_gets_an_annex(lawyer: &Window) {
    lawyer.click("#produkt-centraflex ~ form a").await;
    lawyer
        .assert_text("h1", "Anlage für Tengo Centraflex")
        .await;
    lawyer.click_words("Anlage anlegen").await;
    lawyer
        .assert_says("Die Anlage ist noch nicht angelegt")
        .await;
    for (field, text) in [
        ("#zweck_de", "Betrieb der Telefonanlage."),
        ("#daten_de", "Namen, Durchwahlen, Anruflisten"),
        ("#personen_de", "Beschäftigte und ihre Gesprächspartner"),
        ("#zweck_en", "Operation of the telephone system."),
        ("#daten_en", "Names, extensions, call lists"),
        ("#personen_en", "Staff and those they talk to"),
    ] {
        lawyer.fill(field, text).await;
    }
    lawyer.click_words("Anlage anlegen").await;
    lawyer
        .until(
            "!document.querySelector('#stelle-centraflex') && document.querySelector('#produkte')",
        )
        .await;
    loop {
        let next = "return document.querySelector('[name=produkt]')?.value ?? ''";
        let product = lawyer.run(next).await;
        let product = product.as_str().expect("a code").to_owned();
        if product.is_empty() {
            break;
        }
        let place = "vertrag/daten-und-betroffene-personen";
        choose(lawyer, &format!("#stelle-{product}"), place).await;
        press(lawyer, &format!("produkt-{product}"), "verweisen").await;
        lawyer
            .until(&format!(
                "!document.querySelector('#stelle-{product}') && document.querySelector('#produkte')"
            ))
            .await;
    }
    lawyer.assert_silent_about("ohne Anlage").await;
}

async fn she_names_the_annex_of_measures(lawyer: &Window) {
    lawyer.go(DRAFT).await;
    lawyer.click("main .findings a[href$='thema=tom']").await;
    lawyer
        .assert_text("h1", "Stelle wählen: Sicherheit der Verarbeitung")
        .await;
    choose_passage(lawyer, "Anlage 1").await;
    lawyer
        .assert_says("„Sicherheit der Verarbeitung“ ist zugeordnet")
        .await;
}

/// Of all passages the one whose words, or whose name, begin so.
async fn choose_passage(lawyer: &Window, words: &str) {
    let id = lawyer
        .run(&format!(
            "return [...document.querySelectorAll('main label[for^=ort-]')].find(one => \
             [one.textContent, one.textContent.split(': ').slice(1).join(': ')].some(text => \
             text.replaceAll('\\u00ad', '').replaceAll('\\u00a0', ' ').startsWith('{words}')))?.htmlFor ?? ''"
        ))
        .await;
    let id = id.as_str().expect("an id").to_owned();
    assert!(!id.is_empty(), "no passage begins with „{words}“");
    lawyer.click(&format!("label[for={id}]")).await;
    lawyer.click_words("Hier zuordnen").await;
}

/// Whether nothing in the text looks like the subject, which then needs a reason.
async fn is_uncovered(lawyer: &Window, section: &str) -> bool {
    let proposed =
        format!("return document.querySelector(\"{section} button[value=zuordnen]\") === null");
    lawyer.run(&proposed).await == true
}

/// One click for each subject whose first proposal is right; another passage, or a reason, for the others.
async fn she_assigns_what_the_text_says(lawyer: &Window) {
    lawyer.go(&format!("{DRAFT}/zuordnung")).await;
    lawyer.assert_says("Nicht zugeordnet (").await;
    let tags = lawyer
        .run("return [...document.querySelectorAll('main p a[href^=\"#\"]')].map(a => a.hash.slice(1))")
        .await;
    let tags: Vec<String> = serde_json::from_value(tags).expect("names");
    assert!(tags.len() > 40, "{tags:?}");
    for tag in tags {
        let section = format!("section[aria-labelledby='{tag}']");
        let other = OTHERS.iter().find(|(subject, _)| *subject == tag);
        if let Some((_, words)) = other {
            lawyer
                .click(&format!("{section} a[href$='thema={tag}']"))
                .await;
            choose_passage(lawyer, words).await;
        } else if is_uncovered(lawyer, &section).await {
            lawyer.click(&format!("{section} summary")).await;
            let reason = "Das regelt das Sicherheitskonzept.";
            lawyer.fill(&format!("#grund-{tag}"), reason).await;
            press(lawyer, &tag, "nicht").await;
        } else {
            press(lawyer, &tag, "zuordnen").await;
        }
        lawyer
            .until(&format!(
                "document.querySelector(\"{section} .tag:not([data-status=open])\")"
            ))
            .await;
    }
    lawyer
        .assert_says("Jedes Thema ist zugeordnet oder hat einen Grund")
        .await;
}

/// A clause in both languages, from the list of the contract's clauses.
async fn she_corrects(lawyer: &Window, clause: &str, german: &str, english: &str) {
    lawyer.go(DRAFT).await;
    lawyer
        .click("#teile ~ .flow li a[href*='teil=vertrag']")
        .await;
    lawyer.assert_text("h1", "Vertrag").await;
    lawyer
        .click(&format!("tbody a[href*='klausel={clause}']"))
        .await;
    lawyer.fill("#text_de", german).await;
    lawyer.fill("#text_en", english).await;
    lawyer.click_words("Speichern").await;
    lawyer.assert_says("Gespeichert.").await;
}

async fn she_submits(lawyer: &Window) {
    lawyer.go(DRAFT).await;
    lawyer.assert_says("Nichts hindert die Freigabe").await;
    lawyer.click_words("Zur Freigabe vorlegen").await;
    lawyer.assert_path(&format!("{DRAFT}/vorlage")).await;
    let questions = lawyer.confirm_all().await;
    assert!(questions > 20, "{questions}");
    lawyer.click_words("Zur Freigabe vorlegen").await;
    lawyer
        .assert_says("Sie haben diese Fassung vorgelegt")
        .await;
}

async fn a_colleague_publishes(colleague: &Window) {
    colleague.go("/betrieb").await;
    colleague
        .click_words("Vertragsfassung wartet auf die Freigabe")
        .await;
    colleague.click_words("Fassung 2.0").await;
    colleague.fill("#passwort", PASSWORD).await;
    colleague.click_words("Freigeben").await;
    colleague
        .assert_says("Die Fassung ist freigegeben und kann veröffentlicht werden.")
        .await;
    colleague.click_words("Veröffentlichen").await;
    colleague
        .assert_text("h1", "Diese Fassung veröffentlichen?")
        .await;
    colleague.fill("#passwort", PASSWORD).await;
    colleague.click_words("Veröffentlichen").await;
    colleague.assert_text("h1", "Fassung 2.0").await;
    colleague.assert_says("Veröffentlicht").await;
}

/// Her words and those of the portal, in both languages.
async fn everybody_reads_it(visitor: &Window) {
    for (language, words) in [
        (
            "de",
            [
                BREACH,
                COSTS,
                "Auftraggeber (Verantwortlicher)",
                "Säntis Support AG",
            ],
        ),
        (
            "en",
            [
                BREACH_EN,
                COSTS_EN,
                "Customer (controller)",
                "Taking fault reports at night",
            ],
        ),
    ] {
        visitor
            .go(&format!("/vertrag/2.0?sprache={language}"))
            .await;
        for words in words {
            visitor.assert_says(words).await;
        }
    }
}
