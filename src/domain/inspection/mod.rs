//! How a portal is set up: what `avv-portal check` and the operator's set-up list look at, and how
//! it is judged. Finding it out is the business of `actions::inspection`.

mod names;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};

use super::case::check_clock;
pub use names::{Answers, Dkim, Dmarc, Spf, dkim, dmarc, dmarc_names, spf};

/// Less free space than this and the portal does not count as ready any more, in bytes.
pub const LEAST_SPACE: u64 = 50 * 1024 * 1024;
/// Less free space than this is worth a warning, in bytes.
pub const SCARCE_SPACE: u64 = 1_000_000_000;
/// Clocks that are kept by NTP are never so far apart.
const DRIFT: TimeDelta = TimeDelta::seconds(5);
/// From so long before its end on, a certificate is to be renewed, in days.
const RENEW_DAYS: i64 = 60;

/// How something that was found is to be taken, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Was not looked at, or could not be.
    NotChecked,
    /// As it should be.
    Good,
    /// It works, or may work, and the operator should look at it.
    Doubtful,
    /// Missing or unusable: the portal does not work, or not as it should.
    Wrong,
}

/// Something that was looked at, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A setting that is missing or unusable; the sentence names the variable.
    Fault(String),
    /// A variable that begins like the portal's own and is none.
    UnknownVariable(String),
    /// All settings can be used, for customers.
    Production,
    /// The same, for trying things out.
    Development,
    /// A portal for customers, which stands behind a proxy, is told of none.
    NoProxy,
    /// Whether there is a database.
    Database(Reached),
    /// The role that owns the tables cannot sign in there.
    OwnerAway(String),
    /// The replica for lists does not answer, and why.
    ReplicaAway(String),
    /// Whether the tables are those of this program.
    Schema(Schema),
    /// Whether the portal works as a role that could switch triggers off (A11).
    Role {
        /// Whether the role could do so, for instance because it owns the tables.
        owns_tables: bool,
    },
    /// Bytes that are free where the data directory is.
    Space(u64),
    /// How far the machine's clock is off the database's (F4).
    Clock(TimeDelta),
    /// Key and certificate of the seal.
    Seal(Seal),
    /// How far the way to the mail server is open.
    MailServer(MailWay),
    /// Which servers may send for the sender's domain.
    Spf(Spf),
    /// The key that receivers check the mail server's signature with.
    Dkim(Dkim),
    /// What receivers do with mails that only pretend to be from the domain.
    Dmarc(Dmarc),
    /// Whether a time stamp came.
    Stamp(Stamp),
    /// An issuer at which people sign in.
    Issuer {
        /// The variable with its address.
        variable: &'static str,
        /// Where it sends people back to.
        back: String,
        /// What is wrong with it.
        fault: Option<String>,
    },
    /// How far the way into the mailbox is open that is read for what comes back.
    Mailbox(MailboxWay),
    /// What needs the network was not looked at, because the caller did not want it.
    Offline,
}

/// Whether there is a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// The database answers under the address that is set.
    Answers {
        /// The portal's own, below the data directory.
        is_embedded: bool,
    },
    /// The portal's own was not made yet.
    NotMade,
    /// It cannot be reached, and why.
    Away(String),
}

/// Whether the tables are those of this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schema {
    /// No migration is missing, and none is unknown to this program.
    Current,
    /// So many migrations are missing.
    Behind(usize),
    /// This program cannot work with them, and why.
    Foreign(String),
}

/// Key and certificate of the seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seal {
    /// That of development; the first start makes it.
    NotMade,
    /// They cannot be used, and why.
    Unusable(String),
    /// They can; the certificate seals from the first to the last of these moments.
    Opens {
        /// The certificate is valid from this moment on.
        from: DateTime<Utc>,
        /// The certificate is valid up to this moment.
        until: DateTime<Utc>,
        /// The portal made it itself, for trying things out.
        is_of_development: bool,
        /// When it was looked at.
        now: DateTime<Utc>,
    },
}

/// How far the way to the mail server is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailWay {
    /// None is set; mails become files.
    NotSet,
    /// The address cannot be used, and why.
    Unusable(String),
    /// It would take a mail of the sender's.
    Open {
        /// Whether the way is encrypted.
        is_encrypted: bool,
        /// By what the portal signed in there, such as `XOAUTH2`; `None` if it did not.
        signed_in: Option<&'static str>,
    },
    /// It ends early.
    Closed {
        /// The step of the conversation that failed.
        at: MailStage,
        /// What went wrong at that step.
        why: MailFault,
    },
}

/// Where the dialogue with a mail server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailStage {
    /// Before anything was said.
    Connection,
    /// At `EHLO`.
    Greeting,
    /// At `STARTTLS`.
    Encryption,
    /// At `AUTH`, with a password.
    SignIn,
    /// At `AUTH XOAUTH2`.
    Token,
    /// Before `AUTH XOAUTH2`, because there was no token.
    NoToken,
    /// At `MAIL FROM`.
    Sender,
}

/// Why it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailFault {
    /// The server said no; only for now if the first digit is a four.
    Refused {
        /// The three digits.
        code: u16,
        /// Its words, without addresses.
        words: String,
    },
    /// It does not offer this.
    NotOffered(&'static str),
    /// There was no token to sign in with, and why.
    NoToken(String),
    /// What it said is no SMTP.
    Garbled,
    /// No encrypted connection came about.
    Tls(String),
    /// No connection came about, or it broke off.
    Broken(String),
    /// No answer came in time.
    Silent,
}

/// How far the way into the mailbox is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailboxWay {
    /// It can be read.
    Open {
        /// Whether the way is encrypted.
        is_encrypted: bool,
        /// By what the portal signed in there.
        signed_in: &'static str,
        /// Mails in it that were not read yet.
        unread: usize,
    },
    /// It cannot.
    Closed {
        /// The step that failed.
        at: MailboxStage,
        /// What went wrong at that step, in English.
        why: String,
    },
}

/// Where the dialogue with a mailbox ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailboxStage {
    /// Before anything was said.
    Connection,
    /// At the certificate, or at what comes before it.
    Encryption,
    /// There was no token to sign in with.
    NoToken,
    /// The server does not let the portal in.
    SignIn,
    /// The folder that is to be read.
    Folder,
    /// The folder for what was read, or how mails get there.
    Move,
    /// While it was being read.
    Dialogue,
}

/// Whether a time stamp came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stamp {
    /// No service is set, so none is wanted.
    NotSet,
    /// It came from whom this certificate names.
    Came(String),
    /// None came that is to be believed.
    None(String),
}

impl Finding {
    /// How it is to be taken.
    pub fn mark(&self) -> Mark {
        match self {
            Self::Offline => Mark::NotChecked,
            Self::Production => Mark::Good,
            Self::UnknownVariable(_) | Self::Development | Self::NoProxy => Mark::Doubtful,
            Self::Fault(_) | Self::OwnerAway(_) => Mark::Wrong,
            Self::ReplicaAway(_) => Mark::Doubtful,
            Self::Database(Reached::Answers { .. }) | Self::Schema(Schema::Current) => Mark::Good,
            Self::Database(_) | Self::Schema(_) => Mark::Wrong,
            Self::Role { owns_tables } => doubtful_if(*owns_tables),
            Self::Space(free) if *free < LEAST_SPACE => Mark::Wrong,
            Self::Space(free) => doubtful_if(*free < SCARCE_SPACE),
            Self::Clock(off) if is_refused(*off) => Mark::Wrong,
            Self::Clock(off) => doubtful_if(off.abs() > DRIFT),
            Self::Seal(seal) => seal.mark(),
            Self::MailServer(way) => way.mark(),
            Self::Spf(spf) => spf.mark(),
            Self::Dkim(dkim) => dkim.mark(),
            Self::Dmarc(dmarc) => dmarc.mark(),
            Self::Issuer { fault: None, .. } => Mark::Good,
            Self::Issuer { .. } => Mark::Wrong,
            Self::Mailbox(MailboxWay::Open { .. }) => Mark::Good,
            Self::Mailbox(MailboxWay::Closed { .. }) => Mark::Wrong,
            Self::Stamp(Stamp::NotSet) => Mark::NotChecked,
            Self::Stamp(Stamp::Came(_)) => Mark::Good,
            Self::Stamp(Stamp::None(_)) => Mark::Wrong,
        }
    }
}

/// The worst of all marks; what was not checked is nothing bad.
pub fn worst<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Mark {
    let marks = findings.into_iter().map(Finding::mark);
    marks.max().unwrap_or(Mark::NotChecked)
}

fn doubtful_if(is_doubtful: bool) -> Mark {
    if is_doubtful {
        Mark::Doubtful
    } else {
        Mark::Good
    }
}

/// Whether decisions are refused with clocks so far apart.
fn is_refused(off: TimeDelta) -> bool {
    let database = DateTime::UNIX_EPOCH;
    check_clock(database + off, database).is_err()
}

impl Seal {
    /// How it is to be taken.
    pub fn mark(&self) -> Mark {
        match *self {
            Self::NotMade => Mark::Doubtful,
            Self::Unusable(_) => Mark::Wrong,
            Self::Opens {
                from, until, now, ..
            } if now < from || until < now => Mark::Wrong,
            Self::Opens {
                is_of_development, ..
            } => doubtful_if(is_of_development || self.ends_soon()),
        }
    }

    /// Whether its certificate is to be renewed.
    pub fn ends_soon(&self) -> bool {
        matches!(self, Self::Opens { until, now, .. } if (*until - *now).num_days() < RENEW_DAYS)
    }
}

impl MailWay {
    fn mark(&self) -> Mark {
        match self {
            // Only a portal for trying things out starts without one.
            Self::NotSet => Mark::Doubtful,
            Self::Open { .. } => Mark::Good,
            Self::Closed {
                why: MailFault::Refused { code, .. },
                ..
            } if *code < 500 => Mark::Doubtful,
            Self::Unusable(_) | Self::Closed { .. } => Mark::Wrong,
        }
    }
}
