//! Composing a queued mail: its recipient, and its values from the present facts. Each group of
//! mails has a file of its own, whose `letter` handles its kinds.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::{agreements, changes, notes, operator, partners, requests, users};
use crate::actions::ActionError;
use crate::app::App;
use crate::domain::case::{Agreement, Case, Covered};
use crate::domain::mail::{Group, Recipient};
use crate::domain::{CustomerNumber, EmailAddress, Language, Operator};
use crate::mail::{AgreementWords, CaseWords, MailBody, MailInput};
use crate::storage::branding::find_logo_png;
use crate::storage::mails::DueMail;
use crate::storage::users::find_viewer;
use crate::storage::{PgConnection, QueryResult, cases, catalogue};

/// Why a mail is not sent, in the words of the operator's list.
pub(super) enum Obstacle {
    Dropped(&'static str),
    Failed(ActionError),
}

impl<E: Into<ActionError>> From<E> for Obstacle {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Everything a mail can be composed from.
pub(super) struct Facts<'a> {
    pub(super) app: &'a App,
    pub(super) mail: &'a DueMail,
    pub(super) operator: Operator,
    case: Option<Case>,
    pub(super) now: DateTime<Utc>,
}

/// The address, and the body of the mail.
pub(super) type Addressed = (EmailAddress, Box<dyn MailBody>);

impl Facts<'_> {
    /// The case it is about.
    pub(super) fn case(&self) -> Result<&Case, Obstacle> {
        let case = self.case.as_ref();
        case.ok_or(Obstacle::Dropped("der Kunde nicht mehr da ist"))
    }

    /// The customer's address, for mails that are only sent to the customer.
    pub(super) fn customer_address(&self) -> Result<EmailAddress, Obstacle> {
        if self.mail.to != Recipient::Customer {
            return Err(self.misdirected());
        }
        let address = self.case()?.customer.email().cloned();
        address.ok_or(Obstacle::Dropped("der Kunde keine E-Mail-Adresse hat"))
    }

    /// The obstacle for a mail with a recipient that its kind does not allow.
    pub(super) fn misdirected(&self) -> Obstacle {
        Obstacle::Dropped(match self.mail.to {
            Recipient::Customer => "diese Nachricht nicht an Kunden geht",
            Recipient::Partner(_) => "diese Nachricht nicht an Partner geht",
            Recipient::FormerAddress => "diese Nachricht nicht an eine frühere Adresse geht",
            Recipient::User(_) => "diese Nachricht nicht an Benutzer geht",
            Recipient::Operator => "diese Nachricht nicht an den Betreiber geht",
            Recipient::Auditors => "diese Nachricht nicht an die Revision geht",
        })
    }

    /// A page's path as a complete URL.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.app.base_url())
    }
}

/// What every mail has: who writes, and the logo.
#[derive(Clone)]
pub(super) struct Sender {
    operator: Operator,
    logo: Option<Vec<u8>>,
}

/// The sender; `None` until the operator's details are entered.
pub(super) fn find_sender(conn: &mut PgConnection) -> QueryResult<Option<Sender>> {
    let Some(operator) = catalogue::find_operator(conn)? else {
        return Ok(None);
    };
    let logo = match operator.branding.logo {
        Some(_) => find_logo_png(conn)?,
        None => None,
    };
    Ok(Some(Sender { operator, logo }))
}

/// The cases these mails are about, read together.
pub(super) fn find_cases(
    conn: &mut PgConnection,
    mails: &[DueMail],
    now: DateTime<Utc>,
) -> QueryResult<HashMap<CustomerNumber, Case>> {
    let numbers: BTreeSet<CustomerNumber> = mails.iter().filter_map(|mail| mail.customer).collect();
    let numbers: Vec<CustomerNumber> = numbers.into_iter().collect();
    let cases = match numbers.as_slice() {
        [] => Vec::new(),
        numbers => cases::find_cases(conn, numbers, now)?,
    };
    Ok(cases
        .into_iter()
        .map(|case| (case.customer.number, case))
        .collect())
}

/// Composes the mail from the present facts; addresses are read now, too (L-08).
pub(super) fn compose(
    conn: &mut PgConnection,
    app: &App,
    Sender { operator, logo }: Sender,
    (mail, case): (&DueMail, Option<Case>),
    now: DateTime<Utc>,
) -> Result<(EmailAddress, MailInput), Obstacle> {
    let facts = Facts {
        app,
        mail,
        operator,
        case,
        now,
    };
    let letter = match mail.kind.spec().group {
        Group::Requests => requests::letter,
        Group::Agreements => agreements::letter,
        Group::Notes => notes::letter,
        Group::Changes => changes::letter,
        Group::Partners => partners::letter,
        Group::Operator => operator::letter,
        Group::Users => users::letter,
    };
    let (address, body) = letter(conn, &facts)?;
    let language = match (mail.to, &facts.case) {
        (Recipient::Customer | Recipient::FormerAddress, Some(case)) => case.customer.language,
        (Recipient::User(id), _) => {
            find_viewer(conn, id)?.map_or(Language::De, |viewer| viewer.language)
        }
        _ => Language::De,
    };
    let input = MailInput {
        language,
        operator: facts.operator,
        logo,
        base_url: app.base_url().to_owned(),
        body,
    };
    Ok((address, input))
}

/// Names in the reader's language: of the products the offer covers, or that the agreement covered.
pub(super) fn words(case: &Case, language: Language, now: DateTime<Utc>) -> CaseWords {
    let covered = case
        .offer(now)
        .map(|offer| offer.products)
        .or_else(|| {
            case.agreements
                .last()
                .map(|agreement| agreement.offer.products.clone())
        })
        .unwrap_or_default();
    let is_demanded = case
        .requests
        .last()
        .is_some_and(|last| last.reason.is_demand());
    CaseWords {
        anew: is_demanded && case.is_covered(now),
        ..words_of(case, &covered, language)
    }
}

/// The same about given products, for mails that ask for nothing.
pub(super) fn words_of(case: &Case, covered: &BTreeSet<Covered>, language: Language) -> CaseWords {
    let products = case
        .catalogue
        .iter()
        .flat_map(|product| covered.iter().filter(|one| one.product == product.code))
        .map(|one| case.covered_name(one).say(language).to_owned())
        .collect();
    let in_force = case.agreement().is_some();
    CaseWords {
        customer: case.customer.party.clone(),
        customer_number: case.customer.number,
        partner: case
            .partner
            .as_ref()
            .map(|partner| partner.party.name.clone()),
        sub_partner: case.sub_partner.as_ref().map(|sub| sub.party.name.clone()),
        products,
        in_force,
        renewal: in_force && !case.chain_matches(),
        anew: false,
    }
}

pub(super) fn agreement_words(agreement: &Agreement) -> AgreementWords {
    AgreementWords {
        number: agreement.number.clone(),
        concluded_at: agreement.concluded_at,
    }
}
