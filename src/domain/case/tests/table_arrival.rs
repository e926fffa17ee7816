//! Customers that come from another system with everything they have there (rows 1, 11, 12).

use super::samples::{
    CENTRAFLEX, FOREIGN, MANDANT, OTHER_SUB, SUB, TRUNK, case, options, partner, utc,
};
use crate::domain::case::{
    Arrival, Case, Change, Event, Partner, Refusal, Status, preview, status_of,
};
use crate::domain::mail::Recipient;
use crate::domain::product::Options;

fn blank() -> Case {
    Case {
        bookings: Vec::new(),
        partner: None,
        sub_partner: None,
        agreements: Vec::new(),
        requests: Vec::new(),
        entered: Vec::new(),
        ..case()
    }
}

fn arrival(
    partner: Option<Partner>,
    sub_partner: Option<Partner>,
    booked: &[(&str, Options)],
    quietly: bool,
) -> Event {
    let bookings = booked
        .iter()
        .map(|(code, options)| ((*code).to_owned(), options.clone()))
        .collect();
    Event::Arrived(Box::new(Arrival {
        partner,
        sub_partner,
        bookings,
        quietly,
    }))
}

#[test]
fn row_1_whoever_brings_several_products_is_asked_once() {
    let now = utc("2026-12-01T09:00:00Z");
    let both = [(CENTRAFLEX, Options::new()), (TRUNK, options(&["ums"]))];
    let (mandant, sub) = (partner(MANDANT, None), partner(SUB, Some(MANDANT)));
    for (partner, sub_partner, booked, quietly, asked, status) in [
        (
            Some(mandant.clone()),
            Some(sub.clone()),
            &both[..],
            false,
            1,
            Status::Requested,
        ),
        (
            Some(mandant.clone()),
            None,
            &both[..],
            false,
            1,
            Status::Requested,
        ),
        (
            Some(mandant.clone()),
            Some(sub.clone()),
            &both[..],
            true,
            0,
            Status::Open,
        ),
        (
            Some(mandant.clone()),
            None,
            &[],
            false,
            0,
            Status::NotRequired,
        ),
        (None, None, &both[..], false, 0, Status::NotRequired),
    ] {
        let event = arrival(partner, sub_partner, booked, quietly);
        let done = preview(&blank(), &event, now).unwrap_or_else(|why| panic!("{why:?}"));
        let asks = done.changes.iter().filter(|change| change.asks()).count();
        assert_eq!(asks, asked, "{event:?}");
        assert_eq!(status_of(&done.after, now).status, status, "{event:?}");
        let mails = done
            .changes
            .iter()
            .filter(|one| matches!(one, Change::Queue(_)));
        assert!(!quietly || mails.count() == 0, "nobody is told");
    }
    // The customer gets one mail, and each partner its own.
    let event = arrival(Some(mandant), Some(sub), &both, false);
    let done = preview(&blank(), &event, now).unwrap_or_else(|why| panic!("{why:?}"));
    let told: Vec<Recipient> = done
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Queue(mail) => Some(mail.to),
            _ => None,
        })
        .collect();
    assert_eq!(
        told,
        [
            Recipient::Partner(MANDANT),
            Recipient::Partner(SUB),
            Recipient::Customer
        ]
    );
}

#[test]
fn what_the_rules_refuse_of_a_customer_they_refuse_of_an_arrival() {
    let now = utc("2026-12-01T09:00:00Z");
    let (mandant, sub) = (partner(MANDANT, None), partner(SUB, Some(MANDANT)));
    let blocked = Partner {
        blocked_at: Some(now),
        ..mandant.clone()
    };
    let nothing = [("gibtesnicht", Options::new())];
    for (event, refusal) in [
        (
            arrival(Some(sub.clone()), None, &[], false),
            Refusal::NotAPartner,
        ),
        (
            arrival(Some(blocked), None, &[], false),
            Refusal::IncompletePartner,
        ),
        (
            arrival(None, Some(sub.clone()), &[], true),
            Refusal::ForeignSubPartner,
        ),
        (
            arrival(
                Some(partner(FOREIGN, None)),
                Some(partner(OTHER_SUB, Some(MANDANT))),
                &[],
                true,
            ),
            Refusal::ForeignSubPartner,
        ),
        (
            arrival(Some(mandant.clone()), None, &nothing, true),
            Refusal::UnknownProduct,
        ),
    ] {
        assert_eq!(preview(&blank(), &event, now), Err(refusal), "{event:?}");
    }
    // Who has something already is changed on the pages.
    let event = arrival(Some(mandant), None, &[], false);
    assert_eq!(preview(&case(), &event, now), Err(Refusal::Unchanged));
}
