//! `/pruefen`: any visitor can compare a document with those of the portal. Shows what the portal
//! knows about exactly this file, and no name that is not in the file already.

mod words;

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use futures_util::StreamExt as _;

use crate::actions::ActionError;
use crate::actions::throttle::{begin_check, end_check, may_check};
use crate::actions::verification::{Verification, find_by_number, judge, known_certificates, look};
use crate::app::App;
use crate::document::seal::LARGEST_FILE;
use crate::domain::Language;
use crate::paths;
use crate::places::Kind;
use crate::web::kit::body::part_fault;
use crate::web::kit::client;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::language::{reader_language, wanted_language};
use crate::web::kit::memory::{Memory, Share};
use crate::web::kit::page::{PublicShell, html};
use crate::web::kit::reauthentication::in_line;
use crate::web::kit::route::{Row, Who, get, post, view};
use crate::web::kit::turn::Turn;
use words::{Answer, known, missing, plain, unknown_number};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get(paths::CHECK, Who::Anyone, || view().to(show)),
    post(paths::CHECK, Who::Anyone, || web::post().to(examine)),
];

/// Memory of all files that are being checked.
static MEMORY: Memory = Memory::megabytes(256);
/// Longest typed field in bytes.
const LONGEST_FIELD: usize = 200;

#[derive(Template)]
#[template(path = "web/public/verification/check.html")]
struct CheckPage {
    shell: PublicShell,
    number: String,
    hash: String,
    errors: FieldErrors,
    answer: Option<Answer>,
}

/// The fields and the file that were sent.
struct Sent {
    file: Vec<u8>,
    number: String,
    hash: String,
    too_large: bool,
    /// Its share of [`MEMORY`], until the answer is made.
    memory: Share,
}

async fn show(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    html(&page(&app, &request).await?)
}

async fn examine(
    app: web::Data<App>,
    request: HttpRequest,
    turn: Turn,
    form: Multipart,
) -> Result<HttpResponse, PageError> {
    let (writer, source, now) = (
        App::clone(&app),
        client::source(&app, &request),
        app.clock.now(),
    );
    let asked = source.clone();
    app.db
        .read(move |conn| may_check(conn, &writer, &asked, now))
        .await?;
    // A slow upload delays only its own check, which is counted after it has arrived.
    let sent = receive(form).await?;
    let attempt = begin(&app, &source).await?;
    let mut page = page(&app, &request).await?;
    let language = page.shell.language;
    page.number = sent.number.trim().to_uppercase();
    page.hash = sent.hash.chars().filter(|c| !c.is_whitespace()).collect();
    page.hash.make_ascii_lowercase();
    if sent.too_large || !sent.file.is_empty() {
        let (answer, genuine) = answer_for_file(&app, &turn, sent, language).await?;
        end(&app, attempt, genuine).await?;
        page.answer = Some(answer);
    } else {
        page.errors = missing(&page.number, &page.hash, language);
        if !page.errors.is_empty() {
            end(&app, attempt, false).await?;
            return Ok(HttpResponse::UnprocessableEntity()
                .content_type("text/html; charset=utf-8")
                .body(page.render()?));
        }
        let (number, hash) = (page.number.clone(), page.hash.clone());
        let found = app
            .db
            .read(move |conn| find_by_number(conn, &number, &hash))
            .await?;
        end(&app, attempt, found.is_some()).await?;
        page.answer = Some(match found {
            Some(issued) => known(&issued, None, language),
            None => unknown_number(language),
        });
    }
    html(&page)
}

/// Counts the check; waits while the result of other checks decides whether it may be made.
async fn begin(app: &App, source: &str) -> Result<i64, PageError> {
    let begun = in_line(async || {
        let (own, source, now) = (app.clone(), source.to_owned(), app.clock.now());
        app.db
            .transaction(move |conn| begin_check(conn, &own, &source, now))
            .await
    });
    Ok(begun.await?)
}

async fn end(app: &App, attempt: i64, genuine: bool) -> Result<(), PageError> {
    let done: Result<(), ActionError> = app
        .db
        .transaction(move |conn| end_check(conn, attempt, genuine))
        .await;
    Ok(done?)
}

/// The answer about a file, and whether the file is one of the portal's.
async fn answer_for_file(
    app: &web::Data<App>,
    turn: &Turn,
    sent: Sent,
    language: Language,
) -> Result<(Answer, bool), PageError> {
    if sent.too_large {
        return Ok((plain(&Verification::TooLarge, None, language), false));
    }
    let worker = App::clone(app);
    let certificates = app
        .db
        .read(move |conn| known_certificates(conn, &worker))
        .await?;
    let (finding, hash) = turn
        .take(app, Kind::Anyone, move || look(&sent.file, &certificates))
        .await?;
    let asked = hash.clone();
    let proof = app
        .db
        .read(move |conn| -> Result<_, ActionError> { judge(conn, &finding, &asked) })
        .await?;
    Ok(match &proof {
        Verification::Issued(issued) => (known(issued, Some(hash), language), true),
        Verification::Sealed(_) => (plain(&proof, Some(hash), language), true),
        other => (plain(other, Some(hash), language), false),
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

/// Reads the form piece by piece; a file that is too large is not kept.
async fn receive(mut form: Multipart) -> Result<Sent, PageError> {
    let mut sent = Sent {
        file: Vec::new(),
        number: String::new(),
        hash: String::new(),
        too_large: false,
        memory: Share::of(&MEMORY),
    };
    let mut read = 0;
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|error| part_fault(&error))?;
        let name = field.name().unwrap_or_default().to_owned();
        let mut content = Vec::new();
        while let Some(piece) = field.next().await {
            let piece = piece.map_err(|error| part_fault(&error))?;
            read += piece.len();
            // The rest of the request has to be read, or the browser shows no answer; but only up
            // to a limit.
            if read > 4 * LARGEST_FILE {
                return Err(PageError::TooLarge);
            }
            if read > LARGEST_FILE + 4 * LONGEST_FIELD {
                sent.too_large = true;
                content = Vec::new();
                sent.memory.release();
            } else {
                sent.memory.hold(read)?;
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
