#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::*;
use crate::domain::inspection::Schema;
use crate::domain::{EmailAddress, Party};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn seal(is_of_development: bool, until: &str) -> Seal {
    Seal::Opens {
        from: "2026-01-01T00:00:00Z".parse().unwrap(),
        until: until.parse().unwrap(),
        is_of_development,
        now: "2026-11-23T09:00:00Z".parse().unwrap(),
    }
}

/// A portal in which everything is done.
fn done() -> SetupFacts {
    SetupFacts {
        is_production: true,
        findings: vec![Finding::Production, Finding::Schema(Schema::Current)],
        operator: Some(Vec::new()),
        administrators: 2,
        without_factor: 0,
        mail: MailTest::Arrived(day("2026-11-20")),
        seal: seal(false, "2030-01-01T00:00:00Z"),
        text: TextInForce::Own("2.0".to_owned()),
        annexes: Annexes::Complete,
        partners: PartnerContracts::Complete,
        trial: Trial::Deleted,
        rehearsed: Some(day("2026-11-21")),
        today: day("2026-11-23"),
    }
}

type Rule = fn(&SetupFacts) -> bool;

const RULES: [(&str, Rule); 11] = [
    ("settings", SetupFacts::has_settings),
    ("operator", SetupFacts::has_operator),
    ("administrators", SetupFacts::has_administrators),
    ("factors", SetupFacts::has_factors),
    ("mail", SetupFacts::has_mail),
    ("seal", SetupFacts::has_seal),
    ("text", SetupFacts::has_text),
    ("products", SetupFacts::has_products),
    ("partners", SetupFacts::has_partners),
    ("trial", SetupFacts::has_trial),
    ("backup", SetupFacts::has_backup),
];

fn open(facts: &SetupFacts) -> Vec<&'static str> {
    let open = RULES.iter().filter(|(_, is_done)| !is_done(facts));
    open.map(|(name, _)| *name).collect()
}

#[test]
fn s95_each_line_depends_on_its_own_fact() {
    assert_eq!(open(&done()), [""; 0]);
    let lacking = Annexes::Lacking(vec!["Tengo".to_owned()]);
    type Change = Box<dyn Fn(&mut SetupFacts)>;
    let table: Vec<(Change, &[&str])> = vec![
        (
            Box::new(|f| f.findings.push(Finding::NoProxy)),
            &["settings"],
        ),
        (
            Box::new(|f| f.findings.push(Finding::Development)),
            &["settings"],
        ),
        (Box::new(|f| f.findings.push(Finding::Offline)), &[]),
        (Box::new(|f| f.findings.clear()), &[]),
        (Box::new(|f| f.operator = None), &["operator"]),
        (
            Box::new(|f| f.operator = Some(vec![OperatorField::ShortName])),
            &["operator"],
        ),
        (Box::new(|f| f.administrators = 1), &["administrators"]),
        (Box::new(|f| f.administrators = 3), &[]),
        (Box::new(|f| f.without_factor = 1), &["factors"]),
        (Box::new(|f| f.mail = MailTest::NoServer), &["mail"]),
        (Box::new(|f| f.mail = MailTest::Never), &["mail"]),
        (
            Box::new(|f| f.mail = MailTest::Taken(day("2026-11-22"))),
            &["mail"],
        ),
        (
            Box::new(|f| f.mail = MailTest::Before(day("2026-11-22"))),
            &["mail"],
        ),
        (
            Box::new(|f| f.seal = seal(true, "2030-01-01T00:00:00Z")),
            &["seal"],
        ),
        // One that ends soon is one's own all the same; one that has ended seals nothing.
        (
            Box::new(|f| f.seal = seal(false, "2026-11-24T00:00:00Z")),
            &[],
        ),
        (
            Box::new(|f| f.seal = seal(false, "2026-11-22T00:00:00Z")),
            &["seal"],
        ),
        (Box::new(|f| f.seal = Seal::NotMade), &["seal"]),
        (Box::new(|f| f.text = TextInForce::Sample), &["text"]),
        (Box::new(|f| f.text = TextInForce::Unreadable), &["text"]),
        (Box::new(|f| f.text = TextInForce::None), &["text"]),
        (Box::new(|f| f.annexes = Annexes::NoProducts), &["products"]),
        (
            Box::new(move |f| f.annexes = lacking.clone()),
            &["products"],
        ),
        (
            Box::new(|f| f.partners = PartnerContracts::Lacking),
            &["partners"],
        ),
        // Who has gone through it without a partner needs none.
        (Box::new(|f| f.partners = PartnerContracts::NoPartners), &[]),
        (
            Box::new(|f| {
                f.partners = PartnerContracts::NoPartners;
                f.trial = Trial::Concluded;
            }),
            &["partners", "trial"],
        ),
        (Box::new(|f| f.trial = Trial::Concluded), &["trial"]),
        (Box::new(|f| f.trial = Trial::None), &["trial"]),
        (Box::new(|f| f.rehearsed = None), &["backup"]),
    ];
    for (number, (change, left)) in table.into_iter().enumerate() {
        let mut facts = done();
        change(&mut facts);
        assert_eq!(open(&facts), left, "{number}: {facts:?}");
    }
}

#[test]
fn s95_a_portal_for_trying_things_out_needs_no_mail_server() {
    for (is_production, mail, needs) in [
        (true, MailTest::NoServer, true),
        (true, MailTest::Never, true),
        (false, MailTest::NoServer, false),
        (false, MailTest::Never, true),
    ] {
        let facts = SetupFacts {
            is_production,
            mail,
            ..done()
        };
        assert_eq!(facts.needs_mail(), needs, "{is_production} {mail:?}");
    }
}

#[test]
fn s95_a_rehearsal_counts_for_a_year() {
    for (rehearsed, today, counts) in [
        ("2026-11-23", "2026-11-23", true),
        ("2026-11-23", "2027-11-23", true),
        ("2026-11-23", "2027-11-24", false),
        ("2028-02-29", "2029-02-28", true),
        ("2028-02-29", "2029-03-01", false),
    ] {
        let mut facts = done();
        (facts.rehearsed, facts.today) = (Some(day(rehearsed)), day(today));
        assert_eq!(facts.has_backup(), counts, "{rehearsed} {today}");
    }
}

#[test]
fn s95_an_empty_portal_has_all_of_it_before_it() {
    let facts = SetupFacts {
        is_production: false,
        findings: vec![Finding::Development],
        operator: None,
        administrators: 1,
        without_factor: 1,
        mail: MailTest::NoServer,
        seal: seal(true, "2030-01-01T00:00:00Z"),
        text: TextInForce::Sample,
        annexes: Annexes::NoProducts,
        partners: PartnerContracts::NoPartners,
        trial: Trial::None,
        rehearsed: None,
        today: day("2026-11-23"),
    };
    assert_eq!(open(&facts), RULES.map(|(name, _)| name));
    assert!(!facts.needs_mail());
}

#[test]
fn s95_what_is_missing_of_the_operator_is_named() {
    let mut operator = Operator::default();
    assert_eq!(missing_of(&operator).len(), 13);
    let filled = || "x".to_owned();
    operator.party = Party {
        name: filled(),
        street: filled(),
        postcode: filled(),
        city: filled(),
        country: filled(),
        represented_by: filled(),
        contact: filled(),
        phone: filled(),
        email: EmailAddress::parse("a@a.example").ok(),
        ..Party::default()
    };
    operator.short_name = filled();
    operator.data_protection_officer = filled();
    operator.data_protection_email = operator.party.email.clone();
    assert_eq!(missing_of(&operator), [OperatorField::ObjectionEmail]);
    operator.objection_email = operator.party.email.clone();
    assert!(
        missing_of(&operator).is_empty(),
        "not every company is registered"
    );
}
