//! Values for the samples of mails; the samples themselves are beside the mails.

use chrono::{DateTime, Utc};

use super::bodies::MailBody;
use super::case_words::{AgreementWords, CaseWords};
use super::render::{Attachment, MailInput};
use crate::domain::{
    ChangeNote, CustomerNumber, EmailAddress, Holidays, Language, OfferDiff, Operator, Party,
    VersionDiff,
};

pub(super) const LINK: &str = "https://avv.plusnet.example/zustimmung/8Qm3vT0xJr2LkWc7Zy5NdAb1hPfUeGiSoRtKq9MwXy4VnBzCjDlEaFgHsIpOuQ6";
pub(super) const STOP: &str = "https://avv.plusnet.example/adresse/8Qm3vT0xJr2LkWc7Zy5NdAb1hPfUeGiSoRtKq9MwXy4VnBzCjDlEaFgHsIpOuQx";
pub(super) const STATUS: &str = "https://avv.plusnet.example/kunden/4711/avv";
pub(super) const PARTNER: &str = "Muster IT GmbH";
pub(super) const SUB_PARTNER: &str = "Nord-TK GbR";
/// Companies that are no longer named.
pub(super) const FORMER: &str = "Altmann Systemhaus GmbH";
pub(super) const FORMER_SUB: &str = "Küsten-TK e. K.";

pub(super) fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_default()
}

pub(super) fn address(text: &str) -> Option<EmailAddress> {
    EmailAddress::parse(text).ok()
}

pub(super) fn operator() -> Operator {
    Operator {
        party: Party {
            name: "Plusnet GmbH".to_owned(),
            street: "Musterallee 55".to_owned(),
            postcode: "50829".to_owned(),
            city: "Köln".to_owned(),
            country: "Deutschland".to_owned(),
            register: "Amtsgericht Köln, HRB 12345".to_owned(),
            represented_by: "Dr. Anna Beispiel, Jörg Muster".to_owned(),
            email: address("avv@plusnet.example"),
            phone: "0221 4710-123".to_owned(),
            ..Party::default()
        },
        short_name: "Plusnet".to_owned(),
        objection_email: address("widerspruch@plusnet.example"),
        hours: "montags bis freitags von 8 bis 18 Uhr".to_owned(),
        hours_en: "Monday to Friday, 8:00 to 18:00 (Berlin time)".to_owned(),
        holidays: Holidays::default(),
        ..Operator::default()
    }
}

pub(super) fn case(language: Language) -> CaseWords {
    let with = if language.is_en() {
        "with UMS option"
    } else {
        "mit UMS-Option"
    };
    CaseWords {
        customer: Party {
            name: "Bäckerei Özdemir & Söhne GmbH & Co. KG".to_owned(),
            ..Party::default()
        },
        customer_number: CustomerNumber::from(4711),
        partner: Some(PARTNER.to_owned()),
        sub_partner: Some(SUB_PARTNER.to_owned()),
        products: vec![
            "Tengo Centraflex".to_owned(),
            format!("Mehrstandort-SIP-Trunk {with}"),
        ],
        in_force: false,
        renewal: false,
        anew: false,
    }
}

pub(super) fn input(language: Language, body: impl Into<Box<dyn MailBody>>) -> MailInput {
    MailInput {
        language,
        operator: operator(),
        base_url: "https://avv.plusnet.example".to_owned(),
        body: body.into(),
    }
}

/// The same case without an agreement in force (`false`), with one (`true`), and with one that is
/// to be replaced.
pub(super) fn stands(case: &CaseWords) -> Vec<(&'static str, CaseWords)> {
    [
        ("false", false, false, false),
        ("true", true, false, false),
        ("renewal", true, true, false),
        ("anew", true, false, true),
    ]
    .into_iter()
    .map(|(stand, in_force, renewal, anew)| {
        let case = CaseWords {
            in_force,
            renewal,
            anew,
            ..case.clone()
        };
        (stand, case)
    })
    .collect()
}

pub(super) fn agreement() -> AgreementWords {
    AgreementWords {
        number: "AVV-2026-4711-1-7KQ2M8".to_owned(),
        concluded_at: utc("2026-03-03T09:00:00Z"),
    }
}

/// A newer version than the one that was concluded.
pub(super) fn version() -> VersionDiff {
    VersionDiff {
        old: "1.0".to_owned(),
        new: "2.0".to_owned(),
        notes: vec![ChangeNote {
            version: "2.0".to_owned(),
            text: "§ 9 nennt kürzere Fristen.".to_owned(),
        }],
        comparison: "/vertrag/1.0/vergleich/2.0".to_owned(),
    }
}

pub(super) fn pdf() -> Attachment {
    Attachment {
        file_name: "AVV-2026-123-1-7KQ2M8.pdf".to_owned(),
        content_type: "application/pdf".to_owned(),
        bytes: b"%PDF-1.7 sample".to_vec(),
    }
}

/// All differences from an agreement at once, with the names of `case`.
pub(super) fn news(case: &CaseWords) -> OfferDiff {
    let german = case.products.iter().any(|name| name.contains("mit "));
    let partner = case.partner.clone().unwrap_or_default();
    OfferDiff {
        language: if german { Language::De } else { Language::En },
        agreement: "AVV-2025-4711-1-7KQ2M8".to_owned(),
        concluded_at: utc("2026-03-03T09:00:00Z"),
        partner: case.renewal.then(|| (FORMER.to_owned(), partner)),
        sub_partner_gone: Some((
            FORMER_SUB.to_owned(),
            Some(utc("2026-11-20T09:00:00Z")).filter(|_| !case.renewal),
        )),
        sub_partner_new: case.sub_partner.clone(),
        added: case.products.iter().take(1).cloned().collect(),
        gone: case.products.iter().skip(1).cloned().collect(),
        options_added: Vec::new(),
        options_gone: Vec::new(),
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
