//! `/protokoll`: the heads of the audit log for everybody, as hashes alone, so that anybody can keep them
//! and check that the log only grew (S-80). The addresses are those of C2SP tlog-tiles.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::{ActionError, checkpoints};
use crate::app::App;
use crate::domain::audit::checkpoint::tile::{TileAddress, TileKind};
use crate::domain::audit::tree::{TILE, TileSource as _, width};
use crate::paths;
use crate::storage::PgConnection;
use crate::storage::audit::checkpoints::{Kept, newest_checkpoint};
use crate::storage::audit::tiles::{StoredTiles, read_events};
use crate::web::kit::error::PageError;
use crate::web::kit::language::{reader_language, wanted_language};
use crate::web::kit::page::{PublicShell, html};
use crate::web::kit::route::{Row, Who, get, view};
use crate::wording::dates::{long_moment, machine_moment};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get(paths::PUBLIC_LOG, Who::Anyone, || view().to(show)),
    get("/protokoll/checkpoint", Who::Anyone, || {
        view().to(checkpoint)
    }),
    get("/protokoll/tile/{tile:.*}", Who::Anyone, || view().to(tile)),
];

/// What is in a tile never changes; more of it has another address.
const FOR_GOOD: (header::HeaderName, &str) =
    (header::CACHE_CONTROL, "public, max-age=31536000, immutable");
/// A new checkpoint is seen within a minute.
const FOR_A_MINUTE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=60");

#[derive(Template)]
#[template(path = "web/public/log.html")]
struct LogPage {
    shell: PublicShell,
    address: String,
    key: String,
    newest: Option<Newest>,
}

struct Newest {
    note: String,
    size: i64,
    /// For programs and for people.
    made_at: (String, String),
    stamped_at: Option<(String, String)>,
}

/// GET: what the portal says about its log, and how to check it.
async fn show(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let language = wanted_language(&request).unwrap_or_else(|| reader_language(&request));
    let newest = newest(&app).await?;
    let moment = |at| (machine_moment(at), long_moment(at, language));
    html(&LogPage {
        shell: PublicShell::load(&app, language)
            .await?
            .with_switch(paths::PUBLIC_LOG),
        address: format!("{}{}", app.base_url(), paths::PUBLIC_LOG),
        key: checkpoints::verifier_key(&app)?.to_string(),
        newest: newest.map(|kept| Newest {
            size: kept.size,
            made_at: moment(kept.made_at),
            stamped_at: kept.stamp.map(|stamp| moment(stamp.at)),
            note: kept.note,
        }),
    })
}

/// GET: the newest checkpoint.
async fn checkpoint(app: web::Data<App>) -> Result<HttpResponse, PageError> {
    let kept = newest(&app).await?.ok_or(PageError::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(FOR_A_MINUTE)
        .body(kept.note))
}

/// GET: hashes of the tree, or of the events, as far as the newest checkpoint goes.
async fn tile(app: web::Data<App>, tile: web::Path<String>) -> Result<HttpResponse, PageError> {
    let address: TileAddress = tile.parse().map_err(|()| PageError::NotFound)?;
    let bytes = app
        .db
        .read(move |conn| read(conn, address))
        .await?
        .ok_or(PageError::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header(FOR_GOOD)
        .body(bytes))
}

async fn newest(app: &App) -> Result<Option<Kept>, ActionError> {
    app.db
        .read(|conn| -> Result<_, ActionError> { Ok(newest_checkpoint(conn)?) })
        .await
}

fn read(conn: &mut PgConnection, tile: TileAddress) -> Result<Option<Vec<u8>>, ActionError> {
    let size = newest_checkpoint(conn)?.map_or(0, |kept| kept.size);
    let size = u64::try_from(size).unwrap_or_default();
    let (level, is_entries) = match tile.kind {
        TileKind::Hashes(level) => (level, false),
        TileKind::Entries => (0, true),
    };
    let begin = tile.number.checked_mul(TILE);
    let end = begin.and_then(|begin| begin.checked_add(tile.count));
    if end.is_none_or(|end| end > width(size, level)) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    if is_entries {
        let whole = |number| i64::try_from(number).unwrap_or(i64::MAX);
        for event in read_events(conn, whole(begin.unwrap_or_default()), whole(tile.count))? {
            bytes.extend_from_slice(&[0, 32]);
            bytes.extend_from_slice(&event.0);
        }
    } else {
        let mut tiles = StoredTiles::new(conn);
        for hash in (&mut tiles).tile(level, tile.number, tile.count)? {
            bytes.extend_from_slice(&hash.0);
        }
    }
    Ok(Some(bytes))
}
