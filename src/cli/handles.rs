//! The number of files and connections this process may have open.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Handles that are not used for visitors: database, mail server, files, the log.
const OWN: u64 = 128;
/// A lower limit than this is logged.
const WANTED: u64 = 8192;

/// Raises the limit of open files to what the system allows, and returns how many connections that
/// leaves: if visitors used all handles, the portal could not connect to its own database.
pub fn raise() -> usize {
    let (soft, hard) = match getrlimit(Resource::RLIMIT_NOFILE) {
        Ok(limits) => limits,
        Err(error) => {
            tracing::warn!(%error, "the number of open files cannot be read");
            (1024, 1024)
        }
    };
    let allowed = match setrlimit(Resource::RLIMIT_NOFILE, hard, hard) {
        Ok(()) => hard,
        Err(error) => {
            tracing::warn!(%error, soft, hard, "the number of open files cannot be raised");
            soft
        }
    };
    if allowed < WANTED {
        tracing::warn!(
            allowed,
            "few files may be open at once: allow more (LimitNOFILE of the service, ulimit -n)"
        );
    }
    connections(allowed)
}

/// The handles that are left for visitors, up to a limit. A connection takes two: the server's, and
/// a second one with which it is ended if no whole request arrives.
fn connections(allowed: u64) -> usize {
    let left = allowed.saturating_sub(OWN).max(allowed / 2) / 2;
    let left = left.min(10_000);
    usize::try_from(left).unwrap_or(10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a1_visitors_never_get_every_handle() {
        for (allowed, left) in [(64, 16), (1024, 448), (4096, 1984), (1 << 30, 10_000)] {
            assert_eq!(connections(allowed), left, "{allowed}");
        }
    }
}
