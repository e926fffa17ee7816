//! *Anlagen, Produkte, Bausteine* over HTTP: what the portal writes is placed and taken out by click, products get
//! their annexes, and nobody writes over what somebody else changed (T-09, LC-49, B1).

use crate::clauses::{file, second};
use crate::harness::{Browser, Page, Person, TestApp};
use crate::versions_life::{begin, set_facts};

/// What the form with this button in this section sends, pressed.
async fn press(browser: &Browser, page: &Page, section: &str, more: &[(&str, &str)]) -> Page {
    let form = format!("section[aria-labelledby='{section}'] form");
    let (action, mut fields) = page.form(&form);
    for (name, value) in more {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    browser.post(&action, &fields).await
}

#[actix_web::test]
async fn t09_a_block_moves_from_one_place_to_another_by_click() {
    let app = TestApp::start().await;
    let first = app.sign_in(Person::Operator).await;
    let draft = begin(&first).await;
    set_facts(&first, &draft, "2.0").await;
    let address = format!("{draft}/teile");
    let page = first.get(&address).await;
    page.assert_status(200)
        .assert_says("Vertragsparteien")
        .assert_says("Vor der ersten Überschrift")
        .assert_says("hat eine Anlage")
        .assert_silent_about("generate=");
    let gone = press(&first, &page, "parties", &[("tun", "herausnehmen")]).await;
    gone.assert_status(303);
    first
        .follow(&gone)
        .await
        .assert_says("Der Baustein ist herausgenommen, in jeder Sprache.")
        .assert_says(
            "Ohne diesen Baustein kann die Fassung nicht vorgelegt werden (LC-01, LC-02).",
        );
    for path in ["de/vertrag.dj", "en/vertrag.dj"] {
        assert!(!file(&app, path).contains("{generate=parties}"), "{path}");
    }
    // The finding leads to the block.
    let finding = first.get(&draft).await;
    let link = format!("a[href='{address}#parties']");
    assert!(finding.attribute(&link, "href").is_some());

    // What somebody saw before is not done any more.
    let late = press(&first, &page, "parties", &[("tun", "herausnehmen")]).await;
    first.follow(&late).await.assert_says("geändert");
    let page = first.get(&address).await;
    let placed = press(
        &first,
        &page,
        "parties",
        &[("tun", "einbauen"), ("ort", "anfang")],
    )
    .await;
    first
        .follow(&placed)
        .await
        .assert_says("Der Baustein ist eingebaut, in jeder Sprache.");
    for path in ["de/vertrag.dj", "en/vertrag.dj"] {
        assert!(file(&app, path).starts_with("{generate=parties}\n:::\n:::\n\n"));
    }
    let page = first.get(&address).await;
    press(&first, &page, "parties", &[("tun", "herausnehmen")])
        .await
        .assert_status(303);
    let page = first.get(&address).await;
    press(
        &first,
        &page,
        "parties",
        &[("tun", "einbauen"), ("ort", "neu")],
    )
    .await
    .assert_status(303);
    for (path, heading) in [
        ("de/anlage-vertragsparteien.dj", "# Vertragsparteien\n"),
        ("en/anlage-vertragsparteien.dj", "# Parties\n"),
    ] {
        assert!(file(&app, path).starts_with(heading));
    }
    first
        .get(&draft)
        .await
        .assert_says("Nichts hindert die Freigabe");
    let log = app.rows("audit_events").join("\n");
    assert!(log.contains("\"block\": \"parties\"") || log.contains("\"block\":\"parties\""));
}

#[actix_web::test]
async fn lc49_a_product_gets_an_annex_by_a_reference_or_three_answers() {
    let app = TestApp::start().await;
    let first = app.sign_in(Person::Operator).await;
    let draft = begin(&first).await;
    let address = format!("{draft}/teile");
    for product in ["centraflex", "sip-trunk"] {
        let page = first.get(&address).await;
        let (action, mut fields) = page.form("#v-neuer-teil");
        fields.retain(|(name, _)| name == "csrf");
        fields.push(("tun".to_owned(), "entfernen".to_owned()));
        fields.push(("teil".to_owned(), format!("produkte/{product}")));
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        first.post(&action, &fields).await.assert_status(303);
    }
    let page = first.get(&draft).await;
    page.assert_says("Produktanlagen fehlen für: centraflex");
    assert!(
        page.attribute(&format!("a[href='{address}#produkte']"), "href")
            .is_some()
    );

    // One refers to a clause …
    let page = first.get(&address).await;
    page.assert_says("ohne Anlage");
    let more = [("tun", "verweisen"), ("ort", "vertrag/haftung")];
    let done = press(&first, &page, "produkt-centraflex", &more).await;
    first.follow(&done).await.assert_says("verweist");
    let annex = file(&app, "en/produkte/centraflex.dj");
    assert!(annex.contains("[](#haftung)"), "{annex}");

    // … the other says three things in two languages.
    let form = first.get(&format!("{address}?produkt=sip-trunk")).await;
    let empty = form
        .submit(
            &first,
            "main form",
            &[
                ("zweck_de", "Nachrichten <b>zustellen</b>"),
                ("tun", "beschreiben"),
            ],
        )
        .await;
    empty
        .assert_status(422)
        .assert_says("Die Anlage ist noch nicht angelegt")
        .assert_says("Nennen Sie die Arten der Daten")
        .assert_says("Nachrichten <b>zustellen</b>");
    let full = [
        ("zweck_de", "1. Nachrichten | `zustellen`"),
        ("daten_de", "Namen, {generate=parties}"),
        ("personen_de", "Beschäftigte"),
        ("zweck_en", "Delivering messages"),
        ("daten_en", "Names"),
        ("personen_en", "Staff"),
        ("tun", "beschreiben"),
    ];
    let done = form.submit(&first, "main form", &full).await;
    done.assert_status(303);
    first.follow(&done).await.assert_silent_about("ohne Anlage");
    first
        .get(&draft)
        .await
        .assert_silent_about("Produktanlagen fehlen");
    let toml = file(&app, "contract.toml");
    assert!(toml.contains("[summaries.sip-trunk]\n"), "{toml}");
    assert!(toml.contains("persons.en = \"Staff\"\n"), "{toml}");
    first
        .get(&format!("{draft}/klauseln?teil=produkte/sip-trunk"))
        .await
        .assert_says("`zustellen`");
}

#[actix_web::test]
async fn t09_readers_see_no_form_and_what_no_form_says_is_refused() {
    let app = TestApp::start().await;
    let (first, other) = (app.sign_in(Person::Operator).await, second(&app).await);
    app.add_operators();
    let reader = app.sign_in(Person::Auditor).await;
    let draft = begin(&first).await;
    let address = format!("{draft}/teile");
    let page = reader.get(&address).await;
    page.assert_status(200)
        .assert_says("Vertragsparteien")
        .assert_says("Ändern kann das die Rechtsabteilung");
    assert!(page.attribute("main form", "action").is_none());
    let form = reader.get(&format!("{address}?produkt=centraflex")).await;
    assert!(form.attribute("main form", "action").is_none());
    first
        .get(&format!("{address}?produkt=gibt-es-nicht"))
        .await
        .assert_status(404);

    // A clause that somebody else adds is something this person has not seen.
    let mine = first.get(&address).await;
    let list = other.get(&format!("{draft}/klauseln?teil=vertrag")).await;
    let new = [("neu_de", "Zusatz"), ("neu_en", "Addition")];
    list.submit(&other, "#v-neue-klausel", &new)
        .await
        .assert_status(303);
    let late = press(&first, &mine, "chain", &[("tun", "herausnehmen")]).await;
    first
        .follow(&late)
        .await
        .assert_says("Zoe Zweite")
        .assert_says("geändert");

    let page = first.get(&address).await;
    let before = file(&app, "de/vertrag.dj");
    for (more, status) in [
        ([("tun", "einbauen"), ("ort", "x")], 400),
        ([("tun", "einbauen"), ("ort", "../../etc/passwd")], 303),
        ([("tun", "einbauen"), ("ort", "vertrag/gibt-es-nicht")], 303),
        ([("tun", "einbauen"), ("ort", "vertrag/haftung")], 303),
        ([("tun", "weg"), ("ort", "vertrag/haftung")], 400),
        ([("tun", "einbauen"), ("baustein", "{if=draft}")], 400),
        ([("tun", "verweisen"), ("ort", "vertrag/haftung")], 303),
        ([("tun", "beschreiben"), ("produkt", "../x")], 404),
    ] {
        let answer = press(&first, &page, "chain", &more).await;
        answer.assert_status(status);
        if status == 303 {
            first
                .follow(&answer)
                .await
                .assert_silent_about("ist eingebaut, in jeder");
        }
    }
    assert_eq!(file(&app, "de/vertrag.dj"), before);
}
