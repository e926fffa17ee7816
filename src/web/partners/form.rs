//! Adding a partner, and changing its contact data.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::fields::{Field, read, stored, typed};
use super::{Area, SAME, Subject, load};
use crate::actions::form_version::{self, Shown};
use crate::actions::{ActionError, partner_directory};
use crate::app::App;
use crate::domain::case::Partner;
use crate::domain::{PartnerId, Party};
use crate::storage::partner_list::count_customers;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::words::listed;

/// The Mandant for which a Submandant is added.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    mandant: String,
}

#[derive(Template)]
#[template(path = "web/partners/form.html")]
struct Page {
    shell: Shell,
    area: Area,
    /// The partner whose data are changed; `None` for a new one.
    subject: Option<Subject>,
    /// The Mandant a new Submandant will belong to: key and name, for the operator.
    above: Option<(PartnerId, String)>,
    /// Whether it looks after customers, whose contracts name it.
    has_customers: bool,
    fields: Vec<Field>,
    /// Stamp of the values the form showed first; empty for a new partner.
    stand: String,
    errors: FieldErrors,
}

impl Page {
    fn title(&self) -> &'static str {
        match (&self.subject, self.area.operator, &self.above) {
            (Some(_), ..) => "Kontaktdaten ändern",
            (None, true, None) => "Vertriebspartner hinzufügen",
            _ => "Submandanten hinzufügen",
        }
    }
}

/// GET: the empty form.
pub async fn new(
    app: web::Data<App>,
    me: Me,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let above = above(&app, &me, &asked.mandant).await?;
    let start = Party {
        country: "Deutschland".to_owned(),
        ..Party::default()
    };
    html(&new_page(&app, &me, above, stored(&start), FieldErrors::default()).await?)
}

const TOO_MANY: &str = "In der letzten Stunde wurden sehr viele Untervertriebspartner angelegt. Legen Sie diesen bitte später an";

/// POST: adds the partner.
pub async fn add(
    app: web::Data<App>,
    me: Me,
    session: Session,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let above = above(&app, &me, form.get("mandant")).await?;
    let (party, errors) = read(&form, false);
    if !errors.is_empty() {
        return invalid(&new_page(&app, &me, above, typed(&form), errors).await?);
    }
    let (area, now, viewer) = (Area::of(&me), app.clock.now(), me.viewer.clone());
    let again = typed(&form);
    let waits = app.config.rules.release_sub_partners;
    let said = format!("{} ist angelegt.{}", party.name, gaps(&party));
    let parent = above.as_ref().map(|above| above.id);
    let done = app
        .db
        .transaction(move |conn| partner_directory::add(conn, &viewer, parent, &party, waits, now))
        .await;
    let id = match done {
        Err(ActionError::TooManyAttempts(_)) => {
            let mut errors = FieldErrors::default();
            errors.add("name", TOO_MANY);
            return invalid(&new_page(&app, &me, above, again, errors).await?);
        }
        done => done?,
    };
    Ok(session.succeeded(said, area.partner(id)))
}

/// The missing contact data, and what follows from that; empty if nothing is missing.
pub fn gaps(party: &Party) -> String {
    let missing: Vec<String> = party.missing().into_iter().map(str::to_owned).collect();
    if missing.is_empty() {
        String::new()
    } else {
        format!(
            " Es fehlen noch Angaben: {}. Vorher kann die Firma für keinen Kunden gewählt werden.",
            listed(&missing)
        )
    }
}

/// The Mandant the operator adds a Submandant for. A Mandant's own area has no such field.
async fn above(app: &App, me: &Me, asked: &str) -> Result<Option<Partner>, PageError> {
    if asked.is_empty() || !Area::of(me).operator {
        return Ok(None);
    }
    let id = asked.parse().map_err(|_| PageError::NotFound)?;
    let above = load(app, me, id).await?;
    if above.parent.is_some() {
        return Err(PageError::NotFound);
    }
    Ok(Some(above))
}

async fn new_page(
    app: &App,
    me: &Me,
    above: Option<Partner>,
    fields: Vec<Field>,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let area = Area::of(me);
    Ok(Page {
        shell: Shell::load(app, me, area.list()).await?,
        area,
        subject: None,
        above: above.map(|above| (above.id, above.party.name)),
        has_customers: false,
        fields,
        stand: String::new(),
        errors,
    })
}

/// GET: the form, filled with the stored values.
pub async fn edit(
    app: web::Data<App>,
    me: Me,
    id: web::Path<PartnerId>,
) -> Result<HttpResponse, PageError> {
    let partner = load(&app, &me, *id).await?;
    let fields = stored(&partner.party);
    let stand = form_version::of_party(&partner.party);
    html(&edit_page(&app, &me, &partner, fields, stand, FieldErrors::default()).await?)
}

/// POST: changes the contact data.
pub async fn save(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<PartnerId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let partner = load(&app, &me, *id).await?;
    // Complete data must stay complete, because contracts may name the partner.
    let (party, errors) = read(&form, partner.party.is_complete());
    let stand = form.get("stand").to_owned();
    if !errors.is_empty() {
        return invalid(&edit_page(&app, &me, &partner, typed(&form), stand, errors).await?);
    }
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), partner.id);
    let handles = app.clone();
    let said = format!("Die Kontaktdaten sind gespeichert.{}", gaps(&party));
    let done = app
        .db
        .transaction(move |conn| {
            form_version::check(conn, &handles, Shown::Partner(id), &stand)?;
            partner_directory::change(conn, &viewer, id, &party, now)
        })
        .await;
    let back = Area::of(&me).partner(id);
    match done {
        Err(ActionError::Changed) => {
            // A user who saves once more has seen the values that are stored now.
            let partner = load(&app, &me, id).await?;
            let (fields, stand) = (typed(&form), form_version::of_party(&partner.party));
            let mut errors = FieldErrors::default();
            let both = stored(&partner.party).into_iter().zip(&fields);
            errors.add_changed(both.map(|(stored, typed)| {
                (stored.id, stored.label, stored.value, typed.value.clone())
            }));
            if errors.is_empty() {
                return Ok(session.succeeded(SAME, back));
            }
            invalid(&edit_page(&app, &me, &partner, fields, stand, errors).await?)
        }
        done => session.respond_again(done, |()| said, back),
    }
}

async fn edit_page(
    app: &App,
    me: &Me,
    partner: &Partner,
    fields: Vec<Field>,
    stand: String,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let (area, id) = (Area::of(me), partner.id);
    let customers = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(count_customers(conn, &[id])?) })
        .await?;
    Ok(Page {
        shell: Shell::load(app, me, area.list()).await?,
        area,
        subject: Some(Subject::of(area, partner)),
        above: None,
        has_customers: customers.get(&id).is_some_and(|count| *count > 0),
        fields,
        stand,
        errors,
    })
}
