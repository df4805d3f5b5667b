//! Texts to people, queued in the transaction that made them necessary. The notification gateway sends them; the
//! default one leaves them here, where staff read them in the message centre.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{
    Page, Place, Position, Result, Span, StoreError, Tx, conflict,
    entity::message::{ActiveModel, Column, Entity, Model},
    page::page,
};

/// How far a text has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeState {
    /// Waiting for the gateway.
    Queued,
    /// The gateway took it.
    Sent,
    /// The gateway refused it.
    Failed,
}

impl NoticeState {
    /// Name in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }
}

/// A text to a person.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Id.
    pub id: Uuid,
    /// `sms`, for now.
    pub channel: String,
    /// Phone number.
    pub recipient: String,
    /// The text.
    pub body: String,
    /// How far it has come.
    pub state: NoticeState,
    /// When it was queued.
    pub created_at_ms: i64,
}

/// A text to queue.
#[derive(Clone, Debug)]
pub struct NewNotice<'a> {
    /// Id.
    pub id: Uuid,
    /// `sms`, for now.
    pub channel: &'a str,
    /// Phone number.
    pub recipient: &'a str,
    /// The text.
    pub body: &'a str,
}

/// Repository.
pub struct Messages<'a>(pub(super) &'a Tx);

fn place(row: Uuid, column: &'static str) -> Place {
    Place { table: "message", row, column }
}

impl Messages<'_> {
    /// Queues a text.
    ///
    /// # Errors
    /// The database failed.
    pub async fn enqueue(&self, new: NewNotice<'_>, now_ms: i64) -> Result<()> {
        let seal = |column, value: &str| self.0.crypter.seal(place(new.id, column), value.as_bytes());
        let row = Model {
            id: new.id,
            channel: new.channel.to_owned(),
            recipient: seal("recipient", new.recipient),
            body: seal("body", new.body),
            state: NoticeState::Queued.as_str().to_owned(),
            created_at_ms: now_ms,
            sent_at_ms: None,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// A page of texts, by when they were queued.
    ///
    /// # Errors
    /// The database failed.
    pub async fn page(&self, span: Span) -> Result<Page<Notice>> {
        let position = |row: &Model| Position { key: row.created_at_ms, id: row.id };
        let columns = (Column::CreatedAtMs, Column::Id);
        page(&self.0.db, Entity::find(), columns, span, position).await?.try_map(|row| self.open(row))
    }

    /// Texts waiting for the gateway, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn queued(&self, limit: u64) -> Result<Vec<Notice>> {
        let rows = Entity::find()
            .filter(Column::State.eq(NoticeState::Queued.as_str()))
            .order_by_asc(Column::Id)
            .limit(limit)
            .all(&self.0.db)
            .await?;
        rows.into_iter().map(|row| self.open(row)).collect()
    }

    /// Records what the gateway said about a queued text. False when it is not queued any more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn mark(&self, id: Uuid, state: NoticeState, now_ms: i64) -> Result<bool> {
        let changed = Entity::update_many()
            .col_expr(Column::State, Expr::value(state.as_str()))
            .col_expr(Column::SentAtMs, Expr::value(now_ms))
            .filter(Column::Id.eq(id))
            .filter(Column::State.eq(NoticeState::Queued.as_str()))
            .exec(&self.0.db)
            .await?;
        Ok(changed.rows_affected == 1)
    }

    fn open(&self, row: Model) -> Result<Notice> {
        let text = |column, value: &[u8]| self.0.crypter.open_text(place(row.id, column), value);
        Ok(Notice {
            recipient: text("recipient", &row.recipient)?,
            body: text("body", &row.body)?,
            state: match row.state.as_str() {
                "queued" => NoticeState::Queued,
                "sent" => NoticeState::Sent,
                "failed" => NoticeState::Failed,
                _ => return Err(StoreError::Corrupt("message")),
            },
            id: row.id,
            channel: row.channel,
            created_at_ms: row.created_at_ms,
        })
    }
}
