//! "Umstellungen": rolling out a contract version to customers that concluded an older one (rows 35
//! to 37). [`plan`] chooses the customers and the mode and starts it, [`progress`] shows how far it
//! has come.

mod list;
mod plan;
mod progress;

use crate::domain::viewer::Duty;
use actix_web::web;

use crate::app::App;
use crate::domain::roll_out::Scope;
use crate::web::kit::error::PageError;
use crate::web::kit::route::{Row, Who, get, post, view};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get("/betrieb/umstellungen", Who::Operator, || {
        view().to(list::show)
    }),
    get(
        "/betrieb/umstellungen/neu",
        Who::Duty(Duty::Contract),
        || view().to(plan::show),
    ),
    post(
        "/betrieb/umstellungen/neu",
        Who::Duty(Duty::Contract),
        || web::post().to(plan::start),
    ),
    get("/betrieb/umstellungen/{umstellung}", Who::Operator, || {
        view().to(progress::show)
    }),
    post(
        "/betrieb/umstellungen/{umstellung}",
        Who::Duty(Duty::Contract),
        || web::post().to(progress::turn_it),
    ),
];

/// The chosen customers in words.
async fn scope_words(app: &App, scope: &Scope) -> Result<Vec<String>, PageError> {
    let mut words = Vec::new();
    if let Some(numbers) = &scope.numbers {
        words.push(match numbers.len() {
            1 => "eine angegebene Kundennummer".to_owned(),
            many => format!("{many} angegebene Kundennummern"),
        });
    } else {
        words.push("alle, deren geltender Vertrag eine andere Fassung hat".to_owned());
    }
    if let Some(id) = scope.partner {
        let names = app.partner_names().await?;
        let found = names.iter().find(|(known, _)| *known == id);
        let name = found.map_or("", |(_, name)| name.as_str());
        words.push(format!("nur Kunden von {name}"));
    }
    if let Some(version) = &scope.concluded {
        words.push(format!("nur abgeschlossen mit Fassung {version}"));
    }
    Ok(words)
}
