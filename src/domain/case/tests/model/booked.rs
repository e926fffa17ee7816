//! A line of the sheet about something the customer has.

use super::{Key, Time};

#[derive(Debug, Clone)]
pub(super) struct Booked {
    pub(super) key: Key,
    pub(super) end: Option<Time>,
    /// From when it goes on without its option.
    pub(super) option_end: Option<Time>,
    pub(super) seen: bool,
}

impl Booked {
    /// What it is at `now`: an option that is over is not there any more.
    pub(super) fn key_at(&self, now: Time) -> Key {
        let has_option = self.key.1 && self.option_end.is_none_or(|end| now < end);
        (self.key.0.clone(), has_option)
    }

    pub(super) fn is_there(&self, now: Time) -> bool {
        self.end.is_none_or(|end| now < end)
    }

    /// Its option is over, and nobody has acted on that.
    pub(super) fn option_is_over(&self, now: Time) -> bool {
        self.is_there(now) && self.key.1 && !self.key_at(now).1
    }
}
