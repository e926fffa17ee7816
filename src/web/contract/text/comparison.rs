//! Two published contract versions side by side, on a page that needs no sign-in (rows 13, 35, 36).
//! The page names no customer. A single version is shown by [`super::version`].

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::contract_text::{General, general};
use crate::actions::{ActionError, version_diff};
use crate::app::App;
use crate::contract::diff::{Change, ChangeKind, Piece, diff};
use crate::domain::{Language, VersionDiff, calendar};
use crate::paths;
use crate::places::Kind;
use crate::web::contract::shortened;
use crate::web::kit::error::PageError;
use crate::web::kit::language::chosen_language;
use crate::web::kit::page::{PublicShell, html};
use crate::web::kit::turn::Turn;

#[derive(Template)]
#[template(path = "web/contract/text/comparison.html")]
struct ComparisonPage {
    shell: PublicShell,
    news: VersionDiff,
    old_from: (String, String),
    new_from: (String, String),
    changes: Vec<Change>,
}

impl ComparisonPage {
    fn kind(&self, change: &Change) -> &'static str {
        match (change.kind, self.shell.en()) {
            (ChangeKind::Added, false) => "neu",
            (ChangeKind::Added, true) => "new",
            (ChangeKind::Removed, false) => "entfallen",
            (ChangeKind::Removed, true) => "removed",
            (ChangeKind::Changed, false) => "geändert",
            (ChangeKind::Changed, true) => "changed",
        }
    }
}

/// GET: what differs between two versions, clause by clause.
pub async fn compare(
    app: web::Data<App>,
    request: HttpRequest,
    turn: Turn,
    numbers: web::Path<(String, String)>,
) -> Result<HttpResponse, PageError> {
    let ((old, new), language) = (numbers.into_inner(), chosen_language(&request));
    let path = paths::comparison(&old, &new);
    let reader = app.clone();
    let (before, after, news) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok((
                general(conn, &reader, &old, language)?,
                general(conn, &reader, &new, language)?,
                version_diff(conn, &reader, &old, &new, language)?,
            ))
        })
        .await?;
    let dates = (day(&before, language), day(&after, language));
    let changes = turn
        .take(&app, Kind::Anyone, move || {
            let mut changes = diff(&before.document(language), &after.document(language));
            for change in &mut changes {
                change.words = shortened(std::mem::take(&mut change.words));
            }
            changes
        })
        .await?;
    html(&ComparisonPage {
        shell: PublicShell::load(&app, language).await?.with_switch(&path),
        news,
        old_from: dates.0,
        new_from: dates.1,
        changes,
    })
}

/// The day from which it is offered, for machines and people.
fn day(text: &General, language: Language) -> (String, String) {
    let day = text.version.valid_from;
    (day.to_string(), calendar::long_date(day, language))
}
