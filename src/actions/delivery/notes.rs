//! Mails that ask the customer for nothing: news (M11), and another address (M15).

use chrono::{DateTime, Duration, Utc};

use super::compose::{Addressed, Facts, Obstacle, agreement_words, words, words_of};
use super::partners::partner_name;
use crate::app::App;
use crate::domain::case::{Case, Covered, LinkEnd};
use crate::domain::mail::{CustomerNews, MailKind, Recipient};
use crate::domain::product::Options;
use crate::domain::{AddressId, EmailAddress, Language};
use crate::mail::bodies::notes::{AddressChanged, AddressStop, Info, InfoWords, NoLonger};
use crate::storage::PgConnection;
use crate::storage::mails::DueMail;

pub(super) fn letter(conn: &mut PgConnection, facts: &Facts) -> Result<Addressed, Obstacle> {
    let (mail, case, now) = (facts.mail, facts.case()?, facts.now);
    match (mail.to, &mail.kind) {
        (Recipient::Customer, MailKind::Info { news }) => {
            let address = facts.customer_address()?;
            Ok((address, info(conn, mail, case, news, now)?.into()))
        }
        (Recipient::FormerAddress, MailKind::AddressChanged { old, entered }) => {
            let (masked, stop) = match entered {
                Some(id) => waiting(facts.app, case, *id, now)?,
                None if case.customer.email() == Some(old) => {
                    return Err(Obstacle::Dropped("die Adresse inzwischen wieder gilt"));
                }
                None => (case.customer.email().map(EmailAddress::masked), None),
            };
            let body = AddressChanged {
                case: words(case, case.customer.language, now),
                masked,
                at: mail.queued_at,
                stop,
            };
            Ok((old.clone(), body.into()))
        }
        _ => Err(facts.misdirected()),
    }
}

/// M11: what happened, and the agreement that stays in force.
fn info(
    conn: &mut PgConnection,
    mail: &DueMail,
    case: &Case,
    news: &CustomerNews,
    now: DateTime<Utc>,
) -> Result<Info, Obstacle> {
    let note = match news {
        CustomerNews::Withdrawn => InfoWords::Withdrawn(no_longer(case, now)?),
        CustomerNews::SubPartnerLeft { sub_partner } => InfoWords::SubPartnerLeft {
            name: partner_name(conn, *sub_partner)?,
        },
        CustomerNews::ProductEnded { product } => product_ended(case, product, mail.queued_at),
        CustomerNews::PartnerBlocked { partner } => InfoWords::PartnerBlocked {
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
        // The products that the agreement covers and the customer still has; an open request may
        // offer more.
        Some(one) => {
            let still = case.share(&case.required_products(now), &one.offer);
            words_of(case, &still, language)
        }
        None => words(case, language, now),
    };
    let links_closed = case
        .requests
        .iter()
        .flat_map(|request| &request.links)
        .any(|link| link.end == Some((mail.queued_at, LinkEnd::Closed)));
    Ok(Info {
        case: words,
        note,
        agreement: agreement.map(agreement_words),
        at: mail.queued_at,
        links_closed,
    })
}

/// Why nothing needs to be concluded any more. If that changes again, another mail says so.
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

fn product_ended(case: &Case, product: &Covered, told_at: DateTime<Utc>) -> InfoWords {
    let of = || {
        case.bookings
            .iter()
            .filter(|one| one.product == product.product)
    };
    let end = of()
        .filter(|one| product.options.is_subset(&one.all_options()))
        .filter_map(|one| one.ends_at)
        .filter(|end| *end <= told_at)
        .max()
        .unwrap_or(told_at);
    // The product stays booked: only its options ended.
    let goes_on = !product.options.is_empty() && of().any(|one| one.is_active(told_at));
    let (known, language) = (case.product(&product.product), case.customer.language);
    let options = known
        .filter(|_| goes_on)
        .map(|known| known.the_options(&product.options).say(language).to_owned())
        .map(|words| match language {
            // It is the beginning of a sentence.
            Language::De => words.replacen('d', "D", 1),
            Language::En => words,
        });
    let named = Covered {
        options: match goes_on {
            true => Options::new(),
            false => product.options.clone(),
        },
        ..product.clone()
    };
    InfoWords::ProductEnded {
        name: case.covered_name(&named).say(language).to_owned(),
        several: options.is_some() && product.options.len() > 1,
        options,
        // A booking that ends at midnight was last in force on the day before.
        last_day: end - Duration::milliseconds(1),
    }
}

/// The waiting address, masked, and how it can be stopped; without that if it was confirmed
/// meanwhile.
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
        // The waiting time begins when the server accepts this mail; it ends during working hours
        // (F10).
        until: entered.wait.map(|wait| case.holidays.opens(now + wait)),
    });
    Ok((Some(entered.email.masked()), stop))
}
