//! The operator's administration: one file per page, everything here is [`Who::Operator`].

mod address;
mod administrators;
mod alerts;
mod assign;
mod booking;
mod booking_plan;
mod cancellation;
mod changes;
mod declarations;
mod deleted;
mod deletion;
mod links;
mod locking;
mod log;
mod mails;
mod objection;
mod offer;
mod particulars;
mod proposals;
mod propose;
mod renewal;
mod replies;
mod runs;
mod seal;
mod start;
mod users;

use actix_web::web;

use crate::paths;
use crate::web::kit::route::{Row, Who, get, post, view};

pub use assign::OVERTAKEN;
pub use changes::ROUTES as CHANGES;

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get("/betrieb", Who::Operator, || view().to(start::show)),
    get("/betrieb/kunden/{nummer}/buchung", Who::Operator, || {
        view().to(booking::show)
    }),
    post("/betrieb/kunden/{nummer}/buchung", Who::Operator, || {
        web::post().to(booking_plan::book)
    }),
    get(
        "/betrieb/kunden/{nummer}/buchung/bestaetigen",
        Who::Operator,
        || view().to(booking_plan::confirm_booking),
    ),
    get(
        "/betrieb/kunden/{nummer}/buchungen/{platz}/kuendigung",
        Who::Operator,
        || view().to(cancellation::show),
    ),
    post(
        "/betrieb/kunden/{nummer}/buchungen/{platz}/kuendigung",
        Who::Operator,
        || web::post().to(cancellation::cancel),
    ),
    get(
        "/betrieb/kunden/{nummer}/buchungen/{platz}/option",
        Who::Operator,
        || view().to(booking_plan::confirm_option),
    ),
    post(
        "/betrieb/kunden/{nummer}/buchungen/{platz}/option",
        Who::Operator,
        || web::post().to(booking_plan::switch_option_on),
    ),
    get(
        "/betrieb/kunden/{nummer}/buchungen/{platz}/option/kuendigung",
        Who::Operator,
        || view().to(cancellation::show_option),
    ),
    post(
        "/betrieb/kunden/{nummer}/buchungen/{platz}/option/kuendigung",
        Who::Operator,
        || web::post().to(cancellation::cancel_option),
    ),
    get("/betrieb/kunden/{nummer}/adresse", Who::Operator, || {
        view().to(address::show)
    }),
    post("/betrieb/kunden/{nummer}/adresse", Who::Operator, || {
        web::post().to(address::decide)
    }),
    get("/betrieb/kunden/{nummer}/links", Who::Operator, || {
        view().to(links::show)
    }),
    post("/betrieb/kunden/{nummer}/links", Who::Operator, || {
        web::post().to(links::lock)
    }),
    get(
        "/betrieb/kunden/{nummer}/neuabschluss",
        Who::Operator,
        || view().to(renewal::show),
    ),
    post(
        "/betrieb/kunden/{nummer}/neuabschluss",
        Who::Operator,
        || web::post().to(renewal::ask),
    ),
    get("/betrieb/kunden/{nummer}/angebot", Who::Operator, || {
        view().to(offer::show)
    }),
    get("/betrieb/kunden/{nummer}/loeschen", Who::Operator, || {
        view().to(deletion::show)
    }),
    post("/betrieb/kunden/{nummer}/loeschen", Who::Operator, || {
        web::post().to(deletion::delete)
    }),
    get(paths::DELETED, Who::Operator, || view().to(deleted::list)),
    get("/betrieb/geloescht/{nummer}", Who::Operator, || {
        view().to(deleted::show)
    }),
    get("/betrieb/kunden/{nummer}/partner", Who::Operator, || {
        view().to(assign::show)
    }),
    post("/betrieb/kunden/{nummer}/partner", Who::Operator, || {
        web::post().to(assign::assign)
    }),
    get(
        "/betrieb/kunden/{nummer}/widerspruch",
        Who::Operator,
        || view().to(objection::show),
    ),
    post(
        "/betrieb/kunden/{nummer}/widerspruch",
        Who::Operator,
        || web::post().to(objection::record),
    ),
    get(
        "/betrieb/kunden/{nummer}/erklaerungen",
        Who::Operator,
        || view().to(declarations::list),
    ),
    post(
        "/betrieb/kunden/{nummer}/erklaerungen/{widerspruch}/nachweis",
        Who::Operator,
        || web::post().to(declarations::add),
    ),
    get(
        "/betrieb/kunden/{nummer}/nachweis/{datei}",
        Who::Operator,
        || view().to(declarations::file),
    ),
    get("/betrieb/kunden/{nummer}/irrtum", Who::Operator, || {
        view().to(propose::show_error)
    }),
    post("/betrieb/kunden/{nummer}/irrtum", Who::Operator, || {
        web::post().to(propose::propose_error)
    }),
    get(
        "/betrieb/kunden/{nummer}/papiervertrag",
        Who::Operator,
        || view().to(propose::show_paper),
    ),
    post(
        "/betrieb/kunden/{nummer}/papiervertrag",
        Who::Operator,
        || web::post().to(propose::propose_paper),
    ),
    get("/betrieb/vorschlaege", Who::Operator, || {
        view().to(proposals::list)
    }),
    get("/betrieb/vorschlaege/{vorschlag}", Who::Operator, || {
        view().to(proposals::show)
    }),
    post("/betrieb/vorschlaege/{vorschlag}", Who::Operator, || {
        web::post().to(proposals::answer)
    }),
    get(
        "/betrieb/vorschlaege/{vorschlag}/datei",
        Who::Operator,
        || view().to(proposals::file),
    ),
    get("/betrieb/betreiber", Who::Operator, || {
        view().to(particulars::show)
    }),
    post("/betrieb/betreiber", Who::Operator, || {
        web::post().to(particulars::save)
    }),
    get("/betrieb/benutzer", Who::Operator, || {
        view().to(users::list)
    }),
    get(
        "/betrieb/benutzer/{benutzer}/bestaetigung",
        Who::Operator,
        || view().to(administrators::show),
    ),
    post(
        "/betrieb/benutzer/{benutzer}/bestaetigung",
        Who::Operator,
        || web::post().to(administrators::confirm),
    ),
    get("/betrieb/benutzer/neu", Who::Operator, || {
        view().to(users::new)
    }),
    post("/betrieb/benutzer", Who::Operator, || {
        web::post().to(users::add)
    }),
    get(
        "/betrieb/benutzer/{benutzer}/sperren",
        Who::Operator,
        || view().to(locking::ask_disable),
    ),
    post(
        "/betrieb/benutzer/{benutzer}/sperren",
        Who::Operator,
        || web::post().to(locking::disable),
    ),
    get(
        "/betrieb/benutzer/{benutzer}/entsperren",
        Who::Operator,
        || view().to(locking::ask_enable),
    ),
    post(
        "/betrieb/benutzer/{benutzer}/entsperren",
        Who::Operator,
        || web::post().to(locking::enable),
    ),
    get(paths::ALERTS, Who::Operator, || view().to(alerts::list)),
    post(
        "/betrieb/hinweise/{hinweis}/uebernehmen",
        Who::Operator,
        || web::post().to(alerts::take),
    ),
    post(
        "/betrieb/hinweise/{hinweis}/erledigt",
        Who::Operator,
        || web::post().to(alerts::finish),
    ),
    get("/betrieb/laeufe", Who::Operator, || view().to(runs::show)),
    get("/betrieb/mails", Who::Operator, || view().to(mails::list)),
    get("/betrieb/mails/test", Who::Operator, || {
        view().to(mails::ask_trial)
    }),
    post("/betrieb/mails/test", Who::Operator, || {
        web::post().to(mails::send_trial)
    }),
    get("/betrieb/mails/{mail}", Who::Operator, || {
        view().to(mails::show)
    }),
    get("/betrieb/antworten", Who::Operator, || {
        view().to(replies::list)
    }),
    get("/betrieb/antworten/{antwort}", Who::Operator, || {
        view().to(replies::show)
    }),
    post("/betrieb/antworten/{antwort}", Who::Operator, || {
        web::post().to(replies::close)
    }),
    get("/betrieb/protokoll", Who::Operator, || view().to(log::list)),
    post("/betrieb/mails/{mail}/erneut", Who::Operator, || {
        web::post().to(mails::retry)
    }),
    post("/betrieb/mails/{mail}/nochmal", Who::Operator, || {
        web::post().to(mails::resend_contract)
    }),
];
