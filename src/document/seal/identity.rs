//! Key and certificate of the seal: from PEM, from PKCS#12, or generated for development.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Datelike as _, Utc};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use x509_cert::Certificate;
use x509_cert::der::{Decode as _, Encode as _};

use super::SealError;
use crate::document::hex;

/// The private key, in a form of ring that cannot be printed.
enum Key {
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

/// A certificate with its encoding.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) der: Vec<u8>,
    pub(super) parsed: Certificate,
}

impl Known {
    pub(super) fn read(der: &[u8]) -> Result<Self, SealError> {
        let parsed = Certificate::from_der(der)
            .map_err(|error| SealError::Certificate(error.to_string()))?;
        Ok(Self {
            der: der.to_vec(),
            parsed,
        })
    }

    /// First and last moment of validity.
    pub(super) fn validity(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        let validity = &self.parsed.tbs_certificate.validity;
        let moment = |time: &x509_cert::time::Time| {
            let seconds = time.to_unix_duration().as_secs();
            DateTime::from_timestamp(i64::try_from(seconds).unwrap_or(i64::MAX), 0)
                .unwrap_or(DateTime::<Utc>::MAX_UTC)
        };
        (moment(&validity.not_before), moment(&validity.not_after))
    }
}

/// Certificates that are known as the operator's own.
#[derive(Debug, Clone, Default)]
pub struct Certificates(Vec<Vec<u8>>);

impl Certificates {
    /// Certificates from PEM (any number) or DER (one).
    ///
    /// # Errors
    ///
    /// If there is none in it.
    pub fn read(bytes: &[u8]) -> Result<Self, SealError> {
        let found = if bytes.starts_with(b"\x30") {
            vec![Known::read(bytes)?]
        } else {
            chain(&String::from_utf8_lossy(bytes))?
        };
        Ok(Self(found.into_iter().map(|known| known.der).collect()))
    }

    /// Adds further certificates.
    pub fn add(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The certificates, DER.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }

    /// Whether this certificate is among them, byte for byte.
    pub fn contains(&self, der: &[u8]) -> bool {
        self.0.iter().any(|one| one == der)
    }
}

/// Makes the operator's seal. Cheap to clone.
#[derive(Clone)]
pub struct Sealer {
    key: Arc<Key>,
    /// The certificate of the key, then its issuing certificates.
    chain: Arc<Vec<Known>>,
    random: SystemRandom,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealer({})", self.fingerprint())
    }
}

impl Sealer {
    /// Reads a key and its certificate in PEM. The key may be PKCS#8, SEC 1 or PKCS#1, P-256 or RSA
    /// of at least 2048 bits; further certificates may follow the first.
    ///
    /// # Errors
    ///
    /// If one of them cannot be used, or they are not a pair.
    pub fn from_pem(key: &str, certificates: &str) -> Result<Self, SealError> {
        Self::pair(read_key(key)?, chain(certificates)?)
    }

    /// Reads a PKCS#12 file: its first key with that key's certificates.
    ///
    /// # Errors
    ///
    /// If the file or its password is wrong, or its content cannot be used.
    pub fn from_pkcs12(file: &[u8], password: &str) -> Result<Self, SealError> {
        let store = p12_keystore::KeyStore::from_pkcs12(file, password)
            .map_err(|error| SealError::Key(error.to_string()))?;
        let (_, found) = store
            .private_key_chain()
            .ok_or_else(|| SealError::Key("the file holds no key".to_owned()))?;
        let chain = found
            .chain()
            .iter()
            .map(|one| Known::read(one.as_der()))
            .collect::<Result<_, _>>()?;
        Self::pair(pkcs8(found.key())?, chain)
    }

    /// Generates a P-256 key with a self-signed certificate, valid from the beginning of last year
    /// for ten years: the demo concludes in the past, and a development clock can be set forward.
    /// Returns key and certificate in PEM.
    ///
    /// # Errors
    ///
    /// If the machine gives no random numbers.
    pub fn make_pem(now: DateTime<Utc>) -> Result<(String, String), SealError> {
        let fault = |error: rcgen::Error| SealError::Key(error.to_string());
        let mut params = rcgen::CertificateParams::default();
        let mut name = rcgen::DistinguishedName::new();
        name.push(
            rcgen::DnType::CommonName,
            "AVV-Portal, Siegel der Entwicklung",
        );
        params.distinguished_name = name;
        params.not_before = rcgen::date_time_ymd(now.year() - 1, 1, 1);
        params.not_after = rcgen::date_time_ymd(now.year() + 9, 1, 1);
        params.key_usages = vec![
            rcgen::KeyUsagePurpose::DigitalSignature,
            rcgen::KeyUsagePurpose::ContentCommitment,
        ];
        params.use_authority_key_identifier_extension = true;
        let key = rcgen::KeyPair::generate().map_err(fault)?;
        let certificate = params.self_signed(&key).map_err(fault)?;
        Ok((key.serialize_pem(), certificate.pem()))
    }

    fn pair(key: Key, chain: Vec<Known>) -> Result<Self, SealError> {
        let public = match &key {
            Key::P256(pair) => pair.public_key().as_ref(),
            Key::Rsa(pair) => pair.public_key().as_ref(),
        };
        let own = chain
            .iter()
            .position(|one| public_key(&one.parsed) == Some(public))
            .ok_or(SealError::NoPair)?;
        let mut rest = chain;
        let mut ordered = vec![rest.swap_remove(own)];
        // Only the issuers of the certificate are added to documents.
        while let Some(next) = ordered.last().and_then(|last| {
            let issuer = &last.parsed.tbs_certificate.issuer;
            rest.iter()
                .position(|one| one.parsed.tbs_certificate.subject == *issuer)
        }) {
            ordered.push(rest.swap_remove(next));
        }
        Ok(Self {
            key: Arc::new(key),
            chain: Arc::new(ordered),
            random: SystemRandom::new(),
        })
    }

    /// Whether documents may be sealed at that moment.
    ///
    /// # Errors
    ///
    /// [`SealError::NotValid`] outside the validity of the certificate.
    pub fn usable(&self, at: DateTime<Utc>) -> Result<(), SealError> {
        let (from, until) = self.validity();
        if from <= at && at <= until {
            Ok(())
        } else {
            Err(SealError::NotValid { from, until })
        }
    }

    /// First and last moment of the certificate's validity.
    pub fn validity(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        self.own().map(Known::validity).unwrap_or_default()
    }

    /// The certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        self.own().map(|own| own.der.as_slice()).unwrap_or_default()
    }

    /// SHA-256 of the certificate, hex.
    pub fn fingerprint(&self) -> String {
        fingerprint(self.certificate())
    }

    /// The certificate as a set of known ones.
    pub fn certificates(&self) -> Certificates {
        Certificates(vec![self.certificate().to_vec()])
    }

    fn own(&self) -> Option<&Known> {
        self.chain.first()
    }

    pub(super) fn chain(&self) -> &[Known] {
        &self.chain
    }

    pub(super) fn is_rsa(&self) -> bool {
        matches!(*self.key, Key::Rsa(_))
    }

    /// Signs a message with SHA-256.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SealError> {
        let fault = |_| SealError::Signing("the key refused".to_owned());
        match &*self.key {
            Key::P256(pair) => Ok(pair
                .sign(&self.random, message)
                .map_err(fault)?
                .as_ref()
                .to_vec()),
            Key::Rsa(pair) => {
                let mut out = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &self.random, message, &mut out)
                    .map_err(fault)?;
                Ok(out)
            }
        }
    }
}

/// SHA-256 of a certificate, hex, which people compare.
pub fn fingerprint(der: &[u8]) -> String {
    hex::sha256(der)
}

pub(super) fn public_key(certificate: &Certificate) -> Option<&[u8]> {
    certificate
        .tbs_certificate
        .subject_public_key_info
        .subject_public_key
        .as_bytes()
}

fn chain(text: &str) -> Result<Vec<Known>, SealError> {
    let found: Vec<Known> = blocks(text)
        .filter(|(label, _)| *label == "CERTIFICATE")
        .map(|(_, der)| Known::read(&der))
        .collect::<Result<_, _>>()?;
    if found.is_empty() {
        return Err(SealError::Certificate("no certificate in PEM".to_owned()));
    }
    Ok(found)
}

/// The blocks of a PEM file that can be read, with their labels; lines may have any length.
fn blocks(text: &str) -> impl Iterator<Item = (&str, Vec<u8>)> {
    text.split("-----BEGIN ").skip(1).filter_map(|rest| {
        let (label, rest) = rest.split_once("-----")?;
        let (body, _) = rest.split_once("-----END ")?;
        let digits: String = body.split_whitespace().collect();
        Some((label, STANDARD.decode(digits).ok()?))
    })
}

fn read_key(text: &str) -> Result<Key, SealError> {
    for (label, der) in blocks(text) {
        match label {
            "PRIVATE KEY" => return pkcs8(&der),
            "EC PRIVATE KEY" => return pkcs8(&wrapped(&der)?),
            "RSA PRIVATE KEY" => {
                return RsaKeyPair::from_der(&der)
                    .map(Key::Rsa)
                    .map_err(|error| SealError::Key(error.to_string()));
            }
            "ENCRYPTED PRIVATE KEY" => {
                return Err(SealError::Key(
                    "it is encrypted; give it as PKCS#12 or without a password".to_owned(),
                ));
            }
            _ => {}
        }
    }
    Err(SealError::Key("no private key in PEM".to_owned()))
}

fn pkcs8(der: &[u8]) -> Result<Key, SealError> {
    if let Ok(pair) = RsaKeyPair::from_pkcs8(der) {
        return Ok(Key::Rsa(pair));
    }
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der, &SystemRandom::new())
        .map(Key::P256)
        .map_err(|error| SealError::Key(format!("neither P-256 nor RSA from 2048 bits ({error})")))
}

/// Wraps a SEC 1 key of the curve P-256 as PKCS#8.
fn wrapped(sec1: &[u8]) -> Result<Vec<u8>, SealError> {
    use x509_cert::der::asn1::OctetStringRef;
    /// Version 0 and the identifiers of EC keys and of the curve P-256.
    const BEFORE: [u8; 24] = [
        0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
        0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
    ];
    let fault = |error: x509_cert::der::Error| SealError::Key(error.to_string());
    let mut inner = BEFORE.to_vec();
    inner.extend(
        OctetStringRef::new(sec1)
            .and_then(|octets| octets.to_der())
            .map_err(fault)?,
    );
    let length = u8::try_from(inner.len()).map_err(|_| SealError::Key("too long".to_owned()))?;
    let mut out = vec![0x30];
    if length >= 0x80 {
        out.push(0x81);
    }
    out.push(length);
    out.extend(inner);
    Ok(out)
}
