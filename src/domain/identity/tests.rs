#![expect(clippy::unwrap_used, reason = "a test may fail")]

use serde_json::json;

use super::*;
use crate::domain::PartnerId;

fn claims(others: &Value) -> Claims {
    Claims {
        others: others.as_object().unwrap().clone(),
        ..Claims::default()
    }
}

fn rules(audience: Audience) -> IssuerRules {
    let meanings = [
        ("avv-admin", OperatorRole::Administrator),
        ("avv-legal", OperatorRole::Legal),
        ("avv-support", OperatorRole::Support),
    ];
    let meanings = meanings.map(|(name, role)| (name.to_owned(), role)).into();
    IssuerRules {
        audience,
        roles: (audience == Audience::Operator)
            .then(|| ("realm_access.roles".to_owned(), meanings)),
        partner: (audience == Audience::Partners).then(|| "https://example/partner".to_owned()),
        factors: vec!["mfa".to_owned(), "hwk".to_owned()],
    }
}

#[test]
fn s41_a_job_is_what_the_claim_says_and_nothing_without_it() {
    let rules = rules(Audience::Operator);
    for (others, expected) in [
        (
            json!({"realm_access": {"roles": ["offline_access", "avv-support"]}}),
            Ok(OperatorRole::Support),
        ),
        (
            json!({"realm_access": {"roles": ["avv-support", "avv-legal"]}}),
            Ok(OperatorRole::Legal),
        ),
        (
            json!({"realm_access.roles": "avv-admin"}),
            Ok(OperatorRole::Administrator),
        ),
        (
            json!({"realm_access": {"roles": ["AVV-SUPPORT"]}}),
            Err(IdentityFault::RoleMissing),
        ),
        (
            json!({"realm_access": {"roles": []}}),
            Err(IdentityFault::RoleMissing),
        ),
        (json!({"realm_access": 7}), Err(IdentityFault::RoleMissing)),
        (json!({}), Err(IdentityFault::RoleMissing)),
    ] {
        let judged = rules.judge(&claims(&others));
        let expected = expected.map(|role| Grant::Operator(Some(role)));
        assert_eq!(judged, expected, "{others}");
    }
}

#[test]
fn s41_a_partner_is_one_text() {
    let rules = rules(Audience::Partners);
    for (value, expected) in [
        (json!("X-17"), Ok("X-17")),
        (json!(["X-17"]), Ok("X-17")),
        (json!(["X-17", "X-18"]), Err(IdentityFault::PartnerMissing)),
        (json!(""), Err(IdentityFault::PartnerMissing)),
        (json!(17), Err(IdentityFault::PartnerMissing)),
        (json!(null), Err(IdentityFault::PartnerMissing)),
    ] {
        let judged = rules.judge(&claims(&json!({"https://example/partner": value})));
        let expected = expected.map(|id| Grant::Partner(Some(id.to_owned())));
        assert_eq!(judged, expected, "{value}");
    }
}

#[test]
fn s41_a_claim_takes_a_job_that_approves_and_never_gives_one() {
    use OperatorRole as R;
    for (present, claimed, expected) in [
        (R::Support, None, Ok(None)),
        (R::Support, Some(R::Support), Ok(None)),
        (R::Administrator, Some(R::Administrator), Ok(None)),
        (R::Administrator, Some(R::Auditor), Ok(Some(R::Auditor))),
        (R::Auditor, Some(R::Support), Ok(Some(R::Support))),
        (
            R::Support,
            Some(R::Administrator),
            Err(IdentityFault::RoleNotGiven),
        ),
        (
            R::Administrator,
            Some(R::Legal),
            Err(IdentityFault::RoleNotGiven),
        ),
    ] {
        assert_eq!(
            change_of(present, claimed),
            expected,
            "{present} {claimed:?}"
        );
    }
}

#[test]
fn s41_methods_count_as_second_factor_only_where_they_are_listed() {
    let rules = rules(Audience::Operator);
    let with = |methods: &[&str]| Claims {
        methods: methods.iter().map(|one| (*one).to_owned()).collect(),
        ..Claims::default()
    };
    assert!(rules.has_factor(&with(&["pwd", "mfa"])));
    assert!(!rules.has_factor(&with(&["pwd", "MFA", "otp"])));
    assert!(!rules.has_factor(&with(&[])));
}

#[test]
fn s40_a_proof_of_an_issuer_is_fresh_for_five_minutes() {
    let now: DateTime<Utc> = "2026-11-23T09:00:00Z".parse().unwrap();
    let at = |seconds: Option<i64>| Claims {
        authenticated_at: seconds.map(|seconds| now + Duration::seconds(seconds)),
        ..Claims::default()
    };
    for (seconds, is_fresh) in [
        (Some(0), true),
        (Some(-300), true),
        (Some(-361), false),
        (Some(60), true),
        (Some(61), false),
        (None, false),
    ] {
        assert_eq!(at(seconds).is_fresh(now), is_fresh, "{seconds:?}");
    }
}

#[test]
fn s41_an_issuer_speaks_for_its_own_people() {
    let number = crate::domain::CustomerNumber::from(4711);
    for (role, operator, partners) in [
        (Role::ADMINISTRATOR, true, false),
        (Role::Partner(PartnerId(1)), false, true),
        (Role::SubPartner(PartnerId(2)), false, true),
        (
            Role::Customer {
                number,
                contracts: true,
            },
            false,
            false,
        ),
    ] {
        assert_eq!(Audience::Operator.has(role), operator);
        assert_eq!(Audience::Partners.has(role), partners);
    }
}
