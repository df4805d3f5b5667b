//! What staff put on a complaint: tags, links, and who follows it.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict};
use uuid::Uuid;

use super::{
    Result, Tx,
    entity::{complaint_follower, complaint_link, complaint_tag},
};
use crate::rules::complaint::Target;

/// Repository.
pub struct ComplaintMarks<'a>(pub(super) &'a Tx);

impl ComplaintMarks<'_> {
    /// The tags of a complaint, in order.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tags(&self, complaint: Uuid) -> Result<Vec<String>> {
        let rows = complaint_tag::Entity::find()
            .filter(complaint_tag::Column::ComplaintId.eq(complaint))
            .order_by_asc(complaint_tag::Column::Tag)
            .select_only()
            .column(complaint_tag::Column::Tag);
        Ok(rows.into_tuple().all(&self.0.db).await?)
    }

    /// Every tag in use, in order, 500 at most.
    ///
    /// # Errors
    /// The database failed.
    pub async fn all_tags(&self) -> Result<Vec<String>> {
        let rows = complaint_tag::Entity::find()
            .select_only()
            .column(complaint_tag::Column::Tag)
            .distinct()
            .order_by_asc(complaint_tag::Column::Tag)
            .limit(500);
        Ok(rows.into_tuple().all(&self.0.db).await?)
    }

    /// Gives a complaint these tags and no others.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_tags(&self, complaint: Uuid, tags: &[String]) -> Result<()> {
        complaint_tag::Entity::delete_many()
            .filter(complaint_tag::Column::ComplaintId.eq(complaint))
            .exec(&self.0.db)
            .await?;
        if tags.is_empty() {
            return Ok(());
        }
        let rows = tags.iter().map(|tag| {
            complaint_tag::ActiveModel::from(complaint_tag::Model {
                id: Uuid::now_v7(),
                complaint_id: complaint,
                tag: tag.clone(),
            })
        });
        complaint_tag::Entity::insert_many(rows).exec_without_returning(&self.0.db).await?;
        Ok(())
    }

    /// What a complaint is linked to, oldest link first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn links(&self, complaint: Uuid) -> Result<Vec<(Target, Uuid)>> {
        let rows: Vec<(String, Uuid)> = complaint_link::Entity::find()
            .filter(complaint_link::Column::ComplaintId.eq(complaint))
            .order_by_asc(complaint_link::Column::Id)
            .select_only()
            .columns([complaint_link::Column::TargetKind, complaint_link::Column::TargetId])
            .into_tuple()
            .all(&self.0.db)
            .await?;
        Ok(rows.into_iter().filter_map(|(kind, id)| Some((kind.parse().ok()?, id))).collect())
    }

    /// The complaints that are linked to something.
    ///
    /// # Errors
    /// The database failed.
    pub async fn linked_to(&self, kind: Target, target: Uuid) -> Result<Vec<Uuid>> {
        let rows = complaint_link::Entity::find()
            .filter(complaint_link::Column::TargetKind.eq(kind.as_str()))
            .filter(complaint_link::Column::TargetId.eq(target))
            .order_by_asc(complaint_link::Column::Id)
            .limit(100)
            .select_only()
            .column(complaint_link::Column::ComplaintId);
        Ok(rows.into_tuple().all(&self.0.db).await?)
    }

    /// Links a complaint to something. Saying it twice changes nothing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn link(&self, complaint: Uuid, kind: Target, target: Uuid) -> Result<()> {
        use complaint_link::{ActiveModel, Column, Entity, Model};
        let row = Model {
            id: Uuid::now_v7(),
            complaint_id: complaint,
            target_kind: kind.as_str().to_owned(),
            target_id: target,
        };
        let known = OnConflict::columns([Column::ComplaintId, Column::TargetKind, Column::TargetId])
            .do_nothing()
            .to_owned();
        Entity::insert(ActiveModel::from(row)).on_conflict(known).exec_without_returning(&self.0.db).await?;
        Ok(())
    }

    /// Takes a link away.
    ///
    /// # Errors
    /// The database failed.
    pub async fn unlink(&self, complaint: Uuid, kind: Target, target: Uuid) -> Result<bool> {
        use complaint_link::Column;
        let gone = complaint_link::Entity::delete_many()
            .filter(Column::ComplaintId.eq(complaint))
            .filter(Column::TargetKind.eq(kind.as_str()))
            .filter(Column::TargetId.eq(target))
            .exec(&self.0.db)
            .await?;
        Ok(gone.rows_affected > 0)
    }

    /// Who follows a complaint.
    ///
    /// # Errors
    /// The database failed.
    pub async fn followers(&self, complaint: Uuid) -> Result<Vec<Uuid>> {
        let rows = complaint_follower::Entity::find()
            .filter(complaint_follower::Column::ComplaintId.eq(complaint))
            .order_by_asc(complaint_follower::Column::Id)
            .select_only()
            .column(complaint_follower::Column::StaffId);
        Ok(rows.into_tuple().all(&self.0.db).await?)
    }

    /// Lets a member of staff follow a complaint. Saying it twice changes nothing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn follow(&self, complaint: Uuid, staff: Uuid) -> Result<()> {
        use complaint_follower::{ActiveModel, Column, Entity, Model};
        let row = Model { id: Uuid::now_v7(), complaint_id: complaint, staff_id: staff };
        let known = OnConflict::columns([Column::ComplaintId, Column::StaffId]).do_nothing().to_owned();
        Entity::insert(ActiveModel::from(row)).on_conflict(known).exec_without_returning(&self.0.db).await?;
        Ok(())
    }

    /// Lets a member of staff stop following a complaint.
    ///
    /// # Errors
    /// The database failed.
    pub async fn unfollow(&self, complaint: Uuid, staff: Uuid) -> Result<()> {
        complaint_follower::Entity::delete_many()
            .filter(complaint_follower::Column::ComplaintId.eq(complaint))
            .filter(complaint_follower::Column::StaffId.eq(staff))
            .exec(&self.0.db)
            .await?;
        Ok(())
    }
}
