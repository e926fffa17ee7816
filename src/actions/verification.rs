//! Whether a document is one of the portal's own, for any visitor who has the file.

use chrono::{DateTime, Utc};

use super::ActionError;
use super::alerts::{self, AlertKind, Raised};
use crate::app::App;
use crate::document::hex;
use crate::document::seal::{Certificates, Finding, Sealer, Signed, check, covered};
use crate::storage::PgConnection;
use crate::storage::seals::{self, Issued};

/// The result for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// A document the portal issued, byte for byte or in everything its seal covers: the seal
    /// itself may be encoded in another way (A6).
    Issued(Issued),
    /// Sealed by the portal and unchanged, but not among its documents: from a copy of the
    /// database, or erased because it had expired.
    Sealed(Signed),
    /// Sealed by the portal; something was added afterwards.
    Extended(Signed),
    /// It has a signature, but no unbroken one of this portal.
    Changed,
    /// A PDF without signature.
    Unsigned,
    /// Not a PDF.
    NotPdf,
    /// Too large to be a document of the portal.
    TooLarge,
}

/// Examines a file without trusting it. The CPU work is proportional to its size.
pub fn look(file: &[u8], known: &Certificates) -> (Finding, String) {
    (check(file, known), hex::sha256(file))
}

/// Decides what a file is, from its examination and from the portal's own documents.
pub fn judge(
    conn: &mut PgConnection,
    finding: &Finding,
    hash: &str,
) -> Result<Verification, ActionError> {
    if let Some(issued) = seals::find_issued(conn, hash)? {
        return Ok(Verification::Issued(issued));
    }
    Ok(match finding {
        Finding::TooLarge => Verification::TooLarge,
        Finding::NotPdf => Verification::NotPdf,
        Finding::Unsigned => Verification::Unsigned,
        Finding::Signed(all) => {
            let own = all.iter().filter(|one| one.intact && one.trusted);
            match own.max_by_key(|one| one.whole) {
                Some(one) if one.whole => match find_covered(conn, one)? {
                    Some(issued) => Verification::Issued(issued),
                    None => Verification::Sealed(one.clone()),
                },
                Some(one) => Verification::Extended(one.clone()),
                None => Verification::Changed,
            }
        }
    })
}

/// The agreement with the number in a valid seal, if its document says the same under its seal.
fn find_covered(conn: &mut PgConnection, seal: &Signed) -> Result<Option<Issued>, ActionError> {
    let Some(number) = &seal.number else {
        return Ok(None);
    };
    let found = seals::find_document_by_number(conn, number)?;
    Ok(found
        .filter(|(_, pdf)| covered(pdf).as_ref() == Some(&seal.covered))
        .map(|(issued, _)| issued))
}

/// The agreement with this number and hash; unknown numbers and wrong hashes get the same answer.
pub fn find_by_number(
    conn: &mut PgConnection,
    number: &str,
    hash: &str,
) -> Result<Option<Issued>, ActionError> {
    Ok(seals::find_issued_by_number(conn, number, hash)?)
}

/// Every certificate the portal ever sealed with.
pub fn known_certificates(conn: &mut PgConnection, app: &App) -> Result<Certificates, ActionError> {
    let mut known = app.sealer.certificates();
    for der in seals::list_certificates(conn)? {
        match Certificates::read(&der) {
            Ok(one) => known.add(one),
            Err(error) => tracing::error!(%error, "a kept certificate is unreadable"),
        }
    }
    Ok(known)
}

/// Stores the certificate in use, so that its seals are still recognised after it was replaced.
pub fn keep_certificate(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let sealer = &app.sealer;
    seals::add_certificate(conn, &sealer.fingerprint(), sealer.certificate(), now)?;
    Ok(())
}

/// How soon the certificate of the seal has to be renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is valid for more than 60 days.
    Good,
    /// It is valid for at most 60, 30 or 7 days; each step is announced.
    EndsIn(i64),
    /// It is not valid any more, or not yet.
    Ended,
}

/// Days before its end at which a certificate is announced to end.
const WARNINGS: [i64; 3] = [7, 30, 60];

/// The stage of the seal's certificate.
pub fn certificate_stage(sealer: &Sealer, now: DateTime<Utc>) -> Stage {
    if sealer.usable(now).is_err() {
        return Stage::Ended;
    }
    let left = (sealer.validity().1 - now).num_days();
    WARNINGS
        .into_iter()
        .find(|days| left < *days)
        .map_or(Stage::Good, Stage::EndsIn)
}

/// Raises the alert, and logs, that the seal needs a new certificate: once when 60, 30 and 7 days
/// are left and once when it has ended. Another certificate is another subject.
pub fn warn_of_certificate(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let stage = match certificate_stage(&app.sealer, now) {
        Stage::Good => return Ok(()),
        Stage::EndsIn(days) => i32::try_from(days).ok(),
        Stage::Ended => None,
    };
    tracing::warn!(days = ?stage, "the certificate of the seal must be renewed");
    let alert = Raised {
        kind: AlertKind::CertificateEnds,
        customer: None,
        subject: app.sealer.fingerprint(),
        stage,
    };
    alerts::raise(conn, &alert, now)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn a_certificate_is_spoken_of_in_time() {
        let now = "2026-11-20T10:00:00Z".parse().unwrap();
        let (key, certificate) = Sealer::make_pem(now).unwrap();
        let sealer = Sealer::from_pem(&key, &certificate).unwrap();
        let (from, until) = sealer.validity();
        let before = |days| until - chrono::Duration::days(days);
        for (at, stage) in [
            (from - chrono::Duration::seconds(1), Stage::Ended),
            (from, Stage::Good),
            (before(60), Stage::Good),
            (before(60) + chrono::Duration::seconds(1), Stage::EndsIn(60)),
            (before(29), Stage::EndsIn(30)),
            (before(6), Stage::EndsIn(7)),
            (until, Stage::EndsIn(7)),
            (until + chrono::Duration::seconds(1), Stage::Ended),
        ] {
            assert_eq!(certificate_stage(&sealer, at), stage, "{at}");
        }
    }
}
