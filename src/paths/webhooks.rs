//! Endpoints that events are pushed to, all for the operator.

use crate::domain::{DeliveryId, WebhookId};

/// The list of them.
pub const WEBHOOKS: &str = "/betrieb/webhooks";
/// Adds one.
pub const NEW_WEBHOOK: &str = "/betrieb/webhooks/neu";

/// The page of an endpoint with its deliveries.
pub fn webhook(id: WebhookId) -> String {
    format!("{WEBHOOKS}/{id}")
}

/// What can be done with an endpoint: `step` is `schluessel`, `hinterlegt`, `anhalten`, `fortsetzen`,
/// `test` or `loeschen`.
pub fn webhook_step(id: WebhookId, step: &str) -> String {
    format!("{WEBHOOKS}/{id}/{step}")
}

/// Sends the event of a delivery once more (POST).
pub fn deliver_again(id: WebhookId, delivery: DeliveryId) -> String {
    format!("{WEBHOOKS}/{id}/zustellungen/{delivery}/erneut")
}
