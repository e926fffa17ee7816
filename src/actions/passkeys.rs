//! Passkeys: added, removed, and asked for when signing in or once more (S-36, S-40). What a browser is
//! asked to sign is stored until it answers: five minutes, for one session, and once. Why an answer is
//! not accepted is a value and not an error, because that it was tried has to be written down.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::ActionError;
use super::identities::only_way;
use super::second_factor::{new_codes, note, tell};
use super::throttle::{
    Attempted, begin_passkey, end_passkey, end_sign_in_with_code, may_try_code, note_code,
};
use crate::app::App;
use crate::cipher;
use crate::domain::UserId;
use crate::domain::case::Refusal;
use crate::domain::passkey::{HANDLE_BYTES, MOST_PASSKEYS, PasskeyFault, Purpose, challenge_life};
use crate::domain::second_factor::FactorChange;
use crate::domain::viewer::Viewer;
use crate::storage::passkeys::{
    create_challenge, create_passkey, delete_passkey, list_credentials, lock_passkey,
    take_challenge, use_passkey,
};
use crate::storage::second_factors::{delete_codes, has_factor, replace_codes};
use crate::storage::{PgConnection, sessions, users};
use crate::webauthn::{Answer, Asked, Owner, Refused, RelyingParty};

/// Something a browser is asked to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// By what the session knows it.
    pub id: Uuid,
    /// What the page hands to the browser, as JSON.
    pub options: String,
}

/// The portal as devices know it; `NotFound` where its address has no name.
fn party(app: &App) -> Result<RelyingParty, ActionError> {
    RelyingParty::of(&app.config.web.base_url).ok_or(ActionError::NotFound)
}

/// Whether this portal can have passkeys: its address is a name and no number.
pub fn are_possible(app: &App) -> bool {
    RelyingParty::of(&app.config.web.base_url).is_some()
}

/// Asks for a new passkey; `portal` is what the device calls the portal.
pub fn ask_for_new(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    portal: &str,
    now: DateTime<Utc>,
) -> Result<Question, ActionError> {
    let party = party(app)?;
    let contact = users::find_contact(conn, viewer.user)?;
    let (name, email) = contact.ok_or(ActionError::NotFound)?;
    let present = list_credentials(conn, viewer.user)?;
    let known = present
        .first()
        .and_then(|(_, handle)| handle.as_slice().try_into().ok());
    let handle = match known {
        Some(handle) => handle,
        None => cipher::random::<HANDLE_BYTES>()?,
    };
    let owner = Owner {
        portal: portal.to_owned(),
        email,
        name,
        handle,
    };
    let present = present.into_iter().map(|(id, _)| id).collect();
    let asked = party.ask_for_new(&owner, present);
    store(conn, asked, (Purpose::Add, Some(viewer.user), None), now)
}

/// Asks a known person for a passkey.
pub fn ask_to_prove(
    conn: &mut PgConnection,
    app: &App,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Question, ActionError> {
    let asked = party(app)?.ask();
    store(conn, asked, (Purpose::Prove, Some(user), None), now)
}

/// Asks a visitor for any passkey of the portal. It counts as an attempt that failed until the answer is
/// right, so that neither guesses nor questions without an answer come without end.
pub fn ask_to_sign_in(
    conn: &mut PgConnection,
    app: &App,
    source: &str,
    now: DateTime<Utc>,
) -> Result<Question, ActionError> {
    let asked = party(app)?.ask();
    let attempt = begin_passkey(conn, app, source, now)?;
    store(conn, asked, (Purpose::SignIn, None, Some(attempt)), now)
}

/// Forgets what was asked before in a session that is asked anew.
pub fn forget(conn: &mut PgConnection, asked: Option<Uuid>) -> Result<(), ActionError> {
    if let Some(id) = asked {
        take_challenge(conn, id)?;
    }
    Ok(())
}

fn store(
    conn: &mut PgConnection,
    asked: Result<Asked, Refused>,
    what: (Purpose, Option<UserId>, Option<i64>),
    now: DateTime<Utc>,
) -> Result<Question, ActionError> {
    let Asked { options, state } = asked.map_err(|error| {
        tracing::error!(%error, "no passkey can be asked for");
        ActionError::NotFound
    })?;
    let id = create_challenge(conn, what, &state, now + challenge_life())?;
    Ok(Question { id, options })
}

/// What came of adding a passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It is the first factor of the person: these recovery codes are shown once.
    First(Vec<String>),
    /// There was a factor before, and its recovery codes stay.
    Further,
}

/// Adds a passkey. All other sessions of the person end; `csrf` is the token of this one's forms.
pub fn add(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    (csrf, name): (&str, &str),
    (asked, answer): (Option<Uuid>, &str),
    now: DateTime<Utc>,
) -> Result<Result<Added, PasskeyFault>, ActionError> {
    let party = party(app)?;
    let user = viewer.user;
    users::lock_user(conn, user)?;
    let challenge = asked.map(|id| take_challenge(conn, id)).transpose()?;
    let challenge = challenge.flatten();
    let Some(challenge) = challenge.filter(|one| one.fits(Purpose::Add, Some(user), now)) else {
        return Ok(Err(PasskeyFault::Late));
    };
    let made = match party.look_at_new(&challenge.state, answer) {
        Ok(made) => made,
        Err(error) => {
            tracing::warn!(%user, %error, "refused: a new passkey");
            return Ok(Err(PasskeyFault::Wrong));
        }
    };
    let present = list_credentials(conn, user)?;
    if present.len() >= MOST_PASSKEYS {
        return Ok(Err(PasskeyFault::TooMany));
    }
    let is_first = !has_factor(conn, user)?;
    if !create_passkey(conn, (user, name), &made, now)? {
        return Ok(Err(PasskeyFault::Known));
    }
    let added = if is_first {
        let (codes, hashes) = new_codes()?;
        replace_codes(conn, user, &hashes)?;
        Added::First(codes)
    } else {
        Added::Further
    };
    sessions::delete_others(conn, user, csrf)?;
    tell(conn, app, user, FactorChange::PasskeyAdded, now)?;
    note(conn, viewer, FactorChange::PasskeyAdded, now)?;
    Ok(Ok(added))
}

/// Removes an own passkey; the last factor only where none is obligatory. All other sessions of the
/// person end. Says whether a factor is left.
pub fn remove(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    (csrf, id): (&str, Uuid),
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let user = viewer.user;
    users::lock_user(conn, user)?;
    if !delete_passkey(conn, user, id)? {
        return Err(Refusal::Unchanged.into());
    }
    let is_left = has_factor(conn, user)?;
    if !is_left {
        if app.config.rules.second_factor.requires(viewer.role) {
            return Err(ActionError::NotAllowed);
        }
        delete_codes(conn, user)?;
    }
    sessions::delete_others(conn, user, csrf)?;
    tell(conn, app, user, FactorChange::PasskeyRemoved, now)?;
    note(conn, viewer, FactorChange::PasskeyRemoved, now)?;
    Ok(is_left)
}

/// Looks at the answer of a known person, throttled like a code.
pub fn prove(
    conn: &mut PgConnection,
    app: &App,
    who: &Attempted,
    user: UserId,
    (asked, answer): (Option<Uuid>, &str),
    now: DateTime<Utc>,
) -> Result<Result<(), PasskeyFault>, ActionError> {
    let party = party(app)?;
    may_try_code(conn, who, now)?;
    let challenge = asked.map(|id| take_challenge(conn, id)).transpose()?;
    let challenge = challenge.flatten();
    // A page that was left open is no guess.
    let Some(challenge) = challenge.filter(|one| one.fits(Purpose::Prove, Some(user), now)) else {
        return Ok(Err(PasskeyFault::Late));
    };
    let looked = look_at(conn, &party, &challenge.state, answer, now)?;
    let looked = looked.and_then(|owner| match owner == user {
        true => Ok(()),
        false => Err(PasskeyFault::Foreign),
    });
    note_code(conn, who, looked.is_ok(), now)?;
    Ok(looked)
}

/// Signs in the person whose password was right, if the passkey is, too.
pub fn sign_in_after_password(
    conn: &mut PgConnection,
    app: &App,
    who: &Attempted,
    user: UserId,
    answer: (Option<Uuid>, &str),
    now: DateTime<Utc>,
) -> Result<Result<Viewer, PasskeyFault>, ActionError> {
    let viewer = users::find_viewer(conn, user)?.ok_or(ActionError::NotFound)?;
    if let Err(fault) = prove(conn, app, who, user, answer, now)? {
        return Ok(Err(fault));
    }
    end_sign_in_with_code(conn, who, &viewer, now)?;
    Ok(Ok(viewer))
}

/// Signs in whoever has the passkey: it is password and second factor in one, because the device asked
/// for a finger, a face or a PIN.
pub fn sign_in(
    conn: &mut PgConnection,
    app: &App,
    source: &str,
    (asked, answer): (Option<Uuid>, &str),
    now: DateTime<Utc>,
) -> Result<Result<Viewer, PasskeyFault>, ActionError> {
    let party = party(app)?;
    let challenge = asked.map(|id| take_challenge(conn, id)).transpose()?;
    let challenge = challenge.flatten();
    let Some(challenge) = challenge.filter(|one| one.fits(Purpose::SignIn, None, now)) else {
        return Ok(Err(PasskeyFault::Late));
    };
    let user = match look_at(conn, &party, &challenge.state, answer, now)? {
        Ok(user) => user,
        Err(fault) => return Ok(Err(fault)),
    };
    // Of a locked user nothing else is said than of a passkey that nobody knows.
    let Some(viewer) = users::find_viewer(conn, user)? else {
        return Ok(Err(PasskeyFault::Foreign));
    };
    if only_way(conn, app, user)?.is_some() {
        tracing::info!(%user, "refused: a passkey of somebody who signs in at an issuer");
        return Ok(Err(PasskeyFault::Foreign));
    }
    let (_, email) = users::find_contact(conn, user)?.ok_or(ActionError::NotFound)?;
    if let Some(attempt) = challenge.attempt {
        end_passkey(conn, attempt)?;
    }
    let who = Attempted::new(app, &email, source);
    end_sign_in_with_code(conn, &who, &viewer, now)?;
    Ok(Ok(viewer))
}

/// Whose passkey it is, if the answer is right. What was counted is noted, so that a copy is found.
fn look_at(
    conn: &mut PgConnection,
    party: &RelyingParty,
    state: &[u8],
    answer: &str,
    now: DateTime<Utc>,
) -> Result<Result<UserId, PasskeyFault>, ActionError> {
    let Some(answer) = Answer::read(answer) else {
        tracing::warn!("refused: an unreadable answer with a passkey");
        return Ok(Err(PasskeyFault::Wrong));
    };
    let Some((user, stored)) = lock_passkey(conn, answer.credential())? else {
        tracing::info!("refused: a passkey that is not known");
        return Ok(Err(PasskeyFault::Foreign));
    };
    match party.look_at(state, &answer, &stored) {
        Ok(counted) => {
            use_passkey(conn, &stored.credential, &counted, now)?;
            Ok(Ok(user))
        }
        Err(Refused::Copied) => {
            tracing::warn!(%user, "refused: the counter of a passkey went back, it may have been copied");
            Ok(Err(PasskeyFault::Copied))
        }
        Err(error) => {
            tracing::warn!(%user, %error, "refused: an answer with a passkey");
            Ok(Err(PasskeyFault::Wrong))
        }
    }
}
