//! Speaking SMTP (RFC 5321): one connection, command by command. [`way`] opens and encrypts it,
//! [`pool`] keeps idle ones.
//!
//! In a reply only the three digits count, the text is for people: servers write it in Latin-1,
//! leave it out or break off a line, and a refusal is still a refusal (D4).

mod pool;
mod way;

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};

use super::test_mail::{Dialogue, Speaker};
pub(super) use pool::Pool;
use way::{Stream, dial, encrypted};

/// Longest line of a reply that is read, and the limit for the lines of one reply.
const LONGEST_LINE: u64 = 4096;
const MOST_LINES: usize = 100;

/// How to reach a mail server.
#[derive(Clone)]
pub(super) struct Route {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) credentials: Option<(String, SecretString)>,
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
    /// The server lacks a required feature.
    Unfit(&'static str),
    /// Its answer is not SMTP.
    Garbled,
    /// The encrypted connection failed.
    Tls(String),
    /// The connection failed or was lost.
    Broken(io::Error),
    /// The whole dialogue took too long.
    TooLong,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

impl Fault {
    /// What happened, in a sentence; a refusal in the words of the server.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Refused(reply) => format!("{} {}", reply.code, reply.words()),
            Self::Unfit(what) => {
                format!("Der Mailserver bietet nicht an, was verlangt ist: {what}.")
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
}

impl Connection {
    /// Connects, encrypts and logs in, as the route says.
    pub(super) fn open(route: &Route, watch: Watch<'_>) -> Result<Self, Fault> {
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
        let mut stream = dial(route)?;
        if route.encryption == Encryption::Whole {
            stream = encrypted(stream, route, watch)?;
        }
        let mut line = Self {
            stream: BufReader::new(stream),
            offers: Vec::new(),
        };
        let greeting = line.read_reply()?;
        watch.add(Speaker::Remark, "Der Mailserver hat sich gemeldet.");
        accepted(greeting, watch)?;
        line.hello(route, watch)?;
        if route.encryption == Encryption::Upgraded {
            if !line.offers.iter().any(|offer| offer == "STARTTLS") {
                return Err(Fault::Unfit("STARTTLS"));
            }
            line.command("STARTTLS", watch)?;
            // Anything that was received before the encryption is dropped (CVE-2011-0411 and
            // similar).
            let stream = encrypted(line.stream.into_inner(), route, watch)?;
            line.stream = BufReader::new(stream);
            line.hello(route, watch)?;
        }
        if let Some((user, password)) = &route.credentials {
            line.log_in(user, password.expose_secret(), watch)?;
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

    /// Whether the server still answers.
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

    fn log_in(&mut self, user: &str, password: &str, watch: Watch<'_>) -> Result<(), Fault> {
        let offers = |kind: &str| {
            let mut auth = self.offers.iter().filter_map(|it| it.strip_prefix("AUTH"));
            auth.any(|kinds| kinds.split([' ', '=']).any(|offered| offered == kind))
        };
        let (plain, login) = (offers("PLAIN"), offers("LOGIN"));
        if !plain && !login {
            return Err(Fault::Unfit("eine Anmeldung mit AUTH PLAIN oder LOGIN"));
        }
        may_begin(watch)?;
        watch.add(Speaker::Portal, "AUTH (Zugangsdaten ausgeblendet)");
        let mut answers = if plain {
            vec![format!(
                "AUTH PLAIN {}",
                STANDARD.encode(format!("\0{user}\0{password}"))
            )]
        } else {
            let coded = [user, password].map(|one| STANDARD.encode(one));
            [vec!["AUTH LOGIN".to_owned()], coded.to_vec()].concat()
        };
        let last = answers.pop().unwrap_or_default();
        for answer in answers {
            self.write(format!("{answer}\r\n").as_bytes())?;
            accepted(self.read_reply()?, Watch::default())?;
        }
        self.write(format!("{last}\r\n").as_bytes())?;
        accepted(self.read_reply()?, watch).map(|_| ())
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
