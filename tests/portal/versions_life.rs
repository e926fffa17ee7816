//! The life of a contract version over HTTP: begun, written by two people, checked, approved by a
//! second one, published, read by the public (C-01, C-02, C-07, C-08, LC-54, LC-55, S-70 … S-76).

use avv_portal::contract::{Contract, shipped};
use avv_portal::document::folder;

use crate::harness::{Browser, CUSTOMER, PASSWORD, Page, Person, TestApp};
use crate::seeded::csrf;

const LIST: &str = "/betrieb/vertragsfassungen";
const SECOND: &str = "zweite@plusnet.example";

/// A second administrator, who may approve what the first one submits.
pub async fn second_operator(app: &TestApp) -> Browser {
    let first = Person::Operator.email();
    app.sql(&format!(
        "INSERT INTO users (email, name, role, operator_role, contracts, password_hash, created_at) \
         SELECT '{SECOND}', 'Zoe Zweite', role, operator_role, contracts, password_hash, created_at FROM users WHERE email = '{first}'"
    ))
    .unwrap();
    let browser = app.visitor();
    let page = browser.get("/anmelden").await;
    let fields = [("email", SECOND), ("passwort", PASSWORD)];
    page.submit(&browser, "main form", &fields)
        .await
        .assert_status(303);
    browser
}

/// Begins a draft from the version in force; returns the address of its page.
pub async fn begin(browser: &Browser) -> String {
    let page = browser.get(&format!("{LIST}/neu")).await;
    let (action, fields) = page.form("main form");
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let done = browser.upload(&action, &fields, &[]).await;
    done.assert_status(303);
    done.location()
}

/// Sends the editor's form of a file.
pub async fn write(browser: &Browser, page: &Page, text: &str, button: &str) -> Page {
    let (action, mut fields) = page.form("#v-entwurf");
    fields.retain(|(name, _)| name != "text" && name != "tun");
    fields.push(("text".to_owned(), text.to_owned()));
    fields.push(("tun".to_owned(), button.to_owned()));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    browser.upload(&action, &fields, &[]).await
}

fn typed(page: &Page) -> String {
    page.form("#v-entwurf")
        .1
        .into_iter()
        .find(|(name, _)| name == "text")
        .unwrap()
        .1
}

/// Fills in the facts, with this number.
pub async fn set_facts(browser: &Browser, draft: &str, number: &str) {
    let page = browser
        .get(&format!("{draft}/text?teil=contract.toml"))
        .await;
    let fields = [
        ("nummer", number),
        ("datum", "2026-11-23"),
        ("gueltig", "2026-11-24"),
        ("neu_de", "Eine \"neue\" Anlage mit \\ und </title>."),
        ("neu_en", "A new annex."),
    ];
    page.submit(browser, "#v-entwurf", &fields)
        .await
        .assert_status(303);
}

#[actix_web::test]
async fn a_version_is_written_approved_by_a_second_person_and_published() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    let (first, second) = (
        app.sign_in(Person::Operator).await,
        second_operator(&app).await,
    );
    let draft = begin(&first).await;
    set_facts(&first, &draft, "2.0").await;

    // Writing: first a preview, then saved; hostile text stays text (S-70, S-71, S-73).
    let address = format!("{draft}/text?teil=de/vertrag.dj");
    let page = first.get(&address).await;
    let opened = first.get(&address).await;
    let before = typed(&page);
    let hostile = format!(
        "{before}\n{{#zusatz}}\n# Zusatz <script>alert(1)</script>\n\nSatz mit \u{202e}{{{{7\\*7}}}} und | a | b |.\n"
    );
    let looked = write(&first, &page, &hostile, "pruefen").await;
    looked
        .assert_status(200)
        .assert_says("Gespeichert ist er erst mit");
    assert_eq!(
        typed(&first.get(&address).await),
        before,
        "nothing was saved"
    );
    assert!(!looked.text().contains("<script>alert"), "escaped");
    // A text that cannot be read is reported with the place, and what was typed is still there.
    let broken = write(
        &first,
        &page,
        "# Ohne Ziel\n\nSiehe [](#gibtsnicht) und <b>fett</b>.\n",
        "pruefen",
    )
    .await;
    broken
        .assert_status(200)
        .assert_says("de/vertrag.dj, Zeile 3");
    assert!(typed(&broken).contains("gibtsnicht"));
    write(&first, &page, &hostile, "speichern")
        .await
        .assert_status(303);
    let saved = typed(&first.get(&address).await);
    assert!(saved.contains("alert(1)") && !saved.contains('\u{202e}'));
    // The other language lacks a clause now: the trees differ (LC-47), and the version cannot be
    // submitted.
    first
        .get(&draft)
        .await
        .assert_says("LC-47")
        .assert_says("zu beheben");
    first
        .get(&format!("{draft}/vorlage"))
        .await
        .assert_says("hat Mängel gefunden");
    let english = format!("{draft}/text?teil=en/vertrag.dj");
    let page = second.get(&english).await;
    let text = format!("{}\n{{#zusatz}}\n# Addition\n\nA sentence.\n", typed(&page));
    write(&second, &page, &text, "speichern")
        .await
        .assert_status(303);

    // The comparison shows the new clause and nothing that is unchanged.
    let compared = first.get(&format!("{draft}/vergleich")).await;
    compared
        .assert_status(200)
        .assert_says("Zusatz")
        .assert_silent_about("Weisungsberechtigt sind");
    assert_eq!(
        compared.all("section.change").len(),
        3,
        "{}",
        compared.words()
    );

    // Every question must be answered before submitting.
    let ask = first.get(&format!("{draft}/vorlage")).await;
    let empty = ask.submit(&first, "main form", &[]).await;
    empty.assert_status(422).assert_says("noch nicht vorgelegt");
    let (action, mut fields) = ask.form("main form");
    for (name, value) in &mut fields {
        if name.starts_with("wort-") {
            "Geprüft, VVT-7".clone_into(value);
        }
    }
    let boxes = ask.all("main form input[type=checkbox]").len();
    fields.retain(|(name, _)| !name.starts_with("ja-"));
    fields.extend((0..boxes).map(|at| (format!("ja-{at}"), "ja".to_owned())));
    // Answers to other questions do not count, and are not shown.
    let other: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), if n == "fragen" { "0" } else { v.as_str() }))
        .collect();
    let refused = first.post(&action, &other).await;
    refused
        .assert_status(422)
        .assert_says("Die Fragen haben sich geändert")
        .assert_silent_about("VVT-7");
    assert_eq!(refused.all("main form input[checked]").len(), 0);
    let asked = |page: &Page| page.attribute("input[name=fragen]", "value");
    assert_eq!(asked(&refused), asked(&ask));
    assert_eq!(
        app.count("contract_versions WHERE submitted_at IS NOT NULL AND published_at IS NULL"),
        0
    );
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let done = first.post(&action, &fields).await;
    done.assert_redirect(&draft);
    first
        .follow(&done)
        .await
        .assert_says("vorgelegt")
        .assert_says("zweite Person");

    // Every administrator sees on the start page that it waits.
    const WAITS: &str = "Vertragsfassung wartet auf die Freigabe";
    const APPROVED: &str = "Freigegebene Vertragsfassung ist nicht veröffentlicht";
    let start = second.get("/betrieb").await;
    start.assert_says(WAITS).assert_silent_about(APPROVED);

    // LC-54: not by the one who submitted, in the portal and in the database.
    let token = csrf(&first).await;
    let revision = second
        .get(&draft)
        .await
        .attribute("input[name=stand]", "value")
        .unwrap();
    let own = [
        ("csrf", token.as_str()),
        ("stand", revision.as_str()),
        ("passwort", PASSWORD),
    ];
    let refused = first.post(&format!("{draft}/freigabe"), &own).await;
    first.follow(&refused).await.assert_says("selbst vorgelegt");
    assert!(app.sql("UPDATE contract_versions SET approved_at = submitted_at, approved_by = submitted_by WHERE submitted_by IS NOT NULL").is_err());
    let page = second.get(&draft).await;
    page.submit(&second, "main form[action$='/freigabe']", &[])
        .await
        .assert_redirect(&draft);
    let start = second.get("/betrieb").await;
    start.assert_says(APPROVED).assert_silent_about(WAITS);

    // Publishing: a day, the password, and from then on no change.
    let page = first.get(&format!("{draft}/veroeffentlichung")).await;
    page.assert_says("Ein Kunde mit offener Anforderung");
    let wrong = [("datum", "2026-11-22"), ("passwort", "falsch")];
    let answer = page.submit(&first, "main form", &wrong).await;
    answer.assert_status(422).assert_says("frühestens ab heute");
    let right = [("datum", "2026-11-25"), ("passwort", PASSWORD)];
    page.submit(&first, "main form", &right)
        .await
        .assert_redirect(&draft);
    let page = first.get(&address).await;
    assert!(page.all("#v-entwurf").is_empty(), "nothing to write in");
    let late = write(&first, &opened, "# anders\n", "speichern").await;
    late.assert_status(422)
        .assert_says("ändert sich nicht mehr");
    first
        .get(&draft)
        .await
        .assert_says("Kunden informieren")
        .assert_says("VVT-7");
    let start = first.get("/betrieb").await;
    start
        .assert_silent_about(WAITS)
        .assert_silent_about(APPROVED);

    // The public can read the one in force, and the next one under its number, without anyone's
    // data (C-07).
    let visitor = app.visitor();
    visitor
        .get("/vertrag")
        .await
        .assert_status(200)
        .assert_says("Fassung 1.0")
        .assert_silent_about("Zusatz");
    let coming = visitor.get("/vertrag/2.0?sprache=de").await;
    coming
        .assert_says("gilt ab dem 25. November 2026")
        .assert_says("[Auftraggeber]")
        .assert_says("</title>");
    // Either version links to the comparison of both, the older one first.
    let comparison = "/vertrag/1.0/vergleich/2.0?sprache=de";
    for page in [&coming, &visitor.get("/vertrag?sprache=de").await] {
        assert_eq!(page.all(&format!("main a[href='{comparison}']")).len(), 1);
    }
    coming
        .assert_silent_about("Özdemir")
        .assert_silent_about("Muster IT");
    app.at("2026-11-25 08:00");
    visitor
        .get("/vertrag?sprache=en")
        .await
        .assert_says("Addition")
        .assert_says("Version 1.0");
    assert_eq!(app.jobs().stepped, 1, "row 13");
    let kinds = app.count("audit_events WHERE kind = 'contract_version'");
    assert_eq!(
        kinds,
        1 + 1 + 1 + 2 + 3,
        "shipped, begun, facts, two texts, submitted, approved, published"
    );
}

#[actix_web::test]
async fn two_people_in_one_file_do_not_overwrite_each_other() {
    let app = TestApp::start().await;
    let (first, second) = (
        app.sign_in(Person::Operator).await,
        second_operator(&app).await,
    );
    let draft = begin(&first).await;
    let address = format!("{draft}/text?teil=de/anlage-tom.dj");
    let (mine, theirs) = (first.get(&address).await, second.get(&address).await);
    let text = typed(&mine);
    write(
        &second,
        &theirs,
        &format!("{text}\nSatz der Zweiten.\n"),
        "speichern",
    )
    .await
    .assert_status(303);
    let own = format!("{text}\nSatz des Ersten.\n");
    let conflict = write(&first, &mine, &own, "speichern").await;
    conflict
        .assert_status(422)
        .assert_says("Zoe Zweite hat diesen Teil am")
        .assert_says("der Zweiten.");
    assert!(
        typed(&conflict).contains("Satz des Ersten."),
        "the typed text is kept"
    );
    assert!(typed(&first.get(&address).await).contains("Satz der Zweiten."));
    // A change of another file does not matter …
    let other = first
        .get(&format!("{draft}/text?teil=en/anlage-tom.dj"))
        .await;
    write(
        &first,
        &other,
        &format!("{}\nMore.\n", typed(&other)),
        "speichern",
    )
    .await
    .assert_status(303);
    // … and a user who has seen the difference may save.
    let both = format!("{text}\nSatz der Zweiten.\n\nSatz des Ersten.\n");
    write(&first, &conflict, &both, "speichern")
        .await
        .assert_status(303);
    // Parts are added and removed in both languages at once.
    let parts = first.get(&format!("{draft}/teile")).await;
    let new = [
        ("art", "anlage"),
        ("name", "anlage-fristen"),
        ("titel", "Fristen <b>"),
    ];
    parts
        .submit(&first, "#v-neuer-teil", &new)
        .await
        .assert_status(303);
    let page = first
        .get(&format!("{draft}/text?teil=en/anlage-fristen.dj"))
        .await;
    assert_eq!(typed(&page), "# Fristen \\<b\\>\n\n…\n");
    let bad = [("art", "anlage"), ("name", "../../etc"), ("titel", "x")];
    let refused = parts.submit(&first, "#v-neuer-teil", &bad).await;
    first
        .follow(&refused)
        .await
        .assert_says("kleinen Buchstaben");
}

#[actix_web::test]
async fn drafts_come_from_a_zip_or_a_text_and_hostile_files_do_not() {
    let app = TestApp::start().await;
    let first = app.sign_in(Person::Operator).await;
    let token = csrf(&first).await;
    let packed = first.get(&format!("{LIST}/1/ordner.zip")).await;
    packed.assert_status(200);
    assert_eq!(folder::unpack(&packed.bytes).unwrap(), shipped());
    let upload = async |name: &str, bytes: &[u8]| {
        let fields = [("csrf", token.as_str()), ("woraus", "datei")];
        first.upload(LIST, &fields, &[("datei", name, bytes)]).await
    };
    let back = upload("avv.zip", &packed.bytes).await;
    back.assert_status(303);
    let again = first.get(&format!("{}/ordner.zip", back.location())).await;
    assert_eq!(again.bytes, packed.bytes, "the same files, the same bytes");

    let text = "Vertrag zur Auftragsverarbeitung\n\n1. Gegenstand\n\nDer Auftragnehmer verarbeitet Daten.\n\n2. Dauer\n\nUnbefristet.\n";
    let imported = upload("<b>avv</b>.txt", text.as_bytes()).await;
    imported.assert_status(303);
    let page = first.follow(&imported).await;
    page.assert_says("keines ging verloren");
    Contract::from_map(
        &folder::unpack(
            &first
                .get(&format!("{}/ordner.zip", imported.location()))
                .await
                .bytes,
        )
        .unwrap(),
    )
    .unwrap();

    let before = app.count("contract_versions");
    for (name, bytes, says) in [
        (
            "x.zip",
            b"PK\x03\x04 nothing".as_slice(),
            "kein lesbares ZIP",
        ),
        ("x.txt", b"x\0y", "weder ein ZIP noch ein Dokument"),
        ("leer.txt", b"   \n", "nicht ohne Verlust"),
    ] {
        upload(name, bytes)
            .await
            .assert_status(422)
            .assert_says(says);
    }
    let huge = vec![b'a'; 7_000_000];
    assert_eq!(upload("x.txt", &huge).await.status, 413);
    assert_eq!(app.count("contract_versions"), before);
}

/// LC-55: a copy gets the next number; with the published number it cannot be submitted, although
/// its text is the published one.
#[actix_web::test]
async fn a_number_is_published_once() {
    let app = TestApp::start().await;
    let first = app.sign_in(Person::Operator).await;
    let draft = begin(&first).await;
    let page = first.get(&format!("{draft}/text?teil=contract.toml")).await;
    page.assert_says("Fassung 1.1");
    page.submit(
        &first,
        "#v-entwurf",
        &[
            ("nummer", "1.0"),
            ("gueltig", "2026-11-24"),
            ("neu_de", "Nichts."),
            ("neu_en", "Nothing."),
        ],
    )
    .await
    .assert_status(303);
    let ask = first.get(&format!("{draft}/vorlage")).await;
    let refused = ask.submit(&first, "main form", &[]).await;
    refused.assert_redirect(&draft);
    first.follow(&refused).await.assert_says("eine neue Nummer");
}

/// LC-46: invalid facts are reported at each field, by its name.
#[actix_web::test]
async fn lc_46_facts_that_are_none_are_refused_at_their_fields() {
    let app = TestApp::start().await;
    let first = app.sign_in(Person::Operator).await;
    let draft = begin(&first).await;
    let address = format!("{draft}/text?teil=contract.toml");
    let page = first.get(&address).await;
    let wrong = [("nummer", "abc"), ("datum", ""), ("gueltig", "")];
    let answer = page.submit(&first, "#v-entwurf", &wrong).await;
    answer
        .assert_status(422)
        .assert_says("„Nummer der Fassung“: Verwenden Sie Ziffern")
        .assert_says("„Stand des Textes“: Geben Sie einen Tag ein")
        .assert_says("„Gültig ab“: Geben Sie einen Tag ein");
    for field in ["nummer", "datum", "gueltig"] {
        let marked = answer.attribute(&format!("#{field}"), "aria-invalid");
        assert_eq!(marked.as_deref(), Some("true"), "{field}");
    }
    // Findings in them lead to the fields, too, and not to a line of their file.
    set_facts(&first, &draft, "").await;
    let found = first.get(&draft).await;
    found
        .assert_says("Die „Nummer der Fassung“ fehlt")
        .assert_silent_about("contract.toml, Zeile 1");
}

/// LC-54: an unanswered question is reported at its field, and not only at the top.
#[actix_web::test]
async fn lc_54_a_question_without_an_answer_says_so_at_its_field() {
    let app = TestApp::start().await;
    let first = app.sign_in(Person::Operator).await;
    let draft = begin(&first).await;
    set_facts(&first, &draft, "2.0").await;
    let ask = first.get(&format!("{draft}/vorlage")).await;
    let empty = ask.submit(&first, "main form", &[]).await;
    empty.assert_status(422);
    let listed = empty.attributes(".errors li a", "href");
    assert!(listed.len() > 1, "{listed:?}");
    for field in listed {
        let (marked, described) = ["aria-invalid", "aria-describedby"]
            .map(|name| empty.attribute(&field, name).unwrap_or_default())
            .into();
        assert_eq!(marked, "true", "{field}");
        assert!(!empty.all(&format!("#{described}")).is_empty(), "{field}");
    }
}

/// LC-30: the checks read the list of sub-processors as a new contract would print it.
#[actix_web::test]
async fn a_company_without_a_ground_for_its_transfer_blocks_every_version() {
    let app = TestApp::start().await;
    crate::announce::register(&app, "RZ Übersee Inc.");
    let first = app.sign_in(Person::Operator).await;
    let draft = begin(&first).await;
    first.get(&draft).await.assert_silent_about("RZ Übersee");
    app.sql("UPDATE sub_processors SET facts = jsonb_set(facts, '{place}', '\"USA\"')")
        .unwrap();
    first
        .get(&draft)
        .await
        .assert_says("LC-30")
        .assert_says("RZ Übersee Inc.");
}

/// C-07: a draft cannot be copied to a new version, even by a forged form.
#[actix_web::test]
async fn a_draft_begins_with_a_published_version_only() {
    let app = TestApp::start().await;
    let browser = app.sign_in(Person::Operator).await;
    let draft = begin(&browser).await;
    let key = draft.rsplit('/').next().unwrap().to_owned();
    let page = browser.get(&format!("{LIST}/neu")).await;
    let (action, mut fields) = page.form("main form");
    let before = app.count("contract_versions");
    for (name, value) in &mut fields {
        if name == "aus" {
            value.clone_from(&key);
        }
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let refused = browser.upload(&action, &fields, &[]).await;
    browser
        .follow(&refused)
        .await
        .assert_says("noch nicht veröffentlicht");
    assert_eq!(app.count("contract_versions"), before);
}
