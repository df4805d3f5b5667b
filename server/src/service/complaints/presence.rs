//! Who else is at a complaint, so that two do not write the same answer.

use uuid::Uuid;

use crate::{
    service::{App, Refusal, Result},
    store::{Present, StaffMember},
};

/// Who was not heard of for this long is gone, in milliseconds.
pub const GONE_MS: i64 = 30_000;

/// A colleague at a complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub id: Uuid,
    /// Sign-in name.
    pub name: String,
    /// They write something.
    pub typing: bool,
}

/// The member of staff is at the complaint, now.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn arrive(app: &App, who: &StaffMember, complaint: Uuid, typing: bool) -> Result<()> {
    let now_ms = app.now_ms();
    let tx = app.store.begin().await?;
    tx.complaints().find(complaint).await?.ok_or(Refusal::NotFound)?;
    let present = Present { complaint_id: complaint, staff_id: who.id, typing, seen_at_ms: now_ms };
    tx.feed().put(app.id(), present, now_ms - GONE_MS).await?;
    Ok(tx.commit().await?)
}

/// The member of staff has left it.
///
/// # Errors
/// The store failed.
pub async fn leave(app: &App, who: &StaffMember, complaint: Uuid) -> Result<()> {
    let tx = app.store.begin().await?;
    tx.feed().remove(complaint, who.id).await?;
    Ok(tx.commit().await?)
}

/// Who is there, but the one who asks.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn others(app: &App, who: &StaffMember, complaint: Uuid) -> Result<Vec<Colleague>> {
    let tx = app.store.read().await?;
    tx.complaints().find(complaint).await?.ok_or(Refusal::NotFound)?;
    let mut colleagues = Vec::new();
    for Present { staff_id, typing, .. } in tx.feed().at(complaint, app.now_ms() - GONE_MS).await? {
        if staff_id == who.id {
            continue;
        }
        // Whoever was disabled meanwhile is gone.
        if let Some(member) = tx.staff().find(staff_id).await? {
            colleagues.push(Colleague { id: member.id, name: member.username, typing });
        }
    }
    Ok(colleagues)
}
