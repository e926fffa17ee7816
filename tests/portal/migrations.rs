//! The migrations run up, down and up again, and `schema.rs` agrees with the result.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _};
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};

use avv_portal::storage::db::run_migrations;

use crate::harness::database;

/// Everything that a migration can create in the current schema, one line each.
const CATALOGUE: &str = "
    SELECT 'column ' || table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable
        || ' ' || coalesce(column_default, '') AS line
    FROM information_schema.columns WHERE table_schema = current_schema()
    UNION ALL
    SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = current_schema()
    UNION ALL
    SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
    UNION ALL
    SELECT 'trigger ' || tgrelid::regclass || ' ' || pg_get_triggerdef(pg_trigger.oid)
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace
    UNION ALL
    SELECT 'function ' || proname || ' ' || pg_get_functiondef(oid)
    FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND prokind = 'f'
    UNION ALL
    SELECT 'collation ' || collname FROM pg_collation
    WHERE collnamespace = current_schema()::regnamespace
    UNION ALL
    SELECT 'comment ' || objoid::regclass || ' ' || objsubid || ' ' || description
    FROM pg_description JOIN pg_class ON pg_class.oid = objoid
    WHERE classoid = 'pg_class'::regclass AND relnamespace = current_schema()::regnamespace
    ORDER BY 1";

/// One column a line, as `schema.rs` must name it.
const COLUMNS: &str = "
    SELECT table_name || '.' || column_name || ' ' || udt_name
        || CASE WHEN is_nullable = 'YES' THEN ' NULL' ELSE '' END AS line
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
    ORDER BY table_name, ordinal_position";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// An empty schema that is dropped when the test ends.
struct Emptiness {
    conn: PgConnection,
    name: String,
}

impl Emptiness {
    fn new() -> Self {
        let mut conn = PgConnection::establish(database()).unwrap();
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        conn.batch_execute(&format!("CREATE SCHEMA {name}; SET search_path TO {name}"))
            .unwrap();
        Self { conn, name }
    }

    fn lines(&mut self, query: &str) -> Vec<String> {
        let lines: Vec<Line> = diesel::sql_query(query).load(&mut self.conn).unwrap();
        lines.into_iter().map(|line| line.line).collect()
    }

    fn up(&mut self) {
        self.conn.run_pending_migrations(migrations()).unwrap();
    }
}

impl Drop for Emptiness {
    fn drop(&mut self) {
        let _ = self
            .conn
            .batch_execute(&format!("DROP SCHEMA {} CASCADE", self.name));
    }
}

fn migrations() -> FileBasedMigrations {
    FileBasedMigrations::from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap()
}

#[test]
fn every_migration_can_be_taken_back() {
    let mut place = Emptiness::new();
    place.up();
    let first = place.lines(CATALOGUE);
    place.conn.revert_all_migrations(migrations()).unwrap();
    let left: Vec<String> = place
        .lines(CATALOGUE)
        .into_iter()
        .filter(|line| !line.contains("__diesel_schema_migrations"))
        .collect();
    assert!(left.is_empty(), "left behind:\n{}", left.join("\n"));
    place.up();
    assert_eq!(place.lines(CATALOGUE), first);
}

/// A database from before the migrations were folded has their versions, not these.
#[test]
fn a_database_of_an_older_state_is_refused_and_left_as_it_is() {
    let mut place = Emptiness::new();
    place
        .conn
        .batch_execute(
            "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY, run_on TIMESTAMP NOT NULL DEFAULT now());
             INSERT INTO __diesel_schema_migrations (version) VALUES ('00000000000000'), ('20261122000001')",
        )
        .unwrap();
    let before = place.lines(CATALOGUE);
    let refused = run_migrations(&mut place.conn, "avv_program").unwrap_err();
    assert!(refused.to_string().contains("set up anew"), "{refused}");
    assert_eq!(place.lines(CATALOGUE), before);
}

#[test]
fn the_schema_in_the_code_is_that_of_the_database() {
    let mut place = Emptiness::new();
    place.up();
    let real: Vec<String> = place
        .lines(COLUMNS)
        .into_iter()
        .filter(|line| !line.starts_with("__diesel"))
        .collect();
    let code = columns_in_code();
    let differing: Vec<String> = code
        .iter()
        .zip(&real)
        .filter(|(code, real)| code != real)
        .map(|(code, real)| format!("{code} (database: {real})"))
        .take(3)
        .collect();
    assert!(
        code.len() == real.len() && differing.is_empty(),
        "run `diesel print-schema > src/storage/schema.rs`: {} columns in the code, {} in the database; {}",
        code.len(),
        real.len(),
        differing.join(", ")
    );
}

/// The columns of `schema.rs`, in the format of the query.
fn columns_in_code() -> Vec<String> {
    let source = include_str!("../../src/storage/schema.rs");
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut table = String::new();
    let (tables_only, _) = source
        .split_once("diesel::joinable!")
        .unwrap_or((source, ""));
    for line in tables_only.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            table = name.to_owned();
        } else if let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            // `#[sql_name]` precedes a column whose name is a Rust keyword; there is none so far.
            let line = format!("{table}.{column} {}", udt(kind));
            tables.entry(table.clone()).or_default().push(line);
        }
    }
    tables.into_values().flatten().collect()
}

fn udt(kind: &str) -> String {
    if let Some(inner) = kind
        .strip_prefix("Nullable<")
        .and_then(|k| k.strip_suffix('>'))
    {
        return format!("{} NULL", udt(inner));
    }
    if let Some(inner) = kind
        .strip_prefix("Array<Nullable<")
        .and_then(|k| k.strip_suffix(">>"))
    {
        return format!("_{}", udt(inner));
    }
    kind.to_lowercase()
}
