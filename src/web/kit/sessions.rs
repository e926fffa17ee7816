//! Where a person is signed in, as pages list it (S-34): for oneself, and for the operator.

use super::dates::When;
use super::form::Form;
use crate::actions::sessions::{OpenSession, Which};
use crate::domain::Language;

/// Field with the session that is to end; empty for all of them.
const FIELD: &str = "sitzung";

/// An open session.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// By what the form names it.
    pub handle: String,
    /// The browser: "Firefox auf Windows".
    pub browser: String,
    /// When it began.
    pub began: When,
    /// When it was last used.
    pub seen: When,
    /// Whether it is the one that asks.
    pub is_own: bool,
}

/// The sessions as they are printed.
pub fn rows(open: Vec<OpenSession>, language: Language) -> Vec<SessionRow> {
    let row = |one: OpenSession| SessionRow {
        handle: one.handle,
        browser: one.agent.words(language),
        began: When::moment_in(one.began, language),
        seen: When::moment_in(one.seen, language),
        is_own: one.is_own,
    };
    open.into_iter().map(row).collect()
}

/// Which sessions a form wants to end.
pub fn wanted(form: &Form) -> Which {
    match form.get(FIELD) {
        "" => Which::All,
        handle => Which::One(handle.to_owned()),
    }
}
