//! Transfers, as their two sides see them.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;
use verify::document::mask_name;

use crate::{
    api::{
        Group,
        auth::Owner,
        mask,
        objects::{Card, ReviewState, Role, TransferState, time},
        problem::Problem,
    },
    rules::transfer::{Party, State},
    service::{
        App,
        transfers::{self, View},
    },
    store,
};

/// Operations.
pub struct Transfers;

/// A vehicle to hand over.
#[derive(Object)]
struct TransferRequest {
    /// The vehicle.
    vehicle_id: Uuid,
}

/// What the counterparty accepts.
#[derive(Object)]
struct AcceptRequest {
    /// Version of the responsibility notice shown (Art 13).
    responsibility_notice_version: String,
    /// Version of the agreement shown (Art 17).
    agreement_version: String,
}

/// The vehicle of a transfer.
#[derive(Object)]
struct TransferVehicle {
    /// Last 6 characters shown.
    vin_masked: String,
    /// Brand.
    brand: String,
    /// Model.
    model: String,
    /// Body colour.
    body_colour: String,
}

/// Who moved a transfer.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum Actor {
    /// The owner on record.
    Owner,
    /// The owner to be.
    Counterparty,
    /// Staff.
    Staff,
    /// The server itself.
    System,
    /// The OEM platform.
    Platform,
}

/// One line of the timeline.
#[derive(Object)]
struct TimelineEntry {
    /// When.
    at: DateTime<Utc>,
    /// The state reached.
    state: TransferState,
    /// By whom.
    actor: Actor,
    /// More, if there is more to say.
    #[oai(skip_serializing_if_is_none)]
    note: Option<String>,
}

/// What comes next.
#[derive(Object)]
struct NextAction {
    /// `owner`, `counterparty`, `staff`, `platform` or `nobody`.
    who: String,
    /// In Chinese.
    what_zh: String,
    /// In English.
    what_en: String,
    /// Until when.
    #[oai(skip_serializing_if_is_none)]
    by: Option<DateTime<Utc>>,
}

/// A person looks at your verification, or has.
#[derive(Object)]
struct ReviewNotice {
    /// Where it stands.
    state: ReviewState,
    /// What the person who looked has to say to you.
    #[oai(skip_serializing_if_is_none)]
    message: Option<String>,
    /// By when someone will have looked.
    due_at: DateTime<Utc>,
}

/// How far the record has come towards the OEM platform.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum Stage {
    /// Not sent.
    None,
    /// In the outbox.
    Submitted,
    /// The platform took it.
    Accepted,
    /// The platform confirmed it.
    Confirmed,
}

/// How far the record has come.
#[derive(Object)]
struct Sync {
    /// Stage.
    stage: Stage,
}

/// A transfer as one side sees it.
#[derive(Object)]
pub(super) struct Transfer {
    /// Id.
    id: Uuid,
    /// Where it stands.
    state: TransferState,
    /// Your side.
    role: Role,
    /// The vehicle.
    vehicle: TransferVehicle,
    /// Its cards; they move together.
    cards: Vec<Card>,
    /// The counterparty, once verified.
    #[oai(skip_serializing_if_is_none)]
    counterparty_name_masked: Option<String>,
    /// What happened so far.
    timeline: Vec<TimelineEntry>,
    /// What comes next.
    next: NextAction,
    /// The newest review of your verification, if a person had to look.
    #[oai(skip_serializing_if_is_none)]
    review: Option<ReviewNotice>,
    /// For the owner, while it can be used.
    #[oai(skip_serializing_if_is_none)]
    invitation_token: Option<String>,
    /// When it expires unless both sides agreed.
    expires_at: DateTime<Utc>,
    /// How far the record has come.
    sync: Sync,
}

/// Transfers.
#[derive(Object)]
struct TransferList {
    /// Newest first.
    items: Vec<Transfer>,
}

#[derive(ApiResponse)]
enum Created {
    /// Started.
    #[oai(status = 201)]
    Created(Json<Transfer>),
}

impl From<View> for Transfer {
    fn from(view: View) -> Self {
        let View { transfer, role, vehicle, cards, counterparty_name, timeline, next, review } = view;
        let waiting = transfer.state.is_before_approval();
        let usable = role == Party::Owner && transfer.state == State::AwaitingCounterparty;
        Self {
            id: transfer.id,
            state: transfer.state.into(),
            role: role.into(),
            vehicle: TransferVehicle {
                vin_masked: mask::vin(&vehicle.vin),
                brand: vehicle.brand,
                model: vehicle.model,
                body_colour: vehicle.body_colour,
            },
            cards: cards.into_iter().map(Card::from).collect(),
            counterparty_name_masked: counterparty_name.map(|name| mask_name(&name)),
            timeline: timeline.into_iter().filter_map(entry).collect(),
            next: NextAction {
                who: next.who.to_owned(),
                what_zh: next.what_zh.to_owned(),
                what_en: next.what_en.to_owned(),
                by: waiting.then(|| time(transfer.expires_at_ms)),
            },
            review: review.map(|review| ReviewNotice {
                state: review.rule.state.into(),
                message: review.message,
                due_at: time(review.due_at_ms),
            }),
            invitation_token: usable.then_some(transfer.invitation),
            expires_at: time(transfer.expires_at_ms),
            sync: Sync {
                stage: match transfer.state {
                    State::Approved | State::Syncing => Stage::Submitted,
                    State::Accepted => Stage::Accepted,
                    State::Confirmed => Stage::Confirmed,
                    _ => Stage::None,
                },
            },
        }
    }
}

/// `None` for a line whose names are not known any more.
fn entry(event: store::Event) -> Option<TimelineEntry> {
    let actor = match event.actor.as_str() {
        "owner" => Actor::Owner,
        "counterparty" => Actor::Counterparty,
        "staff" => Actor::Staff,
        "system" => Actor::System,
        "platform" => Actor::Platform,
        _ => return None,
    };
    // The timeline does not say whose review it was, and does not need to.
    let state = State::parse(&event.state, Some(Party::Owner))?.into();
    Some(TimelineEntry { at: time(event.at_ms), state, actor, note: event.note })
}

pub(super) async fn show(app: &App, owner: &Owner, id: Uuid) -> Result<Json<Transfer>, Problem> {
    Ok(Json(transfers::view(app, owner.0.subject_id, id).await?.into()))
}

#[OpenApi]
impl Transfers {
    /// Your transfers.
    #[oai(path = "/owner/transfers", method = "get", operation_id = "transfers", tag = "Group::Transfer")]
    async fn list(&self, owner: Owner, app: Data<&App>) -> Result<Json<TransferList>, Problem> {
        let views = transfers::list(&app, owner.0.subject_id).await?;
        Ok(Json(TransferList { items: views.into_iter().map(Transfer::from).collect() }))
    }

    /// Start a transfer of one of your vehicles.
    #[oai(
        path = "/owner/transfers",
        method = "post",
        operation_id = "transfer_start",
        tag = "Group::Transfer"
    )]
    async fn start(
        &self,
        owner: Owner,
        app: Data<&App>,
        body: Json<TransferRequest>,
    ) -> Result<Created, Problem> {
        let id = transfers::start(&app, owner.0.subject_id, body.vehicle_id).await?;
        Ok(Created::Created(show(&app, &owner, id).await?))
    }

    /// One of your transfers.
    #[oai(path = "/owner/transfers/:id", method = "get", operation_id = "transfer", tag = "Group::Transfer")]
    async fn get(&self, owner: Owner, app: Data<&App>, id: Path<Uuid>) -> Result<Json<Transfer>, Problem> {
        show(&app, &owner, id.0).await
    }

    /// As the owner, take a transfer back before it is approved.
    #[oai(
        path = "/owner/transfers/:id/cancel",
        method = "post",
        operation_id = "transfer_cancel",
        tag = "Group::Transfer"
    )]
    async fn cancel(&self, owner: Owner, app: Data<&App>, id: Path<Uuid>) -> Result<Json<Transfer>, Problem> {
        transfers::cancel(&app, owner.0.subject_id, id.0).await?;
        show(&app, &owner, id.0).await
    }

    /// As the counterparty, refuse a transfer.
    #[oai(
        path = "/owner/transfers/:id/decline",
        method = "post",
        operation_id = "transfer_decline",
        tag = "Group::Transfer"
    )]
    async fn decline(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> Result<Json<Transfer>, Problem> {
        transfers::decline(&app, owner.0.subject_id, id.0).await?;
        show(&app, &owner, id.0).await
    }

    /// As the counterparty, after passing, accept the notice, the agreement and the vehicle's cards.
    #[oai(
        path = "/owner/transfers/:id/accept",
        method = "post",
        operation_id = "transfer_accept",
        tag = "Group::Transfer"
    )]
    async fn accept(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<AcceptRequest>,
    ) -> Result<Json<Transfer>, Problem> {
        let (notice, agreement) = (&body.responsibility_notice_version, &body.agreement_version);
        transfers::accept(&app, owner.0.subject_id, id.0, notice, agreement).await?;
        show(&app, &owner, id.0).await
    }
}
