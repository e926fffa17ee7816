//! Phrases the templates are put together from: who, which products, when; right in number and
//! language.

use chrono::{DateTime, Utc};

use super::letter::{CaseWords, Content, Letter};
use crate::domain::calendar::{self, REMINDERS};
use crate::domain::mail::{Alert, PartnerNews, RequestReason};
use crate::domain::{CustomerNumber, Language, Operator};

/// What every template of one letter can say.
pub(super) struct Words<'a> {
    /// Language the letter is written in.
    pub(super) language: Language,
    /// Who writes it.
    pub(super) operator: &'a Operator,
    base_url: &'a str,
    for_customer: Option<CustomerNumber>,
    for_operator: bool,
}

impl<'a> Words<'a> {
    pub(super) fn new(letter: &'a Letter) -> Self {
        let german = letter.content.is_always_german();
        Self {
            language: if german {
                Language::De
            } else {
                letter.language
            },
            operator: &letter.operator,
            base_url: letter.base_url.trim_end_matches('/'),
            for_customer: letter
                .content
                .case()
                .filter(|_| letter.content.is_for_customer())
                .map(|case| case.customer_number),
            for_operator: matches!(letter.content, Content::Alert { .. }),
        }
    }

    pub(super) fn en(&self) -> bool {
        self.language.is_en()
    }

    pub(super) fn for_customer(&self) -> bool {
        self.for_customer.is_some()
    }

    /// Printed in the footer of what customers get.
    pub(super) fn customer_number(&self) -> Option<CustomerNumber> {
        self.for_customer
    }

    pub(super) fn for_operator(&self) -> bool {
        self.for_operator
    }

    /// Opens a section of the text part.
    pub(super) fn section(&self) -> char {
        super::wrap::SECTION
    }

    /// Address of a page of the portal, for example `/datenschutz`.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// The part of the address by which a reader can tell a true link from a false one.
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

    /// `one` when a partner works alone, `many` when a sub-partner joins in.
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

    /// "Ihr Produkt A", "Ihre Produkte A und B", "your products A, B and C".
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

    /// "A", "A und B", "A, B und C".
    pub(super) fn list(&self, names: &[String]) -> String {
        let and = if self.en() { "and" } else { "und" };
        match names {
            [] => String::new(),
            [one] => one.clone(),
            [start @ .., last] => format!("{} {and} {last}", start.join(", ")),
        }
    }

    /// "Sonntag, 6. Dezember 2026": the Berlin day a period ends on.
    pub(super) fn day(&self, moment: &DateTime<Utc>) -> String {
        let date = calendar::weekday_date(calendar::day(*moment), self.language);
        match date.split_once(", ") {
            Some((weekday, rest)) => format!("{weekday}, {}", unbroken(rest)),
            None => date,
        }
    }

    /// "24. November 2026 um 14:05 Uhr", "24 November 2026, 14:05 (Berlin time)".
    pub(super) fn moment(&self, moment: &DateTime<Utc>) -> String {
        let text = calendar::long_moment(*moment, self.language);
        match text.split_once(", ") {
            Some((date, time)) if self.en() => format!("{}, {}", unbroken(date), unbroken(time)),
            Some((date, time)) => format!("{} um {}", unbroken(date), unbroken(time)),
            None => text,
        }
    }

    /// "24. November 2026".
    pub(super) fn date(&self, moment: &DateTime<Utc>) -> String {
        unbroken(&calendar::long_date(calendar::day(*moment), self.language))
    }

    /// How many reminders there are.
    pub(super) fn reminders(&self) -> u8 {
        REMINDERS
    }

    /// How many follow reminder `number`.
    pub(super) fn reminders_left(&self, number: &u8) -> u8 {
        REMINDERS.saturating_sub(*number)
    }

    /// When the phone is staffed.
    pub(super) fn hours(&self) -> &str {
        if self.en() {
            &self.operator.hours_en
        } else {
            &self.operator.hours
        }
    }

    /// Where answers to this mail go.
    pub(super) fn reply_to(&self) -> Option<&str> {
        self.operator
            .party
            .email
            .as_ref()
            .map(crate::domain::EmailAddress::as_str)
    }

    /// Where an objection in text form goes.
    pub(super) fn objection_address(&self) -> Option<&str> {
        self.operator
            .objection_email
            .as_ref()
            .or(self.operator.party.email.as_ref())
            .map(crate::domain::EmailAddress::as_str)
    }

    /// The subject: the task first, then company and customer number (4.5).
    pub(super) fn subject(&self, content: &Content) -> String {
        let portal = format!("{} AVV-Portal", self.operator.short_name);
        let portal = portal.trim_start();
        match content {
            Content::Request { case, reason, .. } => {
                let changed = !matches!(
                    reason,
                    RequestReason::First | RequestReason::Manual | RequestReason::InError
                );
                match (self.en(), case.in_force, changed) {
                    (false, true, _) => self.about(
                        "Bitte abschließen: Ergänzter Auftragsverarbeitungsvertrag für",
                        case,
                    ),
                    (false, false, true) => self.about(
                        "Bitte abschließen: Geänderter Auftragsverarbeitungsvertrag für",
                        case,
                    ),
                    (false, false, false) => {
                        self.about("Bitte abschließen: Auftragsverarbeitungsvertrag für", case)
                    }
                    (true, true, _) => self.about(
                        "Please conclude: amended data processing agreement for",
                        case,
                    ),
                    (true, false, true) => self.about(
                        "Please conclude: changed data processing agreement for",
                        case,
                    ),
                    (true, false, false) => {
                        self.about("Please conclude: data processing agreement for", case)
                    }
                }
            }
            Content::Reminder { case, number, .. } => {
                let lead = if self.en() {
                    format!("Reminder {number} of {REMINDERS}: data processing agreement for")
                } else {
                    format!("Erinnerung {number} von {REMINDERS}: Auftragsverarbeitungsvertrag für")
                };
                self.about(&lead, case)
            }
            Content::Concluded { case, .. } => {
                self.about_contract("Abgeschlossen", "Concluded", case)
            }
            Content::Declined { case, .. } => self.about_contract("Abgelehnt", "Declined", case),
            Content::Objected { case, .. } => {
                self.about_contract("Widerspruch erhalten", "Objection received", case)
            }
            Content::PartnerInfo { case, news, .. } => self.about(partner_subject(*news), case),
            Content::Alert { case, alert, .. } => self.about(
                match alert {
                    Alert::NoAddress => "E-Mail-Adresse fehlt:",
                    Alert::Undeliverable => "E-Mail nicht zustellbar:",
                    Alert::AddressByPartner => "E-Mail-Adresse vom Partner geändert:",
                    Alert::AddressOfPartner => "E-Mail-Adresse gehört zum Partner:",
                },
                case,
            ),
            Content::SetPassword { invitation, .. } => match (self.en(), invitation) {
                (false, true) => format!("Ihr Zugang zum {portal}"),
                (false, false) => format!("Neues Passwort für das {portal}"),
                (true, true) => format!("Your access to the {portal}"),
                (true, false) => format!("New password for the {portal}"),
            },
            Content::PasswordChanged { .. } if self.en() => {
                format!("Your password for the {portal} was changed")
            }
            Content::PasswordChanged { .. } => {
                format!("Ihr Passwort für das {portal} wurde geändert")
            }
        }
    }

    fn about_contract(&self, german: &str, english: &str, case: &CaseWords) -> String {
        if self.en() {
            self.about(&format!("{english}: data processing agreement for"), case)
        } else {
            self.about(&format!("{german}: Auftragsverarbeitungsvertrag für"), case)
        }
    }

    fn about(&self, lead: &str, case: &CaseWords) -> String {
        let number = if self.en() {
            "customer no."
        } else {
            "Kundennr."
        };
        format!(
            "{lead} {} ({number} {})",
            case.customer.name, case.customer_number
        )
    }
}

fn partner_subject(news: PartnerNews) -> &'static str {
    match news {
        PartnerNews::Concluded => "AVV abgeschlossen:",
        PartnerNews::Declined => "AVV abgelehnt:",
        PartnerNews::Expired => "AVV ohne Antwort abgelaufen:",
        PartnerNews::Undeliverable => "AVV-Anforderung nicht zustellbar:",
        PartnerNews::Objected => "AVV widersprochen:",
        PartnerNews::Replaced => "Kunde nicht mehr bei Ihnen:",
    }
}

/// The same text with spaces no line may break at.
fn unbroken(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
