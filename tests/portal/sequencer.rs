//! The sequencer gives events their positions: nobody waits for another's commit, no position is missing
//! or given twice, and whatever dies in between leaves all or nothing (S-80).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use avv_portal::actions::audit::{Whose, erase, verify};
use avv_portal::actions::feed::read;
use avv_portal::actions::{ActionError, Actor};
use avv_portal::app::App;
use avv_portal::domain::CustomerNumber;
use avv_portal::domain::audit::AuditKind;
use avv_portal::storage::PgConnection;
use avv_portal::storage::audit::sequence::{is_waiting, place_all, try_place};
use avv_portal::storage::audit::{NewEvent, add_event, list_events};
use avv_portal::storage::cases::lock_case;
use avv_portal::storage::db::DbError;

use crate::harness::{CUSTOMER, FOREIGN_CUSTOMER, TestApp, minutes};

/// An event that can be told from others by its number.
fn numbered(number: u8, customer: CustomerNumber) -> NewEvent {
    NewEvent {
        kind: AuditKind::Reminded { number },
        actor: Actor::Portal,
        customer: Some(customer),
        status: None,
    }
}

fn write(app: &App, number: u8, customer: CustomerNumber) {
    let now = app.clock.now();
    app.db
        .transaction_blocking(|conn| {
            Ok::<_, ActionError>(add_event(conn, &numbered(number, customer), now)?)
        })
        .unwrap();
}

fn place(app: &App) -> Result<usize, DbError> {
    app.db
        .read_blocking(|conn| Ok::<_, DbError>(place_all(conn)?))
}

fn waits(app: &App) -> bool {
    app.db
        .read_blocking(|conn| Ok::<_, DbError>(is_waiting(conn)?))
        .unwrap()
}

/// Numbers of the events of the test, in the order of their positions.
fn numbers(app: &TestApp, customer: &str) -> String {
    app.text(&format!(
        "string_agg(details ->> 'number', ' ' ORDER BY position) FROM audit_events \
         WHERE kind = 'reminded' AND customer_number = '{customer}'"
    ))
}

#[actix_web::test]
async fn s80_commits_of_two_customers_do_not_wait_for_each_other() {
    let app = TestApp::start().await;
    let begin = app.read(|conn| read(conn, 0, 1000)).next;
    let (own, other) = (app.second_process(), app.second_process());
    let (written, is_written) = mpsc::channel();
    let (go, may_end) = mpsc::channel();
    let slow = std::thread::spawn(move || {
        let now = own.clock.now();
        own.db
            .transaction_blocking(|conn| {
                lock_case(conn, CUSTOMER, now)?;
                add_event(conn, &numbered(1, CUSTOMER), now)?;
                written.send(()).unwrap();
                may_end.recv().unwrap();
                Ok::<_, ActionError>(())
            })
            .unwrap();
    });
    is_written.recv().unwrap();
    // The first is written and not committed. The second is not kept waiting, and is read.
    let now = app.now();
    other
        .db
        .transaction_blocking(|conn| {
            lock_case(conn, FOREIGN_CUSTOMER, now)?;
            add_event(conn, &numbered(2, FOREIGN_CUSTOMER), now)?;
            Ok::<_, ActionError>(())
        })
        .unwrap();
    let told = app.read(|conn| read(conn, begin, 1000));
    assert_eq!(told.events.len(), 1);
    assert_eq!(told.events[0].customer, Some(FOREIGN_CUSTOMER));
    assert_eq!(told.next, begin + 1);
    go.send(()).unwrap();
    slow.join().unwrap();
    // Who reads on misses nothing.
    let later = app.read(|conn| read(conn, told.next, 1000));
    assert_eq!(later.events.len(), 1);
    assert_eq!(later.events[0].customer, Some(CUSTOMER));
    assert_eq!(later.next, begin + 2);
    assert!(verify(&app.app, None).is_ok());
}

#[actix_web::test]
async fn s80_what_dies_in_the_sequencer_leaves_all_or_nothing() {
    let app = TestApp::start().await;
    let begin = app.count("audit_events");
    app.sql("CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN \
             IF TG_ARGV[0] = 'kill' THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); END IF; \
             RAISE EXCEPTION 'it failed here'; END $$")
        .unwrap();
    for number in 1..=3 {
        write(&app.app, number, CUSTOMER);
    }
    // Between any two steps: a statement that fails, and a connection that is gone.
    for table in ["audit_events", "audit_head", "audit_waiting"] {
        for (moment, how) in [
            ("BEFORE", "fail"),
            ("AFTER", "fail"),
            ("BEFORE", "kill"),
            ("AFTER", "kill"),
        ] {
            app_sql_unplaced(
                &app,
                &format!(
                    "CREATE TRIGGER die {moment} INSERT OR UPDATE OR DELETE ON {table} EXECUTE FUNCTION die({how})"
                ),
            );
            assert!(place(&app.app).is_err(), "{moment} {table} {how}");
            let heads = "SELECT count(*) AS n FROM audit_head h WHERE h.position = (SELECT count(*) FROM audit_events)";
            app_sql_unplaced(&app, &format!("DROP TRIGGER die ON {table}"));
            let found = app.app.db.read_blocking(|conn| {
                Ok::<_, DbError>((
                    number(conn, "SELECT count(*) AS n FROM audit_events")?,
                    number(conn, "SELECT count(*) AS n FROM audit_waiting")?,
                    number(conn, heads)?,
                ))
            });
            assert_eq!(found.unwrap(), (begin, 3, 1), "{moment} {table} {how}");
        }
    }
    // The next pass goes on: no gap, none twice.
    assert_eq!(place(&app.app).unwrap(), 3);
    assert_eq!(place(&app.app).unwrap(), 0);
    assert_eq!(numbers(&app, "4711"), "1 2 3");
    assert_eq!(verify(&app.app, None).unwrap().head.position, begin + 3);
}

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

fn number(conn: &mut PgConnection, query: &str) -> Result<i64, DbError> {
    use diesel::RunQueryDsl as _;
    let row: Number = diesel::sql_query(query).get_result(conn)?;
    Ok(row.n)
}

/// As the owner, without giving positions first.
fn app_sql_unplaced(app: &TestApp, statement: &str) {
    use diesel::Connection as _;
    use diesel::connection::SimpleConnection as _;
    let schema = app
        .database_url()
        .split("search_path%3D")
        .nth(1)
        .unwrap()
        .to_owned();
    let mut conn = PgConnection::establish(app.owner_url()).unwrap();
    conn.batch_execute(&format!("SET search_path TO {schema}; {statement}"))
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
}

#[actix_web::test]
async fn s80_sequencers_of_several_processes_take_turns() {
    let app = TestApp::start().await;
    let begin = app.count("audit_events");
    let customers: Vec<CustomerNumber> = (0..4)
        .map(|n| app.add_customer(8100 + n, &format!("Firma {n}"), None))
        .collect();
    let added = app.count("audit_events") - begin;
    let over = AtomicBool::new(false);
    let (writers, each) = (6_u8, 30_u8);
    std::thread::scope(|scope| {
        let sequencers: Vec<_> = (0..3)
            .map(|which| {
                let (own, over) = (app.second_process(), &over);
                scope.spawn(move || {
                    while !over.load(Ordering::SeqCst) {
                        if which == 0 {
                            own.db
                                .transaction_blocking(|conn| Ok::<_, DbError>(try_place(conn)?))
                                .unwrap();
                        } else {
                            place(&own).unwrap();
                        }
                    }
                })
            })
            .collect();
        let writing: Vec<_> = (0..writers)
            .map(|writer| {
                let (own, customers) = (app.second_process(), &customers);
                scope.spawn(move || {
                    for turn in 0..each {
                        let customer = customers[usize::from(writer + turn) % customers.len()];
                        let now = own.clock.now();
                        let is_back = turn % 10 == 9;
                        let done = own.db.transaction_blocking(|conn| {
                            // What is read under the customer's lock is the newest of this customer.
                            lock_case(conn, customer, now)?;
                            let before = number(
                                conn,
                                &format!(
                                    "SELECT coalesce(max((details ->> 'number')::bigint), 0) AS n FROM \
                                     (SELECT details, customer_number FROM audit_events WHERE kind = 'reminded' \
                                      UNION ALL SELECT details, customer_number FROM audit_waiting) e \
                                     WHERE customer_number = '{customer}'"
                                ),
                            )?;
                            let next = u8::try_from(before + 1).unwrap();
                            add_event(conn, &numbered(next, customer), now)?;
                            if is_back {
                                return Err(ActionError::NotAllowed);
                            }
                            Ok(())
                        });
                        assert_eq!(done.is_err(), is_back, "{done:?}");
                    }
                })
            })
            .collect();
        for writer in writing {
            writer.join().unwrap();
        }
        over.store(true, Ordering::SeqCst);
        for sequencer in sequencers {
            sequencer.join().unwrap();
        }
    });
    let written = i64::from(writers) * i64::from(each) * 9 / 10;
    assert_eq!(
        verify(&app.app, None).unwrap().head.position,
        begin + added + written
    );
    assert!(!waits(&app.app));
    // Of each customer in the order of the commits.
    let mut all = BTreeMap::new();
    for customer in &customers {
        let told = numbers(&app, &customer.to_string());
        let told: Vec<i64> = told.split(' ').map(|one| one.parse().unwrap()).collect();
        let length = i64::try_from(told.len()).unwrap();
        assert_eq!(told, (1..=length).collect::<Vec<_>>(), "{customer}");
        all.insert(customer, length);
    }
    assert_eq!(all.values().sum::<i64>(), written);
}

#[actix_web::test]
async fn s80_an_event_that_waits_is_neither_changed_nor_lost() {
    let app = TestApp::start().await;
    write(&app.app, 1, CUSTOMER);
    for attempt in [
        "UPDATE audit_waiting SET details = '{\"kind\": \"reminded\"}'",
        "UPDATE audit_waiting SET at = now()",
        "DELETE FROM audit_waiting",
        "TRUNCATE audit_waiting",
    ] {
        let refused = app
            .app
            .db
            .transaction_blocking(|conn| {
                use diesel::RunQueryDsl as _;
                diesel::sql_query(attempt).execute(conn)?;
                Ok::<_, DbError>(())
            })
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains("append-only") || refused.contains("permission denied"),
            "{attempt}: {refused}"
        );
    }
    assert!(waits(&app.app));
    // Not even the owner deletes one that has no position.
    let schema_of = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        app_sql_unplaced(&app, "DELETE FROM audit_waiting");
    }));
    assert!(schema_of.is_err());
    // Who reads what was written finds it.
    let history = app.read(|conn| Ok(list_events(conn, CUSTOMER, 1)?));
    assert_eq!(history[0].kind, AuditKind::Reminded { number: 1 });
    assert!(!waits(&app.app));
}

#[actix_web::test]
async fn s80_a_tombstone_comes_after_all_that_waits() {
    let app = TestApp::start().await;
    write(&app.app, 1, CUSTOMER);
    let now = app.now() + minutes(1);
    assert!(waits(&app.app));
    let erased = app.write(|conn| {
        add_event(conn, &numbered(2, CUSTOMER), now)?;
        erase(
            conn,
            &app.app,
            Whose::Customer(CUSTOMER),
            now + minutes(1),
            now,
        )
    });
    assert!(erased >= 2, "{erased}");
    assert!(!waits(&app.app));
    assert_eq!(
        app.text("kind FROM audit_events ORDER BY position DESC LIMIT 1"),
        "erased"
    );
    let intact = verify(&app.app, None).unwrap();
    assert_eq!(intact.tombstones, 1);
}

#[actix_web::test]
async fn s80_more_than_a_batch_gets_its_positions_at_once() {
    let app = TestApp::start().await;
    let begin = app.count("audit_events");
    let now = app.now();
    app.write(|conn| {
        for number in 0..2300_u32 {
            let number = u8::try_from(number % 200).unwrap();
            add_event(conn, &numbered(number, CUSTOMER), now)?;
        }
        Ok(())
    });
    assert_eq!(place(&app.app).unwrap(), 2300);
    assert_eq!(verify(&app.app, None).unwrap().head.position, begin + 2300);
}
