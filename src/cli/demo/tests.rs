#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeSet;

use super::*;
use crate::contract::Contracts;
use crate::document::seal::Sealer;
use crate::domain::case::{Status, status_of};
use crate::storage::db::tests::migrated;
use crate::storage::{case_rows, cases, mails};

#[test]
fn every_status_occurs_and_the_list_says_what_the_facts_say() {
    let folder = tempfile::tempdir().unwrap();
    let now = "2026-11-22T15:00:00Z".parse().unwrap();
    let config = Config::for_tests("unused", folder.path());
    let sealer = Sealer::open(&config.seal, now).unwrap();
    let app = App::new(
        config,
        Clock::fixed_at(now),
        migrated("demo"),
        Transport::memory(),
        Contracts::default(),
        sealer,
    );
    app.db
        .transaction_blocking(|conn| crate::actions::versions::publish_shipped(conn, now))
        .unwrap();
    let more = 1500;
    let options = Options {
        customers: 60 + more,
    };
    assert_eq!(
        fill(&app, &options, now).unwrap().len(),
        super::people::logins().len()
    );

    let played = script::characters().unwrap();
    let made = (0..more).map(|at| CustomerNumber::from(1_000_000 + at));
    let numbers: Vec<_> = played.iter().map(|one| one.number).chain(made).collect();
    let mut seen = [BTreeSet::new(), BTreeSet::new()];
    for (at, number) in numbers.into_iter().enumerate() {
        app.db
            .read_blocking(|conn| {
                let case = cases::find_case(conn, number, now)?.unwrap();
                assert!(case_rows::row_agrees(conn, &case, now)?, "{number}");
                Ok::<_, DbError>(status_of(&case, now).status)
            })
            .map(|status| seen[usize::from(at >= played.len())].insert(status))
            .unwrap();
    }
    let all = BTreeSet::from(Status::ALL);
    // An address that waits and a text that is missing are part of a story only.
    let in_bulk = all
        .iter()
        .copied()
        .filter(|status| !matches!(status, Status::AddressOpen | Status::TextMissing));
    assert_eq!(seen, [all.clone(), in_bulk.collect()]);

    // The chart has past days, on which no customer is counted twice.
    let days = |conn: &mut _| {
        Ok::<_, DbError>(status_days::list_days(
            conn,
            calendar::day(now) - chrono::Days::new(90),
        )?)
    };
    let days = app.db.read_blocking(days).unwrap();
    let today: i64 = days
        .iter()
        .filter(|(day, ..)| *day == calendar::day(now))
        .map(|(.., count)| count)
        .sum();
    assert!(days.len() > 80 * 13, "{} figures", days.len());
    // Some of the sixty were added after this morning's count.
    let more_days = i64::from(more);
    assert!(
        (more_days + 40..=more_days + 60).contains(&today),
        "{today}"
    );

    // The mails of the past are done; four wait for `serve`.
    let queue = |conn: &mut _| Ok::<_, DbError>(mails::queue_state(conn)?.0);
    assert_eq!(app.db.read_blocking(queue).unwrap(), 4);
    // Bulk customers are still recognised as demo data.
    assert!(matches!(
        look(&app, &people::logins()).unwrap(),
        Found::Demo
    ));
}
