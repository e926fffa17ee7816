//! One row of the table of routes: method, path, who may come in, handler. Every page family has some; `routes`
//! has them all.

use actix_web::{Route, guard as guards, web};

use super::error::PageError;
use crate::domain::viewer::Role;

/// One row of the table.
pub struct Row {
    /// `GET` or `POST`. A row for GET answers HEAD as well.
    pub method: &'static str,
    /// Path with `{names}`.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
    /// The handler.
    pub route: fn() -> Route,
}

/// A row for looking at something.
pub const fn get(path: &'static str, who: Who, route: fn() -> Route) -> Row {
    Row {
        method: "GET",
        path,
        who,
        route,
    }
}

/// The route of a page: answers GET, and HEAD without the body. Handlers that count look at the method.
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

/// Who may use a route (role matrix, requirements 1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody, without a session being looked at: static files, health, consent links (S-15).
    Anyone,
    /// Everybody; a session is used if there is one: sign-in, help, legal pages.
    Visitor,
    /// Any signed-in person.
    SignedIn,
    /// Who has the customer list: operator, Mandant, Submandant.
    Staff,
    /// Operator and Mandant: naming a sub-partner.
    Assigner,
    /// Mandant only: its own sub-partners.
    Mandant,
    /// Who may read contracts: operator, and customer users with the permission (A-02 … A-04).
    ContractReader,
    /// Customer users with the permission.
    ContractHolder,
    /// The operator's administrators.
    Operator,
    /// Any signed-in person; answers without pages: the gate of a reverse proxy.
    Gate,
}

impl Who {
    /// Whether a person with `role` may come in.
    pub fn admits(self, role: Role) -> bool {
        match self {
            Self::Anyone | Self::Visitor | Self::SignedIn | Self::Gate => true,
            Self::Staff => role.has_customer_list(),
            Self::Assigner => matches!(role, Role::Operator | Role::Partner(_)),
            Self::Mandant => matches!(role, Role::Partner(_)),
            Self::ContractReader => role.reads_contracts(),
            Self::ContractHolder => matches!(
                role,
                Role::Customer {
                    contracts: true,
                    ..
                }
            ),
            Self::Operator => role == Role::Operator,
        }
    }

    /// What somebody is told who may not come in. What exists is no secret from a customer's own people,
    /// only not for all of them; partners learn nothing of the rest of the portal.
    pub fn refusal(self, role: Role) -> PageError {
        let is_customer = matches!(role, Role::Customer { .. });
        match self {
            Self::ContractReader | Self::ContractHolder if is_customer => PageError::NeedsContracts,
            _ => PageError::NotFound,
        }
    }

    /// Whether a route of this kind looks at the session.
    pub fn needs_session(self) -> bool {
        self != Self::Anyone
    }
}
