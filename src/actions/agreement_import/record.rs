//! One step of the run that records existing agreements.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::check::known_versions;
use super::sheet::{self, Recorded};
use crate::actions::bulk_runs::subject_of;
use crate::actions::case_command::{Unwritten, append_all};
use crate::actions::{ActionError, Actor, Applied, CaseCommand};
use crate::app::App;
use crate::domain::agreement_import::{Column, ExistingAgreement, KnownVersion, Reason, fit};
use crate::domain::audit::AuditKind;
use crate::domain::case::{Case, Event, Refusal};
use crate::domain::proposal::{ExistingRecord, PaperRecord};
use crate::domain::viewer::Scope;
use crate::domain::{AgreementId, AgreementImportId, CustomerNumber, Operator};
use crate::storage::agreement_imports::{self as stored, AgreementImport};
use crate::storage::agreements::create_document;
use crate::storage::bulk_runs::{self as runs, BulkRun};
use crate::storage::cases::lock_cases;
use crate::storage::user_list::find_user;
use crate::storage::{PgConnection, QueryError, catalogue};

/// What is the same for all agreements of a step.
struct Batch<'a> {
    app: &'a App,
    id: AgreementImportId,
    who: Actor,
    proposed_by: String,
    confirmed_by: String,
    versions: Vec<KnownVersion>,
    operator: Operator,
    now: DateTime<Utc>,
}

pub(super) fn record_all(
    conn: &mut PgConnection,
    app: &App,
    run: &BulkRun,
    customers: &[CustomerNumber],
    now: DateTime<Utc>,
) -> Result<i64, ActionError> {
    let id: AgreementImportId = subject_of(run)?;
    let import = stored::find(conn, id)?.ok_or(ActionError::NotFound)?;
    let batch = begin(conn, app, &import, now)?;
    let rows = stored::list_rows(conn, id, customers)?;
    // A step does not wait for others while the run is locked, unless it is the last time that it looks.
    let waits = run.round > 1 || customers.len() == 1;
    let mut cases: HashMap<CustomerNumber, Case> = lock_cases(conn, customers, waits, now)?
        .into_iter()
        .map(|case| (case.customer.number, case))
        .collect();
    let (mut events, mut over) = (Vec::new(), Vec::new());
    for row in &rows {
        let Some(case) = cases.remove(&row.number) else {
            if waits {
                let gone = (Some(Column::Number), Reason::UnknownCustomer);
                stored::refuse(conn, id, row.number, &gone)?;
            }
            continue;
        };
        match runs::attempt(conn, |conn| batch.record(conn, case, row)) {
            Ok(event) => {
                events.push(event);
                over.push(row.number);
            }
            Err(Stop::Refused(why)) => stored::refuse(conn, id, row.number, &why)?,
            Err(Stop::Failed(error @ ActionError::Clock(_))) => return Err(error),
            Err(Stop::Failed(ActionError::Database(error))) if error.is_outage() => {
                return Err(error.into());
            }
            Err(Stop::Failed(error)) => {
                tracing::error!(customer = %row.number, import = id.0, %error, "an agreement of a file could not be recorded");
                stored::refuse(conn, id, row.number, &(None, Reason::Refused))?;
            }
        }
    }
    stored::delete_rows(conn, id, &over)?;
    if !events.is_empty() {
        append_all(conn, &events, now)?;
    }
    Ok(i64::try_from(over.len()).unwrap_or(i64::MAX))
}

/// Who confirmed the file stands in the log, by name now, and in every document.
fn begin<'a>(
    conn: &mut PgConnection,
    app: &'a App,
    import: &AgreementImport,
    now: DateTime<Utc>,
) -> Result<Batch<'a>, ActionError> {
    let (Some(proposed), Some((_, confirmer, confirmed_by))) =
        (import.proposed.clone(), import.confirmed.clone())
    else {
        return Err(ActionError::NotAllowed);
    };
    let operator = catalogue::find_operator(conn)?.ok_or(ActionError::NoOperator)?;
    let user = find_user(conn, confirmer)?.ok_or(ActionError::NotFound)?;
    Ok(Batch {
        app,
        id: import.id,
        who: Actor::User {
            id: confirmer,
            company: user.company.name(&operator.party.name).to_owned(),
            name: user.name,
        },
        proposed_by: proposed.2,
        confirmed_by,
        versions: known_versions(conn)?,
        operator,
        now,
    })
}

/// Why an agreement was not recorded.
enum Stop {
    /// It does not fit the customer's case any more.
    Refused((Option<Column>, Reason)),
    /// It could not be written.
    Failed(ActionError),
}

impl From<ActionError> for Stop {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::Refused(refusal) => Self::Refused(match refusal {
                Refusal::Deleted => (Some(Column::Number), Reason::UnknownCustomer),
                Refusal::NotNeeded => (Some(Column::Number), Reason::NotNeeded),
                Refusal::AlreadyConcluded => (Some(Column::Number), Reason::Answered),
                Refusal::TextMissing => (Some(Column::Version), Reason::NoText),
                _ => (None, Reason::Refused),
            }),
            error => Self::Failed(error),
        }
    }
}

impl From<QueryError> for Stop {
    fn from(error: QueryError) -> Self {
        Self::Failed(error.into())
    }
}

impl Batch<'_> {
    fn record(
        &self,
        conn: &mut PgConnection,
        case: Case,
        row: &ExistingAgreement,
    ) -> Result<Unwritten, Stop> {
        let now = self.now;
        let text = fit(&case, row, &self.versions, now).map_err(Stop::Refused)?;
        let scan = stored::find_scan(conn, self.id, row.number)?;
        let record = PaperRecord {
            signed_on: row.concluded_on,
            recorded_by: self.proposed_by.clone(),
            confirmed_by: self.confirmed_by.clone(),
            recorded_at: now,
            existing: Some(ExistingRecord {
                kept_at: row.kept_at.clone(),
                is_scanned: scan.is_some(),
            }),
        };
        let recorded = Recorded {
            row,
            record: &record,
            number: case.next_agreement_number(&[&row.person, &row.function], now),
            operator: &self.operator,
            retention_years: self.app.config.retention_years,
        };
        let mut document = sheet::document(&case, &recorded, scan, now)?;
        let scan_hash = document.pdf_hash.clone();
        let kind = AuditKind::ConcludedOnPaper {
            number: recorded.number.clone(),
            person: row.person.clone(),
            function: row.function.clone(),
            signed_on: row.concluded_on,
            scan_hash,
            proposed_by: self.proposed_by.clone(),
            file: Some(self.id),
        };
        let event = Event::ConcludedOnPaper {
            person: row.person.clone(),
            function: row.function.clone(),
            existing: Some(text),
        };
        let command = CaseCommand {
            customer: row.number,
            scope: Scope::All,
            actor: self.who.clone(),
            now,
        };
        let write = |conn: &mut PgConnection, outcome: &Applied| -> Result<(), ActionError> {
            let AgreementId(id) = outcome.after.agreement().ok_or(ActionError::NotFound)?.id;
            document.agreement_id = id;
            Ok(create_document(conn, &document)?)
        };
        let events = std::slice::from_ref(&event);
        let (_, event) = command.write_each(conn, self.app, case, events, |_| kind, write)?;
        Ok(event)
    }
}
