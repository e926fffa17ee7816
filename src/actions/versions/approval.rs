//! Deciding on a version: submitted by one person, approved by another, published with the day from
//! which it is offered (LC-46, LC-54, LC-55).

use chrono::{DateTime, NaiveDate, Utc};

use super::review::{Question, review, stamp, surroundings_of};
use super::{ActionError, lock_seen, note};
use crate::actions::approvals;
use crate::actions::case_command::actor;
use crate::actions::second_person::is_second;
use crate::app::App;
use crate::contract::parts::set;
use crate::contract::{meta, source_hash};
use crate::domain::calendar::day;
use crate::domain::mail::Approval;
use crate::domain::version::{
    Confirmation, Version, VersionAuditEvent, VersionRefusal, VersionStep,
};
use crate::domain::viewer::Viewer;
use crate::domain::{Language, VersionId};
use crate::storage::PgConnection;
use crate::storage::contract_imports::delete_import;
use crate::storage::contract_versions::{
    find_published, save_approval, save_publication, save_return, save_submission,
};

/// The version and revision that the user saw when taking a step.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// Key of the version.
    pub id: VersionId,
    /// The revision that the user saw.
    pub revision: i32,
}

/// The answer to one question.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Whether the box was ticked.
    pub confirmed: bool,
    /// Reason or reference, cleaned.
    pub note: String,
}

impl Answer {
    /// Whether the answer is complete.
    pub fn is_enough(&self, question: &Question) -> bool {
        self.confirmed && (!question.wants_words || !self.note.is_empty())
    }
}

/// The answers from the page with the questions.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// [`stamp`] of the questions on the page.
    pub asked: String,
    /// One answer for each question, in the same order.
    pub given: Vec<Answer>,
}

/// Submits a draft: nothing may block it, and every question must be answered by the user who
/// submits. If the questions have changed since, none of the answers counts.
pub fn submit(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    seen: Seen,
    pdfs: &[(Language, Vec<u8>)],
    answers: &Answers,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let version = lock_seen(conn, viewer, seen.id, VersionStep::Submit, seen.revision)?;
    must_be_new(conn, &version)?;
    let around = surroundings_of(conn, app, &version, day(now))?;
    let review = review(app, &version.files, &around, None, pdfs);
    review.must_not_block()?;
    let questions = review.questions();
    if stamp(&questions) != answers.asked {
        return Err(VersionRefusal::OtherQuestions.into());
    }
    let answered = questions.iter().enumerate().all(|(place, question)| {
        answers
            .given
            .get(place)
            .is_some_and(|one| one.is_enough(question))
    });
    if !answered {
        return Err(VersionRefusal::Unanswered.into());
    }
    let confirmations: Vec<Confirmation> = questions
        .into_iter()
        .zip(&answers.given)
        .map(|(question, answer)| Confirmation {
            check: question.check.to_owned(),
            text: match question.quotes.len() {
                0 | 1 => question.text,
                places => format!("{} ({places} Stellen)", question.text),
            },
            note: answer.note.clone(),
            name: viewer.name.clone(),
            at: now,
        })
        .collect();
    save_submission(conn, seen.id, &confirmations, viewer.user, now)?;
    let waits = (Approval::Version { id: seen.id }, None);
    let round = format!("version:{}:{}", seen.id, now.timestamp_micros());
    approvals::tell(conn, app, waits, &round, viewer.user, now)?;
    let event = VersionAuditEvent::Submitted {
        answers: confirmations.len(),
    };
    note(
        conn,
        actor(viewer),
        seen.id,
        &version.head.label(),
        event,
        now,
    )
}

/// A number belongs to one version, even if a second one had the same text (LC-55).
fn must_be_new(conn: &mut PgConnection, version: &Version) -> Result<(), ActionError> {
    match &version.head.number {
        Some(number) if find_published(conn, number)?.is_some() => {
            Err(VersionRefusal::NumberTaken.into())
        }
        _ => Ok(()),
    }
}

/// Returns a version to its authors, who can change it again.
pub fn give_back(
    conn: &mut PgConnection,
    viewer: &Viewer,
    seen: Seen,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let version = lock_seen(conn, viewer, seen.id, VersionStep::Return, seen.revision)?;
    save_return(conn, seen.id, reason)?;
    let event = VersionAuditEvent::Returned {
        reason: reason.to_owned(),
    };
    note(
        conn,
        actor(viewer),
        seen.id,
        &version.head.label(),
        event,
        now,
    )
}

/// A second person approves a version. What the text must say and does not needs both: who submits gave the
/// reason with the assignment, who approves gives one of their own in `taken_on` (EV-13).
pub fn approve(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    seen: Seen,
    taken_on: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let version = lock_seen(conn, viewer, seen.id, VersionStep::Approve, seen.revision)?;
    let submitted_by = version.head.submitted.as_ref().and_then(|mark| mark.by);
    if let Some(first) = submitted_by
        && !is_second(conn, app, first, viewer.user, now)?
    {
        return Err(VersionRefusal::NewAccount.into());
    }
    let around = surroundings_of(conn, app, &version, day(now))?;
    let uncovered = review(app, &version.files, &around, None, &[]).uncovered();
    let mut confirmations = version.confirmations.clone();
    let event = if uncovered.is_empty() {
        VersionAuditEvent::Approved
    } else {
        let reason = taken_on.ok_or(VersionRefusal::NotTakenOn)?;
        confirmations.extend(uncovered.iter().map(|one| Confirmation {
            check: one.id.to_owned(),
            text: format!(
                "Freigegeben, obwohl der Text es nicht regelt: {}",
                one.title_de
            ),
            note: reason.to_owned(),
            name: viewer.name.clone(),
            at: now,
        }));
        VersionAuditEvent::ApprovedWithout {
            subjects: uncovered
                .iter()
                .map(|one| one.title_de.to_owned())
                .collect(),
            reason: reason.to_owned(),
        }
    };
    save_approval(conn, seen.id, &confirmations, viewer.user, now)?;
    let name = version.head.label();
    note(conn, actor(viewer), seen.id, &name, event, now)
}

/// Publishes an approved version. The first day is chosen here: it may differ from the one that
/// `contract.toml` proposes, but must not be in the past. Findings that keep a text from being
/// published are checked again, because sub-processors and catalogue may have changed.
pub fn publish(
    conn: &mut PgConnection,
    app: &App,
    viewer: &Viewer,
    seen: Seen,
    valid_from: NaiveDate,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let version = lock_seen(conn, viewer, seen.id, VersionStep::Publish, seen.revision)?;
    let today = day(now);
    if valid_from < today {
        return Err(VersionRefusal::InPast.into());
    }
    must_be_new(conn, &version)?;
    let around = surroundings_of(conn, app, &version, today)?;
    let mut dated = version.files.clone();
    if let Some(toml) = dated.get_mut(meta::FILE) {
        *toml = set(toml, None, "valid_from", &valid_from.to_string());
    }
    let id_of = |mark: &Option<crate::domain::version::Mark>| {
        let by = mark.as_ref().and_then(|mark| mark.by);
        by.map(|id| id.to_string()).unwrap_or_default()
    };
    let people = (
        id_of(&version.head.submitted),
        id_of(&version.head.approved),
    );
    let people = (people.0.as_str(), people.1.as_str());
    review(app, &dated, &around, Some(people), &[]).must_not_block()?;
    let hash = source_hash(&version.files);
    save_publication(conn, seen.id, valid_from, &hash, viewer.user, now)?;
    // What it was imported from was needed to decide about its lines.
    delete_import(conn, seen.id)?;
    let name = version.head.label();
    let event = VersionAuditEvent::Published { valid_from, hash };
    note(conn, actor(viewer), seen.id, &name, event, now)
}
