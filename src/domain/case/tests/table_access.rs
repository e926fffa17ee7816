//! Requirements 5.2: access, granted and denied, for every reason.

use super::samples::{
    CENTRAFLEX, DESK, FOREIGN, KIT, MANDANT, MODULES, OTHER_SUB, SMALL_TRUNK, STATES, SUB, TRUNK,
    UMS, booking, in_state, options, partner, product, utc,
};
use crate::domain::PartnerId;
use crate::domain::case::{Case, Covered, Denied, Grant, status_of};

type Spoil = fn(&mut Case);
type Row = (
    &'static str,
    &'static str,
    Spoil,
    PartnerId,
    &'static str,
    Result<Grant, Denied>,
);

fn as_it_is(_: &mut Case) {}

fn trunk_without_ums(case: &mut Case) {
    case.bookings.push(booking(TRUNK, &[]));
}

fn trunk_with_ums(case: &mut Case) {
    case.bookings.push(booking(TRUNK, &["ums"]));
}

/// Both trunks have the same UMS pages; one of the trunks processes no personal data.
fn shared_pages_one_free(case: &mut Case) {
    trunk_with_ums(case);
    case.bookings.push(booking(SMALL_TRUNK, &["ums"]));
    case.catalogue[2].personal_data = Some(false);
}

/// The agreement covers only one of the two trunks.
fn shared_pages_one_covered(case: &mut Case) {
    shared_pages_both_covered(case);
    case.agreements[0]
        .offer
        .products
        .retain(|covered| covered.product != TRUNK);
}

fn shared_pages_both_covered(case: &mut Case) {
    trunk_with_ums(case);
    case.bookings.push(booking(SMALL_TRUNK, &["ums"]));
    let needed = case.required_products(utc("2026-11-22T09:00:00Z"));
    case.agreements[0].offer.products = needed;
}

fn blocked(id: PartnerId) -> impl Fn(&mut Case) {
    move |case| {
        for one in [&mut case.partner, &mut case.sub_partner]
            .into_iter()
            .flatten()
        {
            if one.id == id {
                one.blocked_at = Some(utc("2026-01-07T09:00:00Z"));
            }
        }
    }
}

/// Another product is booked with the options `booked`, and the agreement covers the options
/// `covered`.
fn add(case: &mut Case, product: &str, booked: &[&str], covered: &[&str]) {
    case.bookings.push(booking(product, booked));
    for agreement in &mut case.agreements {
        agreement.offer.products.insert(Covered {
            product: product.to_owned(),
            options: options(covered),
        });
    }
}

fn retire(case: &mut Case) {
    case.catalogue.iter_mut().for_each(|one| one.retired = true);
}

const AGREED: Result<Grant, Denied> = Ok(Grant::Agreement);
const FREE: Result<Grant, Denied> = Ok(Grant::NotRequired);

#[rustfmt::skip] // one row of the table is one line
const ROWS: &[Row] = &[
    ("A-05", "C", as_it_is, MANDANT, CENTRAFLEX, AGREED),
    ("A-05", "C", as_it_is, SUB, CENTRAFLEX, AGREED),
    ("an open request takes nothing away", "U", as_it_is, MANDANT, CENTRAFLEX, AGREED),
    ("row 46", "U", as_it_is, MANDANT, UMS, Err(Denied::NotCovered)),
    ("row 46", "U", as_it_is, SUB, UMS, Err(Denied::NotCovered)),
    ("A-08 the trunk itself", "U", as_it_is, MANDANT, SMALL_TRUNK, FREE),
    ("A-08 the trunk itself", "V", trunk_with_ums, MANDANT, SMALL_TRUNK, FREE),
    ("A-08 the trunk itself", "N", trunk_without_ums, SUB, SMALL_TRUNK, FREE),
    ("no UMS, no UMS pages", "N", trunk_without_ums, MANDANT, UMS, Err(Denied::NotBooked)),
    ("not booked", "N", as_it_is, MANDANT, CENTRAFLEX, Err(Denied::NotBooked)),
    ("no such module", "C", as_it_is, MANDANT, "verwaltung", Err(Denied::NotBooked)),
    ("no such module", "C", as_it_is, MANDANT, "", Err(Denied::NotBooked)),
    ("row 44: the booking ended", "E", as_it_is, MANDANT, CENTRAFLEX, Err(Denied::NotBooked)),
    ("not in the catalogue", "C", |case| case.catalogue.clear(), MANDANT, CENTRAFLEX, Err(Denied::NotBooked)),
    ("flag says no need", "R0", |case| case.catalogue[0].personal_data = Some(false), SUB, CENTRAFLEX, FREE),
    ("another Mandant", "C", as_it_is, FOREIGN, CENTRAFLEX, Err(Denied::NotAssigned)),
    ("another Submandant", "C", as_it_is, OTHER_SUB, CENTRAFLEX, Err(Denied::NotAssigned)),
    ("no partner", "C", |case| case.partner = None, MANDANT, CENTRAFLEX, Err(Denied::NotAssigned)),
    ("no partner, but a Submandant", "C", |case| case.partner = None, SUB, CENTRAFLEX, Err(Denied::NotAssigned)),
    ("no partner is not 'no need'", "N", |case| { trunk_without_ums(case); case.partner = None; }, SUB, SMALL_TRUNK, Err(Denied::NotAssigned)),
    ("deleted", "C", |case| case.customer.deleted_at = Some(utc("2026-01-07T09:00:00Z")), MANDANT, CENTRAFLEX, Err(Denied::NotAssigned)),
    ("row 24: removed at once", "C", |case| case.sub_partner = None, SUB, CENTRAFLEX, Err(Denied::NotAssigned)),
    ("row 20: named later", "C", |case| case.sub_partner = Some(partner(OTHER_SUB, Some(MANDANT))), OTHER_SUB, CENTRAFLEX, Err(Denied::SubPartnerNotNamed)),
    ("row 20: the Mandant stays", "C", |case| case.sub_partner = Some(partner(OTHER_SUB, Some(MANDANT))), MANDANT, CENTRAFLEX, AGREED),
    ("row 26: new Mandant", "W", as_it_is, FOREIGN, CENTRAFLEX, Err(Denied::OtherPartner)),
    ("row 26: old Mandant", "W", as_it_is, MANDANT, CENTRAFLEX, Err(Denied::NotAssigned)),
    ("row 26: old Submandant", "W", |case| case.sub_partner = Some(partner(SUB, Some(MANDANT))), SUB, CENTRAFLEX, Err(Denied::OtherPartner)),
    ("row 49", "C", |case| blocked(MANDANT)(case), MANDANT, CENTRAFLEX, Err(Denied::Blocked)),
    ("row 49: nobody below a blocked Mandant", "C", |case| blocked(MANDANT)(case), SUB, CENTRAFLEX, Err(Denied::Blocked)),
    ("row 49", "C", |case| blocked(SUB)(case), SUB, CENTRAFLEX, Err(Denied::Blocked)),
    ("row 49: only that partner", "C", |case| blocked(SUB)(case), MANDANT, CENTRAFLEX, AGREED),
    ("blocked, even where nothing is needed", "N", |case| { trunk_without_ums(case); blocked(SUB)(case); }, SUB, SMALL_TRUNK, Err(Denied::Blocked)),
    ("5.6-2: shared pages", "C", shared_pages_one_free, MANDANT, UMS, Err(Denied::NotCovered)),
    ("5.6-2: shared pages", "C", shared_pages_one_covered, MANDANT, UMS, Err(Denied::NotCovered)),
    ("5.6-2: shared pages", "C", shared_pages_both_covered, MANDANT, UMS, AGREED),
    ("two options: one needs none", "C", |case| add(case, KIT, &["fax", "journal"], &["fax"]), MANDANT, "fax", AGREED),
    ("two options: the product is free", "N", |case| add(case, KIT, &["fax", "journal"], &[]), MANDANT, KIT, FREE),
    ("two options: one is covered", "C", |case| add(case, KIT, &["fax", "archive"], &["fax"]), MANDANT, "fax", AGREED),
    ("two options: one is not", "C", |case| add(case, KIT, &["fax", "archive"], &["fax"]), MANDANT, "archive", Err(Denied::NotCovered)),
    ("two options: one is not booked", "C", |case| add(case, KIT, &["fax"], &["archive", "fax"]), MANDANT, "archive", Err(Denied::NotBooked)),
    ("the product itself", "C", |case| add(case, DESK, &["record"], &[]), MANDANT, DESK, AGREED),
    ("the product itself, not its option", "C", |case| add(case, DESK, &["record"], &[]), MANDANT, "record", Err(Denied::NotCovered)),
    ("the product itself and its option", "C", |case| add(case, DESK, &["record"], &["record"]), SUB, "record", AGREED),
    ("an option without an area of its own", "C", |case| add(case, DESK, &["voice"], &["record"]), MANDANT, DESK, Err(Denied::NotCovered)),
    ("an option without an area of its own", "C", |case| add(case, DESK, &["voice"], &["voice"]), MANDANT, DESK, AGREED),
    ("an option that needs none", "C", |case| add(case, DESK, &["music"], &[]), MANDANT, DESK, AGREED),
    ("retired and booked", "C", |case| { add(case, DESK, &["record"], &["record"]); retire(case); }, MANDANT, "record", AGREED),
];

#[test]
fn the_gate_opens_and_closes_as_5_2_says() {
    for (name, state, spoil, who, module, expected) in ROWS {
        let mut scenario = in_state(state);
        spoil(&mut scenario.case);
        assert_eq!(
            scenario.gate(*who, module),
            *expected,
            "{name}: {who} at '{module}' in {state}"
        );
    }
}

#[test]
fn without_an_agreement_the_gate_says_how_the_case_stands() {
    // the whole Centraflex module, for both
    for state in ["O", "R0", "R1", "R2", "R3", "X", "D", "V"] {
        let scenario = in_state(state);
        let denied = Err(Denied::NoAgreement(status_of(&scenario.case, scenario.now)));
        for who in [MANDANT, SUB] {
            assert_eq!(scenario.gate(who, CENTRAFLEX), denied, "{state}");
        }
    }
}

#[test]
fn a_missing_flag_never_opens_the_gate() {
    for state in STATES {
        let known = in_state(state);
        let mut unknown = known.clone();
        for product in &mut unknown.case.catalogue {
            product.portal_administered = None;
            product.personal_data = None;
        }
        for module in MODULES {
            assert_eq!(
                unknown.gate(MANDANT, module),
                known.gate(MANDANT, module),
                "{state}"
            );
        }
    }
}

#[test]
fn a_module_that_one_product_opens_and_another_gates_stays_closed() {
    let mut scenario = in_state("R0");
    let mut opens = product("extra", CENTRAFLEX);
    opens.module.gated = false;
    scenario.case.catalogue.push(opens);
    scenario.case.bookings.push(booking("extra", &[]));
    let denied = Err(Denied::NoAgreement(status_of(&scenario.case, scenario.now)));
    assert_eq!(scenario.gate(MANDANT, CENTRAFLEX), denied);
}
