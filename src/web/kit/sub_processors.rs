//! The lists of sub-processors before and after a change, ready to print.

use crate::actions::delivery::address;
use crate::domain::Language;
use crate::domain::party::SubProcessor;
use crate::storage::announcements::Announcement;

/// A company of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// Name with legal form.
    pub name: String,
    /// Address in one line.
    pub address: String,
    /// Contact person of the sub-processor.
    pub contact: String,
    /// Its address for messages.
    pub email: String,
    /// Its phone number.
    pub phone: String,
    /// Its service, for which it processes data.
    pub service: String,
    /// What its service does not include.
    pub delimitation: String,
    /// Where it processes data.
    pub place: String,
    /// Transfer mechanism; empty inside the EEA.
    pub mechanism: String,
    /// "neu", "entfällt"; empty if it stays on the list.
    pub mark: &'static str,
}

impl Company {
    /// A company in the reader's language.
    pub fn of(one: &SubProcessor, language: Language) -> Self {
        let party = &one.party;
        let email = party.email.as_ref().map(|email| email.as_str().to_owned());
        Self {
            name: party.name.clone(),
            address: address(party, language),
            contact: party.contact.clone(),
            email: email.unwrap_or_default(),
            phone: party.phone.clone(),
            service: one.service(language).to_owned(),
            delimitation: one.delimitation(language).to_owned(),
            place: one.place(language).to_owned(),
            mechanism: one.mechanism(language).to_owned(),
            mark: "",
        }
    }
}

/// Both lists of an announced change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lists {
    /// The list until the change.
    pub before: Vec<Company>,
    /// The list after the change.
    pub after: Vec<Company>,
}

impl Lists {
    /// The lists of an announcement; added and removed companies are marked.
    pub fn of(announcement: &Announcement, language: Language) -> Self {
        let (before, after) = match &announcement.lists {
            Some((before, after)) => (before.as_slice(), after.as_slice()),
            None => (&[][..], &[][..]),
        };
        let (gone, new) = if language.is_en() {
            ("no longer used", "new")
        } else {
            ("entfällt", "neu")
        };
        let marked = |list: &[SubProcessor], other: &[SubProcessor], mark| {
            list.iter()
                .map(|one| Company {
                    mark: if other.contains(one) { "" } else { mark },
                    ..Company::of(one, language)
                })
                .collect()
        };
        Self {
            before: marked(before, after, gone),
            after: marked(after, before, new),
        }
    }
}
