//! Details of the provider, as contract, mails and footers print them (5.8-20).

mod fields;
mod values;

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::form_version::{self, Shown};
use crate::actions::{ActionError, operator};
use crate::app::App;
use crate::domain::{Holidays, Operator, Party};
use crate::paths;
use crate::storage::catalogue::find_operator;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof_too, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use fields::{Ask, Kind, MAILS, OWN, PROTECTION};
use values::{Values, read, typed, values};

#[derive(Template)]
#[template(path = "web/operation/operator_details/operator_details.html")]
struct Page {
    shell: Shell,
    is_new: bool,
    sections: Vec<Section>,
    /// Stamp of the values the form showed first.
    stand: String,
    /// How the person who looks proves to be it.
    email: Proof,
    errors: FieldErrors,
}

/// Fields under one heading.
struct Section {
    title: String,
    hint: &'static str,
    fields: Vec<Field>,
}

/// One field with its stored or typed value.
struct Field {
    id: &'static str,
    ask: &'static Ask,
    value: String,
}

impl Field {
    /// Value of the attribute `type`.
    fn input_type(&self) -> &'static str {
        match self.ask.kind {
            Kind::Needed | Kind::Free | Kind::Lines | Kind::VatId | Kind::Holidays => "text",
            Kind::Email | Kind::FreeEmail => "email",
        }
    }

    /// Whether it has several lines.
    fn has_lines(&self) -> bool {
        self.ask.kind == Kind::Lines
    }

    /// What can be chosen: code, name, whether it is; empty where something is typed.
    fn choices(&self) -> Vec<(&'static str, &'static str, bool)> {
        if self.ask.kind != Kind::Holidays {
            return Vec::new();
        }
        let choice = |(holidays, code): (Holidays, _)| (code, holidays.word(), code == self.value);
        Holidays::ALL.map(choice).to_vec()
    }

    /// Further HTML attributes.
    fn more(&self) -> &'static str {
        match self.ask.kind {
            Kind::Needed | Kind::Email | Kind::Holidays => "autocomplete=\"off\" required",
            Kind::Free | Kind::FreeEmail | Kind::Lines | Kind::VatId => "autocomplete=\"off\"",
        }
    }
}

/// GET: the form, filled with the stored values.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let stored = stored(&app).await?;
    let is_new = stored.is_none();
    let stand = form_version::of_operator(stored.as_ref());
    let values = values(&stored.unwrap_or_else(|| Operator {
        party: Party {
            country: "Deutschland".to_owned(),
            ..Party::default()
        },
        ..Operator::default()
    }));
    let errors = FieldErrors::default();
    html(&page(&app, &me, is_new, &values, stand, errors).await?)
}

/// POST: replaces the details.
pub async fn save(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let typed = typed(&form);
    let (operator, mut errors) = read(&typed);
    ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
    let before = stored(&app).await?;
    let stand = form.get("stand").to_owned();
    if !errors.is_empty() {
        return invalid(&page(&app, &me, before.is_none(), &typed, stand, errors).await?);
    }
    let (now, viewer, handles) = (app.clock.now(), me.viewer.clone(), app.clone());
    let done = app
        .db
        .transaction(move |conn| {
            form_version::check(conn, &handles, Shown::Operator, &stand)?;
            operator::save(conn, &viewer, &operator, now)
        })
        .await;
    match done {
        Ok(()) => {}
        Err(ActionError::Changed) => {
            if let Some(page) = changed(&app, &me, &typed).await? {
                return Ok(page);
            }
        }
        Err(error) => return Err(error.into()),
    }
    app.forget_operator();
    Ok(session.succeeded(
        "Die Angaben sind gespeichert. Neue Verträge und E-Mails enthalten sie ab sofort; abgeschlossene Verträge bleiben, wie sie sind.",
        paths::OPERATOR,
    ))
}

/// The form with the values that another user has saved meanwhile, beside what was typed. A user
/// who saves once more has seen them.
async fn changed(app: &App, me: &Me, typed: &Values) -> Result<Option<HttpResponse>, PageError> {
    let stored = stored(app).await?;
    let stand = form_version::of_operator(stored.as_ref());
    let is_new = stored.is_none();
    let now = values(&stored.unwrap_or_default());
    let value = |values: &Values, id: &str| {
        let value = values.get(id).cloned().unwrap_or_default();
        let named = Holidays::ALL.iter().find(|(_, code)| *code == value);
        named.map_or(value, |(holidays, _)| holidays.word().to_owned())
    };
    let mut errors = FieldErrors::default();
    let all = OWN.iter().chain(PROTECTION).chain(MAILS);
    errors.add_changed(all.map(|(id, ask)| (*id, ask.label, value(&now, id), value(typed, id))));
    if errors.is_empty() {
        return Ok(None);
    }
    invalid(&page(app, me, is_new, typed, stand, errors).await?).map(Some)
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
    stand: String,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    Ok(Page {
        shell: Shell::load(app, me, paths::OPERATOR).await?,
        is_new,
        sections: sections(values),
        stand,
        email: proof_of(app, me).await?,
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
        Section {
            title: "E-Mails".to_owned(),
            hint: "",
            fields: listed(MAILS),
        },
    ]
}
