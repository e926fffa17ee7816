#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Integer;

use super::*;
use crate::storage::embedded::database_url_for_tests;

/// A pool of three connections on a schema of its own.
fn db(schema: &str) -> Db {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/target/test-postgres");
    let url = database_url_for_tests(std::path::Path::new(dir)).unwrap();
    PgConnection::establish(&url)
        .unwrap()
        .batch_execute(&format!(
            "DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}; CREATE TABLE {schema}.t (n int)"
        ))
        .unwrap();
    let separator = if url.contains('?') { '&' } else { '?' };
    let url =
        format!("{url}{separator}application_name={schema}&options=-c%20search_path%3D{schema}");
    Db::connect_sized(&url, PoolSize { pages: 2, jobs: 3 }).unwrap()
}

/// An empty schema with all tables, for the tests of other rooms.
pub fn migrated(schema: &str) -> Db {
    let db = db(schema);
    db.migrate().unwrap();
    db
}

fn insert(conn: &mut PgConnection) -> QueryResult<()> {
    conn.batch_execute("INSERT INTO t VALUES (1)")
}

fn count(conn: &mut PgConnection) -> QueryResult<i32> {
    diesel::select(diesel::dsl::sql::<Integer>("(SELECT count(*)::int FROM t)")).get_result(conn)
}

/// Breaks every connection as a restart of Postgres would. Fills the pool first.
fn break_all_connections(db: &Db) {
    let held: Vec<_> = (0..db.pool.max_size())
        .map(|_| db.pool.get().unwrap())
        .collect();
    drop(held);
    PgConnection::establish(&db.url)
        .unwrap()
        .batch_execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
             WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()",
        )
        .unwrap();
}

fn insert_or_error(conn: &mut PgConnection) -> Result<(), DbError> {
    Ok(insert(conn)?)
}

#[derive(Debug, PartialEq)]
enum Refusal {
    Rule,
    Database,
    Away,
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(_) => Self::Away,
            _ => Self::Database,
        }
    }
}

impl From<QueryError> for Refusal {
    fn from(_: QueryError) -> Self {
        Self::Database
    }
}

#[test]
fn broken_connections_are_replaced_before_anybody_notices() {
    let db = db("test_db_broken");
    break_all_connections(&db);
    assert_eq!(db.read_blocking(count_or_error).unwrap(), 0);
    break_all_connections(&db);
    db.transaction_blocking(insert_or_error).unwrap();
    assert_eq!(db.read_blocking(count_or_error).unwrap(), 1);
}

/// A statement that the connection has not prepared yet.
#[test]
fn a_read_that_was_never_made_before_survives_a_restart_too() {
    let db = db("test_db_first_read");
    db.migrate().unwrap();
    break_all_connections(&db);
    let read = |conn: &mut PgConnection| -> Result<i64, DbError> {
        Ok(crate::storage::schema::customers::table
            .count()
            .get_result(conn)?)
    };
    assert_eq!(db.read_blocking(read).unwrap(), 0);
}

#[test]
fn work_that_has_begun_is_never_done_twice() {
    let db = db("test_db_begun");
    let runs = AtomicU32::new(0);
    let result: Result<(), DbError> = db.transaction_blocking(|conn| {
        runs.fetch_add(1, Ordering::SeqCst);
        insert(conn)?;
        Ok(conn.batch_execute("SELECT pg_terminate_backend(pg_backend_pid(), 5000)")?)
    });
    assert!(result.is_err());
    assert_eq!(runs.into_inner(), 1);
    assert_eq!(db.read_blocking(count_or_error).unwrap(), 0);
}

#[tokio::test]
async fn all_of_a_transaction_happens_or_nothing() {
    let db = db("test_db_all");
    let refused = db
        .transaction(|conn| {
            insert(conn)?;
            Err::<(), _>(Refusal::Rule)
        })
        .await;
    assert_eq!(
        refused,
        Err(Refusal::Rule),
        "the action's own error comes out"
    );
    let panicked = db
        .transaction(|conn| -> Result<(), Refusal> {
            insert(conn)?;
            panic!("on purpose");
        })
        .await;
    assert_eq!(panicked, Err(Refusal::Database));
    let wrong = db
        .transaction(|conn| {
            insert(conn)?;
            Ok::<_, Refusal>(conn.batch_execute("SELECT nothing FROM nowhere")?)
        })
        .await;
    assert_eq!(wrong, Err(Refusal::Database));
    assert_eq!(db.read(count_or_error).await.unwrap(), 0);
    db.transaction(|conn| Ok::<_, DbError>(insert(conn)?))
        .await
        .unwrap();
    assert_eq!(db.read(count_or_error).await.unwrap(), 1);
}

fn count_or_error(conn: &mut PgConnection) -> Result<i32, DbError> {
    Ok(count(conn)?)
}

#[tokio::test]
async fn busy_pages_leave_connections_for_jobs() {
    let db = db("test_db_busy");
    let sleeper = |db: &Db| {
        let db = db.clone();
        tokio::spawn(async move {
            db.read(|conn| Ok::<_, DbError>(conn.batch_execute("SELECT pg_sleep(1)")?))
                .await
        })
    };
    let sleepers: Vec<_> = (0..4).map(|_| sleeper(&db)).collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let before = std::time::Instant::now();
    let job = db.clone();
    tokio::task::spawn_blocking(move || job.transaction_blocking(insert_or_error).unwrap())
        .await
        .unwrap();
    assert!(before.elapsed() < Duration::from_millis(700));
    for sleeper in sleepers {
        sleeper.await.unwrap().unwrap();
    }
}

#[test]
fn without_a_database_the_answer_comes_within_seconds() {
    let before = std::time::Instant::now();
    let error = Db::connect("postgresql://avv:geheim@127.0.0.1:1/avv").unwrap_err();
    assert!(matches!(error, DbError::Unavailable(_)));
    assert!(!error.to_string().contains("geheim"), "{error}");
    assert!(before.elapsed() < PATIENCE * 2);
}

#[test]
fn migrations_of_two_starts_do_not_meet() {
    let db = db("test_db_migrate");
    let starts: Vec<_> = (0..3)
        .map(|_| {
            let db = db.clone();
            std::thread::spawn(move || db.migrate().unwrap())
        })
        .collect();
    let done: Vec<usize> = starts
        .into_iter()
        .map(|start| start.join().unwrap())
        .collect();
    assert!(
        done.iter().filter(|count| **count > 0).count() <= 1,
        "{done:?}"
    );
    assert_eq!(db.migrate().unwrap(), 0);
}

#[test]
fn what_the_operator_says_about_the_network_holds() {
    assert_eq!(
        with_network_limits("postgresql://db.example/avv"),
        "postgresql://db.example/avv?connect_timeout=5&tcp_user_timeout=15000&keepalives_idle=10&keepalives_interval=5&keepalives_count=2&application_name=avv-portal"
    );
    let said = "postgresql://a/avv?connect_timeout=2&tcp_user_timeout=0&keepalives_idle=1&keepalives_interval=1&keepalives_count=1&application_name=x";
    assert_eq!(with_network_limits(said), said);
}

/// F13: of several hosts the one that takes writes is asked for, and none is waited for long.
#[test]
fn f13_of_several_hosts_the_primary_is_asked_for() {
    for several in ["postgresql://a:1,b:2/avv", "postgresql:///avv?host=a,b"] {
        let limited = with_network_limits(several);
        assert!(
            limited.contains("target_session_attrs=read-write")
                && limited.contains("connect_timeout=2"),
            "{limited}"
        );
    }
    let one = "postgresql://a/avv";
    assert_eq!(to_primary(one), one);
    let said = "postgresql://a,b/avv?target_session_attrs=any";
    assert_eq!(to_primary(said), said);
}

/// A machine that takes connections and says nothing, named first: the next one is found in time.
#[test]
fn f13_a_host_that_is_silent_does_not_keep_the_portal_from_the_next() {
    let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = silent.local_addr().unwrap().port();
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/target/test-postgres");
    let url = database_url_for_tests(std::path::Path::new(dir)).unwrap();
    let Some((before, socket)) = url.split_once("host=") else {
        // The tests were given a server of the network.
        return;
    };
    let both = format!("{before}port={port},5432&host=127.0.0.1,{socket}");
    let db = Db::connect(&both).unwrap();
    let work = |conn: &mut PgConnection| -> Result<(), DbError> { Ok(conn.ping()?) };
    db.read_blocking(work).unwrap();
}

#[test]
fn s85_an_older_program_refuses_what_a_newer_one_changed() {
    let db = migrated("newer_schema");
    assert_eq!(db.pending_migrations().unwrap(), 0);
    PgConnection::establish(&db.url)
        .unwrap()
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000000')")
        .unwrap();
    for refused in [db.pending_migrations().err(), db.migrate().err()] {
        let said = refused.unwrap().to_string();
        assert!(said.contains("a newer program"), "{said}");
    }
}
