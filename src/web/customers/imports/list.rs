//! Taking a file, and the files that came before.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{stage_word, summary, unreadable};
use crate::actions::ActionError;
use crate::actions::customer_import::{Upload, check};
use crate::app::App;
use crate::domain::ImportId;
use crate::domain::customer_import::Column;
use crate::domain::viewer::Duty;
use crate::paths;
use crate::places::Kind;
use crate::sheet::{Encoding, Sheet};
use crate::storage::customer_imports::{Import, list};
use crate::web::kit::dates::When;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, attachment, html, invalid, see_other};
use crate::web::kit::upload::SignedTable;

/// Files on the page.
const LATEST: i64 = 20;
/// Value of the field for older programs.
const WINDOWS: &str = "windows-1252";

#[derive(Template)]
#[template(path = "web/customers/imports/list.html")]
struct Page {
    shell: Shell,
    errors: FieldErrors,
    is_windows: bool,
    columns: Vec<(&'static str, &'static str, &'static str)>,
    lines: Vec<ImportLine>,
}

/// A file that came before.
struct ImportLine {
    id: ImportId,
    file_name: String,
    at: When,
    by: String,
    state: &'static str,
    status: &'static str,
    words: String,
}

/// GET: the page.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    html(&page(&app, &me, false, FieldErrors::default()).await?)
}

/// POST: looks a file through and leads to what is in it.
pub async fn upload(
    app: web::Data<App>,
    me: Me,
    SignedTable { form, file }: SignedTable,
) -> Result<HttpResponse, PageError> {
    if !me.viewer.role.has(Duty::Care) {
        return Err(PageError::Forbidden);
    }
    let is_windows = form.get("zeichensatz") == WINDOWS;
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
            encoding: if is_windows {
                Encoding::Windows1252
            } else {
                Encoding::Utf8
            },
        };
        check(&handles, Some(&viewer), upload, now)
    };
    match me.turn.take(&app, Kind::SignedIn, look).await?? {
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
            .map(|column| {
                let english = column.heads().get(1).copied().unwrap_or_default();
                (column.word(), english, meaning(*column))
            })
            .collect(),
        lines: found.into_iter().map(line).collect(),
    })
}

fn line(import: Import) -> ImportLine {
    let (state, status) = stage_word(&import);
    ImportLine {
        id: import.id,
        at: When::moment(import.uploaded_at),
        by: import
            .uploaded_by
            .unwrap_or_else(|| "Befehl auf dem Server".to_owned()),
        words: match import.checked_at {
            Some(_) => summary(&import.figures),
            None => String::new(),
        },
        file_name: import.file_name,
        state,
        status,
    }
}

/// What stands in a column.
fn meaning(column: Column) -> &'static str {
    match column {
        Column::Number => "nötig; wie in Ihren anderen Systemen, jede Nummer einmal",
        Column::Name => "nötig; mit Rechtsform, wie im Vertrag",
        Column::Street => "nötig; mit Hausnummer",
        Column::Postcode | Column::City => "nötig",
        Column::Country => "ausgeschrieben; leer heißt Deutschland",
        Column::Register => "Registergericht und Nummer",
        Column::RepresentedBy => "wer das Unternehmen vertritt",
        Column::Contact => "Person oder Abteilung",
        Column::Phone => "",
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
