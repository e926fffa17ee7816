//! A queued mail as a letter: who gets it, and what it says of the facts of this moment.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{approvals, changes, life};
use crate::actions::ActionError;
use crate::actions::documents::file_name;
use crate::actions::whats_new::{product_name, whats_new};
use crate::app::App;
use crate::domain::case::{
    Agreement, AgreementEnd, Case, Covered, LinkEnd, LinkState, Outcome, access, link_state,
};
use crate::domain::mail::{MailKind, PartnerNews, Recipient};
use crate::domain::proposal::PaperRecord;
use crate::domain::{AgreementId, EmailAddress, Language, LinkId, PartnerId, UserId};
use crate::mail::letter::{Attachment, CaseWords, Content, Letter, ModuleAccess};
use crate::storage::administrators::find_maker;
use crate::storage::agreements::{find_document_facts, find_pdf};
use crate::storage::mails::DueMail;
use crate::storage::{PgConnection, cases, catalogue, partners, users};
use crate::{paths, token};

/// Why a mail is not sent, in the words of the operator's list.
pub(super) enum Obstacle {
    Dropped(&'static str),
    Failed(ActionError),
}

impl<E: Into<ActionError>> From<E> for Obstacle {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Puts the letter together from the facts as they are now; addresses are read now, too (L-08).
pub(super) fn compose(
    conn: &mut PgConnection,
    app: &App,
    mail: &DueMail,
    now: DateTime<Utc>,
) -> Result<(EmailAddress, Letter), Obstacle> {
    let operator = catalogue::find_operator(conn)?
        .ok_or(Obstacle::Dropped("die Angaben zum Betreiber fehlen"))?;
    let case = match mail.customer {
        Some(number) => cases::find_case(conn, number, now)?,
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
        (Recipient::FormerAddress, Some(case)) => life::to_former(conn, app, mail, case, now)?,
        (Recipient::User(id), _) => to_user(conn, app, mail, id)?,
        (_, None) => life::without_customer(conn, app, mail, &operator, now)?,
    };
    let language = match (mail.to, &case) {
        (Recipient::Customer | Recipient::FormerAddress, Some(case)) => case.customer.language,
        (Recipient::User(id), _) => {
            users::find_viewer(conn, id)?.map_or(Language::De, |viewer| viewer.language)
        }
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
                news: whats_new(conn, app, case, case.customer.language, now)?,
                replaces: replaces(case, *link),
                link: app.consent_url(*link),
                valid_until,
            })
        }
        MailKind::Reminder { link, number } => {
            let valid_until = usable(case, *link, now)?;
            Ok(Content::Reminder {
                case: words,
                number: *number,
                news: whats_new(conn, app, case, case.customer.language, now)?,
                link: app.consent_url(*link),
                valid_until,
            })
        }
        MailKind::Concluded { agreement } => concluded(conn, case, *agreement, words, None),
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
        MailKind::Announcement { notice } => {
            changes::announcement(conn, app, case, (*notice, mail.id), now)
        }
        MailKind::Dissented { notice } => changes::dissented(conn, app, case, *notice, now),
        MailKind::DissentSettled { notice } => changes::settled(conn, app, case, *notice, now),
        MailKind::NewVersion { version } => life::new_version(conn, app, case, version, now),
        MailKind::Info { news } => life::note(conn, mail, case, news, now),
        MailKind::Ended {
            agreement,
            partner_left,
        } => life::ended(conn, mail, case, *agreement, *partner_left),
        _ => Err(Obstacle::Dropped("diese Nachricht nicht an Kunden geht")),
    }
}

/// `over`: the masked address it was concluded over, for the one that was there before.
pub(super) fn concluded(
    conn: &mut PgConnection,
    case: &Case,
    id: AgreementId,
    words: CaseWords,
    over: Option<String>,
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
        signed_on: PaperRecord::of(&facts.contents).map(|paper| paper.signed_on),
        case: words,
        agreement_number: agreement.number.clone(),
        at: agreement.concluded_at,
        person: agreement.person.clone(),
        function: agreement.function.clone(),
        pdf,
        sha256: facts.pdf_hash,
        over,
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
    if news == PartnerNews::Assigned && !looks_after(case, id) {
        return Err(Obstacle::Dropped(
            "der Partner den Kunden nicht mehr betreut",
        ));
    }
    // Who has lost the customer finds nothing at the status page and has no access to list.
    let has_customer = news != PartnerNews::Replaced && looks_after(case, id);
    let modules = case
        .active_products(now)
        .into_iter()
        .filter(|(product, ums)| {
            has_customer && product.needs_agreement(*ums) && product.needs_module(*ums)
        })
        .map(|(product, _)| ModuleAccess {
            module: product.gated_module.name.clone(),
            open: access(case, id, &product.gated_module.key, now).is_ok(),
        })
        .collect();
    let content = Content::PartnerInfo {
        case: words(case, Language::De, now),
        news,
        at: told_at(mail, news, case),
        access: modules,
        on_paper: news == PartnerNews::Concluded
            && case.agreement().is_some_and(Agreement::on_paper),
        status_url: has_customer.then(|| {
            let path = paths::status(case.customer.number);
            format!("{}{path}", app.base_url())
        }),
    };
    Ok((address, content))
}

/// The moment the mail names: for a request without an answer the last link's last moment, which lies
/// on the day before the portal noticed (C12).
fn told_at(mail: &DueMail, news: PartnerNews, case: &Case) -> DateTime<Utc> {
    let ended = case
        .requests
        .iter()
        .rev()
        .find_map(|round| match round.closed {
            Some((_, Outcome::Expired)) => round.last_link_end(),
            _ => None,
        });
    ended
        .filter(|_| news == PartnerNews::Expired)
        .unwrap_or(mail.queued_at)
}

fn looks_after(case: &Case, id: PartnerId) -> bool {
    case.customer.deleted_at.is_none()
        && [&case.partner, &case.sub_partner]
            .into_iter()
            .flatten()
            .any(|one| one.id == id)
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
        MailKind::Approval { what } => approvals::approval(conn, app, what, name)?,
        MailKind::PasswordChanged => Content::PasswordChanged {
            name,
            at: mail.queued_at,
        },
        MailKind::AdministratorAdded { user, unlocked } => {
            let (added, _) = users::find_contact(conn, user)?
                .ok_or(Obstacle::Dropped("es den Benutzer nicht gibt"))?;
            Content::AdministratorAdded {
                name,
                added,
                by: find_maker(conn, user)?.unwrap_or_default(),
                at: mail.queued_at,
                unlocked,
            }
        }
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

/// Whether earlier links ended when this one was sent.
fn replaces(case: &Case, link: LinkId) -> bool {
    let sent_at = case.link(link).map(|(_, link)| link.sent_at);
    case.requests
        .iter()
        .flat_map(|request| &request.links)
        .any(|other| matches!(other.end, Some((at, LinkEnd::Replaced)) if Some(at) == sent_at))
}

/// Names in the words of the reader: what the offer covers, or what the agreement covered.
pub(super) fn words(case: &Case, language: Language, now: DateTime<Utc>) -> CaseWords {
    let covered = case
        .offer(now)
        .map(|offer| offer.products)
        .or_else(|| {
            case.agreements
                .last()
                .map(|agreement| agreement.offer.products.clone())
        })
        .unwrap_or_default();
    let is_demanded = case
        .requests
        .last()
        .is_some_and(|last| last.reason.is_demand());
    CaseWords {
        anew: is_demanded && case.is_covered(now),
        ..words_of(case, &covered, language)
    }
}

/// The same about given products, where nothing is asked for.
pub(super) fn words_of(case: &Case, covered: &BTreeSet<Covered>, language: Language) -> CaseWords {
    let products = case
        .catalogue
        .iter()
        .flat_map(|product| covered.iter().filter(|one| one.product == product.code))
        .map(|one| product_name(case, one, language))
        .collect();
    let in_force = case.agreement().is_some();
    CaseWords {
        customer: case.customer.party.clone(),
        customer_number: case.customer.number,
        partner: case
            .partner
            .as_ref()
            .map(|partner| partner.party.name.clone()),
        sub_partner: case.sub_partner.as_ref().map(|sub| sub.party.name.clone()),
        products,
        in_force,
        renewal: in_force && !case.chain_matches(),
        anew: false,
    }
}
