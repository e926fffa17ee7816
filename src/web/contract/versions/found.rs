//! The results of the checks, in the order in which they have to be dealt with.

use super::names::FACTS;
use crate::actions::versions::review::Review;
use crate::contract::check::{CheckResult, Finding};
use crate::contract::meta;
use crate::domain::VersionId;
use crate::paths;

/// The results of the checks, as the page lists them.
#[derive(Default)]
pub struct Found {
    /// Findings that keep the text from being read or published.
    pub blocking: Vec<FindingRow>,
    /// Warnings, which need a reason.
    pub warnings: Vec<FindingRow>,
    /// Questions that a person has to answer.
    pub questions: Vec<FindingRow>,
    /// Checks that are passed.
    pub met: Vec<FindingRow>,
}

/// One finding of the check of a draft.
pub struct FindingRow {
    /// ID of the check, like `LC-07`; empty if the text cannot be read.
    pub check: &'static str,
    /// What was found, and what to do about it.
    pub text: String,
    /// File and line, with the address of the editor; `None` without a place.
    pub place: Option<(String, String)>,
}

impl Found {
    /// The findings of a review, with links into the editor.
    pub fn of(review: &Review, id: VersionId) -> Self {
        let mut found = Self::default();
        for problem in &review.problems {
            found.blocking.push(FindingRow {
                check: "",
                text: problem.message.clone(),
                place: Some(link(id, &problem.file, problem.line)),
            });
        }
        for finding in &review.findings {
            let list = match finding.outcome {
                CheckResult::Met => &mut found.met,
                CheckResult::Confirm => &mut found.questions,
                CheckResult::Violated if finding.blocks() => &mut found.blocking,
                CheckResult::Violated => &mut found.warnings,
            };
            list.push(line(finding, id));
        }
        found
    }

    /// The numbers of findings in one sentence.
    pub fn summary(&self) -> String {
        let count = |lines: &[FindingRow], one: &str, more: &str| match lines.len() {
            1 => format!("1 {one}"),
            many => format!("{many} {more}"),
        };
        if self.blocking.is_empty() {
            format!(
                "Nichts hindert die Veröffentlichung. Dazu {} und {}, die vor der Freigabe zu beantworten sind.",
                count(&self.warnings, "Hinweis", "Hinweise"),
                count(&self.questions, "Frage", "Fragen")
            )
        } else {
            format!(
                "{} zu beheben, bevor die Fassung vorgelegt werden kann.",
                count(&self.blocking, "Mangel ist", "Mängel sind")
            )
        }
    }
}

fn line(finding: &Finding, id: VersionId) -> FindingRow {
    FindingRow {
        check: finding.id,
        text: finding.explanation.clone(),
        place: finding
            .place
            .as_deref()
            .and_then(|place| place_link(place, id)),
    }
}

/// Link into the editor for a place like `de/vertrag.dj:12`; `None` if it is not in a file, such as
/// a PDF. Findings in the facts are corrected in the form fields and not in the file.
pub fn place_link(place: &str, id: VersionId) -> Option<(String, String)> {
    let (file, line) = place.rsplit_once(':')?;
    if file == meta::FILE {
        return Some((FACTS.to_owned(), paths::version_text(id, file)));
    }
    Some(link(id, file, line.parse().ok()?))
}

fn link(id: VersionId, file: &str, line: usize) -> (String, String) {
    (
        format!("{file}, Zeile {line}"),
        format!("{}&zeile={line}#v-text", paths::version_text(id, file)),
    )
}
