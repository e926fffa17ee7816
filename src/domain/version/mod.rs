//! Versions of the contract text as the operator's legal department keeps them: draft → submitted →
//! approved by a second person → published, and then unchangeable (LC-54, LC-55).

mod audit_event;
mod comment;
mod import;
mod number;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use strum::VariantArray;

use super::{UserId, VersionId};
pub use audit_event::{ClauseStep, VersionAuditEvent};
pub use comment::{Comment, LONGEST_COMMENT, NewComment};
pub use import::{ImportLine, ImportSource, ImportState};
pub use number::next_number;

/// Files of a version: path inside its folder → text.
pub type Files = BTreeMap<String, String>;

/// More files than this are no contract.
pub const MAX_FILES: usize = 80;
/// A file may have this many bytes.
pub const MAX_FILE: usize = 400_000;
/// All files together may have this many bytes.
pub const MAX_ALL: usize = 2_000_000;

/// A version without its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Key of the version.
    pub id: VersionId,
    /// As `contract.toml` says; `None` while that cannot be read.
    pub number: Option<String>,
    /// The version it was copied from.
    pub based_on: Option<VersionId>,
    /// Counts every change.
    pub revision: i32,
    /// Who began it, and when.
    pub created: Mark,
    /// Who changed it last.
    pub changed: Mark,
    /// Since when it waits for a second person.
    pub submitted: Option<Mark>,
    /// Who approved it.
    pub approved: Option<Mark>,
    /// When it was published, and from when it is offered.
    pub published: Option<(Mark, NaiveDate)>,
    /// Why it was given back the last time.
    pub returned: Option<String>,
    /// Whether its text is marked as a sample (LC-56).
    pub is_sample: bool,
}

/// A version with its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// What is known about it.
    pub head: Head,
    /// Its texts, by their path in the version.
    pub files: Files,
    /// Who changed which file last.
    pub touched: BTreeMap<String, Touch>,
    /// What a named person confirmed.
    pub confirmations: Vec<Confirmation>,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who; `None`: it came with the program.
    pub by: Option<UserId>,
    /// Name of that person now.
    pub name: String,
}

/// The last change of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    /// Name of the person then.
    pub name: String,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// Something no program can decide, answered by a named person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// Number of the check: `LC-07`.
    pub check: String,
    /// The question, or the warning that was accepted.
    pub text: String,
    /// Reason or reference; may be empty for a question.
    pub note: String,
    /// Name of the person then.
    pub name: String,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// How far a version has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Still being written; its authors can change it.
    Draft,
    /// Waits for a second person.
    Submitted,
    /// Can be published.
    Approved,
    /// Cannot be changed any more.
    Published,
}

/// What can be done to a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, VariantArray)]
pub enum VersionStep {
    /// Change, add, rename or remove a part.
    Edit,
    /// Ask a second person to approve it.
    Submit,
    /// Give it back to its authors.
    Return,
    /// Approve it as a second person.
    Approve,
    /// Publish it, so that it is offered from a day on.
    Publish,
    /// Delete the draft.
    Discard,
    /// Say something about a clause, answer, or close what was said.
    Comment,
}

impl VersionStep {
    /// All of them.
    pub const ALL: &'static [Self] = Self::VARIANTS;
}

/// Why a step is not possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionRefusal {
    /// It was published and does not change any more (LC-55).
    Published,
    /// It waits for approval or is approved: it must be given back before it is changed.
    NotADraft,
    /// It does not wait for approval.
    NotSubmitted,
    /// It was not approved yet.
    NotApproved,
    /// It was not published, so nothing is begun from it.
    NotPublished,
    /// Who submitted it cannot approve it (LC-54).
    OwnSubmission,
    /// The approver's account is new and stands for who submitted it, or the other way round (S-39).
    NewAccount,
    /// It was changed since it was looked at.
    Changed {
        /// Who changed it.
        by: String,
        /// When it happened.
        at: DateTime<Utc>,
    },
    /// Checks that block publication are violated, or the texts cannot be read.
    Blocked,
    /// A question or a warning has no answer.
    Unanswered,
    /// Other questions are asked now than those that were answered.
    OtherQuestions,
    /// Another version was published under its number (LC-55).
    NumberTaken,
    /// A version must not have been in force before it is published.
    InPast,
    /// There is already a file of that name.
    NameTaken,
    /// No file can have that name.
    BadName,
    /// Nothing can be assigned at that place: it is not there, or it cannot bear a mark.
    NoPlace,
    /// The text leaves something uncovered, and who approves has not taken that on with a reason (EV-13).
    NotTakenOn,
    /// There is no such file, or the version cannot do without it.
    NoSuchPart,
    /// It is larger than a contract can be.
    TooLarge,
    /// There is no such clause any more, or it has no neighbour there.
    NoSuchClause,
    /// There is no such comment.
    NoSuchComment,
    /// The block stands in the text already; each is placed once.
    BlockIsThere,
    /// With the change the text could not be read any more.
    NotHere,
    /// The place that a decision about an imported line concerns was written by hand since.
    WrittenByHand,
}

impl Head {
    /// How far it has come.
    pub fn stage(&self) -> Stage {
        if self.published.is_some() {
            Stage::Published
        } else if self.approved.is_some() {
            Stage::Approved
        } else if self.submitted.is_some() {
            Stage::Submitted
        } else {
            Stage::Draft
        }
    }

    /// Whether this person may take this step now (LC-54, LC-55). The caller has to check that the
    /// person is an administrator of the operator.
    pub fn may(&self, step: VersionStep, who: UserId) -> Result<(), VersionRefusal> {
        use VersionRefusal as R;
        match (self.stage(), step) {
            (Stage::Published, _) => Err(R::Published),
            (_, VersionStep::Comment) => Ok(()),
            (Stage::Draft, VersionStep::Edit | VersionStep::Submit | VersionStep::Discard) => {
                Ok(())
            }
            (Stage::Draft, VersionStep::Publish) => Err(R::NotApproved),
            (Stage::Draft, VersionStep::Return | VersionStep::Approve) => Err(R::NotSubmitted),
            (Stage::Submitted, VersionStep::Approve) => {
                let own = self.submitted.as_ref().and_then(|mark| mark.by);
                if own == Some(who) {
                    Err(R::OwnSubmission)
                } else {
                    Ok(())
                }
            }
            (Stage::Submitted | Stage::Approved, VersionStep::Return)
            | (Stage::Approved, VersionStep::Publish) => Ok(()),
            (Stage::Submitted, VersionStep::Publish) => Err(R::NotApproved),
            (Stage::Approved, VersionStep::Approve) => Err(R::NotSubmitted),
            (
                Stage::Submitted | Stage::Approved,
                VersionStep::Edit | VersionStep::Submit | VersionStep::Discard,
            ) => Err(R::NotADraft),
        }
    }
}

/// Whether a file may have this path: `contract.toml`, or a `.dj` file of a language, at most one
/// folder deeper for products. What a person may call a part is the same as what a ZIP may hold.
pub fn is_path(path: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.len() <= 60
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
    };
    let parts: Vec<&str> = path.split('/').collect();
    let text = |name: &str| name.strip_suffix(".dj").is_some_and(is_name);
    match parts[..] {
        ["contract.toml"] => true,
        ["de" | "en", name] | ["de" | "en", "produkte", name] => text(name),
        _ => false,
    }
}

/// Whether files are few and small enough.
pub fn fits(files: &Files) -> bool {
    files.len() <= MAX_FILES
        && files.values().all(|text| text.len() <= MAX_FILE)
        && files.values().map(String::len).sum::<usize>() <= MAX_ALL
}

/// A text as it is kept: lines end in one way, and nothing in it is invisible but spaces. What turns
/// the direction of text around could make a contract say something else than it shows (S-73).
pub fn clean(text: &str) -> String {
    let is_hidden = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let mut clean: String = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .filter(|c| !is_hidden(*c))
        .collect();
    if !clean.is_empty() && !clean.ends_with('\n') {
        clean.push('\n');
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHOR: UserId = UserId(1);
    const SECOND: UserId = UserId(2);

    fn head(submitted: bool, approved: bool, published: bool) -> Head {
        let at = DateTime::UNIX_EPOCH;
        let mark = |by| Mark {
            at,
            by: Some(by),
            name: String::new(),
        };
        Head {
            id: VersionId(1),
            number: None,
            based_on: None,
            revision: 1,
            created: mark(AUTHOR),
            changed: mark(AUTHOR),
            submitted: submitted.then(|| mark(AUTHOR)),
            approved: approved.then(|| mark(SECOND)),
            published: published.then(|| (mark(AUTHOR), at.date_naive())),
            returned: None,
            is_sample: false,
        }
    }

    /// LC-54, LC-55: who may do what when; ✔ for the author, the second person, or both.
    #[test]
    fn the_life_of_a_version() {
        let table = [
            (
                "draft",
                head(false, false, false),
                "Edit ✔✔ Submit ✔✔ Return ✘✘ Approve ✘✘ Publish ✘✘ Discard ✔✔ Comment ✔✔",
            ),
            (
                "submitted",
                head(true, false, false),
                "Edit ✘✘ Submit ✘✘ Return ✔✔ Approve ✘✔ Publish ✘✘ Discard ✘✘ Comment ✔✔",
            ),
            (
                "approved",
                head(true, true, false),
                "Edit ✘✘ Submit ✘✘ Return ✔✔ Approve ✘✘ Publish ✔✔ Discard ✘✘ Comment ✔✔",
            ),
            (
                "published",
                head(true, true, true),
                "Edit ✘✘ Submit ✘✘ Return ✘✘ Approve ✘✘ Publish ✘✘ Discard ✘✘ Comment ✘✘",
            ),
        ];
        for (name, head, expected) in table {
            let cells = VersionStep::ALL.iter().map(|&step| {
                let tick = |who| {
                    if head.may(step, who).is_ok() {
                        '✔'
                    } else {
                        '✘'
                    }
                };
                format!("{step:?} {}{}", tick(AUTHOR), tick(SECOND))
            });
            assert_eq!(cells.collect::<Vec<_>>().join(" "), expected, "{name}");
        }
    }

    #[test]
    fn paths_stay_inside_the_folder() {
        for path in [
            "contract.toml",
            "de/vertrag.dj",
            "en/produkte/sip-trunk.dj",
            "de/anlage_2.dj",
        ] {
            assert!(is_path(path), "{path}");
        }
        for path in [
            "",
            "vertrag.dj",
            "../contract.toml",
            "de/../contract.toml",
            "/etc/passwd",
            "fr/vertrag.dj",
            "de/vertrag.md",
            "de/.dj",
            "de/produkte/a/b.dj",
            "de/Vertrag.dj",
            "de\\vertrag.dj",
            "de/a b.dj",
            "de/-x.dj",
            "contract.toml/",
            "de//x.dj",
            "de/produkte",
            "C:/de/x.dj",
        ] {
            assert!(!is_path(path), "{path}");
        }
    }

    #[test]
    fn nothing_invisible_is_kept() {
        assert_eq!(clean("a\r\nb\rc\u{202e}d\u{0}\u{feff}"), "a\nb\ncd\n");
        assert_eq!(clean(""), "");
        assert_eq!(clean("§ 1\u{a0}x\n"), "§ 1\u{a0}x\n");
    }
}
