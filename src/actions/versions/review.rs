//! Findings in a version: what keeps it from being read, what Art. 28 requires, what a person has
//! to answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use strum::VariantArray;

use super::ActionError;
use crate::actions::documents::sha256;
use crate::app::App;
use crate::contract::check::{self, CheckKind, CheckResult, Finding, Severity};
use crate::contract::tree::{Document, plain};
use crate::contract::{
    Contract, LastLook, Problem, Values, has_shipped_words, sample_values, shipped, source_hash,
    text,
};
use crate::document::{self, Frame, Pdf, render};
use crate::domain::product::{Product, keys_needed};
use crate::domain::sub_processor::list_for_contract;
use crate::domain::version::{Files, Version, VersionRefusal};
use crate::domain::{Language, Operator, VersionId};
use crate::storage::contract_versions::{find_in_force, find_published};
use crate::storage::sub_processors::list_entries;
use crate::storage::{PgConnection, catalogue};

/// The data a version is checked against: read once, so that checking needs no database.
#[derive(Debug, Clone)]
pub struct Surroundings {
    operator: Option<Operator>,
    products: Vec<Product>,
    /// Hash of the files under which the number was published before (LC-55).
    published: Option<String>,
    /// The Berlin day of the check.
    today: NaiveDate,
    /// Whether a sample may be published: in development alone (LC-56).
    allows_samples: bool,
    /// Calendar years that evidence is kept for.
    retention_years: u8,
}

impl Surroundings {
    /// The products of the catalogue.
    pub fn products(&self) -> &[Product] {
        &self.products
    }
}

/// The result of checking a version.
#[derive(Debug, Clone)]
pub struct Review {
    /// The parsed text, if it can be read.
    pub contract: Option<Arc<Contract>>,
    /// What keeps it from being read.
    pub problems: Vec<Problem>,
    /// The results of the checks, including passed ones; empty if the text cannot be read.
    pub findings: Vec<Finding>,
}

/// A question that a named person answers before a version can be approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// ID of the check, like `LC-07`.
    pub check: &'static str,
    /// The question, or the warning.
    pub text: String,
    /// The passage it is about.
    pub place: Option<String>,
    /// Whether a tick is not enough: a warning needs a reason, a reference its text.
    pub wants_words: bool,
    /// Whether it is a warning that was found, and not a question.
    pub is_warning: bool,
    /// The sentences it is about, each with its place.
    pub quotes: Vec<Quote>,
    /// What it is asked together with.
    pub group: QuestionGroup,
}

/// Questions that are asked together, in the order in which the page shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray)]
pub enum QuestionGroup {
    /// What the text must say, and somebody said it does not.
    Uncovered,
    /// Warnings that are to stay.
    Warnings,
    /// Where the text says what it must say.
    Assigned,
    /// The measures of Art. 32.
    Measures,
    /// Wording at passages that is often trouble.
    Passages,
    /// What concerns the whole of it.
    Rest,
}

impl QuestionGroup {
    fn of(finding: &Finding) -> Self {
        match finding.kind {
            _ if finding.is_uncovered => Self::Uncovered,
            _ if finding.failed() => Self::Warnings,
            _ if finding.asked.is_some() => Self::Passages,
            CheckKind::Assigned if matches!(finding.id, "LC-17" | "LC-18" | "LC-19" | "LC-20") => {
                Self::Measures
            }
            CheckKind::Assigned => Self::Assigned,
            CheckKind::Decided | CheckKind::Asked => Self::Rest,
        }
    }
}

/// A sentence that a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// File and line.
    pub place: Option<String>,
    /// Its words.
    pub words: String,
}

/// A short hash of the questions in their order. The form sends it back, so that no answer is
/// stored with a question that the user did not read.
pub fn stamp(questions: &[Question]) -> String {
    let asked: Vec<(&str, &str, Vec<&str>)> = questions
        .iter()
        .map(|one| {
            let quotes = one.quotes.iter().map(|quote| quote.words.as_str());
            (one.check, one.text.as_str(), quotes.collect())
        })
        .collect();
    // Debug puts quotes around each text and escapes those inside, so no two lists have the same
    // output.
    sha256(format!("{asked:?}").as_bytes())
}

/// Reads the data that a text with this number is checked against.
pub fn surroundings(
    conn: &mut PgConnection,
    app: &App,
    number: Option<&str>,
    today: NaiveDate,
) -> Result<Surroundings, ActionError> {
    let published = match number {
        Some(number) if find_published(conn, number)?.is_some() => {
            let contract = super::contract(conn, app, number)?;
            Some(check::fingerprint(&contract))
        }
        _ => None,
    };
    let mut operator = catalogue::find_operator(conn)?;
    if let Some(operator) = &mut operator {
        // The sub-processors that a new contract would name (LC-24, LC-30).
        let entries = list_entries(conn)?;
        operator.sub_processors = list_for_contract(&entries, today, &BTreeSet::new());
    }
    Ok(Surroundings {
        operator,
        products: catalogue::list_products(conn)?,
        published,
        today,
        allows_samples: !app.config.environment.is_production(),
        retention_years: app.config.retention_years,
    })
}

/// The version in force as it is looked through again whenever it is asked for: what it was checked
/// against can have changed since. One that cannot be read is told elsewhere.
#[derive(Debug, Clone)]
pub struct InForce {
    /// Its key.
    pub id: VersionId,
    /// Its number.
    pub number: String,
    hash: String,
    contract: Arc<Contract>,
    is_sample: bool,
    around: Surroundings,
    last: LastLook,
}

/// Reads the version in force with what is known around it now.
pub fn in_force(
    conn: &mut PgConnection,
    app: &App,
    today: NaiveDate,
) -> Result<Option<InForce>, ActionError> {
    let Some(number) = find_in_force(conn, today)? else {
        return Ok(None);
    };
    let version = find_published(conn, &number)?.ok_or(ActionError::NotFound)?;
    let contract = match super::contract(conn, app, &number) {
        Ok(contract) => contract,
        Err(ActionError::Document(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(InForce {
        id: version.id,
        is_sample: contract.meta.sample || version.hash == source_hash(&shipped()),
        hash: version.hash,
        contract,
        number,
        around: surroundings(conn, app, None, today)?,
        last: app.last_look.clone(),
    }))
}

impl InForce {
    /// What would keep it from being published today. CPU work, unless text and facts are those of the
    /// last look.
    pub fn outdated(&self) -> Vec<Finding> {
        let is_sample = (!self.around.allows_samples).then_some(self.is_sample);
        // All facts, and the day: what can be decided may depend on it.
        let known = format!("{} {is_sample:?} {:?}", self.hash, self.around);
        let look = || {
            let mut found = self.around.check(&self.contract, is_sample, |version| {
                check::decided(&version)
            });
            found.retain(counts_today);
            found
        };
        self.last
            .found(&sha256(known.as_bytes()), look)
            .as_ref()
            .clone()
    }

    /// The same, a sentence each.
    pub fn reasons(&self) -> Vec<String> {
        let found = self.outdated();
        let words = found
            .iter()
            .map(|one| format!("{}: {}", one.id, one.explanation));
        words.collect()
    }
}

/// The number a text gives itself, if that can be read.
pub fn number_of(files: &Files) -> Option<String> {
    let number = super::meta_of(files)?.number.trim().to_owned();
    (!number.is_empty()).then_some(number)
}

/// Checks a text, and `pdfs` if they were made (LC-53). CPU work.
pub fn review(
    app: &App,
    files: &Files,
    around: &Surroundings,
    people: Option<(&str, &str)>,
    pdfs: &[(Language, Vec<u8>)],
) -> Review {
    let hash = source_hash(files);
    let read = match app.contracts.find(&hash) {
        Some(kept) => Ok(kept),
        None => app.contracts.keep(&hash, files),
    };
    match read {
        Ok(contract) => Review {
            findings: {
                let is_sample = contract.meta.sample || has_shipped_words(files);
                let counts = (!around.allows_samples).then_some(is_sample);
                findings(&contract, around, counts, people, pdfs)
            },
            contract: Some(contract),
            problems: Vec::new(),
        },
        Err(problems) => Review {
            contract: None,
            problems,
            findings: Vec::new(),
        },
    }
}

fn findings(
    contract: &Contract,
    around: &Surroundings,
    is_sample: Option<bool>,
    people: Option<(&str, &str)>,
    pdfs: &[(Language, Vec<u8>)],
) -> Vec<Finding> {
    let lacking: Vec<_> = pdfs
        .iter()
        .map(|(language, bytes)| (*language, document::lacking(bytes)))
        .collect();
    let mut findings = around.check(contract, is_sample, |version| {
        check::checks(&check::Version {
            people,
            pdfs: &lacking,
            ..version
        })
    });
    // Approval is handled by the portal itself, and PDFs that were not made cannot be confirmed.
    findings.retain(|finding| {
        finding.outcome != CheckResult::Confirm || !matches!(finding.id, "LC-53" | "LC-54")
    });
    findings
}

impl Surroundings {
    /// Checks a text against these data.
    fn check<T>(
        &self,
        contract: &Contract,
        is_sample: Option<bool>,
        check: impl FnOnce(check::Version<'_>) -> T,
    ) -> T {
        let codes: Vec<String> = self.products.iter().flat_map(keys_needed).collect();
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        check(check::Version {
            today: Some(self.today),
            products: Some(&codes),
            operator: self.operator.as_ref(),
            published: self.published.as_deref(),
            sample: is_sample,
            draws: Some(document::is_drawn),
            ..check::Version::of(contract)
        })
    }
}

/// What would keep a published text from being published today: facts outside of it have changed since. Its
/// number and day were right then, and what was assigned and confirmed is no fact of today.
fn counts_today(finding: &Finding) -> bool {
    let is_of_that_day = matches!(finding.id, "LC-46" | "LC-54" | "LC-55");
    finding.blocks() && finding.kind == CheckKind::Decided && !is_of_that_day
}

fn quote(finding: &Finding) -> Option<Quote> {
    // What is open has its sentence in the words already.
    let words = finding.sentence.clone().filter(|_| !finding.failed())?;
    Some(Quote {
        place: finding.place.clone(),
        words,
    })
}

impl Review {
    /// Whether it cannot be published as it is.
    pub fn blocks(&self) -> bool {
        self.contract.is_none() || self.findings.iter().any(Finding::blocks)
    }

    /// The questions that a named person answers, in the order of the checks.
    pub fn questions(&self) -> Vec<Question> {
        let mut asked: Vec<Question> = Vec::new();
        for finding in &self.findings {
            let counts = finding.outcome == CheckResult::Confirm
                || (finding.failed() && finding.severity == Severity::Warn);
            if !counts {
                continue;
            }
            // One answer for everything that is asked in the same words, however many places it has.
            if let Some(kind) = finding.asked {
                let known = asked.iter_mut().find(|one| one.text == kind.question());
                if let Some(known) = known {
                    known.quotes.extend(quote(finding));
                    continue;
                }
            }
            asked.push(Question {
                check: finding.id,
                text: match finding.asked {
                    Some(kind) => kind.question().to_owned(),
                    None => finding.explanation.clone(),
                },
                place: match finding.asked {
                    Some(_) => None,
                    None => finding.place.clone(),
                },
                wants_words: finding.failed() || finding.id == "LC-50",
                is_warning: finding.failed(),
                quotes: quote(finding).into_iter().collect(),
                group: QuestionGroup::of(finding),
            });
        }
        asked
    }

    /// What the text must say, and somebody said it does not.
    pub fn uncovered(&self) -> Vec<&'static check::Subject> {
        self.findings
            .iter()
            .filter(|finding| finding.is_uncovered && finding.severity == Severity::Block)
            .filter_map(|finding| check::subject(finding.tag?))
            .collect()
    }

    /// What would keep it from being published today, had it not been published before.
    pub fn outdated(&self) -> Vec<&Finding> {
        let found = self.findings.iter();
        found.filter(|one| counts_today(one)).collect()
    }

    pub(super) fn must_not_block(&self) -> Result<(), VersionRefusal> {
        if self.blocks() {
            Err(VersionRefusal::Blocked)
        } else {
            Ok(())
        }
    }
}

/// A version in one language with invented parties; provider and sub-processors are the real ones.
pub fn preview(
    contract: &Contract,
    around: &Surroundings,
    language: Language,
) -> (Values, Document) {
    let mut values = sample_values(language, true);
    values.retention_years = around.retention_years;
    if let Some(operator) = &around.operator {
        values.operator = operator.clone();
    }
    let document = contract.resolve(&values, language);
    (values, document)
}

/// The preview as PDF. CPU work.
pub fn preview_pdf(
    contract: &Contract,
    around: &Surroundings,
    language: Language,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Pdf, ActionError> {
    let (values, document) = preview(contract, around, language);
    let frame = Frame {
        number: String::new(),
        version: document.version.clone(),
        date: document.date,
        customer_number: values.customer_number_or_nothing(),
        document_hash: text::hash(&document),
        draft: true,
        language: document.language,
        created: now,
        operator_name: values.operator.party.name,
        title: plain(&document.title),
        // A version has no public address before it is published.
        online: String::new(),
        logo: None,
    };
    render(&document, &frame).map_err(|error| ActionError::Document(error.to_string()))
}

/// All its PDFs, for LC-53. CPU work.
pub fn pdfs(
    contract: &Contract,
    around: &Surroundings,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<(Language, Vec<u8>)>, ActionError> {
    contract
        .meta
        .languages
        .iter()
        .map(|language| {
            Ok((
                *language,
                preview_pdf(contract, around, *language, now)?.bytes,
            ))
        })
        .collect()
}

/// [`surroundings`] of a stored version.
pub fn surroundings_of(
    conn: &mut PgConnection,
    app: &App,
    version: &Version,
    today: NaiveDate,
) -> Result<Surroundings, ActionError> {
    surroundings(conn, app, number_of(&version.files).as_deref(), today)
}
