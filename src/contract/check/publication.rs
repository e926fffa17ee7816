//! What belongs to publishing: number and dates, products, four eyes, a text that no longer changes
//! (LC-21, LC-46, LC-49, LC-51, LC-53 … LC-56).

use super::{Finding, Remedy, Severity, Version, place, rendered};
use crate::contract::meta::{self, is_number};
use crate::contract::source::{Span, each_span, own_text, walk};
use crate::contract::{Authorisation, Contract};
use crate::domain::Language;

/// Runs all of these checks.
pub(super) fn check(version: &Version<'_>) -> Vec<Finding> {
    let contract = version.contract;
    let mut findings = vec![
        authorisation(contract),
        self::version(contract),
        standard_clauses(contract),
        four_eyes(version),
        unchanged(version),
    ];
    findings.extend(version.today.map(|today| valid_from(contract, today)));
    findings.extend(
        version
            .products
            .map(|codes| covers_products(contract, codes)),
    );
    findings.extend(version.sample.map(own_text_of));
    findings.extend(rendered::check(version));
    findings
}

/// LC-21: exactly one way of authorising further processors.
fn authorisation(contract: &Contract) -> Finding {
    let (ok, text) = match contract.meta.authorisation {
        Authorisation::General => (
            true,
            "Weitere Auftragsverarbeiter sind allgemein genehmigt.",
        ),
        Authorisation::Specific => (
            true,
            "Jeder weitere Auftragsverarbeiter wird einzeln genehmigt.",
        ),
        Authorisation::Open => (
            false,
            "Es ist offen, wie weitere Auftragsverarbeiter genehmigt werden. Wählen Sie es unter „Weitere Auftragsverarbeiter“.",
        ),
    };
    Finding::new("LC-21", Severity::Block, ok, text, place(meta::FILE, 1))
}

/// LC-46, first part: number, date and change note.
fn version(contract: &Contract) -> Finding {
    let meta = &contract.meta;
    let silent = meta
        .languages
        .iter()
        .find(|l| meta.change_note.get(**l).trim().is_empty());
    let (ok, text) = match silent {
        _ if meta.is_draft() => (
            false,
            "Die „Nummer der Fassung“ fehlt, zum Beispiel 1.0."
                .to_owned(),
        ),
        _ if !is_number(&meta.number) => (
            false,
            "Die „Nummer der Fassung“ steht in Adressen und Dateinamen. Sie enthält mindestens eine Ziffer, beginnt mit einer Ziffer oder einem Buchstaben und enthält sonst nur noch Punkte und Bindestriche, zum Beispiel 2.0."
                .to_owned(),
        ),
        Some(language) => (
            false,
            format!(
                "„Was ist neu? {}“ ist leer.",
                match language {
                    Language::De => "Deutsch",
                    Language::En => "Englisch",
                }
            ),
        ),
        None if meta.valid_from < meta.date => (
            false,
            "„Gültig ab“ liegt vor dem „Stand des Textes“.".to_owned(),
        ),
        None => (
            true,
            format!("Fassung {} mit Stand und Angabe, was neu ist.", meta.number),
        ),
    };
    Finding::new("LC-46", Severity::Block, ok, text, place(meta::FILE, 1))
}

/// LC-46, second part: the version must not claim to have been valid before it is published.
fn valid_from(contract: &Contract, today: chrono::NaiveDate) -> Finding {
    let ok = contract.meta.valid_from >= today;
    let text = if ok {
        "„Gültig ab“ liegt nicht in der Vergangenheit."
    } else {
        "„Gültig ab“ liegt in der Vergangenheit. Setzen Sie den Tag, ab dem die Fassung angeboten wird."
    };
    Finding::new("LC-46", Severity::Block, ok, text, place(meta::FILE, 1))
}

/// LC-49 against the catalogue: a product annex for every product that needs an agreement.
fn covers_products(contract: &Contract, codes: &[&str]) -> Finding {
    let known = contract.product_codes();
    // The text about an option may be in the file of its product.
    let mut missing: Vec<&str> = codes
        .iter()
        .copied()
        .filter(|code| !known.contains(code) && !known.contains(&product_of(code)))
        .map(product_of)
        .collect();
    missing.dedup();
    let text = if missing.is_empty() {
        "Jedes Produkt des Katalogs, das einen AVV braucht, hat eine Produktanlage.".to_owned()
    } else {
        format!(
            "Produktanlagen fehlen für: {}. Geben Sie jedem Produkt eine Anlage.",
            missing.join(", ")
        )
    };
    Finding::new("LC-49", Severity::Block, missing.is_empty(), text, None).mended(Remedy::Products)
}

/// The product that a key of a product file is about.
fn product_of(key: &str) -> &str {
    key.split_once('_').map_or(key, |(product, _)| product)
}

/// LC-51: a text called "Standardvertragsklauseln 2021/915" must not change their wording. The
/// official text is not part of the portal; the publisher states its checksum.
fn standard_clauses(contract: &Contract) -> Finding {
    let meta = &contract.meta;
    let titles = format!("{} {}", meta.title.de, meta.title.en);
    let labelled = titles.contains("2021/915");
    let stated = meta.standard_clauses.as_deref().map(str::to_lowercase);
    let (ok, text) = match stated {
        None if !labelled => (true, "Der Vertrag gibt sich nicht als Standardvertragsklauseln aus.".to_owned()),
        None => (false, format!(
            "Der Titel nennt die Standardvertragsklauseln 2021/915. Vergleichen Sie den Haupttext mit dem Amtsblatt und geben Sie unter „standard_clauses“ seine Prüfsumme an: {}.",
            wording(contract)
        )),
        Some(stated) if stated == wording(contract) => (true, "Der Haupttext ist der geprüfte Wortlaut der Standardvertragsklauseln.".to_owned()),
        Some(_) => (false, "Der Haupttext weicht vom geprüften Wortlaut der Standardvertragsklauseln ab. Stellen Sie ihn wieder her oder ändern Sie den Titel.".to_owned()),
    };
    Finding::new("LC-51", Severity::Block, ok, text, place(meta::FILE, 1))
}

/// Checksum of the main text's words; placeholders count by name, so that the filled in values do
/// not matter.
fn wording(contract: &Contract) -> String {
    let mut words = String::new();
    let main = &contract.texts(contract.meta.binding).main;
    walk(&main.blocks, &[], &mut |node, _| {
        own_text(node, &mut |spans| {
            each_span(spans, &mut |span| match span {
                Span::Text(text) => words.extend(text.chars().filter(|c| c.is_alphanumeric())),
                Span::Value(placeholder) => words.push_str(placeholder.word()),
                _ => {}
            });
        });
    });
    crate::contract::text::sha256(words.as_bytes())
}

/// LC-54: another person than the author approves.
fn four_eyes(version: &Version<'_>) -> Finding {
    let Some((author, approver)) = version.people else {
        let text = "Hat eine zweite Person die Fassung freigegeben? Das wird bei der Veröffentlichung festgehalten.";
        return Finding::question("LC-54", Severity::Warn, text, None);
    };
    let ok = author != approver;
    let text = if ok {
        "Eine zweite Person hat die Fassung freigegeben."
    } else {
        "Dieselbe Person hat die Fassung angelegt und freigegeben. Lassen Sie eine zweite Person prüfen."
    };
    Finding::new("LC-54", Severity::Warn, ok, text, None)
}

/// LC-55: a number that was published belongs to this text for ever.
fn unchanged(version: &Version<'_>) -> Finding {
    let (ok, text) = match version.published {
        None => (true, "Unter dieser Nummer ist noch nichts veröffentlicht."),
        Some(published) if published == fingerprint(version.contract) => {
            (true, "Der Wortlaut ist der veröffentlichte.")
        }
        Some(_) => (
            false,
            "Unter dieser Nummer ist schon ein anderer Wortlaut veröffentlicht. Geben Sie der Änderung eine neue Nummer.",
        ),
    };
    Finding::new("LC-55", Severity::Block, ok, text, place(meta::FILE, 1))
}

/// LC-56: a sample is a draft to begin from, and no operator stands behind its promises.
fn own_text_of(is_sample: bool) -> Finding {
    let text = if is_sample {
        "Dieser Text ist das Muster, das mit dem Portal kommt; seine Maßnahmen und Fristen sind erfunden. Machen Sie ihn zu Ihrem eigenen, und nehmen Sie dann in den Angaben das Häkchen „Dieser Text ist ein Muster“ weg. Solange kein Wort anders ist, hilft das Häkchen allein nicht."
    } else {
        "Der Text ist kein Muster mehr."
    };
    Finding::new(
        "LC-56",
        Severity::Block,
        !is_sample,
        text,
        place(meta::FILE, 1),
    )
}

/// Checksum of everything a version says in all its languages, for LC-55.
pub fn fingerprint(contract: &Contract) -> String {
    let mut all = String::new();
    for language in &contract.meta.languages {
        for with_sub_partner in [false, true] {
            let values = crate::contract::sample_values(*language, with_sub_partner);
            all.push_str(&crate::contract::text::plain(
                &contract.resolve(&values, *language),
            ));
        }
        for text in contract.texts(*language).products.values() {
            all.push_str(&super::Passages::text_of(&text.blocks));
        }
    }
    crate::contract::text::sha256(all.as_bytes())
}
