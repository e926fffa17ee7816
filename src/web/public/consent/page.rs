//! The page of a valid link: the contract in full, the form, the draft as PDF.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::arrival::{About, Arrival};
use super::signing::{Typed, declarations};
use super::summary::Summary;
use crate::actions::consent::{Signature, check, conclude as conclude_case, note_opening, prepare};
use crate::actions::documents::{Draft, draft as draft_of, draft_pdf, printed};
use crate::actions::{ActionError, offer_diff};
use crate::app::App;
use crate::contract::{html, text};
use crate::domain::case::{LinkState, Refusal};
use crate::domain::{AgreementId, Language, LinkId, OfferDiff, calendar};
use crate::paths;
use crate::places::Kind;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, PublicForm};
use crate::web::kit::language::wanted_language;
use crate::web::kit::page::{PublicShell, attachment, html as page_html, see_other};
use crate::web::kit::turn::Turn;

/// The consent page (requirements 4.1).
#[derive(Template)]
#[template(path = "web/public/consent/consent.html")]
struct ConsentPage {
    shell: PublicShell,
    about: About,
    summary: Summary,
    /// Last day of the link: for machines, and in words with its weekday.
    until: (String, String),
    /// Number and date of the contract version.
    version: String,
    version_date: String,
    clauses: usize,
    annexes: usize,
    /// The contract, escaped by `contract::html`.
    toc: String,
    /// Estimated time to read it.
    minutes: usize,
    article: String,
    hash: String,
    draft: String,
    decline: String,
    declarations: [String; 2],
    typed: Typed,
    errors: FieldErrors,
    /// Whether the text has changed since the visitor read it (S-06).
    changed: bool,
    /// Whether nothing was concluded because documents cannot be sealed at the moment.
    unsealed: bool,
    /// Whether nothing was concluded because the portal's clock is wrong (F4).
    untimed: bool,
}

/// GET: the page a link leads to, whatever its state.
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let arrival = Arrival::open(&app, &request, &token, wanted_language(&request)).await?;
    if request.method() == Method::GET {
        count(&app, &arrival).await;
    }
    match arrival.state()? {
        LinkState::Valid { .. } => {
            let page = page(&app, &arrival, Typed::default()).await?;
            page_html(&page)
        }
        LinkState::Concluded {
            success_page: true, ..
        } => Ok(see_other(success(&arrival))),
        _ => super::states::explain(&app, &arrival).await,
    }
}

/// POST: concludes, if name, function and both boxes are filled in and the text is the one that was
/// shown.
pub async fn conclude(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    PublicForm(form): PublicForm,
) -> Result<HttpResponse, PageError> {
    let wanted = Language::from_code(form.get("sprache"));
    let arrival = Arrival::open(&app, &request, &token, wanted).await?;
    match arrival.state()? {
        LinkState::Valid { .. } => {}
        // This is a second tab, the back button or a double click (S-07).
        LinkState::Concluded {
            success_page: true, ..
        } => return Ok(see_other(success(&arrival))),
        _ => return Ok(see_other(arrival.page())),
    }
    let typed = Typed::read(&form);
    let signature = match typed.check(&app, &request, &arrival) {
        Ok(signature) => signature,
        Err(errors) => return again(&app, &arrival, typed, errors, false).await,
    };
    match sign(&app, &arrival, signature).await {
        Ok(_) | Err(ActionError::Refused(Refusal::AlreadyConcluded)) => {
            Ok(see_other(success(&arrival)))
        }
        Err(ActionError::Refused(Refusal::TextChanged)) => {
            again(&app, &arrival, typed, FieldErrors::default(), true).await
        }
        Err(ActionError::NoSeal(cause)) => {
            tracing::error!(%cause, "a conclusion was refused");
            let mut page = page(&app, &arrival, typed).await?;
            page.unsealed = true;
            unavailable(&page)
        }
        Err(ActionError::Clock(_)) => {
            let mut page = page(&app, &arrival, typed).await?;
            page.untimed = true;
            unavailable(&page)
        }
        // The link's own page explains why.
        Err(ActionError::Refused(_)) => Ok(see_other(arrival.page())),
        Err(ActionError::NotFound) => Err(PageError::UnknownLink),
        Err(error) => Err(error.into()),
    }
}

/// The page with what was typed, if nothing can be concluded at the moment.
fn unavailable(page: &ConsentPage) -> Result<HttpResponse, PageError> {
    Ok(HttpResponse::ServiceUnavailable()
        .content_type("text/html; charset=utf-8")
        .body(page.render()?))
}

/// Requests for the draft of one link that may wait at a time.
const PER_LINK: usize = 4;

/// GET: the draft with its watermark.
pub async fn draft(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let arrival = Arrival::open(&app, &request, &token, wanted_language(&request)).await?;
    if !matches!(arrival.state()?, LinkState::Valid { .. }) {
        return Ok(see_other(arrival.page()));
    }
    let turn = Turn::of(&app, &request);
    if turn.is_head() {
        return Err(PageError::HeadAlone);
    }
    // However many requests for one link come at a time, only a few wait; one of them makes the
    // draft for all.
    let name = format!("drafts of {}", arrival.link.0);
    let Some(_place) = app.places.crowd.enter(&name, PER_LINK) else {
        return Err(PageError::TooMany(10));
    };
    let draft = read_draft(&app, &arrival).await?;
    let (drafts, now) = (app.drafts.clone(), arrival.now);
    let printed = printed(&draft, now);
    let bytes = match drafts.get(&printed) {
        Some(made) => made,
        None => {
            let make = move || -> Result<_, ActionError> {
                // The first one in the queue has made it.
                if let Some(made) = drafts.get(&printed) {
                    return Ok(made);
                }
                let made: Arc<[u8]> = draft_pdf(&draft, now)?.bytes.into();
                drafts.keep(printed, Arc::clone(&made));
                Ok(made)
            };
            turn.take(&app, Kind::Anyone, make).await??
        }
    };
    let name = format!("Entwurf-AVV-{}.pdf", arrival.case.customer.number);
    Ok(attachment("application/pdf", &name, bytes.to_vec()))
}

/// Concludes. The declaration has been received, so it is carried out whether or not the visitor's
/// browser waits for the answer.
async fn sign(
    app: &App,
    arrival: &Arrival,
    signature: Signature,
) -> Result<AgreementId, ActionError> {
    let (app, link, now) = (app.clone(), arrival.link, arrival.now);
    tokio::spawn(async move { carry_out(&app, link, signature, now).await })
        .await
        .unwrap_or_else(|_| Err(ActionError::Document("it was interrupted".to_owned())))
}

/// Reads the case, makes the document outside the transaction, and concludes.
async fn carry_out(
    app: &App,
    link: LinkId,
    signature: Signature,
    now: DateTime<Utc>,
) -> Result<AgreementId, ActionError> {
    let (reader, asked) = (app.clone(), signature.clone());
    let (case, draft) = app
        .db
        .read(move |conn| check(conn, &reader, link, &asked, now))
        .await?;
    let (asked, sealer) = (signature.clone(), app.sealer.clone());
    let work = move || prepare(&sealer, &case, draft, link, &asked, now);
    let prepared = app.places.run(Kind::Conclusion, work).await??;
    let writer = app.clone();
    app.db
        .transaction(move |conn| conclude_case(conn, &writer, link, &signature, prepared))
        .await
}

/// The page once more: what was typed stays, and a text that has changed must be read again.
async fn again(
    app: &App,
    arrival: &Arrival,
    typed: Typed,
    errors: FieldErrors,
    refused: bool,
) -> Result<HttpResponse, PageError> {
    let mut page = page(app, arrival, typed).await?;
    page.errors = errors;
    page.changed = refused || page.typed.shown != page.hash;
    if page.changed {
        page.typed.represents = false;
        page.typed.concludes = false;
    }
    let mut answer = if refused {
        HttpResponse::Conflict()
    } else {
        HttpResponse::UnprocessableEntity()
    };
    Ok(answer
        .content_type("text/html; charset=utf-8")
        .body(page.render()?))
}

async fn page(app: &App, arrival: &Arrival, typed: Typed) -> Result<ConsentPage, PageError> {
    let draft = read_draft(app, arrival).await?;
    let news = read_news(app, arrival).await?;
    let path = paths::consent(&arrival.token);
    let shell = arrival.shell(app, &path).await?;
    let last_day = match arrival.state()? {
        LinkState::Valid { until } => calendar::day(until),
        _ => calendar::day(arrival.now),
    };
    let (clauses, annexes) = html::stats(&draft.document);
    Ok(ConsentPage {
        about: arrival.about(&shell),
        summary: Summary::new(arrival, &draft, news),
        until: (
            last_day.to_string(),
            calendar::weekday_date(last_day, arrival.language),
        ),
        version: draft.document.version.clone(),
        version_date: calendar::long_date(draft.document.date, arrival.language),
        clauses,
        annexes,
        minutes: text::reading_minutes(&draft.document).max(5),
        toc: html::toc_ending_with(&draft.document, &places(arrival.language)),
        article: html::article(&draft.document),
        hash: draft.hash,
        draft: arrival.keeping_language(paths::consent_draft(&arrival.token)),
        decline: arrival.keeping_language(paths::consent_decline(&arrival.token)),
        declarations: declarations(&arrival.case.customer.party.name, arrival.language),
        typed,
        errors: FieldErrors::default(),
        changed: false,
        unsealed: false,
        untimed: false,
        shell,
    })
}

/// Entries of the table of contents beside the contract itself.
fn places(language: Language) -> [(&'static str, &'static str); 2] {
    match language {
        Language::De => [
            ("abschluss", "Vertrag abschließen"),
            ("unzustaendig", "Ich bin nicht zuständig"),
        ],
        Language::En => [
            ("abschluss", "Accept the agreement"),
            ("unzustaendig", "I’m not the right person"),
        ],
    }
}

async fn read_draft(app: &App, arrival: &Arrival) -> Result<Draft, PageError> {
    let (reader, case) = (app.clone(), arrival.case.clone());
    let (language, now) = (arrival.language, arrival.now);
    let draft = app
        .db
        .read(move |conn| draft_of(conn, &reader, &case, language, now))
        .await?;
    Ok(draft)
}

/// What the contract would change compared with the one in force.
async fn read_news(app: &App, arrival: &Arrival) -> Result<Option<OfferDiff>, PageError> {
    let (case, language, now) = (arrival.case.clone(), arrival.language, arrival.now);
    let reader = app.clone();
    let news = app
        .db
        .read(move |conn| offer_diff(conn, &reader, &case, language, now))
        .await?;
    Ok(news)
}

/// Counts that the page was fetched. A failure is only logged, because the visitor can still read
/// the page.
async fn count(app: &App, arrival: &Arrival) {
    let (link, customer, now) = (arrival.link, arrival.case.customer.number, arrival.now);
    let counted = app
        .db
        .transaction(move |conn| note_opening(conn, link, customer, now))
        .await;
    if let Err(error) = counted {
        tracing::warn!(%customer, %error, "an opened link was not counted");
    }
}

fn success(arrival: &Arrival) -> String {
    arrival.keeping_language(paths::consent_success(&arrival.token))
}
