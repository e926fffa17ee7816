//! Who did what the audit log tells of.

use serde::{Deserialize, Serialize};

use crate::domain::{AddressId, Language, LinkId, NoticeId, UserId};

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "actor", rename_all = "snake_case")]
pub enum Actor {
    /// A signed-in person; name and company as they were then.
    User {
        /// Key of the user.
        id: UserId,
        /// Name at that time.
        name: String,
        /// Company at that time.
        company: String,
    },
    /// Somebody who held a consent link.
    Link {
        /// Which link.
        id: LinkId,
    },
    /// Somebody who held the link of a notice.
    Notice {
        /// Which notice.
        id: NoticeId,
    },
    /// Somebody who reads the former address of a customer and held the link that was sent there.
    Former {
        /// About which entered address.
        id: AddressId,
    },
    /// The scheduler or the mail worker.
    Portal,
    /// A command on the server.
    Command,
}

impl Actor {
    /// The signed-in person, if it was one.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// Who it was, for the history: name and company, "Kunde", "Portal".
    pub fn words(&self, language: Language) -> String {
        match self {
            Self::User { name, company, .. } if company.is_empty() || company == name => {
                name.clone()
            }
            Self::User { name, company, .. } => format!("{name}, {company}"),
            Self::Link { .. } | Self::Notice { .. } if language.is_en() => "Customer".to_owned(),
            Self::Link { .. } | Self::Notice { .. } => "Kunde".to_owned(),
            Self::Former { .. } if language.is_en() => "Former address".to_owned(),
            Self::Former { .. } => "Bisherige Adresse".to_owned(),
            Self::Portal | Self::Command => "Portal".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_it_was_is_said_in_both_languages() {
        let person = |company: &str| Actor::User {
            id: UserId(1),
            name: "Erika Muster".to_owned(),
            company: company.to_owned(),
        };
        let link = Actor::Link {
            id: LinkId(uuid::Uuid::nil()),
        };
        for (actor, de, en) in [
            (person(""), "Erika Muster", "Erika Muster"),
            (
                person("M GmbH"),
                "Erika Muster, M GmbH",
                "Erika Muster, M GmbH",
            ),
            (link, "Kunde", "Customer"),
            (Actor::Portal, "Portal", "Portal"),
        ] {
            assert_eq!(actor.words(Language::De), de);
            assert_eq!(actor.words(Language::En), en);
        }
    }

    #[test]
    fn c5_an_account_called_like_its_company_is_named_once() {
        // As "Zugang anfordern" makes it.
        let actor = Actor::User {
            id: UserId(1),
            name: "Musikschule Allegro".to_owned(),
            company: "Musikschule Allegro".to_owned(),
        };
        assert_eq!(actor.words(Language::De), "Musikschule Allegro");
    }
}
