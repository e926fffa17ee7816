//! A streaming replica of the database that reads lists for the primary (`DATABASE_REPLICA_URL`), as long as
//! it is young enough. What decides anything is never read there, and a replica that is away, hangs or lags
//! costs a page nothing but a moment: the primary answers.
//!
//! How old it is cannot be asked for: the time of the last transaction it replayed says nothing while
//! nobody writes. So once a second the place of the primary's write-ahead log is noted with the time, and a
//! replica that has replayed up to a place has everything until the time beside it. Whether it has what
//! somebody changed is a comparison of two places, so no clocks of two machines are compared.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, NopErrorHandler, Pool, R2D2Connection as _};
use diesel::sql_types::{BigInt, Nullable, Text};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::{
    Connections, DbError, LIFETIME, Session, checkout, read_on, with_network_limits,
    with_parameters,
};

/// A connection that cannot be had at once is one of a replica that is away: the primary answers sooner.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a page waits for an answer from there.
const ANSWER: Duration = Duration::from_secs(3);
/// How long a look waits. One that hangs is left behind.
const LOOK: Duration = Duration::from_secs(5);

/// Of a replica that falls behind for ever, no more places than these are kept.
const MARKS: usize = 600;

/// Nothing is written there, and a list that meets a lock of what is replayed does not wait for it.
const FOR_LISTS: Session = Session(
    "SET timezone = 'UTC'; SET statement_timeout = '3s'; SET lock_timeout = '500ms'; \
     SET default_transaction_read_only = on",
);

/// A place in the primary's write-ahead log, in bytes from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WalPosition(pub i64);

/// The replica, and how young it is. Clones share it.
#[derive(Clone)]
pub(super) struct Replica {
    pool: Connections,
    /// One permit for each reader; the look has a connection of its own.
    readers: Arc<Semaphore>,
    /// Held by a look, so that those behind one that hangs give up.
    looker: Arc<Semaphore>,
    max_age: TimeDelta,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    freshness: Freshness,
    /// What the log of the process said last: whether lists are read there.
    said: Option<bool>,
}

/// How much of what the primary wrote the replica is known to have.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Freshness {
    /// Places in the primary's log, and when it was there; oldest first.
    marks: VecDeque<(WalPosition, DateTime<Utc>)>,
    /// How far it has replayed.
    replayed: Option<WalPosition>,
    /// Until when it has everything.
    has_until: Option<DateTime<Utc>>,
}

/// What a look at both servers found. The replica is asked first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looked {
    /// How far the replica has replayed.
    pub(super) replayed: WalPosition,
    /// Where the primary was after that.
    pub(super) written: WalPosition,
    /// The time before the primary was asked.
    pub(super) at: DateTime<Utc>,
}

impl Freshness {
    /// Takes in what was found. A replica that is ahead of its primary follows another one, and one that has
    /// gone back shows what it had not shown before.
    pub(super) fn take(&mut self, looked: Looked) {
        if looked.replayed > looked.written {
            *self = Self::default();
            return;
        }
        if self.replayed > Some(looked.replayed) {
            *self = Self::default();
        }
        self.replayed = Some(looked.replayed);
        self.marks.push_back((looked.written, looked.at));
        while let Some(&(place, at)) = self.marks.front()
            && (place <= looked.replayed || self.marks.len() > MARKS)
        {
            if place <= looked.replayed {
                self.has_until = Some(at);
            }
            self.marks.pop_front();
        }
    }

    /// Whether it may be read at `now` by somebody whose last change is at `changed`.
    pub(super) fn serves(
        &self,
        now: DateTime<Utc>,
        changed: Option<WalPosition>,
        max_age: TimeDelta,
    ) -> bool {
        let is_young = |until| until <= now && now - until <= max_age;
        self.has_until.is_some_and(is_young) && changed <= self.replayed
    }
}

#[derive(QueryableByName)]
struct ServerState {
    #[diesel(sql_type = Nullable<BigInt>)]
    position: Option<i64>,
    /// The same on both servers, and on no other database: cluster, database and a table of it.
    #[diesel(sql_type = Text)]
    identity: String,
}

fn ask(conn: &mut PgConnection, position: &str) -> Result<ServerState, DbError> {
    let query = format!(
        "SELECT {position} AS position, concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
             (SELECT oid FROM pg_database WHERE datname = current_database()), 'case_rows'::regclass::oid) AS identity"
    );
    Ok(diesel::sql_query(query).get_result(conn)?)
}

/// Whether a server replays what another one wrote.
pub fn is_replica(conn: &mut PgConnection) -> Result<bool, DbError> {
    Ok(ask(conn, REPLAYED)?.position.is_some())
}

/// Where the primary is.
pub(super) fn written(conn: &mut PgConnection) -> Result<Option<WalPosition>, DbError> {
    Ok(ask(conn, WRITTEN)?.position.map(WalPosition))
}

const WRITTEN: &str = "(pg_current_wal_lsn() - '0/0')::bigint";
/// How far a replica has replayed; NULL on a server that takes writes.
const REPLAYED: &str =
    "CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0')::bigint END";

impl Replica {
    /// Prepares a pool for so many readers; a replica that is away is no fault.
    pub(super) fn new(url: &str, readers: u32, max_age: TimeDelta) -> Self {
        // Shorter than the primary's, which answers in its place.
        let own = [
            ("connect_timeout", "2"),
            ("tcp_user_timeout", "5000"),
            ("application_name", "avv-portal-lists"),
        ];
        let url = with_network_limits(&with_parameters(url, &own));
        let pool = Pool::builder()
            .max_size(readers + 1)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(PATIENCE)
            .max_lifetime(Some(LIFETIME))
            .connection_customizer(Box::new(FOR_LISTS))
            // Each look says what there is to say; what libpq says may quote the address.
            .error_handler(Box::new(NopErrorHandler))
            .build_unchecked(ConnectionManager::new(url));
        Self {
            pool,
            readers: Arc::new(Semaphore::new(readers as usize)),
            looker: Arc::new(Semaphore::new(1)),
            max_age,
            state: Arc::default(),
        }
    }

    /// Asks both servers how far they are. A replica that does not answer is not read until it does.
    pub(super) fn look(
        &self,
        primary: &Connections,
        now: impl Fn() -> DateTime<Utc>,
    ) -> Result<(), DbError> {
        let found = self.ask_replica();
        let at = now();
        let primary = read_on(primary, |conn| ask(conn, WRITTEN))?;
        let replayed = found
            .filter(|found| found.identity == primary.identity)
            .and_then(|found| found.position);
        let mut state = self.lock();
        match (replayed, primary.position) {
            (Some(replayed), Some(written)) => state.freshness.take(Looked {
                replayed: WalPosition(replayed),
                written: WalPosition(written),
                at,
            }),
            _ => state.freshness = Freshness::default(),
        }
        let serves = state.freshness.serves(now(), None, self.max_age);
        let is_news = state.said != Some(serves);
        state.said = Some(serves);
        drop(state);
        match (is_news, serves) {
            (true, true) => tracing::info!("lists are read at the replica"),
            (true, false) => tracing::warn!(
                answers = replayed.is_some(),
                "lists are read at the primary: the replica is away, too old, or none of this database; `avv-portal check` says why"
            ),
            (false, _) => {}
        }
        Ok(())
    }

    /// What the replica says, if it says something in time. A server whose disk hangs takes the question and
    /// never answers, so it is asked on a thread of its own.
    fn ask_replica(&self) -> Option<ServerState> {
        let turn = Arc::clone(&self.looker).try_acquire_owned().ok()?;
        let (pool, (tell, told)) = (self.pool.clone(), std::sync::mpsc::channel());
        std::thread::spawn(move || {
            let _turn = turn;
            // Whoever asked may have given up.
            tell.send(read_on(&pool, |conn| ask(conn, REPLAYED)).ok())
                .ok();
        });
        told.recv_timeout(LOOK).ok().flatten()
    }

    /// How old what it has is at most; `None` while that is not known.
    pub(super) fn age(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        self.lock().freshness.has_until.map(|until| now - until)
    }

    /// What `work` reads there. `None` if it may not be read there, or could not in time, whyever.
    pub(super) async fn read<T, E, F>(
        &self,
        now: DateTime<Utc>,
        changed: Option<WalPosition>,
        work: Arc<F>,
    ) -> Option<T>
    where
        F: Fn(&mut PgConnection) -> Result<T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        // Without a permit every connection is busy: the primary's may not be.
        let turn = Arc::clone(&self.readers).try_acquire_owned().ok()?;
        if !self.lock().freshness.serves(now, changed, self.max_age) {
            return None;
        }
        let (this, span) = (self.clone(), tracing::Span::current());
        let reading = tokio::task::spawn_blocking(move || {
            // Held until the connection is back, even if nobody waits for the answer any more.
            let _turn = turn;
            span.in_scope(|| this.read_blocking(&*work))
        });
        match tokio::time::timeout(ANSWER, reading).await {
            Ok(found) => found.ok().flatten(),
            Err(_) => {
                self.forget();
                None
            }
        }
    }

    fn read_blocking<T, E>(&self, work: impl Fn(&mut PgConnection) -> Result<T, E>) -> Option<T> {
        let Ok(mut conn) = checkout(&self.pool) else {
            self.forget();
            return None;
        };
        let found = work(&mut conn).ok();
        if found.is_none() {
            // A connection that was lost is known as such only after another question.
            conn.ping().ok();
        }
        found
    }

    /// Nothing is read there until the next look.
    fn forget(&self) {
        self.lock().freshness = Freshness::default();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
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
    fn after(looks: &[(i64, i64, i64)]) -> Freshness {
        let mut freshness = Freshness::default();
        for &(replayed, written, second) in looks {
            freshness.take(Looked {
                replayed: WalPosition(replayed),
                written: WalPosition(written),
                at: at(second),
            });
        }
        freshness
    }

    #[test]
    fn a_replica_is_as_old_as_the_newest_place_it_has_passed() {
        // Nobody writes: what is there is all there is, until the last look.
        assert_eq!(after(&[(5, 5, 0), (5, 5, 9)]).has_until, Some(at(9)));
        // It falls behind: it stays as old as it was, whatever is written.
        let behind = after(&[(5, 5, 0), (5, 6, 1), (5, 7, 2)]);
        assert_eq!((behind.has_until, behind.marks.len()), (Some(at(0)), 2));
        // It catches up with a part.
        let part = after(&[(5, 5, 0), (5, 6, 1), (6, 7, 2)]);
        assert_eq!(part.has_until, Some(at(1)));
        // Until it has passed a place, nothing is known.
        assert_eq!(after(&[(1, 5, 0)]).has_until, None);
    }

    #[test]
    fn what_follows_another_server_or_goes_back_is_not_read() {
        assert_eq!(after(&[(5, 5, 0), (9, 6, 1)]), Freshness::default());
        assert_eq!(after(&[(5, 5, 0), (4, 6, 1)]).has_until, None);
    }

    #[test]
    fn a_replica_that_never_catches_up_fills_no_memory() {
        let looks: Vec<_> = (0..2 * i64::try_from(MARKS).unwrap_or(0))
            .map(|n| (1, 5 + n, n))
            .collect();
        let freshness = after(&looks);
        assert_eq!((freshness.marks.len(), freshness.has_until), (MARKS, None));
    }

    #[test]
    fn it_serves_those_whose_own_changes_it_has() {
        let freshness = after(&[(5, 5, 10)]);
        let serves = |now, changed: Option<i64>| {
            freshness.serves(at(now), changed.map(WalPosition), TimeDelta::seconds(5))
        };
        assert!(serves(15, None) && serves(15, Some(5)));
        assert!(!serves(16, None), "too old");
        assert!(!serves(9, None), "a clock that went back says nothing");
        assert!(!serves(12, Some(6)), "before the own change");
        assert!(!Freshness::default().serves(at(0), None, TimeDelta::seconds(5)));
    }
}
