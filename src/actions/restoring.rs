//! Restoring agreements that were concluded between the last backup and the loss of a database,
//! from the sealed documents that customers got by mail (F5). The seal proves that a document is
//! the portal's own and unchanged; its record becomes the agreement again, with its own bytes as
//! the document.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::notices::close_by_conclusion;
use super::verification::keep_certificate;
use super::{ActionError, Actor, Applied, CaseCommand, announcements, versions};
use crate::app::App;
use crate::contract::text;
use crate::contract::values::{CoveredOption, CoveredProduct, Values};
use crate::document::{Record, hex};
use crate::domain::audit::AuditKind;
use crate::domain::case::{
    Case, CaseStatus, Change, Contradiction, Covered, Event, Link, Offer, Partner, Restored,
    contradiction, status_of,
};
use crate::domain::product::Named;
use crate::domain::viewer::Scope;
use crate::domain::{AgreementId, CustomerNumber, PartnerId, Party};
use crate::storage::agreements::{NewDocument, create_document, find_by_number, was_erased};
use crate::storage::contract_versions::find_published;
use crate::storage::db::DbError;
use crate::storage::seals::find_issued;
use crate::storage::{PgConnection, QueryError, cases, partners};

/// A document whose seal holds.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The file, byte for byte.
    pub bytes: Vec<u8>,
    /// The record that is embedded in it.
    pub record: Record,
}

/// The result of restoring a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It was restored; holds the customer's status before and after.
    Now(CaseStatus, CaseStatus),
    /// It is in the database already, byte for byte.
    Before,
}

/// Why a document was not restored. Each message is a sentence for the administrator.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// The case contradicts it.
    #[error("it contradicts the database: {0}")]
    Contradicted(Contradiction),
    /// There is no such customer.
    #[error(
        "customer {0} is not in the database: add the customer as it was, then run the command again"
    )]
    UnknownCustomer(CustomerNumber),
    /// There is no such Mandant or Submandant, or more than one.
    #[error(
        "{count} partners in the database have the name of the {role} it names, {name}: see to it that there is one, then run the command again",
        count = if *.several { "several" } else { "no" }
    )]
    UnknownPartner {
        /// Mandant or Submandant.
        role: &'static str,
        /// The name in the document.
        name: String,
        /// Whether more than one partner has it.
        several: bool,
    },
    /// It covers a product that is not in the catalogue.
    #[error("the product {0} it covers is not in the catalogue")]
    UnknownProduct(String),
    /// Its contract version is not in the database.
    #[error(
        "the contract version {0} it was concluded with is not published in this database: publish it again, then run the command again"
    )]
    UnknownVersion(String),
    /// It was erased because its retention period had expired.
    #[error("it was erased because its time was over, and stays so")]
    Erased,
    /// The action failed for another reason.
    #[error(transparent)]
    Action(#[from] ActionError),
}

impl From<DbError> for NotTaken {
    fn from(error: DbError) -> Self {
        Self::Action(error.into())
    }
}

impl From<QueryError> for NotTaken {
    fn from(error: QueryError) -> Self {
        Self::Action(error.into())
    }
}

/// Restores one document: agreement, document and event in one transaction. A second time it is
/// there already and nothing happens. `command` is the actor of the event.
pub fn take_back(
    conn: &mut PgConnection,
    app: &App,
    sealed: &Sealed,
    command: &str,
    now: DateTime<Utc>,
) -> Result<Taken, NotTaken> {
    let record = &sealed.record;
    let (conclusion, customer) = (&record.conclusion, record.customer);
    let number = &conclusion.agreement_number;
    let case_command = CaseCommand {
        customer,
        scope: Scope::All,
        actor: Actor::Command,
        now,
    };
    if was_erased(conn, number)? {
        return Err(NotTaken::Erased);
    }
    // Not by `enter`, which hides a deleted customer.
    let case = cases::lock_case(conn, customer, now)?.ok_or(NotTaken::UnknownCustomer(customer))?;
    let pdf_hash = hex::sha256(&sealed.bytes);
    if find_issued(conn, &pdf_hash)?.is_some() {
        return Ok(Taken::Before);
    }
    if find_by_number(conn, number)?.is_some() {
        return Err(NotTaken::Contradicted(Contradiction::NumberTaken));
    }
    let restored = restored(conn, &case, record)?;
    if let Some(against) = contradiction(&case, &restored, now) {
        return Err(NotTaken::Contradicted(against));
    }
    let announced = announced(conn, record)?;
    let document = document(conn, app, sealed, &pdf_hash)?;
    let kind = |outcome: &Applied| AuditKind::Restored {
        number: number.clone(),
        person: conclusion.person.clone(),
        function: conclusion.function.clone(),
        concluded_at: conclusion.at,
        document_hash: conclusion.document_hash.clone(),
        pdf_hash,
        command: command.to_owned(),
        booked: booked(outcome),
    };
    let store = |conn: &mut PgConnection, outcome: &Applied| {
        let AgreementId(agreement_id) = outcome.after.agreement().ok_or(ActionError::NotFound)?.id;
        create_document(
            conn,
            &NewDocument {
                agreement_id,
                ..document
            },
        )?;
        close_by_conclusion(conn, customer, &announced, now)?;
        keep_certificate(conn, app, now)
    };
    let event = Event::Restored(Box::new(restored));
    let outcome = case_command.commit_with(conn, app, case, &event, kind, store)?;
    Ok(Taken::Now(
        status_of(&outcome.before, now),
        status_of(&outcome.after, now),
    ))
}

/// Printed names of the products that were restored as bookings.
fn booked(outcome: &Applied) -> Vec<Named> {
    let added = outcome.changes.iter().filter_map(|change| match change {
        Change::AddBooking {
            product, options, ..
        } => {
            let options = options.iter().map(|one| one.code.clone()).collect();
            Some(outcome.after.product(product)?.booked_name(&options))
        }
        _ => None,
    });
    added.collect()
}

/// The agreement for the rules: names of companies and products are replaced by their keys in this
/// database.
fn restored(conn: &mut PgConnection, case: &Case, record: &Record) -> Result<Restored, NotTaken> {
    let (values, conclusion, about) = (&record.values, &record.conclusion, &record.about);
    let version = about.version.0.clone();
    if find_published(conn, &version)?.is_none() {
        return Err(NotTaken::UnknownVersion(version));
    }
    let nobody = Party::default();
    let party = values.partner.as_ref().unwrap_or(&nobody);
    let partner = named(conn, "Mandant", party, None, case.partner.as_ref())?;
    let own_sub = case.sub_partner.as_ref();
    let sub_partner = values
        .sub_partner
        .as_ref()
        .map(|party| named(conn, "Submandant", party, Some(partner), own_sub))
        .transpose()?;
    let products = values.products.iter().map(|product| covered(case, product));
    Ok(Restored {
        number: conclusion.agreement_number.clone(),
        concluded_at: conclusion.at,
        person: conclusion.person.clone(),
        function: conclusion.function.clone(),
        offer: Offer {
            partner,
            sub_partner,
            products: products.collect::<Result<_, _>>()?,
            version,
        },
        link: Link {
            id: about.link,
            number: about.reminder,
            sent_at: conclusion.link_sent_at,
            valid_until: about.valid_until,
            end: None,
        },
        asked_at: about.asked_at,
    })
}

/// The partner a document names. Of several with the same name it is the one that looks after the
/// customer, or the one with the very same data.
fn named(
    conn: &mut PgConnection,
    role: &'static str,
    party: &Party,
    parent: Option<PartnerId>,
    own: Option<&Partner>,
) -> Result<PartnerId, NotTaken> {
    let found = partners::list_named(conn, parent, &party.name)?;
    let is_own = |one: &&Partner| own.is_some_and(|own| own.id == one.id);
    let same = |one: &&Partner| one.party == *party;
    match (
        found.iter().find(is_own).or(found.iter().find(same)),
        &found[..],
    ) {
        (Some(one), _) | (None, [one]) => Ok(one.id),
        (None, all) => Err(NotTaken::UnknownPartner {
            role,
            name: party.name.clone(),
            several: !all.is_empty(),
        }),
    }
}

/// A product with its options, by their codes.
fn covered(case: &Case, printed: &CoveredProduct) -> Result<Covered, NotTaken> {
    let product = case
        .product(&printed.code)
        .ok_or_else(|| NotTaken::UnknownProduct(printed.code.clone()))?;
    let known = |one: &CoveredOption| match product.option(&one.code) {
        Some(known) => Ok(known.code.clone()),
        None => Err(NotTaken::UnknownProduct(format!(
            "{}, option {}",
            printed.code, one.code
        ))),
    };
    Ok(Covered {
        product: product.code.clone(),
        options: printed
            .options
            .iter()
            .map(known)
            .collect::<Result<_, _>>()?,
    })
}

/// The announcements whose changes are on the list of further processors that was concluded (row 42).
fn announced(
    conn: &mut PgConnection,
    record: &Record,
) -> Result<BTreeSet<crate::domain::AnnouncementId>, ActionError> {
    let (customer, then) = (record.customer, record.conclusion.at);
    let (list, announced) = announcements::list_for_contract(conn, customer, then)?;
    let is_same = list == record.values.operator.sub_processors;
    Ok(if is_same { announced } else { BTreeSet::new() })
}

/// The stored document: its own bytes, and the same values as were stored when it was concluded.
fn document(
    conn: &mut PgConnection,
    app: &App,
    sealed: &Sealed,
    pdf_hash: &str,
) -> Result<NewDocument, ActionError> {
    let (record, conclusion) = (&sealed.record, &sealed.record.conclusion);
    Ok(NewDocument {
        agreement_id: uuid::Uuid::nil(),
        language: record.about.language.code().to_owned(),
        contents: serde_json::to_value(&record.values)
            .map_err(|error| ActionError::Document(error.to_string()))?,
        plain_text: plain_text(conn, app, record)?,
        document_hash: conclusion.document_hash.clone(),
        pages: i32::try_from(record.pages).unwrap_or(i32::MAX),
        pdf: sealed.bytes.clone(),
        pdf_hash: pdf_hash.to_owned(),
        remote_address: conclusion.remote_address.clone(),
        user_agent: conclusion.user_agent.clone(),
        build: record.build.clone(),
    })
}

/// The text with the record of its conclusion, if this program still words the version in the same
/// way; otherwise the text that was concluded.
fn plain_text(conn: &mut PgConnection, app: &App, record: &Record) -> Result<String, ActionError> {
    let contract = versions::contract(conn, app, &record.about.version.0)?;
    let language = record.about.language;
    let offered = Values {
        conclusion: None,
        ..record.values.clone()
    };
    let is_same = text::plain(&contract.resolve_for_customer(&offered, language)) == record.wording;
    Ok(if is_same {
        text::plain(&contract.resolve_for_customer(&record.values, language))
    } else {
        record.wording.clone()
    })
}
