//! A token endpoint (OAuth 2.0) that gives out tokens as a test wants, and knows which of them are still
//! good: for the servers of the suite that take tokens.

use std::collections::HashMap;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::json;
use url::form_urlencoded;

use super::receiver::request;

/// Whose mailbox the tokens are for.
pub const MAILBOX: &str = "avv@betreiber.example";
/// With what the portal proves to be it.
pub const SECRET: &str = "Ge~heim&mit=Zeichen";

struct State {
    asked: Vec<HashMap<String, String>>,
    good: Vec<String>,
    refusal: Option<(u16, String)>,
    lasts: u64,
    takes: Duration,
}

/// The endpoint; answers until the process ends.
#[derive(Clone)]
pub struct TokenEndpoint {
    /// Where tokens are asked for.
    pub url: String,
    /// Where servers ask whether a token is good.
    pub introspection: String,
    state: Arc<Mutex<State>>,
}

impl TokenEndpoint {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let home = format!("http://{}", listener.local_addr().expect("its address"));
        let this = Self {
            url: format!("{home}/token"),
            introspection: format!("{home}/introspect"),
            state: Arc::new(Mutex::new(State {
                asked: Vec::new(),
                good: Vec::new(),
                refusal: None,
                lasts: 3599,
                takes: Duration::ZERO,
            })),
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

    /// What it was asked for, without what servers asked.
    pub fn asked(&self) -> Vec<HashMap<String, String>> {
        self.state().asked.clone()
    }

    /// Every token that was given out is withdrawn.
    pub fn withdraw(&self) {
        self.state().good.clear();
    }

    /// From now on it refuses with this status and body; `None` ends that.
    pub fn refuse(&self, refusal: Option<(u16, &str)>) {
        self.state().refusal = refusal.map(|(status, body)| (status, body.to_owned()));
    }

    /// Tokens last so many seconds, and the answer takes a while.
    pub fn give(&self, lasts: u64, takes: Duration) {
        let mut state = self.state();
        (state.lasts, state.takes) = (lasts, takes);
    }

    /// Whether a token is still good.
    pub fn is_good(&self, token: &str) -> bool {
        self.state().good.iter().any(|one| one == token)
    }

    /// The beginning of every token, for what must not stand in a log.
    pub const BEGIN: &str = "ein-Token-der-Tests";

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn talk(&self, mut stream: TcpStream) {
        let mut read = Vec::new();
        while let Some((headers, body)) = request(&mut stream, &mut read) {
            let form: HashMap<String, String> = form_urlencoded::parse(body.as_bytes())
                .into_owned()
                .collect();
            let is_server = !form.contains_key("grant_type");
            assert!(is_server || headers["accept"] == "application/json");
            let (status, body) = if is_server {
                let token = form.get("token").map_or("", String::as_str);
                let body = match self.is_good(token) {
                    true => json!({ "active": true, "username": MAILBOX }),
                    false => json!({ "active": false }),
                };
                (200, body.to_string())
            } else {
                let takes = self.state().takes;
                std::thread::sleep(takes);
                self.give_token(form)
            };
            let answer = format!(
                "HTTP/1.1 {status} So\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }

    fn give_token(&self, form: HashMap<String, String>) -> (u16, String) {
        let mut state = self.state();
        let is_known = form.get("client_secret").map(String::as_str) == Some(SECRET);
        state.asked.push(form);
        if let Some(refusal) = &state.refusal {
            return refusal.clone();
        }
        if !is_known {
            let words = json!({ "error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1" });
            return (401, words.to_string());
        }
        // As long as those of Microsoft 365.
        let token = format!("{}-{}-{}", Self::BEGIN, state.asked.len(), "x".repeat(1800));
        state.good.push(token.clone());
        let given =
            json!({ "token_type": "Bearer", "expires_in": state.lasts, "access_token": token });
        (200, given.to_string())
    }
}
