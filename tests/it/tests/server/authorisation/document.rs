//! Operations as the OpenAPI document has them, with the least a request needs to be read.

use std::cmp::Reverse;

use reqwest::Method;
use serde_json::{Map, Value, json};

/// One operation.
pub struct Operation {
    pub id: String,
    pub method: Method,
    /// With `{parameters}`.
    pub path: String,
    /// Those that must be sent.
    pub query: Vec<(String, Value)>,
    /// Content type and schema.
    pub body: Option<(String, Value)>,
}

/// Every operation: those that only read first, those that end something last.
pub fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&server::api::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let query =
                parameters.filter(|parameter| parameter["in"] == "query" && parameter["required"] == true);
            let body = operation["requestBody"]["content"].as_object();
            let body = body.and_then(|content| content.iter().next());
            operations.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                query: query
                    .map(|parameter| {
                        let name = parameter["name"].as_str().unwrap();
                        (name.to_owned(), resolve(&document, &parameter["schema"]))
                    })
                    .collect(),
                body: body.map(|(kind, content)| (kind.clone(), resolve(&document, &content["schema"]))),
            });
        }
    }
    operations.sort_by_key(|operation| {
        let rank = match operation.method {
            Method::GET => 0,
            Method::DELETE => 2,
            _ => 1,
        };
        // One of a collection before all of it.
        (rank, Reverse(operation.path.len()))
    });
    operations
}

/// The schema without references.
fn resolve(document: &Value, schema: &Value) -> Value {
    let parts = schema["allOf"].as_array().or(schema["anyOf"].as_array()).or(schema["oneOf"].as_array());
    if let Some(part) = parts.and_then(|parts| parts.first()) {
        return resolve(document, part);
    }
    if let Some(reference) = schema["$ref"].as_str() {
        return resolve(document, document.pointer(reference.trim_start_matches('#')).unwrap());
    }
    match schema {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), resolve(document, value))).collect()
        }
        other => other.clone(),
    }
}

/// The smallest value a schema takes; `known` gives the id of a record by the name of the member that holds it.
pub fn least(schema: &Value, name: &str, known: &dyn Fn(&str) -> String) -> Value {
    if let Some(value) = schema["enum"].get(0) {
        return value.clone();
    }
    match schema["type"].as_str().unwrap_or_default() {
        "object" => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let members: Map<String, Value> = required
                .map(|name| (name.to_owned(), least(&schema["properties"][name], name, known)))
                .collect();
            members.into()
        }
        "array" => {
            let count = schema["minItems"].as_u64().unwrap_or_default().max(1);
            let item = least(&schema["items"], name.trim_end_matches('s'), known);
            vec![item; count as usize].into()
        }
        "integer" => (schema["minimum"].as_f64().unwrap_or(1.0) as i64).into(),
        "number" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        "boolean" => false.into(),
        _ => match schema["format"].as_str() {
            Some("uuid") => known(name).into(),
            Some("date-time") => "2026-11-22T00:00:00Z".into(),
            Some("date") => "2026-11-22".into(),
            _ => "x".repeat(schema["minLength"].as_u64().unwrap_or(1).max(1) as usize).into(),
        },
    }
}
