//! One file: what is in it, what is wrong with it, what would follow; starting it, and asking its
//! customers later.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveTime;

use super::{customers, stage_word};
use crate::actions::ActionError;
use crate::actions::bulk_runs::stage_of;
use crate::actions::customer_import::{self as imports, MOST_PER_DAY, stand};
use crate::app::App;
use crate::domain::bulk_run::RunKind;
use crate::domain::case::Status;
use crate::domain::customer_import::{Column, Fault, ImportStage};
use crate::domain::export::ExportedList;
use crate::domain::{BulkRunId, ImportId, Language, calendar};
use crate::paths;
use crate::storage::PgConnection;
use crate::storage::bulk_runs::{BulkRun, find_open, find_run};
use crate::storage::customer_imports::{
    self as stored, Import, count_waiting, list_faults, list_refused,
};
use crate::web::kit::dates::When;
use crate::web::kit::error::PageError;
use crate::web::kit::export::{Export, ROWS, answer};
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::words::{stage_word as run_word, thousands};
use crate::wording::table::ColumnWord as _;

/// Faults on the page; all are in the table.
const FAULTS: i64 = 50;
/// How many are asked on one day unless another number is typed.
const USUAL_PACE: u32 = 500;

#[derive(Template)]
#[template(path = "web/customers/imports/show.html")]
struct Page {
    shell: Shell,
    id: ImportId,
    file_name: String,
    at: When,
    by: String,
    state: &'static str,
    status: &'static str,
    stage: ImportStage,
    is_good: bool,
    lines: String,
    known: u64,
    faulty: u64,
    new: String,
    asked: u64,
    asked_words: String,
    told: u64,
    told_words: String,
    statuses: Vec<(&'static str, &'static str, String)>,
    products: Vec<(String, String)>,
    partners: Vec<(String, String)>,
    faults: Vec<FaultRow>,
    has_more: bool,
    stand: String,
    quietly: bool,
    run: Option<RunLine>,
    later: Option<Later>,
    errors: FieldErrors,
}

/// A fault as it is printed.
struct FaultRow {
    line: u32,
    column: &'static str,
    words: String,
}

/// The run that adds the customers.
struct RunLine {
    href: String,
    state: &'static str,
    status: &'static str,
    done: String,
    is_over: bool,
}

/// Customers that are asked later.
struct Later {
    left: i64,
    left_words: String,
    today: String,
    per_day: String,
    run: Option<String>,
    has_begun: bool,
}

/// What the page shows, as it was read.
struct Found {
    import: Import,
    faults: Vec<Fault>,
    run: Option<BulkRun>,
    later: Option<(i64, i64, Option<BulkRunId>)>,
}

/// GET: the page.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<ImportId>,
) -> Result<HttpResponse, PageError> {
    html(&page(&app, &me, *id, None, FieldErrors::default()).await?)
}

/// POST: begins to add the customers.
pub async fn start(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<ImportId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (id, viewer, now) = (*id, me.viewer.clone(), app.clock.now());
    let (quietly, seen) = (form.ticked("spaeter"), form.get("stand").to_owned());
    let done = app
        .db
        .transaction(move |conn| imports::start(conn, Some(&viewer), id, (quietly, &seen), now))
        .await;
    let to = paths::customer_import(id);
    match done {
        Err(ActionError::Changed) => Ok(session.refused(OVERTAKEN, to)),
        done => session.respond(
            done,
            |()| "Der Import läuft. Sie können die Seite verlassen; er geht im Hintergrund weiter.",
            to,
        ),
    }
}

/// What is said if the page was not the newest any more.
const OVERTAKEN: &str = "Seit Sie die Seite geöffnet haben, hat sich hier etwas geändert. Sehen Sie es sich noch einmal an.";

/// POST: throws the file away.
pub async fn discard(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<ImportId>,
    SignedForm(_): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (id, viewer) = (*id, me.viewer.clone());
    let done = app
        .db
        .transaction(move |conn| imports::discard(conn, &viewer, id))
        .await;
    session.respond(
        done,
        |()| "Die Datei ist verworfen. Es wurde niemand angelegt.",
        paths::CUSTOMER_IMPORTS,
    )
}

/// POST: begins to ask those who were added quietly, or changes the pace.
pub async fn ask(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<ImportId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (id, viewer, now) = (*id, me.viewer.clone(), app.clock.now());
    let typed = form.get("am_tag").trim().replace('.', "");
    let per_day = typed
        .parse::<u32>()
        .ok()
        .filter(|number| (1..=MOST_PER_DAY).contains(number));
    let Some(per_day) = per_day else {
        let mut errors = FieldErrors::default();
        errors.add(
            "am_tag",
            format!(
                "Geben Sie eine Zahl von 1 bis {} ein",
                thousands(i64::from(MOST_PER_DAY))
            ),
        );
        let typed = form.get("am_tag").to_owned();
        return invalid(&page(&app, &me, id, Some(typed), errors).await?);
    };
    let seen = form.get("stand").to_owned();
    let done = app
        .db
        .transaction(move |conn| imports::start_requests(conn, &viewer, id, per_day, &seen, now))
        .await;
    let to = paths::customer_import(id);
    match done {
        Err(ActionError::Changed) => Ok(session.refused(OVERTAKEN, to)),
        done => session.respond(
            done,
            |()| "Die Anforderungen gehen an Werktagen zwischen 8 und 20 Uhr hinaus, so viele am Tag, wie Sie gewählt haben.",
            to,
        ),
    }
}

/// GET: all faults as CSV.
pub async fn faults(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    id: web::Path<ImportId>,
) -> Result<HttpResponse, PageError> {
    let id = *id;
    app.db
        .read(move |conn| -> Result<_, ActionError> {
            stored::find(conn, id)?.ok_or(ActionError::NotFound)
        })
        .await?;
    let export = Export {
        list: ExportedList::ImportFaults,
        narrowed: false,
        head: vec!["Zeile", "Spalte", "Fehler"],
        first: None,
    };
    answer(&app, &me, &request, export, move |conn, after, sheet| {
        let limit = i64::try_from(ROWS).unwrap_or(i64::MAX);
        let found = list_faults(conn, id, *after, limit)?;
        for (_, fault) in &found {
            let row = fault_row(fault);
            sheet.row([&row.line.to_string(), row.column, row.words.as_str()]);
        }
        let last = found.last().filter(|_| found.len() >= ROWS);
        Ok(last.map(|(place, _)| Some(*place)))
    })
    .await
}

fn read(
    conn: &mut PgConnection,
    id: ImportId,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Found, ActionError> {
    let import = stored::find(conn, id)?.ok_or(ActionError::NotFound)?;
    let faults = match import.stage() {
        ImportStage::Started => list_refused(conn, id, FAULTS + 1)?,
        _ => list_faults(conn, id, None, FAULTS + 1)?
            .into_iter()
            .map(|(_, fault)| fault)
            .collect(),
    };
    let run = match import.run {
        Some(run) => find_run(conn, run)?,
        None => None,
    };
    let later = if import.quietly {
        let morning = calendar::at(calendar::day(now), NaiveTime::MIN);
        let (left, today) = count_waiting(conn, id, morning)?;
        let open = find_open(conn, RunKind::FirstRequests, &id.to_string())?;
        Some((left, today, open))
    } else {
        None
    };
    Ok(Found {
        import,
        faults,
        run,
        later,
    })
}

async fn page(
    app: &App,
    me: &Me,
    id: ImportId,
    typed: Option<String>,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let now = app.clock.now();
    let found = app.db.read(move |conn| read(conn, id, now)).await?;
    let Found {
        import,
        mut faults,
        run,
        later,
    } = found;
    let stand = stand(&import);
    let (state, status) = stage_word(&import);
    let most = usize::try_from(FAULTS).unwrap_or(usize::MAX);
    let has_more = faults.len() > most;
    faults.truncate(most);
    let figures = &import.figures;
    let count = |number: u64| thousands(i64::try_from(number).unwrap_or(i64::MAX));
    let counted = |all: &std::collections::BTreeMap<String, u64>| -> Vec<(String, String)> {
        let mut all: Vec<(&String, &u64)> = all.iter().collect();
        all.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        all.into_iter()
            .take(30)
            .map(|(name, number)| (name.clone(), count(*number)))
            .collect()
    };
    Ok(Page {
        shell: Shell::load(app, me, paths::CUSTOMERS).await?,
        id,
        at: When::moment(import.uploaded_at),
        by: import
            .uploaded_by
            .clone()
            .unwrap_or_else(|| "einem Befehl auf dem Server".to_owned()),
        state,
        status,
        stage: import.stage(),
        is_good: figures.is_good(),
        lines: count(figures.lines),
        known: figures.known,
        faulty: figures.faulty,
        new: customers(figures.new),
        asked: figures.asked,
        asked_words: customers(figures.asked),
        told: figures.told,
        told_words: count(figures.told),
        statuses: figures
            .statuses
            .iter()
            .filter_map(|(key, number)| {
                let status = Status::from_key(key)?;
                Some((status.key(), status.word(), count(*number)))
            })
            .collect(),
        products: counted(&figures.products),
        partners: counted(&figures.partners),
        faults: faults.iter().map(fault_row).collect(),
        has_more,
        stand,
        quietly: import.quietly,
        run: run.map(|run| {
            let (state, status) = run_word(stage_of(&run, now));
            RunLine {
                href: paths::bulk_run(run.id),
                state,
                status,
                done: thousands(run.done),
                is_over: run.ended.is_some(),
            }
        }),
        later: later.map(|(left, today, open)| Later {
            left,
            left_words: customers(left.unsigned_abs()),
            today: thousands(today),
            per_day: typed.unwrap_or_else(|| {
                import
                    .per_day
                    .map_or_else(|| USUAL_PACE.to_string(), |number| number.to_string())
            }),
            run: open.map(paths::bulk_run),
            has_begun: open.is_some(),
        }),
        file_name: import.file_name,
        errors,
    })
}

fn fault_row(fault: &Fault) -> FaultRow {
    FaultRow {
        line: fault.line,
        column: fault.column.map_or("ganze Zeile", Column::word),
        words: fault.reason.sentence(Language::De),
    }
}
