//! All announcements, the youngest first, filtered by stage.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::{ActionError, announcements};
use crate::app::App;
use crate::paths;
use crate::storage::announcements::{Announcement, Stage, list_announcements};
use crate::web::kit::dates::{When, short};
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

/// Announcements per page.
const PAGE: usize = 50;

/// Filter, and the announcement behind which the page begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    stand: String,
    nach: String,
}

#[derive(Template)]
#[template(path = "web/operation/announcements/list.html")]
struct Page {
    shell: Shell,
    stages: Vec<(&'static str, &'static str, bool)>,
    is_narrowed: bool,
    is_later: bool,
    lines: Vec<AnnouncementRow>,
    first: String,
    next: Option<String>,
}

struct AnnouncementRow {
    href: String,
    when: When,
    what: String,
    starts: String,
    look: &'static str,
    word: &'static str,
    progress: String,
}

/// The word of a stage, and the CSS key of the AVV status whose tag it uses.
pub fn word(stage: Stage) -> (&'static str, &'static str) {
    match stage {
        Stage::Draft => ("Entwurf", "open"),
        Stage::Sending => ("Wird gesendet", "requested"),
        Stage::Paused => ("Angehalten", "undeliverable"),
        Stage::Sent => ("Gesendet", "concluded"),
    }
}

/// GET: the list.
pub async fn list(
    app: web::Data<App>,
    me: Me,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let stage = Stage::from_key(&asked.stand);
    let after: Option<i64> = asked.nach.parse().ok();
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok(list_announcements(conn, stage, after, limit)?)
        })
        .await?;
    let has_next = found.len() > PAGE;
    found.truncate(PAGE);
    let first = match stage {
        Some(stage) => format!("{}?stand={}", paths::ANNOUNCEMENTS, stage.key()),
        None => paths::ANNOUNCEMENTS.to_owned(),
    };
    let next = found.last().filter(|_| has_next).map(|last| {
        let key = stage.map_or("", Stage::key);
        format!(
            "{}?stand={key}&nach={}",
            paths::ANNOUNCEMENTS,
            last.position
        )
    });
    html(&Page {
        shell: Shell::load(&app, &me, paths::ANNOUNCEMENTS).await?,
        stages: Stage::ALL
            .map(|one| (one.key(), word(one).0, stage == Some(one)))
            .to_vec(),
        is_narrowed: stage.is_some(),
        is_later: after.is_some(),
        lines: found.iter().map(line).collect(),
        first,
        next,
    })
}

fn line(one: &Announcement) -> AnnouncementRow {
    let (word, look) = word(one.stage);
    let names: Vec<&str> = one
        .changes
        .iter()
        .filter_map(|change| change.new_one())
        .map(|new| new.party.name.as_str())
        .collect();
    let what = match (names.as_slice(), one.changes.len()) {
        ([], 0) => "Noch ohne Änderung".to_owned(),
        ([], 1) => "Ein Unternehmen entfällt".to_owned(),
        ([], many) => format!("{many} Unternehmen entfallen"),
        (names, _) => names.join(", "),
    };
    AnnouncementRow {
        href: paths::announcement(one.id),
        when: When::moment(one.confirmed_at.unwrap_or(one.drafted_at)),
        what,
        starts: short(one.starts_on),
        look,
        word,
        progress: if one.stage == Stage::Draft {
            String::new()
        } else {
            format!("{} von {}", one.made, one.recipients.max(one.made))
        },
    }
}

/// POST: begins a draft.
pub async fn begin(
    app: web::Data<App>,
    me: Me,
    session: Session,
    _form: SignedForm,
) -> Result<HttpResponse, PageError> {
    let (handles, viewer, now) = (app.clone(), me.viewer.clone(), app.clock.now());
    let id = app
        .db
        .transaction(move |conn| announcements::draft(conn, &handles, &viewer, now))
        .await?;
    Ok(session.succeeded(
        "Der Entwurf ist angelegt. Noch erfährt niemand davon.",
        paths::announcement(id),
    ))
}
