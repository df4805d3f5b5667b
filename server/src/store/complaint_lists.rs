//! Which complaints: one filter for lists, searches, files, saved views and the figures of reports.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter,
    sea_query::{Expr, Query as Sql, SimpleExpr},
};
use uuid::Uuid;

use super::{
    Complaint, Page, Position, Result, Span, Tx,
    entity::{
        complaint::{Column, Entity, Model},
        complaint_follower, complaint_key, complaint_tag,
    },
    page::page,
};
use crate::rules::complaint::{
    Channel, Key, Kind, NextActor, State,
    list::{Order, Standing},
    terms::Query,
};

/// Still to be answered. Word for word as in the partial indexes.
pub(super) const OPEN: &str = "state NOT IN ('replied', 'closed')";

/// Which complaints; everything that is given must be so. It may hold personal data: never log it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComplaintFilter {
    /// The one with this number.
    pub number: Option<String>,
    /// Those about these values.
    pub keys: Vec<(Key, String)>,
    /// Those in which this was said.
    pub text: Option<Query>,
    /// Those of one of these kinds; any if none is named.
    pub kinds: Vec<Kind>,
    /// Those that came one of these ways; any if none is named.
    pub channels: Vec<Channel>,
    /// Those in one of these states; any if none is named.
    pub states: Vec<State>,
    /// Those still to be answered, or the others.
    pub open: Option<bool>,
    /// Those of somebody.
    pub assignee: Option<Assignee>,
    /// Those where it is their turn.
    pub next_actor: Option<NextActor>,
    /// Those from a province.
    pub region: Option<ComplaintRegion>,
    /// Those received at or after this time.
    pub received_from_ms: Option<i64>,
    /// Those received before this time.
    pub received_until_ms: Option<i64>,
    /// How they stand by the statutory clock.
    pub standing: Option<Standing>,
    /// Those that must be answered before this time.
    pub due_before_ms: Option<i64>,
    /// Those with this tag.
    pub tag: Option<String>,
    /// Those a member of staff follows.
    pub followed_by: Option<Uuid>,
    /// Those put off, or the others.
    pub snoozed: Option<bool>,
    /// Those the person gave so many of 5 points.
    pub satisfaction: Option<u8>,
}

/// Whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignee {
    /// Nobody's.
    Nobody,
    /// A member of staff's.
    Is(Uuid),
}

/// From where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComplaintRegion {
    /// Nobody said.
    Unknown,
    /// The province with this code.
    Is(String),
}

impl Order {
    fn column(self) -> Column {
        match self {
            Self::Received => Column::ReceivedAtMs,
            Self::Due => Column::StatutoryDueMs,
            Self::Changed => Column::ChangedAtMs,
        }
    }

    /// Where a complaint stands in the list.
    pub fn position(self, complaint: &Complaint) -> Position {
        let key = match self {
            Self::Received => complaint.received_at_ms,
            Self::Due => complaint.statutory_due_ms,
            Self::Changed => complaint.changed_at_ms,
        };
        Position { key, id: complaint.id }
    }
}

/// Repository.
pub struct ComplaintLists<'a>(pub(super) &'a Tx);

impl ComplaintLists<'_> {
    /// A page of complaints. With a text: of those that *may* hold it ([`super::Search::holding`] tells).
    ///
    /// # Errors
    /// The database failed.
    pub async fn page(&self, filter: &ComplaintFilter, order: Order, span: Span) -> Result<Page<Complaint>> {
        let rows = Entity::find().filter(self.condition(filter).await?);
        let position = |row: &Model| {
            let key = match order {
                Order::Received => row.received_at_ms,
                Order::Due => row.statutory_due_ms,
                Order::Changed => row.changed_at_ms,
            };
            Position { key, id: row.id }
        };
        let found = page(&self.0.db, rows, (order.column(), Column::Id), span, position).await?;
        found.try_map(|row| self.0.complaints().open(row))
    }

    /// The filter as a condition of a query about complaints alone.
    pub(super) async fn condition(&self, filter: &ComplaintFilter) -> Result<Condition> {
        let text = match &filter.text {
            Some(query) => Some(self.0.search().has(query).await?),
            None => None,
        };
        let mut all = plain(filter)
            .add_option(text)
            .add_option(filter.tag.as_ref().map(|tag| {
                let tagged = complaint_tag::Column::Tag.eq(tag);
                among(complaint_tag::Column::ComplaintId, complaint_tag::Entity, tagged)
            }))
            .add_option(filter.followed_by.map(|staff| {
                let theirs = complaint_follower::Column::StaffId.eq(staff);
                among(complaint_follower::Column::ComplaintId, complaint_follower::Entity, theirs)
            }));
        for (key, value) in &filter.keys {
            let same = complaint_key::Column::ValueIndex.eq(self.0.complaint_key_index(*key, value));
            all = all.add(among(complaint_key::Column::ComplaintId, complaint_key::Entity, same));
        }
        Ok(all)
    }
}

/// What the row itself says.
fn plain(filter: &ComplaintFilter) -> Condition {
    let names = |column: Column, names: Vec<&'static str>| (!names.is_empty()).then(|| one_of(column, names));
    Condition::all()
        .add_option(filter.number.as_ref().map(|number| Column::Number.eq(number)))
        .add_option(names(Column::Kind, filter.kinds.iter().map(|kind| kind.as_str()).collect()))
        .add_option(names(Column::Channel, filter.channels.iter().map(|channel| channel.as_str()).collect()))
        .add_option(names(Column::State, filter.states.iter().map(|state| state.as_str()).collect()))
        .add_option(filter.open.map(|open| {
            let is_open = Expr::cust(OPEN);
            if open { is_open } else { one_of(Column::State, vec!["replied", "closed"]) }
        }))
        .add_option(filter.assignee.map(|assignee| match assignee {
            Assignee::Nobody => Column::AssigneeId.is_null(),
            Assignee::Is(staff) => Column::AssigneeId.eq(staff),
        }))
        .add_option(filter.next_actor.map(|actor| Column::NextActor.eq(actor.as_str())))
        .add_option(filter.region.as_ref().map(|region| match region {
            ComplaintRegion::Unknown => Column::Region.is_null(),
            ComplaintRegion::Is(code) => Column::Region.eq(code),
        }))
        .add_option(filter.received_from_ms.map(|at| Column::ReceivedAtMs.gte(at)))
        .add_option(filter.received_until_ms.map(|at| Column::ReceivedAtMs.lt(at)))
        .add_option(filter.standing.map(stands))
        .add_option(filter.due_before_ms.map(|at| Column::StatutoryDueMs.lt(at)))
        .add_option(filter.snoozed.map(|snoozed| match snoozed {
            true => Column::SnoozedUntilMs.is_not_null(),
            false => Column::SnoozedUntilMs.is_null(),
        }))
        .add_option(filter.satisfaction.map(|points| Column::Satisfaction.eq(i32::from(points))))
}

/// One name is compared, so that an index gives its rows in order.
fn one_of(column: Column, names: Vec<&'static str>) -> SimpleExpr {
    match names[..] {
        [name] => column.eq(name),
        _ => column.is_in(names),
    }
}

pub(super) fn stands(standing: Standing) -> Condition {
    let in_time = Condition::all().add(Column::StatutoryBreached.eq(false));
    match standing {
        Standing::Breached => Condition::all().add(Column::StatutoryBreached.eq(true)),
        Standing::InTime => in_time.add(Column::RepliedAtMs.is_not_null()),
        Standing::Running => in_time.add(Column::RepliedAtMs.is_null()).add(Column::ClosedAtMs.is_null()),
        Standing::Unanswered => {
            in_time.add(Column::RepliedAtMs.is_null()).add(Column::ClosedAtMs.is_not_null())
        }
    }
}

/// The id is in a column of the rows of another table.
fn among<E: EntityTrait, C: ColumnTrait>(column: C, table: E, which: SimpleExpr) -> SimpleExpr {
    Column::Id.in_subquery(Sql::select().column(column).from(table).and_where(which).take())
}
