//! One connection that speaks IMAP (RFC 3501): a command, and what the server says until it is done.
//! What is understood is the business of `imap_codec`; how much of it is kept has a bound here.

use std::io::{self, Read as _, Write as _};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use imap_codec::encode::{Encoder as _, Fragment};
use imap_codec::fragmentizer::Fragmentizer;
use imap_codec::imap_types::auth::AuthMechanism;
use imap_codec::imap_types::command::{Command, CommandBody};
use imap_codec::imap_types::core::{LiteralMode, Tag};
use imap_codec::imap_types::response::{
    CommandContinuationRequest, Data, GreetingKind, Response, Status, StatusKind, Tagged,
};
use imap_codec::{CommandCodec, GreetingCodec, ResponseCodec};
use secrecy::{ExposeSecret as _, SecretString};

use crate::config::MailboxConfig;
use crate::mail::bounce::LARGEST;
use crate::mail::way::{EncryptionFault, Stream, dial, encrypted};

/// How long the server may take until it says something.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take for everything it says to one command.
const WHOLE: Duration = Duration::from_secs(120);
/// An answer that is larger is passed over (bytes): four times what is asked for of a mail.
const LARGEST_ANSWER: usize = 4 * LARGEST;

/// Why a dialogue ended early.
#[derive(Debug)]
pub(super) enum LineFault {
    /// The server said no, in these words.
    Refused(String),
    /// What it said is no IMAP.
    Garbled,
    /// It took too long.
    TooLong,
    /// The encrypted connection failed.
    Tls(String),
    /// The connection failed or was lost.
    Broken(io::Error),
}

impl From<io::Error> for LineFault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // The operating system reports it in either of two ways.
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::TooLong,
            _ => Self::Broken(error),
        }
    }
}

impl From<EncryptionFault> for LineFault {
    fn from(fault: EncryptionFault) -> Self {
        match fault {
            EncryptionFault::Tls(why) => Self::Tls(why),
            EncryptionFault::Broken(error) => error.into(),
        }
    }
}

/// What the server said.
enum Said {
    /// That the command is done.
    Done,
    /// That it waits for more of it, with these words.
    Asks(Vec<u8>),
    /// Something else.
    Else,
}

/// An open connection.
pub(super) struct ImapLine {
    stream: Stream,
    reader: Fragmentizer,
    commands: u32,
    until: Instant,
}

impl ImapLine {
    /// Connects and waits for the greeting.
    pub(super) fn open(config: &MailboxConfig) -> Result<Self, LineFault> {
        let mut stream = dial(&config.host, config.port, PATIENCE)?;
        if config.is_encrypted {
            (stream, _) = encrypted(stream, &config.host)?;
        }
        let bound = u32::try_from(LARGEST_ANSWER).unwrap_or(u32::MAX);
        let mut line = Self {
            stream,
            reader: Fragmentizer::new(bound),
            commands: 0,
            until: Instant::now() + WHOLE,
        };
        line.read_message()?;
        let greeting = line.reader.decode_message(&GreetingCodec::default());
        let greeting = greeting.map_err(|_| LineFault::Garbled)?;
        match greeting.kind {
            GreetingKind::Bye => Err(LineFault::Refused(greeting.text.to_string())),
            GreetingKind::Ok | GreetingKind::PreAuth => Ok(line),
        }
    }

    /// What the server can do, in upper case.
    pub(super) fn offers(&mut self) -> Result<Vec<String>, LineFault> {
        let mut offers = Vec::new();
        self.run(CommandBody::Capability, &mut |data| {
            if let Data::Capability(all) = data {
                offers = all
                    .as_ref()
                    .iter()
                    .map(|one| one.to_string().to_ascii_uppercase())
                    .collect();
            }
        })?;
        Ok(offers)
    }

    /// Sends a command and waits until it is done; `take` gets what is said meanwhile.
    pub(super) fn run(
        &mut self,
        body: CommandBody<'static>,
        take: &mut dyn FnMut(&Data<'_>),
    ) -> Result<(), LineFault> {
        let tag = self.send(body, take)?;
        loop {
            match self.listen(&tag, take)? {
                Said::Done => return Ok(()),
                Said::Asks(_) => return Err(LineFault::Garbled),
                Said::Else => {}
            }
        }
    }

    /// Signs in by a mechanism that says one thing. A server that does not take it may give its reason
    /// in a second question, which wants an empty answer before the refusal comes (XOAUTH2).
    pub(super) fn authenticate(
        &mut self,
        mechanism: AuthMechanism<'static>,
        said: &SecretString,
    ) -> Result<(), LineFault> {
        let tag = self.send(CommandBody::authenticate(mechanism), &mut |_| {})?;
        let (mut answers, mut reason) = (0, String::new());
        loop {
            match self.listen(&tag, &mut |_| {}) {
                Ok(Said::Asks(words)) => {
                    let answer = match answers {
                        0 => STANDARD.encode(said.expose_secret()),
                        1 => {
                            reason = String::from_utf8_lossy(&words).into_owned();
                            String::new()
                        }
                        _ => return Err(LineFault::Garbled),
                    };
                    answers += 1;
                    self.write(format!("{answer}\r\n").as_bytes())?;
                }
                Ok(Said::Done) => return Ok(()),
                Ok(Said::Else) => {}
                Err(LineFault::Refused(words)) if !reason.is_empty() => {
                    return Err(LineFault::Refused(format!("{words} ({reason})")));
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    fn send(
        &mut self,
        body: CommandBody<'static>,
        take: &mut dyn FnMut(&Data<'_>),
    ) -> Result<Tag<'static>, LineFault> {
        self.commands += 1;
        self.until = Instant::now() + WHOLE;
        let tag = Tag::try_from(format!("a{}", self.commands)).map_err(|_| LineFault::Garbled)?;
        let command = Command {
            tag: tag.clone(),
            body,
        };
        for fragment in CommandCodec::default().encode(&command) {
            match fragment {
                Fragment::Line { data } => self.write(&data)?,
                Fragment::Literal { data, mode } => {
                    if mode == LiteralMode::Sync {
                        self.wait_for_question(&tag, take)?;
                    }
                    self.write(&data)?;
                }
            }
        }
        Ok(tag)
    }

    fn wait_for_question(
        &mut self,
        tag: &Tag<'_>,
        take: &mut dyn FnMut(&Data<'_>),
    ) -> Result<(), LineFault> {
        loop {
            match self.listen(tag, take)? {
                Said::Asks(_) => return Ok(()),
                Said::Done => return Err(LineFault::Garbled),
                Said::Else => {}
            }
        }
    }

    /// Reads one thing that the server says. What is too large or cannot be understood is passed over,
    /// unless it is the end of the command.
    fn listen(
        &mut self,
        tag: &Tag<'_>,
        take: &mut dyn FnMut(&Data<'_>),
    ) -> Result<Said, LineFault> {
        self.read_message()?;
        let Ok(response) = self.reader.decode_message(&ResponseCodec::default()) else {
            let is_end = self.reader.decode_tag().is_some_and(|own| own == *tag);
            return match is_end {
                true => Err(LineFault::Garbled),
                false => Ok(Said::Else),
            };
        };
        match response {
            Response::Data(data) => {
                take(&data);
                Ok(Said::Else)
            }
            Response::CommandContinuationRequest(CommandContinuationRequest::Base64(words)) => {
                Ok(Said::Asks(words.into_owned()))
            }
            Response::CommandContinuationRequest(CommandContinuationRequest::Basic(words)) => {
                Ok(Said::Asks(words.text().to_string().into_bytes()))
            }
            Response::Status(Status::Tagged(Tagged { tag: own, body })) if own == *tag => {
                match body.kind {
                    StatusKind::Ok => Ok(Said::Done),
                    StatusKind::No | StatusKind::Bad => {
                        Err(LineFault::Refused(body.text.to_string()))
                    }
                }
            }
            Response::Status(Status::Bye(bye)) => Err(LineFault::Refused(bye.text.to_string())),
            Response::Status(_) => Ok(Said::Else),
        }
    }

    fn read_message(&mut self) -> Result<(), LineFault> {
        let mut some = [0; 16 * 1024];
        loop {
            match self.reader.progress() {
                Some(_) if self.reader.is_message_complete() => return Ok(()),
                Some(_) => {}
                None => {
                    if Instant::now() > self.until {
                        return Err(LineFault::TooLong);
                    }
                    let count = self.stream.read(&mut some)?;
                    if count == 0 {
                        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
                    }
                    self.reader.enqueue_bytes(&some[..count]);
                }
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), LineFault> {
        self.stream.write_all(bytes)?;
        Ok(self.stream.flush()?)
    }
}
