//! `check`: everything that is wrong or doubtful about how the portal is set up, at once (S-95). It sends
//! no mail, makes nothing and changes nothing. What `--cases` asks for is the business of `check_cases`.

mod words;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};

use super::{Result, say};
use crate::actions::inspection;
use crate::clock::Clock;
use crate::config::{Readings, StorageConfig, unknown_variables};
use crate::dns::Resolvers;
use crate::domain::inspection::{
    Finding, MailFault, MailStage, MailWay, MailboxStage, MailboxWay, Mark, Reached, Stamp, worst,
};
use crate::logging;
use crate::storage::db::connect_to_look;
use crate::storage::embedded::EmbeddedPostgres;

/// How long all others together may take to answer. Each has a shorter limit of its own, which a server
/// that sends its words one by one can draw out.
const PATIENCE: Duration = Duration::from_secs(45);

/// What is wanted of `check`.
#[derive(Debug, Args)]
pub struct Wanted {
    /// Ask neither the mail server nor the mailbox nor the domain name system nor the time-stamping service nor an issuer
    #[arg(long)]
    offline: bool,
    /// Ask this resolver about the sender's domain, in place of the system's own
    #[arg(long, value_name = "ADDRESS[:PORT]", value_parser = resolver)]
    dns: Option<SocketAddr>,
    /// Compare each customer's line in the list, and the words it is found by, with the facts; that
    /// alone
    #[arg(long, conflicts_with_all = ["offline", "dns"])]
    pub(super) cases: bool,
    /// Write lines anew that differ or are missing
    #[arg(long, requires = "cases")]
    pub(super) mend: bool,
}

/// Says line by line how everything stands. Exit code 0: all of it is good, 1: something is wrong,
/// 2: something is doubtful and nothing wrong.
pub fn run(wanted: &Wanted) -> Result<ExitCode> {
    let readings = Readings::of_process();
    // What is wrong is said by the lines below.
    logging::init(readings.environment, Some("off"));
    let clock = if readings.environment.is_production() {
        Clock::system()
    } else {
        Clock::adjustable()
    };
    let mut findings = settings(&readings);
    if let Some(storage) = &readings.storage {
        findings.extend(inspection::space(&storage.data_dir));
        findings.extend(database(storage, &clock));
    }
    if let Some(seal) = &readings.seal {
        findings.push(Finding::Seal(inspection::seal(seal, clock.now())));
    }
    if wanted.offline {
        findings.push(Finding::Offline);
    } else {
        findings.extend(network(&readings, wanted.dns, clock.now()));
    }
    for finding in &findings {
        let (what, sentence) = words::of(finding);
        say(&line(finding.mark(), what, &sentence));
    }
    say(&words::summary(&findings));
    Ok(match worst(&findings) {
        Mark::Wrong => ExitCode::FAILURE,
        Mark::Doubtful => ExitCode::from(2),
        Mark::Good | Mark::NotChecked => ExitCode::SUCCESS,
    })
}

fn settings(readings: &Readings) -> Vec<Finding> {
    let faults = readings.faults.iter().map(ToString::to_string);
    let mut findings: Vec<Finding> = faults.map(Finding::Fault).collect();
    findings.extend(
        unknown_variables()
            .into_iter()
            .map(Finding::UnknownVariable),
    );
    let purpose = inspection::purpose(readings.environment, readings.web.as_ref());
    // That all settings can be used is said only where it is so.
    let is_whole = readings.faults.is_empty();
    findings.extend(
        purpose
            .into_iter()
            .filter(|one| is_whole || *one == Finding::NoProxy),
    );
    findings
}

/// What other servers have to be asked about, all at the same time. A server that does not answer
/// within [`PATIENCE`] is waited for no longer.
fn network(readings: &Readings, dns: Option<SocketAddr>, now: DateTime<Utc>) -> Vec<Finding> {
    let resolvers = dns.map_or_else(Resolvers::of_system, Resolvers::at);
    let way = readings.mail.clone().map(|mail| {
        let web = readings.web.clone();
        begin(move || inspection::mail_server(&mail, web.as_ref()))
    });
    let mailbox = readings.mail.clone().filter(|mail| mail.mailbox.is_some());
    let mailbox = mailbox.map(|mail| begin(move || inspection::mailbox(&mail)));
    let names = readings.mail.clone().map(|mail| {
        let mail_of_thread = mail.clone();
        let looked = begin(move || inspection::sender_names(&mail_of_thread, &resolvers));
        (mail, looked)
    });
    let stamp = readings.seal.clone();
    let stamp = stamp.map(|seal| begin(move || inspection::stamp(&seal, now)));

    let issuers = readings.issuers.clone().unwrap_or_default();
    let issuers: Vec<_> = issuers
        .into_iter()
        .map(|one| {
            let (web, of_thread) = (readings.web.clone(), one.clone());
            (
                one,
                begin(move || inspection::issuer(&of_thread, web.as_ref())),
            )
        })
        .collect();

    let until = Instant::now() + PATIENCE;
    let mut findings = Vec::new();
    findings.extend(way.map(|way| {
        let found = wait(&way, until);
        Finding::MailServer(found.unwrap_or(MailWay::Closed {
            at: MailStage::Connection,
            why: MailFault::Silent,
        }))
    }));
    findings.extend(mailbox.and_then(|mailbox| {
        let found = wait(&mailbox, until).unwrap_or_else(|| {
            Some(MailboxWay::Closed {
                at: MailboxStage::Dialogue,
                why: "no answer in time".to_owned(),
            })
        });
        found.map(Finding::Mailbox)
    }));
    findings.extend(names.into_iter().flat_map(|(mail, names)| {
        wait(&names, until).unwrap_or_else(|| inspection::unknown_names(&mail))
    }));
    findings.extend(stamp.map(|stamp| {
        let found = wait(&stamp, until);
        Finding::Stamp(found.unwrap_or_else(|| Stamp::None("no answer in time".to_owned())))
    }));
    findings.extend(issuers.into_iter().map(|(issuer, looked)| {
        wait(&looked, until).unwrap_or_else(|| Finding::Issuer {
            variable: issuer.variable(),
            back: String::new(),
            fault: Some("no answer in time".to_owned()),
        })
    }));
    findings
}

/// Does something beside what goes on here.
fn begin<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
    let (done, receiver) = channel();
    // If the receiver has given up waiting, the answer is not needed.
    std::thread::spawn(move || done.send(work()).ok());
    receiver
}

fn wait<T>(begun: &Receiver<T>, until: Instant) -> Option<T> {
    let left = until.saturating_duration_since(Instant::now());
    begun.recv_timeout(left).ok()
}

/// The database and what is in it. An embedded one that is there is started for it and given back; one
/// that is not there is not made.
fn database(storage: &StorageConfig, clock: &Clock) -> Vec<Finding> {
    if let Some(url) = &storage.database_url {
        let mut findings = look(url, false, clock);
        let owner = storage.owner_url.as_ref();
        findings.extend(owner.and_then(|owner| {
            let why = connect_to_look(owner.expose_secret()).err()?;
            Some(Finding::OwnerAway(without_secret(&why.to_string(), owner)))
        }));
        let replica = storage.replica.as_ref();
        findings.extend(replica.and_then(|replica| {
            let why = inspection::replica(replica.url.expose_secret()).err()?;
            Some(Finding::ReplicaAway(without_secret(&why, &replica.url)))
        }));
        return findings;
    }
    if !EmbeddedPostgres::exists(&storage.data_dir) {
        return vec![Finding::Database(Reached::NotMade)];
    }
    match EmbeddedPostgres::start(&storage.data_dir) {
        Ok(server) => {
            let findings = look(&server.url().into(), true, clock);
            server.stop();
            findings
        }
        Err(error) => vec![Finding::Database(Reached::Away(error.to_string()))],
    }
}

fn look(url: &SecretString, is_embedded: bool, clock: &Clock) -> Vec<Finding> {
    let away = |why: String| {
        let why = without_secret(&why, url);
        vec![Finding::Database(Reached::Away(why))]
    };
    let mut conn = match connect_to_look(url.expose_secret()) {
        Ok(conn) => conn,
        Err(error) => return away(error.to_string()),
    };
    match inspection::database(&mut conn, clock) {
        Ok(found) => {
            let reached = Finding::Database(Reached::Answers { is_embedded });
            std::iter::once(reached).chain(found).collect()
        }
        Err(error) => away(error.to_string()),
    }
}

/// What libpq says of an address it cannot read quotes pieces of it, and where an administrator
/// wrote a password without escaping it, pieces of the password. Only the name before it may be
/// said.
fn without_secret(said: &str, url: &SecretString) -> String {
    let url = url.expose_secret();
    let behind_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let person = behind_scheme
        .rsplit_once('@')
        .map_or("", |(person, _)| person);
    let Some((name, _)) = person.split_once(':') else {
        return said.to_owned();
    };
    let pieces = said.split('"').enumerate();
    let told = pieces.map(|(at, piece)| {
        let is_quoted = at % 2 == 1;
        let is_secret =
            !piece.is_empty() && piece != name && (person.contains(piece) || piece.contains('@'));
        if is_quoted && is_secret { "…" } else { piece }
    });
    told.collect::<Vec<_>>().join("\"")
}

/// Mark, what, sentence.
fn line(mark: Mark, what: &str, sentence: &str) -> String {
    let mark = match mark {
        Mark::NotChecked => "not checked",
        Mark::Good => "ok",
        Mark::Doubtful => "doubtful",
        Mark::Wrong => "wrong",
    };
    // What libraries say may have several lines.
    let sentence: Vec<&str> = sentence.split_whitespace().collect();
    format!("{mark:<13}{what:<13}{}", sentence.join(" "))
}

fn resolver(text: &str) -> std::result::Result<SocketAddr, &'static str> {
    let alone = text.parse::<IpAddr>().map(|ip| (ip, 53).into());
    alone
        .or_else(|_| text.parse())
        .map_err(|_| "expected an address such as 9.9.9.9 or 127.0.0.1:5353")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s82_no_piece_of_a_password_is_printed() {
        let table = [
            // The name of the database user may be printed, and so may the host.
            (
                "postgresql://avv:geheim@db.example/avv",
                "password authentication failed for user \"avv\" at \"db.example\"",
                "password authentication failed for user \"avv\" at \"db.example\"",
            ),
            (
                "postgresql://avv:ge@heim@db.example/avv",
                "could not translate host name \"heim@db.example\" to address",
                "could not translate host name \"…\" to address",
            ),
            (
                "postgresql://avv:4711/heim@db.example/avv",
                "invalid integer value \"4711\" for connection option \"port\"",
                "invalid integer value \"…\" for connection option \"port\"",
            ),
            (
                "postgresql://db.example/avv",
                "could not translate host name \"db.example\"",
                "could not translate host name \"db.example\"",
            ),
        ];
        for (url, said, printed) in table {
            assert_eq!(without_secret(said, &url.to_owned().into()), printed);
        }
    }

    #[test]
    fn s25_a_resolver_is_an_address_with_or_without_a_port() {
        for (text, read) in [
            ("9.9.9.9", Some("9.9.9.9:53")),
            ("127.0.0.1:5353", Some("127.0.0.1:5353")),
            ("::1", Some("[::1]:53")),
            ("[::1]:5353", Some("[::1]:5353")),
            ("dns.example", None),
        ] {
            let found = resolver(text).ok().map(|found| found.to_string());
            assert_eq!(found.as_deref(), read, "{text}");
        }
    }

    #[test]
    fn s95_a_finding_is_one_line() {
        let said = line(Mark::Wrong, "database", "no\n\tconnection");
        assert_eq!(said, "wrong        database     no connection");
        assert_eq!(line(Mark::Good, "seal", "x"), "ok           seal         x");
    }
}
