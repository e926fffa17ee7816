//! A whole list as CSV (S-74): what the page lists with its filter and order, row after row, as fast
//! as the client reads it. A part of the list at a time is in memory, and no transaction lasts
//! longer than reading it; that somebody takes the list is in the log before the first row leaves
//! (S-83).

use std::io;
use std::sync::Arc;

use actix_web::http::{Method, header};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use futures_util::stream;

use super::error::PageError;
use super::page::Me;
use crate::actions::{ActionError, exports};
use crate::app::App;
use crate::domain::calendar;
use crate::domain::export::ExportedList;
use crate::sheet::Sheet;
use crate::storage::db::Conn;

/// Rows that are read at a time.
pub const ROWS: usize = 1000;

/// The list that is taken.
pub struct Export<P> {
    /// Which list.
    pub list: ExportedList,
    /// Whether a search or a filter narrows it.
    pub narrowed: bool,
    /// The heads of its columns.
    pub head: Vec<&'static str>,
    /// Where it begins.
    pub first: P,
}

/// Answers with the list. `part` writes the rows behind a place, at most about [`ROWS`], and returns
/// the place behind them; `None` at the end of the list.
pub async fn answer<P, F>(
    app: &App,
    me: &Me,
    request: &HttpRequest,
    export: Export<P>,
    part: F,
) -> Result<HttpResponse, PageError>
where
    P: Clone + Send + Sync + 'static,
    F: Fn(&mut Conn, &P, &mut Sheet) -> Result<Option<P>, ActionError> + Send + Sync + 'static,
{
    let Export {
        list,
        narrowed,
        head,
        first,
    } = export;
    let now = app.clock.now();
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/csv; charset=utf-8; header=present");
    let name = format!("{}-{}.csv", list.file(), calendar::day(now));
    answer.insert_header((
        header::CONTENT_DISPOSITION,
        format!("attachment; filename*=UTF-8''{name}"),
    ));
    if request.method() == Method::HEAD {
        return Ok(answer.finish());
    }
    let part = Arc::new(part);
    // The first part is read before anything is answered, so that a fault is a page that says so.
    let changed_at = me.changed_at;
    let (rows, next) = read(app, changed_at, &part, Some(head), first).await?;
    let viewer = me.viewer.clone();
    app.db
        .transaction(move |conn| exports::note(conn, &viewer, list, narrowed, now))
        .await?;
    let app = app.clone();
    let stream = stream::try_unfold((Some(rows), next), move |(ready, next)| {
        let (app, part) = (app.clone(), Arc::clone(&part));
        async move {
            if let Some(rows) = ready {
                return Ok(Some((rows, (None, next))));
            }
            let Some(place) = next else {
                return Ok(None);
            };
            match read(&app, changed_at, &part, None, place).await {
                Ok((rows, next)) => Ok(Some((rows, (None, next)))),
                Err(error) => {
                    // The client sees that the answer does not end as it should.
                    tracing::error!(list = list.key(), %error, "a list broke off");
                    Err(io::Error::other("the list broke off"))
                }
            }
        }
    });
    Ok(answer.streaming(Box::pin(stream)))
}

/// Reads a part of the list.
async fn read<P, F>(
    app: &App,
    changed_at: Option<DateTime<Utc>>,
    part: &Arc<F>,
    head: Option<Vec<&'static str>>,
    place: P,
) -> Result<(Bytes, Option<P>), PageError>
where
    P: Clone + Send + Sync + 'static,
    F: Fn(&mut Conn, &P, &mut Sheet) -> Result<Option<P>, ActionError> + Send + Sync + 'static,
{
    let part = Arc::clone(part);
    let work = move |conn: &mut Conn| -> Result<_, ActionError> {
        let mut sheet = match &head {
            Some(head) => Sheet::with_head(head),
            None => Sheet::part(),
        };
        let next = part(conn, &place, &mut sheet)?;
        Ok((sheet.finish(), next))
    };
    let now = app.clock.now();
    let (rows, next) = app.db.read_list(now, changed_at, work).await?;
    let rows = rows.map_err(|error| {
        tracing::error!(%error, "rows could not be written as CSV");
        PageError::Fault
    })?;
    Ok((rows.into(), next))
}
