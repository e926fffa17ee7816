//! Requirements 1.1: which products need an agreement, and what an agreement covers.

use chrono::{DateTime, Duration, Utc};

use super::samples::{
    CENTRAFLEX, FOREIGN, MANDANT, OTHER_SUB, SMALL_TRUNK, TRUNK, booking, case, in_state, partner,
    utc,
};
use crate::domain::case::{Case, Covered, Event, Status, status_of};

fn required(case: &Case, now: DateTime<Utc>) -> Vec<(String, bool)> {
    let key = |covered: Covered| (covered.product, covered.ums);
    case.required_products(now).into_iter().map(key).collect()
}

#[test]
fn p_01_to_p_05_decide_what_needs_an_agreement() {
    type Spoil = fn(&mut Case);
    let nothing: Spoil = |_| {};
    let table: &[(&str, &str, bool, Spoil, bool)] = &[
        ("P-04 Centraflex", CENTRAFLEX, false, nothing, true),
        ("P-05 trunk with UMS", TRUNK, true, nothing, true),
        ("5.8-6 any trunk with UMS", SMALL_TRUNK, true, nothing, true),
        ("P-05 trunk without UMS", TRUNK, false, nothing, false),
        (
            "5.8-6 trunk without UMS",
            SMALL_TRUNK,
            false,
            nothing,
            false,
        ),
        (
            "P-01",
            CENTRAFLEX,
            false,
            |case| case.catalogue[0].portal_administered = Some(false),
            false,
        ),
        (
            "P-02",
            CENTRAFLEX,
            false,
            |case| case.catalogue[0].personal_data = Some(false),
            false,
        ),
        ("P-03", CENTRAFLEX, false, |case| case.partner = None, false),
        (
            "missing flag is yes",
            CENTRAFLEX,
            false,
            |case| case.catalogue[0].portal_administered = None,
            true,
        ),
        (
            "missing flag is yes",
            CENTRAFLEX,
            false,
            |case| case.catalogue[0].personal_data = None,
            true,
        ),
        (
            "missing flag is yes",
            TRUNK,
            true,
            |case| {
                case.catalogue[1].portal_administered = None;
                case.catalogue[1].personal_data = None;
            },
            true,
        ),
        (
            "deleted",
            CENTRAFLEX,
            false,
            |case| case.customer.deleted_at = Some(utc("2026-01-07T09:00:00Z")),
            false,
        ),
    ];
    let now = utc("2026-11-22T09:00:00Z");
    for (name, product, ums, spoil, needed) in table {
        let mut case = case();
        case.bookings.push(booking(product, *ums));
        spoil(&mut case);
        let expected: Vec<_> = needed
            .then(|| ((*product).to_owned(), *ums))
            .into_iter()
            .collect();
        assert_eq!(required(&case, now), expected, "{name}");
        assert_eq!(case.offer(now).is_some(), *needed, "{name}");
        // P-06: never "open" where nothing is needed
        let status = status_of(&case, now).status;
        assert_eq!(status == Status::Open, *needed, "{name}: {status:?}");
    }
}

#[test]
fn an_agreement_covers_its_own_chain_and_products_only() {
    // 5.2, rows 20, 24, 26, 45 and 46
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
            |case| case.bookings.push(booking(CENTRAFLEX, false)),
            true,
        ),
        (
            "46 other product",
            |case| case.bookings.push(booking(TRUNK, true)),
            false,
        ),
        (
            "product without need",
            |case| case.bookings.push(booking(TRUNK, false)),
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
    case.bookings = vec![booking(CENTRAFLEX, false), booking(CENTRAFLEX, false)];
    let end = utc("2026-11-30T23:00:00Z");
    case.bookings[0].ends_at = Some(end - Duration::days(9));
    case.bookings[1].ends_at = Some(end);
    let before = end - Duration::milliseconds(1);
    assert_eq!(required(&case, before), [(CENTRAFLEX.to_owned(), false)]);
    assert!(required(&case, end).is_empty());
}
