//! Mails about an agreement: its conclusion (M3), an objection (M7), newer versions (M12), and its
//! end (M13).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::compose::{Addressed, Facts, Obstacle, agreement_words, words, words_of};
use crate::actions::documents::file_name;
use crate::actions::offer_diff::{named_chain, version_diff};
use crate::app::App;
use crate::domain::calendar::proof_end;
use crate::domain::case::{
    Agreement, AgreementEnd, Case, Covered, Partner, Refusal, access, may_be_told_of_version,
};
use crate::domain::mail::{MailKind, Recipient};
use crate::domain::product::Area;
use crate::domain::proposal::PaperRecord;
use crate::domain::{AgreementId, EmailAddress};
use crate::mail::bodies::agreements::{Concluded, Ended, NewVersion, Objected, WhyEnded};
use crate::mail::{Attachment, CaseWords};
use crate::paths;
use crate::storage::PgConnection;
use crate::storage::agreements::{find_document_facts, find_pdf};
use crate::storage::contract_versions::find_published;

pub(super) fn letter(conn: &mut PgConnection, facts: &Facts) -> Result<Addressed, Obstacle> {
    let (mail, case, now) = (facts.mail, facts.case()?, facts.now);
    let words = words(case, case.customer.language, now);
    if let (Recipient::FormerAddress, MailKind::Concluded { agreement }) = (mail.to, &mail.kind) {
        let (former, over) = former_address(case, *agreement)?;
        let body = concluded(conn, case, *agreement, words, Some(over))?;
        return Ok((former, body.into()));
    }
    let address = facts.customer_address()?;
    let body = match &mail.kind {
        MailKind::Concluded { agreement } => concluded(conn, case, *agreement, words, None)?.into(),
        MailKind::Objected { agreement } => {
            let agreement = find(case, *agreement)?;
            let at = match agreement.end {
                Some((at, AgreementEnd::Objected)) => at,
                _ => mail.queued_at,
            };
            Objected {
                case: words,
                agreement_number: agreement.number.clone(),
                at,
            }
            .into()
        }
        MailKind::NewVersion { version } => {
            new_version(conn, facts.app, case, version, now)?.into()
        }
        MailKind::Ended {
            agreement,
            partner_left,
        } => ended(conn, facts, case, *agreement, *partner_left)?.into(),
        _ => return Err(facts.misdirected()),
    };
    Ok((address, body))
}

fn find(case: &Case, id: AgreementId) -> Result<&Agreement, Obstacle> {
    let agreement = case.agreements.iter().find(|one| one.id == id);
    agreement.ok_or(Obstacle::Dropped("es den Vertrag nicht gibt"))
}

/// The customer's former address, if an agreement was concluded with an address that a partner had
/// entered, and that address, masked (A4).
fn former_address(case: &Case, id: AgreementId) -> Result<(EmailAddress, String), Obstacle> {
    let link = find(case, id)?.link;
    let entered = link
        .and_then(|link| case.address_of(link))
        .ok_or(Obstacle::Dropped("es den Vertrag nicht gibt"))?;
    let former = entered
        .former
        .clone()
        .ok_or(Obstacle::Dropped("es keine frühere Adresse gibt"))?;
    Ok((former, entered.email.masked()))
}

/// `over` is the masked address it was concluded with, in the mail to the former address.
fn concluded(
    conn: &mut PgConnection,
    case: &Case,
    id: AgreementId,
    words: CaseWords,
    over: Option<String>,
) -> Result<Concluded, Obstacle> {
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
    let paper = PaperRecord::of(&facts.contents);
    Ok(Concluded {
        signed_on: paper.as_ref().map(|paper| paper.signed_on),
        is_sheet: paper
            .and_then(|paper| paper.existing)
            .is_some_and(|existing| !existing.is_scanned),
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

/// M13, also for a customer that is deleted (row 51).
fn ended(
    conn: &mut PgConnection,
    facts: &Facts,
    case: &Case,
    id: AgreementId,
    partner_left: bool,
) -> Result<Ended, Obstacle> {
    let agreement = case
        .agreements
        .iter()
        .find(|one| one.id == id)
        .ok_or(Obstacle::Dropped("es den Vertrag nicht gibt"))?;
    let at = match agreement.end {
        Some((at, AgreementEnd::Ended)) => at,
        _ => facts.mail.queued_at,
    };
    let why = match (partner_left, case.customer.deleted_at) {
        (true, _) => WhyEnded::PartnerLeft,
        (false, Some(_)) => WhyEnded::Deleted,
        (false, None) => WhyEnded::NoProduct,
    };
    let years = facts.app.config.retention_years;
    let mut words = words_of(case, &agreement.offer.products, case.customer.language);
    let (partner, sub_partner) = named_chain(conn, agreement)?;
    words.partner = Some(partner);
    words.sub_partner = sub_partner.filter(|_| agreement.sub_partner_left.is_none());
    Ok(Ended {
        case: words,
        agreement: agreement_words(agreement),
        at,
        why,
        proof_until: proof_end(at, years),
        years,
    })
}

/// M12: what is new, and that the agreement in force stays valid with its version (row 35). Not
/// sent if the reason has gone: something was concluded, requested or lost meanwhile, or a later
/// version is in force.
fn new_version(
    conn: &mut PgConnection,
    app: &App,
    case: &Case,
    version: &str,
    now: DateTime<Utc>,
) -> Result<NewVersion, Obstacle> {
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
    Ok(NewVersion {
        case: with_access(case, agreement, now),
        agreement: agreement_words(agreement),
        version: version_diff(conn, app, &agreement.offer.version, version, language)?,
        since: published.valid_from,
        read: paths::contract(version),
    })
}

/// Why a customer is not informed of a version any more.
fn untold(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Unchanged => "der Kunde diese Fassung inzwischen abgeschlossen hat",
        Refusal::AlreadyAsked => "der Kunde inzwischen um einen Abschluss gebeten ist",
        Refusal::NotNeeded => "inzwischen kein Vertrag mehr nötig ist",
        Refusal::NothingInForce => "der Vertrag den heutigen Vertriebspartner nicht nennt",
        _ => "der Kunde sie inzwischen nicht mehr bekommen soll",
    }
}

/// Which partners may work with which products under this agreement, as the access rule says now.
/// It may cover less than is booked, if its amendment was declined (rows 22, 46), and it gives no
/// access to a blocked partner (row 49): then no product is named.
fn with_access(case: &Case, agreement: &Agreement, now: DateTime<Utc>) -> CaseWords {
    let covered = case.share(&case.required_products(now), &agreement.offer);
    let open_to = |who: &Partner| -> BTreeSet<Covered> {
        let enters = |area: &Area<'_>| {
            area.gate().is_none() || access(case, who.id, &area.module.key, now).is_ok()
        };
        let open = |one: &Covered| {
            let areas = case.product(&one.product)?.areas(&one.options);
            let open = areas.into_iter().filter(enters);
            open.filter_map(|area| area.needs)
                .reduce(|one, other| Covered {
                    options: one.options.union(&other.options).cloned().collect(),
                    ..one
                })
        };
        covered.iter().filter_map(open).collect()
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
