//! A device that keeps passkeys, made of a key and a counter: it answers what the portal asks as a browser
//! would send it, and wrongly where a test wants it to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

/// One passkey on one device.
pub struct Device {
    key: EcdsaKeyPair,
    /// What the device calls its passkey.
    pub credential: Vec<u8>,
    handle: String,
    /// How often it has signed.
    pub counter: u32,
    /// Where the browser says that the page is from.
    pub origin: String,
    /// Whether it asks for a finger, a face or a PIN.
    pub verifies: bool,
}

impl Device {
    /// A device whose browser shows pages of `origin`.
    pub fn new(origin: &str) -> Self {
        let (random, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
        let bytes = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
        Self {
            key: EcdsaKeyPair::from_pkcs8(algorithm, bytes.as_ref(), &random).expect("a key"),
            credential: uuid::Uuid::new_v4().as_bytes().repeat(2),
            handle: String::new(),
            counter: 0,
            origin: origin.to_owned(),
            verifies: true,
        }
    }

    fn client(&self, kind: &str, asked: &Value) -> Vec<u8> {
        let challenge = asked["challenge"].as_str().expect("a challenge");
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    /// What the device says of the portal, of itself and of the person.
    fn data(&mut self, portal: &str, more: &[u8]) -> Vec<u8> {
        self.counter += 1;
        let mut data = digest(&SHA256, portal.as_bytes()).as_ref().to_vec();
        let (present, verified, key) = (1, 4, 64);
        data.push(
            present
                | if self.verifies { verified } else { 0 }
                | if more.is_empty() { 0 } else { key },
        );
        data.extend(self.counter.to_be_bytes());
        data.extend(more);
        data
    }

    /// Makes the passkey that the portal asks for.
    pub fn make(&mut self, asked: &Value) -> String {
        self.handle = asked["user"]["id"].as_str().expect("a handle").to_owned();
        let point = self.key.public_key().as_ref().to_vec();
        let mut more = vec![0; 16];
        more.extend(
            u16::try_from(self.credential.len())
                .expect("short")
                .to_be_bytes(),
        );
        more.extend(&self.credential);
        // A key of COSE: two words for the curve and the algorithm, two numbers.
        more.extend([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        more.extend(&point[1..33]);
        more.extend([0x22, 0x58, 32]);
        more.extend(&point[33..65]);
        let data = self.data(asked["rp"]["id"].as_str().expect("a name"), &more);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).expect("short"));
        object.extend(&data);
        let client = self.client("webauthn.create", asked);
        self.answer(json!({
            "clientDataJSON": BASE64.encode(client),
            "attestationObject": BASE64.encode(object),
            "transports": ["internal"],
        }))
    }

    /// Signs what the portal asks.
    pub fn sign(&mut self, asked: &Value) -> String {
        let client = self.client("webauthn.get", asked);
        let data = self.data(asked["rpId"].as_str().expect("a name"), &[]);
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, &client).as_ref());
        let signature = self
            .key
            .sign(&SystemRandom::new(), &signed)
            .expect("signed");
        self.answer(json!({
            "clientDataJSON": BASE64.encode(client),
            "authenticatorData": BASE64.encode(data),
            "signature": BASE64.encode(signature.as_ref()),
            "userHandle": self.handle,
        }))
    }

    fn answer(&self, response: Value) -> String {
        let id = BASE64.encode(&self.credential);
        json!({
            "id": id, "rawId": id, "type": "public-key",
            "response": response, "clientExtensionResults": {},
        })
        .to_string()
    }
}
