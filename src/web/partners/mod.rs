//! Partners and sub-partners: the operator manages all of them under `/betrieb/partner`, a Mandant
//! its own Submandanten under `/submandanten`. Both use the same handlers; a partner that the
//! viewer does not manage does not exist here (S-51, S-54).

mod activity;
mod block;
mod contract;
mod fields;
mod form;
mod list;
mod sheet;
mod show;

use actix_web::web;

use crate::actions::partner_directory::find_managed;
use crate::app::App;
use crate::domain::PartnerId;
use crate::domain::case::Partner;
use crate::domain::viewer::Duty;
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::page::Me;
use crate::web::kit::route::{Row, Who, get, post, view};
use crate::web::kit::words::thousands;

/// Rows of the operator's pages.
pub const OPERATOR: &[Row] = &[
    get(paths::PARTNERS, Who::Operator, || view().to(list::show)),
    get(paths::PARTNERS_SHEET, Who::Operator, || {
        view().to(sheet::show)
    }),
    post(paths::PARTNERS, Who::Duty(Duty::Work), || {
        web::post().to(form::add)
    }),
    get("/betrieb/partner/neu", Who::Duty(Duty::Work), || {
        view().to(form::new)
    }),
    get("/betrieb/partner/{partner}", Who::Operator, || {
        view().to(show::show)
    }),
    get(
        "/betrieb/partner/{partner}/daten",
        Who::Duty(Duty::Work),
        || view().to(form::edit),
    ),
    post(
        "/betrieb/partner/{partner}/daten",
        Who::Duty(Duty::Work),
        || web::post().to(form::save),
    ),
    get(
        "/betrieb/partner/{partner}/vertrag",
        Who::Duty(Duty::Work),
        || view().to(contract::show),
    ),
    post(
        "/betrieb/partner/{partner}/vertrag",
        Who::Duty(Duty::Work),
        || web::post().to(contract::record),
    ),
    get(
        "/betrieb/partner/{partner}/vertrag/{datei}",
        Who::Operator,
        || view().to(contract::file),
    ),
    get(
        "/betrieb/partner/{partner}/sperre",
        Who::Duty(Duty::Contract),
        || view().to(block::ask),
    ),
    post(
        "/betrieb/partner/{partner}/sperre",
        Who::Duty(Duty::Contract),
        || web::post().to(block::block),
    ),
    get(
        "/betrieb/partner/{partner}/freigabe",
        Who::Duty(Duty::Contract),
        || view().to(block::ask_back),
    ),
    post(
        "/betrieb/partner/{partner}/freigabe",
        Who::Duty(Duty::Contract),
        || web::post().to(block::unblock),
    ),
    post(
        "/betrieb/partner/{partner}/aufnahme",
        Who::Duty(Duty::Work),
        || activity::doing(activity::RELEASE),
    ),
    get(
        "/betrieb/partner/{partner}/deaktivierung",
        Who::Duty(Duty::Work),
        || view().to(activity::ask),
    ),
    post(
        "/betrieb/partner/{partner}/deaktivierung",
        Who::Duty(Duty::Work),
        || activity::doing(activity::DEACTIVATE),
    ),
    post(
        "/betrieb/partner/{partner}/aktivierung",
        Who::Duty(Duty::Work),
        || activity::doing(activity::ACTIVATE),
    ),
];

/// Rows of a Mandant's pages.
pub const MANDANT: &[Row] = &[
    get(paths::SUB_PARTNERS, Who::Mandant, || view().to(list::show)),
    get(paths::SUB_PARTNERS_SHEET, Who::Mandant, || {
        view().to(sheet::show)
    }),
    post(paths::SUB_PARTNERS, Who::Mandant, || {
        web::post().to(form::add)
    }),
    get("/submandanten/neu", Who::Mandant, || view().to(form::new)),
    get("/submandanten/{partner}", Who::Mandant, || {
        view().to(show::show)
    }),
    get("/submandanten/{partner}/daten", Who::Mandant, || {
        view().to(form::edit)
    }),
    post("/submandanten/{partner}/daten", Who::Mandant, || {
        web::post().to(form::save)
    }),
    get("/submandanten/{partner}/vertrag", Who::Mandant, || {
        view().to(contract::show)
    }),
    post("/submandanten/{partner}/vertrag", Who::Mandant, || {
        web::post().to(contract::record)
    }),
    get(
        "/submandanten/{partner}/vertrag/{datei}",
        Who::Mandant,
        || view().to(contract::file),
    ),
    get(
        "/submandanten/{partner}/deaktivierung",
        Who::Mandant,
        || view().to(activity::ask),
    ),
    post(
        "/submandanten/{partner}/deaktivierung",
        Who::Mandant,
        || activity::doing(activity::DEACTIVATE),
    ),
    post("/submandanten/{partner}/aktivierung", Who::Mandant, || {
        activity::doing(activity::ACTIVATE)
    }),
];

/// The part of the site a page of this family is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Area {
    operator: bool,
}

impl Area {
    fn of(me: &Me) -> Self {
        Self {
            operator: me.viewer.role.is_operator(),
        }
    }

    /// Address of the list, which is also the entry of the menu.
    fn list(self) -> &'static str {
        if self.operator {
            paths::PARTNERS
        } else {
            paths::SUB_PARTNERS
        }
    }

    /// Address of the list as CSV.
    fn sheet(self) -> &'static str {
        if self.operator {
            paths::PARTNERS_SHEET
        } else {
            paths::SUB_PARTNERS_SHEET
        }
    }

    /// Title of the list.
    fn word(self) -> &'static str {
        if self.operator {
            "Vertriebspartner"
        } else {
            "Submandanten"
        }
    }

    /// Address of a partner's page.
    fn partner(self, id: PartnerId) -> String {
        if self.operator {
            paths::partner(id)
        } else {
            paths::own_sub_partner(id)
        }
    }

    /// Address of a page about a partner.
    fn page(self, id: PartnerId, page: &str) -> String {
        format!("{}/{page}", self.partner(id))
    }
}

/// The partner a page is about, as its head prints it.
struct Subject {
    area: Area,
    id: PartnerId,
    name: String,
    /// Whether it is a Mandant or a Submandant, in words.
    kind: &'static str,
}

impl Subject {
    fn of(area: Area, partner: &Partner) -> Self {
        Self {
            area,
            id: partner.id,
            name: partner.party.name.clone(),
            kind: kind(partner),
        }
    }

    /// Address of its page, to which every page about it leads back.
    fn page(&self) -> String {
        self.area.partner(self.id)
    }
}

/// Whether a partner is a Mandant or a Submandant, in words.
fn kind(partner: &Partner) -> &'static str {
    match partner.parent {
        None => "Vertriebspartner (Mandant)",
        Some(_) => "Untervertriebspartner (Submandant)",
    }
}

/// The partner, if the viewer manages it.
async fn load(app: &App, me: &Me, id: PartnerId) -> Result<Partner, PageError> {
    let viewer = me.viewer.clone();
    app.db
        .read(move |conn| find_managed(conn, &viewer, id))
        .await
        .map_err(Into::into)
}

/// A number of customers for the middle of a sentence: "einen Kunden", "27 Kunden", "1.204 Kunden".
fn customers_in_words(count: i64) -> String {
    match count {
        0 => "keinen Kunden".to_owned(),
        1 => "einen Kunden".to_owned(),
        more => format!("{} Kunden", thousands(more)),
    }
}

/// The message after a second click.
const SAME: &str = "Daran hat sich nichts geändert.";
