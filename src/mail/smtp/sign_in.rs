//! Signing in at a mail server: with a password (AUTH PLAIN or LOGIN) or with a token (AUTH XOAUTH2).

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};

use super::{Connection, Fault, Reply, Route, Wanted, Watch, accepted, may_begin, told};
use crate::mail::test_mail::Speaker;
use crate::mail_token::{Token, TokenSource};

/// Who signs in, and with what.
#[derive(Clone)]
pub(in crate::mail) enum Credentials {
    /// A user with a password.
    Password(String, SecretString),
    /// A user with a token of this source.
    Token(String, TokenSource),
}

/// Why signing in failed.
pub(super) enum Refusal {
    /// The token, which was in use for a while, is not taken any more: another one may be.
    Stale(Reply),
    /// For any other reason.
    Final(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Final(fault)
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self::Final(error.into())
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Stale(reply) => Self::TokenRefused(reply),
            Refusal::Final(fault) => fault,
        }
    }
}

impl Connection {
    /// Signs in as the route says, if it does.
    pub(super) fn sign_in(&mut self, route: &Route, watch: Watch<'_>) -> Result<(), Refusal> {
        match &route.credentials {
            Some(credentials) => self.sign_in_as(credentials, watch),
            None => Ok(()),
        }
    }

    pub(super) fn sign_in_as(
        &mut self,
        credentials: &Credentials,
        watch: Watch<'_>,
    ) -> Result<(), Refusal> {
        match credentials {
            Credentials::Password(user, password) => {
                Ok(self.with_password(user, password.expose_secret(), watch)?)
            }
            Credentials::Token(user, tokens) => self.with_token(user, tokens, watch),
        }
    }

    fn offers(&self, kind: &str) -> bool {
        let mut auth = self.offers.iter().filter_map(|it| it.strip_prefix("AUTH"));
        auth.any(|kinds| kinds.split([' ', '=']).any(|offered| offered == kind))
    }

    fn with_password(&mut self, user: &str, password: &str, watch: Watch<'_>) -> Result<(), Fault> {
        let (mechanism, answers) = if self.offers("PLAIN") {
            let coded = STANDARD.encode(format!("\0{user}\0{password}"));
            ("PLAIN", vec![format!("AUTH PLAIN {coded}")])
        } else if self.offers("LOGIN") {
            let [user, password] = [user, password].map(|one| STANDARD.encode(one));
            ("LOGIN", vec!["AUTH LOGIN".to_owned(), user, password])
        } else {
            return Err(Fault::Unfit(Wanted::SignIn));
        };
        may_begin(watch)?;
        watch.add(Speaker::Portal, &announced(mechanism));
        let (last, before) = answers.split_last().ok_or(Fault::Garbled)?;
        for answer in before {
            self.write(format!("{answer}\r\n").as_bytes())?;
            accepted(self.read_reply()?, Watch::default())?;
        }
        self.write(format!("{last}\r\n").as_bytes())?;
        accepted(self.read_reply()?, watch)?;
        self.mechanism = Some(mechanism);
        Ok(())
    }

    /// The token is too long for a line with a command (RFC 4954, 4), so it follows when the server has
    /// asked for it. A server that does not take it may say why in another question, which wants an
    /// empty answer before the refusal comes.
    fn with_token(
        &mut self,
        user: &str,
        tokens: &TokenSource,
        watch: Watch<'_>,
    ) -> Result<(), Refusal> {
        if !self.offers("XOAUTH2") {
            return Err(Fault::Unfit(Wanted::Xoauth2).into());
        }
        may_begin(watch)?;
        let token = tokens.token().map_err(Fault::NoToken)?;
        watch.add(Speaker::Portal, &announced("XOAUTH2"));
        self.write(b"AUTH XOAUTH2\r\n")?;
        let asked = accepted(self.read_reply()?, Watch::default())?;
        if asked.code != 334 {
            return Err(Fault::Garbled.into());
        }
        let coded = STANDARD.encode(token.xoauth2(user).expose_secret());
        self.write(format!("{coded}\r\n").as_bytes())?;
        let mut reply = without(&token, &coded, self.read_reply()?);
        if reply.code == 334 {
            let why = token.hidden_in(&reason_in(&reply.words()));
            watch.add(
                Speaker::Remark,
                &format!("Der Mailserver nimmt das Token nicht an: {why}"),
            );
            self.write(b"\r\n")?;
            reply = without(&token, &coded, self.read_reply()?);
        }
        told(&reply, watch);
        match reply.code {
            235 => {
                self.mechanism = Some("XOAUTH2");
                Ok(())
            }
            // The only refusal that speaks of the token (RFC 4954, 6); another one is of the moment or
            // of the server.
            535 if tokens.was_refused(&token) => Err(Refusal::Stale(reply)),
            535 => Err(Fault::TokenRefused(reply).into()),
            400.. => Err(Fault::Refused(reply).into()),
            _ => Err(Fault::Garbled.into()),
        }
    }
}

fn announced(mechanism: &str) -> String {
    format!("AUTH {mechanism} (Zugangsdaten ausgeblendet)")
}

/// A server that repeats what it was told must not bring a token into a log.
fn without(token: &Token, coded: &str, reply: Reply) -> Reply {
    let lines = reply.lines.iter();
    Reply {
        code: reply.code,
        lines: lines
            .map(|line| token.hidden_in(line).replace(coded, "…"))
            .collect(),
    }
}

/// What stands in the question with which a server gives its reason: JSON, coded.
fn reason_in(coded: &str) -> String {
    let decoded = STANDARD.decode(coded.trim()).ok();
    let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    text.unwrap_or_else(|| "ohne lesbaren Grund".to_owned())
}
