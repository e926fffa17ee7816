//! The mailbox of the development transport: every mail that would have been sent.

use std::io;
use std::path::{Path, PathBuf};

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::domain::{Language, calendar};
use crate::mail::Transport;
use crate::mail::outbox_folder::{self, StoredMail};
use crate::web::kit::error::PageError;
use crate::web::kit::headers::HTML_PART_CSP;
use crate::web::kit::page::{PublicShell, attachment, html};

/// At most this many mails are listed.
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "web/dev/mailbox.html")]
struct ListPage {
    shell: PublicShell,
    mails: Vec<MailRow>,
    has_clock: bool,
}

/// One mail of the list.
struct MailRow {
    name: String,
    to: String,
    subject: String,
    at: String,
    at_machine: String,
}

/// GET: the list, newest first.
pub async fn list(app: web::Data<App>) -> Result<HttpResponse, PageError> {
    let mails = in_folder(&app, |folder| outbox_folder::list(folder, MOST)).await?;
    html(&ListPage {
        shell: PublicShell::load(&app, Language::De).await?,
        mails: mails.iter().map(line).collect(),
        has_clock: app.clock.is_settable(),
    })
}

#[derive(Template)]
#[template(path = "web/dev/mail.html")]
struct MailPage {
    shell: PublicShell,
    mail: MailRow,
    from: String,
    text: Vec<Piece>,
    attachments: Vec<String>,
}

/// A part of the text; a link can be clicked.
struct Piece {
    text: String,
    is_link: bool,
}

/// GET: one mail with its text part.
pub async fn show(app: web::Data<App>, name: web::Path<String>) -> Result<HttpResponse, PageError> {
    let mail = find(&app, name.into_inner()).await?;
    html(&MailPage {
        shell: PublicShell::load(&app, Language::De).await?,
        from: mail.from.clone(),
        text: pieces(&mail.written.text),
        attachments: mail
            .written
            .attachments
            .iter()
            .map(|attached| attached.file_name.clone())
            .collect(),
        mail: line(&mail),
    })
}

/// GET: the HTML part as it is, with headers that let nothing in it run or load.
pub async fn html_part(
    app: web::Data<App>,
    name: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let mail = find(&app, name.into_inner()).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, HTML_PART_CSP))
        .body(mail.written.html))
}

/// GET: an attachment of the mail.
pub async fn attached(
    app: web::Data<App>,
    path: web::Path<(String, usize)>,
) -> Result<HttpResponse, PageError> {
    let (name, number) = path.into_inner();
    let mail = find(&app, name).await?;
    let file = number
        .checked_sub(1)
        .and_then(|at| mail.written.attachments.into_iter().nth(at))
        .ok_or(PageError::NotFound)?;
    let name: String =
        percent_encoding::utf8_percent_encode(&file.file_name, percent_encoding::NON_ALPHANUMERIC)
            .collect();
    Ok(attachment(&file.content_type, &name, file.bytes))
}

async fn find(app: &App, name: String) -> Result<StoredMail, PageError> {
    in_folder(app, move |folder| outbox_folder::read(folder, &name))
        .await?
        .ok_or(PageError::NotFound)
}

/// Reads in the folder of the mails, outside the async threads. In production there is no such
/// folder.
async fn in_folder<T: Send + 'static>(
    app: &App,
    read: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T, PageError> {
    let folder: PathBuf = match &app.transport {
        Transport::Folder(folder) if !app.config.environment.is_production() => folder.clone(),
        _ => return Err(PageError::NotFound),
    };
    let read = web::block(move || read(&folder)).await;
    read.map_err(|_| PageError::Unavailable)?.map_err(|cause| {
        tracing::error!(%cause, "the folder of mails cannot be read");
        PageError::Fault
    })
}

fn line(mail: &StoredMail) -> MailRow {
    MailRow {
        name: mail.name.clone(),
        to: mail.to.as_str().to_owned(),
        subject: mail.written.subject.clone(),
        at: calendar::short_moment(mail.date, Language::De),
        at_machine: calendar::machine_moment(mail.date),
    }
}

/// Splits a text into links and what stands between them. Joined again, the pieces are the text.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        let is_link = bare.starts_with("https://") || bare.starts_with("http://");
        if is_link {
            pieces.push(Piece {
                text: bare.to_owned(),
                is_link,
            });
        }
        let rest = if is_link { &word[bare.len()..] } else { word };
        match pieces.last_mut().filter(|last| !last.is_link) {
            Some(last) => last.text.push_str(rest),
            None => pieces.push(Piece {
                text: rest.to_owned(),
                is_link: false,
            }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_and_no_letter_is_lost() {
        let text = "Guten Tag,\n\n  https://avv.example/zustimmung/abc\nhttp://127.0.0.1:8080/x end <b>https://y</b>";
        let pieces = pieces(text);
        let links: Vec<&str> = pieces
            .iter()
            .filter(|piece| piece.is_link)
            .map(|piece| piece.text.as_str())
            .collect();
        assert_eq!(
            links,
            [
                "https://avv.example/zustimmung/abc",
                "http://127.0.0.1:8080/x"
            ]
        );
        let whole: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(whole, text);
    }
}
