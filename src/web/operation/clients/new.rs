//! Adding a client.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use super::show::TokenPage;
use crate::actions::{ActionError, clients};
use crate::app::App;
use crate::config::Network;
use crate::domain::calendar::{day, end_of_day};
use crate::domain::case::Refusal;
use crate::domain::client::{ClientScope, PER_MINUTE};
use crate::domain::name::{self, MAX_NAME};
use crate::paths;
use crate::storage::clients::NewClient;
use crate::web::kit::dates::parse_day;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof_too, proof_of};
use crate::web::kit::signed_form::SignedForm;

/// Most requests a minute that can be agreed.
const MOST: i32 = 1_000_000;
/// Most blocks of addresses.
const NETWORKS: usize = 20;

#[derive(Template)]
#[template(path = "web/operation/clients/new.html")]
struct NewPage {
    shell: Shell,
    name: String,
    scopes: Vec<(&'static str, &'static str, bool)>,
    networks: String,
    per_minute: String,
    expires: String,
    own_email: Proof,
    errors: FieldErrors,
}

/// GET: the empty form.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let form = Form::default();
    html(&page(&app, &me, &form, FieldErrors::default()).await?)
}

/// POST: adds it and shows its first token.
pub async fn add(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let mut errors = FieldErrors::default();
    let new = read(&app, &form, &mut errors);
    ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
    let Some(new) = new.filter(|_| errors.is_empty()) else {
        return invalid(&page(&app, &me, &form, errors).await?);
    };
    let (name, viewer, now) = (new.name.clone(), me.viewer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| clients::add(conn, &viewer, &new, now))
        .await;
    match done {
        Ok((id, token)) => html(&TokenPage::new(&app, &me, id, name, &token).await?),
        Err(ActionError::Refused(Refusal::Unchanged)) => {
            errors.add("name", "Einen Zugang mit diesem Namen gibt es schon");
            invalid(&page(&app, &me, &form, errors).await?)
        }
        Err(error) => Err(error.into()),
    }
}

fn read(app: &App, form: &Form, errors: &mut FieldErrors) -> Option<NewClient> {
    let name = name::parse(form.get("name"), MAX_NAME);
    if name.is_err() {
        errors.add(
            "name",
            "Geben Sie einen Namen mit höchstens 120 Zeichen ein",
        );
    }
    let scopes: Vec<ClientScope> = ClientScope::ALL
        .iter()
        .copied()
        .filter(|scope| form.ticked(&field_of(*scope)))
        .collect();
    if scopes.is_empty() {
        errors.add("rechte", "Wählen Sie mindestens ein Recht");
    }
    let networks: Vec<String> = form
        .get("netze")
        .split([',', ' ', '\n', '\r'])
        .filter(|block| !block.is_empty())
        .map(str::to_owned)
        .collect();
    if networks.len() > NETWORKS
        || networks
            .iter()
            .any(|block| block.parse::<Network>().is_err())
    {
        errors.add(
            "netze",
            "Geben Sie Adressen oder Netze ein, zum Beispiel 192.0.2.7 oder 10.0.0.0/8, höchstens 20",
        );
    }
    let per_minute = form.get("je_minute").trim().parse::<i32>();
    let per_minute = per_minute.ok().filter(|count| (1..=MOST).contains(count));
    if per_minute.is_none() {
        errors.add("je_minute", "Geben Sie eine Zahl von 1 bis 1000000 ein");
    }
    let expires = match form.get("bis").trim() {
        "" => Some(None),
        text => parse_day(text)
            .filter(|end| *end >= day(app.clock.now()))
            .map(Some),
    };
    if expires.is_none() {
        errors.add(
            "bis",
            "Geben Sie einen Tag ab heute ein, oder lassen Sie das Feld leer",
        );
    }
    Some(NewClient {
        name: name.ok()?,
        scopes,
        networks,
        per_minute: per_minute?,
        expires_at: expires?.map(|end: NaiveDate| end_of_day(end)),
    })
}

/// The field of a scope; colons are no part of names of fields.
fn field_of(scope: ClientScope) -> String {
    format!("recht-{}", scope.key().replace(':', "-"))
}

async fn page(app: &App, me: &Me, form: &Form, errors: FieldErrors) -> Result<NewPage, PageError> {
    let per_minute = match form.get("je_minute") {
        "" => PER_MINUTE.to_string(),
        typed => typed.to_owned(),
    };
    Ok(NewPage {
        shell: Shell::load(app, me, paths::CLIENTS).await?,
        name: form.get("name").to_owned(),
        scopes: ClientScope::ALL
            .iter()
            .map(|scope| (scope.key(), scope.word(), form.ticked(&field_of(*scope))))
            .collect(),
        networks: form.get("netze").to_owned(),
        per_minute,
        expires: form.get("bis").to_owned(),
        own_email: proof_of(app, me).await?,
        errors,
    })
}
