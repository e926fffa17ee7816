//! Taking a file with its scans, and the files that came before.

use std::io::Cursor;

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{stage_word, summary};
use crate::actions::ActionError;
use crate::actions::agreement_import::{Unusable, check};
use crate::actions::table_file::Upload;
use crate::app::App;
use crate::document::scans::Source;
use crate::domain::agreement_import::Column;
use crate::domain::table::TableColumn as _;
use crate::domain::viewer::Duty;
use crate::paths;
use crate::places::{Kind, NoPlace};
use crate::sheet::{Encoding, Sheet};
use crate::storage::agreement_imports::{AgreementImport, list};
use crate::storage::contract_versions::list_published;
use crate::web::customers::parts::tables::{
    COMMAND, FileLine, STILL_READ, encoding_of, unreadable,
};
use crate::web::kit::dates::When;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, attachment, html, invalid, see_other};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::upload::{MAX_SCANS, SignedScanned};
use crate::wording::table::ColumnWord as _;

/// Files on the page.
const LATEST: i64 = 20;

#[derive(Template)]
#[template(path = "web/customers/agreement_imports/list.html")]
struct Page {
    shell: Shell,
    errors: FieldErrors,
    is_windows: bool,
    versions: String,
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
    SignedScanned { form, table, scans }: SignedScanned,
) -> Result<HttpResponse, PageError> {
    if !me.viewer.role.has(Duty::Contract) {
        return Err(PageError::Forbidden);
    }
    let encoding = encoding_of(&form);
    let is_windows = encoding == Encoding::Windows1252;
    let mut errors = FieldErrors::default();
    if scans
        .as_ref()
        .is_some_and(|scans| scans.bytes.len() > MAX_SCANS)
    {
        errors.add(
            "scans",
            "Das ZIP ist größer als 50 MB. Teilen Sie Datei und ZIP auf, oder nehmen Sie den Befehl auf dem Server",
        );
    }
    let table = match table {
        Some(table) if errors.is_empty() => table,
        Some(_) => return invalid(&page(&app, &me, is_windows, errors).await?),
        None => {
            errors.add("datei", "Wählen Sie eine Datei");
            return invalid(&page(&app, &me, is_windows, errors).await?);
        }
    };
    let (handles, viewer, now) = (app.get_ref().clone(), me.viewer.clone(), app.clock.now());
    let look = move || {
        let upload = Upload {
            name: &table.name,
            bytes: &table.bytes,
            encoding,
        };
        let mut archive = scans.map(|scans| (scans.name, Cursor::new(scans.bytes)));
        let archive = archive
            .as_mut()
            .map(|(name, bytes)| (name.as_str(), bytes as &mut dyn Source));
        check(&handles, Some(&viewer), upload, archive, now)
    };
    let looked = match app.places.run(Kind::File, look).await {
        Err(NoPlace::Long) => return Ok(session.succeeded(STILL_READ, paths::AGREEMENT_IMPORTS)),
        looked => looked?,
    };
    let (field, why) = match looked? {
        Ok(id) => return Ok(see_other(paths::agreement_import(id))),
        Err(Unusable::Table(why)) => ("datei", unreadable(&why)),
        Err(Unusable::Scans(why)) => ("scans", why.sentence()),
    };
    errors.add(field, why);
    invalid(&page(&app, &me, is_windows, errors).await?)
}

/// GET: a table with all columns and one invented agreement.
pub async fn sample(_: Me) -> Result<HttpResponse, PageError> {
    let words: Vec<&str> = Column::ALL.iter().map(|column| column.word()).collect();
    let mut sheet = Sheet::with_head(&words);
    sheet.row(Column::ALL.iter().map(|column| example(*column)));
    let bytes = sheet.finish().map_err(|_| PageError::Fault)?;
    Ok(attachment(
        "text/csv; charset=utf-8; header=present",
        "bestehende-vertraege-muster.csv",
        bytes,
    ))
}

async fn page(
    app: &App,
    me: &Me,
    is_windows: bool,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let (found, versions) = app
        .db
        .read(|conn| -> Result<_, ActionError> { Ok((list(conn, LATEST)?, list_published(conn)?)) })
        .await?;
    let versions: Vec<String> = versions.into_iter().map(|one| one.number).collect();
    Ok(Page {
        shell: Shell::load(app, me, paths::CUSTOMERS).await?,
        errors,
        is_windows,
        versions: versions.join(", "),
        columns: Column::ALL
            .iter()
            .map(|column| (column.word(), column.english(), meaning(*column)))
            .collect(),
        lines: found.into_iter().map(line).collect(),
    })
}

fn line(import: AgreementImport) -> FileLine {
    FileLine {
        href: paths::agreement_import(import.id),
        state: stage_word(&import),
        at: When::moment(import.uploaded_at),
        by: import
            .uploaded_by
            .map_or_else(|| COMMAND.to_owned(), |(_, name)| name),
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
        Column::Number => "ein Kunde, den es im Portal gibt; jede Nummer einmal",
        Column::ConcludedOn => "2019-04-03 oder 03.04.2019; nicht in der Zukunft",
        Column::Person => "wer für den Kunden unterschrieben hat",
        Column::Function => "in welcher Funktion",
        Column::Chain => {
            "Vertriebspartner, dann Untervertriebspartner, mit > dazwischen; wie der Kunde jetzt betreut wird"
        }
        Column::Version => "Nummer einer veröffentlichten Vertragsfassung",
        Column::KeptAt => "wo das Original liegt; nötig, wenn kein Scan mitkommt",
    }
}

fn example(column: Column) -> &'static str {
    match column {
        Column::Number => "K-10001",
        Column::ConcludedOn => "2019-04-03",
        Column::Person => "Erika Beispiel",
        Column::Function => "Geschäftsführerin",
        Column::Chain => "Muster IT GmbH > Nord-TK GbR",
        Column::Version => "1.0",
        Column::KeptAt => "DMS 2019/0815",
    }
}
