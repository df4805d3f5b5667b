//! An example of every object, put together from what its members are called. Numbers pass their check digits and belong
//! to nobody.

use serde_json::{Map, Value, json};

/// Deepest object in an object.
const DEPTH: usize = 8;

/// An example of the schema with this name.
pub(super) fn of(schemas: &Map<String, Value>, name: &str) -> Value {
    schemas.get(name).map_or(Value::Null, |schema| example(schemas, schema, "", DEPTH))
}

fn example(schemas: &Map<String, Value>, schema: &Value, name: &str, depth: usize) -> Value {
    if depth == 0 {
        return Value::Null;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        let target = reference.rsplit('/').next().and_then(|name| schemas.get(name));
        return target.map_or(Value::Null, |target| example(schemas, target, name, depth - 1));
    }
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        if let Some(first) = schema[key].as_array().and_then(|parts| parts.first()) {
            return example(schemas, first, name, depth - 1);
        }
    }
    match schema["type"].as_str() {
        Some("object") => {
            let members = schema["properties"].as_object().into_iter().flatten();
            let shown =
                members.map(|(name, member)| (name.clone(), example(schemas, member, name, depth - 1)));
            Value::Object(shown.filter(|(_, value)| !value.is_null()).collect())
        }
        Some("array") => match example(schemas, &schema["items"], name, depth - 1) {
            Value::Null => json!([]),
            item => json!([item]),
        },
        Some("boolean") => json!(false),
        Some("integer" | "number") => number(schema, name),
        Some("string") => text(schema, name),
        _ => Value::Null,
    }
}

fn number(schema: &Value, name: &str) -> Value {
    let usual = match name {
        "status" => 409,
        "retry_after_s" | "resend_after_s" => 60,
        "expires_in_s" => 300,
        "step_timeout_ms" => 10_000,
        _ => 1,
    };
    let bound = |key: &str, otherwise: f64| schema[key].as_f64().unwrap_or(otherwise);
    let value = f64::from(usual).clamp(bound("minimum", f64::MIN), bound("maximum", f64::MAX));
    if schema["type"] == "integer" { json!(value as i64) } else { json!(value) }
}

fn text(schema: &Value, name: &str) -> Value {
    let example = match (schema["format"].as_str(), name) {
        (Some("uuid"), _) => "0192f0c1-7a10-7000-8000-000000000001",
        (Some("date-time"), _) => "2026-11-22T08:00:00Z",
        (Some("date"), _) => "2026-11-22",
        (_, "phone") => "13800001234",
        (_, "code") => "123456",
        (_, "name") => "张三丰",
        (_, "document_number") => "11010519491231002X",
        (_, "vin") => "1M8GDM9AXKP042788",
        (_, "iccid") => "898604071120C0015291",
        (_, "msisdn") => "1064802000031",
        (_, "phone_masked" | "to_masked") => "138****1234",
        (_, "vin_masked" | "vins_masked") => "***********042788",
        (_, "iccid_masked") => "****************5291",
        (_, "msisdn_masked") => "106******0031",
        (_, "document_number_masked") => "110105********002X",
        (_, name) if name.ends_with("name_masked") => "张*",
        (_, "brand") => "红旗",
        (_, "model") => "H9",
        (_, "body_colour") => "黑",
        (_, "carrier") => "china_mobile",
        (_, "type") => "/problems/conflict",
        (_, "title") => "The request has moved on",
        (_, "detail") => "Load it again and decide on what you see then.",
        (_, "username") => "reviewer",
        (_, "password") => "correct horse battery",
        (_, "text_version" | "responsibility_notice_version" | "agreement_version") => "2026-11",
        (_, "message" | "reason" | "note") => "证件照片反光，请重新拍摄",
        _ => "text",
    };
    let (least, most) = (schema["minLength"].as_u64().unwrap_or(0), schema["maxLength"].as_u64());
    let length = example.chars().count() as u64;
    let fits = length >= least && most.is_none_or(|most| length <= most) && schema["pattern"].is_null();
    if fits { json!(example) } else { Value::Null }
}
