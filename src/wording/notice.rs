//! Notices of announced changes: how one stands, and how a dissent came.

use crate::domain::notice::{DissentWay, NoticeState};

impl DissentWay {
    /// The words on German screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Portal => "im Portal",
            Self::Link => "über den Link in der E-Mail",
            Self::Email => "per E-Mail",
            Self::Letter => "per Brief",
            Self::Phone => "am Telefon",
        }
    }

    /// The same in English.
    pub fn word_en(self) -> &'static str {
        match self {
            Self::Portal => "in the portal",
            Self::Link => "by the link in the e-mail",
            Self::Email => "by e-mail",
            Self::Letter => "by letter",
            Self::Phone => "by phone",
        }
    }
}

impl NoticeState {
    /// The word on German screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unsent => "Nicht zugestellt",
            Self::Running => "Frist läuft",
            Self::NoDissent => "Ohne Einspruch",
            Self::Dissent => "Einspruch",
            Self::Settled => "Gelöst",
            Self::Exempted => "Ausgenommen",
            Self::Terminated => "Gekündigt",
            Self::Lapsed => "Entfallen",
        }
    }

    /// The same in English.
    pub fn word_en(self) -> &'static str {
        match self {
            Self::Unsent => "Not delivered",
            Self::Running => "Period running",
            Self::NoDissent => "No dissent",
            Self::Dissent => "Dissent",
            Self::Settled => "Settled",
            Self::Exempted => "Exempted",
            Self::Terminated => "Terminated",
            Self::Lapsed => "Lapsed",
        }
    }
}
