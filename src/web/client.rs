//! Where a request comes from. Proxies are believed only if they are configured (S-84).

use std::net::IpAddr;

use actix_web::HttpRequest;

use crate::app::App;

/// Address of the browser: the right-most hop that is no trusted proxy.
pub fn remote_address(app: &App, request: &HttpRequest) -> Option<IpAddr> {
    // An IPv4 address written as IPv6 is the IPv4 address; otherwise all of them would be one /64.
    let peer = request.peer_addr()?.ip().to_canonical();
    let trusted = |ip: IpAddr| {
        app.config
            .web
            .trusted_proxies
            .iter()
            .any(|network| network.contains(ip))
    };
    if !trusted(peer) {
        return Some(peer);
    }
    let hops = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|hop| hop.trim().parse::<IpAddr>())
        .collect::<Vec<_>>();
    let mut seen = peer;
    for hop in hops.into_iter().rev() {
        // What cannot be read was not written by a trusted proxy; nothing left of it counts.
        let Ok(ip) = hop else { break };
        seen = ip.to_canonical();
        if !trusted(ip) {
            break;
        }
    }
    Some(seen)
}

/// The place attempts are counted for: an IPv4 address, or the /64 of an IPv6 one.
pub fn source(app: &App, request: &HttpRequest) -> String {
    match remote_address(app, request) {
        Some(IpAddr::V6(ip)) => format!("{:x?}", &ip.segments()[..4]),
        Some(ip) => ip.to_string(),
        None => "unknown".to_owned(),
    }
}

/// What the browser calls itself, cut to a length worth keeping, without control characters.
pub fn user_agent(request: &HttpRequest) -> String {
    let text = request
        .headers()
        .get("user-agent")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}
