//! All roll-outs, and which version could be rolled out.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::actions::ActionError;
use crate::actions::bulk_runs::stage_of;
use crate::app::App;
use crate::domain::{Language, calendar};
use crate::paths;
use crate::storage::contract_versions::{find_in_force, list_published};
use crate::storage::roll_outs::list_roll_outs;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::words::stage_word;

/// At most this many roll-outs are on the page.
const MOST: i64 = 50;

#[derive(Template)]
#[template(path = "web/contract/roll_outs/list.html")]
struct Page {
    shell: Shell,
    lines: Vec<RollOutRow>,
    /// Versions that can be rolled out: the one in force and later ones, if there is an earlier one.
    versions: Vec<Choice>,
}

/// A version that can be rolled out.
struct Choice {
    number: String,
    from: (String, String),
    in_force: bool,
}

/// A row of the list of roll-outs.
struct RollOutRow {
    href: String,
    version: String,
    mode: &'static str,
    started: (String, String),
    by: String,
    state: &'static str,
    status: &'static str,
}

/// GET: the list.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let now = app.clock.now();
    let today = calendar::day(now);
    let (found, published, current) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok((
                list_roll_outs(conn, None, MOST)?,
                list_published(conn)?,
                find_in_force(conn, today)?,
            ))
        })
        .await?;
    // The last one of the list is the first version.
    let others = published.len().saturating_sub(1);
    let versions = published
        .into_iter()
        .take(others)
        .filter(|one| one.valid_from > today || Some(&one.number) == current.as_ref())
        .map(|one| Choice {
            in_force: Some(&one.number) == current.as_ref(),
            from: (
                one.valid_from.to_string(),
                calendar::long_date(one.valid_from, Language::De),
            ),
            number: one.number,
        })
        .collect();
    let lines = found
        .into_iter()
        .map(|one| {
            let (state, status) = stage_word(stage_of(&one.run, now));
            RollOutRow {
                href: paths::roll_out(one.id),
                mode: one.mode.word(),
                started: (
                    calendar::machine_moment(one.run.begun_at),
                    calendar::short_moment(one.run.begun_at, Language::De),
                ),
                version: one.version,
                by: one.started_by,
                state,
                status,
            }
        })
        .collect();
    html(&Page {
        shell: Shell::load(&app, &me, paths::ROLL_OUTS).await?,
        lines,
        versions,
    })
}
