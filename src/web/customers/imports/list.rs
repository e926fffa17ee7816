//! Taking a file, and the files that came before.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{stage_word, summary};
use crate::actions::ActionError;
use crate::actions::customer_import::{Upload, check};
use crate::app::App;
use crate::domain::customer_import::Column;
use crate::domain::viewer::Duty;
use crate::paths;
use crate::places::{Kind, NoPlace};
use crate::sheet::{Encoding, Sheet};
use crate::storage::customer_imports::{Import, list};
use crate::web::customers::parts::tables::{
    COMMAND, FileLine, STILL_READ, encoding_of, unreadable,
};
use crate::web::kit::dates::When;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, attachment, html, invalid, see_other};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::upload::SignedTable;
use crate::wording::table::ColumnWord as _;

/// Files on the page.
const LATEST: i64 = 20;

#[derive(Template)]
#[template(path = "web/customers/imports/list.html")]
struct Page {
    shell: Shell,
    errors: FieldErrors,
    is_windows: bool,
    columns: Vec<(&'static str, &'static str, &'static str)>,
    lines: Vec<FileLine>,
}

/// GET: the page.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    html(&page(&app, &me, false, FieldErrors::default()).await?)
}

/// POST: looks a file through and leads to what is in it.
pub async fn upload(
    app: web::Data<App>,
    me: Me,
    session: Session,
    SignedTable { form, file }: SignedTable,
) -> Result<HttpResponse, PageError> {
    if !me.viewer.role.has(Duty::Care) {
        return Err(PageError::Forbidden);
    }
    let encoding = encoding_of(&form);
    let is_windows = encoding == Encoding::Windows1252;
    let mut errors = FieldErrors::default();
    let Some(file) = file else {
        errors.add("datei", "Wählen Sie eine Datei");
        return invalid(&page(&app, &me, is_windows, errors).await?);
    };
    let (handles, viewer, now) = (app.get_ref().clone(), me.viewer.clone(), app.clock.now());
    let look = move || {
        let upload = Upload {
            name: &file.name,
            bytes: &file.bytes,
            encoding,
        };
        check(&handles, Some(&viewer), upload, now)
    };
    let looked = match app.places.run(Kind::File, look).await {
        Err(NoPlace::Long) => return Ok(session.succeeded(STILL_READ, paths::CUSTOMER_IMPORTS)),
        looked => looked?,
    };
    match looked? {
        Ok(id) => Ok(see_other(paths::customer_import(id))),
        Err(why) => {
            errors.add("datei", unreadable(&why));
            invalid(&page(&app, &me, is_windows, errors).await?)
        }
    }
}

/// GET: a table with all columns and one invented customer.
pub async fn sample(_: Me) -> Result<HttpResponse, PageError> {
    let words: Vec<&str> = Column::ALL.iter().map(|column| column.word()).collect();
    let mut sheet = Sheet::with_head(&words);
    sheet.row(Column::ALL.iter().map(|column| example(*column)));
    let bytes = sheet.finish().map_err(|_| PageError::Fault)?;
    Ok(attachment(
        "text/csv; charset=utf-8; header=present",
        "kunden-import-muster.csv",
        bytes,
    ))
}

async fn page(
    app: &App,
    me: &Me,
    is_windows: bool,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let found = app
        .db
        .read(|conn| -> Result<_, ActionError> { Ok(list(conn, None, LATEST)?) })
        .await?;
    Ok(Page {
        shell: Shell::load(app, me, paths::CUSTOMERS).await?,
        errors,
        is_windows,
        columns: Column::ALL
            .iter()
            .map(|column| (column.word(), column.english(), meaning(*column)))
            .collect(),
        lines: found.into_iter().map(line).collect(),
    })
}

fn line(import: Import) -> FileLine {
    FileLine {
        href: paths::customer_import(import.id),
        state: stage_word(&import),
        at: When::moment(import.uploaded_at),
        by: import.uploaded_by.unwrap_or_else(|| COMMAND.to_owned()),
        words: match import.checked_at {
            Some(_) => summary(&import.figures),
            None => String::new(),
        },
        file_name: import.file_name,
    }
}

/// What stands in a column.
fn meaning(column: Column) -> &'static str {
    match column {
        Column::Number => "nötig; wie in Ihren anderen Systemen, jede Nummer einmal",
        Column::Name => "nötig; mit Rechtsform, wie im Vertrag",
        Column::Street => "nötig; mit Hausnummer",
        Column::Postcode | Column::City => "nötig",
        Column::Country => "Name oder Kürzel (DE); leer heißt Deutschland",
        Column::Register => "Registergericht und Nummer",
        Column::RepresentedBy => "wer das Unternehmen vertritt",
        Column::Contact => "Person oder Abteilung",
        Column::Phone => "mit Vorwahl",
        Column::Email => "dorthin gehen Vertrag und Erinnerungen; eine Adresse des Kunden",
        Column::Language => "de oder en; leer heißt de",
        Column::Partner => "Name des Mandanten, wie unter Vertriebspartner",
        Column::SubPartner => "Name eines Submandanten dieses Mandanten",
        Column::Products => {
            "Schlüssel aus dem Katalog, mehrere mit Komma, Optionen mit Plus: centraflex, sip-trunk+ums"
        }
    }
}

fn example(column: Column) -> &'static str {
    match column {
        Column::Number => "K-10001",
        Column::Name => "Beispiel GmbH",
        Column::Street => "Am Ring 1",
        Column::Postcode => "50667",
        Column::City => "Köln",
        Column::Country => "Deutschland",
        Column::Register => "Amtsgericht Köln, HRB 12345",
        Column::RepresentedBy => "Erika Beispiel",
        Column::Contact => "Datenschutz",
        Column::Phone => "+49 221 000000",
        Column::Email => "info@beispiel.example",
        Column::Language => "de",
        Column::Partner | Column::SubPartner | Column::Products => "",
    }
}
