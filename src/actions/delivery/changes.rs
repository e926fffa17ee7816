//! Announced changes of the general sub-processors (M9), a dissent (M10), and its settlement.

use chrono::{DateTime, Utc};

use super::compose::{Addressed, Facts, Obstacle, agreement_words, words_of};
use crate::actions::ActionError;
use crate::actions::notices::{dissent_url, find_apart};
use crate::app::App;
use crate::contract::check;
use crate::domain::case::{Agreement, Case};
use crate::domain::mail::MailKind;
use crate::domain::notice::{Notice, NoticeState};
use crate::domain::party::SubProcessor;
use crate::domain::{CustomerNumber, Language, MailId, NoticeId, Operator, Party};
use crate::mail::bodies::changes::{
    Announcement as Body, ChangeWords, CompanyWords, DissentSettled, Dissented,
};
use crate::mail::render::render;
use crate::mail::{AgreementWords, CaseWords, MailInput, RenderedMail};
use crate::paths;
use crate::storage::PgConnection;
use crate::storage::announcements::Announcement;
use crate::storage::notices::Stored;

pub(super) fn letter(conn: &mut PgConnection, facts: &Facts) -> Result<Addressed, Obstacle> {
    let (app, case, now) = (facts.app, facts.case()?, facts.now);
    let address = facts.customer_address()?;
    let body = match facts.mail.kind {
        MailKind::Announcement { notice } => {
            announcement(conn, app, case, (notice, facts.mail.id), now)?.into()
        }
        MailKind::Dissented { notice } => dissented(conn, app, case, notice)?.into(),
        MailKind::DissentSettled { notice } => settled(conn, app, case, notice)?.into(),
        _ => return Err(facts.misdirected()),
    };
    Ok((address, body))
}

/// M9 as of now: the period counts from its sending, so it is computed anew for each attempt.
fn announcement(
    conn: &mut PgConnection,
    app: &App,
    case: &Case,
    (id, mail): (NoticeId, MailId),
    now: DateTime<Utc>,
) -> Result<Body, Obstacle> {
    let (notice, told) = found(conn, case, id)?;
    if notice.mail != Some(mail) {
        // It would name a period that does not apply.
        return Err(Obstacle::Dropped(
            "es eine neuere E-Mail mit dieser Mitteilung gibt",
        ));
    }
    match notice.facts.state(now) {
        // A lapsed notice is handled below.
        NoticeState::Unsent | NoticeState::Running | NoticeState::Lapsed => {}
        NoticeState::Dissent | NoticeState::Exempted | NoticeState::Terminated => {
            return Err(Obstacle::Dropped("der Kunde schon Einspruch erhoben hat"));
        }
        NoticeState::NoDissent => return Err(Obstacle::Dropped("die Frist schon vorbei ist")),
        NoticeState::Settled => {
            return Err(Obstacle::Dropped(
                "der Kunde inzwischen einen Vertrag mit der neuen Liste hat",
            ));
        }
    }
    let agreement = case
        .agreement()
        .ok_or(Obstacle::Dropped("kein Vertrag mehr in Kraft ist"))?;
    let facts = notice.facts.sent(now);
    Ok(Body {
        case: covered(case, agreement),
        agreement: agreement_words(agreement),
        change: change(app, &told, &facts, case.customer.language),
        link: dissent_url(app, id),
        until: facts.period_end().unwrap_or(now),
    })
}

/// M10, the confirmation of a dissent.
fn dissented(
    conn: &mut PgConnection,
    app: &App,
    case: &Case,
    id: NoticeId,
) -> Result<Dissented, Obstacle> {
    let (notice, told) = found(conn, case, id)?;
    let facts = &notice.facts;
    let dissent = facts
        .dissent
        .as_ref()
        .ok_or(Obstacle::Dropped("es den Einspruch nicht gibt"))?;
    Ok(Dissented {
        case: named(case),
        agreement: case.agreement().map(agreement_words),
        change: change(app, &told, facts, case.customer.language),
        received_on: dissent.received_on,
    })
}

/// The letter about a settled dissent (row 41).
fn settled(
    conn: &mut PgConnection,
    app: &App,
    case: &Case,
    id: NoticeId,
) -> Result<DissentSettled, Obstacle> {
    let (notice, told) = found(conn, case, id)?;
    let facts = &notice.facts;
    let (at, how) = facts
        .settled
        .ok_or(Obstacle::Dropped("der Einspruch nicht erledigt ist"))?;
    let mut change = change(app, &told, facts, case.customer.language);
    // A change that was accepted late begins on that day at the earliest.
    change.starts_on = change.starts_on.max(crate::domain::calendar::day(at));
    Ok(DissentSettled {
        case: named(case),
        agreement: case.agreement().map(agreement_words),
        change,
        how,
    })
}

/// The mail of a draft as a customer would get it at `now`, for the operator to read.
pub fn preview(
    app: &App,
    operator: &Operator,
    announcement: &Announcement,
    language: Language,
    now: DateTime<Utc>,
) -> Result<RenderedMail, ActionError> {
    let facts = Notice {
        days: announcement.days,
        announced_start: announcement.starts_on,
        sent_at: Some(now),
        failed_at: None,
        dissent: None,
        settled: None,
        lapsed: false,
    };
    let customer = if language.is_en() {
        "Sample Customer Ltd"
    } else {
        "Musterkunde GmbH"
    };
    let case = CaseWords {
        customer: Party {
            name: customer.to_owned(),
            ..Party::default()
        },
        customer_number: CustomerNumber::from(123_456),
        partner: None,
        sub_partner: None,
        products: Vec::new(),
        in_force: true,
        renewal: false,
        anew: false,
    };
    let body = Body {
        case,
        agreement: AgreementWords {
            number: "AVV-2026-123456-1".to_owned(),
            concluded_at: now,
        },
        change: change(app, announcement, &facts, language),
        link: format!("{}/einspruch/…", app.base_url()),
        until: facts.period_end().unwrap_or(now),
    };
    let input = MailInput {
        language,
        operator: operator.clone(),
        logo: None,
        base_url: app.base_url().to_owned(),
        body: body.into(),
    };
    render(&input).map_err(|error| ActionError::Document(error.to_string()))
}

/// The notice and its announcement; `case` is that of the customer it went to.
fn found(
    conn: &mut PgConnection,
    case: &Case,
    id: NoticeId,
) -> Result<(Stored, Announcement), Obstacle> {
    let gone = Obstacle::Dropped("der Kunde nicht mehr da ist");
    if case.customer.deleted_at.is_some() {
        return Err(gone);
    }
    match find_apart(conn, id) {
        Ok(found) => Ok(found),
        Err(ActionError::NotFound) => Err(gone),
        Err(error) => Err(Obstacle::Failed(error)),
    }
}

fn covered(case: &Case, agreement: &Agreement) -> CaseWords {
    words_of(case, &agreement.offer.products, case.customer.language)
}

fn named(case: &Case) -> CaseWords {
    let newest = case.agreement().or(case.agreements.last());
    let products = newest.map(|one| one.offer.products.clone());
    words_of(case, &products.unwrap_or_default(), case.customer.language)
}

fn change(
    app: &App,
    announcement: &Announcement,
    facts: &Notice,
    language: Language,
) -> ChangeWords {
    let companies = |list: &[SubProcessor]| -> Vec<CompanyWords> {
        list.iter().map(|one| company(one, language)).collect()
    };
    let (before, after) = announcement
        .lists
        .as_ref()
        .map(|(before, after)| (companies(before), companies(after)))
        .unwrap_or_default();
    let page = format!(
        "{}{}",
        app.base_url(),
        paths::public_announcement(announcement.id)
    );
    ChangeWords {
        reason: if language.is_en() {
            announcement.reason_en.clone()
        } else {
            announcement.reason.clone()
        },
        before,
        after,
        starts_on: facts.starts_on().unwrap_or(announcement.starts_on),
        page: if language.is_en() {
            format!("{page}?sprache=en")
        } else {
            page
        },
    }
}

fn company(one: &SubProcessor, language: Language) -> CompanyWords {
    let party = &one.party;
    let email = party.email.as_ref().map(|email| email.as_str());
    let contact: Vec<&str> = [party.contact.as_str(), email.unwrap_or(""), &party.phone]
        .into_iter()
        .filter(|part| !part.trim().is_empty())
        .collect();
    CompanyWords {
        name: party.name.clone(),
        address: address(party, language),
        contact: contact.join(", "),
        service: part(one.service(language)),
        delimitation: part(one.delimitation(language)),
        place: part(one.place(language)),
        mechanism: one.mechanism(language).to_owned(),
    }
}

/// A part of a sentence without its full stop, which the letter adds.
fn part(text: &str) -> String {
    text.trim().trim_end_matches('.').to_owned()
}

/// The address in one line, always with the country.
pub fn address(party: &Party, language: Language) -> String {
    let place = format!("{} {}", party.postcode, party.city);
    let country = check::country_name(&party.country, language);
    let parts = [party.street.trim(), place.trim(), country.trim()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}
