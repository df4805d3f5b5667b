//! Lists of complaints. Every page and every file is audited: by what was searched, never for what.

use crate::{
    rules::complaint::list::Order,
    service::{App, Result, lists::Looked},
    store::{Actor, Complaint, ComplaintFilter, Page, Span, StaffMember, Tx},
};

/// Pages read at most to fill one, where the index finds what the text does not hold. A page may end up shorter.
const TRIES: usize = 10;

/// A page of complaints.
///
/// # Errors
/// The store failed.
pub async fn page(app: &App, filter: &ComplaintFilter, order: Order, span: Span) -> Result<Page<Complaint>> {
    let tx = app.store.read().await?;
    let mut found = Page { items: Vec::new(), next: span.after };
    for _ in 0..TRIES {
        let candidates = tx.complaint_lists().page(filter, order, Span { after: found.next, ..span }).await?;
        found.items.extend(said(&tx, filter, candidates.items).await?);
        found.next = candidates.next;
        if found.next.is_none() || found.items.len() as u64 >= span.limit {
            break;
        }
    }
    let limit = usize::try_from(span.limit).unwrap_or(usize::MAX);
    if found.items.len() > limit {
        found.items.truncate(limit);
        found.next = found.items.last().map(|last| order.position(last));
    }
    Ok(found)
}

/// Those that hold the text, if one is looked for.
async fn said(tx: &Tx, filter: &ComplaintFilter, found: Vec<Complaint>) -> Result<Vec<Complaint>> {
    match &filter.text {
        Some(query) => Ok(tx.search().holding(found, query).await?),
        None => Ok(found),
    }
}

/// Writes down that a member of staff looks at a list, and which personal data they looked for it by.
///
/// # Errors
/// The store failed.
pub async fn audit(app: &App, who: &StaffMember, filter: &ComplaintFilter, looked: Looked) -> Result<()> {
    let action = match looked {
        Looked::Page => "complaints.list",
        Looked::Export => "complaints.export",
    };
    let text = filter.text.as_ref().map(|_| "text");
    let by: Vec<&str> = filter.keys.iter().map(|(key, _)| key.as_str()).chain(text).collect();
    let detail = (!by.is_empty()).then(|| format!("by {}", by.join(" ")));
    let tx = app.store.begin().await?;
    app.audit(&tx, Actor::Staff(who.id), action, ("staff", who.id), detail.as_deref());
    Ok(tx.commit().await?)
}
