//! The origin of a request. Proxies are trusted only if they are configured (S-84).

use std::net::{IpAddr, SocketAddr};

use actix_web::HttpRequest;

use crate::app::App;

/// Whether `X-Forwarded-For` of a connection from `ip` is trusted (S-84).
pub fn is_trusted(app: &App, ip: IpAddr) -> bool {
    let proxies = &app.config.web.trusted_proxies;
    proxies.iter().any(|network| network.contains(ip))
}

/// Address of the browser: the right-most hop that is not a trusted proxy.
pub fn remote_address(app: &App, request: &HttpRequest) -> Option<IpAddr> {
    // An IPv4 address written as IPv6 is treated as the IPv4 address; otherwise all of them would
    // be in one /64.
    let peer = request.peer_addr()?.ip().to_canonical();
    if !is_trusted(app, peer) {
        return Some(peer);
    }
    let hops = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(hop)
        .collect::<Vec<_>>();
    let mut seen = peer;
    for ip in hops.into_iter().rev() {
        // A value that cannot be read was not written by a trusted proxy; nothing to the left of it
        // counts.
        let Some(ip) = ip else { break };
        seen = ip;
        if !is_trusted(app, ip) {
            break;
        }
    }
    Some(seen)
}

/// One hop: an address alone, in brackets, or with the port that some proxies append.
fn hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let ip = match text.parse::<SocketAddr>() {
        Ok(with_port) => with_port.ip(),
        Err(_) => bare.unwrap_or(text).parse().ok()?,
    };
    Some(ip.to_canonical())
}

/// The source that attempts are counted for: an IPv4 address, or the /64 of an IPv6 address.
pub fn source(app: &App, request: &HttpRequest) -> String {
    remote_address(app, request).map_or_else(|| "unknown".to_owned(), place_of)
}

/// The source of an address.
pub fn place_of(ip: IpAddr) -> String {
    match ip {
        IpAddr::V6(ip) => format!("{:x?}", &ip.segments()[..4]),
        IpAddr::V4(ip) => ip.to_string(),
    }
}

/// The network a request comes from, in which one party can easily have many addresses: a /24, or a
/// /48 of IPv6.
pub fn network(app: &App, request: &HttpRequest) -> String {
    match remote_address(app, request) {
        Some(IpAddr::V4(ip)) => format!("{:?}", &ip.octets()[..3]),
        Some(IpAddr::V6(ip)) => format!("{:x?}", &ip.segments()[..3]),
        None => "unknown".to_owned(),
    }
}

/// The browser's `User-Agent`, cut to a length worth storing, without control characters.
pub fn user_agent(request: &HttpRequest) -> String {
    let text = request
        .headers()
        .get("user-agent")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn a10_a_hop_with_a_port_is_the_same_place() {
        for (text, ip) in [
            ("192.0.2.7", Some("192.0.2.7")),
            (" 192.0.2.7:5555 ", Some("192.0.2.7")),
            ("::ffff:192.0.2.7", Some("192.0.2.7")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("192.0.2.7:", None),
            ("unknown", None),
            ("", None),
        ] {
            let ip = ip.map(|ip| ip.parse::<IpAddr>().unwrap());
            assert_eq!(hop(text), ip, "{text}");
        }
    }
}
