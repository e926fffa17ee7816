//! Pages about a user, all for the operator.

use uuid::Uuid;

use crate::domain::UserId;

/// A user's page.
pub fn user(user: UserId) -> String {
    format!("/betrieb/benutzer/{user}")
}

/// Changes a user.
pub fn edit_user(user: UserId) -> String {
    format!("/betrieb/benutzer/{user}/bearbeiten")
}

/// Sends a user's invitation once more (POST).
pub fn invite_user(user: UserId) -> String {
    format!("/betrieb/benutzer/{user}/einladung")
}

/// Ends sessions of a user (POST).
pub fn user_sessions(user: UserId) -> String {
    format!("/betrieb/benutzer/{user}/sitzungen")
}

/// Erases a locked user.
pub fn erase_user(user: UserId) -> String {
    format!("/betrieb/benutzer/{user}/loeschen")
}

/// Disables a user (POST).
pub fn disable_user(user: UserId) -> String {
    format!("/betrieb/benutzer/{user}/sperren")
}

/// Undoes the lock of a user.
pub fn enable_user(user: UserId) -> String {
    format!("/betrieb/benutzer/{user}/entsperren")
}

/// Confirms who stands behind a new account of the operator.
pub fn confirm_user(user: UserId) -> String {
    format!("/betrieb/benutzer/{user}/bestaetigung")
}

/// Takes away the second factor of a user who has lost it.
pub fn reset_factor(user: UserId) -> String {
    format!("/betrieb/benutzer/{user}/zweiter-faktor")
}

/// Removes an own passkey.
pub fn remove_passkey(passkey: Uuid) -> String {
    format!("/sicherheit/passkeys/{passkey}/entfernen")
}
