//! The operator's part of a customer's page (C8): the customer's users, what waits for a second
//! person, the announced changes it can object to, its mails, its log, the text it is asked to
//! conclude.

use chrono::{DateTime, Utc};

use crate::actions::ActionError;
use crate::domain::case::Case;
use crate::domain::notice::NoticeState;
use crate::domain::user::UserState;
use crate::domain::{Language, ProposalId};
use crate::paths;
use crate::storage::notices::list_of_customer;
use crate::storage::proposals::list_open;
use crate::storage::replies::{Shelf, page_replies};
use crate::storage::user_list::{UserLine, list_users_of};
use crate::storage::{PgConnection, QueryResult};
use crate::web::kit::dates::When;

/// At most this many entries of each kind; the rest is in lists of their own.
const MOST: i64 = 20;

/// The operator's part of the page.
pub struct Desk {
    /// Users of the customer, including disabled ones.
    pub users: Vec<Person>,
    /// Address of the form that adds one.
    pub new_user: String,
    /// Proposals that wait for a second person.
    pub proposals: Vec<Waiting>,
    /// Announced changes that are not settled, the newest first.
    pub notices: Vec<Announced>,
    /// Address of the list of its mails.
    pub mails: String,
    /// Address of the list of replies, if any was filed to it.
    pub replies: Option<String>,
    /// Address of its log.
    pub log: String,
    /// Address of the text it is asked to conclude, while it is asked.
    pub offer: Option<String>,
    /// Address of its contracts, if there ever was one.
    pub contract: Option<String>,
}

/// A user who signs in for the customer.
pub struct Person {
    /// The user's full name.
    pub name: String,
    /// The whole e-mail address.
    pub email: String,
    /// Address of the user's page.
    pub href: String,
    /// What the user may do, in words.
    pub may: &'static str,
}

/// A proposal that waits for a second person.
pub struct Waiting {
    /// What is proposed, in words.
    pub what: &'static str,
    /// When it was proposed.
    pub at: When,
    /// Address of its page.
    pub href: String,
}

/// A notice of a change of sub-processors.
pub struct Announced {
    /// CSS key of its tag.
    pub look: &'static str,
    /// State in words.
    pub word: &'static str,
    /// When it was announced to the customer.
    pub at: When,
    /// Address of its page, on which an objection to it is recorded.
    pub href: String,
    /// Whether an objection can be recorded now.
    pub can_record: bool,
}

/// Reads it from the database: a handful of short index ranges.
pub fn read(conn: &mut PgConnection, case: &Case, now: DateTime<Utc>) -> Result<Desk, ActionError> {
    let number = case.customer.number;
    Ok(Desk {
        users: people(conn, case)?,
        new_user: format!("{}?kunde={number}", paths::NEW_USER),
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
    let person = |line: UserLine| Person {
        href: paths::user(line.id),
        may: match (line.state, line.contracts) {
            (UserState::Erased, _) => "gelöscht",
            (UserState::Locked, _) => "gesperrt",
            (UserState::Invited | UserState::Active, true) => {
                "darf Verträge sehen und widersprechen"
            }
            (UserState::Invited | UserState::Active, false) => "ohne das Recht „Verträge/AVV“",
        },
        name: line.name,
        email: line.email,
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
