//! Whether the parties are named, in a generated block or by placeholders.

use super::{Finding, Remedy, Severity, generated};
use crate::contract::Contract;
use crate::contract::source::{Span, each_span, own_text, walk};
use crate::contract::vocabulary::{Condition, Generator, Placeholder};
use crate::wording::clause::generated as generated_name;

/// LC-01, LC-02, LC-03, LC-25, LC-26: the parties are named, in a generated block or by
/// placeholders.
pub(super) fn named(contract: &Contract) -> Vec<Finding> {
    use Placeholder as P;
    let generators: Vec<Generator> = generated(contract).collect();
    let mut always = Vec::new();
    let mut with_sub_partner = Vec::new();
    for text in contract.texts(contract.meta.binding).all() {
        walk(&text.blocks, &[], &mut |node, conditions| {
            let list = match conditions {
                [] => &mut always,
                [Condition::HasSubPartner] => &mut with_sub_partner,
                _ => return,
            };
            own_text(node, &mut |spans| {
                each_span(spans, &mut |span| {
                    if let Span::Value(placeholder) = span {
                        list.push(*placeholder);
                    }
                })
            });
        });
    }
    let has = |wanted: &[P]| wanted.iter().all(|p| always.contains(p));
    let has_sub = |wanted: &[P]| {
        wanted
            .iter()
            .all(|p| with_sub_partner.contains(p) || always.contains(p))
    };
    let cases = [
        (
            "LC-01",
            "den Auftragsverarbeiter",
            Generator::Parties,
            has(&[
                P::OperatorName,
                P::OperatorAddress,
                P::OperatorRepresentedBy,
            ]),
        ),
        (
            "LC-02",
            "den Auftraggeber",
            Generator::Parties,
            has(&[P::CustomerName, P::CustomerAddress, P::CustomerNumber]),
        ),
        (
            "LC-03",
            "die datenschutzbeauftragte Person",
            Generator::Contacts,
            has(&[P::DpoName, P::DpoEmail]),
        ),
        (
            "LC-25",
            "den Vertriebspartner",
            Generator::SubProcessors,
            has(&[P::PartnerName, P::PartnerAddress, P::PartnerContact]),
        ),
        (
            "LC-26",
            "den Untervertriebspartner",
            Generator::SubProcessors,
            has_sub(&[
                P::SubPartnerName,
                P::SubPartnerAddress,
                P::SubPartnerContact,
            ]),
        ),
    ];
    cases
        .into_iter()
        .map(|(id, who, generator, by_placeholders)| {
            let ok = by_placeholders || generators.contains(&generator);
            let text = if ok {
                format!("Der Vertrag nennt {who} mit Anschrift oder Kontakt.")
            } else {
                format!(
                    "Der Vertrag nennt {who} nicht. Bauen Sie „{}“ ein.",
                    generated_name(generator.word())
                )
            };
            Finding::new(id, Severity::Block, ok, text, None).mended(Remedy::Block(generator))
        })
        .collect()
}
