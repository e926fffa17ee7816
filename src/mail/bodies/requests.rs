//! Mails about requests to conclude (M1, M2), and the confirmation of a decline (M6).

use chrono::{DateTime, Utc};

use super::{MailBody, Reader, templates};
use crate::domain::OfferDiff;
use crate::domain::calendar::REMINDERS;
use crate::domain::mail::RequestReason;
use crate::mail::case_words::CaseWords;
use crate::mail::words::MailWords;

/// M1: the request to conclude.
#[derive(Debug, Clone)]
pub struct Request {
    /// The case of the customer.
    pub case: CaseWords,
    /// Why it is sent.
    pub reason: RequestReason,
    /// What differs from the agreement in force.
    pub news: Option<OfferDiff>,
    /// Whether earlier links stopped working when it was sent.
    pub replaces: bool,
    /// Address of the page on which the customer concludes.
    pub link: String,
    /// The last moment at which the link is valid.
    pub valid_until: DateTime<Utc>,
}

templates!(Request, "mail/request.txt", "mail/request.html", case);

impl MailBody for Request {
    fn reader(&self) -> Reader {
        Reader::Customer
    }

    /// Whether it is a first conclusion, an amendment or a new conclusion (5.3).
    fn subject(&self, w: &MailWords<'_>) -> String {
        let case = &self.case;
        let changed = !matches!(
            self.reason,
            RequestReason::First | RequestReason::Manual | RequestReason::InError
        );
        let please = match (w.en(), case.in_force, case.renews(), changed) {
            (false, true, true, _) => "Bitte neu abschließen: Auftragsverarbeitungsvertrag für",
            (false, true, false, _) => {
                "Bitte abschließen: Ergänzter Auftragsverarbeitungsvertrag für"
            }
            (false, false, _, true) => {
                "Bitte abschließen: Geänderter Auftragsverarbeitungsvertrag für"
            }
            (false, false, _, false) => "Bitte abschließen: Auftragsverarbeitungsvertrag für",
            (true, true, true, _) => "Please accept anew: data processing agreement for",
            (true, true, false, _) => "Please accept: amended data processing agreement for",
            (true, false, _, true) => "Please accept: changed data processing agreement for",
            (true, false, _, false) => "Please accept: data processing agreement for",
        };
        w.about(please, case)
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            case,
            reason: _,
            news,
            replaces: _,
            link: _,
            valid_until: _,
        } = self;
        let mut names = case.names();
        names.extend(news.iter_mut().flat_map(|news| news.names_of_others()));
        names
    }

    fn clean(&mut self) {
        self.news = self.news.take().map(OfferDiff::cleaned);
    }

    #[cfg(test)]
    fn link(&self) -> Option<&str> {
        Some(&self.link)
    }
}

/// M2.n: reminder n of 3 with a new link.
#[derive(Debug, Clone)]
pub struct Reminder {
    /// The case of the customer.
    pub case: CaseWords,
    /// Number of the reminder, 1 to 3.
    pub number: u8,
    /// What differs from the agreement in force.
    pub news: Option<OfferDiff>,
    /// Address of the page on which the customer concludes.
    pub link: String,
    /// The last moment at which the link is valid.
    pub valid_until: DateTime<Utc>,
}

templates!(Reminder, "mail/reminder.txt", "mail/reminder.html", case);

impl MailBody for Reminder {
    fn reader(&self) -> Reader {
        Reader::Customer
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        let number = self.number;
        let lead = if w.en() {
            format!("Reminder {number} of {REMINDERS}: data processing agreement for")
        } else {
            format!("Erinnerung {number} von {REMINDERS}: Auftragsverarbeitungsvertrag für")
        };
        w.about(&lead, &self.case)
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            case,
            number: _,
            news,
            link: _,
            valid_until: _,
        } = self;
        let mut names = case.names();
        names.extend(news.iter_mut().flat_map(|news| news.names_of_others()));
        names
    }

    fn clean(&mut self) {
        self.news = self.news.take().map(OfferDiff::cleaned);
    }

    #[cfg(test)]
    fn link(&self) -> Option<&str> {
        Some(&self.link)
    }
}

/// M6: the decline is confirmed.
#[derive(Debug, Clone)]
pub struct Declined {
    /// The case of the customer.
    pub case: CaseWords,
    /// When the customer declined.
    pub at: DateTime<Utc>,
}

templates!(Declined, "mail/declined.txt", "mail/declined.html", case);

impl MailBody for Declined {
    fn reader(&self) -> Reader {
        Reader::Customer
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        w.about_contract("Abgelehnt", "Declined", &self.case)
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self { case, at: _ } = self;
        case.names()
    }
}

/// A sample request for the tests.
#[cfg(test)]
pub(in crate::mail) fn request(case: CaseWords, reason: RequestReason) -> Request {
    use crate::mail::samples::{LINK, utc};

    Request {
        case,
        reason,
        news: None,
        replaces: true,
        link: LINK.to_owned(),
        valid_until: utc("2026-12-06T22:59:59.999Z"),
    }
}

#[cfg(test)]
pub(in crate::mail) fn samples(case: &CaseWords) -> Vec<super::Sample> {
    use crate::mail::samples::{LINK, news, stands, utc};

    let mut all: Vec<super::Sample> = Vec::new();
    for (stand, case) in stands(case) {
        let news = case.in_force.then(|| news(&case));
        for &reason in RequestReason::ALL {
            for replaces in [true, false] {
                let body = Request {
                    news: news.clone(),
                    replaces,
                    ..request(case.clone(), reason)
                };
                let only = if replaces { "" } else { " only" };
                all.push((format!("request {reason:?} {stand}{only}"), body.into()));
            }
        }
        for number in 1..=3 {
            let body = Reminder {
                case: case.clone(),
                number,
                news: news.clone(),
                link: LINK.to_owned(),
                valid_until: utc("2026-12-21T22:59:59.999Z"),
            };
            all.push((format!("reminder {number} {stand}"), body.into()));
        }
        let at = utc("2026-11-24T13:05:00Z");
        all.push((format!("declined {stand}"), Declined { case, at }.into()));
    }
    all
}
