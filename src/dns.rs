//! Asks the domain name system which texts stand under a name (RFC 1035), for `avv-portal check`: by
//! UDP, and by TCP where the answer is cut off. Answers are what strangers wrote; whatever does not
//! fit is no answer.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use rand::TryRngCore as _;
use rand::rngs::OsRng;

/// Which resolvers the system asks.
const SYSTEM: &str = "/etc/resolv.conf";
/// How long one of them may take for one answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often each is asked.
const ROUNDS: usize = 2;
/// Largest answer by UDP that is asked for (RFC 6891), in bytes: it passes every network in one piece.
const LARGEST_BY_UDP: u16 = 1232;
/// The kind of record that is asked for, and the class of all names.
const TXT: [u8; 4] = [0, 16, 0, 1];

/// Resolvers that are asked in turn.
#[derive(Debug, Clone)]
pub struct Resolvers(Vec<SocketAddr>);

/// No resolver gave an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoAnswer;

impl Resolvers {
    /// Those of this system; without a word about it the one on this machine, as everywhere.
    pub fn of_system() -> Self {
        let listed = named(&fs::read_to_string(SYSTEM).unwrap_or_default());
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 53));
        Self(if listed.is_empty() {
            vec![here]
        } else {
            listed
        })
    }

    /// This one alone.
    pub fn at(resolver: SocketAddr) -> Self {
        Self(vec![resolver])
    }

    /// The texts under a name, each in one piece; none if there is no such name. Blocks for some
    /// seconds where no resolver answers.
    ///
    /// # Errors
    ///
    /// [`NoAnswer`] if no resolver gave one.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, NoAnswer> {
        let question = question(name).ok_or(NoAnswer)?;
        for _ in 0..ROUNDS {
            for resolver in &self.0 {
                if let Some(texts) = ask(*resolver, &question) {
                    return Ok(texts);
                }
            }
        }
        Err(NoAnswer)
    }
}

/// The addresses behind `nameserver`.
fn named(list: &str) -> Vec<SocketAddr> {
    let addresses = list.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let address = words.next().filter(|word| *word == "nameserver");
        address.and_then(|_| words.next()?.parse::<IpAddr>().ok())
    });
    // No system asks more than three.
    addresses.take(3).map(|ip| (ip, 53).into()).collect()
}

/// The question as it stands in a message: the name's parts with their lengths, kind and class.
fn question(name: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(name.len() + 6);
    for label in name.trim_end_matches('.').split('.') {
        let length = u8::try_from(label.len()).ok();
        let length = length.filter(|length| (1..=63).contains(length))?;
        out.push(length);
        out.extend_from_slice(label.as_bytes());
    }
    out.push(0);
    if out.len() > 255 || !name.is_ascii() {
        return None;
    }
    out.extend_from_slice(&TXT);
    Some(out)
}

/// `None` where no answer came that fits.
fn ask(resolver: SocketAddr, question: &[u8]) -> Option<Vec<String>> {
    let mut id = [0; 2];
    OsRng.try_fill_bytes(&mut id).ok()?;
    let asked = message(id, question);
    let answer = by_udp(resolver, &asked)?;
    let answer = match cut_off(&answer) {
        true => by_tcp(resolver, &asked)?,
        false => answer,
    };
    read(&answer, id, question)
}

/// One question, recursion wanted, with room for more than 512 bytes of answer.
fn message(id: [u8; 2], question: &[u8]) -> Vec<u8> {
    let [high, low] = LARGEST_BY_UDP.to_be_bytes();
    let head = [id[0], id[1], 1, 0, 0, 1, 0, 0, 0, 0, 0, 1];
    let room = [0, 0, 41, high, low, 0, 0, 0, 0, 0, 0];
    [&head, question, &room].concat()
}

fn by_udp(resolver: SocketAddr, asked: &[u8]) -> Option<Vec<u8>> {
    let any: IpAddr = match resolver {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    // What others send does not arrive.
    socket.connect(resolver).ok()?;
    socket.set_read_timeout(Some(PATIENCE)).ok()?;
    socket.send(asked).ok()?;
    let mut answer = vec![0; 4096];
    let length = socket.recv(&mut answer).ok()?;
    answer.truncate(length);
    Some(answer)
}

fn by_tcp(resolver: SocketAddr, asked: &[u8]) -> Option<Vec<u8>> {
    let until = Instant::now() + PATIENCE;
    let mut stream = TcpStream::connect_timeout(&resolver, PATIENCE).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    let length = u16::try_from(asked.len()).ok()?.to_be_bytes();
    stream.write_all(&[&length, asked].concat()).ok()?;
    let mut length = [0; 2];
    read_until(&mut stream, &mut length, until)?;
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    read_until(&mut stream, &mut answer, until)?;
    Some(answer)
}

/// Fills the whole of `into`, whose pieces may come as slowly as the other end likes, in time.
fn read_until(stream: &mut TcpStream, mut into: &mut [u8], until: Instant) -> Option<()> {
    while !into.is_empty() {
        let left = until.saturating_duration_since(Instant::now());
        // A time limit of nothing is refused, which ends it too.
        stream.set_read_timeout(Some(left)).ok()?;
        let length = stream.read(into).ok().filter(|length| *length > 0)?;
        into = into.get_mut(length..)?;
    }
    Some(())
}

fn cut_off(answer: &[u8]) -> bool {
    answer.get(2).is_some_and(|flags| flags & 0b10 != 0)
}

/// The texts of an answer to this question; a name that is not there has none. `None` if the resolver
/// could not say, or the answer is to something else.
fn read(answer: &[u8], id: [u8; 2], question: &[u8]) -> Option<Vec<String>> {
    let head = answer.get(..12)?;
    let is_answer = head[..2] == id && head[2] & 0x80 != 0 && head[4..6] == [0, 1];
    // 0: here it is; 3: there is no such name.
    let is_said = matches!(head[3] & 0x0f, 0 | 3);
    let repeated = answer.get(12..12 + question.len())?;
    if !is_answer || !is_said || !repeated.eq_ignore_ascii_case(question) {
        return None;
    }
    let count = u16::from_be_bytes([head[6], head[7]]);
    let mut rest = &answer[12 + question.len()..];
    let mut texts = Vec::new();
    for _ in 0..count {
        rest = behind_name(rest)?;
        let (kind, tail) = rest.split_at_checked(8)?;
        let (length, tail) = tail.split_at_checked(2)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let (data, tail) = tail.split_at_checked(length)?;
        // Another name on the way (CNAME) is none of the texts.
        if kind[..4] == TXT {
            texts.push(text(data)?);
        }
        rest = tail;
    }
    Some(texts)
}

/// What follows a name, which ends with an empty part or refers to an earlier one.
fn behind_name(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        match rest.split_first()? {
            (0, tail) => return Some(tail),
            (length, _) if length & 0xc0 == 0xc0 => return rest.get(2..),
            (length, tail) if length & 0xc0 == 0 => rest = tail.get(usize::from(*length)..)?,
            _ => return None,
        }
    }
}

/// A text in pieces of at most 255 bytes, put together.
fn text(mut data: &[u8]) -> Option<String> {
    let mut out = Vec::with_capacity(data.len());
    while let Some((length, tail)) = data.split_first() {
        let (piece, tail) = tail.split_at_checked(usize::from(*length))?;
        out.extend_from_slice(piece);
        data = tail;
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

#[cfg(test)]
#[path = "dns_tests.rs"]
mod tests;
