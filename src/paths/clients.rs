//! Pages about the API and its clients.

use crate::domain::ClientId;

/// The API for people.
pub const API: &str = "/api";
/// Operator: the other systems that use the API.
pub const CLIENTS: &str = "/betrieb/schnittstellen";
/// Operator: adds one.
pub const NEW_CLIENT: &str = "/betrieb/schnittstellen/neu";

/// Operator: one of them.
pub fn client(id: ClientId) -> String {
    format!("{CLIENTS}/{id}")
}

/// Shuts a token of one (POST).
pub fn revoke_token(id: ClientId, token: &str) -> String {
    format!("{CLIENTS}/{id}/token/{token}/sperren")
}
