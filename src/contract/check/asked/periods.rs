//! Periods and ways that stand side by side: long or endless ones, two numbers of hours.

use super::meaning::NO;
use super::phrase::Phrase;
use super::{Finder, QuestionKind as Q, Spot};
use crate::contract::Meta;
use crate::contract::check::figures::{DAYS, GOOD_BREACH, HOURS};
use crate::contract::check::units::PassageKind;

const MONTHS: &[&str] = &["monat", "month"];
const WEEKS: &[&str] = &["woche", "week"];
const YEARS: &[&str] = &["jahr.", "jahre.", "jahren.", "jahres.", "year"];

/// Longest time until data are gone that nobody wonders about, in days.
const DELETION: u32 = 90;
/// Shortest notice of a further processor, in days.
const NOTICE: u32 = 14;
/// Longest notice of an inspection, in days.
const AUDIT: u32 = 30;

/// The periods a sentence names, in days.
fn days(said: &Phrase<'_>) -> Vec<u32> {
    let in_days = |units: &[&str], each: u32| -> Vec<u32> {
        let found = said.figures(units);
        found.iter().map(|one| one.saturating_mul(each)).collect()
    };
    let mut out = in_days(DAYS, 1);
    out.extend(in_days(WEEKS, 7));
    out.extend(in_days(MONTHS, 30));
    out.extend(in_days(YEARS, 365));
    out
}

/// A period that is longer than usual, shorter than it may be, or longer than the field says.
pub(super) fn period(at: &Spot<'_>, said: &Phrase<'_>, meta: &Meta) -> bool {
    match at.tag() {
        "breach" => {
            let most = meta.breach_hours.unwrap_or(GOOD_BREACH);
            said.figures(HOURS).iter().any(|hours| *hours > most)
                || days(said).iter().any(|days| days * 24 > most)
                || afterwards(said)
        }
        "deletion" => {
            let most = meta.deletion_days.unwrap_or(0).max(DELETION);
            !by_law(said)
                && !matches!(at.passage.kind, PassageKind::Cells(_))
                && days(said).iter().any(|days| *days > most)
        }
        "sub-processor-notice" | "sub-processors" => {
            let is_known =
                |days: &u32| *days == meta.notice_days || meta.objection_days == Some(*days);
            let is_urgent = said.has(&[
                "notfall",
                "notfälle",
                "eilfall",
                "eilfälle",
                "emergenc",
                "urgent",
            ]);
            !is_urgent
                && (days(said)
                    .iter()
                    .any(|days| *days < NOTICE && !is_known(days))
                    || !said.figures(HOURS).is_empty()
                    || afterwards(said))
        }
        "audit" | "audit-conditions" => {
            let is_notice = said.has(&[
                "ankündig",
                "angekündig",
                "anmeld",
                "angemeld",
                "anzumeld",
                "voraus",
                "vorher",
                "zuvor",
                "vorlauf",
                "notice",
                "advance",
                "prior",
                "ahead",
                "before",
                "beforehand",
            ]);
            let once = said.in_order(
                &[
                    &["single.", "one.", "once.", "einzige", "einmal"],
                    &[
                        "life.",
                        "lifetime",
                        "laufzeit",
                        "vertragsdauer",
                        "vertragslaufzeit",
                        "term.",
                    ],
                ],
                9,
            );
            let rare = once
                || said.says(&[
                    "alle zwei jahre",
                    "alle drei jahre",
                    "alle vier jahre",
                    "alle fünf jahre",
                    "every two years",
                    "every three years",
                    "every five years",
                    "every four years",
                    "every second year",
                    "every other year",
                    "jedes zweite jahr",
                ]);
            is_notice
                && days(said)
                    .iter()
                    .any(|days| *days > AUDIT && *days < 365 * 5)
                || rare
        }
        "assist-rights" => days(said).iter().any(|days| *days >= 28) || afterwards(said),
        "confidentiality" => {
            said.has(&["innerhalb", "binnen", "within"])
                && (!days(said).is_empty() || said.has(&["beschäftigungsjahr"]))
        }
        _ => false,
    }
}

/// Told when it is over: "im Nachhinein", "in the annual report".
fn afterwards(said: &Phrase<'_>) -> bool {
    said.has(&[
        "quartalsende",
        "sammelmeldung",
        "gesammelt",
        "nachhinein",
        "nachträglich",
        "rückwirkend",
        "afterwards",
        "subsequently",
        "retroactiv",
        "retrospectiv",
        "jahresabrechnung",
        "jahresbericht",
        "quartalsbericht",
        "jahresgespräch",
        "quarterly",
        "annually",
    ]) || said.says(&[
        "annual report",
        "quarterly report",
        "annual review",
        "after the fact",
        "next invoice",
        "nächsten rechnung",
        "once it has started",
        "after its investigation",
        "abschluss seiner",
        "abschluss der internen",
        "completing its",
        "of confirming",
        "of our confirming",
        "end of the quarter",
        "end of the year",
        "end of each quarter",
        "end of the month",
    ]) || once_done(said)
}

/// "Once it has been investigated": told only when something else is done.
fn once_done(said: &Phrase<'_>) -> bool {
    const DONE: &[&str] = &[
        "geklärt",
        "abgeschlossen",
        "abschluss",
        "untersucht",
        "freigegeben",
        "behoben",
        "bestätigt",
        "investigated",
        "investigation",
        "remedied",
        "cleared",
        "confirmed",
        "completed",
        "resolved",
        "aufgeklärt",
        "feststeht",
        "established",
    ];
    said.clauses().any(|clause| {
        let begins_so = clause.words.iter().take(2).any(|word| {
            matches!(
                word.as_str(),
                "sobald" | "nachdem" | "wenn" | "once" | "after" | "when" | "erst"
            )
        });
        begins_so && clause.has(DONE)
    }) || said.in_order(&[&["once.", "after.", "nach.", "when.", "erst."], DONE], 6)
}

/// What the law orders kept.
fn by_law(said: &Phrase<'_>) -> bool {
    said.has(&[
        "gesetz",
        "aufbewahrungspflicht",
        "vorschrift",
        "rechtsvorschrift",
        "statut",
        "law.",
        "legal",
        "hgb.",
        "ao.",
    ])
}

/// Data that stay for ever, or for as long as the processor likes.
pub(super) fn endless(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    const KEEP: &[&str] = &[
        "aufbewahr",
        "aufzubewahr",
        "behalt",
        "behält",
        "speicher",
        "gespeichert",
        "verbleib",
        "bleib",
        "vorhalt",
        "vorgehalten",
        "retain",
        "keep",
        "kept",
        "store",
        "archiv",
        "hold",
        "stay",
        "remain",
        "backup",
        "cop",
    ];
    let end = said.has(&[
        "unbegrenzt",
        "unbefristet",
        "dauerhaft",
        "ewig",
        "indefinit",
        "perpetu",
        "permanent",
        "forever",
        "endlos",
    ]) || said.says(&[
        "auf dauer",
        "für immer",
        "zeitlich nicht begrenzt",
        "ohne zeitliche",
        "unbestimmte zeit",
        "bis auf weiteres",
        "until further notice",
        "beliebig lang",
        "unlimited period",
        "unlimited time",
        "without limit in time",
        "no time limit",
        "as long as it",
        "as long as we",
        "as long as vendor",
        "as long as provider",
        "as long as company",
        "as long as supplier",
        "solange er es",
        "solange es dem",
        "solange wir",
        "open-ended",
        "indeterminate",
        "undetermined",
    ]);
    let about = at.is_about(&[
        "deletion",
        "tom-retention",
        "tom-erasure",
        "duration",
        "purpose",
        "survival",
        "nature",
    ]) || said.has(KEEP);
    let in_force = at.is_about(&[
        "duration",
        "survival",
        "confidentiality",
        "tom",
        "termination",
    ]);
    end && about
        && !by_law(said)
        && !in_force
        && said.has(KEEP)
        && !said.near(
            &[
                "unbegrenzt",
                "unbefristet",
                "dauerhaft",
                "indefinit",
                "permanent",
                "forever",
            ],
            NO,
            4,
        )
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
