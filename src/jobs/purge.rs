//! Deleting data that are not needed any more.

use chrono::TimeDelta;

use super::{Done, Pass};
use crate::actions::ActionError;
use crate::actions::second_factor::encrypt_anew;
use crate::actions::verification::warn_of_certificate;
use crate::actions::webhooks as endpoints;
use crate::domain::{UserId, webhook};
use crate::mail::inbox::Inbox;
use crate::storage::db::DbError;
use crate::storage::{
    agreement_imports, alerts, attempts, customer_imports, idempotency, identities, kept, passkeys,
    replies, runs, sessions, webhooks,
};

/// Failures count for an hour at most; a day leaves time to investigate an attack.
const FAILURES: TimeDelta = TimeDelta::days(1);
/// How long a source from which a user signed in counts as known.
const SUCCESSES: TimeDelta = TimeDelta::days(90);
/// Sessions end after thirty minutes without use; their rows may stay a little longer.
const SESSIONS: TimeDelta = TimeDelta::hours(1);

/// No session lasts as long, whoever it began with.
const ISSUER_SESSIONS: TimeDelta = TimeDelta::hours(13);

/// How long passes of the periodic work are listed for the operator.
const RUNS: TimeDelta = TimeDelta::days(30);

/// How long finished alerts are listed; the audit log keeps what was done about them.
const ALERTS: TimeDelta = TimeDelta::days(365);

/// How long files of delivery reports are kept to look something up; their contents are in the
/// database.
const REPORTS: TimeDelta = TimeDelta::days(30);

/// Replies of people are kept as long as requests that were not concluded; those of programs no
/// longer than the files.
const ANSWERS: TimeDelta = TimeDelta::days(365);

/// What POSTs of clients were answered is asked for again within this time.
const IDEMPOTENCY: TimeDelta = TimeDelta::hours(48);
/// Deliveries to endpoints are listed for as long.
const DELIVERIES: TimeDelta = webhook::KEPT_FOR;
/// How long a file with customers waits to be started.
const UNSTARTED: TimeDelta = TimeDelta::days(7);
/// How long a file with existing agreements waits for its second administrator.
const UNCONFIRMED: TimeDelta = TimeDelta::days(30);
/// How long what could not be added of one can be looked up.
const REFUSED: TimeDelta = TimeDelta::days(30);

/// Second factors that are encrypted anew in one transaction.
const PAGE: i64 = 500;

/// Deletes what is too old to be asked for: runs, alerts, replies, attempts, kept forms, idle
/// sessions and files of the inbox. Alerts the operator when the seal needs a new certificate.
pub fn clean(pass: &Pass) -> Result<Done, DbError> {
    let now = pass.now();
    let gone = pass.app.db.transaction_blocking(|conn| {
        runs::delete_old(conn, now - RUNS)?;
        alerts::delete_old(conn, now - ALERTS)?;
        customer_imports::delete_old(conn, now - UNSTARTED, now - REFUSED)?;
        agreement_imports::delete_old(conn, now - UNCONFIRMED, now - REFUSED)?;
        replies::forget_old(conn, now - ANSWERS, now - REPORTS)?;
        let attempts = attempts::delete_old(conn, now - FAILURES, now - SUCCESSES)?;
        passkeys::delete_old_challenges(conn, now)?;
        webhooks::delete_old(conn, now - DELIVERIES)?;
        identities::delete_old(conn, now, now - ISSUER_SESSIONS)?;
        let forms = kept::delete_old(conn, now - kept::KEPT_FOR)?;
        let answers = idempotency::forget_answers(conn, now - IDEMPOTENCY, PAGE)?;
        Ok::<_, DbError>(answers + attempts + forms + sessions::delete_idle(conn, now - SESSIONS)?)
    })?;
    let files = Inbox::of(&pass.app.config.storage.data_dir).forget(now - REPORTS);
    if let Err(error) = &files {
        tracing::error!(%error, "old files of the inbox cannot be deleted");
    }
    let warned: Result<(), ActionError> = pass
        .app
        .db
        .transaction_blocking(|conn| warn_of_certificate(conn, &pass.app, now));
    if let Err(error) = &warned {
        tracing::error!(%error, "nobody could be alerted to the certificate of the seal");
    }
    let renewed = encrypt_secrets_anew(pass);
    if let Err(error) = &renewed {
        tracing::error!(%error, "secrets could not be encrypted with the new key");
    }
    Ok(Done {
        good: gone + files.as_ref().copied().unwrap_or_default(),
        failed: [files.is_err(), warned.is_err(), renewed.is_err()]
            .into_iter()
            .map(usize::from)
            .sum(),
    })
}

/// While a key is being changed, what authenticator apps know, and the secrets of endpoints, are encrypted
/// with the new one, so that the one before can go (S-86).
fn encrypt_secrets_anew(pass: &Pass) -> Result<(), ActionError> {
    if pass.app.config.keys.previous.is_none() {
        return Ok(());
    }
    let mut after = Some(UserId(0));
    while let Some(last) = after {
        after = pass
            .app
            .db
            .transaction_blocking(|conn| encrypt_anew(conn, &pass.app, last, PAGE))?;
    }
    pass.app
        .db
        .transaction_blocking(|conn| endpoints::encrypt_anew(conn, &pass.app))
}
