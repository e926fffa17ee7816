//! Versions of the contract text: the operator's legal department writes, checks, approves and
//! publishes them here; published ones can be read without signing in (C-01 … C-08).

mod assign;
mod clause;
mod clause_fields;
mod clause_place;
mod clause_view;
mod clauses;
mod comments;
mod compare;
mod composition;
mod edit;
mod facts;
mod files;
mod found;
mod history;
mod import;
mod list;
mod names;
mod parts;
mod publish;
mod show;
mod submit;

use crate::domain::viewer::{Duty, Role};
use actix_web::{HttpRequest, web};

use crate::actions::versions::review::{Surroundings, surroundings_of};
use crate::actions::{ActionError, versions};
use crate::app::App;
use crate::domain::VersionId;
use crate::domain::calendar::day;
use crate::domain::version::{Stage, Version};
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::page::Me;
use crate::web::kit::route::{Row, Who, get, post, view};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get(paths::VERSIONS, Who::Operator, || view().to(list::show)),
    get(
        "/betrieb/vertragsfassungen/neu",
        Who::Duty(Duty::Contract),
        || view().to(list::ask),
    ),
    post(paths::VERSIONS, Who::Duty(Duty::Contract), || {
        web::post().to(list::begin)
    }),
    get(
        "/betrieb/vertragsfassungen/{fassung}",
        Who::Operator,
        || view().to(show::show),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/text",
        Who::Operator,
        || view().to(edit::show),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/text",
        Who::Duty(Duty::Contract),
        || web::post().to(edit::save),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/angaben",
        Who::Duty(Duty::Contract),
        || web::post().to(edit::save_facts),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/teile",
        Who::Operator,
        || view().to(composition::show),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/bausteine",
        Who::Duty(Duty::Contract),
        || web::post().to(composition::change),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/teile",
        Who::Duty(Duty::Contract),
        || web::post().to(parts::change),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/klauseln",
        Who::Operator,
        || view().to(clauses::show),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/klausel",
        Who::Operator,
        || view().to(clause::show),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/klausel",
        Who::Duty(Duty::Contract),
        || web::post().to(clause::save),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/klausel/neu",
        Who::Duty(Duty::Contract),
        || web::post().to(clause_place::add),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/klausel/ort",
        Who::Duty(Duty::Contract),
        || web::post().to(clause_place::shift),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/klausel/loeschung",
        Who::Duty(Duty::Contract),
        || web::post().to(clause_place::remove),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/klausel/kommentar",
        Who::Duty(Duty::Contract),
        || web::post().to(comments::post),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/verlauf",
        Who::Operator,
        || view().to(history::show),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/zuordnung",
        Who::Operator,
        || view().to(assign::show),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/zuordnung",
        Who::Duty(Duty::Contract),
        || web::post().to(assign::change),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/uebernahme",
        Who::Duty(Duty::Contract),
        || view().to(import::show),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/uebernahme",
        Who::Duty(Duty::Contract),
        || web::post().to(import::decide),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/vergleich",
        Who::Operator,
        || view().to(compare::show),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/vorlage",
        Who::Duty(Duty::Contract),
        || view().to(submit::show),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/vorlage",
        Who::Duty(Duty::Contract),
        || web::post().to(submit::submit),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/freigabe",
        Who::Duty(Duty::Contract),
        || web::post().to(show::approve),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/rueckgabe",
        Who::Duty(Duty::Contract),
        || web::post().to(show::give_back),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/loeschung",
        Who::Duty(Duty::Contract),
        || web::post().to(show::discard),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/veroeffentlichung",
        Who::Duty(Duty::Contract),
        || view().to(publish::show),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/veroeffentlichung",
        Who::Duty(Duty::Contract),
        || web::post().to(publish::publish),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/ordner.zip",
        Who::Operator,
        || view().to(files::zip),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/vorschau-{sprache}.pdf",
        Who::Operator,
        || view().to(files::pdf),
    ),
];

/// The version a page is about, as the page's head prints it.
pub struct Subject {
    /// Key in `contract_versions`.
    pub id: VersionId,
    /// "Fassung 2.0".
    pub name: String,
    /// CSS key of the mark beside its stage.
    pub mark: &'static str,
    /// Its stage in words.
    pub stage: &'static str,
    /// Whether it is a draft that the viewer may change.
    pub can_edit: bool,
    /// Revision, which counts every change.
    pub revision: i32,
    /// Whether its text is marked as a sample (LC-56).
    pub is_sample: bool,
}

impl Subject {
    fn of(version: &Version, role: Role) -> Self {
        let stage = version.head.stage();
        Self {
            id: version.head.id,
            name: format!("Fassung {}", version.head.label()),
            mark: mark(stage),
            stage: word(stage),
            can_edit: stage == Stage::Draft && role.has(Duty::Contract),
            revision: version.head.revision,
            is_sample: version.head.is_sample,
        }
    }

    /// Address of its own page, or of one below it.
    pub fn page(&self, page: &str) -> String {
        paths::version(self.id, page)
    }
}

/// A stage in words.
fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Draft => "Entwurf",
        Stage::Submitted => "Wartet auf Freigabe",
        Stage::Approved => "Freigegeben",
        Stage::Published => "Veröffentlicht",
    }
}

/// CSS key of the mark beside a stage, one of those that statuses have.
fn mark(stage: Stage) -> &'static str {
    match stage {
        Stage::Draft => "open",
        Stage::Submitted => "requested",
        Stage::Approved => "update_pending",
        Stage::Published => "concluded",
    }
}

/// A version with the other data its pages need.
async fn load(app: &App, me: &Me, id: VersionId) -> Result<(Version, Surroundings), PageError> {
    let (own, viewer, today) = (app.clone(), me.viewer.clone(), day(app.clock.now()));
    Ok(app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let version = versions::find(conn, &viewer, id)?;
            let around = surroundings_of(conn, &own, &version, today)?;
            Ok((version, around))
        })
        .await?)
}

/// A parameter of the address.
fn asked(request: &HttpRequest, name: &str) -> Option<String> {
    url::form_urlencoded::parse(request.query_string().as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
