//! Tables: what is found, and how it is to be taken.

use chrono::{DateTime, TimeDelta, Utc};

use super::*;

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_default()
}

fn seal(from: &str, until: &str, is_of_development: bool) -> Finding {
    Finding::Seal(Seal::Opens {
        from: moment(from),
        until: moment(until),
        is_of_development,
        now: moment("2026-11-23T09:00:00Z"),
    })
}

fn refused(code: u16) -> Finding {
    Finding::MailServer(MailWay::Closed {
        at: MailStage::Sender,
        why: MailFault::Refused {
            code,
            words: String::new(),
        },
    })
}

fn issuer(fault: Option<&str>) -> Finding {
    Finding::Issuer {
        variable: "AVV_OIDC_1_URL",
        back: String::new(),
        fault: fault.map(str::to_owned),
    }
}

#[test]
fn s95_what_is_found_is_good_doubtful_or_wrong() {
    let year = "2026-01-01T00:00:00Z";
    let table = [
        (Finding::Production, Mark::Good),
        (Finding::Fault("X is not set".to_owned()), Mark::Wrong),
        (Finding::UnknownVariable("AVV_X".to_owned()), Mark::Doubtful),
        (Finding::Development, Mark::Doubtful),
        (Finding::NoProxy, Mark::Doubtful),
        (
            Finding::Database(Reached::Answers { is_embedded: true }),
            Mark::Good,
        ),
        (Finding::Database(Reached::NotMade), Mark::Wrong),
        (
            Finding::Database(Reached::Away("refused".to_owned())),
            Mark::Wrong,
        ),
        (Finding::OwnerAway("refused".to_owned()), Mark::Wrong),
        (Finding::ReplicaAway("refused".to_owned()), Mark::Doubtful),
        (Finding::Schema(Schema::Current), Mark::Good),
        (Finding::Schema(Schema::Behind(1)), Mark::Wrong),
        (
            Finding::Schema(Schema::Foreign("newer".to_owned())),
            Mark::Wrong,
        ),
        (Finding::Role { owns_tables: false }, Mark::Good),
        (Finding::Role { owns_tables: true }, Mark::Doubtful),
        (Finding::Space(0), Mark::Wrong),
        (Finding::Space(LEAST_SPACE - 1), Mark::Wrong),
        (Finding::Space(LEAST_SPACE), Mark::Doubtful),
        (Finding::Space(SCARCE_SPACE - 1), Mark::Doubtful),
        (Finding::Space(SCARCE_SPACE), Mark::Good),
        (Finding::Clock(TimeDelta::zero()), Mark::Good),
        (Finding::Clock(TimeDelta::seconds(-5)), Mark::Good),
        (Finding::Clock(TimeDelta::seconds(6)), Mark::Doubtful),
        (Finding::Clock(TimeDelta::seconds(-60)), Mark::Doubtful),
        (Finding::Clock(TimeDelta::seconds(61)), Mark::Wrong),
        (Finding::Clock(TimeDelta::seconds(-61)), Mark::Wrong),
        (Finding::Seal(Seal::NotMade), Mark::Doubtful),
        (
            Finding::Seal(Seal::Unusable("no pair".to_owned())),
            Mark::Wrong,
        ),
        (seal(year, "2030-01-01T00:00:00Z", false), Mark::Good),
        (seal(year, "2030-01-01T00:00:00Z", true), Mark::Doubtful),
        (seal(year, "2027-01-22T09:00:00Z", false), Mark::Good),
        (seal(year, "2027-01-22T08:59:59Z", false), Mark::Doubtful),
        (seal(year, "2026-11-23T08:59:59Z", false), Mark::Wrong),
        (
            seal("2026-11-24T00:00:00Z", "2030-01-01T00:00:00Z", false),
            Mark::Wrong,
        ),
        (Finding::MailServer(MailWay::NotSet), Mark::Doubtful),
        (
            Finding::MailServer(MailWay::Unusable(String::new())),
            Mark::Wrong,
        ),
        (
            Finding::MailServer(MailWay::Open {
                is_encrypted: true,
                signed_in: Some("PLAIN"),
            }),
            Mark::Good,
        ),
        // What a server refuses for now may be taken later.
        (refused(421), Mark::Doubtful),
        (refused(451), Mark::Doubtful),
        (refused(535), Mark::Wrong),
        (refused(550), Mark::Wrong),
        (
            Finding::MailServer(MailWay::Closed {
                at: MailStage::Connection,
                why: MailFault::Silent,
            }),
            Mark::Wrong,
        ),
        (
            Finding::Mailbox(MailboxWay::Open {
                is_encrypted: true,
                signed_in: "XOAUTH2",
                unread: 3,
            }),
            Mark::Good,
        ),
        (
            Finding::Mailbox(MailboxWay::Closed {
                at: MailboxStage::SignIn,
                why: String::new(),
            }),
            Mark::Wrong,
        ),
        (issuer(None), Mark::Good),
        (issuer(Some("no answer")), Mark::Wrong),
        (Finding::Stamp(Stamp::NotSet), Mark::NotChecked),
        (Finding::Stamp(Stamp::Came(String::new())), Mark::Good),
        (Finding::Stamp(Stamp::None(String::new())), Mark::Wrong),
        (Finding::Offline, Mark::NotChecked),
    ];
    for (finding, mark) in &table {
        assert_eq!(finding.mark(), *mark, "{finding:?}");
    }
    assert_eq!(worst(&[]), Mark::NotChecked);
    assert_eq!(worst(&[Finding::Offline, Finding::Production]), Mark::Good);
    let both = [Finding::NoProxy, Finding::Production];
    assert_eq!(worst(&both), Mark::Doubtful);
    assert_eq!(worst(table.iter().map(|(finding, _)| finding)), Mark::Wrong);
}

fn said(texts: &[&str]) -> Answers {
    Some(texts.iter().map(|text| (*text).to_owned()).collect())
}

#[test]
fn s25_which_servers_may_send_is_read_as_receivers_read_it() {
    for (texts, found, mark) in [
        (None, Spf::Unknown, Mark::NotChecked),
        (said(&[]), Spf::Absent, Mark::Wrong),
        (
            said(&["google-site-verification=x", "v=spf10 -all", "v=spf1x"]),
            Spf::Absent,
            Mark::Wrong,
        ),
        (
            said(&["other", "v=spf1 include:_spf.mail.example -all"]),
            Spf::Published,
            Mark::Good,
        ),
        (said(&["V=SPF1 a mx ~all"]), Spf::Published, Mark::Good),
        (said(&["v=spf1"]), Spf::Published, Mark::Good),
        (said(&["v=spf1 mx +all"]), Spf::Everybody, Mark::Doubtful),
        (said(&["v=spf1 all"]), Spf::Everybody, Mark::Doubtful),
        (
            said(&["v=spf1 mx -all", "v=spf1 a -all"]),
            Spf::Several,
            Mark::Wrong,
        ),
    ] {
        assert_eq!(spf(&texts), found, "{texts:?}");
        assert_eq!(Finding::Spf(found).mark(), mark, "{texts:?}");
    }
}

#[test]
fn s25_a_key_is_looked_for_under_its_name_alone() {
    for (selector, texts, found, mark) in [
        (None, None, Dkim::NoSelector, Mark::NotChecked),
        (None, said(&["p=abc"]), Dkim::NoSelector, Mark::NotChecked),
        (Some("m1"), None, Dkim::Unknown, Mark::NotChecked),
        (Some("m1"), said(&[]), Dkim::Absent, Mark::Wrong),
        (
            Some("m1"),
            said(&["v=spf1 -all"]),
            Dkim::Absent,
            Mark::Wrong,
        ),
        (
            Some("m1"),
            said(&["v=DKIM1; k=rsa; p="]),
            Dkim::Revoked,
            Mark::Wrong,
        ),
        (
            Some("m1"),
            said(&["v=DKIM1; k=rsa; p=MIIBIjANBg"]),
            Dkim::Published,
            Mark::Good,
        ),
        (Some("m1"), said(&["p = MIIB"]), Dkim::Published, Mark::Good),
    ] {
        assert_eq!(dkim(selector, &texts), found, "{texts:?}");
        assert_eq!(Finding::Dkim(found).mark(), mark, "{texts:?}");
    }
}

#[test]
fn s25_what_is_done_with_forged_mails_is_one_record_with_a_policy() {
    let policy = |word: &str| Dmarc::Published(word.to_owned());
    for (texts, found, mark) in [
        (None, Dmarc::Unknown, Mark::NotChecked),
        (said(&[]), Dmarc::Absent, Mark::Wrong),
        (said(&["v=DMARC12; p=none"]), Dmarc::Absent, Mark::Wrong),
        (said(&["v=DMARC1"]), Dmarc::Unusable, Mark::Wrong),
        (said(&["v=DMARC1; sp=reject"]), Dmarc::Unusable, Mark::Wrong),
        (said(&["v=DMARC1; p=maybe"]), Dmarc::Unusable, Mark::Wrong),
        (said(&["v=DMARC1;p=none"]), policy("none"), Mark::Doubtful),
        (
            said(&["v=DMARC1; p=Reject; rua=mailto:d@a.example"]),
            policy("reject"),
            Mark::Good,
        ),
        (
            said(&["v=DMARC1; p=none", "v=DMARC1; p=reject"]),
            Dmarc::Unusable,
            Mark::Wrong,
        ),
    ] {
        assert_eq!(dmarc(&texts), found, "{texts:?}");
        assert_eq!(Finding::Dmarc(found).mark(), mark, "{texts:?}");
    }
    for (domain, names) in [
        ("a.example", vec!["_dmarc.a.example"]),
        (
            "avv.mail.a.example",
            vec![
                "_dmarc.avv.mail.a.example",
                "_dmarc.mail.a.example",
                "_dmarc.a.example",
            ],
        ),
        ("localhost", vec!["_dmarc.localhost"]),
    ] {
        assert_eq!(dmarc_names(domain), names);
    }
    assert_eq!(dmarc_names(&"a.".repeat(40)).len(), 8);
}
