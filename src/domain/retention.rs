//! How long evidence is kept and what is erased when its time is over (EV-16, row 52). Pure rules
//! over a case; nothing that is in force, awaited or young is ever named.

use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};

use super::calendar::{day, end_of_day};
use super::case::{Agreement, Case, Request};
use super::{AgreementId, RequestId};

/// Calendar years evidence is kept after the one in which an agreement ended (§§ 195, 199 BGB).
pub const YEARS: u8 = 3;
/// The longest that can be configured.
pub const MOST_YEARS: u8 = 10;
/// Months after which a request that was never concluded is forgotten, and what was mailed with it.
pub const REQUEST_MONTHS: Months = Months::new(12);

/// Something whose time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Erasable {
    /// A deleted customer with everything that is left of it.
    Customer,
    /// The evidence of an agreement that ended: document, persons, mails. Number, dates and hashes
    /// stay.
    Evidence(AgreementId),
    /// A round that did not lead to an agreement, with its links and mails.
    Round(RequestId),
}

/// What may be erased at `now`. A customer that is erased takes all the rest with it and is the
/// only thing named. Evidence is named as long as its agreement is known, erased or not.
pub fn erasable(case: &Case, years: u8, now: DateTime<Utc>) -> Vec<Erasable> {
    if erasable_on(case, years).is_some_and(|last| is_over(last, now)) {
        return vec![Erasable::Customer];
    }
    let evidence = case
        .agreements
        .iter()
        .filter(|one| evidence_end(one, years).is_some_and(|last| is_over(last, now)))
        .map(|one| Erasable::Evidence(one.id));
    // How the last round ended is the customer's answer: because of it no job asks anew by itself.
    let earlier = case.requests.len().saturating_sub(1);
    let rounds = case.requests[..earlier]
        .iter()
        .filter(|round| !belongs_to_agreement(case, round))
        .filter(|round| round_end(round).is_some_and(|last| is_over(last, now)))
        .map(|round| Erasable::Round(round.id));
    evidence.chain(rounds).collect()
}

/// Until when the history of a customer tells of nothing but agreements whose evidence is over. What
/// led to an agreement that is kept stays with it. `None` if no evidence is over.
pub fn history_over(case: &Case, years: u8, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let is_gone =
        |one: &&Agreement| evidence_end(one, years).is_some_and(|last| is_over(last, now));
    let ended = case.agreements.iter().filter(is_gone);
    let newest = ended.filter_map(|one| one.end).map(|(at, _)| at).max()?;
    let kept = case.agreements.iter().filter(|one| !is_gone(one));
    let begins = kept.map(|one| {
        let round = case
            .requests
            .iter()
            .find(|round| one.request == Some(round.id));
        round.map_or(one.concluded_at, |round| round.opened_at)
    });
    Some(begins.chain([newest]).min().unwrap_or(newest))
}

/// The last day on which a deleted customer is kept; `None` while it is not deleted.
pub fn erasable_on(case: &Case, years: u8) -> Option<NaiveDate> {
    let deleted = case.customer.deleted_at?;
    // An agreement cannot outlive its customer; should one, nothing is erased.
    let agreements: Option<Vec<NaiveDate>> = case
        .agreements
        .iter()
        .map(|agreement| evidence_end(agreement, years))
        .collect();
    let rounds: Option<Vec<NaiveDate>> = case.requests.iter().map(round_end).collect();
    agreements?
        .into_iter()
        .chain(rounds?)
        .chain(months_after(deleted))
        .max()
}

/// The last day of the evidence of an agreement; `None` while it is in force.
pub fn evidence_end(agreement: &Agreement, years: u8) -> Option<NaiveDate> {
    let (ended, _) = agreement.end?;
    NaiveDate::from_ymd_opt(day(ended).year() + i32::from(years), 12, 31)
}

/// The first moment of the year in which agreements must have ended whose evidence is over at
/// `now`: everything that ended before it may go. For looking up candidates.
pub fn evidence_cutoff(years: u8, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let year = day(now).year() - i32::from(years) - 1;
    NaiveDate::from_ymd_opt(year, 12, 31).map(end_of_day)
}

/// What was closed or sent before it has been over for twelve months at `now`.
pub fn round_cutoff(now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let date = day(now).checked_sub_months(REQUEST_MONTHS)?.pred_opt()?;
    Some(end_of_day(date))
}

/// The last day a round is kept; `None` while it is open.
fn round_end(round: &Request) -> Option<NaiveDate> {
    let (closed, _) = round.closed?;
    let last = round.last_link_end().unwrap_or(closed).max(closed);
    months_after(last)
}

fn months_after(at: DateTime<Utc>) -> Option<NaiveDate> {
    day(at).checked_add_months(REQUEST_MONTHS)
}

/// A round that led to an agreement is part of its evidence (EV-06).
fn belongs_to_agreement(case: &Case, round: &Request) -> bool {
    case.agreements
        .iter()
        .any(|agreement| agreement.request == Some(round.id))
}

fn is_over(last: NaiveDate, now: DateTime<Utc>) -> bool {
    now > end_of_day(last)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use chrono::Duration;

    use super::*;
    use crate::domain::case::tests::samples::{
        CENTRAFLEX, STATES, booked, in_state, new_email, utc,
    };
    use crate::domain::case::{Channel, Event, status_of};

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn evidence_ends_with_the_third_calendar_year_after_the_agreement() {
        // EV-16, §§ 195, 199 BGB; the year is the one in Berlin. ended, years, last day
        for (ended, years, last) in [
            ("2026-11-23T09:00:00Z", 3, "2029-12-31"),
            ("2026-01-01T12:00:00Z", 3, "2029-12-31"),
            ("2026-12-31T22:59:59Z", 3, "2029-12-31"),
            ("2026-12-31T23:00:00Z", 3, "2030-12-31"),
            ("2026-11-23T09:00:00Z", 10, "2036-12-31"),
        ] {
            let mut scenario = in_state("C");
            assert_eq!(evidence_end(&scenario.case.agreements[0], years), None);
            scenario.now = utc(ended);
            let scenario = scenario.after(&Event::Objected(Channel::Portal));
            let agreement = &scenario.case.agreements[0];
            assert_eq!(evidence_end(agreement, years), Some(date(last)), "{ended}");
            let named = |now| erasable(&scenario.case, years, now);
            let eve = end_of_day(date(last));
            assert_eq!(named(eve), [], "{ended}: not one moment early");
            let over = eve + Duration::milliseconds(1);
            assert_eq!(named(over), [Erasable::Evidence(agreement.id)]);
            // What the lists are looked up by says the same.
            let at = utc(ended);
            assert!(evidence_cutoff(years, eve).unwrap() < at);
            assert!(evidence_cutoff(years, over).unwrap() >= at);
        }
    }

    #[test]
    fn a_round_without_conclusion_is_over_after_twelve_months() {
        let scenario = in_state("R1").after(&new_email("neu@kunde.example"));
        let old = scenario.case.requests[0].id;
        // Asked anew on 7 December; the newest link of the closed round runs until 21 December 2026.
        let last = date("2027-12-21");
        let before = erasable(&scenario.case, YEARS, end_of_day(last));
        assert_eq!(before, []);
        let after = erasable(
            &scenario.case,
            YEARS,
            end_of_day(last) + Duration::milliseconds(1),
        );
        assert_eq!(after, [Erasable::Round(old)], "the open one stays");
    }

    #[test]
    fn a_deleted_customer_waits_for_all_its_evidence() {
        let mut scenario = in_state("C");
        scenario.now = utc("2027-05-01T09:00:00Z");
        let scenario = scenario.after(&Event::Deleted);
        assert_eq!(erasable_on(&scenario.case, 3), Some(date("2030-12-31")));
        let over = end_of_day(date("2030-12-31")) + Duration::milliseconds(1);
        assert_eq!(
            erasable(&scenario.case, 3, over),
            [Erasable::Customer],
            "everything else goes with it"
        );
        assert_eq!(erasable(&scenario.case, 4, over), []);
        // Without an agreement twelve months are enough.
        let scenario = in_state("N").after(&Event::Deleted);
        assert_eq!(erasable_on(&scenario.case, 3), Some(date("2027-11-22")));
    }

    #[test]
    fn what_is_in_force_or_decisive_is_never_named() {
        let century = Duration::days(36_525);
        for state in STATES {
            let scenario = in_state(state);
            let now = scenario.now + century;
            let before = status_of(&scenario.case, now);
            let mut after = scenario.case.clone();
            for item in erasable(&scenario.case, YEARS, now) {
                match item {
                    Erasable::Customer => panic!("{state}: nobody deleted this customer"),
                    Erasable::Evidence(id) => {
                        let one = after.agreements.iter().find(|one| one.id == id).unwrap();
                        assert!(!one.in_force(), "{state}");
                    }
                    Erasable::Round(id) => {
                        let round = after.requests.iter().find(|one| one.id == id).unwrap();
                        assert!(!round.is_open(), "{state}");
                        after.requests.retain(|one| one.id != id);
                    }
                }
            }
            assert_eq!(status_of(&after, now), before, "{state}");
        }
        // A customer who declined is not asked by itself once the round is old (row 14).
        let mut scenario = in_state("D");
        scenario.now += century;
        assert_eq!(erasable(&scenario.case, YEARS, scenario.now), []);
        assert!(scenario.send(&booked(CENTRAFLEX, &[])).is_ok());
        assert!(scenario.case.open_request().is_none());
    }
}
