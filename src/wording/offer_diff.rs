//! "Was ist neu" in words: what concluding now would change compared with the agreement in force
//! (R-05, rows 20, 25, 26, 46). Mails, consent page and status page say the same sentences.

use chrono::{DateTime, Utc};

use super::dates::{long_date, short_date};
use super::names::list;
use crate::domain::Language;
use crate::domain::calendar::day;
use crate::domain::offer_diff::{ChangeNote, OfferDiff, VersionDiff};

impl OfferDiff {
    /// What changes, one sentence each.
    pub fn sentences(&self) -> Vec<String> {
        match self.language {
            Language::De => self.german(),
            Language::En => self.english(),
        }
    }

    /// All of it as one paragraph.
    pub fn text(&self) -> String {
        self.sentences().join(" ")
    }

    fn german(&self) -> Vec<String> {
        let mut told = Vec::new();
        if let Some((old, new)) = &self.partner {
            told.push(format!(
                "Ihr Vertriebspartner ist jetzt {new}. {old} betreut Sie nicht mehr."
            ));
        }
        if let Some((name, since)) = &self.sub_partner_gone {
            let since = since.map_or_else(String::new, |at| format!("seit dem {} ", self.date(at)));
            told.push(format!(
                "Der Untervertriebspartner {name} ist {since}nicht mehr für Sie tätig."
            ));
        }
        if let Some(name) = &self.sub_partner_new {
            told.push(format!("Als Untervertriebspartner kommt {name} hinzu."));
        }
        match self.added.as_slice() {
            [] => {}
            [one] => told.push(format!("Der Vertrag umfasst zusätzlich das Produkt {one}.")),
            many => told.push(format!(
                "Der Vertrag umfasst zusätzlich die Produkte {}.",
                list(many, self.language)
            )),
        }
        match self.gone.as_slice() {
            [] => {}
            [one] => told.push(format!("Das Produkt {one} umfasst der Vertrag nicht mehr.")),
            many => told.push(format!(
                "Die Produkte {} umfasst der Vertrag nicht mehr.",
                list(many, self.language)
            )),
        }
        for (options, product) in &self.options_added {
            told.push(format!(
                "Zum Produkt {product} umfasst der Vertrag zusätzlich {options}."
            ));
        }
        for (options, product) in &self.options_gone {
            told.push(format!(
                "Zum Produkt {product} umfasst der Vertrag {options} nicht mehr."
            ));
        }
        told.extend(self.version.as_ref().map(VersionDiff::german));
        if let Some((old, new)) = &self.company {
            told.push(format!(
                "Ihr Unternehmen heißt im neuen Vertrag {new}, im bisherigen {old}."
            ));
        }
        if self.particulars {
            told.push("Angaben zu Ihrem Unternehmen sind berichtigt.".to_owned());
        }
        if self.other_particulars {
            told.push("Angaben zu den anderen genannten Unternehmen sind aktualisiert.".to_owned());
        }
        if self.version.is_none() {
            told.push(format!(
                "Alles andere bleibt, wie Sie es am {} abgeschlossen haben.",
                self.date(self.concluded_at)
            ));
        }
        told
    }

    fn english(&self) -> Vec<String> {
        let mut told = Vec::new();
        if let Some((old, new)) = &self.partner {
            told.push(format!(
                "Your sales partner is now {new}. {old} no longer looks after you."
            ));
        }
        if let Some((name, since)) = &self.sub_partner_gone {
            told.push(match since {
                Some(at) => format!(
                    "The sub-partner {name} has not worked for you since {}.",
                    self.date(*at)
                ),
                None => format!("The sub-partner {name} no longer works for you."),
            });
        }
        if let Some(name) = &self.sub_partner_new {
            told.push(format!("{name} joins as sub-partner."));
        }
        match self.added.as_slice() {
            [] => {}
            [one] => told.push(format!("The agreement also covers the product {one}.")),
            many => told.push(format!(
                "The agreement also covers the products {}.",
                list(many, self.language)
            )),
        }
        match self.gone.as_slice() {
            [] => {}
            [one] => told.push(format!("The agreement no longer covers the product {one}.")),
            many => told.push(format!(
                "The agreement no longer covers the products {}.",
                list(many, self.language)
            )),
        }
        for (options, product) in &self.options_added {
            told.push(format!(
                "For the product {product}, the agreement also covers {options}."
            ));
        }
        for (options, product) in &self.options_gone {
            told.push(format!(
                "For the product {product}, the agreement no longer covers {options}."
            ));
        }
        told.extend(self.version.as_ref().map(VersionDiff::english));
        if let Some((old, new)) = &self.company {
            told.push(format!(
                "The new agreement names your company {new}, the present one {old}."
            ));
        }
        if self.particulars {
            told.push("Particulars of your company have been corrected.".to_owned());
        }
        if self.other_particulars {
            told.push("Particulars of the other companies named have been updated.".to_owned());
        }
        if self.version.is_none() {
            told.push(format!(
                "Everything else stays as you accepted it on {}.",
                self.date(self.concluded_at)
            ));
        }
        told
    }

    /// The same for those who look after the customer, as one German sentence. With `former`, those
    /// who are gone are named as well; a new partner need not know who was there before.
    pub fn for_staff(&self, former: bool) -> String {
        let mut told = Vec::new();
        if let Some((old, new)) = &self.partner {
            told.push(if former {
                format!("Vertriebspartner {new} statt {old}")
            } else {
                format!("Vertriebspartner {new}")
            });
        }
        let gone = self.sub_partner_gone.as_ref().filter(|_| former);
        match (&self.sub_partner_new, gone) {
            (Some(new), Some((old, _))) => {
                told.push(format!("Untervertriebspartner {new} statt {old}"));
            }
            (Some(new), None) => told.push(format!("Untervertriebspartner {new}")),
            (None, Some((old, _))) => told.push(format!("ohne Untervertriebspartner {old}")),
            (None, None) => {}
        }
        if !self.added.is_empty() {
            told.push(format!("zusätzlich {}", list(&self.added, Language::De)));
        }
        if !self.gone.is_empty() {
            told.push(format!("ohne {}", list(&self.gone, Language::De)));
        }
        for (options, product) in &self.options_added {
            told.push(format!("zusätzlich {options} für {product}"));
        }
        for (options, product) in &self.options_gone {
            told.push(format!("ohne {options} für {product}"));
        }
        if let Some(VersionDiff { old, new, .. }) = &self.version {
            told.push(format!("Fassung {new} statt {old}"));
        }
        if let Some((old, new)) = &self.company {
            told.push(format!("Kunde {new} statt {old}"));
        }
        if self.particulars || self.other_particulars {
            told.push("aktuelle Angaben zu den Unternehmen".to_owned());
        }
        let since = short_date(day(self.concluded_at), Language::De);
        if told.is_empty() {
            return String::new();
        }
        format!(
            "Gegenüber dem Vertrag vom {since} ändert die Anforderung: {}.",
            told.join("; ")
        )
    }

    fn date(&self, at: DateTime<Utc>) -> String {
        // A date is not broken over two lines.
        long_date(day(at), self.language).replace(' ', "\u{a0}")
    }
}

impl VersionDiff {
    /// The German sentences.
    fn german(&self) -> String {
        let Self { old, new, .. } = self;
        let told = format!(
            "Der Vertragstext liegt in der neuen Fassung {new} vor; abgeschlossen haben Sie die Fassung {old}."
        );
        match self.notes.as_slice() {
            [] => told,
            notes => format!("{told} Das ist neu: {}", notes_text(notes)),
        }
    }

    /// The English sentences.
    fn english(&self) -> String {
        let Self { old, new, .. } = self;
        let told =
            format!("There is a new version of the agreement, {new}; you concluded version {old}.");
        match self.notes.as_slice() {
            [] => told,
            notes => format!("{told} This is new: {}", notes_text(notes)),
        }
    }
}

/// Notes as one paragraph; each names its version where there are several.
pub fn notes_text(notes: &[ChangeNote]) -> String {
    match notes {
        [one] => one.text.clone(),
        many => {
            let lines: Vec<String> = many
                .iter()
                .map(|note| format!("{}: {}", note.version, note.text))
                .collect();
            lines.join(" ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(language: Language) -> OfferDiff {
        OfferDiff {
            language,
            agreement: "AVV-2026-4711-1".to_owned(),
            concluded_at: "2026-03-03T09:00:00Z".parse().unwrap_or_default(),
            partner: None,
            sub_partner_gone: None,
            sub_partner_new: None,
            added: Vec::new(),
            gone: Vec::new(),
            options_added: Vec::new(),
            options_gone: Vec::new(),
            version: None,
            company: None,
            particulars: false,
            other_particulars: false,
        }
    }

    #[test]
    fn every_difference_is_a_plain_sentence() {
        let names = |names: &[&str]| {
            names
                .iter()
                .map(|one| (*one).to_owned())
                .collect::<Vec<_>>()
        };
        let left = "2026-05-04T09:00:00Z".parse().ok();
        type Change = fn(&mut OfferDiff);
        let table: [(Change, &str, &str); 5] = [
            (
                |new| new.company = Some(("Alt GmbH".to_owned(), "Neu SE".to_owned())),
                "Ihr Unternehmen heißt im neuen Vertrag Neu SE, im bisherigen Alt GmbH. Alles andere bleibt",
                "The new agreement names your company Neu SE, the present one Alt GmbH. Everything else stays",
            ),
            (
                |new| new.sub_partner_new = Some("X GmbH".to_owned()),
                "Als Untervertriebspartner kommt X GmbH hinzu. Alles andere bleibt, wie Sie es am 3. März 2026 abgeschlossen haben.",
                "X GmbH joins as sub-partner. Everything else stays as you accepted it on 3 March 2026.",
            ),
            (
                |new| new.partner = Some(("A GmbH".to_owned(), "B KG".to_owned())),
                "Ihr Vertriebspartner ist jetzt B KG. A GmbH betreut Sie nicht mehr. Alles andere",
                "Your sales partner is now B KG. A GmbH no longer looks after you. Everything else",
            ),
            (
                |new| new.version = Some(VersionDiff::sample(&["Mehr Fristen."])),
                "Der Vertragstext liegt in der neuen Fassung 2.0 vor; abgeschlossen haben Sie die Fassung 1.0. Das ist neu: Mehr Fristen.",
                "There is a new version of the agreement, 2.0; you concluded version 1.0. This is new: Mehr Fristen.",
            ),
            (
                |new| new.particulars = true,
                "Angaben zu Ihrem Unternehmen sind berichtigt. Alles andere bleibt",
                "Particulars of your company have been corrected. Everything else stays",
            ),
        ];
        for (change, german, english) in table {
            for (language, expected) in [(Language::De, german), (Language::En, english)] {
                let mut new = nothing(language);
                change(&mut new);
                let text = new.text().replace('\u{a0}', " ");
                assert!(text.starts_with(expected), "{text}");
            }
        }
        // Row 25, and products in either number.
        let mut new = nothing(Language::De);
        new.sub_partner_gone = Some(("X GmbH".to_owned(), left));
        new.sub_partner_new = Some("Y KG".to_owned());
        new.added = names(&["P"]);
        new.gone = names(&["Q", "R", "S"]);
        let text = new.text().replace('\u{a0}', " ");
        assert!(
            text.starts_with("Der Untervertriebspartner X GmbH ist seit dem 4. Mai 2026 nicht mehr für Sie tätig. Als Untervertriebspartner kommt Y KG hinzu. Der Vertrag umfasst zusätzlich das Produkt P. Die Produkte Q, R und S umfasst der Vertrag nicht mehr. Alles andere"),
            "{text}"
        );
        assert_eq!(
            new.for_staff(true),
            "Gegenüber dem Vertrag vom 03.03.2026 ändert die Anforderung: Untervertriebspartner Y KG statt X GmbH; zusätzlich P; ohne Q, R und S."
        );
        // An option of a product that the agreement names already, and one that goes.
        let mut new = nothing(Language::De);
        new.options_added = vec![("die Option A".to_owned(), "P".to_owned())];
        new.options_gone = vec![("die B-Option".to_owned(), "Q".to_owned())];
        let text = new.text();
        assert!(
            text.starts_with("Zum Produkt P umfasst der Vertrag zusätzlich die Option A. Zum Produkt Q umfasst der Vertrag die B-Option nicht mehr. Alles andere"),
            "{text}"
        );
        assert_eq!(
            new.for_staff(true),
            "Gegenüber dem Vertrag vom 03.03.2026 ändert die Anforderung: zusätzlich die Option A für P; ohne die B-Option für Q."
        );
        new.language = Language::En;
        assert!(
            new.text()
                .starts_with("For the product P, the agreement also covers die Option A.")
        );
    }

    #[test]
    fn a_partner_does_not_read_who_was_there_before() {
        let mut new = nothing(Language::De);
        new.partner = Some(("Alt GmbH".to_owned(), "Neu GmbH".to_owned()));
        new.sub_partner_gone = Some(("Alt-Sub GbR".to_owned(), None));
        assert!(
            new.for_staff(true)
                .contains("Neu GmbH statt Alt GmbH; ohne Untervertriebspartner Alt-Sub GbR")
        );
        assert!(!new.for_staff(false).contains("Alt"));
        assert_eq!(nothing(Language::De).for_staff(true), "");
    }

    #[test]
    fn notes_name_their_version_where_there_are_several() {
        let none = VersionDiff::sample(&[]);
        assert!(none.german().ends_with("die Fassung 1.0."));
        assert!(none.english().ends_with("version 1.0."));
        let two = VersionDiff::sample(&["A.", "B."]);
        assert!(two.german().ends_with("Das ist neu: 1.1: A. 1.2: B."));
        assert!(two.english().ends_with("This is new: 1.1: A. 1.2: B."));
    }
}
