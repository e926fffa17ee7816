//! E-mail addresses, parsed once at the edge (S-21) and masked wherever they are not needed (S-14).

use serde::{Deserialize, Serialize};

/// Domains in which any person can have a mailbox, so that sharing one says nothing. Widely used
/// ones in German-speaking countries and worldwide; a missing one only makes the guard stricter.
const SHARED_DOMAINS: [&str; 46] = [
    "1und1.de",
    "aol.com",
    "aol.de",
    "arcor.de",
    "bluewin.ch",
    "chello.at",
    "email.de",
    "fastmail.com",
    "freenet.de",
    "freenetmail.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.eu",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "hotmail.de",
    "hushmail.com",
    "icloud.com",
    "kabelbw.de",
    "kabelmail.de",
    "live.com",
    "live.de",
    "mac.com",
    "mail.com",
    "mail.de",
    "mailbox.org",
    "me.com",
    "msn.com",
    "netcologne.de",
    "online.de",
    "outlook.com",
    "outlook.de",
    "pm.me",
    "posteo.de",
    "proton.me",
    "protonmail.com",
    "t-online.de",
    "vodafone.de",
    "vodafonemail.de",
    "web.de",
    "yahoo.com",
    "yahoo.de",
];

/// Domains of one provider under which a mailbox has the same name: `a@mac.com` is `a@icloud.com`.
const SAME_MAILBOX: [(&str, &str); 5] = [
    ("googlemail.com", "gmail.com"),
    ("mac.com", "icloud.com"),
    ("me.com", "icloud.com"),
    ("pm.me", "proton.me"),
    ("protonmail.com", "proton.me"),
];

fn is_shared(domain: &str) -> bool {
    SHARED_DOMAINS.contains(&domain)
}

/// Exactly one mailbox in ASCII, lower-cased, without display name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// Why a text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not exactly one e-mail address")]
pub struct NoAddress;

impl EmailAddress {
    /// Parses one mailbox. A domain with letters beyond ASCII becomes what mail servers know it by
    /// (IDNA, D6); in front of the `@` only few servers take such letters. Quoted local parts, comments, lists and display names are refused: none
    /// of them is needed for business mail, and each has been used to smuggle recipients.
    pub fn parse(text: &str) -> Result<Self, NoAddress> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(NoAddress)?;
        let local_ok = !local.is_empty()
            && local.len() <= 64
            // What a mail program would decode into other words (RFC 2047).
            && !local.contains("=?")
            && local.split('.').all(|part| {
                !part.is_empty()
                    && part
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
            });
        let domain = ascii_domain(domain)?;
        let labels: Vec<&str> = domain.split('.').collect();
        let domain_ok = labels.len() >= 2
            && domain.len() <= 253
            && labels.iter().all(|label| {
                !label.is_empty()
                    && label.len() <= 63
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            })
            && labels
                .last()
                .is_some_and(|top| top.len() >= 2 && !top.bytes().all(|b| b.is_ascii_digit()));
        if local_ok && domain_ok {
            Ok(Self(format!("{local}@{domain}").to_ascii_lowercase()))
        } else {
            Err(NoAddress)
        }
    }

    /// The address itself, for sending and for those who may see it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address as people write it, for screens: `info@bäckerei-özdemir.example`.
    pub fn shown(&self) -> String {
        let local = self.0.rsplit_once('@').map_or("", |(local, _)| local);
        format!("{local}@{}", shown_domain(self.domain()))
    }

    /// Everything behind the `@`, as mail servers know it.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Whether a message to this address may reach one of `others`: the same mailbox, or a domain
    /// of its own that is the same as, above or below one of theirs (5.6-11). Mailboxes at a
    /// provider that everybody uses have only the provider in common.
    pub fn belongs_with(&self, others: &[Self]) -> bool {
        let is_within = |inner: &str, outer: &str| {
            inner == outer
                || inner
                    .strip_suffix(outer)
                    .is_some_and(|rest| rest.ends_with('.'))
        };
        others.iter().any(|other| {
            let (own, theirs) = (self.domain(), other.domain());
            self.mailbox() == other.mailbox()
                || (!is_shared(own)
                    && !is_shared(theirs)
                    && (is_within(own, theirs) || is_within(theirs, own)))
        })
    }

    /// The mailbox behind the address, as far as it can be told: most providers deliver `a+b` to `a`,
    /// Gmail reads no dots, and some have several domains.
    fn mailbox(&self) -> (String, &str) {
        let domain = self.domain();
        let domain = SAME_MAILBOX
            .iter()
            .find(|(other, _)| *other == domain)
            .map_or(domain, |(_, main)| main);
        let local = self.0.rsplit_once('@').map_or("", |(local, _)| local);
        let local = match local.split_once('+') {
            Some((name, _)) if !name.is_empty() => name,
            _ => local,
        };
        let local = match domain {
            "gmail.com" => local.replace('.', ""),
            _ => local.to_owned(),
        };
        (local, domain)
    }

    /// First letter and domain, for people who only need to recognise it: `i•••@firma.de`.
    pub fn masked(&self) -> String {
        let first = self.0.chars().next().unwrap_or('•');
        format!("{first}•••@{}", shown_domain(self.domain()))
    }
}

/// A domain in ASCII.
fn ascii_domain(domain: &str) -> Result<String, NoAddress> {
    if domain.is_ascii() {
        return Ok(domain.to_owned());
    }
    idna::domain_to_ascii_strict(domain).map_err(|_| NoAddress)
}

/// A domain in the letters people know it by. Only Latin ones: letters of other scripts look like
/// them, and the reader must be able to see the difference.
fn shown_domain(domain: &str) -> String {
    if !domain.contains("xn--") {
        return domain.to_owned();
    }
    let (shown, valid) = idna::domain_to_unicode(domain);
    let is_latin = |c: char| c.is_ascii() || matches!(c, '\u{DF}'..='\u{17F}');
    if valid.is_ok() && shown.chars().all(is_latin) {
        shown
    } else {
        domain.to_owned()
    }
}

/// A stored address as people write it; one that is none as it stands.
pub fn shown(text: &str) -> String {
    EmailAddress::parse(text).map_or_else(|_| text.to_owned(), |address| address.shown())
}

impl TryFrom<String> for EmailAddress {
    type Error = NoAddress;

    fn try_from(text: String) -> Result<Self, NoAddress> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn exactly_one_mailbox_is_accepted() {
        for good in [
            "info@firma.de",
            "a.b+c@sub.example.com",
            " Info@Firma.DE ",
            "x@xn--mnchen-3ya.de",
        ] {
            assert!(EmailAddress::parse(good).is_ok(), "{good}");
        }
        // S-21: nothing that could add a header, a recipient or a part
        for bad in [
            "=?utf-8?q?a?=@b.example",
            "",
            "a",
            "a@",
            "@b.de",
            "a@b",
            "a@b.de,c@d.de",
            "a@b.de;c@d.de",
            "A <a@b.de>",
            "a@b.de\r\nBcc: x@y.de",
            "a@b.de\0",
            "\"a b\"@c.de",
            "a@-b.de",
            "a@b..de",
            ".a@b.de",
            "a b@c.de",
            "a@b.123",
            "ä@firma.de",
        ] {
            assert_eq!(EmailAddress::parse(bad), Err(NoAddress), "{bad:?}");
        }
    }

    /// D6: umlauts in a domain are sent as servers know them and shown as people do.
    #[test]
    fn d6_a_domain_with_umlauts_is_sent_in_ascii_and_shown_as_written() {
        for (typed, sent, shown) in [
            (
                "info@bäckerei-özdemir.example",
                "",
                "info@bäckerei-özdemir.example",
            ),
            (
                " Info@MÜNCHEN.de",
                "info@xn--mnchen-3ya.de",
                "info@münchen.de",
            ),
            ("a@straße.de", "a@xn--strae-oqa.de", "a@straße.de"),
            ("x@xn--mnchen-3ya.de", "x@xn--mnchen-3ya.de", "x@münchen.de"),
            // Cyrillic letters that look like Latin ones stay what they are.
            ("a@аррlе.com", "", "a@xn--"),
            ("info@firma.de", "info@firma.de", "info@firma.de"),
        ] {
            let address = EmailAddress::parse(typed).unwrap();
            assert!(address.as_str().is_ascii());
            if !sent.is_empty() {
                assert_eq!(address.as_str(), sent, "{typed}");
            }
            assert!(
                address.shown().starts_with(shown),
                "{typed}: {}",
                address.shown()
            );
            assert_eq!(EmailAddress::parse(&address.shown()).as_ref(), Ok(&address));
            let again = EmailAddress::parse(address.as_str()).unwrap();
            assert_eq!(again, address, "what is stored is read back");
        }
        for bad in [
            "ö@firma.de",
            "a@.münchen.de",
            "a@mün chen.de",
            "a@-ü.de",
            "a@ü",
        ] {
            assert_eq!(EmailAddress::parse(bad), Err(NoAddress), "{bad}");
        }
    }

    /// 5.6-11: other spellings of a partner's mailbox are that mailbox.
    #[test]
    fn a_mailbox_at_a_shared_provider_is_known_by_all_its_names() {
        let address = |text: &str| EmailAddress::parse(text).unwrap();
        for (own, same) in [
            ("jana.weiss@gmx.de", "jana.weiss+avv@gmx.de"),
            ("jana.weiss@gmail.com", "janaweiss@gmail.com"),
            ("jana.weiss@gmail.com", "j.ana.weiss+1@GoogleMail.com"),
            ("jana@me.com", "jana@icloud.com"),
            ("jana@protonmail.com", "jana+x@pm.me"),
        ] {
            assert!(address(same).belongs_with(&[address(own)]), "{same}");
            assert!(address(own).belongs_with(&[address(same)]), "{own}");
        }
        for (own, other) in [
            ("jana.weiss@gmx.de", "janaweiss@gmx.de"),
            ("jana.weiss@gmx.de", "jana.weiss@web.de"),
            ("jana@gmail.com", "jan@gmail.com"),
        ] {
            assert!(!address(other).belongs_with(&[address(own)]), "{other}");
        }
    }

    #[test]
    fn a_masked_address_shows_one_letter_and_the_domain() {
        assert_eq!(
            EmailAddress::parse("info@oezdemir.example")
                .unwrap()
                .masked(),
            "i•••@oezdemir.example"
        );
    }
}
