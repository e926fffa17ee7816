//! One letter of every kind, for the tests.

pub(super) mod changes;
mod life;
mod news;

use chrono::{DateTime, NaiveDate, Utc};

use super::letter::{
    AddressStop, ApprovalWords, Attachment, CaseWords, Content, Letter, ModuleAccess,
};
use crate::domain::mail::{Alert, PartnerNews, RequestReason};
use crate::domain::{CustomerNumber, EmailAddress, Holidays, Language, Operator, Party, WhatsNew};

pub(in crate::mail) use life::life;
pub(super) use news::news;

pub(super) const LINK: &str = "https://avv.plusnet.example/zustimmung/8Qm3vT0xJr2LkWc7Zy5NdAb1hPfUeGiSoRtKq9MwXy4VnBzCjDlEaFgHsIpOuQ6";
pub(super) const STOP: &str = "https://avv.plusnet.example/adresse/8Qm3vT0xJr2LkWc7Zy5NdAb1hPfUeGiSoRtKq9MwXy4VnBzCjDlEaFgHsIpOuQx";
pub(super) const STATUS: &str = "https://avv.plusnet.example/kunden/4711/avv";
pub(super) const PARTNER: &str = "Muster IT GmbH";
pub(super) const SUB_PARTNER: &str = "Nord-TK GbR";
/// Companies of an earlier chain.
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
        customer_number: CustomerNumber(4711),
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

pub(super) fn letter(language: Language, content: Content) -> Letter {
    Letter {
        language,
        operator: operator(),
        base_url: "https://avv.plusnet.example".to_owned(),
        content,
    }
}

pub(super) fn request(case: CaseWords, reason: RequestReason) -> Content {
    Content::Request {
        case,
        reason,
        news: None,
        replaces: true,
        link: LINK.to_owned(),
        valid_until: utc("2026-12-06T22:59:59.999Z"),
    }
}

pub(super) fn pdf() -> Attachment {
    Attachment {
        file_name: "AVV-2026-000123-1-7KQ2M8.pdf".to_owned(),
        content_type: "application/pdf".to_owned(),
        bytes: b"%PDF-1.7 sample".to_vec(),
    }
}

/// Every kind of mail about `case`, with every variant of it, under a name.
pub(super) fn about(case: &CaseWords) -> Vec<(String, Content)> {
    let at = utc("2026-11-24T13:05:00Z");
    let mut all = Vec::new();
    for (stand, in_force, renewal, anew) in [
        ("false", false, false, false),
        ("true", true, false, false),
        ("renewal", true, true, false),
        ("anew", true, false, true),
    ] {
        let case = CaseWords {
            in_force,
            renewal,
            anew,
            ..case.clone()
        };
        let news = in_force.then(|| news(&case));
        for reason in [
            RequestReason::First,
            RequestReason::Manual,
            RequestReason::SubPartner,
            RequestReason::Product,
            RequestReason::Partner,
            RequestReason::Particulars,
            RequestReason::InError,
            RequestReason::Succession,
            RequestReason::RollOut,
            RequestReason::Version,
        ] {
            for replaces in [true, false] {
                let content = Content::Request {
                    case: case.clone(),
                    reason,
                    news: news.clone(),
                    replaces,
                    link: LINK.to_owned(),
                    valid_until: utc("2026-12-06T22:59:59.999Z"),
                };
                let only = if replaces { "" } else { " only" };
                all.push((format!("request {reason:?} {stand}{only}"), content));
            }
        }
        for number in 1..=3 {
            let content = Content::Reminder {
                case: case.clone(),
                number,
                news: news.clone(),
                link: LINK.to_owned(),
                valid_until: utc("2026-12-21T22:59:59.999Z"),
            };
            all.push((format!("reminder {number} {stand}"), content));
        }
        let declined = Content::Declined {
            case: case.clone(),
            at,
        };
        all.push((format!("declined {stand}"), declined));
    }
    let paper_day = NaiveDate::from_ymd_opt(2026, 11, 20);
    for (name, signed_on, over) in [
        ("concluded", None, None),
        ("concluded on paper", paper_day, None),
        (
            "concluded over another address",
            None,
            Some("v•••@oezdemir.example"),
        ),
    ] {
        all.push((
            name.to_owned(),
            Content::Concluded {
                case: case.clone(),
                agreement_number: "AVV-2026-000123-1-7KQ2M8".to_owned(),
                at,
                signed_on,
                person: "Ayşe Özdemir".to_owned(),
                function: "Geschäftsführerin".to_owned(),
                pdf: pdf(),
                sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
                    .to_owned(),
                over: over.map(str::to_owned),
            },
        ));
    }
    all.push((
        "objected".to_owned(),
        Content::Objected {
            case: case.clone(),
            agreement_number: "AVV-2026-000123-1-7KQ2M8".to_owned(),
            at,
        },
    ));
    all
}

/// M15, with and without an address to show.
pub(super) fn address_changed(case: &CaseWords) -> Vec<(String, Content)> {
    let stop = |until| AddressStop {
        link: STOP.to_owned(),
        until,
    };
    let masked = || Some("v•••@oezdemir.example".to_owned());
    [
        ("", masked(), None),
        (" gone", None, None),
        (
            " waits",
            masked(),
            Some(stop(Some(utc("2026-11-26T13:05:00Z")))),
        ),
        (" needs the operator", masked(), Some(stop(None))),
    ]
    .into_iter()
    .map(|(name, masked, stop)| {
        let content = Content::AddressChanged {
            case: case.clone(),
            masked,
            at: utc("2026-11-24T13:05:00Z"),
            stop,
        };
        (format!("address{name}"), content)
    })
    .collect()
}

/// Mails to partners, operator and users.
pub(super) fn others(case: &CaseWords) -> Vec<(String, Content)> {
    let at = utc("2026-11-24T13:05:00Z");
    let mut all = Vec::new();
    for (news, on_paper) in [
        (PartnerNews::Concluded, false),
        (PartnerNews::Concluded, true),
        (PartnerNews::Declined, false),
        (PartnerNews::Expired, false),
        (PartnerNews::Undeliverable, false),
        (PartnerNews::Objected, false),
        (PartnerNews::Replaced, false),
        (PartnerNews::Assigned, false),
    ] {
        let open = news == PartnerNews::Concluded;
        let lost = news == PartnerNews::Replaced;
        for (stand, in_force, renewal, anew) in [
            ("", false, false, false),
            (" true", true, false, false),
            (" renewal", true, true, false),
            (" anew", true, false, true),
        ] {
            let access = [("Tengo Centraflex", open), ("UMS-Verwaltung", false)]
                .into_iter()
                .filter(|_| !lost)
                .map(|(module, open)| ModuleAccess {
                    module: module.to_owned(),
                    open,
                })
                .collect();
            let content = Content::PartnerInfo {
                case: CaseWords {
                    in_force,
                    renewal,
                    anew,
                    ..case.clone()
                },
                news,
                at,
                on_paper,
                access,
                status_url: (!lost).then(|| STATUS.to_owned()),
            };
            let how = if on_paper { " on paper" } else { "" };
            all.push((format!("partner {news:?}{how}{stand}"), content));
        }
    }
    for is_sub_partner in [false, true] {
        let content = Content::PartnerBlocked {
            name: PARTNER.to_owned(),
            is_sub_partner,
            at,
        };
        all.push((format!("partner blocked {is_sub_partner}"), content));
    }
    for alert in [
        Alert::NoAddress,
        Alert::Undeliverable,
        Alert::AddressByPartner,
        Alert::AddressOfPartner,
        Alert::ContractUndelivered,
    ] {
        let content = Content::Alert {
            case: case.clone(),
            alert,
            status_url: STATUS.to_owned(),
        };
        all.push((format!("alert {alert:?}"), content));
    }
    let number = case.customer_number;
    let company = || case.customer.name.clone();
    for (name, what) in [
        (
            "paper",
            ApprovalWords::Paper {
                company: company(),
                number,
            },
        ),
        (
            "error",
            ApprovalWords::ObjectionInError {
                company: company(),
                number,
            },
        ),
        (
            "version",
            ApprovalWords::Version {
                label: "2.0".to_owned(),
            },
        ),
    ] {
        let content = Content::Approval {
            name: "Jörg Müller".to_owned(),
            by: "Anna Beispiel".to_owned(),
            what,
            link: "https://avv.plusnet.example/betrieb/vorschlaege/7".to_owned(),
        };
        all.push((format!("approval {name}"), content));
    }
    for (above, is_over) in [(None, false), (Some("Muster IT GmbH"), true)] {
        let content = Content::PartnerContractEnds {
            partner: "Nord-TK GbR".to_owned(),
            above: above.map(str::to_owned),
            last: "2027-01-22".parse().unwrap_or_default(),
            is_over,
            link: "https://avv.plusnet.example/betrieb/partner/7".to_owned(),
        };
        all.push((format!("partner contract {is_over}"), content));
    }
    for invitation in [true, false] {
        let content = Content::SetPassword {
            name: "Jörg Müller".to_owned(),
            link: "https://avv.plusnet.example/passwort/abc".to_owned(),
            valid_until: utc("2026-11-25T13:05:00Z"),
            invitation,
        };
        all.push((format!("set password {invitation}"), content));
    }
    let name = "Jörg Müller".to_owned();
    all.push((
        "password changed".to_owned(),
        Content::PasswordChanged { name, at },
    ));
    for (key, unlocked) in [
        ("administrator added", false),
        ("administrator unlocked", true),
    ] {
        all.push((
            key.to_owned(),
            Content::AdministratorAdded {
                name: "Jörg Müller".to_owned(),
                added: "Nora Neu".to_owned(),
                by: "Zita Zweite".to_owned(),
                at,
                unlocked,
            },
        ));
    }
    all
}
