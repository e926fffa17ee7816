//! The description of the API (OpenAPI 3.1), made from the table of operations and the types they read
//! and answer with. `docs/openapi.json` is this description; a test holds it there.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};
use strum::VariantArray as _;

use super::answer::WriteAnswer;
use super::operation::{Answer, Operation, schema};
use super::operations;
use super::problem::{Code, PROBLEM, ProblemBody};
use crate::domain::client::ClientScope;

/// What the API is, for the head of the description.
const ABOUT: &str = "Everything is addressed by your own keys, so that writing the same twice does nothing the second time. \
Every write takes `dry_run=true` and then answers what would follow without doing it. After an answer of 2xx the list, the \
status, the gate and the next GET agree; mails are queued by then, not sent. No client can conclude, decline, object, publish \
or approve, and no link of a mail is in any answer. Within v1 nothing is removed and nothing changes its meaning.";

/// The whole description.
pub fn description() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        "/components/schemas".clone_into(settings.definitions_path.to_mut());
    });
    let mut generator = settings.into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations() {
        let described = describe(operation, &mut generator);
        let path = paths
            .entry(operation.row.path.to_owned())
            .or_insert_with(|| json!({}));
        path[operation.row.method.to_lowercase()] = described;
    }
    let problem = generator.subschema_for::<ProblemBody>();
    let schemas = generator.take_definitions(true);
    let scopes: Map<String, Value> = ClientScope::ALL
        .iter()
        .map(|scope| (scope.key().to_owned(), json!(scope.key())))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "AVV portal",
            "version": "1",
            "description": ABOUT,
            "x-scopes": scopes.keys().collect::<Vec<_>>(),
            "x-codes": codes(),
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas,
            "responses": {
                "Problem": {
                    "description": "It was not done; `code` says why.",
                    "content": {PROBLEM: {"schema": problem}},
                },
            },
        },
    })
}

fn codes() -> Value {
    let all = Code::VARIANTS.iter().map(
        |code| json!({"code": code.key(), "status": code.status().as_u16(), "title": code.title()}),
    );
    all.collect()
}

fn describe(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let scope = operation.scope().map_or("", ClientScope::key);
    let mut parameters = in_path(operation.row.path);
    if let Some(of) = operation.parameters {
        parameters.extend(in_query(&of(generator), generator));
    }
    if operation.is_compared {
        parameters.push(in_header(
            "If-Match",
            false,
            "The ETag of what was read: 412 if it is another one.",
        ));
    }
    if operation.is_once {
        parameters.push(in_header(
            "Idempotency-Key",
            true,
            "Under it the request is done once, for 48 hours.",
        ));
    }
    let description = format!("Scope `{scope}`. {}", operation.description);
    let mut described = json!({
        "operationId": id_of(operation),
        "summary": operation.summary,
        "description": description.trim(),
        "x-scope": scope,
        "parameters": parameters,
        "responses": responses(operation, generator),
    });
    if let Some(of) = operation.body {
        described["requestBody"] = json!({
            "required": true,
            "content": {"application/json": {"schema": of(generator)}},
        });
    }
    described
}

/// `put_customers_number_bookings_external_id`.
fn id_of(operation: &Operation) -> String {
    let path = operation.row.path.trim_start_matches(super::BASE);
    let words: Vec<&str> = path
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    format!(
        "{}_{}",
        operation.row.method.to_lowercase(),
        words.join("_")
    )
}

fn in_path(path: &str) -> Vec<Value> {
    let names = path
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next());
    names
        .map(|name| {
            let pattern = match name {
                "number" => "^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$",
                "external_id" => "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
                "code" => "^[a-z0-9][a-z0-9-]{0,39}$",
                _ => "^[^/]+$",
            };
            json!({"name": name, "in": "path", "required": true, "schema": {"type": "string", "pattern": pattern}})
        })
        .collect()
}

/// The fields of a type as parameters.
fn in_query(of: &Schema, generator: &SchemaGenerator) -> Vec<Value> {
    let name = of
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|path| path.rsplit('/').next());
    let found = name.and_then(|name| generator.definitions().get(name));
    let Some(schema) = found else {
        return Vec::new();
    };
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let fields = schema["properties"].as_object().into_iter().flatten();
    fields
        .map(|(name, schema)| {
            let mut schema = schema.clone();
            let description = schema
                .as_object_mut()
                .and_then(|own| own.remove("description"));
            // A parameter that is not there is not null.
            if let Some(kinds) = schema.get_mut("type").and_then(Value::as_array_mut) {
                kinds.retain(|kind| kind != "null");
                if let [one] = kinds.as_slice() {
                    let one = one.clone();
                    schema["type"] = one;
                }
            }
            if let Some(own) = schema.as_object_mut() {
                own.remove("default");
            }
            json!({
                "name": name,
                "in": "query",
                "required": required.contains(&name.as_str()),
                "description": description,
                "schema": schema,
            })
        })
        .collect()
}

fn in_header(name: &str, required: bool, description: &str) -> Value {
    json!({"name": name, "in": "header", "required": required, "description": description, "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"}})
}

fn responses(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let json_of = |schema: Schema| json!({"application/json": {"schema": schema}});
    let mut all = Map::new();
    match operation.answer {
        Answer::Json(of) => {
            let body = json!({"description": "What there is.", "content": json_of(of(generator))});
            all.insert("200".to_owned(), body);
            all.insert(
                "304".to_owned(),
                json!({"description": "The client has it already."}),
            );
        }
        Answer::Write { creates } => {
            let of = schema::<WriteAnswer>;
            let body =
                json!({"description": "What came of it.", "content": json_of(of(generator))});
            if creates {
                all.insert("201".to_owned(), body.clone());
            }
            all.insert("200".to_owned(), body);
        }
        Answer::Gate => {
            let reason =
                json!({"X-AVV-Grund": {"description": "Why.", "schema": {"type": "string"}}});
            for (status, description) in [
                ("204", "It is open."),
                ("401", "Nobody is known by that key."),
                ("403", "It is shut."),
            ] {
                let said = json!({"description": description, "headers": reason});
                all.insert(status.to_owned(), said);
            }
        }
        Answer::File(media) => {
            let content = json!({media: {"schema": {"type": "string", "contentMediaType": media}}});
            let body = json!({"description": "The file.", "content": content});
            all.insert("200".to_owned(), body);
        }
    }
    all.insert(
        "default".to_owned(),
        json!({"$ref": "#/components/responses/Problem"}),
    );
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    /// A copy of another state is written anew beside the program; `docs/openapi.json` is that copy.
    #[test]
    fn the_committed_description_is_that_of_the_program() {
        let mut text = serde_json::to_string_pretty(&description()).unwrap();
        text.push('\n');
        let root = env!("CARGO_MANIFEST_DIR");
        let committed = std::fs::read_to_string(format!("{root}/docs/openapi.json"));
        if committed.unwrap_or_default() != text {
            std::fs::write(format!("{root}/target/openapi.json"), &text).unwrap();
            panic!("docs/openapi.json is another one; the new one is target/openapi.json");
        }
    }

    #[test]
    fn every_operation_is_described_once() {
        let whole = description();
        let mut ids: Vec<String> = operations().map(id_of).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
        for operation in operations() {
            let found = &whole["paths"][operation.row.path][operation.row.method.to_lowercase()];
            assert!(found["summary"].is_string(), "{}", operation.row.path);
            assert!(operation.scope().is_some(), "{}", operation.row.path);
        }
    }
}
