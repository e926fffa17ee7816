//! The pool of connections and the two ways to use it: read, or change in one transaction.
//!
//! Connections are not tested when they leave the pool (that would be one query more per page).
//! Instead a connection that turns out to be broken, as after a restart of Postgres, is dropped and
//! the work is started once more on a tested one: a read in any case, a transaction only if nothing
//! but `BEGIN` has been tried.

mod migrations;
mod replica;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::r2d2::{
    ConnectionManager, CustomizeConnection, Error as ConnectionFailure, HandleError, Pool,
    PooledConnection, R2D2Connection as _,
};
use diesel::result::Error as QueryError;
use tokio::sync::Semaphore;

use crate::config::names_several;
use crate::storage::rights;
use migrations::connect_alone;
pub use migrations::{count_pending, run_migrations};
use replica::Replica;
pub use replica::{WalPosition, is_replica};

/// How long a caller waits for a connection before it gets an error.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a page waits for the database in all; its statements have a shorter limit.
const ANSWER: Duration = Duration::from_secs(15);

/// Maximum age of a connection, so that after a failover the portal finds the new server soon.
const LIFETIME: Duration = Duration::from_secs(600);

/// A connection. The rooms above pass it on under this name without depending on diesel.
pub type Conn = PgConnection;

/// Why the database gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// There is no connection: Postgres is down or every connection is busy. Nothing was done, or
    /// it was rolled back; the caller may try again later.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// The work on the connection failed.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The work panicked or the server is shutting down; it was rolled back.
    #[error("the work in the database ended without a result")]
    Interrupted,
    /// The schema could not be brought up to date.
    #[error("the database schema cannot be brought up to date: {0}")]
    Migration(String),
}

impl DbError {
    /// Whether the database is down or has just closed the connection, rather than refused this
    /// piece of work.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Query(error) => is_connection_loss(error),
            Self::Interrupted | Self::Migration(_) => false,
        }
    }
}

/// Postgres and libpq have no error code of their own for a connection that is lost during a
/// statement. One that is lost during a transaction is reported as a failed rollback or a broken
/// manager.
pub fn is_connection_loss(error: &QueryError) -> bool {
    match error {
        QueryError::DatabaseError(_, info) => [
            "connection",
            "shutting down",
            "starting up",
            "recovery mode",
            "could not receive data",
            "could not send data",
        ]
        .iter()
        .any(|words| info.message().contains(words)),
        QueryError::RollbackErrorOnCommit {
            commit_error: cause,
            ..
        } => is_connection_loss(cause),
        QueryError::BrokenTransactionManager => true,
        _ => false,
    }
}

/// Whether a statement exceeded its time limit, or waited too long for a lock of another
/// transaction.
pub fn is_timeout(error: &QueryError) -> bool {
    match error {
        QueryError::DatabaseError(_, info) => ["statement timeout", "lock timeout"]
            .iter()
            .any(|words| info.message().contains(words)),
        _ => false,
    }
}

/// How many connections a process opens at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSize {
    /// For pages. Requests above this number wait without occupying a thread.
    pub pages: u32,
    /// In addition to these, for jobs, so that neither starves the other.
    pub jobs: u32,
}

impl Default for PoolSize {
    fn default() -> Self {
        // For commands, which do one thing after the other.
        Self { pages: 2, jobs: 2 }
    }
}

/// The database. Clones share one pool.
#[derive(Clone)]
pub struct Db {
    url: Arc<str>,
    /// Connections for jobs and commands.
    pool: Connections,
    /// Connections for pages, with shorter limits.
    pages: Connections,
    /// One permit for each page's connection.
    line: Arc<Semaphore>,
    /// How many wait for one.
    waiting: Arc<AtomicU32>,
    /// What reads lists in place of the primary.
    replica: Option<Replica>,
}

/// How much of a pool is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// `pages` or `jobs`.
    pub name: &'static str,
    /// Connections at work.
    pub busy: u32,
    /// Open connections without work.
    pub idle: u32,
    /// Most connections it opens.
    pub most: u32,
}

/// Somebody who waits for a permit, counted as long as it lives.
struct Waiting(Arc<AtomicU32>);

impl Waiting {
    fn new(count: &Arc<AtomicU32>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Db {
    /// Prints the state of the pool without the URL, which may contain a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Db({:?})", self.pool.state())
    }
}

impl Db {
    /// Opens the pool with its usual size and one connection; fails within seconds if there is no
    /// database.
    pub fn connect(url: &str) -> Result<Self, DbError> {
        Self::connect_sized(url, PoolSize::default())
    }

    /// Like [`Db::connect`] with another number of connections.
    pub fn connect_sized(url: &str, size: PoolSize) -> Result<Self, DbError> {
        let url = with_network_limits(url);
        let pool = |size, session| {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(1))
                .test_on_check_out(false)
                .connection_timeout(PATIENCE)
                .max_lifetime(Some(LIFETIME))
                .connection_customizer(Box::new(session))
                .error_handler(Box::new(LogFailure))
                .build(ConnectionManager::new(url.as_str()))
                .map_err(|error| DbError::Unavailable(error.to_string()))
        };
        Ok(Self {
            pool: pool(size.jobs, FOR_JOBS)?,
            pages: pool(size.pages, FOR_PAGES)?,
            url: url.as_str().into(),
            line: Arc::new(Semaphore::new(size.pages as usize)),
            waiting: Arc::default(),
            replica: None,
        })
    }

    /// With a streaming replica that reads lists as long as it is not older than `max_age`. It may be away.
    #[must_use]
    pub fn with_replica(self, url: &str, max_age: TimeDelta) -> Self {
        let replica = Replica::new(url, self.pages.max_size(), max_age);
        Self {
            replica: Some(replica),
            ..self
        }
    }

    /// Whether there is a replica.
    pub fn has_replica(&self) -> bool {
        self.replica.is_some()
    }

    /// Finds out how far the replica is, if there is one. `now` is asked for between the two servers.
    pub fn look_at_replica(&self, now: impl Fn() -> DateTime<Utc>) -> Result<(), DbError> {
        match &self.replica {
            Some(replica) => replica.look(&self.pool, now),
            None => Ok(()),
        }
    }

    /// How old what the replica has is at most. `None`: there is none, or nothing is known of it.
    pub fn replica_age(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        self.replica.as_ref()?.age(now)
    }

    /// Where the primary's log is now, if there is a replica: what was committed before is at or before it.
    pub async fn written(&self) -> Result<Option<WalPosition>, DbError> {
        if self.replica.is_none() {
            return Ok(None);
        }
        self.read(replica::written).await
    }

    /// Reads outside the async threads. `work` may run twice, so it must not change anything.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut PgConnection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.in_line(move |db| read_on(&db.pages, work)).await
    }

    /// [`Db::read`] for a list, on which nothing depends: at the replica, if there is one that is young enough
    /// at `now` and has what the reader `changed`. What cannot be read there is read at the primary.
    pub async fn read_list<T, E, F>(
        &self,
        now: DateTime<Utc>,
        changed: Option<WalPosition>,
        work: F,
    ) -> Result<T, E>
    where
        F: Fn(&mut PgConnection) -> Result<T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (found, _) = self.read_part(now, changed, work).await?;
        Ok(found)
    }

    /// [`Db::read_list`] for a part of a list. Says beside what was found whether that was at the replica:
    /// whoever has read a newer state goes on at the primary.
    pub async fn read_part<T, E, F>(
        &self,
        now: DateTime<Utc>,
        changed: Option<WalPosition>,
        work: F,
    ) -> Result<(T, bool), E>
    where
        F: Fn(&mut PgConnection) -> Result<T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let Some(replica) = &self.replica else {
            return Ok((self.read(work).await?, false));
        };
        let work = Arc::new(work);
        if let Some(found) = replica.read(now, changed, Arc::clone(&work)).await {
            return Ok((found, true));
        }
        Ok((self.read(move |conn| work(conn)).await?, false))
    }

    /// Runs `work` in one transaction outside the async threads: all of it happens or, when it
    /// returns an error or panics, nothing.
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut PgConnection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + From<QueryError> + Send + 'static,
    {
        self.in_line(move |db| transaction_on(&db.pages, work))
            .await
    }

    /// [`Db::read`] for callers that may block: jobs and commands.
    pub fn read_blocking<T, E>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<DbError>,
    {
        read_on(&self.pool, work)
    }

    /// [`Db::transaction`] for callers that may block: jobs and commands.
    pub fn transaction_blocking<T, E>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<DbError> + From<QueryError>,
    {
        transaction_on(&self.pool, work)
    }

    /// Whether the database answers: for `/readyz`.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.read(|conn| Ok(conn.ping()?)).await
    }

    /// Brings the schema up to date on a connection of its own, with the role the portal runs as;
    /// see [`run_migrations`].
    pub fn migrate(&self) -> Result<usize, DbError> {
        self.migrate_as_owner(&self.url)
    }

    /// Brings the schema up to date with the role that owns the tables, and grants the portal's
    /// role its rights on them (A11).
    pub fn migrate_as_owner(&self, owner_url: &str) -> Result<usize, DbError> {
        let program = self.read_blocking(|conn| Ok::<_, DbError>(rights::role(conn)?))?;
        run_migrations(&mut connect_alone(owner_url)?, &program)
    }

    /// How many migrations this program has and the database has not.
    pub fn pending_migrations(&self) -> Result<usize, DbError> {
        count_pending(&mut connect_alone(&self.url)?)
    }

    /// Whether the portal runs with a role that could disable the triggers (A11).
    pub fn can_switch_triggers_off(&self) -> Result<bool, DbError> {
        self.read_blocking(|conn| Ok(rights::can_switch_triggers_off(conn)?))
    }

    /// How much of the pools is in use.
    pub fn usage(&self) -> [Usage; 2] {
        [("pages", &self.pages), ("jobs", &self.pool)].map(|(name, pool)| {
            let state = pool.state();
            Usage {
                name,
                busy: state.connections - state.idle_connections.min(state.connections),
                idle: state.idle_connections,
                most: pool.max_size(),
            }
        })
    }

    /// How many requests wait for a connection for pages.
    pub fn waiting(&self) -> u32 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Waits for a permit, then does the work on a thread that may block.
    async fn in_line<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Self) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let line = Arc::clone(&self.line);
        let waiting = Waiting::new(&self.waiting);
        let place = match tokio::time::timeout(PATIENCE, line.acquire_owned()).await {
            Ok(Ok(place)) => place,
            Ok(Err(_)) => return Err(DbError::Interrupted.into()),
            Err(_) => {
                return Err(DbError::Unavailable("every connection is busy".to_owned()).into());
            }
        };
        drop(waiting);
        let db = self.clone();
        let span = tracing::Span::current();
        let work = tokio::task::spawn_blocking(move || {
            // Held until the connection is back in the pool, even if the caller has been cancelled.
            let _place = place;
            span.in_scope(|| work(&db))
        });
        match tokio::time::timeout(ANSWER, work).await {
            Ok(done) => done.unwrap_or_else(|_| Err(DbError::Interrupted.into())),
            // A database that hangs does not enforce its own time limits either.
            Err(_) => Err(DbError::Unavailable("no answer in time".to_owned()).into()),
        }
    }
}

/// Does `work` in a part of the caller's transaction that is undone alone if it fails.
pub fn apart<T, E>(
    conn: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<QueryError>,
{
    conn.transaction(work)
}

fn read_on<T, E>(
    pool: &Connections,
    work: impl Fn(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<DbError>,
{
    let mut pooled = checkout(pool)?;
    let conn: &mut PgConnection = &mut pooled;
    let result = work(conn);
    // Checked with a query, but only after an error: a connection that is lost while a statement is
    // prepared does not count as broken yet, and would come back from the pool again and again.
    if result.is_ok() || !conn.is_broken() && conn.ping().is_ok() {
        return result;
    }
    drop(pooled);
    let mut pooled = checkout_tested(pool)?;
    work(&mut pooled)
}

fn transaction_on<T, E>(
    pool: &Connections,
    work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<DbError> + From<QueryError>,
{
    let mut work = Some(work);
    let mut attempt = |pooled: &mut Pooled| {
        // On the connection itself: diesel runs the work with the type it is called on.
        let conn: &mut PgConnection = pooled;
        let result = conn.transaction(|conn| match work.take() {
            Some(work) => work(conn),
            None => Err(DbError::Interrupted.into()),
        });
        let began = work.is_none();
        (result, !began && conn.is_broken())
    };
    let mut pooled = checkout(pool)?;
    let (result, lost_before_work) = attempt(&mut pooled);
    if !lost_before_work {
        return result;
    }
    drop(pooled);
    attempt(&mut checkout_tested(pool)?).0
}

fn checkout(pool: &Connections) -> Result<Pooled, DbError> {
    pool.get()
        .map_err(|error| DbError::Unavailable(error.to_string()))
}

/// After one broken connection the others of the pool are probably broken too: drops them until one
/// answers.
fn checkout_tested(pool: &Connections) -> Result<Pooled, DbError> {
    for _ in 0..=pool.max_size() {
        let mut conn = checkout(pool)?;
        if conn.ping().is_ok() {
            return Ok(conn);
        }
    }
    Err(DbError::Unavailable("connections keep breaking".to_owned()))
}

#[derive(QueryableByName)]
struct Moment {
    #[diesel(sql_type = diesel::sql_types::Timestamptz)]
    at: DateTime<Utc>,
}

/// What the database's own clock says at this instant.
pub fn database_time(conn: &mut PgConnection) -> QueryResult<DateTime<Utc>> {
    diesel::sql_query("SELECT clock_timestamp() AS at")
        .get_result(conn)
        .map(|row: Moment| row.at)
}

/// The URL with limits for the parameters it does not set itself. Without them a machine that
/// vanished, as in a failover, keeps connections open for many minutes before the network gives up:
/// `tcp_user_timeout` is for what was sent and not taken, the others for an answer that is waited for.
fn with_network_limits(url: &str) -> String {
    // Of several hosts each is waited for. The first may be the one that vanished, and the next is to
    // be found before the pool gives up.
    let patience = if names_several(url) { "2" } else { "5" };
    with_parameters(
        &to_primary(url),
        &[
            ("connect_timeout", patience),
            ("tcp_user_timeout", "15000"),
            ("keepalives_idle", "10"),
            ("keepalives_interval", "5"),
            ("keepalives_count", "2"),
            ("application_name", "avv-portal"),
        ],
    )
}

/// The URL; where it names several hosts, with the wish for the one that takes writes. The first may be
/// a standby, or have come back as one after a failover.
pub fn to_primary(url: &str) -> String {
    if !names_several(url) {
        return url.to_owned();
    }
    with_parameters(url, &[("target_session_attrs", "read-write")])
}

/// The URL with these parameters, but for those it sets itself.
fn with_parameters(url: &str, parameters: &[(&str, &str)]) -> String {
    let mut url = url.to_owned();
    for (name, value) in parameters {
        if !url.contains(&format!("{name}=")) {
            let separator = if url.contains('?') { '&' } else { '?' };
            url.push_str(&format!("{separator}{name}={value}"));
        }
    }
    url
}

/// A connection for a short look at a database that may not be there, which waits for nothing long.
pub fn connect_to_look(url: &str) -> Result<PgConnection, DbError> {
    use diesel::connection::SimpleConnection as _;
    let mut conn = connect_alone(url)?;
    conn.batch_execute(FOR_PAGES.0)?;
    Ok(conn)
}

type Connections = Pool<ConnectionManager<PgConnection>>;
type Pooled = PooledConnection<ConnectionManager<PgConnection>>;

/// What every connection starts with. The portal's times are UTC; a query or a forgotten transaction
/// must not hold a customer's row for ever.
#[derive(Debug, Clone, Copy)]
struct Session(&'static str);

/// Settings for pages, where a user waits for the answer.
const FOR_PAGES: Session = Session(
    "SET timezone = 'UTC'; SET statement_timeout = '12s'; SET lock_timeout = '10s'; \
     SET idle_in_transaction_session_timeout = '30s'",
);
/// Settings for jobs, where no user waits.
const FOR_JOBS: Session = Session(
    "SET timezone = 'UTC'; SET statement_timeout = '60s'; SET lock_timeout = '10s'; \
     SET idle_in_transaction_session_timeout = '60s'",
);

impl CustomizeConnection<PgConnection, ConnectionFailure> for Session {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), ConnectionFailure> {
        use diesel::connection::SimpleConnection as _;
        conn.batch_execute(self.0)
            .map_err(ConnectionFailure::QueryError)
    }
}

/// The pool retries by itself; this only logs that it has to.
#[derive(Debug)]
struct LogFailure;

impl HandleError<ConnectionFailure> for LogFailure {
    fn handle_error(&self, error: ConnectionFailure) {
        tracing::warn!(%error, "no connection to the database");
    }
}

#[cfg(test)]
pub(crate) mod tests;
