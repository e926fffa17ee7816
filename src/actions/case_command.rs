//! A command on a case: the only way in which a case is changed.
//!
//! The audit event is written under the lock of the customer, so the events of a customer stand in the
//! log in the order of their commits. Commands on different customers do not wait for each other.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::alerts::AlertKind;
use super::{ActionError, alerts, timing};
use crate::app::App;
use crate::domain::alert::kind_of;
pub use crate::domain::audit::Actor;
use crate::domain::audit::effect::Effect;
use crate::domain::audit::{AuditKind, Steps};
use crate::domain::case::{
    Case, Change, DecisionContext, Denied, Event, NewIds, decide, status_of,
};
use crate::domain::mail::MailKind;
use crate::domain::roll_out;
use crate::domain::viewer::{Acting, Scope, Viewer};
use crate::domain::{AddressId, AgreementId, CustomerNumber, LinkId, RequestId};
use crate::storage::audit::NewEvent;
use crate::storage::audit::chain::{append_many, append_with};
use crate::storage::mails::{NewMail, queue_mail};
use crate::storage::{PgConnection, case_rows, cases, customers, roll_outs, users};

/// A command on a case: the customer, the actor, and the time.
#[derive(Debug, Clone)]
pub struct CaseCommand {
    /// The customer whose case it is.
    pub customer: CustomerNumber,
    /// The customers the actor may see.
    pub scope: Scope,
    /// The actor, for the audit event.
    pub actor: Actor,
    /// The time of the decision.
    pub now: DateTime<Utc>,
}

/// The result of a decision that was written.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The facts before.
    pub before: Case,
    /// The facts after.
    pub after: Case,
    /// The changes that lead from `before` to `after`.
    pub changes: Vec<Change>,
}

/// The audit event of something that is written already.
#[derive(Debug)]
pub(super) struct Unwritten {
    event: NewEvent,
    effect: Effect,
    steps: Steps,
}

impl Unwritten {
    /// Appends it to the log.
    fn append(&self, conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), ActionError> {
        append_with(conn, &self.event, (&self.effect, &self.steps), now)?;
        Ok(())
    }
}

/// The audit event of what was decided and is written otherwise: of many customers at once.
pub(super) fn unwritten(
    conn: &mut PgConnection,
    outcome: &Applied,
    actor: &Actor,
    kind: impl FnOnce(&Applied) -> AuditKind,
    now: DateTime<Utc>,
) -> Result<Unwritten, ActionError> {
    let status = (
        status_of(&outcome.before, now).status,
        status_of(&outcome.after, now).status,
    );
    let mut effect = Effect::between(&outcome.before, &outcome.after, now);
    name_users(conn, &mut effect)?;
    Ok(Unwritten {
        event: NewEvent {
            kind: kind(outcome),
            actor: actor.clone(),
            customer: Some(outcome.after.customer.number),
            status: Some(status),
        },
        effect,
        steps: Steps::of(&outcome.changes, &outcome.after),
    })
}

/// Appends the events of several customers that were written in one transaction.
pub(super) fn append_all(
    conn: &mut PgConnection,
    events: &[Unwritten],
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let all: Vec<(&NewEvent, (&Effect, &Steps))> = events
        .iter()
        .map(|one| (&one.event, (&one.effect, &one.steps)))
        .collect();
    append_many(conn, &all, now)?;
    Ok(())
}

impl CaseCommand {
    /// A command of a signed-in user, or of a client.
    pub fn by(who: &dyn Acting, customer: CustomerNumber, now: DateTime<Utc>) -> Self {
        Self {
            customer,
            scope: who.scope(),
            actor: who.actor(),
            now,
        }
    }

    /// A command of the holder of a consent link.
    pub fn by_link(link: LinkId, customer: CustomerNumber, now: DateTime<Utc>) -> Self {
        Self {
            customer,
            scope: Scope::Customer(customer),
            actor: Actor::Link { id: link },
            now,
        }
    }

    /// A command of the portal itself, from a job.
    pub fn by_portal(customer: CustomerNumber, now: DateTime<Utc>) -> Self {
        Self {
            customer,
            scope: Scope::All,
            actor: Actor::Portal,
            now,
        }
    }

    /// Decides `event` under the lock of the customer, writes what it changes and appends `kind`.
    pub fn execute(
        &self,
        conn: &mut PgConnection,
        app: &App,
        event: &Event,
        kind: impl FnOnce(&Applied) -> AuditKind,
    ) -> Result<Applied, ActionError> {
        let before = self.lock(conn)?;
        self.commit(conn, app, before, event, kind)
    }

    /// Locks the case and loads its facts; a customer outside the scope does not exist.
    pub fn lock(&self, conn: &mut PgConnection) -> Result<Case, ActionError> {
        let case = cases::lock_case(conn, self.customer, self.now)?.ok_or(ActionError::NotFound)?;
        // Asked after locking, so that a partner that lost the customer a moment ago is refused.
        if !customers::is_visible(conn, self.scope, self.customer)? {
            return Err(ActionError::NotFound);
        }
        // A blocked partner may read, but not act (row 49).
        match self.scope {
            Scope::Partner(own) | Scope::SubPartner(own) if case.shuts_out(own) => {
                Err(ActionError::Denied(Denied::Blocked))
            }
            _ => Ok(case),
        }
    }

    /// The second half of [`CaseCommand::execute`], for actions that look at the locked case first.
    pub fn commit(
        &self,
        conn: &mut PgConnection,
        app: &App,
        before: Case,
        event: &Event,
        kind: impl FnOnce(&Applied) -> AuditKind,
    ) -> Result<Applied, ActionError> {
        self.commit_with(conn, app, before, event, kind, |_, _| Ok(()))
    }

    /// [`CaseCommand::commit`] for actions that have more to write than the case: `write` does so
    /// before the event is appended.
    pub fn commit_with(
        &self,
        conn: &mut PgConnection,
        app: &App,
        before: Case,
        event: &Event,
        kind: impl FnOnce(&Applied) -> AuditKind,
        write: impl FnOnce(&mut PgConnection, &Applied) -> Result<(), ActionError>,
    ) -> Result<Applied, ActionError> {
        self.commit_each(conn, app, before, std::slice::from_ref(event), kind, write)
    }

    /// [`CaseCommand::commit_with`] for several events that are one action: each is decided on the
    /// result of the one before it, and the consequences are written once, with one audit event.
    pub fn commit_each(
        &self,
        conn: &mut PgConnection,
        app: &App,
        before: Case,
        events: &[Event],
        kind: impl FnOnce(&Applied) -> AuditKind,
        write: impl FnOnce(&mut PgConnection, &Applied) -> Result<(), ActionError>,
    ) -> Result<Applied, ActionError> {
        let (outcome, event) = self.write_each(conn, app, before, events, kind, write)?;
        event.append(conn, self.now)?;
        Ok(outcome)
    }

    /// [`CaseCommand::commit_each`] without its audit event, which the caller appends when everything
    /// else of its transaction is written: several agreements of a file.
    pub(super) fn write_each(
        &self,
        conn: &mut PgConnection,
        app: &App,
        before: Case,
        events: &[Event],
        kind: impl FnOnce(&Applied) -> AuditKind,
        write: impl FnOnce(&mut PgConnection, &Applied) -> Result<(), ActionError>,
    ) -> Result<(Applied, Unwritten), ActionError> {
        timing::hold(conn, app, &before, self.now)?;
        let (mut after, mut changes) = (before.clone(), Vec::new());
        for event in events {
            let context = DecisionContext {
                now: event.happened_at(&after, self.now),
                new_ids: new_ids(),
            };
            let decided = decide(&after, event, context)?;
            cases::save_changes(conn, self.customer, &decided, context.now)?;
            after.apply(&decided, context.now);
            changes.extend(decided);
        }
        case_rows::save_row(conn, &after, self.now)?;
        let finds_anew = |change: &Change| {
            matches!(
                change,
                Change::SetSubPartner(_)
                    | Change::SetPartner(_)
                    | Change::SetParty(_)
                    | Change::SetEmail(_)
                    | Change::Conclude(_)
            )
        };
        if changes.iter().any(finds_anew) {
            case_rows::save_words(conn, &after)?;
        }
        let outcome = Applied {
            before,
            after,
            changes,
        };
        let told = alerts::follow(conn, self.customer, &outcome, self.now)?;
        self.queue_mails(conn, app, &outcome, &told)?;
        if let Some(answer) = roll_out::answered(&outcome.before, &outcome.after) {
            roll_outs::answer(conn, self.customer, answer, self.now)?;
        }
        write(conn, &outcome)?;
        let event = unwritten(conn, &outcome, &self.actor, kind, self.now)?;
        Ok((outcome, event))
    }

    fn queue_mails(
        &self,
        conn: &mut PgConnection,
        app: &App,
        outcome: &Applied,
        told: &[AlertKind],
    ) -> Result<(), ActionError> {
        for change in &outcome.changes {
            if let Change::Queue(mail) = change {
                let is_known = matches!(mail.kind, MailKind::Alert { alert } if !told.contains(&kind_of(alert)));
                if is_known {
                    continue;
                }
                let new = NewMail {
                    step: mail
                        .kind
                        .step(mail.to, &outcome.before, &outcome.after, Uuid::new_v4()),
                    kind: mail.kind.clone(),
                    to: mail.to,
                    customer: Some(self.customer),
                    message_id: app.new_message_id(),
                };
                queue_mail(conn, &new, self.now)?;
            }
        }
        Ok(())
    }
}

/// Adds the users of each partner who gained or lost access (EV-11). Reads the database only if there are
/// any.
pub(super) fn name_users(conn: &mut PgConnection, effect: &mut Effect) -> Result<(), ActionError> {
    for one in effect.all_mut() {
        (one.user_count, one.users) = users::list_active_of(conn, one.partner, Effect::MOST_USERS)?;
    }
    Ok(())
}

/// The actor of an event for a signed-in user: name and company as they are now.
pub fn actor(viewer: &Viewer) -> Actor {
    viewer.actor()
}

/// Random keys for new rows of a decision.
pub(super) fn new_ids() -> NewIds {
    NewIds {
        request: RequestId(Uuid::new_v4()),
        link: LinkId(Uuid::new_v4()),
        agreement: AgreementId(Uuid::new_v4()),
        address: AddressId(Uuid::new_v4()),
    }
}
