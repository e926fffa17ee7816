//! The results of the checks, in the order in which they have to be dealt with.

use super::composition::COMPOSITION;
use super::names::FACTS;
use crate::actions::versions::review::Review;
use crate::contract::check::{CheckKind, CheckResult, Finding, Remedy};
use crate::contract::meta;
use crate::domain::VersionId;
use crate::paths;

/// The results of the checks, as the page lists them.
#[derive(Default)]
pub struct Found {
    /// What the text must say, without a passage: it keeps the text from being published.
    pub open: Vec<FindingRow>,
    /// Findings that keep the text from being read or published.
    pub blocking: Vec<FindingRow>,
    /// Warnings, which need a reason.
    pub warnings: Vec<FindingRow>,
    /// What is assigned, for a person to confirm.
    pub assigned: Vec<FindingRow>,
    /// Questions that a person has to answer.
    pub questions: Vec<FindingRow>,
    /// What structure and numbers decide, and is right.
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
                CheckResult::Open => &mut found.open,
                CheckResult::Confirm if finding.kind == CheckKind::Assigned => &mut found.assigned,
                CheckResult::Confirm => &mut found.questions,
                CheckResult::Violated if finding.blocks() => &mut found.blocking,
                CheckResult::Violated => &mut found.warnings,
            };
            list.push(line(finding, id));
        }
        found
    }

    /// The same with links into the source, for people who write there.
    pub fn with_lines(mut self, id: VersionId) -> Self {
        let lists = [
            &mut self.blocking,
            &mut self.warnings,
            &mut self.questions,
            &mut self.met,
        ];
        for row in lists.into_iter().flatten() {
            let label = row.place.as_ref().map(|(label, _)| label.clone());
            let place = label
                .as_deref()
                .and_then(|label| label.split_once(", Zeile "));
            if let Some((file, Ok(line))) = place.map(|(file, line)| (file, line.parse())) {
                row.place = Some(in_source(id, file, line));
            }
        }
        self
    }

    /// The numbers of findings in one sentence.
    pub fn summary(&self) -> String {
        let count = |lines: &[FindingRow], one: &str, more: &str| match lines.len() {
            1 => format!("1 {one}"),
            many => format!("{many} {more}"),
        };
        let open = match self.open.len() {
            0 => String::new(),
            _ => format!(
                " {} nicht zugeordnet.",
                count(&self.open, "Thema ist", "Themen sind")
            ),
        };
        if self.blocking.is_empty() {
            format!(
                "Kein Mangel hindert die Veröffentlichung.{open} Dazu {} und {}, die vor der Freigabe zu beantworten sind.",
                count(&self.warnings, "Hinweis", "Hinweise"),
                count(&self.questions, "Frage", "Fragen")
            )
        } else {
            format!(
                "{} zu beheben, bevor die Fassung vorgelegt werden kann.{open}",
                count(&self.blocking, "Mangel ist", "Mängel sind")
            )
        }
    }
}

fn line(finding: &Finding, id: VersionId) -> FindingRow {
    FindingRow {
        check: finding.id,
        text: finding.explanation.clone(),
        place: match finding.remedy {
            Some(remedy) => Some(mended_at(remedy, id)),
            None => finding
                .place
                .as_deref()
                .and_then(|place| place_link(place, id)),
        },
    }
}

/// Link to the page where something is mended that is no place in the text.
fn mended_at(remedy: Remedy, id: VersionId) -> (String, String) {
    let (name, href) = match remedy {
        Remedy::Block(block) => (
            COMPOSITION,
            format!("{}#{}", paths::version(id, "teile"), block.word()),
        ),
        Remedy::Products => (
            COMPOSITION,
            format!("{}#produkte", paths::version(id, "teile")),
        ),
        Remedy::Subject(tag) => (
            "Stelle wählen",
            format!("{}?thema={tag}", paths::version(id, "zuordnung")),
        ),
        Remedy::SubProcessors => ("Unterauftragsverarbeiter", paths::SUB_PROCESSORS.to_owned()),
    };
    (name.to_owned(), href)
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

/// Link into the form of the clause that has this line, at the field of its language.
fn link(id: VersionId, file: &str, line: usize) -> (String, String) {
    if file == meta::FILE {
        return in_source(id, file, line);
    }
    let code = file.split('/').next().unwrap_or_default();
    (
        format!("{file}, Zeile {line}"),
        format!("{}#text_{code}", paths::version_clause_at(id, file, line)),
    )
}

/// Link to the line in the source.
fn in_source(id: VersionId, file: &str, line: usize) -> (String, String) {
    (
        format!("{file}, Zeile {line}"),
        format!("{}&zeile={line}#v-text", paths::version_text(id, file)),
    )
}
