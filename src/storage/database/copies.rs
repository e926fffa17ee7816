//! What a backup and its rehearsal ask of a database as a whole (F6).

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Timestamptz};

use crate::storage::QueryResult;

/// Tables, views and sequences that somebody made, in whatever schema.
const OWN_RELATIONS: &str = "SELECT EXISTS (
         SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
     ) AS holds";

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    holds: bool,
}

/// How much is in a database.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Contents {
    /// Customers, deleted ones included as long as evidence is kept.
    #[diesel(sql_type = BigInt)]
    pub customers: i64,
    /// Agreements, ended ones included.
    #[diesel(sql_type = BigInt)]
    pub agreements: i64,
    /// Documents of agreements.
    #[diesel(sql_type = BigInt)]
    pub documents: i64,
    /// Documents whose bytes have another SHA-256 than the one noted when they were made.
    #[diesel(sql_type = BigInt)]
    pub damaged: i64,
    /// Mails of all states.
    #[diesel(sql_type = BigInt)]
    pub mails: i64,
    /// Mails that wait to be sent.
    #[diesel(sql_type = BigInt)]
    pub waiting: i64,
    /// Users of all roles.
    #[diesel(sql_type = BigInt)]
    pub users: i64,
    /// When the newest event of the log was written.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub newest: Option<chrono::DateTime<chrono::Utc>>,
}

/// Whether nobody has made anything in this database.
pub fn is_empty(conn: &mut PgConnection) -> QueryResult<bool> {
    let answer: Answer = diesel::sql_query(OWN_RELATIONS).get_result(conn)?;
    Ok(!answer.holds)
}

/// Counts all of a database that was just restored; reads every document.
pub fn read_contents(conn: &mut PgConnection) -> QueryResult<Contents> {
    conn.batch_execute("SET statement_timeout = 0")?;
    diesel::sql_query(
        "SELECT (SELECT count(*) FROM customers) AS customers,
                (SELECT count(*) FROM agreements) AS agreements,
                (SELECT count(*) FROM agreement_documents) AS documents,
                (SELECT count(*) FROM agreement_documents
                 WHERE encode(sha256(pdf), 'hex') <> pdf_hash) AS damaged,
                (SELECT count(*) FROM mails) AS mails,
                (SELECT count(*) FROM mails WHERE state = 'queued') AS waiting,
                (SELECT count(*) FROM users) AS users,
                greatest((SELECT max(at) FROM audit_events), (SELECT max(at) FROM audit_waiting)) AS newest",
    )
    .get_result(conn)
}

/// Drops everything that the role of this connection owns in a database that was empty before.
pub fn drop_everything(conn: &mut PgConnection) -> QueryResult<()> {
    conn.batch_execute(
        "SET lock_timeout = 0; SET statement_timeout = 0; DROP OWNED BY CURRENT_USER CASCADE",
    )
}
