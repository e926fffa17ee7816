//! The operator's administration: one file per page, everything here is [`Who::Operator`].

mod alerts;
pub mod announcements;
mod branding;
pub mod bulk_runs;
pub mod clients;
mod deleted;
mod log;
mod mails;
mod operator_details;
mod parts;
pub mod products;
mod proposals;
mod replies;
mod runs;
mod setup;
mod start;
mod sub_processors;
mod users;
mod webhooks;

use crate::domain::viewer::Duty;
use actix_web::web;

use crate::paths;
use crate::web::kit::route::{Row, Who, get, post, view};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get("/betrieb", Who::Operator, || view().to(start::show)),
    get(paths::DELETED, Who::Operator, || view().to(deleted::list)),
    get(paths::DELETED_SHEET, Who::Operator, || {
        view().to(deleted::sheet)
    }),
    get("/betrieb/geloescht/{nummer}", Who::Operator, || {
        view().to(deleted::show)
    }),
    get("/betrieb/vorschlaege", Who::Operator, || {
        view().to(proposals::list)
    }),
    get(paths::PROPOSALS_SHEET, Who::Operator, || {
        view().to(proposals::sheet)
    }),
    get("/betrieb/vorschlaege/{vorschlag}", Who::Operator, || {
        view().to(proposals::show)
    }),
    post(
        "/betrieb/vorschlaege/{vorschlag}",
        Who::Duty(Duty::Work),
        || web::post().to(proposals::answer),
    ),
    get(
        "/betrieb/vorschlaege/{vorschlag}/datei",
        Who::Operator,
        || view().to(proposals::file),
    ),
    get("/betrieb/betreiber", Who::Operator, || {
        view().to(operator_details::show)
    }),
    post(
        "/betrieb/betreiber",
        Who::Duty(Duty::Administration),
        || web::post().to(operator_details::save),
    ),
    get(paths::BRANDING, Who::Operator, || view().to(branding::show)),
    post(paths::BRANDING, Who::Duty(Duty::Administration), || {
        web::post().to(branding::save)
    }),
    get("/betrieb/benutzer", Who::Operator, || {
        view().to(users::list::show)
    }),
    get(paths::USERS_SHEET, Who::Operator, || {
        view().to(users::list::sheet)
    }),
    get(paths::NEW_USER, Who::Duty(Duty::Administration), || {
        view().to(users::new::show)
    }),
    get("/betrieb/benutzer/{benutzer}", Who::Operator, || {
        view().to(users::show::show)
    }),
    get(
        "/betrieb/benutzer/{benutzer}/bearbeiten",
        Who::Duty(Duty::Administration),
        || view().to(users::edit::show),
    ),
    post(
        "/betrieb/benutzer/{benutzer}/bearbeiten",
        Who::Duty(Duty::Administration),
        || web::post().to(users::edit::save),
    ),
    post(
        "/betrieb/benutzer/{benutzer}/einladung",
        Who::Duty(Duty::Administration),
        || web::post().to(users::show::invite),
    ),
    post(
        "/betrieb/benutzer/{benutzer}/sitzungen",
        Who::Duty(Duty::Administration),
        || web::post().to(users::show::end_sessions),
    ),
    get(
        "/betrieb/benutzer/{benutzer}/loeschen",
        Who::Duty(Duty::Administration),
        || view().to(users::erasure::ask),
    ),
    post(
        "/betrieb/benutzer/{benutzer}/loeschen",
        Who::Duty(Duty::Administration),
        || web::post().to(users::erasure::erase),
    ),
    get(
        "/betrieb/benutzer/{benutzer}/bestaetigung",
        Who::Duty(Duty::Administration),
        || view().to(users::confirmation::show),
    ),
    post(
        "/betrieb/benutzer/{benutzer}/bestaetigung",
        Who::Duty(Duty::Administration),
        || web::post().to(users::confirmation::confirm),
    ),
    get(
        "/betrieb/benutzer/{benutzer}/zweiter-faktor",
        Who::Duty(Duty::Administration),
        || view().to(users::factor::ask),
    ),
    post(
        "/betrieb/benutzer/{benutzer}/zweiter-faktor",
        Who::Duty(Duty::Administration),
        || web::post().to(users::factor::reset),
    ),
    post("/betrieb/benutzer", Who::Duty(Duty::Administration), || {
        web::post().to(users::new::add)
    }),
    get(
        "/betrieb/benutzer/{benutzer}/sperren",
        Who::Duty(Duty::Administration),
        || view().to(users::locking::ask_disable),
    ),
    post(
        "/betrieb/benutzer/{benutzer}/sperren",
        Who::Duty(Duty::Administration),
        || web::post().to(users::locking::disable),
    ),
    get(
        "/betrieb/benutzer/{benutzer}/entsperren",
        Who::Duty(Duty::Administration),
        || view().to(users::locking::ask_enable),
    ),
    post(
        "/betrieb/benutzer/{benutzer}/entsperren",
        Who::Duty(Duty::Administration),
        || web::post().to(users::locking::enable),
    ),
    get(paths::ALERTS, Who::Operator, || view().to(alerts::list)),
    get(paths::ALERTS_SHEET, Who::Operator, || {
        view().to(alerts::sheet)
    }),
    post(
        "/betrieb/hinweise/{hinweis}/uebernehmen",
        Who::Duty(Duty::Work),
        || web::post().to(alerts::take),
    ),
    post(
        "/betrieb/hinweise/{hinweis}/erledigt",
        Who::Duty(Duty::Work),
        || web::post().to(alerts::finish),
    ),
    get(paths::RUNS, Who::Operator, || view().to(runs::show)),
    get(paths::SETUP, Who::Operator, || view().to(setup::show)),
    post(paths::SETUP, Who::Duty(Duty::Administration), || {
        web::post().to(setup::rehearsed)
    }),
    post(paths::MAIL_ARRIVED, Who::Duty(Duty::Administration), || {
        web::post().to(setup::arrived)
    }),
    get("/betrieb/mails", Who::Operator, || view().to(mails::list)),
    get(paths::MAILS_SHEET, Who::Operator, || {
        view().to(mails::sheet)
    }),
    get(
        "/betrieb/mails/test",
        Who::Duty(Duty::Administration),
        || view().to(mails::ask_trial),
    ),
    post(
        "/betrieb/mails/test",
        Who::Duty(Duty::Administration),
        || web::post().to(mails::send_trial),
    ),
    get("/betrieb/mails/{mail}", Who::Operator, || {
        view().to(mails::show)
    }),
    get("/betrieb/antworten", Who::Operator, || {
        view().to(replies::list)
    }),
    get(paths::REPLIES_SHEET, Who::Operator, || {
        view().to(replies::sheet)
    }),
    get("/betrieb/antworten/{antwort}", Who::Operator, || {
        view().to(replies::show)
    }),
    post(
        "/betrieb/antworten/{antwort}",
        Who::Duty(Duty::Work),
        || web::post().to(replies::close),
    ),
    get("/betrieb/protokoll", Who::Operator, || view().to(log::list)),
    get(paths::LOG_SHEET, Who::Operator, || view().to(log::sheet)),
    post(
        "/betrieb/mails/{mail}/erneut",
        Who::Duty(Duty::Work),
        || web::post().to(mails::retry),
    ),
    post(
        "/betrieb/mails/{mail}/nochmal",
        Who::Duty(Duty::Work),
        || web::post().to(mails::resend_contract),
    ),
    get(paths::SUB_PROCESSORS, Who::Operator, || {
        view().to(sub_processors::list)
    }),
    get(
        "/betrieb/unterauftragsverarbeiter/{eintrag}",
        Who::Operator,
        || view().to(sub_processors::show),
    ),
    get(paths::WEBHOOKS, Who::Duty(Duty::Administration), || {
        view().to(webhooks::list::show)
    }),
    post(paths::WEBHOOKS, Who::Duty(Duty::Administration), || {
        web::post().to(webhooks::new::add)
    }),
    get(paths::NEW_WEBHOOK, Who::Duty(Duty::Administration), || {
        view().to(webhooks::new::show)
    }),
    get(
        "/betrieb/webhooks/{webhook}",
        Who::Duty(Duty::Administration),
        || view().to(webhooks::show::show),
    ),
    get(
        "/betrieb/webhooks/{webhook}/schluessel",
        Who::Duty(Duty::Administration),
        || view().to(webhooks::steps::ask_rotation),
    ),
    post(
        "/betrieb/webhooks/{webhook}/schluessel",
        Who::Duty(Duty::Administration),
        || web::post().to(webhooks::steps::rotate),
    ),
    post(
        "/betrieb/webhooks/{webhook}/hinterlegt",
        Who::Duty(Duty::Administration),
        || web::post().to(webhooks::steps::put_away),
    ),
    post(
        "/betrieb/webhooks/{webhook}/anhalten",
        Who::Duty(Duty::Administration),
        || web::post().to(webhooks::steps::pause),
    ),
    post(
        "/betrieb/webhooks/{webhook}/fortsetzen",
        Who::Duty(Duty::Administration),
        || web::post().to(webhooks::steps::resume),
    ),
    post(
        "/betrieb/webhooks/{webhook}/test",
        Who::Duty(Duty::Administration),
        || web::post().to(webhooks::steps::test),
    ),
    post(
        "/betrieb/webhooks/{webhook}/zustellungen/{zustellung}/erneut",
        Who::Duty(Duty::Administration),
        || web::post().to(webhooks::steps::again),
    ),
    get(
        "/betrieb/webhooks/{webhook}/loeschen",
        Who::Duty(Duty::Administration),
        || view().to(webhooks::steps::ask_deletion),
    ),
    post(
        "/betrieb/webhooks/{webhook}/loeschen",
        Who::Duty(Duty::Administration),
        || web::post().to(webhooks::steps::delete),
    ),
];
