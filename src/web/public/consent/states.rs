//! Links that cannot be used any more, each with a sentence and one action (5.5); declining; asking
//! for a new link.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::arrival::{About, Arrival};
use crate::actions::ActionError;
use crate::actions::consent::decline as decline_case;
use crate::actions::requests::ask_by_link;
use crate::app::App;
use crate::domain::case::LinkState;
use crate::domain::{Language, calendar, name};
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, PublicForm};
use crate::web::kit::language::wanted_language;
use crate::web::kit::page::{PublicShell, html, invalid, see_other};

/// A day: for machines, and in words.
struct Day {
    machine: String,
    words: String,
}

impl Day {
    fn new(moment: DateTime<Utc>, language: Language) -> Self {
        let day = calendar::day(moment);
        Self {
            machine: day.to_string(),
            words: calendar::long_date(day, language),
        }
    }

    fn with_weekday(moment: DateTime<Utc>, language: Language) -> Self {
        let day = calendar::day(moment);
        Self {
            machine: day.to_string(),
            words: calendar::weekday_date(day, language),
        }
    }
}

/// Why the link cannot be used.
enum Why {
    Expired { last: Day },
    Replaced { newest: Day },
    Concluded { on: Day, person: String },
    Declined { on: Day, goes_on: bool },
    Objected { on: Day },
    Locked { on: Day },
    NotNeeded,
}

#[derive(Template)]
#[template(path = "web/public/consent/state.html")]
struct StatePage {
    shell: PublicShell,
    about: About,
    why: Why,
    new_link: String,
    access: String,
    copy: String,
}

impl StatePage {
    fn title(&self) -> &'static str {
        match (&self.why, self.shell.en()) {
            (Why::Expired { .. }, false) => "Der Link ist abgelaufen",
            (Why::Expired { .. }, true) => "The link has expired",
            (Why::Replaced { .. }, false) => "Es gibt eine neuere E-Mail",
            (Why::Replaced { .. }, true) => "There is a newer e-mail",
            (Why::Concluded { .. }, false) => "Der Vertrag ist bereits abgeschlossen",
            (Why::Concluded { .. }, true) => "The agreement has already been concluded",
            (Why::Declined { .. }, false) => "Der Vertrag wurde abgelehnt",
            (Why::Declined { .. }, true) => "The agreement was declined",
            (Why::Objected { .. }, false) => "Dem Vertrag wurde widersprochen",
            (Why::Objected { .. }, true) => "An objection was made to the agreement",
            (Why::Locked { .. }, false) => "Der Link wurde gesperrt",
            (Why::Locked { .. }, true) => "The link has been locked",
            (Why::NotNeeded, false) => "Der Vertrag ist nicht mehr erforderlich",
            (Why::NotNeeded, true) => "The agreement is no longer needed",
        }
    }
}

/// The page of a link that cannot be used.
pub async fn explain(app: &App, arrival: &Arrival) -> Result<HttpResponse, PageError> {
    let language = arrival.language;
    let why = match arrival.state()? {
        LinkState::Expired { at } => Why::Expired {
            last: Day::with_weekday(at, language),
        },
        LinkState::Replaced { newest } => Why::Replaced {
            newest: Day::new(newest, language),
        },
        LinkState::Concluded { agreement, .. } => Why::Concluded {
            on: Day::new(agreement.concluded_at, language),
            person: agreement.person.clone(),
        },
        LinkState::Declined { at } => Why::Declined {
            on: Day::new(at, language),
            goes_on: arrival.case.agreement().is_some() && arrival.case.chain_matches(),
        },
        LinkState::Objected { at } => Why::Objected {
            on: Day::new(at, language),
        },
        LinkState::Locked { at } => Why::Locked {
            on: Day::new(at, language),
        },
        LinkState::NotNeeded => Why::NotNeeded,
        LinkState::Valid { .. } => return Ok(see_other(arrival.page())),
    };
    let shell = arrival.shell(app, &paths::consent(&arrival.token)).await?;
    html(&StatePage {
        about: arrival.about(&shell),
        new_link: paths::consent_new_link(&arrival.token),
        access: paths::consent_access(&arrival.token),
        copy: paths::consent_copy(&arrival.token),
        why,
        shell,
    })
}

/// Longest reason of a decline in characters (EV-10).
const LONGEST_REASON: usize = 500;

#[derive(Template)]
#[template(path = "web/public/consent/decline.html")]
struct DeclinePage {
    shell: PublicShell,
    about: About,
    action: String,
    /// Whether an agreement stays in force, also for the partners; then only its amendment is
    /// declined.
    goes_on: bool,
    /// Longest reason in characters.
    longest: usize,
    /// The reason as typed, and the errors in it.
    reason: String,
    errors: FieldErrors,
}

/// GET: explains what declining means and asks once more (S-05).
pub async fn ask_decline(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let arrival = Arrival::open(&app, &request, &token, wanted_language(&request)).await?;
    if !matches!(arrival.state()?, LinkState::Valid { .. }) {
        return Ok(see_other(arrival.page()));
    }
    html(&decline_page(&app, &arrival, String::new()).await?)
}

async fn decline_page(
    app: &App,
    arrival: &Arrival,
    reason: String,
) -> Result<DeclinePage, PageError> {
    let mut errors = FieldErrors::default();
    if reason.chars().count() > LONGEST_REASON {
        let what = match arrival.language {
            Language::De => format!("Kürzen Sie den Grund auf höchstens {LONGEST_REASON} Zeichen"),
            Language::En => format!("Shorten the reason to {LONGEST_REASON} characters at most"),
        };
        errors.add("grund", what);
    }
    let action = paths::consent_decline(&arrival.token);
    let shell = arrival.shell(app, &action).await?;
    Ok(DeclinePage {
        about: arrival.about(&shell),
        action,
        goes_on: arrival.case.agreement().is_some() && arrival.case.chain_matches(),
        longest: LONGEST_REASON,
        reason,
        errors,
        shell,
    })
}

/// POST: declines. The link's own page shows it afterwards.
pub async fn decline(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    PublicForm(form): PublicForm,
) -> Result<HttpResponse, PageError> {
    let wanted = Language::from_code(form.get("sprache"));
    let arrival = Arrival::open(&app, &request, &token, wanted).await?;
    let (writer, link, now) = (app.clone(), arrival.link, arrival.now);
    // Only the button of the confirmation page sends this (S-05).
    if form.get("bestaetigung") != "ja" {
        return Ok(see_other(
            arrival.keeping_language(paths::consent_decline(&arrival.token)),
        ));
    }
    let reason = name::clean(form.get("grund"));
    let is_open = matches!(arrival.state()?, LinkState::Valid { .. });
    if is_open && reason.chars().count() > LONGEST_REASON {
        return invalid(&decline_page(&app, &arrival, reason).await?);
    }
    let declined = app
        .db
        .transaction(move |conn| decline_case(conn, &writer, link, &reason, now))
        .await;
    match declined {
        Ok(()) | Err(ActionError::Refused(_)) => Ok(see_other(arrival.page())),
        Err(ActionError::NotFound) => Err(PageError::UnknownLink),
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "web/public/consent/new_link.html")]
struct NewLinkPage {
    shell: PublicShell,
    about: About,
}

/// POST: asks for a new link. The answer is the same whether or not a mail was sent (S-13).
pub async fn new_link(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    PublicForm(form): PublicForm,
) -> Result<HttpResponse, PageError> {
    let wanted = Language::from_code(form.get("sprache"));
    let arrival = Arrival::open(&app, &request, &token, wanted).await?;
    let (writer, link, now) = (app.clone(), arrival.link, arrival.now);
    app.db
        .transaction(move |conn| ask_by_link(conn, &writer, link, now))
        .await?;
    let shell = PublicShell::load(&app, arrival.language).await?;
    html(&NewLinkPage {
        about: arrival.about(&shell),
        shell,
    })
}
