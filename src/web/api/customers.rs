//! Customers: their master data with who looks after them.

use actix_web::{HttpResponse, web};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::{Write, WriteAnswer, WriteParameters};
use super::body::Json;
use super::call::{Call, Caller};
use super::keys;
use super::operation::{Answer, Operation, schema};
use super::party::{Faults, PartyBody};
use super::problem::{Code, Problem};
use crate::actions::customer_writes::{self, CustomerWrite, Written};
use crate::actions::{customers, requests};
use crate::domain::case::{Case, Partner, status_of};
use crate::domain::client::ClientScope as S;
use crate::domain::proposal::MAX_REASON;
use crate::domain::{CustomerNumber, Language, name};
use crate::storage::cases::find_case;
use crate::storage::{PgConnection, external_ids};
use crate::web::kit::route::{Who, delete, get, patch, post, put, view};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new(
        get("/api/v1/customers/{number}", Who::Client(S::CustomersRead), || view().to(read)),
        "Read a customer",
        Answer::Json(schema::<CustomerRead>),
    ),
    Operation::new(
        put("/api/v1/customers/{number}", Who::Client(S::CustomersWrite), || web::put().to(write)),
        "Add or change a customer",
        Answer::Write { creates: true },
    )
    .described("The whole master data: what is missing is empty. Writing the same twice does nothing the second time.")
    .with_parameters(schema::<WriteParameters>)
    .compared()
    .with_body(schema::<CustomerBody>),
    Operation::new(
        patch("/api/v1/customers/{number}", Who::Client(S::CustomersWrite), || web::patch().to(change)),
        "Change some of a customer",
        Answer::Write { creates: false },
    )
    .described("A merge patch (RFC 7396) of what PUT takes: null empties a field.")
    .with_parameters(schema::<WriteParameters>)
    .compared()
    .with_body(schema::<CustomerPatch>),
    Operation::new(
        delete("/api/v1/customers/{number}", Who::Client(S::CustomersWrite), || web::delete().to(remove)),
        "Delete a customer",
        Answer::Write { creates: false },
    )
    .described("Its links are closed and its users locked; what proves its agreements is kept as long as the law wants it. Needs `reason`. The number is never given again.")
    .with_parameters(schema::<DeleteParameters>)
    .compared(),
    Operation::new(
        post("/api/v1/customers/{number}/request", Who::Client(S::BookingsWrite), || web::post().to(ask)),
        "Ask a customer for its agreement",
        Answer::Write { creates: false },
    )
    .described("Sends the mail with the link, for the first time or again. Bookings that need an agreement do so by themselves.")
    .with_parameters(schema::<WriteParameters>)
    .compared()
    .once(),
];

/// What is written of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerBody {
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
    /// Country: its code by ISO 3166 (`DE`), or written out.
    #[schemars(length(min = 1))]
    pub country: String,
    /// Entry in the register, if it has one.
    #[serde(default)]
    pub register: Option<super::party::Register>,
    /// Who represents it by law.
    #[serde(default)]
    pub represented_by: Option<String>,
    /// Contact person or department.
    #[serde(default)]
    pub contact: Option<String>,
    /// Where it is asked for its agreement. One that is stored can be changed but not removed.
    #[serde(default)]
    pub email: Option<String>,
    /// Phone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// Language of mails and contract: `de` or `en`.
    #[serde(default = "german")]
    #[schemars(regex(pattern = "^(de|en)$"))]
    pub language: String,
    /// The partner that looks after it.
    #[serde(default)]
    pub partner: Option<String>,
    /// The sub-partner that looks after it.
    #[serde(default)]
    pub sub_partner: Option<String>,
    /// Number of this change in the system it comes from: an older one than was taken before is answered
    /// `stale` and left alone.
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub source_version: Option<i64>,
}

fn german() -> String {
    Language::De.code().to_owned()
}

/// A merge patch of a customer: any of the fields that PUT takes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct CustomerPatch(serde_json::Map<String, Value>);

/// What deleting takes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteParameters {
    /// Whether only to answer what would follow.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, for the log.
    #[schemars(length(min = 1, max = 500))]
    pub reason: String,
}

impl Write for DeleteParameters {
    fn is_dry_run(&self) -> bool {
        self.dry_run
    }
}

/// A customer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Customer")]
pub struct CustomerRead {
    /// Its number.
    pub number: String,
    /// What is written of it.
    #[serde(flatten)]
    pub data: CustomerBody,
    /// How its agreement stands.
    pub status: String,
    /// What it has booked, also what has ended.
    pub bookings: Vec<super::bookings::BookingRead>,
}

impl CustomerBody {
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

    fn read(
        &self,
        conn: &mut PgConnection,
        number: CustomerNumber,
    ) -> Result<CustomerWrite, Problem> {
        let mut faults = Faults::default();
        let language = Language::from_code(&self.language);
        if language.is_none() {
            faults.add("/language", "invalid", "It is de or en.");
        }
        if self.source_version.is_some_and(|version| version < 0) {
            faults.add("/source_version", "invalid", "It is 0 or more.");
        }
        faults.over()?;
        let named = |conn: &mut PgConnection, pointer, key: &Option<String>| {
            key.as_deref()
                .map(|key| keys::partner(conn, pointer, key))
                .transpose()
        };
        Ok(CustomerWrite {
            number,
            party: self.party().read()?,
            language: language.unwrap_or_default(),
            partner: named(conn, "/partner", &self.partner)?,
            sub_partner: named(conn, "/sub_partner", &self.sub_partner)?,
            source_version: self.source_version,
        })
    }
}

impl CustomerRead {
    /// A customer as it is now.
    pub fn of(conn: &mut PgConnection, who: &Caller, case: &Case) -> Result<Self, Problem> {
        let own = &case.customer;
        let name = |conn: &mut PgConnection, one: &Option<Partner>| -> Result<_, Problem> {
            match one {
                Some(partner) => Ok(keys::names(conn, &[partner.id])?.pop()),
                None => Ok(None),
            }
        };
        let party = PartyBody::of(&own.party);
        Ok(Self {
            number: own.number.to_string(),
            status: status_of(case, who.now).status.key().to_owned(),
            bookings: super::bookings::list(conn, case)?,
            data: CustomerBody {
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
                language: own.language.code().to_owned(),
                partner: name(conn, &case.partner)?,
                sub_partner: name(conn, &case.sub_partner)?,
                source_version: external_ids::find_source_version(conn, own.number)?,
            },
        })
    }
}

/// The case of a customer that was not deleted.
pub fn find(
    conn: &mut PgConnection,
    who: &Caller,
    number: CustomerNumber,
) -> Result<Case, Problem> {
    let case = find_case(conn, number, who.now)?;
    case.filter(|case| case.customer.deleted_at.is_none())
        .ok_or_else(|| Code::NotFound.into())
}

async fn read(call: Call, number: web::Path<String>) -> Result<HttpResponse, Problem> {
    let number = keys::number(&number)?;
    let body = call
        .read(move |conn, who| {
            let case = find(conn, who, number)?;
            CustomerRead::of(conn, who, &case)
        })
        .await?;
    call.found(&body)
}

async fn write(
    call: Call,
    number: web::Path<String>,
    Json(body): Json<CustomerBody>,
) -> Result<HttpResponse, Problem> {
    let number = keys::new_number(&number)?;
    call.write(move |conn, who, _: &WriteParameters| {
        check_match(conn, who, number)?;
        let new = body.read(conn, number)?;
        let written = customer_writes::put(conn, &who.app, &who.client, &new, who.now)?;
        WriteAnswer::of(conn, who, written)
    })
    .await
}

async fn change(
    call: Call,
    number: web::Path<String>,
    Json(CustomerPatch(patch)): Json<CustomerPatch>,
) -> Result<HttpResponse, Problem> {
    let number = keys::number(&number)?;
    call.write(move |conn, who, _: &WriteParameters| {
        // Locked, so that what is patched is what is there.
        let case = crate::storage::cases::lock_case(conn, number, who.now)?
            .filter(|case| case.customer.deleted_at.is_none())
            .ok_or(Code::NotFound)?;
        let stored = CustomerRead::of(conn, who, &case)?;
        who.check_match(&stored)?;
        let new = patched(stored.data, patch)?.read(conn, number)?;
        let written = customer_writes::put(conn, &who.app, &who.client, &new, who.now)?;
        WriteAnswer::of(conn, who, written)
    })
    .await
}

/// The stored data with what a merge patch says otherwise.
fn patched(
    data: CustomerBody,
    patch: serde_json::Map<String, Value>,
) -> Result<CustomerBody, Problem> {
    let mut all = match serde_json::to_value(CustomerBody {
        // It is the number of a change, not of what is there.
        source_version: None,
        ..data
    }) {
        Ok(Value::Object(all)) => all,
        _ => return Err(Code::Fault.into()),
    };
    for (field, value) in patch {
        match (value, all.get_mut(&field)) {
            (Value::Null, _) => {
                all.remove(&field);
            }
            (Value::Object(part), Some(Value::Object(own))) => {
                for (name, value) in part {
                    match value {
                        Value::Null => own.remove(&name),
                        value => own.insert(name, value),
                    };
                }
            }
            (value, _) => {
                all.insert(field, value);
            }
        }
    }
    super::body::read(Value::Object(all).to_string().as_bytes())
}

async fn remove(call: Call, number: web::Path<String>) -> Result<HttpResponse, Problem> {
    let number = keys::number(&number)?;
    call.write(move |conn, who, parameters: &DeleteParameters| {
        let reason = name::parse(&parameters.reason, MAX_REASON)
            .map_err(|_| Problem::of_field("reason", "required", "Why, in 1 to 500 characters."))?;
        check_match(conn, who, number)?;
        let done = customers::delete(conn, &who.app, &who.client, number, &reason, who.now)?;
        WriteAnswer::of(conn, who, Written::Changed(Box::new(done)))
    })
    .await
}

async fn ask(call: Call, number: web::Path<String>) -> Result<HttpResponse, Problem> {
    let number = keys::number(&number)?;
    call.write_once(move |conn, who, _: &WriteParameters| {
        check_match(conn, who, number)?;
        let done = requests::ask_by_client(conn, &who.app, &who.client, number, who.now)?;
        WriteAnswer::of(conn, who, Written::Changed(Box::new(done)))
    })
    .await
}

/// Refuses a change of a customer that is not any more as it was read.
pub(super) fn check_match(
    conn: &mut PgConnection,
    who: &Caller,
    number: CustomerNumber,
) -> Result<(), Problem> {
    if who.if_match.is_none() {
        return Ok(());
    }
    let case = crate::storage::cases::lock_case(conn, number, who.now)?
        .filter(|case| case.customer.deleted_at.is_none())
        .ok_or(Code::PreconditionFailed)?;
    let stored = CustomerRead::of(conn, who, &case)?;
    who.check_match(&stored)
}
