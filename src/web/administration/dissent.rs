//! The customer dissents from an announced change in the portal (row 39), and the notices on its
//! contract page.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::own_number;
use crate::actions::notices::{self, Found};
use crate::app::App;
use crate::domain::calendar::{day, long_date, short_date};
use crate::domain::notice::{NoticeRefusal, NoticeState};
use crate::domain::viewer::Viewer;
use crate::domain::{Language, NoticeId};
use crate::paths;
use crate::storage::notices::Stored;
use crate::web::kit::dates::When;
use crate::web::kit::dissent::{LONGEST, Said};
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::sub_processors::Lists;

/// A notice on the customer's contract page.
pub struct NoticeLine {
    /// CSS key of its tag, which looks like that of an AVV status.
    pub look: &'static str,
    /// Its state in words.
    pub word: &'static str,
    /// When it was announced to the customer.
    pub announced: When,
    /// What follows from it, with dates.
    pub sentence: String,
    /// Address of the announcement's public page.
    pub public: String,
    /// Address of the form to dissent, as long as that is possible.
    pub dissent: Option<String>,
    /// Address of the operator's page about it.
    pub manage: String,
}

/// Prepares the line of a notice; `own` says that the customer itself is looking.
pub fn line(stored: &Stored, own: bool, now: DateTime<Utc>, language: Language) -> NoticeLine {
    let facts = &stored.facts;
    let state = facts.state(now);
    let is_open = matches!(state, NoticeState::Running | NoticeState::Unsent);
    NoticeLine {
        look: state.look(),
        word: if language.is_en() {
            state.word_en()
        } else {
            state.word()
        },
        announced: When::long_in(day(stored.made_at), language),
        sentence: sentence(stored, state, own, language),
        public: format!(
            "{}?sprache={}",
            paths::public_announcement(stored.announcement),
            language.code()
        ),
        dissent: (own && is_open).then(|| paths::own_dissent(stored.id)),
        manage: paths::notice(stored.id),
    }
}

fn sentence(stored: &Stored, state: NoticeState, own: bool, language: Language) -> String {
    let facts = &stored.facts;
    let short = |date| short_date(date, language);
    let starts = facts.starts_on().map(short).unwrap_or_default();
    let end = facts
        .period_end()
        .map(|end| short(day(end)))
        .unwrap_or_default();
    let received = facts
        .dissent
        .as_ref()
        .map(|one| short(one.received_on))
        .unwrap_or_default();
    let (de, en) = match state {
        NoticeState::Unsent if own => (
            "Die E-Mail dazu ist noch nicht zugestellt. Die Frist beginnt erst mit ihrem Versand.".to_owned(),
            "The e-mail about it has not been delivered yet. The period begins only when it is sent.".to_owned(),
        ),
        NoticeState::Unsent => (
            "Die E-Mail ist nicht zugestellt, es läuft keine Frist.".to_owned(),
            "The e-mail has not been delivered, and no period runs.".to_owned(),
        ),
        NoticeState::Running => (
            format!("Einspruch ist möglich bis einschließlich {end}. Die Änderung beginnt frühestens am {starts}."),
            format!("You may dissent from the change up to and including {end}. It begins on {starts} at the earliest."),
        ),
        NoticeState::NoDissent => (
            format!("Die Frist für den Einspruch endete am {end}. Die Änderung beginnt frühestens am {starts}."),
            format!("The period for dissent ended on {end}. The change begins on {starts} at the earliest."),
        ),
        NoticeState::Dissent => (
            format!("Einspruch eingegangen am {received}. Die Änderung wird nicht vorgenommen, der Vertrag gilt unverändert weiter."),
            format!("Dissent received on {received}. The change is not applied, and the agreement continues unchanged."),
        ),
        NoticeState::Settled if facts.dissent.is_none() => (
            "Der neue Vertrag nennt die geänderte Liste schon.".to_owned(),
            "The new agreement already names the changed list.".to_owned(),
        ),
        NoticeState::Settled => (
            format!("Der Einspruch vom {received} wurde zurückgenommen."),
            format!("The dissent of {received} was withdrawn."),
        ),
        NoticeState::Exempted => (
            "Die Änderung gilt hier nicht; der Vertrag besteht unverändert weiter.".to_owned(),
            "The change does not apply here; the agreement continues unchanged.".to_owned(),
        ),
        NoticeState::Terminated => (
            "Nach dem Einspruch endet das betroffene Produkt; bis dahin gilt die Änderung nicht.".to_owned(),
            "After the dissent the affected product ends; until then the change does not apply.".to_owned(),
        ),
        NoticeState::Lapsed => (
            "Der Vertrag gilt nicht mehr; die Änderung betrifft ihn nicht.".to_owned(),
            "The agreement is no longer in force; the change does not concern it.".to_owned(),
        ),
    };
    if language.is_en() { en } else { de }
}

#[derive(Template)]
#[template(path = "web/administration/dissent.html")]
struct Page {
    shell: Shell,
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

/// GET: the announced change and the form to dissent.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let found = find(&app, &me.viewer, &id).await?;
    if let Some(why) = closed(&found, app.clock.now(), me.viewer.language) {
        return Ok(session.refused(why, paths::ADMINISTRATION));
    }
    html(&page(&app, &me, &found, Said::default(), FieldErrors::default()).await?)
}

/// POST: declares the dissent.
pub async fn declare(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<String>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let found = find(&app, &me.viewer, &id).await?;
    let said = Said::of(&form);
    let (text, id) = match said.check(false, me.viewer.language) {
        Ok((_, text)) => (text, found.notice.id),
        Err(errors) => return invalid(&page(&app, &me, &found, said, errors).await?),
    };
    let (own, viewer, now) = (app.clone(), me.viewer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| notices::dissent(conn, &own, &viewer, id, &text, now))
        .await?;
    Ok(match done {
        Ok(()) => session.succeeded(
            if me.viewer.language.is_en() {
                "We have received your dissent. The change is not applied, and your agreement continues unchanged. A confirmation is on its way."
            } else {
                "Ihr Einspruch ist eingegangen. Die Änderung wird nicht vorgenommen, Ihr Vertrag gilt unverändert weiter. Eine Bestätigung ist unterwegs."
            },
            paths::ADMINISTRATION,
        ),
        Err(refusal) => {
            session.refused(refused(refusal, me.viewer.language), paths::ADMINISTRATION)
        }
    })
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

fn closed(found: &Found, now: DateTime<Utc>, language: Language) -> Option<&'static str> {
    match found.notice.facts.state(now) {
        NoticeState::Running | NoticeState::Unsent => None,
        NoticeState::NoDissent => Some(refused(NoticeRefusal::TooLate, language)),
        NoticeState::Dissent => Some(refused(NoticeRefusal::Already, language)),
        NoticeState::Settled
        | NoticeState::Exempted
        | NoticeState::Terminated
        | NoticeState::Lapsed => Some(refused(NoticeRefusal::Closed, language)),
    }
}

/// A refusal of the rules as a sentence with a next step.
fn refused(refusal: NoticeRefusal, language: Language) -> &'static str {
    let (de, en) = match refusal {
        NoticeRefusal::TooLate => (
            "Die Frist für den Einspruch ist vorbei. Haben Sie Bedenken gegen die Änderung, sprechen Sie uns bitte an; wir suchen mit Ihnen nach einem Weg.",
            "The period for dissent is over. If the change raises concerns for you, please talk to us; we will look for a way together.",
        ),
        NoticeRefusal::Already => (
            "Ihr Einspruch liegt uns bereits vor.",
            "We already have your dissent.",
        ),
        NoticeRefusal::Closed | NoticeRefusal::NoDissent | NoticeRefusal::Delivered => (
            "Zu dieser Änderungsmitteilung ist nichts mehr zu tun.",
            "There is nothing more to do about this change.",
        ),
    };
    if language.is_en() { en } else { de }
}

async fn page(
    app: &App,
    me: &Me,
    found: &Found,
    said: Said,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let (facts, language) = (&found.notice.facts, me.viewer.language);
    let long = |date| long_date(date, language);
    let starts = facts.starts_on().unwrap_or(found.announcement.starts_on);
    Ok(Page {
        shell: Shell::load(app, me, paths::ADMINISTRATION).await?,
        company: found.case.customer.party.name.clone(),
        action: paths::own_dissent(found.notice.id),
        until: facts.period_end().map(|end| long(day(end))),
        starts: long(starts),
        reason: found.announcement.reason.clone(),
        lists: Lists::of(&found.announcement, language),
        receipt: found.case.customer.email().map(|email| email.shown()),
        said,
        errors,
        longest: LONGEST,
    })
}
