//! What the program's database role may do (A11). The tables belong to another role, the owner, as
//! whom migrations run. So an attacker who takes over the program's connection cannot disable a
//! trigger, and cannot change what is kept for ever even if a trigger were missing.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use crate::storage::QueryResult;

/// Run after every migration, in one transaction: everything is granted first, then what the
/// program never does is revoked. Column rights name the few columns that may change in a row that
/// is kept.
const RIGHTS: &str = "
    GRANT USAGE ON SCHEMA {schema} TO {role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role};
    REVOKE INSERT, UPDATE, DELETE ON __diesel_schema_migrations FROM {role};
    REVOKE UPDATE, DELETE ON audit_events FROM {role};
    GRANT UPDATE (actor, details, salt, erased_by) ON audit_events TO {role};
    REVOKE DELETE ON audit_head FROM {role};
    REVOKE UPDATE ON audit_waiting FROM {role};
    REVOKE UPDATE, DELETE ON audit_tiles, audit_checkpoints FROM {role};
    GRANT UPDATE (is_daily, tries, next_try_at, token, stated_at, source) ON audit_checkpoints TO {role};
    REVOKE UPDATE, DELETE ON tombstones FROM {role};
    REVOKE UPDATE ON agreement_documents, files FROM {role};
    REVOKE UPDATE ON agreements FROM {role};
    GRANT UPDATE (ended_at, how, sub_partner_left_at, person, function) ON agreements TO {role};
";

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    holds: bool,
}

/// The database role of this connection.
pub fn role(conn: &mut PgConnection) -> QueryResult<String> {
    diesel::sql_query("SELECT current_user::text AS name")
        .get_result(conn)
        .map(|row: Name| row.name)
}

/// Gives the program's role its rights on the schema of the owner's connection. Nothing to do where
/// both are the same role.
pub fn grant(owner: &mut PgConnection, program: &str) -> QueryResult<()> {
    if role(owner)? == program {
        return Ok(());
    }
    let schema: Name =
        diesel::sql_query("SELECT current_schema()::text AS name").get_result(owner)?;
    let statements = RIGHTS
        .replace("{schema}", &quoted(&schema.name))
        .replace("{role}", &quoted(program));
    owner.transaction(|conn| conn.batch_execute(&statements))
}

/// Whether the role of this connection owns the tables or is above all rights, so that it could
/// switch the triggers off.
pub fn can_switch_triggers_off(conn: &mut PgConnection) -> QueryResult<bool> {
    diesel::sql_query(
        "SELECT coalesce(pg_has_role(current_user, relowner, 'MEMBER'), false) AS holds
         FROM pg_class WHERE oid = 'audit_events'::regclass",
    )
    .get_result(conn)
    .map(|row: Answer| row.holds)
}

/// A name as a quoted SQL identifier.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
