//! Connecting the own account with an issuer, and parting it from one (S-41).

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::identities::part;
use crate::actions::{ActionError, form_version};
use crate::app::App;
use crate::domain::calendar::day;
use crate::domain::case::Refusal;
use crate::domain::identity::Audience;
use crate::domain::viewer::Role;
use crate::paths;
use crate::storage::identities::{Purpose, has_password, list_identities};
use crate::storage::passkeys::has_passkey;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::issuers::{issuer, issuers_for, lead};
use crate::web::kit::page::{Me, Shell, html, invalid, see_other};
use crate::web::kit::reauthentication::{Proof, ask_proof, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::session;
use crate::web::kit::signed_form::SignedForm;
use crate::wording::dates::long_date;

/// An issuer as the page of the own security shows it.
pub struct IssuerRow {
    /// What people call it.
    pub label: String,
    /// Since when the account is connected with it.
    pub since: Option<String>,
    /// Whether whoever is connected signs in there alone.
    pub is_only_way: bool,
    /// Where this is changed.
    pub href: String,
}

/// Those the person can sign in at, or could.
pub async fn rows(app: &App, me: &Me) -> Result<Vec<IssuerRow>, PageError> {
    let Some(audience) = audience_of(me.viewer.role) else {
        return Ok(Vec::new());
    };
    let offered = issuers_for(app, Some(audience));
    if offered.is_empty() {
        return Ok(Vec::new());
    }
    let connected = connected(app, me).await?;
    let language = me.viewer.language;
    let row = |one: &crate::config::IssuerConfig| IssuerRow {
        label: one.label.clone(),
        since: connected
            .iter()
            .find(|(url, _)| *url == one.url)
            .map(|(_, since)| long_date(day(*since), language)),
        is_only_way: one.is_only_way,
        href: paths::own_issuer(one.number),
    };
    Ok(offered.into_iter().map(row).collect())
}

fn audience_of(role: Role) -> Option<Audience> {
    [Audience::Operator, Audience::Partners]
        .into_iter()
        .find(|one| one.has(role))
}

async fn connected(
    app: &App,
    me: &Me,
) -> Result<Vec<(String, chrono::DateTime<chrono::Utc>)>, PageError> {
    let user = me.viewer.user;
    let read = move |conn: &mut crate::storage::PgConnection| -> Result<_, ActionError> {
        Ok(list_identities(conn, user)?)
    };
    Ok(app.db.read(read).await?)
}

#[derive(Template)]
#[template(path = "web/account/issuer.html")]
struct IssuerPage {
    shell: Shell,
    label: String,
    /// Where the form goes.
    href: String,
    /// The link to the issuer, for whoever has proved to be it.
    onward: Option<String>,
    /// Whether the account is connected.
    is_connected: bool,
    /// Whether whoever is connected signs in there alone.
    is_only_way: bool,
    /// Whether it can be parted: there is another way to sign in.
    may_part: bool,
    /// Stamp of what the page shows.
    stand: String,
    proof: Proof,
    errors: FieldErrors,
}

/// Shows how the account stands with the issuer.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<u8>,
) -> Result<HttpResponse, PageError> {
    html(&page(&app, &me, &session, *number, FieldErrors::default()).await?)
}

/// Connects or parts, as the page showed it, after a proof (S-40).
pub async fn change(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    number: web::Path<u8>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let shown = page(&app, &me, &session, *number, FieldErrors::default()).await?;
    let own = paths::own_issuer(*number);
    if form.get("stand") != shown.stand {
        return Ok(session.refused("Die Verbindung hat sich inzwischen geändert.", own));
    }
    if shown.is_connected && !shown.may_part {
        return Ok(see_other(own));
    }
    let errors = ask_proof(&app, &me, &request, &form).await?;
    if !errors.is_empty() {
        return invalid(&page(&app, &me, &session, *number, errors).await?);
    }
    if !shown.is_connected {
        // A form may not be led to another site, a link may.
        session::set_proved(&session, &app);
        return Ok(see_other(own));
    }
    let (handles, viewer, of) = (
        App::clone(&app),
        me.viewer.clone(),
        issuer(&app, *number)?.clone(),
    );
    let now = app.clock.now();
    let done = app
        .db
        .transaction(move |conn| part(conn, &handles, &viewer, &of, now))
        .await;
    match done {
        Ok(()) | Err(ActionError::Refused(Refusal::Unchanged)) => Ok(session.succeeded(
            format!("Ihr Zugang ist von „{}“ getrennt.", shown.label),
            paths::SECURITY,
        )),
        Err(error) => Err(error.into()),
    }
}

/// Leads to the issuer.
pub async fn go(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    number: web::Path<u8>,
) -> Result<HttpResponse, PageError> {
    let shown = page(&app, &me, &session, *number, FieldErrors::default()).await?;
    let own = paths::own_issuer(*number);
    if shown.onward.is_none() {
        return Ok(see_other(own));
    }
    let issuer = issuer(&app, *number)?;
    let led = lead(
        &app,
        (&session, &request),
        issuer,
        (Purpose::Connect(me.viewer.user), &own),
    )
    .await?;
    Ok(led.unwrap_or_else(|fault| {
        session.refused(fault.sentence(&issuer.label, me.viewer.language), own)
    }))
}

async fn page(
    app: &App,
    me: &Me,
    session: &Session,
    number: u8,
    errors: FieldErrors,
) -> Result<IssuerPage, PageError> {
    let issuer = issuer(app, number)?;
    if audience_of(me.viewer.role) != Some(issuer.rules.audience) {
        return Err(PageError::NotFound);
    }
    let connected = connected(app, me).await?;
    let since = connected.into_iter().find(|(url, _)| *url == issuer.url);
    let user = me.viewer.user;
    let may_part = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok(has_password(conn, user)? || has_passkey(conn, user)?)
        })
        .await?;
    let is_proved = session::is_proved(session, app);
    Ok(IssuerPage {
        label: issuer.label.clone(),
        href: paths::own_issuer(number),
        onward: (since.is_none() && is_proved).then(|| paths::connect_with(number)),
        is_connected: since.is_some(),
        may_part,
        is_only_way: issuer.is_only_way,
        stand: form_version::of(&since),
        proof: proof_of(app, me).await?,
        shell: Shell::load(app, me, paths::SECURITY).await?,
        errors,
    })
}
