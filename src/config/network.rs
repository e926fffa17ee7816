//! Networks of trusted reverse proxies (S-84), and who may reach the management listener.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use super::variables::Variables;
use super::{ConfigError, invalid};

/// What stands before the address of a management listener that everybody may reach.
const PUBLIC: &str = "public:";

/// `AVV_MANAGEMENT_LISTEN`: where monitoring is answered, if anywhere. It asks nobody who they are, so
/// an address that strangers may reach has to be written out as such.
pub(super) fn read_management(
    variables: &Variables<'_>,
    listen: Option<SocketAddr>,
) -> Result<Option<SocketAddr>, ConfigError> {
    const VARIABLE: &str = "AVV_MANAGEMENT_LISTEN";
    let Some(text) = variables.text(VARIABLE) else {
        return Ok(None);
    };
    let (address, is_public) = match text.strip_prefix(PUBLIC) {
        Some(address) => (address, true),
        None => (text.as_str(), false),
    };
    let address: SocketAddr = address.parse().map_err(|_| {
        invalid(
            VARIABLE,
            "an address and port of this machine or a private network such as 127.0.0.1:9464, other than AVV_LISTEN",
        )
    })?;
    if !is_public && !is_private(address.ip()) {
        return Err(invalid(
            VARIABLE,
            "an address of this machine or a private network: it asks nobody who they are. One that others reach, or all addresses, is written public:ADDRESS:PORT",
        ));
    }
    if listen == Some(address) {
        return Err(invalid(VARIABLE, "another address or port than AVV_LISTEN"));
    }
    Ok(Some(address))
}

/// `AVV_WEBHOOK_NETWORKS`: which networks that are not public events may be pushed to.
pub(super) fn read_webhooks(variables: &Variables<'_>) -> Result<Vec<Network>, ConfigError> {
    const VARIABLE: &str = "AVV_WEBHOOK_NETWORKS";
    let text = variables.text(VARIABLE).unwrap_or_default();
    let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
    let networks = parts.map(|part| {
        let network = part.parse::<Network>().ok();
        network.filter(|network| !network.is_anybody()).ok_or_else(|| {
            invalid(
                VARIABLE,
                "addresses or networks of your own systems such as `10.1.2.3, 192.168.7.0/24`: events may be pushed to whatever it names",
            )
        })
    });
    networks.collect()
}

/// Whether an address is one of this machine or of a network of its own.
fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// An address block such as `10.0.0.0/8` or `::1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether `ip` is in the block. An IPv4 address written as IPv6 (`::ffff:10.0.0.1`) is the
    /// IPv4 address.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.address.is_ipv4() == ip.is_ipv4()
            && masked(self.address, self.prefix) == masked(ip, self.prefix)
    }
}

impl Network {
    /// Whether the block is too large to contain only the operator's own proxies.
    pub fn is_anybody(&self) -> bool {
        let narrowest = if self.address.is_ipv4() { 8 } else { 16 };
        self.prefix < narrowest
    }
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(digits) => digits.parse().map_err(|_| ())?,
            None => longest,
        };
        if prefix > longest {
            return Err(());
        }
        Ok(Self { address, prefix })
    }
}

/// The first `prefix` bits of the address.
fn masked(ip: IpAddr, prefix: u8) -> u128 {
    let (bits, length) = match ip {
        IpAddr::V4(ip) => (u128::from(ip.to_bits()), 32),
        IpAddr::V6(ip) => (ip.to_bits(), 128),
    };
    bits.checked_shr(length - u32::from(prefix)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn blocks_contain_what_they_say() {
        for (block, ip, inside) in [
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "::ffff:127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.1.2.3/8", "10.9.9.9", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "10.0.0.1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
        ] {
            let network: Network = block.parse().unwrap();
            assert_eq!(
                network.contains(ip.parse().unwrap()),
                inside,
                "{ip} in {block}"
            );
        }
    }

    #[test]
    fn nonsense_is_no_block() {
        for text in [
            "",
            "proxy",
            "10.0.0.0/33",
            "::1/129",
            "10.0.0.0/",
            "10.0.0.0/-1",
            "/8",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
