//! Mails to partners: news of their customers (M4, M5, M8), and that they are blocked.

use chrono::{DateTime, Utc};

use super::{MailBody, Reader, templates};
use crate::domain::mail::PartnerNews;
use crate::domain::name::clean;
use crate::mail::case_words::CaseWords;
use crate::mail::words::MailWords;

/// An area of the portal, and whether the partner who reads the mail may enter it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleAccess {
    /// Name of the area on pages: "UMS-Verwaltung".
    pub module: String,
    /// The answer of the access rule at the moment of delivery.
    pub open: bool,
}

/// M4, M5, M8: what a partner may know. Contains no consent link and nothing of the contract. A
/// partner that has lost the customer gets neither `access` nor `status_url`.
#[derive(Debug, Clone)]
pub struct PartnerInfo {
    /// The case of the customer.
    pub case: CaseWords,
    /// What happened.
    pub news: PartnerNews,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Whether the contract was signed on paper; then `at` is when it was recorded (5.8-18).
    pub on_paper: bool,
    /// The areas that need an agreement.
    pub access: Vec<ModuleAccess>,
    /// Address of the customer's status page.
    pub status_url: Option<String>,
}

templates!(
    PartnerInfo,
    "mail/partner_info.txt",
    "mail/partner_info.html",
    case
);

impl MailBody for PartnerInfo {
    fn reader(&self) -> Reader {
        Reader::Partner
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        w.about(self.news.subject(), &self.case)
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            case,
            news: _,
            at: _,
            on_paper: _,
            access: _,
            status_url: _,
        } = self;
        case.names()
    }

    fn clean(&mut self) {
        for area in &mut self.access {
            area.module = clean(&area.module);
        }
    }

    #[cfg(test)]
    fn link(&self) -> Option<&str> {
        self.status_url.as_deref()
    }
}

/// M8 to a blocked partner (row 49).
#[derive(Debug, Clone)]
pub struct PartnerBlocked {
    /// Name of the partner.
    pub name: String,
    /// Whether it is a sub-partner; if not, its sub-partners are blocked with it.
    pub is_sub_partner: bool,
    /// When it was blocked.
    pub at: DateTime<Utc>,
}

templates!(
    PartnerBlocked,
    "mail/partner_blocked.txt",
    "mail/partner_blocked.html"
);

impl MailBody for PartnerBlocked {
    fn reader(&self) -> Reader {
        Reader::Partner
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        format!("Ihr Zugriff im {} ist gesperrt", w.portal())
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            name,
            is_sub_partner: _,
            at: _,
        } = self;
        vec![name]
    }
}

#[cfg(test)]
pub(in crate::mail) fn samples(case: &CaseWords) -> Vec<super::Sample> {
    use crate::mail::samples::{PARTNER, STATUS, stands, utc};

    let at = utc("2026-11-24T13:05:00Z");
    let mut all: Vec<super::Sample> = Vec::new();
    for (news, on_paper) in [(PartnerNews::Concluded, true)]
        .into_iter()
        .chain(PartnerNews::ALL.iter().map(|news| (*news, false)))
    {
        let open = news == PartnerNews::Concluded;
        let lost = news == PartnerNews::Replaced;
        for (stand, case) in stands(case) {
            let access = [("Tengo Centraflex", open), ("UMS-Verwaltung", false)]
                .into_iter()
                .filter(|_| !lost)
                .map(|(module, open)| ModuleAccess {
                    module: module.to_owned(),
                    open,
                })
                .collect();
            let body = PartnerInfo {
                case,
                news,
                at,
                on_paper,
                access,
                status_url: (!lost).then(|| STATUS.to_owned()),
            };
            let how = if on_paper { " on paper" } else { "" };
            let name = format!("partner {news:?}{how} {stand}");
            all.push((name.trim_end_matches(" false").to_owned(), body.into()));
        }
    }
    for is_sub_partner in [false, true] {
        let body = PartnerBlocked {
            name: PARTNER.to_owned(),
            is_sub_partner,
            at,
        };
        all.push((format!("partner blocked {is_sub_partner}"), body.into()));
    }
    all
}
