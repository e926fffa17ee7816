//! What adding a customer would do: the page between form and action, computed by the rules. It
//! carries everything that was typed.

use actix_web::HttpResponse;
use askama::Template;

use super::typed;
use crate::actions::customers::{Addition, Planned};
use crate::app::App;
use crate::paths;
use crate::web::customers::parts::doubts::{Doubt, weigh};
use crate::web::kit::effects::{Part, meaning_of_new};
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, proof_of};
use crate::web::kit::refusals;

/// Hidden field with the stamp of the facts the page was made from.
pub const CONFIRMED: &str = "stand";
/// Button that leads back to the form with everything that was typed.
pub const BACK: &str = "zurueck";

#[derive(Template)]
#[template(path = "web/customers/addition/confirmation.html")]
struct Page {
    shell: Shell,
    name: String,
    number: String,
    /// Whether the facts differ from those that were shown and confirmed before.
    overtaken: bool,
    /// Values that will be stored: label and value.
    facts: Vec<(&'static str, String)>,
    meaning: Vec<Part>,
    doubts: Vec<Doubt>,
    fields: Vec<(String, String)>,
    stamp: String,
    sends: bool,
    /// Address of the person who looks, if the password is asked for.
    email: Option<Proof>,
    errors: FieldErrors,
}

/// The page. Confirming it sends everything that was typed once more.
pub async fn ask(
    app: &App,
    me: &Me,
    new: &Addition,
    planned: &Planned,
    form: &Form,
    overtaken: bool,
    errors: FieldErrors,
) -> Result<HttpResponse, PageError> {
    let preview = &planned.preview;
    let mut errors = errors;
    let doubts = match weigh(app, me.viewer.role, &preview.before, &preview.after).await? {
        Ok(doubts) => doubts,
        Err(refusal) => {
            errors.add("passwort", refusals::sentence(refusal));
            Vec::new()
        }
    };
    let shell = Shell::load(app, me, paths::CUSTOMERS).await?;
    let page = Page {
        name: new.party.name.clone(),
        number: new.number.to_string(),
        overtaken,
        facts: facts(new, planned),
        meaning: meaning_of_new(&shell.operator.short_name, preview),
        doubts,
        fields: typed::carried(form),
        stamp: planned.stamp.clone(),
        sends: preview.changes.iter().any(|one| one.mail().is_some()),
        email: match new.partner {
            Some(_) => Some(proof_of(app, me).await?),
            None => None,
        },
        errors,
        shell,
    };
    if page.errors.is_empty() {
        html(&page)
    } else {
        invalid(&page)
    }
}

/// Values that will be stored. Empty ones are left out, except where that has a meaning.
fn facts(new: &Addition, planned: &Planned) -> Vec<(&'static str, String)> {
    let (party, after) = (&new.party, &planned.preview.after);
    let company = |words: Option<&crate::domain::case::Partner>| {
        words.map_or_else(|| "keiner".to_owned(), |one| one.party.name.clone())
    };
    let booked = new.booking.as_ref();
    let mut facts = vec![
        ("Anschrift", party.address_line()),
        ("Register", party.register.clone()),
        ("Vertreten durch", party.represented_by.clone()),
        ("Ansprechperson", party.contact.clone()),
        ("Telefon", party.phone.clone()),
        (
            "E-Mail-Adresse",
            (party.email.as_ref()).map_or_else(|| "fehlt".to_owned(), |email| email.shown()),
        ),
        (
            "Sprache",
            if new.language.is_en() {
                "Englisch"
            } else {
                "Deutsch"
            }
            .to_owned(),
        ),
        ("Vertriebspartner", company(after.partner.as_ref())),
    ];
    if after.partner.is_some() {
        facts.push(("Untervertriebspartner", company(after.sub_partner.as_ref())));
    }
    facts.push((
        "Buchung",
        booked.map_or_else(
            || "noch keine".to_owned(),
            |(product, options)| after.booked_name(product, options).de,
        ),
    ));
    facts.retain(|(_, value)| !value.is_empty());
    facts
}
