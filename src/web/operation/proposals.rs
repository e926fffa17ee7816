//! Proposals that wait for a second administrator: the list, one proposal, its answer (row 33,
//! 5.8-18).

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::second_person::too_new;
use crate::actions::{ActionError, proposals};
use crate::app::App;
use crate::domain::case::Refusal;
use crate::domain::export::ExportedList;
use crate::domain::proposal::{MAX_REASON, Proposal, ProposalState};
use crate::domain::{CustomerNumber, Language, ProposalId, name};
use crate::paths;
use crate::storage::proposals::{ProposalLine, find_proposal, list_all, list_answered, list_open};
use crate::web::kit::customer::{find, partner_names, product_names};
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
use crate::wording::dates::short_moment;

/// Proposals per page.
const PAGE: usize = 50;
/// At most this many answered proposals are below the list; older ones are found in the log.
const ANSWERED: i64 = 20;

#[derive(Template)]
#[template(path = "web/operation/proposals/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<ProposalRow>,
    /// Address of the next page.
    next: Option<String>,
    /// The newest answered ones, each with its answer.
    answered: Vec<(ProposalRow, String)>,
}

#[derive(Template)]
#[template(path = "web/operation/proposals/show.html")]
struct Page {
    shell: Shell,
    line: ProposalRow,
    /// The proposal's content as labels and values.
    facts: Vec<(&'static str, String)>,
    is_paper: bool,
    /// Whether a mail can be sent to the customer.
    has_address: bool,
    partners: Vec<String>,
    scan: Option<String>,
    is_own: bool,
    /// Why this administrator cannot confirm it yet, although another one proposed it (A2).
    too_new: Option<String>,
    /// How it was answered; `None` while it is open.
    answered: Option<String>,
    email: Proof,
    reason: String,
    longest: usize,
    errors: FieldErrors,
}

/// A proposal in the list.
struct ProposalRow {
    href: String,
    what: &'static str,
    customer: CustomerNumber,
    name: String,
    when: When,
    by: String,
}

impl ProposalRow {
    fn of(line: &ProposalLine) -> Self {
        Self {
            href: paths::proposal(line.id),
            what: line.proposal.kind().word(Language::De),
            customer: line.customer,
            name: line.customer_name.clone(),
            when: When::clock(line.proposed_at),
            by: line.proposed_by.1.clone(),
        }
    }
}

/// The proposal behind which a page of the list begins.
#[derive(Deserialize)]
pub struct After {
    nach: Option<i64>,
}

/// GET: the open ones, oldest first.
pub async fn list(
    app: web::Data<App>,
    me: Me,
    after: web::Query<After>,
) -> Result<HttpResponse, PageError> {
    let after = ProposalId(after.nach.unwrap_or(0));
    let (mut found, answered) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
            Ok((
                list_open(conn, None, after, limit)?,
                list_answered(conn, ANSWERED)?,
            ))
        })
        .await?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found
        .last()
        .filter(|_| has_more)
        .map(|last| format!("{}?nach={}", paths::PROPOSALS, last.id));
    html(&ListPage {
        shell: Shell::load(&app, &me, paths::PROPOSALS).await?,
        lines: found.iter().map(ProposalRow::of).collect(),
        next,
        answered: answered
            .iter()
            .filter_map(|line| Some((ProposalRow::of(line), answer_words(line)?)))
            .collect(),
    })
}

/// GET: all proposals as CSV, the newest first.
pub async fn sheet(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let export = Export {
        list: ExportedList::Proposals,
        narrowed: false,
        head: SHEET_HEAD.to_vec(),
        first: None,
    };
    answer_sheet(&app, &me, &request, export, move |conn, before, sheet| {
        let limit = i64::try_from(ROWS).unwrap_or(i64::MAX);
        let found = list_all(conn, *before, limit)?;
        for line in &found {
            sheet.row(cells(line));
        }
        let last = found.last().filter(|_| found.len() >= ROWS);
        Ok(last.map(|last| Some(last.id)))
    })
    .await
}

/// Columns of the list as CSV.
const SHEET_HEAD: &[&str] = &[
    "Vorschlag",
    "Kundennummer",
    "Kunde",
    "Vorgeschlagen am",
    "Vorgeschlagen von",
    "Stand",
    "Beantwortet am",
    "Beantwortet von",
    "Grund der Ablehnung",
];

fn cells(line: &ProposalLine) -> Vec<String> {
    let moment = |at| short_moment(at, Language::De);
    vec![
        line.proposal.kind().word(Language::De).to_owned(),
        line.customer.to_string(),
        line.customer_name.clone(),
        moment(line.proposed_at),
        line.proposed_by.1.clone(),
        match line.state {
            ProposalState::Open => "offen",
            ProposalState::Confirmed => "bestätigt",
            ProposalState::Rejected => "abgelehnt",
            ProposalState::Withdrawn => "zurückgezogen",
        }
        .to_owned(),
        line.decided_at.map(moment).unwrap_or_default(),
        line.decided_by.clone().unwrap_or_default(),
        line.reason.clone().unwrap_or_default(),
    ]
}

/// GET: one proposal.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<ProposalId>,
) -> Result<HttpResponse, PageError> {
    let line = load(&app, *id).await?;
    html(&page(&app, &me, &line, String::new(), FieldErrors::default()).await?)
}

/// POST: confirms, rejects or withdraws it.
pub async fn answer(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    id: web::Path<ProposalId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let line = load(&app, *id).await?;
    let answer = form.get("antwort").to_owned();
    let (mut reason, mut errors) = (name::clean(form.get("grund")), FieldErrors::default());
    match answer.as_str() {
        "bestaetigen" => {
            ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
        }
        "ablehnen" => {
            let why = "Geben Sie an, warum Sie den Vorschlag ablehnen";
            reason = errors.reason(&form, MAX_REASON, why);
        }
        "zurueckziehen" => {}
        _ => errors.add("passwort", "Wählen Sie, ob Sie bestätigen oder ablehnen"),
    }
    if !errors.is_empty() {
        return invalid(&page(&app, &me, &line, reason, errors).await?);
    }
    let (handles, viewer, id, now) = (app.clone(), me.viewer.clone(), line.id, app.clock.now());
    let chosen = answer.clone();
    let done = app
        .db
        .transaction(move |conn| match chosen.as_str() {
            "bestaetigen" => proposals::confirm(conn, &handles, &viewer, id, now),
            "ablehnen" => proposals::reject(conn, &viewer, id, &reason, now),
            _ => proposals::withdraw(conn, &viewer, id, now),
        })
        .await;
    let why = match done {
        Err(ActionError::NotAllowed) => {
            "Bestätigen oder ablehnen muss eine zweite Person; zurückziehen kann nur, wer vorgeschlagen hat."
        }
        Err(ActionError::Refused(Refusal::Unchanged)) => "Der Vorschlag ist schon beantwortet.",
        Err(ActionError::Refused(Refusal::TextChanged)) => {
            "Seit dem Vorschlag haben sich Vertragstext, Partner oder Produkte geändert. Prüfen Sie den Papiervertrag und schlagen Sie ihn neu vor."
        }
        done => {
            let said = match answer.as_str() {
                "bestaetigen" => "Bestätigt. Der Vorschlag ist jetzt wirksam.",
                "ablehnen" => "Der Vorschlag ist abgelehnt.",
                _ => "Der Vorschlag ist zurückgezogen.",
            };
            return session.respond(done, |()| said, paths::proposal(line.id));
        }
    };
    Ok(session.refused(why, paths::proposal(line.id)))
}

/// GET: downloads the scan.
pub async fn file(
    app: web::Data<App>,
    me: Me,
    id: web::Path<ProposalId>,
) -> Result<HttpResponse, PageError> {
    let (id, viewer) = (*id, me.viewer.clone());
    let found = app
        .db
        .read(move |conn| proposals::find_scan(conn, &viewer, id))
        .await?;
    Ok(file_answer(&format!("papiervertrag-{id}"), found))
}

async fn load(app: &App, id: ProposalId) -> Result<ProposalLine, PageError> {
    app.db
        .read(move |conn| -> Result<_, ActionError> { Ok(find_proposal(conn, id)?) })
        .await?
        .ok_or(PageError::NotFound)
}

/// The answer in words: "Bestätigt am 24.11.2026, 10:05 Uhr von Zita Zweite"; `None` while it is
/// open.
fn answer_words(line: &ProposalLine) -> Option<String> {
    let word = match line.state {
        ProposalState::Open => return None,
        ProposalState::Confirmed => "Bestätigt",
        ProposalState::Rejected => "Abgelehnt",
        ProposalState::Withdrawn => "Zurückgezogen",
    };
    let at = When::clock(line.decided_at?).words;
    let by = line.decided_by.as_deref().unwrap_or_default();
    let why = line.reason.as_ref().map(|why| format!(": {why}"));
    Some(format!(
        "{word} am {at} von {by}{}",
        why.unwrap_or_default()
    ))
}

async fn page(
    app: &App,
    me: &Me,
    line: &ProposalLine,
    reason: String,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let case = find(app, line.customer).await?;
    let (own, first, second) = (app.clone(), line.proposed_by.0, me.viewer.user);
    let now = app.clock.now();
    let found = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok(too_new(conn, &own, first, second, now)?)
        })
        .await?;
    let mut facts = match &line.proposal {
        Proposal::ObjectionInError { number, reason } => vec![
            ("Vertrag", format!("{number}, er bleibt nichtig")),
            ("Grund", reason.clone()),
        ],
        Proposal::Paper {
            person,
            function,
            signed_on,
            ..
        } => vec![
            ("Unterschrieben von", format!("{person}, {function}")),
            ("Tag der Unterschrift", short(*signed_on)),
        ],
    };
    let is_paper = matches!(line.proposal, Proposal::Paper { .. });
    if is_paper && line.state == ProposalState::Open {
        facts.extend([
            ("Vertragsfassung", case.current_version.clone()),
            ("Vertriebspartner", partner_names(&case).join(", ")),
            ("Produkte", product_names(&case, now).join(", ")),
        ]);
    }
    Ok(Page {
        shell: Shell::load(app, me, paths::PROPOSALS).await?,
        facts,
        is_paper,
        has_address: case.customer.email().is_some(),
        partners: partner_names(&case),
        scan: line
            .file
            .map(|_| format!("{}/datei", paths::proposal(line.id))),
        is_own: first == second,
        too_new: found.map(refusals::too_new),
        answered: answer_words(line),
        email: proof_of(app, me).await?,
        line: ProposalRow::of(line),
        reason,
        longest: MAX_REASON,
        errors,
    })
}
