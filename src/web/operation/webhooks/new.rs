//! Adding an endpoint.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::show_once;
use crate::actions::webhooks;
use crate::app::App;
use crate::domain::feed::EventType;
use crate::domain::webhook::{BadUrl, LONGEST_URL, MOST_ENDPOINTS, ip_in, parse_url};
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof_too, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::webhook_client::may_be_reached;

#[derive(Template)]
#[template(path = "web/operation/webhooks/new.html")]
struct NewPage {
    shell: Shell,
    url: String,
    types: Vec<Choice>,
    networks: bool,
    own_email: Proof,
    errors: FieldErrors,
}

/// A type that can be chosen.
struct Choice {
    field: String,
    key: &'static str,
    word: &'static str,
    is_chosen: bool,
}

/// The form.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    html(&page(&app, &me, &Form::default(), FieldErrors::default()).await?)
}

/// Adds the endpoint and leads to its page, which shows the secret.
pub async fn add(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let mut errors = FieldErrors::default();
    let url = parse_url(form.get("url"), !app.config.environment.is_production());
    let url = url.and_then(|url| match ip_in(&url) {
        Some(ip) if !may_be_reached(&app.config, ip) => Err(BadUrl::NotPublic),
        _ => Ok(url),
    });
    if let Err(bad) = &url {
        errors.add("url", advice(*bad));
    }
    ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
    let Some(url) = url.ok().filter(|_| errors.is_empty()) else {
        return invalid(&page(&app, &me, &form, errors).await?);
    };
    let chosen = |one: &&EventType| form.ticked(&field(**one));
    let types: Vec<EventType> = EventType::ALL.iter().filter(chosen).copied().collect();
    let (own, viewer, now) = (app.clone(), me.viewer.clone(), app.clock.now());
    let added = app
        .db
        .transaction(move |conn| webhooks::add(conn, &own, &viewer, (&url, &types), now))
        .await?;
    let Some((id, secret)) = added else {
        errors.add(
            "url",
            format!(
                "Mehr als {MOST_ENDPOINTS} Webhooks sind nicht möglich. Löschen Sie zuerst einen"
            ),
        );
        return invalid(&page(&app, &me, &form, errors).await?);
    };
    show_once(&app, &session, (me.viewer.user, id), &secret)?;
    Ok(session.succeeded(
        "Der Webhook ist angelegt. Er erhält, was von jetzt an geschieht.",
        paths::webhook(id),
    ))
}

fn field(one: EventType) -> String {
    format!("typ-{}", one.key().replace('.', "-"))
}

fn advice(bad: BadUrl) -> String {
    match bad {
        BadUrl::Unreadable => {
            format!("Geben Sie eine Adresse wie https://crm.firma.de/avv ein, mit höchstens {LONGEST_URL} Zeichen")
        }
        BadUrl::NotHttps => "Die Adresse muss mit https:// beginnen".to_owned(),
        BadUrl::Credentials => {
            "Lassen Sie Benutzername und Passwort weg: Dass eine Nachricht von uns kommt, sagt ihre Signatur".to_owned()
        }
        BadUrl::Fragment => "Lassen Sie den Teil hinter dem # weg".to_owned(),
        BadUrl::NotPublic => {
            "Dorthin sendet das Portal nichts: Die Adresse ist nicht öffentlich. Eigene Netze erlaubt AVV_WEBHOOK_NETWORKS".to_owned()
        }
    }
}

async fn page(app: &App, me: &Me, form: &Form, errors: FieldErrors) -> Result<NewPage, PageError> {
    let choice = |one: &EventType| Choice {
        field: field(*one),
        key: one.key(),
        word: one.word(),
        is_chosen: form.ticked(&field(*one)),
    };
    Ok(NewPage {
        shell: Shell::load(app, me, paths::WEBHOOKS).await?,
        url: form.get("url").to_owned(),
        types: EventType::ALL.iter().map(choice).collect(),
        networks: !app.config.web.webhook_networks.is_empty(),
        own_email: proof_of(app, me).await?,
        errors,
    })
}
