//! The mails of one request round: those that were sent and those that are planned.

use chrono::{DateTime, Days, Utc};

use crate::domain::Holidays;
use crate::domain::calendar::{REMINDERS, day, link_end};
use crate::domain::case::{AgreementEnd, Case, Link, LinkEnd, Request, RequestOutcome};
use crate::web::kit::dates::{When, short};

/// One step, ready to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineStep {
    /// `done`, `now`, or empty for a planned step.
    pub state: &'static str,
    /// What happens in the step.
    pub what: String,
    /// When it happened or will happen.
    pub when: When,
    /// The consequence of the step.
    pub then: String,
}

/// The steps of the open round, or of the last one; empty if the customer was never asked.
pub fn steps(case: &Case, now: DateTime<Utc>) -> Vec<TimelineStep> {
    let Some(round) = case.open_request().or(case.requests.last()) else {
        return Vec::new();
    };
    let awaits = round.is_open() && !round.is_over(now);
    let last = round.links.len().saturating_sub(1);
    let mut steps: Vec<TimelineStep> = round
        .links
        .iter()
        .enumerate()
        .map(|(at, link)| sent(link, awaits && at == last, now))
        .collect();
    match round.closed {
        Some((at, outcome)) => steps.push(closed(outcome, at)),
        None if round.undeliverable_at.is_some() || case.customer.email().is_none() => {}
        None => steps.extend(planned(round, case.holidays, now)),
    }
    steps.extend(end_of_agreement(case, round));
    steps
}

/// What has happened since to the agreement that this round led to, if it is not in force any more:
/// the timeline does not end with the conclusion then (C15).
fn end_of_agreement(case: &Case, round: &Request) -> Option<TimelineStep> {
    let led_to = case
        .agreements
        .iter()
        .find(|agreement| agreement.request == Some(round.id))?;
    let (at, how) = led_to.end?;
    let (what, then) = match how {
        AgreementEnd::Objected => ("Widersprochen", "Vertrag nichtig, kein Zugriff"),
        AgreementEnd::Ended => ("Beendet", "kein AVV mehr nötig"),
        AgreementEnd::Disowned => ("Zurückgewiesen", "Adresse gehörte nicht dem Kunden"),
        AgreementEnd::Replaced => ("Ersetzt", "ein neuer Vertrag gilt"),
    };
    Some(TimelineStep {
        state: "done",
        what: what.to_owned(),
        when: When::clock(at),
        then: then.to_owned(),
    })
}

fn sent(link: &Link, is_now: bool, now: DateTime<Utc>) -> TimelineStep {
    let until = short(day(link.valid_until));
    let then = match link.end {
        Some((_, LinkEnd::Used)) => "Link zum Abschluss benutzt".to_owned(),
        Some((at, LinkEnd::Replaced)) => format!("Link ersetzt am {}", short(day(at))),
        Some((at, LinkEnd::Closed)) => format!("Link geschlossen am {}", short(day(at))),
        None if link.valid_until < now => format!("Link war gültig bis {until}"),
        None => format!("Link gültig bis {until}"),
    };
    TimelineStep {
        state: if is_now { "now" } else { "done" },
        what: mail(link.number),
        when: When::clock(link.sent_at),
        then,
    }
}

fn mail(number: u8) -> String {
    match number {
        0 => "Anforderung".to_owned(),
        n => format!("Erinnerung {n} von {REMINDERS}"),
    }
}

/// What will happen without any action: the remaining reminders, and the end.
fn planned(round: &Request, holidays: Holidays, now: DateTime<Utc>) -> Vec<TimelineStep> {
    let Some(mut end) = round.last_link_end() else {
        return Vec::new();
    };
    let mut steps = Vec::new();
    for number in round.reminders + 1..=REMINDERS {
        // An overdue reminder is sent as soon as the scheduler gets to it, during working hours.
        let at = holidays.step_after(end, now);
        end = link_end(at);
        steps.push(TimelineStep {
            state: "",
            what: mail(number),
            when: When::short("geplant für ", day(at)),
            then: format!("neuer Link bis {}", short(day(end))),
        });
    }
    steps.push(TimelineStep {
        state: if end < now { "done" } else { "" },
        what: "Ohne Antwort abgelaufen".to_owned(),
        when: When::short("am ", day(end) + Days::new(1)),
        then: "danach keine E-Mail von selbst".to_owned(),
    });
    steps
}

fn closed(outcome: RequestOutcome, at: DateTime<Utc>) -> TimelineStep {
    let (what, then) = match outcome {
        RequestOutcome::Concluded => ("Abgeschlossen", "keine weiteren E-Mails"),
        RequestOutcome::Declined => ("Abgelehnt", "keine weiteren E-Mails"),
        RequestOutcome::Expired => ("Ohne Antwort abgelaufen", "danach keine E-Mail von selbst"),
        RequestOutcome::Superseded => ("Durch eine neue Anforderung ersetzt", ""),
        RequestOutcome::NotNeeded => ("Nicht mehr erforderlich", "keine weiteren E-Mails"),
        RequestOutcome::Objected => ("Widersprochen", "keine weiteren E-Mails"),
        RequestOutcome::Locked => ("Alle Links gesperrt", "keine weiteren E-Mails"),
    };
    TimelineStep {
        state: "done",
        what: what.to_owned(),
        when: When::clock(at),
        then: then.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;
    use crate::domain::case::tests::samples::in_state;
    use crate::domain::case::{Channel, Event};

    #[test]
    fn c15_the_line_ends_with_the_objection_and_not_with_the_conclusion() {
        let concluded = in_state("C");
        let last = |case: &Case| steps(case, concluded.now).last().unwrap().what.clone();
        assert_eq!(last(&concluded.case), "Abgeschlossen");
        let void = concluded.clone().after(&Event::Objected(Channel::Email));
        assert_eq!(last(&void.case), "Widersprochen");
    }
}
