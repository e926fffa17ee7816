//! The signature itself: CMS with the attributes of `PAdES` B-B, making and checking it.

use chrono::{DateTime, Utc};
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, DigestAlgorithmIdentifiers, EncapsulatedContentInfo, SignedData,
    SignerIdentifier, SignerInfo, SignerInfos,
};
use ring::signature as algorithms;
use sha2::{Digest as _, Sha256};
use x509_cert::Certificate;
use x509_cert::attr::{Attribute, Attributes};
use x509_cert::der::asn1::{Any, Null, ObjectIdentifier, OctetString, OctetStringRef, SetOfVec};
use x509_cert::der::{Decode as _, Encode as _, Header, Reader as _, SliceReader};
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::SealError;
use super::identity::{Sealer, public_key};

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const ECDSA_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const RSA_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

type DerError = x509_cert::der::Error;

/// Signs a digest (SHA-256). The time is not part of it: in a PDF it is stated beside the
/// signature.
pub(super) fn sign(digest: &[u8], sealer: &Sealer) -> Result<Vec<u8>, SealError> {
    assemble(digest, sealer)?
        .to_der()
        .map_err(|error| SealError::Signing(error.to_string()))
}

/// The operator's seal over any bytes, detached: `openssl cms -verify -content FILE` checks it.
///
/// # Errors
///
/// If the certificate is not valid at this time, or the key refuses.
pub fn seal_bytes(bytes: &[u8], sealer: &Sealer, at: DateTime<Utc>) -> Result<Vec<u8>, SealError> {
    sealer.usable(at)?;
    sign(&Sha256::digest(bytes), sealer)
}

fn assemble(digest: &[u8], sealer: &Sealer) -> Result<ContentInfo, SealError> {
    let fault = |error: DerError| SealError::Signing(error.to_string());
    let own = sealer
        .chain()
        .first()
        .ok_or_else(|| SealError::Signing("no certificate".to_owned()))?;
    let attributes = attributes(digest, &own.der).map_err(fault)?;
    let signature = sealer.sign(&attributes.to_der().map_err(fault)?)?;
    let sha256 = AlgorithmIdentifierOwned {
        oid: SHA_256,
        parameters: None,
    };
    let algorithm = if sealer.is_rsa() {
        AlgorithmIdentifierOwned {
            oid: RSA_SHA_256,
            parameters: Some(Any::encode_from(&Null).map_err(fault)?),
        }
    } else {
        AlgorithmIdentifierOwned {
            oid: ECDSA_SHA_256,
            parameters: None,
        }
    };
    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: own.parsed.tbs_certificate.issuer.clone(),
            serial_number: own.parsed.tbs_certificate.serial_number.clone(),
        }),
        digest_alg: sha256.clone(),
        signed_attrs: Some(attributes),
        signature_algorithm: algorithm,
        signature: OctetString::new(signature).map_err(fault)?,
        unsigned_attrs: None,
    };
    let certificates = sealer
        .chain()
        .iter()
        .map(|one| CertificateChoices::Certificate(one.parsed.clone()));
    let certificates = SetOfVec::from_iter(certificates).map_err(fault)?;
    let signed = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: DigestAlgorithmIdentifiers::from(
            SetOfVec::from_iter([sha256]).map_err(fault)?,
        ),
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: DATA,
            econtent: None,
        },
        certificates: Some(CertificateSet::from(certificates)),
        crls: None,
        signer_infos: SignerInfos::from(SetOfVec::from_iter([signer]).map_err(fault)?),
    };
    Ok(ContentInfo {
        content_type: SIGNED_DATA,
        content: Any::encode_from(&signed).map_err(fault)?,
    })
}

fn attributes(digest: &[u8], certificate: &[u8]) -> Result<Attributes, DerError> {
    let one = |oid, value: Any| -> Result<Attribute, DerError> {
        Ok(Attribute {
            oid,
            values: SetOfVec::from_iter([value])?,
        })
    };
    SetOfVec::from_iter([
        one(CONTENT_TYPE, Any::encode_from(&DATA)?)?,
        one(
            MESSAGE_DIGEST,
            Any::encode_from(&OctetStringRef::new(digest)?)?,
        )?,
        one(
            SIGNING_CERTIFICATE,
            Any::from_der(&signing_certificate(certificate))?,
        )?,
    ])
}

/// `SigningCertificateV2` (RFC 5035) with one SHA-256 hash, whose algorithm is the default and so
/// not named.
fn signing_certificate(certificate: &[u8]) -> Vec<u8> {
    let mut out = vec![0x30, 0x26, 0x30, 0x24, 0x30, 0x22, 0x04, 0x20];
    out.extend(Sha256::digest(certificate));
    out
}

/// At most this many certificates are read.
const MOST_CERTIFICATES: usize = 10;

/// A parsed signature that is not checked yet.
pub(super) struct Read {
    /// Its bytes without the padding after it.
    pub(super) encoded: Vec<u8>,
    signer: SignerInfo,
    /// The signer's certificate with its encoding.
    pub(super) certificate: Certificate,
    pub(super) der: Vec<u8>,
    /// Every enclosed certificate, DER.
    pub(super) enclosed: Vec<Vec<u8>>,
    /// The signed content inside the CMS; `None` for a PDF.
    pub(super) content: Option<(ObjectIdentifier, Vec<u8>)>,
}

/// Reads a CMS signature with exactly one signer. Only zeros may follow it, the rest of its slot.
pub(super) fn read(bytes: &[u8]) -> Option<Read> {
    let mut reader = SliceReader::new(bytes).ok()?;
    let header = Header::decode(&mut reader.clone()).ok()?;
    let length = (header.encoded_len().ok()? + header.length).ok()?;
    let encoded = reader.read_slice(length).ok()?;
    let info = ContentInfo::from_der(encoded).ok()?;
    let rest = bytes.get(usize::try_from(length).ok()?..)?;
    if info.content_type != SIGNED_DATA || rest.iter().any(|byte| *byte != 0) {
        return None;
    }
    let signed: SignedData = info.content.decode_as().ok()?;
    let [signer] = signed.signer_infos.0.as_slice() else {
        return None;
    };
    let certificate = signed
        .certificates
        .as_ref()?
        .0
        .iter()
        .find_map(|choice| match (choice, &signer.sid) {
            (
                CertificateChoices::Certificate(one),
                SignerIdentifier::IssuerAndSerialNumber(sid),
            ) => {
                let inner = &one.tbs_certificate;
                (inner.issuer == sid.issuer && inner.serial_number == sid.serial_number)
                    .then_some(one)
            }
            _ => None,
        })?
        .clone();
    let content = &signed.encap_content_info;
    let enclosed = signed.certificates.as_ref()?.0.iter();
    let enclosed = enclosed.filter_map(|choice| match choice {
        CertificateChoices::Certificate(one) => one.to_der().ok(),
        _ => None,
    });
    Some(Read {
        enclosed: enclosed.take(MOST_CERTIFICATES).collect(),
        encoded: encoded.to_vec(),
        signer: signer.clone(),
        der: certificate.to_der().ok()?,
        certificate,
        content: match &content.econtent {
            Some(any) => Some((
                content.econtent_type,
                any.decode_as::<OctetString>().ok()?.into_bytes(),
            )),
            None => None,
        },
    })
}

impl Read {
    /// The signature value, over which a time stamp is made.
    pub(super) fn value(&self) -> &[u8] {
        self.signer.signature.as_bytes()
    }

    /// Whether the signature matches its certificate and these parts, one after the other.
    pub(super) fn fits(&self, parts: &[&[u8]]) -> bool {
        self.checked(parts).is_some()
    }

    fn checked(&self, parts: &[&[u8]]) -> Option<()> {
        let attributes = self.signer.signed_attrs.as_ref()?;
        let stated: OctetString = single(attributes, MESSAGE_DIGEST)?.decode_as().ok()?;
        if stated.as_bytes() != digest(self.signer.digest_alg.oid, parts)? {
            return None;
        }
        let kind: ObjectIdentifier = single(attributes, CONTENT_TYPE)?.decode_as().ok()?;
        if kind != self.content.as_ref().map_or(DATA, |(kind, _)| *kind) {
            return None;
        }
        algorithms::UnparsedPublicKey::new(self.algorithm()?, public_key(&self.certificate)?)
            .verify(&attributes.to_der().ok()?, self.value())
            .ok()
    }

    /// Whether the signature names its certificate by the hash that B-B requires.
    pub(super) fn names_certificate(&self) -> bool {
        self.signer
            .signed_attrs
            .as_ref()
            .and_then(|attributes| single(attributes, SIGNING_CERTIFICATE))
            .and_then(|value| value.to_der().ok())
            .is_some_and(|value| value == signing_certificate(&self.der))
    }

    fn algorithm(&self) -> Option<&'static dyn algorithms::VerificationAlgorithm> {
        let digest = self.signer.digest_alg.oid;
        let stated = self.signer.signature_algorithm.oid;
        let key = &self
            .certificate
            .tbs_certificate
            .subject_public_key_info
            .algorithm;
        // The other curve is used by time-stamping services.
        match (stated, digest) {
            (ECDSA_SHA_256, SHA_256) if key.oid == EC_KEY => {
                return Some(&algorithms::ECDSA_P256_SHA256_ASN1);
            }
            (ECDSA_SHA_384, SHA_384) if key.oid == EC_KEY => {
                return Some(&algorithms::ECDSA_P384_SHA384_ASN1);
            }
            _ => {}
        }
        let rsa = stated == RSA || stated.to_string().starts_with("1.2.840.113549.1.1.1");
        match digest {
            _ if key.oid != RSA || !rsa => None,
            SHA_256 => Some(&algorithms::RSA_PKCS1_2048_8192_SHA256),
            SHA_384 => Some(&algorithms::RSA_PKCS1_2048_8192_SHA384),
            SHA_512 => Some(&algorithms::RSA_PKCS1_2048_8192_SHA512),
            _ => None,
        }
    }
}

/// The only value of an attribute that occurs once.
fn single(attributes: &Attributes, oid: ObjectIdentifier) -> Option<&Any> {
    let mut found = attributes.iter().filter(|one| one.oid == oid);
    match (found.next(), found.next()) {
        (Some(one), None) => match one.values.as_slice() {
            [value] => Some(value),
            _ => None,
        },
        _ => None,
    }
}

fn digest(algorithm: ObjectIdentifier, parts: &[&[u8]]) -> Option<Vec<u8>> {
    fn over<D: sha2::Digest>(parts: &[&[u8]]) -> Vec<u8> {
        let mut digest = D::new();
        for part in parts {
            digest.update(part);
        }
        digest.finalize().to_vec()
    }
    match algorithm {
        SHA_256 => Some(over::<Sha256>(parts)),
        SHA_384 => Some(over::<sha2::Sha384>(parts)),
        SHA_512 => Some(over::<sha2::Sha512>(parts)),
        _ => None,
    }
}
