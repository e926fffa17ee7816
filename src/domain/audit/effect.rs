//! Whom an event let in and whom it shut out (EV-11). Kept beside every event of a case that changed
//! it, whatever its kind, so that the log can say who had access when.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::case::{Case, Partner, access};
use crate::domain::product::{Module, Named, Product};
use crate::domain::{PartnerId, UserId};

/// Access that an event opened and closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// What can be entered since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opened: Vec<PartnerAccess>,
    /// What no longer can.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<PartnerAccess>,
}

/// A partner, areas of one customer, and the partner's people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerAccess {
    /// Whose access it is.
    pub partner: PartnerId,
    /// Its name then.
    pub name: String,
    /// Names of the areas.
    pub modules: Vec<Named>,
    /// Keys of the areas, for other systems; in the order of the keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// How many users it had then that could sign in.
    #[serde(default)]
    pub user_count: i64,
    /// Who they were: keys alone, so that no person stands in the chain. At most
    /// [`Effect::MOST_USERS`], the oldest first.
    #[serde(default)]
    pub users: Vec<UserId>,
}

/// A partner's access that an objection closed (EV-11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedAccess {
    /// Whose access it is.
    pub partner: PartnerId,
    /// Its name then.
    pub name: String,
    /// Names of the areas that were open.
    pub modules: Vec<Named>,
}

impl Effect {
    /// Where it stands among the details of an event.
    pub const FIELD: &str = "effect";
    /// Users of one partner named in an event; the number says how many there were.
    pub const MOST_USERS: i64 = 500;

    /// What changed between two states of a case, as of `now`; the people are not filled in. What a
    /// booking or an option had opened until it ended, and nothing was done about its end yet, counts
    /// as open before: time alone has closed it since the last event.
    pub fn between(before: &Case, after: &Case, now: DateTime<Utc>) -> Self {
        let (was, is) = (open(before, until_lapse(before, now)), open(after, now));
        Self {
            opened: without(&is, &was),
            closed: without(&was, &is),
        }
    }

    /// Everything that is open at `now`, as if it had just been opened.
    pub fn open_now(case: &Case, now: DateTime<Utc>) -> Self {
        Self {
            opened: without(&open(case, now), &Open::new()),
            closed: Vec::new(),
        }
    }

    /// All of a partner's access, to whichever customer: what a block shuts.
    pub fn everything(partner: PartnerId, name: &str) -> PartnerAccess {
        PartnerAccess {
            partner,
            name: name.to_owned(),
            modules: Vec::new(),
            keys: Vec::new(),
            user_count: 0,
            users: Vec::new(),
        }
    }

    /// Whether no access changed.
    pub fn is_empty(&self) -> bool {
        self.opened.is_empty() && self.closed.is_empty()
    }

    /// Both lists, to fill in the people.
    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut PartnerAccess> {
        self.opened.iter_mut().chain(&mut self.closed)
    }
}

/// The last moment at which everything was open that has lapsed since; `now` if nothing has.
fn until_lapse(case: &Case, now: DateTime<Utc>) -> DateTime<Utc> {
    let lapsed = case.bookings.iter().filter_map(|booking| {
        let ended = booking.ends_at.filter(|_| booking.has_lapsed(now));
        [ended, booking.lapsed_option(now)]
            .into_iter()
            .flatten()
            .min()
    });
    lapsed
        .min()
        .map_or(now, |end| end - chrono::Duration::milliseconds(1))
}

/// Names and areas, by their keys, of all who may enter something.
type Open<'c> = BTreeMap<PartnerId, (&'c str, BTreeMap<&'c str, Named>)>;

fn open(case: &Case, now: DateTime<Utc>) -> Open<'_> {
    let modules: BTreeMap<&str, &Module> = case
        .catalogue
        .iter()
        .flat_map(Product::modules)
        .filter(|module| module.gated)
        .map(|module| (module.key.as_str(), module))
        .collect();
    let areas = |partner: &Partner| {
        modules
            .iter()
            .filter(|(key, _)| access(case, partner.id, key, now).is_ok())
            .map(|(key, module)| (*key, module.named()))
            .collect()
    };
    [&case.partner, &case.sub_partner]
        .into_iter()
        .flatten()
        .map(|partner| (partner.id, (partner.party.name.as_str(), areas(partner))))
        .collect()
}

fn without(these: &Open<'_>, those: &Open<'_>) -> Vec<PartnerAccess> {
    let mut all = Vec::new();
    for (partner, (name, areas)) in these {
        let (mut modules, mut keys) = (BTreeSet::new(), Vec::new());
        for (key, area) in areas {
            let known = those
                .get(partner)
                .is_some_and(|(_, open)| open.contains_key(key));
            if !known {
                modules.insert(area.clone());
                keys.push((*key).to_owned());
            }
        }
        if !keys.is_empty() {
            all.push(PartnerAccess {
                partner: *partner,
                name: (*name).to_owned(),
                modules: modules.into_iter().collect(),
                keys,
                user_count: 0,
                users: Vec::new(),
            });
        }
    }
    all
}
