//! Letters of the case's life: notes, the end of an agreement, a changed address, a blocked partner.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::letters::{Obstacle, concluded, words, words_of};
use crate::actions::ActionError;
use crate::actions::partner_contracts::find_states;
use crate::actions::whats_new::{named_chain, product_name, version_news};
use crate::app::App;
use crate::domain::calendar::proof_end;
use crate::domain::case::{
    Agreement, AgreementEnd, Case, Covered, LinkEnd, Partner, Refusal, access,
    may_be_told_of_version,
};
use crate::domain::mail::{CustomerNews, MailKind, Recipient};
use crate::domain::partner_contract::ContractState;
use crate::domain::{AddressId, AgreementId, EmailAddress, Operator, PartnerId};
use crate::mail::letter::{
    AddressStop, AgreementWords, CaseWords, Content, NoLonger, NoteWords, WhyEnded,
};
use crate::paths;
use crate::storage::contract_versions::find_published;
use crate::storage::mails::DueMail;
use crate::storage::{PgConnection, partners};

/// M11: what happened, and the agreement that goes on.
pub(super) fn note(
    conn: &mut PgConnection,
    mail: &DueMail,
    case: &Case,
    news: &CustomerNews,
    now: DateTime<Utc>,
) -> Result<Content, Obstacle> {
    let note = match news {
        CustomerNews::Withdrawn => NoteWords::Withdrawn(no_longer(case, now)?),
        CustomerNews::SubPartnerLeft { sub_partner } => NoteWords::SubPartnerLeft {
            name: partner_name(conn, *sub_partner)?,
        },
        CustomerNews::ProductEnded { product } => product_ended(case, product, mail.queued_at),
        CustomerNews::PartnerBlocked { partner } => NoteWords::PartnerBlocked {
            name: partner_name(conn, *partner)?,
            is_sub_partner: case
                .partner
                .as_ref()
                .is_none_or(|mandant| mandant.id != *partner),
        },
    };
    let language = case.customer.language;
    let agreement = case.agreement();
    let words = match agreement {
        // What the agreement covers and the customer still has; an open request may offer more.
        Some(one) => {
            let still: BTreeSet<Covered> = case
                .required_products(now)
                .intersection(&one.offer.products)
                .cloned()
                .collect();
            words_of(case, &still, language)
        }
        None => words(case, language, now),
    };
    let links_closed = case
        .requests
        .iter()
        .flat_map(|request| &request.links)
        .any(|link| link.end == Some((mail.queued_at, LinkEnd::Closed)));
    Ok(Content::Note {
        case: words,
        note,
        agreement: agreement.map(agreement_words),
        at: mail.queued_at,
        links_closed,
    })
}

/// Why nothing needs to be concluded; if something does again, another mail has said so.
fn no_longer(case: &Case, now: DateTime<Utc>) -> Result<NoLonger, Obstacle> {
    if case.partner.is_none() {
        Ok(NoLonger::NoPartner)
    } else if case.required_products(now).is_empty() {
        Ok(NoLonger::NoProduct)
    } else if case.is_settled(now) {
        Ok(NoLonger::Covered)
    } else {
        Err(Obstacle::Dropped(
            "inzwischen wieder ein Abschluss nötig ist",
        ))
    }
}

fn product_ended(case: &Case, product: &Covered, told_at: DateTime<Utc>) -> NoteWords {
    let end = case
        .bookings
        .iter()
        .filter(|one| one.product == product.product && one.ums == product.ums)
        .filter_map(|one| one.ends_at)
        .filter(|end| *end <= told_at)
        .max()
        .unwrap_or(told_at);
    let option_only = product.ums
        && case
            .bookings
            .iter()
            .any(|one| one.product == product.product && !one.ums && one.is_active(told_at));
    let named = Covered {
        ums: product.ums && !option_only,
        ..product.clone()
    };
    NoteWords::ProductEnded {
        name: product_name(case, &named, case.customer.language),
        option_only,
        // What ends at midnight was there on the day before.
        last_day: end - Duration::milliseconds(1),
    }
}

/// M13, also for a customer that is deleted (row 51).
pub(super) fn ended(
    conn: &mut PgConnection,
    mail: &DueMail,
    case: &Case,
    id: AgreementId,
    partner_left: bool,
) -> Result<Content, Obstacle> {
    let agreement = case
        .agreements
        .iter()
        .find(|one| one.id == id)
        .ok_or(Obstacle::Dropped("es den Vertrag nicht gibt"))?;
    let at = match agreement.end {
        Some((at, AgreementEnd::Ended)) => at,
        _ => mail.queued_at,
    };
    let why = match (partner_left, case.customer.deleted_at) {
        (true, _) => WhyEnded::PartnerLeft,
        (false, Some(_)) => WhyEnded::Deleted,
        (false, None) => WhyEnded::NoProduct,
    };
    let mut words = words_of(case, &agreement.offer.products, case.customer.language);
    let (partner, sub_partner) = named_chain(conn, agreement)?;
    words.partner = Some(partner);
    words.sub_partner = sub_partner.filter(|_| agreement.sub_partner_left.is_none());
    Ok(Content::Ended {
        case: words,
        agreement: agreement_words(agreement),
        at,
        why,
        proof_until: proof_end(at),
    })
}

/// What goes to a customer's former address: M15, and M3 about what was concluded over an address that
/// a partner had entered (A4).
pub(super) fn to_former(
    conn: &mut PgConnection,
    app: &App,
    mail: &DueMail,
    case: &Case,
    now: DateTime<Utc>,
) -> Result<(EmailAddress, Content), Obstacle> {
    let words = words(case, case.customer.language, now);
    match &mail.kind {
        MailKind::AddressChanged { old, entered } => {
            let (masked, stop) = match entered {
                Some(id) => waiting(app, case, *id, now)?,
                None if case.customer.email() == Some(old) => {
                    return Err(Obstacle::Dropped("die Adresse inzwischen wieder gilt"));
                }
                None => (case.customer.email().map(EmailAddress::masked), None),
            };
            let content = Content::AddressChanged {
                case: words,
                masked,
                at: mail.queued_at,
                stop,
            };
            Ok((old.clone(), content))
        }
        MailKind::Concluded { agreement } => {
            let entered = case
                .agreements
                .iter()
                .find(|one| one.id == *agreement)
                .and_then(|one| case.address_of(one.link?))
                .ok_or(Obstacle::Dropped("es den Vertrag nicht gibt"))?;
            let former = entered
                .former
                .clone()
                .ok_or(Obstacle::Dropped("es keine frühere Adresse gibt"))?;
            let over = Some(entered.email.masked());
            Ok((former, concluded(conn, case, *agreement, words, over)?))
        }
        _ => Err(Obstacle::Dropped(
            "diese Nachricht nicht an eine frühere Adresse geht",
        )),
    }
}

/// The address that waits, masked, and how it is stopped; without that if it was confirmed meanwhile.
fn waiting(
    app: &App,
    case: &Case,
    id: AddressId,
    now: DateTime<Utc>,
) -> Result<(Option<String>, Option<AddressStop>), Obstacle> {
    let entered = case
        .entered
        .iter()
        .find(|one| one.id == id && one.left_at.is_none())
        .ok_or(Obstacle::Dropped(
            "die neue Adresse inzwischen nicht mehr wartet",
        ))?;
    let stop = entered.is_waiting().then(|| AddressStop {
        link: app.address_url(id),
        // The time runs from the moment this mail is taken.
        until: entered.wait.map(|wait| now + wait),
    });
    Ok((Some(entered.email.masked()), stop))
}

/// M8 to a partner all of whose customers are closed to it (row 49).
fn partner_blocked(
    conn: &mut PgConnection,
    mail: &DueMail,
    id: PartnerId,
) -> Result<(EmailAddress, Content), Obstacle> {
    let partner =
        partners::find_partner(conn, id)?.ok_or(Obstacle::Dropped("es den Partner nicht gibt"))?;
    if partner.blocked_at.is_none() {
        return Err(Obstacle::Dropped(
            "der Partner inzwischen nicht mehr gesperrt ist",
        ));
    }
    let address = partner
        .party
        .email
        .ok_or(Obstacle::Dropped("der Partner keine E-Mail-Adresse hat"))?;
    let content = Content::PartnerBlocked {
        name: partner.party.name,
        is_sub_partner: partner.parent.is_some(),
        at: partner.blocked_at.unwrap_or(mail.queued_at),
    };
    Ok((address, content))
}

/// Mails about a whole partner.
pub(super) fn without_customer(
    conn: &mut PgConnection,
    app: &App,
    mail: &DueMail,
    operator: &Operator,
    now: DateTime<Utc>,
) -> Result<(EmailAddress, Content), Obstacle> {
    match (mail.to, &mail.kind) {
        (Recipient::Partner(id), MailKind::PartnerBlocked) => partner_blocked(conn, mail, id),
        (Recipient::Operator, MailKind::PartnerContractEnds { partner, last }) => {
            let address = operator.party.email.clone();
            let address =
                address.ok_or(Obstacle::Dropped("der Betreiber keine E-Mail-Adresse hat"))?;
            let content = partner_contract_ends(conn, app, (*partner, *last), now)?;
            Ok((address, content))
        }
        _ => Err(Obstacle::Dropped("der Kunde nicht mehr da ist")),
    }
}

/// M14 about a partner (C6). Not sent any more once it was renewed or the partner may do nothing.
fn partner_contract_ends(
    conn: &mut PgConnection,
    app: &App,
    (id, last): (PartnerId, NaiveDate),
    now: DateTime<Utc>,
) -> Result<Content, Obstacle> {
    let partner = partners::find_partner(conn, id)?
        .filter(|one| !one.is_shut_out())
        .ok_or(Obstacle::Dropped("der Partner nicht mehr arbeitet"))?;
    let found = find_states(conn, [&partner], now)?;
    let state = found.first().map(|one| one.state);
    if state.and_then(ContractState::alert).map(|(day, _)| day) != Some(last) {
        return Err(Obstacle::Dropped("der Vertrag inzwischen erneuert ist"));
    }
    Ok(Content::PartnerContractEnds {
        above: match partner.parent {
            Some(parent) => Some(partner_name(conn, parent)?),
            None => None,
        },
        partner: partner.party.name,
        last,
        is_over: !state.is_some_and(ContractState::holds),
        link: format!("{}{}", app.base_url(), paths::partner(id)),
    })
}

pub(super) fn agreement_words(agreement: &Agreement) -> AgreementWords {
    AgreementWords {
        number: agreement.number.clone(),
        concluded_at: agreement.concluded_at,
    }
}

fn partner_name(conn: &mut PgConnection, id: PartnerId) -> Result<String, ActionError> {
    Ok(partners::find_partner(conn, id)?
        .map(|partner| partner.party.name)
        .unwrap_or_default())
}

/// M12: what is new, and that the agreement in force goes on with the version it has (row 35). Not
/// sent if what made it worth telling is over: something was concluded, asked for or lost meanwhile,
/// or a later version is in force.
pub(super) fn new_version(
    conn: &mut PgConnection,
    app: &App,
    case: &Case,
    version: &str,
    now: DateTime<Utc>,
) -> Result<Content, Obstacle> {
    let agreement = case
        .agreement()
        .ok_or(Obstacle::Dropped("inzwischen kein Vertrag mehr gilt"))?;
    if case.current_version != version {
        return Err(Obstacle::Dropped("inzwischen eine andere Fassung gilt"));
    }
    may_be_told_of_version(case, now).map_err(|refusal| Obstacle::Dropped(untold(refusal)))?;
    let published = find_published(conn, version)?
        .ok_or(Obstacle::Dropped("es die Vertragsfassung nicht gibt"))?;
    let language = case.customer.language;
    Ok(Content::NewVersion {
        case: with_access(case, agreement, now),
        agreement: agreement_words(agreement),
        version: version_news(conn, app, &agreement.offer.version, version, language)?,
        since: published.valid_from,
        read: paths::contract(version),
    })
}

/// Why a customer is not told of a version any more.
fn untold(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Unchanged => "der Kunde diese Fassung inzwischen abgeschlossen hat",
        Refusal::AlreadyAsked => "der Kunde inzwischen um einen Abschluss gebeten ist",
        Refusal::NotNeeded => "inzwischen kein Vertrag mehr nötig ist",
        Refusal::NothingInForce => "der Vertrag den heutigen Vertriebspartner nicht nennt",
        _ => "der Kunde sie inzwischen nicht mehr bekommen soll",
    }
}

/// Who may go on with which products under this agreement, as the gate answers now. It may cover
/// less than there is to cover, if its amendment was declined (rows 22, 46), and it opens nothing to
/// a partner that is shut out (row 49): then no product is named.
fn with_access(case: &Case, agreement: &Agreement, now: DateTime<Utc>) -> CaseWords {
    let open_to = |who: &Partner| -> BTreeSet<Covered> {
        case.required_products(now)
            .into_iter()
            .filter(|one| agreement.offer.products.contains(one))
            .filter(|one| {
                case.product(&one.product).is_some_and(|product| {
                    access(case, who.id, &product.gated_module.key, now).is_ok()
                })
            })
            .collect()
    };
    let open = case.partner.as_ref().map(open_to).unwrap_or_default();
    let sub_partner = case.sub_partner.as_ref();
    CaseWords {
        sub_partner: sub_partner
            .filter(|sub| !open_to(sub).is_empty())
            .map(|sub| sub.party.name.clone()),
        ..words_of(case, &open, case.customer.language)
    }
}
