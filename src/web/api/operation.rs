//! One operation of the API: its row in the table of routes and what the description says of it, so that
//! neither can be without the other.

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::domain::client::ClientScope;
use crate::web::kit::route::{Row, Who};

/// Makes the schema of a type.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What an operation answers when it went well.
pub enum Answer {
    /// JSON of a type.
    Json(SchemaOf),
    /// What came of a write; `true` if it may create something.
    Write {
        /// Whether something may be there that was not.
        creates: bool,
    },
    /// A file of this media type.
    File(&'static str),
    /// A status and a reason without a body, as the gate says them.
    Gate,
}

/// One operation.
pub struct Operation {
    /// Its row in the table of routes.
    pub row: Row,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// What else to know of it.
    pub description: &'static str,
    /// The parameters behind the question mark, as a type.
    pub parameters: Option<SchemaOf>,
    /// The body, as a type.
    pub body: Option<SchemaOf>,
    /// What it answers when it went well.
    pub answer: Answer,
    /// Whether it needs an `Idempotency-Key`.
    pub is_once: bool,
    /// Whether it compares `If-Match` with the `ETag` of what was read.
    pub is_compared: bool,
}

impl Operation {
    /// An operation without parameters and body.
    pub const fn new(row: Row, summary: &'static str, answer: Answer) -> Self {
        Self {
            row,
            summary,
            description: "",
            parameters: None,
            body: None,
            answer,
            is_once: false,
            is_compared: false,
        }
    }

    /// With what else to know of it.
    pub const fn described(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// With parameters.
    pub const fn with_parameters(mut self, parameters: SchemaOf) -> Self {
        self.parameters = Some(parameters);
        self
    }

    /// With a body.
    pub const fn with_body(mut self, body: SchemaOf) -> Self {
        self.body = Some(body);
        self
    }

    /// Done once under a key.
    pub const fn once(mut self) -> Self {
        self.is_once = true;
        self
    }

    /// Compared with what was read, if the client wants that.
    pub const fn compared(mut self) -> Self {
        self.is_compared = true;
        self
    }

    /// The scope it needs.
    pub fn scope(&self) -> Option<ClientScope> {
        match self.row.who {
            Who::Client(scope) => Some(scope),
            _ => None,
        }
    }
}

/// The schema of a type, by reference.
pub fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}
