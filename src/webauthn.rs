//! What browsers sign for passkeys (WebAuthn): made, asked for, and looked at. The portal is known to
//! devices by the name of its host, for ever: under another name no passkey is found again.
//!
//! Who may do what with a passkey, and when, is decided in `actions::passkeys`.

use url::{Host, Url};
use webauthn_rp::bin::{Decode as _, Encode as _};
use webauthn_rp::request::auth::{
    AuthenticationVerificationOptions, DiscoverableCredentialRequestOptions,
    SignatureCounterEnforcement,
};
use webauthn_rp::request::register::{
    CredProtect, PublicKeyCredentialCreationOptions, RegistrationVerificationOptions, UserHandle,
};
use webauthn_rp::request::{AsciiDomain, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::auth::DiscoverableAuthentication;
use webauthn_rp::response::auth::error::AuthCeremonyErr;
use webauthn_rp::response::register::{DynamicState, Registration, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthenticationServerState, RegistrationServerState,
};

use crate::domain::passkey::HANDLE_BYTES;

/// Who makes a passkey, as the device shows it.
#[derive(Debug, Clone)]
pub struct Owner {
    /// What the portal is called.
    pub portal: String,
    /// The address the person signs in with.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// By what the device knows the account.
    pub handle: [u8; HANDLE_BYTES],
}

/// Something asked of a browser.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What the page hands to the browser, as JSON.
    pub options: String,
    /// What the answer is held against.
    pub state: Vec<u8>,
}

/// A passkey as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// What the device calls it.
    pub credential: Vec<u8>,
    /// By what the device knows the account.
    pub handle: Vec<u8>,
    /// The public key and what was said of it when it was made.
    pub public_key: Vec<u8>,
    /// The counter and the flags as they were last.
    pub counted: Vec<u8>,
}

/// Why an answer is not good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The counter of the device went back.
    #[error("the counter of the passkey went back")]
    Copied,
    /// Anything else, said for the log: it names no person and holds no secret.
    #[error("{0}")]
    Wrong(String),
}

fn wrong(why: impl std::fmt::Display) -> Refused {
    Refused::Wrong(why.to_string())
}

/// The portal as devices know it.
#[derive(Debug, Clone)]
pub struct RelyingParty {
    id: RpId,
    origin: String,
}

/// What a browser answered when it was asked for a passkey.
pub struct Answer(DiscoverableAuthentication<HANDLE_BYTES>);

impl Answer {
    /// Reads what the page sent; `None` if it is no answer, or one of another portal's account.
    pub fn read(json: &str) -> Option<Self> {
        DiscoverableAuthentication::from_json_relaxed(json.as_bytes())
            .ok()
            .map(Self)
    }

    /// Which passkey it is of.
    pub fn credential(&self) -> &[u8] {
        self.0.raw_id().into_inner()
    }
}

impl RelyingParty {
    /// The portal at an address; `None` if that has no name, because no device keeps a passkey for a
    /// number.
    pub fn of(base: &Url) -> Option<Self> {
        let Host::Domain(name) = base.host()? else {
            return None;
        };
        Some(Self {
            id: RpId::Domain(AsciiDomain::try_from(name.to_owned()).ok()?),
            origin: base.origin().ascii_serialization(),
        })
    }

    /// Asks for a new passkey, on a device that has none of these yet.
    ///
    /// # Errors
    /// If the library refuses what is asked for.
    pub fn ask_for_new(&self, owner: &Owner, present: Vec<Vec<u8>>) -> Result<Asked, Refused> {
        let handle = UserHandle::decode(owner.handle).map_err(wrong)?;
        let present = present
            .into_iter()
            .map(|id| {
                Ok(PublicKeyCredentialDescriptor {
                    id: CredentialId::try_from(id).map_err(wrong)?,
                    transports: AuthTransports::NONE,
                })
            })
            .collect::<Result<Vec<_>, Refused>>()?;
        let mut options =
            PublicKeyCredentialCreationOptions::passkey(&self.id, (&handle).into(), present);
        // The portal asks for user verification each time, so that no device has to insist on it.
        options.extensions.cred_protect = CredProtect::None;
        let (state, client) = options.start_ceremony().map_err(wrong)?;
        let mut options = serde_json::to_value(&client).map_err(wrong)?;
        // Names are only shown, and may be longer or odder than the library wants them.
        options["rp"]["name"] = owner.portal.clone().into();
        options["user"]["name"] = owner.email.clone().into();
        options["user"]["displayName"] = owner.name.clone().into();
        Ok(Asked {
            options: options.to_string(),
            state: state.encode().map_err(wrong)?,
        })
    }

    /// Looks at a new passkey.
    ///
    /// # Errors
    /// If it is not what was asked for.
    pub fn look_at_new(&self, state: &[u8], json: &str) -> Result<Stored, Refused> {
        let state = RegistrationServerState::<HANDLE_BYTES>::decode(state).map_err(wrong)?;
        let answer = Registration::from_json_relaxed(json.as_bytes())
            .map_err(|_| wrong("an unreadable answer"))?;
        let origins = [self.origin.as_str()];
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let made = state.verify(&self.id, &answer, &options).map_err(wrong)?;
        let Ok(public_key) = made.static_state().encode();
        let Ok(counted) = made.dynamic_state().encode();
        Ok(Stored {
            credential: made.id().into_inner().to_vec(),
            handle: made.user_id().as_ref().to_vec(),
            public_key,
            counted: counted.to_vec(),
        })
    }

    /// Asks for any passkey of this portal.
    ///
    /// # Errors
    /// If the library refuses what is asked for.
    pub fn ask(&self) -> Result<Asked, Refused> {
        let (state, client) = DiscoverableCredentialRequestOptions::passkey(&self.id)
            .start_ceremony()
            .map_err(wrong)?;
        Ok(Asked {
            options: serde_json::to_string(&client).map_err(wrong)?,
            state: state.encode().map_err(wrong)?.to_vec(),
        })
    }

    /// Looks at an answer with a passkey; gives what was counted from now on.
    ///
    /// # Errors
    /// If it is not what was asked for, or the counter went back.
    pub fn look_at(
        &self,
        state: &[u8],
        answer: &Answer,
        stored: &Stored,
    ) -> Result<Vec<u8>, Refused> {
        let state = DiscoverableAuthenticationServerState::decode(state).map_err(wrong)?;
        let handle: [u8; HANDLE_BYTES] = stored.handle.as_slice().try_into().map_err(wrong)?;
        let handle = UserHandle::decode(handle).map_err(wrong)?;
        let counted = stored.counted.as_slice().try_into().map_err(wrong)?;
        let mut known = AuthenticatedCredential::new(
            CredentialId::try_from(stored.credential.as_slice()).map_err(wrong)?,
            &handle,
            StaticState::decode(&stored.public_key).map_err(wrong)?,
            DynamicState::decode(counted).map_err(wrong)?,
        )
        .map_err(wrong)?;
        let origins = [self.origin.as_str()];
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            error_on_unsolicited_extensions: false,
            sig_counter_enforcement: SignatureCounterEnforcement::Fail,
            ..AuthenticationVerificationOptions::default()
        };
        state
            .verify(&self.id, &answer.0, &mut known, &options)
            .map_err(|error| match error {
                AuthCeremonyErr::SignatureCounter => Refused::Copied,
                other => wrong(other),
            })?;
        let Ok(counted) = known.dynamic_state().encode();
        Ok(counted.to_vec())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use serde_json::Value;

    use super::*;

    fn party(base: &str) -> Option<RelyingParty> {
        RelyingParty::of(&base.parse().unwrap())
    }

    #[test]
    fn s36_devices_know_the_portal_by_the_name_of_its_host() {
        for (base, name) in [
            ("https://avv.plusnet.example", Some("avv.plusnet.example")),
            (
                "https://avv.plusnet.example:8443",
                Some("avv.plusnet.example"),
            ),
            ("http://localhost:8080", Some("localhost")),
            ("http://127.0.0.1:8080", None),
            ("http://[::1]:8080", None),
        ] {
            let asked = party(base).map(|party| party.ask().unwrap());
            let said = asked.map(|asked| {
                let options: Value = serde_json::from_str(&asked.options).unwrap();
                options["rpId"].as_str().unwrap().to_owned()
            });
            assert_eq!(said.as_deref(), name, "{base}");
        }
        let party = party("https://avv.plusnet.example:8443/").unwrap();
        assert_eq!(party.origin, "https://avv.plusnet.example:8443");
    }

    #[test]
    fn s36_what_is_asked_is_new_each_time_and_wants_the_person_verified() {
        let party = party("https://avv.plusnet.example").unwrap();
        let read = |asked: Asked| serde_json::from_str::<Value>(&asked.options).unwrap();
        let (one, other) = (read(party.ask().unwrap()), read(party.ask().unwrap()));
        assert_ne!(one["challenge"], other["challenge"]);
        assert_eq!(one["userVerification"], "required");
        assert_eq!(one["allowCredentials"], serde_json::json!([]));
        let owner = Owner {
            portal: "Plusnet AVV-Portal".to_owned(),
            email: "jörg@müller.example".to_owned(),
            name: "Jörg \u{202e}Müller".to_owned(),
            handle: [7; HANDLE_BYTES],
        };
        let made = read(party.ask_for_new(&owner, vec![vec![1; 16]]).unwrap());
        assert_eq!(made["rp"]["id"], "avv.plusnet.example");
        assert_eq!(made["rp"]["name"], "Plusnet AVV-Portal");
        assert_eq!(made["user"]["name"], "jörg@müller.example");
        let wanted = &made["authenticatorSelection"];
        assert_eq!(wanted["residentKey"], "required");
        assert_eq!(wanted["userVerification"], "required");
        assert_eq!(made["excludeCredentials"].as_array().unwrap().len(), 1);
        assert_eq!(made["attestation"], "none");
    }
}
