//! A whole list as CSV (S-74): what the page lists with its filter and order, row after row, as fast
//! as the client reads it. A part of the list at a time is in memory, and no transaction lasts
//! longer than reading it; that somebody takes the list is in the log before the first row leaves
//! (S-83).

use std::io;
use std::sync::Arc;

use actix_web::http::{Method, header};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;

use super::error::PageError;
use super::page::Me;
use crate::actions::{ActionError, exports};
use crate::app::App;
use crate::domain::calendar;
use crate::domain::export::ExportedList;
use crate::sheet::Sheet;
use crate::storage::db::{Conn, WalPosition};

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
    let reader = Reader {
        // The others are short, or must have everything, as the log.
        goes_elsewhere: matches!(
            list,
            ExportedList::Customers
                | ExportedList::Partners
                | ExportedList::Users
                | ExportedList::Mails
        ),
        changed: me.changed,
    };
    let (rows, next, reader) = read(app, reader, &part, Some(head), first).await?;
    let viewer = me.viewer.clone();
    app.db
        .transaction(move |conn| exports::note(conn, &viewer, list, narrowed, now))
        .await?;
    let app = app.clone();
    let stream = stream::try_unfold((Some(rows), next, reader), move |(ready, next, reader)| {
        let (app, part) = (app.clone(), Arc::clone(&part));
        async move {
            if let Some(rows) = ready {
                return Ok(Some((rows, (None, next, reader))));
            }
            let Some(place) = next else {
                return Ok(None);
            };
            match read(&app, reader, &part, None, place).await {
                Ok((rows, next, reader)) => Ok(Some((rows, (None, next, reader)))),
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

/// Where a list is read.
#[derive(Debug, Clone, Copy)]
struct Reader {
    /// At a replica, if there is one that may be read.
    goes_elsewhere: bool,
    /// What it must have.
    changed: Option<WalPosition>,
}

/// Reads a part of the list. Once a part came from the primary, all others do: a row that was changed
/// meanwhile would be missing, or be there twice.
async fn read<P, F>(
    app: &App,
    reader: Reader,
    part: &Arc<F>,
    head: Option<Vec<&'static str>>,
    place: P,
) -> Result<(Bytes, Option<P>, Reader), PageError>
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
    let ((rows, next), goes_elsewhere) = if reader.goes_elsewhere {
        let now = app.clock.now();
        app.db.read_part(now, reader.changed, work).await?
    } else {
        (app.db.read(work).await?, false)
    };
    let rows = rows.map_err(|error| {
        tracing::error!(%error, "rows could not be written as CSV");
        PageError::Fault
    })?;
    let reader = Reader {
        goes_elsewhere,
        ..reader
    };
    Ok((rows.into(), next, reader))
}
