//! The signed-in person and what that person may do (role matrix of requirements 1.3).

use chrono::{DateTime, Utc};

use super::case::{
    Agreement, AgreementEnd, Case, Demand, Event, RequestOutcome, Status, may_be_demanded, preview,
    status_of,
};
use super::{CustomerNumber, Language, PartnerId, UserId};

/// A signed-in person. Loaded anew on every request, so that a change of role takes effect at once
/// (S-33).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Key of the user.
    pub user: UserId,
    /// The person's name for the page header and the history.
    pub name: String,
    /// Company for the page header: operator, partner or customer.
    pub company: String,
    /// The role, with the object to which it is bound.
    pub role: Role,
    /// Language of the pages for this person: English for customers only (C4).
    pub language: Language,
}

/// The role of a user, with the object to which it is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Administrator of the operator (ADM).
    Operator,
    /// User of a Mandant (MA).
    Partner(PartnerId),
    /// User of a Submandant (SM).
    SubPartner(PartnerId),
    /// User of a customer, with the contract permission (KD) or without it (KD0).
    Customer {
        /// The customer to which the user belongs.
        number: CustomerNumber,
        /// Whether the user may see the contract and object to it.
        contracts: bool,
    },
}

/// Which customers a person may know of. Everything is loaded through it; customers outside of it
/// do not exist for that person (S-51).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All customers: the operator.
    All,
    /// The customers that are assigned to this Mandant.
    Partner(PartnerId),
    /// The customers that are assigned to this Submandant.
    SubPartner(PartnerId),
    /// This customer only.
    Customer(CustomerNumber),
}

impl Role {
    /// The customers this role may know of.
    pub fn scope(self) -> Scope {
        match self {
            Self::Operator => Scope::All,
            Self::Partner(id) => Scope::Partner(id),
            Self::SubPartner(id) => Scope::SubPartner(id),
            Self::Customer { number, .. } => Scope::Customer(number),
        }
    }

    /// Whether this role sees the customer list (5.8-13).
    pub fn has_customer_list(self) -> bool {
        !matches!(self, Self::Customer { .. })
    }

    /// Whether this role may read contracts: the operator, and customers with the permission (A-02,
    ///
    pub fn reads_contracts(self) -> bool {
        matches!(
            self,
            Self::Operator
                | Self::Customer {
                    contracts: true,
                    ..
                }
        )
    }

    /// Whether this role may know of the customer at all (S-51, S-52).
    pub fn knows(self, case: &Case) -> bool {
        match self {
            Self::Operator => true,
            Self::Partner(id) => case.partner.as_ref().is_some_and(|own| own.id == id),
            Self::SubPartner(id) => case.sub_partner.as_ref().is_some_and(|own| own.id == id),
            Self::Customer { number, .. } => case.customer.number == number,
        }
    }

    /// The partner or sub-partner for which this role works; access depends on it.
    pub fn partner(self) -> Option<PartnerId> {
        match self {
            Self::Partner(id) | Self::SubPartner(id) => Some(id),
            Self::Operator | Self::Customer { .. } => None,
        }
    }
}

/// What a person can do with a case. The action menu shows this list, and each action checks it
/// again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Open the profile of the customer.
    Profile,
    /// Open the status page of the customer.
    Status,
    /// Name or remove the sub-partner.
    NameSubPartner,
    /// Assign the customer to another Mandant, or to none.
    AssignPartner,
    /// Send the first mail by hand.
    Ask,
    /// Send the mail again.
    AskAgain,
    /// Add a booking to the customer.
    Book,
    /// Switch the option of a booking, cancel an option, or take its cancellation back.
    ChangeBooking,
    /// Correct name, address, register, contact or language.
    EditParty,
    /// Enter or change the master-data address.
    ChangeEmail,
    /// Demand a new conclusion while the agreement in force stays in force (row 48).
    DemandAnew,
    /// Lock every link that was mailed (row 53).
    LockLinks,
    /// Record an objection that came by mail, letter or phone.
    RecordObjection,
    /// Propose that an objection was recorded in error (row 33).
    FindError,
    /// Propose a contract that was signed on paper (5.8-18).
    RecordPaper,
    /// Read why the customer declined or objected, with evidence (operator only, 5.8-19).
    ReadDeclarations,
    /// Read the concluded contract of the customer.
    ReadContract,
    /// Object to the agreement (customer only).
    Object,
    /// Delete the customer (row 51).
    Delete,
}

/// What `role` may do to `case` at `now`, in the order of the menu.
pub fn permissions(role: Role, case: &Case, now: DateTime<Utc>) -> Vec<Permission> {
    // Cases are loaded through the scope; this is a second check in case a handler does not use it.
    let is_deleted = case.customer.deleted_at.is_some();
    if !role.knows(case) || (is_deleted && role != Role::Operator) {
        return Vec::new();
    }
    let case_status = status_of(case, now);
    let has_agreement = case.agreement().is_some();
    let mut permissions = Vec::new();
    if role.has_customer_list() {
        permissions.extend([Permission::Profile, Permission::Status]);
    }
    if is_deleted {
        if !case.agreements.is_empty() {
            permissions.push(Permission::ReadContract);
        }
        return permissions;
    }
    if role.partner().is_some_and(|own| case.shuts_out(own)) {
        // A blocked partner sees the status but cannot do anything (row 49).
        return permissions;
    }
    if case.partner.is_some() && matches!(role, Role::Operator | Role::Partner(_)) {
        permissions.push(Permission::NameSubPartner);
    }
    let may_ask = role.has_customer_list()
        || matches!(
            role,
            Role::Customer {
                contracts: true,
                ..
            }
        );
    if may_ask && case.customer.email().is_some() && can_be_asked(case_status.status, case, now) {
        permissions.push(if case.open_request().is_some() {
            Permission::AskAgain
        } else {
            Permission::Ask
        });
    }
    if role == Role::Operator {
        permissions.extend([Permission::AssignPartner, Permission::Book]);
        if case.bookings.iter().any(|booking| booking.is_active(now)) {
            permissions.push(Permission::ChangeBooking);
        }
        permissions.push(Permission::EditParty);
    }
    if matches!(role, Role::Operator | Role::Partner(_)) {
        permissions.push(Permission::ChangeEmail);
    }
    if role == Role::Operator {
        if may_be_demanded(case, Demand::Succession, now).is_ok() {
            permissions.push(Permission::DemandAnew);
        }
        if case.has_usable_link(now) {
            permissions.push(Permission::LockLinks);
        }
        if has_agreement || case.open_request().is_some() {
            permissions.push(Permission::RecordObjection);
        }
        let is_possible = |event: &Event| preview(case, event, now).is_ok();
        if is_possible(&Event::ObjectedInError) {
            permissions.push(Permission::FindError);
        }
        let paper = Event::ConcludedOnPaper {
            person: String::new(),
            function: String::new(),
        };
        if is_possible(&paper) {
            permissions.push(Permission::RecordPaper);
        }
        if has_refused(case) {
            permissions.push(Permission::ReadDeclarations);
        }
    }
    if role.reads_contracts() && !case.agreements.is_empty() {
        permissions.push(Permission::ReadContract);
    }
    if matches!(
        role,
        Role::Customer {
            contracts: true,
            ..
        }
    ) && has_agreement
    {
        permissions.push(Permission::Object);
    }
    if role == Role::Operator {
        permissions.push(Permission::Delete);
    }
    permissions
}

/// Whether the customer has declined or objected before.
fn has_refused(case: &Case) -> bool {
    let declined = case.requests.iter().any(|request| {
        matches!(
            request.closed,
            Some((_, RequestOutcome::Declined | RequestOutcome::Objected))
        )
    });
    let void = |one: &Agreement| matches!(one.end, Some((_, AgreementEnd::Objected)));
    declined || case.agreements.iter().any(void)
}

fn can_be_asked(status: Status, case: &Case, now: DateTime<Utc>) -> bool {
    !matches!(status, Status::NotRequired | Status::Ended) && !case.is_settled(now)
}

#[cfg(test)]
mod tests;
