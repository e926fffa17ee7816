//! The handles every room gets: configuration, clock, database, mail transport, contract.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::clock::Clock;
use crate::config::Config;
use crate::contract::{Contracts, LastLook};
use crate::document::seal::Sealer;
use crate::domain::case::ClockFault;
use crate::domain::{AddressId, LinkId, Operator, PartnerId};
use crate::drafts::Drafts;
use crate::mail::pace::Pace;
use crate::mail::transport::Transport;
use crate::mail_token::TokenSource;
use crate::metrics::Metrics;
use crate::oidc::Issuers;
use crate::places::Places;
use crate::pulse::Pulse;
use crate::rates::Rates;
use crate::storage::catalogue::find_operator;
use crate::storage::db::{Db, DbError};
use crate::storage::feed::newest_position;
use crate::storage::partners::list_partner_names;
use crate::{paths, token};

/// Everything a request, a job or a command needs. Cheap to clone; nothing in it is state that
/// another process would miss.
#[derive(Clone)]
pub struct App {
    /// The settings, read from the environment at the start.
    pub config: Arc<Config>,
    /// The source of the current time.
    pub clock: Clock,
    /// The connection pools of the database.
    pub db: Db,
    /// How mails are sent: by SMTP, or into a folder or memory.
    pub transport: Transport,
    /// Where the tokens come from with which the portal signs in at mail servers, if it does.
    pub tokens: Option<TokenSource>,
    /// A cache of parsed contract versions.
    pub contracts: Contracts,
    /// What was found when the text in force was looked through last.
    pub last_look: LastLook,
    /// The key and certificate that documents are sealed with.
    pub sealer: Sealer,
    /// When each job of this process was last seen at work.
    pub pulse: Pulse,
    /// What this process counts for monitoring.
    pub metrics: Metrics,
    /// How fast mails to everybody leave for one domain.
    pub pace: Arc<Pace>,
    /// How many requests clients of the API make.
    pub rates: Rates,
    /// The limits for CPU work.
    pub places: Places,
    /// A cache of draft PDFs.
    pub drafts: Drafts,
    /// The line to issuers at which people sign in.
    pub issuers: Issuers,
    clock_fault: Arc<Mutex<Option<ClockFault>>>,
    operator: Remembered<Operator>,
    partners: Remembered<PartnerNames>,
    newest: Arc<tokio::sync::Mutex<Option<(Instant, i64)>>>,
}

/// A cached value with the moment at which it was read.
type Remembered<T> = Arc<Mutex<Option<(Instant, T)>>>;
/// All Mandanten by name.
type PartnerNames = Arc<Vec<(PartnerId, String)>>;

/// Maximum age of the provider's details on pages, and of the names in the operator's filter.
const SHOWN_AGE: Duration = Duration::from_secs(5);

impl App {
    /// Puts the handles together.
    pub fn new(
        config: Config,
        clock: Clock,
        db: Db,
        transport: Transport,
        contracts: Contracts,
        sealer: Sealer,
    ) -> Self {
        // The mail server and the mailbox share one source.
        let tokens = transport.tokens().cloned();
        let tokens = tokens.or_else(|| config.mail.oauth.clone().map(TokenSource::new));
        let pace = Arc::new(Pace::per_minute(config.mail.per_domain));
        Self {
            config: Arc::new(config),
            clock,
            db,
            transport,
            tokens,
            contracts,
            last_look: LastLook::default(),
            sealer,
            pulse: Pulse::default(),
            metrics: Metrics::default(),
            pace,
            rates: Rates::default(),
            places: Places::default(),
            drafts: Drafts::default(),
            issuers: Issuers::default(),
            clock_fault: Arc::default(),
            operator: Arc::default(),
            partners: Arc::default(),
            newest: Arc::default(),
        }
    }

    /// The provider for head and foot of a page, read at most every few seconds. Contracts and
    /// mails read it in their own transaction instead.
    pub async fn operator(&self) -> Result<Option<Operator>, DbError> {
        let cached = self.operator_cache().clone();
        if let Some((_, operator)) = cached.filter(|(read_at, _)| read_at.elapsed() < SHOWN_AGE) {
            return Ok(Some(operator));
        }
        let found: Option<Operator> = self
            .db
            .read(|conn| -> Result<_, DbError> { Ok(find_operator(conn)?) })
            .await?;
        *self.operator_cache() = found.clone().map(|operator| (Instant::now(), operator));
        Ok(found)
    }

    /// All Mandanten by name for the operator's filter, read at most every few seconds.
    pub async fn partner_names(&self) -> Result<PartnerNames, DbError> {
        let remembered = || self.partners.lock().unwrap_or_else(PoisonError::into_inner);
        let cached = remembered().clone();
        if let Some((_, names)) = cached.filter(|(read_at, _)| read_at.elapsed() < SHOWN_AGE) {
            return Ok(names);
        }
        let names: PartnerNames = Arc::new(
            self.db
                .read(|conn| -> Result<_, DbError> { Ok(list_partner_names(conn)?) })
                .await?,
        );
        *remembered() = Some((Instant::now(), Arc::clone(&names)));
        Ok(names)
    }

    /// Position of the newest event of the log, at most `age` old. However many ask at once, one query
    /// answers all of them.
    pub async fn newest_position(&self, age: Duration) -> Result<i64, DbError> {
        let mut newest = self.newest.lock().await;
        if let Some((_, position)) = newest.filter(|(read_at, _)| read_at.elapsed() < age) {
            return Ok(position);
        }
        let position = self
            .db
            .read(|conn| -> Result<_, DbError> { Ok(newest_position(conn)?) })
            .await?;
        *newest = Some((Instant::now(), position));
        Ok(position)
    }

    /// Empties the cache of the provider's details after they were changed.
    pub fn forget_operator(&self) {
        *self.operator_cache() = None;
    }

    fn operator_cache(&self) -> MutexGuard<'_, Option<(Instant, Operator)>> {
        self.operator.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers that something was refused because of this process's clock, until the alert was
    /// raised.
    pub fn note_clock_fault(&self, fault: ClockFault) {
        *self.clock_trouble() = Some(fault);
    }

    /// The last refusal because of the clock, if the alert was not raised yet.
    pub fn clock_fault(&self) -> Option<ClockFault> {
        *self.clock_trouble()
    }

    /// Forgets it after the alert was raised.
    pub fn forget_clock_fault(&self) {
        *self.clock_trouble() = None;
    }

    fn clock_trouble(&self) -> MutexGuard<'_, Option<ClockFault>> {
        self.clock_fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The portal's own address without a trailing slash. Links are never built from headers of a
    /// request (S-20).
    pub fn base_url(&self) -> &str {
        self.config.web.base_url.as_str().trim_end_matches('/')
    }

    /// The token of a consent link.
    pub fn consent_token(&self, link: LinkId) -> String {
        token::make(&self.config.keys, token::Purpose::Consent, link.0)
    }

    /// Full address of the link by which the former address stops one that a partner entered.
    pub fn address_url(&self, id: AddressId) -> String {
        let token = token::make(&self.config.keys, token::Purpose::Address, id.0);
        format!("{}{}", self.base_url(), paths::stop_address(&token))
    }

    /// Full address of a consent link, for its mail.
    pub fn consent_url(&self, link: LinkId) -> String {
        format!(
            "{}{}",
            self.base_url(),
            paths::consent(&self.consent_token(link))
        )
    }

    /// A Message-ID under the sender's own domain, without angle brackets (S-24).
    pub fn new_message_id(&self) -> String {
        format!(
            "{}@{}",
            Uuid::new_v4().simple(),
            self.config.mail.from.domain()
        )
    }
}
