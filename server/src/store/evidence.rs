//! Pictures and reports kept under a consent, and papers kept because the law asks for them (Art 18).
//!
//! They lie encrypted in the database, not in a file store: so the verdict, the evidence and the withdrawal of a
//! consent are each one transaction. Object storage comes with retention and purge.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    Place, Result, Tx, conflict,
    entity::evidence::{ActiveModel, Column, Entity, Model},
};
use crate::rules::proof::Proof;

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
    /// What it is.
    pub kind: EvidenceKind,
    /// Order among its kind, from 0.
    pub position: i32,
    /// The bytes as received.
    pub content: &'a [u8],
}

/// Repository.
pub struct Evidence<'a>(pub(super) &'a Tx);

impl Evidence<'_> {
    /// Keeps a piece.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert(&self, new: NewEvidence<'_>, now_ms: i64) -> Result<()> {
        let place = Place { table: "evidence", row: new.id, column: "content" };
        let row = Model {
            id: new.id,
            request_id: new.request_id,
            verification_id: new.verification_id,
            consent_id: new.consent_id,
            kind: new.kind.as_str().to_owned(),
            position: new.position,
            content: self.0.crypter.seal(place, new.content),
            created_at_ms: now_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Deletes everything kept under a consent; says how many pieces that was.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete_of_consent(&self, consent: Uuid) -> Result<u64> {
        let deleted = Entity::delete_many().filter(Column::ConsentId.eq(consent)).exec(&self.0.db).await?;
        Ok(deleted.rows_affected)
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

    /// One picture of a verification, as received.
    ///
    /// # Errors
    /// The database failed, or the picture does not open.
    pub async fn picture(&self, verification: Uuid, id: Uuid) -> Result<Option<Vec<u8>>> {
        let row = Entity::find_by_id(id)
            .filter(Column::VerificationId.eq(verification))
            .filter(Column::Kind.is_in(EvidenceKind::PICTURES.map(EvidenceKind::as_str)))
            .one(&self.0.db)
            .await?;
        let place = Place { table: "evidence", row: id, column: "content" };
        Ok(row.map(|row| self.0.crypter.open(place, &row.content)).transpose()?)
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
        let place = Place { table: "evidence", row: id, column: "content" };
        Ok(row.map(|row| self.0.crypter.open(place, &row.content)).transpose()?)
    }

    /// How many pieces are kept for a verification.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_of_verification(&self, verification: Uuid) -> Result<u64> {
        Ok(Entity::find().filter(Column::VerificationId.eq(verification)).count(&self.0.db).await?)
    }
}
