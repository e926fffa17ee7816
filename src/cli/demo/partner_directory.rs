//! The directory of partners: contracts under Art. 28(4) GDPR, one blocked partner, one with
//! incomplete data, one that was deactivated.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::companies::{Partners, party};
use crate::actions::partner_directory::NewContract;
use crate::actions::{ActionError, blocking, partner_directory, sub_partners};
use crate::app::App;
use crate::domain::file::{File, FileKind};
use crate::domain::viewer::Viewer;
use crate::domain::{Party, calendar};
use crate::storage::db::Conn;

/// Completes the directory beyond the partners of the story.
pub fn complete(
    conn: &mut Conn,
    app: &App,
    operator: &Viewer,
    partners: &Partners,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let today = calendar::day(now);
    let began = now - TimeDelta::days(200);
    // The last day of each contract; the third Mandant has none yet.
    let contracts = [
        (partners.muster, None),
        (partners.nord, today.checked_add_days(Days::new(30))),
        (partners.fern, today.checked_sub_days(Days::new(12))),
        (partners.rhein, today.checked_add_days(Days::new(400))),
    ];
    for (partner, last) in contracts {
        let contract = contract(calendar::day(began), last);
        partner_directory::record_contract(conn, operator, partner, contract, began)?;
    }
    let unfinished = Party {
        email: None,
        contact: String::new(),
        ..party(
            "Küstenfunk Petersen e. K.",
            "Am Deich 4",
            "25813 Husum",
            "",
            "",
        )
    };
    partner_directory::add(
        conn,
        operator,
        Some(partners.muster),
        &unfinished,
        false,
        began,
    )?;
    let former = Party {
        represented_by: "Birte Claaßen".into(),
        phone: "0441 555-8".into(),
        ..party(
            "Claaßen Telefonbau GmbH",
            "Donnerschweer Straße 90",
            "26123 Oldenburg",
            "Birte Claaßen",
            "info@claassen-telefonbau.example",
        )
    };
    let former =
        partner_directory::add(conn, operator, Some(partners.muster), &former, false, began)?;
    sub_partners::deactivate(conn, operator, former, now - TimeDelta::days(40))?;
    let insolvent = Party {
        register: "Amtsgericht Stuttgart, HRB 55102".into(),
        represented_by: "Rolf Häberle".into(),
        phone: "0711 555-930".into(),
        ..party(
            "Häberle Kommunikation GmbH",
            "Königstraße 70",
            "70173 Stuttgart",
            "Rolf Häberle",
            "info@haeberle-kommunikation.example",
        )
    };
    let insolvent = partner_directory::add(conn, operator, None, &insolvent, false, began)?;
    let at = now - TimeDelta::days(9);
    blocking::block(
        conn,
        app,
        operator,
        insolvent,
        "Insolvenzverfahren eröffnet, Schreiben des Amtsgerichts liegt vor",
        at,
    )
}

fn contract(signed_on: NaiveDate, valid_until: Option<NaiveDate>) -> NewContract {
    NewContract {
        signed_on,
        valid_until,
        reference: "Ablage Datenschutz, Ordner 4".to_owned(),
        // The smallest possible PDF, in place of a scan.
        file: Some(File {
            kind: FileKind::Pdf,
            bytes: PAGE.as_bytes().to_vec(),
        }),
    }
}

const PAGE: &str = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n\
trailer<</Root 1 0 R>>\n%%EOF\n";
