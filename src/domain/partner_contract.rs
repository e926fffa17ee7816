//! The contract under Art. 28(4) GDPR that every partner needs before it touches a customer's data
//! (EV-14, C6): how one stands, when its end is spoken of, and which choices rely on it.

use chrono::{DateTime, Months, NaiveDate, Utc};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::case::{Case, Partner};

/// From so long before its end on, the pages and the operator's list ask for a new contract.
pub const RENEW_BEFORE: Months = Months::new(2);

/// How it stands with the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContractState {
    /// None was recorded.
    Missing,
    /// It is over since this day.
    Expired(NaiveDate),
    /// It ends soon: on this day.
    EndsSoon(NaiveDate),
    /// It holds and does not end soon, or has no end.
    Valid,
}

impl ContractState {
    /// How the contract recorded last stands on `today`; `None`: there is none. The inner value
    /// is its last day, `None` if it has no end.
    pub fn of(recorded: Option<Option<NaiveDate>>, today: NaiveDate) -> Self {
        match recorded {
            None => Self::Missing,
            Some(Some(last)) if last < today => Self::Expired(last),
            Some(Some(last)) if last <= soon(today) => Self::EndsSoon(last),
            Some(_) => Self::Valid,
        }
    }

    /// Whether a contract holds today.
    pub fn holds(self) -> bool {
        matches!(self, Self::EndsSoon(_) | Self::Valid)
    }

    /// What the operator's list says of its end: two months before, and once more when it is over.
    /// The alert's subject has the last day, so that the next contract is spoken of anew.
    pub fn alert(self) -> Option<(NaiveDate, i32)> {
        match self {
            Self::EndsSoon(last) => Some((last, STAGE_SOON)),
            Self::Expired(last) => Some((last, STAGE_OVER)),
            Self::Missing | Self::Valid => None,
        }
    }
}

/// Stage of an alert: the contract ends within two months.
pub const STAGE_SOON: i32 = 60;
/// Stage of an alert: the contract is over.
pub const STAGE_OVER: i32 = 0;

/// The last day on which a contract can end and still ends soon.
pub fn soon(today: NaiveDate) -> NaiveDate {
    today
        .checked_add_months(RENEW_BEFORE)
        .unwrap_or(NaiveDate::MAX)
}

/// Which partners a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
pub enum ContractFilter {
    /// None was recorded.
    #[strum(serialize = "fehlt")]
    Missing,
    /// It ends within two months.
    #[strum(serialize = "endet")]
    EndsSoon,
    /// It is over.
    #[strum(serialize = "abgelaufen")]
    Expired,
}

impl ContractFilter {
    /// All, in the order of the choice.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Word in addresses.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// Reads that word; `None` for any other text.
    pub fn from_key(key: &str) -> Option<Self> {
        key.parse().ok()
    }

    /// Whether a partner with such a contract is among them.
    pub fn admits(self, state: ContractState) -> bool {
        matches!(
            (self, state),
            (Self::Missing, ContractState::Missing)
                | (Self::EndsSoon, ContractState::EndsSoon(_))
                | (Self::Expired, ContractState::Expired(_))
        )
    }
}

/// What the operator wants where no contract holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ContractRule {
    /// The choice is warned of and made.
    #[default]
    Warn,
    /// The choice is refused.
    Required,
}

impl ContractRule {
    /// Whether a partner whose contract stands like this may not be chosen.
    pub fn refuses(self, state: ContractState) -> bool {
        self == Self::Required && !state.holds()
    }
}

/// The partners whose contract a decision relies on anew: those that come to look after the customer,
/// and everybody who does when something more needs an agreement.
pub fn relied_on<'c>(before: &Case, after: &'c Case, now: DateTime<Utc>) -> Vec<&'c Partner> {
    let (had, has) = (before.required_products(now), after.required_products(now));
    let needs_more = has.iter().any(|one| !had.contains(one));
    let is_new = |one: &Partner| before.chain().all(|old| old.id != one.id);
    after
        .chain()
        .filter(|one| needs_more || is_new(one))
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;
    use crate::domain::case::tests::samples::{
        CENTRAFLEX, FOREIGN, MANDANT, OTHER_SUB, SUB, TRUNK, booked, in_state, partner,
    };
    use crate::domain::case::{Event, preview};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn c6_a_contract_holds_to_the_end_of_its_last_day() {
        // EV-14. Today, last day, state, what the operator's list says.
        for (today, last, state, stage) in [
            ("2026-11-22", "2026-11-21", "expired", Some(STAGE_OVER)),
            ("2026-11-22", "2026-11-22", "soon", Some(STAGE_SOON)),
            ("2026-11-22", "2027-01-22", "soon", Some(STAGE_SOON)),
            ("2026-11-22", "2027-01-23", "valid", None),
            // Two months before the last of February is the last of December.
            ("2026-12-31", "2027-02-28", "soon", Some(STAGE_SOON)),
            ("2026-12-31", "2027-03-01", "valid", None),
        ] {
            let last = day(last);
            let found = ContractState::of(Some(Some(last)), day(today));
            let expected = match state {
                "expired" => ContractState::Expired(last),
                "soon" => ContractState::EndsSoon(last),
                _ => ContractState::Valid,
            };
            assert_eq!(found, expected, "{today} {last}");
            assert_eq!(found.alert(), stage.map(|stage| (last, stage)));
            assert_eq!(found.holds(), state != "expired");
        }
        let today = day("2026-11-22");
        assert_eq!(ContractState::of(Some(None), today), ContractState::Valid);
        assert_eq!(ContractState::of(None, today), ContractState::Missing);
        assert_eq!(ContractState::Missing.alert(), None);
    }

    #[test]
    fn c6_only_the_setting_refuses_and_only_without_a_contract() {
        let last = day("2026-11-22");
        for (state, is_refused) in [
            (ContractState::Missing, true),
            (ContractState::Expired(last), true),
            (ContractState::EndsSoon(last), false),
            (ContractState::Valid, false),
        ] {
            assert_eq!(ContractRule::Required.refuses(state), is_refused);
            assert!(!ContractRule::Warn.refuses(state));
            let found = ContractFilter::ALL
                .iter()
                .filter(|filter| filter.admits(state));
            assert_eq!(found.count(), usize::from(state != ContractState::Valid));
        }
        for &filter in ContractFilter::ALL {
            assert_eq!(ContractFilter::from_key(filter.key()), Some(filter));
        }
    }

    #[test]
    fn c6_a_decision_relies_on_who_comes_and_on_all_for_a_further_product() {
        let sub = |id| Event::SubPartnerNamed(Some(partner(id, Some(MANDANT))));
        for (state, event, relied) in [
            // Nothing was booked until now: everybody who looks after the customer.
            ("N", booked(CENTRAFLEX, &[]), vec![MANDANT, SUB]),
            ("C", booked(TRUNK, &["ums"]), vec![MANDANT, SUB]),
            // Without the option no agreement is needed.
            ("C", booked(TRUNK, &[]), vec![]),
            ("C", sub(OTHER_SUB), vec![OTHER_SUB]),
            ("C", Event::SubPartnerNamed(None), vec![]),
            (
                "C",
                Event::PartnerAssigned(Some(partner(FOREIGN, None))),
                vec![FOREIGN],
            ),
            ("C", Event::PartnerAssigned(None), vec![]),
        ] {
            let scenario = in_state(state);
            let after = preview(&scenario.case, &event, scenario.now).unwrap().after;
            let found: Vec<_> = relied_on(&scenario.case, &after, scenario.now)
                .iter()
                .map(|one| one.id)
                .collect();
            assert_eq!(found, relied, "{state} {event:?}");
        }
    }
}
