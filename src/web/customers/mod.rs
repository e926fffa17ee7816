//! The customers: the list, one customer's profile and status page, and all actions on one
//! customer.

mod addition;
mod address;
pub mod agreement_imports;
mod assignment;
mod bookings;
mod deletion;
mod imports;
mod links;
mod list;
mod master_data;
mod module;
mod objections;
mod offer;
mod parts;
mod profile;
mod proposals;
mod renewal;
mod status;

use crate::domain::viewer::Duty;
use actix_web::web;

use crate::paths;
use crate::web::kit::route::{Row, Who, get, post, view};

/// Rows of this room.
pub const ROUTES: &[Row] = &[
    get(paths::CUSTOMERS, Who::Staff, || view().to(list::show)),
    get(paths::CUSTOMERS_SHEET, Who::Staff, || {
        view().to(list::sheet::show)
    }),
    get(paths::ADD_CUSTOMER, Who::Duty(Duty::Care), || {
        view().to(addition::show)
    }),
    post(paths::ADD_CUSTOMER, Who::Duty(Duty::Care), || {
        web::post().to(addition::save)
    }),
    get(paths::CUSTOMER_IMPORTS, Who::Duty(Duty::Care), || {
        view().to(imports::list::show)
    }),
    post(paths::CUSTOMER_IMPORTS, Who::Duty(Duty::Care), || {
        web::post().to(imports::list::upload)
    }),
    get(paths::IMPORT_SAMPLE, Who::Duty(Duty::Care), || {
        view().to(imports::list::sample)
    }),
    get("/betrieb/kunden/import/{import}", Who::Operator, || {
        view().to(imports::show::show)
    }),
    post(
        "/betrieb/kunden/import/{import}",
        Who::Duty(Duty::Care),
        || web::post().to(imports::show::start),
    ),
    get(
        "/betrieb/kunden/import/{import}/fehler.csv",
        Who::Operator,
        || view().to(imports::show::faults),
    ),
    post(
        "/betrieb/kunden/import/{import}/verwerfen",
        Who::Duty(Duty::Care),
        || web::post().to(imports::show::discard),
    ),
    post(
        "/betrieb/kunden/import/{import}/anforderungen",
        Who::Duty(Duty::Care),
        || web::post().to(imports::show::ask),
    ),
    get("/kunden/{nummer}", Who::Staff, || view().to(profile::show)),
    get("/kunden/{nummer}/stammdaten", Who::Duty(Duty::Care), || {
        view().to(master_data::show)
    }),
    post("/kunden/{nummer}/stammdaten", Who::Duty(Duty::Care), || {
        web::post().to(master_data::save)
    }),
    get(
        "/kunden/{nummer}/stammdaten/email",
        Who::Assigner(Duty::Work),
        || view().to(address::change::show),
    ),
    post(
        "/kunden/{nummer}/stammdaten/email",
        Who::Assigner(Duty::Work),
        || web::post().to(address::change::save),
    ),
    get("/kunden/{nummer}/module/{modul}", Who::Staff, || {
        view().to(module::show)
    }),
    get("/kunden/{nummer}/avv", Who::Staff, || {
        view().to(status::show)
    }),
    post("/kunden/{nummer}/avv/anforderung", Who::Sender, || {
        web::post().to(status::ask)
    }),
    get(
        "/kunden/{nummer}/submandant",
        Who::Assigner(Duty::Care),
        || view().to(assignment::sub_partner::confirm),
    ),
    post(
        "/kunden/{nummer}/submandant",
        Who::Assigner(Duty::Care),
        || web::post().to(assignment::sub_partner::name),
    ),
    get(paths::GATE, Who::Gate, || {
        web::route().to(module::forward_auth::ask)
    }),
    get("/zugriff/{nummer}/{modul}", Who::Gate, || {
        web::route().to(module::forward_auth::ask)
    }),
    get("/zugriff/{nummer}/{modul}/{seite:.*}", Who::Gate, || {
        web::route().to(module::forward_auth::ask)
    }),
    get(
        "/betrieb/kunden/{nummer}/buchung",
        Who::Duty(Duty::Care),
        || view().to(bookings::choice::show),
    ),
    post(
        "/betrieb/kunden/{nummer}/buchung",
        Who::Duty(Duty::Care),
        || web::post().to(bookings::confirmation::book),
    ),
    get(
        "/betrieb/kunden/{nummer}/buchung/bestaetigen",
        Who::Duty(Duty::Care),
        || view().to(bookings::confirmation::confirm_booking),
    ),
    get(
        "/betrieb/kunden/{nummer}/buchungen/{platz}/kuendigung",
        Who::Duty(Duty::Care),
        || view().to(bookings::cancellation::show),
    ),
    post(
        "/betrieb/kunden/{nummer}/buchungen/{platz}/kuendigung",
        Who::Duty(Duty::Care),
        || web::post().to(bookings::cancellation::cancel),
    ),
    get(
        "/betrieb/kunden/{nummer}/buchungen/{platz}/optionen/{option}",
        Who::Duty(Duty::Care),
        || view().to(bookings::confirmation::confirm_option),
    ),
    post(
        "/betrieb/kunden/{nummer}/buchungen/{platz}/optionen/{option}",
        Who::Duty(Duty::Care),
        || web::post().to(bookings::confirmation::switch_option_on),
    ),
    get(
        "/betrieb/kunden/{nummer}/buchungen/{platz}/optionen/{option}/kuendigung",
        Who::Duty(Duty::Care),
        || view().to(bookings::cancellation::show_option),
    ),
    post(
        "/betrieb/kunden/{nummer}/buchungen/{platz}/optionen/{option}/kuendigung",
        Who::Duty(Duty::Care),
        || web::post().to(bookings::cancellation::cancel_option),
    ),
    get(
        "/betrieb/kunden/{nummer}/adresse",
        Who::Duty(Duty::Work),
        || view().to(address::decision::show),
    ),
    post(
        "/betrieb/kunden/{nummer}/adresse",
        Who::Duty(Duty::Work),
        || web::post().to(address::decision::decide),
    ),
    get(
        "/betrieb/kunden/{nummer}/links",
        Who::Duty(Duty::Work),
        || view().to(links::show),
    ),
    post(
        "/betrieb/kunden/{nummer}/links",
        Who::Duty(Duty::Work),
        || web::post().to(links::lock),
    ),
    get(
        "/betrieb/kunden/{nummer}/neuabschluss",
        Who::Duty(Duty::Contract),
        || view().to(renewal::show),
    ),
    post(
        "/betrieb/kunden/{nummer}/neuabschluss",
        Who::Duty(Duty::Contract),
        || web::post().to(renewal::ask),
    ),
    get("/betrieb/kunden/{nummer}/angebot", Who::Operator, || {
        view().to(offer::show)
    }),
    get(
        "/betrieb/kunden/{nummer}/loeschen",
        Who::Duty(Duty::Contract),
        || view().to(deletion::show),
    ),
    post(
        "/betrieb/kunden/{nummer}/loeschen",
        Who::Duty(Duty::Contract),
        || web::post().to(deletion::delete),
    ),
    get(
        "/betrieb/kunden/{nummer}/partner",
        Who::Duty(Duty::Care),
        || view().to(assignment::partner::show),
    ),
    post(
        "/betrieb/kunden/{nummer}/partner",
        Who::Duty(Duty::Care),
        || web::post().to(assignment::partner::assign),
    ),
    get(
        "/betrieb/kunden/{nummer}/widerspruch",
        Who::Duty(Duty::Work),
        || view().to(objections::record::show),
    ),
    post(
        "/betrieb/kunden/{nummer}/widerspruch",
        Who::Duty(Duty::Work),
        || web::post().to(objections::record::record),
    ),
    get(
        "/betrieb/kunden/{nummer}/erklaerungen",
        Who::Operator,
        || view().to(objections::declarations::list),
    ),
    post(
        "/betrieb/kunden/{nummer}/erklaerungen/{widerspruch}/nachweis",
        Who::Duty(Duty::Work),
        || web::post().to(objections::declarations::add),
    ),
    get(
        "/betrieb/kunden/{nummer}/nachweis/{datei}",
        Who::Operator,
        || view().to(objections::declarations::file),
    ),
    get(
        "/betrieb/kunden/{nummer}/irrtum",
        Who::Duty(Duty::Work),
        || view().to(proposals::show_error),
    ),
    post(
        "/betrieb/kunden/{nummer}/irrtum",
        Who::Duty(Duty::Work),
        || web::post().to(proposals::propose_error),
    ),
    get(
        "/betrieb/kunden/{nummer}/papiervertrag",
        Who::Duty(Duty::Work),
        || view().to(proposals::show_paper),
    ),
    post(
        "/betrieb/kunden/{nummer}/papiervertrag",
        Who::Duty(Duty::Work),
        || web::post().to(proposals::propose_paper),
    ),
];
