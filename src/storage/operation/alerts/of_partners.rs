//! Alerts about a partner's contract under Art. 28(4) GDPR (C6). Their subject is `PARTNER:LAST-DAY`.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Timestamptz};

use super::NewAlert;
use crate::domain::PartnerId;
use crate::domain::alert::AlertKind;
use crate::domain::partner_contract::{STAGE_OVER, STAGE_SOON, soon};
use crate::storage::QueryResult;
use crate::storage::schema::partners;

/// The alert that a contract ends on the day `last`.
pub fn ends(partner: PartnerId, last: NaiveDate, stage: i32) -> NewAlert {
    NewAlert {
        kind: AlertKind::PartnerContractEnds,
        customer: None,
        subject: format!("{partner}:{last}"),
        stage: Some(stage),
    }
}

/// The partner that the subject of such an alert names.
pub(super) fn partner_in(kind: AlertKind, subject: &str) -> Option<PartnerId> {
    let (partner, _) = subject.split_once(':')?;
    (kind == AlertKind::PartnerContractEnds)
        .then(|| partner.parse().ok())
        .flatten()
}

/// Names of partners by their keys.
pub(super) fn names(
    conn: &mut PgConnection,
    ids: Vec<PartnerId>,
) -> QueryResult<HashMap<PartnerId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(i64, String)> = partners::table
        .filter(partners::id.eq_any(ids.into_iter().map(|id| id.0)))
        .select((partners::id, partners::name))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, name)| (PartnerId(id), name))
        .collect())
}

/// The contract that counts of every partner that may work, with the subject of its alert.
const IN_FORCE: &str = "\
    SELECT p.id, p.id || ':' || to_char(c.valid_until, 'YYYY-MM-DD') AS subject, c.valid_until
    FROM partners p CROSS JOIN LATERAL (
        SELECT valid_until FROM partner_contracts WHERE partner_id = p.id ORDER BY id DESC LIMIT 1) c
    WHERE c.valid_until IS NOT NULL AND p.blocked_at IS NULL AND p.deactivated_at IS NULL";

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Partners whose contract ends within two months or has ended, and for whom that alert was not
/// raised yet, at most `limit`.
pub fn list_unsaid(
    conn: &mut PgConnection,
    today: NaiveDate,
    limit: i64,
) -> QueryResult<Vec<PartnerId>> {
    let rows: Vec<Id> = diesel::sql_query(format!(
        "SELECT f.id FROM ({IN_FORCE}) f WHERE f.valid_until <= $1
         AND NOT EXISTS (SELECT FROM alerts a WHERE a.kind = 'partner_contract_ends' AND a.subject = f.subject
             AND a.stage = CASE WHEN f.valid_until < $2 THEN {STAGE_OVER} ELSE {STAGE_SOON} END)
         ORDER BY f.id LIMIT $3"
    ))
    .bind::<Date, _>(soon(today))
    .bind::<Date, _>(today)
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| PartnerId(row.id)).collect())
}

/// Closes the alerts whose contract was renewed, or whose partner was blocked. Returns how many.
pub fn settle_over(conn: &mut PgConnection, now: DateTime<Utc>) -> QueryResult<usize> {
    diesel::sql_query(format!(
        "UPDATE alerts SET done_at = $1 WHERE kind = 'partner_contract_ends' AND done_at IS NULL
         AND NOT EXISTS (SELECT FROM ({IN_FORCE}) f WHERE f.subject = alerts.subject)"
    ))
    .bind::<Timestamptz, _>(now)
    .execute(conn)
}
