//! An SMTP server inside the test, with adjustable behaviour.

use std::io::{BufRead, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use avv_portal::mail::transport::Transport;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::tokens::{MAILBOX, TokenEndpoint};

/// The behaviour of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Closes every connection.
    Away,
    /// Accepts connections and does not answer.
    Deaf,
    /// Answers 451 to every recipient.
    Busy,
    /// Accepts all mails but those to addresses that were declared unknown.
    Fine,
}

/// Stages of the dialogue at which something can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Before the server's greeting.
    Greeting,
    /// At the command `EHLO`.
    Hello,
    /// At the command `MAIL FROM`.
    From,
    /// At the command `RCPT TO`.
    Recipient,
    /// At the command `DATA`, before the mail.
    Data,
    /// When part of the mail has been read; an answer makes no sense here and counts as hanging up.
    InMail,
    /// At the end of the mail: the server does not accept it.
    End,
    /// After the server accepted the mail ([`SmtpStub::taken`] has it), instead of the answer.
    Taken,
}

/// What goes wrong at the stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// This answer instead of the usual one; the dialogue goes on.
    Say(&'static str),
    /// The connection is closed.
    HangUp,
    /// There is no answer until [`SmtpStub::mend`].
    Stall,
}

/// A mail as the server received it.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Address in the envelope.
    pub to: String,
    /// Headers and body.
    pub raw: String,
}

impl Taken {
    /// A header line, unfolded.
    pub fn head(&self, name: &str) -> String {
        let head = self
            .raw
            .split("\r\n\r\n")
            .next()
            .unwrap_or_default()
            .replace("\r\n ", " ");
        let prefix = format!("{name}: ");
        head.lines()
            .find_map(|line| line.strip_prefix(&prefix))
            .unwrap_or_default()
            .trim()
            .to_owned()
    }
}

struct State {
    mood: Behaviour,
    unknown: Vec<String>,
    taken: Vec<Taken>,
    attempts: usize,
    deaf: usize,
    faults: Vec<ScriptedFault>,
    stalled: Vec<Stage>,
    age: usize,
    heard: Vec<String>,
    tokens: Option<(TokenEndpoint, bool)>,
    signed_in: usize,
}

/// A fault to come, and how often it will still happen.
struct ScriptedFault {
    stage: Stage,
    trouble: Fault,
    left: usize,
}

/// How the dialogue goes on after a stage.
enum Turn {
    /// With the usual answer.
    Usual,
    /// Another answer was given already.
    Said,
    /// The dialogue has ended.
    Over,
}

/// The server. Lives until the test process ends.
#[derive(Clone)]
pub struct SmtpStub {
    state: Arc<Mutex<State>>,
    port: u16,
}

impl SmtpStub {
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("its number").port();
        let state = State {
            mood: Behaviour::Fine,
            unknown: Vec::new(),
            taken: Vec::new(),
            attempts: 0,
            deaf: 0,
            faults: Vec::new(),
            stalled: Vec::new(),
            age: 0,
            heard: Vec::new(),
            tokens: None,
            signed_in: 0,
        };
        let sink = Self {
            state: Arc::new(Mutex::new(state)),
            port,
        };
        let own = sink.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sink = own.clone();
                std::thread::spawn(move || drop(sink.serve(&stream)));
            }
        });
        sink
    }

    /// A transport that sends to this server.
    pub fn transport(&self) -> Transport {
        Transport::smtp(&self.url(), 2, "avv.portal.example").expect("a transport")
    }

    /// The same with a shorter time limit than the portal's 30 seconds.
    pub fn impatient(&self, patience: std::time::Duration) -> Transport {
        Transport::smtp_within(&self.url(), 2, "avv.portal.example", patience).expect("a transport")
    }

    /// The URL for `AVV_SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The URL for `AVV_SMTP_URL` with `AVV_SMTP_AUTH=oauth2`.
    pub fn token_url(&self) -> String {
        let user = MAILBOX.replace('@', "%40");
        format!("smtp://{user}@127.0.0.1:{}", self.port)
    }

    /// From now on whoever sends has to sign in with a token of this endpoint, as at Microsoft 365. If
    /// it `explains`, it gives the reason for a refusal before the refusal.
    pub fn take_tokens(&self, tokens: &TokenEndpoint, explains: bool) {
        self.state().tokens = Some((tokens.clone(), explains));
    }

    /// How often somebody has signed in with a good token.
    pub fn signed_in(&self) -> usize {
        self.state().signed_in
    }

    pub fn mood(&self, mood: Behaviour) {
        self.state().mood = mood;
    }

    /// From now on this address is refused permanently, or not any more.
    pub fn unknown(&self, address: &str, is_unknown: bool) {
        let mut state = self.state();
        state.unknown.retain(|known| known != address);
        if is_unknown {
            state.unknown.push(address.to_owned());
        }
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.state().taken.clone()
    }

    /// The mails after the first `seen` ones.
    pub fn taken_since(&self, seen: usize) -> Vec<Taken> {
        self.state().taken.iter().skip(seen).cloned().collect()
    }

    /// How often a mail was handed over or tried.
    pub fn attempts(&self) -> usize {
        self.state().attempts
    }

    /// From now on this fault happens at that stage, every time.
    pub fn trouble(&self, stage: Stage, trouble: Fault) {
        self.trouble_times(usize::MAX, stage, trouble);
    }

    /// This fault happens at that stage the next `times` times.
    pub fn trouble_times(&self, times: usize, stage: Stage, trouble: Fault) {
        self.state().faults.push(ScriptedFault {
            stage,
            trouble,
            left: times,
        });
    }

    /// Ends all faults; stalled connections get the usual answer.
    pub fn mend(&self) {
        let mut state = self.state();
        state.faults.clear();
        state.stalled.clear();
    }

    /// Closes the present connections at their next command, so that the next mail gets a new
    /// greeting.
    pub fn hang_up(&self) {
        self.state().age += 1;
    }

    /// How many dialogues have stalled at that stage since the last [`SmtpStub::mend`].
    pub fn stalled(&self, stage: Stage) -> usize {
        let state = self.state();
        state.stalled.iter().filter(|one| **one == stage).count()
    }

    /// Every command line that was received, without mails.
    pub fn heard(&self) -> Vec<String> {
        self.state().heard.clone()
    }

    /// How many connections a deaf server has kept waiting.
    pub fn attempts_deaf(&self) -> usize {
        self.state().deaf
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits as long as the behaviour is `Deaf`.
    fn be_deaf(&self) {
        if self.state().mood != Behaviour::Deaf {
            return;
        }
        self.state().deaf += 1;
        while self.state().mood == Behaviour::Deaf {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }

    /// Applies the fault of this stage, if there is one.
    fn turn(&self, stage: Stage, mut out: &TcpStream) -> std::io::Result<Turn> {
        let trouble = {
            let mut state = self.state();
            let fault = state
                .faults
                .iter_mut()
                .find(|fault| fault.stage == stage && fault.left > 0);
            let Some(fault) = fault else {
                return Ok(Turn::Usual);
            };
            fault.left -= 1;
            let trouble = fault.trouble;
            if trouble == Fault::Stall {
                state.stalled.push(stage);
            }
            trouble
        };
        match trouble {
            Fault::Say(answer) => {
                out.write_all(format!("{answer}\r\n").as_bytes())?;
                Ok(Turn::Said)
            }
            Fault::HangUp => Ok(Turn::Over),
            Fault::Stall => {
                while self.state().stalled.contains(&stage) {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
                Ok(Turn::Usual)
            }
        }
    }

    fn serve(&self, stream: &TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?);
        let mut out = stream;
        let mut say = |text: &str| out.write_all(format!("{text}\r\n").as_bytes());
        if self.state().mood == Behaviour::Away {
            self.state().attempts += 1;
            return Ok(());
        }
        self.be_deaf();
        match self.turn(Stage::Greeting, stream)? {
            Turn::Usual => say("220 sink ready")?,
            Turn::Said => {}
            Turn::Over => return Ok(()),
        }
        let (mut to, mut is_in) = (String::new(), false);
        let age = self.state().age;
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 || self.state().age > age {
                return Ok(());
            }
            self.be_deaf();
            let command = line.to_ascii_uppercase();
            self.state().heard.push(line.trim_end().to_owned());
            let mood = self.state().mood;
            if mood == Behaviour::Away {
                self.state().attempts += 1;
                return Ok(());
            }
            if command.starts_with("RCPT") {
                self.state().attempts += 1;
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
            }
            let stage = [
                ("EHLO", Stage::Hello),
                ("MAIL", Stage::From),
                ("RCPT", Stage::Recipient),
                ("DATA", Stage::Data),
            ]
            .into_iter()
            .find(|(verb, _)| command.starts_with(verb))
            .map(|(_, stage)| stage);
            if let Some(stage) = stage {
                match self.turn(stage, stream)? {
                    Turn::Usual => {}
                    Turn::Said => continue,
                    Turn::Over => return Ok(()),
                }
            }
            let tokens = self.state().tokens.clone();
            if let Some((tokens, explains)) = tokens {
                if command.starts_with("EHLO") {
                    say("250-sink")?;
                    say("250-AUTH LOGIN XOAUTH2")?;
                } else if command.starts_with("AUTH XOAUTH2") {
                    is_in = self.look_at_token(&mut lines, stream, &tokens, explains)?;
                    continue;
                } else if command.starts_with("MAIL") && !is_in {
                    say("530 5.7.57 Client not authenticated to send mail")?;
                    continue;
                }
            }
            if command.starts_with("RCPT") {
                let is_unknown = self.state().unknown.contains(&to);
                say(match (mood, is_unknown) {
                    (Behaviour::Busy, _) => "451 4.3.0 later please",
                    (_, true) => "550 5.1.1 no such user here",
                    _ => "250 ok",
                })?;
            } else if command.starts_with("DATA") {
                say("354 go on")?;
                if !self.take(&to, &mut lines, stream)? {
                    return Ok(());
                }
            } else if command.starts_with("QUIT") {
                return say("221 bye");
            } else {
                say("250 ok")?;
            }
        }
    }

    /// AUTH XOAUTH2: asks for the token and says whether it is good.
    fn look_at_token(
        &self,
        lines: &mut impl BufRead,
        mut out: &TcpStream,
        tokens: &TokenEndpoint,
        explains: bool,
    ) -> std::io::Result<bool> {
        out.write_all(b"334 \r\n")?;
        let mut coded = String::new();
        lines.read_line(&mut coded)?;
        let said = STANDARD.decode(coded.trim_end()).unwrap_or_default();
        let said = String::from_utf8_lossy(&said).into_owned();
        let parts: Vec<&str> = said.split('\x01').collect();
        let is_good = match parts.as_slice() {
            [user, token, "", ""] => {
                *user == format!("user={MAILBOX}")
                    && token
                        .strip_prefix("auth=Bearer ")
                        .is_some_and(|token| tokens.is_good(token))
            }
            _ => false,
        };
        if is_good {
            self.state().signed_in += 1;
            out.write_all(b"235 2.7.0 Authentication successful\r\n")?;
            return Ok(true);
        }
        if explains {
            let why = STANDARD.encode(r#"{"status":"401","schemes":"bearer"}"#);
            out.write_all(format!("334 {why}\r\n").as_bytes())?;
            let mut empty = String::new();
            lines.read_line(&mut empty)?;
            assert_eq!(empty, "\r\n");
        }
        // A server without manners repeats what it was told.
        let token = parts.get(1).copied().unwrap_or_default();
        let answer = format!("535 5.7.3 Authentication unsuccessful {token}\r\n");
        out.write_all(answer.as_bytes())?;
        Ok(false)
    }

    /// Reads the mail and answers. Returns how the dialogue goes on.
    fn take(
        &self,
        to: &str,
        lines: &mut impl BufRead,
        mut out: &TcpStream,
    ) -> std::io::Result<bool> {
        let mut raw = String::new();
        lines.read_line(&mut raw)?;
        if !matches!(self.turn(Stage::InMail, out)?, Turn::Usual) {
            return Ok(false);
        }
        while !raw.ends_with("\r\n.\r\n") {
            if lines.read_line(&mut raw)? == 0 {
                return Ok(false);
            }
        }
        match self.turn(Stage::End, out)? {
            Turn::Usual => {}
            Turn::Said => return Ok(true),
            Turn::Over => return Ok(false),
        }
        self.state().taken.push(Taken {
            to: to.to_owned(),
            raw,
        });
        match self.turn(Stage::Taken, out)? {
            Turn::Usual => out.write_all(b"250 2.0.0 queued\r\n")?,
            Turn::Said => {}
            Turn::Over => return Ok(false),
        }
        Ok(true)
    }
}
