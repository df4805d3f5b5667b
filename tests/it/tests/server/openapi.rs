//! The API's document and the list of problems are part of the contract.

use serde_json::Value;
use server::service::Refusal;

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
const PROBLEMS: &str = include_str!("../../../../docs/problems.md");

/// `ownerproof openapi > docs/openapi.json` after a change that is meant.
#[test]
fn the_document_is_the_committed_one() {
    let committed = std::fs::read_to_string(SNAPSHOT).unwrap();
    assert!(
        committed.trim_end() == server::api::openapi().trim_end(),
        "docs/openapi.json is not what the server serves: run `ownerproof openapi > docs/openapi.json`"
    );
}

#[test]
fn every_problem_is_documented() {
    for refusal in Refusal::ALL {
        let row = format!(
            "| `{}` | {} | {} | {} |",
            refusal.slug(),
            refusal.status(),
            refusal.title(),
            refusal.detail()
        );
        assert!(PROBLEMS.contains(&row), "docs/problems.md lacks\n{row}");
    }
}

/// Everything the document says of one schema, found wanting.
fn wanting(schema: &Value, at: &str, found: &mut Vec<String>) {
    if schema.get("$ref").is_some() {
        return;
    }
    let has = |key: &str| schema.get(key).is_some();
    let limited = match schema["type"].as_str() {
        Some("string") => has("maxLength") || has("enum") || has("format"),
        Some("array") => has("maxItems"),
        Some("integer") => has("maximum") || !schema["format"].as_str().unwrap_or("uint").starts_with("uint"),
        _ => true,
    };
    if !limited {
        found.push(format!("{at} has no limit"));
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        if member["description"].as_str().unwrap_or_default().is_empty() {
            found.push(format!("{at} has no description"));
        }
        wanting(member, &at, found);
    }
    wanting_parts(schema, at, found);
}

fn wanting_parts(schema: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(items) = schema.get("items") {
        wanting(items, &format!("{at}[]"), found);
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for part in schema[key].as_array().into_iter().flatten() {
            wanting(part, at, found);
        }
    }
}

#[test]
fn everything_is_limited_described_and_shown_by_example() {
    let document: Value = serde_json::from_str(&server::api::openapi()).unwrap();
    let mut found = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        wanting(schema, name, &mut found);
        if schema["description"].as_str().unwrap_or_default().is_empty() {
            found.push(format!("{name} has no description"));
        }
        if schema["type"] == "object" && !schema["example"].is_object() {
            found.push(format!("{name} has no example"));
        }
    }
    let operations = document["paths"].as_object().unwrap().iter();
    for (path, method, operation) in operations
        .flat_map(|(path, of)| of.as_object().unwrap().iter().map(move |(method, it)| (path, method, it)))
    {
        let at = format!("{method} {path}");
        if operation["summary"].as_str().unwrap_or_default().is_empty() || operation["operationId"].is_null()
        {
            found.push(format!("{at} has no summary or no id"));
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let at = format!("{at} {}", parameter["name"]);
            if parameter["description"].as_str().unwrap_or_default().is_empty() {
                found.push(format!("{at} has no description"));
            }
            wanting(&parameter["schema"], &at, &mut found);
        }
        for (status, answer) in operation["responses"].as_object().unwrap() {
            if answer["description"].as_str().unwrap_or_default().is_empty() {
                found.push(format!("{at} {status} has no description"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_key_can_come_with_every_post_of_somebody_signed_in() {
    let document: Value = serde_json::from_str(&server::api::openapi()).unwrap();
    for (path, of) in document["paths"].as_object().unwrap() {
        for (method, operation) in of.as_object().unwrap() {
            let signed_in = operation["security"].as_array().is_some_and(|schemes| !schemes.is_empty());
            let names = operation["parameters"].as_array().into_iter().flatten();
            let keyed = names.filter(|parameter| parameter["name"] == "Idempotency-Key").count();
            assert_eq!(keyed, usize::from(method == "post" && signed_in), "{method} {path}");
        }
    }
}
