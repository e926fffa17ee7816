//! The page of the link in the mail: the change, and the form to dissent.

use actix_web::http::StatusCode;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use askama::Template;

use super::announcement::{dissent_to, reason};
use crate::actions::ActionError;
use crate::actions::notices::{Found, dissent_by_link, find};
use crate::app::App;
use crate::domain::notice::NoticeState;
use crate::domain::{Language, NoticeId, calendar};
use crate::paths;
use crate::token::{self, Purpose};
use crate::web::kit::dissent::{LONGEST, Said};
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, PublicForm};
use crate::web::kit::language::wanted_language;
use crate::web::kit::page::{PublicShell, html, see_other};
use crate::web::kit::sub_processors::Lists;
use crate::web::kit::unknown_link::unknown;

/// What can be done with the link now.
enum Stand {
    /// Dissent, until this day.
    Open { until: Option<String> },
    /// Nothing: a dissent was received on this day.
    Dissented { on: String },
    /// Nothing: the period ended on this day.
    Over { on: String },
    /// Nothing: a newer agreement holds the list.
    Agreed,
    /// Nothing: the dissent was settled.
    Settled,
    /// Nothing: the agreement is no longer in force.
    Lapsed,
}

#[derive(Template)]
#[template(path = "web/public/notices/dissent.html")]
struct Page {
    shell: PublicShell,
    company: String,
    action: String,
    public: String,
    stand: Stand,
    starts: String,
    reason: String,
    lists: Lists,
    phone_link: String,
    objection_email: Option<String>,
    said: Said,
    errors: FieldErrors,
    longest: usize,
}

impl Page {
    fn title(&self) -> &'static str {
        match (&self.stand, self.shell.en()) {
            (Stand::Open { .. }, false) => "Änderung bei weiteren Auftragsverarbeitern",
            (Stand::Open { .. }, true) => "A change of sub-processors",
            (Stand::Dissented { .. }, false) => "Ihr Einspruch liegt uns vor",
            (Stand::Dissented { .. }, true) => "We have your dissent from the change",
            (Stand::Over { .. }, false) => "Die Frist für den Einspruch ist vorbei",
            (Stand::Over { .. }, true) => "The period for dissent is over",
            (Stand::Agreed, false) => "Ihr neuer Vertrag enthält die Änderung",
            (Stand::Agreed, true) => "Your new agreement contains the change",
            (Stand::Settled, false) => "Ihr Einspruch ist geklärt",
            (Stand::Settled, true) => "Your dissent has been settled",
            (Stand::Lapsed, false) => "Die Änderung betrifft Sie nicht mehr",
            (Stand::Lapsed, true) => "The change no longer concerns you",
        }
    }
}

/// GET: the page, whatever the state of the link.
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let (_, found) = open(&app, &request, &token).await?;
    let language = wanted_language(&request).unwrap_or(found.case.customer.language);
    request.extensions_mut().insert(language);
    let none = FieldErrors::default();
    html(&page(&app, &token, found, language, Said::default(), none).await?)
}

/// POST: declares the dissent.
pub async fn declare(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    PublicForm(form): PublicForm,
) -> Result<HttpResponse, PageError> {
    let (id, found) = open(&app, &request, &token).await?;
    let own = found.case.customer.language;
    let language = Language::from_code(form.get("sprache")).unwrap_or(own);
    request.extensions_mut().insert(language);
    let said = Said::of(&form);
    let back = if language == own {
        paths::dissent(&token::tidy(&token))
    } else {
        let page = paths::dissent(&token::tidy(&token));
        format!("{page}?sprache={}", language.code())
    };
    if !is_open(found.notice.facts.state(app.clock.now())) {
        return Ok(see_other(back));
    }
    let (person, text) = match said.check(true, language) {
        Ok(checked) => checked,
        Err(errors) => {
            let page = page(&app, &token, found, language, said, errors).await?;
            let mut response = html(&page)?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(response);
        }
    };
    let (writer, now) = (app.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| dissent_by_link(conn, &writer, id, &person, &text, now))
        .await;
    match done {
        // If the rules refuse it, the page explains why.
        Ok(_) => Ok(see_other(back)),
        Err(ActionError::NotFound) => Err(PageError::UnknownLink),
        Err(error) => Err(error.into()),
    }
}

fn is_open(state: NoticeState) -> bool {
    matches!(state, NoticeState::Running | NoticeState::Unsent)
}

/// Opens a token; all invalid ones get the same answer (S-11).
async fn open(
    app: &web::Data<App>,
    request: &HttpRequest,
    token: &str,
) -> Result<(NoticeId, Found), PageError> {
    let now = app.clock.now();
    if let Some(language) = wanted_language(request) {
        request.extensions_mut().insert(language);
    }
    let Some(id) = token::open(&app.config.keys, Purpose::Dissent, token) else {
        return Err(unknown(app, request, now).await);
    };
    let id = NoticeId(id);
    match app.db.read(move |conn| find(conn, id, now)).await {
        Ok(found) => Ok((id, found)),
        Err(ActionError::NotFound) => Err(unknown(app, request, now).await),
        Err(error) => Err(error.into()),
    }
}

async fn page(
    app: &App,
    token: &str,
    found: Found,
    language: Language,
    said: Said,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let (now, facts) = (app.clock.now(), &found.notice.facts);
    let token = token::tidy(token);
    let date = |day| calendar::long_date(day, language);
    let end = facts.period_end().map(calendar::day);
    let received = facts.dissent.as_ref().map(|one| date(one.received_on));
    let stand = match facts.state(now) {
        NoticeState::Unsent | NoticeState::Running => Stand::Open {
            until: end.map(|day| calendar::weekday_date(day, language)),
        },
        NoticeState::Dissent => Stand::Dissented {
            on: received.unwrap_or_default(),
        },
        NoticeState::NoDissent => Stand::Over {
            on: end.map(date).unwrap_or_default(),
        },
        NoticeState::Settled if facts.dissent.is_none() => Stand::Agreed,
        NoticeState::Settled | NoticeState::Exempted | NoticeState::Terminated => Stand::Settled,
        NoticeState::Lapsed => Stand::Lapsed,
    };
    let starts = facts.starts_on().unwrap_or(found.announcement.starts_on);
    let shell = PublicShell::load(app, language)
        .await?
        .with_switch(&paths::dissent(&token));
    Ok(Page {
        company: found.case.customer.party.name.clone(),
        action: paths::dissent(&token),
        public: format!(
            "{}?sprache={}",
            paths::public_announcement(found.announcement.id),
            language.code()
        ),
        stand,
        starts: date(starts),
        reason: reason(&found.announcement, language).to_owned(),
        lists: Lists::of(&found.announcement, language),
        phone_link: shell.operator.party.phone_link(),
        objection_email: dissent_to(&shell),
        said,
        errors,
        longest: LONGEST,
        shell,
    })
}
