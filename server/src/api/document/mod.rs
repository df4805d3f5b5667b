//! The OpenAPI document as it is published: what poem-openapi derives, and what is the same everywhere and so is said
//! once: the limits of [`super::body`], the idempotency key, an example of every object.

mod examples;

use serde_json::{Map, Value, json};

use super::body::{LONGEST_TEXT, MOST_ITEMS};

/// Largest whole number JavaScript reads exactly.
const LARGEST: u64 = (1 << 53) - 1;

/// Completes the document.
pub(super) fn complete(derived: &str) -> String {
    let Ok(mut document) = serde_json::from_str::<Value>(derived) else { return derived.to_owned() };
    if let Some(paths) = document["paths"].as_object_mut() {
        for (method, operation) in paths.values_mut().filter_map(Value::as_object_mut).flatten() {
            complete_operation(method, operation);
        }
    }
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.values_mut().for_each(limit);
        let known = schemas.clone();
        for (name, schema) in schemas.iter_mut().filter(|(_, schema)| schema["type"] == "object") {
            schema["example"] = examples::of(&known, name);
        }
    }
    serde_json::to_string_pretty(&document).unwrap_or_else(|_| derived.to_owned())
}

fn complete_operation(method: &str, operation: &mut Value) {
    // Callbacks have an id of their own.
    let keyed =
        method == "post" && operation["security"].as_array().is_some_and(|schemes| !schemes.is_empty());
    let Some(operation) = operation.as_object_mut() else { return };
    if keyed {
        let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
        if let Some(parameters) = parameters.as_array_mut() {
            parameters.push(json!({
                "name": "Idempotency-Key",
                "in": "header",
                "required": false,
                "description": "The same for a repeat of the same request, which then has no second effect and gets \
                    the first answer. See docs/api.md.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
            }));
        }
    }
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        if let Some(text) = described(name).filter(|_| parameter.get("description").is_none()) {
            parameter["description"] = text.into();
        }
        limit(&mut parameter["schema"]);
    }
    for response in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
        if response.1["description"] == "" {
            response.1["description"] = "Done; this is the result.".into();
        }
        for header in response.1.get_mut("headers").and_then(Value::as_object_mut).into_iter().flatten() {
            if let Some(text) = described(header.0).filter(|_| header.1.get("description").is_none()) {
                header.1["description"] = text.into();
            }
            limit(&mut header.1["schema"]);
        }
    }
}

/// Parameters and headers that mean the same wherever they occur.
fn described(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "id" => "Id of the record.",
        "evidence_id" => "Id of the picture.",
        "after" => "`next` of the page before.",
        "iccid" => "ICCID of the card, in full.",
        "paper_id" => "Id of the paper.",
        "token" => "Token of the invitation.",
        "if-match" => {
            "ETag of the record that was seen: refused with 412 if it has changed since. Missing: any."
        }
        "etag" => "Version of the record; goes into If-Match.",
        "retry-after" => "Seconds until it is worth trying again.",
        "content-disposition" => "Name of the file.",
        "webhook-id" => "Id of the message (Standard Webhooks).",
        "webhook-timestamp" => "Unix seconds of sending (Standard Webhooks).",
        "webhook-signature" => "Signature over id, timestamp and body (Standard Webhooks).",
        _ => return None,
    })
}

/// Says the limits that hold everywhere, where no narrower one is said.
fn limit(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    match schema.get("type").and_then(Value::as_str) {
        Some("string") if !schema.contains_key("enum") && !schema.contains_key("format") => {
            fill(schema, "maxLength", LONGEST_TEXT as u64);
        }
        Some("array") => fill(schema, "maxItems", MOST_ITEMS as u64),
        Some("integer") => {
            let unsigned = match schema.get("format").and_then(Value::as_str) {
                Some("uint16") => Some(u64::from(u16::MAX)),
                Some("uint32") => Some(u64::from(u32::MAX)),
                Some("uint64") => Some(LARGEST),
                _ => None,
            };
            if let Some(largest) = unsigned {
                fill(schema, "minimum", 0);
                fill(schema, "maximum", largest);
            }
        }
        _ => {}
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get_mut(key) {
            limit(inner);
        }
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        schema.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten().for_each(limit);
    }
    for (_, member) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        // What tells one shape from another is derived and has no words of its own.
        if member["enum"].is_array() && member.get("description").is_none() {
            member["description"] = "Which of the shapes this is.".into();
        }
        limit(member);
    }
}

fn fill(schema: &mut Map<String, Value>, key: &str, value: u64) {
    schema.entry(key).or_insert_with(|| value.into());
}
