//! Pages about a user, all for the operator.

use crate::domain::UserId;

/// Disables a user (POST).
pub fn disable_user(user: UserId) -> String {
    format!("/betrieb/benutzer/{user}/sperren")
}

/// Undoes the lock of a user (operator).
pub fn enable_user(user: UserId) -> String {
    format!("/betrieb/benutzer/{user}/entsperren")
}

/// Takes away the second factor of a user who has lost it (operator).
pub fn reset_factor(user: UserId) -> String {
    format!("/betrieb/benutzer/{user}/zweiter-faktor")
}
