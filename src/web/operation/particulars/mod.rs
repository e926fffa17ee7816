//! Particulars of the provider, as contract, mails and footers print them (5.8-20).

mod fields;
mod values;

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::actions::{ActionError, operator};
use crate::app::App;
use crate::domain::{Operator, Party};
use crate::paths;
use crate::storage::catalogue::find_operator;
use crate::web::error::PageError;
use crate::web::form::{FieldErrors, SignedForm};
use crate::web::page::{Me, Shell, html, invalid, see_other};
use crate::web::session::flash;
use fields::{Ask, Kind, OWN, PROTECTION};
use values::{Values, read, typed, values};

#[derive(Template)]
#[template(path = "web/operation/particulars.html")]
struct Page {
    shell: Shell,
    is_new: bool,
    sections: Vec<Section>,
    errors: FieldErrors,
}

/// Fields under one heading.
struct Section {
    title: String,
    hint: &'static str,
    fields: Vec<Field>,
}

/// One field with what was stored or typed.
struct Field {
    id: &'static str,
    ask: &'static Ask,
    value: String,
}

impl Field {
    /// Value of `type`.
    fn input_type(&self) -> &'static str {
        match self.ask.kind {
            Kind::Needed | Kind::Free => "text",
            Kind::Email => "email",
        }
    }

    /// Further attributes.
    fn more(&self) -> &'static str {
        match self.ask.kind {
            Kind::Needed | Kind::Email => "autocomplete=\"off\" required",
            Kind::Free => "autocomplete=\"off\"",
        }
    }
}

/// The form, filled with what is stored.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let stored = stored(&app).await?;
    let is_new = stored.is_none();
    let values = values(&stored.unwrap_or_else(|| Operator {
        party: Party {
            country: "Deutschland".to_owned(),
            ..Party::default()
        },
        ..Operator::default()
    }));
    html(&page(&app, &me, is_new, &values, FieldErrors::default()).await?)
}

/// Replaces the particulars.
pub async fn save(
    app: web::Data<App>,
    me: Me,
    session: Session,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let typed = typed(&form);
    let (operator, errors) = read(&typed);
    let before = stored(&app).await?;
    if !errors.is_empty() {
        return invalid(&page(&app, &me, before.is_none(), &typed, errors).await?);
    }
    let (now, viewer) = (app.clock.now(), me.viewer.clone());
    app.db
        .transaction(move |conn| operator::save(conn, &viewer, &operator, now))
        .await?;
    app.forget_operator();
    flash(
        &session,
        true,
        "Die Angaben sind gespeichert. Neue Verträge und E-Mails enthalten sie ab sofort; abgeschlossene Verträge bleiben, wie sie sind.",
    );
    Ok(see_other(paths::OPERATOR))
}

async fn stored(app: &App) -> Result<Option<Operator>, PageError> {
    app.db
        .read(|conn| -> Result<_, ActionError> { Ok(find_operator(conn)?) })
        .await
        .map_err(Into::into)
}

async fn page(
    app: &App,
    me: &Me,
    is_new: bool,
    values: &Values,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    Ok(Page {
        shell: Shell::load(app, me, paths::OPERATOR).await?,
        is_new,
        sections: sections(values),
        errors,
    })
}

fn sections(values: &Values) -> Vec<Section> {
    let field = |id: &'static str, ask: &'static Ask| Field {
        id,
        ask,
        value: values.get(id).cloned().unwrap_or_default(),
    };
    let listed = |asks: &'static [(&'static str, Ask)]| {
        asks.iter().map(|(id, ask)| field(id, ask)).collect()
    };
    vec![
        Section {
            title: "Unternehmen".to_owned(),
            hint: "",
            fields: listed(OWN),
        },
        Section {
            title: "Datenschutz und Widerspruch".to_owned(),
            hint: "",
            fields: listed(PROTECTION),
        },
    ]
}
