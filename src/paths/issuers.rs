//! Signing in at an issuer, and what belongs to it.

use uuid::Uuid;

/// Pattern of the link that leads to an issuer.
pub const SIGN_IN_AT: &str = "/anmelden/anbieter/{nummer}";
/// Pattern of where an issuer sends people back to.
pub const BACK_FROM: &str = "/anmelden/anbieter/{nummer}/zurueck";
/// Pattern of the link that signs out at an issuer, too.
pub const SIGN_OUT_AT: &str = "/anmelden/anbieter/{nummer}/abmelden";
/// Pattern of where an issuer says by itself that somebody signed out (POST).
pub const SIGNED_OUT_AT: &str = "/anmelden/anbieter/{nummer}/abgemeldet";
/// Pattern of the page that asks to prove it at an issuer.
pub const ASK_TO_PROVE_AT: &str = "/anmelden/anbieter/{nummer}/ausweisen";
/// Pattern of the link that leads there.
pub const PROVE_AT: &str = "/anmelden/anbieter/{nummer}/ausweisen/weiter";
/// Pattern of an invitation that is followed by connecting with an issuer.
pub const INVITED_AT: &str = "/passwort/{token}/anbieter/{nummer}";
/// Pattern of the page on which the own account is connected with an issuer, or parted from it.
pub const OWN_ISSUER: &str = "/sicherheit/anbieter/{nummer}";
/// Pattern of the link that leads to the issuer to connect.
pub const CONNECT_WITH: &str = "/sicherheit/anbieter/{nummer}/verbinden";

/// Whether a page belongs to signing in at an issuer.
pub fn is_of_issuer(path: &str) -> bool {
    path.starts_with("/anmelden/anbieter/")
}

/// Leads to an issuer, and from there on to `next`.
pub fn sign_in_at(number: u8, next: &str) -> String {
    with_way(&format!("/anmelden/anbieter/{number}"), next)
}

/// Where an issuer sends people back to.
pub fn back_from(number: u8) -> String {
    format!("/anmelden/anbieter/{number}/zurueck")
}

/// Signs out at the issuer of a session that was left.
pub fn sign_out_at(number: u8, session: Uuid) -> String {
    format!("/anmelden/anbieter/{number}/abmelden?sitzung={session}")
}

/// Asks to prove it at an issuer, and leads on to `next`.
pub fn ask_to_prove_at(number: u8, next: &str) -> String {
    with_way(&format!("/anmelden/anbieter/{number}/ausweisen"), next)
}

/// Leads there.
pub fn prove_at(number: u8, next: &str) -> String {
    with_way(
        &format!("/anmelden/anbieter/{number}/ausweisen/weiter"),
        next,
    )
}

/// Follows an invitation by connecting with an issuer.
pub fn invited_at(token: &str, number: u8) -> String {
    format!("/passwort/{token}/anbieter/{number}")
}

/// Connects the own account with an issuer, or parts it from it.
pub fn own_issuer(number: u8) -> String {
    format!("/sicherheit/anbieter/{number}")
}

/// Leads to the issuer to connect.
pub fn connect_with(number: u8) -> String {
    format!("/sicherheit/anbieter/{number}/verbinden")
}

fn with_way(path: &str, next: &str) -> String {
    if next.is_empty() {
        return path.to_owned();
    }
    let way: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("{path}?weiter={way}")
}
