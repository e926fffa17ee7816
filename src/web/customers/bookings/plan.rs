//! A change of a booking before it is made: the confirmation page shows what it means, and the
//! button carries it out only if the facts are those the page was made from.

use chrono::{DateTime, NaiveDate, Utc};

use crate::actions::Applied;
use crate::domain::case::{Case, Change, Event};
use crate::domain::product::Options;
use crate::domain::{CustomerNumber, Language, calendar};
use crate::paths;
use crate::web::customers::parts::product_choice::choice_key;
use crate::web::kit::error::PageError;

/// A change that is about to be made. Places are indexes of [`Case::bookings`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// A product is added.
    Book { product: String, options: Options },
    /// An option is switched on.
    Option { place: usize, option: String },
    /// An option ends, or its cancellation is taken back; the product stays booked.
    CancelOption {
        place: usize,
        option: String,
        end: End,
    },
    /// The booking ends, or its cancellation is taken back.
    Cancel { place: usize, end: End },
}

/// When a booking ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// At the moment of saving.
    Now,
    /// With the end of this day in Berlin.
    After(NaiveDate),
    /// It does not end.
    Never,
}

impl End {
    /// The moment from which it is not booked any more; `None` if it does not end.
    pub fn moment(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Now => Some(now),
            Self::After(day) => Some(calendar::end_of_day(day) + chrono::Duration::milliseconds(1)),
            Self::Never => None,
        }
    }

    /// The same as fields of the form.
    fn fields(self) -> Vec<(&'static str, String)> {
        match self {
            Self::Now => vec![("ende", "sofort".to_owned())],
            Self::After(day) => vec![("ende", "tag".to_owned()), ("tag", day.to_string())],
            Self::Never => vec![("ende", "keins".to_owned())],
        }
    }
}

impl Plan {
    /// The event that the rules decide on.
    pub fn event(&self, now: DateTime<Utc>) -> Event {
        match self {
            Self::Book { product, options } => Event::Booked {
                product: product.clone(),
                options: options.clone(),
            },
            Self::Option { place, option } => Event::OptionChanged {
                booking: *place,
                option: option.clone(),
                on: true,
            },
            Self::CancelOption { place, option, end } => Event::OptionCancelled {
                booking: *place,
                option: option.clone(),
                ends_at: end.moment(now),
            },
            Self::Cancel { place, end } => Event::Cancelled {
                booking: *place,
                ends_at: end.moment(now),
            },
        }
    }

    /// Headline of the page and label of its button.
    pub fn words(&self, case: &Case) -> (String, String) {
        match self {
            Self::Book { product, options } => (
                format!("{} buchen?", case.booked_name(product, options).de),
                "Buchung speichern".to_owned(),
            ),
            Self::Option { place, option } => (
                format!("{} einschalten?", option_of(case, *place, option)),
                format!("{} einschalten", option_noun(case, *place, option)),
            ),
            Self::Cancel { place, end } | Self::CancelOption { place, end, .. } => {
                let name = self.what(case, *place);
                let (question, button) = match end {
                    End::Now => (format!("{name} sofort beenden?"), "Sofort beenden"),
                    End::After(day) => (
                        format!(
                            "{name} zum {} kündigen?",
                            calendar::long_date(*day, Language::De)
                        ),
                        "Kündigung speichern",
                    ),
                    End::Never => (
                        format!("Kündigung von {name} zurücknehmen?"),
                        "Kündigung zurücknehmen",
                    ),
                };
                (question, button.to_owned())
            }
        }
    }

    /// Name of what ends: the booking, or only its option.
    fn what(&self, case: &Case, place: usize) -> String {
        match self {
            Self::CancelOption { option, .. } => option_of(case, place, option),
            _ => booked(case, place),
        }
    }

    /// The address the form is sent to, and its hidden fields.
    pub fn form(&self, number: CustomerNumber) -> (String, Vec<(&'static str, String)>) {
        match self {
            Self::Book { product, options } => (
                paths::booking(number),
                vec![("produkt", choice_key(product, options))],
            ),
            Self::Option { place, option } => {
                (paths::booking_option(number, place + 1, option), Vec::new())
            }
            Self::Cancel { place, end } => (paths::cancel_booking(number, place + 1), end.fields()),
            Self::CancelOption { place, option, end } => (
                paths::cancel_option(number, place + 1, option),
                end.fields(),
            ),
        }
    }

    /// The address at which this plan is confirmed.
    pub fn confirmation(&self, number: CustomerNumber) -> String {
        let (path, fields) = self.form(number);
        let path = match self {
            Self::Book { .. } => paths::confirm_booking(number),
            _ => path,
        };
        let query: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        match query.is_empty() {
            true => path,
            false => format!("{path}?{}", query.join("&")),
        }
    }

    /// The message of the next page.
    pub fn said(&self, outcome: &Applied) -> String {
        let what = match self {
            Self::Book { product, options } => {
                format!(
                    "{} ist gebucht.",
                    outcome.after.booked_name(product, options).de
                )
            }
            Self::Option { place, option } => {
                let noun = option_noun(&outcome.after, *place, option);
                format!("Die {noun} ist eingeschaltet.")
            }
            Self::Cancel { place, end } | Self::CancelOption { place, end, .. } => {
                let name = self.what(&outcome.before, *place);
                match end {
                    End::Now => format!("{name} ist beendet."),
                    End::After(day) => format!(
                        "{name} ist zum {} gekündigt.",
                        calendar::long_date(*day, Language::De)
                    ),
                    End::Never => format!("Die Kündigung von {name} ist zurückgenommen."),
                }
            }
        };
        let asked = outcome.changes.iter().any(Change::asks);
        match outcome.after.customer.email().filter(|_| asked) {
            Some(email) => format!(
                "{what} Der Kunde erhält jetzt eine E-Mail an {}.",
                email.as_str()
            ),
            None => what,
        }
    }
}

/// Printed name of a booking.
pub fn booked(case: &Case, place: usize) -> String {
    case.bookings
        .get(place)
        .map(|one| case.booked_name(&one.product, &one.all_options()).de)
        .unwrap_or_default()
}

/// Index in [`Case::bookings`] of the n-th booking, counted from 1.
pub fn place_of(case: &Case, n: usize) -> Result<usize, PageError> {
    n.checked_sub(1)
        .filter(|place| *place < case.bookings.len())
        .ok_or(PageError::NotFound)
}

/// An option of a booking with the name of its product: "UMS-Option für SIP-Trunk".
pub fn option_of(case: &Case, place: usize, option: &str) -> String {
    let booking = case.bookings.get(place);
    let product = booking.map(|one| case.booked_name(&one.product, &Options::new()).de);
    let noun = option_noun(case, place, option);
    format!("{noun} für {}", product.unwrap_or_default())
}

/// Printed name of an option of a booking, which takes "die".
fn option_noun(case: &Case, place: usize, option: &str) -> String {
    let booking = case.bookings.get(place);
    let known = booking.and_then(|one| case.product(&one.product)?.option(option));
    known.map_or_else(|| option.to_owned(), |known| known.noun(Language::De))
}
