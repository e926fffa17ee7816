//! Second factors: set up, asked for, removed, reset by an administrator (S-36). What is wrong with
//! a typed code is a value and not an error, because that it was tried has to be written down.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::documents::sha256;
use super::throttle::{Attempted, end_sign_in_with_code, may_try_code, note_code};
use super::{ActionError, Actor, case_command::actor};
use crate::app::App;
use crate::cipher::{self, Purpose};
use crate::domain::audit::AuditKind;
use crate::domain::case::Refusal;
use crate::domain::mail::{MailKind, Recipient};
use crate::domain::second_factor::{
    CodeFault, FactorChange, RECOVERY_BYTES, RECOVERY_CODES, SECRET_BYTES, Secret, Typed, judge,
    recovery_code,
};
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{EmailAddress, UserId};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::mails::{NewMail, queue_mail};
use crate::storage::second_factors::{
    CodeUse, StoredFactor, delete_app, delete_codes, delete_factors, find_factor, has_factor,
    lock_factor, lock_secrets, replace_codes, save_app, save_secret, use_code, use_step,
};
use crate::storage::{PgConnection, sessions, users};

/// A secret for an app that is being set up.
pub fn new_secret() -> Result<Secret, ActionError> {
    Ok(Secret::new(cipher::random::<SECRET_BYTES>()?))
}

/// What came of setting up a second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetUp {
    /// It is there; these recovery codes are shown once.
    Done(Vec<String>),
    /// It is there beside passkeys, whose recovery codes stay.
    Beside,
    /// The form was sent twice: it was there already.
    Again,
}

/// Sets up an authenticator app, or one in place of another, once the app has shown a code of it. All other
/// sessions of the person end; `csrf` is the token of this one's forms. `proved`: whether the person has
/// proved to have a factor already, and must have where there is one.
pub fn set_up(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    (csrf, proved): (&str, bool),
    (secret, typed): (&Secret, &str),
    now: DateTime<Utc>,
) -> Result<Result<SetUp, CodeFault>, ActionError> {
    users::lock_user(conn, viewer.user)?;
    let before = find_factor(conn, viewer.user)?;
    if let Some(before) = &before
        && known(app, viewer.user, before).is_some_and(|(known, _)| known == *secret)
    {
        return Ok(Ok(SetUp::Again));
    }
    let had_factor = has_factor(conn, viewer.user)?;
    if had_factor != proved {
        return Err(ActionError::Changed);
    }
    let step = match first_step(secret, typed, now) {
        Ok(step) => step,
        Err(fault) => return Ok(Err(fault)),
    };
    let factor = StoredFactor {
        secret: cipher::close(
            &app.config.keys,
            Purpose::Secret,
            viewer.user,
            secret.bytes(),
        )?,
        last_step: step,
        set_up_at: now,
    };
    save_app(conn, viewer.user, &factor)?;
    let done = if before.is_some() || !had_factor {
        let (codes, hashes) = new_codes()?;
        replace_codes(conn, viewer.user, &hashes)?;
        SetUp::Done(codes)
    } else {
        SetUp::Beside
    };
    sessions::delete_others(conn, viewer.user, csrf)?;
    let change = match before {
        Some(_) => FactorChange::Replaced,
        None => FactorChange::SetUp,
    };
    tell(conn, app, viewer.user, change, now)?;
    note(conn, viewer, change, now)?;
    Ok(Ok(done))
}

/// What is wrong with the first code of an app that is being set up.
pub fn fault_of(secret: &Secret, typed: &str, now: DateTime<Utc>) -> Option<CodeFault> {
    first_step(secret, typed, now).err()
}

fn first_step(secret: &Secret, typed: &str, now: DateTime<Utc>) -> Result<i64, CodeFault> {
    match Typed::read(typed) {
        Typed::Nothing => Err(CodeFault::Missing),
        Typed::Code(code) => judge(secret, code, None, now),
        Typed::Recovery(_) | Typed::Unreadable => Err(CodeFault::Unreadable),
    }
}

/// Removes the own authenticator app; the last factor only where none is obligatory. Says whether a
/// factor is left.
pub fn remove(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    users::lock_user(conn, viewer.user)?;
    if !delete_app(conn, viewer.user)? {
        return Err(Refusal::Unchanged.into());
    }
    let is_left = has_factor(conn, viewer.user)?;
    if !is_left {
        if app.config.rules.second_factor.requires(viewer.role) {
            return Err(ActionError::NotAllowed);
        }
        delete_codes(conn, viewer.user)?;
    }
    tell(conn, app, viewer.user, FactorChange::Removed, now)?;
    note(conn, viewer, FactorChange::Removed, now)?;
    Ok(is_left)
}

/// Makes new recovery codes in place of those before.
pub fn renew_codes(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> Result<Vec<String>, ActionError> {
    users::lock_user(conn, viewer.user)?;
    if !has_factor(conn, viewer.user)? {
        return Err(ActionError::NotFound);
    }
    let (codes, hashes) = new_codes()?;
    replace_codes(conn, viewer.user, &hashes)?;
    tell(conn, app, viewer.user, FactorChange::CodesRenewed, now)?;
    note(conn, viewer, FactorChange::CodesRenewed, now)?;
    Ok(codes)
}

/// Takes away every second factor of a user who has lost one, and ends the sessions begun with it.
/// Never the own one: that takes another administrator, or the command line.
pub fn reset(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    (user, reason): (UserId, &str),
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if !viewer.role.has(Duty::Administration) || viewer.user == user {
        return Err(ActionError::NotAllowed);
    }
    reset_by(conn, app, actor(viewer), (user, reason), now)
}

/// The same on the command line, for the only administrator who has lost everything: `None` without such
/// a user, `Some(false)` without a second factor.
pub fn reset_by_command(
    conn: &mut PgConnection,
    app: &App,
    email: &EmailAddress,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Option<bool>, ActionError> {
    let Some(found) = users::find_credentials(conn, email)? else {
        return Ok(None);
    };
    match reset_by(conn, app, Actor::Command, (found.user, reason), now) {
        Ok(()) => Ok(Some(true)),
        Err(ActionError::Refused(Refusal::Unchanged)) => Ok(Some(false)),
        Err(error) => Err(error),
    }
}

fn reset_by(
    conn: &mut PgConnection,
    app: &App,
    by: Actor,
    (user, reason): (UserId, &str),
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let (name, _) = users::find_contact(conn, user)?.ok_or(ActionError::NotFound)?;
    if !delete_factors(conn, user)? {
        return Err(Refusal::Unchanged.into());
    }
    sessions::delete_all(conn, user)?;
    tell(conn, app, user, FactorChange::Reset, now)?;
    let event = NewEvent {
        kind: AuditKind::SecondFactorReset {
            name,
            reason: reason.to_owned(),
        },
        actor: by,
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}

/// Signs in the person whose password was right, if the code is.
pub fn sign_in(
    conn: &mut PgConnection,
    app: &App,
    who: &Attempted,
    (user, typed): (UserId, &str),
    now: DateTime<Utc>,
) -> Result<Result<Viewer, CodeFault>, ActionError> {
    let viewer = users::find_viewer(conn, user)?.ok_or(ActionError::NotFound)?;
    if let Err(fault) = prove(conn, app, who, &viewer, typed, now)? {
        return Ok(Err(fault));
    }
    end_sign_in_with_code(conn, who, &viewer, now)?;
    Ok(Ok(viewer))
}

/// Looks at a code, of the app or for recovery, throttled. An accepted one is used up with the
/// transaction.
pub fn prove(
    conn: &mut PgConnection,
    app: &App,
    who: &Attempted,
    viewer: &Viewer,
    typed: &str,
    now: DateTime<Utc>,
) -> Result<Result<(), CodeFault>, ActionError> {
    let user = viewer.user;
    let typed = match Typed::read(typed) {
        Typed::Nothing => return Ok(Err(CodeFault::Missing)),
        typed => typed,
    };
    may_try_code(conn, who, now)?;
    let factor = lock_factor(conn, user)?;
    if factor.is_none() && !has_factor(conn, user)? {
        return Err(ActionError::NotFound);
    }
    let (accepted, is_recovery) = match (&typed, &factor) {
        (Typed::Code(code), Some(factor)) => (of_app(conn, app, user, factor, *code, now)?, false),
        (Typed::Code(_), None) => (Err(CodeFault::NoApp), false),
        (Typed::Recovery(bare), _) => {
            let used = use_code(conn, user, &hash(bare), now)?;
            let accepted = match used {
                CodeUse::Accepted => Ok(()),
                CodeUse::Used => Err(CodeFault::RecoveryUsed),
                CodeUse::Unknown => Err(CodeFault::RecoveryUnknown),
            };
            (accepted, true)
        }
        (Typed::Nothing | Typed::Unreadable, _) => (Err(CodeFault::Unreadable), false),
    };
    note_code(conn, who, accepted.is_ok(), now)?;
    if accepted.is_ok() && is_recovery {
        tell(conn, app, user, FactorChange::CodeUsed, now)?;
        note(conn, viewer, FactorChange::CodeUsed, now)?;
    }
    Ok(accepted)
}

/// Looks at a code of the app and notes its step, so that it is good once. A secret that is still
/// encrypted with the key before is encrypted anew (S-86).
fn of_app(
    conn: &mut PgConnection,
    app: &App,
    user: UserId,
    factor: &StoredFactor,
    code: u32,
    now: DateTime<Utc>,
) -> Result<Result<(), CodeFault>, ActionError> {
    let Some((secret, is_old)) = known(app, user, factor) else {
        tracing::error!(%user, "a second factor cannot be read: it was encrypted with another AVV_SECRET_KEY");
        return Ok(Err(CodeFault::Wrong));
    };
    let step = match judge(&secret, code, Some(factor.last_step), now) {
        Ok(step) => step,
        // Who guesses must not learn what will be good in a moment.
        Err(CodeFault::Ahead(_)) => return Ok(Err(CodeFault::Wrong)),
        Err(fault) => return Ok(Err(fault)),
    };
    let stored = match is_old {
        true => cipher::close(&app.config.keys, Purpose::Secret, user, secret.bytes())?,
        false => factor.secret.clone(),
    };
    use_step(conn, user, step, &stored)?;
    Ok(Ok(()))
}

/// Encrypts anew what is still encrypted with the key before, for at most `limit` users behind `after`
/// (S-86); says behind whom it goes on.
pub fn encrypt_anew(
    conn: &mut PgConnection,
    app: &App,
    after: UserId,
    limit: i64,
) -> Result<Option<UserId>, ActionError> {
    let (keys, rows) = (&app.config.keys, lock_secrets(conn, after, limit)?);
    for (user, text) in &rows {
        let opened = cipher::open(keys, Purpose::Secret, *user, text);
        if let Some(old) = opened.filter(|opened| opened.is_old) {
            let text = cipher::close(keys, Purpose::Secret, *user, &old.bytes)?;
            save_secret(conn, *user, &text)?;
        }
    }
    Ok(rows.last().map(|(user, _)| *user))
}

/// The secret of a stored factor, and whether it should be encrypted anew.
fn known(app: &App, user: UserId, factor: &StoredFactor) -> Option<(Secret, bool)> {
    let opened = cipher::open(&app.config.keys, Purpose::Secret, user, &factor.secret)?;
    let bytes = opened.bytes.as_slice().try_into().ok()?;
    Some((Secret::new(bytes), opened.is_old))
}

/// New recovery codes, and their hashes.
pub(super) fn new_codes() -> Result<(Vec<String>, Vec<String>), ActionError> {
    let codes = (0..RECOVERY_CODES)
        .map(|_| Ok(recovery_code(cipher::random::<RECOVERY_BYTES>()?)))
        .collect::<Result<Vec<String>, ActionError>>()?;
    let hashes = codes
        .iter()
        .map(|code| hash(&code.replace('-', "")))
        .collect();
    Ok((codes, hashes))
}

fn hash(bare: &str) -> String {
    sha256(bare.as_bytes())
}

/// Queues the mail that tells the person.
pub(super) fn tell(
    conn: &mut PgConnection,
    app: &App,
    user: UserId,
    change: FactorChange,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let mail = NewMail {
        step: format!("factor:{}", Uuid::new_v4()),
        kind: MailKind::FactorChanged { change },
        to: Recipient::User(user),
        customer: None,
        message_id: app.new_message_id(),
    };
    queue_mail(conn, &mail, now)?;
    Ok(())
}

/// Writes down what a person did to the own factors.
pub(super) fn note(
    conn: &mut PgConnection,
    viewer: &Viewer,
    change: FactorChange,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind: AuditKind::SecondFactor { change },
        actor: actor(viewer),
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}
