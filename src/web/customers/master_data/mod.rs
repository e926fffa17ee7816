//! Name, address, register, contact and language of a customer (row 48). The e-mail address has its
//! own page, because the person who reads it may conclude.

mod correction;

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::actions::form_version::{self, Shown};
use crate::actions::{ActionError, Applied, customers};
use crate::app::App;
use crate::domain::case::{Case, Change, Refusal};
use crate::domain::{CustomerNumber, Language};
use crate::paths;
use crate::web::customers::parts::party_fields::{FIELDS, FieldRow, lines, read, read_language};
use crate::web::kit::customer::{Subject, load_visible};
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::respond::{Refuses as _, Respond as _};
use crate::web::kit::signed_form::SignedForm;

const SAME: &str = "Die Stammdaten waren schon so. Geändert wurde nichts.";

#[derive(Template)]
#[template(path = "web/customers/master_data/master_data.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    email: Option<String>,
    /// What is stored although it is no valid address.
    unusable: Option<String>,
    lines: Vec<FieldRow>,
    language: Language,
    /// Whether a contract is open or in force, so that saving may have further consequences.
    touches_more: bool,
    /// Whether the form shows what was typed.
    was_typed: bool,
    /// Stamp of the values the form showed first.
    stand: String,
    errors: FieldErrors,
}

/// GET: the form.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    number: web::Path<CustomerNumber>,
) -> Result<HttpResponse, PageError> {
    let case = load_visible(&app, &me.viewer, number.into_inner()).await?;
    let mut party = case.customer.party.clone();
    let lines = lines(|field| (field.place)(&mut party).clone());
    let typed = (lines, case.customer.language);
    let stand = stamp(&case);
    html(&page(&app, &me, &case, typed, stand, FieldErrors::default()).await?)
}

/// Stamp of the values the form shows.
fn stamp(case: &Case) -> String {
    form_version::of_master_data(&case.customer.party, case.customer.language)
}

/// POST: saves the master data. If that has further consequences, the page that shows them comes
/// first (C10): if the customer is being asked, a new mail replaces the links to the old text.
pub async fn save(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let case = load_visible(&app, &me.viewer, number.into_inner()).await?;
    let mut errors = FieldErrors::default();
    if form.ticked(correction::BACK) {
        return html(&typed_page(&app, &me, &case, &form, errors).await?);
    }
    let party = read(&form, &mut errors);
    let language = read_language(&form, &mut errors);
    let Some(language) = language.filter(|_| errors.is_empty()) else {
        return invalid(&typed_page(&app, &me, &case, &form, errors).await?);
    };
    let (now, handles, viewer) = (app.clock.now(), app.clone(), me.viewer.clone());
    let customer = case.customer.number;
    let (stand, confirmed) = ["stand", correction::CONFIRMED]
        .map(|name| form.get(name).to_owned())
        .into();
    let done = app
        .db
        .transaction(move |conn| {
            form_version::check(conn, &handles, Shown::MasterData(customer), &stand)?;
            let new = (&party, language);
            match customers::find_unconfirmed(conn, customer, new, &confirmed, now)? {
                Some(seen) => Ok(Err(Box::new(seen))),
                None => {
                    customers::change_party(conn, &handles, &viewer, customer, new, now).map(Ok)
                }
            }
        })
        .await;
    let back = paths::customer(customer);
    match done {
        Ok(Err(seen)) => {
            let overtaken = form.ticked(correction::CONFIRMED);
            let mut fields: Vec<(&'static str, String)> = FIELDS
                .iter()
                .map(|field| (field.id, form.get(field.id).to_owned()))
                .collect();
            fields.push(("sprache", language.code().to_owned()));
            let stand = form.get("stand").to_owned();
            correction::ask(&app, &me, &seen, (fields, stand), overtaken).await
        }
        Err(ActionError::Refused(Refusal::Unchanged)) => Ok(session.succeeded(SAME, back)),
        Err(ActionError::Changed) => {
            // A user who saves once more has seen the values that are stored now.
            let case = load_visible(&app, &me.viewer, customer).await?;
            add_changed(&mut errors, &case, &form, language);
            if errors.is_empty() {
                return Ok(session.succeeded(SAME, back));
            }
            let typed = (lines(|field| form.get(field.id).to_owned()), language);
            invalid(&page(&app, &me, &case, typed, stamp(&case), errors).await?)
        }
        Ok(Ok(outcome)) => Ok(session.succeeded(said(&outcome), back)),
        Err(error) => Ok(session.refused(error.sentence()?, back)),
    }
}

/// Adds to the fields the values that another user has saved meanwhile, beside what was typed.
fn add_changed(errors: &mut FieldErrors, case: &Case, form: &Form, language: Language) {
    let mut stored = case.customer.party.clone();
    errors.add_changed(FIELDS.iter().map(|field| {
        let typed = form.get(field.id).to_owned();
        (
            field.id,
            field.label,
            (field.place)(&mut stored).clone(),
            typed,
        )
    }));
    let word = |language: Language| {
        if language.is_en() {
            "Englisch"
        } else {
            "Deutsch"
        }
        .to_owned()
    };
    let (stored, typed) = (word(case.customer.language), word(language));
    errors.add_changed([("sprache", "Sprache", stored, typed)]);
}

/// The form with what was typed, and with the stamp it was sent with.
async fn typed_page(
    app: &App,
    me: &Me,
    case: &Case,
    form: &Form,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let language = Language::from_code(form.get("sprache")).unwrap_or(case.customer.language);
    let typed = (lines(|field| form.get(field.id).to_owned()), language);
    let stand = form.get("stand").to_owned();
    Ok(Page {
        was_typed: true,
        ..page(app, me, case, typed, stand, errors).await?
    })
}

async fn page(
    app: &App,
    me: &Me,
    case: &Case,
    (lines, language): (Vec<FieldRow>, Language),
    stand: String,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    Ok(Page {
        shell: Shell::load(app, me, paths::CUSTOMERS).await?,
        subject: Subject::of(case),
        email: case.customer.email().map(|email| email.shown()),
        unusable: case.customer.party.unusable_email.clone(),
        lines,
        language,
        touches_more: case.open_request().is_some() || case.agreement().is_some(),
        was_typed: false,
        stand,
        errors,
    })
}

fn said(outcome: &Applied) -> String {
    let asked = outcome.changes.iter().any(Change::asks);
    match outcome.after.customer.email().filter(|_| asked) {
        Some(email) => format!(
            "Die Stammdaten sind gespeichert. Der Kunde erhält den Vertrag mit den neuen Angaben an {}, alle früheren Links sind ungültig.",
            email.as_str()
        ),
        None if outcome.after.agreement().is_some() => "Die Stammdaten sind gespeichert. Der Kunde hat deswegen keine E-Mail erhalten, und der Vertrag bleibt, wie er ist. Soll er die neuen Angaben nennen, fordern Sie auf der Seite „Auftragsverarbeitungsvertrag“ den Neuabschluss an."
            .to_owned(),
        None => "Die Stammdaten sind gespeichert. Der Kunde hat deswegen keine E-Mail erhalten."
            .to_owned(),
    }
}
