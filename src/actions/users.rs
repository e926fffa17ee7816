//! Signing in, setting passwords, adding and disabling users.

use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use super::{ActionError, Actor, door::actor};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::mail::{MailKind, Recipient};
use crate::domain::viewer::{Role, Viewer};
use crate::domain::{EmailAddress, UserId};
use crate::storage::PgConnection;
use crate::storage::attempts::{
    Attempt, add_attempt, failures_by_account, failures_by_source, is_known, lock_account,
    settle_attempt,
};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::mails::{NewMail, queue_mail};
use crate::storage::users::{self, Credentials, NewUser};

/// Time over which failures count.
const WINDOW: Duration = Duration::minutes(15);
/// Failures of one account from one place before it has to wait.
const FREE_HERE: usize = 5;
/// Failures of one account from everywhere before unknown places have to wait.
const FREE_ACCOUNT: usize = 30;
/// Failures from one place, whatever the account, before it has to wait.
const FREE_SOURCE: usize = 50;
/// First wait; it doubles with every further failure.
const FIRST_WAIT: i64 = 5;
/// Longest wait in seconds.
const LONGEST_WAIT: i64 = 900;
/// How long a place from which somebody signed in counts as known.
const KNOWN: Duration = Duration::days(90);
/// Links to reset a password: how many an account, and how many a place may ask for in an hour.
const RESETS: (usize, usize) = (3, 20);
/// Life of a link to reset a password (S-38), and of an invitation.
const RESET_LIFE: Duration = Duration::minutes(60);
const INVITATION_LIFE: Duration = Duration::days(7);

/// Who tries: account and place as keyed hashes, so that the table names nobody.
#[derive(Debug, Clone)]
pub struct Attempted {
    pub(super) account: String,
    pub(super) source: String,
}

impl Attempted {
    /// From what was typed and where it came from.
    pub fn new(app: &App, email: &str, source: &str) -> Self {
        let email = email.trim().to_lowercase();
        Self {
            account: keyed(app, b"account", &email),
            source: keyed(app, b"source", source),
        }
    }
}

/// An attempt whose password is being checked. It counts as failed until it has succeeded.
#[derive(Debug, Clone)]
pub struct Begun {
    attempt: i64,
    /// The account, if there is one.
    pub found: Option<Credentials>,
}

/// Looks whether signing in may be tried now, counts the attempt and finds the account. The same
/// answer, in the same time, for users that exist and users that do not. Counting comes before the
/// slow look at the password, so that guesses sent all at once are counted one by one.
pub fn begin_sign_in(
    conn: &mut PgConnection,
    who: &Attempted,
    email: &str,
    now: DateTime<Utc>,
) -> Result<Begun, ActionError> {
    lock_account(conn, &who.account)?;
    let since = now - WINDOW;
    let here = failures_by_account(conn, Attempt::Login, &who.account, Some(&who.source), since)?;
    let source = failures_by_source(conn, Attempt::Login, &who.source, since)?;
    let account = failures_by_account(conn, Attempt::Login, &who.account, None, since)?;
    // Strangers can make only strangers wait: a place from which the user signed in before is let through.
    let known = is_known(conn, &who.account, &who.source, now - KNOWN)?;
    let wait = [
        wait(&here, FREE_HERE, now),
        wait(&source, FREE_SOURCE, now),
        if known {
            None
        } else {
            wait(&account, FREE_ACCOUNT, now)
        },
    ];
    if let Some(seconds) = wait.into_iter().flatten().max() {
        return Err(ActionError::TooManyAttempts(seconds));
    }
    let attempt = add_attempt(conn, Attempt::Login, &who.account, &who.source, false, now)?;
    let found = match EmailAddress::parse(email) {
        Ok(email) => users::find_credentials(conn, &email)?,
        Err(_) => None,
    };
    Ok(Begun { attempt, found })
}

/// Writes down that a signed-in person has proved the password once more.
pub fn end_proof(conn: &mut PgConnection, begun: &Begun) -> Result<(), ActionError> {
    Ok(settle_attempt(conn, begun.attempt)?)
}

/// Writes down how signing in went; `user` is whom the password belongs to.
pub fn end_sign_in(
    conn: &mut PgConnection,
    who: &Attempted,
    begun: &Begun,
    user: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Option<Viewer>, ActionError> {
    let viewer = user
        .map(|id| users::find_viewer(conn, id))
        .transpose()?
        .flatten();
    if let Some(viewer) = &viewer {
        settle_attempt(conn, begun.attempt)?;
        let event = NewEvent {
            kind: AuditKind::SignedIn,
            actor: actor(viewer),
            customer: None,
            status: None,
        };
        add_event(conn, &event, now)?;
    } else {
        tracing::info!(account = &who.account[..8], "sign-in failed");
    }
    Ok(viewer)
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

/// Notes a token that does not exist; `TooManyAttempts` when one place tries many (S-12).
pub fn note_unknown_token(
    conn: &mut PgConnection,
    app: &App,
    source: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    throttle(conn, app, Attempt::Token, source, now)
}

/// Counts a check of a document; refuses the 21st of one place within ten minutes, as S-12 does.
pub fn note_check(
    conn: &mut PgConnection,
    app: &App,
    source: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    throttle(conn, app, Attempt::Check, source, now)
}

fn throttle(
    conn: &mut PgConnection,
    app: &App,
    kind: Attempt,
    source: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let who = Attempted::new(app, "", source);
    let since = now - Duration::minutes(10);
    if failures_by_source(conn, kind, &who.source, since)?.len() >= 20 {
        return Err(ActionError::TooManyAttempts(600));
    }
    add_attempt(conn, kind, "", &who.source, false, now)?;
    Ok(())
}

/// "Passwort vergessen": mails a link if the account exists. The caller answers the same either way.
pub fn request_password_link(
    conn: &mut PgConnection,
    app: &App,
    email: &str,
    source: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let who = Attempted::new(app, email, source);
    let since = now - Duration::hours(1);
    let by_account = failures_by_account(conn, Attempt::Reset, &who.account, None, since)?.len();
    let by_source = failures_by_source(conn, Attempt::Reset, &who.source, since)?.len();
    if by_account >= RESETS.0 || by_source >= RESETS.1 {
        return Ok(());
    }
    add_attempt(conn, Attempt::Reset, &who.account, &who.source, false, now)?;
    let found = match EmailAddress::parse(email) {
        Ok(email) => users::find_credentials(conn, &email)?,
        Err(_) => None,
    };
    match found {
        Some(found) => {
            send_password_link(conn, app, found.user, found.password_hash.is_none(), now)
        }
        None => Ok(()),
    }
}

pub(super) fn send_password_link(
    conn: &mut PgConnection,
    app: &App,
    user: UserId,
    invitation: bool,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let id = Uuid::new_v4();
    users::create_password_link(
        conn,
        id,
        user,
        now + if invitation {
            INVITATION_LIFE
        } else {
            RESET_LIFE
        },
    )?;
    let mail = NewMail {
        step: format!("password:{id}"),
        kind: MailKind::SetPassword { invitation },
        to: Recipient::User(user),
        customer: None,
        message_id: app.new_message_id(),
    };
    queue_mail(conn, &mail, now)?;
    Ok(())
}

/// Sets a password by a mailed link: uses the link up, ends all sessions, tells the user (S-38).
pub fn set_password(
    conn: &mut PgConnection,
    app: &App,
    link: Uuid,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let (user, _) = users::find_password_link(conn, link, now)?.ok_or(ActionError::NotFound)?;
    if !users::use_password_link(conn, link, now)? {
        return Err(ActionError::NotFound);
    }
    let viewer = users::find_viewer(conn, user)?.ok_or(ActionError::NotFound)?;
    users::save_password(conn, user, hash)?;
    let mail = NewMail {
        step: format!("password-changed:{link}"),
        kind: MailKind::PasswordChanged,
        to: Recipient::User(user),
        customer: None,
        message_id: app.new_message_id(),
    };
    queue_mail(conn, &mail, now)?;
    let event = NewEvent {
        kind: AuditKind::PasswordSet,
        actor: actor(&viewer),
        customer: None,
        status: None,
    };
    add_event(conn, &event, now)?;
    Ok(())
}

/// Adds a user and mails an invitation to set a password.
pub fn add(
    conn: &mut PgConnection,
    app: &App,
    by: Actor,
    new: &NewUser,
    now: DateTime<Utc>,
) -> Result<UserId, ActionError> {
    let id = users::create_user(conn, new, now)?;
    if new.password_hash.is_none() {
        send_password_link(conn, app, id, true, now)?;
    }
    log_added(conn, by, new, now)?;
    Ok(id)
}

/// Adds a user and gives the invitation to the caller instead of mailing it: the first
/// administrator comes before there is anything to mail with (S-39).
pub fn add_with_link(
    conn: &mut PgConnection,
    by: Actor,
    new: &NewUser,
    now: DateTime<Utc>,
) -> Result<(UserId, Uuid), ActionError> {
    let id = users::create_user(conn, new, now)?;
    let link = Uuid::new_v4();
    users::create_password_link(conn, link, id, now + INVITATION_LIFE)?;
    log_added(conn, by, new, now)?;
    Ok((id, link))
}

fn log_added(
    conn: &mut PgConnection,
    by: Actor,
    new: &NewUser,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind: AuditKind::UserAdded {
            name: new.name.clone(),
        },
        actor: by,
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}

/// Disables a user; all sessions end with the same commit (S-33).
pub fn disable(
    conn: &mut PgConnection,
    viewer: &Viewer,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if viewer.role != Role::Operator || viewer.user == user {
        return Err(ActionError::NotAllowed);
    }
    let (name, _) = users::find_contact(conn, user)?.ok_or(ActionError::NotFound)?;
    if users::disable_user(conn, user, now)? {
        let event = NewEvent {
            kind: AuditKind::UserDisabled { name },
            actor: actor(viewer),
            customer: None,
            status: None,
        };
        add_event(conn, &event, now)?;
    }
    Ok(())
}

fn keyed(app: &App, label: &[u8], text: &str) -> String {
    // HMAC takes keys of any length; the other branch only satisfies the type.
    let key = app.config.keys.current.audit.bytes();
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default()));
    mac.update(label);
    mac.update(b"\0");
    mac.update(text.as_bytes());
    let mut name = base16ct::lower::encode_string(&mac.finalize().into_bytes());
    name.truncate(32);
    name
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
}
