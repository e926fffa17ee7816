//! The form of a product and its options.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::confirmation::{self, Question};
use super::values::{OF_OPTION, OWN, RETIRED, Values, id};
use crate::actions::products::{self, Fault, Saved};
use crate::actions::{ActionError, form_version};
use crate::app::App;
use crate::domain::product::Product;
use crate::paths;
use crate::storage::catalogue::list_products;
use crate::storage::products::is_booked;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::ask_proof;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

#[derive(Template)]
#[template(path = "web/operation/products/edit.html")]
struct Page {
    shell: Shell,
    /// Name of the product that is changed; `None` for a new one.
    name: Option<String>,
    action: String,
    stand: String,
    /// Whether a customer has ever booked it; if so, its code cannot change.
    is_booked: bool,
    values: Values,
    /// The row that was just added.
    added: Option<usize>,
    errors: FieldErrors,
}

impl Page {
    fn option(&self, place: &usize, field: &str) -> String {
        id(*place, field)
    }

    fn places(&self) -> std::ops::RangeInclusive<usize> {
        1..=self.values.options
    }

    fn is_added(&self, place: &usize) -> bool {
        self.added == Some(*place)
    }

    /// HTML attributes of the field for the product's code.
    fn code_more(&self) -> &'static str {
        match self.is_booked {
            true => "autocomplete=\"off\" spellcheck=\"false\" readonly",
            false => "autocomplete=\"off\" spellcheck=\"false\" required",
        }
    }

    fn code_hint(&self) -> &'static str {
        match self.is_booked {
            true => "Sie bleibt, weil das Produkt schon gebucht wurde.",
            false => {
                "Zum Beispiel sip-trunk. So heißt das Produkt für andere Systeme, und so heißt seine Datei im Vertragstext."
            }
        }
    }
}

/// GET: the form of a new product.
pub async fn new(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let page = page(&app, &me, None, Values::new(), FieldErrors::default()).await?;
    html(&page)
}

/// GET: the form of a product, filled with the stored values.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    code: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let product = find(&app, &code).await?;
    let values = Values::of(&product);
    html(&page(&app, &me, Some(&product), values, FieldErrors::default()).await?)
}

/// POST: adds a product.
pub async fn add(
    app: web::Data<App>,
    me: Me,
    session: Session,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let values = Values::typed(&form);
    if form.ticked("mehr") {
        return more(&app, &me, None, values, None).await;
    }
    let (product, errors) = values.read();
    if !errors.is_empty() {
        return invalid(&page(&app, &me, None, values, errors).await?);
    }
    let (now, viewer) = (app.clock.now(), me.viewer.clone());
    let name = product.name.clone();
    let saved = app
        .db
        .transaction(move |conn| products::add(conn, &viewer, &product, now))
        .await?;
    match saved {
        Saved::Refused(fault) => {
            let errors = refused(&values, &fault);
            invalid(&page(&app, &me, None, values, errors).await?)
        }
        Saved::Done { .. } | Saved::Unconfirmed(_) => Ok(session.succeeded(
            format!("{name} steht jetzt im Katalog und kann gebucht werden."),
            paths::PRODUCTS,
        )),
    }
}

/// POST: changes a product.
pub async fn save(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    code: web::Path<String>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let stored = find(&app, &code).await?;
    let values = Values::typed(&form);
    let stand = form.get("stand").to_owned();
    if form.ticked("mehr") {
        return more(&app, &me, Some(&stored), values, Some(stand)).await;
    }
    let (product, errors) = values.read();
    if !errors.is_empty() {
        let page = page(&app, &me, Some(&stored), values, errors).await?;
        return invalid(&Page { stand, ..page });
    }
    let confirmed: Option<i64> = form.get("betroffen").parse().ok();
    if confirmed.is_some() {
        let errors = ask_proof(&app, &me, &request, &form).await?;
        if !errors.is_empty() {
            let question = Question {
                old: &stored,
                new: &product,
                values: &values,
                stand: &stand,
            };
            return confirmation::ask(&app, &me, &question, None, errors).await;
        }
    }
    let (now, viewer) = (app.clock.now(), me.viewer.clone());
    let (was, new, shown) = (stored.code.clone(), product.clone(), stand.clone());
    let saved = app
        .db
        .transaction(move |conn| {
            products::change(
                conn,
                &viewer,
                &was,
                &new,
                (Some(shown.as_str()), confirmed),
                now,
            )
        })
        .await;
    match saved {
        Ok(Saved::Done { reviews }) => Ok(session.succeeded(
            match reviews {
                true => format!("{} ist gespeichert. Die betroffenen Kunden werden jetzt nacheinander geprüft; unter „Läufe“ sehen Sie, wie weit das ist.", product.name),
                false => format!("{} ist gespeichert.", product.name),
            },
            paths::PRODUCTS,
        )),
        Ok(Saved::Unconfirmed(preview)) => {
            let question = Question {
                old: &stored,
                new: &product,
                values: &values,
                stand: &stand,
            };
            confirmation::ask(&app, &me, &question, Some(preview), FieldErrors::default()).await
        }
        Ok(Saved::Refused(fault)) => {
            let errors = refused(&values, &fault);
            let page = page(&app, &me, Some(&stored), values, errors).await?;
            invalid(&Page { stand, ..page })
        }
        Err(ActionError::Changed) => changed(&app, &me, &session, &code, values).await,
        Err(error) => Err(error.into()),
    }
}

/// The form with one more row for an option, and what was typed so far.
async fn more(
    app: &App,
    me: &Me,
    stored: Option<&Product>,
    mut values: Values,
    stand: Option<String>,
) -> Result<HttpResponse, PageError> {
    let mut errors = FieldErrors::default();
    let has_room = values.add_option();
    if !has_room {
        errors.add(
            id(values.options, "name"),
            "Mehr Optionen kann ein Produkt nicht haben",
        );
    }
    let added = has_room.then_some(values.options);
    let page = page(app, me, stored, values, errors).await?;
    html(&Page {
        added,
        stand: stand.unwrap_or_default(),
        ..page
    })
}

/// The form with the values that another user has saved meanwhile, beside what was typed. A user
/// who saves once more has seen them.
async fn changed(
    app: &App,
    me: &Me,
    session: &Session,
    code: &str,
    values: Values,
) -> Result<HttpResponse, PageError> {
    let stored = find(app, code).await?;
    let now = Values::of(&stored);
    let shown = |values: &Values, id: &str, is_box: bool| match (is_box, values.ticked(id)) {
        (true, true) => "ja".to_owned(),
        (true, false) => "nein".to_owned(),
        (false, _) => values.get(id).to_owned(),
    };
    let is_box = |field: &str| matches!(field, "portal" | "daten" | "avv" | "zu" | RETIRED);
    let retired = (RETIRED, "Wird nicht mehr verkauft");
    let mut fields: Vec<(String, &str, bool)> = Vec::new();
    for (field, label) in OWN.into_iter().chain([retired]) {
        fields.push((field.to_owned(), label, is_box(field)));
    }
    for place in 1..=values.options.max(now.options) {
        for (field, label) in OF_OPTION.into_iter().chain([retired]) {
            fields.push((id(place, field), label, is_box(field)));
        }
    }
    let mut errors = FieldErrors::default();
    errors.add_changed(fields.iter().map(|(id, label, is_box)| {
        let (was, is) = (shown(&now, id, *is_box), shown(&values, id, *is_box));
        (id.as_str(), *label, was, is)
    }));
    if errors.is_empty() {
        return Ok(session.succeeded(format!("{} ist gespeichert.", stored.name), paths::PRODUCTS));
    }
    invalid(&page(app, me, Some(&stored), values, errors).await?)
}

/// The error at the field it is about.
fn refused(values: &Values, fault: &Fault) -> FieldErrors {
    let mut errors = FieldErrors::default();
    match fault {
        Fault::CodeTaken => errors.add("code", "Diese Kennung hat schon ein anderes Produkt"),
        Fault::CodeBooked => errors.add(
            "code",
            "Das Produkt ist schon gebucht worden, seine Kennung bleibt",
        ),
        Fault::OptionBooked(code) => {
            let field = match values.options {
                0 => "name".to_owned(),
                _ => id(1, "code"),
            };
            errors.add(
                field,
                format!("Die Option mit der Kennung „{code}“ ist schon gebucht worden. Sie und ihre Kennung bleiben; stellen Sie ihren Verkauf ein, wenn sie nicht mehr gebucht werden soll"),
            );
        }
    }
    errors
}

/// A product of the catalogue by its code.
pub async fn find(app: &App, code: &str) -> Result<Product, PageError> {
    let products = app
        .db
        .read(|conn| -> Result<_, ActionError> { Ok(list_products(conn)?) })
        .await?;
    products
        .into_iter()
        .find(|one| one.code == code)
        .ok_or(PageError::NotFound)
}

async fn page(
    app: &App,
    me: &Me,
    stored: Option<&Product>,
    values: Values,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let code = stored.map(|one| one.code.clone());
    let is_booked = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            match &code {
                Some(code) => Ok(is_booked(conn, code, None)?),
                None => Ok(false),
            }
        })
        .await?;
    Ok(Page {
        shell: Shell::load(app, me, paths::PRODUCTS).await?,
        name: stored.map(|one| one.name.clone()),
        action: match stored {
            Some(one) => paths::product(&one.code),
            None => paths::NEW_PRODUCT.to_owned(),
        },
        stand: stored.map(form_version::of).unwrap_or_default(),
        is_booked,
        values,
        added: None,
        errors,
    })
}
