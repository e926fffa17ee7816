//! Values as text (T-07): cleaned, in the language of the document, never parsed as markup.

use super::resolve::Builder;
use super::source::Span;
use super::tree::Inline;
use super::values::CoveredProduct;
use super::vocabulary::Placeholder;
use super::wording;
use crate::domain::{EmailAddress, Language, Party, name};
use crate::wording::dates::{long_date, zoned_moment};
use crate::wording::retention::ordinal;

impl Builder<'_> {
    /// One of two texts, by language.
    pub(super) fn say(&self, german: &str, english: &str) -> String {
        match self.language {
            Language::De => german.to_owned(),
            Language::En => english.to_owned(),
        }
    }

    /// The value of a placeholder, or the text for a missing one.
    pub(super) fn value(&self, placeholder: Placeholder) -> Inline {
        let missing = || wording::missing(placeholder, self.language).to_owned();
        if let Some(address) = self.address_value(placeholder) {
            return email(address);
        }
        Inline::Text(
            self.text_value(placeholder)
                .map(|text| clean(&text))
                .filter(|text| !text.is_empty())
                .unwrap_or_else(missing),
        )
    }

    fn address_value(&self, placeholder: Placeholder) -> Option<&EmailAddress> {
        use Placeholder as P;
        let values = self.values;
        match placeholder {
            P::OperatorEmail => values.operator.party.email.as_ref(),
            P::PartnerEmail => values.partner.as_ref()?.email.as_ref(),
            P::SubPartnerEmail => values.sub_partner.as_ref()?.email.as_ref(),
            P::DpoEmail => values.operator.data_protection_email.as_ref(),
            P::ObjectionEmail => values.operator.objection_email.as_ref(),
            _ => None,
        }
    }

    fn text_value(&self, placeholder: Placeholder) -> Option<String> {
        use Placeholder as P;
        let values = self.values;
        let operator = &values.operator.party;
        let conclusion = values.conclusion.as_ref();
        match placeholder {
            P::OperatorName => Some(operator.name.clone()),
            P::OperatorAddress => Some(self.address(operator)),
            P::OperatorRegister => Some(operator.register.clone()),
            P::OperatorRepresentedBy => Some(operator.represented_by.clone()),
            P::OperatorPhone => Some(operator.phone.clone()),
            P::CustomerName => Some(values.customer.name.clone()),
            P::CustomerAddress => Some(self.address(&values.customer)),
            P::CustomerNumber => Some(values.customer_number_words(self.language)),
            P::CustomerRepresentedBy => Some(values.customer.represented_by.clone()),
            P::PartnerName => values.partner.as_ref().map(|p| p.name.clone()),
            P::PartnerAddress => values.partner.as_ref().map(|p| self.address(p)),
            P::PartnerContact => values.partner.as_ref().map(|p| p.contact.clone()),
            P::SubPartnerName => values.sub_partner.as_ref().map(|p| p.name.clone()),
            P::SubPartnerAddress => values.sub_partner.as_ref().map(|p| self.address(p)),
            P::SubPartnerContact => values.sub_partner.as_ref().map(|p| p.contact.clone()),
            P::Products => {
                let names: Vec<String> = values
                    .products
                    .iter()
                    .map(|p| self.product_name(p))
                    .collect();
                Some(wording::enumeration(&names, self.language))
            }
            P::Version => Some(self.meta.number.clone()),
            P::VersionDate => Some(long_date(self.meta.date, self.language)),
            P::DpoName => Some(values.operator.data_protection_officer.clone()),
            P::RetentionYear => Some(ordinal(values.retention_years, self.language).to_owned()),
            P::ConclusionPerson => conclusion.map(|c| c.person.clone()),
            P::ConclusionFunction => conclusion.map(|c| c.function.clone()),
            P::ConclusionDate => conclusion.map(|c| zoned_moment(c.at, self.language)),
            P::AgreementNumber => conclusion.map(|c| c.agreement_number.clone()),
            P::OperatorEmail
            | P::PartnerEmail
            | P::SubPartnerEmail
            | P::DpoEmail
            | P::ObjectionEmail => None,
        }
    }

    /// The lines of an address block; a line whose values are all missing is left out (T-04).
    pub(super) fn contact(&self, spans: &[Span]) -> Vec<Inline> {
        let lines = spans.split(|span| *span == Span::Break).filter(|line| {
            let mut values = line.iter().filter_map(|span| match span {
                Span::Value(placeholder) => Some(*placeholder),
                _ => None,
            });
            let mut any = false;
            let all_missing = values.all(|value| {
                any = true;
                self.is_missing(value)
            });
            !(any && all_missing)
        });
        let lines: Vec<Vec<Inline>> = lines.map(|line| self.inlines(line)).collect();
        super::generate::joined(lines)
    }

    fn is_missing(&self, placeholder: Placeholder) -> bool {
        self.address_value(placeholder).is_none()
            && self
                .text_value(placeholder)
                .is_none_or(|text| clean(&text).is_empty())
    }

    pub(super) fn product_name(&self, product: &CoveredProduct) -> String {
        clean(&self.say(&product.name, &product.name_en))
    }

    pub(super) fn named(&self, party: &Party) -> String {
        let name = clean(&party.name);
        if name.is_empty() {
            wording::not_stated(self.language).to_owned()
        } else {
            name
        }
    }

    pub(super) fn address(&self, party: &Party) -> String {
        let mut party = party.clone();
        party.country = self.country(&party.country);
        clean(&party.address_line())
    }

    /// The country name that is usually stored in German, translated.
    pub(super) fn country(&self, country: &str) -> String {
        if clean(country) == "Deutschland" {
            self.say("Deutschland", "Germany")
        } else {
            country.to_owned()
        }
    }

    pub(super) fn cell(&self, value: &str) -> Vec<Inline> {
        let value = clean(value);
        text(if value.is_empty() {
            wording::not_stated(self.language)
        } else {
            &value
        })
    }
}

/// A value as readers see it: composed, on one line, without invisible characters.
pub(super) fn clean(value: &str) -> String {
    super::inline::visible(&name::clean(&super::inline::visible(value)))
}

pub(super) fn text(value: &str) -> Vec<Inline> {
    vec![Inline::Text(clean(value))]
}

pub(super) fn email(address: &EmailAddress) -> Inline {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    // An address may contain characters with a meaning in a link.
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'@')
        .remove(b'.')
        .remove(b'-')
        .remove(b'_')
        .remove(b'+');
    Inline::Link {
        target: format!("mailto:{}", utf8_percent_encode(address.as_str(), KEPT)),
        content: vec![Inline::Text(address.as_str().to_owned())],
    }
}
