//! Pictures and reports kept under a consent, and papers kept because the law asks for them (Art 18).
//!
//! They lie in the database, not in a file store: so the verdict, the evidence and the withdrawal of a consent are
//! each one transaction. Each piece is sealed under a key of its own, which lies in the vault and goes with it: a
//! restored backup brings back bytes that nothing opens.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use super::{
    CryptError, Place, Result, StoreError, Tx, conflict,
    entity::{
        evidence::{ActiveModel, Column, Entity, Model},
        verification,
    },
};
use crate::rules::{complaint::attachment::Media, proof::Proof};

/// What a piece of evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvidenceKind {
    /// The device's signed report.
    Report,
    /// One picture per challenge step.
    Keyframe,
    /// The portrait cut from the document.
    DocumentPortrait,
    /// A photographed side or page of the document.
    Document,
    /// A photographed side or page of the guardian's document.
    GuardianDocument,
    /// A paper the request needs.
    Proof(Proof),
    /// What was sent with a complaint.
    Attachment(Media),
}

impl EvidenceKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Keyframe => "keyframe",
            Self::DocumentPortrait => "document_portrait",
            Self::Document => "document",
            Self::GuardianDocument => "guardian_document",
            Self::Proof(proof) => proof.as_str(),
            Self::Attachment(media) => media.as_str(),
        }
    }

    /// The kinds that can be looked at.
    const PICTURES: [Self; 4] =
        [Self::Keyframe, Self::DocumentPortrait, Self::Document, Self::GuardianDocument];
}

/// A piece of evidence to keep.
#[derive(Clone, Debug)]
pub struct NewEvidence<'a> {
    /// Id.
    pub id: Uuid,
    /// The verification a picture or report of a person was given for.
    pub verification_id: Option<Uuid>,
    /// The consent it is kept under.
    pub consent_id: Option<Uuid>,
    /// The request a paper was given for.
    pub request_id: Option<Uuid>,
    /// The complaint it was sent with.
    pub complaint_id: Option<Uuid>,
    /// What it is.
    pub kind: EvidenceKind,
    /// Order among its kind, from 0.
    pub position: i32,
    /// The bytes as received.
    pub content: &'a [u8],
}

/// Repository.
pub struct Evidence<'a>(pub(super) &'a Tx);

fn place(row: Uuid) -> Place {
    Place { table: "evidence", row, column: "content" }
}

impl Evidence<'_> {
    /// Keeps a piece.
    ///
    /// # Errors
    /// The database or the vault failed.
    pub async fn insert(&self, new: NewEvidence<'_>, now_ms: i64) -> Result<()> {
        let key = self.0.vault.draw(&self.0.crypter, new.id, now_ms).await?;
        let row = Model {
            id: new.id,
            request_id: new.request_id,
            verification_id: new.verification_id,
            consent_id: new.consent_id,
            complaint_id: new.complaint_id,
            kind: new.kind.as_str().to_owned(),
            position: new.position,
            content: key.seal(place(new.id), new.content),
            created_at_ms: now_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Deletes everything kept under a consent, and, once that is final, the keys; says how many pieces that was.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete_of_consent(&self, consent: Uuid) -> Result<u64> {
        let pieces: Vec<Uuid> = Entity::find()
            .filter(Column::ConsentId.eq(consent))
            .select_only()
            .column(Column::Id)
            .into_tuple()
            .all(&self.0.db)
            .await?;
        self.0.closing().doomed.extend(pieces);
        Ok(Entity::delete_many().filter(Column::ConsentId.eq(consent)).exec(&self.0.db).await?.rows_affected)
    }

    /// How many people's faces are held, each counted once however often they were verified.
    ///
    /// # Errors
    /// The database failed.
    pub async fn people_with_a_face(&self) -> Result<u64> {
        let people = verification::Column::DocumentIndex;
        let query = Query::select()
            .expr_as(Expr::col((verification::Entity, people)).count_distinct(), "people")
            .from(Entity)
            .join(
                JoinType::InnerJoin,
                verification::Entity,
                Expr::col((Entity, Column::VerificationId))
                    .equals((verification::Entity, verification::Column::Id)),
            )
            .and_where(Column::Kind.is_in(EvidenceKind::PICTURES.map(EvidenceKind::as_str)))
            .take();
        let row = self.0.db.query_one(&query).await?.ok_or(StoreError::Corrupt("count"))?;
        Ok(row.try_get::<i64>("", "people")?.unsigned_abs())
    }

    /// The pictures kept for a verification, in order: id and kind.
    ///
    /// # Errors
    /// The database failed.
    pub async fn pictures_of(&self, verification: Uuid) -> Result<Vec<(Uuid, EvidenceKind)>> {
        let rows: Vec<(Uuid, String)> = Entity::find()
            .filter(Column::VerificationId.eq(verification))
            .order_by_asc(Column::Position)
            .select_only()
            .columns([Column::Id, Column::Kind])
            .into_tuple()
            .all(&self.0.db)
            .await?;
        let kind = |name: &str| EvidenceKind::PICTURES.into_iter().find(|kind| kind.as_str() == name);
        Ok(rows.into_iter().filter_map(|(id, name)| Some((id, kind(&name)?))).collect())
    }

    /// One picture of a verification, as received. None when it is not there, or its key is not.
    ///
    /// # Errors
    /// The database or the vault failed, or the picture does not open.
    pub async fn picture(&self, verification: Uuid, id: Uuid) -> Result<Option<Vec<u8>>> {
        let row = Entity::find_by_id(id)
            .filter(Column::VerificationId.eq(verification))
            .filter(Column::Kind.is_in(EvidenceKind::PICTURES.map(EvidenceKind::as_str)))
            .one(&self.0.db)
            .await?;
        self.open(row).await
    }

    /// The papers kept for a request, in order: id and what they are.
    ///
    /// # Errors
    /// The database failed.
    pub async fn proofs_of(&self, request: Uuid) -> Result<Vec<(Uuid, Proof)>> {
        let rows: Vec<(Uuid, String)> = Entity::find()
            .filter(Column::RequestId.eq(request))
            .order_by_asc(Column::Id)
            .select_only()
            .columns([Column::Id, Column::Kind])
            .into_tuple()
            .all(&self.0.db)
            .await?;
        Ok(rows.into_iter().filter_map(|(id, name)| Some((id, name.parse().ok()?))).collect())
    }

    /// One paper of a request, as received.
    ///
    /// # Errors
    /// The database failed, or the paper does not open.
    pub async fn proof(&self, request: Uuid, id: Uuid) -> Result<Option<Vec<u8>>> {
        let row = Entity::find_by_id(id).filter(Column::RequestId.eq(request)).one(&self.0.db).await?;
        self.open(row).await
    }

    /// What was sent with a complaint, oldest first: id and what it is.
    ///
    /// # Errors
    /// The database failed.
    pub async fn attachments_of(&self, complaint: Uuid) -> Result<Vec<(Uuid, Media)>> {
        let rows: Vec<(Uuid, String)> = Entity::find()
            .filter(Column::ComplaintId.eq(complaint))
            .order_by_asc(Column::Position)
            .select_only()
            .columns([Column::Id, Column::Kind])
            .into_tuple()
            .all(&self.0.db)
            .await?;
        Ok(rows.into_iter().filter_map(|(id, name)| Some((id, name.parse().ok()?))).collect())
    }

    /// One file of a complaint. None when it is not there, or its key is not.
    ///
    /// # Errors
    /// The database or the vault failed, or the file does not open.
    pub async fn attachment(&self, complaint: Uuid, id: Uuid) -> Result<Option<Vec<u8>>> {
        let row = Entity::find_by_id(id).filter(Column::ComplaintId.eq(complaint)).one(&self.0.db).await?;
        self.open(row).await
    }

    /// The content of a piece; None when it is not there, or its key is not.
    async fn open(&self, row: Option<Model>) -> Result<Option<Vec<u8>>> {
        let Some(row) = row else { return Ok(None) };
        match self.0.vault.key(&self.0.crypter, row.id).await {
            Ok(key) => Ok(Some(key.open(place(row.id), &row.content)?)),
            Err(StoreError::Crypt(CryptError::KeyGone(_))) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How many pieces are kept for a verification.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_of_verification(&self, verification: Uuid) -> Result<u64> {
        Ok(Entity::find().filter(Column::VerificationId.eq(verification)).count(&self.0.db).await?)
    }
}
