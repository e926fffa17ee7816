//! One row of the table of routes: method, path, who has access, handler. Every page family has
//! some; `routes` collects them all.

use actix_web::{Route, guard as guards, web};

use super::error::PageError;
use crate::domain::client::ClientScope;
use crate::domain::viewer::{Duty, Role, Viewer};

/// One row of the table.
pub struct Row {
    /// `GET` or `POST`, of the API also `PUT`, `PATCH` and `DELETE`. A row for GET answers HEAD as well.
    pub method: &'static str,
    /// Path with `{names}`.
    pub path: &'static str,
    /// Who has access.
    pub who: Who,
    /// Creates the route with its handler.
    pub route: fn() -> Route,
}

/// A row for reading.
pub const fn get(path: &'static str, who: Who, route: fn() -> Route) -> Row {
    Row {
        method: "GET",
        path,
        who,
        route,
    }
}

/// The route of a page: answers GET, and HEAD without the body. Handlers that count requests look
/// at the method.
pub fn view() -> Route {
    web::route().guard(guards::Any(guards::Get()).or(guards::Head()))
}

/// A row for changing something.
pub const fn post(path: &'static str, who: Who, route: fn() -> Route) -> Row {
    Row {
        method: "POST",
        path,
        who,
        route,
    }
}

/// A row for writing a whole thing.
pub const fn put(path: &'static str, who: Who, route: fn() -> Route) -> Row {
    Row {
        method: "PUT",
        path,
        who,
        route,
    }
}

/// A row for changing some of a thing.
pub const fn patch(path: &'static str, who: Who, route: fn() -> Route) -> Row {
    Row {
        method: "PATCH",
        path,
        who,
        route,
    }
}

/// A row for ending a thing.
pub const fn delete(path: &'static str, who: Who, route: fn() -> Route) -> Row {
    Row {
        method: "DELETE",
        path,
        who,
        route,
    }
}

/// Who may use a route (role matrix, requirements 1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// All requests, without looking at a session: static files, health, consent links (S-15).
    Anyone,
    /// All requests; a session is used if there is one: sign-in, help, legal pages.
    Visitor,
    /// Any signed-in user.
    SignedIn,
    /// Users with the customer list: operator, Mandant, Submandant.
    Staff,
    /// The operator's people with this duty, and the users of partners: asking a customer.
    Sender,
    /// The operator's people with this duty, and Mandanten: naming a sub-partner, correcting the
    /// address.
    Assigner(Duty),
    /// Mandanten only: their own sub-partners.
    Mandant,
    /// Users who may read contracts: the operator, and customer users with the permission (A-02 …
    ///
    ContractReader,
    /// Customer users with the permission.
    ContractHolder,
    /// All of the operator's people: pages to read.
    Operator,
    /// The operator's people with this duty: what changes something, and the forms for it.
    Duty(Duty),
    /// Users of partners and customers who manage the people of their company.
    UserManager,
    /// Any signed-in user, whatever the method; answers without pages, for the forward
    /// authentication of a reverse proxy.
    Gate,
    /// Another system of the provider with a token that has this scope; no session counts.
    Client(ClientScope),
}

impl Who {
    /// Whether `viewer` has access.
    pub fn admits(self, viewer: &Viewer) -> bool {
        let role = viewer.role;
        match self {
            Self::Anyone | Self::Visitor | Self::SignedIn | Self::Gate => true,
            Self::Staff => role.has_customer_list(),
            Self::Sender => role.has_customer_list() && role.asks(),
            Self::Assigner(duty) => role.assigns(duty),
            Self::Mandant => matches!(role, Role::Partner(_)),
            Self::ContractReader => role.reads_contracts(),
            Self::ContractHolder => matches!(
                role,
                Role::Customer {
                    contracts: true,
                    ..
                }
            ),
            Self::Operator => role.is_operator(),
            Self::Duty(duty) => role.has(duty),
            Self::UserManager => viewer.manages().is_some(),
            Self::Client(_) => false,
        }
    }

    /// The error for a user without access. A customer's users may learn that the page exists but
    /// needs a permission; partners learn nothing of the rest of the portal.
    pub fn refusal(self, role: Role) -> PageError {
        let is_customer = matches!(role, Role::Customer { .. });
        match self {
            // All of the operator's people may know of every page.
            Self::Duty(_) | Self::Sender | Self::Assigner(_) if role.is_operator() => {
                PageError::NeedsDuty
            }
            Self::ContractReader | Self::ContractHolder if is_customer => PageError::NeedsContracts,
            _ => PageError::NotFound,
        }
    }

    /// Whether a route of this kind looks at the session.
    pub fn needs_session(self) -> bool {
        !matches!(self, Self::Anyone | Self::Client(_))
    }
}
