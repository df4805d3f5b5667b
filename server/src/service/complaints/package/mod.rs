//! Everything about one complaint in one file, for the authority for appeals (电信用户申诉受理机构).
//!
//! It names people and numbers in full, so it counts as a look at personal data, with a reason, and is audited.

mod bundle;
mod dossier;
mod page;

pub use bundle::bundle;
pub use dossier::Dossier;
pub use page::page;

use uuid::Uuid;

use super::{attachments, audit, record, view::find_in, words};
use crate::{
    rules::complaint::{Act, By, Event},
    service::{
        App, Expected, Refusal, Result,
        reveals::{self, Field, Reason},
        text,
    },
    store::StaffMember,
};

/// What a package shows in full.
const SHOWN: [Field; 5] = [Field::Name, Field::Phone, Field::Vin, Field::Iccid, Field::Msisdn];

/// A package.
pub struct Package {
    /// Name of the file.
    pub name: String,
    /// A ZIP archive.
    pub archive: Vec<u8>,
}

/// Puts everything about a complaint together. The same case gives the same bytes.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::SentenceInvalid`], [`Refusal::PreconditionFailed`], [`Refusal::CaseTaken`],
/// [`Refusal::ComplaintClosed`]; [`Refusal::TooMany`] when this member of staff has looked too often today.
pub async fn package(
    app: &App,
    who: &StaffMember,
    id: Uuid,
    seen: &Expected,
    reason: &str,
) -> Result<Package> {
    let reason = text::sentence(reason)?;
    let tx = app.store.begin().await?;
    let mut complaint = find_in(&tx, id).await?;
    seen.check(complaint.version)?;
    let dossier = Dossier::of(&tx, &complaint).await?;
    let files = attachments::all(&tx, &complaint).await?;
    let sentence = words(&reason)?;
    reveals::keep(app, &tx, who, ("complaint", id), &SHOWN, (Reason::Complaint, reason)).await?;
    let event = Event::Acted { act: Act::Package, target: id };
    record(app, &tx, &mut complaint, By::Staff(who.id), event, Some(sentence)).await?;
    audit(app, &tx, who, "package", id);
    tx.commit().await?;
    let work = move || {
        let json = serde_json::to_vec_pretty(&dossier).unwrap_or_default();
        let mut contents = vec![
            ("complaint.html".to_owned(), page(&dossier).into_bytes()),
            ("complaint.json".to_owned(), json),
        ];
        let files = files.into_iter().map(|(_, file)| (format!("attachments/{}", file.name), file.content));
        contents.extend(files);
        bundle(&contents)
    };
    // Packing takes a while: other work goes on meanwhile.
    let archive = tokio::task::spawn_blocking(work).await.map_err(|_| Refusal::Internal)?;
    Ok(Package {
        name: format!("{}.zip", complaint.number),
        archive: archive.map_err(|_| Refusal::Internal)?,
    })
}
