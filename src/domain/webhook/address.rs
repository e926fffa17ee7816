//! Which addresses an endpoint may have. The portal stands in the operator's own network: whoever could
//! make it call any address there would reach what no firewall lets strangers reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Longest address of an endpoint.
pub const LONGEST_URL: usize = 500;

/// What is wrong with an address that was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadUrl {
    /// It is none, or too long.
    Unreadable,
    /// It does not begin with `https://`.
    NotHttps,
    /// It holds a user name or a password.
    Credentials,
    /// It ends in a fragment.
    Fragment,
    /// Its host is an IP address that events may not go to.
    NotPublic,
}

/// Reads an address. `http://` is taken only where `is_development` says so, and only to this machine.
///
/// # Errors
/// What is wrong with it.
pub fn parse_url(text: &str, is_development: bool) -> Result<Url, BadUrl> {
    let text = text.trim();
    if text.len() > LONGEST_URL {
        return Err(BadUrl::Unreadable);
    }
    let url = Url::parse(text).map_err(|_| BadUrl::Unreadable)?;
    // As it is stored: percent-encoded, and with a slash at the end.
    if url.as_str().len() > LONGEST_URL {
        return Err(BadUrl::Unreadable);
    }
    match url.scheme() {
        "https" => {}
        "http" if is_development && is_this_machine(&url) => {}
        _ => return Err(BadUrl::NotHttps),
    }
    if url.host().is_none() {
        return Err(BadUrl::Unreadable);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(BadUrl::Credentials);
    }
    if url.fragment().is_some() {
        return Err(BadUrl::Fragment);
    }
    Ok(url)
}

/// The IP address that stands in a URL in place of a name.
pub fn ip_in(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Domain(_) => None,
        Host::Ipv4(ip) => Some(ip.into()),
        Host::Ipv6(ip) => Some(ip.into()),
    }
}

/// Whether the host of an address is written as this machine.
fn is_this_machine(url: &Url) -> bool {
    url.host() == Some(Host::Domain("localhost")) || ip_in(url).is_some_and(|ip| ip.is_loopback())
}

/// Whether an address is one of the public internet, as far as the registries of IANA say so. What is
/// only another way of writing an IPv4 address is judged as that.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match embedded(ip) {
            Some(inner) => is_public_v4(inner),
            None => is_public_v6(ip),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        // Shared by the customers of a provider (RFC 6598).
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        // 6to4 relays, which nobody runs any more.
        || (a == 192 && b == 88 && c == 99)
        // Measurements (RFC 2544).
        || (a == 198 && (18..20).contains(&b)))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // Only 2000::/3 is given to anybody; of that, IETF protocols, documentation.
    (0x2000..0x4000).contains(&a)
        && !(a == 0x2001 && b < 0x0200)
        && !(a == 0x2001 && b == 0x0db8)
        && !(a == 0x3fff && b < 0x1000)
}

/// The IPv4 address that an IPv6 address stands for: mapped, NAT64 or 6to4.
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let v4 = |high: u16, low: u16| {
        let [(a, b), (c, d)] = [high, low].map(|one| {
            let [first, second] = one.to_be_bytes();
            (first, second)
        });
        Ipv4Addr::new(a, b, c, d)
    };
    match (a, b) {
        (0, 0) if (c, d, e, f) == (0, 0, 0, 0xffff) || (c, d, e) == (0, 0, 0xffff) => {
            Some(v4(g, h))
        }
        (0x64, 0xff9b) if (c, d, e, f) == (0, 0, 0, 0) => Some(v4(g, h)),
        (0x2002, _) => Some(v4(b, c)),
        _ => None,
    }
}
