//! The public page of an announcement: lists, reason, dates, how to dissent. It names no customer.

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::ActionError;
use crate::app::App;
use crate::domain::{AnnouncementId, Language, calendar};
use crate::paths;
use crate::storage::announcements::{Announcement, find_announcement};
use crate::web::kit::error::PageError;
use crate::web::kit::language::chosen_language;
use crate::web::kit::page::{PublicShell, html};
use crate::web::kit::sub_processors::Lists;

#[derive(Template)]
#[template(path = "web/public/notices/announcement.html")]
struct Page {
    shell: PublicShell,
    announced: String,
    starts: String,
    days: u32,
    reason: String,
    lists: Lists,
    objection_email: Option<String>,
}

/// GET: the page. For visitors, a draft does not exist yet.
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let language = chosen_language(&request);
    request.extensions_mut().insert(language);
    let id: AnnouncementId = id.parse().map_err(|_| PageError::NotFound)?;
    let found = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(find_announcement(conn, id)?) })
        .await?;
    let announcement = found.ok_or(PageError::NotFound)?;
    let confirmed = announcement.confirmed_at.ok_or(PageError::NotFound)?;
    let shell = PublicShell::load(&app, language)
        .await?
        .with_switch(&paths::public_announcement(id));
    html(&Page {
        announced: calendar::long_date(calendar::day(confirmed), language),
        starts: calendar::long_date(announcement.starts_on, language),
        days: announcement.days,
        reason: reason(&announcement, language).to_owned(),
        lists: Lists::of(&announcement, language),
        objection_email: dissent_to(&shell),
        shell,
    })
}

/// The address to which a dissent in text form is sent.
pub(super) fn dissent_to(shell: &PublicShell) -> Option<String> {
    let operator = &shell.operator;
    let email = operator
        .objection_email
        .as_ref()
        .or(operator.party.email.as_ref());
    email.map(|email| email.as_str().to_owned())
}

/// The reason in the reader's language.
pub(super) fn reason(announcement: &Announcement, language: Language) -> &str {
    if language.is_en() {
        &announcement.reason_en
    } else {
        &announcement.reason
    }
}
