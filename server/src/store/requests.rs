//! Requests, the vehicles they are about, and their timelines.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::Expr,
};
use uuid::Uuid;

use super::{
    Page, Place, Position, Result, Span, StoreError, Tx, conflict,
    entity::{
        acceptance,
        request::{ActiveModel, Column, Entity, Model},
        request_event, request_vehicle,
    },
    page::page,
};
use crate::rules::{
    application::Application,
    proof::Reason,
    request::{Kind, Phase, State, SyncStage},
};

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// Id; also the request id towards the OEM platform.
    pub id: Uuid,
    /// What is asked for.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// The vehicles it is about: one, or several when a unit registers them together.
    pub vehicles: Vec<RequestVehicle>,
    /// What only this kind has.
    pub detail: Detail,
    /// The account of the owner; of who becomes it in a registration.
    pub owner_account_id: Option<Uuid>,
    /// The owner on record when it started.
    pub owner_person_id: Option<Uuid>,
    /// The account of the counterparty.
    pub counterparty_account_id: Option<Uuid>,
    /// Who becomes the owner, as verified.
    pub new_owner_person_id: Option<Uuid>,
    /// Who acts for the new owner, as verified (Art 12).
    pub agent_person_id: Option<Uuid>,
    /// Token of the invitation.
    pub invitation: Option<String>,
    /// When the party that decides passed.
    pub verified_at_ms: Option<i64>,
    /// Policy it passed under.
    pub policy_version: Option<u32>,
    /// Guards against two writers.
    pub version: i64,
    /// When it started.
    pub created_at_ms: i64,
    /// When it expires unless the people agreed.
    pub expires_at_ms: i64,
    /// When silence, or the wait before the end of service, is over.
    pub due_at_ms: Option<i64>,
    /// When it was closed.
    pub closed_at_ms: Option<i64>,
}

/// A vehicle of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestVehicle {
    /// The vehicle.
    pub vehicle_id: Uuid,
    /// How far its record has come towards the platform.
    pub sync: SyncStage,
}

/// What only one kind of request has. Holds personal data: encrypted at rest.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Detail {
    /// Nothing more.
    None,
    /// Who is registered and how.
    Registration(Box<Application>),
    /// Why the service ends.
    Cancellation {
        /// The reason.
        reason: Reason,
        /// In the owner's words.
        note: Option<String>,
    },
    /// Which card is replaced by which.
    Replacement {
        /// The card that goes.
        card_id: Uuid,
        /// ICCID of the one that comes.
        iccid: String,
        /// Number of the one that comes.
        msisdn: String,
    },
}

/// A request to start.
#[derive(Clone, Debug)]
pub struct NewRequest<'a> {
    /// Id.
    pub id: Uuid,
    /// What is asked for.
    pub kind: Kind,
    /// The vehicles.
    pub vehicles: &'a [Uuid],
    /// What only this kind has.
    pub detail: Detail,
    /// The account of the owner, or of who becomes it.
    pub owner_account_id: Option<Uuid>,
    /// The owner on record.
    pub owner_person_id: Option<Uuid>,
    /// The account of the counterparty.
    pub counterparty_account_id: Option<Uuid>,
    /// Token of the invitation.
    pub invitation: Option<&'a str>,
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
    /// `owner`, `counterparty`, `agent`, `staff`, `system` or `platform`.
    pub actor: String,
    /// Shown to all sides; no personal data.
    pub note: Option<String>,
}

/// A text that was accepted.
#[derive(Clone, Debug)]
pub struct Acceptance<'a> {
    /// Id.
    pub id: Uuid,
    /// The request it was accepted for.
    pub request_id: Uuid,
    /// Who accepted.
    pub account_id: Uuid,
    /// Which text.
    pub text: &'a str,
    /// Which version of it.
    pub text_version: &'a str,
    /// Hash of its very words.
    pub text_sha256: [u8; 32],
}

impl Request {
    /// The vehicle of a request about one; the first of several.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]: there is always one.
    pub fn vehicle_id(&self) -> Result<Uuid> {
        Ok(self.vehicles.first().ok_or(StoreError::Corrupt("request"))?.vehicle_id)
    }
}

/// Repository.
pub struct Requests<'a>(pub(super) &'a Tx);

fn place(row: Uuid, column: &'static str) -> Place {
    Place { table: "request", row, column }
}

impl Requests<'_> {
    /// The request with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: Uuid) -> Result<Option<Request>> {
        self.first(Entity::find_by_id(id)).await
    }

    /// The transfer this invitation belongs to.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_invitation(&self, token: &str) -> Result<Option<Request>> {
        let index = self.0.crypter.blind_index("invitation", token);
        self.first(Entity::find().filter(Column::InvitationIndex.eq(index))).await
    }

    /// The open request of a vehicle: its kind and id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open_of_vehicle(&self, vehicle: Uuid) -> Result<Option<(Kind, Uuid)>> {
        let link = request_vehicle::Entity::find()
            .filter(request_vehicle::Column::OpenVehicleId.eq(vehicle))
            .one(&self.0.db)
            .await?;
        let Some(link) = link else { return Ok(None) };
        let row = Entity::find_by_id(link.request_id).one(&self.0.db).await?;
        row.map(|row| Ok((kind(&row)?, row.id))).transpose()
    }

    /// The requests an account takes part in, or whose owner on record is one of `people`; newest first, 100 at most.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of_account(&self, account: Uuid, people: &[Uuid], span: Span) -> Result<Page<Request>> {
        let mine = Condition::any()
            .add(Column::OwnerAccountId.eq(account))
            .add(Column::CounterpartyAccountId.eq(account))
            .add(Column::OwnerPersonId.is_in(people.iter().copied()));
        let position = |row: &Model| Position { key: row.created_at_ms, id: row.id };
        let columns = (Column::CreatedAtMs, Column::Id);
        let found = page(&self.0.db, Entity::find().filter(mine), columns, span, position).await?;
        Ok(Page { items: self.open(found.items).await?, next: found.next })
    }

    /// Requests that expire by `now_ms`, 100 at most: ids only, so that one that does not open holds up no other.
    ///
    /// # Errors
    /// The database failed.
    pub async fn overdue(&self, now_ms: i64) -> Result<Vec<Uuid>> {
        let open =
            Kind::ALL.iter().flat_map(|kind| State::every(*kind)).filter(|state| state.can_end_early());
        let over = Condition::all()
            .add(Column::State.is_in(open.map(|state| state.to_string())))
            .add(Column::ExpiresAtMs.lte(now_ms));
        self.ids(over).await
    }

    /// Requests whose `due_at_ms` is over, 100 at most: ids only.
    ///
    /// # Errors
    /// The database failed.
    pub async fn due(&self, now_ms: i64) -> Result<Vec<Uuid>> {
        let over = Condition::all()
            .add(Column::State.is_in(["prior_owner_notified", "emergency_only"]))
            .add(Column::DueAtMs.lte(now_ms));
        self.ids(over).await
    }

    /// Starts a request in its kind's first state.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when one of the vehicles has an open request.
    pub async fn insert(&self, new: NewRequest<'_>, now_ms: i64) -> Result<Request> {
        let seal = |column, value: &[u8]| self.0.crypter.seal(place(new.id, column), value);
        let detail = serde_json::to_vec(&new.detail).map_err(|_| StoreError::Corrupt("request"))?;
        let row = Model {
            id: new.id,
            kind: new.kind.as_str().to_owned(),
            state: State::first(new.kind).to_string(),
            detail: seal("detail", &detail),
            owner_account_id: new.owner_account_id,
            owner_person_id: new.owner_person_id,
            counterparty_account_id: new.counterparty_account_id,
            new_owner_person_id: None,
            agent_person_id: None,
            invitation: new.invitation.map(|token| seal("invitation", token.as_bytes())),
            invitation_index: new.invitation.map(|token| self.0.crypter.blind_index("invitation", token)),
            verified_at_ms: None,
            policy_version: None,
            version: 0,
            created_at_ms: now_ms,
            expires_at_ms: new.expires_at_ms,
            due_at_ms: None,
            closed_at_ms: None,
        };
        Entity::insert(ActiveModel::from(row.clone())).exec_without_returning(&self.0.db).await?;
        let links = new.vehicles.iter().map(|vehicle| {
            request_vehicle::ActiveModel::from(request_vehicle::Model {
                id: Uuid::now_v7(),
                request_id: new.id,
                vehicle_id: *vehicle,
                open_vehicle_id: Some(*vehicle),
                sync: SyncStage::Pending.as_str().to_owned(),
            })
        });
        let insert = request_vehicle::Entity::insert_many(links);
        insert.exec_without_returning(&self.0.db).await.map_err(conflict)?;
        let mut opened = self.open(vec![row]).await?;
        opened.pop().ok_or(StoreError::Corrupt("request"))
    }

    /// Writes the changed request, if nobody else wrote since it was read, and counts its version up. A closed one
    /// sets its vehicles free.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody did.
    pub async fn save(&self, request: &mut Request) -> Result<()> {
        let detail = serde_json::to_vec(&request.detail).map_err(|_| StoreError::Corrupt("request"))?;
        let detail = self.0.crypter.seal(place(request.id, "detail"), &detail);
        let changed = Entity::update_many()
            .col_expr(Column::State, Expr::value(request.state.to_string()))
            .col_expr(Column::Detail, Expr::value(detail))
            .col_expr(Column::OwnerAccountId, Expr::value(request.owner_account_id))
            .col_expr(Column::CounterpartyAccountId, Expr::value(request.counterparty_account_id))
            .col_expr(Column::NewOwnerPersonId, Expr::value(request.new_owner_person_id))
            .col_expr(Column::AgentPersonId, Expr::value(request.agent_person_id))
            .col_expr(Column::VerifiedAtMs, Expr::value(request.verified_at_ms))
            .col_expr(Column::PolicyVersion, Expr::value(request.policy_version.map(|v| v as i32)))
            .col_expr(Column::ExpiresAtMs, Expr::value(request.expires_at_ms))
            .col_expr(Column::DueAtMs, Expr::value(request.due_at_ms))
            .col_expr(Column::ClosedAtMs, Expr::value(request.closed_at_ms))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(request.id))
            .filter(Column::Version.eq(request.version))
            .exec(&self.0.db)
            .await?;
        if changed.rows_affected != 1 {
            return Err(StoreError::Conflict);
        }
        request.version += 1;
        if request.state.phase() == Phase::Closed {
            request_vehicle::Entity::update_many()
                .col_expr(request_vehicle::Column::OpenVehicleId, Expr::value(None::<Uuid>))
                .filter(request_vehicle::Column::RequestId.eq(request.id))
                .exec(&self.0.db)
                .await?;
        }
        Ok(())
    }

    /// Writes down how far the record of one vehicle has come.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_sync(&self, request: &mut Request, vehicle: Uuid, sync: SyncStage) -> Result<()> {
        request_vehicle::Entity::update_many()
            .col_expr(request_vehicle::Column::Sync, Expr::value(sync.as_str()))
            .filter(request_vehicle::Column::RequestId.eq(request.id))
            .filter(request_vehicle::Column::VehicleId.eq(vehicle))
            .exec(&self.0.db)
            .await?;
        for link in request.vehicles.iter_mut().filter(|link| link.vehicle_id == vehicle) {
            link.sync = sync;
        }
        Ok(())
    }

    /// Adds a line to the timeline.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record(&self, request: Uuid, event: Event) -> Result<()> {
        let Event { id, at_ms, state, actor, note } = event;
        let row = request_event::Model { id, request_id: request, at_ms, state, actor, note };
        let insert = request_event::Entity::insert(request_event::ActiveModel::from(row));
        insert.exec_without_returning(&self.0.db).await?;
        Ok(())
    }

    /// The timeline, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn timeline(&self, request: Uuid) -> Result<Vec<Event>> {
        let rows = request_event::Entity::find()
            .filter(request_event::Column::RequestId.eq(request))
            .order_by_asc(request_event::Column::AtMs)
            .order_by_asc(request_event::Column::Id)
            .all(&self.0.db)
            .await?;
        let line = |row: request_event::Model| Event {
            id: row.id,
            at_ms: row.at_ms,
            state: row.state,
            actor: row.actor,
            note: row.note,
        };
        Ok(rows.into_iter().map(line).collect())
    }

    /// Keeps that a text was accepted (Art 13, 17).
    ///
    /// # Errors
    /// The database failed.
    pub async fn accept(&self, of: Acceptance<'_>, now_ms: i64) -> Result<()> {
        let row = acceptance::Model {
            id: of.id,
            request_id: of.request_id,
            account_id: of.account_id,
            text: of.text.to_owned(),
            text_version: of.text_version.to_owned(),
            text_sha256: of.text_sha256.to_vec(),
            accepted_at_ms: now_ms,
        };
        let insert = acceptance::Entity::insert(acceptance::ActiveModel::from(row));
        insert.exec_without_returning(&self.0.db).await?;
        Ok(())
    }

    async fn ids(&self, filter: Condition) -> Result<Vec<Uuid>> {
        let ids = Entity::find().filter(filter).select_only().column(Column::Id).limit(100);
        Ok(ids.into_tuple().all(&self.0.db).await?)
    }

    async fn first(&self, query: Select<Entity>) -> Result<Option<Request>> {
        let row = query.one(&self.0.db).await?;
        Ok(self.open(row.into_iter().collect()).await?.pop())
    }

    async fn open(&self, rows: Vec<Model>) -> Result<Vec<Request>> {
        let links = request_vehicle::Entity::find()
            .filter(request_vehicle::Column::RequestId.is_in(rows.iter().map(|row| row.id)))
            .order_by_asc(request_vehicle::Column::Id)
            .all(&self.0.db)
            .await?;
        rows.into_iter().map(|row| self.assemble(row, &links)).collect()
    }

    fn assemble(&self, row: Model, links: &[request_vehicle::Model]) -> Result<Request> {
        let corrupt = || StoreError::Corrupt("request");
        let kind = kind(&row)?;
        let vehicle = |link: &request_vehicle::Model| {
            let sync = link.sync.parse().map_err(|_| corrupt())?;
            Ok(RequestVehicle { vehicle_id: link.vehicle_id, sync })
        };
        let detail = self.0.crypter.open(place(row.id, "detail"), &row.detail)?;
        let invitation = row.invitation.as_deref();
        let token = |sealed| self.0.crypter.open_text(place(row.id, "invitation"), sealed);
        Ok(Request {
            kind,
            state: State::parse(kind, &row.state).ok_or_else(corrupt)?,
            vehicles: links
                .iter()
                .filter(|link| link.request_id == row.id)
                .map(vehicle)
                .collect::<Result<_>>()?,
            detail: serde_json::from_slice(&detail).map_err(|_| corrupt())?,
            invitation: invitation.map(token).transpose()?,
            id: row.id,
            owner_account_id: row.owner_account_id,
            owner_person_id: row.owner_person_id,
            counterparty_account_id: row.counterparty_account_id,
            new_owner_person_id: row.new_owner_person_id,
            agent_person_id: row.agent_person_id,
            verified_at_ms: row.verified_at_ms,
            policy_version: row.policy_version.map(|version| version as u32),
            version: row.version,
            created_at_ms: row.created_at_ms,
            expires_at_ms: row.expires_at_ms,
            due_at_ms: row.due_at_ms,
            closed_at_ms: row.closed_at_ms,
        })
    }
}

fn kind(row: &Model) -> Result<Kind> {
    row.kind.parse().map_err(|_| StoreError::Corrupt("request"))
}
