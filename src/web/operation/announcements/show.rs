//! How an announcement is sent and answered: figures, the customers by the state of their notice,
//! and the button that pauses sending.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{draft, find, list};
use crate::actions::ActionError;
use crate::actions::announcements::turn;
use crate::actions::bulk_runs::Turn;
use crate::app::App;
use crate::domain::notice::NoticeState;
use crate::domain::{AnnouncementId, CustomerNumber, Language, calendar, name};
use crate::paths;
use crate::storage::announcements::Stage;
use crate::storage::case_rows::find_numbers;
use crate::storage::notices::{Stored, Wanted, count_failed, count_notices, list_notices};
use crate::web::kit::dates::{When, short};
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::sub_processors::Lists;

/// Customers per page.
const PAGE: usize = 50;
/// Figures stop at this number: "10.000+".
const CAP: i64 = 10_000;

/// Filter, and the customer behind which the page begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    stand: String,
    nach: String,
    suche: String,
}

#[derive(Template)]
#[template(path = "web/operation/announcements/show.html")]
struct Page {
    shell: Shell,
    href: String,
    public: String,
    look: &'static str,
    word: &'static str,
    confirmed: When,
    finished: Option<When>,
    can_pause: bool,
    can_resume: bool,
    starts: String,
    days: u32,
    reason: String,
    recipients: i64,
    made: i64,
    failed: String,
    figures: Vec<Figure>,
    lists: Lists,
    is_narrowed: bool,
    state: &'static str,
    search: String,
    is_later: bool,
    lines: Vec<NoticeRow>,
    first: String,
    next: Option<String>,
}

/// Number of notices in one state.
struct Figure {
    href: String,
    word: &'static str,
    count: String,
    chosen: bool,
}

struct NoticeRow {
    href: String,
    number: CustomerNumber,
    name: String,
    look: &'static str,
    word: &'static str,
    sent: Option<When>,
    ends: String,
    mail: Option<String>,
}

/// GET: the page; a draft is shown as a form.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let (announcement, entries) = find(&app, &id).await?;
    if announcement.stage == Stage::Draft {
        return draft::show(&app, &me, &announcement, &entries).await;
    }
    let state = NoticeState::from_key(&asked.stand);
    let after: Option<CustomerNumber> = asked.nach.parse().ok();
    let search = name::clean(&asked.suche);
    let wanted_text = search.clone();
    let (id, now) = (announcement.id, app.clock.now());
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let (mut found, counts, failed) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let mut counts = Vec::new();
            for state in NoticeState::ALL {
                counts.push((state, count_notices(conn, id, state, now, CAP)?));
            }
            Ok((
                {
                    let customers = find_numbers(conn, &wanted_text)?;
                    let wanted = Wanted { state, customers };
                    list_notices(conn, id, &wanted, after, now, limit)?
                },
                counts,
                count_failed(conn, id, CAP)?,
            ))
        })
        .await?;
    let has_next = found.len() > PAGE;
    found.truncate(PAGE);
    let href = paths::announcement(id);
    let address = |state: Option<NoticeState>, after: Option<CustomerNumber>| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let pairs = [
            ("stand", state.map_or("", NoticeState::key).to_owned()),
            ("suche", search.clone()),
            (
                "nach",
                after.map_or_else(String::new, |number| number.to_string()),
            ),
        ];
        for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        match query.finish() {
            query if query.is_empty() => format!("{href}#kunden"),
            query => format!("{href}?{query}#kunden"),
        }
    };
    let last = found.last().filter(|_| has_next);
    let next = last.map(|(last, _)| address(state, Some(last.customer)));
    let (word, look) = list::word(announcement.stage);
    html(&Page {
        shell: Shell::load(&app, &me, paths::ANNOUNCEMENTS).await?,
        public: paths::public_announcement(id),
        look,
        word,
        confirmed: When::clock(announcement.confirmed_at.unwrap_or(announcement.drafted_at)),
        finished: announcement.finished_at.map(When::clock),
        can_pause: announcement.stage == Stage::Sending,
        can_resume: announcement.stage == Stage::Paused,
        starts: calendar::long_date(announcement.starts_on, Language::De),
        days: announcement.days,
        reason: announcement.reason.clone(),
        recipients: announcement.recipients.max(announcement.made),
        made: announcement.made,
        failed: capped(failed),
        figures: counts
            .into_iter()
            .filter(|(one, count)| *count > 0 || state == Some(*one))
            .map(|(one, count)| Figure {
                href: address(Some(one), None),
                word: one.word(),
                count: capped(count),
                chosen: state == Some(one),
            })
            .collect(),
        lists: Lists::of(&announcement, Language::De),
        is_narrowed: state.is_some() || !search.is_empty(),
        state: state.map_or("", NoticeState::key),
        is_later: after.is_some(),
        lines: found
            .into_iter()
            .map(|(stored, name)| line(&stored, name, now))
            .collect(),
        first: address(state, None),
        next,
        search,
        href,
    })
}

fn line(stored: &Stored, name: String, now: DateTime<Utc>) -> NoticeRow {
    let facts = &stored.facts;
    let state = facts.state(now);
    let end = facts.period_end().map(calendar::day);
    let ends = match (&facts.dissent, end) {
        (Some(dissent), _) => format!("Einspruch vom {}", short(dissent.received_on)),
        (None, Some(end)) => format!("bis {}", short(end)),
        (None, None) => String::new(),
    };
    NoticeRow {
        href: paths::notice(stored.id),
        number: stored.customer,
        name,
        look: state.look(),
        word: state.word(),
        sent: facts.sent_at.map(When::moment),
        ends,
        mail: stored.mail.map(paths::mail),
    }
}

fn capped(count: i64) -> String {
    if count > CAP {
        "10.000+".to_owned()
    } else {
        count.to_string()
    }
}

/// POST: pauses sending.
pub async fn pause(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<AnnouncementId>,
    _form: SignedForm,
) -> Result<HttpResponse, PageError> {
    let (viewer, now, id) = (me.viewer.clone(), app.clock.now(), *id);
    let done = app
        .db
        .transaction(move |conn| turn(conn, &viewer, id, Turn::Pause, now))
        .await?;
    let words = "Der Versand ist angehalten. Was schon im Postausgang liegt, geht noch hinaus.";
    session.respond(done, |()| words, paths::announcement(id))
}

/// POST: resumes sending.
pub async fn resume(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<AnnouncementId>,
    _form: SignedForm,
) -> Result<HttpResponse, PageError> {
    let (viewer, now, id) = (me.viewer.clone(), app.clock.now(), *id);
    let done = app
        .db
        .transaction(move |conn| turn(conn, &viewer, id, Turn::Resume, now))
        .await?;
    session.respond(
        done,
        |()| "Der Versand geht weiter.",
        paths::announcement(id),
    )
}
