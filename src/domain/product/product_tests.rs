use super::*;
use crate::domain::case::tests::samples::{module, option, options, product};

/// Two options, of which the second needs nothing.
fn trunk() -> Product {
    Product {
        name: "Mehrstandort-SIP-Trunk".to_owned(),
        short_name: "SIP-Trunk".to_owned(),
        requires_avv: false,
        module: module("sip-trunk", false),
        options: vec![
            ProductOption {
                name: "UMS-Option".to_owned(),
                name_en: Some("UMS option".to_owned()),
                short_name: "UMS".to_owned(),
                ..option("ums", true, Some("ums"))
            },
            ProductOption {
                name: "Rufjournal".to_owned(),
                short_name: "Journal".to_owned(),
                ..option("journal", false, None)
            },
        ],
        ..product("trunk", "trunk")
    }
}

#[test]
fn a_product_needs_an_agreement_unless_its_data_say_otherwise() {
    // P-01, P-02: every combination of flags; a missing one counts as yes
    let flags = [Some(true), None, Some(false)];
    for administered in flags {
        for personal in flags {
            let yes = administered != Some(false) && personal != Some(false);
            for (itself, booked, triggers) in [
                (true, options(&[]), true),
                (true, options(&["ums"]), true),
                (false, options(&["ums"]), true),
                (false, options(&["ums", "journal"]), true),
                (false, options(&["journal"]), false),
                (false, options(&[]), false),
            ] {
                let product = Product {
                    portal_administered: administered,
                    personal_data: personal,
                    help: None,
                    requires_avv: itself,
                    ..trunk()
                };
                let needed = product.needs_agreement(&booked);
                assert_eq!(needed, yes && triggers, "{product:?} with {booked:?}");
            }
        }
    }
}

#[test]
fn p_05_an_option_that_needs_no_agreement_is_no_part_of_one() {
    let needed = trunk().needed(&options(&["ums", "journal"]));
    assert_eq!(needed.map(|one| one.options), Some(options(&["ums"])));
}

#[test]
fn only_a_booking_with_the_option_has_its_area() {
    //
    let keys = |product: &Product, booked: &[&str]| {
        let booked = options(booked);
        let areas = product.areas(&booked).into_iter();
        let key = |area: Area<'_>| (area.module.key.clone(), area.gate().is_some());
        areas.map(key).collect::<Vec<_>>()
    };
    let own = |gate| ("sip-trunk".to_owned(), gate);
    let ums = |gate| ("ums".to_owned(), gate);
    assert_eq!(keys(&trunk(), &[]), [own(false)]);
    assert_eq!(keys(&trunk(), &["journal"]), [own(false)]);
    assert_eq!(keys(&trunk(), &["ums"]), [own(false), ums(true)]);
    let mut whole = trunk();
    whole.requires_avv = true;
    whole.module.gated = true;
    assert_eq!(keys(&whole, &[]), [own(true)]);
    assert_eq!(keys(&whole, &["ums"]), [own(true), ums(true)]);
    // Without an area of its own an option is administered in the product's.
    let mut inside = trunk();
    inside.options[0].module = None;
    assert_eq!(keys(&inside, &["ums"]), [own(false)]);
    inside.module.gated = true;
    assert_eq!(keys(&inside, &["ums"]), [own(true)]);
    assert_eq!(keys(&inside, &["journal"]), [own(false)]);
}

#[test]
fn a_booking_is_named_with_its_options() {
    let mut trunk = trunk();
    let name = |product: &Product, booked: &[&str]| product.booked_name(&options(booked));
    let with = name(&trunk, &["ums"]);
    assert_eq!(with.de, "Mehrstandort-SIP-Trunk mit UMS-Option");
    assert_eq!(with.en, "Mehrstandort-SIP-Trunk with UMS option");
    assert_eq!(
        name(&trunk, &[]),
        Named::same("Mehrstandort-SIP-Trunk"),
        "the German name where there is no other"
    );
    trunk.name_en = Some("Multi-site SIP trunk".to_owned());
    let both = name(&trunk, &["journal", "ums"]);
    assert_eq!(
        both.de,
        "Mehrstandort-SIP-Trunk mit UMS-Option und Rufjournal"
    );
    assert_eq!(
        both.en,
        "Multi-site SIP trunk with UMS option and Rufjournal"
    );
    trunk.options.push(option("x", false, None));
    let three = name(&trunk, &["journal", "ums", "x"]);
    assert_eq!(
        three.de,
        "Mehrstandort-SIP-Trunk mit UMS-Option, Rufjournal und x"
    );
    assert_eq!(
        trunk.booked_short_name(&options(&["ums", "journal"])),
        "SIP-Trunk mit UMS und Journal"
    );
    assert_eq!(trunk.booked_short_name(&options(&[])), "SIP-Trunk");
    let nouns = trunk.the_options(&options(&["ums", "journal"]));
    assert_eq!(nouns.de, "die UMS-Option und die Option Rufjournal");
    assert_eq!(nouns.en, "the UMS option and the option Rufjournal");
}

#[test]
fn p_07_what_is_retired_is_not_sold_any_more() {
    let mut trunk = trunk();
    assert!(trunk.is_sold_with(&options(&["ums"])));
    assert!(!trunk.is_sold_with(&options(&["fax"])), "it has no such");
    trunk.options[0].retired = true;
    assert!(!trunk.is_sold_with(&options(&["ums"])));
    assert!(trunk.is_sold_with(&options(&["journal"])));
    trunk.retired = true;
    assert!(!trunk.is_sold_with(&options(&[])));
}
