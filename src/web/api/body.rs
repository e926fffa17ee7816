//! Bodies of requests: JSON whose fields are all known, with each fault at its place.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

use super::problem::{Code, Problem};
use crate::web::kit::body::whole;

/// Longest body in bytes.
const LARGEST: usize = 256 * 1024;

/// The body of a request.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            if !is_json(&request) {
                return Err(Code::UnsupportedMediaType.into());
            }
            let bytes = whole(&request, payload, LARGEST).await?;
            read(&bytes).map(Self)
        })
    }
}

/// Whether the body says it is JSON. A merge patch is.
fn is_json(request: &HttpRequest) -> bool {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
        || kind.eq_ignore_ascii_case("application/merge-patch+json")
}

/// Reads a value.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| Problem::with(Code::Malformed, error.to_string()))?;
    if let Some(pointer) = unstorable(&value, "") {
        return Err(Problem::of_field(
            &pointer,
            "character",
            "A value contains U+0000.",
        ));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let pointer = pointer_of(error.path());
        Problem::of_field(&pointer, "invalid", error.inner().to_string())
    })
}

/// Reads a list in which nothing may stand twice.
///
/// # Errors
/// Names what does.
pub fn each_once<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeSet<String>, D::Error> {
    let mut all = BTreeSet::new();
    for one in Vec::<String>::deserialize(from)? {
        if all.contains(&one) {
            return Err(Error::custom(format!("`{one}` stands there twice")));
        }
        all.insert(one);
    }
    Ok(all)
}

/// Where a text is that the database cannot store.
fn unstorable(value: &Value, at: &str) -> Option<String> {
    match value {
        Value::String(text) if text.contains('\0') => Some(at.to_owned()),
        Value::Array(all) => all
            .iter()
            .enumerate()
            .find_map(|(n, one)| unstorable(one, &format!("{at}/{n}"))),
        Value::Object(all) => all.iter().find_map(|(name, one)| {
            let place = format!("{at}/{}", escaped(name));
            match name.contains('\0') {
                true => Some(at.to_owned()),
                false => unstorable(one, &place),
            }
        }),
        _ => None,
    }
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment as S;
    let steps = path.iter().filter_map(|step| match step {
        S::Seq { index } => Some(format!("/{index}")),
        S::Map { key } => Some(format!("/{}", escaped(key))),
        S::Enum { variant } => Some(format!("/{}", escaped(variant))),
        S::Unknown => None,
    });
    steps.collect()
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[expect(dead_code, reason = "is only read")]
        rows: Vec<Named>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Named {
        #[expect(dead_code, reason = "is only read")]
        name: String,
    }

    #[test]
    fn each_fault_is_named_at_its_place() {
        for (text, code, pointer) in [
            ("{", Code::Malformed, None),
            (
                r#"{"rows": [{"name": "a"}, {"name": 1}]}"#,
                Code::Invalid,
                Some("/rows/1/name"),
            ),
            (
                r#"{"rows": [{"nane": "a"}]}"#,
                Code::Invalid,
                Some("/rows/0/nane"),
            ),
            (
                r#"{"rows": [{"name": "a\u0000"}]}"#,
                Code::Invalid,
                Some("/rows/0/name"),
            ),
            (r#"{"rows": []} x"#, Code::Malformed, None),
            (r#"{"rows": [], "rows": []}"#, Code::Invalid, Some("")),
        ] {
            let problem = read::<Body>(text.as_bytes()).unwrap_err();
            assert_eq!(problem.code, code, "{text}");
            let found = problem.errors.first().map(|one| one.pointer.as_str());
            assert_eq!(found, pointer, "{text}");
        }
    }
}
