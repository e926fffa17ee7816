//! What the operator needs at hand about one customer, on its own page (C8): who signs in for it,
//! what waits for a second person, the announced change it can object to, its mails, its log, the
//! text it is offered.

use chrono::{DateTime, Utc};

use crate::actions::ActionError;
use crate::domain::case::Case;
use crate::domain::notice::NoticeState;
use crate::domain::{Language, ProposalId};
use crate::paths;
use crate::storage::customer_users::list_users_of;
use crate::storage::notices::list_of_customer;
use crate::storage::proposals::list_open;
use crate::storage::replies::{Shelf, page_replies};
use crate::storage::{PgConnection, QueryResult};
use crate::web::kit::dates::When;

/// Lines of each kind; what is more stands in its own list.
const MOST: i64 = 20;

/// The operator's part of the page.
pub struct Desk {
    /// People of the customer who can sign in, or could.
    pub users: Vec<Person>,
    /// What waits for a second person.
    pub proposals: Vec<Waiting>,
    /// Announced changes that are not settled, the newest first.
    pub notices: Vec<Announced>,
    /// Its mails.
    pub mails: String,
    /// What was answered to them, if anything was filed to it.
    pub replies: Option<String>,
    /// Its log.
    pub log: String,
    /// The text it is asked to conclude, while it is asked.
    pub offer: Option<String>,
    /// Its contracts, if there ever was one.
    pub contract: Option<String>,
}

/// Somebody who signs in for the customer.
pub struct Person {
    /// Name.
    pub name: String,
    /// Address, whole.
    pub email: String,
    /// What they may do.
    pub may: &'static str,
}

/// A proposal.
pub struct Waiting {
    /// What.
    pub what: &'static str,
    /// When it was made.
    pub at: When,
    /// Its page.
    pub href: String,
}

/// A notice of a change of sub-processors.
pub struct Announced {
    /// Tag.
    pub look: &'static str,
    /// State in words.
    pub word: &'static str,
    /// When it was made.
    pub at: When,
    /// Its page, where an objection to it is recorded.
    pub href: String,
    /// Whether one can be recorded now.
    pub can_record: bool,
}

/// Reads it: a handful of short ranges of indexes.
pub fn read(conn: &mut PgConnection, case: &Case, now: DateTime<Utc>) -> Result<Desk, ActionError> {
    let number = case.customer.number;
    Ok(Desk {
        users: people(conn, case)?,
        proposals: list_open(conn, Some(number), ProposalId(0), MOST)?
            .into_iter()
            .map(|line| Waiting {
                what: line.proposal.kind().word(Language::De),
                at: When::moment(line.proposed_at),
                href: paths::proposal(line.id),
            })
            .collect(),
        notices: announced(conn, case, now)?,
        mails: paths::mails_of(number),
        replies: (!page_replies(conn, Shelf::Done, Some(number), None, 1)?.is_empty())
            .then(|| paths::replies_of(number)),
        log: format!("{}?kunde={number}", paths::LOG),
        offer: (case.open_request().is_some() && case.offer(now).is_some())
            .then(|| format!("{}/kunden/{number}/angebot", paths::OPERATION)),
        contract: (!case.agreements.is_empty()).then(|| paths::operator_contract(number)),
    })
}

fn people(conn: &mut PgConnection, case: &Case) -> QueryResult<Vec<Person>> {
    let all = list_users_of(conn, case.customer.number, MOST)?;
    let person = |(line, contracts): (crate::storage::users::UserLine, bool)| Person {
        name: line.name,
        email: line.email,
        may: match (line.disabled, contracts) {
            (true, _) => "gesperrt",
            (false, true) => "darf Verträge sehen und widersprechen",
            (false, false) => "ohne das Recht „Verträge/AVV“",
        },
    };
    Ok(all.into_iter().map(person).collect())
}

fn announced(
    conn: &mut PgConnection,
    case: &Case,
    now: DateTime<Utc>,
) -> QueryResult<Vec<Announced>> {
    let all = list_of_customer(conn, case.customer.number, MOST)?;
    let line = |notice: crate::storage::notices::Stored| {
        let state = notice.facts.state(now);
        let is_open = matches!(
            state,
            NoticeState::Unsent | NoticeState::Running | NoticeState::Dissent
        );
        is_open.then(|| Announced {
            look: state.look(),
            word: state.word(),
            at: When::moment(notice.made_at),
            href: paths::notice(notice.id),
            can_record: state != NoticeState::Dissent,
        })
    };
    Ok(all.into_iter().filter_map(line).collect())
}
