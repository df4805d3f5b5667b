//! What handlers work with: saved views, templates, and who takes what.

use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{
    Place, Result, StoreError, Tx, conflict,
    entity::{complaint_template, complaint_view, staff_duty},
};
use crate::rules::{complaint::Kind, rights::Names};

/// A list of complaints somebody saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// Id.
    pub id: Uuid,
    /// Whose it is.
    pub staff_id: Uuid,
    /// Name.
    pub name: String,
    /// What it shows: JSON of the search.
    pub filter: String,
    /// Everybody sees it.
    pub shared: bool,
}

/// Words that handlers use again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Id.
    pub id: Uuid,
    /// Name, unique.
    pub name: String,
    /// For complaints of this kind only.
    pub kind: Option<Kind>,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// Guards against two writers.
    pub version: i64,
    /// When it was last changed.
    pub changed_at_ms: i64,
}

/// Whether somebody takes complaints, and of which kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// Who.
    pub staff_id: Uuid,
    /// They take new ones now.
    pub available: bool,
    /// Kinds they take; none: all.
    pub skills: Vec<Kind>,
}

/// Most saved views of one member of staff, and most templates.
const MOST: u64 = 200;

/// Repository.
pub struct ComplaintDesk<'a>(pub(super) &'a Tx);

fn place(row: Uuid) -> Place {
    Place { table: "complaint_view", row, column: "filter" }
}

impl ComplaintDesk<'_> {
    /// The views a member of staff sees: their own and shared ones, by name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn views(&self, staff: Uuid) -> Result<Vec<SavedView>> {
        use complaint_view::{Column, Entity};
        let theirs = Column::StaffId.eq(staff).or(Column::Shared.eq(true));
        let rows =
            Entity::find().filter(theirs).order_by_asc(Column::Name).limit(MOST).all(&self.0.db).await?;
        let open = |row: complaint_view::Model| {
            Ok(SavedView {
                filter: self.0.crypter.open_text(place(row.id), &row.filter)?,
                id: row.id,
                staff_id: row.staff_id,
                name: row.name,
                shared: row.shared,
            })
        };
        rows.into_iter().map(open).collect()
    }

    /// Saves a view.
    ///
    /// # Errors
    /// The database failed.
    pub async fn add_view(&self, view: &SavedView, now_ms: i64) -> Result<()> {
        use complaint_view::{ActiveModel, Entity, Model};
        let row = Model {
            id: view.id,
            staff_id: view.staff_id,
            name: view.name.clone(),
            filter: self.0.crypter.seal(place(view.id), view.filter.as_bytes()),
            shared: view.shared,
            created_at_ms: now_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await?;
        Ok(())
    }

    /// Removes a view of a member of staff; false when they have none with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remove_view(&self, id: Uuid, staff: Uuid) -> Result<bool> {
        use complaint_view::{Column, Entity};
        let gone = Entity::delete_many()
            .filter(Column::Id.eq(id))
            .filter(Column::StaffId.eq(staff))
            .exec(&self.0.db)
            .await?;
        Ok(gone.rows_affected > 0)
    }

    /// Every template, by name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn templates(&self) -> Result<Vec<Template>> {
        use complaint_template::{Column, Entity};
        let rows = Entity::find().order_by_asc(Column::Name).limit(MOST).all(&self.0.db).await?;
        rows.into_iter().map(Template::try_from).collect()
    }

    /// The template with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn template(&self, id: Uuid) -> Result<Option<Template>> {
        let row = complaint_template::Entity::find_by_id(id).one(&self.0.db).await?;
        row.map(Template::try_from).transpose()
    }

    /// Adds a template.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the name is taken.
    pub async fn add_template(&self, template: &Template) -> Result<()> {
        use complaint_template::{ActiveModel, Entity, Model};
        let row = Model {
            id: template.id,
            name: template.name.clone(),
            kind: template.kind.map(|kind| kind.as_str().to_owned()),
            zh: template.zh.clone(),
            en: template.en.clone(),
            version: template.version,
            changed_at_ms: template.changed_at_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Writes a changed template, if nobody else wrote since it was read.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody did, or the name is taken.
    pub async fn save_template(&self, template: &Template) -> Result<()> {
        use complaint_template::{Column, Entity};
        let changed = Entity::update_many()
            .col_expr(Column::Name, Expr::value(template.name.as_str()))
            .col_expr(Column::Kind, Expr::value(template.kind.map(Kind::as_str)))
            .col_expr(Column::Zh, Expr::value(template.zh.as_str()))
            .col_expr(Column::En, Expr::value(template.en.as_str()))
            .col_expr(Column::ChangedAtMs, Expr::value(template.changed_at_ms))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(template.id))
            .filter(Column::Version.eq(template.version))
            .exec(&self.0.db)
            .await
            .map_err(conflict)?;
        if changed.rows_affected == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// Removes a template; false when there is none with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remove_template(&self, id: Uuid) -> Result<bool> {
        let gone = complaint_template::Entity::delete_by_id(id).exec(&self.0.db).await?;
        Ok(gone.rows_affected > 0)
    }

    /// What is known of who takes what. Who is not named takes everything.
    ///
    /// # Errors
    /// The database failed.
    pub async fn duties(&self) -> Result<Vec<Duty>> {
        let rows = staff_duty::Entity::find().all(&self.0.db).await?;
        let duty = |row: staff_duty::Model| Duty {
            staff_id: row.id,
            available: row.available,
            skills: Kind::split(&row.skills),
        };
        Ok(rows.into_iter().map(duty).collect())
    }

    /// Writes down what somebody takes.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_duty(&self, duty: &Duty) -> Result<()> {
        use staff_duty::{ActiveModel, Column, Entity, Model};
        let row = Model { id: duty.staff_id, available: duty.available, skills: Kind::join(&duty.skills) };
        let known = sea_orm::sea_query::OnConflict::column(Column::Id)
            .update_columns([Column::Available, Column::Skills])
            .to_owned();
        Entity::insert(ActiveModel::from(row)).on_conflict(known).exec_without_returning(&self.0.db).await?;
        Ok(())
    }
}

impl TryFrom<complaint_template::Model> for Template {
    type Error = StoreError;

    fn try_from(row: complaint_template::Model) -> Result<Self> {
        let kind = row.kind.as_deref().map(str::parse).transpose();
        Ok(Self {
            kind: kind.map_err(|_| StoreError::Corrupt("template"))?,
            id: row.id,
            name: row.name,
            zh: row.zh,
            en: row.en,
            version: row.version,
            changed_at_ms: row.changed_at_ms,
        })
    }
}
