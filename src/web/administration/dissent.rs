//! The customer dissents from an announced change in the portal (row 39), and the notices on its
//! contract page.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::own_number;
use crate::actions::notices::{self, Found};
use crate::app::App;
use crate::domain::calendar::day;
use crate::domain::notice::{NoticeRefusal, NoticeState};
use crate::domain::viewer::Viewer;
use crate::domain::{Language, NoticeId};
use crate::paths;
use crate::storage::notices::Stored;
use crate::web::error::PageError;
use crate::web::form::{FieldErrors, SignedForm};
use crate::web::notices::{LONGEST, Lists, Said};
use crate::web::page::{Me, Shell, html, invalid, see_other};
use crate::web::session::flash;
use crate::web::status::parts::{When, short};

/// A notice on the customer's contract page.
pub struct NoticeLine {
    /// The AVV status whose look its tag borrows.
    pub look: &'static str,
    /// How it stands.
    pub word: &'static str,
    /// When it was announced.
    pub announced: When,
    /// What follows, with dates.
    pub sentence: String,
    /// The public page of the announcement.
    pub public: String,
    /// Where the customer dissents, while that is possible.
    pub dissent: Option<String>,
    /// The operator's page about it.
    pub manage: String,
}

/// The line of a notice; `own`: the customer itself looks.
pub fn line(stored: &Stored, own: bool, now: DateTime<Utc>) -> NoticeLine {
    let facts = &stored.facts;
    let state = facts.state(now);
    let starts = facts.starts_on().map(short);
    let end = facts.period_end().map(|end| short(day(end)));
    let received = facts.dissent.as_ref().map(|one| short(one.received_on));
    let sentence = match state {
        NoticeState::Unsent if own => {
            "Die E-Mail dazu ist noch nicht zugestellt. Die Frist beginnt erst mit ihrem Versand."
                .to_owned()
        }
        NoticeState::Unsent => "Die E-Mail ist nicht zugestellt, es läuft keine Frist.".to_owned(),
        NoticeState::Running => format!(
            "Einspruch ist möglich bis einschließlich {}. Die Änderung beginnt frühestens am {}.",
            end.unwrap_or_default(),
            starts.unwrap_or_default()
        ),
        NoticeState::NoDissent => format!(
            "Die Frist für den Einspruch endete am {}. Die Änderung beginnt frühestens am {}.",
            end.unwrap_or_default(),
            starts.unwrap_or_default()
        ),
        NoticeState::Dissent => format!(
            "Einspruch eingegangen am {}. Die Änderung wird nicht vorgenommen, der Vertrag gilt unverändert weiter.",
            received.unwrap_or_default()
        ),
        NoticeState::Settled if facts.dissent.is_none() => {
            "Der neue Vertrag nennt die geänderte Liste schon.".to_owned()
        }
        NoticeState::Settled => format!(
            "Der Einspruch vom {} wurde zurückgenommen.",
            received.unwrap_or_default()
        ),
        NoticeState::Exempted => {
            "Die Änderung gilt hier nicht; der Vertrag besteht unverändert weiter.".to_owned()
        }
        NoticeState::Terminated => {
            "Nach dem Einspruch endet das betroffene Produkt; bis dahin gilt die Änderung nicht."
                .to_owned()
        }
    };
    let is_open = matches!(state, NoticeState::Running | NoticeState::Unsent);
    NoticeLine {
        look: state.look(),
        word: state.word(),
        announced: When::long(day(stored.made_at)),
        sentence,
        public: paths::public_announcement(stored.announcement),
        dissent: (own && is_open).then(|| paths::own_dissent(stored.id)),
        manage: paths::notice(stored.id),
    }
}

#[derive(Template)]
#[template(path = "web/administration/dissent.html")]
struct Page {
    shell: PortalShell,
    company: String,
    action: String,
    until: Option<String>,
    starts: String,
    reason: String,
    lists: Lists,
    receipt: Option<String>,
    said: Said,
    errors: FieldErrors,
    longest: usize,
}

/// The frame, and the language the shared fields are printed in.
struct PortalShell {
    frame: Shell,
    language: Language,
}

impl std::ops::Deref for PortalShell {
    type Target = Shell;

    fn deref(&self) -> &Shell {
        &self.frame
    }
}

/// The change and the form.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let found = find(&app, &me.viewer, &id).await?;
    if let Some(why) = closed(&found, app.clock.now()) {
        flash(&session, false, why);
        return Ok(see_other(paths::ADMINISTRATION));
    }
    html(&page(&app, &me, &found, Said::default(), FieldErrors::default()).await?)
}

/// Declares the dissent.
pub async fn declare(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<String>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let found = find(&app, &me.viewer, &id).await?;
    let said = Said::of(&form);
    let (text, id) = match said.check(false, Language::De) {
        Ok((_, text)) => (text, found.notice.id),
        Err(errors) => return invalid(&page(&app, &me, &found, said, errors).await?),
    };
    let (own, viewer, now) = (app.clone(), me.viewer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| notices::dissent(conn, &own, &viewer, id, &text, now))
        .await?;
    match done {
        Ok(()) => flash(
            &session,
            true,
            "Ihr Einspruch ist eingegangen. Die Änderung wird nicht vorgenommen, Ihr Vertrag gilt unverändert weiter. Eine Bestätigung ist unterwegs.",
        ),
        Err(refusal) => flash(&session, false, refused(refusal)),
    }
    Ok(see_other(paths::ADMINISTRATION))
}

/// The notice of the viewer's own company; any other does not exist (S-51).
async fn find(app: &web::Data<App>, viewer: &Viewer, id: &str) -> Result<Found, PageError> {
    let number = own_number(viewer)?;
    let id: NoticeId = id.parse().map_err(|_| PageError::NotFound)?;
    let now = app.clock.now();
    let found = app
        .db
        .read(move |conn| notices::find(conn, id, now))
        .await?;
    if found.notice.customer == number {
        Ok(found)
    } else {
        Err(PageError::NotFound)
    }
}

fn closed(found: &Found, now: DateTime<Utc>) -> Option<&'static str> {
    match found.notice.facts.state(now) {
        NoticeState::Running | NoticeState::Unsent => None,
        NoticeState::NoDissent => Some(refused(NoticeRefusal::TooLate)),
        NoticeState::Dissent => Some(refused(NoticeRefusal::Already)),
        NoticeState::Settled | NoticeState::Exempted | NoticeState::Terminated => {
            Some(refused(NoticeRefusal::Closed))
        }
    }
}

/// What the rules refuse, as a sentence with a next step.
fn refused(refusal: NoticeRefusal) -> &'static str {
    match refusal {
        NoticeRefusal::TooLate => {
            "Die Frist für den Einspruch ist vorbei. Haben Sie Bedenken gegen die Änderung, sprechen Sie uns bitte an; wir suchen mit Ihnen nach einem Weg."
        }
        NoticeRefusal::Already => "Ihr Einspruch liegt uns bereits vor.",
        NoticeRefusal::Closed | NoticeRefusal::NoDissent | NoticeRefusal::Delivered => {
            "Zu dieser Änderungsmitteilung ist nichts mehr zu tun."
        }
    }
}

async fn page(
    app: &App,
    me: &Me,
    found: &Found,
    said: Said,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let facts = &found.notice.facts;
    let long = |date| crate::domain::calendar::long_date(date, Language::De);
    let starts = facts.starts_on().unwrap_or(found.announcement.starts_on);
    Ok(Page {
        shell: PortalShell {
            frame: Shell::load(app, me, paths::ADMINISTRATION).await?,
            language: Language::De,
        },
        company: found.case.customer.party.name.clone(),
        action: paths::own_dissent(found.notice.id),
        until: facts.period_end().map(|end| long(day(end))),
        starts: long(starts),
        reason: found.announcement.reason.clone(),
        lists: Lists::of(&found.announcement, Language::De),
        receipt: found
            .case
            .customer
            .email()
            .map(|email| email.as_str().to_owned()),
        said,
        errors,
        longest: LONGEST,
    })
}
