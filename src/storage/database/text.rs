//! Domain enums and values as text and JSON columns, readable in psql.

use diesel::result::Error;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::storage::QueryResult;

/// A value for a JSONB column.
pub fn json<T: Serialize>(value: &T) -> QueryResult<Value> {
    serde_json::to_value(value).map_err(|e| Error::SerializationError(Box::new(e)))
}

/// A value from a JSONB column.
pub fn from_json<T: DeserializeOwned>(value: Value) -> QueryResult<T> {
    serde_json::from_value(value).map_err(|e| Error::DeserializationError(Box::new(e)))
}

/// The name of a unit-like enum value, for a TEXT column with a CHECK.
pub fn word<T: Serialize>(value: &T) -> QueryResult<String> {
    match json(value)? {
        Value::String(word) => Ok(word),
        other => Err(Error::SerializationError(
            format!("not a word: {other}").into(),
        )),
    }
}

/// A unit-like enum value from its name.
pub fn from_word<T: DeserializeOwned>(word: String) -> QueryResult<T> {
    from_json(Value::String(word))
}

/// Makes a row that cannot be read an error instead of a guess.
pub fn unreadable(what: &str) -> Error {
    Error::DeserializationError(format!("unreadable {what}").into())
}
