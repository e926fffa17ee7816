//! Addresses of redirects that come from outside: only those of this portal are accepted.

use crate::paths;

/// A path of this portal as it may be given in `?weiter=`; nothing that a browser could read as
/// another site, and nothing that would redirect out of the portal again (S-63).
pub fn local_path(next: &str) -> Option<&str> {
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let path = next.split(['?', '#']).next().unwrap_or_default();
    (is_local && path != paths::SIGN_IN && path != paths::SIGN_OUT).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_portal_are_followed() {
        // S-63
        for good in [
            "/kunden",
            "/kunden?status=open&suche=a%20b",
            "/",
            "/kunden/5/avv#tun",
        ] {
            assert_eq!(local_path(good), Some(good));
        }
        for bad in [
            "",
            "kunden",
            "//example.com",
            "/\\example.com",
            "/a\\b",
            "https://example.com/",
            "/a\nb",
            "/\t/example.com",
            "/ä",
            "/anmelden?weiter=/kunden",
            "/abmelden",
        ] {
            assert_eq!(local_path(bad), None, "{bad:?}");
        }
    }
}
