//! Passwords: verified within the limits for CPU work, throttled, and asked for once more before an
//! action that cannot be undone (S-40).

use std::time::{Duration, Instant};

use actix_web::HttpRequest;

use super::client::{network, source};
use super::error::PageError;
use super::form::{FieldErrors, Form};
use super::page::Me;
use super::words::in_words;
use crate::actions::throttle::{Attempted, Begun, SignIn, begin_sign_in, end_proof, withdraw};
use crate::actions::{ActionError, passwords};
use crate::app::App;
use crate::domain::viewer::Viewer;
use crate::places::{Kind, NoPlace};
use crate::storage::users::{self, Credentials};

/// Asks for the user's password again, from the field `passwort`, throttled like signing in. An
/// error is added to that field.
pub async fn ask_password(
    app: &App,
    me: &Me,
    request: &HttpRequest,
    form: &Form,
) -> Result<FieldErrors, PageError> {
    let (typed, mut errors) = (form.get("passwort"), FieldErrors::default());
    if typed.is_empty() {
        errors.add("passwort", "Geben Sie Ihr Passwort ein");
        return Ok(errors);
    }
    let email = address_of(app, me).await?;
    match prove_again(app, request, &me.viewer, &email, typed).await {
        Ok(()) => {}
        Err(ActionError::TooManyAttempts(seconds)) => errors.add(
            "passwort",
            format!(
                "Zu viele Versuche. Warten Sie bitte {} und versuchen Sie es dann noch einmal",
                in_words(seconds)
            ),
        ),
        Err(ActionError::WrongPassword) => errors.add(
            "passwort",
            "Das Passwort stimmt nicht. Bitte geben Sie es noch einmal ein",
        ),
        Err(error) => return Err(error.into()),
    }
    Ok(errors)
}

/// The address the user signs in with, for password managers.
pub async fn address_of(app: &App, me: &Me) -> Result<String, PageError> {
    let user = me.viewer.user;
    let contact = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(users::find_contact(conn, user)?) })
        .await?;
    contact.map(|(_, email)| email).ok_or(PageError::NotFound)
}

/// An attempt that has to wait for others asks at this interval.
const ASK_AGAIN: Duration = Duration::from_millis(100);

const LONGEST_LINE: Duration = Duration::from_secs(15);

/// Asks a signed-in user for the password once more before an action with legal effect (S-40),
/// throttled like signing in.
pub async fn prove_again(
    app: &App,
    request: &HttpRequest,
    viewer: &Viewer,
    email: &str,
    password: &str,
) -> Result<(), ActionError> {
    let who = Attempted::new(app, email, &source(app, request));
    let _turn = app.places.turn(&who.name()).await;
    let begun = begin(app, &who, email).await?;
    let own = |found: &Credentials| found.user == viewer.user;
    let proved = verify(app, request, password, &begun, own).await?;
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
