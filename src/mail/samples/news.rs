//! What an amendment changes, for the samples.

use super::life::version;
use super::{CaseWords, FORMER, FORMER_SUB, Language, WhatsNew, utc};

/// What differs from an agreement, all of it at once, in the names of `case`.
pub(in crate::mail) fn news(case: &CaseWords) -> WhatsNew {
    let german = case.products.iter().any(|name| name.contains("mit "));
    let partner = case.partner.clone().unwrap_or_default();
    WhatsNew {
        language: if german { Language::De } else { Language::En },
        agreement: "AVV-2025-004711-1-7KQ2M8".to_owned(),
        concluded_at: utc("2026-03-03T09:00:00Z"),
        partner: case.renewal.then(|| (FORMER.to_owned(), partner)),
        sub_partner_gone: Some((
            FORMER_SUB.to_owned(),
            Some(utc("2026-11-20T09:00:00Z")).filter(|_| !case.renewal),
        )),
        sub_partner_new: case.sub_partner.clone(),
        added: case.products.iter().take(1).cloned().collect(),
        gone: case.products.iter().skip(1).cloned().collect(),
        version: (case.renewal || case.anew).then(version),
        company: case.anew.then(|| {
            (
                "Özdemir Backwaren KG".to_owned(),
                case.customer.name.clone(),
            )
        }),
        particulars: case.renewal,
        other_particulars: false,
    }
}
