//! One mail with all attempts and reports (EV-06).

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{State, can_resend, can_retry, recipient, short, state};
use crate::actions::ActionError;
use crate::app::App;
use crate::domain::mail::{MailKind, PartHash, Recipient};
use crate::domain::reply::{self, Speaks};
use crate::domain::{CustomerNumber, MailId};
use crate::paths;
use crate::storage::mails::{Attempted, MailDetail, MailLine, Reported, find_mail, find_text};
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::wording::dates;
use crate::wording::reply::plain;

#[derive(Template)]
#[template(path = "web/operation/mails/detail.html")]
struct Page {
    shell: Shell,
    id: MailId,
    kind: String,
    to: String,
    /// Whether `to` is an address it was sent to, or only names the future recipient.
    is_sent: bool,
    customer: Option<CustomerNumber>,
    state: State,
    /// What happened and what to do, in plain words.
    meaning: String,
    subject: Option<String>,
    message_id: String,
    mark: String,
    parts: Vec<PartHash>,
    queued: Moment,
    next: Option<Moment>,
    returned: Option<(Moment, String)>,
    /// The text part as it was sent, links blanked.
    text: Option<String>,
    steps: Vec<DeliveryStep>,
    can_retry: bool,
    can_resend: bool,
}

impl Page {
    /// The name of a part of the mail.
    fn part_name(part: &PartHash) -> &str {
        match (part.content_type.as_str(), &part.file_name) {
            (_, Some(name)) => name,
            ("text/plain", _) => "Text",
            ("text/html", _) => "HTML",
            (kind, _) => kind,
        }
    }
}

/// A point in time for people and for machines.
struct Moment {
    words: String,
    machine: String,
}

impl Moment {
    fn of(at: DateTime<Utc>) -> Self {
        Self {
            words: short(at),
            machine: dates::machine_moment(at),
        }
    }
}

/// An attempt or a delivery report.
struct DeliveryStep {
    at: Moment,
    what: &'static str,
    said: String,
}

/// GET: the page.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    mail: web::Path<i64>,
) -> Result<HttpResponse, PageError> {
    let id = MailId(*mail);
    let found = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok((find_mail(conn, id)?, find_text(conn, id)?))
        })
        .await?;
    let (Some(mail), text) = found else {
        return Err(PageError::NotFound);
    };
    html(&page(
        Shell::load(&app, &me, paths::MAILS).await?,
        mail,
        text,
    ))
}

fn page(shell: Shell, found: MailDetail, text: Option<String>) -> Page {
    let mail = &found.line;
    let tries = found.attempts.iter().map(|one| (one.at, tried(one)));
    let reports = found.reports.iter().map(|one| (one.at, told(one)));
    let mut steps: Vec<(DateTime<Utc>, DeliveryStep)> = tries.chain(reports).collect();
    steps.sort_by_key(|(at, _)| *at);
    let because = mail.returned_because.clone().unwrap_or_default();
    Page {
        shell,
        id: mail.id,
        kind: mail.kind.name(),
        to: recipient(mail),
        is_sent: mail.sent_to.is_some(),
        customer: mail.customer,
        meaning: meaning(&found),
        state: state(&mail.state),
        message_id: found.message_id.clone(),
        mark: found.mark.simple().to_string(),
        queued: Moment::of(mail.queued_at),
        next: mail.next_attempt_at.map(Moment::of),
        returned: mail.returned_at.map(|at| (Moment::of(at), because)),
        text,
        steps: steps.into_iter().map(|(_, step)| step).collect(),
        can_retry: can_retry(mail),
        can_resend: can_resend(mail),
        subject: found.subject,
        parts: found.parts,
    }
}

fn tried(attempt: &Attempted) -> DeliveryStep {
    DeliveryStep {
        at: Moment::of(attempt.at),
        what: match attempt.outcome.as_str() {
            "sent" => "Vom Mailserver angenommen",
            "later" => "Nicht angenommen, wird wiederholt",
            "failed" => "Endgültig abgelehnt",
            _ => "Nicht gesendet",
        },
        said: attempt
            .reply
            .trim_start_matches("nicht gesendet, ")
            .to_owned(),
    }
}

fn told(report: &Reported) -> DeliveryStep {
    let said = format!("{} {}", report.status, report.diagnostic);
    DeliveryStep {
        at: Moment::of(report.at),
        what: match report.verdict.as_str() {
            "returned" => "Rückmeldung: nicht zustellbar",
            "delayed" => "Rückmeldung: verzögert, der Mailserver versucht es weiter",
            "expired" => "Rückmeldung: nicht zugestellt, doch die Adresse kann stimmen",
            "sender_refused" => "Rückmeldung: wegen unseres Absenders abgewiesen",
            "other_recipient" => "Rückmeldung zu einer anderen Adresse, etwa einer Weiterleitung",
            "not_sent" => "Rückmeldung, bevor die E-Mail als gesendet galt",
            _ => "Rückmeldung",
        },
        said: said.trim().to_owned(),
    }
}

/// What the state means, and what to do about it.
fn meaning(found: &MailDetail) -> String {
    let mail = &found.line;
    let said = |text: &Option<String>| plain(text.as_deref().unwrap_or_default());
    match mail.state.as_str() {
        "queued" if mail.attempts == 0 => "Sie wird gleich gesendet.".to_owned(),
        "queued" => "Der Mailserver hat sie noch nicht angenommen. Das Portal versucht es von selbst in wachsenden Abständen wieder, mindestens einmal in der Stunde.".to_owned(),
        "sent" if found.reports.iter().any(|report| report.verdict == "expired") => {
            "Der Mailserver hat sie angenommen, konnte sie aber nicht zustellen, weil der des Empfängers nicht erreichbar war. Sprechen Sie den Empfänger an, falls er nichts erhalten hat.".to_owned()
        }
        "sent" => "Der Mailserver hat sie angenommen, und sie ist nicht zurückgekommen.".to_owned(),
        "returned" if !of_recipient(mail) => {
            let why = said(&mail.returned_because);
            format!("Sie ist nicht angekommen: {why}. {}", undelivered_advice(mail.to, &mail.kind))
        }
        "returned" => format!("Sie kam zurück: {}. {}", said(&mail.returned_because), advice(mail.to, &mail.kind)),
        "failed" => format!("Sie wurde endgültig abgelehnt: {}. {}", said(&mail.reply), advice(mail.to, &mail.kind)),
        _ => "Das Portal hat sie nicht gesendet: Es gab niemanden mehr, an den sie gehen konnte, oder sie stimmte nicht mehr.".to_owned(),
    }
}

/// Whether it was returned because of the recipient; otherwise its address may be right.
fn of_recipient(mail: &MailLine) -> bool {
    mail.returned_because
        .as_deref()
        .is_none_or(|because| reply::of_returned(because) == Speaks::OfRecipient)
}

fn undelivered_advice(to: Recipient, kind: &MailKind) -> &'static str {
    let asks = kind.consent_link().is_some();
    match to {
        Recipient::Customer if asks => {
            "Die Adresse kann stimmen. Die Erinnerungen gehen weiter; auf der Seite des Kunden können Sie sofort erneut senden."
        }
        Recipient::Customer if matches!(kind, MailKind::Concluded { .. }) => {
            "Die Adresse kann stimmen. Senden Sie den Vertrag noch einmal; der Kunde findet ihn auch im Portal unter Administration."
        }
        _ => "Die Adresse kann stimmen; sprechen Sie den Empfänger an.",
    }
}

fn advice(to: Recipient, kind: &MailKind) -> &'static str {
    let asks = kind.consent_link().is_some();
    match to {
        Recipient::Customer if asks => {
            "Prüfen Sie mit dem Kunden die Adresse. Senden Sie ihm dann auf der Seite des Kunden eine neue E-Mail; sie trägt einen neuen Link."
        }
        Recipient::Customer if matches!(kind, MailKind::Concluded { .. }) => {
            "Prüfen Sie mit dem Kunden die Adresse, berichtigen Sie sie in den Stammdaten, und senden Sie den Vertrag dann noch einmal. Er findet ihn auch im Portal unter Administration."
        }
        Recipient::Customer => {
            "Prüfen Sie mit dem Kunden die Adresse. Seine Verträge findet er auch im Portal unter Administration."
        }
        Recipient::FormerAddress => "Die frühere Adresse gibt es nicht mehr; es ist nichts zu tun.",
        Recipient::Partner(_) => "Lassen Sie die Adresse des Vertriebspartners berichtigen.",
        Recipient::User(_) => "Prüfen Sie die Adresse des Benutzers.",
        Recipient::Operator => "Prüfen Sie Ihre eigene Adresse unter Betreiber.",
        Recipient::Auditors => {
            "Lassen Sie die Adresse der Revision in der Konfiguration (AVV_AUDIT_MAIL) prüfen."
        }
    }
}
