//! What is said of each finding: what it is about, and a sentence that says what to do.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::inspection::{
    Dkim, Dmarc, Finding, MailFault, MailStage, MailWay, MailboxStage, MailboxWay, Mark, Reached,
    Schema, Seal, Spf, Stamp,
};

/// What a finding is about, and the sentence.
pub(super) fn of(finding: &Finding) -> (&'static str, String) {
    match finding {
        Finding::Fault(fault) => ("settings", fault.clone()),
        Finding::UnknownVariable(name) => (
            "settings",
            format!("{name} is none of the portal's variables: correct it or take it away (docs/configuration.md)"),
        ),
        Finding::Production => ("settings", "can all be used, for customers".to_owned()),
        Finding::Development => (
            "settings",
            "can all be used, for trying things out: the pages /dev/… show every mail. A portal for customers has AVV_ENV=production".to_owned(),
        ),
        Finding::NoProxy => (
            "settings",
            "AVV_TRUSTED_PROXIES is not set: name the proxy in front of the portal, or all visitors count as one address and share its limits".to_owned(),
        ),
        Finding::Database(reached) => ("database", self::reached(reached)),
        Finding::OwnerAway(why) => (
            "database",
            format!("DATABASE_OWNER_URL: {why}. `avv-portal migrate` needs this role"),
        ),
        Finding::ReplicaAway(why) => (
            "replica",
            format!("DATABASE_REPLICA_URL: {why}. Until it can be read, lists are read at the primary"),
        ),
        Finding::Schema(schema) => ("schema", self::schema(schema)),
        Finding::Role { owns_tables: false } => (
            "roles",
            "the portal works as a role that does not own the tables".to_owned(),
        ),
        Finding::Role { owns_tables: true } => (
            "roles",
            "the portal's role owns the tables and could switch their triggers off: give them to a role of its own (docs/operating.md, Two database roles)".to_owned(),
        ),
        Finding::Space(free) => ("space", space(*free, finding.mark())),
        Finding::Clock(off) => ("clock", clock(*off, finding.mark())),
        Finding::Seal(seal) => ("seal", self::seal(seal)),
        Finding::MailServer(way) => ("mail server", mail_server(way)),
        Finding::Mailbox(way) => ("mailbox", mailbox(way)),
        Finding::Spf(spf) => ("SPF", self::spf(spf).to_owned()),
        Finding::Dkim(dkim) => ("DKIM", self::dkim(dkim).to_owned()),
        Finding::Dmarc(dmarc) => ("DMARC", self::dmarc(dmarc)),
        Finding::Stamp(Stamp::NotSet) => (
            "time stamps",
            "AVV_TSA_URL is not set: documents bear the seal alone".to_owned(),
        ),
        Finding::Stamp(Stamp::Came(source)) => ("time stamps", format!("one came from {source}")),
        Finding::Stamp(Stamp::None(why)) => (
            "time stamps",
            format!("none came: {why}. Correct AVV_TSA_URL and AVV_TSA_CERT, or ask the service's provider"),
        ),
        Finding::Issuer {
            variable,
            back,
            fault: None,
        } => (
            "sign-in",
            format!("{variable} answers as itself; it has to know {back} as the address people are sent back to"),
        ),
        Finding::Issuer {
            variable,
            fault: Some(why),
            ..
        } => (
            "sign-in",
            format!("{variable}: {why}. Correct the address, letter by letter as the issuer names itself, or ask who runs it"),
        ),
        Finding::Offline => (
            "network",
            "mail server, mailbox, domain names, time stamps and issuers were not asked about (--offline)".to_owned(),
        ),
    }
}

/// The last line.
pub(super) fn summary(findings: &[Finding]) -> String {
    let count = |mark: Mark| findings.iter().filter(|one| one.mark() == mark).count();
    let (wrong, doubtful) = (count(Mark::Wrong), count(Mark::Doubtful));
    let mut parts = vec![match wrong {
        0 => "Nothing is wrong".to_owned(),
        wrong => format!("{wrong} wrong"),
    }];
    for (count, word) in [
        (doubtful, "doubtful"),
        (count(Mark::NotChecked), "not checked"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    format!("{}.", parts.join(", "))
}

fn reached(reached: &Reached) -> String {
    match reached {
        Reached::Answers { is_embedded: true } => "the embedded one answers".to_owned(),
        Reached::Answers { is_embedded: false } => "answers".to_owned(),
        Reached::NotMade => {
            "there is none yet in AVV_DATA_DIR: `avv-portal migrate` makes it".to_owned()
        }
        Reached::Away(why) => {
            format!(
                "{why}. Correct DATABASE_URL, or start the server; an embedded one writes postgres.log into AVV_DATA_DIR"
            )
        }
    }
}

fn schema(schema: &Schema) -> String {
    match schema {
        Schema::Current => "is that of this program".to_owned(),
        Schema::Behind(missing) => {
            format!(
                "is {missing} migration(s) behind: make a backup, then run `avv-portal migrate`"
            )
        }
        Schema::Foreign(why) => format!("does not fit this program: {why}"),
    }
}

fn space(free: u64, mark: Mark) -> String {
    let megabytes = free / 1_000_000;
    let free = format!(
        "{}.{} GB are free where the data directory is",
        megabytes / 1000,
        megabytes % 1000 / 100
    );
    match mark {
        Mark::Good => free,
        _ => format!("{free}: make room; below 50 MB the portal counts as not ready"),
    }
}

fn clock(off: TimeDelta, mark: Mark) -> String {
    let seconds = off.abs().num_seconds();
    let side = if off < TimeDelta::zero() {
        "behind"
    } else {
        "ahead of"
    };
    match mark {
        Mark::Good => "this machine's and the database's agree".to_owned(),
        _ => format!(
            "this machine's is {seconds} seconds {side} the database's: set both by NTP; beyond a minute the portal decides nothing"
        ),
    }
}

fn seal(seal: &Seal) -> String {
    match seal {
        Seal::NotMade => {
            "the first start makes one for trying things out; customers need one of your own (docs/evidence.md, Seal)".to_owned()
        }
        Seal::Unusable(why) => format!("{why}. docs/evidence.md says how to make one"),
        Seal::Opens { from, now, .. } if now < from => {
            format!("the certificate begins only on {}: nothing can be concluded before", day(from))
        }
        Seal::Opens { until, now, .. } if until < now => {
            format!("the certificate ended on {}: put in a new one (docs/evidence.md, Seal)", day(until))
        }
        Seal::Opens { is_of_development: true, .. } => {
            "its certificate was made by the portal for trying things out: customers need one of your own (docs/evidence.md, Seal)".to_owned()
        }
        Seal::Opens { until, .. } if seal.ends_soon() => {
            format!("the certificate ends on {}: put in a new one before (docs/evidence.md, Seal)", day(until))
        }
        Seal::Opens { until, .. } => {
            format!("opens, key and certificate belong together, valid until {}", day(until))
        }
    }
}

fn day(moment: &DateTime<Utc>) -> String {
    moment.format("%Y-%m-%d").to_string()
}

fn mail_server(way: &MailWay) -> String {
    match way {
        MailWay::NotSet => {
            "AVV_SMTP_URL is not set: mails become files and reach nobody".to_owned()
        }
        MailWay::Unusable(why) => format!("AVV_SMTP_URL: {why}"),
        MailWay::Open {
            is_encrypted,
            signed_in,
        } => {
            let way = way_word(*is_encrypted);
            let person = match signed_in {
                Some(mechanism) => format!(", signed in by {mechanism}"),
                None => ", without signing in".to_owned(),
            };
            format!(
                "takes mails from AVV_MAIL_FROM ({way}{person}); whether they arrive, a test mail tells (Verwaltung → E-Mails)"
            )
        }
        MailWay::Closed { at, why } => {
            let (place, advice) = match at {
                MailStage::Connection => (
                    "before it said anything",
                    "Check host, port and encryption in AVV_SMTP_URL, and whether a firewall is in the way",
                ),
                MailStage::Greeting => (
                    "at EHLO",
                    "The portal greets with the host of AVV_BASE_URL; a path in AVV_SMTP_URL names another one (smtps://…:465/mail.example)",
                ),
                MailStage::Encryption => (
                    "at STARTTLS",
                    "Check port and encryption in AVV_SMTP_URL, and the server's certificate",
                ),
                MailStage::SignIn => (
                    "at AUTH",
                    "Check user and password in AVV_SMTP_URL; special characters are written as %XX",
                ),
                MailStage::Token => ("at AUTH XOAUTH2", TOKEN_REFUSED),
                MailStage::NoToken => ("before AUTH XOAUTH2", NO_TOKEN),
                MailStage::Sender => (
                    "at MAIL FROM",
                    "The server must allow that user to send from AVV_MAIL_FROM",
                ),
            };
            format!("the dialogue ended {place}: {}. {advice}", fault(why))
        }
    }
}

fn fault(why: &MailFault) -> String {
    match why {
        MailFault::Refused { code, words } => format!("it said {code} {words}"),
        MailFault::NotOffered(what) => format!("it does not offer {what}"),
        MailFault::NoToken(why) => format!("there is no token, {why}"),
        MailFault::Garbled => "what it said is no SMTP".to_owned(),
        MailFault::Tls(why) => format!("no encrypted connection, {why}"),
        MailFault::Broken(why) => format!("no connection, {why}"),
        MailFault::Silent => "no answer in time".to_owned(),
    }
}

fn way_word(is_encrypted: bool) -> &'static str {
    match is_encrypted {
        true => "encrypted",
        false => "on this machine",
    }
}

/// What to do when a token is not taken. Microsoft 365 says no more than that it was not.
const TOKEN_REFUSED: &str = "The token came, and the server does not take it: the user in the address must be the mailbox, and the application must have the right to it (docs/integration.md, Microsoft 365)";
const NO_TOKEN: &str = "Check AVV_MAIL_OAUTH_TOKEN_URL, AVV_MAIL_OAUTH_CLIENT_ID, AVV_MAIL_OAUTH_CLIENT_SECRET and AVV_MAIL_OAUTH_SCOPE; secrets of applications end (docs/integration.md, Microsoft 365)";

fn mailbox(way: &MailboxWay) -> String {
    match way {
        MailboxWay::Open {
            is_encrypted,
            signed_in,
            unread,
        } => format!(
            "can be read ({}, signed in by {signed_in}); unread in it: {unread}",
            way_word(*is_encrypted)
        ),
        MailboxWay::Closed { at, why } => {
            let (place, advice) = match at {
                MailboxStage::Connection => (
                    "before signing in",
                    "Check host and port in AVV_IMAP_URL, and whether a firewall is in the way",
                ),
                MailboxStage::Encryption => (
                    "at its certificate",
                    "Check host and port in AVV_IMAP_URL, and the server's certificate",
                ),
                MailboxStage::NoToken => ("before signing in, there is no token", NO_TOKEN),
                MailboxStage::SignIn => (
                    "at signing in",
                    "Check user and password in AVV_IMAP_URL, where special characters are written as %XX; with AVV_IMAP_AUTH=oauth2 the application must have the right to this mailbox (docs/integration.md, Microsoft 365)",
                ),
                MailboxStage::Folder => (
                    "at its folder",
                    "The path of AVV_IMAP_URL names a folder that is there, as the server writes it",
                ),
                MailboxStage::Move => (
                    "at AVV_IMAP_AFTER",
                    "Make the folder in the mailbox, or have the mails kept",
                ),
                MailboxStage::Dialogue => ("in the middle", "Ask who runs the server"),
            };
            format!("the dialogue ended {place}: {why}. {advice}")
        }
    }
}

fn spf(spf: &Spf) -> &'static str {
    match spf {
        Spf::Unknown => UNKNOWN,
        Spf::Absent => {
            "the domain of AVV_MAIL_FROM has no record: publish a TXT record `v=spf1 … -all` there that names your mail server"
        }
        Spf::Several => {
            "the domain of AVV_MAIL_FROM has several records, which counts as none: put them together into one"
        }
        Spf::Everybody => {
            "the record lets everybody send for the domain: end it with `-all` or `~all`"
        }
        Spf::Published => {
            "the domain of AVV_MAIL_FROM has a record; that it names your mail server, look yourself"
        }
    }
}

fn dkim(dkim: &Dkim) -> &'static str {
    match dkim {
        Dkim::NoSelector => {
            "AVV_DKIM_SELECTOR is not set, so no key can be looked for: open a mail that came from your mail server, take what stands behind `s=` in its DKIM-Signature, and set it; without such a line the server signs nothing"
        }
        Dkim::Unknown => UNKNOWN,
        Dkim::Absent => {
            "under AVV_DKIM_SELECTOR there is no key: publish it as a TXT record at SELECTOR._domainkey of the domain of AVV_MAIL_FROM"
        }
        Dkim::Revoked => {
            "the key under AVV_DKIM_SELECTOR was taken back (empty p=): name the one that is in use"
        }
        Dkim::Published => "there is a key under AVV_DKIM_SELECTOR",
    }
}

fn dmarc(dmarc: &Dmarc) -> String {
    match dmarc {
        Dmarc::Unknown => UNKNOWN.to_owned(),
        Dmarc::Absent => "the domain of AVV_MAIL_FROM has no record: publish a TXT record at _dmarc, such as `v=DMARC1; p=quarantine; rua=mailto:…`".to_owned(),
        Dmarc::Unusable => "receivers pass over the record at _dmarc: there has to be one alone, with p=none, p=quarantine or p=reject".to_owned(),
        Dmarc::Published(policy) if policy == "none" => "the policy is none, so forged mails pass: change it to quarantine when the reports show that your own mails are in order".to_owned(),
        Dmarc::Published(policy) => format!("the policy is {policy}"),
    }
}

const UNKNOWN: &str =
    "cannot be looked up here: no resolver answers; --dns ADDRESS names another one";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s95_the_last_line_counts() {
        let missing = Finding::Fault("AVV_X is not set".to_owned());
        for (findings, said) in [
            (vec![], "Nothing is wrong."),
            (
                vec![Finding::Production, Finding::Offline],
                "Nothing is wrong, 1 not checked.",
            ),
            (vec![Finding::NoProxy], "Nothing is wrong, 1 doubtful."),
            (vec![missing.clone()], "1 wrong."),
            (
                vec![missing.clone(), Finding::NoProxy, missing],
                "2 wrong, 1 doubtful.",
            ),
        ] {
            assert_eq!(summary(&findings), said);
        }
    }

    #[test]
    fn s95_what_is_not_good_says_what_to_do() {
        let closed = |at| {
            Finding::MailServer(MailWay::Closed {
                at,
                why: MailFault::Refused {
                    code: 535,
                    words: "no".to_owned(),
                },
            })
        };
        for (finding, about, advice) in [
            (Finding::NoProxy, "settings", "name the proxy"),
            (
                Finding::Schema(Schema::Behind(3)),
                "schema",
                "3 migration(s) behind: make a backup",
            ),
            (
                Finding::Role { owns_tables: true },
                "roles",
                "give them to a role of its own",
            ),
            (
                Finding::Space(640_000_000),
                "space",
                "0.6 GB are free where the data directory is: make room",
            ),
            (Finding::Space(12_340_000_000), "space", "12.3 GB are free"),
            (
                Finding::Clock(TimeDelta::seconds(-90)),
                "clock",
                "90 seconds behind the database's: set both by NTP",
            ),
            (
                Finding::Clock(TimeDelta::seconds(90)),
                "clock",
                "90 seconds ahead of the database's",
            ),
            (
                closed(MailStage::SignIn),
                "mail server",
                "at AUTH: it said 535 no. Check user and password",
            ),
            (
                closed(MailStage::Token),
                "mail server",
                "at AUTH XOAUTH2: it said 535 no. The token came",
            ),
            (
                Finding::MailServer(MailWay::Closed {
                    at: MailStage::NoToken,
                    why: MailFault::NoToken("the token endpoint answered 503".to_owned()),
                }),
                "mail server",
                "before AUTH XOAUTH2: there is no token, the token endpoint answered 503. Check AVV_MAIL_OAUTH_TOKEN_URL",
            ),
            (
                Finding::Mailbox(MailboxWay::Closed {
                    at: MailboxStage::Move,
                    why: "it said no such folder".to_owned(),
                }),
                "mailbox",
                "at AVV_IMAP_AFTER: it said no such folder. Make the folder",
            ),
            (
                closed(MailStage::Sender),
                "mail server",
                "at MAIL FROM: it said 535 no",
            ),
            (
                Finding::Spf(Spf::Unknown),
                "SPF",
                "cannot be looked up here",
            ),
            (
                Finding::Dkim(Dkim::NoSelector),
                "DKIM",
                "stands behind `s=`",
            ),
            (
                Finding::Dmarc(Dmarc::Published("none".to_owned())),
                "DMARC",
                "change it to quarantine",
            ),
        ] {
            let (what, sentence) = of(&finding);
            assert_eq!(what, about);
            assert!(sentence.contains(advice), "{sentence}");
        }
    }
}
