//! *Zuordnung* over HTTP: passages are assigned, released, left uncovered with a reason, confirmed by who
//! submits and seen by who approves (LC-04 … LC-45, EV-13).

use crate::harness::{Browser, PASSWORD, Page, Person, TestApp};
use crate::versions_life::{begin, second_operator, set_facts, write};

/// Presses a button on the page.
async fn press(
    browser: &Browser,
    draft: &str,
    theme: &str,
    what: &str,
    more: &[(&str, &str)],
) -> Page {
    let page = browser
        .get(&format!("{draft}/zuordnung?thema={theme}"))
        .await;
    let (action, fields) = page.form("main form");
    let mut fields: Vec<(String, String)> = fields
        .into_iter()
        .filter(|(name, _)| name != "ort" && name != "tun")
        .collect();
    fields.push(("tun".to_owned(), what.to_owned()));
    fields.extend(
        more.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    browser.post(&action, &fields).await
}

/// The first place that is shown for a subject.
async fn place(browser: &Browser, draft: &str, theme: &str) -> String {
    let page = browser.get(&format!("{draft}/zuordnung")).await;
    let input = format!("section[aria-labelledby='{theme}'] input[name=ort]");
    page.attribute(&input, "value").unwrap()
}

async fn source(browser: &Browser, draft: &str, file: &str) -> String {
    let page = browser.get(&format!("{draft}/text?teil={file}")).await;
    let (_, fields) = page.form("#v-entwurf");
    fields
        .into_iter()
        .find(|(name, _)| name == "text")
        .unwrap()
        .1
}

#[actix_web::test]
async fn lc04_passages_are_assigned_by_one_person_and_seen_by_another() {
    let app = TestApp::start().await;
    let (first, second) = (
        app.sign_in(Person::Operator).await,
        second_operator(&app).await,
    );
    let draft = begin(&first).await;
    set_facts(&first, &draft, "2.0").await;
    let page = first.get(&format!("{draft}/zuordnung")).await;
    page.assert_status(200)
        .assert_says("Jedes Thema ist zugeordnet")
        .assert_says("Vorrang vor anderen Vereinbarungen");

    // Released: the program says what looks like it, and calls nothing missing.
    let at = place(&first, &draft, "precedence").await;
    press(
        &first,
        &draft,
        "precedence",
        "loesen",
        &[("ort", at.as_str())],
    )
    .await
    .assert_status(303);
    for file in ["de/vertrag.dj", "en/vertrag.dj"] {
        assert!(
            !source(&first, &draft, file).await.contains(".precedence"),
            "{file}"
        );
    }
    let page = first.get(&format!("{draft}/zuordnung")).await;
    page.assert_says("Nicht zugeordnet (1)")
        .assert_says("sieht danach aus")
        .assert_silent_about("fehlt")
        .assert_silent_about("erfüllt");

    // Somebody who looked before cannot write over it.
    let (action, stale) = page.form("section[aria-labelledby='precedence'] form");
    let proposed = place(&first, &draft, "precedence").await;
    press(
        &first,
        &draft,
        "precedence",
        "zuordnen",
        &[("ort", proposed.as_str())],
    )
    .await
    .assert_status(303);
    let stale: Vec<(&str, &str)> = stale
        .iter()
        .filter(|(name, _)| name != "tun")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .chain([("tun", "zuordnen")])
        .collect();
    let refused = first.post(&action, &stale).await;
    first.follow(&refused).await.assert_says("geändert");
    for file in ["de/vertrag.dj", "en/vertrag.dj"] {
        assert!(
            source(&first, &draft, file).await.contains(".precedence"),
            "{file}"
        );
    }
    // A place that cannot bear a mark changes nothing.
    let refused = press(
        &first,
        &draft,
        "precedence",
        "zuordnen",
        &[("ort", "de/vertrag.dj:99999")],
    )
    .await;
    first
        .follow(&refused)
        .await
        .assert_says("kann nichts zugeordnet werden");

    // What every contract must say, and this one does not: with a reason, from both.
    let at = place(&first, &draft, "change").await;
    press(&first, &draft, "change", "loesen", &[("ort", at.as_str())])
        .await
        .assert_status(303);
    first
        .get(&draft)
        .await
        .assert_says("Neue Fassungen und Änderungen");
    first
        .get(&format!("{draft}/vorlage"))
        .await
        .assert_says("hat Mängel gefunden");
    let refused = press(&first, &draft, "change", "nicht", &[("grund", " ")]).await;
    first
        .follow(&refused)
        .await
        .assert_says("Schreiben Sie auf, warum");
    let why = "Änderungen regelt der Hauptvertrag <b>allein</b>";
    press(&first, &draft, "change", "nicht", &[("grund", why)])
        .await
        .assert_status(303);
    first
        .get(&format!("{draft}/zuordnung"))
        .await
        .assert_says("regelt der Text nicht")
        .assert_says(why);

    let ask = first.get(&format!("{draft}/vorlage")).await;
    ask.assert_says(why).assert_says("Regelt der Text es dort?");
    let (action, mut fields) = ask.form("main form");
    for (name, value) in &mut fields {
        if name.starts_with("wort-") {
            "VVT-7".clone_into(value);
        }
    }
    let boxes = ask.all("main form input[type=checkbox]").len();
    fields.retain(|(name, _)| !name.starts_with("ja-"));
    fields.extend((0..boxes).map(|at| (format!("ja-{at}"), "ja".to_owned())));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    first.post(&action, &fields).await.assert_redirect(&draft);
    first
        .get(&format!("{draft}/zuordnung"))
        .await
        .assert_says("bestätigt von");

    let page = second.get(&draft).await;
    page.assert_says("Was der Text nicht regelt")
        .assert_says(why);
    let approve = "main form[action$='/freigabe']";
    page.submit(&second, approve, &[])
        .await
        .assert_status(422)
        .assert_says("Schreiben Sie auf, warum");
    // Nor does the action take it without.
    let (action, fields) = page.form(approve);
    let mut bare: Vec<(&str, &str)> = fields
        .iter()
        .filter(|(name, _)| name != "ohne" && name != "passwort")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    bare.push(("passwort", PASSWORD));
    let refused = second.post(&action, &bare).await;
    second
        .follow(&refused)
        .await
        .assert_says("mit einer Begründung");
    let taken = [
        ("einverstanden", "ja"),
        ("begruendung", "So mit dem Vorstand besprochen"),
        ("passwort", PASSWORD),
    ];
    page.submit(&second, approve, &taken)
        .await
        .assert_redirect(&draft);
    first
        .get(&draft)
        .await
        .assert_says("So mit dem Vorstand besprochen")
        .assert_says("Zoe Zweite");

    let page = first.get(&format!("{draft}/veroeffentlichung")).await;
    let right = [("datum", "2026-11-25"), ("passwort", PASSWORD)];
    page.submit(&first, "main form", &right)
        .await
        .assert_redirect(&draft);
    for event in ["released", "assigned", "left_uncovered", "approved_without"] {
        let kept = app.count(&format!(
            "audit_events WHERE kind = 'contract_version' AND details::text LIKE '%\"{event}\"%'"
        ));
        assert!(kept >= 1, "{event}");
    }
}

const ANNEX: &str = "anlage-unterauftragsverarbeiter.dj";
const TABLE: &str = "\n## Unterauftragsverarbeiter im Haus\n\n| Partner | Wo | Wofür | Erreichbar |\n|---|---|---|---|\n| A Inc., 5th St 1 | Indien, aus den eigenen Räumen in Pune | Mail | a@a.example |\n";

#[actix_web::test]
async fn lc24_columns_that_nobody_understands_are_named_by_hand() {
    let app = TestApp::start().await;
    let first = app.sign_in(Person::Operator).await;
    let draft = begin(&first).await;
    set_facts(&first, &draft, "2.0").await;
    let assign = format!("{draft}/zuordnung");
    first
        .get(&assign)
        .await
        .assert_silent_about("Listen weiterer Auftragsverarbeiter");
    for language in ["de", "en"] {
        let file = format!("{language}/{ANNEX}");
        let text = source(&first, &draft, &file).await + TABLE;
        let page = first.get(&format!("{draft}/text?teil={file}")).await;
        write(&first, &page, &text, "speichern")
            .await
            .assert_status(303);
    }
    first
        .get(&draft)
        .await
        .assert_says("Die Zeilen dieser Tabelle sind nicht gelesen")
        .assert_says("„Partner“, „Wo“");
    let page = first.get(&assign).await;
    page.assert_says("Listen weiterer Auftragsverarbeiter")
        .assert_says("nicht verstanden")
        .assert_says("zum Beispiel „a@a.example“");
    let form = "section[aria-labelledby=spalten] form";
    let (action, old) = page.form(form);
    let named = [
        ("spalte-partner", "name"),
        ("spalte-wo", "place"),
        ("spalte-wofür", "service"),
        ("spalte-erreichbar", "contact"),
        ("tun", "spalten"),
    ];
    page.submit(&first, form, &named).await.assert_status(303);
    let toml = first.get(&format!("{draft}/text?teil=contract.toml")).await;
    toml.assert_status(200);
    // Read now: the row lacks its mechanism, at its own line.
    first
        .get(&draft)
        .await
        .assert_silent_about("nicht gelesen")
        .assert_says("„A Inc., 5th St 1“ verarbeitet in „Indien, aus den eigenen Räumen in Pune“, ohne dass eine Grundlage");
    // Saving the facts keeps it, and so does another draft.
    set_facts(&first, &draft, "2.1").await;
    let page = first.get(&assign).await;
    page.assert_says("Was in den Spalten steht, ist benannt");
    let chosen = page.attribute("#spalte-2 option[selected]", "value");
    assert_eq!(chosen.as_deref(), Some("place"));
    // Who looked before somebody else wrote changes nothing; nor does an unknown word.
    let stale: Vec<(&str, &str)> = old
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .filter(|(n, _)| *n != "tun")
        .chain([("tun", "spalten")])
        .collect();
    let refused = first.post(&action, &stale).await;
    first.follow(&refused).await.assert_says("geändert");
    page.submit(&first, form, &[("spalte-wo", "planet"), ("tun", "spalten")])
        .await
        .assert_status(400);
    // None of this: no list, and nothing is said about it.
    let none = [
        ("spalte-partner", "other"),
        ("spalte-wo", "other"),
        ("spalte-wofür", "other"),
        ("spalte-erreichbar", "other"),
        ("tun", "spalten"),
    ];
    page.submit(&first, form, &none).await.assert_status(303);
    first
        .get(&draft)
        .await
        .assert_silent_about("nicht gelesen")
        .assert_silent_about("ohne dass eine Grundlage");
    let kept =
        "audit_events WHERE kind = 'contract_version' AND details::text LIKE '%\"columns_named\"%'";
    assert_eq!(app.count(kept), 2);
}

#[actix_web::test]
async fn ev13_the_questions_are_grouped_and_answered_one_by_one() {
    let app = TestApp::start().await;
    let first = app.sign_in(Person::Operator).await;
    let draft = begin(&first).await;
    set_facts(&first, &draft, "2.0").await;
    let at = place(&first, &draft, "change").await;
    press(&first, &draft, "change", "loesen", &[("ort", at.as_str())])
        .await
        .assert_status(303);
    press(
        &first,
        &draft,
        "change",
        "nicht",
        &[("grund", "Im Hauptvertrag")],
    )
    .await
    .assert_status(303);
    let ask = first.get(&format!("{draft}/vorlage")).await;
    ask.assert_says("Jeder Vertrag muss das regeln")
        .assert_says("Maßnahmen werden zusammen bestätigt");
    // What is left uncovered stands first, nothing is ticked, each question has one box.
    let groups = ask.attributes("fieldset.asked", "id");
    assert_eq!(groups[0], "ungeregelt", "{groups:?}");
    let boxes = ask.attributes("main form input[type=checkbox]", "name");
    let mut unique = boxes.clone();
    unique.sort();
    unique.dedup();
    assert!(unique.len() == boxes.len() && boxes.len() > 25);
    assert!(ask.all("main form input[checked]").is_empty());
    assert_eq!(ask.all("fieldset#massnahmen .choice").len(), 3);
    // Each assigned subject has its sentence with the way to the passage.
    let assigned = ask.all("fieldset#themen .choice").len();
    assert!(ask.all("fieldset#themen .quotes a").len() >= assigned);
    // What was typed and ticked stays when something is missing.
    let typed = [("ja-3", "ja"), ("wort-3", "So <b>besprochen</b>")];
    let refused = ask.submit(&first, "#fragen", &typed).await;
    refused.assert_status(422);
    assert_eq!(
        refused.attributes("main form input[checked]", "name"),
        ["ja-3"]
    );
    let kept = refused.attribute("#wort-3", "value");
    assert_eq!(kept.as_deref(), Some("So <b>besprochen</b>"));
}
