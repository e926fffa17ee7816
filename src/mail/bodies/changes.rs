//! Announced changes of the general sub-processors (M9), a dissent (M10), and its settlement.

use chrono::{DateTime, NaiveDate, Utc};

use super::{MailBody, Reader, templates};
use crate::domain::name::clean;
use crate::domain::notice::Settlement;
use crate::mail::case_words::{AgreementWords, CaseWords};
use crate::mail::words::MailWords;

/// A company of the list of general sub-processors, as mails name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyWords {
    /// Name with legal form.
    pub name: String,
    /// Address in one line, with the country.
    pub address: String,
    /// Contact person with e-mail address and phone.
    pub contact: String,
    /// Its service, for which it processes data.
    pub service: String,
    /// What its service does not include.
    pub delimitation: String,
    /// Where it processes data.
    pub place: String,
    /// Transfer mechanism; empty inside the EEA.
    pub mechanism: String,
}

/// An announced change of the general sub-processors, in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeWords {
    /// The reason for the change.
    pub reason: String,
    /// The whole list before.
    pub before: Vec<CompanyWords>,
    /// The whole list after.
    pub after: Vec<CompanyWords>,
    /// The day from which the change holds for this customer.
    pub starts_on: NaiveDate,
    /// Address of its public page.
    pub page: String,
}

impl ChangeWords {
    /// The companies that are added to the list.
    pub fn added(&self) -> Vec<&CompanyWords> {
        let is_new = |one: &&CompanyWords| !self.before.contains(one);
        self.after.iter().filter(is_new).collect()
    }

    /// The companies that are removed from the list.
    pub fn removed(&self) -> Vec<&CompanyWords> {
        let is_gone = |one: &&CompanyWords| !self.after.contains(one);
        self.before.iter().filter(is_gone).collect()
    }

    fn clean(&mut self) {
        self.reason = clean(&self.reason);
        for company in self.before.iter_mut().chain(&mut self.after) {
            for field in [
                &mut company.name,
                &mut company.address,
                &mut company.contact,
                &mut company.service,
                &mut company.delimitation,
                &mut company.place,
                &mut company.mechanism,
            ] {
                *field = clean(field);
            }
        }
    }
}

/// M9: a change is announced.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// The case of the customer.
    pub case: CaseWords,
    /// The agreement in force.
    pub agreement: AgreementWords,
    /// The announced change.
    pub change: ChangeWords,
    /// Address of the page on which the customer dissents.
    pub link: String,
    /// The last moment to dissent.
    pub until: DateTime<Utc>,
}

templates!(
    Announcement,
    "mail/announcement.txt",
    "mail/announcement.html",
    case
);

impl MailBody for Announcement {
    fn reader(&self) -> Reader {
        Reader::Customer
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        let lead = w.either(
            "Änderung bei weiteren Auftragsverarbeitern für",
            "Change of sub-processors announced for",
        );
        w.about(lead, &self.case)
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            case,
            agreement: _,
            change: _,
            link: _,
            until: _,
        } = self;
        case.names()
    }

    fn clean(&mut self) {
        self.agreement.number = clean(&self.agreement.number);
        self.change.clean();
    }

    #[cfg(test)]
    fn link(&self) -> Option<&str> {
        Some(&self.link)
    }
}

/// M10: the dissent is confirmed.
#[derive(Debug, Clone)]
pub struct Dissented {
    /// The case of the customer.
    pub case: CaseWords,
    /// The agreement in force, if there is one.
    pub agreement: Option<AgreementWords>,
    /// The change it is about.
    pub change: ChangeWords,
    /// The day on which it was received.
    pub received_on: NaiveDate,
}

templates!(Dissented, "mail/dissented.txt", "mail/dissented.html", case);

impl MailBody for Dissented {
    fn reader(&self) -> Reader {
        Reader::Customer
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        let lead = w.either(
            "Einspruch erhalten: Änderung bei weiteren Auftragsverarbeitern für",
            "Dissent received: change of sub-processors for",
        );
        w.about(lead, &self.case)
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            case,
            agreement: _,
            change: _,
            received_on: _,
        } = self;
        case.names()
    }

    fn clean(&mut self) {
        self.change.clean();
    }
}

/// The settlement of a dissent (row 41).
#[derive(Debug, Clone)]
pub struct DissentSettled {
    /// The case of the customer.
    pub case: CaseWords,
    /// The agreement in force, if there is one.
    pub agreement: Option<AgreementWords>,
    /// The change it was about.
    pub change: ChangeWords,
    /// How it was settled.
    pub how: Settlement,
}

templates!(
    DissentSettled,
    "mail/dissent_settled.txt",
    "mail/dissent_settled.html",
    case
);

impl MailBody for DissentSettled {
    fn reader(&self) -> Reader {
        Reader::Customer
    }

    fn subject(&self, w: &MailWords<'_>) -> String {
        let lead = w.either(
            "Ergebnis zu Ihrem Einspruch: Änderung bei weiteren Auftragsverarbeitern für",
            "Result of your dissent: change of sub-processors for",
        );
        w.about(lead, &self.case)
    }

    fn typed_by_others(&mut self) -> Vec<&mut String> {
        let Self {
            case,
            agreement: _,
            change: _,
            how: _,
        } = self;
        case.names()
    }

    fn clean(&mut self) {
        self.change.clean();
    }
}

/// A link as in a real mail.
#[cfg(test)]
pub(in crate::mail) const DISSENT: &str = "https://avv.plusnet.example/einspruch/8Qm3vT0xJr2LkWc7Zy5NdAb1hPfUeGiSoRtKq9MwXy4VnBzCjDlEaFgHsIpOuQ6";

/// An invented company with this name.
#[cfg(test)]
pub(in crate::mail) fn company(name: &str) -> CompanyWords {
    CompanyWords {
        name: name.to_owned(),
        address: "Am Güterbahnhof 8, 41460 Neuss, Deutschland".to_owned(),
        contact: "Betriebsleitung, betrieb@plusnet.example".to_owned(),
        service: "Betrieb der Server".to_owned(),
        delimitation: "Verwaltet keine Kundendaten".to_owned(),
        place: "Deutschland".to_owned(),
        mechanism: String::new(),
    }
}

/// A sample of M9 for the tests.
#[cfg(test)]
pub(in crate::mail) fn announcement(case: &CaseWords) -> Announcement {
    use crate::mail::samples::utc;

    Announcement {
        case: case.clone(),
        agreement: AgreementWords {
            number: "AVV-2026-4711-1-7KQ2M8".to_owned(),
            concluded_at: utc("2026-11-23T09:00:00Z"),
        },
        change: ChangeWords {
            reason: "Wir ziehen in ein Rechenzentrum mit eigener Stromversorgung um.".to_owned(),
            before: vec![company("RZ Rheinland mbH"), company("Briefkopf GmbH")],
            after: vec![
                CompanyWords {
                    place: "Schweiz".to_owned(),
                    mechanism: "Angemessenheitsbeschluss".to_owned(),
                    ..company("RZ Alpen AG")
                },
                company("Briefkopf GmbH"),
            ],
            starts_on: utc("2026-12-09T09:00:00Z").date_naive(),
            page: "https://avv.plusnet.example/aenderungsmitteilungen/7f0c".to_owned(),
        },
        link: DISSENT.to_owned(),
        until: utc("2026-12-08T22:59:59.999Z"),
    }
}

#[cfg(test)]
pub(in crate::mail) fn samples(case: &CaseWords) -> Vec<super::Sample> {
    use crate::mail::samples::utc;

    let announced = announcement(case);
    let mut first = announced.clone();
    first.change.before.clear();
    let (agreement, change) = (announced.agreement.clone(), announced.change.clone());
    let mut all: Vec<super::Sample> = vec![
        ("announcement".to_owned(), announced.into()),
        ("announcement first".to_owned(), first.into()),
    ];
    for agreement in [Some(&agreement), None] {
        let stand = agreement.is_some();
        let body = Dissented {
            case: case.clone(),
            agreement: agreement.cloned(),
            change: change.clone(),
            received_on: utc("2026-12-01T09:00:00Z").date_naive(),
        };
        all.push((format!("dissented {stand}"), body.into()));
        for how in Settlement::OF_DISSENT {
            let body = DissentSettled {
                case: case.clone(),
                agreement: agreement.cloned(),
                change: change.clone(),
                how,
            };
            all.push((
                format!("dissent_settled {} {stand}", how.key()),
                body.into(),
            ));
        }
    }
    all
}
