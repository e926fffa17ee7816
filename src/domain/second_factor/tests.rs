#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::{Duration, TimeZone as _};

use super::*;
use crate::domain::{CustomerNumber, PartnerId};

/// RFC 6238, appendix B, SHA-1: the last six of its eight figures.
#[test]
fn s36_codes_are_those_of_the_rfc() {
    let secret = Secret::new(*b"12345678901234567890");
    for (seconds, code) in [
        (59, 287_082),
        (1_111_111_109, 81_804),
        (1_111_111_111, 50_471),
        (1_234_567_890, 5_924),
        (2_000_000_000, 279_037),
        (20_000_000_000, 353_130),
    ] {
        let at = Utc.timestamp_opt(seconds, 0).unwrap();
        assert_eq!(secret.code(step_of(at)), code, "{seconds}");
    }
    assert_eq!(secret.shown(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    assert_eq!(
        secret.address("Muster: AVV", "a@b.example"),
        "otpauth://totp/Muster%20%20AVV:a%40b%2Eexample?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Muster%20%20AVV"
    );
}

/// Steps away from now, step accepted last relative to now, outcome as a step relative to now.
#[test]
fn s36_a_code_is_good_once_and_a_clock_that_is_off_is_named() {
    let secret = Secret::new(*b"an invented secret!!");
    let now = Utc.timestamp_opt(1_800_000_010, 0).unwrap();
    let current = step_of(now);
    for (away, last, expected) in [
        (0, None, Ok(0)),
        (-1, None, Ok(-1)),
        (1, None, Ok(1)),
        (0, Some(-1), Ok(0)),
        (0, Some(0), Err(CodeFault::Used)),
        (-1, Some(0), Err(CodeFault::Used)),
        (-1, Some(-1), Err(CodeFault::Used)),
        (1, Some(0), Ok(1)),
        (0, Some(1), Err(CodeFault::Used)),
        (-2, None, Err(CodeFault::Behind(1))),
        (-10, None, Err(CodeFault::Behind(5))),
        (10, None, Err(CodeFault::Ahead(5))),
        (10, Some(0), Err(CodeFault::Ahead(5))),
        (-20, None, Err(CodeFault::Behind(10))),
        (-21, None, Err(CodeFault::Wrong)),
        (21, None, Err(CodeFault::Wrong)),
    ] {
        let typed = secret.code(current + away);
        let found = judge(&secret, typed, last.map(|last: i64| current + last), now);
        assert_eq!(
            found.map(|step| step - current),
            expected,
            "{away} after {last:?}"
        );
    }
}

#[test]
fn s36_codes_are_read_as_people_type_them() {
    let code = recovery_code([7; RECOVERY_BYTES]);
    assert_eq!(code.len(), 19);
    let bare = code.replace('-', "");
    for (typed, expected) in [
        ("", Typed::Nothing),
        (" \u{a0} ", Typed::Nothing),
        ("012345", Typed::Code(12_345)),
        ("012 345", Typed::Code(12_345)),
        ("012-345", Typed::Code(12_345)),
        ("12345", Typed::Unreadable),
        ("1234567", Typed::Unreadable),
        ("12345a", Typed::Unreadable),
        ("١٢٣٤٥٦", Typed::Unreadable),
        (&code, Typed::Recovery(bare.clone())),
        (&code.to_lowercase(), Typed::Recovery(bare.clone())),
        (&bare, Typed::Recovery(bare.clone())),
        ("1111-1111-1111-1111", Typed::Unreadable),
        (&"A".repeat(5_000), Typed::Unreadable),
    ] {
        assert_eq!(Typed::read(typed), expected, "{typed}");
    }
}

#[test]
fn s36_the_operators_people_must_and_partners_may_have_to() {
    let customer = Role::Customer {
        number: CustomerNumber::of_figures(1),
        contracts: true,
    };
    let (mandant, sub) = (Role::Partner(PartnerId(1)), Role::SubPartner(PartnerId(2)));
    for (rule, operator, partners) in [
        (FactorRule::None, false, false),
        (FactorRule::Operator, true, false),
        (FactorRule::Partners, true, true),
    ] {
        assert_eq!(rule.requires(Role::ADMINISTRATOR), operator, "{rule:?}");
        assert_eq!(rule.requires(mandant), partners, "{rule:?}");
        assert_eq!(rule.requires(sub), partners, "{rule:?}");
        assert!(!rule.requires(customer), "{rule:?}");
    }
}

#[test]
fn s36_a_new_code_is_new_at_most_every_half_minute() {
    let secret = Secret::new([3; SECRET_BYTES]);
    let now = Utc.timestamp_opt(1_800_000_000, 0).unwrap();
    let step = judge(&secret, secret.code(step_of(now)), None, now).unwrap();
    let later = now + Duration::seconds(30);
    assert!(judge(&secret, secret.code(step_of(later)), Some(step), later).is_ok());
}
