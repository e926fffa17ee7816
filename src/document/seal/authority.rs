//! Whether a certificate may make time stamps, and whether it is trusted. The chain is checked by
//! `webpki`, as for TLS.

use chrono::{DateTime, Utc};
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::ext::pkix::ExtendedKeyUsage;

use super::StampError;
use super::identity::{Certificates, Known};
use super::signature::Read;

/// The object identifier of id-kp-timeStamping.
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
/// The same as encoded arcs, the form that `webpki` requires.
const TIME_STAMPING_ARCS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];

/// RFC 3161, 2.3: the certificate is for time stamps, marks that as critical, is for nothing else,
/// and was valid at the stated time.
pub(super) fn may_stamp(read: &Read, at: DateTime<Utc>) -> Result<(), StampError> {
    let purposes = read
        .certificate
        .tbs_certificate
        .get::<ExtendedKeyUsage>()
        .map_err(|_| StampError::Unreadable)?;
    let is_made_for_it = purposes
        .is_some_and(|(critical, ExtendedKeyUsage(all))| critical && all == [TIME_STAMPING]);
    if !is_made_for_it {
        return Err(StampError::Certificate(
            "its certificate is not one for time stamps",
        ));
    }
    let known = Known::read(&read.der).map_err(|_| StampError::Unreadable)?;
    let (from, until) = known.validity();
    if at < from || until < at {
        return Err(StampError::Certificate(
            "its certificate was not valid at the stated time",
        ));
    }
    Ok(())
}

/// Whether the certificate is a pinned one, or a chain of the enclosed ones leads from it to one.
pub(super) fn leads_to(
    read: &Read,
    at: DateTime<Utc>,
    pinned: &Certificates,
) -> Result<(), StampError> {
    if pinned.contains(&read.der) {
        return Ok(());
    }
    let untrusted = |error: webpki::Error| StampError::Untrusted(error.to_string());
    let own = CertificateDer::from(read.der.as_slice());
    let end = EndEntityCert::try_from(&own).map_err(untrusted)?;
    let pinned: Vec<CertificateDer<'_>> = pinned.iter().map(CertificateDer::from).collect();
    let anchors = pinned
        .iter()
        .map(anchor_from_trusted_cert)
        .collect::<Result<Vec<_>, _>>()
        .map_err(untrusted)?;
    let between: Vec<CertificateDer<'_>> = read
        .enclosed
        .iter()
        .map(|der| CertificateDer::from(der.as_slice()))
        .collect();
    let seconds = u64::try_from(at.timestamp()).map_err(|_| StampError::Time(at))?;
    end.verify_for_usage(
        ALL_VERIFICATION_ALGS,
        &anchors,
        &between,
        UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)),
        KeyUsage::required(TIME_STAMPING_ARCS),
        None,
        None,
    )
    .map(|_| ())
    .map_err(untrusted)
}
