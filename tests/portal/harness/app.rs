//! One application per test: a server on a free port and a schema of its own.

use std::net::TcpListener;
use std::sync::OnceLock;

use avv_portal::actions::{bookings, delivery, versions};
use avv_portal::app::App;
use avv_portal::clock::Clock;
use avv_portal::config::{Config, Environment};
use avv_portal::contract::Contracts;
use avv_portal::document::seal::Sealer;
use avv_portal::domain::case::{Case, CaseStatus, status_of};
use avv_portal::domain::{CustomerNumber, LinkId};
use avv_portal::mail::transport::{Sent, Transport};
use avv_portal::storage::audit::sequence;
use avv_portal::storage::db::{Db, PoolSize};
use avv_portal::storage::embedded::database_url_for_tests;
use avv_portal::storage::{PgConnection, case_rows, cases};
use avv_portal::{actions::ActionError, web};
use chrono::{DateTime, Duration, Utc};
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection as RawConnection, QueryableByName, RunQueryDsl as _};

use super::browser::Browser;
use super::people;

/// 23 November 2026, 10:00 in Berlin: a Monday in winter time.
const BEGIN: &str = "2026-11-23T09:00:00Z";

/// A running portal with its own data.
pub struct TestApp {
    /// The handles of the server.
    pub app: App,
    /// Stands still until the test sets it.
    pub clock: Clock,
    /// `http://127.0.0.1:<port>`, or `http://localhost:<port>`.
    pub url: String,
    schema: String,
    database: String,
    server: actix_web::dev::ServerHandle,
    _data: tempfile::TempDir,
}

/// Another process on the same data; stops when it is dropped.
pub struct SecondServer {
    /// The base address of its pages.
    pub url: String,
    server: actix_web::dev::ServerHandle,
}

impl Drop for SecondServer {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

/// One line of text from a query.
#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

pub fn days(days: i64) -> Duration {
    Duration::days(days)
}

pub fn hours(hours: i64) -> Duration {
    Duration::hours(hours)
}

pub fn minutes(minutes: i64) -> Duration {
    Duration::minutes(minutes)
}

/// The Postgres server of all tests.
pub fn database() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        database_url_for_tests(
            concat!(env!("CARGO_MANIFEST_DIR"), "/target/test-postgres").as_ref(),
        )
        .expect("a Postgres for the tests")
    })
}

impl TestApp {
    /// Starts with the data of [`people`]; mails are sent to memory.
    pub async fn start() -> Self {
        Self::start_with(Transport::memory()).await
    }

    /// Starts with another transport.
    pub async fn start_with(transport: Transport) -> Self {
        Self::start_anywhere(database(), transport, |_| {}).await
    }

    /// Starts on another Postgres, for tests that disturb it.
    pub async fn start_on(database: &str) -> Self {
        Self::start_anywhere(database, Transport::memory(), |_| {}).await
    }

    /// Starts as a portal for customers does: with no contract version but a draft of the sample.
    pub async fn start_in_production() -> Self {
        Self::start_anywhere(database(), Transport::memory(), |config| {
            config.environment = Environment::Production;
        })
        .await
    }

    /// Starts behind a reverse proxy on this machine: `X-Forwarded-For` says where a request comes from.
    pub async fn start_behind_proxy() -> Self {
        Self::start_anywhere(database(), Transport::memory(), |config| {
            config.web.trusted_proxies = vec!["127.0.0.1".parse().expect("a network")];
        })
        .await
    }

    /// Starts with another configuration.
    pub async fn start_configured(transport: Transport, change: impl FnOnce(&mut Config)) -> Self {
        Self::start_anywhere(database(), transport, change).await
    }

    /// Starts at `http://localhost:<port>`, a name, for which devices keep passkeys.
    pub async fn start_named(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_anywhere(database(), Transport::memory(), |config| {
            let own = &mut config.web.base_url;
            own.set_host(Some("localhost")).expect("a name");
            change(config);
        })
        .await
    }

    /// Starts with nothing but the contract text that comes with the program, as after `migrate`.
    pub async fn start_empty(transport: Transport, change: impl FnOnce(&mut Config)) -> Self {
        Self::start_bare(database(), transport, change).await
    }

    async fn start_anywhere(
        database: &str,
        transport: Transport,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let this = Self::start_bare(database, transport, change).await;
        people::seed(&this);
        this
    }

    async fn start_bare(
        database: &str,
        transport: Transport,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let schema = format!("test_{}", uuid::Uuid::new_v4().simple());
        let mut conn = RawConnection::establish(database).expect("the test database");
        conn.batch_execute(&format!("CREATE SCHEMA {schema}"))
            .expect("a schema");
        let separator = if database.contains('?') { '&' } else { '?' };
        let owner = format!("{database}{separator}options=-c%20search_path%3D{schema}");
        // The portal works with the role that owns nothing (A11), so that missing rights are found
        // here.
        let url = owner.replace("://avv@", "://avv_program@");
        let db = Db::connect_sized(&url, PoolSize { pages: 3, jobs: 5 }).expect("a pool");
        db.migrate_as_owner(&owner).expect("migrations");

        let data = tempfile::tempdir().expect("a folder");
        let mut config = Config::for_tests(&url, data.path());
        let (listener, base_url) = free_address();
        config.web.base_url = base_url;
        change(&mut config);
        let clock = Clock::fixed_at(BEGIN.parse().expect("a moment"));
        let now = clock.now();
        let sealer = Sealer::open(&config.seal, now).expect("a seal");
        let app = App::new(config, clock.clone(), db, transport, contracts(), sealer);
        let provide = match app.config.environment {
            Environment::Development => versions::publish_shipped,
            Environment::Production => versions::draft_shipped,
        };
        app.db
            .transaction_blocking(|conn| provide(conn, now))
            .expect("the shipped version");
        Self::serve(app, listener, (schema, database.to_owned()), data)
    }

    /// The same portal, stopped and started again with other settings.
    pub fn started_again(&self, change: impl FnOnce(&mut Config)) -> Self {
        let mut again = self.second_process();
        let mut config = (*again.config).clone();
        let (listener, base_url) = free_address();
        config.web.base_url = base_url;
        change(&mut config);
        if let Some(replica) = &config.storage.replica {
            let url = secrecy::ExposeSecret::expose_secret(&replica.url);
            again.db = again.db.with_replica(url, replica.max_age);
        }
        again.config = config.into();
        let data = tempfile::tempdir().expect("a folder");
        let names = (self.schema.clone(), self.database.clone());
        Self::serve(again, listener, names, data)
    }

    /// Serves `app` on a port of its own.
    fn serve(
        app: App,
        listener: TcpListener,
        (schema, database): (String, String),
        data: tempfile::TempDir,
    ) -> Self {
        let port = listener.local_addr().expect("its number").port();
        let server = web::server::start(app.clone(), listener, 1).expect("a server");
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let host = match app.config.web.base_url.host_str() {
            Some("localhost") => "localhost",
            _ => "127.0.0.1",
        };
        Self {
            clock: app.clock.clone(),
            url: format!("http://{host}:{port}"),
            app,
            schema,
            database,
            server: handle,
            _data: data,
        }
    }

    /// The same portal, as its administrator sets it up again on another Postgres after a restore:
    /// the same secrets and seal, an empty mailbox, and the rights of the program's role granted
    /// anew.
    pub fn set_up_again(&self, database: &str) -> Self {
        let separator = if database.contains('?') { '&' } else { '?' };
        let owner = format!(
            "{database}{separator}options=-c%20search_path%3D{}",
            self.schema
        );
        let url = owner.replace("://avv@", "://avv_program@");
        let db = Db::connect_sized(&url, PoolSize { pages: 3, jobs: 5 }).expect("a pool");
        assert_eq!(db.migrate_as_owner(&owner).expect("migrations"), 0);
        let mut config = (*self.app.config).clone();
        let (listener, base_url) = free_address();
        config.web.base_url = base_url;
        config.storage.database_url = Some(url.into());
        let (clock, sealer) = (self.clock.clone(), self.app.sealer.clone());
        let app = App::new(config, clock, db, Transport::memory(), contracts(), sealer);
        let data = tempfile::tempdir().expect("a folder");
        Self::serve(
            app,
            listener,
            (self.schema.clone(), database.to_owned()),
            data,
        )
    }

    /// URL with the role that owns the tables, and their schema.
    pub fn owner_url(&self) -> &str {
        &self.database
    }

    /// A second process on the same data: its own pool, the same clock and mailbox.
    pub fn second_process(&self) -> App {
        let url = secrecy::ExposeSecret::expose_secret(
            self.app
                .config
                .storage
                .database_url
                .as_ref()
                .expect("a database"),
        )
        .to_owned();
        let db = Db::connect_sized(&url, PoolSize { pages: 2, jobs: 4 }).expect("a pool");
        App::new(
            (*self.app.config).clone(),
            self.clock.clone(),
            db,
            self.app.transport.clone(),
            contracts(),
            self.app.sealer.clone(),
        )
    }

    /// URL of the database with this portal's schema, for a process of the real program.
    pub fn database_url(&self) -> String {
        let url = self.app.config.storage.database_url.as_ref();
        secrecy::ExposeSecret::expose_secret(url.expect("a database")).to_owned()
    }

    /// Makes this portal's schema the default one for all connections that name none.
    pub fn become_default_schema(&self) {
        self.sql(&format!(
            "ALTER DATABASE avv SET search_path = {}",
            self.schema
        ))
        .expect("a setting");
    }

    /// Stops the server: from now on nobody answers.
    pub async fn stop(&self) {
        self.server.stop(false).await;
    }

    /// A second server on the same data, as another process would be.
    pub fn second_server(&self) -> SecondServer {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("its number").port();
        let server = web::server::start(self.second_process(), listener, 1).expect("a server");
        let handle = server.handle();
        actix_web::rt::spawn(server);
        SecondServer {
            url: format!("http://127.0.0.1:{port}"),
            server: handle,
        }
    }

    /// A browser without cookies.
    pub fn visitor(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// The time of this portal.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Runs `work` in a transaction.
    pub fn write<T>(&self, work: impl FnOnce(&mut PgConnection) -> Result<T, ActionError>) -> T {
        self.app.db.transaction_blocking(work).expect("a write")
    }

    /// Runs `work` on a connection.
    pub fn read<T>(&self, work: impl Fn(&mut PgConnection) -> Result<T, ActionError>) -> T {
        let read = |conn: &mut PgConnection| {
            sequence::catch_up(conn);
            work(conn)
        };
        self.app.db.read_blocking(read).expect("a read")
    }

    /// Books a product of the demo data, with its UMS option if wanted.
    pub fn book(&self, customer: CustomerNumber, product: &str, ums: bool) {
        self.book_with(customer, product, if ums { &["ums"] } else { &[] });
    }

    /// Books a product with these options, as a provisioning system would.
    pub fn book_with(&self, customer: CustomerNumber, product: &str, options: &[&str]) {
        let now = self.now();
        let options = options.iter().map(|code| (*code).to_owned()).collect();
        self.write(|conn| {
            bookings::book_by_command(conn, &self.app, customer, product, &options, now).map(|_| ())
        });
    }

    /// Delivers everything that is due now.
    pub fn deliver(&self) {
        deliver(&self.app);
    }

    /// One pass of the scheduler: steps that are due, rows that time has changed, mails.
    pub fn run_jobs(&self) {
        self.jobs();
    }

    /// Mails that were handed over, oldest first.
    pub fn mails(&self) -> Vec<Sent> {
        self.app.transport.sent()
    }

    /// The newest mail to an address.
    #[track_caller]
    pub fn last_mail_to(&self, address: &str) -> Sent {
        let found = self
            .mails()
            .into_iter()
            .rev()
            .find(|mail| mail.to.as_str() == address);
        found.unwrap_or_else(|| {
            let all: Vec<String> = self
                .mails()
                .iter()
                .map(|m| format!("{} → {}", m.written.subject, m.to.as_str()))
                .collect();
            let troubles: Vec<Option<String>> = self.read(|conn| {
                Ok(avv_portal::storage::mails::list_trouble(conn, 20)?
                    .into_iter()
                    .map(|line| line.reply)
                    .collect())
            });
            panic!("no mail to {address}; there are: {all:#?}; given up: {troubles:?}")
        })
    }

    /// The consent link in the newest mail to an address; text and HTML must carry the same one.
    #[track_caller]
    pub fn consent_link(&self, address: &str) -> String {
        let mail = self.last_mail_to(address);
        let prefix = format!("{}/zustimmung/", self.url);
        let start = mail
            .written
            .text
            .find(&prefix)
            .unwrap_or_else(|| panic!("no link in: {}", mail.written.text));
        let link: String = mail.written.text[start..]
            .chars()
            .take_while(|c| !c.is_whitespace())
            .collect();
        assert!(
            mail.written.html.contains(&link),
            "HTML and text carry different links"
        );
        link
    }

    /// All facts of a customer.
    pub fn case(&self, customer: CustomerNumber) -> Case {
        self.read(|conn| cases::find_case(conn, customer, self.now())?.ok_or(ActionError::NotFound))
    }

    /// The present status of a customer. Also checks that the list row agrees (design: projection).
    #[track_caller]
    pub fn status_of(&self, customer: CustomerNumber) -> CaseStatus {
        let (case, now) = (self.case(customer), self.now());
        let agrees = self.read(|conn| Ok(case_rows::row_agrees(conn, &case, now)?));
        assert!(
            agrees,
            "the list row of {customer} does not say what the facts say: {:?}",
            status_of(&case, now)
        );
        status_of(&case, now)
    }

    /// Concludes by the newest link of a customer through the public page.
    pub async fn conclude(&self, address: &str) -> String {
        let link = self.consent_link(address);
        let browser = self.visitor();
        let page = browser.get(&link).await;
        page.assert_status(200);
        let done = page
            .submit(
                &browser,
                "main form[action^='/zustimmung/']",
                &[
                    ("name", "Ayşe Özdemir-Grünewald"),
                    ("funktion", "Geschäftsführerin"),
                    ("vertretung", "on"),
                    ("gelesen", "on"),
                ],
            )
            .await;
        done.assert_redirect("/erfolg");
        link
    }

    /// The id of the newest link of a customer.
    pub fn newest_link(&self, customer: CustomerNumber) -> LinkId {
        let case = self.case(customer);
        case.requests
            .iter()
            .flat_map(|r| &r.links)
            .max_by_key(|l| (l.sent_at, l.number))
            .expect("a link")
            .id
    }

    /// Every row of every table as one line of JSON with its table's name in front. Without
    /// sessions and counted attempts, which a refused request may write, without the number of
    /// openings of a link, and without the head of the audit log, which repeats its newest event.
    pub fn everything(&self) -> Vec<String> {
        let tables = self.lines(&format!(
            "SELECT table_name::text AS line FROM information_schema.tables WHERE table_schema = '{}' \
             AND table_name NOT IN ('sessions', 'attempts', 'kept_forms', 'kept_files', 'audit_head', 'status_totals', 'status_changes', '__diesel_schema_migrations') ORDER BY 1",
            self.schema
        ));
        assert!(tables.len() > 10, "where are the tables?");
        tables
            .iter()
            .flat_map(|table| {
                self.rows(table)
                    .into_iter()
                    .map(move |row| format!("{table} {row}"))
            })
            .collect()
    }

    /// The rows of a table as JSON.
    pub fn rows(&self, table: &str) -> Vec<String> {
        self.lines(&format!(
            "SELECT (to_jsonb(t) - 'opened')::text AS line FROM {}.{table} t ORDER BY 1",
            self.schema
        ))
    }

    fn lines(&self, query: &str) -> Vec<String> {
        let mut conn = self.as_owner().expect("the test database");
        let lines: Vec<Line> = diesel::sql_query(query).load(&mut conn).expect("rows");
        lines.into_iter().map(|line| line.line).collect()
    }

    /// Rows that were added (`+`) or removed (`-`) since [`Self::everything`] was called, each cut
    /// to a line.
    pub fn changes_since(&self, before: &[String]) -> Vec<String> {
        let now = self.everything();
        let line = |sign: &str, row: &String| {
            format!("{sign} {}", row.chars().take(400).collect::<String>())
        };
        let gone = before
            .iter()
            .filter(|row| !now.contains(row))
            .map(|row| line("-", row));
        let come = now
            .iter()
            .filter(|row| !before.contains(row))
            .map(|row| line("+", row));
        gone.chain(come).collect()
    }

    /// After every story the counts beside the list are those of its rows. What a test has broken so that
    /// nothing can be read is left alone.
    fn compare_totals(&self, conn: &mut RawConnection) {
        let path = format!(
            "SET lock_timeout = '2s'; SET search_path TO {}",
            self.schema
        );
        if std::thread::panicking() || conn.batch_execute(&path).is_err() {
            return;
        }
        let differing = case_rows::recount(conn, false).unwrap_or_default();
        assert_eq!(differing, 0, "counts differ from the rows of the list");
    }

    /// Runs SQL with the role that owns the tables, to build states that no action builds.
    pub fn sql(&self, statement: &str) -> Result<(), String> {
        let mut conn = self.as_owner()?;
        conn.batch_execute(statement).map_err(|e| e.to_string())
    }

    /// A connection of the role that owns the tables. What was written before has its position in the
    /// log, as for every reader of the portal.
    fn as_owner(&self) -> Result<RawConnection, String> {
        let mut conn = RawConnection::establish(&self.database).map_err(|e| e.to_string())?;
        conn.batch_execute(&format!("SET search_path TO {}", self.schema))
            .map_err(|e| e.to_string())?;
        sequence::catch_up(&mut conn);
        Ok(conn)
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.server.stop(false));
        if let Ok(mut conn) = RawConnection::establish(&self.database) {
            self.compare_totals(&mut conn);
            // Connections of the pool may still hold locks for a moment; a leftover schema is harmless.
            let _ = conn.batch_execute(&format!(
                "SET lock_timeout = '2s'; DROP SCHEMA {} CASCADE",
                self.schema
            ));
        }
    }
}

/// A free port and the address of a portal that listens there.
fn free_address() -> (TcpListener, url::Url) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = listener.local_addr().expect("its number").port();
    let address = format!("http://127.0.0.1:{port}");
    (listener, address.parse().expect("an address"))
}

/// Delivers everything that is due now, in the process of `app`.
pub fn deliver(app: &App) {
    loop {
        let now = app.clock.now();
        let done = app
            .db
            .transaction_blocking(|conn| delivery::deliver_next(conn, app, now))
            .expect("a delivery");
        if done == delivery::Delivered::Idle {
            return;
        }
    }
}

/// Versions are cached by the hash of their files, so that all tests can share them.
fn contracts() -> Contracts {
    static CONTRACTS: OnceLock<Contracts> = OnceLock::new();
    CONTRACTS.get_or_init(Contracts::default).clone()
}
