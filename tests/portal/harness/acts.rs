//! Actions of users without their pages, and questions about the result.

use avv_portal::actions::{ActionError, Applied, requests};
use avv_portal::domain::calendar;
use avv_portal::domain::case::Refusal;
use avv_portal::domain::viewer::Viewer;
use avv_portal::domain::{CustomerNumber, EmailAddress};
use avv_portal::jobs::{self, Report};
use avv_portal::mail::transport::Sent;
use avv_portal::storage::audit::sequence;
use avv_portal::storage::users;
use chrono::{NaiveDateTime, Timelike as _};
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};

use super::app::TestApp;
use super::browser::{Browser, Page};
use super::people::Person;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    n: String,
}

impl TestApp {
    /// A user as the portal sees it after signing in.
    pub fn viewer(&self, person: Person) -> Viewer {
        let email = EmailAddress::parse(person.email()).expect("an address");
        self.read(|conn| {
            let user = users::find_credentials(conn, &email)?
                .ok_or(ActionError::NotFound)?
                .user;
            users::find_viewer(conn, user)?.ok_or(ActionError::NotFound)
        })
    }

    /// Sets the clock to a time in Berlin: "2026-12-08 07:59".
    pub fn at(&self, berlin: &str) {
        let wall = NaiveDateTime::parse_from_str(berlin, "%Y-%m-%d %H:%M").expect("a time");
        let time = wall.time().with_second(0).expect("a time");
        self.clock.set(calendar::at(wall.date(), time));
    }

    /// One pass of the real scheduler at the time of the clock; nothing may fail.
    pub fn jobs(&self) -> Report {
        let report = jobs::run_once(&self.app, self.now());
        assert_eq!(report.failed, 0, "{report:?}");
        report
    }

    /// Sends the request mail as a user would.
    pub fn ask(&self, person: Person, customer: CustomerNumber) -> Result<Applied, Refusal> {
        let (viewer, now) = (self.viewer(person), self.now());
        let done = self
            .app
            .db
            .transaction_blocking(|conn| requests::ask(conn, &self.app, &viewer, customer, now));
        match done {
            Ok(outcome) => Ok(outcome),
            Err(ActionError::Refused(refusal)) => Err(refusal),
            Err(error) => panic!("{error}"),
        }
    }

    /// The key of the status, after the list row was compared with the facts.
    #[track_caller]
    pub fn status(&self, customer: CustomerNumber) -> &'static str {
        self.status_of(customer).status.key()
    }

    /// All mails to an address, oldest first.
    pub fn mails_to(&self, address: &str) -> Vec<Sent> {
        self.mails()
            .into_iter()
            .filter(|mail| mail.to.as_str() == address)
            .collect()
    }

    /// Subjects of all mails to an address, oldest first.
    pub fn subjects_to(&self, address: &str) -> Vec<String> {
        self.mails_to(address)
            .into_iter()
            .map(|mail| mail.written.subject)
            .collect()
    }

    /// Consent links in the mails to an address, oldest first.
    pub fn links_to(&self, address: &str) -> Vec<String> {
        let prefix = format!("{}/zustimmung/", self.url);
        self.mails_to(address)
            .iter()
            .filter_map(|mail| {
                let start = mail.written.text.find(&prefix)?;
                Some(
                    mail.written.text[start..]
                        .chars()
                        .take_while(|c| !c.is_whitespace())
                        .collect(),
                )
            })
            .collect()
    }

    /// A number from the database; the column is called `n`.
    #[track_caller]
    pub fn count(&self, what: &str) -> i64 {
        let mut conn = self.connection();
        sql_query(format!("SELECT count(*) AS n FROM {what}"))
            .get_result::<Count>(&mut conn)
            .expect("a count")
            .n
    }

    /// A text from the database.
    #[track_caller]
    pub fn text(&self, expression_from: &str) -> String {
        let (expression, from) = expression_from.split_once(" FROM ").expect("a FROM");
        let mut conn = self.connection();
        let sql = format!("SELECT coalesce(({expression})::text, '') AS n FROM {from}");
        sql_query(sql)
            .get_result::<Word>(&mut conn)
            .expect("a text")
            .n
    }

    fn connection(&self) -> PgConnection {
        let url = self
            .app
            .config
            .storage
            .database_url
            .as_ref()
            .expect("a database");
        let url = secrecy::ExposeSecret::expose_secret(url);
        let mut conn = PgConnection::establish(url).expect("a connection");
        // What was written before has its position in the log, as for every reader of the portal.
        sequence::catch_up(&mut conn);
        conn
    }

    /// A row of the customer list: the tag and the small print below it.
    pub async fn line(&self, browser: &Browser, customer: CustomerNumber) -> (String, String) {
        let page: Page = browser
            .get(&format!("/kunden?liste=1&suche={customer}"))
            .await;
        page.assert_status(200);
        let rows = page.all("tbody tr");
        let at = rows
            .iter()
            .position(|row| row.contains(&customer.to_string()))
            .unwrap_or_else(|| panic!("{customer} is not in the list: {rows:?}"));
        (
            page.all("tbody td .tag").swap_remove(at),
            page.all("tbody td.c-stat small").swap_remove(at),
        )
    }
}
