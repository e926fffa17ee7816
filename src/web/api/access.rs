//! May somebody administer a product now? For products on other host names, whose browser does not send
//! the portal's session (S-56). One indexed read beside the client's.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::Json;
use super::call::{Call, Caller};
use super::keys;
use super::operation::{Answer, Operation, schema};
use super::problem::Problem;
use crate::domain::case::{Grant, Shut};
use crate::domain::client::{ClientScope as S, ExternalId};
use crate::domain::viewer::Role;
use crate::domain::{CustomerNumber, PartnerId};
use crate::storage::case_rows::{KnownGate, find_gate, has_module};
use crate::storage::users::find_viewer;
use crate::storage::{PgConnection, external_ids, partners};
use crate::web::kit::gate;
use crate::web::kit::route::{Who, get, post, view};

/// Questions in one batch.
const MOST: usize = 500;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new(
        get("/api/v1/access", Who::Client(S::AccessCheck), || view().to(ask)),
        "May somebody open a module of a customer now?",
        Answer::Json(schema::<Decision>),
    )
    .described("Either `partner` or `user`. Ask for each request: the answer is right at the moment it is given.")
    .with_parameters(schema::<Question>),
    Operation::new(
        get("/api/v1/access/status", Who::Client(S::AccessCheck), || view().to(ask_for_proxy)),
        "The same question, answered as the gate does",
        Answer::Gate,
    )
    .described("For a proxy that knows statuses alone (`auth_request`): 204 if it is open. `X-AVV-Grund` says why, and is missing where the client itself is refused. Any answer but 204 keeps the door closed.")
    .with_parameters(schema::<Question>),
    Operation::new(
        post("/api/v1/access/batch", Who::Client(S::AccessCheck), || web::post().to(ask_all)),
        "The same for many at once",
        Answer::Json(schema::<Decisions>),
    )
    .described("Up to 500 questions; the answers stand in their order.")
    .with_body(schema::<Questions>),
];

/// Who wants to open what.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Number of the customer.
    pub customer: String,
    /// Key of the module.
    pub module: String,
    /// The partner or sub-partner that wants in.
    #[serde(default)]
    pub partner: Option<String>,
    /// The user who wants in, by external id.
    #[serde(default)]
    pub user: Option<String>,
}

/// Questions.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    /// At most 500.
    #[schemars(length(max = 500))]
    pub questions: Vec<Question>,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// Whether it is open.
    pub allowed: bool,
    /// Why, as a key of a closed list, the same as `X-AVV-Grund`.
    pub reason: String,
    /// When time alone will shut it, if that is known.
    pub until: Option<DateTime<Utc>>,
}

/// The answers, in the order of the questions.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Decisions {
    /// One for each question.
    pub decisions: Vec<Decision>,
}

impl Decision {
    fn of(decided: Result<Grant, Shut>, until: Option<DateTime<Utc>>) -> Self {
        match decided {
            Ok(grant) => Self {
                allowed: true,
                reason: grant.to_string(),
                until,
            },
            Err(why) => Self {
                allowed: false,
                reason: why.to_string(),
                until: None,
            },
        }
    }
}

async fn ask(call: Call) -> Result<HttpResponse, Problem> {
    let question: Question = call.parameters()?;
    check(&question, "")?;
    let (decided, until) = call
        .read(move |conn, who| decide(conn, who, &question))
        .await?;
    Ok(answer(&Decision::of(decided, until)))
}

async fn ask_for_proxy(call: Call) -> Result<HttpResponse, Problem> {
    let question: Question = call.parameters()?;
    check(&question, "")?;
    let (decided, _) = call
        .read(move |conn, who| decide(conn, who, &question))
        .await?;
    Ok(match decided {
        Ok(grant) => gate::open(grant),
        Err(why) => gate::shut(why),
    })
}

async fn ask_all(call: Call, Json(all): Json<Questions>) -> Result<HttpResponse, Problem> {
    if all.questions.len() > MOST {
        return Err(Problem::of_field("/questions", "too_many", "At most 500."));
    }
    let at = |n: usize| format!("/questions/{n}");
    for (n, question) in all.questions.iter().enumerate() {
        check(question, &at(n))?;
    }
    let decisions = call
        .read(move |conn, who| {
            let each = all.questions.iter();
            each.map(|question| decide(conn, who, question))
                .map(|decided| decided.map(|(decided, until)| Decision::of(decided, until)))
                .collect::<Result<Vec<_>, _>>()
        })
        .await?;
    Ok(answer(&Decisions { decisions }))
}

/// Nobody keeps an answer.
fn answer<T: Serialize>(body: &T) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((actix_web::http::header::CACHE_CONTROL, "no-store"))
        .json(body)
}

fn check(question: &Question, at: &str) -> Result<(), Problem> {
    if question.partner.is_some() == question.user.is_some() {
        return Err(Problem::of_field(
            &format!("{at}/partner"),
            "invalid",
            "Either partner or user, and not both.",
        ));
    }
    Ok(())
}

/// What was decided, and when time alone will shut what is open.
type Decided = (Result<Grant, Shut>, Option<DateTime<Utc>>);

/// Whoever is not known, and whatever is not, is not let in.
fn decide(conn: &mut PgConnection, who: &Caller, question: &Question) -> Result<Decided, Problem> {
    let shut = |why| Ok((Err(why), None));
    let Ok(number) = question.customer.parse::<CustomerNumber>() else {
        return shut(Shut::UnknownCustomer);
    };
    let role = match (&question.partner, &question.user) {
        (Some(partner), _) => match keys::find_partner(conn, partner)? {
            Some(id) => role_of_partner(conn, id)?,
            None => return shut(Shut::UnknownCustomer),
        },
        (None, Some(user)) => role_of_user(conn, user)?,
        (None, None) => None,
    };
    let Some(role) = role else {
        return shut(Shut::SignedOut);
    };
    let Some(known) = find_gate(conn, number)? else {
        return shut(Shut::UnknownCustomer);
    };
    let decided = known
        .gate
        .enter(role, &question.module, &known.catalogue, who.now);
    let decided = match decided {
        Err(Shut::NoBooking) if !has_module(conn, &question.module)? => Err(Shut::UnknownModule),
        decided => decided,
    };
    let until = decided
        .is_ok()
        .then(|| shuts_at(&known, (role, &question.module), who.now));
    Ok((decided, until.flatten()))
}

/// When time alone will shut what is open: the first end of a booking or option behind which nothing opens
/// the module any more.
fn shuts_at(
    known: &KnownGate,
    (role, module): (Role, &str),
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let ends = known.gate.facts.bookings.iter().flat_map(|booking| {
        let options = booking.options.iter().map(|option| option.ends_at);
        options.chain([booking.ends_at]).flatten()
    });
    let ends: BTreeSet<DateTime<Utc>> = ends.filter(|end| *end > now).collect();
    let is_shut = |end: &DateTime<Utc>| {
        let then = known.gate.enter(role, module, &known.catalogue, *end);
        then.is_err()
    };
    ends.into_iter().find(is_shut)
}

fn role_of_partner(conn: &mut PgConnection, id: PartnerId) -> Result<Option<Role>, Problem> {
    let found = partners::find_partner(conn, id)?;
    Ok(found.map(|partner| match partner.parent {
        None => Role::Partner(id),
        Some(_) => Role::SubPartner(id),
    }))
}

/// The role of a user who may sign in.
fn role_of_user(conn: &mut PgConnection, key: &str) -> Result<Option<Role>, Problem> {
    let Ok(key) = key.parse::<ExternalId>() else {
        return Ok(None);
    };
    let viewer = match external_ids::find_user(conn, &key)? {
        Some(user) => find_viewer(conn, user)?,
        None => None,
    };
    Ok(viewer.map(|viewer| viewer.role))
}
