//! The outbox: every mail with its state, one mail in full, and the test mail.

mod detail;
mod resend;
mod test_mail;

use std::collections::BTreeMap;

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use crate::actions::ActionError;
use crate::actions::delivery::{self, Retried};
use crate::app::App;
use crate::domain::email::shown;
use crate::domain::export::ExportedList;
use crate::domain::mail::{MailKind, Recipient, SPECS};
use crate::domain::{CustomerNumber, Language, MailId};
use crate::mail::inbox::Inbox;
use crate::paths;
use crate::storage::mails::{MailFilter, MailLine, page_mails};
use crate::web::kit::customer::narrowed_to;
use crate::web::kit::error::PageError;
use crate::web::kit::export::{Export, ROWS, answer};
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::wording::dates;

pub use detail::show;
pub use resend::contract as resend_contract;
pub use test_mail::{ask as ask_trial, send as send_trial};

/// Mails per page.
const PAGE: usize = 50;

/// The states: key in the address, key in the database, word.
const STATES: [(&str, &str, &str); 5] = [
    ("wartet", "queued", "wartet"),
    ("gesendet", "sent", "gesendet"),
    ("zurueck", "returned", "zurückgekommen"),
    ("abgelehnt", "failed", "abgelehnt"),
    ("ungesendet", "dropped", "nicht gesendet"),
];

#[derive(Template)]
#[template(path = "web/operation/mails/list.html")]
struct Page {
    shell: Shell,
    states: Vec<Choice>,
    kinds: Vec<Choice>,
    /// The number of the customer as typed.
    customer: String,
    /// Address of the replies to these mails, or to all.
    replies: String,
    errors: FieldErrors,
    is_narrowed: bool,
    lines: Vec<MailRow>,
    unclear: usize,
    unclear_folder: String,
    is_later: bool,
    first: String,
    next: Option<String>,
    /// Address of the whole list as CSV.
    sheet: String,
}

/// An option of a select.
struct Choice {
    key: &'static str,
    word: &'static str,
    chosen: bool,
}

/// One mail as printed.
struct MailRow {
    id: MailId,
    kind: String,
    to: String,
    customer: Option<CustomerNumber>,
    queued: String,
    queued_machine: String,
    state: State,
    /// The state as a sentence: when, how often, and why.
    words: String,
    reply: String,
    can_retry: bool,
}

/// A state as it is printed.
struct State {
    key: &'static str,
    word: &'static str,
}

/// The query of the address. Values that make no sense are ignored, except for the number, which is
/// typed.
#[derive(Debug, Default)]
struct Asked {
    filter: MailFilter,
    before: Option<MailId>,
}

impl Asked {
    fn read(query: &BTreeMap<String, String>, errors: &mut FieldErrors) -> Self {
        let get = |name: &str| query.get(name).map_or("", |text| text.trim());
        let state = STATES.iter().find(|(key, ..)| *key == get("stand"));
        let kind = SPECS.iter().find(|spec| spec.key == get("art"));
        Self {
            filter: MailFilter {
                state: state.map(|(_, state, _)| (*state).to_owned()),
                kind: kind.map(|spec| spec.key.to_owned()),
                customer: narrowed_to(get("kunde"), errors),
            },
            before: get("vor").parse().ok().map(MailId),
        }
    }

    fn href(&self, before: Option<MailId>) -> String {
        self.address(paths::MAILS, before)
    }

    fn address(&self, list: &str, before: Option<MailId>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let state = STATES
            .iter()
            .find(|(_, state, _)| Some(*state) == self.filter.state.as_deref());
        if let Some((key, ..)) = state {
            query.append_pair("stand", key);
        }
        if let Some(kind) = &self.filter.kind {
            query.append_pair("art", kind);
        }
        if let Some(customer) = self.filter.customer {
            query.append_pair("kunde", &customer.to_string());
        }
        if let Some(before) = before {
            query.append_pair("vor", &before.to_string());
        }
        match query.finish() {
            query if query.is_empty() => list.to_owned(),
            query => format!("{list}?{query}"),
        }
    }
}

/// GET: the list.
pub async fn list(
    app: web::Data<App>,
    me: Me,
    query: web::Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, PageError> {
    let mut errors = FieldErrors::default();
    let asked = Asked::read(&query, &mut errors);
    let (filter, before) = (asked.filter.clone(), asked.before);
    let most = if errors.is_empty() { PAGE + 1 } else { 0 };
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let mut mails = app
        .db
        .read_list(
            app.clock.now(),
            me.changed,
            move |conn| -> Result<_, ActionError> { Ok(page_mails(conn, &filter, before, limit)?) },
        )
        .await?;
    let has_next = mails.len() > PAGE;
    mails.truncate(PAGE);
    let last = mails.last().filter(|_| has_next).map(|mail| mail.id);
    let inbox = Inbox::of(&app.config.storage.data_dir);
    let folder = inbox.unclear_folder().display().to_string();
    let unclear = web::block(move || inbox.unclear()).await.unwrap_or(0);
    let show = if errors.is_empty() { html } else { invalid };
    show(&Page {
        shell: Shell::load(&app, &me, paths::MAILS).await?,
        states: STATES
            .iter()
            .map(|(key, state, word)| Choice {
                key,
                word,
                chosen: asked.filter.state.as_deref() == Some(state),
            })
            .collect(),
        kinds: SPECS
            .iter()
            .map(|spec| Choice {
                key: spec.key,
                word: spec.name(),
                chosen: asked.filter.kind.as_deref() == Some(spec.key),
            })
            .collect(),
        customer: query.get("kunde").cloned().unwrap_or_default(),
        replies: asked
            .filter
            .customer
            .map_or_else(|| paths::REPLIES.to_owned(), paths::replies_of),
        errors,
        is_narrowed: asked.filter != MailFilter::default(),
        lines: mails.into_iter().map(line).collect(),
        unclear,
        unclear_folder: folder,
        is_later: asked.before.is_some(),
        first: asked.href(None),
        sheet: asked.address(paths::MAILS_SHEET, None),
        next: last.map(|last| asked.href(Some(last))),
    })
}

/// GET: the list as CSV.
pub async fn sheet(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    query: web::Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, PageError> {
    let mut errors = FieldErrors::default();
    let Asked { filter, .. } = Asked::read(&query, &mut errors);
    if !errors.is_empty() {
        // The page never leads to a filter that cannot be understood.
        return Err(PageError::NotFound);
    }
    let export = Export {
        list: ExportedList::Mails,
        narrowed: filter != MailFilter::default(),
        head: SHEET_HEAD.to_vec(),
        first: None,
    };
    answer(&app, &me, &request, export, move |conn, before, sheet| {
        let limit = i64::try_from(ROWS).unwrap_or(i64::MAX);
        let mails = page_mails(conn, &filter, *before, limit)?;
        for mail in &mails {
            sheet.row(cells(mail));
        }
        let last = mails.last().filter(|_| mails.len() >= ROWS);
        Ok(last.map(|last| Some(last.id)))
    })
    .await
}

/// Columns of the list as CSV.
const SHEET_HEAD: &[&str] = &[
    "Nummer",
    "E-Mail",
    "An",
    "Kundennummer",
    "Eingereiht",
    "Stand",
    "Versuche",
    "Gesendet oder aufgegeben",
    "Zurückgekommen",
    "Letzte Antwort",
];

fn cells(mail: &MailLine) -> Vec<String> {
    let moment = |at: Option<DateTime<Utc>>| at.map(short).unwrap_or_default();
    vec![
        mail.id.to_string(),
        mail.kind.name(),
        recipient(mail),
        mail.customer
            .map(|number| number.to_string())
            .unwrap_or_default(),
        short(mail.queued_at),
        state(&mail.state).word.to_owned(),
        mail.attempts.to_string(),
        moment(mail.done_at),
        moment(mail.returned_at),
        said(mail),
    ]
}

/// POST: makes a mail due at once; the result is shown on its page.
pub async fn retry(
    app: web::Data<App>,
    me: Me,
    session: Session,
    mail: web::Path<i64>,
    SignedForm(_): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (now, mail) = (app.clock.now(), MailId(*mail));
    let (handles, viewer) = (app.clone(), me.viewer.clone());
    let done = app
        .db
        .transaction(move |conn| delivery::retry(conn, &handles, &viewer, mail, now))
        .await;
    let to = paths::mail(mail);
    match done {
        Ok(Retried::Useless(why)) => {
            Ok(session.refused(format!("Die E-Mail wird nicht gesendet, weil {why}."), to))
        }
        Ok(Retried::NotWaiting) => Ok(session.refused(
            "Diese E-Mail ist schon gesendet oder geht gerade hinaus. Eine gesendete E-Mail wird nie noch einmal gesendet.",
            paths::MAILS,
        )),
        done => {
            let said = |done| match done {
                Retried::AskedAnew => {
                    "Der Kunde erhält eine neue E-Mail mit einem neuen Link. Die alte bleibt in der Liste stehen."
                }
                _ => "Die E-Mail wird jetzt gesendet, an die Adresse, die hinterlegt ist.",
            };
            session.respond(done, said, to)
        }
    }
}

fn line(mail: MailLine) -> MailRow {
    MailRow {
        id: mail.id,
        kind: mail.kind.name(),
        to: recipient(&mail),
        customer: mail.customer,
        queued: short(mail.queued_at),
        queued_machine: dates::machine_moment(mail.queued_at),
        words: words(&mail),
        reply: said(&mail),
        can_retry: can_retry(&mail),
        state: state(&mail.state),
    }
}

/// The address, which the operator may see whole; before sending, it is not determined yet (L-08).
fn recipient(mail: &MailLine) -> String {
    mail.sent_to.as_deref().map(shown).unwrap_or_else(|| {
        match mail.to {
            Recipient::Customer => "Kunde",
            Recipient::FormerAddress => "Kunde, frühere Adresse",
            Recipient::Partner(_) => "Vertriebspartner",
            Recipient::User(_) => "Benutzer",
            Recipient::Operator => "Betreiber",
            Recipient::Auditors => "Revision",
        }
        .to_owned()
    })
}

fn state(key: &str) -> State {
    STATES
        .into_iter()
        .find(|(_, state, _)| *state == key)
        .map_or(State { key: "", word: "" }, |(key, _, word)| State {
            key,
            word,
        })
}

fn words(mail: &MailLine) -> String {
    let at = mail.done_at.map(short).unwrap_or_default();
    let tries = match mail.attempts {
        1 => "1 Versuch".to_owned(),
        more => format!("{more} Versuche"),
    };
    match mail.state.as_str() {
        "queued" => match (mail.attempts, mail.next_attempt_at) {
            (0, _) | (_, None) => "wird gleich gesendet".to_owned(),
            (_, Some(next)) => format!("{tries}, der nächste {}", short(next)),
        },
        "returned" => format!(
            "gesendet {at}, zurück {}",
            mail.returned_at.map(short).unwrap_or_default()
        ),
        "sent" if mail.attempts == 1 => at,
        _ => format!("{at}, {tries}"),
    }
}

/// The last reply about it. The state before it says already that nothing was sent.
fn said(mail: &MailLine) -> String {
    mail.returned_because
        .as_ref()
        .or(mail.reply.as_ref())
        .map(|reply| reply.trim_start_matches("nicht gesendet, ").to_owned())
        .unwrap_or_default()
}

fn can_retry(mail: &MailLine) -> bool {
    // A contract that was refused is sent by a new mail, which is evidence of its own.
    if can_resend(mail) {
        return false;
    }
    matches!(mail.state.as_str(), "failed" | "dropped")
        || (mail.state == "queued" && mail.attempts > 0)
}

/// Whether a new mail with the same contract can be sent in place of one that did not arrive.
fn can_resend(mail: &MailLine) -> bool {
    let is_contract = matches!(mail.kind, MailKind::Concluded { .. });
    is_contract && mail.customer.is_some() && matches!(mail.state.as_str(), "failed" | "returned")
}

fn short(moment: DateTime<Utc>) -> String {
    dates::short_moment(moment, Language::De)
}
