//! A mail server inside the test, with moods.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use avv_portal::mail::transport::Transport;

/// How the server feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Hangs up on everybody.
    Away,
    /// Takes the connection and says nothing.
    Deaf,
    /// 451 to every recipient.
    Busy,
    /// Takes all mails but those to addresses that were declared unknown.
    Fine,
}

/// A mail as the server took it.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Address in the envelope.
    pub to: String,
    /// Head and body.
    pub raw: String,
}

impl Taken {
    /// A line of the head, unfolded.
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
    mood: Mood,
    unknown: Vec<String>,
    taken: Vec<Taken>,
    attempts: usize,
    deaf: usize,
}

/// The server. Lives until the test process ends.
#[derive(Clone)]
pub struct Sink {
    state: Arc<Mutex<State>>,
    port: u16,
}

impl Sink {
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("its number").port();
        let state = State {
            mood: Mood::Fine,
            unknown: Vec::new(),
            taken: Vec::new(),
            attempts: 0,
            deaf: 0,
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

    /// The transport that leads here.
    pub fn transport(&self) -> Transport {
        Transport::smtp(&self.url(), 2).expect("a transport")
    }

    /// For `AVV_SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub fn mood(&self, mood: Mood) {
        self.state().mood = mood;
    }

    /// From now on this address is refused for good, or not any more.
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

    /// How often somebody tried to hand a mail over.
    pub fn attempts(&self) -> usize {
        self.state().attempts
    }

    /// How many connections a deaf server has let wait.
    pub fn attempts_deaf(&self) -> usize {
        self.state().deaf
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while the mood lasts.
    fn be_deaf(&self) {
        if self.state().mood != Mood::Deaf {
            return;
        }
        self.state().deaf += 1;
        while self.state().mood == Mood::Deaf {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }

    fn serve(&self, stream: &TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?);
        let mut out = stream;
        let mut say = |text: &str| out.write_all(format!("{text}\r\n").as_bytes());
        if self.state().mood == Mood::Away {
            self.state().attempts += 1;
            return Ok(());
        }
        self.be_deaf();
        say("220 sink ready")?;
        let mut to = String::new();
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            self.be_deaf();
            let command = line.to_ascii_uppercase();
            let mood = self.state().mood;
            if mood == Mood::Away {
                self.state().attempts += 1;
                return Ok(());
            }
            if command.starts_with("RCPT") {
                self.state().attempts += 1;
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                let is_unknown = self.state().unknown.contains(&to);
                say(match (mood, is_unknown) {
                    (Mood::Busy, _) => "451 4.3.0 later please",
                    (_, true) => "550 5.1.1 no such user here",
                    _ => "250 ok",
                })?;
            } else if command.starts_with("DATA") {
                say("354 go on")?;
                let mut raw = String::new();
                while !raw.ends_with("\r\n.\r\n") && lines.read_line(&mut raw)? > 0 {}
                self.state().taken.push(Taken {
                    to: to.clone(),
                    raw,
                });
                say("250 2.0.0 queued")?;
            } else if command.starts_with("QUIT") {
                return say("221 bye");
            } else {
                say("250 ok")?;
            }
        }
    }
}
