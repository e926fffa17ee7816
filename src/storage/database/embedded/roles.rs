//! The roles of the embedded database: one owns the tables, the portal works with the other (A11).

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::EmbeddedError;
use super::place::Cluster;

/// Name of the database.
pub(super) const DATABASE: &str = "avv";
/// Owns the database and its tables; migrations run as this role.
pub(super) const OWNER: &str = "avv";
/// Owns nothing; the portal works with this role.
pub(super) const PROGRAM: &str = "avv_program";
/// The role that created the cluster.
const SUPERUSER: &str = "postgres";

/// Creates the portal's role if it is missing, as in a cluster that an older program made. To be
/// called by one process at a time.
pub(super) fn ensure(place: &Cluster) -> Result<(), EmbeddedError> {
    let failed = |error: &dyn std::fmt::Display| EmbeddedError::Failed(error.to_string());
    let mut conn = PgConnection::establish(&place.url(SUPERUSER, "postgres"))
        .map_err(|error| failed(&error))?;
    // Written to disk at once, also for tests: a server that is killed must not lose the role.
    conn.batch_execute(&format!(
        "SET synchronous_commit = on;
         DO $$ BEGIN
             IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{PROGRAM}') THEN
                 CREATE ROLE {PROGRAM} LOGIN;
             END IF;
         END $$"
    ))
    .map_err(|error| failed(&error))
}
