//! Figures: how many customers have each status, how many concluded in a time, and how long they took.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::{Call, Caller};
use super::keys;
use super::operation::{Answer, Operation, schema};
use super::party::Faults;
use super::problem::Problem;
use crate::domain::PartnerId;
use crate::domain::calendar::{at, day};
use crate::domain::case::Status;
use crate::domain::client::ClientScope as S;
use crate::storage::PgConnection;
use crate::storage::statistics::{Concluded, Counted, count_concluded, count_customers};
use crate::web::kit::route::{Who, get, view};

/// Days of the figures unless something else is asked for: today and those before.
const PERIOD: Days = Days::new(29);
/// The longest time.
const LONGEST: Days = Days::new(366);

pub(super) const OPERATIONS: &[Operation] = &[Operation::new(
    get("/api/v1/statistics", Who::Client(S::StatisticsRead), || view().to(read)),
    "Read figures",
    Answer::Json(schema::<Statistics>),
)
.described("How many customers have each status now, how many agreements were concluded from one day to another, and the middle of the days from the question to the conclusion. It counts all customers: ask a few times a day, not for every page.")
.with_parameters(schema::<StatisticsParameters>)];

/// What of the figures, and of which time.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StatisticsParameters {
    /// `status`, `partner` or `partner,status`: by what is counted. `status` if it is missing.
    pub by: Option<String>,
    /// First day of the conclusions, in Berlin; 29 days before `to` if it is missing.
    pub from: Option<NaiveDate>,
    /// Last day of the conclusions, in Berlin; today if it is missing.
    pub to: Option<NaiveDate>,
}

/// Figures.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Statistics {
    /// First day of the conclusions, in Berlin.
    pub from: NaiveDate,
    /// Last day of the conclusions, in Berlin.
    pub to: NaiveDate,
    /// Of everybody.
    pub all: Figures,
    /// Of each partner, by its key; only if asked for. Customers that nobody looks after are under an
    /// empty key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partners: Option<BTreeMap<String, Figures>>,
}

/// Figures of some customers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    /// How many they are now.
    pub customers: i64,
    /// How many of them have each status now; only if asked for. A status that nobody has is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statuses: Option<BTreeMap<String, i64>>,
    /// How many agreements were concluded in that time, recorded ones included.
    pub concluded: i64,
    /// Middle of the days from the question to the conclusion, of those that were concluded over a link.
    pub median_days: Option<f64>,
}

/// By what is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct By {
    partner: bool,
    status: bool,
}

impl By {
    fn parse(text: Option<&str>) -> Option<Self> {
        let mut by = Self {
            partner: false,
            status: false,
        };
        for one in text.unwrap_or("status").split(',') {
            let field = match one {
                "partner" => &mut by.partner,
                "status" => &mut by.status,
                _ => return None,
            };
            if std::mem::replace(field, true) {
                return None;
            }
        }
        Some(by)
    }
}

impl Figures {
    fn count(&mut self, status: Option<Status>, customers: i64) {
        self.customers += customers;
        if let Some(status) = status {
            let statuses = self.statuses.get_or_insert_default();
            *statuses.entry(status.key().to_owned()).or_default() += customers;
        }
    }

    fn conclude(&mut self, concluded: &Concluded) {
        self.concluded = concluded.agreements;
        // To the hundredth, a quarter of an hour: no figure that looks more exact than it is.
        self.median_days = concluded
            .median_days
            .map(|days| (days * 100.0).round() / 100.0);
    }
}

async fn read(call: Call) -> Result<HttpResponse, Problem> {
    let asked: StatisticsParameters = call.parameters()?;
    let by = By::parse(asked.by.as_deref());
    let period = period(&asked, call.who.now);
    let mut faults = Faults::default();
    if by.is_none() {
        faults.add("by", "invalid", "It is status, partner or partner,status.");
    }
    if period.is_none() {
        faults.add(
            "from",
            "invalid",
            "It is not behind `to`, and at most 366 days before it.",
        );
    }
    faults.over()?;
    let (Some(by), Some(period)) = (by, period) else {
        return Err(super::problem::Code::Fault.into());
    };
    let body = call
        .read(move |conn, who| statistics(conn, who, by, period))
        .await?;
    call.found(&body)
}

/// First and last day; `None` if there is no such time.
fn period(asked: &StatisticsParameters, now: DateTime<Utc>) -> Option<(NaiveDate, NaiveDate)> {
    let to = asked.to.unwrap_or_else(|| day(now));
    let from = match asked.from {
        Some(from) => from,
        None => to.checked_sub_days(PERIOD)?,
    };
    let is_storable = |day: &NaiveDate| (1..=9999).contains(&day.year());
    if ![from, to].iter().all(is_storable) {
        return None;
    }
    (from <= to && from.checked_add_days(LONGEST)? >= to).then_some((from, to))
}

fn statistics(
    conn: &mut PgConnection,
    who: &Caller,
    by: By,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Statistics, Problem> {
    let counted = count_customers(conn, who.now)?;
    let moments = (
        at(from, NaiveTime::MIN),
        at(to + Days::new(1), NaiveTime::MIN),
    );
    let concluded = count_concluded(conn, moments)?;
    let mut all = Figures::default();
    let mut partners: BTreeMap<Option<PartnerId>, Figures> = BTreeMap::new();
    for Counted {
        partner,
        status,
        customers,
    } in counted
    {
        let status = by.status.then_some(status);
        all.count(status, customers);
        partners
            .entry(partner)
            .or_default()
            .count(status, customers);
    }
    for (partner, concluded) in &concluded {
        match partner {
            None => all.conclude(concluded),
            Some(_) => partners.entry(*partner).or_default().conclude(concluded),
        }
    }
    Ok(Statistics {
        from,
        to,
        all,
        partners: match by.partner {
            true => Some(named(conn, partners)?),
            false => None,
        },
    })
}

fn named(
    conn: &mut PgConnection,
    partners: BTreeMap<Option<PartnerId>, Figures>,
) -> Result<BTreeMap<String, Figures>, Problem> {
    let ids: Vec<PartnerId> = partners.keys().copied().flatten().collect();
    let names = keys::names(conn, &ids)?;
    // What has no partner comes first, as the keys are ordered.
    let nobody = partners.contains_key(&None).then(String::new);
    Ok(nobody
        .into_iter()
        .chain(names)
        .zip(partners.into_values())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_by_is_said_once_and_in_known_words() {
        let by = |text: &str| By::parse(Some(text)).map(|by| (by.partner, by.status));
        assert_eq!(
            By::parse(None).map(|by| (by.partner, by.status)),
            Some((false, true))
        );
        assert_eq!(by("partner"), Some((true, false)));
        assert_eq!(by("status,partner"), Some((true, true)));
        for text in ["", "partner,partner", "partner,", "city", "Status"] {
            assert_eq!(by(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_has_days_and_at_most_a_year_of_them() {
        let now = "2026-11-30T23:30:00Z".parse().unwrap_or_default();
        let date = |text: &str| text.parse::<NaiveDate>().ok();
        let of = |from: &str, to: &str| {
            let asked = StatisticsParameters {
                by: None,
                from: date(from),
                to: date(to),
            };
            period(&asked, now)
        };
        assert_eq!(of("", ""), date("2026-11-02").zip(date("2026-12-01")));
        assert_eq!(
            of("2026-12-01", ""),
            date("2026-12-01").zip(date("2026-12-01"))
        );
        for (from, to) in [
            ("2026-12-02", ""),
            ("2025-11-29", "2026-12-01"),
            ("", "+262142-12-31"),
            ("-4800-01-01", "-4800-01-02"),
        ] {
            assert_eq!(of(from, to), None, "{from} {to}");
        }
    }
}
