//! What the checks found, in the order in which it has to be dealt with.

use super::names::FACTS;
use crate::actions::versions::review::Review;
use crate::contract::check::{CheckResult, Finding};
use crate::contract::meta;
use crate::domain::VersionId;
use crate::paths;

/// What was found, for the page.
#[derive(Default)]
pub struct Found {
    /// What keeps the text from being read or published.
    pub blocking: Vec<FindingRow>,
    /// What needs a reason.
    pub warnings: Vec<FindingRow>,
    /// What a person answers.
    pub questions: Vec<FindingRow>,
    /// What is as it should be.
    pub met: Vec<FindingRow>,
}

/// One finding.
pub struct FindingRow {
    /// `LC-07`; empty where the text cannot be read.
    pub check: &'static str,
    /// What was found and what to do.
    pub text: String,
    /// File and line with the address of the editor.
    pub place: Option<(String, String)>,
}

impl Found {
    /// The lines of a review, with links into the editor.
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

    /// The sum in one sentence.
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

/// The editor at a place like `de/vertrag.dj:12`; none for what is no file, such as a PDF. What was found
/// in the facts is mended in their fields and not in their file.
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
