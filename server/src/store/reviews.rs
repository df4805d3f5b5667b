//! Manual reviews.

use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, sea_query::Expr};
use uuid::Uuid;

use super::{
    Page, Place, Position, Result, Span, StoreError, Tx, conflict,
    entity::review::{ActiveModel, Column, Entity, Model},
    page::page,
};
use crate::rules::{
    request::Subject,
    review::{Review as Rule, State},
};

/// One review.
#[derive(Clone, Debug)]
pub struct Review {
    /// Id.
    pub id: Uuid,
    /// The request it is for.
    pub request_id: Uuid,
    /// The verification to decide about; none where the papers are.
    pub verification_id: Option<Uuid>,
    /// What is looked at.
    pub subject: Subject,
    /// Where it stands.
    pub rule: Rule,
    /// Why it was refused or sent back, by name.
    pub reason: Option<String>,
    /// The sentence to the person.
    pub message: Option<String>,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// When it was decided.
    pub decided_at_ms: Option<i64>,
    /// By when someone will have looked.
    pub due_at_ms: i64,
    /// Guards against two writers.
    pub version: i64,
    /// When it was opened.
    pub created_at_ms: i64,
}

/// A review to open.
#[derive(Clone, Copy, Debug)]
pub struct NewReview {
    /// Id.
    pub id: Uuid,
    /// The request it is for.
    pub request_id: Uuid,
    /// The verification to decide about; none where the papers are.
    pub verification_id: Option<Uuid>,
    /// What is looked at.
    pub subject: Subject,
    /// Whether two people must agree to a pass.
    pub two_people: bool,
    /// By when someone will have looked.
    pub due_at_ms: i64,
}

/// Repository.
pub struct Reviews<'a>(pub(super) &'a Tx);

fn place(row: Uuid) -> Place {
    Place { table: "review", row, column: "message" }
}

impl Reviews<'_> {
    /// The review with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: Uuid) -> Result<Option<Review>> {
        Entity::find_by_id(id).one(&self.0.db).await?.map(|row| self.open(row)).transpose()
    }

    /// The newest review of a request about one of these.
    ///
    /// # Errors
    /// The database failed.
    pub async fn latest(&self, request: Uuid, subjects: &[Subject]) -> Result<Option<Review>> {
        let row = Entity::find()
            .filter(Column::RequestId.eq(request))
            .filter(Column::Subject.is_in(subjects.iter().map(|subject| subject.as_str())))
            .order_by_desc(Column::Id)
            .one(&self.0.db)
            .await?;
        row.map(|row| self.open(row)).transpose()
    }

    /// A page of the reviews in one of these states, by when they were opened.
    ///
    /// # Errors
    /// The database failed.
    pub async fn page(&self, states: &[&str], span: Span) -> Result<Page<Review>> {
        let rows = Entity::find().filter(Column::State.is_in(states.iter().copied()));
        let position = |row: &Model| Position { key: row.created_at_ms, id: row.id };
        let found = page(&self.0.db, rows, (Column::CreatedAtMs, Column::Id), span, position).await?;
        found.try_map(|row| self.open(row))
    }

    /// Opens a review.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the verification has one.
    pub async fn insert(&self, new: NewReview, now_ms: i64) -> Result<()> {
        let row = Model {
            id: new.id,
            request_id: new.request_id,
            verification_id: new.verification_id,
            subject: new.subject.as_str().to_owned(),
            state: State::Waiting.as_str().to_owned(),
            claimed_by: None,
            two_people: new.two_people,
            first_pass: None,
            reason: None,
            message: None,
            decided_by: None,
            decided_at_ms: None,
            due_at_ms: new.due_at_ms,
            version: 0,
            created_at_ms: now_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Writes the changed review, if nobody else wrote since it was read, and counts its version up.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody did.
    pub async fn save(&self, review: &mut Review) -> Result<()> {
        let holder = match review.rule.state {
            State::Claimed(holder) => Some(holder),
            _ => None,
        };
        let message =
            review.message.as_ref().map(|text| self.0.crypter.seal(place(review.id), text.as_bytes()));
        let changed = Entity::update_many()
            .col_expr(Column::State, Expr::value(review.rule.state.as_str()))
            .col_expr(Column::ClaimedBy, Expr::value(holder))
            .col_expr(Column::FirstPass, Expr::value(review.rule.first_pass))
            .col_expr(Column::Reason, Expr::value(review.reason.clone()))
            .col_expr(Column::Message, Expr::value(message))
            .col_expr(Column::DecidedBy, Expr::value(review.decided_by))
            .col_expr(Column::DecidedAtMs, Expr::value(review.decided_at_ms))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(review.id))
            .filter(Column::Version.eq(review.version))
            .exec(&self.0.db)
            .await?;
        if changed.rows_affected != 1 {
            return Err(StoreError::Conflict);
        }
        review.version += 1;
        Ok(())
    }

    fn open(&self, row: Model) -> Result<Review> {
        let corrupt = || StoreError::Corrupt("review");
        let message = row.message.map(|text| self.0.crypter.open_text(place(row.id), &text)).transpose()?;
        Ok(Review {
            id: row.id,
            request_id: row.request_id,
            verification_id: row.verification_id,
            subject: row.subject.parse().map_err(|_| corrupt())?,
            rule: Rule {
                state: State::parse(&row.state, row.claimed_by).ok_or_else(corrupt)?,
                two_people: row.two_people,
                first_pass: row.first_pass,
            },
            reason: row.reason,
            message,
            decided_by: row.decided_by,
            decided_at_ms: row.decided_at_ms,
            due_at_ms: row.due_at_ms,
            version: row.version,
            created_at_ms: row.created_at_ms,
        })
    }
}
