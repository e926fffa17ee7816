//! The catalogue changes what needs an agreement (P-07): who is asked, whose agreement ends, and
//! who gets no mail.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::Duration;

use super::samples::{
    CENTRAFLEX, DESK, FOREIGN, KIT, MANDANT, STATES, SUB, Scenario, TRUNK, booked, case, consent,
    in_state, mails, partner,
};
use crate::domain::case::{Case, Channel, Denied, Event, Refusal, status_of};

/// Sets in the catalogue whether a product, or an option of it, needs an agreement.
fn says(scenario: &mut Scenario, product: &str, option: Option<&str>, needs: bool) {
    let known = scenario.case.catalogue.iter_mut();
    let product = known.into_iter().find(|one| one.code == product).unwrap();
    match option {
        None => product.requires_avv = needs,
        Some(option) => {
            let known = product.options.iter_mut().find(|one| one.code == option);
            known.unwrap().requires_avv = needs;
        }
    }
}

/// The mails of a review, or the refusal.
fn review(scenario: &mut Scenario) -> Result<String, Refusal> {
    scenario.now += Duration::hours(1);
    scenario
        .send(&Event::NeedChanged)
        .map(|changes| mails(&changes))
}

/// A customer with a product and these options that was never asked, because nothing needed an
/// agreement.
fn without_need(product: &str, codes: &[&str]) -> Scenario {
    let mut new = case();
    for known in &mut new.catalogue {
        known.requires_avv = false;
        known
            .options
            .iter_mut()
            .for_each(|one| one.requires_avv = false);
    }
    Scenario::of(new).after(&booked(product, codes))
}

#[test]
fn p_07_who_needs_an_agreement_now_is_asked_once() {
    for (product, option, codes) in [
        (CENTRAFLEX, None, &[][..]),
        (DESK, None, &["music"]),
        (KIT, Some("journal"), &["journal", "fax"]),
        (TRUNK, Some("ums"), &["ums"]),
    ] {
        let mut scenario = without_need(product, codes);
        assert_eq!(scenario.letter(), "N");
        says(&mut scenario, product, option, true);
        assert_eq!(scenario.letter(), "O", "from that moment on, asked or not");
        assert_eq!(review(&mut scenario).unwrap(), "M1>customer", "{product}");
        assert_eq!(scenario.letter(), "R0");
        assert_eq!(review(&mut scenario), Err(Refusal::Unchanged), "only once");
    }
    // Access is denied as soon as the catalogue changes, even before the customer was reviewed.
    let mut scenario = without_need(CENTRAFLEX, &[]);
    assert!(scenario.gate(MANDANT, CENTRAFLEX).is_ok());
    says(&mut scenario, CENTRAFLEX, None, true);
    let denied = Err(Denied::NoAgreement(status_of(&scenario.case, scenario.now)));
    assert_eq!(scenario.gate(SUB, CENTRAFLEX), denied);
}

#[test]
fn p_07_who_is_not_concerned_hears_nothing() {
    for state in STATES {
        let mut scenario = in_state(state);
        let before = scenario.letter();
        // Without an address only the operator is told, as usual (L-09).
        let expected = match state {
            "O" => Ok("M14>operator".to_owned()),
            _ => Err(Refusal::Unchanged),
        };
        assert_eq!(review(&mut scenario), expected, "{state}");
        assert_eq!(scenario.letter(), before);
        // A product that is not booked.
        says(&mut scenario, KIT, Some("journal"), true);
        assert_eq!(review(&mut scenario), expected, "{state}");
    }
    // P-03: no partner looks after the customer.
    let mut alone = without_need(CENTRAFLEX, &[]);
    alone.case.partner = None;
    alone.case.sub_partner = None;
    says(&mut alone, CENTRAFLEX, None, true);
    assert_eq!(review(&mut alone), Err(Refusal::Unchanged));
    let mut deleted = without_need(CENTRAFLEX, &[]).after(&Event::Deleted);
    says(&mut deleted, CENTRAFLEX, None, true);
    assert_eq!(review(&mut deleted), Err(Refusal::Deleted));
}

#[test]
fn p_07_without_the_need_the_agreement_or_the_request_ends() {
    for (state, letter, told) in [
        ("R0", "N", Ok("M11>customer")),
        ("R2", "N", Ok("M11>customer")),
        // No answer is awaited any more.
        ("D", "N", Err(Refusal::Unchanged)),
        ("X", "N", Err(Refusal::Unchanged)),
        ("C", "E", Ok("M13>customer")),
        ("W", "E", Ok("M13>customer")),
        ("V", "E", Err(Refusal::Unchanged)),
        ("E", "E", Err(Refusal::Unchanged)),
    ] {
        let mut scenario = in_state(state);
        says(&mut scenario, CENTRAFLEX, None, false);
        assert_eq!(review(&mut scenario), told.map(str::to_owned), "{state}");
        assert_eq!(scenario.letter(), letter, "{state}");
        assert_eq!(
            review(&mut scenario),
            Err(Refusal::Unchanged),
            "{state}: twice"
        );
        // Needed again (row 50): a new request, but not to a customer that has declined just that.
        says(&mut scenario, CENTRAFLEX, None, true);
        let asks = !matches!(state, "D" | "X" | "V" | "E");
        let expected = match asks {
            true => Ok("M1>customer".to_owned()),
            false => Err(Refusal::Unchanged),
        };
        assert_eq!(review(&mut scenario), expected, "{state}: again");
    }
}

#[test]
fn p_07_an_option_more_or_less_of_a_product_that_is_covered() {
    let concluded = || {
        let asked = Scenario::of(case()).after(&booked(DESK, &["music"]));
        let answer = consent(asked.link());
        asked.later(Duration::hours(1)).after(&answer)
    };
    let mut scenario = concluded();
    says(&mut scenario, DESK, Some("music"), true);
    assert_eq!(scenario.letter(), "A");
    assert_eq!(review(&mut scenario).unwrap(), "M1>customer");
    assert_eq!(scenario.letter(), "U");
    // Changed back before the customer answered (row 23).
    says(&mut scenario, DESK, Some("music"), false);
    assert_eq!(review(&mut scenario).unwrap(), "M11>customer");
    assert_eq!(scenario.letter(), "C");
    // After an answer: it does not matter that more is covered than needed.
    let mut scenario = concluded();
    says(&mut scenario, DESK, Some("music"), true);
    review(&mut scenario).unwrap();
    let answer = consent(scenario.link());
    scenario = scenario.later(Duration::hours(1)).after(&answer);
    says(&mut scenario, DESK, Some("music"), false);
    assert_eq!(review(&mut scenario), Err(Refusal::Unchanged));
    assert_eq!(scenario.letter(), "C");
}

#[test]
fn p_07_an_open_request_is_replaced_by_one_that_says_what_is_needed() {
    let mut scenario = Scenario::of(case()).after(&booked(KIT, &["fax", "journal"]));
    let first = scenario.link();
    says(&mut scenario, KIT, Some("journal"), true);
    assert_eq!(review(&mut scenario).unwrap(), "M1>customer");
    assert_ne!(scenario.link(), first);
    let offer = &scenario.case.open_request().unwrap().offer;
    let options: Vec<_> = offer.products.iter().flat_map(|one| &one.options).collect();
    assert_eq!(options, ["fax", "journal"]);
}

#[test]
fn p_07_what_was_refused_by_way_of_another_partner_says_nothing() {
    type Happens = fn(Scenario) -> Scenario;
    let refused: [(&str, Happens); 3] = [
        ("declined", |scenario| {
            let decline = Event::Declined(scenario.link());
            scenario.after(&decline)
        }),
        ("objected", |scenario| {
            let answer = consent(scenario.link());
            let scenario = scenario.later(Duration::hours(1)).after(&answer);
            scenario.after(&Event::Objected(Channel::Portal))
        }),
        ("locked", |scenario| {
            scenario.after(&Event::LinksLocked { ask_again: false })
        }),
    ];
    for (name, happens) in refused {
        let mut scenario = happens(in_state("R0"));
        assert_eq!(review(&mut scenario), Err(Refusal::Unchanged), "{name}");
        // Another product needs an agreement now, which was never requested.
        let more = |case: &mut Case| {
            case.bookings
                .push(super::samples::booking(KIT, &["journal"]))
        };
        let mut further = scenario.clone();
        more(&mut further.case);
        says(&mut further, KIT, Some("journal"), true);
        assert_eq!(review(&mut further).unwrap(), "M1>customer", "{name}");
        scenario.case.partner = Some(partner(FOREIGN, None));
        scenario.case.sub_partner = None;
        assert_eq!(review(&mut scenario).unwrap(), "M1>customer", "{name}");
    }
}
