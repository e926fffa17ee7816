//! What runs are about, for the page that lists them.

use std::collections::HashMap;

use diesel::prelude::*;

use super::BulkRun;
use crate::domain::bulk_run::RunKind;
use crate::domain::{BulkRunId, PartnerId, RollOutId};
use crate::storage::QueryResult;
use crate::storage::schema::{partners, products, roll_outs};

/// Keys and names of subjects that the row of a run does not contain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subjects {
    /// The roll-outs of runs.
    pub roll_outs: HashMap<BulkRunId, RollOutId>,
    /// Names of partners that runs are about.
    pub partners: HashMap<PartnerId, String>,
    /// Names of products that runs are about, by their codes.
    pub products: HashMap<String, String>,
}

/// What these runs are about: three queries, however many there are.
pub fn find_subjects(conn: &mut PgConnection, runs: &[BulkRun]) -> QueryResult<Subjects> {
    let of = |kinds: &[RunKind]| -> Vec<&BulkRun> {
        runs.iter()
            .filter(|run| kinds.contains(&run.kind))
            .collect()
    };
    let ids: Vec<i64> = of(&[RunKind::RollOut]).iter().map(|run| run.id.0).collect();
    let rolled: Vec<(i64, i64)> = roll_outs::table
        .filter(roll_outs::run_id.eq_any(ids))
        .select((roll_outs::run_id, roll_outs::id))
        .load(conn)?;
    let ids: Vec<i64> = of(&[RunKind::Block, RunKind::TakeOff])
        .iter()
        .filter_map(|run| run.subject.parse().ok())
        .collect();
    let named: Vec<(i64, String)> = partners::table
        .filter(partners::id.eq_any(ids))
        .select((partners::id, partners::name))
        .load(conn)?;
    let codes: Vec<String> = of(&[RunKind::NeedChange])
        .iter()
        .map(|run| run.subject.clone())
        .collect();
    let sold: Vec<(String, Option<String>)> = products::table
        .filter(products::code.eq_any(codes))
        .select((
            products::code,
            products::facts.retrieve_as_text("name").nullable(),
        ))
        .load(conn)?;
    Ok(Subjects {
        products: sold
            .into_iter()
            .filter_map(|(code, name)| Some((code, name?)))
            .collect(),
        roll_outs: rolled
            .into_iter()
            .map(|(run, id)| (BulkRunId(run), RollOutId(id)))
            .collect(),
        partners: named
            .into_iter()
            .map(|(id, name)| (PartnerId(id), name))
            .collect(),
    })
}
