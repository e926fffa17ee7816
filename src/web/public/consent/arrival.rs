//! A visitor opens a link: the customer, the language, and what every page of a link shows.

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

/// A visitor with a valid link of a customer that was not deleted.
pub struct Arrival {
    /// The link's token, which is used only in addresses of these pages.
    pub token: String,
    /// Id of the link.
    pub link: LinkId,
    /// The facts of the customer's case.
    pub case: Case,
    /// Language of the page: the one that is asked for, otherwise the customer's.
    pub language: Language,
    /// The moment of the request.
    pub now: DateTime<Utc>,
}

impl Arrival {
    /// Opens a token. Unknown, malformed and foreign ones all get the same answer (S-11), and a
    /// source that tries many of them has to wait (S-12).
    pub async fn open(
        app: &App,
        request: &HttpRequest,
        token: &str,
        wanted: Option<Language>,
    ) -> Result<Self, PageError> {
        let now = app.clock.now();
        if let Some(language) = wanted {
            // Error pages use the language that was chosen.
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
        // The links of a deleted customer are treated like unknown ones (5.5).
        if arrival.state().is_err() {
            return Err(unknown(app, request, now).await);
        }
        Ok(arrival)
    }

    /// What the link can be used for now.
    pub fn state(&self) -> Result<LinkState<'_>, PageError> {
        let (request, link) = self.case.link(self.link).ok_or(PageError::UnknownLink)?;
        link_state(&self.case, request, link, self.now).ok_or(PageError::UnknownLink)
    }

    /// Address of the link's own page, which explains its state.
    pub fn page(&self) -> String {
        self.keeping_language(paths::consent(&self.token))
    }

    /// An address of this link; keeps a language that differs from the customer's.
    pub fn keeping_language(&self, path: String) -> String {
        if self.language == self.case.customer.language {
            path
        } else {
            format!("{path}?sprache={}", self.language.code())
        }
    }

    /// The layout of a page at `path`, with the language switch.
    pub async fn shell(&self, app: &App, path: &str) -> Result<PublicShell, PageError> {
        Ok(PublicShell::load(app, self.language)
            .await?
            .with_switch(path))
    }

    /// What every page of the link shows.
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

/// What every page of a link shows: the company it is for, and who can help (S-14: no more than
/// that).
pub struct About {
    /// Name of the customer.
    pub company: String,
    /// The e-mail address in the master data, masked.
    pub masked: Option<String>,
    /// Name and city of the partner.
    pub partner: Option<String>,
    /// Name and city of the sub-partner.
    pub sub_partner: Option<String>,
    /// The operator's phone number for a `tel:` link.
    pub phone_link: String,
    /// Address of the link's own page.
    pub page: String,
    /// Address to which the form of that page is posted.
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
