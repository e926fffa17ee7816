//! One file: what is in it, what is wrong with it, what would follow; proposing it, and confirming it after a
//! look at some of its lines.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{agreements, count, stage_word};
use crate::actions::ActionError;
use crate::actions::agreement_import::{self as imports, stand};
use crate::actions::bulk_runs::stage_of;
use crate::actions::second_person::{TooNew, too_new};
use crate::app::App;
use crate::domain::agreement_import::{AgreementImportStage, Fault, MAX_REASON, SAMPLE};
use crate::domain::case::Refusal;
use crate::domain::export::ExportedList;
use crate::domain::{AgreementImportId, CustomerNumber, Language, UserId, name};
use crate::paths;
use crate::storage::PgConnection;
use crate::storage::agreement_imports::{
    self as stored, AgreementImport, SampleRow, list_faults, list_refused, list_sample,
};
use crate::storage::bulk_runs::{BulkRun, find_run};
use crate::web::kit::dates::{When, short};
use crate::web::kit::error::PageError;
use crate::web::kit::export::{Export, ROWS, answer as answer_sheet};
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof_too, proof_of};
use crate::web::kit::refusals;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::upload::file_answer;
use crate::web::kit::words::{stage_word as run_word, thousands};
use crate::wording::table::ColumnWord as _;

/// Faults on the page; all are in the table.
const FAULTS: i64 = 50;
/// What is said if the page was not the newest any more.
const OVERTAKEN: &str = "Seit Sie die Seite geöffnet haben, hat sich hier etwas geändert. Sehen Sie es sich noch einmal an.";

#[derive(Template)]
#[template(path = "web/customers/agreement_imports/show.html")]
struct Page {
    shell: Shell,
    id: AgreementImportId,
    file_name: String,
    scans_name: Option<String>,
    at: When,
    by: String,
    state: &'static str,
    status: &'static str,
    stage: AgreementImportStage,
    is_good: bool,
    lines: String,
    good: String,
    good_words: String,
    scanned: String,
    unscanned: u64,
    faulty: String,
    asked: u64,
    days: Option<String>,
    versions: Vec<(String, String)>,
    years: String,
    partners: Vec<(String, String)>,
    faults: Vec<FaultRow>,
    has_more: bool,
    sample: Vec<SampleLine>,
    proposed: Option<(When, String)>,
    confirmed: Option<(When, String)>,
    is_own: bool,
    too_new: Option<String>,
    email: Proof,
    reason: String,
    longest: usize,
    stand: String,
    run: Option<RunLine>,
    errors: FieldErrors,
}

/// A fault as it is printed.
struct FaultRow {
    line: String,
    column: &'static str,
    words: String,
}

/// A line that the second administrator looks at.
struct SampleLine {
    line: u32,
    number: CustomerNumber,
    href: String,
    customer: String,
    day: String,
    signed: String,
    chain: String,
    version: String,
    kept_at: String,
    scan: Option<String>,
}

/// The run that records the agreements.
struct RunLine {
    href: String,
    state: &'static str,
    status: &'static str,
    done: String,
    is_over: bool,
}

/// What the page shows, as it was read.
struct Found {
    import: AgreementImport,
    faults: Vec<Fault>,
    sample: Vec<SampleRow>,
    run: Option<BulkRun>,
    too_new: Option<TooNew>,
}

/// GET: the page.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<AgreementImportId>,
) -> Result<HttpResponse, PageError> {
    html(&page(&app, &me, *id, String::new(), FieldErrors::default()).await?)
}

/// POST: proposes, confirms, rejects or throws away.
pub async fn answer(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    id: web::Path<AgreementImportId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let id = *id;
    let chosen = form.get("antwort").to_owned();
    let (mut reason, mut errors) = (name::clean(form.get("grund")), FieldErrors::default());
    match chosen.as_str() {
        "bestaetigen" => {
            ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
        }
        "ablehnen" => {
            let why = "Geben Sie an, warum Sie die Datei ablehnen";
            reason = errors.reason(&form, MAX_REASON, why);
        }
        "vorlegen" | "verwerfen" => {}
        _ => errors.add("passwort", "Wählen Sie, ob Sie bestätigen oder ablehnen"),
    }
    if !errors.is_empty() {
        return invalid(&page(&app, &me, id, reason, errors).await?);
    }
    let (handles, viewer, now) = (app.clone(), me.viewer.clone(), app.clock.now());
    let (seen, what) = (form.get("stand").to_owned(), chosen.clone());
    let done = app
        .db
        .transaction(move |conn| match what.as_str() {
            "vorlegen" => imports::propose(conn, &handles, &viewer, id, &seen, now),
            "bestaetigen" => imports::confirm(conn, &handles, &viewer, id, &seen, now),
            "ablehnen" => imports::reject(conn, &viewer, id, (&seen, reason), now),
            _ => imports::discard(conn, &viewer, id, now),
        })
        .await;
    let own = paths::agreement_import(id);
    let (said, to) = match chosen.as_str() {
        "vorlegen" => (
            "Die Datei wartet jetzt auf eine zweite Person. Alle, die bestätigen dürfen, haben eine E-Mail erhalten.",
            own.clone(),
        ),
        "bestaetigen" => (
            "Bestätigt. Die Verträge werden jetzt erfasst; Sie können die Seite verlassen.",
            own.clone(),
        ),
        "ablehnen" => (
            "Die Datei ist abgelehnt. Es wurde nichts erfasst.",
            paths::AGREEMENT_IMPORTS.to_owned(),
        ),
        _ => (
            "Die Datei ist verworfen. Es wurde nichts erfasst.",
            paths::AGREEMENT_IMPORTS.to_owned(),
        ),
    };
    match done {
        Err(ActionError::Changed) => Ok(session.refused(OVERTAKEN, own)),
        Err(ActionError::NotAllowed) => Ok(session.refused(
            "Bestätigen oder ablehnen muss eine zweite Person; zurückziehen kann nur, wer vorgelegt hat.",
            own,
        )),
        Err(ActionError::Refused(Refusal::Unchanged)) => {
            Ok(session.refused("Darüber ist schon entschieden.", own))
        }
        done => session.respond(done, |()| said, to),
    }
}

/// GET: all faults as CSV.
pub async fn faults(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    id: web::Path<AgreementImportId>,
) -> Result<HttpResponse, PageError> {
    let id = *id;
    app.db
        .read(move |conn| -> Result<_, ActionError> {
            stored::find(conn, id)?.ok_or(ActionError::NotFound)
        })
        .await?;
    let export = Export {
        list: ExportedList::AgreementFaults,
        narrowed: false,
        head: vec!["Zeile", "Spalte", "Fehler"],
        first: None,
    };
    answer_sheet(&app, &me, &request, export, move |conn, after, sheet| {
        let limit = i64::try_from(ROWS).unwrap_or(i64::MAX);
        let found = list_faults(conn, id, *after, limit)?;
        for (_, fault) in &found {
            let row = fault_row(fault);
            sheet.row([row.line.as_str(), row.column, row.words.as_str()]);
        }
        let last = found.last().filter(|_| found.len() >= ROWS);
        Ok(last.map(|(place, _)| Some(*place)))
    })
    .await
}

/// GET: downloads the scan of a line.
pub async fn scan(
    app: web::Data<App>,
    me: Me,
    place: web::Path<(AgreementImportId, CustomerNumber)>,
) -> Result<HttpResponse, PageError> {
    let ((id, number), viewer) = (place.into_inner(), me.viewer.clone());
    let found = app
        .db
        .read(move |conn| imports::find_scan(conn, &viewer, id, number))
        .await?;
    Ok(file_answer(&format!("vertrag-{number}"), found))
}

fn read(
    conn: &mut PgConnection,
    app: &App,
    reader: UserId,
    id: AgreementImportId,
) -> Result<Found, ActionError> {
    let import = stored::find(conn, id)?.ok_or(ActionError::NotFound)?;
    let stage = import.stage();
    let faults = match stage {
        AgreementImportStage::Confirmed => list_refused(conn, id, FAULTS + 1)?,
        _ => list_faults(conn, id, None, FAULTS + 1)?
            .into_iter()
            .map(|(_, fault)| fault)
            .collect(),
    };
    let is_open = matches!(
        stage,
        AgreementImportStage::Checked | AgreementImportStage::Proposed
    );
    // Each administrator sees other lines than the one who proposed it, and the same ones each time.
    let sample = match is_open {
        true => list_sample(conn, id, &format!("{id}:{reader}"), SAMPLE)?,
        false => Vec::new(),
    };
    let run = match import.run {
        Some(run) => find_run(conn, run)?,
        None => None,
    };
    let too_new = match &import.proposed {
        Some((_, first, _)) => too_new(conn, app, *first, reader, app.clock.now())?,
        None => None,
    };
    Ok(Found {
        import,
        faults,
        sample,
        run,
        too_new,
    })
}

async fn page(
    app: &App,
    me: &Me,
    id: AgreementImportId,
    reason: String,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let (handles, reader) = (app.clone(), me.viewer.user);
    let found = app
        .db
        .read(move |conn| read(conn, &handles, reader, id))
        .await?;
    let Found {
        import,
        mut faults,
        sample,
        run,
        too_new,
    } = found;
    let now = app.clock.now();
    let stand = stand(&import);
    let (state, status) = stage_word(&import);
    let most = usize::try_from(FAULTS).unwrap_or(usize::MAX);
    let has_more = faults.len() > most;
    faults.truncate(most);
    let figures = &import.figures;
    let is_own = matches!(&import.proposed, Some((_, first, _)) if *first == me.viewer.user);
    let counted = |all: &std::collections::BTreeMap<String, u64>| -> Vec<(String, String)> {
        let mut all: Vec<(&String, &u64)> = all.iter().collect();
        all.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        all.into_iter()
            .take(30)
            .map(|(name, number)| (name.clone(), count(*number)))
            .collect()
    };
    // One year says nothing that the days do not say.
    let years: Vec<String> = figures
        .years
        .iter()
        .filter(|_| figures.years.len() > 1)
        .map(|(year, number)| format!("{year}: {}", count(*number)))
        .collect();
    let mark = |one: &Option<(chrono::DateTime<chrono::Utc>, UserId, String)>| {
        let (at, _, name) = one.as_ref()?;
        Some((When::clock(*at), name.clone()))
    };
    Ok(Page {
        shell: Shell::load(app, me, paths::CUSTOMERS).await?,
        id,
        scans_name: import.scans_name.clone(),
        at: When::moment(import.uploaded_at),
        by: import.uploaded_by.as_ref().map_or_else(
            || "einem Befehl auf dem Server".to_owned(),
            |(_, name)| name.clone(),
        ),
        state,
        status,
        stage: import.stage(),
        is_good: figures.is_good(),
        lines: count(figures.lines),
        good: count(figures.good),
        good_words: agreements(figures.good),
        scanned: count(figures.scanned),
        unscanned: figures.good.saturating_sub(figures.scanned),
        faulty: count(figures.faulty),
        asked: figures.asked,
        days: figures
            .days
            .map(|(first, last)| format!("{} bis {}", short(first), short(last))),
        versions: counted(&figures.versions),
        years: years.join(", "),
        partners: counted(&figures.partners),
        faults: faults.iter().map(fault_row).collect(),
        has_more,
        sample: sample.into_iter().map(|one| sample_line(id, one)).collect(),
        proposed: mark(&import.proposed),
        confirmed: mark(&import.confirmed),
        is_own,
        too_new: too_new.filter(|_| !is_own).map(refusals::too_new),
        email: proof_of(app, me).await?,
        reason,
        longest: MAX_REASON,
        stand,
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
        file_name: import.file_name,
        errors,
    })
}

fn fault_row(fault: &Fault) -> FaultRow {
    FaultRow {
        line: match fault.line {
            0 => "ZIP".to_owned(),
            line => line.to_string(),
        },
        column: match (fault.column, fault.line) {
            (Some(column), _) => column.word(),
            (None, 0) => "Scan",
            (None, _) => "ganze Zeile",
        },
        words: fault.reason.sentence(Language::De),
    }
}

fn sample_line(id: AgreementImportId, one: SampleRow) -> SampleLine {
    let row = one.row;
    SampleLine {
        line: one.line,
        number: row.number,
        href: paths::status(row.number),
        customer: one.customer,
        day: short(row.concluded_on),
        signed: format!("{}, {}", row.person, row.function),
        chain: row.chain.join(" > "),
        version: row.version,
        kept_at: row.kept_at,
        scan: one
            .is_scanned
            .then(|| paths::agreement_scan(id, row.number)),
    }
}
