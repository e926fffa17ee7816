//! People who sign in at an issuer (S-41): on the way there and back, connected and parted, and asked about again
//! while they are signed in. Whoever the rules refuse is a value and not an error, as with passkeys.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::second_factor::tell;
use super::throttle::{begin_issuer, end_issuer, note_signed_in};
use super::{ActionError, Actor, case_command::actor};
use crate::app::App;
use crate::cipher;
use crate::config::IssuerConfig;
use crate::domain::audit::AuditKind;
use crate::domain::case::Refusal;
use crate::domain::identity::{Claims, Grant, IdentityEnd, IdentityFault, change_of, patience};
use crate::domain::second_factor::FactorChange;
use crate::domain::viewer::{OperatorRole, Role, Viewer};
use crate::domain::{EmailAddress, UserId, name};
use crate::oidc::{OidcError, SaidOut, Tokens};
use crate::storage::administrators::lock_administrators;
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::external_ids::find_partner;
use crate::storage::identities::{
    IssuerRequest, IssuerSession, Purpose, begin_check, create_identity, create_issuer_session,
    create_request, delete_identities, end_issuer_session, end_issuer_sessions, find_identity,
    find_issuer_session, has_password, list_identities, save_check, save_operator_role,
    take_request, use_identity,
};
use crate::storage::passkeys::has_passkey;
use crate::storage::second_factors::has_factor;
use crate::storage::users::{self, NewUser, find_password_link, find_viewer, use_password_link};
use crate::storage::{PgConnection, sessions, user_erasure};

/// Longest name that is taken from an issuer.
const LONGEST_NAME: usize = 100;
/// Whoever is sent to an issuer may come back for this long.
const REQUEST_LIFE: Duration = Duration::minutes(10);

/// Who is about to be sent to an issuer, before anything was asked of it.
#[derive(Debug, Clone)]
pub struct Departure {
    /// What comes back as `state`.
    pub id: Uuid,
    /// Number of the issuer.
    pub issuer: u8,
    /// What for.
    pub purpose: Purpose,
    /// Where to go afterwards.
    pub way: String,
}

/// Writes down that somebody is on the way to an issuer. It counts as an attempt that failed until the person
/// is back, so that nobody fills the table.
pub fn depart(
    conn: &mut PgConnection,
    app: &App,
    source: &str,
    (departure, nonce, verifier): (Departure, String, String),
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let attempt = begin_issuer(conn, app, source, now)?;
    let request = IssuerRequest {
        id: departure.id,
        issuer: departure.issuer,
        purpose: departure.purpose,
        nonce,
        verifier,
        way: departure.way,
        attempt: Some(attempt),
        valid_until: now + REQUEST_LIFE,
    };
    Ok(create_request(conn, &request)?)
}

/// Who is back, once; `None` for whoever is too late, or comes twice.
pub fn take(
    conn: &mut PgConnection,
    id: Uuid,
    issuer: u8,
    now: DateTime<Utc>,
) -> Result<Option<IssuerRequest>, ActionError> {
    let found = take_request(conn, id)?;
    Ok(found.filter(|one| one.issuer == issuer && one.valid_until >= now))
}

/// The attempt of somebody who is believed does not count any more.
pub fn believe(conn: &mut PgConnection, request: &IssuerRequest) -> Result<(), ActionError> {
    match request.attempt {
        Some(attempt) => end_issuer(conn, attempt),
        None => Ok(()),
    }
}

/// What came of a way to an issuer.
type Judged<T> = Result<Result<T, IdentityFault>, ActionError>;

/// Who somebody is who comes to sign in. An account is made for whoever a claim names a partner or a job for, and
/// the job is changed where the claim says so.
pub fn admit(
    conn: &mut PgConnection,
    issuer: &IssuerConfig,
    claims: &Claims,
    now: DateTime<Utc>,
) -> Judged<UserId> {
    let grant = match issuer.rules.judge(claims) {
        Ok(grant) => grant,
        Err(fault) => return Ok(Err(fault)),
    };
    let Some(user) = find_identity(conn, &issuer.url, &claims.subject)? else {
        return add(conn, issuer, claims, &grant, now);
    };
    let Some(viewer) = find_viewer(conn, user)? else {
        return Ok(Err(IdentityFault::Locked));
    };
    let change = match fit(conn, issuer, &viewer, &grant)? {
        Ok(change) => change,
        Err(fault) => return Ok(Err(fault)),
    };
    let Some(role) = change else {
        return Ok(Ok(user));
    };
    if is_last_administrator(conn, &viewer)? {
        return Ok(Err(IdentityFault::RoleNotGiven));
    }
    save_operator_role(conn, user, role)?;
    sessions::delete_all(conn, user)?;
    let event = NewEvent {
        kind: AuditKind::UserByIssuer {
            name: viewer.name.clone(),
            issuer: issuer.label.clone(),
            role: Some(role),
            added: false,
        },
        actor: Actor::Portal,
        customer: None,
        status: None,
    };
    add_event(conn, &event, now)?;
    Ok(Ok(user))
}

/// Whether the person would leave the portal without an administrator.
fn is_last_administrator(conn: &mut PgConnection, viewer: &Viewer) -> Result<bool, ActionError> {
    if viewer.role != Role::ADMINISTRATOR {
        return Ok(false);
    }
    let all = lock_administrators(conn)?;
    let stays = |(user, can_sign_in): &(UserId, bool)| *user != viewer.user && *can_sign_in;
    Ok(!all.iter().any(stays))
}

/// Makes an account for somebody nobody has connected.
fn add(
    conn: &mut PgConnection,
    issuer: &IssuerConfig,
    claims: &Claims,
    grant: &Grant,
    now: DateTime<Utc>,
) -> Judged<UserId> {
    let role = match grant {
        Grant::Partner(Some(external)) => match find_partner(conn, external)? {
            Some((id, None)) => Role::Partner(id),
            Some((id, Some(_))) => Role::SubPartner(id),
            None => return Ok(Err(IdentityFault::PartnerUnknown)),
        },
        // Who approves is invited, so that a second person sees it (S-39).
        Grant::Operator(Some(role)) if !role.approves() => Role::Operator(*role),
        Grant::Operator(_) | Grant::Partner(None) => return Ok(Err(IdentityFault::NotConnected)),
    };
    let verified = claims.verified_email.as_deref();
    let Some(email) = verified.and_then(|email| EmailAddress::parse(email).ok()) else {
        return Ok(Err(IdentityFault::NoVerifiedAddress));
    };
    // Whose address it is does not say whose account it is.
    if user_erasure::find_by_address(conn, &email)?.is_some() {
        return Ok(Err(IdentityFault::AddressTaken));
    }
    let typed = claims.name.as_deref().unwrap_or_default();
    let name = name::parse(typed, LONGEST_NAME).ok();
    let new = NewUser {
        name: name.unwrap_or_else(|| email.as_str().to_owned()),
        email,
        role,
        manages_users: false,
        password_hash: None,
    };
    let user = users::create_user(conn, &new, None, now)?;
    if !create_identity(conn, (&issuer.url, &claims.subject), user, now)? {
        return Err(ActionError::NotFound);
    }
    let event = NewEvent {
        kind: AuditKind::UserByIssuer {
            name: new.name,
            issuer: issuer.label.clone(),
            role: match role {
                Role::Operator(role) => Some(role),
                _ => None,
            },
            added: true,
        },
        actor: Actor::Portal,
        customer: None,
        status: None,
    };
    add_event(conn, &event, now)?;
    Ok(Ok(user))
}

/// Whether what an issuer says fits an account, and which job it gives it instead of the present one.
fn fit(
    conn: &mut PgConnection,
    issuer: &IssuerConfig,
    viewer: &Viewer,
    grant: &Grant,
) -> Judged<Option<OperatorRole>> {
    if !issuer.rules.audience.has(viewer.role) {
        return Ok(Err(IdentityFault::OtherAudience));
    }
    match (grant, viewer.role) {
        (Grant::Operator(claimed), Role::Operator(present)) => Ok(change_of(present, *claimed)),
        (Grant::Partner(Some(external)), role) => {
            let named = find_partner(conn, external)?;
            Ok(match named {
                None => Err(IdentityFault::PartnerUnknown),
                Some((id, _)) if role.partner() == Some(id) => Ok(None),
                Some(_) => Err(IdentityFault::OtherPartner),
            })
        }
        _ => Ok(Ok(None)),
    }
}

/// Connects somebody with the account of an invitation, which is used up by it.
pub fn follow_invitation(
    conn: &mut PgConnection,
    app: &App,
    issuer: &IssuerConfig,
    (link, claims): (Uuid, &Claims),
    now: DateTime<Utc>,
) -> Judged<UserId> {
    let Some((user, _)) = find_password_link(conn, link, now)? else {
        return Ok(Err(IdentityFault::Late));
    };
    users::lock_user(conn, user)?;
    if !may_be_connected(conn, user)? {
        return Ok(Err(IdentityFault::Late));
    }
    let connected = connect_user(conn, app, issuer, (user, claims), now)?;
    if connected.is_ok() && !use_password_link(conn, link, now)? {
        // Whoever came first has set a password.
        return Err(ActionError::NotFound);
    }
    Ok(connected)
}

/// Whether an invitation may be followed by connecting: nobody has set a password or connected yet. For others a
/// link by mail is no proof that is as strong as what they sign in with.
pub fn may_be_connected(conn: &mut PgConnection, user: UserId) -> Result<bool, ActionError> {
    Ok(!has_password(conn, user)? && !has_factor(conn, user)?)
}

/// Connects the own account with somebody of an issuer.
pub fn connect(
    conn: &mut PgConnection,
    app: &App,
    issuer: &IssuerConfig,
    (user, claims): (UserId, &Claims),
    now: DateTime<Utc>,
) -> Judged<UserId> {
    users::lock_user(conn, user)?;
    connect_user(conn, app, issuer, (user, claims), now)
}

fn connect_user(
    conn: &mut PgConnection,
    app: &App,
    issuer: &IssuerConfig,
    (user, claims): (UserId, &Claims),
    now: DateTime<Utc>,
) -> Judged<UserId> {
    let Some(viewer) = find_viewer(conn, user)? else {
        return Ok(Err(IdentityFault::Locked));
    };
    let grant = match issuer.rules.judge(claims) {
        Ok(grant) => grant,
        Err(fault) => return Ok(Err(fault)),
    };
    if let Err(fault) = fit(conn, issuer, &viewer, &grant)? {
        return Ok(Err(fault));
    }
    if !create_identity(conn, (&issuer.url, &claims.subject), user, now)? {
        return Ok(Err(IdentityFault::OtherPerson));
    }
    tell(conn, app, user, FactorChange::IssuerConnected, now)?;
    note_identity(conn, &viewer, issuer, true, now)?;
    Ok(Ok(user))
}

/// Parts the own account from an issuer. Not where nothing else would be left to sign in with. Sessions that
/// began there are over.
pub fn part(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    issuer: &IssuerConfig,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    users::lock_user(conn, viewer.user)?;
    if !has_password(conn, viewer.user)? && !has_passkey(conn, viewer.user)? {
        return Err(ActionError::NotAllowed);
    }
    if !delete_identities(conn, viewer.user, Some(&issuer.url))? {
        return Err(Refusal::Unchanged.into());
    }
    tell(conn, app, viewer.user, FactorChange::IssuerRemoved, now)?;
    note_identity(conn, viewer, issuer, false, now)
}

fn note_identity(
    conn: &mut PgConnection,
    viewer: &Viewer,
    issuer: &IssuerConfig,
    connected: bool,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind: AuditKind::Identity {
            issuer: issuer.label.clone(),
            connected,
        },
        actor: actor(viewer),
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}

/// How far a sign-in got at an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// Who it is.
    pub viewer: Viewer,
    /// By what the session knows what the issuer says of it.
    pub session: Uuid,
    /// Whether the issuer says that a second factor was there.
    pub has_factor: bool,
    /// Whether the person has a second factor of the portal that is to be asked for now.
    pub is_half_way: bool,
}

/// Signs in somebody who was admitted.
pub fn arrive(
    conn: &mut PgConnection,
    app: &App,
    issuer: &IssuerConfig,
    (user, claims, tokens): (UserId, &Claims, &Tokens),
    now: DateTime<Utc>,
) -> Judged<Arrived> {
    let Some(viewer) = find_viewer(conn, user)? else {
        return Ok(Err(IdentityFault::Locked));
    };
    let session = IssuerSession {
        id: Uuid::new_v4(),
        user,
        issuer: issuer.url.clone(),
        subject: claims.subject.clone(),
        sid: claims.sid.clone(),
        tokens: closed(app, user, tokens)?,
        checked_at: now,
        good_at: now,
        ended_at: None,
    };
    create_issuer_session(conn, &session, now)?;
    use_identity(conn, &issuer.url, &claims.subject, now)?;
    let has_factor_there = issuer.rules.has_factor(claims);
    let is_half_way = !has_factor_there && has_factor(conn, user)?;
    if !is_half_way {
        note_signed_in(conn, &viewer, now)?;
    }
    Ok(Ok(Arrived {
        session: session.id,
        has_factor: has_factor_there,
        is_half_way,
        viewer,
    }))
}

/// Whether somebody who is signed in proved to be it at the issuer.
pub fn prove(
    conn: &mut PgConnection,
    issuer: &IssuerConfig,
    (user, claims): (UserId, &Claims),
    now: DateTime<Utc>,
) -> Judged<()> {
    if find_identity(conn, &issuer.url, &claims.subject)? != Some(user) {
        return Ok(Err(IdentityFault::OtherPerson));
    }
    if !claims.is_fresh(now) {
        return Ok(Err(IdentityFault::NotFresh));
    }
    Ok(Ok(()))
}

fn closed(app: &App, user: UserId, tokens: &Tokens) -> Result<String, ActionError> {
    let text = serde_json::to_vec(tokens).map_err(|_| cipher::Unencrypted)?;
    Ok(cipher::close(
        &app.config.keys,
        cipher::Purpose::Tokens,
        user,
        &text,
    )?)
}

/// What an issuer is asked with about a session.
pub fn tokens_of(app: &App, session: &IssuerSession) -> Option<Tokens> {
    let keys = &app.config.keys;
    let opened = cipher::open(keys, cipher::Purpose::Tokens, session.user, &session.tokens)?;
    serde_json::from_slice(&opened.bytes).ok()
}

/// What is to be done about a session that began at an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionCheck {
    /// It goes on.
    Good,
    /// It is over.
    Over,
    /// The issuer is to be asked about it by this request.
    Due(Box<IssuerSession>),
}

/// How a session stands that began at an issuer; `found` is what is known of it.
pub fn standing(
    app: &App,
    user: UserId,
    found: Option<IssuerSession>,
    now: DateTime<Utc>,
) -> SessionCheck {
    let Some(session) = found.filter(|one| one.user == user && one.ended_at.is_none()) else {
        return SessionCheck::Over;
    };
    let Some(issuer) = app.config.issuer_at(&session.issuer) else {
        return SessionCheck::Over;
    };
    if now - session.checked_at < issuer.recheck {
        return SessionCheck::Good;
    }
    SessionCheck::Due(Box::new(session))
}

/// Of requests that come at once one asks the issuer; whether it is this one. `seen` is when it was asked last.
pub fn turn(
    conn: &mut PgConnection,
    (id, seen): (Uuid, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    Ok(begin_check(conn, id, seen, now)?)
}

/// Takes up what an issuer said of a session; whether the session goes on.
pub fn take_up(
    conn: &mut PgConnection,
    app: &App,
    session: &IssuerSession,
    said: Result<&(Claims, Tokens), &OidcError>,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let Some(issuer) = app.config.issuer_at(&session.issuer) else {
        return Ok(false);
    };
    let viewer = find_viewer(conn, session.user)?;
    let Some(viewer) = viewer else {
        return Ok(false);
    };
    let why = match said {
        Ok((claims, tokens)) => {
            save_check(conn, session.id, &closed(app, session.user, tokens)?, now)?;
            let fits = match issuer.rules.judge(claims) {
                Ok(grant) => fit(conn, issuer, &viewer, &grant)? == Ok(None),
                Err(_) => false,
            };
            if fits {
                return Ok(true);
            }
            IdentityEnd::ClaimChanged
        }
        Err(OidcError::Gone(_)) => IdentityEnd::Gone,
        // Neither yes nor no: for a while the last yes counts.
        Err(OidcError::Unreachable(_) | OidcError::NotBelieved(_))
            if now - session.good_at < patience() =>
        {
            return Ok(true);
        }
        Err(_) => IdentityEnd::Unreachable,
    };
    if end_issuer_session(conn, session.id, now)? {
        note_end(conn, (viewer.name, issuer), why, now)?;
    }
    Ok(false)
}

/// Ends the sessions of somebody who signed out at the issuer; says how many.
pub fn sign_out_by_issuer(
    conn: &mut PgConnection,
    issuer: &IssuerConfig,
    said: &SaidOut,
    now: DateTime<Utc>,
) -> Result<usize, ActionError> {
    let whose = (said.subject.as_deref(), said.sid.as_deref());
    let users = end_issuer_sessions(conn, &issuer.url, whose, now)?;
    if let Some(user) = users.first() {
        let (name, _) = users::find_contact(conn, *user)?.unwrap_or_default();
        note_end(conn, (name, issuer), IdentityEnd::SignedOut, now)?;
    }
    Ok(users.len())
}

fn note_end(
    conn: &mut PgConnection,
    (name, issuer): (String, &IssuerConfig),
    why: IdentityEnd,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind: AuditKind::IssuerSessionEnded {
            name,
            issuer: issuer.label.clone(),
            why,
        },
        actor: Actor::Portal,
        customer: None,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}

/// Somebody signs out of the portal; what is known of the issuer's session stays for a moment. Gives the issuer.
pub fn leave(
    conn: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<String>, ActionError> {
    end_issuer_session(conn, id, now)?;
    Ok(find_issuer_session(conn, id)?.map(|session| session.issuer))
}

/// The session that somebody has just left, to sign out at the issuer, too.
pub fn left(
    conn: &mut PgConnection,
    (id, issuer): (Uuid, &str),
    now: DateTime<Utc>,
) -> Result<Option<IssuerSession>, ActionError> {
    let found = find_issuer_session(conn, id)?;
    Ok(found.filter(|one| {
        one.issuer == issuer && one.ended_at.is_some_and(|ended| now - ended < REQUEST_LIFE)
    }))
}

/// The issuer at which alone a person signs in, if there is one. A password or a passkey that is still there does
/// not sign in: whoever is out at the issuer is out here.
pub fn only_way(
    conn: &mut PgConnection,
    app: &App,
    user: UserId,
) -> Result<Option<u8>, ActionError> {
    if app.config.issuers.is_empty() {
        return Ok(None);
    }
    let connected = list_identities(conn, user)?;
    let mut found = connected
        .iter()
        .filter_map(|(url, _)| app.config.issuer_at(url));
    Ok(found
        .find(|issuer| issuer.is_only_way)
        .map(|issuer| issuer.number))
}

/// With what a person without a password and without a second factor of the portal proves to be it: the first
/// issuer the person is connected with.
pub fn issuer_to_prove_at(
    conn: &mut PgConnection,
    app: &App,
    user: UserId,
) -> Result<Option<u8>, ActionError> {
    if has_password(conn, user)? && only_way(conn, app, user)?.is_none() {
        return Ok(None);
    }
    let connected = list_identities(conn, user)?;
    let mut found = connected
        .iter()
        .filter_map(|(issuer, _)| app.config.issuer_at(issuer));
    Ok(found.next().map(|issuer| issuer.number))
}
