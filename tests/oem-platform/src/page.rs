//! The ledger as a page a person can read. No script, no inline style.

use std::{fmt::Write as _, sync::Arc};

use chrono::DateTime;
use poem::{IntoResponse, Response, handler, web::Data};

use crate::{Platform, ledger::Row};

const STYLE: &str = include_str!("style.css");
const POLICY: &str = "default-src 'none'; style-src 'self'; frame-ancestors 'none'";

/// `GET /`
#[handler]
pub async fn page(platform: Data<&Arc<Platform>>) -> poem::Result<Response> {
    let rows = platform.ledger.rows().await.map_err(poem::error::InternalServerError)?;
    Ok(render(&rows)
        .with_content_type("text/html; charset=utf-8")
        .with_header("content-security-policy", POLICY)
        .into_response())
}

/// `GET /style.css`
#[handler]
pub fn style() -> Response {
    STYLE.with_content_type("text/css; charset=utf-8").into_response()
}

fn render(rows: &[Row]) -> String {
    let mut table = String::new();
    for row in rows.iter().rev() {
        let received = DateTime::from_timestamp_millis(row.received_at_ms).unwrap_or_default();
        let cards: Vec<String> = row.iccids_masked.iter().map(|iccid| escape(iccid)).collect();
        let _ = write!(
            table,
            "<tr><td>{}</td><td class=\"{state}\">{}</td><td>{}</td><td>{}</td><td>{}<br>{}<br>{}</td>\
             <td>{}</td><td>{}</td><td><code>{}</code></td><td><code>{}</code></td></tr>",
            received.format("%F %T UTC"),
            label(&row.state),
            escape(&row.vin_masked),
            cards.join("<br>"),
            escape(&row.name_masked),
            escape(&row.document_number_masked),
            escape(&row.phone_masked),
            row.deliveries,
            row.callback_attempts,
            escape(&row.request_id),
            escape(row.sha256.get(..16).unwrap_or_default()),
            state = escape(&row.state),
        );
    }
    if rows.is_empty() {
        table.push_str("<tr><td colspan=\"9\">还没有记录 · No records yet</td></tr>");
    }
    format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta http-equiv=\"refresh\" content=\"3\">\
         <title>车企平台台账 · OEM platform ledger</title><link rel=\"stylesheet\" href=\"/style.css\"></head>\
         <body><h1>车企平台台账</h1><p lang=\"en\">Ledger of the reference OEM platform; personal data masked.</p>\
         <div class=\"scroll\"><table><thead><tr><th>收到时间<th>状态<th>车架号 VIN<th>卡 ICCID<th>新车主<th>送达次数\
         <th>回调次数<th>请求编号<th>SHA-256</tr></thead><tbody>{table}</tbody></table></div></body></html>"
    )
}

fn label(state: &str) -> &'static str {
    match state {
        "accepted" => "已受理",
        "confirmed" => "已确认",
        "rejected" => "已拒绝",
        _ => "回调失败",
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_never_markup() {
        let row = Row {
            message_id: "m".into(),
            request_id: "<script>".into(),
            received_at_ms: i64::MAX,
            deliveries: 1,
            vin_masked: "\"&".into(),
            iccids_masked: vec!["<b>".into()],
            name_masked: "<".into(),
            document_number_masked: String::new(),
            phone_masked: String::new(),
            sha256: "短".into(),
            state: "accepted".into(),
            callback_attempts: 0,
        };
        let html = render(&[row]);
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script>") && !html.contains("<b>"));
    }
}
