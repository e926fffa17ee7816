//! Delivering what is in the outbox: one mail, one transaction.
//!
//! The row stays locked while the mail is handed over, so that two processes never send the same
//! one and a killed process frees it by itself. A mail that the server took although the process
//! died before noting it goes out again with the same Message-ID.

use chrono::{DateTime, Duration, Utc};

use super::documents::{file_name, sha256};
use super::{ActionError, Actor, Knock};
use crate::app::App;
use crate::domain::audit::AuditKind;
use crate::domain::case::{AgreementEnd, Case, Event, LinkState, access, link_state};
use crate::domain::mail::{MailKind, Recipient};
use crate::domain::{AgreementId, EmailAddress, Language, LinkId, MailId, PartnerId, UserId};
use crate::mail::letter::{Attachment, CaseWords, Content, Letter, ModuleAccess, Written, write};
use crate::mail::message::{Head, seal};
use crate::storage::agreements::{find_document_facts, find_pdf};
use crate::storage::audit::{NewEvent, add_event};
use crate::storage::mails::{self, DueMail, Sent};
use crate::storage::{PgConnection, cases, catalogue, partners, users};
use crate::{paths, token};

/// Longest pause between two attempts. A mail is tried until it is true no longer.
const LONGEST_PAUSE: Duration = Duration::hours(1);

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// Nothing is due.
    Idle,
    /// Handed over to the mail server.
    Sent,
    /// Will be tried again.
    Later,
    /// Given up: refused for good, or nobody to send it to.
    GivenUp,
}

/// Why a mail is not sent, in the words of the operator's list.
enum Obstacle {
    Dropped(&'static str),
    Failed(ActionError),
}

impl<E: Into<ActionError>> From<E> for Obstacle {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Takes the mail that is due longest and tries to hand it over.
pub fn deliver_next(
    conn: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> Result<Delivered, ActionError> {
    let Some(mail) = mails::lock_next_due(conn, now)? else {
        return Ok(Delivered::Idle);
    };
    let (address, letter) = match compose(conn, app, &mail, now) {
        Ok(parts) => parts,
        Err(Obstacle::Dropped(why)) => {
            return give_up(
                conn,
                &mail,
                "dropped",
                &format!("nicht gesendet, weil {why}"),
                now,
            );
        }
        Err(Obstacle::Failed(error)) => return Err(error),
    };
    let written = write(&letter).map_err(|error| ActionError::Document(error.to_string()))?;
    hand_over(conn, app, &mail, &letter, written, &address, now)
}

/// After an error that nobody planned for: puts off the mail at the head of the queue, so that it
/// does not hold up those behind it.
pub fn put_off_next(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), ActionError> {
    if let Some(mail) = mails::lock_next_due(conn, now)? {
        tracing::warn!(mail = mail.id.0, "mail put off after an error");
        let reply = "Der Versand ist an einem Fehler im Portal gescheitert.";
        mails::mark_retry(conn, mail.id, reply, now + LONGEST_PAUSE)?;
    }
    Ok(())
}

fn hand_over(
    conn: &mut PgConnection,
    app: &App,
    mail: &DueMail,
    letter: &Letter,
    written: Written,
    address: &EmailAddress,
    now: DateTime<Utc>,
) -> Result<Delivered, ActionError> {
    let subject = written.subject.clone();
    let head = Head {
        id: mail.id,
        message_id: mail.message_id.clone(),
        from_name: letter.operator.party.name.clone(),
        from: app.config.mail.from.clone(),
        reply_to: letter.operator.party.email.clone(),
        to: address.clone(),
        date: now,
    };
    let envelope = match seal(head, written) {
        Ok(envelope) => envelope,
        Err(error) => return give_up(conn, mail, "failed", &error.to_string(), now),
    };
    match app.transport.send(&envelope) {
        Ok(reply) => {
            let to = address.as_str().to_owned();
            let sent = Sent {
                to,
                subject: subject.clone(),
                body_hash: sha256(&envelope.bytes()),
                reply,
            };
            mails::mark_sent(conn, mail.id, &sent, now)?;
            let kind = AuditKind::MailSent {
                subject,
                to: address.masked(),
            };
            log(conn, mail, kind, now)?;
            tracing::info!(mail = mail.id.0, "mail sent");
            Ok(Delivered::Sent)
        }
        Err(error) if error.permanent => {
            tracing::warn!(mail = mail.id.0, "mail refused for good");
            if let MailKind::Request { link, .. } | MailKind::Reminder { link, .. } = mail.kind {
                refused(conn, app, mail, link, now)?;
            }
            give_up(conn, mail, "failed", &error.reply, now)
        }
        Err(error) => {
            let pause = Duration::minutes(1 << mail.attempts.clamp(0, 6)).min(LONGEST_PAUSE);
            tracing::warn!(
                mail = mail.id.0,
                attempts = mail.attempts + 1,
                "mail not delivered, trying again"
            );
            mails::mark_retry(conn, mail.id, &error.reply, now + pause)?;
            Ok(Delivered::Later)
        }
    }
}

/// Row 8: the status says so and people are told.
fn refused(
    conn: &mut PgConnection,
    app: &App,
    mail: &DueMail,
    link: LinkId,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let Some(customer) = mail.customer else {
        return Ok(());
    };
    let knock = Knock::by_portal(customer, now);
    match knock.bring(conn, app, &Event::MailRefused(link), |_| {
        AuditKind::Undeliverable
    }) {
        Ok(_) | Err(ActionError::Refused(_) | ActionError::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

fn give_up(
    conn: &mut PgConnection,
    mail: &DueMail,
    state: &str,
    reply: &str,
    now: DateTime<Utc>,
) -> Result<Delivered, ActionError> {
    mails::mark_done(conn, mail.id, state, reply, now)?;
    log(
        conn,
        mail,
        AuditKind::MailFailed {
            reply: reply.to_owned(),
        },
        now,
    )?;
    Ok(Delivered::GivenUp)
}

fn log(
    conn: &mut PgConnection,
    mail: &DueMail,
    kind: AuditKind,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let event = NewEvent {
        kind,
        actor: Actor::Portal,
        customer: mail.customer,
        status: None,
    };
    Ok(add_event(conn, &event, now)?)
}

/// Puts the letter together from the facts as they are now; addresses are read now, too (L-08).
fn compose(
    conn: &mut PgConnection,
    app: &App,
    mail: &DueMail,
    now: DateTime<Utc>,
) -> Result<(EmailAddress, Letter), Obstacle> {
    let operator = catalogue::find_operator(conn)?
        .ok_or(Obstacle::Dropped("die Angaben zum Betreiber fehlen"))?;
    let case = match mail.customer {
        Some(number) => cases::find_case(conn, number, app.contract_version())?,
        None => None,
    };
    let (address, content) = match (mail.to, &case) {
        (Recipient::Customer, Some(case)) => {
            let address = case
                .customer
                .email()
                .cloned()
                .ok_or(Obstacle::Dropped("der Kunde keine E-Mail-Adresse hat"))?;
            (address, to_customer(conn, app, mail, case, now)?)
        }
        (Recipient::Partner(id), Some(case)) => to_partner(conn, app, mail, case, id, now)?,
        (Recipient::Operator, Some(case)) => {
            let address = operator
                .party
                .email
                .clone()
                .ok_or(Obstacle::Dropped("der Betreiber keine E-Mail-Adresse hat"))?;
            (address, to_operator(app, mail, case, now)?)
        }
        (Recipient::User(id), _) => to_user(conn, app, mail, id)?,
        (_, None) => return Err(Obstacle::Dropped("der Kunde nicht mehr da ist")),
    };
    let language = match (mail.to, &case) {
        (Recipient::Customer, Some(case)) => case.customer.language,
        _ => Language::De,
    };
    Ok((
        address,
        Letter {
            language,
            operator,
            base_url: app.base_url().to_owned(),
            content,
        },
    ))
}

fn to_customer(
    conn: &mut PgConnection,
    app: &App,
    mail: &DueMail,
    case: &Case,
    now: DateTime<Utc>,
) -> Result<Content, Obstacle> {
    let words = words(case, case.customer.language, now);
    match &mail.kind {
        MailKind::Request { link, reason } => {
            let valid_until = usable(case, *link, now)?;
            Ok(Content::Request {
                case: words,
                reason: *reason,
                link: app.consent_url(*link),
                valid_until,
            })
        }
        MailKind::Reminder { link, number } => {
            let valid_until = usable(case, *link, now)?;
            Ok(Content::Reminder {
                case: words,
                number: *number,
                link: app.consent_url(*link),
                valid_until,
            })
        }
        MailKind::Concluded { agreement } => concluded(conn, case, *agreement, words),
        MailKind::Declined => Ok(Content::Declined {
            case: words,
            at: mail.queued_at,
        }),
        MailKind::Objected { agreement } => {
            let agreement = case
                .agreements
                .iter()
                .find(|one| one.id == *agreement)
                .ok_or(Obstacle::Dropped("es den Vertrag nicht gibt"))?;
            let at = match agreement.end {
                Some((at, AgreementEnd::Objected)) => at,
                _ => mail.queued_at,
            };
            Ok(Content::Objected {
                case: words,
                agreement_number: agreement.number.clone(),
                at,
            })
        }
        _ => Err(Obstacle::Dropped("diese Nachricht nicht an Kunden geht")),
    }
}

fn concluded(
    conn: &mut PgConnection,
    case: &Case,
    id: AgreementId,
    words: CaseWords,
) -> Result<Content, Obstacle> {
    let missing = Obstacle::Dropped("es den Vertrag nicht gibt");
    let Some(agreement) = case.agreements.iter().find(|one| one.id == id) else {
        return Err(missing);
    };
    let (Some(bytes), Some(facts)) = (find_pdf(conn, id)?, find_document_facts(conn, id)?) else {
        return Err(missing);
    };
    let pdf = Attachment {
        file_name: file_name(&agreement.number),
        content_type: "application/pdf".to_owned(),
        bytes,
    };
    Ok(Content::Concluded {
        case: words,
        agreement_number: agreement.number.clone(),
        at: agreement.concluded_at,
        person: agreement.person.clone(),
        function: agreement.function.clone(),
        pdf,
        sha256: facts.pdf_hash,
    })
}

fn to_partner(
    conn: &mut PgConnection,
    app: &App,
    mail: &DueMail,
    case: &Case,
    id: PartnerId,
    now: DateTime<Utc>,
) -> Result<(EmailAddress, Content), Obstacle> {
    let MailKind::PartnerInfo { news } = mail.kind else {
        return Err(Obstacle::Dropped("diese Nachricht nicht an Partner geht"));
    };
    let partner =
        partners::find_partner(conn, id)?.ok_or(Obstacle::Dropped("es den Partner nicht gibt"))?;
    let address = partner
        .party
        .email
        .ok_or(Obstacle::Dropped("der Partner keine E-Mail-Adresse hat"))?;
    let modules = case
        .active_products(now)
        .into_iter()
        .filter(|(product, ums)| product.needs_agreement(*ums) && product.needs_module(*ums))
        .map(|(product, _)| ModuleAccess {
            module: product.gated_module.name.clone(),
            open: access(case, id, &product.gated_module.key, now).is_ok(),
        })
        .collect();
    let content = Content::PartnerInfo {
        case: words(case, Language::De, now),
        news,
        at: mail.queued_at,
        access: modules,
        status_url: format!("{}{}", app.base_url(), paths::status(case.customer.number)),
    };
    Ok((address, content))
}

fn to_operator(
    app: &App,
    mail: &DueMail,
    case: &Case,
    now: DateTime<Utc>,
) -> Result<Content, Obstacle> {
    let MailKind::Alert { alert } = mail.kind else {
        return Err(Obstacle::Dropped(
            "diese Nachricht nicht an den Betreiber geht",
        ));
    };
    let status_url = format!("{}{}", app.base_url(), paths::status(case.customer.number));
    Ok(Content::Alert {
        case: words(case, Language::De, now),
        alert,
        status_url,
    })
}

fn to_user(
    conn: &mut PgConnection,
    app: &App,
    mail: &DueMail,
    id: UserId,
) -> Result<(EmailAddress, Content), Obstacle> {
    let (name, email) =
        users::find_contact(conn, id)?.ok_or(Obstacle::Dropped("es den Benutzer nicht gibt"))?;
    let address = EmailAddress::parse(&email)
        .map_err(|_| Obstacle::Dropped("der Benutzer keine E-Mail-Adresse hat"))?;
    let content = match mail.kind {
        MailKind::SetPassword { invitation } => {
            let (link, valid_until) = users::find_password_link_of(conn, id)?
                .ok_or(Obstacle::Dropped("der Link nicht mehr gilt"))?;
            let token = token::make(&app.config.keys, token::Purpose::Password, link);
            let link = format!("{}{}", app.base_url(), paths::set_password(&token));
            Content::SetPassword {
                name,
                link,
                valid_until,
                invitation,
            }
        }
        MailKind::PasswordChanged => Content::PasswordChanged {
            name,
            at: mail.queued_at,
        },
        _ => return Err(Obstacle::Dropped("diese Nachricht nicht an Benutzer geht")),
    };
    Ok((address, content))
}

/// A link that cannot be used any more is not worth a mail.
fn usable(case: &Case, link: LinkId, now: DateTime<Utc>) -> Result<DateTime<Utc>, Obstacle> {
    let (request, sent) = case
        .link(link)
        .ok_or(Obstacle::Dropped("es den Link nicht gibt"))?;
    match link_state(case, request, sent, now) {
        Some(LinkState::Valid { until }) => Ok(until),
        Some(LinkState::Expired { .. }) => {
            Err(Obstacle::Dropped("der Link inzwischen abgelaufen ist"))
        }
        _ => Err(Obstacle::Dropped("der Link inzwischen nicht mehr gilt")),
    }
}

/// Names in the words of the reader: what the offer covers, or what the agreement covered.
fn words(case: &Case, language: Language, now: DateTime<Utc>) -> CaseWords {
    let covered = case
        .offer(now)
        .map(|offer| offer.products)
        .or_else(|| {
            case.agreements
                .last()
                .map(|agreement| agreement.offer.products.clone())
        })
        .unwrap_or_default();
    let products = case
        .catalogue
        .iter()
        .flat_map(|product| {
            covered
                .iter()
                .filter(|one| one.product == product.code)
                .map(move |one| (product, one.ums))
        })
        .map(|(product, ums)| {
            if language.is_en() {
                product.booked_name_en(ums)
            } else {
                product.booked_name(ums)
            }
        })
        .collect();
    CaseWords {
        customer: case.customer.party.clone(),
        customer_number: case.customer.number,
        partner: case
            .partner
            .as_ref()
            .map(|partner| partner.party.name.clone()),
        sub_partner: case.sub_partner.as_ref().map(|sub| sub.party.name.clone()),
        products,
        in_force: case.agreement().is_some(),
    }
}

/// Tries a mail again that was given up; for the operator.
pub fn retry(conn: &mut PgConnection, id: MailId, now: DateTime<Utc>) -> Result<(), ActionError> {
    if mails::requeue(conn, id, now)? {
        Ok(())
    } else {
        Err(ActionError::NotFound)
    }
}
