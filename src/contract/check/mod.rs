//! What a program can decide about the completeness of a contract (LC-01 … LC-49).
//!
//! A passage says with classes what it covers: `{.subject}` above a heading, a paragraph or inside a
//! list item. The checks ask for these marks, read figures and words in the marked passages, and
//! compare the languages. Marks are read in the binding language; [`TAGS`] lists them all.
//!
//! | Mark | Passage |
//! |---|---|
//! | `subject` `duration` `nature` `purpose` `special-categories` | what is processed, how long, how, what for |
//! | `data-types` `data-subjects` | which data and whose, in a product file that has no table or words for it |
//! | `controller-duties` | rights and duties of the customer |
//! | `instructions` `unlawful-instruction` `authorised-persons` | only on instruction; what if one breaks the law; who gives them |
//! | `confidentiality` `telecom-secrecy` | who has access is bound |
//! | `tom` `tom-change` | security, and the rule for changing the measures |
//! | `tom-encryption` `tom-restoration` `tom-testing` … | measures in their annex (Art. 32(1), Annex III of the standard clauses) |
//! | `sub-processors` `partner` `sub-partner` `flow-down` `further-outsourcing` | further processors: allowed how, bound how, and theirs |
//! | `sub-processor-notice` | announcing new ones, dissent |
//! | `place` `third-country` | where |
//! | `assist-rights` `assist-security` `authority` | help with requests and with Art. 32 to 36; authorities |
//! | `breach` `deletion` `audit` `audit-conditions` | notice of breaches, the end of the data, inspections |
//! | `liability` `remuneration` `precedence` `termination` `survival` | the rest of the deal |
//! | `conclusion` `evidence` `objection` `change` | how it comes about, is objected to, is replaced |

mod annexes;
mod demands;
mod figures;
mod parity;
mod passages;

use chrono::NaiveDate;

use super::source::{Kind, Span, each_span, own_text, walk};
use super::vocabulary::{Condition, Generator, Placeholder};
use super::{Contract, meta};
pub use demands::TAGS;
use passages::Passages;

/// Result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `LC-04`.
    pub id: &'static str,
    /// What a failure means.
    pub severity: Severity,
    /// Whether the contract passes.
    pub ok: bool,
    /// German: what was found, or what is missing and what to do.
    pub explanation: String,
    /// `de/vertrag.dj:12`, if the finding has a place.
    pub place: Option<String>,
}

/// What a failed check means for publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The version cannot be published.
    Block,
    /// It can, by a person who gives a reason.
    Warn,
}

impl Finding {
    pub(super) fn new(
        id: &'static str,
        severity: Severity,
        ok: bool,
        explanation: impl Into<String>,
        place: Option<String>,
    ) -> Self {
        Self {
            id,
            severity,
            ok,
            explanation: explanation.into(),
            place,
        }
    }

    /// Whether this finding keeps the version from being published.
    pub fn blocks(&self) -> bool {
        !self.ok && self.severity == Severity::Block
    }
}

/// Runs every check; findings come in the order of their numbers, good ones included.
pub fn check(contract: &Contract) -> Vec<Finding> {
    let passages = Passages::collect(contract);
    let mut findings: Vec<Finding> = demands::check(&passages).collect();
    findings.extend(figures::check(contract, &passages));
    findings.extend(annexes::products(contract));
    findings.extend(annexes::measures(contract, &passages));
    findings.extend(named_parties(contract));
    findings.push(definitions(contract));
    findings.push(version(contract));
    findings.extend(parity::check(contract));
    findings.extend(emptiness(contract));
    findings.extend(passages.unknown());
    findings.sort_by_key(|finding| finding.id);
    findings
}

/// LC-46, second half: the version must not claim to have been valid before it is published.
pub fn valid_from(contract: &Contract, today: NaiveDate) -> Finding {
    let date = contract.meta.valid_from;
    let ok = date >= today;
    let explanation = if ok {
        "„valid_from“ liegt nicht in der Vergangenheit."
    } else {
        "„valid_from“ liegt in der Vergangenheit. Setzen Sie den Tag, ab dem die Fassung angeboten wird."
    };
    Finding::new(
        "LC-46",
        Severity::Block,
        ok,
        explanation,
        place(meta::FILE, 1),
    )
}

/// LC-49 against the catalogue: a product annex for every product that needs an agreement.
pub fn covers_products(contract: &Contract, codes: &[&str]) -> Finding {
    let known = contract.product_codes();
    let missing: Vec<&str> = codes
        .iter()
        .copied()
        .filter(|code| !known.contains(code))
        .collect();
    let explanation = if missing.is_empty() {
        "Jedes Produkt des Katalogs, das einen AVV braucht, hat eine Produktanlage.".to_owned()
    } else {
        format!(
            "Produktanlagen fehlen für: {}. Legen Sie sie im Ordner „produkte“ an.",
            missing.join(", ")
        )
    };
    Finding::new(
        "LC-49",
        Severity::Block,
        missing.is_empty(),
        explanation,
        None,
    )
}

fn place(file: &str, line: usize) -> Option<String> {
    Some(format!("{file}:{line}"))
}

/// LC-01, LC-02, LC-03, LC-25, LC-26: who takes part is named, in a generated block or by
/// placeholders.
fn named_parties(contract: &Contract) -> Vec<Finding> {
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
                format!("Der Vertrag nennt {who} nicht. Setzen Sie {{generate={}}} an die passende Stelle.", generator.word())
            };
            Finding::new(id, Severity::Block, ok, text, None)
        })
        .collect()
}

/// LC-41: no term is defined twice.
fn definitions(contract: &Contract) -> Finding {
    let mut seen = std::collections::HashSet::new();
    let mut twice = None;
    for text in contract.texts(contract.meta.binding).all() {
        walk(&text.blocks, &[], &mut |node, _| {
            let Kind::Definitions(entries) = &node.kind else {
                return;
            };
            for (term, _) in entries {
                let term = Passages::words(term).trim().to_owned();
                if !seen.insert(term.to_lowercase()) && twice.is_none() {
                    twice = Some((term, place(&text.file, node.line)));
                }
            }
        });
    }
    let (ok, text, place) = match twice {
        None => (true, "Kein Begriff ist doppelt erklärt.".to_owned(), None),
        Some((term, place)) => (
            false,
            format!("Der Begriff „{term}“ ist zweimal erklärt. Lassen Sie eine Erklärung stehen."),
            place,
        ),
    };
    Finding::new("LC-41", Severity::Warn, ok, text, place)
}

/// LC-46, first half: number, date and what is new.
fn version(contract: &Contract) -> Finding {
    let meta = &contract.meta;
    let silent = meta
        .languages
        .iter()
        .find(|l| meta.change_note.get(**l).trim().is_empty());
    let (ok, text) = match silent {
        Some(language) => (
            false,
            format!(
                "Die Angabe, was neu ist, fehlt in der Sprache „{}“. Ergänzen Sie „change_note“.",
                language.code()
            ),
        ),
        None if meta.valid_from < meta.date => (
            false,
            "„valid_from“ liegt vor dem Stand des Textes („date“).".to_owned(),
        ),
        None => (
            true,
            format!("Fassung {} mit Stand und Angabe, was neu ist.", meta.number),
        ),
    };
    Finding::new("LC-46", Severity::Block, ok, text, place(meta::FILE, 1))
}

/// LC-48: nothing is empty. References, placeholders and links were checked when the text was read.
fn emptiness(contract: &Contract) -> Vec<Finding> {
    let mut findings = Vec::new();
    for language in &contract.meta.languages {
        for text in contract.texts(*language).all() {
            if !text
                .blocks
                .iter()
                .any(|node| matches!(node.kind, Kind::Section { .. }))
            {
                let message = "Die Datei hat keine Überschrift. Gliedern Sie den Text mit „#“.";
                let at = place(&text.file, 1);
                findings.push(Finding::new("LC-48", Severity::Block, false, message, at));
            }
            findings.extend(Passages::empty_sections(text).into_iter().map(|line| {
                Finding::new(
                    "LC-48",
                    Severity::Block,
                    false,
                    "Der Abschnitt ist leer. Füllen oder entfernen Sie ihn.",
                    place(&text.file, line),
                )
            }));
        }
    }
    if findings.is_empty() {
        let text = "Alle Verweise, Platzhalter und Links sind aufgelöst, kein Abschnitt ist leer.";
        findings.push(Finding::new("LC-48", Severity::Block, true, text, None));
    }
    findings
}

fn generated(contract: &Contract) -> impl Iterator<Item = Generator> + use<> {
    let mut found = Vec::new();
    for text in contract.texts(contract.meta.binding).all() {
        walk(&text.blocks, &[], &mut |node, _| {
            if let Kind::Generated(generator) = node.kind {
                found.push(generator);
            }
        });
    }
    found.into_iter()
}
