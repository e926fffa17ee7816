//! Requirements 1.1: which products need an agreement, and what an agreement covers.

use chrono::{DateTime, Duration, Utc};

use super::samples::{
    CENTRAFLEX, DESK, FOREIGN, KIT, MANDANT, OTHER_SUB, SMALL_TRUNK, TRUNK, booking, case,
    in_state, options, partner, utc,
};
use crate::domain::case::{Case, Covered, Event, Status, status_of};
use crate::domain::product::Options;

fn required(case: &Case, now: DateTime<Utc>) -> Vec<(String, Options)> {
    let key = |covered: Covered| (covered.product, covered.options);
    case.required_products(now).into_iter().map(key).collect()
}

#[test]
fn p_01_to_p_05_decide_what_needs_an_agreement() {
    type Spoil = fn(&mut Case);
    let nothing: Spoil = |_| {};
    let table: &[(&str, &str, &[&str], Spoil, bool)] = &[
        ("P-04 Centraflex", CENTRAFLEX, &[], nothing, true),
        ("P-05 trunk with UMS", TRUNK, &["ums"], nothing, true),
        (
            "5.8-6 any trunk with UMS",
            SMALL_TRUNK,
            &["ums"],
            nothing,
            true,
        ),
        ("P-05 trunk without UMS", TRUNK, &[], nothing, false),
        ("5.8-6 trunk without UMS", SMALL_TRUNK, &[], nothing, false),
        (
            "P-01",
            CENTRAFLEX,
            &[],
            |case| case.catalogue[0].portal_administered = Some(false),
            false,
        ),
        (
            "P-02",
            CENTRAFLEX,
            &[],
            |case| case.catalogue[0].personal_data = Some(false),
            false,
        ),
        ("P-03", CENTRAFLEX, &[], |case| case.partner = None, false),
        (
            "missing flag is yes",
            CENTRAFLEX,
            &[],
            |case| case.catalogue[0].portal_administered = None,
            true,
        ),
        (
            "missing flag is yes",
            CENTRAFLEX,
            &[],
            |case| case.catalogue[0].personal_data = None,
            true,
        ),
        (
            "missing flag is yes",
            TRUNK,
            &["ums"],
            |case| {
                case.catalogue[1].portal_administered = None;
                case.catalogue[1].personal_data = None;
            },
            true,
        ),
        (
            "deleted",
            CENTRAFLEX,
            &[],
            |case| case.customer.deleted_at = Some(utc("2026-01-07T09:00:00Z")),
            false,
        ),
    ];
    let now = utc("2026-11-22T09:00:00Z");
    for (name, product, codes, spoil, needed) in table {
        let mut case = case();
        case.bookings.push(booking(product, codes));
        spoil(&mut case);
        let expected: Vec<_> = needed
            .then(|| ((*product).to_owned(), options(codes)))
            .into_iter()
            .collect();
        assert_eq!(required(&case, now), expected, "{name}");
        assert_eq!(case.offer(now).is_some(), *needed, "{name}");
        // P-06: never "open" if nothing is needed.
        let status = status_of(&case, now).status;
        assert_eq!(status == Status::Open, *needed, "{name}: {status:?}");
    }
}

#[test]
fn an_agreement_covers_its_own_chain_and_products_only() {
    // 5.2, rows 20, 24, 26, 45 and 46: a change to the case, and whether it is still covered.
    type Spoil = fn(&mut Case);
    let table: &[(&str, Spoil, bool)] = &[
        ("as concluded", |_| {}, true),
        (
            "24 sub-partner removed",
            |case| case.sub_partner = None,
            true,
        ),
        (
            "20 sub-partner not named",
            |case| case.sub_partner = Some(partner(OTHER_SUB, Some(MANDANT))),
            false,
        ),
        (
            "26 other Mandant",
            |case| case.partner = Some(partner(FOREIGN, None)),
            false,
        ),
        (
            "45 covered product",
            |case| case.bookings.push(booking(CENTRAFLEX, &[])),
            true,
        ),
        (
            "46 other product",
            |case| case.bookings.push(booking(TRUNK, &["ums"])),
            false,
        ),
        (
            "product without need",
            |case| case.bookings.push(booking(TRUNK, &[])),
            true,
        ),
    ];
    for (name, spoil, covered) in table {
        let mut scenario = in_state("C").later(Duration::hours(1));
        spoil(&mut scenario.case);
        assert_eq!(scenario.case.is_covered(scenario.now), *covered, "{name}");
        assert_eq!(
            scenario.send(&Event::AskedByHand).is_ok(),
            !covered,
            "{name}"
        );
    }
}

#[test]
fn a_booking_counts_until_the_moment_it_ends() {
    let mut case = case();
    case.bookings = vec![booking(CENTRAFLEX, &[]), booking(CENTRAFLEX, &[])];
    let end = utc("2026-11-30T23:00:00Z");
    case.bookings[0].ends_at = Some(end - Duration::days(9));
    case.bookings[1].ends_at = Some(end);
    let before = end - Duration::milliseconds(1);
    assert_eq!(
        required(&case, before),
        [(CENTRAFLEX.to_owned(), options(&[]))]
    );
    assert!(required(&case, end).is_empty());
}

#[test]
fn p_05_each_option_decides_for_itself() {
    let now = utc("2026-11-22T09:00:00Z");
    type Row<'a> = (&'a str, &'a [&'a [&'a str]], Option<&'a [&'a str]>);
    let table: &[Row<'_>] = &[
        (KIT, &[&[]], None),
        (KIT, &[&["journal"]], None),
        (KIT, &[&["fax", "journal"]], Some(&["fax"])),
        (KIT, &[&["fax", "archive"]], Some(&["archive", "fax"])),
        // Booked twice, but offered once.
        (
            KIT,
            &[&["fax"], &["archive"], &[]],
            Some(&["archive", "fax"]),
        ),
        (DESK, &[&[]], Some(&[])),
        (DESK, &[&["music"]], Some(&[])),
        (
            DESK,
            &[&["record", "voice"], &["music"]],
            Some(&["record", "voice"]),
        ),
    ];
    for (product, bookings, expected) in table {
        let mut case = case();
        case.bookings = bookings
            .iter()
            .map(|codes| booking(product, codes))
            .collect();
        let expected: Vec<_> = expected
            .map(|codes| ((*product).to_owned(), options(codes)))
            .into_iter()
            .collect();
        assert_eq!(required(&case, now), expected, "{product} {bookings:?}");
    }
}

#[test]
fn p_05_an_agreement_covers_fewer_options_but_not_more() {
    let covered = |agreed: &[&str], codes: &[&str]| {
        let mut scenario = in_state("C");
        scenario.case.agreements[0].offer.products = [Covered {
            product: DESK.to_owned(),
            options: options(agreed),
        }]
        .into();
        scenario.case.bookings = vec![booking(DESK, codes)];
        scenario.case.is_covered(scenario.now)
    };
    assert!(covered(&["record"], &["record"]));
    assert!(covered(&["record", "voice"], &["voice"]));
    assert!(covered(&["record"], &[]));
    assert!(covered(&[], &["music"]));
    assert!(!covered(&[], &["record"]));
    assert!(!covered(&["record"], &["record", "voice"]));
}
