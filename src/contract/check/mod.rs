//! What a program can decide about the completeness of a contract (LC-01 … LC-56), and what it asks a person.
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
//! | `delimitation` | who is responsible for what |
//! | `sub-processor-notice` | announcing new ones, dissent |
//! | `place` `third-country` | where |
//! | `assist-rights` `assist-security` `authority` | help with requests and with Art. 32 to 36; authorities |
//! | `breach` `deletion` `audit` `audit-conditions` | notice of breaches, the end of the data, inspections |
//! | `liability` `remuneration` `precedence` `termination` `survival` | the rest of the deal |
//! | `conclusion` `evidence` `objection` `change` | how it comes about, is objected to, is replaced |

mod annexes;
mod countries;
mod demands;
mod figures;
mod parity;
mod parties;
mod passages;
mod publication;
mod questions;
mod rendered;
mod transfers;

use chrono::NaiveDate;

use super::Contract;
use super::source::{Kind, walk};
use super::vocabulary::Generator;
use crate::domain::{Language, Operator};
pub(super) use countries::is_in_eea;
pub use countries::{COUNTRIES_AS_OF, country_name};
pub use demands::TAGS;
use passages::Passages;
pub use publication::fingerprint;
pub use transfers::faults;

/// Result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// ID of the check, like `LC-04`.
    pub id: &'static str,
    /// What a failure means.
    pub severity: Severity,
    /// The result of the check.
    pub outcome: CheckResult,
    /// German: what was found, or what is missing and what to do.
    pub explanation: String,
    /// File and line, like `de/vertrag.dj:12`, if the finding has a place.
    pub place: Option<String>,
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckResult {
    /// The version has what the check requires.
    Met,
    /// The version lacks what the check requires.
    Violated,
    /// No program can decide it: a named person confirms it when the version is published.
    Confirm,
}

/// What a failed check means for publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The version cannot be published.
    Block,
    /// It can be published by a person who gives a reason.
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
            outcome: if ok {
                CheckResult::Met
            } else {
                CheckResult::Violated
            },
            explanation: explanation.into(),
            place,
        }
    }

    /// A question that a person has to answer.
    pub(super) fn question(
        id: &'static str,
        severity: Severity,
        text: impl Into<String>,
        place: Option<String>,
    ) -> Self {
        Self {
            outcome: CheckResult::Confirm,
            ..Self::new(id, severity, true, text, place)
        }
    }

    /// Whether something is wrong or missing.
    pub fn failed(&self) -> bool {
        self.outcome == CheckResult::Violated
    }

    /// Whether this finding keeps the version from being published.
    pub fn blocks(&self) -> bool {
        self.failed() && self.severity == Severity::Block
    }
}

/// A contract with the data it is checked against; missing data lead to questions.
#[derive(Debug, Clone, Copy)]
pub struct Version<'v> {
    /// The contract text.
    pub contract: &'v Contract,
    /// The Berlin day of publication (LC-46).
    pub today: Option<NaiveDate>,
    /// Codes of the products and, as `trunk_fax`, of the options that need an agreement (LC-49).
    pub products: Option<&'v [&'v str]>,
    /// The provider with its list of sub-processors (LC-01, LC-24, LC-30).
    pub operator: Option<&'v Operator>,
    /// Hash of the text under which this number was published before (LC-55).
    pub published: Option<&'v str>,
    /// Whether it is still the sample that comes with the program (LC-56); `None` in
    /// development, where a sample may be published, as no agreement is concluded in earnest.
    pub sample: Option<bool>,
    /// Who wrote it and who approves it (LC-54).
    pub people: Option<(&'v str, &'v str)>,
    /// What each PDF lacks for readers who do not see the page (LC-53).
    pub pdfs: &'v [(Language, Vec<String>)],
}

impl<'v> Version<'v> {
    /// A text without any other data.
    pub fn of(contract: &'v Contract) -> Self {
        Self {
            contract,
            today: None,
            products: None,
            operator: None,
            published: None,
            sample: None,
            people: None,
            pdfs: &[],
        }
    }
}

/// Runs every check LC-01 … LC-56; findings come in the order of their numbers, good ones included.
pub fn checks(version: &Version<'_>) -> Vec<Finding> {
    let contract = version.contract;
    let passages = Passages::collect(contract);
    let mut findings: Vec<Finding> = demands::check(&passages).collect();
    findings.extend(figures::check(contract, &passages));
    findings.extend(annexes::products(contract));
    findings.extend(annexes::measures(contract, &passages));
    findings.extend(parties::named(contract));
    findings.extend(transfers::check(version, &passages));
    findings.push(definitions(contract));
    findings.extend(publication::check(version));
    findings.extend(parity::check(contract));
    findings.extend(emptiness(contract));
    findings.extend(passages.unknown());
    findings.extend(questions::check(&passages));
    findings.sort_by_key(|finding| finding.id);
    findings
}

fn place(file: &str, line: usize) -> Option<String> {
    Some(format!("{file}:{line}"))
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
