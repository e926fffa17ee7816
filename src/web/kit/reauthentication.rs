//! Passwords: looked at with a place for the work, throttled. And the strongest factor of a person, which
//! is asked for once more before something that cannot be taken back (S-40).

use std::time::{Duration, Instant};

use actix_session::SessionExt as _;
use actix_web::HttpRequest;

use super::client::{network, source};
use super::codes;
use super::error::PageError;
use super::form::{FieldErrors, Form};
use super::page::Me;
use super::passkeys::{self, PASSKEY};
use super::session;
use super::words::in_words_of;
use crate::actions::identities::issuer_to_prove_at;
use crate::actions::throttle::{Attempted, Begun, SignIn, begin_sign_in, end_proof, withdraw};
use crate::actions::{ActionError, passkeys as passkey_actions, passwords, second_factor};
use crate::app::App;
use crate::domain::Language;
use crate::domain::viewer::Viewer;
use crate::places::{Kind, NoPlace};
use crate::storage::passkeys::has_passkey;
use crate::storage::second_factors::has_app;
use crate::storage::users::{self, Credentials};

/// Field of a code of the second factor.
pub const CODE: &str = "bestaetigungscode";

/// How a signed-in person proves once more to be it: with the strongest factor there is (S-40).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The address the person signs in with, for password managers.
    pub email: String,
    /// Whether a code is asked for in place of the password.
    pub has_factor: bool,
    /// Whether codes of an authenticator app are among them.
    pub has_app: bool,
    /// Whether a passkey will do instead.
    pub has_passkeys: bool,
    /// Where it is proved without password and factor: number and name of the issuer.
    pub issuer: Option<(u8, String)>,
}

/// How the signed-in person proves it.
pub async fn proof_of(app: &App, me: &Me) -> Result<Proof, PageError> {
    let (user, own) = (me.viewer.user, app.clone());
    app.db
        .read(move |conn| -> Result<_, ActionError> {
            let contact = users::find_contact(conn, user)?;
            let (_, email) = contact.ok_or(ActionError::NotFound)?;
            let (has_app, has_passkeys) = (has_app(conn, user)?, has_passkey(conn, user)?);
            let issuer = match has_app || has_passkeys {
                true => None,
                false => issuer_to_prove_at(conn, &own, user)?,
            };
            let issuer = issuer.and_then(|number| own.config.issuer(number));
            Ok(Proof {
                email,
                has_factor: has_app || has_passkeys,
                has_app,
                has_passkeys: has_passkeys && passkey_actions::are_possible(&own),
                issuer: issuer.map(|one| (one.number, one.label.clone())),
            })
        })
        .await
        .map_err(PageError::from)
}

/// Asks the signed-in person for a proof once more: the password in the field `passwort`, or with a
/// second factor a code in the field [`CODE`] or a passkey in the field [`PASSKEY`]. Throttled like signing in; what is wrong is said at that
/// field.
pub async fn ask_proof(
    app: &App,
    me: &Me,
    request: &HttpRequest,
    form: &Form,
) -> Result<FieldErrors, PageError> {
    let mut errors = FieldErrors::default();
    ask_proof_too(app, me, request, form, &mut errors).await?;
    Ok(errors)
}

/// The same in a form with other fields: while one of those is wrong a code, which is good only once, is
/// not used up.
pub async fn ask_proof_too(
    app: &App,
    me: &Me,
    request: &HttpRequest,
    form: &Form,
    errors: &mut FieldErrors,
) -> Result<(), PageError> {
    let proof = proof_of(app, me).await?;
    let language = me.viewer.language;
    if proof.issuer.is_some() {
        // Whoever has something to correct is led away only once.
        if errors.is_empty() {
            prove_again(app, request, &me.viewer, &proof, form).await?;
        }
        return Ok(());
    }
    let (field, typed) = proof.field(form);
    if !proof.has_factor && typed.is_empty() {
        errors.add(
            field,
            match language {
                Language::De => "Geben Sie Ihr Passwort ein",
                Language::En => "Enter your password",
            },
        );
        return Ok(());
    }
    if proof.has_factor && !errors.is_empty() && !form.get(PASSKEY).is_empty() {
        errors.add(
            field,
            match language {
                Language::De => {
                    "Bestätigen Sie noch einmal mit dem Passkey, wenn das andere stimmt"
                }
                Language::En => "Confirm with the passkey once more when the rest is right",
            },
        );
        return Ok(());
    }
    if proof.has_factor && !errors.is_empty() && !typed.trim().is_empty() {
        errors.add(
            field,
            match language {
                Language::De => {
                    "Geben Sie hier noch einmal einen Bestätigungscode ein, wenn das andere stimmt"
                }
                Language::En => "Enter a verification code here once more when the rest is right",
            },
        );
        return Ok(());
    }
    match prove_again(app, request, &me.viewer, &proof, form).await {
        Ok(()) => {}
        Err(ActionError::TooManyAttempts(seconds)) => {
            let time = in_words_of(seconds, language);
            errors.add(field, match language {
                Language::De => format!("Zu viele Versuche. Warten Sie bitte {time} und versuchen Sie es dann noch einmal"),
                Language::En => format!("Too many attempts. Please wait {time} and then try once more"),
            });
        }
        Err(ActionError::WrongPassword) => errors.add(
            field,
            match language {
                Language::De => "Das Passwort stimmt nicht. Bitte geben Sie es noch einmal ein",
                Language::En => "The password is wrong. Please enter it once more",
            },
        ),
        Err(ActionError::WrongCode(fault)) => {
            errors.add(field, codes::sentence(fault, language, proof.has_app));
        }
        Err(ActionError::WrongPasskey(fault)) => {
            errors.add(field, passkeys::sentence(fault, language));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

impl Proof {
    /// What people call the issuer at which it is proved; empty if it is proved here.
    pub fn at_issuer(&self) -> &str {
        self.issuer.as_ref().map_or("", |(_, label)| label)
    }

    /// The field it is asked for in, and what was typed there.
    fn field<'a>(&self, form: &'a Form) -> (&'static str, &'a str) {
        let field = if self.has_factor { CODE } else { "passwort" };
        (field, form.get(field))
    }
}

/// An attempt that has to wait for others asks at this interval.
const ASK_AGAIN: Duration = Duration::from_millis(100);

const LONGEST_LINE: Duration = Duration::from_secs(15);

/// Asks a signed-in person for a proof once more before something with legal effect (S-40), throttled
/// like signing in.
pub async fn prove_again(
    app: &App,
    request: &HttpRequest,
    viewer: &Viewer,
    proof: &Proof,
    form: &Form,
) -> Result<(), ActionError> {
    if let Some((number, _)) = proof.issuer {
        return match session::is_proved(&request.get_session(), app) {
            true => Ok(()),
            false => Err(ActionError::ProveAtIssuer(number)),
        };
    }
    let who = Attempted::new(app, &proof.email, &source(app, request));
    let (_, typed) = proof.field(form);
    if proof.has_factor && !form.get(PASSKEY).is_empty() {
        let asked = passkeys::asked(&request.get_session());
        let (own, user, now) = (app.clone(), viewer.user, app.clock.now());
        let answer = form.get(PASSKEY).to_owned();
        let looked = app
            .db
            .transaction(move |conn| {
                passkey_actions::prove(conn, &own, &who, user, (asked, &answer), now)
            })
            .await?;
        return looked.map_err(ActionError::WrongPasskey);
    }
    if proof.has_factor {
        let (own, viewer, typed, now) = (
            app.clone(),
            viewer.clone(),
            typed.to_owned(),
            app.clock.now(),
        );
        let looked = app
            .db
            .transaction(move |conn| second_factor::prove(conn, &own, &who, &viewer, &typed, now))
            .await?;
        return looked.map_err(ActionError::WrongCode);
    }
    let _turn = app.places.turn(&who.name()).await;
    let begun = begin(app, &who, &proof.email).await?;
    let own = |found: &Credentials| found.user == viewer.user;
    let proved = verify(app, request, typed, &begun, own).await?;
    app.db
        .transaction(move |conn| end_proof(conn, &who, &begun, proved))
        .await?;
    if proved {
        Ok(())
    } else {
        Err(ActionError::WrongPassword)
    }
}

/// Begins an attempt; waits while the result of other attempts decides whether it may be made.
pub async fn begin(app: &App, who: &Attempted, email: &str) -> Result<SignIn, ActionError> {
    in_line(async || {
        let (who, typed, now) = (who.clone(), email.to_owned(), app.clock.now());
        app.db
            .transaction(move |conn| begin_sign_in(conn, &who, &typed, now))
            .await
    })
    .await
}

/// Repeats `ask` for a while, until it is known whether an attempt may be made.
pub async fn in_line<T>(
    ask: impl AsyncFn() -> Result<Begun<T>, ActionError>,
) -> Result<T, ActionError> {
    let since = Instant::now();
    loop {
        match ask().await? {
            Begun::Now(begun) => return Ok(begun),
            Begun::InLine if since.elapsed() > LONGEST_LINE => {
                return Err(ActionError::TooManyAttempts(5));
            }
            Begun::InLine => tokio::time::sleep(ASK_AGAIN).await,
        }
    }
}

/// Passwords from one network that may wait for being verified at a time, apart from those of
/// sources that their accounts know.
const PER_NETWORK: usize = 20;

/// Whether the password is that of the account, if the account fits. If there is no room for the
/// work, the attempt is withdrawn and does not count. A user who signed in from the same source
/// before never waits behind strangers, and strangers of one network leave room for those of other
/// networks (A3).
pub async fn verify(
    app: &App,
    request: &HttpRequest,
    password: &str,
    begun: &SignIn,
    fits: impl Fn(&Credentials) -> bool,
) -> Result<bool, ActionError> {
    let found = begun.found.clone().filter(|found| fits(found));
    let hash = found.and_then(|found| found.password_hash);
    let password = password.to_owned();
    let work = move || passwords::verify(&password, hash.as_deref());
    let done = if begun.known {
        app.places.run(Kind::KnownPassword, work).await
    } else {
        let name = format!("passwords of {}", network(app, request));
        match app.places.crowd.enter(&name, PER_NETWORK) {
            Some(_place) => app.places.run(Kind::Password, work).await,
            None => Err(NoPlace::Full),
        }
    };
    if done.is_err() {
        let begun = begun.clone();
        app.db
            .transaction(move |conn| withdraw(conn, &begun))
            .await?;
    }
    Ok(done?)
}
