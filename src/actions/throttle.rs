//! Limits for attempts: sign-ins, unknown links, password links, documents to check (S-12, S-37).
//!
//! Account and source are locked while attempts are counted, so that simultaneous ones are counted
//! one by one. A pending attempt counts neither as failed nor as successful: it never makes a right
//! password wrong, but an attempt that comes while the last free ones are pending waits until they
//! are decided.

use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::identities::only_way;
use super::{ActionError, case_command::actor};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::company::Company;
use crate::domain::viewer::Viewer;
use crate::domain::{EmailAddress, UserId};
use crate::storage::PgConnection;
use crate::storage::administrators::note_sign_in;
use crate::storage::attempts::{
    Attempt, Tries, add_attempt, begin_attempt, count_good, delete_attempt, is_known, lock_account,
    lock_source, settle_attempt, tries_by_account, tries_by_source,
};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::second_factors::has_factor;
use crate::storage::users::{self, Credentials};

/// Time over which failures count.
const WINDOW: Duration = Duration::minutes(15);
/// Failures of one account from one source before it has to wait.
const FREE_HERE: usize = 5;
/// Failures of one account from all sources before unknown sources have to wait.
const FREE_ACCOUNT: usize = 30;
/// Failures from one source, for any account, before it has to wait.
const FREE_SOURCE: usize = 50;
/// First wait in seconds; it doubles with every further failure.
const FIRST_WAIT: i64 = 5;
/// Longest wait in seconds.
const LONGEST_WAIT: i64 = 900;
/// How long a source from which a user signed in counts as known.
const KNOWN: Duration = Duration::days(90);
/// Password links that may be asked for in an hour: for one account, and from one source.
const RESETS: (usize, usize) = (3, 20);
/// Unknown links, and documents that are none of the portal's, from one source in [`SHORT`].
const FREE_STRAY: usize = 20;
/// Genuine documents that one source may check in [`SHORT`].
const FREE_GENUINE: usize = 1_000;
/// Codes of one account that may be wrong in [`CODES_WINDOW`] before unknown places have to wait. A
/// caller who gets to guess a code knows the password; a million codes are not many.
const FREE_CODES: usize = 10;
const CODES_WINDOW: Duration = Duration::hours(24);
const SHORT: Duration = Duration::minutes(10);
/// Invitations of one company in an hour: more than anybody types, and no way to write to many strangers.
const INVITATIONS: usize = 20;
/// How much is kept in an hour of forms without a session, in started pieces of [`LATE_PIECE`]
/// bytes: of one user, and from one source.
const LATE: (usize, usize) = (10, 40);
const LATE_PIECE: usize = 4 * 1024 * 1024;

/// Who makes an attempt: account and source as keyed hashes, so that the table contains no names.
#[derive(Debug, Clone)]
pub struct Attempted {
    account: String,
    source: String,
}

impl Attempted {
    /// Computes the hashes from the typed address and the source.
    pub fn new(app: &App, email: &str, source: &str) -> Self {
        let email = email.trim().to_lowercase();
        Self {
            account: keyed(app, b"account", &email),
            source: source_key(app, source),
        }
    }

    /// One name for the account at this source.
    pub fn name(&self) -> String {
        format!("{} {}", self.account, self.source)
    }
}

/// Whether an attempt may be made now.
#[derive(Debug, Clone)]
pub enum Begun<T> {
    /// It may, and counts from now on.
    Now(T),
    /// Others are pending, and their result decides: ask again in a moment.
    InLine,
}

/// An attempt whose password is being checked.
#[derive(Debug, Clone)]
pub struct SignIn {
    attempt: i64,
    /// The account, if there is one.
    pub found: Option<Credentials>,
    /// Whether the source is known for the account, without recent failures.
    pub known: bool,
}

/// Checks whether signing in may be tried now, notes the attempt and finds the account. The answer
/// and its timing are the same for users that exist and users that do not.
pub fn begin_sign_in(
    conn: &mut PgConnection,
    who: &Attempted,
    email: &str,
    now: DateTime<Utc>,
) -> Result<Begun<SignIn>, ActionError> {
    lock_account(conn, &who.account)?;
    lock_source(conn, &who.source)?;
    let since = now - WINDOW;
    let kind = Attempt::Login;
    let here = tries_by_account(conn, kind, &who.account, Some(&who.source), since, now)?;
    let source = tries_by_source(conn, kind, &who.source, since, now)?;
    let account = tries_by_account(conn, kind, &who.account, None, since, now)?;
    // Strangers can only make strangers wait: a source from which the user signed in before is let
    // through.
    let known = is_known(conn, &who.account, &who.source, now - KNOWN)?;
    let free_account = if known { usize::MAX } else { FREE_ACCOUNT };
    let limits = [
        (&here, FREE_HERE),
        (&source, FREE_SOURCE),
        (&account, free_account),
    ];
    let waits = limits
        .iter()
        .map(|(tries, free)| wait(&tries.failed, *free, now));
    if let Some(seconds) = waits.flatten().max() {
        tracing::warn!(account = %who.account, source = %who.source, seconds, "refused by a limit: sign-in");
        return Err(ActionError::TooManyAttempts(seconds));
    }
    if limits.iter().any(|(tries, free)| is_open(tries, *free)) {
        return Ok(Begun::InLine);
    }
    let attempt = begin_attempt(conn, kind, &who.account, &who.source, now)?;
    let found = match EmailAddress::parse(email) {
        Ok(email) => users::find_credentials(conn, &email)?,
        Err(_) => None,
    };
    let known = known && here.failed.is_empty();
    Ok(Begun::Now(SignIn {
        attempt,
        found,
        known,
    }))
}

/// Whether the result of pending attempts decides if another one is free.
fn is_open(tries: &Tries, free: usize) -> bool {
    tries.pending > 0 && tries.failed.len() + tries.pending >= free
}

/// Deletes an attempt that was never decided.
pub fn withdraw(conn: &mut PgConnection, begun: &SignIn) -> Result<(), ActionError> {
    Ok(delete_attempt(conn, begun.attempt)?)
}

/// Notes whether a signed-in user has given the right password once more.
pub fn end_proof(
    conn: &mut PgConnection,
    who: &Attempted,
    begun: &SignIn,
    proved: bool,
) -> Result<(), ActionError> {
    if !proved {
        tracing::info!(account = %who.account, source = %who.source, "the password asked for once more was wrong");
    }
    Ok(settle_attempt(conn, begun.attempt, proved)?)
}

/// Whether a code may be tried now; [`note_code`] in the same transaction says how it went, so that what
/// comes at once is looked at one by one.
pub fn may_try_code(
    conn: &mut PgConnection,
    who: &Attempted,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    lock_account(conn, &who.account)?;
    lock_source(conn, &who.source)?;
    let (kind, since) = (Attempt::Code, now - WINDOW);
    let here = tries_by_account(conn, kind, &who.account, Some(&who.source), since, now)?;
    let source = tries_by_source(conn, kind, &who.source, since, now)?;
    let account = tries_by_account(conn, kind, &who.account, None, now - CODES_WINDOW, now)?;
    let known = is_known(conn, &who.account, &who.source, now - KNOWN)?;
    let free_account = if known { usize::MAX } else { FREE_CODES };
    let waits = [
        (&here, FREE_HERE),
        (&source, FREE_SOURCE),
        (&account, free_account),
    ]
    .map(|(tries, free)| wait(&tries.failed, free, now));
    match waits.into_iter().flatten().max() {
        Some(seconds) => {
            tracing::warn!(account = %who.account, source = %who.source, seconds, "refused by a limit: codes");
            Err(ActionError::TooManyAttempts(seconds))
        }
        None => Ok(()),
    }
}

/// Writes down whether a code was right.
pub fn note_code(
    conn: &mut PgConnection,
    who: &Attempted,
    is_right: bool,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let attempt = add_attempt(conn, Attempt::Code, &who.account, &who.source, now)?;
    if is_right {
        settle_attempt(conn, attempt, true)?;
    } else {
        tracing::info!(account = %who.account, source = %who.source, "a code of the second factor was wrong");
    }
    Ok(())
}

/// Begins an attempt to sign in with a passkey alone. Nobody is named yet, so that only the source counts;
/// it counts as failed until [`end_passkey`] says otherwise.
pub fn begin_passkey(
    conn: &mut PgConnection,
    app: &App,
    source: &str,
    now: DateTime<Utc>,
) -> Result<i64, ActionError> {
    let source = source_key(app, source);
    lock_source(conn, &source)?;
    let tries = tries_by_source(conn, Attempt::Passkey, &source, now - WINDOW, now)?;
    if let Some(seconds) = wait(&tries.failed, FREE_SOURCE, now) {
        tracing::warn!(%source, seconds, "refused by a limit: passkeys");
        return Err(ActionError::TooManyAttempts(seconds));
    }
    Ok(add_attempt(conn, Attempt::Passkey, "", &source, now)?)
}

/// Notes that a sign-in with a passkey alone was right.
pub fn end_passkey(conn: &mut PgConnection, attempt: i64) -> Result<(), ActionError> {
    Ok(settle_attempt(conn, attempt, true)?)
}

/// Begins a sign-in at an issuer, likewise.
pub fn begin_issuer(
    conn: &mut PgConnection,
    app: &App,
    source: &str,
    now: DateTime<Utc>,
) -> Result<i64, ActionError> {
    let source = source_key(app, source);
    lock_source(conn, &source)?;
    let tries = tries_by_source(conn, Attempt::Issuer, &source, now - WINDOW, now)?;
    if let Some(seconds) = wait(&tries.failed, FREE_SOURCE, now) {
        tracing::warn!(%source, seconds, "refused by a limit: sign-in at an issuer");
        return Err(ActionError::TooManyAttempts(seconds));
    }
    Ok(add_attempt(conn, Attempt::Issuer, "", &source, now)?)
}

/// Notes that somebody came back from an issuer who is believed.
pub fn end_issuer(conn: &mut PgConnection, attempt: i64) -> Result<(), ActionError> {
    Ok(settle_attempt(conn, attempt, true)?)
}

/// How far a sign-in got with the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedIn {
    /// The user is not signed in.
    No,
    /// The person has no second factor.
    Yes(Viewer),
    /// The password was right, and the second factor is asked for (S-36).
    HalfWay(UserId),
    /// The password was right, and the person signs in at the issuer with this number alone (S-41).
    AtIssuer(u8),
}

/// Writes down how signing in went; `user` is whom the password belongs to. With a second factor nothing
/// is written yet: a place does not become known by the password alone.
pub fn end_sign_in(
    conn: &mut PgConnection,
    app: &App,
    (who, begun): (&Attempted, &SignIn),
    user: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<SignedIn, ActionError> {
    let viewer = user
        .map(|id| users::find_viewer(conn, id))
        .transpose()?
        .flatten();
    let Some(viewer) = viewer else {
        settle_attempt(conn, begun.attempt, false)?;
        tracing::info!(account = %who.account, source = %who.source, "sign-in failed");
        return Ok(SignedIn::No);
    };
    if let Some(issuer) = only_way(conn, app, viewer.user)? {
        delete_attempt(conn, begun.attempt)?;
        return Ok(SignedIn::AtIssuer(issuer));
    }
    if has_factor(conn, viewer.user)? {
        delete_attempt(conn, begun.attempt)?;
        return Ok(SignedIn::HalfWay(viewer.user));
    }
    settle_attempt(conn, begun.attempt, true)?;
    note_signed_in(conn, &viewer, now)?;
    Ok(SignedIn::Yes(viewer))
}

/// Signs in whose second factor was right after the password.
pub fn end_sign_in_with_code(
    conn: &mut PgConnection,
    who: &Attempted,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let attempt = begin_attempt(conn, Attempt::Login, &who.account, &who.source, now)?;
    settle_attempt(conn, attempt, true)?;
    note_signed_in(conn, viewer, now)
}

/// Writes down that somebody signed in.
pub(super) fn note_signed_in(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    note_sign_in(conn, viewer.user, now)?;
    let event = NewEvent {
        kind: AuditKind::SignedIn,
        actor: actor(viewer),
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}

/// Seconds to wait after these failures, newest first.
fn wait(failures: &[DateTime<Utc>], free: usize, now: DateTime<Utc>) -> Option<u64> {
    let last = failures.first()?;
    let over = failures.len().checked_sub(free)?;
    let seconds = FIRST_WAIT
        .saturating_mul(1_i64 << over.min(20))
        .min(LONGEST_WAIT);
    let left = (*last + Duration::seconds(seconds) - now).num_seconds();
    u64::try_from(left).ok().filter(|left| *left > 0)
}

/// Notes a token that does not exist; `TooManyAttempts` if one source tries many (S-12).
pub fn note_unknown_token(
    conn: &mut PgConnection,
    app: &App,
    source: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let source = source_key(app, source);
    lock_source(conn, &source)?;
    let tries = tries_by_source(conn, Attempt::Token, &source, now - SHORT, now)?;
    refuse_stray(&tries)?;
    add_attempt(conn, Attempt::Token, "", &source, now)?;
    Ok(())
}

/// Whether a source may check another document: asked before the document is read.
pub fn may_check(
    conn: &mut PgConnection,
    app: &App,
    source: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let source = source_key(app, source);
    refuse_stray(&tries_by_source(
        conn,
        Attempt::Check,
        &source,
        now - SHORT,
        now,
    )?)
}

/// Begins a check of a document. Refuses the 21st one from a source within ten minutes that is none
/// of the portal's, as S-12 does; genuine ones have a much higher limit.
pub fn begin_check(
    conn: &mut PgConnection,
    app: &App,
    source: &str,
    now: DateTime<Utc>,
) -> Result<Begun<i64>, ActionError> {
    let source = source_key(app, source);
    lock_source(conn, &source)?;
    let tries = tries_by_source(conn, Attempt::Check, &source, now - SHORT, now)?;
    refuse_stray(&tries)?;
    if count_good(conn, Attempt::Check, &source, now - SHORT)? >= FREE_GENUINE {
        return Err(too_many());
    }
    if is_open(&tries, FREE_STRAY) {
        return Ok(Begun::InLine);
    }
    let attempt = begin_attempt(conn, Attempt::Check, "", &source, now)?;
    Ok(Begun::Now(attempt))
}

/// Notes whether the document was one of the portal's.
pub fn end_check(conn: &mut PgConnection, attempt: i64, genuine: bool) -> Result<(), ActionError> {
    Ok(settle_attempt(conn, attempt, genuine)?)
}

fn refuse_stray(tries: &Tries) -> Result<(), ActionError> {
    if tries.failed.len() >= FREE_STRAY {
        return Err(too_many());
    }
    Ok(())
}

fn too_many() -> ActionError {
    ActionError::TooManyAttempts(SHORT.num_seconds().unsigned_abs())
}

/// Counts a request for a password link; false if the limit is reached.
pub fn may_reset(
    conn: &mut PgConnection,
    who: &Attempted,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    lock_account(conn, &who.account)?;
    lock_source(conn, &who.source)?;
    let since = now - Duration::hours(1);
    let kind = Attempt::Reset;
    let by_account = tries_by_account(conn, kind, &who.account, None, since, now)?;
    let by_source = tries_by_source(conn, kind, &who.source, since, now)?;
    if by_account.failed.len() >= RESETS.0 || by_source.failed.len() >= RESETS.1 {
        tracing::warn!(account = %who.account, source = %who.source, "refused by a limit: password links");
        return Ok(false);
    }
    add_attempt(conn, kind, &who.account, &who.source, now)?;
    Ok(true)
}

/// Counts a mail that a company has sent to somebody it invites, so that it does not reach many strangers
/// in the operator's name.
pub fn note_invitation(
    conn: &mut PgConnection,
    app: &App,
    company: Company,
    source: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let name = match company {
        Company::Partner(id) => format!("invitations partner {id}"),
        Company::Customer(number) => format!("invitations customer {number}"),
    };
    let who = Attempted::new(app, &name, source);
    lock_account(conn, &who.account)?;
    let (kind, hour) = (Attempt::Invitation, Duration::hours(1));
    let sent = tries_by_account(conn, kind, &who.account, None, now - hour, now)?;
    if let Some(at) = sent.failed.get(INVITATIONS - 1) {
        tracing::warn!(account = %who.account, source = %who.source, "refused by a limit: invitations");
        let left = (*at + hour - now).num_seconds();
        return Err(ActionError::TooManyAttempts(
            u64::try_from(left).unwrap_or(0).max(1),
        ));
    }
    add_attempt(conn, kind, &who.account, &who.source, now)?;
    Ok(())
}

/// Counts a form of `bytes` bytes that came without a session, before it is kept (A3).
pub fn note_late_form(
    conn: &mut PgConnection,
    app: &App,
    user: UserId,
    source: &str,
    bytes: usize,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let who = Attempted::new(app, &format!("user {user}"), source);
    lock_account(conn, &who.account)?;
    lock_source(conn, &who.source)?;
    let (since, kind, pieces) = (
        now - Duration::hours(1),
        Attempt::Late,
        bytes / LATE_PIECE + 1,
    );
    let by_account = tries_by_account(conn, kind, &who.account, None, since, now)?;
    let by_source = tries_by_source(conn, kind, &who.source, since, now)?;
    if by_account.failed.len() + pieces > LATE.0 || by_source.failed.len() + pieces > LATE.1 {
        return Err(ActionError::TooManyAttempts(3_600));
    }
    for _ in 0..pieces {
        add_attempt(conn, kind, &who.account, &who.source, now)?;
    }
    Ok(())
}

/// A source as a keyed hash: the same for the same source, and no address (S-82).
pub fn source_key(app: &App, source: &str) -> String {
    keyed(app, b"source", source)
}

fn keyed(app: &App, label: &[u8], text: &str) -> String {
    // HMAC takes keys of any length; the other branch only satisfies the type.
    let key = app.config.keys.current.audit.bytes();
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default()));
    mac.update(label);
    mac.update(b"\0");
    mac.update(text.as_bytes());
    let mut hex = base16ct::lower::encode_string(&mac.finalize().into_bytes());
    hex.truncate(32);
    hex
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn waiting_doubles_and_has_an_end() {
        // S-37: failures so far, seconds to wait right after the last one
        let now: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().unwrap();
        for (failures, expected) in [
            (0, None),
            (4, None),
            (5, Some(5)),
            (6, Some(10)),
            (8, Some(40)),
            (60, Some(900)),
        ] {
            assert_eq!(
                wait(&vec![now; failures], FREE_HERE, now),
                expected,
                "{failures} failures"
            );
        }
        assert_eq!(wait(&[now - Duration::seconds(6); 5], FREE_HERE, now), None);
    }

    #[test]
    fn f9_what_is_being_looked_at_decides_nothing_yet() {
        let now: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().unwrap();
        for (failed, pending, open) in [
            (0, 0, false),
            (0, 4, false),
            (0, 5, true),
            (4, 0, false),
            (4, 1, true),
            // The wait has ended: one attempt at a time.
            (7, 0, false),
            (7, 1, true),
        ] {
            let tries = Tries {
                failed: vec![now; failed],
                pending,
            };
            assert_eq!(is_open(&tries, FREE_HERE), open, "{failed} and {pending}");
        }
    }
}
