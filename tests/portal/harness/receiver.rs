//! Another system that events are pushed to: an endpoint that behaves as a test wants, and writes down
//! what it got.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

/// How an endpoint behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// It answers with this status and body.
    Says(u16, String),
    /// It takes the connection and says nothing.
    Deaf,
    /// It takes the event and hangs up without an answer.
    HangsUp,
    /// It answers with 200 after a while.
    Slow(Duration),
}

/// A message as it arrived.
#[derive(Debug, Clone)]
pub struct Pushed {
    pub headers: HeaderMap,
    pub body: String,
    /// Whether the endpoint took it: it answered with 2xx.
    pub taken: bool,
}

impl Pushed {
    pub fn id(&self) -> String {
        self.header("webhook-id")
    }

    pub fn header(&self, name: &str) -> String {
        self.headers[name].to_str().unwrap().to_owned()
    }

    /// The event, read as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }
}

/// An endpoint; answers until the test ends.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    manner: Arc<Mutex<Manner>>,
    got: Arc<Mutex<Vec<Pushed>>>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let this = Self {
            url: format!("http://{}/avv", listener.local_addr().unwrap()),
            manner: Arc::new(Mutex::new(Manner::Says(204, String::new()))),
            got: Arc::default(),
        };
        let own = this.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let own = own.clone();
                std::thread::spawn(move || own.talk(stream));
            }
        });
        this
    }

    pub fn behave(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// Everything that arrived, in order, taken or not.
    pub fn got(&self) -> Vec<Pushed> {
        self.got.lock().unwrap().clone()
    }

    /// Types of what was taken, in order.
    pub fn kinds(&self) -> Vec<String> {
        self.got()
            .iter()
            .filter(|one| one.taken)
            .map(Pushed::kind)
            .collect()
    }

    /// Waits until so many were taken.
    #[track_caller]
    pub fn wait_for(&self, count: usize, patience: Duration) {
        let since = Instant::now();
        while self.got().iter().filter(|one| one.taken).count() < count {
            assert!(
                since.elapsed() < patience,
                "{} of {count} arrived",
                self.got().len()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Requests on one connection, one after the other.
    fn talk(&self, mut stream: TcpStream) {
        let mut read = Vec::new();
        while let Some((headers, body)) = request(&mut stream, &mut read) {
            let manner = self.manner.lock().unwrap().clone();
            let taken = matches!(manner, Manner::Says(200..=299, _) | Manner::Slow(_));
            self.got.lock().unwrap().push(Pushed {
                headers,
                body,
                taken,
            });
            let (status, body) = match manner {
                Manner::Says(status, body) => (status, body),
                Manner::Slow(time) => {
                    std::thread::sleep(time);
                    (200, String::new())
                }
                Manner::Deaf => {
                    std::thread::sleep(Duration::from_secs(60));
                    return;
                }
                Manner::HangsUp => return,
            };
            let more = if (300..400).contains(&status) {
                format!("location: {}/elsewhere\r\n", self.url)
            } else {
                String::new()
            };
            let answer = format!(
                "HTTP/1.1 {status} So\r\n{more}content-length: {}\r\n\r\n{body}",
                body.len()
            );
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }
}

/// The next request of a connection; `None` when it is closed.
pub(super) fn request(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<(HeaderMap, String)> {
    let mut piece = [0; 4096];
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).into_owned();
            let fields: BTreeMap<String, String> = head
                .lines()
                .skip(1)
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            let length: usize = fields
                .get("content-length")
                .map_or(0, |n| n.parse().unwrap());
            if read.len() >= end + 4 + length {
                let body = String::from_utf8_lossy(&read[end + 4..end + 4 + length]).into_owned();
                read.drain(..end + 4 + length);
                let mut headers = HeaderMap::new();
                for (name, value) in &fields {
                    headers.insert(
                        HeaderName::from_bytes(name.as_bytes()).unwrap(),
                        HeaderValue::from_str(value).unwrap(),
                    );
                }
                return Some((headers, body));
            }
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(count) => read.extend_from_slice(&piece[..count]),
        }
    }
}
