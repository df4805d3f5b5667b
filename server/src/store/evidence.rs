//! Pictures and reports kept under a consent.
//!
//! They lie encrypted in the database, not in a file store: so the verdict, the evidence and the withdrawal of a
//! consent are each one transaction. Object storage comes with retention and purge.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    Place, Result, Tx, conflict,
    entity::evidence::{ActiveModel, Column, Entity, Model},
};

/// What a piece of evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvidenceKind {
    /// The device's signed report.
    Report,
    /// One picture per challenge step.
    Keyframe,
    /// The portrait cut from the document.
    DocumentPortrait,
}

impl EvidenceKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Keyframe => "keyframe",
            Self::DocumentPortrait => "document_portrait",
        }
    }

    /// The kinds that can be looked at.
    const PICTURES: [Self; 2] = [Self::Keyframe, Self::DocumentPortrait];
}

/// A piece of evidence to keep.
#[derive(Clone, Debug)]
pub struct NewEvidence<'a> {
    /// Id.
    pub id: Uuid,
    /// The verification it was given for.
    pub verification_id: Uuid,
    /// The consent it is kept under.
    pub consent_id: Uuid,
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

    /// How many pieces are kept for a verification.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_of_verification(&self, verification: Uuid) -> Result<u64> {
        Ok(Entity::find().filter(Column::VerificationId.eq(verification)).count(&self.0.db).await?)
    }
}
