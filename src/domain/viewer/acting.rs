//! Who acts: a person who is signed in, or another system of the provider.

use super::{Duty, Scope, Viewer};
use crate::domain::audit::Actor;

/// Somebody who causes an action. Actions that take a [`Viewer`] are for people alone.
pub trait Acting {
    /// Whether it has this duty.
    fn has(&self, duty: Duty) -> bool;

    /// The customers it may know of.
    fn scope(&self) -> Scope;

    /// Who it is, for the log: with the names of this moment.
    fn actor(&self) -> Actor;
}

impl Acting for Viewer {
    fn has(&self, duty: Duty) -> bool {
        self.role.has(duty)
    }

    fn scope(&self) -> Scope {
        self.role.scope()
    }

    fn actor(&self) -> Actor {
        Actor::User {
            id: self.user,
            name: self.name.clone(),
            company: self.company.clone(),
        }
    }
}
