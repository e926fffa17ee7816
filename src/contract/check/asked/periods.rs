//! Periods and ways that stand side by side: long or endless ones, two numbers of hours, both ways of authorising.

use super::phrase::Phrase;
use super::{Finder, QuestionKind as Q, Spot};
use crate::contract::Meta;
use crate::contract::check::figures::{DAYS, HOURS};

pub(super) fn period(at: &Spot<'_>, said: &Phrase<'_>, meta: &Meta) -> bool {
    const MONTHS: &[&str] = &["monat", "month", "jahr.", "jahre", "year"];
    const WEEKS: &[&str] = &["woche", "week"];
    match at.tag() {
        "breach" => {
            let hours = said.figures(HOURS);
            let stated = meta.breach_hours;
            hours
                .iter()
                .any(|one| stated.is_some_and(|stated| stated != *one) || *one > 24)
                || !said.figures(DAYS).is_empty()
                || !said.figures(WEEKS).is_empty()
        }
        "deletion" => {
            said.has(&[
                "unbegrenzt",
                "unbefristet",
                "dauerhaft",
                "indefinite",
                "perpetual",
                "permanent",
            ]) || !said.figures(MONTHS).is_empty()
                || meta.deletion_days.is_some_and(|stated| {
                    let days = said.figures(DAYS);
                    days.iter().any(|one| *one > stated)
                })
        }
        "sub-processor-notice" => said
            .figures(DAYS)
            .iter()
            .any(|one| *one != meta.notice_days && meta.objection_days != Some(*one) && *one < 14),
        "audit" | "audit-conditions" => {
            said.figures(DAYS).iter().any(|one| *one > 30)
                || said.figures(WEEKS).iter().any(|one| *one > 4)
                || !said.figures(MONTHS).is_empty() && said.has(&["ankündig", "notice", "vorlauf"])
                || said.says(&[
                    "alle zwei jahre",
                    "alle drei jahre",
                    "every two years",
                    "every three years",
                ])
        }
        _ => false,
    }
}

/// Numbers of hours in the passages of one clause.
#[derive(Default)]
pub(super) struct Hours {
    place: String,
    seen: Vec<u32>,
}

impl Hours {
    pub(super) fn ask(&mut self, at: &Spot<'_>, said: &Phrase<'_>, finder: &mut Finder) {
        let place = format!("{}|{}", at.passage.file, at.passage.headings);
        if place != self.place {
            (self.place, self.seen) = (place, Vec::new());
        }
        // Of measures every hour is another one.
        if at.subject.is_some_and(|subject| subject.is_measure()) {
            return;
        }
        for hours in said.figures(HOURS) {
            if !self.seen.is_empty() && !self.seen.contains(&hours) {
                finder.ask(Q::TwoPeriods, at, said.text);
            }
            self.seen.push(hours);
        }
    }
}

/// Passages that speak of one way of authorising further processors.
#[derive(Default)]
pub(super) struct Modes<'p> {
    general: Vec<(Spot<'p>, String)>,
    specific: Vec<(Spot<'p>, String)>,
}

impl<'p> Modes<'p> {
    pub(super) fn note(&mut self, at: &Spot<'p>, said: &Phrase<'_>) {
        const PERMIT: &[&str] = &[
            "genehmig", "zustimm", "authori", "consent", "approv", "permi",
        ];
        let about = at.is_about(&[
            "sub-processors",
            "sub-processor-notice",
            "further-outsourcing",
            "flow-down",
        ]);
        if !about || !said.has(PERMIT) {
            return;
        }
        let spot = || Spot {
            passage: at.passage,
            subject: at.subject,
        };
        if said.near(&["allgemein", "general.", "generell"], PERMIT, 6) {
            self.general.push((spot(), said.text.to_owned()));
        }
        let single = &[
            "gesondert",
            "einzel",
            "vorherig",
            "jeweils",
            "ausdrücklich",
            "specific",
            "prior.",
            "individual",
            "express",
        ];
        if said.near(single, PERMIT, 5) {
            self.specific.push((spot(), said.text.to_owned()));
        }
    }

    pub(super) fn ask(self, finder: &mut Finder) {
        if self.general.is_empty() || self.specific.is_empty() {
            return;
        }
        for (spot, text) in self.general.iter().chain(&self.specific) {
            finder.ask(Q::BothModes, spot, text);
        }
    }
}
