//! Who wrote what in a version since it was begun, clause by clause.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::clauses::tongue;
use super::{Subject, asked, load, names};
use crate::actions::ActionError;
use crate::app::App;
use crate::contract::clauses::{Names, words_of};
use crate::contract::diff::{Piece, words};
use crate::contract::parts;
use crate::domain::version::Version;
use crate::domain::{Language, VersionId};
use crate::paths;
use crate::places::Kind;
use crate::storage::contract_versions::clauses::{SavedChange, list_changes};
use crate::web::contract::shortened;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::wording::dates;

/// Changes on one page.
const ON_PAGE: i64 = 40;

#[derive(Template)]
#[template(path = "web/contract/versions/history.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    changes: Vec<ChangeRow>,
    /// Address of the older ones; empty at the end.
    older: String,
}

/// A change of a clause.
struct ChangeRow {
    heading: String,
    /// Address of the clause; empty where it has none.
    href: String,
    place: String,
    by: String,
    at: String,
    kind: &'static str,
    pieces: Vec<Piece>,
}

/// GET: the changes, newest first.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    id: web::Path<VersionId>,
) -> Result<HttpResponse, PageError> {
    let (version, _) = load(&app, &me, *id).await?;
    let (id, before) = (*id, asked(&request, "vor").and_then(|id| id.parse().ok()));
    let found = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok(list_changes(conn, id, before, ON_PAGE)?)
        })
        .await?;
    let is_full = i64::try_from(found.len()).unwrap_or(0) == ON_PAGE;
    let older = match found.last() {
        Some(last) if is_full => format!("{}?vor={}", paths::version(id, "verlauf"), last.id),
        _ => String::new(),
    };
    let subject = Subject::of(&version, me.viewer.role);
    let changes = me
        .turn
        .take(&app, Kind::SignedIn, move || {
            let rows = found.into_iter().map(|one| row(one, &version));
            rows.collect::<Vec<_>>()
        })
        .await?;
    html(&Page {
        shell: Shell::load(&app, &me, paths::VERSIONS).await?,
        subject,
        changes,
        older,
    })
}

fn row(saved: SavedChange, version: &Version) -> ChangeRow {
    let change = saved.change;
    let is_clause = !change.clause.is_empty();
    let text = |source: Option<&String>| match source {
        Some(source) if is_clause => {
            let title = source
                .lines()
                .find(|line| line.starts_with('#'))
                .unwrap_or_default();
            let title = title.trim_start_matches('#').trim();
            format!("{title} {}", words_of(source, &Names::default()))
        }
        Some(source) => source.clone(),
        None => String::new(),
    };
    let (old, new) = (text(change.before.as_ref()), text(change.after.as_ref()));
    let old_words: Vec<&str> = old.split_whitespace().collect();
    let new_words: Vec<&str> = new.split_whitespace().collect();
    let mut pieces = shortened(words(&old_words, &new_words));
    let changed = pieces.iter().any(|piece| !matches!(piece, Piece::Same(_)));
    if !changed {
        pieces.clear();
    }
    let stem = parts::stem(&change.file);
    let place = match (&stem, change.file.split_once('/')) {
        (Some(stem), Some((code, _))) => {
            format!(
                "{}, {}",
                names::part(&version.files, stem, "de"),
                tongue(code)
            )
        }
        _ => String::new(),
    };
    ChangeRow {
        href: match stem {
            Some(stem) if is_clause && change.after.is_some() => {
                paths::version_clause(version.head.id, &stem, &change.clause)
            }
            _ => String::new(),
        },
        heading: change.heading,
        place,
        by: saved.by,
        at: dates::short_moment(saved.at, Language::De),
        kind: match (&change.before, &change.after) {
            (None, _) => "neu",
            (_, None) => "entfällt",
            _ if !changed => "Kennzeichen oder Zeilenumbruch geändert",
            _ => "geändert",
        },
        pieces,
    }
}
