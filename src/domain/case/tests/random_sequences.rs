//! Random sequences for [`super::invariants`]: what happens, and how much later.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::{DateTime, Duration, NaiveTime, Utc};
use proptest::prelude::*;
use proptest::sample::Index;

use super::samples::{
    CENTRAFLEX, DESK, FOREIGN, KIT, MANDANT, OTHER_SUB, SMALL_TRUNK, SUB, Scenario, TRUNK, UMS,
    booked, case, consent, email, new_email, partner, party, utc, version_at,
};
use crate::domain::calendar::{REMINDER_HOUR, at, day};
use crate::domain::case::{
    AddressChange, Case, Channel, Demand, Event, ExistingText, Verdict, next_change,
};
use crate::domain::product::option_key;
use crate::domain::working_time::LAST_HOUR;
use crate::domain::{AddressId, Language, LinkId, PartnerId};

const PRODUCTS: [(&str, &[&str]); 12] = [
    (CENTRAFLEX, &[]),
    (CENTRAFLEX, &[]),
    (TRUNK, &["ums"]),
    (SMALL_TRUNK, &["ums"]),
    (TRUNK, &[]),
    (SMALL_TRUNK, &[]),
    (KIT, &["fax", "archive"]),
    (KIT, &["archive", "journal"]),
    (KIT, &["journal"]),
    (DESK, &[]),
    (DESK, &["music", "voice"]),
    (DESK, &["record"]),
];
/// What happens. Links and products are drawn from the existing ones.
#[derive(Debug, Clone)]
pub enum Act {
    Book(Index),
    Ask,
    AskByLink(Index),
    Step,
    NewVersion,
    Bounce(Index),
    NameSub(Option<PartnerId>),
    ChangeEmail(bool),
    Conclude(Index),
    Decline(Index),
    Object,
    /// A booking is cancelled, to end some days from now.
    EndBooking(Index, i64),
    /// The cancellation of a booking is taken back.
    GoOn(Index),
    SwitchOption(Index, Index, bool),
    /// An option is cancelled, to end some days from now, or its cancellation is taken back.
    EndOption(Index, Index, Option<i64>),
    Assign(Option<PartnerId>),
    PartnerChangesEmail(bool),
    TellFormer(bool),
    Judge(Verdict),
    Rename(bool),
    TellBlocked(PartnerId),
    Lock(bool),
    Paper,
    /// One of the agreements from before the portal.
    Before,
    FindError,
    Demand(Demand),
    TellOfVersion,
    Delete,
    /// The catalogue changes whether something needs an agreement. The customer is reviewed at
    /// once, or the change takes effect between other events.
    ChangeNeed(Index, bool),
    /// The contract text in force speaks of something from now on, or does not any more.
    ChangeText(Index, bool),
}

/// How much time passes before the next act.
#[derive(Debug, Clone)]
pub enum Wait {
    Minutes(i64),
    Days(i64),
    /// To just before, at or just after midnight, 08:00 or 20:00 of the next day in Berlin.
    Edge(u32, i64),
    /// To just before, at or just after the next time at which something changes without an event.
    Change(i64),
    /// To the morning after the latest link expires.
    Morning,
}

pub fn acts() -> impl Strategy<Value = Act> {
    let sub = prop::option::of(prop::sample::select(vec![SUB, OTHER_SUB]));
    prop_oneof![
        4 => any::<Index>().prop_map(Act::Book),
        1 => Just(Act::Ask),
        2 => any::<Index>().prop_map(Act::AskByLink),
        12 => Just(Act::Step),
        3 => Just(Act::NewVersion),
        1 => any::<Index>().prop_map(Act::Bounce),
        1 => sub.prop_map(Act::NameSub),
        1 => any::<bool>().prop_map(Act::ChangeEmail),
        4 => any::<Index>().prop_map(Act::Conclude),
        1 => any::<Index>().prop_map(Act::Decline),
        1 => Just(Act::Object),
        1 => (any::<Index>(), 0..30_i64).prop_map(|(which, days)| Act::EndBooking(which, days)),
        1 => rarely(),
    ]
}

fn rarely() -> impl Strategy<Value = Act> {
    let partner = prop::option::weighted(0.8, prop::sample::select(vec![MANDANT, FOREIGN]));
    prop_oneof![
        2 => any::<Index>().prop_map(Act::GoOn),
        3 => (any::<Index>(), any::<Index>(), any::<bool>())
            .prop_map(|(which, option, on)| Act::SwitchOption(which, option, on)),
        3 => (any::<Index>(), any::<Index>(), prop::option::weighted(0.7, 0..30_i64))
            .prop_map(|(which, option, days)| Act::EndOption(which, option, days)),
        4 => partner.prop_map(Act::Assign),
        4 => any::<bool>().prop_map(Act::PartnerChangesEmail),
        6 => any::<bool>().prop_map(Act::TellFormer),
        4 => prop::sample::select(vec![Verdict::Confirmed, Verdict::Refused, Verdict::Stopped])
            .prop_map(Act::Judge),
        2 => any::<bool>().prop_map(Act::Rename),
        1 => prop::sample::select(vec![MANDANT, SUB]).prop_map(Act::TellBlocked),
        2 => any::<bool>().prop_map(Act::Lock),
        2 => Just(Act::Paper),
        1 => Just(Act::Before),
        2 => Just(Act::FindError),
        4 => prop::sample::select(vec![Demand::Succession, Demand::Version]).prop_map(Act::Demand),
        2 => Just(Act::TellOfVersion),
        1 => Just(Act::Delete),
        6 => (any::<Index>(), prop::bool::weighted(0.8))
            .prop_map(|(which, reviews)| Act::ChangeNeed(which, reviews)),
        8 => (any::<Index>(), prop::bool::weighted(0.8))
            .prop_map(|(which, reviews)| Act::ChangeText(which, reviews)),
    ]
}

pub fn waits() -> impl Strategy<Value = Wait> {
    prop_oneof![
        3 => (0..300_i64).prop_map(Wait::Minutes),
        2 => (0..40_i64).prop_map(Wait::Days),
        2 => (prop::sample::select(vec![0, REMINDER_HOUR, LAST_HOUR]), -1..2_i64)
            .prop_map(|(hour, ms)| Wait::Edge(hour, ms)),
        1 => (-1..2_i64).prop_map(Wait::Change),
        4 => Just(Wait::Morning),
    ]
}

/// Begins on any day of 2026, so that both clock changes are covered; sometimes without an address
/// or without a partner.
pub fn scenarios() -> impl Strategy<Value = Scenario> {
    (0..365_i64, 0..10_u8).prop_map(|(days, kind)| {
        let mut scenario = Scenario::of(case());
        scenario.now = utc("2026-01-01T09:30:00Z") + Duration::days(days);
        scenario.case.current_version = version_at(scenario.now);
        match kind {
            0 => {
                scenario.case.partner = None;
                scenario.case.sub_partner = None;
            }
            1 => scenario.case.customer.party.email = None,
            2 => scenario.case.sub_partner = None,
            _ => {}
        }
        scenario
    })
}

pub fn wait(scenario: &mut Scenario, wait: &Wait) {
    let ms = Duration::milliseconds;
    let later = match wait {
        Wait::Minutes(minutes) => scenario.now + Duration::minutes(*minutes),
        Wait::Days(days) => scenario.now + Duration::days(*days),
        Wait::Edge(hour, off) => {
            let time = NaiveTime::from_hms_opt(*hour, 0, 0).unwrap();
            at(day(scenario.now) + chrono::Days::new(1), time) + ms(*off)
        }
        Wait::Change(off) => next_change(&scenario.case, scenario.now)
            .map_or(scenario.now, |(when, _)| when + ms(*off)),
        Wait::Morning => {
            let open = scenario.case.open_request().is_some();
            if open {
                scenario.clone().at_next_step().now
            } else {
                scenario.now
            }
        }
    };
    // No two events happen in the same millisecond.
    scenario.now = later.max(scenario.now + ms(1));
    scenario.case.current_version = version_at(scenario.now);
}

/// What may or may not need an agreement in the sequences.
const NEEDS: [(&str, Option<&str>); 6] = [
    (CENTRAFLEX, None),
    (TRUNK, Some(UMS)),
    (KIT, Some("fax")),
    (KIT, Some("journal")),
    (DESK, None),
    (DESK, Some("voice")),
];

/// Changes the catalogue if the act starts with that; returns what changed.
pub fn change_need(act: &Act, case: &mut Case) -> Option<(String, Option<String>)> {
    let Act::ChangeNeed(which, _) = act else {
        return None;
    };
    let (code, option) = NEEDS[which.index(NEEDS.len())];
    let product = case.catalogue.iter_mut().find(|one| one.code == code)?;
    let needs = match option {
        None => &mut product.requires_avv,
        Some(option) => {
            let known = product.options.iter_mut().find(|one| one.code == option)?;
            &mut known.requires_avv
        }
    };
    *needs = !*needs;
    Some((code.to_owned(), option.map(str::to_owned)))
}

/// What is written or struck out in stories.
const TEXTS: [(&str, Option<&str>); 6] = [
    (CENTRAFLEX, None),
    (TRUNK, Some(UMS)),
    (KIT, Some("fax")),
    (KIT, Some("journal")),
    (DESK, None),
    (DESK, Some("voice")),
];

/// Changes the text in force if that is what the act begins with; says of what.
pub fn change_text(act: &Act, case: &mut Case) -> Option<(String, Option<String>)> {
    let Act::ChangeText(which, _) = act else {
        return None;
    };
    let (code, option) = TEXTS[which.index(TEXTS.len())];
    let key = option.map_or_else(|| code.to_owned(), |option| option_key(code, option));
    if !case.annexes.remove(&key) {
        case.annexes.insert(key);
    }
    Some((code.to_owned(), option.map(str::to_owned)))
}

fn any_link(case: &Case, which: Index) -> LinkId {
    let links: Vec<_> = case
        .requests
        .iter()
        .flat_map(|round| &round.links)
        .collect();
    // The latest ones are drawn most often; old ones must stay harmless.
    let back = [0, 0, 0, 0, 0, 1, 2, 5][which.index(8)];
    let newest_first = links
        .iter()
        .rev()
        .nth(back.min(links.len().saturating_sub(1)));
    newest_first.map_or(LinkId(uuid::Uuid::nil()), |link| link.id)
}

fn any_booking(case: &Case, which: Index) -> usize {
    which.index(case.bookings.len().max(1))
}

/// An option of the booked product; if it has none, an option of another product.
fn any_option(case: &Case, booking: usize, which: Index) -> String {
    let booking = case.bookings.get(booking);
    let product = booking.and_then(|one| case.product(&one.product));
    match product.map(|one| one.options.as_slice()) {
        Some(options @ [_, ..]) => options[which.index(options.len())].code.clone(),
        _ => UMS.to_owned(),
    }
}

pub fn event(act: &Act, case: &Case, now: DateTime<Utc>) -> Event {
    match act {
        Act::Book(which) => {
            let (product, options) = PRODUCTS[which.index(PRODUCTS.len())];
            booked(product, options)
        }
        Act::Ask => Event::AskedByHand,
        Act::AskByLink(which) => Event::AskedByLink(any_link(case, *which)),
        Act::Step => Event::StepDue,
        Act::NewVersion => Event::NewVersion,
        Act::Bounce(which) => Event::MailRefused(any_link(case, *which)),
        Act::NameSub(id) => {
            let mandant = case.partner.as_ref().map_or(MANDANT, |one| one.id);
            Event::SubPartnerNamed(id.map(|id| partner(id, Some(mandant))))
        }
        Act::ChangeEmail(first) => new_email(if *first {
            "a@kunde.example"
        } else {
            "b@kunde.example"
        }),
        Act::Conclude(which) => consent(any_link(case, *which)),
        Act::Decline(which) => Event::Declined(any_link(case, *which)),
        Act::Object => Event::Objected(Channel::Portal),
        Act::EndBooking(which, days) => Event::Cancelled {
            booking: any_booking(case, *which),
            ends_at: Some(now + Duration::days(*days)),
        },
        Act::GoOn(which) => Event::Cancelled {
            booking: any_booking(case, *which),
            ends_at: None,
        },
        Act::SwitchOption(which, option, on) => Event::OptionChanged {
            booking: any_booking(case, *which),
            option: any_option(case, any_booking(case, *which), *option),
            on: *on,
        },
        Act::EndOption(which, option, days) => Event::OptionCancelled {
            booking: any_booking(case, *which),
            option: any_option(case, any_booking(case, *which), *option),
            ends_at: days.map(|days| now + Duration::days(days)),
        },
        Act::Assign(id) => Event::PartnerAssigned(id.map(|id| partner(id, None))),
        Act::PartnerChangesEmail(own) => Event::EmailChanged(AddressChange {
            email: email(if *own {
                "chef@partner1.example"
            } else {
                "c@kunde.example"
            }),
            partner_addresses: vec![email("post@partner1.example")],
            by_partner: true,
            wait: Duration::hours(48),
            despite: false,
        }),
        Act::TellFormer(is_told) => {
            let waiting = case.waiting_address();
            let id = waiting.map_or(AddressId(uuid::Uuid::nil()), |one| one.id);
            match is_told {
                true => Event::FormerTold(id),
                false => Event::FormerUnreached(id),
            }
        }
        Act::Judge(verdict) => {
            let undecided = case.undecided_addresses().next().or(case.entered.last());
            let id = undecided.map_or(AddressId(uuid::Uuid::nil()), |one| one.id);
            Event::AddressJudged(id, *verdict)
        }
        Act::Rename(first) => {
            let name = if *first { "Kunde AG" } else { "Neue Kunde AG" };
            Event::PartyChanged {
                party: Box::new(party(name, "egal@kunde.example")),
                language: Language::De,
            }
        }
        Act::TellBlocked(id) => Event::PartnerBlocked(*id),
        Act::Lock(ask_again) => Event::LinksLocked {
            ask_again: *ask_again,
        },
        Act::Paper => Event::ConcludedOnPaper {
            person: "Ute Vogt".to_owned(),
            function: "Vorstand".to_owned(),
            existing: None,
        },
        Act::Before => Event::ConcludedOnPaper {
            person: "Ute Vogt".to_owned(),
            function: "Vorstand".to_owned(),
            existing: Some(ExistingText {
                version: case.current_version.clone(),
                annexes: case.annexes.clone(),
            }),
        },
        Act::FindError => Event::ObjectedInError,
        Act::Demand(demand) => Event::Demanded(*demand),
        Act::TellOfVersion => Event::ToldOfVersion,
        Act::Delete => Event::Deleted,
        Act::ChangeNeed(_, true) | Act::ChangeText(_, true) => Event::NeedChanged,
        Act::ChangeNeed(_, false) | Act::ChangeText(_, false) => Event::StepDue,
    }
}
