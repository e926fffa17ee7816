//! What can be found out only by asking others: mail server, names, time-stamp service.

use chrono::{DateTime, Utc};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use secrecy::ExposeSecret as _;

use crate::authority;
use crate::config::{IssuerConfig, MailConfig, SealConfig, WebConfig};
use crate::dns::Resolvers;
use crate::document::seal::{Certificates, Terms, read_reply, request};
use crate::domain::inspection::{
    Answers, Finding, MailWay, MailboxWay, Stamp, dkim, dmarc, dmarc_names, spf,
};
use crate::mail::test_mail::try_way;
use crate::mail::{Transport, mailbox};
use crate::mail_token::TokenSource;
use crate::oidc::Issuers;
use crate::paths;

/// Goes the way of a mail up to where a recipient would be named; nothing is sent.
pub fn mail_server(mail: &MailConfig, web: Option<&WebConfig>) -> MailWay {
    let Some(url) = &mail.smtp_url else {
        return MailWay::NotSet;
    };
    let hello = web.and_then(|web| web.base_url.host_str());
    let (hello, tokens) = (hello.unwrap_or_default(), mail.smtp_tokens());
    match Transport::smtp_with(url.expose_secret(), 1, hello, tokens.as_ref()) {
        Ok(transport) => try_way(&transport, &mail.from),
        Err(error) => MailWay::Unusable(error.to_string()),
    }
}

/// Goes the way into the mailbox of what comes back, if one is set, and looks how much is to be read.
pub fn mailbox(mail: &MailConfig) -> Option<MailboxWay> {
    let config = mail.mailbox.as_ref()?;
    let tokens = mail.oauth.clone().map(TokenSource::new);
    Some(mailbox::try_way(config, tokens.as_ref()))
}

/// What the sender's domain says about its mails (S-25). Where no resolver answers the first
/// question, the others are not asked.
pub fn sender_names(mail: &MailConfig, resolvers: &Resolvers) -> Vec<Finding> {
    let domain = mail.from.domain();
    let selector = mail.dkim_selector.as_deref();
    let own: Answers = resolvers.texts(domain).ok();
    let look = |name: String| -> Answers { own.as_ref().and_then(|_| resolvers.texts(&name).ok()) };
    let key = selector.and_then(|selector| look(format!("{selector}._domainkey.{domain}")));
    let mut policy: Answers = None;
    for name in dmarc_names(domain) {
        policy = look(name);
        if policy.as_ref().is_none_or(|texts| !texts.is_empty()) {
            break;
        }
    }
    names(selector, &own, &key, &policy)
}

/// The same where no resolver could be asked.
pub fn unknown_names(mail: &MailConfig) -> Vec<Finding> {
    names(mail.dkim_selector.as_deref(), &None, &None, &None)
}

fn names(selector: Option<&str>, own: &Answers, key: &Answers, policy: &Answers) -> Vec<Finding> {
    vec![
        Finding::Spf(spf(own)),
        Finding::Dkim(dkim(selector, key)),
        Finding::Dmarc(dmarc(policy)),
    ]
}

/// Asks an issuer what it is and with what it signs. Blocks for some seconds at most.
pub fn issuer(issuer: &IssuerConfig, web: Option<&WebConfig>) -> Finding {
    let asked = || -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(runtime.block_on(Issuers::default().inspect(issuer))?)
    };
    let home = web.map_or("", |web| web.base_url.as_str().trim_end_matches('/'));
    Finding::Issuer {
        variable: issuer.variable(),
        back: format!("{home}{}", paths::back_from(issuer.number)),
        fault: asked().err().map(|error| format!("{error:#}")),
    }
}

/// Asks for one time stamp, over data that belongs to no agreement.
pub fn stamp(seal: &SealConfig, now: DateTime<Utc>) -> Stamp {
    let Some(service) = &seal.authority else {
        return Stamp::NotSet;
    };
    let asked = || -> anyhow::Result<String> {
        let (mut value, mut nonce) = ([0; 32], [0; 8]);
        OsRng.try_fill_bytes(&mut value)?;
        OsRng.try_fill_bytes(&mut nonce)?;
        let pinned = Certificates::of_authority(seal)?;
        let terms = Terms {
            asked_at: now,
            // How far clocks may differ is the business of `asked_at`.
            concluded_at: DateTime::UNIX_EPOCH,
            pinned: pinned.as_ref(),
        };
        let reply = authority::ask(service, request(&value, &nonce)?)?;
        Ok(read_reply(&reply, &value, &nonce, terms)?.source)
    };
    asked().map_or_else(|error| Stamp::None(format!("{error:#}")), Stamp::Came)
}
