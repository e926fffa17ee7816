//! A streaming replica of the database that reads lists and exports for the primary
//! (`DATABASE_REPLICA_URL`), as long as it is young enough. What decides anything is never read there.
//!
//! How old it is cannot be asked for: the time of the last transaction it replayed says nothing while
//! nobody writes. So once a second the place of the primary's write-ahead log is noted with the time, and a
//! replica that has replayed up to a place has everything until the time beside it. No clocks of two machines
//! are compared.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::sql_types::{BigInt, Nullable};

use super::{
    Connections, DbError, LIFETIME, LogFailure, Session, checkout, read_on, with_parameters,
};

/// A connection that cannot be had at once is one of a replica that is away: the primary answers sooner.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);

/// Of a replica that falls behind for ever, no more places than these are kept.
const MARKS: usize = 600;

/// As for pages. Nothing is written there, and what is read makes way for what is replayed.
const FOR_LISTS: Session = Session(
    "SET timezone = 'UTC'; SET statement_timeout = '12s'; SET default_transaction_read_only = on",
);

/// The replica, and how young it is.
pub(super) struct Replica {
    pool: Connections,
    max_age: TimeDelta,
    state: Mutex<Freshness>,
}

/// How much of what the primary wrote the replica is known to have.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Freshness {
    /// Places in the primary's log, and when it was there; oldest first.
    marks: VecDeque<(i64, DateTime<Utc>)>,
    /// Until when the replica has everything.
    has_until: Option<DateTime<Utc>>,
}

/// What a look at both servers found. The replica is asked first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looked {
    /// How far the replica has replayed; `None`: it is no replica, or one of another database.
    pub(super) replayed: Option<i64>,
    /// Where the primary was after that.
    pub(super) written: i64,
    /// The time before the primary was asked.
    pub(super) at: DateTime<Utc>,
}

impl Freshness {
    /// Takes in what was found. A replica that is ahead of its primary follows another one.
    pub(super) fn take(&mut self, looked: Looked) {
        let Some(replayed) = looked
            .replayed
            .filter(|replayed| *replayed <= looked.written)
        else {
            *self = Self::default();
            return;
        };
        self.marks.push_back((looked.written, looked.at));
        while let Some(&(place, at)) = self.marks.front()
            && (place <= replayed || self.marks.len() > MARKS)
        {
            if place <= replayed {
                self.has_until = Some(at);
            }
            self.marks.pop_front();
        }
    }

    /// Whether it may be read at `now` by somebody who wrote at `wrote_at`.
    pub(super) fn serves(
        &self,
        now: DateTime<Utc>,
        wrote_at: Option<DateTime<Utc>>,
        max_age: TimeDelta,
    ) -> bool {
        self.has_until.is_some_and(|until| {
            now - until <= max_age && wrote_at.is_none_or(|wrote_at| wrote_at < until)
        })
    }
}

#[derive(QueryableByName)]
struct LogPosition {
    #[diesel(sql_type = Nullable<BigInt>)]
    position: Option<i64>,
    /// What the cluster of both servers was named when it was made.
    #[diesel(sql_type = BigInt)]
    cluster: i64,
}

fn position(conn: &mut PgConnection, asked: &str) -> Result<LogPosition, DbError> {
    let query = format!(
        "SELECT {asked} AS position, (SELECT system_identifier FROM pg_control_system()) AS cluster"
    );
    Ok(diesel::sql_query(query).get_result(conn)?)
}

/// Whether a server replays what another one wrote.
pub fn is_replica(conn: &mut PgConnection) -> Result<bool, DbError> {
    Ok(position(conn, REPLAYED)?.position.is_some())
}

/// Where the primary is.
const WRITTEN: &str = "(pg_current_wal_lsn() - '0/0')::bigint";
/// How far a replica has replayed; NULL on a server that takes writes.
const REPLAYED: &str =
    "CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0')::bigint END";

impl Replica {
    /// Prepares a pool; a replica that is away is no fault.
    pub(super) fn new(url: &str, size: u32, max_age: TimeDelta) -> Self {
        let url = with_parameters(
            url,
            &[
                ("connect_timeout", "2"),
                ("tcp_user_timeout", "5000"),
                ("keepalives_idle", "10"),
                ("keepalives_interval", "5"),
                ("keepalives_count", "2"),
                ("application_name", "avv-portal-lists"),
            ],
        );
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(PATIENCE)
            .max_lifetime(Some(LIFETIME))
            .connection_customizer(Box::new(FOR_LISTS))
            .error_handler(Box::new(LogFailure))
            .build_unchecked(ConnectionManager::new(url));
        Self {
            pool,
            max_age,
            state: Mutex::default(),
        }
    }

    /// Asks both servers how far they are. A replica that does not answer is not read until it does.
    pub(super) fn look(
        &self,
        primary: &Connections,
        now: impl FnOnce() -> DateTime<Utc>,
    ) -> Result<(), DbError> {
        let replayed = read_on(&self.pool, |conn| position(conn, REPLAYED));
        let at = now();
        let written = read_on(primary, |conn| position(conn, WRITTEN))?;
        let replayed =
            replayed.map(|found| found.position.filter(|_| found.cluster == written.cluster));
        let mut state = self.lock();
        let was_there = state.has_until.is_some();
        match (&replayed, written.position) {
            (Ok(replayed), Some(written)) => state.take(Looked {
                replayed: *replayed,
                written,
                at,
            }),
            _ => *state = Freshness::default(),
        }
        let is_there = state.has_until.is_some();
        drop(state);
        match (was_there, is_there) {
            (true, false) => {
                tracing::warn!(
                    error = replayed.err().map(|error| error.to_string()),
                    "lists are read at the primary: the replica does not answer, or follows another server"
                );
            }
            (false, true) => tracing::info!("lists are read at the replica"),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn serves(&self, now: DateTime<Utc>, wrote_at: Option<DateTime<Utc>>) -> bool {
        self.lock().serves(now, wrote_at, self.max_age)
    }

    /// How old what it has is at most; `None` while that is not known.
    pub(super) fn age(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        self.lock().has_until.map(|until| now - until)
    }

    /// What `work` reads there; `None` if it could not be read, whyever: the primary is asked then.
    pub(super) fn read<T, E>(&self, work: impl Fn(&mut PgConnection) -> Result<T, E>) -> Option<T> {
        let Ok(mut conn) = checkout(&self.pool) else {
            *self.lock() = Freshness::default();
            return None;
        };
        work(&mut conn).ok()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Freshness> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap_or_default()
    }

    /// The freshness after these looks: (replayed, written, second).
    fn after(looks: &[(Option<i64>, i64, i64)]) -> Freshness {
        let mut freshness = Freshness::default();
        for &(replayed, written, second) in looks {
            freshness.take(Looked {
                replayed,
                written,
                at: at(second),
            });
        }
        freshness
    }

    #[test]
    fn a_replica_is_as_old_as_the_newest_place_it_has_passed() {
        // Nobody writes: what is there is all there is, until the last look.
        assert_eq!(
            after(&[(Some(5), 5, 0), (Some(5), 5, 9)]).has_until,
            Some(at(9))
        );
        // It falls behind: it stays as old as it was, whatever is written.
        let behind = after(&[(Some(5), 5, 0), (Some(5), 6, 1), (Some(5), 7, 2)]);
        assert_eq!(behind.has_until, Some(at(0)));
        assert_eq!(behind.marks.len(), 2);
        // It catches up with a part.
        let part = after(&[(Some(5), 5, 0), (Some(5), 6, 1), (Some(6), 7, 2)]);
        assert_eq!(part.has_until, Some(at(1)));
        // Until it has passed a place, nothing is known.
        assert_eq!(after(&[(Some(1), 5, 0)]).has_until, None);
    }

    #[test]
    fn what_follows_another_server_is_not_read() {
        for looks in [
            [(Some(5), 5, 0), (None, 6, 1)],
            [(Some(5), 5, 0), (Some(9), 6, 1)],
        ] {
            assert_eq!(after(&looks), Freshness::default());
        }
    }

    #[test]
    fn a_replica_that_never_catches_up_fills_no_memory() {
        let looks: Vec<_> = (0..2 * i64::try_from(MARKS).unwrap_or(0))
            .map(|n| (Some(1), 5 + n, n))
            .collect();
        let freshness = after(&looks);
        assert_eq!((freshness.marks.len(), freshness.has_until), (MARKS, None));
    }

    #[test]
    fn it_serves_those_whose_own_words_it_has() {
        let freshness = after(&[(Some(5), 5, 10)]);
        let five = TimeDelta::seconds(5);
        let serves = |now, wrote_at: Option<i64>| freshness.serves(at(now), wrote_at.map(at), five);
        assert!(serves(15, None) && serves(15, Some(9)));
        assert!(!serves(16, None), "too old");
        assert!(!serves(12, Some(11)), "before the own change");
        assert!(!serves(12, Some(10)), "perhaps before it");
        assert!(!Freshness::default().serves(at(0), None, five));
    }
}
