//! Announced changes of the general sub-processors (rows 38 to 42): [`list`] has all announcements,
//! [`draft`], [`entry`] with its [`fields`] and [`preview`] make a new one, [`show`] how it is sent
//! and answered, [`notice`] one customer's answer.

mod draft;
mod entry;
mod fields;
mod list;
mod notice;
mod preview;
mod show;

use crate::domain::viewer::Duty;
use actix_web::web;

use crate::actions::ActionError;
use crate::actions::announcements::Standstill;
use crate::app::App;
use crate::domain::AnnouncementId;
use crate::domain::sub_processor::{self, Entry};
use crate::paths;
use crate::storage::announcements::{Announcement, find_announcement};
use crate::storage::sub_processors::list_entries;
use crate::web::kit::error::PageError;
use crate::web::kit::respond::Refuses;
use crate::web::kit::route::{Row, Who, get, post, view};

/// Rows of these pages.
pub const ROUTES: &[Row] = &[
    get(paths::ANNOUNCEMENTS, Who::Operator, || {
        view().to(list::list)
    }),
    post(paths::ANNOUNCEMENTS, Who::Duty(Duty::Contract), || {
        web::post().to(list::begin)
    }),
    get(
        "/betrieb/aenderungsmitteilungen/{mitteilung}",
        Who::Operator,
        || view().to(show::show),
    ),
    post(
        "/betrieb/aenderungsmitteilungen/{mitteilung}",
        Who::Duty(Duty::Contract),
        || web::post().to(draft::save),
    ),
    get(
        "/betrieb/aenderungsmitteilungen/{mitteilung}/eintrag",
        Who::Duty(Duty::Contract),
        || view().to(entry::ask),
    ),
    post(
        "/betrieb/aenderungsmitteilungen/{mitteilung}/eintrag",
        Who::Duty(Duty::Contract),
        || web::post().to(entry::save),
    ),
    post(
        "/betrieb/aenderungsmitteilungen/{mitteilung}/entfernen",
        Who::Duty(Duty::Contract),
        || web::post().to(draft::remove),
    ),
    post(
        "/betrieb/aenderungsmitteilungen/{mitteilung}/zuruecknehmen",
        Who::Duty(Duty::Contract),
        || web::post().to(draft::take_back),
    ),
    post(
        "/betrieb/aenderungsmitteilungen/{mitteilung}/verwerfen",
        Who::Duty(Duty::Contract),
        || web::post().to(draft::discard),
    ),
    get(
        "/betrieb/aenderungsmitteilungen/{mitteilung}/vorschau",
        Who::Duty(Duty::Contract),
        || view().to(preview::show),
    ),
    post(
        "/betrieb/aenderungsmitteilungen/{mitteilung}/vorschau",
        Who::Duty(Duty::Contract),
        || web::post().to(preview::confirm),
    ),
    post(
        "/betrieb/aenderungsmitteilungen/{mitteilung}/anhalten",
        Who::Duty(Duty::Contract),
        || web::post().to(show::pause),
    ),
    post(
        "/betrieb/aenderungsmitteilungen/{mitteilung}/fortsetzen",
        Who::Duty(Duty::Contract),
        || web::post().to(show::resume),
    ),
    get("/betrieb/mitteilungen/{mitteilung}", Who::Operator, || {
        view().to(notice::show)
    }),
    post(
        "/betrieb/mitteilungen/{mitteilung}/einspruch",
        Who::Duty(Duty::Work),
        || web::post().to(notice::record),
    ),
    get(
        "/betrieb/mitteilungen/{mitteilung}/nachweis/{datei}",
        Who::Operator,
        || view().to(notice::file),
    ),
    post(
        "/betrieb/mitteilungen/{mitteilung}/nachweis",
        Who::Duty(Duty::Work),
        || web::post().to(notice::add),
    ),
    post(
        "/betrieb/mitteilungen/{mitteilung}/ergebnis",
        Who::Duty(Duty::Contract),
        || web::post().to(notice::settle),
    ),
    post(
        "/betrieb/mitteilungen/{mitteilung}/erneut",
        Who::Duty(Duty::Work),
        || web::post().to(notice::resend),
    ),
];

/// An announcement with the list of sub-processors; a draft gets the lists it would be announced
/// with now.
async fn find(app: &App, id: &str) -> Result<(Announcement, Vec<Entry>), PageError> {
    let id: AnnouncementId = id.parse().map_err(|_| PageError::NotFound)?;
    let (found, entries) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok((find_announcement(conn, id)?, list_entries(conn)?))
        })
        .await?;
    let mut found = found.ok_or(PageError::NotFound)?;
    if found.lists.is_none() {
        let after = sub_processor::after(&entries, &found.changes);
        found.lists = Some((sub_processor::before(&entries), after));
    }
    Ok((found, entries))
}

/// Why an announcement was not changed, with a next step.
impl Refuses for Standstill {
    fn sentence(self) -> Result<String, PageError> {
        let why = match self {
            Self::OtherStage => {
                "Diese Änderungsmitteilung ist inzwischen weiter. Die Seite zeigt, wie sie steht."
            }
            Self::Empty => "Es gibt noch keine Änderung, die angekündigt werden könnte.",
            Self::TooMany => {
                "Mehr als 30 Änderungen auf einmal lassen sich nicht ankündigen. Teilen Sie sie auf."
            }
            Self::Outdated => {
                "Das Register hat sich seit dem Entwurf geändert. Prüfen Sie die Änderungen noch einmal."
            }
            Self::Incomplete => {
                "Es fehlen noch Angaben. Sie stehen oben auf der Seite des Entwurfs."
            }
            Self::TooEarly => {
                "Der Beginn liegt vor dem Ende der Frist. Wählen Sie einen späteren Tag."
            }
        };
        Ok(why.to_owned())
    }
}
