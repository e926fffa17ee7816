//! What the program's database role may do, and what no role may do (A11).

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

use crate::harness::TestApp;
use crate::seeded::World;

/// A connection with the role that the portal works with.
fn as_program(app: &TestApp) -> PgConnection {
    PgConnection::establish(&app.database_url()).unwrap()
}

/// Statements that must be refused for both roles, each with what must be left unchanged.
const KEPT: &[&str] = &[
    "UPDATE audit_events SET kind = 'declined'",
    "UPDATE audit_events SET at = at + interval '1 second'",
    "UPDATE audit_events SET actor = NULL, details = NULL, salt = NULL, erased_by = 1",
    "DELETE FROM audit_events",
    "TRUNCATE audit_events CASCADE",
    "DELETE FROM audit_head",
    "UPDATE audit_waiting SET kind = 'declined'",
    "TRUNCATE audit_waiting",
    "UPDATE agreement_documents SET pdf = 'x'",
    "DELETE FROM agreement_documents",
    "TRUNCATE agreement_documents",
    "DELETE FROM agreements",
    "TRUNCATE agreements CASCADE",
];

#[actix_web::test]
async fn a11_the_programs_role_switches_no_trigger_off_and_changes_no_event() {
    let World { app, .. } = World::build().await;
    let mut conn = as_program(&app);
    let kept = || {
        ["audit_events", "agreements", "agreement_documents"].map(|table| {
            app.text(&format!(
                "md5(string_agg(md5(t::text), ',')) FROM {table} t"
            ))
        })
    };
    let before = kept();
    assert!(
        !app.app.db.can_switch_triggers_off().unwrap(),
        "the suite works as the role that owns nothing"
    );
    // Every table, and every way around a trigger.
    let tables = app.text(
        "string_agg(table_name, ',') FROM information_schema.tables WHERE table_schema = current_schema()",
    );
    assert!(tables.split(',').count() > 30, "{tables}");
    let around = tables.split(',').flat_map(|table| {
        [
            format!("ALTER TABLE {table} DISABLE TRIGGER USER"),
            format!("ALTER TABLE {table} DISABLE TRIGGER ALL"),
            format!("ALTER TABLE {table} RENAME TO gone"),
            format!("CREATE TRIGGER own BEFORE UPDATE ON {table} EXECUTE FUNCTION refuse_change()"),
            format!("DROP TABLE {table} CASCADE"),
            format!("TRUNCATE {table} CASCADE"),
        ]
    });
    let more = [
        "DROP TRIGGER audit_events_unchanged ON audit_events",
        "DROP FUNCTION refuse_change() CASCADE",
        "CREATE OR REPLACE FUNCTION allow_only_erasure() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "SET session_replication_role = replica",
        "SET ROLE avv",
        "CREATE TABLE own (n int)",
        "UPDATE __diesel_schema_migrations SET version = '1'",
        "UPDATE agreements SET offer = '{}'",
        "UPDATE tombstones SET document_hash = ''",
        "UPDATE files SET kind = kind",
    ];
    let all = around.chain(more.iter().chain(KEPT).map(|&one| one.to_owned()));
    for statement in all {
        assert!(conn.batch_execute(&statement).is_err(), "{statement}");
    }
    assert_eq!(kept(), before);
}

/// Not even the owner can change the facts by an ordinary statement: mistakes are refused, too.
#[actix_web::test]
async fn a11_the_facts_of_an_agreement_are_not_changed_by_anybody() {
    let World { app, .. } = World::build().await;
    let before = app.rows("agreements");
    let columns = app.text(
        "string_agg(column_name, ',') FROM information_schema.columns \
         WHERE table_schema = current_schema() AND table_name = 'agreements'",
    );
    let changes = columns.split(',').map(|column| {
        let value = match column {
            "id" => "gen_random_uuid()",
            "customer_number" => "4712",
            "position" => "DEFAULT",
            "concluded_at" => "concluded_at - interval '1 hour'",
            "offer" => "offer - 'version'",
            "request_id" | "link_id" => "NULL",
            // Columns that may be written once are tested below.
            "ended_at" | "how" => "DEFAULT, ended_at = now()",
            "sub_partner_left_at" => "now(), person = 'x'",
            _ => "'anders'",
        };
        format!("UPDATE agreements SET {column} = {value}")
    });
    let again = [
        "UPDATE agreements SET ended_at = now(), how = 'ended', person = '', function = ''",
        "UPDATE agreements SET ended_at = now(), how = 'ended'; UPDATE agreements SET ended_at = NULL, how = NULL",
        "UPDATE agreements SET ended_at = now(), how = 'ended'; UPDATE agreements SET how = 'objected'",
        "UPDATE agreements SET sub_partner_left_at = now(); UPDATE agreements SET sub_partner_left_at = NULL",
        "DELETE FROM agreement_documents; DELETE FROM agreements",
    ];
    for statement in changes.chain(again.map(str::to_owned)) {
        assert!(app.sql(&statement).is_err(), "{statement}");
    }
    assert_eq!(app.rows("agreements"), before);
    app.sql("UPDATE agreements SET ended_at = now(), how = 'ended' WHERE customer_number = '4711'")
        .unwrap();
}
