//! Bringing the schema up to date.

use std::collections::HashSet;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

use super::{DbError, with_network_limits};
use crate::storage::rights;

/// First half of the key of an advisory lock, the same in every portal process. The process that
/// holds it is changing the schema.
const MIGRATION_LOCK: i32 = 0x4156_5600;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// A connection outside the pool.
pub(super) fn connect_alone(url: &str) -> Result<PgConnection, DbError> {
    PgConnection::establish(&with_network_limits(url))
        .map_err(|error| DbError::Unavailable(error.to_string()))
}

/// Runs the migrations that this program has and the database has not, and gives the role `program`
/// its rights; returns how many ran. Two processes that start together take turns, and the second
/// one finds nothing left to do.
pub fn run_migrations(owner: &mut PgConnection, program: &str) -> Result<usize, DbError> {
    let lock = |conn: &mut PgConnection, function: &str| {
        // One lock for each schema: tests have a schema each and need not wait for each other.
        diesel::sql_query(format!("SELECT {function}($1, hashtext(current_schema()))"))
            .bind::<diesel::sql_types::Integer, _>(MIGRATION_LOCK)
            .execute(conn)
    };
    lock(owner, "pg_advisory_lock")?;
    let done = refuse_other_state(owner).and_then(|()| {
        owner
            .run_pending_migrations(MIGRATIONS)
            .map(|versions| versions.len())
            .map_err(|error| DbError::Migration(error.to_string()))
    });
    let granted = done.and_then(|done| {
        rights::grant(owner, program)?;
        Ok(done)
    });
    // If the migrations failed, that error is returned first; the lock is released with the
    // connection at the latest.
    let unlocked = lock(owner, "pg_advisory_unlock");
    let done = granted?;
    unlocked?;
    Ok(done)
}

/// Refuses a database that this program's migrations do not lead to. Until 1.0 the migrations are
/// folded by subject now and then: a database made before that has other migrations than this
/// program, including the first one, and cannot be brought up to date. A database that a newer
/// program has changed is refused as well (expand, then contract).
fn refuse_other_state(owner: &mut PgConnection) -> Result<(), DbError> {
    let failed =
        |error: Box<dyn std::error::Error + Send + Sync>| DbError::Migration(error.to_string());
    let applied = owner.applied_migrations().map_err(failed)?;
    let all = diesel::migration::MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(failed)?;
    let first = all.iter().map(|one| one.name().version()).min();
    let done = applied.iter().map(ToString::to_string).collect();
    refuse_newer(&done, &known(&all))?;
    if applied.is_empty() || first.is_some_and(|first| applied.contains(&first)) {
        return Ok(());
    }
    Err(DbError::Migration(
        "it was made by an older state of the portal, from before 1.0, and has to be set up anew: \
         begin with an empty database"
            .to_owned(),
    ))
}

/// The migrations of this program by their versions.
fn known(all: &[Box<dyn diesel::migration::Migration<Pg>>]) -> HashSet<String> {
    all.iter()
        .map(|one| one.name().version().to_string())
        .collect()
}

/// Refuses a database with a migration that is newer than all migrations of this program.
fn refuse_newer(done: &HashSet<String>, known: &HashSet<String>) -> Result<(), DbError> {
    let newest = known.iter().max();
    if done.iter().max() > newest {
        return Err(DbError::Migration(
            "a newer program has changed it: start that one, or put back the backup from before"
                .to_owned(),
        ));
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Readable {
    #[diesel(sql_type = Bool)]
    readable: bool,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

/// How many migrations the database lacks. Changes nothing, as the program's role may not even
/// create the table of migrations. Refuses a database that a newer program has changed.
pub(super) fn count_pending(conn: &mut PgConnection) -> Result<usize, DbError> {
    let table: Readable = diesel::sql_query(
        "SELECT coalesce(has_table_privilege(to_regclass('__diesel_schema_migrations'), 'SELECT'), false)
                AS readable",
    )
    .get_result(conn)?;
    let done: HashSet<String> = if table.readable {
        diesel::sql_query("SELECT version::text AS version FROM __diesel_schema_migrations")
            .load(conn)?
            .into_iter()
            .map(|row: Version| row.version)
            .collect()
    } else {
        HashSet::new()
    };
    let all = diesel::migration::MigrationSource::<Pg>::migrations(&MIGRATIONS)
        .map_err(|error| DbError::Migration(error.to_string()))?;
    let known = known(&all);
    refuse_newer(&done, &known)?;
    Ok(known.difference(&done).count())
}
