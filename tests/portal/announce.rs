//! Announcements for tests.

use avv_portal::actions::ActionError;
use avv_portal::actions::announcements::{self, SENDING};
use avv_portal::actions::bulk_runs::{RunMemory, StepResult, take_step};
use avv_portal::actions::notices::dissent_url;
use avv_portal::app::App;
use avv_portal::domain::bulk_run::RunKind;
use avv_portal::domain::party::SubProcessor;
use avv_portal::domain::sub_processor::ListChange;
use avv_portal::domain::{AnnouncementId, CustomerNumber, EmailAddress, NoticeId, Party};
use avv_portal::storage::PgConnection;
use avv_portal::storage::announcements::Announcement;
use avv_portal::storage::bulk_runs::list_open;
use avv_portal::storage::notices::{Stored, list_of_customer};
use avv_portal::storage::sub_processors;

use crate::harness::{Person, TestApp};

/// A company for the list of sub-processors.
pub fn company(name: &str) -> SubProcessor {
    SubProcessor {
        party: Party {
            name: name.to_owned(),
            street: "Am Güterbahnhof 8".to_owned(),
            postcode: "41460".to_owned(),
            city: "Neuss".to_owned(),
            country: "Deutschland".to_owned(),
            contact: "Betriebsleitung".to_owned(),
            email: EmailAddress::parse("betrieb@rz.example").ok(),
            ..Party::default()
        },
        service: "Betrieb der Server".to_owned(),
        service_en: "Operation of the servers".to_owned(),
        place: "Deutschland".to_owned(),
        place_en: "Germany".to_owned(),
        delimitation: "Verwaltet keine Kundendaten".to_owned(),
        delimitation_en: "Administers no customer data".to_owned(),
        ..SubProcessor::default()
    }
}

/// Adds a company to a list that no customer was told of yet.
pub fn register(app: &TestApp, name: &str) {
    app.write(|conn| {
        let from = "2026-01-01".parse().unwrap();
        Ok(sub_processors::create_entry(conn, &company(name), from)?)
    });
}

/// A draft in which a company replaces the last one of the list.
pub fn draft(app: &TestApp, name: &str) -> AnnouncementId {
    let (operator, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| {
        let id = announcements::draft(conn, &app.app, &operator, now)?;
        let edit = |draft: &mut Announcement, entries: &[_]| {
            let entries: &[avv_portal::domain::sub_processor::Entry] = entries;
            let new = Box::new(company(name));
            let last = entries.iter().rev().find(|entry| entry.stays());
            draft.changes = vec![match last {
                Some(old) => ListChange::Replace { old: old.id, new },
                None => ListChange::Add { new },
            }];
            draft.reason = "Umzug in ein größeres Rechenzentrum".to_owned();
            draft.reason_en = "Move to a larger data centre".to_owned();
            Ok(())
        };
        announcements::edit(conn, &operator, id, edit, now)?.unwrap();
        Ok(id)
    })
}

/// Confirms a draft; nothing is sent before the jobs run.
pub fn confirm(app: &TestApp, id: AnnouncementId) {
    let (operator, now) = (app.viewer(Person::Operator), app.now());
    app.write(|conn| {
        announcements::confirm(conn, &app.app, &operator, id, now)?.unwrap();
        Ok(())
    });
}

/// The runs of announcements that reached all customers.
pub const SENT: &str = "bulk_runs WHERE kind = 'announcement' AND how = 'done'";

/// One step of the open run, in a transaction of its own.
pub fn step(app: &App, now: chrono::DateTime<chrono::Utc>) -> Result<StepResult, ActionError> {
    app.db.transaction_blocking(|conn| step_in(conn, app, now))
}

/// The same in the transaction of the caller.
pub fn step_in(
    conn: &mut PgConnection,
    app: &App,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<StepResult, ActionError> {
    match list_open(conn, RunKind::Announcement)?.first() {
        Some(run) => take_step(conn, app, &SENDING, *run, &mut RunMemory::default(), now),
        None => Ok(StepResult::Halt),
    }
}

/// An announcement that was sent to every customer.
pub fn announce(app: &TestApp, name: &str) -> AnnouncementId {
    let id = draft(app, name);
    confirm(app, id);
    app.jobs();
    id
}

/// The youngest notice of a customer.
pub fn notice(app: &TestApp, customer: CustomerNumber) -> Stored {
    app.read(|conn| Ok(list_of_customer(conn, customer, 1)?))
        .pop()
        .expect("a notice")
}

/// Path of the page on which a customer dissents without signing in.
pub fn link(app: &TestApp, id: NoticeId) -> String {
    dissent_url(&app.app, id).replace(&app.url, "")
}
