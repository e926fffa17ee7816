//! Partners and sub-partners. Blocking one stays with people.

use actix_web::{HttpResponse, web};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::{Came, Write, WriteAnswer};
use super::body::Json;
use super::call::{Call, Caller};
use super::keys;
use super::operation::{Answer, Operation, schema};
use super::party::{PartyBody, Register};
use super::problem::{Code, Problem};
use crate::actions::ActionError;
use crate::actions::partner_writes::{self, PartnerWritten};
use crate::domain::PartnerId;
use crate::domain::case::{Partner, Refusal};
use crate::domain::client::{ClientScope as S, ExternalId};
use crate::storage::{PgConnection, external_ids, partners};
use crate::web::kit::route::{Who, get, put, view};

/// Partners on one page of the list.
const PAGE: i64 = 200;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new(
        get("/api/v1/partners", Who::Client(S::PartnersRead), || {
            view().to(list)
        }),
        "List partners",
        Answer::Json(schema::<PartnerPage>),
    )
    .described("Those that have a key, in the order of their keys: send `next` as `cursor`.")
    .with_parameters(schema::<ListParameters>),
    Operation::new(
        get(
            "/api/v1/partners/{external_id}",
            Who::Client(S::PartnersRead),
            || view().to(read),
        ),
        "Read a partner",
        Answer::Json(schema::<PartnerRead>),
    ),
    Operation::new(
        put(
            "/api/v1/partners/{external_id}",
            Who::Client(S::PartnersWrite),
            || web::put().to(write),
        ),
        "Add or change a partner",
        Answer::Write { creates: true },
    )
    .described("`adopt` gives the key to a partner that was typed in and has none.")
    .with_parameters(schema::<PartnerParameters>)
    .compared()
    .with_body(schema::<PartnerBody>),
];

/// What is written of a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartnerBody {
    /// Full name with legal form.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Street and number.
    #[schemars(length(min = 1))]
    pub street: String,
    /// Postcode.
    #[schemars(length(min = 1))]
    pub postal_code: String,
    /// Town or city.
    #[schemars(length(min = 1))]
    pub city: String,
    /// Country: its code by ISO 3166 (`DE`), or written out. Data are processed there.
    #[schemars(length(min = 1))]
    pub country: String,
    /// Entry in the register, if it has one.
    #[serde(default)]
    pub register: Option<Register>,
    /// Who represents it by law. A contract must name it.
    #[serde(default)]
    pub represented_by: Option<String>,
    /// Contact person or department. A contract must name it.
    #[serde(default)]
    pub contact: Option<String>,
    /// E-mail address. A contract must name it.
    #[serde(default)]
    pub email: Option<String>,
    /// Phone number. A contract must name it.
    #[serde(default)]
    pub phone: Option<String>,
    /// Of a sub-partner, the partner it works for; never changes.
    #[serde(default)]
    pub parent: Option<String>,
}

/// A partner.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Partner")]
pub struct PartnerRead {
    /// Its key, or `~` and its number if it has none.
    pub external_id: String,
    /// What is written of it.
    #[serde(flatten)]
    pub data: PartnerBody,
    /// Whether all is there that a contract must name.
    pub complete: bool,
    /// Whether it is blocked, or its partner no longer works with it.
    pub blocked: bool,
}

/// A page of the list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PartnerPage {
    /// The partners, in the order of their keys.
    pub partners: Vec<PartnerRead>,
    /// The `cursor` of the next page; there is none behind the last.
    pub next: Option<String>,
}

/// Page of the list.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListParameters {
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// What writing a partner takes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PartnerParameters {
    /// Whether only to answer what would follow.
    pub dry_run: bool,
    /// A partner without a key, as `~` and its number: it gets the key of the address.
    #[schemars(regex(pattern = "^~[0-9]+$"))]
    pub adopt: Option<String>,
}

impl Write for PartnerParameters {
    fn is_dry_run(&self) -> bool {
        self.dry_run
    }
}

impl PartnerBody {
    fn party(&self) -> PartyBody {
        PartyBody {
            name: self.name.clone(),
            street: self.street.clone(),
            postal_code: self.postal_code.clone(),
            city: self.city.clone(),
            country: self.country.clone(),
            register: self.register.clone(),
            represented_by: self.represented_by.clone(),
            contact: self.contact.clone(),
            email: self.email.clone(),
            phone: self.phone.clone(),
        }
    }
}

impl PartnerRead {
    fn of(external_id: String, partner: &Partner, parent: Option<String>) -> Self {
        let party = PartyBody::of(&partner.party);
        Self {
            external_id,
            complete: partner.party.is_complete(),
            blocked: partner.is_shut_out(),
            data: PartnerBody {
                name: party.name,
                street: party.street,
                postal_code: party.postal_code,
                city: party.city,
                country: party.country,
                register: party.register,
                represented_by: party.represented_by,
                contact: party.contact,
                email: party.email,
                phone: party.phone,
                parent,
            },
        }
    }
}

async fn list(call: Call) -> Result<HttpResponse, Problem> {
    let asked: ListParameters = call.parameters()?;
    let page = call
        .read(move |conn, _| {
            let mut found = external_ids::list_partners(conn, asked.cursor.as_deref(), PAGE + 1)?;
            let has_more = found.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
            found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
            let next = found
                .last()
                .filter(|_| has_more)
                .map(|(_, key)| key.clone());
            let ids: Vec<PartnerId> = found.iter().map(|(id, _)| *id).collect();
            let all = partners::list_some(conn, &ids)?;
            let parents: Vec<PartnerId> = all.iter().filter_map(|one| one.parent).collect();
            let names = keys::names(conn, &parents)?;
            let name = |id: PartnerId| {
                let own = parents
                    .iter()
                    .zip(&names)
                    .find(|(parent, _)| **parent == id);
                own.map(|(_, name)| name.clone())
            };
            let line = |(id, key)| {
                let partner = all.iter().find(|one| one.id == id)?;
                Some(PartnerRead::of(key, partner, partner.parent.and_then(name)))
            };
            Ok(PartnerPage {
                partners: found.into_iter().filter_map(line).collect(),
                next,
            })
        })
        .await?;
    call.found(&page)
}

async fn read(call: Call, key: web::Path<String>) -> Result<HttpResponse, Problem> {
    let key = key.into_inner();
    let body = call.read(move |conn, _| find(conn, &key)).await?;
    call.found(&body)
}

fn find(conn: &mut PgConnection, key: &str) -> Result<PartnerRead, Problem> {
    let id = keys::partner(conn, "external_id", key).map_err(|_| Code::NotFound)?;
    let partner = partners::find_partner(conn, id)?.ok_or(Code::NotFound)?;
    let parent = match partner.parent {
        Some(parent) => keys::names(conn, &[parent])?.pop(),
        None => None,
    };
    let name = keys::names(conn, &[id])?.pop().unwrap_or_default();
    Ok(PartnerRead::of(name, &partner, parent))
}

async fn write(
    call: Call,
    key: web::Path<String>,
    Json(body): Json<PartnerBody>,
) -> Result<HttpResponse, Problem> {
    let key = keys::key(&key)?;
    call.write(move |conn, who, parameters: &PartnerParameters| {
        let is_named = match &parameters.adopt {
            Some(nameless) => adopt(conn, who, &key, nameless)?,
            None => false,
        };
        if who.if_match.is_some() {
            let stored = find(conn, key.as_str()).map_err(|_| Code::PreconditionFailed)?;
            who.check_match(&stored)?;
        }
        let mut saved = save(conn, who, &key, &body)?;
        if is_named && saved.result == Came::Unchanged {
            saved.result = Came::Changed;
        }
        Ok(saved)
    })
    .await
}

/// Gives a partner that was typed in its key; whether it had none.
fn adopt(
    conn: &mut PgConnection,
    who: &Caller,
    key: &ExternalId,
    nameless: &str,
) -> Result<bool, Problem> {
    let id = keys::partner(conn, "adopt", nameless)?;
    match partner_writes::adopt(conn, &who.client, (key, id), who.now) {
        Err(ActionError::Refused(Refusal::Unchanged)) => Err(Code::KeyInUse.into()),
        done => Ok(done?),
    }
}

fn save(
    conn: &mut PgConnection,
    who: &Caller,
    key: &ExternalId,
    body: &PartnerBody,
) -> Result<WriteAnswer, Problem> {
    let parent = body
        .parent
        .as_deref()
        .map(|parent| keys::partner(conn, "/parent", parent))
        .transpose()?;
    let party = body.party().read()?;
    let done = partner_writes::put(conn, &who.client, (key, parent), &party, who.now)?;
    Ok(WriteAnswer::plain(match done {
        PartnerWritten::Created(_) => Came::Created,
        PartnerWritten::Changed(_) => Came::Changed,
        PartnerWritten::Unchanged(_) => Came::Unchanged,
    }))
}
