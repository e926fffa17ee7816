//! Phrases for the templates: who, which products, when; in the right number and language.

use chrono::{DateTime, NaiveDate, Utc};

use super::bodies::Reader;
use super::bodies::partners::ModuleAccess;
use super::case_words::CaseWords;
use super::render::MailInput;
use crate::domain::calendar::{self, REMINDERS};
use crate::domain::{CustomerNumber, Language, Operator, name};

/// The phrases for the templates of one mail.
pub struct MailWords<'a> {
    /// Language of the mail.
    pub(super) language: Language,
    /// The operator, who is the sender.
    pub(super) operator: &'a Operator,
    base_url: &'a str,
    for_customer: Option<CustomerNumber>,
    offers_help: bool,
}

impl<'a> MailWords<'a> {
    pub(super) fn new(input: &'a MailInput) -> Self {
        let reader = input.body.reader();
        Self {
            language: match reader {
                Reader::Customer | Reader::User => input.language,
                Reader::Partner | Reader::Operator => Language::De,
            },
            operator: &input.operator,
            base_url: input.base_url.trim_end_matches('/'),
            for_customer: input
                .body
                .case()
                .filter(|_| reader == Reader::Customer)
                .map(|case| case.customer_number),
            offers_help: input.body.offers_help(),
        }
    }

    pub(super) fn en(&self) -> bool {
        self.language.is_en()
    }

    /// The text in the mail's language.
    pub(super) fn either<'w>(&self, german: &'w str, english: &'w str) -> &'w str {
        if self.en() { english } else { german }
    }

    /// A subject: the task, then company and customer number (4.5).
    pub(super) fn about(&self, lead: &str, case: &CaseWords) -> String {
        format!(
            "{lead} {} ({} {})",
            case.customer.name,
            self.either("Kundennr.", "customer no."),
            case.customer_number
        )
    }

    /// A subject about the contract itself.
    pub(super) fn about_contract(&self, german: &str, english: &str, case: &CaseWords) -> String {
        let lead = if self.en() {
            format!("{english}: data processing agreement for")
        } else {
            format!("{german}: Auftragsverarbeitungsvertrag für")
        };
        self.about(&lead, case)
    }

    /// Name of the portal: "Plusnet AVV-Portal".
    pub(super) fn portal(&self) -> String {
        format!("{} AVV-Portal", self.operator.short_name)
            .trim_start()
            .to_owned()
    }

    pub(super) fn for_customer(&self) -> bool {
        self.for_customer.is_some()
    }

    /// Printed in the footer of mails to customers.
    pub(super) fn customer_number(&self) -> Option<CustomerNumber> {
        self.for_customer
    }

    /// Whether the mail ends with the operator's phone number.
    pub(super) fn offers_help(&self) -> bool {
        self.offers_help
    }

    /// The character that begins a section of the text part.
    pub(super) fn section(&self) -> char {
        super::wrap::SECTION
    }

    /// The complete URL of a page of the portal, for example `/datenschutz`.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// The host name, by which a reader can tell a genuine link from a false one.
    pub(super) fn host(&self) -> String {
        url::Url::parse(self.base_url)
            .ok()
            .and_then(|url| {
                let host = url.host_str()?.to_owned();
                Some(match url.port() {
                    Some(port) => format!("{host}:{port}"),
                    None => host,
                })
            })
            .unwrap_or_else(|| self.base_url.to_owned())
    }

    /// `one` for a partner alone, `many` for a partner with a sub-partner.
    pub(super) fn partners<'w>(&self, case: &CaseWords, one: &'w str, many: &'w str) -> &'w str {
        if case.sub_partner.is_some() {
            many
        } else {
            one
        }
    }

    /// `one` for a single product, otherwise `many`.
    pub(super) fn products<'w>(&self, case: &CaseWords, one: &'w str, many: &'w str) -> &'w str {
        if case.products.len() == 1 { one } else { many }
    }

    /// The products in a phrase: "Ihr Produkt A", "Ihre Produkte A und B", "your products A, B and
    /// C".
    pub(super) fn your_products(&self, case: &CaseWords) -> String {
        let lead = match (self.en(), case.products.len() == 1) {
            (false, true) => "Ihr Produkt",
            (false, false) => "Ihre Produkte",
            (true, true) => "your product",
            (true, false) => "your products",
        };
        format!("{lead} {}", self.list(&case.products))
            .trim_end()
            .to_owned()
    }

    /// A list in the mail's language: "A", "A und B", "A, B und C".
    pub(super) fn list(&self, names: &[String]) -> String {
        name::list(names, self.language)
    }

    /// The Berlin day on which a period ends: "Sonntag, 6. Dezember 2026".
    pub(super) fn day(&self, moment: &DateTime<Utc>) -> String {
        let date = calendar::weekday_date(calendar::day(*moment), self.language);
        match date.split_once(", ") {
            Some((weekday, rest)) => format!("{weekday}, {}", unbroken(rest)),
            None => date,
        }
    }

    /// Date and time: "24. November 2026 um 14:05 Uhr", "24 November 2026, 14:05 (Berlin time)".
    pub(super) fn moment(&self, moment: &DateTime<Utc>) -> String {
        let text = calendar::long_moment(*moment, self.language);
        match text.split_once(", ") {
            Some((date, time)) if self.en() => format!("{}, {}", unbroken(date), unbroken(time)),
            Some((date, time)) => format!("{} um {}", unbroken(date), unbroken(time)),
            None => text,
        }
    }

    /// The Berlin day of a moment: "24. November 2026".
    pub(super) fn date(&self, moment: &DateTime<Utc>) -> String {
        unbroken(&calendar::long_date(calendar::day(*moment), self.language))
    }

    /// A day: "31. Dezember 2029".
    pub(super) fn last_day(&self, date: &NaiveDate) -> String {
        unbroken(&calendar::long_date(*date, self.language))
    }

    /// Whether any area is closed for the partner who reads the mail.
    pub(super) fn has_shut(&self, access: &[ModuleAccess]) -> bool {
        access.iter().any(|area| !area.open)
    }

    /// Number of reminders in a round.
    pub(super) fn reminders(&self) -> u8 {
        REMINDERS
    }

    /// Number of reminders after reminder `number`.
    pub(super) fn reminders_left(&self, number: &u8) -> u8 {
        REMINDERS.saturating_sub(*number)
    }

    /// The hours in which the phone is staffed.
    pub(super) fn hours(&self) -> &str {
        if self.en() {
            &self.operator.hours_en
        } else {
            &self.operator.hours
        }
    }

    /// The address for a dissent in text form.
    pub(super) fn dissent_to(&self) -> Option<&str> {
        let own = self.operator.objection_email.as_ref();
        own.or(self.operator.party.email.as_ref())
            .map(crate::domain::EmailAddress::as_str)
    }

    /// The address for replies to this mail.
    pub(super) fn reply_to(&self) -> Option<&str> {
        self.operator
            .party
            .email
            .as_ref()
            .map(crate::domain::EmailAddress::as_str)
    }

    /// The address for an objection in text form.
    pub(super) fn objection_address(&self) -> Option<&str> {
        self.operator
            .objection_email
            .as_ref()
            .or(self.operator.party.email.as_ref())
            .map(crate::domain::EmailAddress::as_str)
    }
}

/// The same text with non-breaking spaces.
pub(super) fn unbroken(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
