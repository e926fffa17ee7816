//! What happens in the rows of [`super::table`]: each brings about one event and may let time pass
//! or other things happen first.

use chrono::Duration;

use super::samples::{
    CENTRAFLEX, FOREIGN, MANDANT, OTHER_SUB, Play, SUB, TRUNK, booked, consent, email, in_state,
    new_email, partner,
};
use super::{AddressChange, Channel, Demand, Event};

/// Brings about the event.
pub(crate) type Happens = fn(&mut Play) -> Event;

pub(crate) fn by_hand(play: &mut Play) -> Event {
    play.now += Duration::hours(2);
    Event::AskedByHand
}

pub(crate) fn step(play: &mut Play) -> Event {
    *play = play.clone().at_next_step();
    Event::StepDue
}

/// Lets the open round run out: three reminders and the end of the last link.
pub(crate) fn run_out(play: &mut Play) -> Event {
    for _ in 0..3 {
        *play = play.clone().at_next_step().after(&Event::StepDue);
    }
    step(play)
}

pub(crate) fn refused(play: &mut Play) -> Event {
    Event::MailRefused(play.link())
}

pub(crate) fn new_address(_: &mut Play) -> Event {
    new_email("neu@kunde.example")
}

pub(crate) fn sub_removed(_: &mut Play) -> Event {
    Event::SubPartnerNamed(None)
}

pub(crate) fn sub_replaced(_: &mut Play) -> Event {
    Event::SubPartnerNamed(Some(partner(OTHER_SUB, Some(MANDANT))))
}

pub(crate) fn sub_added(play: &mut Play) -> Event {
    play.case.sub_partner = None;
    Event::SubPartnerNamed(Some(partner(SUB, Some(MANDANT))))
}

pub(crate) fn trunk_booked(_: &mut Play) -> Event {
    booked(TRUNK, true)
}

pub(crate) fn centraflex_booked(_: &mut Play) -> Event {
    booked(CENTRAFLEX, false)
}

pub(crate) fn decline(play: &mut Play) -> Event {
    Event::Declined(play.link())
}

pub(crate) fn agree(play: &mut Play) -> Event {
    consent(play.link())
}

pub(crate) fn object(_: &mut Play) -> Event {
    Event::Objected(Channel::Portal)
}

pub(crate) fn objection_recorded(_: &mut Play) -> Event {
    Event::Objected(Channel::Letter)
}

/// A Mandant of another chain.
pub(crate) fn other_partner(_: &mut Play) -> Event {
    Event::PartnerAssigned(Some(partner(FOREIGN, None)))
}

pub(crate) fn partner_back(_: &mut Play) -> Event {
    Event::PartnerAssigned(Some(partner(MANDANT, None)))
}

pub(crate) fn partner_removed(_: &mut Play) -> Event {
    Event::PartnerAssigned(None)
}

pub(crate) fn sub_of_new_partner(_: &mut Play) -> Event {
    Event::SubPartnerNamed(Some(partner(OTHER_SUB, Some(FOREIGN))))
}

/// Rows 20 to 24 from an agreement that names no Submandant.
pub(crate) fn without_sub(play: &mut Play) {
    *play = in_state("N");
    play.case.sub_partner = None;
    *play = play.clone().after(&booked(CENTRAFLEX, false));
    let answer = consent(play.link());
    *play = play.clone().later(Duration::hours(1)).after(&answer);
}

pub(crate) fn sub_comes(play: &mut Play) -> Event {
    without_sub(play);
    Event::SubPartnerNamed(Some(partner(OTHER_SUB, Some(MANDANT))))
}

pub(crate) fn amendment(play: &mut Play) {
    let comes = sub_comes(play);
    *play = play.clone().after(&comes);
}

pub(crate) fn sub_agreed(play: &mut Play) -> Event {
    amendment(play);
    consent(play.link())
}

pub(crate) fn sub_declined(play: &mut Play) -> Event {
    amendment(play);
    Event::Declined(play.link())
}

pub(crate) fn sub_expired(play: &mut Play) -> Event {
    amendment(play);
    run_out(play)
}

pub(crate) fn sub_withdrawn(play: &mut Play) -> Event {
    amendment(play);
    Event::SubPartnerNamed(None)
}

pub(crate) fn cancel(booking: usize, play: &Play) -> Event {
    Event::Cancelled {
        booking,
        ends_at: Some(play.now),
    }
}

pub(crate) fn cancelled_now(play: &mut Play) -> Event {
    cancel(0, play)
}

/// Cancelled for the end of the month; the scheduler comes in the morning after.
pub(crate) fn cancelled_then(play: &mut Play) -> Event {
    let ends_at = Some(play.now + Duration::days(8));
    *play = play.clone().after(&Event::Cancelled {
        booking: 0,
        ends_at,
    });
    play.now += Duration::days(9);
    Event::StepDue
}

/// All but the first booking are gone a moment before.
pub(crate) fn all_cancelled(play: &mut Play) -> Event {
    for place in (1..play.case.bookings.len()).rev() {
        let gone = cancel(place, play);
        *play = play.clone().after(&gone);
    }
    cancel(0, play)
}

/// One agreement over two products; the second one goes.
pub(crate) fn one_of_two_cancelled(play: &mut Play) -> Event {
    let asked = in_state("R0").after(&booked(TRUNK, true));
    let answer = consent(asked.link());
    *play = asked.after(&answer);
    cancel(1, play)
}

pub(crate) fn amendment_cancelled(play: &mut Play) -> Event {
    cancel(1, play)
}

pub(crate) fn address_by_partner(_: &mut Play) -> Event {
    Event::EmailChanged(AddressChange {
        email: email("neu@kunde.example"),
        partner_addresses: vec![email("post@partner1.example")],
        by_partner: true,
        wait: Duration::hours(48),
        despite: false,
    })
}

pub(crate) fn renamed(play: &mut Play) -> Event {
    let mut party = play.case.customer.party.clone();
    party.name = "Kunde Nachfolge AG".to_owned();
    Event::PartyChanged {
        party: Box::new(party),
        language: play.case.customer.language,
    }
}

/// The fact is the partner's; the event tells the customer.
pub(crate) fn blocked(play: &mut Play) -> Event {
    let now = play.now;
    for one in play.case.partner.iter_mut().filter(|one| one.id == MANDANT) {
        one.blocked_at = Some(now);
    }
    Event::PartnerBlocked(MANDANT)
}

pub(crate) fn deleted(_: &mut Play) -> Event {
    Event::Deleted
}

pub(crate) fn locked(_: &mut Play) -> Event {
    Event::LinksLocked { ask_again: false }
}

pub(crate) fn locked_and_asked(_: &mut Play) -> Event {
    Event::LinksLocked { ask_again: true }
}

pub(crate) fn on_paper(_: &mut Play) -> Event {
    Event::ConcludedOnPaper {
        person: "Ute Vogt".to_owned(),
        function: "Vorstand".to_owned(),
    }
}

pub(crate) fn demanded(play: &mut Play) -> Event {
    let renamed = renamed(play);
    *play = play.clone().later(Duration::hours(1)).after(&renamed);
    Event::Demanded(Demand::Succession)
}

/// The customer is asked to conclude anew; the agreement in force goes on.
pub(crate) fn on_demand(play: &mut Play) {
    let demanded = demanded(play);
    *play = play.clone().after(&demanded).later(Duration::hours(1));
}

pub(crate) fn demand_agreed(play: &mut Play) -> Event {
    on_demand(play);
    consent(play.link())
}

pub(crate) fn demand_declined(play: &mut Play) -> Event {
    on_demand(play);
    Event::Declined(play.link())
}

pub(crate) fn demand_reminded(play: &mut Play) -> Event {
    on_demand(play);
    step(play)
}

pub(crate) fn demand_expired(play: &mut Play) -> Event {
    on_demand(play);
    run_out(play)
}

pub(crate) fn demand_resent(play: &mut Play) -> Event {
    on_demand(play);
    by_hand(play)
}

pub(crate) fn demand_locked(play: &mut Play) -> Event {
    on_demand(play);
    Event::LinksLocked { ask_again: true }
}

pub(crate) fn demand_moved(play: &mut Play) -> Event {
    on_demand(play);
    new_email("neu@kunde.example")
}

pub(crate) fn demand_objected(play: &mut Play) -> Event {
    on_demand(play);
    Event::Objected(Channel::Portal)
}

/// The further product comes and goes while a new conclusion is waited for.
pub(crate) fn demand_outlasts_product(play: &mut Play) -> Event {
    on_demand(play);
    *play = play
        .clone()
        .after(&booked(TRUNK, true))
        .later(Duration::hours(1));
    cancel(1, play)
}

/// The Mandant goes and comes back.
pub(crate) fn demand_outlasts_partner(play: &mut Play) -> Event {
    on_demand(play);
    let moved = Event::PartnerAssigned(Some(partner(FOREIGN, None)));
    *play = play.clone().after(&moved).later(Duration::hours(1));
    Event::PartnerAssigned(Some(partner(MANDANT, None)))
}

pub(crate) fn demand_sub_removed(play: &mut Play) -> Event {
    on_demand(play);
    Event::SubPartnerNamed(None)
}

pub(crate) fn demand_on_paper(play: &mut Play) -> Event {
    on_demand(play);
    on_paper(play)
}

pub(crate) fn demanded_twice(play: &mut Play) -> Event {
    on_demand(play);
    Event::Demanded(Demand::Succession)
}

/// A newer contract version than every one concluded so far is in force.
fn newer_version(play: &mut Play) {
    play.case.current_version = "9.0".to_owned();
}

pub(crate) fn told_of_version(play: &mut Play) -> Event {
    newer_version(play);
    Event::ToldOfVersion
}

pub(crate) fn told_of_same_version(_: &mut Play) -> Event {
    Event::ToldOfVersion
}

pub(crate) fn version_demanded(play: &mut Play) -> Event {
    newer_version(play);
    Event::Demanded(Demand::Version)
}

pub(crate) fn same_version_demanded(_: &mut Play) -> Event {
    Event::Demanded(Demand::Version)
}

/// The customer is asked for the new version; the agreement in force goes on.
fn on_new_version(play: &mut Play) {
    let demanded = version_demanded(play);
    *play = play.clone().after(&demanded).later(Duration::hours(1));
}

pub(crate) fn version_agreed(play: &mut Play) -> Event {
    on_new_version(play);
    consent(play.link())
}

pub(crate) fn version_declined(play: &mut Play) -> Event {
    on_new_version(play);
    Event::Declined(play.link())
}

pub(crate) fn version_reminded(play: &mut Play) -> Event {
    on_new_version(play);
    step(play)
}

pub(crate) fn version_expired(play: &mut Play) -> Event {
    on_new_version(play);
    run_out(play)
}

pub(crate) fn version_demanded_twice(play: &mut Play) -> Event {
    on_new_version(play);
    Event::Demanded(Demand::Version)
}

/// The customer becomes another company while the new version is waited for.
pub(crate) fn version_and_succession(play: &mut Play) -> Event {
    on_new_version(play);
    Event::Demanded(Demand::Succession)
}

/// The text of every version so far is replaced.
pub(crate) fn new_version(play: &mut Play) -> Event {
    play.case.current_version = "3.0".to_owned();
    play.now = play.case.holidays.opens(play.now);
    Event::NewVersion
}

pub(crate) fn error_found(_: &mut Play) -> Event {
    Event::ObjectedInError
}
