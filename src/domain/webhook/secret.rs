//! The secret of an endpoint and what is signed with it, as Standard Webhooks 1.0 says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// Random bytes of a secret.
pub const SECRET_BYTES: usize = 32;

/// A secret of an endpoint. Cannot be printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret([u8; SECRET_BYTES]);

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

impl WebhookSecret {
    /// The secret made of these random bytes.
    pub fn new(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes, to be stored encrypted.
    pub fn bytes(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    /// As it is shown, once, and entered in the other system.
    pub fn shown(&self) -> String {
        format!("whsec_{}", STANDARD.encode(self.0))
    }

    fn sign(&self, text: &[u8]) -> String {
        // HMAC takes keys of any length; the other branch only satisfies the type.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0)
            .unwrap_or_else(|_| Hmac::new(&Default::default()));
        mac.update(text);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// The value of `webhook-signature`: one for each secret.
pub fn signature(secrets: &[WebhookSecret], id: &str, at: DateTime<Utc>, body: &str) -> String {
    let text = format!("{id}.{}.{body}", at.timestamp());
    let signed: Vec<String> = secrets
        .iter()
        .map(|one| one.sign(text.as_bytes()))
        .collect();
    signed.join(" ")
}
