//! What a package says, as a page that people read and print: one file, nothing loaded, nothing runs.

use std::fmt::{self, Display, Write};

use super::dossier::{Dossier, Entry};

const STYLE: &str = "body{font:14px/1.6 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}\
table{border-collapse:collapse;width:100%;margin:.5em 0}th,td{border:1px solid #999;padding:.3em .6em;\
text-align:left;vertical-align:top}th{background:#eee}pre{white-space:pre-wrap;font:inherit;margin:0}\
.inner{background:#fff6e0}@media print{body{margin:0}}";

/// Text that is only text.
struct Plain<'a>(&'a str);

impl Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}

/// The page.
pub fn page(dossier: &Dossier) -> String {
    let mut page = String::new();
    // Writing into a text cannot fail.
    let _ = written(&mut page, dossier);
    page
}

fn written(page: &mut String, dossier: &Dossier) -> fmt::Result {
    let clocks = &dossier.clocks;
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "—".to_owned());
    write!(
        page,
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>投诉 {number}</title>\
         <style>{STYLE}</style></head><body><h1>投诉 {number}</h1>",
        number = Plain(&dossier.number),
    )?;
    table(
        page,
        "基本情况",
        &["项目", "内容"],
        [
            ("投诉类型", dossier.kind_zh.to_owned()),
            ("受理渠道", channel(dossier.channel).to_owned()),
            ("当前状态", state(dossier.state).to_owned()),
            ("处理结论", dossier.outcome.map_or("—", outcome).to_owned()),
            ("处理轮次", dossier.round.to_string()),
            ("投诉人", or_none(&dossier.name)),
            ("联系电话", dossier.phone.clone()),
            ("地区代码", or_none(&dossier.region)),
        ]
        .map(|(name, value)| vec![name.to_owned(), value]),
    )?;
    let kept = match clocks.answer_kept {
        Some(true) => "是",
        Some(false) => "否",
        None => "期限未到",
    };
    table(
        page,
        "时限",
        &["项目", "时间"],
        [
            ("受理时间", clocks.received_at.clone()),
            ("首次响应", or_none(&clocks.first_response_at)),
            ("答复期限（15日）", clocks.answer_due.clone()),
            ("答复时间", or_none(&clocks.answered_at)),
            ("按期答复", kept.to_owned()),
            ("办结时间", or_none(&clocks.closed_at)),
        ]
        .map(|(name, value)| vec![name.to_owned(), value]),
    )?;
    write!(page, "<h2>处理经过</h2><table><tr><th>序号<th>时间<th>人员<th>事项<th>内容</tr>")?;
    for line in &dossier.timeline {
        timeline(page, line)?;
    }
    write!(page, "</table>")?;
    for vehicle in &dossier.vehicles {
        let title = format!("涉及车辆 {}", vehicle.vin);
        let what = [vehicle.brand.as_str(), &vehicle.model, &vehicle.body_colour].join(" ");
        let mut rows =
            vec![vec![vehicle.vin.clone(), what, record(vehicle.record).to_owned(), String::new()]];
        for card in &vehicle.cards {
            let life: Vec<String> = card.life.iter().map(|(at, event)| format!("{at} {event}")).collect();
            let card_state = format!("{} {}", card.carrier, card.state);
            rows.push(vec![card.iccid.clone(), card.msisdn.clone(), card_state, life.join("\n")]);
        }
        table(page, &title, &["车辆识别代号 / ICCID", "车辆 / 卡号", "登记状态", "经过"], rows)?;
    }
    for request in &dossier.requests {
        let title = format!("涉及申请 {}（{}，{}）", request.id, request.kind, request.state);
        let line = |line: &super::dossier::RequestEntry| {
            vec![
                line.at.clone(),
                line.state.clone(),
                line.actor.clone(),
                line.note.clone().unwrap_or_default(),
            ]
        };
        table(page, &title, &["时间", "状态", "操作方", "说明"], request.timeline.iter().map(line))?;
    }
    if !dossier.corrections.is_empty() {
        let rows = dossier.corrections.iter().flat_map(|correction| {
            correction.after.iter().map(|(field, after)| {
                vec![
                    (*field).to_owned(),
                    correction.before.get(field).cloned().unwrap_or_default(),
                    after.clone(),
                    correction.state.to_owned(),
                    correction.decided_at.clone().unwrap_or_default(),
                ]
            })
        });
        table(page, "登记信息更正", &["项目", "更正前", "更正后", "状态", "确认时间"], rows)?;
    }
    if !dossier.complaints.is_empty() {
        table(page, "关联投诉", &["投诉编号"], dossier.complaints.iter().map(|number| vec![number.clone()]))?;
    }
    let audit = dossier.audit.iter().map(|line| {
        vec![
            line.seq.to_string(),
            line.at.clone(),
            line.actor.clone(),
            line.action.clone(),
            format!("{} {}", line.subject_kind, line.subject_id),
            line.detail.clone().unwrap_or_default(),
        ]
    });
    table(page, "操作记录", &["序号", "时间", "人员", "操作", "对象", "说明"], audit)?;
    write!(page, "<p>各文件的 SHA-256 校验值见 SHA256SUMS。</p></body></html>")
}

fn timeline(page: &mut String, line: &Entry) -> fmt::Result {
    let by = match line.by.as_str() {
        "user" => "投诉人",
        "system" => "系统",
        name => name,
    };
    let what = event(line.event.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default());
    let class = if line.public { "" } else { " class=\"inner\"" };
    write!(page, "<tr{class}><td>{}<td>{}<td>{}", line.seq, Plain(&line.at), Plain(by))?;
    if let Some(name) = &line.written_by {
        write!(page, "（{} 代录）", Plain(name))?;
    }
    let inner = if line.public { "" } else { "（内部）" };
    write!(page, "<td>{what}{inner}<td><pre>{}</pre>", Plain(line.text.as_deref().unwrap_or_default()))?;
    for file in &line.attachments {
        write!(page, "<a href=\"{0}\">{0}</a> ", Plain(file))?;
    }
    write!(page, "</tr>")
}

fn table(
    page: &mut String,
    title: &str,
    heading: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> fmt::Result {
    write!(page, "<h2>{}</h2><table><tr>", Plain(title))?;
    for name in heading {
        write!(page, "<th>{name}")?;
    }
    write!(page, "</tr>")?;
    for row in rows {
        write!(page, "<tr>")?;
        for cell in row {
            write!(page, "<td><pre>{}</pre>", Plain(&cell))?;
        }
        write!(page, "</tr>")?;
    }
    write!(page, "</table>")
}

fn channel(name: &str) -> &str {
    match name {
        "app" => "车主应用",
        "portal" => "网站",
        "hotline" => "热线",
        "counter" => "营业厅",
        name => name,
    }
}

fn state(name: &str) -> &str {
    match name {
        "submitted" => "已提交",
        "accepted" => "已受理",
        "assigned" => "已分派",
        "investigating" => "调查处理中",
        "waiting_for_user" => "等待用户补充",
        "proposed" => "已拟答复",
        "second_approval" => "答复复核中",
        "replied" => "已答复",
        "closed" => "已办结",
        "reopened" => "重新处理",
        "appealed" => "已申诉",
        name => name,
    }
}

fn outcome(name: &str) -> &str {
    match name {
        "upheld" => "投诉属实",
        "partly_upheld" => "部分属实",
        "unfounded" => "投诉不属实",
        "withdrawn" => "用户撤回",
        "duplicate" => "重复投诉",
        name => name,
    }
}

fn record(name: &str) -> &str {
    match name {
        "unregistered" => "未登记",
        "active" => "已登记",
        "sampled" => "抽查中",
        "rectifying" => "待更正",
        "emergency_only" => "仅紧急呼叫",
        "closed" => "已注销",
        name => name,
    }
}

fn event(name: &str) -> &'static str {
    match name {
        "filed" => "提交投诉",
        "accepted" => "受理",
        "assigned" => "分派",
        "released" => "退回队列",
        "started" => "开始处理",
        "noted" => "备注",
        "said" => "告知用户",
        "asked" => "询问用户",
        "user_spoke" => "用户补充",
        "proposed" => "拟定答复",
        "returned" => "答复退回",
        "replied" => "答复",
        "closed" => "办结",
        "reopened" => "要求重新处理",
        "appealed" => "向申诉受理机构申诉",
        "snoozed" => "暂缓",
        "woken" => "恢复处理",
        "acted" => "采取措施",
        "absorbed" => "并入其他投诉",
        "alerted" => "时限提醒",
        _ => "其他",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let text = "</pre><script>alert('&\"')</script>";
        let shown = Plain(text).to_string();
        assert_eq!(shown, "&lt;/pre&gt;&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;");
    }
}
