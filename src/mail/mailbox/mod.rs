//! The mailbox into which delivery reports and answers come, for providers that give no other way to
//! them (EV-06, C9): read over IMAP. A mail is fetched without being marked; only what was done with
//! leaves the mails that are still to be read, so one that a dying process had fetched comes again.

mod line;

use std::num::NonZeroU32;

use imap_codec::imap_types::auth::AuthMechanism;
use imap_codec::imap_types::command::CommandBody;
use imap_codec::imap_types::core::Vec1;
use imap_codec::imap_types::fetch::{
    MacroOrMessageDataItemNames, MessageDataItem, MessageDataItemName,
};
use imap_codec::imap_types::flag::{Flag, StoreResponse, StoreType};
use imap_codec::imap_types::mailbox::Mailbox as Folder;
use imap_codec::imap_types::response::Data;
use imap_codec::imap_types::search::SearchKey;
use imap_codec::imap_types::status::StatusDataItemName;
use secrecy::{ExposeSecret as _, SecretString};

use super::bounce::LARGEST;
use super::transport::tidy;
use crate::config::{AfterReading, MailboxConfig};
use crate::domain::inspection::{MailboxStage, MailboxWay};
use crate::mail_token::TokenSource;
use line::{ImapLine, LineFault};

/// By what a mail is known in the folder.
pub type Uid = NonZeroU32;

/// Why the mailbox cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct MailboxFault {
    /// The step that failed.
    pub at: MailboxStage,
    /// What happened, in English, with addresses masked and without secrets (S-82).
    pub why: String,
}

/// An open mailbox.
pub struct Mailbox {
    line: ImapLine,
    after: AfterReading,
    /// Whether one mail alone can be taken out of the folder.
    removes_one: bool,
    signed_in: &'static str,
}

/// What is done with the folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Its mails are read and marked.
    Read,
    /// Nothing is changed.
    Look,
}

impl Mailbox {
    /// Signs in and opens the folder. Blocks, each answer for at most 30 seconds.
    ///
    /// # Errors
    /// [`MailboxFault`] if it cannot be opened, or what was read could not be put where it belongs.
    pub fn open(
        config: &MailboxConfig,
        tokens: Option<&TokenSource>,
    ) -> Result<Self, MailboxFault> {
        Self::open_for(Purpose::Read, config, tokens)
    }

    fn open_for(
        purpose: Purpose,
        config: &MailboxConfig,
        tokens: Option<&TokenSource>,
    ) -> Result<Self, MailboxFault> {
        let (mut line, signed_in) = enter(config, tokens, true)?;
        let offers = line.offers().map_err(at(MailboxStage::Dialogue))?;
        let offers = |what: &str| offers.iter().any(|one| one == what);
        if let AfterReading::Move(to) = &config.after {
            if !offers("MOVE") {
                return Err(fault(
                    MailboxStage::Move,
                    "it does not offer MOVE".to_owned(),
                ));
            }
            let look = CommandBody::Status {
                mailbox: folder(to, MailboxStage::Move)?,
                item_names: vec![StatusDataItemName::UidNext].into(),
            };
            line.run(look, &mut |_| {})
                .map_err(at(MailboxStage::Move))?;
        }
        let name = folder(&config.folder, MailboxStage::Folder)?;
        let open = match purpose {
            Purpose::Read => CommandBody::select(name),
            Purpose::Look => CommandBody::examine(name),
        };
        let Ok(open) = open;
        line.run(open, &mut |_| {})
            .map_err(at(MailboxStage::Folder))?;
        let removes_one = offers("UIDPLUS");
        Ok(Self {
            line,
            after: config.after.clone(),
            removes_one,
            signed_in,
        })
    }

    /// The mails that were not read yet, the oldest first.
    ///
    /// # Errors
    /// [`MailboxFault`].
    pub fn unread(&mut self) -> Result<Vec<Uid>, MailboxFault> {
        let criteria = Vec1::try_from(vec![SearchKey::Unseen, SearchKey::Undeleted])
            .unwrap_or_else(|_| SearchKey::Unseen.into());
        let search = CommandBody::search(None, criteria, true);
        let mut found = Vec::new();
        self.run(search, &mut |data| {
            if let Data::Search(uids) = data {
                found.extend(uids);
            }
        })?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// The first [`LARGEST`] bytes of a mail, which stays as it is; `None` if it is gone.
    ///
    /// # Errors
    /// [`MailboxFault`].
    pub fn fetch(&mut self, uid: Uid) -> Result<Option<Vec<u8>>, MailboxFault> {
        let most = u32::try_from(LARGEST).ok().and_then(NonZeroU32::new);
        let wanted = MessageDataItemName::BodyExt {
            section: None,
            partial: most.map(|most| (0, most)),
            peek: true,
        };
        let items = MacroOrMessageDataItemNames::MessageDataItemNames(vec![
            MessageDataItemName::Uid,
            wanted,
        ]);
        let Ok(fetch) = CommandBody::fetch(uid, items, true);
        let mut mail = None;
        self.run(fetch, &mut |data| {
            let Data::Fetch { items, .. } = data else {
                return;
            };
            let is_other = |item: &MessageDataItem<'_>| matches!(item, MessageDataItem::Uid(other) if *other != uid);
            if items.as_ref().iter().any(is_other) {
                return;
            }
            for item in items.as_ref() {
                if let MessageDataItem::BodyExt { data, section: None, .. } = item {
                    let mut bytes = data.clone().into_option().unwrap_or_default().into_owned();
                    bytes.truncate(LARGEST);
                    mail = Some(bytes);
                }
            }
        })?;
        Ok(mail)
    }

    /// Does with a mail what is to be done when it was understood.
    ///
    /// # Errors
    /// [`MailboxFault`]; the mail may then be among the unread ones again.
    pub fn put_away(&mut self, uid: Uid) -> Result<(), MailboxFault> {
        match self.after.clone() {
            AfterReading::Keep => self.mark(uid, vec![Flag::Seen]),
            AfterReading::Delete => {
                self.mark(uid, vec![Flag::Seen, Flag::Deleted])?;
                // Without it the server empties the folder of such mails at a time of its own.
                if self.removes_one {
                    let sequence_set = uid.into();
                    self.run(CommandBody::ExpungeUid { sequence_set }, &mut |_| {})?;
                }
                Ok(())
            }
            AfterReading::Move(to) => {
                self.mark(uid, vec![Flag::Seen])?;
                let there = CommandBody::Move {
                    sequence_set: uid.into(),
                    mailbox: folder(&to, MailboxStage::Move)?,
                    uid: true,
                };
                self.run(there, &mut |_| {})
            }
        }
    }

    /// Leaves a mail that was not understood where it is, read and flagged, for a person to look at.
    ///
    /// # Errors
    /// As [`Mailbox::put_away`].
    pub fn leave_to_people(&mut self, uid: Uid) -> Result<(), MailboxFault> {
        self.mark(uid, vec![Flag::Seen, Flag::Flagged])
    }

    /// Says goodbye. What the server says to it does not matter.
    pub fn close(mut self) {
        self.line.run(CommandBody::Logout, &mut |_| {}).ok();
    }

    fn mark(&mut self, uid: Uid, flags: Vec<Flag<'static>>) -> Result<(), MailboxFault> {
        let (kind, answer) = (StoreType::Add, StoreResponse::Silent);
        let Ok(store) = CommandBody::store(uid, kind, answer, flags, true);
        self.run(store, &mut |_| {})
    }

    fn run(
        &mut self,
        body: CommandBody<'static>,
        take: &mut dyn FnMut(&Data<'_>),
    ) -> Result<(), MailboxFault> {
        self.line
            .run(body, take)
            .map_err(at(MailboxStage::Dialogue))
    }
}

/// Goes the way into the mailbox and looks how much is to be read; changes nothing.
pub fn try_way(config: &MailboxConfig, tokens: Option<&TokenSource>) -> MailboxWay {
    let looked = Mailbox::open_for(Purpose::Look, config, tokens).and_then(|mut mailbox| {
        let unread = mailbox.unread()?.len();
        let signed_in = mailbox.signed_in;
        mailbox.close();
        Ok((signed_in, unread))
    });
    match looked {
        Ok((signed_in, unread)) => MailboxWay::Open {
            is_encrypted: config.is_encrypted,
            signed_in,
            unread,
        },
        Err(MailboxFault { at, why }) => MailboxWay::Closed { at, why },
    }
}

/// Connects and signs in, and says by what. A token that was in use for a while and is not taken any
/// more is fetched anew `once`.
fn enter(
    config: &MailboxConfig,
    tokens: Option<&TokenSource>,
    once: bool,
) -> Result<(ImapLine, &'static str), MailboxFault> {
    let mut line = ImapLine::open(config).map_err(at(MailboxStage::Connection))?;
    let offers = line.offers().map_err(at(MailboxStage::Connection))?;
    let offers = |what: &str| offers.iter().any(|one| one == what);
    let refused = at(MailboxStage::SignIn);
    let user = config.user.as_str();
    match (&config.password, tokens) {
        (Some(password), _) if offers("AUTH=PLAIN") => {
            let said = SecretString::from(format!("\0{user}\0{}", password.expose_secret()));
            line.authenticate(AuthMechanism::Plain, &said)
                .map_err(refused)?;
            Ok((line, "PLAIN"))
        }
        (Some(password), _) if !offers("LOGINDISABLED") => {
            let (user, password) = (user.to_owned(), password.expose_secret().to_owned());
            let login = CommandBody::login(user, password);
            let login = login.map_err(|_| refused(LineFault::Garbled))?;
            line.run(login, &mut |_| {}).map_err(refused)?;
            Ok((line, "LOGIN"))
        }
        (Some(_), _) => Err(fault(
            MailboxStage::SignIn,
            "it does not take passwords".to_owned(),
        )),
        (None, _) if !offers("AUTH=XOAUTH2") => Err(fault(
            MailboxStage::SignIn,
            "it does not offer AUTH=XOAUTH2".to_owned(),
        )),
        (None, None) => Err(fault(
            MailboxStage::NoToken,
            "no token endpoint is set".to_owned(),
        )),
        (None, Some(tokens)) => {
            let token = tokens
                .token()
                .map_err(|why| fault(MailboxStage::NoToken, tidy(&why.to_string())))?;
            match line.authenticate(AuthMechanism::XOAuth2, &token.xoauth2(user)) {
                Ok(()) => Ok((line, "XOAUTH2")),
                Err(LineFault::Refused(words)) => {
                    if tokens.was_refused(&token) && once {
                        return enter(config, Some(tokens), false);
                    }
                    Err(refused(LineFault::Refused(token.hidden_in(&words))))
                }
                Err(other) => Err(refused(other)),
            }
        }
    }
}

fn folder(name: &str, stage: MailboxStage) -> Result<Folder<'static>, MailboxFault> {
    Folder::try_from(name.to_owned()).map_err(|_| fault(stage, "no name of a folder".to_owned()))
}

fn fault(at: MailboxStage, why: String) -> MailboxFault {
    MailboxFault { at, why }
}

/// What a fault at this step means.
fn at(stage: MailboxStage) -> impl Fn(LineFault) -> MailboxFault {
    move |line_fault| match line_fault {
        LineFault::Refused(words) => fault(stage, tidy(&format!("it said {words}"))),
        LineFault::Garbled => fault(stage, "what it said is no IMAP".to_owned()),
        LineFault::TooLong => fault(stage, "no answer in time".to_owned()),
        LineFault::Tls(why) => fault(
            MailboxStage::Encryption,
            tidy(&format!("no encrypted connection, {why}")),
        ),
        LineFault::Broken(error) => fault(stage, tidy(&format!("no connection, {error}"))),
    }
}
