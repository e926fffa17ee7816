//! Which hosts the address of a server names. That of a database may name several, each with its port
//! (`one.example:5432,two.example:5432`), as a primary with its standby: no parser of URLs reads that.

use std::net::IpAddr;

use url::form_urlencoded;

/// Every host an address names: those before the path, and those of the parameters `host` and
/// `hostaddr`. A directory with a socket is one, too; no host at all is this machine's own socket.
fn hosts(address: &str) -> Vec<String> {
    lists(address).concat()
}

/// Whether an address names several servers, of which one is to be found.
pub fn names_several(address: &str) -> bool {
    lists(address).iter().any(|list| list.len() > 1)
}

/// The lists of hosts in an address, separated by commas in each.
fn lists(address: &str) -> Vec<Vec<String>> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (rest, _) = rest.split_once('#').unwrap_or((rest, ""));
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = place.split('/').next().unwrap_or_default();
    let named = authority.rsplit('@').next().unwrap_or_default();
    let list = |text: &str| -> Vec<String> {
        let hosts = text.split(',').filter(|host| !host.is_empty());
        hosts.map(str::to_owned).collect()
    };
    let mut lists = vec![
        list(named)
            .iter()
            .map(|host| without_port(host).to_owned())
            .collect(),
    ];
    lists.extend(
        form_urlencoded::parse(parameters.as_bytes())
            .filter(|(name, _)| matches!(&**name, "host" | "hostaddr"))
            .map(|(_, value)| list(&value)),
    );
    lists
}

/// A host without its port and, if it is a number of IPv6, without its brackets.
fn without_port(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(number) => number.split(']').next().unwrap_or(number),
        None => host.split(':').next().unwrap_or(host),
    }
}

/// Whether a server, or one of several, is on another machine. A database without a host is reached
/// by its socket.
pub(super) fn is_elsewhere(address: &str) -> bool {
    hosts(address).iter().any(|host| !is_local(host))
}

/// Whether a name is this machine's, or the directory of a socket.
pub(super) fn is_local(name: &str) -> bool {
    // Before the path, the slashes of a directory are written as %2F.
    name.eq_ignore_ascii_case("localhost")
        || name.starts_with('/')
        || name.to_ascii_lowercase().starts_with("%2f")
        || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f13_every_host_of_an_address_is_seen() {
        for (address, named, elsewhere) in [
            ("postgresql://avv@/avv", "", false),
            (
                "postgresql://avv:a%2Fb@localhost:5432/avv",
                "localhost",
                false,
            ),
            (
                "postgres://avv@one.example,two.example/avv",
                "one.example two.example",
                true,
            ),
            (
                "postgres://a:b@127.0.0.1:5433,127.0.0.1:5434/avv?x=y",
                "127.0.0.1 127.0.0.1",
                false,
            ),
            (
                "postgresql://127.0.0.1:5432,db.example:5433/avv",
                "127.0.0.1 db.example",
                true,
            ),
            (
                "postgresql://[::1]:5432,[2001:db8::1]/avv",
                "::1 2001:db8::1",
                true,
            ),
            (
                "postgresql://avv@/avv?host=%2Frun%2Fa,/run/b&port=5433,5434",
                "/run/a /run/b",
                false,
            ),
            (
                "postgresql:///avv?host=127.0.0.1,db.example",
                "127.0.0.1 db.example",
                true,
            ),
            ("postgresql://%2Frun%2Fa/avv", "%2Frun%2Fa", false),
            (
                "postgresql://avv@localhost/avv?hostaddr=192.0.2.1",
                "localhost 192.0.2.1",
                true,
            ),
            // A password with a slash that was not escaped: in doubt it is another machine.
            ("postgresql://avv:a/b@localhost/avv", "avv", true),
            (
                "smtps://portal:x@mail.example:465/own.example",
                "mail.example",
                true,
            ),
            ("smtp://127.0.0.1:2525", "127.0.0.1", false),
        ] {
            assert_eq!(hosts(address).join(" "), named, "{address}");
            assert_eq!(is_elsewhere(address), elsewhere, "{address}");
            // A name with the number to be used for it is one server.
            let several = named.contains(' ') && !address.contains("hostaddr");
            assert_eq!(names_several(address), several, "{address}");
        }
    }
}
