//! Files and connections this process may hold open.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Handles that are no visitor's: database, mail server, files, the log.
const OWN: u64 = 128;
/// Fewer than this is worth a line in the log.
const WANTED: u64 = 8192;

/// Raises the number of open files to what the system allows, and says how many connections that
/// leaves: with every handle taken by a visitor the portal could not reach its own database.
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

/// What is left for visitors, at most a number no machine is troubled by. A connection takes two: the
/// server's, and the one by which it is ended when nothing whole comes.
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
