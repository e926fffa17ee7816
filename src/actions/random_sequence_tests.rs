//! Random sequences through the real database: the stored rows are what the rules decided, mail by
//! mail, and the simple model of the table agrees (5.6).
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::{ActionError, Actor, Applied, CaseCommand, customers, requests};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::contract::{Contracts, shipped, source_hash};
use crate::domain::audit::AuditKind;
use crate::domain::case::tests::invariants::runs;
use crate::domain::case::tests::model::Model;
use crate::domain::case::tests::random_sequences::{
    acts, change_need, event, scenarios, wait, waits,
};
use crate::domain::case::tests::samples::{
    ANNEXES, MODULES, Scenario, VERSIONS, case, mails, partner, version_day,
};
use crate::domain::case::{Booking, Case, Change, Event, access};
use crate::domain::mail::MailKind;
use crate::domain::viewer::Role;
use crate::domain::{CustomerNumber, LinkId, PartnerId};
use crate::mail::transport::Transport;
use crate::storage::customers::NewCustomer;
use crate::storage::db::{Conn, tests::migrated};
use crate::storage::mails::list_mails;
use crate::storage::{case_rows, cases, catalogue, contract_versions, partners};

/// An installation with the products and partners of the samples, under the same keys.
fn app(folder: &std::path::Path) -> App {
    let config = Config::for_tests("unused", folder);
    let now = "2026-01-01T09:30:00Z".parse().unwrap();
    let sealer = crate::document::seal::Sealer::open(&config.seal, now).unwrap();
    let app = App::new(
        config,
        Clock::fixed_at(now),
        migrated("stories"),
        Transport::memory(),
        Contracts::default(),
        sealer,
    );
    app.db.transaction_blocking(insert_parties).unwrap();
    app
}

fn save_catalogue(case: &Case) -> impl Fn(&mut Conn) -> Result<(), ActionError> + '_ {
    |conn| {
        for (place, product) in case.catalogue.iter().enumerate() {
            catalogue::save_product(conn, i16::try_from(place).unwrap(), product)?;
        }
        Ok(())
    }
}

fn insert_parties(conn: &mut Conn) -> Result<(), ActionError> {
    save_catalogue(&case())(conn)?;
    for place in 0..VERSIONS {
        let (mut files, number) = (shipped(), place + 1);
        let toml = files.get_mut("contract.toml").unwrap();
        *toml = toml.replace("\"1.0\"", &format!("\"{number}.0\""));
        // The texts of the samples, which stay as they are here: what is published does not change.
        files.retain(|path, _| !path.contains("/produkte/"));
        for (language, key) in ANNEXES.iter().flat_map(|key| [("de", key), ("en", key)]) {
            files.insert(format!("{language}/produkte/{key}.dj"), "## …\n".to_owned());
        }
        contract_versions::insert_published(
            conn,
            &format!("{number}.0"),
            &files,
            version_day(place),
            &source_hash(&files),
            "2026-01-01T00:00:00Z".parse().unwrap(),
        )?;
    }
    for id in 1..=12_i64 {
        let parent = (id > 10).then_some(PartnerId(1));
        let one = partner(PartnerId(id), parent);
        let stored = partners::create_partner(
            conn,
            parent,
            &one.party,
            "2026-01-01T00:00:00Z".parse().unwrap(),
        )?;
        assert_eq!(stored, one.id);
    }
    Ok(())
}

fn add(conn: &mut Conn, scenario: &Scenario) -> Result<(), ActionError> {
    let new = NewCustomer {
        number: scenario.case.customer.number,
        party: scenario.case.customer.party.clone(),
        language: scenario.case.customer.language,
        partner: scenario.case.partner.as_ref().map(|one| one.id),
        sub_partner: scenario.case.sub_partner.as_ref().map(|one| one.id),
    };
    customers::add_by_command(conn, &new, Actor::Command, scenario.now)
}

fn load(conn: &mut Conn, number: CustomerNumber, now: DateTime<Utc>) -> Result<Case, ActionError> {
    cases::find_case(conn, number, now)?.ok_or(ActionError::NotFound)
}

/// Executes an event and checks what was stored.
fn bring(
    conn: &mut Conn,
    app: &App,
    scenario: &Scenario,
    event: &Event,
) -> Result<(Applied, Case), ActionError> {
    let number = scenario.case.customer.number;
    let command = CaseCommand::by_portal(number, scenario.now);
    let outcome = command.execute(conn, app, event, |_| AuditKind::LinkOpened)?;
    let stored = load(conn, number, scenario.now)?;
    assert!(
        case_rows::row_agrees(conn, &stored, scenario.now)?,
        "the line of the list, or the gate"
    );
    assert_eq!(case_rows::recount(conn, false)?, 0, "the counts");
    gate_agrees(conn, &stored, scenario.now)?;
    Ok((outcome, stored))
}

/// What the gate reads decides as the rules do over the stored case, now and after the next end.
fn gate_agrees(conn: &mut Conn, case: &Case, now: DateTime<Utc>) -> Result<(), ActionError> {
    let known = case_rows::find_gate(conn, case.customer.number)?;
    let ends = case.bookings.iter().flat_map(Booking::ends);
    let next = ends.filter(|end| *end > now).min();
    for at in [Some(now), next].into_iter().flatten() {
        for id in [1, 2, 11, 12].map(PartnerId) {
            for role in [Role::Partner(id), Role::SubPartner(id)] {
                for module in MODULES {
                    let decided = known.as_ref().is_some_and(|known| {
                        let catalogue = &known.catalogue;
                        known.gate.enter(role, module, catalogue, at).is_ok()
                    });
                    let ruled = role.knows(case) && access(case, id, module, at).is_ok();
                    assert_eq!(decided, ruled, "{role:?} {module} at {at}");
                }
            }
        }
    }
    Ok(())
}

/// The key of the link that a decision made.
fn new_link(changes: &[Change]) -> Option<LinkId> {
    changes.iter().find_map(|change| match change {
        Change::OpenRequest(request) => request.links.last().map(|link| link.id),
        Change::Remind(_, link) => Some(link.id),
        Change::EnterAddress(entered) => Some(LinkId(entered.id.0)),
        _ => None,
    })
}

/// Only one alert of a kind is mailed while it is open, however often the rules raise it (A4).
fn is_alert(kind: &MailKind) -> bool {
    matches!(kind, MailKind::Alert { .. })
}

fn queued(changes: &[Change]) -> usize {
    let mails = changes
        .iter()
        .filter(|change| matches!(change, Change::Queue(mail) if !is_alert(&mail.kind)));
    mails.count()
}

#[test]
fn stories_through_the_database_agree_with_the_rules_and_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    let numbers = std::sync::atomic::AtomicU32::new(1);
    let told = (
        scenarios(),
        prop::collection::vec((waits(), acts()), 10..40),
    );
    let mut runner = proptest::test_runner::TestRunner::new(runs(200));
    runner
        .run(&told, |(mut scenario, story)| {
            let number = numbers.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            // The state before anything is changed.
            app.db
                .transaction_blocking(save_catalogue(&scenario.case))
                .unwrap();
            let number = CustomerNumber::from(number);
            scenario.case.customer.number = number;
            app.db
                .transaction_blocking(|conn| add(conn, &scenario))
                .unwrap();
            let mut model = Model::of(&scenario);
            let mut mails_so_far = 0;
            for (time, act) in &story {
                wait(&mut scenario, time);
                if let Some(key) = change_need(act, &mut scenario.case) {
                    model.relist(&key);
                    app.db
                        .transaction_blocking(save_catalogue(&scenario.case))
                        .unwrap();
                    let again = |conn: &mut Conn| requests::refresh_row(conn, number, scenario.now);
                    app.db.transaction_blocking(again).unwrap();
                }
                let mut event = event(act, &scenario.case, scenario.now);
                if let Event::SubPartnerNamed(Some(sub)) = &mut event {
                    // As it is stored: both belong to the first Mandant.
                    sub.parent = Some(PartnerId(1));
                }
                let done = app
                    .db
                    .transaction_blocking(|conn| bring(conn, &app, &scenario, &event));
                let mut next = model.clone();
                let (outcome, stored) = match done {
                    Ok(done) => done,
                    Err(ActionError::Refused(_) | ActionError::NotFound) => {
                        prop_assert_eq!(
                            next.tell(&event, scenario.now, LinkId(uuid::Uuid::nil())),
                            None,
                            "{:?}",
                            event
                        );
                        continue;
                    }
                    Err(error) => return Err(TestCaseError::fail(format!("{event:?}: {error}"))),
                };
                let link = new_link(&outcome.changes).unwrap_or(LinkId(uuid::Uuid::nil()));
                let expected = next
                    .tell(&event, scenario.now, link)
                    .map(|mails| mails.join(" "));
                prop_assert_eq!(Some(mails(&outcome.changes)), expected, "{:?}", event);
                model = next;
                prop_assert_eq!(&outcome.before, &scenario.case, "before {:?}", event);
                prop_assert_eq!(&outcome.after, &stored, "stored after {:?}", event);
                scenario.case = stored;
                prop_assert_eq!(scenario.letter(), model.letter(scenario.now), "{:?}", event);
                prop_assert_eq!(scenario.gates(), model.gates(scenario.now), "{:?}", event);
                // No mail was skipped because it had been queued already (5.6-10).
                mails_so_far += queued(&outcome.changes);
                let waiting = app
                    .db
                    .read_blocking(|conn| {
                        let mails = list_mails(conn, number, 1000)?;
                        let all = mails.iter().filter(|mail| !is_alert(&mail.kind));
                        Ok::<_, ActionError>(all.count())
                    })
                    .unwrap();
                prop_assert_eq!(waiting, mails_so_far, "mails after {:?}", event);
            }
            Ok(())
        })
        .unwrap();
}
