//! The test mail: one mail that carries nothing about anybody, sent before the operator's eyes.
//!
//! The library's own client speaks here too, command by command, with the same address,
//! encryption and login as every other mail; only the pool is left out, so that the whole dialogue
//! is seen. The one thing it does unseen is the first greeting and `EHLO`, which is why `EHLO` is said
//! once more.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use askama::Template;
use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::letter::Written;
use super::message::Envelope;
use super::transport::{Transport, is_timeout, tidy};

/// How long the server may take for one answer while somebody waits.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long the whole dialogue may take: a command is only begun before that.
const WHOLE: Duration = Duration::from_secs(20);
/// Lines of the dialogue that are kept.
const MOST: usize = 200;

/// The way to a mail server.
#[derive(Clone)]
pub(super) struct Route {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<Credentials>,
    hello: ClientId,
    patience: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encryption {
    /// From the first byte: `smtps://`.
    Whole,
    /// After `STARTTLS`, or not at all: `?tls=required`.
    Upgraded,
    /// None; only to a server on this machine.
    None,
}

impl Route {
    /// Reads an address that the library has accepted, in the library's sense.
    pub(super) fn read(url: &Url, patience: Duration) -> Option<Self> {
        let required = url
            .query_pairs()
            .any(|(key, value)| key == "tls" && value == "required");
        let (encryption, port) = match (url.scheme(), required) {
            ("smtps", _) => (Encryption::Whole, 465),
            (_, true) => (Encryption::Upgraded, 587),
            (_, false) => (Encryption::None, 25),
        };
        let decoded = |text| percent_decode_str(text).decode_utf8().ok();
        let credentials = match url.password() {
            Some(password) => {
                let (user, password) = (decoded(url.username())?, decoded(password)?);
                Some(Credentials::new(user.into_owned(), password.into_owned()))
            }
            None => None,
        };
        let name = url.path().trim_matches('/');
        Some(Self {
            host: url.host_str()?.to_owned(),
            port: url.port().unwrap_or(port),
            encryption,
            credentials,
            hello: if name.is_empty() {
                ClientId::default()
            } else {
                ClientId::Domain(name.to_owned())
            },
            patience: patience.min(PATIENCE),
        })
    }
}

/// One line of a dialogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Who speaks.
    pub who: Speaker,
    /// What is said, without credentials and with addresses masked.
    pub words: String,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// The portal says it to the server.
    Portal,
    /// The server answers.
    Server,
    /// A remark about the connection, German.
    Remark,
}

/// What has been said so far; clones share it, so that it can be read while it goes on.
#[derive(Debug, Clone, Default)]
pub struct Dialogue(Arc<Mutex<Vec<Line>>>);

impl Dialogue {
    /// Everything until now.
    pub fn lines(&self) -> Vec<Line> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn add(&self, who: Speaker, words: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() < MOST {
            let words = tidy(words);
            lines.push(Line { who, words });
        }
    }

    fn remark(&self, words: &str) {
        self.add(Speaker::Remark, words);
    }
}

/// How a dialogue ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The server took the mail.
    Taken,
    /// It did not.
    NotTaken,
    /// There is no server; the mail was put where all others are put.
    NoServer,
}

/// Sends one mail and writes down the dialogue. Blocks, but no
/// longer than about half a minute unless the name of the server cannot be resolved.
pub fn probe(transport: &Transport, envelope: &Envelope, dialogue: &Dialogue) -> Ending {
    let Transport::Smtp(server) = transport else {
        dialogue.remark("Es ist kein Mailserver eingestellt (AVV_SMTP_URL).");
        return match transport.send(envelope) {
            Ok(_) => Ending::NoServer,
            Err(error) => {
                dialogue.remark(&error.reply);
                Ending::NotTaken
            }
        };
    };
    let talk = Talk {
        route: &server.route,
        dialogue,
        began: Instant::now(),
    };
    match talk.send(envelope) {
        Ok(()) => return Ending::Taken,
        Err(Ended::Said) => {}
        Err(Ended::Broken(error)) => dialogue.remark(&broken(&error)),
        Err(Ended::TooLong) => {
            dialogue.remark("Abgebrochen: Der Mailserver hat zu lange gebraucht.");
        }
    }
    Ending::NotTaken
}

/// Why a dialogue ended early.
enum Ended {
    /// By the server's word, which stands in the dialogue.
    Said,
    /// By a fault of the connection.
    Broken(Error),
    /// By the limit.
    TooLong,
}

struct Talk<'a> {
    route: &'a Route,
    dialogue: &'a Dialogue,
    began: Instant,
}

impl Talk<'_> {
    fn send(&self, envelope: &Envelope) -> Result<(), Ended> {
        let mut line = self.connect()?;
        let (from, to) = (&envelope.head.from, &envelope.head.to);
        let raw = envelope.bytes();
        let options = if raw.is_ascii() {
            Vec::new()
        } else {
            vec![MailParameter::Body(MailBodyParameter::EightBitMime)]
        };
        let (from, to): (Address, Address) = match (from.as_str().parse(), to.as_str().parse()) {
            (Ok(from), Ok(to)) => (from, to),
            _ => return Err(Ended::Said),
        };
        self.say("MAIL FROM", from.as_ref(), || {
            line.command(Mail::new(Some(from.clone()), options.clone()))
        })?;
        self.say("RCPT TO", to.as_ref(), || {
            line.command(Rcpt::new(to.clone(), Vec::new()))
        })?;
        self.say("DATA", "", || line.command(Data))?;
        let size = format!("(die Test-E-Mail, {} Byte)", raw.len());
        self.say(&size, "", || line.message(&raw))?;
        // The mail is handed over; how the server says goodbye changes nothing.
        self.dialogue.add(Speaker::Portal, "QUIT");
        if let Ok(reply) = line.quit() {
            self.answer(&reply);
        }
        Ok(())
    }

    fn connect(&self) -> Result<SmtpConnection, Ended> {
        let route = self.route;
        let tls = match route.encryption {
            Encryption::None => None,
            _ => Some(TlsParameters::new(route.host.clone()).map_err(Ended::Broken)?),
        };
        self.dialogue.remark(&format!(
            "Verbindung zu {} auf Port {}, {}.",
            route.host,
            route.port,
            match route.encryption {
                Encryption::Whole => "von Anfang an verschlüsselt",
                Encryption::Upgraded => "Verschlüsselung mit STARTTLS verlangt",
                Encryption::None => "unverschlüsselt, nur auf diesem Rechner erlaubt",
            }
        ));
        let whole = tls
            .as_ref()
            .filter(|_| route.encryption == Encryption::Whole);
        let address = (route.host.trim_matches(['[', ']']), route.port);
        let patience = Some(route.patience);
        let line = SmtpConnection::connect(address, patience, &route.hello, whole, None);
        let mut line = line.map_err(|error| self.refused(error))?;
        self.dialogue.remark("Der Mailserver hat sich gemeldet.");
        if let (Encryption::Upgraded, Some(tls)) = (route.encryption, &tls) {
            self.dialogue.add(Speaker::Portal, "STARTTLS");
            line.starttls(tls, &route.hello)
                .map_err(|error| self.refused(error))?;
        }
        if line.is_encrypted() {
            self.dialogue.remark(&format!(
                "Verschlüsselt; das Zertifikat gilt für {} und ist geprüft{}.",
                route.host,
                fingerprint(&line)
            ));
        }
        self.say("EHLO", &route.hello.to_string(), || {
            line.command(Ehlo::new(route.hello.clone()))
        })?;
        if let Some(credentials) = &route.credentials {
            self.say("AUTH", "(Zugangsdaten ausgeblendet)", || {
                line.auth(&[Mechanism::Plain, Mechanism::Login], credentials)
            })?;
        }
        Ok(line)
    }

    /// One command and its answer.
    fn say(
        &self,
        verb: &str,
        rest: &str,
        command: impl FnOnce() -> Result<Response, Error>,
    ) -> Result<(), Ended> {
        if self.began.elapsed() > WHOLE {
            return Err(Ended::TooLong);
        }
        let words = match verb {
            "MAIL FROM" | "RCPT TO" => format!("{verb}:<{rest}>"),
            _ => format!("{verb} {rest}").trim().to_owned(),
        };
        self.dialogue.add(Speaker::Portal, &words);
        let reply = command().map_err(|error| self.refused(error))?;
        self.answer(&reply);
        Ok(())
    }

    fn answer(&self, reply: &Response) {
        for words in reply.message() {
            self.dialogue
                .add(Speaker::Server, &format!("{} {words}", reply.code()));
        }
    }

    /// An answer that is a refusal is a line of the dialogue; everything else is a broken line.
    fn refused(&self, error: Error) -> Ended {
        match error.status() {
            Some(_) => {
                let words = error.to_string();
                let said = words
                    .rsplit_once("error (")
                    .map_or(words.as_str(), |(_, rest)| rest);
                self.dialogue
                    .add(Speaker::Server, &said.replacen("): ", " ", 1));
                Ended::Said
            }
            None => Ended::Broken(error),
        }
    }
}

fn fingerprint(line: &SmtpConnection) -> String {
    line.peer_certificate().map_or_else(
        |_| String::new(),
        |der| {
            let hash = base16ct::lower::encode_string(&Sha256::digest(der));
            format!(" (SHA-256 {hash})")
        },
    )
}

fn broken(error: &Error) -> String {
    if is_timeout(error) {
        return "Der Mailserver hat nicht rechtzeitig geantwortet.".to_owned();
    }
    let what = if error.is_tls() {
        "Die Verschlüsselung kam nicht zustande"
    } else if error.is_client() {
        "Der Mailserver bietet nicht an, was verlangt ist"
    } else {
        "Die Verbindung kam nicht zustande oder ist abgerissen"
    };
    format!("{what}: {error}")
}

#[derive(Template)]
#[template(
    ext = "html",
    source = "<!DOCTYPE html><html lang=\"de\"><head><meta charset=\"utf-8\"><title>Test-E-Mail</title></head><body><p>Diese Test-E-Mail wurde im AVV-Portal von {{ operator }} ({{ host }}) ausgelöst. Sie enthält keine Daten von Kunden. Es ist nichts zu tun.</p></body></html>"
)]
struct Html<'a> {
    operator: &'a str,
    host: &'a str,
}

/// What a test mail says: who sent it, and that nothing is to be done.
///
/// # Errors
/// When the template cannot be filled, which is a fault of the program.
pub fn words(operator: &str, host: &str) -> Result<Written, askama::Error> {
    Ok(Written {
        subject: format!("Test-E-Mail aus dem AVV-Portal von {operator}"),
        text: format!(
            "Diese Test-E-Mail wurde im AVV-Portal von {operator}\n({host}) ausgelöst.\nSie enthält keine Daten von Kunden. Es ist nichts zu tun.\n"
        ),
        html: Html { operator, host }.render()?,
        attachments: Vec::new(),
    })
}
