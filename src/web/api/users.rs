//! People of partners and customers. The operator's own people are never made by a client.

use actix_web::{HttpResponse, web};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::{Came, MailState, WriteAnswer, WriteParameters};
use super::body::Json;
use super::call::{Call, Caller};
use super::keys;
use super::operation::{Answer, Operation, schema};
use super::party::Faults;
use super::problem::{Code, Problem};
use crate::actions::user_writes::{self, UserWrite, UserWritten};
use crate::domain::client::{ClientScope as S, ExternalId};
use crate::domain::name::MAX_NAME;
use crate::domain::viewer::Role;
use crate::storage::{PgConnection, partners};
use crate::web::kit::route::{Who, put};

pub(super) const OPERATIONS: &[Operation] = &[Operation::new(
    put("/api/v1/users/{external_id}", Who::Client(S::UsersWrite), || {
        web::put().to(write)
    }),
    "Invite, change, lock or let in a user",
    Answer::Write { creates: true },
)
.described("A user of a partner or of a customer, which never changes. A new one is invited by mail; one that is let in again sets a new password.")
.with_parameters(schema::<WriteParameters>)
.with_body(schema::<UserBody>)];

/// What is written of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserBody {
    /// First and last name.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The address to sign in with.
    #[schemars(length(min = 1))]
    pub email: String,
    /// The partner or sub-partner the user works for.
    #[serde(default)]
    pub partner: Option<String>,
    /// The customer the user works for.
    #[serde(default)]
    pub customer: Option<String>,
    /// Whether a customer's user may read the agreement and object to it.
    #[serde(default)]
    pub contracts: bool,
    /// Whether the user manages the other users of the same company.
    #[serde(default)]
    pub manages_users: bool,
    /// Whether the user may sign in.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

impl UserBody {
    fn read(
        &self,
        conn: &mut PgConnection,
        who: &Caller,
        key: ExternalId,
    ) -> Result<UserWrite, Problem> {
        let mut faults = Faults::default();
        let name = faults.line("/name", &self.name, MAX_NAME, true);
        let email = faults.email("/email", Some(&self.email));
        if self.email.trim().is_empty() {
            faults.add("/email", "required", "It must not be empty.");
        }
        if self.partner.is_some() == self.customer.is_some() {
            faults.add(
                "/partner",
                "invalid",
                "Either partner or customer, and not both.",
            );
        }
        faults.over()?;
        let role = match (&self.partner, &self.customer) {
            (Some(partner), _) => {
                let id = keys::partner(conn, "/partner", partner)?;
                match partners::find_partner(conn, id)?.and_then(|found| found.parent) {
                    None => Role::Partner(id),
                    Some(_) => Role::SubPartner(id),
                }
            }
            (None, customer) => {
                let unknown = || {
                    Problem::of_field(
                        "/customer",
                        "unknown",
                        "There is no customer with this number.",
                    )
                };
                let number = customer.as_deref().unwrap_or_default();
                let number = number.parse().map_err(|_| unknown())?;
                super::customers::find(conn, who, number).map_err(|_| unknown())?;
                Role::Customer {
                    number,
                    contracts: self.contracts,
                }
            }
        };
        Ok(UserWrite {
            key,
            name,
            email: email.ok_or(Code::Invalid)?,
            role,
            manages_users: self.manages_users,
            active: self.active,
        })
    }
}

async fn write(
    call: Call,
    key: web::Path<String>,
    Json(body): Json<UserBody>,
) -> Result<HttpResponse, Problem> {
    let key = keys::key(&key)?;
    call.compares_nothing()?;
    call.write(move |conn, who, _: &WriteParameters| {
        let new = body.read(conn, who, key)?;
        let (outcome, mail) = match user_writes::put(conn, &who.app, &who.client, &new, who.now)? {
            UserWritten::Created => (Came::Created, MailState::Queued),
            UserWritten::Changed { is_told: true } => (Came::Changed, MailState::Queued),
            UserWritten::Changed { is_told: false } => (Came::Changed, MailState::None),
            UserWritten::Unchanged => (Came::Unchanged, MailState::None),
            UserWritten::AddressTaken => {
                return Err(Problem::with(
                    Code::KeyInUse,
                    "Another user has this address.",
                ));
            }
            UserWritten::OtherCompany => {
                let detail =
                    "The user works for another company; invite the person there with another key.";
                return Err(Problem::with(Code::KeyInUse, detail));
            }
        };
        Ok(WriteAnswer {
            mail,
            ..WriteAnswer::plain(outcome)
        })
    })
    .await
}
