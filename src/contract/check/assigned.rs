//! What a text must say (LC-04 … LC-45, LC-52): a person assigns a passage to each subject and confirms it.
//! Words are compared to propose passages, and decide nothing.

use super::likeness::{Proposal, propose, shortened};
use super::subjects::{Need, SUBJECTS, Subject};
use super::units::{Passage, passages};
use super::{CheckKind, CheckResult, Finding, Severity};
use crate::contract::{Authorisation, Contract};
use std::collections::BTreeMap;

/// How a subject stands in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The subject.
    pub subject: &'static Subject,
    /// The passages that bear its mark, in reading order.
    pub passages: Vec<Passage>,
    /// Why the text does not speak of it, if somebody said so.
    pub reason: Option<String>,
    /// The places that look like it, best first.
    pub proposals: Vec<Proposal>,
}

impl Assignment {
    /// Whether a passage is assigned.
    pub fn is_assigned(&self) -> bool {
        !self.passages.is_empty()
    }

    /// Whether a person still has to say where the text speaks of it, or why it does not.
    pub fn is_open(&self) -> bool {
        !self.is_assigned() && self.reason.is_none() && self.subject.need != Need::May
    }
}

/// How every subject stands in the binding language, in the order of the checks.
pub fn assignments(contract: &Contract) -> Vec<Assignment> {
    let language = contract.meta.binding;
    let all = passages(contract, language);
    let mut proposals = propose(&all, language);
    of(contract, &all, &mut proposals)
}

fn of(
    contract: &Contract,
    all: &[Passage],
    proposals: &mut BTreeMap<&'static str, Vec<Proposal>>,
) -> Vec<Assignment> {
    let needed = SUBJECTS.iter().filter(|subject| applies(subject, contract));
    needed
        .map(|subject| Assignment {
            subject,
            passages: assigned(all, subject),
            reason: contract
                .meta
                .uncovered
                .get(subject.tag)
                .map(|reason| reason.trim().to_owned())
                .filter(|reason| !reason.is_empty()),
            proposals: proposals.remove(subject.tag).unwrap_or_default(),
        })
        .collect()
}

/// Where every further processor is authorised one by one, nothing is announced.
fn applies(subject: &Subject, contract: &Contract) -> bool {
    subject.tag != "sub-processor-notice" || contract.meta.authorisation != Authorisation::Specific
}

fn assigned(all: &[Passage], subject: &Subject) -> Vec<Passage> {
    let bears = |passage: &&Passage| {
        let says = !passage.text.is_empty() || passage.kind == super::PassageKind::Other;
        says && passage.tags.iter().any(|tag| tag == subject.tag)
    };
    all.iter().filter(bears).cloned().collect()
}

/// The results for all subjects.
pub(super) fn check(contract: &Contract) -> Vec<Finding> {
    let language = contract.meta.binding;
    let all = passages(contract, language);
    let has_all = SUBJECTS
        .iter()
        .all(|subject| subject.need == Need::May || !assigned(&all, subject).is_empty());
    // Likeness is looked at only where something has to be found.
    let mut proposals = match has_all {
        true => BTreeMap::new(),
        false => propose(&all, language),
    };
    let assignments = of(contract, &all, &mut proposals);
    let mut findings: Vec<Finding> = Vec::new();
    for assignment in &assignments {
        let subject = assignment.subject;
        if let Some(reason) = &assignment.reason
            && !assignment.is_assigned()
        {
            findings.push(uncovered(subject, reason));
        } else if assignment.is_open() {
            findings.push(open(assignment));
        } else if assignment.is_assigned()
            && !subject.is_measure()
            && (subject.need != Need::May || subject.question.is_some())
        {
            findings.push(confirm(assignment));
        }
        if subject.tag == "sub-processor-notice" {
            findings.push(silence(assignment));
        }
    }
    findings.extend(["LC-18", "LC-19"].map(|id| measures(id, &assignments)));
    findings
}

/// „Nicht zugeordnet“, with what looks like it.
fn open(assignment: &Assignment) -> Finding {
    let subject = assignment.subject;
    let looks = match assignment.proposals.first() {
        Some(first) => format!(" {} {}: „{}“", first.clause, first.looks(), first.sentence),
        None => " Keine Stelle sieht danach aus.".to_owned(),
    };
    let first = assignment.proposals.first();
    Finding {
        kind: CheckKind::Assigned,
        outcome: CheckResult::Open,
        sentence: first.map(|one| one.sentence.clone()),
        tag: Some(subject.tag),
        ..Finding::new(
            subject.id,
            subject.severity(),
            false,
            format!(
                "Nicht zugeordnet: {}.{looks} Ordnen Sie eine Stelle zu, oder sagen Sie, warum der Text es nicht regelt.",
                subject.title_de
            ),
            first.map(|one| format!("{}:{}", one.file, one.line)),
        )
    }
}

/// The person who submits confirms that the passage says what it is assigned to.
fn confirm(assignment: &Assignment) -> Finding {
    let subject = assignment.subject;
    let first = assignment.passages.first();
    let question = match subject.question {
        Some(question) => format!(" {question}"),
        None => String::new(),
    };
    Finding {
        kind: CheckKind::Assigned,
        sentence: first.map(|passage| shortened(&passage.text)),
        tag: Some(subject.tag),
        ..Finding::question(
            subject.id,
            subject.severity(),
            format!(
                "{}: zugeordnet ist {}. Regelt der Text es dort?{question}",
                subject.title_de,
                clauses(&assignment.passages)
            ),
            first.map(Passage::place),
        )
    }
}

/// LC-23: what silence means is asked wherever changes are announced.
fn silence(assignment: &Assignment) -> Finding {
    let first = assignment.passages.first();
    Finding {
        kind: CheckKind::Assigned,
        sentence: first.map(|passage| shortened(&passage.text)),
        ..Finding::question(
            "LC-23",
            Severity::Warn,
            "Bedeutet Schweigen auf eine Ankündigung nicht mehr, als dass kein Einspruch erhoben wurde, und wird aktiv mitgeteilt?",
            first.map(Passage::place),
        )
    }
}

/// „Regelt der Text nicht, weil …“: whoever submits and whoever approves take it on themselves.
fn uncovered(subject: &'static Subject, reason: &str) -> Finding {
    Finding {
        kind: CheckKind::Assigned,
        tag: Some(subject.tag),
        is_uncovered: true,
        ..Finding::question(
            subject.id,
            subject.severity(),
            format!(
                "{}: regelt der Text nicht, weil: {reason}",
                subject.title_de
            ),
            None,
        )
    }
}

/// The measures of one check are confirmed together.
fn measures(id: &'static str, assignments: &[Assignment]) -> Finding {
    let of_id = |one: &&Assignment| one.subject.id == id && one.is_assigned();
    let all: Vec<&Assignment> = assignments.iter().filter(of_id).collect();
    let list: Vec<String> = all
        .iter()
        .map(|one| {
            let title = one.subject.title_de.trim_start_matches("Maßnahmen: ");
            format!("{title} ({})", clauses(&one.passages))
        })
        .collect();
    let severity = match id {
        "LC-18" => Severity::Block,
        _ => Severity::Warn,
    };
    let what = match id {
        "LC-18" => "Maßnahmen nach Art. 32 Abs. 1 DSGVO",
        _ => "Maßnahmen in den üblichen Bereichen",
    };
    let text = match list.is_empty() {
        true => format!("{what}: nichts ist zugeordnet. Ist das so gewollt?"),
        false => format!(
            "{what}: zugeordnet sind {}. Sind die Maßnahmen dort konkret beschrieben?",
            list.join(", ")
        ),
    };
    let first = all.first().and_then(|one| one.passages.first());
    Finding {
        kind: CheckKind::Assigned,
        ..Finding::question(id, severity, text, first.map(Passage::place))
    }
}

/// The places in words; many are counted.
fn clauses(passages: &[Passage]) -> String {
    const SHOWN: usize = 4;
    let mut names: Vec<String> = Vec::new();
    for passage in passages {
        let name = match passage.clause.is_empty() {
            true => passage.place(),
            false => passage.clause.clone(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let all = names.join(", ");
    match more {
        0 => all,
        1 => format!("{all} und eine weitere Stelle"),
        more => format!("{all} und {more} weitere Stellen"),
    }
}
