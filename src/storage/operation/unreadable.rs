//! Rows that the program cannot read, by name, for the operator (F11). Constraints prevent them; if
//! there is one nevertheless, it must not break what does not need it.

use diesel::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::domain::Operator;
use crate::domain::party::SubProcessor;
use crate::domain::product::Product;
use crate::domain::sub_processor::ListChange;
use crate::storage::schema::{announcements, operator, products, sub_processors};
use crate::storage::{QueryResult, text};

/// The unreadable rows of the tables that are shared by all customers. These tables are small,
/// whatever the number of customers.
pub fn list_unreadable(conn: &mut PgConnection) -> QueryResult<Vec<String>> {
    let mut found = Vec::new();
    let particulars: Vec<Value> = operator::table.select(operator::facts).load(conn)?;
    for facts in particulars {
        note::<Operator>(&mut found, facts, || "operator".to_owned());
    }
    let catalogue: Vec<(String, Value)> = products::table
        .order(products::position)
        .select((products::code, products::facts))
        .load(conn)?;
    for (code, facts) in catalogue {
        note::<Product>(&mut found, facts, || format!("products, {code}"));
    }
    let register: Vec<(i64, Value)> = sub_processors::table
        .order(sub_processors::id)
        .select((sub_processors::id, sub_processors::facts))
        .load(conn)?;
    for (id, facts) in register {
        note::<SubProcessor>(&mut found, facts, || format!("sub_processors, {id}"));
    }
    let changes: Vec<(uuid::Uuid, Value)> = announcements::table
        .order(announcements::position)
        .select((announcements::id, announcements::changes))
        .load(conn)?;
    for (id, facts) in changes {
        note::<Vec<ListChange>>(&mut found, facts, || format!("announcements, {id}"));
    }
    Ok(found)
}

fn note<T: DeserializeOwned>(found: &mut Vec<String>, value: Value, name: impl Fn() -> String) {
    if text::from_json::<T>(value).is_err() {
        found.push(name());
    }
}
