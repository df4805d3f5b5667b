//! Where cards come from before anybody is registered: purchases (Art 6) and tests (Art 7).

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{
    Result, StoreError, Tx,
    entity::{card_batch, card_test},
};

/// A purchase of cards (Art 6).
#[derive(Clone, Debug)]
pub struct Batch {
    /// Id.
    pub id: Uuid,
    /// Carrier, in snake case.
    pub carrier: String,
    /// Number of the contract.
    pub contract_number: String,
    /// How many cards the authorisation letter names.
    pub quantity: i32,
    /// The unit that buys; its responsible person is named there.
    pub unit_person_id: Uuid,
    /// Who handled it (经办人).
    pub handler_person_id: Uuid,
    /// When.
    pub purchased_at_ms: i64,
}

/// The use of a card in development or test (Art 7).
#[derive(Clone, Debug)]
pub struct CardTest {
    /// Id.
    pub id: Uuid,
    /// The card.
    pub card_id: Uuid,
    /// What is developed.
    pub project: String,
    /// What the card is bound to.
    pub machine: String,
    /// More than directed access: someone answers for it by name.
    pub open_functions: bool,
    /// Who answers for open functions.
    pub responsible_person_id: Option<Uuid>,
    /// When it began.
    pub started_at_ms: i64,
    /// When it must end.
    pub ends_at_ms: i64,
    /// When it ended.
    pub ended_at_ms: Option<i64>,
}

/// Repository.
pub struct Stock<'a>(pub(super) &'a Tx);

impl Stock<'_> {
    /// Records a purchase.
    ///
    /// # Errors
    /// The database failed.
    pub async fn buy(&self, batch: Batch, now_ms: i64) -> Result<()> {
        let row = card_batch::Model {
            id: batch.id,
            carrier: batch.carrier,
            contract_number: batch.contract_number,
            quantity: batch.quantity,
            unit_person_id: batch.unit_person_id,
            handler_person_id: batch.handler_person_id,
            purchased_at_ms: batch.purchased_at_ms,
            created_at_ms: now_ms,
        };
        let insert = card_batch::Entity::insert(card_batch::ActiveModel::from(row));
        insert.exec_without_returning(&self.0.db).await?;
        Ok(())
    }

    /// Records that a test began.
    ///
    /// # Errors
    /// The database failed.
    pub async fn start_test(&self, test: CardTest) -> Result<()> {
        let CardTest { id, card_id, project, machine, open_functions, .. } = test;
        let row = card_test::Model {
            id,
            card_id,
            project,
            machine,
            open_functions,
            responsible_person_id: test.responsible_person_id,
            started_at_ms: test.started_at_ms,
            ends_at_ms: test.ends_at_ms,
            ended_at_ms: None,
        };
        let insert = card_test::Entity::insert(card_test::ActiveModel::from(row));
        insert.exec_without_returning(&self.0.db).await?;
        Ok(())
    }

    /// The card of a test that has not ended.
    ///
    /// # Errors
    /// The database failed.
    pub async fn running_test(&self, id: Uuid) -> Result<Option<Uuid>> {
        let row = card_test::Entity::find_by_id(id)
            .filter(card_test::Column::EndedAtMs.is_null())
            .one(&self.0.db)
            .await?;
        Ok(row.map(|row| row.card_id))
    }

    /// Tests whose time is over, 100 at most.
    ///
    /// # Errors
    /// The database failed.
    pub async fn overdue_tests(&self, now_ms: i64) -> Result<Vec<Uuid>> {
        Ok(card_test::Entity::find()
            .filter(card_test::Column::EndedAtMs.is_null())
            .filter(card_test::Column::EndsAtMs.lte(now_ms))
            .order_by_asc(card_test::Column::EndsAtMs)
            .select_only()
            .column(card_test::Column::Id)
            .limit(100)
            .into_tuple()
            .all(&self.0.db)
            .await?)
    }

    /// Writes down that a test ended.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it had.
    pub async fn end_test(&self, id: Uuid, now_ms: i64) -> Result<()> {
        let changed = card_test::Entity::update_many()
            .col_expr(card_test::Column::EndedAtMs, Expr::value(now_ms))
            .filter(card_test::Column::Id.eq(id))
            .filter(card_test::Column::EndedAtMs.is_null())
            .exec(&self.0.db)
            .await?;
        if changed.rows_affected == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }
}
