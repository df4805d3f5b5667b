//! Complaints and their histories. The columns of a complaint are what its history leads to, kept for lists.

use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Func, Query},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Page, Place, Position, Result, Span, StoreError, Tx, conflict,
    entity::{
        complaint::{ActiveModel, Column, Entity, Model},
        complaint_alert, complaint_event, complaint_key,
    },
    page::page,
};
use crate::rules::complaint::{
    By, Case, Channel, Event, Key, Kind, Moment, NextActor, Outcome, clocks::Alert,
};

/// A complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Id.
    pub id: Uuid,
    /// Receipt number.
    pub number: String,
    /// What it is about.
    pub kind: Kind,
    /// Which way it came.
    pub channel: Channel,
    /// Phone number of who complains.
    pub phone: String,
    /// How they are called, if they said.
    pub name: Option<String>,
    /// Province: first two digits of GB/T 2260, if they said.
    pub region: Option<String>,
    /// Where it stands.
    pub case: Case,
    /// 1 to 5, as the person said after the answer.
    pub satisfaction: Option<u8>,
    /// The complaint it was merged into.
    pub merged_into: Option<Uuid>,
    /// When it was received.
    pub received_at_ms: i64,
    /// When staff first spoke to the person, in this round.
    pub first_response_at_ms: Option<i64>,
    /// When it was answered, in this round.
    pub replied_at_ms: Option<i64>,
    /// When it was closed.
    pub closed_at_ms: Option<i64>,
    /// By when there must be an answer.
    pub statutory_due_ms: i64,
    /// By when staff should speak; none once they did.
    pub first_response_due_ms: Option<i64>,
    /// By when there should be an answer; none while the clock stands.
    pub resolution_due_ms: Option<i64>,
    /// When time alone next changes something: staff are told of a clock, it wakes, it closes; none when nothing runs.
    pub next_alert_at_ms: Option<i64>,
    /// Who must act next.
    pub next_actor: NextActor,
    /// The statutory clock was not kept, in some round.
    pub statutory_breached: bool,
    /// The first answer came late, in some round.
    pub first_response_breached: bool,
    /// The answer came later than we want, in some round.
    pub resolution_breached: bool,
    /// When the person last spoke.
    pub last_user_at_ms: i64,
    /// When anything last happened.
    pub changed_at_ms: i64,
    /// Guards against two writers.
    pub version: i64,
}

/// One line of a complaint's history, with its words.
#[derive(Clone, Debug)]
pub struct ComplaintLine {
    /// Id.
    pub id: Uuid,
    /// Place in the history, from 1.
    pub seq: u32,
    /// What happened, when, by whom.
    pub moment: Moment,
    /// The person may see it.
    pub public: bool,
    /// What was said.
    pub words: Option<Words>,
}

/// What was said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The text, 1 to 2,000 characters.
    pub text: String,
    /// The member of staff who wrote down what the person said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_by: Option<Uuid>,
    /// What was sent along: ids of evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Uuid>,
}

/// Repository.
pub struct Complaints<'a>(pub(super) &'a Tx);

fn place(row: Uuid, column: &'static str) -> Place {
    Place { table: "complaint", row, column }
}

fn words_place(row: Uuid) -> Place {
    Place { table: "complaint_event", row, column: "words" }
}

impl Complaints<'_> {
    /// The complaint with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: Uuid) -> Result<Option<Complaint>> {
        Entity::find_by_id(id).one(&self.0.db).await?.map(|row| self.open(row)).transpose()
    }

    /// The complaint with this id, which nobody else changes until this transaction is over: whoever wants to, waits.
    ///
    /// # Errors
    /// The database failed.
    pub async fn hold(&self, id: Uuid) -> Result<Option<Complaint>> {
        let row = Entity::find_by_id(id).lock_exclusive().one(&self.0.db).await?;
        row.map(|row| self.open(row)).transpose()
    }

    /// The complaint with this number.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_number(&self, number: &str) -> Result<Option<Complaint>> {
        let row = Entity::find().filter(Column::Number.eq(number)).one(&self.0.db).await?;
        row.map(|row| self.open(row)).transpose()
    }

    /// A page of the complaints of a phone, by when they were received; without those closed before `since_ms`:
    /// phone numbers are given to other people.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of_phone(&self, phone: &str, since_ms: i64, span: Span) -> Result<Page<Complaint>> {
        let rows = Entity::find()
            .filter(Column::PhoneIndex.eq(self.0.phone_index(phone)))
            .filter(Column::ClosedAtMs.is_null().or(Column::ClosedAtMs.gte(since_ms)));
        let position = |row: &Model| Position { key: row.received_at_ms, id: row.id };
        let found = page(&self.0.db, rows, (Column::ReceivedAtMs, Column::Id), span, position).await?;
        found.try_map(|row| self.open(row))
    }

    /// How many complaints a phone has filed since then.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_since(&self, phone: &str, since_ms: i64) -> Result<u64> {
        use sea_orm::PaginatorTrait;
        let rows = Entity::find()
            .filter(Column::PhoneIndex.eq(self.0.phone_index(phone)))
            .filter(Column::ReceivedAtMs.gte(since_ms));
        Ok(rows.count(&self.0.db).await?)
    }

    /// How many complaints that are not over each handler has.
    ///
    /// # Errors
    /// The database failed.
    pub async fn loads(&self) -> Result<Vec<(Uuid, u64)>> {
        use sea_orm::ConnectionTrait;
        let query = Query::select()
            .column(Column::AssigneeId)
            .expr_as(Func::count(Expr::col(Column::Id)), "load")
            .from(Entity)
            .and_where(Column::AssigneeId.is_not_null())
            .and_where(Column::State.is_not_in(["replied", "closed"]))
            .group_by_col(Column::AssigneeId)
            .take();
        let rows = self.0.db.query_all(&query).await?;
        let load = |row: &sea_orm::QueryResult| {
            Ok((row.try_get("", "assignee_id")?, row.try_get::<i64>("", "load")?.unsigned_abs()))
        };
        rows.iter().map(load).collect()
    }

    /// Files a complaint.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the number is taken.
    pub async fn insert(&self, complaint: &Complaint) -> Result<()> {
        Entity::insert(ActiveModel::from(self.row(complaint)))
            .exec_without_returning(&self.0.db)
            .await
            .map_err(conflict)?;
        Ok(())
    }

    /// Writes the changed complaint, if nobody else wrote since it was read, and counts its version up.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody did.
    pub async fn save(&self, complaint: &mut Complaint) -> Result<()> {
        let row = self.row(complaint);
        let changed = Entity::update_many()
            .col_expr(Column::Kind, Expr::value(row.kind))
            .col_expr(Column::State, Expr::value(row.state))
            .col_expr(Column::Round, Expr::value(row.round))
            .col_expr(Column::AssigneeId, Expr::value(row.assignee_id))
            .col_expr(Column::ProposedBy, Expr::value(row.proposed_by))
            .col_expr(Column::Outcome, Expr::value(row.outcome))
            .col_expr(Column::Satisfaction, Expr::value(row.satisfaction))
            .col_expr(Column::MergedInto, Expr::value(row.merged_into))
            .col_expr(Column::FirstResponseAtMs, Expr::value(row.first_response_at_ms))
            .col_expr(Column::RepliedAtMs, Expr::value(row.replied_at_ms))
            .col_expr(Column::ClosedAtMs, Expr::value(row.closed_at_ms))
            .col_expr(Column::StatutoryDueMs, Expr::value(row.statutory_due_ms))
            .col_expr(Column::FirstResponseDueMs, Expr::value(row.first_response_due_ms))
            .col_expr(Column::ResolutionDueMs, Expr::value(row.resolution_due_ms))
            .col_expr(Column::NextAlertAtMs, Expr::value(row.next_alert_at_ms))
            .col_expr(Column::NextActor, Expr::value(row.next_actor))
            .col_expr(Column::SnoozedUntilMs, Expr::value(row.snoozed_until_ms))
            .col_expr(Column::StatutoryBreached, Expr::value(row.statutory_breached))
            .col_expr(Column::FirstResponseBreached, Expr::value(row.first_response_breached))
            .col_expr(Column::ResolutionBreached, Expr::value(row.resolution_breached))
            .col_expr(Column::LastUserAtMs, Expr::value(row.last_user_at_ms))
            .col_expr(Column::ChangedAtMs, Expr::value(row.changed_at_ms))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(complaint.id))
            .filter(Column::Version.eq(complaint.version))
            .exec(&self.0.db)
            .await?;
        if changed.rows_affected != 1 {
            return Err(StoreError::Conflict);
        }
        complaint.version += 1;
        self.0.closing().complaints = true;
        Ok(())
    }

    /// Complaints for which the time has come, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn due(&self, now_ms: i64) -> Result<Vec<Uuid>> {
        let rows = Entity::find().select_only().column(Column::Id).filter(Column::NextAlertAtMs.lte(now_ms));
        Ok(rows.order_by_asc(Column::NextAlertAtMs).into_tuple().all(&self.0.db).await?)
    }

    /// Complaints that are not over, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open_ids(&self) -> Result<Vec<Uuid>> {
        let rows = Entity::find().select_only().column(Column::Id).filter(Column::ClosedAtMs.is_null());
        Ok(rows.order_by_asc(Column::ReceivedAtMs).into_tuple().all(&self.0.db).await?)
    }

    /// Writes down that staff were told of a clock.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when they were told before.
    pub async fn tell(&self, complaint: Uuid, alert: Alert, now_ms: i64) -> Result<()> {
        let row = complaint_alert::Model {
            id: Uuid::now_v7(),
            complaint_id: complaint,
            round: i32::try_from(alert.round).unwrap_or(i32::MAX),
            clock: alert.clock.as_str().to_owned(),
            stage: alert.stage.as_str().to_owned(),
            at_ms: now_ms,
        };
        let insert = complaint_alert::Entity::insert(complaint_alert::ActiveModel::from(row));
        insert.exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Adds a line to the history of a complaint.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the history has grown meanwhile.
    pub async fn append(&self, complaint: Uuid, line: &ComplaintLine) -> Result<()> {
        let row = self.line_row(complaint, line)?;
        let insert = complaint_event::Entity::insert(complaint_event::ActiveModel::from(row));
        insert.exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// The history of a complaint, oldest first.
    ///
    /// # Errors
    /// The database failed, or a line does not open.
    pub async fn history(&self, complaint: Uuid) -> Result<Vec<ComplaintLine>> {
        let rows = complaint_event::Entity::find()
            .filter(complaint_event::Column::ComplaintId.eq(complaint))
            .order_by_asc(complaint_event::Column::Seq)
            .all(&self.0.db)
            .await?;
        rows.into_iter().map(|row| self.line(row)).collect()
    }

    /// Lets a complaint be found by a value. Saying it twice changes nothing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn add_key(&self, complaint: Uuid, key: Key, value: &str) -> Result<()> {
        let value_index = self.0.complaint_key_index(key, value);
        let known = complaint_key::Entity::find()
            .filter(complaint_key::Column::ComplaintId.eq(complaint))
            .filter(complaint_key::Column::ValueIndex.eq(value_index.clone()))
            .one(&self.0.db)
            .await?;
        if known.is_none() {
            let row = complaint_key::Model {
                id: Uuid::now_v7(),
                complaint_id: complaint,
                kind: key.as_str().to_owned(),
                value_index,
            };
            let insert = complaint_key::Entity::insert(complaint_key::ActiveModel::from(row));
            insert.exec_without_returning(&self.0.db).await?;
        }
        Ok(())
    }

    /// Everything that was said in these complaints: whose, and the text.
    ///
    /// # Errors
    /// The database failed, or a line does not open.
    pub async fn texts(&self, complaints: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
        let rows = complaint_event::Entity::find()
            .filter(complaint_event::Column::ComplaintId.is_in(complaints.iter().copied()))
            .filter(complaint_event::Column::Words.is_not_null())
            .all(&self.0.db)
            .await?;
        let text = |row: complaint_event::Model| {
            let whose = row.complaint_id;
            Ok((whose, self.line(row)?.words.map(|words| words.text).unwrap_or_default()))
        };
        rows.into_iter().map(text).collect()
    }

    /// A line as it is stored.
    pub(super) fn line_row(&self, complaint: Uuid, line: &ComplaintLine) -> Result<complaint_event::Model> {
        let corrupt = |_| StoreError::Corrupt("complaint");
        let (actor, staff_id) = match line.moment.by {
            By::User => ("user", None),
            By::Staff(id) => ("staff", Some(id)),
            By::System => ("system", None),
        };
        let words = line.words.as_ref().map(serde_json::to_vec).transpose().map_err(corrupt)?;
        Ok(complaint_event::Model {
            id: line.id,
            complaint_id: complaint,
            seq: i32::try_from(line.seq).unwrap_or(i32::MAX),
            at_ms: line.moment.at_ms,
            staff_id,
            actor: actor.to_owned(),
            event: serde_json::to_string(&line.moment.event).map_err(corrupt)?,
            public: line.public,
            words: words.map(|words| self.0.crypter.seal(words_place(line.id), &words)),
        })
    }

    fn line(&self, row: complaint_event::Model) -> Result<ComplaintLine> {
        let corrupt = || StoreError::Corrupt("complaint");
        let by = match (row.actor.as_str(), row.staff_id) {
            ("user", _) => By::User,
            ("staff", Some(id)) => By::Staff(id),
            ("system", _) => By::System,
            _ => return Err(corrupt()),
        };
        let event: Event = serde_json::from_str(&row.event).map_err(|_| corrupt())?;
        let words = row.words.map(|sealed| self.0.crypter.open(words_place(row.id), &sealed)).transpose()?;
        Ok(ComplaintLine {
            id: row.id,
            seq: u32::try_from(row.seq).map_err(|_| corrupt())?,
            moment: Moment { at_ms: row.at_ms, by, event },
            public: row.public,
            words: words.map(|words| serde_json::from_slice(&words)).transpose().map_err(|_| corrupt())?,
        })
    }

    /// A complaint as it is stored.
    pub(super) fn row(&self, complaint: &Complaint) -> Model {
        let seal = |column, value: &str| self.0.crypter.seal(place(complaint.id, column), value.as_bytes());
        let case = complaint.case;
        Model {
            id: complaint.id,
            number: complaint.number.clone(),
            kind: complaint.kind.as_str().to_owned(),
            channel: complaint.channel.as_str().to_owned(),
            state: case.state.as_str().to_owned(),
            round: i32::try_from(case.round).unwrap_or(i32::MAX),
            phone: seal("phone", &complaint.phone),
            phone_index: self.0.phone_index(&complaint.phone),
            name: complaint.name.as_ref().map(|name| seal("name", name)),
            region: complaint.region.clone(),
            assignee_id: case.assignee,
            proposed_by: case.proposed_by,
            outcome: case.outcome.map(|outcome| outcome.as_str().to_owned()),
            satisfaction: complaint.satisfaction.map(i32::from),
            merged_into: complaint.merged_into,
            received_at_ms: complaint.received_at_ms,
            first_response_at_ms: complaint.first_response_at_ms,
            replied_at_ms: complaint.replied_at_ms,
            closed_at_ms: complaint.closed_at_ms,
            statutory_due_ms: complaint.statutory_due_ms,
            first_response_due_ms: complaint.first_response_due_ms,
            resolution_due_ms: complaint.resolution_due_ms,
            next_alert_at_ms: complaint.next_alert_at_ms,
            next_actor: complaint.next_actor.as_str().to_owned(),
            snoozed_until_ms: case.snoozed_until_ms,
            statutory_breached: complaint.statutory_breached,
            first_response_breached: complaint.first_response_breached,
            resolution_breached: complaint.resolution_breached,
            last_user_at_ms: complaint.last_user_at_ms,
            changed_at_ms: complaint.changed_at_ms,
            version: complaint.version,
        }
    }

    /// A row as it is worked with.
    pub(super) fn open(&self, row: Model) -> Result<Complaint> {
        let corrupt = || StoreError::Corrupt("complaint");
        let text = |column, value: &[u8]| self.0.crypter.open_text(place(row.id, column), value);
        let outcome = |name: &String| name.parse::<Outcome>().map_err(|_| corrupt());
        let case = Case {
            state: row.state.parse().map_err(|_| corrupt())?,
            assignee: row.assignee_id,
            proposed_by: row.proposed_by,
            outcome: row.outcome.as_ref().map(outcome).transpose()?,
            snoozed_until_ms: row.snoozed_until_ms,
            round: u32::try_from(row.round).map_err(|_| corrupt())?,
        };
        Ok(Complaint {
            phone: text("phone", &row.phone)?,
            name: row.name.as_ref().map(|name| text("name", name)).transpose()?,
            kind: row.kind.parse().map_err(|_| corrupt())?,
            channel: row.channel.parse().map_err(|_| corrupt())?,
            next_actor: row.next_actor.parse().map_err(|_| corrupt())?,
            satisfaction: row.satisfaction.map(u8::try_from).transpose().map_err(|_| corrupt())?,
            case,
            id: row.id,
            number: row.number,
            region: row.region,
            merged_into: row.merged_into,
            received_at_ms: row.received_at_ms,
            first_response_at_ms: row.first_response_at_ms,
            replied_at_ms: row.replied_at_ms,
            closed_at_ms: row.closed_at_ms,
            statutory_due_ms: row.statutory_due_ms,
            first_response_due_ms: row.first_response_due_ms,
            resolution_due_ms: row.resolution_due_ms,
            next_alert_at_ms: row.next_alert_at_ms,
            statutory_breached: row.statutory_breached,
            first_response_breached: row.first_response_breached,
            resolution_breached: row.resolution_breached,
            last_user_at_ms: row.last_user_at_ms,
            changed_at_ms: row.changed_at_ms,
            version: row.version,
        })
    }
}

impl Tx {
    /// The look-up value of something a complaint can be found by.
    pub(crate) fn complaint_key_index(&self, key: Key, value: &str) -> Vec<u8> {
        self.crypter.blind_index("complaint", &format!("{}:{value}", key.as_str()))
    }
}
