//! The words of *Anlagen, Produkte, Bausteine*: what the blocks that the program writes say, and what it writes
//! into annexes for a person who does not write it herself.

use crate::domain::Language;

/// Before everything else in the contract.
pub const BEGINNING: &str = "ganz am Anfang des Vertrags";

/// What a block prints, German.
pub fn prints(block: &str) -> &'static str {
    match block {
        "parties" => {
            "Name, Anschrift, Register und Vertretung des Auftraggebers und des Auftragsverarbeiters, mit Kundennummer."
        }
        "contacts" => {
            "Wer Weisungen empfängt, wer Datenschutzbeauftragte Person ist und wohin ein Widerspruch geht."
        }
        "sub-processors" => {
            "Tabelle mit Vertriebspartner und Untervertriebspartner des Kunden und den Unternehmen aus Ihrem Verzeichnis der Unterauftragsverarbeiter."
        }
        "chain" => {
            "Wer wen beauftragt: Auftragsverarbeiter, Vertriebspartner, Untervertriebspartner."
        }
        "products" => "Die Produktanlagen der Produkte, die der Kunde gebucht hat.",
        "measures" => "Die Gruppen von Maßnahmen aus dem Teil „Maßnahmen“.",
        "conclusion" => {
            "Wer wann womit abgeschlossen hat; im Entwurf und vor dem Abschluss steht dort nichts."
        }
        _ => "",
    }
}

/// The heading of a new annex for a block.
pub fn annex_title(block: &str, language: Language) -> &'static str {
    let [german, english] = match block {
        "parties" => ["Vertragsparteien", "Parties"],
        "contacts" => ["Ansprechpersonen", "Contacts"],
        "sub-processors" => ["Weitere Auftragsverarbeiter", "Further processors"],
        "chain" => ["Wer für wen arbeitet", "Who works for whom"],
        "products" => ["Produkte und Daten", "Products and data"],
        "measures" => ["Maßnahmen", "Measures"],
        _ => ["Abschluss", "Conclusion"],
    };
    if language.is_en() { english } else { german }
}

/// How the file of such an annex is called.
pub fn file_name(block: &str) -> &'static str {
    match block {
        "parties" => "vertragsparteien",
        "contacts" => "ansprechpersonen",
        "sub-processors" => "unterauftragsverarbeiter",
        "chain" => "kette",
        "products" => "produkte",
        "measures" => "massnahmen",
        _ => "abschluss",
    }
}

/// What stands in the annex of a product whose processing the contract describes elsewhere.
pub fn refers(target: &str, language: Language) -> String {
    if language.is_en() {
        format!(
            "For this product, {target} sets out what the processing is for, which types of data are processed, and whom they concern."
        )
    } else {
        format!(
            "Wozu die Verarbeitung bei diesem Produkt dient, welche Arten von Daten verarbeitet werden und wen sie betreffen, regelt {target}."
        )
    }
}

/// The heads of the table of a product.
pub fn heads(language: Language) -> [&'static str; 2] {
    if language.is_en() {
        ["Types of data", "Data subjects"]
    } else {
        ["Arten der Daten", "Betroffene Personen"]
    }
}
