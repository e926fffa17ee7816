#![expect(clippy::expect_used, reason = "a test may fail")]

use std::net::IpAddr;

use super::*;

#[test]
fn s98_addresses_of_endpoints() {
    for (text, development, production) in [
        ("https://crm.example/hook", Ok(()), Ok(())),
        ("https://crm.example:8443/hook?x=1", Ok(()), Ok(())),
        ("https://[2001:4860:4860::8888]/", Ok(()), Ok(())),
        ("http://127.0.0.1:9000/hook", Ok(()), Err(BadUrl::NotHttps)),
        ("http://localhost:9000/hook", Ok(()), Err(BadUrl::NotHttps)),
        ("http://[::1]:9000/hook", Ok(()), Err(BadUrl::NotHttps)),
        (
            "http://10.0.0.1/hook",
            Err(BadUrl::NotHttps),
            Err(BadUrl::NotHttps),
        ),
        (
            "http://crm.example/hook",
            Err(BadUrl::NotHttps),
            Err(BadUrl::NotHttps),
        ),
        (
            "http://localhost.crm.example/",
            Err(BadUrl::NotHttps),
            Err(BadUrl::NotHttps),
        ),
        (
            "file:///etc/passwd",
            Err(BadUrl::NotHttps),
            Err(BadUrl::NotHttps),
        ),
        (
            "gopher://127.0.0.1/",
            Err(BadUrl::NotHttps),
            Err(BadUrl::NotHttps),
        ),
        (
            "https://user@crm.example/",
            Err(BadUrl::Credentials),
            Err(BadUrl::Credentials),
        ),
        (
            "https://:geheim@crm.example/",
            Err(BadUrl::Credentials),
            Err(BadUrl::Credentials),
        ),
        (
            "https://crm.example/#a",
            Err(BadUrl::Fragment),
            Err(BadUrl::Fragment),
        ),
        (
            "crm.example/hook",
            Err(BadUrl::Unreadable),
            Err(BadUrl::Unreadable),
        ),
        ("https://", Err(BadUrl::Unreadable), Err(BadUrl::Unreadable)),
        ("", Err(BadUrl::Unreadable), Err(BadUrl::Unreadable)),
    ] {
        assert_eq!(parse_url(text, true).map(|_| ()), development, "{text}");
        assert_eq!(parse_url(text, false).map(|_| ()), production, "{text}");
    }
    let long = format!("https://crm.example/{}", "a".repeat(LONGEST_URL));
    assert_eq!(parse_url(&long, false).map(|_| ()), Err(BadUrl::Unreadable));
}

#[test]
fn s98_only_public_addresses_are_public() {
    for (ip, expected) in [
        ("8.8.8.8", true),
        ("193.99.144.80", true),
        ("100.63.255.255", true),
        ("100.128.0.1", true),
        ("172.15.0.1", true),
        ("172.32.0.1", true),
        ("2001:4860:4860::8888", true),
        ("2a00:1450:4001::1", true),
        ("127.0.0.1", false),
        ("127.8.9.10", false),
        ("10.1.2.3", false),
        ("172.16.0.1", false),
        ("172.31.255.255", false),
        ("192.168.1.1", false),
        ("169.254.169.254", false),
        ("100.64.0.1", false),
        ("0.0.0.0", false),
        ("0.1.2.3", false),
        ("192.0.0.1", false),
        ("192.0.2.1", false),
        ("192.88.99.1", false),
        ("198.18.0.1", false),
        ("198.51.100.1", false),
        ("203.0.113.1", false),
        ("224.0.0.1", false),
        ("240.0.0.1", false),
        ("255.255.255.255", false),
        ("::", false),
        ("::1", false),
        ("::ffff:127.0.0.1", false),
        ("::ffff:10.0.0.1", false),
        ("::ffff:8.8.8.8", true),
        ("::ffff:0:10.0.0.1", false),
        ("::127.0.0.1", false),
        ("64:ff9b::10.0.0.1", false),
        ("64:ff9b::8.8.8.8", true),
        ("64:ff9b:1::10.0.0.1", false),
        ("2002:0a00:0001::", false),
        ("2002:0808:0808::", true),
        ("2001::1", false),
        ("2001:db8::1", false),
        ("3fff::1", false),
        ("fc00::1", false),
        ("fd12:3456::1", false),
        ("fe80::1", false),
        ("fec0::1", false),
        ("ff02::1", false),
        ("100::1", false),
        ("5f00::1", false),
    ] {
        let parsed: IpAddr = ip.parse().expect(ip);
        assert_eq!(is_public(parsed), expected, "{ip}");
    }
}

#[test]
fn s99_a_failing_endpoint_is_waited_for_longer_and_longer() {
    let begin = DateTime::<Utc>::UNIX_EPOCH;
    let waits: Vec<i64> = (0..=9).map(|n| wait_after(n).num_seconds()).collect();
    assert_eq!(
        waits,
        [5, 5, 30, 300, 1800, 7200, 21600, 21600, 21600, 21600]
    );
    let days = TimeDelta::days;
    for (outcome, failures, now, then) in [
        (
            DeliveryOutcome::Answered(500),
            1,
            begin,
            Then::Again(begin + TimeDelta::seconds(5)),
        ),
        (
            DeliveryOutcome::Answered(302),
            2,
            begin,
            Then::Again(begin + TimeDelta::seconds(30)),
        ),
        (
            DeliveryOutcome::Failed(DeliveryFault::Slow),
            6,
            begin + days(4),
            Then::Again(begin + days(4) + TimeDelta::hours(6)),
        ),
        (
            DeliveryOutcome::Answered(410),
            1,
            begin,
            Then::Pause(PauseReason::Gone),
        ),
        (
            DeliveryOutcome::Failed(DeliveryFault::Unreachable),
            25,
            begin + days(5),
            Then::Pause(PauseReason::Failing),
        ),
    ] {
        assert_eq!(
            after_failure(outcome, failures, begin, now),
            then,
            "{outcome:?}"
        );
    }
    // Counted from the first failure: in five days an endpoint is tried about two dozen times.
    let (mut now, mut failures) = (begin, 0);
    while let Then::Again(next) =
        after_failure(DeliveryOutcome::Answered(503), failures + 1, begin, now)
    {
        (now, failures) = (next, failures + 1);
    }
    assert!((20..30).contains(&failures), "{failures}");
}

#[test]
fn s98_a_signature_is_that_of_the_standard() {
    // The example of the standard's own libraries.
    let mut bytes = [0; SECRET_BYTES];
    bytes.copy_from_slice(b"0123456789abcdef0123456789abcdef");
    let secret = WebhookSecret::new(bytes);
    assert!(secret.shown().starts_with("whsec_MDEyMzQ1"));
    assert!(!format!("{secret:?}").contains("MDEy"));
    let at = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(1_614_265_330);
    let other = WebhookSecret::new([7; SECRET_BYTES]);
    let both = signature(&[secret.clone(), other], "avv_1", at, "{}");
    let one = signature(&[secret], "avv_1", at, "{}");
    assert!(both.starts_with(&format!("{one} v1,")), "{both}");
    assert_ne!(
        one,
        signature(&[WebhookSecret::new(bytes)], "avv_1_2", at, "{}")
    );
}
