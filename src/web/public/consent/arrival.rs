//! Somebody arrives by a link: which customer, which language, and what every page of a link says.

use actix_web::{HttpMessage as _, HttpRequest};
use chrono::{DateTime, Utc};

use crate::actions::ActionError;
use crate::actions::consent::find_by_link;
use crate::app::App;
use crate::domain::case::{Case, LinkState, link_state};
use crate::domain::{Language, LinkId, Party};
use crate::paths;
use crate::token::{self, Purpose};
use crate::web::kit::error::PageError;
use crate::web::kit::page::PublicShell;
use crate::web::kit::unknown_link::unknown;

/// Somebody who came by a genuine link of a customer that is still there.
pub struct Arrival {
    /// The link's token; goes into addresses of these pages and nowhere else.
    pub token: String,
    /// The link.
    pub link: LinkId,
    /// The facts behind it.
    pub case: Case,
    /// Language of the page: as asked for, else the customer's.
    pub language: Language,
    /// When.
    pub now: DateTime<Utc>,
}

impl Arrival {
    /// Opens a token. Unknown, malformed and foreign ones all get the same answer (S-11), and whoever
    /// tries many of them has to wait (S-12).
    pub async fn open(
        app: &App,
        request: &HttpRequest,
        token: &str,
        wanted: Option<Language>,
    ) -> Result<Self, PageError> {
        let now = app.clock.now();
        if let Some(language) = wanted {
            // Error pages speak the language that was chosen.
            request.extensions_mut().insert(language);
        }
        let Some(id) = token::open(&app.config.keys, Purpose::Consent, token) else {
            return Err(unknown(app, request, now).await);
        };
        let (link, reader) = (LinkId(id), app.clone());
        let found = app
            .db
            .read(move |conn| find_by_link(conn, &reader, link))
            .await;
        let case = match found {
            Ok(case) => case,
            Err(ActionError::NotFound) => return Err(unknown(app, request, now).await),
            Err(error) => return Err(error.into()),
        };
        let arrival = Self {
            token: token::tidy(token),
            link,
            language: wanted.unwrap_or(case.customer.language),
            case,
            now,
        };
        request.extensions_mut().insert(arrival.language);
        // A deleted customer leaves no trace behind its links (5.5).
        if arrival.state().is_err() {
            return Err(unknown(app, request, now).await);
        }
        Ok(arrival)
    }

    /// What the link is good for now.
    pub fn state(&self) -> Result<LinkState<'_>, PageError> {
        let (request, link) = self.case.link(self.link).ok_or(PageError::UnknownLink)?;
        link_state(&self.case, request, link, self.now).ok_or(PageError::UnknownLink)
    }

    /// The link's own page, which explains whatever state it is in.
    pub fn page(&self) -> String {
        self.keeping_language(paths::consent(&self.token))
    }

    /// An address of this link that keeps a language other than the customer's.
    pub fn keeping_language(&self, path: String) -> String {
        if self.language == self.case.customer.language {
            path
        } else {
            format!("{path}?sprache={}", self.language.code())
        }
    }

    /// The frame of a page at `path`, with the language switch.
    pub async fn shell(&self, app: &App, path: &str) -> Result<PublicShell, PageError> {
        Ok(PublicShell::load(app, self.language)
            .await?
            .with_switch(path))
    }

    /// What every page of the link says.
    pub fn about(&self, shell: &PublicShell) -> About {
        let case = &self.case;
        About {
            company: case.customer.party.name.clone(),
            masked: case.customer.email().map(|email| email.masked()),
            partner: case.partner.as_ref().map(|it| with_city(&it.party)),
            sub_partner: case.sub_partner.as_ref().map(|it| with_city(&it.party)),
            phone_link: shell.operator.party.phone_link(),
            page: self.page(),
            action: paths::consent(&self.token),
            code: self.language.code(),
        }
    }
}

/// What every page of a link says: whom it is for, and who helps (S-14: no more than that).
pub struct About {
    /// The customer.
    pub company: String,
    /// The master-data address, masked.
    pub masked: Option<String>,
    /// The partner with its city.
    pub partner: Option<String>,
    /// The sub-partner with its city.
    pub sub_partner: Option<String>,
    /// The operator's phone number for a `tel:` link.
    pub phone_link: String,
    /// Address of the link's own page.
    pub page: String,
    /// Where the form of that page is posted.
    pub action: String,
    /// Language code of the page, for hidden fields.
    pub code: &'static str,
}

fn with_city(party: &Party) -> String {
    if party.city.is_empty() {
        party.name.clone()
    } else {
        format!("{}, {}", party.name, party.city)
    }
}
