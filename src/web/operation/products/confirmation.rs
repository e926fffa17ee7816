//! The page that shows which customers a change concerns, and what will happen, before it is saved
//! (P-07).

use actix_web::HttpResponse;
use askama::Template;

use super::values::Values;
use super::{annex, customers};
use crate::actions::ActionError;
use crate::actions::products::{self, Preview, find_annexes};
use crate::app::App;
use crate::domain::Language;
use crate::domain::product::{Named, Options, Product};
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, proof_of};
use crate::web::kit::words::listed;

/// The change that is to be saved.
pub struct Question<'q> {
    /// The product as it is stored.
    pub old: &'q Product,
    /// The product as it was typed.
    pub new: &'q Product,
    /// The same as fields of the form.
    pub values: &'q Values,
    /// Stamp of the values the form showed.
    pub stand: &'q str,
}

#[derive(Template)]
#[template(path = "web/operation/products/confirmation.html")]
struct Page {
    shell: Shell,
    name: String,
    href: String,
    /// Number of customers in words: "12 Kunden".
    affected: String,
    /// The number itself, which is sent with the confirmation.
    figure: i64,
    /// What they have booked: "das Produkt selbst und die Option Fax".
    of_what: Option<String>,
    starts: Option<String>,
    ends: Option<String>,
    shuts: Option<String>,
    opens: Option<String>,
    /// What is missing for it in the contract text in force.
    lacks: Option<String>,
    fields: Vec<(String, String)>,
    options: usize,
    stand: String,
    email: Proof,
    errors: FieldErrors,
}

/// Asks whether to save the change. `found` is what the action has just determined.
pub async fn ask(
    app: &App,
    me: &Me,
    question: &Question<'_>,
    found: Option<Preview>,
    errors: FieldErrors,
) -> Result<HttpResponse, PageError> {
    let now = app.clock.now();
    let (old, new) = (question.old.clone(), question.new.clone());
    let (preview, annexes) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let preview = match &found {
                Some(found) => found.clone(),
                None => products::preview(conn, &old, &new, now)?,
            };
            let annexes = find_annexes(conn, std::slice::from_ref(&new), now)?;
            Ok((preview, annexes))
        })
        .await?;
    let change = &preview.change;
    let what = |keys: &std::collections::BTreeSet<Option<String>>| {
        (!keys.is_empty()).then(|| parts(question.new, question.old, keys))
    };
    let areas = |names: &[Named]| {
        let names: Vec<String> = names.iter().map(|one| one.de.clone()).collect();
        (!names.is_empty()).then(|| listed(&names))
    };
    let lacks = match &annexes.in_force {
        Some((number, lacking)) => lacking.get(&question.new.code).and_then(|lacking| {
            let (_, words) = annex(question.new, lacking);
            (!lacking.is_empty())
                .then(|| format!("Produktanlage in der Fassung {number}: {words}."))
        }),
        None => Some("Es ist noch keine Fassung veröffentlicht.".to_owned()),
    };
    let of_all = change.is_of_all();
    let page = Page {
        shell: Shell::load(app, me, paths::PRODUCTS).await?,
        name: question.new.name.clone(),
        href: paths::product(&question.old.code),
        affected: customers(preview.affected),
        figure: preview.affected,
        of_what: (!of_all).then(|| {
            let known = question.old.the_options(&change.options());
            known.say(Language::De).to_owned()
        }),
        starts: what(&change.starts),
        ends: what(&change.ends),
        shuts: areas(&change.shuts),
        opens: areas(&change.opens),
        lacks: lacks.filter(|_| !change.starts.is_empty()),
        fields: question
            .values
            .sent()
            .map(|(id, value)| (id.to_owned(), value.to_owned()))
            .collect(),
        options: question.values.options,
        stand: question.stand.to_owned(),
        email: proof_of(app, me).await?,
        errors,
    };
    match page.errors.is_empty() {
        true => html(&page),
        false => invalid(&page),
    }
}

/// What needs an annex, in words: "Anlage und die Option Fax".
fn parts(
    new: &Product,
    old: &Product,
    keys: &std::collections::BTreeSet<Option<String>>,
) -> String {
    let own = keys.contains(&None).then(|| new.name.clone());
    let of = |code: &String| {
        let options = Options::from([code.clone()]);
        let product = if new.option(code).is_some() { new } else { old };
        product.the_options(&options).de
    };
    let all: Vec<String> = own
        .into_iter()
        .chain(keys.iter().flatten().map(of))
        .collect();
    listed(&all)
}
