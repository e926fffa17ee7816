//! What a mail server's refusal means, in plain German, for people who do not read status codes.

/// The reason in a reply or a bounce, by its enhanced status code (RFC 3463): "das Postfach gibt es
/// nicht". Without a code nothing is guessed.
pub fn plain(reply: &str) -> &'static str {
    match code(reply) {
        Some(("1", "2" | "4" | "8") | ("4", "4")) => "zu der Adresse gibt es keinen Mailserver",
        Some(("1", "6")) => "das Postfach ist umgezogen",
        Some(("1", _)) => "das Postfach gibt es nicht",
        Some(("2", "1")) => "das Postfach ist abgeschaltet",
        Some(("2", "2")) => "das Postfach ist voll",
        Some(("2", "3") | ("3", "4")) => "die E-Mail war dem Mailserver zu groß",
        Some(("3" | "4", _)) => "der Mailserver war nicht erreichbar",
        Some(("7", _)) => "der Mailserver nimmt E-Mails von diesem Absender nicht an",
        _ => "der Mailserver hat sie abgelehnt",
    }
}

/// Subject and detail of the first permanent or temporary status code.
fn code(reply: &str) -> Option<(&str, &str)> {
    reply
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .find_map(|word| {
            let (class, rest) = word.trim_matches('.').split_once('.')?;
            let (subject, detail) = rest.split_once('.')?;
            let short = |part: &str| (1..=3).contains(&part.len()) && !part.contains('.');
            let is_code = matches!(class, "4" | "5") && short(subject) && short(detail);
            is_code.then_some((subject, detail))
        })
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
            ("550 from 5.0.2.25", rejected),
            ("", rejected),
        ];
        for (reply, words) in table {
            assert_eq!(plain(reply), words, "{reply}");
        }
    }
}
