//! "Läufe": all work over many customers, of every kind. [`list`] shows the progress of each run,
//! [`show`] one of them with the customers it could not reach.

mod list;
mod show;

use crate::domain::viewer::Duty;
use actix_web::web;

use crate::domain::bulk_run::RunKind;
use crate::domain::{AnnouncementId, Language, PartnerId, calendar};
use crate::paths;
use crate::storage::bulk_runs::{BulkRun, Subjects};
use crate::web::kit::route::{Row, Who, get, post, view};
use crate::web::kit::words::thousands;
use crate::wording::dates;

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get(paths::BULK_RUNS, Who::Operator, || view().to(list::show)),
    get(paths::BULK_RUNS_SHEET, Who::Operator, || {
        view().to(list::sheet)
    }),
    get("/betrieb/laeufe/{lauf}", Who::Operator, || {
        view().to(show::show)
    }),
    post("/betrieb/laeufe/{lauf}", Who::Duty(Duty::Contract), || {
        web::post().to(show::turn_it)
    }),
];

/// What a run does, in words.
fn kind_word(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Announcement => "Änderung der Unterauftragsverarbeiter mitteilen",
        RunKind::RollOut => "Auf neue Vertragsfassung umstellen",
        RunKind::Block => "Sperre eines Vertriebspartners mitteilen",
        RunKind::NewVersion => "Offene Anforderungen mit der geltenden Fassung neu senden",
        RunKind::TakeOff => "Deaktivierten Submandanten von seinen Kunden nehmen",
        RunKind::NeedChange => "Kunden nach Änderung von Produkt oder Vertragstext prüfen",
        RunKind::Import => "Kunden importieren",
        RunKind::FirstRequests => "Importierten Kunden die Anforderung senden",
        RunKind::Agreements => "Bestehende Verträge erfassen",
    }
}

/// What a run is about, and the address of its page.
fn subject(run: &BulkRun, subjects: &Subjects) -> (String, String) {
    let partner = || -> Option<(PartnerId, &String)> {
        let id = run.subject.parse().ok()?;
        Some((id, subjects.partners.get(&id)?))
    };
    let found = match run.kind {
        RunKind::Announcement => run.subject.parse::<AnnouncementId>().ok().map(|id| {
            let day = dates::short_date(calendar::day(run.begun_at), Language::De);
            (format!("Mitteilung vom {day}"), paths::announcement(id))
        }),
        RunKind::RollOut => subjects
            .roll_outs
            .get(&run.id)
            .map(|id| (format!("Fassung {}", run.subject), paths::roll_out(*id))),
        RunKind::Block | RunKind::TakeOff => {
            partner().map(|(id, name)| (name.clone(), paths::partner(id)))
        }
        RunKind::NeedChange => subjects
            .products
            .get(&run.subject)
            .map(|name| (name.clone(), paths::product(&run.subject))),
        RunKind::Import | RunKind::FirstRequests => run.subject.parse().ok().map(|id| {
            let day = dates::short_date(calendar::day(run.begun_at), Language::De);
            (format!("Import vom {day}"), paths::customer_import(id))
        }),
        RunKind::Agreements => run.subject.parse().ok().map(|id| {
            let day = dates::short_date(calendar::day(run.begun_at), Language::De);
            (
                format!("Bestehende Verträge vom {day}"),
                paths::agreement_import(id),
            )
        }),
        RunKind::NewVersion => Some((
            format!("Fassung {}", run.subject),
            paths::contract(&run.subject),
        )),
    };
    found.unwrap_or_else(|| (run.subject.clone(), paths::BULK_RUNS.to_owned()))
}

/// How many customers a run has looked at, and of how many.
fn progress(run: &BulkRun) -> String {
    let seen = thousands(run.seen);
    match run.customers {
        Some(all) => format!("{seen} von {}", thousands(all.max(run.seen))),
        None => seen,
    }
}

/// How many customers a run looks at in a minute, once that is known.
fn per_minute(run: &BulkRun) -> Option<String> {
    let is_known = run.worked_ms >= 1000;
    is_known.then(|| thousands(run.seen.saturating_mul(60_000) / run.worked_ms))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;
    use crate::domain::BulkRunId;

    #[test]
    fn figures_are_words_that_people_read() {
        let mut run = BulkRun {
            id: BulkRunId(1),
            kind: RunKind::NewVersion,
            subject: "2.0".to_owned(),
            begun_at: "2026-12-01T09:00:00Z".parse().unwrap(),
            starts_on: "2026-12-01".parse().unwrap(),
            paused_at: None,
            ended: None,
            customers: Some(5000),
            round: 1,
            after: None,
            seen: 1200,
            done: 1000,
            failed: 1,
            worked_ms: 999,
        };
        assert_eq!(progress(&run), "1.200 von 5.000");
        assert_eq!(per_minute(&run), None, "too short to tell");
        run.worked_ms = 30_000;
        assert_eq!(per_minute(&run).unwrap(), "2.400");
        run.customers = Some(1100);
        assert_eq!(progress(&run), "1.200 von 1.200", "some came later");
        run.customers = None;
        assert_eq!(progress(&run), "1.200");
        let (word, href) = subject(&run, &Subjects::default());
        assert_eq!((&*word, &*href), ("Fassung 2.0", "/vertrag/2.0"));
        for &kind in RunKind::ALL {
            run.kind = kind;
            assert!(!subject(&run, &Subjects::default()).0.is_empty());
            assert!(!kind_word(kind).is_empty());
        }
    }
}
