//! The signed-in person and what that person may do (role matrix of requirements 1.3).

mod acting;

use chrono::{DateTime, Utc};

use serde::{Deserialize, Serialize};

use super::case::{
    Agreement, AgreementEnd, Case, Demand, Event, RequestOutcome, Status, may_be_demanded, preview,
    status_of,
};
use super::{CustomerNumber, Language, PartnerId, UserId};
pub use acting::Acting;

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
    /// Whether the person manages the other users of the own company (permission
    /// "Benutzerverwaltung"). Administrators manage everybody and do not need it.
    pub manages_users: bool,
    /// Language of the pages for this person: English for customers only (C4).
    pub language: Language,
}

/// The role of a user, with the object to which it is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// One of the operator's people (ADM, SUP, LEG, AUD): sees every customer.
    Operator(OperatorRole),
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

/// What one of the operator's people is there for.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum OperatorRole {
    /// Does everything, and alone what concerns the portal itself: users, products, settings (ADM).
    Administrator,
    /// The contract and what customers declare about it (LEG).
    Legal,
    /// Customers, their bookings and their mail (SUP).
    Support,
    /// Reads everything and changes nothing (AUD).
    Auditor,
}

/// Something the operator's people do. Each [`OperatorRole`] has some of them; reading is no duty,
/// because all of them read everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Duty {
    /// The daily work that support and legal share: asking customers, their addresses, replies and
    /// alerts, recording what they declare, proposing what a second person approves.
    Work,
    /// Customers, bookings and the companies of partners.
    Care,
    /// The contract: its text, announcements, approvals, partners' contracts, blocking, deletion.
    Contract,
    /// The portal itself: users, products, the operator's details, settings.
    Administration,
}

impl OperatorRole {
    /// All of them.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Whether it may be the second person who approves what another one has begun (S-39).
    pub fn approves(self) -> bool {
        self.has(Duty::Contract)
    }

    /// Whether it has the duty.
    pub fn has(self, duty: Duty) -> bool {
        match self {
            Self::Administrator => true,
            Self::Legal => matches!(duty, Duty::Work | Duty::Contract),
            Self::Support => matches!(duty, Duty::Work | Duty::Care),
            Self::Auditor => false,
        }
    }
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
    /// An administrator of the operator.
    pub const ADMINISTRATOR: Self = Self::Operator(OperatorRole::Administrator);

    /// Whether it is one of the operator's people.
    pub fn is_operator(self) -> bool {
        matches!(self, Self::Operator(_))
    }

    /// Whether it is one of the operator's people with this duty.
    pub fn has(self, duty: Duty) -> bool {
        matches!(self, Self::Operator(role) if role.has(duty))
    }

    /// Whether it may have the mail sent that asks a customer: who works for the customer, and the
    /// customer with the permission.
    pub fn asks(self) -> bool {
        match self {
            Self::Operator(own) => own.has(Duty::Work),
            Self::Partner(_) | Self::SubPartner(_) => true,
            Self::Customer { contracts, .. } => contracts,
        }
    }

    /// Whether it is one of the operator's people with this duty, or a user of a Mandant.
    pub fn assigns(self, duty: Duty) -> bool {
        self.has(duty) || matches!(self, Self::Partner(_))
    }

    /// The customers this role may know of.
    pub fn scope(self) -> Scope {
        match self {
            Self::Operator(_) => Scope::All,
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
            Self::Operator(_)
                | Self::Customer {
                    contracts: true,
                    ..
                }
        )
    }

    /// Whether this role may know of the customer at all (S-51, S-52).
    pub fn knows(self, case: &Case) -> bool {
        match self {
            Self::Operator(_) => true,
            Self::Partner(id) => case.partner.as_ref().is_some_and(|own| own.id == id),
            Self::SubPartner(id) => case.sub_partner.as_ref().is_some_and(|own| own.id == id),
            Self::Customer { number, .. } => case.customer.number == number,
        }
    }

    /// The partner or sub-partner for which this role works; access depends on it.
    pub fn partner(self) -> Option<PartnerId> {
        match self {
            Self::Partner(id) | Self::SubPartner(id) => Some(id),
            Self::Operator(_) | Self::Customer { .. } => None,
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
    if !role.knows(case) || (is_deleted && !role.is_operator()) {
        return Vec::new();
    }
    let has_proof = role.reads_contracts() && !case.agreements.is_empty();
    let mut permissions = Vec::new();
    if role.has_customer_list() {
        permissions.extend([Permission::Profile, Permission::Status]);
    }
    if is_deleted {
        if has_proof {
            permissions.push(Permission::ReadContract);
        }
        return permissions;
    }
    if role.partner().is_some_and(|own| case.shuts_out(own)) {
        // A blocked partner sees the status but cannot do anything (row 49).
        return permissions;
    }
    if case.partner.is_some() && role.assigns(Duty::Care) {
        permissions.push(Permission::NameSubPartner);
    }
    if role.asks() && case.customer.email().is_some() && can_be_asked(case, now) {
        permissions.push(if case.open_request().is_some() {
            Permission::AskAgain
        } else {
            Permission::Ask
        });
    }
    if role.has(Duty::Care) {
        permissions.extend([Permission::AssignPartner, Permission::Book]);
        if case.bookings.iter().any(|booking| booking.is_active(now)) {
            permissions.push(Permission::ChangeBooking);
        }
        permissions.push(Permission::EditParty);
    }
    if role.assigns(Duty::Work) {
        permissions.push(Permission::ChangeEmail);
    }
    permissions.extend(about_contract(role, case, now));
    if has_proof {
        permissions.push(Permission::ReadContract);
    }
    let holds_contract = matches!(
        role,
        Role::Customer {
            contracts: true,
            ..
        }
    );
    if holds_contract && case.agreement().is_some() {
        permissions.push(Permission::Object);
    }
    if role.has(Duty::Contract) {
        permissions.push(Permission::Delete);
    }
    permissions
}

/// What the operator's people may do about the contract of a customer.
fn about_contract(role: Role, case: &Case, now: DateTime<Utc>) -> Vec<Permission> {
    let is_possible = |event: &Event| preview(case, event, now).is_ok();
    let paper = Event::ConcludedOnPaper {
        person: String::new(),
        function: String::new(),
        existing: None,
    };
    let works = role.has(Duty::Work);
    let is_bound = case.agreement().is_some() || case.open_request().is_some();
    [
        (
            Permission::DemandAnew,
            role.has(Duty::Contract) && may_be_demanded(case, Demand::Succession, now).is_ok(),
        ),
        (Permission::LockLinks, works && case.has_usable_link(now)),
        (Permission::RecordObjection, works && is_bound),
        (
            Permission::FindError,
            works && is_possible(&Event::ObjectedInError),
        ),
        (Permission::RecordPaper, works && is_possible(&paper)),
        (
            Permission::ReadDeclarations,
            role.is_operator() && has_refused(case),
        ),
    ]
    .into_iter()
    .filter(|(_, may)| *may)
    .map(|(permission, _)| permission)
    .collect()
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

fn can_be_asked(case: &Case, now: DateTime<Utc>) -> bool {
    !matches!(
        status_of(case, now).status,
        Status::NotRequired | Status::Ended
    ) && !case.is_settled(now)
        && !case.lacks_text(now)
}

#[cfg(test)]
mod tests;
