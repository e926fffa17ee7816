//! Speaking SMTP (RFC 5321): one connection, command by command. [`super::way`] opens and encrypts it,
//! [`sign_in`] signs in, [`pool`] keeps idle ones.
//!
//! In a reply only the three digits count, the text is for people: servers write it in Latin-1,
//! leave it out or break off a line, and a refusal is still a refusal (D4).

mod pool;
mod sign_in;

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::time::{Duration, Instant};

use super::test_mail::{Dialogue, Speaker};
use super::way::{EncryptionFault, Stream, dial, encrypted};
use crate::mail_token::TokenFault;
pub(super) use pool::Pool;
pub(super) use sign_in::Credentials;

/// Longest line of a reply that is read, and the limit for the lines of one reply.
const LONGEST_LINE: u64 = 4096;
const MOST_LINES: usize = 100;

/// How to reach a mail server.
#[derive(Clone)]
pub(super) struct Route {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) credentials: Option<Credentials>,
    /// The name the portal gives in `EHLO`.
    pub(super) hello: String,
    /// How long the server may take for one answer.
    pub(super) patience: Duration,
}

/// How the connection is encrypted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Encryption {
    /// From the first byte: `smtps://`.
    Whole,
    /// With `STARTTLS`, or the dialogue ends: `?tls=required`.
    Upgraded,
    /// Not at all; only for a server on this machine.
    None,
}

/// A server's reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) lines: Vec<String>,
}

impl Reply {
    /// The text of all lines joined.
    pub(super) fn words(&self) -> String {
        self.lines.join(" ").trim().to_owned()
    }
}

/// Why a dialogue ended early.
#[derive(Debug)]
pub(super) enum Fault {
    /// The server refused a command.
    Refused(Reply),
    /// It does not offer what is wanted.
    Unfit(Wanted),
    /// There is no token to sign in with.
    NoToken(TokenFault),
    /// The server does not take the token.
    TokenRefused(Reply),
    /// What it said is no SMTP.
    Garbled,
    /// The encrypted connection failed.
    Tls(String),
    /// The connection failed or was lost.
    Broken(io::Error),
    /// The whole dialogue took too long.
    TooLong,
}

/// What a server has to offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Encryption after the greeting.
    StartTls,
    /// One of the ways to sign in with a password that the portal knows.
    SignIn,
    /// The way to sign in with a token.
    Xoauth2,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

impl From<EncryptionFault> for Fault {
    fn from(fault: EncryptionFault) -> Self {
        match fault {
            EncryptionFault::Tls(why) => Self::Tls(why),
            EncryptionFault::Broken(error) => Self::Broken(error),
        }
    }
}

impl Fault {
    /// What happened, in a sentence; a refusal in the words of the server.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Refused(reply) | Self::TokenRefused(reply) => {
                format!("{} {}", reply.code, reply.words())
            }
            Self::Unfit(what) => {
                let what = match what {
                    Wanted::StartTls => "STARTTLS",
                    Wanted::SignIn => "eine Anmeldung mit AUTH PLAIN oder LOGIN",
                    Wanted::Xoauth2 => "eine Anmeldung mit AUTH XOAUTH2",
                };
                format!("Der Mailserver bietet nicht an, was verlangt ist: {what}.")
            }
            Self::NoToken(fault) => {
                format!("Für die Anmeldung am Mailserver war kein Token zu bekommen: {fault}")
            }
            Self::Garbled => "Was der Mailserver geantwortet hat, ist kein SMTP.".to_owned(),
            Self::Tls(why) => format!("Die Verschlüsselung kam nicht zustande: {why}"),
            Self::Broken(error) => match error.kind() {
                // The operating system reports it in either of two ways.
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                    "Der Mailserver hat nicht rechtzeitig geantwortet.".to_owned()
                }
                io::ErrorKind::UnexpectedEof => {
                    "Der Mailserver hat die Verbindung beendet.".to_owned()
                }
                _ => format!("Die Verbindung kam nicht zustande oder ist abgerissen: {error}"),
            },
            Self::TooLong => "Abgebrochen: Der Mailserver hat zu lange gebraucht.".to_owned(),
        }
    }
}

/// Where a dialogue is recorded, and until when commands may be started.
#[derive(Clone, Copy, Default)]
pub(super) struct Watch<'a> {
    pub(super) dialogue: Option<&'a Dialogue>,
    pub(super) until: Option<Instant>,
}

impl Watch<'_> {
    fn add(&self, who: Speaker, words: &str) {
        if let Some(dialogue) = self.dialogue {
            dialogue.add(who, words);
        }
    }
}

/// One mail for the envelope: ASCII, with line ends of two characters.
pub(super) struct Parcel<'a> {
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    pub(super) raw: &'a [u8],
    /// What it is called in a recorded dialogue.
    pub(super) name: &'a str,
}

/// An open connection after greeting, encryption and login.
pub(super) struct Connection {
    stream: BufReader<Stream>,
    /// Lines of the answer to `EHLO`, in upper case.
    offers: Vec<String>,
    /// By what the portal signed in.
    mechanism: Option<&'static str>,
}

impl Connection {
    /// Connects, encrypts and signs in, as the route says. Where the server does not take a token that
    /// was in use for a while, once more with another one.
    pub(super) fn open(route: &Route, watch: Watch<'_>) -> Result<Self, Fault> {
        let mut line = Self::greeted(route, watch)?;
        match (line.sign_in(route, watch), &route.credentials) {
            (Ok(()), _) => Ok(line),
            (Err(sign_in::Refusal::Stale(_)), Some(credentials)) => {
                watch.add(
                    Speaker::Remark,
                    "Das Token gilt nicht mehr; es geht noch einmal mit einem neuen.",
                );
                line.quit(Watch::default());
                let mut line = Self::greeted(route, watch)?;
                line.sign_in_as(credentials, watch)?;
                Ok(line)
            }
            (Err(refusal), _) => Err(refusal.into()),
        }
    }

    /// By what the portal signed in here, such as `XOAUTH2`; `None` if it did not.
    pub(super) fn mechanism(&self) -> Option<&'static str> {
        self.mechanism
    }

    fn greeted(route: &Route, watch: Watch<'_>) -> Result<Self, Fault> {
        let how = match route.encryption {
            Encryption::Whole => "von Anfang an verschlüsselt",
            Encryption::Upgraded => "Verschlüsselung mit STARTTLS verlangt",
            Encryption::None => "unverschlüsselt, nur auf diesem Rechner erlaubt",
        };
        let (host, port) = (&route.host, route.port);
        watch.add(
            Speaker::Remark,
            &format!("Verbindung zu {host} auf Port {port}, {how}."),
        );
        let mut stream = dial(host, port, route.patience)?;
        if route.encryption == Encryption::Whole {
            stream = before_eyes(stream, route, watch)?;
        }
        let mut line = Self {
            stream: BufReader::new(stream),
            offers: Vec::new(),
            mechanism: None,
        };
        let greeting = line.read_reply()?;
        watch.add(Speaker::Remark, "Der Mailserver hat sich gemeldet.");
        accepted(greeting, watch)?;
        line.hello(route, watch)?;
        if route.encryption == Encryption::Upgraded {
            if !line.offers.iter().any(|offer| offer == "STARTTLS") {
                return Err(Fault::Unfit(Wanted::StartTls));
            }
            line.command("STARTTLS", watch)?;
            // Anything that was received before the encryption is dropped (CVE-2011-0411 and
            // similar).
            let stream = before_eyes(line.stream.into_inner(), route, watch)?;
            line.stream = BufReader::new(stream);
            line.hello(route, watch)?;
        }
        Ok(line)
    }

    /// Hands one mail over and returns the server's last reply.
    pub(super) fn send(&mut self, mail: &Parcel<'_>, watch: Watch<'_>) -> Result<Reply, Fault> {
        self.command(&format!("MAIL FROM:<{}>", mail.from), watch)?;
        self.command(&format!("RCPT TO:<{}>", mail.to), watch)?;
        let ready = self.command("DATA", watch)?;
        if ready.code != 354 {
            return Err(Fault::Garbled);
        }
        may_begin(watch)?;
        let size = mail.raw.len();
        watch.add(Speaker::Portal, &format!("({}, {size} Byte)", mail.name));
        // Body and final dot are sent together: a receiver that waits for more would delay each
        // mail.
        self.write(&stuffed(mail.raw))?;
        accepted(self.read_reply()?, watch)
    }

    /// Asks whether the server would take a mail of this sender's, and takes that back.
    pub(super) fn ask_sender(&mut self, from: &str, watch: Watch<'_>) -> Result<(), Fault> {
        self.command(&format!("MAIL FROM:<{from}>"), watch)?;
        self.command("RSET", watch).map(|_| ())
    }

    /// Whether the server still listens.
    fn is_alive(&mut self) -> bool {
        self.write(b"NOOP\r\n").is_ok() && self.read_reply().is_ok_and(|reply| reply.code < 400)
    }

    /// Sends QUIT. The server's answer does not matter.
    pub(super) fn quit(mut self, watch: Watch<'_>) {
        watch.add(Speaker::Portal, "QUIT");
        if self.write(b"QUIT\r\n").is_ok()
            && watch.dialogue.is_some()
            && let Ok(reply) = self.read_reply()
        {
            told(&reply, watch);
        }
    }

    fn hello(&mut self, route: &Route, watch: Watch<'_>) -> Result<(), Fault> {
        let reply = self.command(&format!("EHLO {}", route.hello), watch)?;
        let lines = reply.lines.iter().skip(1);
        self.offers = lines.map(|line| line.trim().to_ascii_uppercase()).collect();
        Ok(())
    }

    /// Sends one command and reads the answer.
    fn command(&mut self, words: &str, watch: Watch<'_>) -> Result<Reply, Fault> {
        may_begin(watch)?;
        watch.add(Speaker::Portal, words);
        self.write(format!("{words}\r\n").as_bytes())?;
        accepted(self.read_reply()?, watch)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(bytes)?;
        stream.flush()
    }

    fn read_reply(&mut self) -> Result<Reply, Fault> {
        let mut lines = Vec::new();
        while lines.len() < MOST_LINES {
            let mut line = Vec::new();
            let mut limited = (&mut self.stream).take(LONGEST_LINE);
            limited.read_until(b'\n', &mut line)?;
            if line.is_empty() {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            let (code, goes_on, words) = read_line(&line).ok_or(Fault::Garbled)?;
            lines.push(words);
            if !goes_on {
                return Ok(Reply { code, lines });
            }
        }
        Err(Fault::Garbled)
    }
}

/// Encrypts the connection and remarks on it.
fn before_eyes(stream: Stream, route: &Route, watch: Watch<'_>) -> Result<Stream, Fault> {
    let (stream, print) = encrypted(stream, &route.host)?;
    let print = print.map_or_else(String::new, |print| format!(" (SHA-256 {print})"));
    watch.add(
        Speaker::Remark,
        &format!(
            "Verschlüsselt; das Zertifikat gilt für {} und ist geprüft{print}.",
            route.host
        ),
    );
    Ok(stream)
}

/// Parses one line: code, whether more lines follow, and text.
fn read_line(line: &[u8]) -> Option<(u16, bool, String)> {
    let (digits, rest) = line.trim_ascii_end().split_at_checked(3)?;
    if !digits.iter().all(u8::is_ascii_digit) || !(b'2'..=b'5').contains(digits.first()?) {
        return None;
    }
    let code = digits
        .iter()
        .fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    let (goes_on, words) = match rest.split_first() {
        Some((b'-', words)) => (true, words),
        Some((b' ' | b'\t', words)) => (false, words),
        _ => (false, rest),
    };
    let words = std::str::from_utf8(words).map_or_else(
        // If it is not UTF-8 it is taken for Latin-1, whose letters have the same numbers as in
        // Unicode.
        |_| words.iter().copied().map(char::from).collect(),
        str::to_owned,
    );
    Some((code, goes_on, words))
}

fn may_begin(watch: Watch<'_>) -> Result<(), Fault> {
    match watch.until {
        Some(until) if Instant::now() > until => Err(Fault::TooLong),
        _ => Ok(()),
    }
}

fn told(reply: &Reply, watch: Watch<'_>) {
    for words in &reply.lines {
        watch.add(Speaker::Server, &format!("{} {words}", reply.code));
    }
}

fn accepted(reply: Reply, watch: Watch<'_>) -> Result<Reply, Fault> {
    told(&reply, watch);
    if reply.code < 400 {
        Ok(reply)
    } else {
        Err(Fault::Refused(reply))
    }
}

/// The mail with dots doubled at the beginning of lines, followed by the final dot.
fn stuffed(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() + 64);
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}
