//! Time stamps of an external service over a signature value (RFC 3161).

use chrono::{DateTime, Duration, SubsecRound as _, Utc};
use cms::content_info::ContentInfo;
use sha2::{Digest as _, Sha256};
use x509_cert::der::asn1::{Int, ObjectIdentifier, OctetString};
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_tsp::{MessageImprint, TimeStampReq, TimeStampResp, TspVersion, TstInfo};

use super::authority;
use super::identity::{Certificates, fingerprint};
use super::signature::{self, Read};

const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// A time stamp that matches its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The token, DER.
    pub token: Vec<u8>,
    /// The time it states.
    pub at: DateTime<Utc>,
    /// Subject of the certificate it names.
    pub source: String,
    /// SHA-256 of that certificate, hex.
    pub fingerprint: String,
}

/// Why a reply is not accepted as a time stamp.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// It is not in the format of RFC 3161.
    #[error("the reply cannot be read")]
    Unreadable,
    /// The service refused the request.
    #[error("the service refused with status {0}")]
    Refused(u8),
    /// It is for something else, or not signed by its certificate.
    #[error("the reply does not fit the request")]
    Foreign,
    /// Its time does not fit the request.
    #[error("it states {0}, which cannot be the time it was made")]
    Time(DateTime<Utc>),
    /// Its certificate may not make time stamps, or not at that time.
    #[error("{0}")]
    Certificate(&'static str),
    /// It does not lead to a pinned certificate.
    #[error("its certificate leads to none of AVV_TSA_CERT: {0}")]
    Untrusted(String),
}

/// What a new time stamp must match.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// When it was requested.
    pub asked_at: DateTime<Utc>,
    /// When the document was concluded: no stamp over its seal can be older.
    pub concluded_at: DateTime<Utc>,
    /// The root certificates of the service; `None` if it is trusted because of its address (TLS).
    pub pinned: Option<&'a Certificates>,
}

/// How much the clocks of portal and service may differ, including the time for the answer.
const SKEW: Duration = Duration::minutes(5);

/// The request over a signature value. `nonce` is random; the reply must repeat it.
///
/// # Errors
///
/// None for a nonce of this length.
pub fn request(value: &[u8], nonce: &[u8; 8]) -> Result<Vec<u8>, StampError> {
    let digest = Sha256::digest(value);
    let request = TimeStampReq {
        version: TspVersion::V1,
        message_imprint: MessageImprint {
            hash_algorithm: AlgorithmIdentifierOwned {
                oid: SHA_256,
                parameters: None,
            },
            hashed_message: OctetString::new(digest.as_slice())
                .map_err(|_| StampError::Unreadable)?,
        },
        req_policy: None,
        nonce: Some(integer(nonce)?),
        cert_req: true,
        extensions: None,
    };
    request.to_der().map_err(|_| StampError::Unreadable)
}

/// The nonce as a positive DER integer without leading zeros.
fn integer(nonce: &[u8; 8]) -> Result<Int, StampError> {
    let mut bytes = *nonce;
    bytes[0] = bytes[0] & 0x7f | 0x40;
    Int::new(&bytes).map_err(|_| StampError::Unreadable)
}

/// Reads the reply to a [`request`] and accepts it only if time, purpose, validity and origin are
/// right.
///
/// # Errors
///
/// If it is a refusal, unreadable, for something else, or not trusted.
pub fn read_reply(
    reply: &[u8],
    value: &[u8],
    nonce: &[u8; 8],
    terms: Terms<'_>,
) -> Result<Stamp, StampError> {
    let reply = TimeStampResp::from_der(reply).map_err(|_| StampError::Unreadable)?;
    let status = reply.status.status as u8;
    if status > 1 {
        return Err(StampError::Refused(status));
    }
    let token: ContentInfo = reply.time_stamp_token.ok_or(StampError::Unreadable)?;
    let token = token.to_der().map_err(|_| StampError::Unreadable)?;
    let (stamp, info, read) = open(&token, value)?;
    if info.nonce != Some(integer(nonce)?) {
        return Err(StampError::Foreign);
    }
    // The service states whole seconds.
    let too_early = stamp.at < terms.concluded_at.trunc_subsecs(0);
    if too_early || (stamp.at - terms.asked_at).abs() > SKEW {
        return Err(StampError::Time(stamp.at));
    }
    authority::may_stamp(&read, stamp.at)?;
    if let Some(pinned) = terms.pinned {
        authority::leads_to(&read, stamp.at, pinned)?;
    }
    Ok(stamp)
}

/// Checks a stored token against the signature value it was made for. Whether to trust its service
/// has to be decided by its certificate.
///
/// # Errors
///
/// If it is unreadable, for something else or not signed by the certificate in it.
pub fn read_token(token: &[u8], value: &[u8]) -> Result<Stamp, StampError> {
    open(token, value).map(|(stamp, ..)| stamp)
}

fn open(token: &[u8], value: &[u8]) -> Result<(Stamp, TstInfo, Read), StampError> {
    let read = signature::read(token).ok_or(StampError::Unreadable)?;
    let (kind, content) = read.content.as_ref().ok_or(StampError::Unreadable)?;
    let info = TstInfo::from_der(content).map_err(|_| StampError::Unreadable)?;
    let imprint = &info.message_imprint;
    let fits = *kind == TST_INFO
        && imprint.hash_algorithm.oid == SHA_256
        && imprint.hashed_message.as_bytes() == Sha256::digest(value).as_slice()
        && read.fits(&[content]);
    if !fits {
        return Err(StampError::Foreign);
    }
    let seconds = info.gen_time.to_unix_duration().as_secs();
    let at = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .ok_or(StampError::Unreadable)?;
    let stamp = Stamp {
        token: token.to_vec(),
        at,
        source: read.certificate.tbs_certificate.subject.to_string(),
        fingerprint: fingerprint(&read.der),
    };
    Ok((stamp, info, read))
}
