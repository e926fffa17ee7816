//! Pushing an event to an endpoint over HTTP. The name of the endpoint is looked up once, judged, and the
//! connection goes to that address and no other, so that a name that points elsewhere a moment later
//! leads nowhere. Redirects are not followed, and no proxy of the environment is asked.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use url::{Host, Url};

use crate::config::Config;
use crate::domain::webhook::{DeliveryFault, DeliveryOutcome, KEPT_ANSWER, is_public};

/// How long a name may take to be found.
const LOOK_UP: Duration = Duration::from_secs(3);
/// How long an endpoint may take to answer, from the first packet to the end.
pub const PATIENCE: Duration = Duration::from_secs(8);
/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(4);

/// What is sent.
#[derive(Debug, Clone)]
pub struct Message {
    /// Value of `webhook-id`.
    pub id: String,
    /// Value of `webhook-timestamp`.
    pub timestamp: i64,
    /// Value of `webhook-signature`.
    pub signature: String,
    /// JSON.
    pub body: String,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Status or fault.
    pub outcome: DeliveryOutcome,
    /// The beginning of the answer, as text.
    pub answer: String,
    /// How long it took.
    pub milliseconds: i32,
}

/// A way to one endpoint, whose address was looked up. Several messages share its connection.
pub struct Connection {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    url: Url,
}

impl Connection {
    /// Looks the endpoint up and gets ready to send to it. Blocks for seconds; not to be called where
    /// tasks run.
    ///
    /// # Errors
    /// If it has no address, or none that events may go to.
    pub fn open(config: &Config, url: &Url) -> Result<Self, DeliveryFault> {
        let found = look_up(url)?;
        let allowed: Vec<SocketAddr> = found
            .into_iter()
            .filter(|address| may_be_reached(config, address.ip()))
            .collect();
        if allowed.is_empty() {
            return Err(DeliveryFault::Forbidden);
        }
        let mut builder = reqwest::Client::builder()
            .timeout(PATIENCE)
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent("avv-portal-webhooks");
        if let Some(Host::Domain(name)) = url.host() {
            builder = builder.resolve_to_addrs(name, &allowed);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        match (runtime, builder.build()) {
            (Ok(runtime), Ok(client)) => Ok(Self {
                runtime,
                client,
                url: url.clone(),
            }),
            (runtime, client) => {
                tracing::error!(
                    runtime = runtime.is_ok(),
                    client = client.is_ok(),
                    "no client for webhooks"
                );
                Err(DeliveryFault::Unreachable)
            }
        }
    }

    /// Sends one message and waits for the answer.
    pub fn send(&self, message: Message) -> Reply {
        let began = Instant::now();
        let (outcome, answer) = self
            .runtime
            .block_on(post(&self.client, &self.url, message));
        Reply {
            outcome,
            answer,
            milliseconds: i32::try_from(began.elapsed().as_millis()).unwrap_or(i32::MAX),
        }
    }
}

/// Sends one message on a way of its own.
pub fn send_once(config: &Config, url: &Url, message: Message) -> Reply {
    match Connection::open(config, url) {
        Ok(line) => line.send(message),
        Err(fault) => Reply {
            outcome: DeliveryOutcome::Failed(fault),
            answer: String::new(),
            milliseconds: 0,
        },
    }
}

/// Whether events may go to this address: a public one, one of the networks that were named, or in
/// development this machine.
pub fn may_be_reached(config: &Config, ip: IpAddr) -> bool {
    let is_named = || {
        config
            .web
            .webhook_networks
            .iter()
            .any(|one| one.contains(ip))
    };
    let is_own = !config.environment.is_production() && ip.to_canonical().is_loopback();
    is_public(ip) || is_own || is_named()
}

/// The addresses of the host of a URL. The system's resolver keeps to no limit, so it is asked in a
/// thread that is left alone when it takes too long.
fn look_up(url: &Url) -> Result<Vec<SocketAddr>, DeliveryFault> {
    let port = url.port_or_known_default().unwrap_or(443);
    let name = match url.host() {
        Some(Host::Ipv4(ip)) => return Ok(vec![SocketAddr::new(ip.into(), port)]),
        Some(Host::Ipv6(ip)) => return Ok(vec![SocketAddr::new(ip.into(), port)]),
        Some(Host::Domain(name)) => name.to_owned(),
        None => return Err(DeliveryFault::Unresolved),
    };
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let found = (name.as_str(), port).to_socket_addrs();
        // Nobody listens any more after the limit.
        tell.send(found.map(Iterator::collect::<Vec<_>>)).ok();
    });
    match told.recv_timeout(LOOK_UP) {
        Ok(Ok(found)) if !found.is_empty() => Ok(found),
        _ => Err(DeliveryFault::Unresolved),
    }
}

async fn post(client: &reqwest::Client, url: &Url, message: Message) -> (DeliveryOutcome, String) {
    let sent = client
        .post(url.clone())
        .header("content-type", "application/json")
        .header("webhook-id", message.id)
        .header("webhook-timestamp", message.timestamp.to_string())
        .header("webhook-signature", message.signature)
        .body(message.body)
        .send()
        .await;
    let reply = match sent {
        Ok(reply) => reply,
        Err(error) => return (DeliveryOutcome::Failed(fault(&error)), String::new()),
    };
    let status = reply.status().as_u16();
    let mut bytes = Vec::new();
    let mut pieces = reply.bytes_stream();
    // The status counts; what of the answer does not come in time is left out.
    while let Some(Ok(piece)) = pieces.next().await {
        bytes.extend_from_slice(&piece);
        if bytes.len() >= KEPT_ANSWER {
            bytes.truncate(KEPT_ANSWER);
            break;
        }
    }
    let answer = String::from_utf8_lossy(&bytes).replace('\0', "");
    (DeliveryOutcome::Answered(status), answer)
}

fn fault(error: &reqwest::Error) -> DeliveryFault {
    if error.is_timeout() {
        DeliveryFault::Slow
    } else if error.is_connect() {
        DeliveryFault::Unreachable
    } else {
        DeliveryFault::Broken
    }
}
