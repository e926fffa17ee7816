//! Mails that need a person, and the queue.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use crate::actions::{ActionError, delivery};
use crate::app::App;
use crate::domain::mail::{Alert, CustomerNews, MailKind, PartnerNews, Recipient};
use crate::domain::{CustomerNumber, Language, MailId, calendar};
use crate::paths;
use crate::storage::mails::{MailLine, list_trouble, list_waiting};
use crate::web::error::PageError;
use crate::web::form::SignedForm;
use crate::web::page::{Me, Shell, html, see_other};
use crate::web::session::flash;

/// Mails each list shows; older ones stay in the database.
const MOST: i64 = 100;

#[derive(Template)]
#[template(path = "web/operation/mails.html")]
struct Page {
    shell: Shell,
    lists: [List; 2],
    most: usize,
}

/// One of the two lists.
struct List {
    id: &'static str,
    title: &'static str,
    hint: &'static str,
    empty: &'static str,
    /// Whether its mails can be tried again by hand.
    can_retry: bool,
    lines: Vec<Line>,
}

/// One mail as printed.
struct Line {
    id: MailId,
    kind: String,
    to: &'static str,
    customer: Option<CustomerNumber>,
    queued: String,
    queued_machine: String,
    attempts: i32,
    state: &'static str,
    reply: String,
}

/// Both lists.
pub async fn list(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let (trouble, waiting) = app
        .db
        .read(|conn| -> Result<_, ActionError> {
            Ok((list_trouble(conn, MOST)?, list_waiting(conn, MOST)?))
        })
        .await?;
    let lists = [
        List {
            id: "aufgegeben",
            title: "Nicht gesendet",
            hint: "Der Mailserver hat sie endgültig abgelehnt, oder es gab beim Senden niemanden mehr, an den sie gehen konnte. Prüfen Sie zuerst die Adresse.",
            empty: "Alle E-Mails sind angekommen oder noch unterwegs.",
            can_retry: true,
            lines: trouble.into_iter().map(line).collect(),
        },
        List {
            id: "warten",
            title: "Warten auf den Versand",
            hint: "Sie werden von selbst gesendet. Antwortet der Mailserver nicht, wird es in wachsenden Abständen wieder versucht.",
            empty: "Es wartet keine E-Mail.",
            can_retry: false,
            lines: waiting.into_iter().map(line).collect(),
        },
    ];
    html(&Page {
        shell: Shell::load(&app, &me, paths::MAILS).await?,
        lists,
        most: usize::try_from(MOST).unwrap_or(usize::MAX),
    })
}

/// Puts a mail back into the queue.
pub async fn retry(
    app: web::Data<App>,
    session: Session,
    mail: web::Path<i64>,
    SignedForm(_): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (now, mail) = (app.clock.now(), MailId(*mail));
    let done = app
        .db
        .transaction(move |conn| delivery::retry(conn, mail, now))
        .await;
    match done {
        Ok(()) => flash(
            &session,
            true,
            "Die E-Mail wird noch einmal gesendet, an die Adresse, die dann hinterlegt ist.",
        ),
        Err(ActionError::NotFound) => flash(
            &session,
            false,
            "Diese E-Mail wartet schon wieder auf den Versand oder ist inzwischen gesendet.",
        ),
        Err(error) => return Err(error.into()),
    }
    Ok(see_other(paths::MAILS))
}

fn line(mail: MailLine) -> Line {
    Line {
        id: mail.id,
        kind: kind(&mail.kind),
        to: match mail.to {
            Recipient::Customer => "Kunde",
            Recipient::FormerAddress => "Kunde, frühere Adresse",
            Recipient::Partner(_) => "Vertriebspartner",
            Recipient::User(_) => "Benutzer",
            Recipient::Operator => "Betreiber",
        },
        customer: mail.customer,
        queued: short(mail.queued_at),
        queued_machine: calendar::machine_moment(mail.queued_at),
        attempts: mail.attempts,
        state: match (mail.state.as_str(), mail.attempts) {
            ("failed", _) => "abgelehnt",
            ("dropped", _) => "nicht gesendet",
            (_, 0) => "wartet",
            _ => "wird wiederholt",
        },
        // The state in front of it says so already.
        reply: mail
            .reply
            .map(|reply| reply.trim_start_matches("nicht gesendet, ").to_owned())
            .unwrap_or_default(),
    }
}

fn short(moment: DateTime<Utc>) -> String {
    calendar::short_moment(moment, Language::De)
}

/// Which mail, in words.
fn kind(kind: &MailKind) -> String {
    match kind {
        MailKind::Request { .. } => "Anforderung".to_owned(),
        MailKind::Reminder { number, .. } => format!("Erinnerung {number} von 3"),
        MailKind::Concluded { .. } => "Abgeschlossener Vertrag".to_owned(),
        MailKind::Declined => "Bestätigung der Ablehnung".to_owned(),
        MailKind::Objected { .. } => "Bestätigung des Widerspruchs".to_owned(),
        MailKind::Notice { news } => match news {
            CustomerNews::Withdrawn => "Nachricht: nicht mehr nötig",
            CustomerNews::SubPartnerLeft { .. } => "Nachricht: Untervertriebspartner entfernt",
            CustomerNews::ProductEnded { .. } => "Nachricht: Produkt beendet",
            CustomerNews::PartnerBlocked { .. } => "Nachricht: Partner gesperrt",
        }
        .to_owned(),
        MailKind::Ended { .. } => "Ende des Vertrags".to_owned(),
        MailKind::AddressChanged { .. } => "Nachricht an die frühere Adresse".to_owned(),
        MailKind::PartnerBlocked => "Nachricht: gesperrt".to_owned(),
        MailKind::PartnerInfo { news } => match news {
            PartnerNews::Concluded => "Nachricht: abgeschlossen",
            PartnerNews::Declined => "Nachricht: abgelehnt",
            PartnerNews::Expired => "Nachricht: ohne Antwort abgelaufen",
            PartnerNews::Undeliverable => "Nachricht: nicht zustellbar",
            PartnerNews::Objected => "Nachricht: widersprochen",
            PartnerNews::Replaced => "Nachricht: Partner gewechselt",
        }
        .to_owned(),
        MailKind::Alert { alert } => match alert {
            Alert::NoAddress => "Hinweis: E-Mail-Adresse fehlt",
            Alert::Undeliverable => "Hinweis: nicht zustellbar",
            Alert::AddressByPartner => "Hinweis: Adresse vom Partner geändert",
            Alert::AddressOfPartner => "Hinweis: Adresse gehört zum Partner",
        }
        .to_owned(),
        MailKind::SetPassword { invitation: true } => "Einladung".to_owned(),
        MailKind::SetPassword { invitation: false } => "Link für ein neues Passwort".to_owned(),
        MailKind::PasswordChanged => "Passwort wurde geändert".to_owned(),
    }
}
