//! Whether what a line says fits the customer as it is now.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{Column, ExistingAgreement, Reason};
use crate::domain::case::{Case, ExistingText};
use crate::domain::name::sort_key;

/// A published version of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownVersion {
    /// Its number.
    pub number: String,
    /// The product files it has, by their keys.
    pub annexes: BTreeSet<String>,
}

/// The text of the agreement, if the line fits the case: the customer needs an agreement and has not
/// answered in the portal, the partners are those that look after it, and that version of the text
/// speaks of everything it has.
pub fn fit(
    case: &Case,
    row: &ExistingAgreement,
    versions: &[KnownVersion],
    now: DateTime<Utc>,
) -> Result<ExistingText, (Option<Column>, Reason)> {
    if case.customer.deleted_at.is_some() {
        return Err((Some(Column::Number), Reason::UnknownCustomer));
    }
    if case.has_answered() {
        return Err((Some(Column::Number), Reason::Answered));
    }
    let Some(offer) = case.offer(now) else {
        return Err((Some(Column::Number), Reason::NotNeeded));
    };
    let names: Vec<&str> = case.chain().map(|one| one.party.name.as_str()).collect();
    let keys = |names: &[&str]| -> Vec<String> { names.iter().map(|one| sort_key(one)).collect() };
    let said: Vec<&str> = row.chain.iter().map(String::as_str).collect();
    if keys(&names) != keys(&said) {
        let names = names.into_iter().map(str::to_owned).collect();
        return Err((Some(Column::Chain), Reason::OtherChain { names }));
    }
    let Some(version) = versions.iter().find(|one| one.number == row.version) else {
        return Err((Some(Column::Version), Reason::UnknownVersion));
    };
    let text = ExistingText {
        version: version.number.clone(),
        annexes: version.annexes.clone(),
    };
    if !text.describes(case, &offer) {
        return Err((Some(Column::Version), Reason::NoText));
    }
    Ok(text)
}
