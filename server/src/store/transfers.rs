//! Transfers and their timelines.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    Place, Result, StoreError, Tx, conflict,
    entity::{
        transfer::{ActiveModel, Column, Entity, Model},
        transfer_event,
    },
};
use crate::rules::transfer::{Party, State};

/// One request to move a vehicle and its cards.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// Id; also the request id towards the OEM platform.
    pub id: Uuid,
    /// The vehicle.
    pub vehicle_id: Uuid,
    /// Where it stands.
    pub state: State,
    /// The account that started it.
    pub owner_account_id: Uuid,
    /// The owner on record when it started.
    pub owner_person_id: Uuid,
    /// The account that claimed the invitation.
    pub counterparty_account_id: Option<Uuid>,
    /// The counterparty as verified.
    pub counterparty_person_id: Option<Uuid>,
    /// Token of the invitation.
    pub invitation: String,
    /// Version of the responsibility notice (Art 13) accepted.
    pub notice_version: Option<String>,
    /// Version of the agreement (Art 17) accepted.
    pub agreement_version: Option<String>,
    /// When the counterparty passed.
    pub verified_at_ms: Option<i64>,
    /// Policy the counterparty passed under.
    pub policy_version: Option<u32>,
    /// Guards against two writers.
    pub version: i64,
    /// When it started.
    pub created_at_ms: i64,
    /// When it expires unless both sides agreed.
    pub expires_at_ms: i64,
}

/// A transfer to start.
#[derive(Clone, Debug)]
pub struct NewTransfer<'a> {
    /// Id.
    pub id: Uuid,
    /// The vehicle.
    pub vehicle_id: Uuid,
    /// The account that starts it.
    pub owner_account_id: Uuid,
    /// The owner on record.
    pub owner_person_id: Uuid,
    /// Token of the invitation.
    pub invitation: &'a str,
    /// When it expires.
    pub expires_at_ms: i64,
}

/// One line of a timeline.
#[derive(Clone, Debug)]
pub struct Event {
    /// Id; ascending in time.
    pub id: Uuid,
    /// When.
    pub at_ms: i64,
    /// State reached, by name.
    pub state: String,
    /// `owner`, `counterparty`, `staff`, `system` or `platform`.
    pub actor: String,
    /// Shown to both sides; no personal data.
    pub note: Option<String>,
}

/// Repository.
pub struct Transfers<'a>(pub(super) &'a Tx);

fn place(row: Uuid) -> Place {
    Place { table: "transfer", row, column: "invitation" }
}

impl Transfers<'_> {
    /// The transfer with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: Uuid) -> Result<Option<Transfer>> {
        Entity::find_by_id(id).one(&self.0.db).await?.map(|row| self.open(row)).transpose()
    }

    /// The transfer this invitation belongs to.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_invitation(&self, token: &str) -> Result<Option<Transfer>> {
        let index = self.0.crypter.blind_index("invitation", token);
        let row = Entity::find().filter(Column::InvitationIndex.eq(index)).one(&self.0.db).await?;
        row.map(|row| self.open(row)).transpose()
    }

    /// The open transfer of a vehicle.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open_of_vehicle(&self, vehicle: Uuid) -> Result<Option<Uuid>> {
        let row = Entity::find().filter(Column::OpenVehicleId.eq(vehicle)).one(&self.0.db).await?;
        Ok(row.map(|row| row.id))
    }

    /// The transfers an account takes part in, newest first, 100 at most.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of_account(&self, account: Uuid) -> Result<Vec<Transfer>> {
        let mine = Condition::any()
            .add(Column::OwnerAccountId.eq(account))
            .add(Column::CounterpartyAccountId.eq(account));
        let rows = Entity::find().filter(mine).order_by_desc(Column::Id).limit(100).all(&self.0.db).await?;
        rows.into_iter().map(|row| self.open(row)).collect()
    }

    /// Open transfers whose time was over at `now_ms`, 100 at most.
    ///
    /// # Errors
    /// The database failed.
    pub async fn overdue(&self, now_ms: i64) -> Result<Vec<Transfer>> {
        let waiting = State::ALL.into_iter().filter(|state| state.is_before_approval());
        let rows = Entity::find()
            .filter(Column::State.is_in(waiting.map(State::as_str)))
            .filter(Column::ExpiresAtMs.lte(now_ms))
            .limit(100)
            .all(&self.0.db)
            .await?;
        rows.into_iter().map(|row| self.open(row)).collect()
    }

    /// Starts a transfer in `Draft`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the vehicle has an open transfer.
    pub async fn insert(&self, new: NewTransfer<'_>, now_ms: i64) -> Result<Transfer> {
        let row = Model {
            id: new.id,
            vehicle_id: new.vehicle_id,
            open_vehicle_id: Some(new.vehicle_id),
            state: State::Draft.as_str().to_owned(),
            review_of: None,
            owner_account_id: new.owner_account_id,
            owner_person_id: new.owner_person_id,
            counterparty_account_id: None,
            counterparty_person_id: None,
            invitation: self.0.crypter.seal(place(new.id), new.invitation.as_bytes()),
            invitation_index: self.0.crypter.blind_index("invitation", new.invitation),
            notice_version: None,
            agreement_version: None,
            verified_at_ms: None,
            policy_version: None,
            version: 0,
            created_at_ms: now_ms,
            expires_at_ms: new.expires_at_ms,
        };
        let insert = Entity::insert(ActiveModel::from(row.clone()));
        insert.exec_without_returning(&self.0.db).await.map_err(conflict)?;
        self.open(row)
    }

    /// Writes the changed transfer, if nobody else wrote since it was read, and counts its version up.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody did.
    pub async fn save(&self, transfer: &mut Transfer) -> Result<()> {
        let open = (!transfer.state.is_closed()).then_some(transfer.vehicle_id);
        let changed = Entity::update_many()
            .col_expr(Column::State, Expr::value(transfer.state.as_str()))
            .col_expr(Column::ReviewOf, Expr::value(transfer.state.review_of().map(Party::as_str)))
            .col_expr(Column::OpenVehicleId, Expr::value(open))
            .col_expr(Column::CounterpartyAccountId, Expr::value(transfer.counterparty_account_id))
            .col_expr(Column::CounterpartyPersonId, Expr::value(transfer.counterparty_person_id))
            .col_expr(Column::NoticeVersion, Expr::value(transfer.notice_version.clone()))
            .col_expr(Column::AgreementVersion, Expr::value(transfer.agreement_version.clone()))
            .col_expr(Column::VerifiedAtMs, Expr::value(transfer.verified_at_ms))
            .col_expr(Column::PolicyVersion, Expr::value(transfer.policy_version.map(|v| v as i32)))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(transfer.id))
            .filter(Column::Version.eq(transfer.version))
            .exec(&self.0.db)
            .await?;
        if changed.rows_affected != 1 {
            return Err(StoreError::Conflict);
        }
        transfer.version += 1;
        Ok(())
    }

    /// Adds a line to the timeline.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record(&self, transfer: Uuid, event: Event) -> Result<()> {
        let Event { id, at_ms, state, actor, note } = event;
        let row = transfer_event::Model { id, transfer_id: transfer, at_ms, state, actor, note };
        let insert = transfer_event::Entity::insert(transfer_event::ActiveModel::from(row));
        insert.exec_without_returning(&self.0.db).await?;
        Ok(())
    }

    /// The timeline, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn timeline(&self, transfer: Uuid) -> Result<Vec<Event>> {
        let rows = transfer_event::Entity::find()
            .filter(transfer_event::Column::TransferId.eq(transfer))
            .order_by_asc(transfer_event::Column::AtMs)
            .order_by_asc(transfer_event::Column::Id)
            .all(&self.0.db)
            .await?;
        let event = |row: transfer_event::Model| Event {
            id: row.id,
            at_ms: row.at_ms,
            state: row.state,
            actor: row.actor,
            note: row.note,
        };
        Ok(rows.into_iter().map(event).collect())
    }

    fn open(&self, row: Model) -> Result<Transfer> {
        let review_of = row.review_of.as_deref().and_then(|party| party.parse().ok());
        Ok(Transfer {
            state: State::parse(&row.state, review_of).ok_or(StoreError::Corrupt("transfer"))?,
            invitation: self.0.crypter.open_text(place(row.id), &row.invitation)?,
            id: row.id,
            vehicle_id: row.vehicle_id,
            owner_account_id: row.owner_account_id,
            owner_person_id: row.owner_person_id,
            counterparty_account_id: row.counterparty_account_id,
            counterparty_person_id: row.counterparty_person_id,
            notice_version: row.notice_version,
            agreement_version: row.agreement_version,
            verified_at_ms: row.verified_at_ms,
            policy_version: row.policy_version.map(|version| version as u32),
            version: row.version,
            created_at_ms: row.created_at_ms,
            expires_at_ms: row.expires_at_ms,
        })
    }
}
