//! What is sent with a complaint: looked through, kept encrypted under keys of their own, given out only to be saved.

use base64::{Engine, prelude::BASE64_STANDARD};
use uuid::Uuid;

use super::{audit, own, record, talk::tell_of, view::find_in, words};
use crate::{
    rules::complaint::{
        By, Event,
        attachment::{LARGEST, Media, PER_COMPLAINT, PER_MESSAGE},
    },
    service::{App, Refusal, Result, pdf, picture},
    store::{Actor, Complaint, EvidenceKind, NewEvidence, StaffMember, Tx, Words},
};

/// What stands for words where somebody only sends files.
const NO_WORDS: &str = "见附件。";

/// A file as it is given out.
pub struct Attachment {
    /// What it is.
    pub media: Media,
    /// What it is called: the complaint's number and its place among the files.
    pub name: String,
    /// What is in it.
    pub content: Vec<u8>,
}

/// Who writes with files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// To the person.
    Said,
    /// For staff only.
    Noted,
    /// The person; a member of staff writes it down.
    Heard,
}

/// The person sends files, in base64, and words with them.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::AttachmentInvalid`], [`Refusal::AttachmentsFull`], [`Refusal::TextInvalid`],
/// [`Refusal::ComplaintClosed`].
pub async fn attach(
    app: &App,
    account: Uuid,
    id: Uuid,
    files: &[String],
    text: Option<&str>,
) -> Result<Vec<Uuid>> {
    let words = words(text.unwrap_or(NO_WORDS))?;
    // Before the work of opening them: whoever has no complaint here learns nothing and costs nothing.
    own(app, &app.store.read().await?, account, id).await?;
    let files = checked(files).await?;
    let tx = app.store.begin().await?;
    let mut complaint = own(app, &tx, account, id).await?;
    let attachments = keep(app, &tx, &complaint, files).await?;
    let words = Words { attachments: attachments.clone(), ..words };
    record(app, &tx, &mut complaint, By::User, Event::UserSpoke, Some(words)).await?;
    app.audit(&tx, Actor::Account(account), "complaint.attach", ("complaint", id), None);
    tx.commit().await?;
    Ok(attachments)
}

/// A member of staff sends files, in base64, and words with them.
///
/// # Errors
/// As [`attach`]; [`Refusal::CaseTaken`].
pub async fn attach_as_staff(
    app: &App,
    who: &StaffMember,
    id: Uuid,
    files: &[String],
    (voice, text): (Voice, Option<&str>),
) -> Result<Vec<Uuid>> {
    let words = words(text.unwrap_or(NO_WORDS))?;
    find_in(&app.store.read().await?, id).await?;
    let files = checked(files).await?;
    let tx = app.store.begin().await?;
    let mut complaint = find_in(&tx, id).await?;
    let attachments = keep(app, &tx, &complaint, files).await?;
    let (event, written_by) = match voice {
        Voice::Said => (Event::Said, None),
        Voice::Noted => (Event::Noted, None),
        Voice::Heard => (Event::UserSpoke, Some(who.id)),
    };
    let words = Words { attachments: attachments.clone(), written_by, ..words };
    record(app, &tx, &mut complaint, By::Staff(who.id), event, Some(words)).await?;
    tell_of(app, &tx, &complaint, event).await?;
    audit(app, &tx, who, "attach", id);
    tx.commit().await?;
    Ok(attachments)
}

/// A file of this account's complaint: not what staff keep to themselves.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn attachment(app: &App, account: Uuid, id: Uuid, file: Uuid) -> Result<Attachment> {
    let tx = app.store.begin().await?;
    let complaint = own(app, &tx, account, id).await?;
    let history = tx.complaints().history(id).await?;
    let mut seen = history.iter().filter(|line| line.public).filter_map(|line| line.words.as_ref());
    if !seen.any(|words| words.attachments.contains(&file)) {
        return Err(Refusal::NotFound.into());
    }
    let found = find(&tx, &complaint, file).await?;
    app.audit(&tx, Actor::Account(account), "complaint.attachment", ("complaint", id), None);
    tx.commit().await?;
    Ok(found)
}

/// A file of a complaint. Every look is audited.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn attachment_as_staff(app: &App, who: &StaffMember, id: Uuid, file: Uuid) -> Result<Attachment> {
    let tx = app.store.begin().await?;
    let complaint = find_in(&tx, id).await?;
    let found = find(&tx, &complaint, file).await?;
    audit(app, &tx, who, "attachment", id);
    tx.commit().await?;
    Ok(found)
}

/// Every file of a complaint, oldest first.
pub(super) async fn all(tx: &Tx, complaint: &Complaint) -> Result<Vec<(Uuid, Attachment)>> {
    let mut all = Vec::new();
    for (id, _) in tx.evidence().attachments_of(complaint.id).await? {
        all.push((id, find(tx, complaint, id).await?));
    }
    Ok(all)
}

async fn find(tx: &Tx, complaint: &Complaint, file: Uuid) -> Result<Attachment> {
    let files = tx.evidence().attachments_of(complaint.id).await?;
    let at = files.iter().position(|(id, _)| *id == file).ok_or(Refusal::NotFound)?;
    let media = files[at].1;
    let content = tx.evidence().attachment(complaint.id, file).await?.ok_or(Refusal::NotFound)?;
    Ok(Attachment { media, name: format!("{}-{}.{}", complaint.number, at + 1, media.extension()), content })
}

async fn keep(app: &App, tx: &Tx, complaint: &Complaint, files: Vec<(Media, Vec<u8>)>) -> Result<Vec<Uuid>> {
    let kept = tx.evidence().attachments_of(complaint.id).await?.len();
    if kept + files.len() > PER_COMPLAINT {
        return Err(Refusal::AttachmentsFull.into());
    }
    let mut ids = Vec::with_capacity(files.len());
    for (at, (media, content)) in files.iter().enumerate() {
        let file = NewEvidence {
            id: app.id(),
            request_id: None,
            verification_id: None,
            consent_id: None,
            complaint_id: Some(complaint.id),
            kind: EvidenceKind::Attachment(*media),
            position: i32::try_from(kept + at).unwrap_or(i32::MAX),
            content,
        };
        ids.push(file.id);
        tx.evidence().insert(file, app.now_ms()).await?;
    }
    Ok(ids)
}

/// Opens every file: pictures are drawn anew, so that nothing but the picture is kept; documents are looked through.
async fn checked(files: &[String]) -> Result<Vec<(Media, Vec<u8>)>> {
    if !(1..=PER_MESSAGE).contains(&files.len()) {
        return Err(Refusal::AttachmentsFull.into());
    }
    let mut all = Vec::with_capacity(files.len());
    for file in files {
        let file = BASE64_STANDARD.decode(file).map_err(|_| Refusal::AttachmentInvalid)?;
        all.push(opened(file).await?);
    }
    Ok(all)
}

async fn opened(file: Vec<u8>) -> Result<(Media, Vec<u8>)> {
    let invalid = Refusal::AttachmentInvalid;
    if file.len() > LARGEST {
        return Err(invalid.into());
    }
    let media = Media::claimed(&file).ok_or(invalid)?;
    let kept = match media {
        Media::Picture => picture::clean(file).await?.map_err(|_| invalid)?,
        Media::Pdf => {
            let (file, verdict) = pdf::look(file).await?;
            verdict.map_err(|_| invalid)?;
            file
        }
    };
    Ok((media, kept))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::runtime::Builder;

    use super::*;

    /// A PNG picture of one pixel.
    const PIXEL: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4//8/AAX+Av4zEpUUAAAAAElFTkSuQmCC";

    /// How files begin that are taken, and nothing.
    const STARTS: &[&[u8]] = &[b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-1.4\n"];

    fn open(file: Vec<u8>) -> Result<(Media, Vec<u8>)> {
        Builder::new_current_thread().build().unwrap().block_on(opened(file))
    }

    #[test]
    fn a_picture_is_drawn_anew_and_nothing_else_is_kept() {
        let mut file = BASE64_STANDARD.decode(PIXEL).unwrap();
        file.extend_from_slice(b"<script>alert(1)</script>");
        let (media, kept) = open(file).unwrap();
        assert_eq!(media, Media::Picture);
        assert!(kept.starts_with(b"\xff\xd8\xff") && !kept.windows(7).any(|bytes| bytes == b"<script"));
    }

    #[test]
    fn a_file_that_is_too_large_is_not_opened() {
        let mut file = BASE64_STANDARD.decode(PIXEL).unwrap();
        file.resize(LARGEST + 1, 0);
        assert!(open(file).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_comes_is_refused_or_is_what_it_says(
            start in prop::sample::select(STARTS),
            bytes in prop::collection::vec(any::<u8>(), 0..500),
        ) {
            prop_assert!(open([start, &bytes].concat()).is_err());
        }

        #[test]
        fn a_damaged_picture_is_refused_or_drawn_anew(
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let mut file = BASE64_STANDARD.decode(PIXEL).unwrap();
            for (at, byte) in damage {
                let at = at.index(file.len());
                file[at] = byte;
            }
            if let Ok((media, kept)) = open(file) {
                prop_assert_eq!(Media::claimed(&kept), Some(media));
            }
        }
    }
}
