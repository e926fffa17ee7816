//! Proposals to a second administrator: an objection recorded in error (row 33), a contract that
//! was signed on paper (5.8-18).

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use crate::actions::ActionError;
use crate::actions::proposals::{self, Paper};
use crate::app::App;
use crate::domain::case::{Case, Event, Refusal, preview};
use crate::domain::file::FileKind;
use crate::domain::name::{self, MAX_NAME};
use crate::domain::proposal::{MAX_REASON, ProposalKind};
use crate::domain::{CustomerNumber, Language, ProposalId, calendar};
use crate::paths;
use crate::storage::contract_versions::find_published;
use crate::storage::proposals::list_open;
use crate::web::kit::customer::{Subject, find, partner_names, product_names};
use crate::web::kit::dates::parse_day;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::refusals;
use crate::web::kit::respond::{Refuses as _, Respond as _};
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::upload::{Files, SignedUpload};
use crate::wording::dates;

/// Number of kinds of proposals; a customer has at most one open proposal of each.
const KINDS: i64 = 2;
/// Shown instead of a second proposal of the same kind.
const WAITS: &str = "Dieser Vorschlag wartet schon auf eine zweite Person.";

#[derive(Template)]
#[template(path = "web/customers/proposals/error.html")]
struct ErrorPage {
    shell: Shell,
    subject: Subject,
    /// Number of the void agreement.
    agreement: Option<String>,
    reason: String,
    longest: usize,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "web/customers/proposals/paper.html")]
struct PaperPage {
    shell: Shell,
    subject: Subject,
    /// Partner and sub-partner whom the contract must name.
    partners: Vec<String>,
    products: Vec<String>,
    /// Whether a mail can be sent to the customer.
    has_address: bool,
    version: String,
    typed: Typed,
    errors: FieldErrors,
}

/// The fields as typed; a file has to be chosen anew.
#[derive(Default)]
struct Typed {
    person: String,
    function: String,
    on: String,
}

/// GET: the form for an objection recorded in error.
pub async fn show_error(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, *number).await?;
    let kind = ProposalKind::ObjectionInError;
    if let Some(away) = elsewhere(&app, &session, &case, &Event::ObjectedInError, kind).await? {
        return Ok(away);
    }
    html(&error_page(&app, &me, &case, String::new(), FieldErrors::default()).await?)
}

/// POST: proposes that the objection was recorded in error.
pub async fn propose_error(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, *number).await?;
    let mut errors = FieldErrors::default();
    let why = "Geben Sie an, warum der Widerspruch ein Irrtum war";
    let reason = errors.reason(&form, MAX_REASON, why);
    if !errors.is_empty() {
        return invalid(&error_page(&app, &me, &case, reason, errors).await?);
    }
    let (own, viewer, now) = (app.clone(), me.viewer.clone(), app.clock.now());
    let customer = case.customer.number;
    let done = app
        .db
        .transaction(move |conn| {
            proposals::propose_error(conn, &own, &viewer, customer, reason, now)
        })
        .await;
    proposed(done, customer, &session)
}

/// GET: the form for a contract on paper.
pub async fn show_paper(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, *number).await?;
    let event = Event::ConcludedOnPaper {
        person: String::new(),
        function: String::new(),
        existing: None,
    };
    if let Some(away) = elsewhere(&app, &session, &case, &event, ProposalKind::Paper).await? {
        return Ok(away);
    }
    html(&paper_page(&app, &me, &case, Typed::default(), FieldErrors::default()).await?)
}

/// POST: proposes to record the contract.
pub async fn propose_paper(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
    SignedUpload { form, files }: SignedUpload,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, *number).await?;
    let (now, customer) = (app.clock.now(), case.customer.number);
    let number = case.current_version.clone();
    let version = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(find_published(conn, &number)?) })
        .await?;
    let since = version.map(|version| version.valid_from);
    let paper = match read(&form, files, since, calendar::day(now)) {
        Ok(paper) => paper,
        Err(errors) => {
            let typed = Typed {
                person: name::clean(form.get("person")),
                function: name::clean(form.get("funktion")),
                on: form.get("datum").trim().to_owned(),
            };
            return invalid(&paper_page(&app, &me, &case, typed, errors).await?);
        }
    };
    let (handles, viewer) = (app.clone(), me.viewer.clone());
    let done = app
        .db
        .transaction(move |conn| {
            proposals::propose_paper(conn, &handles, &viewer, customer, paper, now)
        })
        .await;
    proposed(done, customer, &session)
}

/// Where to go instead of a form that would be refused: to the proposal that waits already, or back
/// to the status page with the reason.
async fn elsewhere(
    app: &App,
    session: &Session,
    case: &Case,
    event: &Event,
    kind: ProposalKind,
) -> Result<Option<HttpResponse>, PageError> {
    let customer = case.customer.number;
    let open = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok(list_open(conn, Some(customer), ProposalId(0), KINDS)?)
        })
        .await?;
    if let Some(line) = open.iter().find(|line| line.proposal.kind() == kind) {
        return Ok(Some(session.refused(WAITS, paths::proposal(line.id))));
    }
    Ok(preview(case, event, app.clock.now())
        .err()
        .map(|refusal| session.refused(refusals::sentence(refusal), paths::status(customer))))
}

fn proposed(
    done: Result<ProposalId, ActionError>,
    customer: CustomerNumber,
    session: &Session,
) -> Result<HttpResponse, PageError> {
    let back = paths::status(customer);
    match done {
        Ok(id) => Ok(session.succeeded(
            "Der Vorschlag ist gespeichert. Wirksam wird er erst, wenn eine zweite Person ihn bestätigt.",
            paths::proposal(id),
        )),
        Err(ActionError::Refused(Refusal::Unchanged)) => Ok(session.refused(WAITS, back)),
        Err(error) => Ok(session.refused(error.sentence()?, back)),
    }
}

/// The contract as typed, or what is wrong with it in the order of the form.
///
/// The text cannot have been signed before `since`, the day from which it is offered.
fn read(
    form: &Form,
    mut files: Files,
    since: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<Paper, FieldErrors> {
    let mut errors = FieldErrors::default();
    let person = name::parse(form.get("person"), MAX_NAME);
    if person.is_err() {
        errors.add("person", "Geben Sie ein, wer unterschrieben hat");
    }
    let function = name::parse(form.get("funktion"), MAX_NAME);
    if function.is_err() {
        errors.add(
            "funktion",
            "Geben Sie ein, in welcher Funktion, zum Beispiel Geschäftsführer",
        );
    }
    let on = parse_day(form.get("datum").trim());
    if on.is_none_or(|on| on > today) {
        errors.add(
            "datum",
            "Geben Sie den Tag der Unterschrift ein; er darf nicht in der Zukunft liegen",
        );
    } else if let Some(since) = since.filter(|since| on < Some(*since)) {
        let since = dates::short_date(since, Language::De);
        errors.add(
            "datum",
            format!("Diese Vertragsfassung gibt es erst seit {since}. Prüfen Sie den Tag der Unterschrift"),
        );
    }
    let scan = match files.take("datei") {
        Ok(Some(scan)) if scan.kind == FileKind::Pdf => Some(scan),
        Ok(Some(_)) => {
            errors.add(
                "datei",
                "Wählen Sie den Vertrag als PDF: Der Kunde erhält diese Datei",
            );
            None
        }
        Ok(None) => {
            errors.add("datei", "Wählen Sie den unterschriebenen Vertrag als PDF");
            None
        }
        Err(bad) => {
            errors.add("datei", bad.sentence());
            None
        }
    };
    match (person, function, on, scan) {
        (Ok(person), Ok(function), Some(signed_on), Some(scan)) if errors.is_empty() => Ok(Paper {
            person,
            function,
            signed_on,
            scan,
        }),
        _ => Err(errors),
    }
}

async fn error_page(
    app: &App,
    me: &Me,
    case: &Case,
    reason: String,
    errors: FieldErrors,
) -> Result<ErrorPage, PageError> {
    Ok(ErrorPage {
        shell: Shell::load(app, me, paths::CUSTOMERS).await?,
        subject: Subject::of(case),
        agreement: case.agreements.last().map(|one| one.number.clone()),
        reason,
        longest: MAX_REASON,
        errors,
    })
}

async fn paper_page(
    app: &App,
    me: &Me,
    case: &Case,
    typed: Typed,
    errors: FieldErrors,
) -> Result<PaperPage, PageError> {
    let now = app.clock.now();
    Ok(PaperPage {
        shell: Shell::load(app, me, paths::CUSTOMERS).await?,
        subject: Subject::of(case),
        partners: partner_names(case),
        products: product_names(case, now),
        has_address: case.customer.email().is_some(),
        version: case.current_version.clone(),
        typed,
        errors,
    })
}
