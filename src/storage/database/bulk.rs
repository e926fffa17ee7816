//! Hundreds of thousands of customers, written by set-based SQL, to measure how the portal performs
//! with a million of them. The facts agree with the list as if the actions had written both; the
//! caller checks this on a sample.

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz};
use serde_json::Value;

use crate::domain::{PartnerId, UserId};
use crate::storage::QueryResult;
use crate::storage::case_rows::add_parts;

/// Tables that are filled; tables that others refer to come first.
const TABLES: &str = "ARRAY['customers', 'bookings', 'requests', 'links', 'agreements', 'objections', 'case_rows', 'case_words', 'case_gates']";

/// Words to choose from, each with its sort key.
#[derive(Debug, Clone, Default)]
pub struct SearchKeys {
    /// The words as they are printed.
    pub names: Vec<String>,
    /// Their sort keys, computed by the rules, so that SQL only joins them.
    pub keys: Vec<String>,
    /// The words each is found by, with single spaces between them.
    pub words: Vec<String>,
}

/// What to generate.
#[derive(Debug, Clone)]
pub struct Bulk {
    /// Number of the first customer; the others follow without a gap.
    pub first: u32,
    /// How many customers to generate.
    pub count: u32,
    /// The current time; all facts are dated back from it.
    pub now: DateTime<Utc>,
    /// Contract version that all requests offer.
    pub version: String,
    /// The user who recorded the objections.
    pub recorder: UserId,
    /// Mandanten to spread the customers over; each may have a Submandant that gets some of them.
    pub chains: Vec<(PartnerId, Option<PartnerId>)>,
    /// First words of company names.
    pub families: SearchKeys,
    /// Second words of company names.
    pub trades: SearchKeys,
    /// Legal forms at the end of company names.
    pub forms: SearchKeys,
    /// Cities, which are part of the company names as well.
    pub cities: SearchKeys,
    /// Postcodes of the cities, in the same order.
    pub postcodes: Vec<String>,
    /// Names of people who act for the customers.
    pub persons: Vec<String>,
    /// Five sets of products as offers hold them: three that need an agreement; one that needs none; two of
    /// the first three together.
    pub mixes: Value,
    /// What the list prints for each set.
    pub labels: Vec<String>,
}

#[derive(QueryableByName)]
struct Statement {
    #[diesel(sql_type = Text)]
    remove: String,
    #[diesel(sql_type = Text)]
    restore: String,
}

/// Writes everything in the caller's transaction.
pub fn load(conn: &mut PgConnection, bulk: &Bulk) -> QueryResult<()> {
    conn.batch_execute("SET LOCAL statement_timeout = 0; SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL work_mem = '256MB'")?;
    settings(conn, bulk)?;
    let lists = [&bulk.families, &bulk.trades, &bulk.forms, &bulk.cities];
    let mut words: Vec<String> = lists
        .iter()
        .flat_map(|list| &list.words)
        .flat_map(|words| words.split(' '))
        .map(str::to_owned)
        .collect();
    words.sort();
    words.dedup();
    add_parts(conn, &words)?;
    // An index or a reference is made much faster for all rows at once than kept row by row.
    let constraints = statements(conn, CONSTRAINTS)?;
    let indexes = statements(conn, INDEXES)?;
    for statement in constraints.iter().chain(&indexes) {
        conn.batch_execute(&statement.remove)?;
    }
    conn.batch_execute(include_str!("bulk.sql"))?;
    for statement in indexes.iter().chain(constraints.iter().rev()) {
        conn.batch_execute(&statement.restore)?;
    }
    Ok(())
}

/// Runs the maintenance that makes the new rows quick to read. Not to be called in a transaction.
pub fn tidy(conn: &mut PgConnection) -> QueryResult<()> {
    conn.batch_execute("SET statement_timeout = 0")?;
    conn.batch_execute("VACUUM (ANALYZE)")?;
    conn.batch_execute("SET statement_timeout = '60s'")
}

/// Foreign keys, and unique keys that no other table refers to. Foreign keys are dropped first and
/// restored last.
const CONSTRAINTS: &str = "
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS remove,
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS restore
    FROM pg_constraint
    WHERE conrelid = ANY ({tables}::regclass[])
      AND (contype IN ('f', 'u') OR contype = 'p' AND conrelid = 'case_words'::regclass)
    ORDER BY contype = 'f' DESC, conname";

/// Indexes that belong to no constraint.
const INDEXES: &str = "
    SELECT format('DROP INDEX %s', indexrelid::regclass) AS remove, pg_get_indexdef(indexrelid) AS restore
    FROM pg_index
    WHERE indrelid = ANY ({tables}::regclass[])
      AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY indexrelid";

fn statements(conn: &mut PgConnection, query: &str) -> QueryResult<Vec<Statement>> {
    diesel::sql_query(query.replace("{tables}", TABLES)).load(conn)
}

fn settings(conn: &mut PgConnection, bulk: &Bulk) -> QueryResult<()> {
    let (partners, subs): (Vec<i64>, Vec<Option<i64>>) = bulk
        .chains
        .iter()
        .map(|(partner, sub)| (partner.0, sub.map(|sub| sub.0)))
        .unzip();
    diesel::sql_query(
        "CREATE TEMPORARY TABLE bulk_settings (first BIGINT, count BIGINT, now TIMESTAMPTZ, version TEXT, recorder BIGINT, \
         partners BIGINT[], sub_partners BIGINT[], families TEXT[], family_keys TEXT[], trades TEXT[], trade_keys TEXT[], \
         forms TEXT[], form_keys TEXT[], cities TEXT[], city_keys TEXT[], postcodes TEXT[], persons TEXT[], \
         mixes JSONB, labels TEXT[], family_words TEXT[], trade_words TEXT[], form_words TEXT[], city_words TEXT[]) ON COMMIT DROP",
    )
    .execute(conn)?;
    diesel::sql_query(
        "INSERT INTO bulk_settings VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)",
    )
    .bind::<BigInt, _>(i64::from(bulk.first))
    .bind::<BigInt, _>(i64::from(bulk.count))
    .bind::<Timestamptz, _>(bulk.now)
    .bind::<Text, _>(&bulk.version)
    .bind::<BigInt, _>(bulk.recorder.0)
    .bind::<Array<BigInt>, _>(partners)
    .bind::<Array<Nullable<BigInt>>, _>(subs)
    .bind::<Array<Text>, _>(&bulk.families.names)
    .bind::<Array<Text>, _>(&bulk.families.keys)
    .bind::<Array<Text>, _>(&bulk.trades.names)
    .bind::<Array<Text>, _>(&bulk.trades.keys)
    .bind::<Array<Text>, _>(&bulk.forms.names)
    .bind::<Array<Text>, _>(&bulk.forms.keys)
    .bind::<Array<Text>, _>(&bulk.cities.names)
    .bind::<Array<Text>, _>(&bulk.cities.keys)
    .bind::<Array<Text>, _>(&bulk.postcodes)
    .bind::<Array<Text>, _>(&bulk.persons)
    .bind::<Jsonb, _>(&bulk.mixes)
    .bind::<Array<Text>, _>(&bulk.labels)
    .bind::<Array<Text>, _>(&bulk.families.words)
    .bind::<Array<Text>, _>(&bulk.trades.words)
    .bind::<Array<Text>, _>(&bulk.forms.words)
    .bind::<Array<Text>, _>(&bulk.cities.words)
    .execute(conn)?;
    Ok(())
}
