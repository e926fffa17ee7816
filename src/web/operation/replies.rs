//! Replies of people to mails (C9): a list by state, one reply in full, and filing it to a customer
//! or putting it away.

use std::collections::BTreeMap;

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::{ActionError, replies};
use crate::app::App;
use crate::domain::export::ExportedList;
use crate::domain::{CustomerNumber, Language, MailId, ReplyId};
use crate::paths;
use crate::storage::replies::{Reply, ReplyLine, Shelf, find_reply, page_replies};
use crate::web::kit::dates::When;
use crate::web::kit::error::PageError;
use crate::web::kit::export::{Export, ROWS, answer};
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, Tab, html, invalid};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::wording::dates::short_moment;

/// Replies per page.
const PAGE: usize = 50;

/// The lists of replies: key in the address, and label.
const SHELVES: [(Shelf, &str, &str); 3] = [
    (Shelf::Open, "", "Zu lesen"),
    (Shelf::Done, "erledigt", "Erledigt"),
    (Shelf::Automatic, "automatisch", "Automatische"),
];

#[derive(Template)]
#[template(path = "web/operation/replies/list.html")]
struct ListPage {
    shell: Shell,
    tabs: Vec<Tab>,
    customer: Option<CustomerNumber>,
    lines: Vec<ReplyRow>,
    is_later: bool,
    first: String,
    next: Option<String>,
    sheet: String,
}

struct ReplyRow {
    id: ReplyId,
    received: When,
    from: String,
    subject: String,
    filed: Option<(CustomerNumber, String)>,
}

#[derive(Template)]
#[template(path = "web/operation/replies/show.html")]
struct ReplyPage {
    shell: Shell,
    id: ReplyId,
    subject: String,
    sender: String,
    sender_name: String,
    received: When,
    is_automatic: bool,
    paragraphs: Vec<String>,
    attachments: i32,
    mail: Option<MailId>,
    filed: Option<(CustomerNumber, String)>,
    done: Option<(When, String)>,
    /// The customer's number as typed, or that of the mail it answers.
    number: String,
    errors: FieldErrors,
}

fn href(shelf: Shelf, customer: Option<CustomerNumber>, before: Option<ReplyId>) -> String {
    address(paths::REPLIES, shelf, customer, before)
}

fn address(
    path: &str,
    shelf: Shelf,
    customer: Option<CustomerNumber>,
    before: Option<ReplyId>,
) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let key = SHELVES.iter().find(|(one, ..)| *one == shelf);
    if let Some((_, key, _)) = key.filter(|(_, key, _)| !key.is_empty()) {
        query.append_pair("stand", key);
    }
    if let Some(customer) = customer {
        query.append_pair("kunde", &customer.to_string());
    }
    if let Some(before) = before {
        query.append_pair("vor", &before.to_string());
    }
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// GET: the list; with `kunde` the replies that were filed to that customer.
pub async fn list(
    app: web::Data<App>,
    me: Me,
    query: web::Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, PageError> {
    let (shelf, customer) = asked(&query);
    let before: Option<ReplyId> = query.get("vor").and_then(|text| text.trim().parse().ok());
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok(page_replies(conn, shelf, customer, before, limit)?)
        })
        .await?;
    let has_next = found.len() > PAGE;
    found.truncate(PAGE);
    let last = found.last().filter(|_| has_next).map(|last| last.id);
    let tab = |(one, _, word): (Shelf, &'static str, &'static str)| Tab {
        word,
        count: None,
        href: href(one, None, None),
        is_current: one == shelf && customer.is_none(),
    };
    html(&ListPage {
        shell: Shell::load(&app, &me, paths::MAILS).await?,
        tabs: SHELVES.map(tab).into(),
        customer,
        lines: found.into_iter().map(line).collect(),
        is_later: before.is_some(),
        first: href(shelf, customer, None),
        next: last.map(|last| href(shelf, customer, Some(last))),
        sheet: address(paths::REPLIES_SHEET, shelf, customer, None),
    })
}

/// Which replies the address asks for.
fn asked(query: &BTreeMap<String, String>) -> (Shelf, Option<CustomerNumber>) {
    let get = |name: &str| query.get(name).map_or("", |text| text.trim());
    let shelf = SHELVES
        .iter()
        .find(|(_, key, _)| *key == get("stand"))
        .map_or(Shelf::Open, |(shelf, ..)| *shelf);
    (shelf, get("kunde").parse().ok())
}

/// GET: the list as CSV.
pub async fn sheet(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    query: web::Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, PageError> {
    let (shelf, customer) = asked(&query);
    let export = Export {
        list: ExportedList::Replies,
        narrowed: shelf != Shelf::Open || customer.is_some(),
        head: vec![
            "Eingegangen",
            "Von",
            "Name",
            "Betreff",
            "Kundennummer",
            "Kunde",
        ],
        first: None,
    };
    answer(&app, &me, &request, export, move |conn, before, sheet| {
        let limit = i64::try_from(ROWS).unwrap_or(i64::MAX);
        let replies = page_replies(conn, shelf, customer, *before, limit)?;
        for reply in &replies {
            let (number, company) = reply.filed.clone().unzip();
            sheet.row([
                short_moment(reply.received_at, Language::De),
                reply.sender.clone(),
                reply.sender_name.clone(),
                reply.subject.clone(),
                number.map(String::from).unwrap_or_default(),
                company.unwrap_or_default(),
            ]);
        }
        let last = replies.last().filter(|_| replies.len() >= ROWS);
        Ok(last.map(|last| Some(last.id)))
    })
    .await
}

fn line(reply: ReplyLine) -> ReplyRow {
    ReplyRow {
        id: reply.id,
        received: When::moment(reply.received_at),
        from: match reply.sender_name {
            name if name.is_empty() => reply.sender,
            name => format!("{name} ({})", reply.sender),
        },
        subject: subject(reply.subject),
        filed: reply.filed,
    }
}

fn subject(subject: String) -> String {
    if subject.is_empty() {
        "Ohne Betreff".to_owned()
    } else {
        subject
    }
}

/// GET: one reply.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    reply: web::Path<i64>,
) -> Result<HttpResponse, PageError> {
    let found = find(&app, ReplyId(*reply)).await?;
    html(&page(&app, &me, found, None).await?)
}

async fn find(app: &App, id: ReplyId) -> Result<Reply, PageError> {
    let found = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(find_reply(conn, id)?) });
    found.await?.ok_or(PageError::NotFound)
}

async fn page(
    app: &App,
    me: &Me,
    found: Reply,
    wrong: Option<(String, &'static str)>,
) -> Result<ReplyPage, PageError> {
    let mut errors = FieldErrors::default();
    let suggested = found.answers.and_then(|(_, customer)| customer);
    let number = match wrong {
        Some((typed, what)) => {
            errors.add("kundennummer", what);
            typed
        }
        None => suggested.map_or_else(String::new, |number| number.to_string()),
    };
    Ok(ReplyPage {
        shell: Shell::load(app, me, paths::MAILS).await?,
        id: found.line.id,
        subject: subject(found.line.subject),
        sender: found.line.sender,
        sender_name: found.line.sender_name,
        received: When::moment(found.line.received_at),
        is_automatic: found.is_automatic,
        paragraphs: found
            .body
            .split("\n\n")
            .map(|one| one.trim().to_owned())
            .filter(|one| !one.is_empty())
            .collect(),
        attachments: found.attachments,
        mail: found.answers.map(|(mail, _)| mail),
        filed: found.line.filed,
        done: found.done.map(|(at, by)| (When::moment(at), by)),
        number,
        errors,
    })
}

/// POST: files it to the customer whose number was typed, or puts it away, depending on the button.
pub async fn close(
    app: web::Data<App>,
    me: Me,
    session: Session,
    reply: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let found = find(&app, ReplyId(*reply)).await?;
    let (id, now, viewer) = (found.line.id, app.clock.now(), me.viewer.clone());
    if form.get("schritt") == "ablegen" {
        app.db
            .transaction(move |conn| replies::put_away(conn, &viewer, id, now))
            .await?;
        return Ok(session.succeeded("Die Antwort ist ohne Kunden abgelegt.", paths::REPLIES));
    }
    let typed = form.get("kundennummer").trim().to_owned();
    let Ok(customer) = typed.parse::<CustomerNumber>() else {
        let what = "Geben Sie die Kundennummer an, zu der die Antwort gehört";
        return invalid(&page(&app, &me, found, Some((typed, what))).await?);
    };
    let done = app
        .db
        .transaction(move |conn| replies::file(conn, &viewer, id, customer, now))
        .await;
    match done {
        Ok(()) => {
            let words = format!("Die Antwort ist Kunde {customer} zugeordnet.");
            Ok(session.succeeded(words, paths::reply(id)))
        }
        Err(ActionError::NotFound) => {
            let what = "Zu dieser Nummer gibt es keinen Kunden. Prüfen Sie sie";
            invalid(&page(&app, &me, found, Some((typed, what))).await?)
        }
        Err(error) => Err(error.into()),
    }
}
