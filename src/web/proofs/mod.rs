//! `/pruefen`: anybody holds a document against the portal's own. Says what the portal knows about
//! exactly this file, and no name that is not in it already.

mod words;

use std::time::Duration;

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use futures_util::StreamExt as _;
use tokio::sync::Semaphore;

use crate::actions::ActionError;
use crate::actions::proofs::{Proof, find_by_number, judge, known_certificates, look};
use crate::actions::users::note_check;
use crate::app::App;
use crate::document::seal::LARGEST_FILE;
use crate::domain::Language;
use crate::paths;
use crate::web::client;
use crate::web::consent::wanted_language;
use crate::web::error::PageError;
use crate::web::form::FieldErrors;
use crate::web::guard::Who;
use crate::web::page::{PublicShell, html, reader_language};
use crate::web::routes::{Row, get, post, view};
use words::{Answer, known, missing, plain, unknown_number};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get(paths::CHECK, Who::Anyone, || view().to(show)),
    post(paths::CHECK, Who::Anyone, || web::post().to(examine)),
];

/// So many files are held in memory at a time; others wait their turn.
static PLACES: Semaphore = Semaphore::const_new(4);
/// A file has this long to arrive.
const ARRIVAL: Duration = Duration::from_secs(60);
/// Longest typed field in bytes.
const LONGEST_FIELD: usize = 200;

#[derive(Template)]
#[template(path = "web/proofs/check.html")]
struct CheckPage {
    shell: PublicShell,
    number: String,
    hash: String,
    errors: FieldErrors,
    answer: Option<Answer>,
}

/// What was sent.
#[derive(Default)]
struct Sent {
    file: Vec<u8>,
    number: String,
    hash: String,
    too_large: bool,
}

async fn show(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    html(&page(&app, &request).await?)
}

async fn examine(
    app: web::Data<App>,
    request: HttpRequest,
    form: Multipart,
) -> Result<HttpResponse, PageError> {
    let (writer, source, now) = (
        App::clone(&app),
        client::source(&app, &request),
        app.clock.now(),
    );
    app.db
        .transaction(move |conn| note_check(conn, &writer, &source, now))
        .await?;
    // Held until the answer is there: that bounds the memory all files take together.
    let _place = PLACES.acquire().await.map_err(|_| PageError::Unavailable)?;
    let sent = tokio::time::timeout(ARRIVAL, receive(form))
        .await
        .map_err(|_| PageError::BadForm)??;
    let mut page = page(&app, &request).await?;
    let language = page.shell.language;
    page.number = sent.number.trim().to_uppercase();
    page.hash = sent.hash.chars().filter(|c| !c.is_whitespace()).collect();
    page.hash.make_ascii_lowercase();
    if sent.too_large || !sent.file.is_empty() {
        page.answer = Some(answer_for_file(&app, sent, language).await?);
    } else {
        page.errors = missing(&page.number, &page.hash, language);
        if !page.errors.is_empty() {
            return Ok(HttpResponse::UnprocessableEntity()
                .content_type("text/html; charset=utf-8")
                .body(page.render()?));
        }
        let (number, hash) = (page.number.clone(), page.hash.clone());
        let found = app
            .db
            .read(move |conn| find_by_number(conn, &number, &hash))
            .await?;
        page.answer = Some(match found {
            Some(issued) => known(&issued, None, language),
            None => unknown_number(language),
        });
    }
    html(&page)
}

async fn answer_for_file(
    app: &web::Data<App>,
    sent: Sent,
    language: Language,
) -> Result<Answer, PageError> {
    if sent.too_large {
        return Ok(plain(&Proof::TooLarge, None, language));
    }
    let worker = App::clone(app);
    let certificates = app
        .db
        .read(move |conn| known_certificates(conn, &worker))
        .await?;
    let (finding, hash) = app
        .heavy_for_anyone(move || look(&sent.file, &certificates))
        .await
        .ok_or(PageError::Unavailable)?;
    let asked = hash.clone();
    let proof = app
        .db
        .read(move |conn| -> Result<_, ActionError> { judge(conn, &finding, &asked) })
        .await?;
    Ok(match &proof {
        Proof::Issued(issued) => known(issued, Some(hash), language),
        other => plain(other, Some(hash), language),
    })
}

async fn page(app: &App, request: &HttpRequest) -> Result<CheckPage, PageError> {
    let language = wanted_language(request).unwrap_or_else(|| reader_language(request));
    Ok(CheckPage {
        shell: PublicShell::load(app, language)
            .await?
            .with_switch(paths::CHECK),
        number: String::new(),
        hash: String::new(),
        errors: FieldErrors::default(),
        answer: None,
    })
}

/// Reads the form piece by piece; of a file that is too large nothing is kept.
async fn receive(mut form: Multipart) -> Result<Sent, PageError> {
    let mut sent = Sent::default();
    let mut read = 0;
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|_| PageError::BadForm)?;
        let name = field.name().unwrap_or_default().to_owned();
        let mut content = Vec::new();
        while let Some(piece) = field.next().await {
            let piece = piece.map_err(|_| PageError::BadForm)?;
            read += piece.len();
            // The rest of the request has to be read, or the browser shows no answer; but not for ever.
            if read > 4 * LARGEST_FILE {
                return Err(PageError::TooLarge);
            }
            if read > LARGEST_FILE + 4 * LONGEST_FIELD {
                sent.too_large = true;
                content = Vec::new();
            } else {
                content.extend_from_slice(&piece);
            }
        }
        let words = |content: &[u8]| {
            let short = content.get(..LONGEST_FIELD).unwrap_or(content);
            String::from_utf8_lossy(short).replace('\0', "")
        };
        match name.as_str() {
            "datei" => sent.file = content,
            "nummer" => sent.number = words(&content),
            "pruefsumme" => sent.hash = words(&content),
            _ => {}
        }
    }
    Ok(sent)
}
