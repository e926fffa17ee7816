//! "Was ist neu" in words: what concluding now would change compared with the agreement in force
//! (R-05, rows 20, 25, 26, 46). Mails, consent page and status page say the same sentences.

mod changes;
mod version;

use chrono::{DateTime, Utc};

use super::Language;
use super::name::clean;

pub use changes::{OfferChange, offer_changes};
pub use version::{ChangeNote, VersionDiff};

/// The differences between the agreement in force and the offer, with names instead of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferDiff {
    /// Language of the sentences and of the products' names.
    pub language: Language,
    /// Number of the agreement in force.
    pub agreement: String,
    /// When it was concluded.
    pub concluded_at: DateTime<Utc>,
    /// The Mandant named in it and the one of today, if they differ.
    pub partner: Option<(String, String)>,
    /// The sub-partner it names and who is not there any more, and since when, if it left on its own.
    pub sub_partner_gone: Option<(String, Option<DateTime<Utc>>)>,
    /// The sub-partner that would be named anew.
    pub sub_partner_new: Option<String>,
    /// Products that would be covered, too.
    pub added: Vec<String>,
    /// Products that would no longer be covered.
    pub gone: Vec<String>,
    /// Options that would be covered, too, of products that are: "die UMS-Option", and of which.
    pub options_added: Vec<(String, String)>,
    /// Options that would no longer be covered, of products that still are.
    pub options_gone: Vec<(String, String)>,
    /// Contract version of then and of now, if they differ (rows 13, 36).
    pub version: Option<VersionDiff>,
    /// The customer's name in the agreement in force and the one of today, if they differ (row 48).
    pub company: Option<(String, String)>,
    /// Whether the customer's own particulars differ, its name apart.
    pub particulars: bool,
    /// Whether particulars of another company differ that stays in the contract.
    pub other_particulars: bool,
}

impl OfferDiff {
    /// Path of the page that holds the two contract versions against each other.
    pub fn comparison(&self) -> Option<&str> {
        self.version
            .as_ref()
            .map(|version| version.comparison.as_str())
    }

    /// The same with every name as one clean line (S-21).
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        self.agreement = clean(&self.agreement);
        if let Some((old, new)) = &mut self.partner {
            (*old, *new) = (clean(old), clean(new));
        }
        if let Some((name, _)) = &mut self.sub_partner_gone {
            *name = clean(name);
        }
        self.sub_partner_new = self.sub_partner_new.as_deref().map(clean);
        for name in self.added.iter_mut().chain(&mut self.gone) {
            *name = clean(name);
        }
        let options = self.options_added.iter_mut().chain(&mut self.options_gone);
        for (options, product) in options {
            (*options, *product) = (clean(options), clean(product));
        }
        if let Some((old, new)) = &mut self.company {
            (*old, *new) = (clean(old), clean(new));
        }
        self.version = self.version.map(VersionDiff::cleaned);
        self
    }

    /// The names in it that were typed by others than the operator: those of companies.
    pub fn names_of_others(&mut self) -> Vec<&mut String> {
        let Self {
            language: _,
            agreement: _,
            concluded_at: _,
            partner,
            sub_partner_gone,
            sub_partner_new,
            added: _,
            gone: _,
            options_added: _,
            options_gone: _,
            version: _,
            company,
            particulars: _,
            other_particulars: _,
        } = self;
        let pairs = [partner, company].into_iter().flatten();
        let pairs = pairs.flat_map(|(old, new)| [old, new]);
        let gone = sub_partner_gone.as_mut().map(|(name, _)| name);
        pairs.chain(gone).chain(sub_partner_new).collect()
    }
}
