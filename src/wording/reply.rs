//! What a mail server's refusal means, in plain German, for people who do not read status codes.

use crate::domain::reply::status_parts;

/// The reason in a reply or a bounce, by its enhanced status code (RFC 3463): "das Postfach gibt es
/// nicht". Without a code nothing is guessed.
pub fn plain(reply: &str) -> &'static str {
    match status_parts(reply) {
        Some(("1", "7" | "8") | ("7", _)) => {
            "der Mailserver nimmt E-Mails von diesem Absender nicht an"
        }
        Some(("1", "2" | "4") | ("4", "4")) => "zu der Adresse gibt es keinen Mailserver",
        Some(("1", "6")) => "das Postfach ist umgezogen",
        Some(("1", _)) => "das Postfach gibt es nicht",
        Some(("2", "1")) => "das Postfach ist abgeschaltet",
        Some(("2", "2")) => "das Postfach ist voll",
        Some(("2", "3") | ("3", "4")) => "die E-Mail war dem Mailserver zu groß",
        Some(("3" | "4", _)) => "der Mailserver war nicht erreichbar",
        Some(("5" | "6", _)) => "der Mailserver kam mit der E-Mail nicht zurecht",
        _ => "der Mailserver hat sie abgelehnt",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_says_what_is_wrong() {
        let unknown = "das Postfach gibt es nicht";
        let rejected = "der Mailserver hat sie abgelehnt";
        let table = [
            ("550 5.1.1 <i•••@firma.de>: unknown", unknown),
            ("5.1.10 RESOLVER.ADR.RecipientNotFound", unknown),
            ("552 5.2.2 over quota", "das Postfach ist voll"),
            (
                "5.4.4 host not found",
                "zu der Adresse gibt es keinen Mailserver",
            ),
            ("4.4.1 timed out", "der Mailserver war nicht erreichbar"),
            (
                "554 5.7.1 spam",
                "der Mailserver nimmt E-Mails von diesem Absender nicht an",
            ),
            (
                "553 5.1.8 sender rejected",
                "der Mailserver nimmt E-Mails von diesem Absender nicht an",
            ),
            (
                "554 5.6.0 bad content",
                "der Mailserver kam mit der E-Mail nicht zurecht",
            ),
            ("550 from 5.0.2.25", rejected),
            ("", rejected),
        ];
        for (reply, words) in table {
            assert_eq!(plain(reply), words, "{reply}");
        }
    }
}
