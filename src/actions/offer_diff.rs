//! What an open offer changes, with the names of the companies that are added and removed.

use chrono::{DateTime, Utc};

use super::{ActionError, announcements, versions};
use crate::app::App;
use crate::contract::values::Values;
use crate::domain::case::{Agreement, Case, Covered, Partner};
use crate::domain::offer_diff::{OfferChange, offer_changes};
use crate::domain::party::lasting;
use crate::domain::{ChangeNote, Language, OfferDiff, PartnerId, Party, VersionDiff};
use crate::paths;
use crate::storage::agreements::find_document_facts;
use crate::storage::contract_versions::list_published;
use crate::storage::{PgConnection, catalogue, partners};

/// What concluding now would change compared with the agreement in force; `None` without one, and
/// if nothing needs a new conclusion.
pub fn offer_diff(
    conn: &mut PgConnection,
    app: &App,
    case: &Case,
    language: Language,
    now: DateTime<Utc>,
) -> Result<Option<OfferDiff>, ActionError> {
    let found = offer_changes(case, now);
    let is_asked = !found.is_empty() || case.is_demanded(now);
    let Some(agreement) = case.agreement().filter(|_| is_asked) else {
        return Ok(None);
    };
    let copied = copied(conn, agreement)?;
    let mut new = OfferDiff {
        language,
        agreement: agreement.number.clone(),
        concluded_at: agreement.concluded_at,
        partner: None,
        sub_partner_gone: None,
        sub_partner_new: None,
        added: Vec::new(),
        gone: Vec::new(),
        options_added: Vec::new(),
        options_gone: Vec::new(),
        version: None,
        company: None,
        particulars: false,
        other_particulars: false,
    };
    for change in found {
        match change {
            OfferChange::Partner {
                old,
                new: now_named,
            } => {
                let former = copied.as_ref().and_then(|values| values.partner.as_ref());
                new.partner = Some((former_name(conn, former, old)?, name(case, now_named)));
            }
            OfferChange::SubPartner { old, new: named } => {
                if let Some(old) = old {
                    let former = copied
                        .as_ref()
                        .and_then(|values| values.sub_partner.as_ref());
                    let former = former_name(conn, former, old)?;
                    new.sub_partner_gone = Some((former, agreement.sub_partner_left));
                }
                new.sub_partner_new = named.map(|id| name(case, id));
            }
            OfferChange::ProductAdded(product) => {
                new.added
                    .push(case.covered_name(&product).say(language).to_owned());
            }
            OfferChange::ProductGone(product) => {
                new.gone
                    .push(case.covered_name(&product).say(language).to_owned());
            }
            OfferChange::OptionsAdded(one) => {
                new.options_added.extend(options_name(case, &one, language));
            }
            OfferChange::OptionsGone(one) => {
                new.options_gone.extend(options_name(case, &one, language));
            }
            OfferChange::Version {
                old,
                new: published,
            } => new.version = Some(version_diff(conn, app, &old, &published, language)?),
        }
    }
    if let Some(copied) = copied {
        let (then, today) = (&copied.customer, &case.customer.party);
        new.company = (then.name != today.name).then(|| (then.name.clone(), today.name.clone()));
        new.particulars = printed(then).skip(1).ne(printed(today).skip(1));
        new.other_particulars = others_differ(conn, &copied, case, agreement, now)?;
    }
    Ok(Some(new))
}

/// Name of the sub-partner the agreement in force still names although it has left, and since when
/// (row 24).
pub fn sub_partner_left(
    conn: &mut PgConnection,
    agreement: &Agreement,
) -> Result<Option<(String, DateTime<Utc>)>, ActionError> {
    let (Some(id), Some(since)) = (agreement.offer.sub_partner, agreement.sub_partner_left) else {
        return Ok(None);
    };
    let copied = copied(conn, agreement)?;
    let party = copied
        .as_ref()
        .and_then(|values| values.sub_partner.as_ref());
    Ok(Some((former_name(conn, party, id)?, since)))
}

/// The chain as the agreement names it: partner and, if there is one, sub-partner.
pub fn named_chain(
    conn: &mut PgConnection,
    agreement: &Agreement,
) -> Result<(String, Option<String>), ActionError> {
    let copied = copied(conn, agreement)?;
    let party = copied.as_ref().and_then(|values| values.partner.as_ref());
    let partner = former_name(conn, party, agreement.offer.partner)?;
    let sub = match agreement.offer.sub_partner {
        Some(id) => {
            let party = copied
                .as_ref()
                .and_then(|values| values.sub_partner.as_ref());
            Some(former_name(conn, party, id)?)
        }
        None => None,
    };
    Ok((partner, sub))
}

/// The values an agreement copied at its conclusion (EV-02); `None` for one without a document of
/// the portal.
fn copied(conn: &mut PgConnection, agreement: &Agreement) -> Result<Option<Values>, ActionError> {
    let Some(facts) = find_document_facts(conn, agreement.id)? else {
        return Ok(None);
    };
    Ok(serde_json::from_value(facts.contents)
        .inspect_err(|error| tracing::error!(cause = %error, "copied values cannot be read"))
        .ok())
}

/// The name of a company in the agreement in force: as it is named there, otherwise its present
/// name.
fn former_name(
    conn: &mut PgConnection,
    copied: Option<&Party>,
    id: PartnerId,
) -> Result<String, ActionError> {
    if let Some(party) = copied {
        return Ok(party.name.clone());
    }
    Ok(partners::find_partner(conn, id)?
        .map(|partner| partner.party.name)
        .unwrap_or_default())
}

fn name(case: &Case, id: PartnerId) -> String {
    [&case.partner, &case.sub_partner]
        .into_iter()
        .flatten()
        .find(|one| one.id == id)
        .map(|one| one.party.name.clone())
        .unwrap_or_default()
}

/// The name of options, as "die UMS-Option", and of the product they belong to.
fn options_name(case: &Case, covered: &Covered, language: Language) -> Option<(String, String)> {
    let product = case.product(&covered.product)?;
    let options = product.the_options(&covered.options);
    let names = [options, product.named()].map(|name| name.say(language).to_owned());
    let [options, product] = names;
    Some((options, product))
}

/// How the agreement in force prints the customer (row 48).
pub fn customer_then(conn: &mut PgConnection, case: &Case) -> Result<Then, ActionError> {
    let Some(agreement) = case.agreement() else {
        return Ok(Then::Unknown);
    };
    Ok(match copied(conn, agreement)? {
        None => Then::Unknown,
        Some(values) if printed(&values.customer).eq(printed(&case.customer.party)) => Then::Same,
        Some(values) => Then::Other(Box::new(values.customer)),
    })
}

/// How the agreement in force prints the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// In the same way as a new one would.
    Same,
    /// In another way; holds the data it prints.
    Other(Box<Party>),
    /// Not known, because it is on paper.
    Unknown,
}

/// The data of a company that the contract prints, its name first.
fn printed(party: &Party) -> impl Iterator<Item = &str> {
    [
        &party.name,
        &party.street,
        &party.postcode,
        &party.city,
        &party.country,
        &party.register,
        &party.represented_by,
    ]
    .map(String::as_str)
    .into_iter()
}

/// Whether a company that stays in the contract is printed differently now, or the operator's list
/// of further processors has changed.
fn others_differ(
    conn: &mut PgConnection,
    copied: &Values,
    case: &Case,
    agreement: &Agreement,
    now: DateTime<Utc>,
) -> Result<bool, ActionError> {
    let partner = case
        .partner
        .as_ref()
        .filter(|one| one.id == agreement.offer.partner);
    let sub = case
        .sub_partner
        .as_ref()
        .filter(|one| Some(one.id) == agreement.offer.sub_partner);
    let differs = |now: Option<&Partner>, then: Option<&Party>| {
        now.is_some_and(|one| Some(&one.party) != then)
    };
    let (listed, _) = announcements::list_for_contract(conn, case.customer.number, now)?;
    let operator = catalogue::find_operator(conn)?.is_some_and(|now| {
        let then = &copied.operator;
        now.party != then.party
            || lasting(&listed) != lasting(&then.sub_processors)
            || now.data_protection_officer != then.data_protection_officer
            || now.data_protection_email != then.data_protection_email
    });
    Ok(operator
        || differs(partner, copied.partner.as_ref())
        || differs(sub, copied.sub_partner.as_ref()))
}

/// What a newer contract version brings, in the words of its authors: its own change note, and those
/// of the versions in between that were never concluded (rows 13, 35, 36).
pub fn version_diff(
    conn: &mut PgConnection,
    app: &App,
    old: &str,
    new: &str,
    language: Language,
) -> Result<VersionDiff, ActionError> {
    // The newest first. Versions that were not valid yet when `new` was are listed before it and
    // are left out; if `old` is the newer one, everything is left out.
    let mut since: Vec<String> = list_published(conn)?
        .into_iter()
        .map(|version| version.number)
        .skip_while(|number| number != new && number != old)
        .take_while(|number| number != old)
        .collect();
    since.reverse();
    let mut notes = Vec::new();
    for version in since {
        let contract = versions::contract(conn, app, &version)?;
        let text = contract.meta.change_note.get(language).trim().to_owned();
        if !text.is_empty() {
            notes.push(ChangeNote { version, text });
        }
    }
    Ok(VersionDiff {
        old: old.to_owned(),
        new: new.to_owned(),
        notes,
        comparison: paths::comparison(old, new),
    })
}
