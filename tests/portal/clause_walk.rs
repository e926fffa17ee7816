//! A lawyer writes a clause in a real browser at 1280 px, and another one answers (C-01).

use crate::clauses::file;
use crate::harness::chromium::{Chromium, Scripts};
use crate::harness::{Person, TestApp};
use crate::versions_life::begin;
use crate::walk::sign_in;

#[actix_web::test]
async fn a_lawyer_writes_a_clause_in_the_browser() {
    let (app, chromium) = (TestApp::start().await, Chromium::start());
    let draft = begin(&app.sign_in(Person::Operator).await).await;
    let lawyer = sign_in(&app, &chromium, Person::Operator, Scripts::On).await;
    lawyer.resize(1280, 900).await;
    lawyer.go(&draft).await;
    lawyer
        .click("#teile ~ .flow li a[href*='teil=vertrag']")
        .await;
    lawyer.assert_text("h1", "Vertrag").await;
    lawyer.click("tbody a[href*='klausel=haftung']").await;
    lawyer.assert_text("h1", "16 Haftung").await;

    // Both languages, and a value at the cursor. What is typed is kept by itself.
    lawyer
        .run("const t = document.querySelector('#text_de'); t.focus(); t.setSelectionRange(t.value.length, t.value.length)")
        .await;
    let german = lawyer.find("#text_de").await;
    german.send_keys("\n\nEs haftet ").await.expect("keys");
    lawyer
        .run("document.querySelector('#wert').value = 'wert:Name des Auftragsverarbeiters'")
        .await;
    lawyer.click_words("In den Text, Deutsch").await;
    german.send_keys(" allein.").await.expect("keys");
    let english = lawyer.find("#text_en").await;
    english
        .send_keys("\n\nThe processor alone is liable.")
        .await
        .expect("keys");
    lawyer
        .until("document.querySelector('#v-gemerkt')?.textContent.includes('gemerkt')")
        .await;
    lawyer
        .go(&format!("{draft}/klausel?teil=vertrag&klausel=haftung"))
        .await;
    lawyer.assert_says("Im Formular stehen Ihre Eingaben").await;
    let typed = lawyer
        .run("return document.querySelector('#text_de').value")
        .await;
    let typed = typed.as_str().expect("a text").to_owned();
    assert!(
        typed.ends_with("Es haftet [Name des Auftragsverarbeiters] allein."),
        "{typed}"
    );
    lawyer.click_words("Prüfen").await;
    lawyer.assert_says("Prüfung dieser Klausel").await;
    lawyer.click_words("Speichern").await;
    lawyer.assert_says("Gespeichert.").await;

    lawyer.click_words("Nach oben").await;
    lawyer.assert_says("Die Klausel ist verschoben").await;
    lawyer.assert_text("h1", "15 Haftung").await;

    lawyer.fill("#kommentar", "Soll das so bleiben?").await;
    lawyer.click_words("Kommentar senden").await;
    lawyer.assert_says("Soll das so bleiben?").await;
    lawyer
        .run("document.querySelector('#worauf').selectedIndex = 1")
        .await;
    lawyer.fill("#kommentar", "Ja, wie besprochen.").await;
    lawyer.click_words("Kommentar senden").await;
    lawyer.assert_says("Ja, wie besprochen.").await;
    lawyer.click(".thread button").await;
    lawyer.assert_says("Der Kommentar ist erledigt.").await;
    lawyer.assert_says("Wieder öffnen").await;

    lawyer.go(&format!("{draft}/verlauf")).await;
    lawyer.assert_says("The processor alone is liable.").await;
    let stored = file(&app, "de/vertrag.dj");
    assert!(
        stored.contains("Es haftet :operator-name: allein."),
        "{stored}"
    );
}
