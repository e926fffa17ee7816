//! What a program can decide about a contract, what it asks a person, and what it proposes (LC-01 … LC-56).
//!
//! A word list cannot judge a contract. So there are three kinds of check ([`CheckKind`]):
//!
//! * **Decided** from structure: an empty field, a row without a country, a reference without a target,
//!   languages whose trees differ. These may block.
//! * **Assigned**: what a text must say ([`subjects()`]). Marks in the source are the assignment:
//!   `{.subject}` above a heading, a paragraph or inside a list item. For a subject without a mark
//!   [`proposals`] ranks the passages by likeness; a person assigns one, or says why the text does not
//!   speak of it, and another person sees that.
//! * **Asked** at a passage ([`questions`]): wording that is often trouble. It never blocks.
//!
//! Marks are read in the binding language.
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
mod asked;
mod assign;
mod assigned;
mod countries;
mod figures;
mod likeness;
mod parity;
mod parties;
mod passages;
mod publication;
mod rendered;
mod subjects;
mod transfers;
mod units;
mod words;

use chrono::NaiveDate;

use super::Contract;
use super::source::{Kind, walk};
use super::vocabulary::Generator;
use crate::domain::{Language, Operator};
pub use asked::{PassageQuestion, QuestionKind, questions};
pub use assign::{MarkedPlace, assign, leave_uncovered, name_columns, release};
pub use assigned::{Assignment, assignments};
pub(super) use countries::is_in_eea;
pub use countries::{COUNTRIES_AS_OF, country_name};
pub use likeness::{Proposal, proposals};
use passages::Passages;
pub use publication::fingerprint;
pub use subjects::{Need, Subject, subject, subjects};
pub use transfers::{ProcessorTable, TableColumn, faults, processor_tables};
pub use units::{Passage, PassageKind, passages};

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
    /// How the result was come by.
    pub kind: CheckKind,
    /// The sentence it is about, if it is about one.
    pub sentence: Option<String>,
    /// The mark of the subject, for what is assigned.
    pub tag: Option<&'static str>,
    /// What is asked, for a question at a passage.
    pub asked: Option<QuestionKind>,
    /// Whether somebody said that the text does not speak of it: then two persons take it on themselves.
    pub is_uncovered: bool,
    /// Where it is mended, if that is no place in the text.
    pub remedy: Option<Remedy>,
}

/// Where something is mended that is no place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Where the block is placed.
    Block(Generator),
    /// Where products get their annexes.
    Products,
    /// Where a passage is assigned to the subject with this mark.
    Subject(&'static str),
    /// In the operator's list of sub-processors.
    SubProcessors,
}

/// How a result is come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckKind {
    /// From structure and numbers; nothing is left to judge.
    Decided,
    /// From the passages a person assigned.
    Assigned,
    /// It is a question at a passage.
    Asked,
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckResult {
    /// The version has what the check requires.
    Met,
    /// The version lacks what the check requires.
    Violated,
    /// No passage is assigned, and nobody has said why not.
    Open,
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
            kind: CheckKind::Decided,
            sentence: None,
            tag: None,
            asked: None,
            is_uncovered: false,
            remedy: None,
        }
    }

    /// The same, if it failed, with the place where it is mended.
    pub(super) fn mended(self, remedy: Remedy) -> Self {
        Self {
            remedy: self.failed().then_some(remedy),
            ..self
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

    /// Whether something is wrong, or a person has not said yet where the text speaks of it.
    pub fn failed(&self) -> bool {
        matches!(self.outcome, CheckResult::Violated | CheckResult::Open)
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
    /// Whether the fonts of the PDF have a character (LC-53).
    pub draws: Option<fn(char) -> bool>,
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
            draws: None,
        }
    }
}

/// Runs every check LC-01 … LC-56; findings come in the order of their numbers, good ones included.
pub fn checks(version: &Version<'_>) -> Vec<Finding> {
    let contract = version.contract;
    let mut findings = assigned::check(contract);
    findings.extend(decided(version));
    findings.push(records());
    findings.extend(asked_at(contract));
    findings.sort_by_key(|finding| finding.id);
    findings
}

/// What structure and numbers say, and so what may be another thing when facts outside the text change. No
/// words are compared, and nothing is ranked.
pub fn decided(version: &Version<'_>) -> Vec<Finding> {
    let contract = version.contract;
    let mut findings = figures::check(contract);
    findings.extend(annexes::products(contract));
    findings.extend(annexes::measures(contract));
    findings.extend(parties::named(contract));
    findings.extend(transfers::check(version));
    findings.extend(definitions(contract));
    findings.extend(publication::check(version));
    findings.extend(parity::check(contract));
    findings.extend(emptiness(contract));
    findings.extend(Passages::collect(contract).unknown());
    findings.sort_by_key(|finding| finding.id);
    findings
}

fn place(file: &str, line: usize) -> Option<String> {
    Some(format!("{file}:{line}"))
}

/// LC-50: the record of Art. 30(2) is not in the text.
fn records() -> Finding {
    let text = "Gibt es zu dieser Verarbeitung den Eintrag im Verzeichnis nach Art. 30 Abs. 2 DSGVO? Nennen Sie seine Kennung.";
    Finding {
        kind: CheckKind::Asked,
        ..Finding::question("LC-50", Severity::Warn, text, None)
    }
}

/// The questions at passages, one finding for each place.
fn asked_at(contract: &Contract) -> impl Iterator<Item = Finding> + use<> {
    questions(contract).into_iter().map(|asked| Finding {
        kind: CheckKind::Asked,
        asked: Some(asked.kind),
        sentence: Some(asked.sentence.clone()),
        ..Finding::question(
            asked.id,
            Severity::Warn,
            format!(
                "{} ({}): „{}“",
                asked.kind.question(),
                asked.clause,
                asked.sentence
            ),
            place(&asked.file, asked.line),
        )
    })
}

/// LC-41: no term is defined twice, in no language.
fn definitions(contract: &Contract) -> Vec<Finding> {
    let mut findings = Vec::new();
    for language in &contract.meta.languages {
        let mut seen = std::collections::HashSet::new();
        for text in contract.texts(*language).all() {
            walk(&text.blocks, &[], &mut |node, _| {
                let Kind::Definitions(entries) = &node.kind else {
                    return;
                };
                for (term, _) in entries {
                    let term = Passages::words(term).trim().to_owned();
                    if !seen.insert(term.to_lowercase()) {
                        findings.push(Finding::new(
                            "LC-41",
                            Severity::Warn,
                            false,
                            format!("Der Begriff „{term}“ ist zweimal erklärt. Lassen Sie eine Erklärung stehen."),
                            place(&text.file, node.line),
                        ));
                    }
                }
            });
        }
    }
    if findings.is_empty() {
        let text = "Kein Begriff ist doppelt erklärt.";
        findings.push(Finding::new("LC-41", Severity::Warn, true, text, None));
    }
    findings
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
