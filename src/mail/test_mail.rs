//! The test mail: a mail without personal data, whose sending the administrator can watch.
//!
//! The same client speaks as for every other mail, with the same address, encryption and login;
//! only the pool is left out, so that the whole dialogue is seen. [`try_way`] goes the same way
//! without a mail.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use askama::Template;

use super::message::Envelope;
use super::render::RenderedMail;
use super::smtp::{Connection, Encryption, Fault, Parcel, Route, Wanted, Watch};
use super::transport::{Transport, tidy};
use crate::domain::EmailAddress;
use crate::domain::inspection::{MailFault, MailStage, MailWay};

/// How long the server may take for one answer while the administrator waits.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long the whole dialogue may take: no command is started after that.
const WHOLE: Duration = Duration::from_secs(20);
/// At most this many lines of the dialogue are kept.
const MOST: usize = 200;

/// One line of a dialogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialogueLine {
    /// Which side it comes from.
    pub who: Speaker,
    /// The text, without credentials and with addresses masked.
    pub words: String,
}

/// The origin of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// A command of the portal.
    Portal,
    /// An answer of the server.
    Server,
    /// A remark about the connection, German.
    Remark,
}

/// A recorded dialogue; clones share it, so that it can be read while it goes on.
#[derive(Debug, Clone, Default)]
pub struct Dialogue(Arc<Mutex<Vec<DialogueLine>>>);

impl Dialogue {
    /// All lines so far.
    pub fn lines(&self) -> Vec<DialogueLine> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn add(&self, who: Speaker, words: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() < MOST {
            let words = tidy(words);
            lines.push(DialogueLine { who, words });
        }
    }

    fn remark(&self, words: &str) {
        self.add(Speaker::Remark, words);
    }
}

/// How a dialogue ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The server accepted the mail.
    Taken,
    /// The server did not accept the mail.
    NotTaken,
    /// There is no server; the mail was stored where all others are.
    NoServer,
}

/// Sends one mail and records the dialogue. Blocks, but for no longer than about half a minute
/// unless the name of the server cannot be resolved.
pub fn send_test_mail(transport: &Transport, envelope: &Envelope, dialogue: &Dialogue) -> Ending {
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
    let (route, watch) = (before_eyes(server.route()), watched(dialogue));
    match speak(&route, envelope, watch) {
        Ok(()) => return Ending::Taken,
        // The server's reply is in the dialogue already.
        Err(Fault::Refused(_)) => {}
        Err(fault) => dialogue.remark(&fault.sentence()),
    }
    Ending::NotTaken
}

/// The way, with no more patience than a user has who waits for the page.
fn before_eyes(route: &Route) -> Route {
    Route {
        patience: route.patience.min(PATIENCE),
        ..route.clone()
    }
}

fn watched(dialogue: &Dialogue) -> Watch<'_> {
    Watch {
        dialogue: Some(dialogue),
        until: Some(Instant::now() + WHOLE),
    }
}

/// Goes the way of every mail up to its sender and leaves before a recipient is named: nothing is
/// sent. Blocks no longer than [`send_test_mail`].
pub fn try_way(transport: &Transport, from: &EmailAddress) -> MailWay {
    let Transport::Smtp(server) = transport else {
        return MailWay::NotSet;
    };
    let dialogue = Dialogue::default();
    let (route, watch) = (before_eyes(server.route()), watched(&dialogue));
    let done = Connection::open(&route, watch).and_then(|mut line| {
        line.ask_sender(from.as_str(), watch)?;
        let mechanism = line.mechanism();
        line.quit(watch);
        Ok(mechanism)
    });
    match done {
        Ok(signed_in) => MailWay::Open {
            is_encrypted: route.encryption != Encryption::None,
            signed_in,
        },
        Err(fault) => MailWay::Closed {
            at: match fault {
                Fault::Unfit(Wanted::StartTls) => MailStage::Encryption,
                Fault::Unfit(Wanted::SignIn) => MailStage::SignIn,
                Fault::Unfit(Wanted::Xoauth2) | Fault::TokenRefused(_) => MailStage::Token,
                Fault::NoToken(_) => MailStage::NoToken,
                _ => stage(&dialogue),
            },
            why: reason(fault),
        },
    }
}

/// Where a dialogue has come to: at the last thing the portal said.
fn stage(dialogue: &Dialogue) -> MailStage {
    let lines = dialogue.lines();
    let mut said = lines.iter().rev();
    let last = said.find(|line| line.who == Speaker::Portal);
    match last.and_then(|line| line.words.split(' ').next()) {
        None => MailStage::Connection,
        Some("STARTTLS") => MailStage::Encryption,
        Some("AUTH") => MailStage::SignIn,
        Some("MAIL" | "RSET") => MailStage::Sender,
        Some(_) => MailStage::Greeting,
    }
}

fn reason(fault: Fault) -> MailFault {
    match fault {
        Fault::Refused(reply) | Fault::TokenRefused(reply) => MailFault::Refused {
            code: reply.code,
            words: tidy(&reply.words()),
        },
        Fault::Unfit(Wanted::StartTls) => MailFault::NotOffered("STARTTLS"),
        Fault::Unfit(Wanted::SignIn) => MailFault::NotOffered("AUTH PLAIN or AUTH LOGIN"),
        Fault::Unfit(Wanted::Xoauth2) => MailFault::NotOffered("AUTH XOAUTH2"),
        Fault::NoToken(fault) => MailFault::NoToken(tidy(&fault.why)),
        Fault::Garbled => MailFault::Garbled,
        Fault::Tls(why) => MailFault::Tls(tidy(&why)),
        Fault::TooLong => MailFault::Silent,
        Fault::Broken(error) => match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => MailFault::Silent,
            _ => MailFault::Broken(tidy(&error.to_string())),
        },
    }
}

fn speak(route: &Route, envelope: &Envelope, watch: Watch<'_>) -> Result<(), Fault> {
    let mut line = Connection::open(route, watch)?;
    let parcel = Parcel {
        from: envelope.head.from.as_str(),
        to: envelope.head.to.as_str(),
        raw: &envelope.bytes(),
        name: "die Test-E-Mail",
    };
    line.send(&parcel, watch)?;
    line.quit(watch);
    Ok(())
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

/// The text of a test mail: who sent it, and that nothing has to be done.
///
/// # Errors
/// If the template cannot be rendered, which is an error in the program.
pub fn words(operator: &str, host: &str) -> Result<RenderedMail, askama::Error> {
    Ok(RenderedMail {
        subject: format!("Test-E-Mail aus dem AVV-Portal von {operator}"),
        text: format!(
            "Diese Test-E-Mail wurde im AVV-Portal von {operator}\n({host}) ausgelöst.\nSie enthält keine Daten von Kunden. Es ist nichts zu tun.\n"
        ),
        html: Html { operator, host }.render()?,
        logo: None,
        attachments: Vec::new(),
    })
}
