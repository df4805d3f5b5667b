//! Requests, as their sides see them.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use uuid::Uuid;
use verify::document::mask_name;

use crate::{
    api::{
        Group,
        auth::Owner,
        mask,
        objects::{
            CancellationReason, Card, Paper, PaperKind, RecordState, RequestKind, RequestState, ReviewState,
            Role, time,
        },
        page::List,
        problem::Problem,
        version::{IfMatch, Versioned},
    },
    rules::request::{Kind, Party},
    service::{
        App,
        requests::{self, Part, Signature, View},
    },
    store::{self, Detail},
};

/// Operations.
pub struct Requests;

/// What the person signs whose verification decides.
#[derive(Object)]
struct AcceptRequest {
    /// Version of the responsibility notice shown (Art 13); see `/texts`.
    #[oai(validator(max_length = 40))]
    responsibility_notice_version: String,
    /// Version of the agreement shown (Art 17); see `/texts`.
    #[oai(validator(max_length = 40))]
    agreement_version: String,
    /// Address of the new owner (Art 5); needed where it was not given before.
    #[oai(skip_serializing_if_is_none, validator(max_length = 200))]
    address: Option<String>,
}

/// A photographed paper.
#[derive(Object)]
struct PaperRequest {
    /// What it is.
    kind: PaperKind,
    /// JPEG or PNG, 5 MiB at most, in base64.
    #[oai(validator(max_length = 7_000_000))]
    picture: String,
}

/// A vehicle of a request, and its cards; they move together.
#[derive(Object)]
struct RequestVehicle {
    /// Id.
    id: Uuid,
    /// Last 6 characters shown.
    vin_masked: String,
    /// Brand.
    brand: String,
    /// Model.
    model: String,
    /// Body colour.
    body_colour: String,
    /// Where its record stands.
    record: RecordState,
    /// Its cards.
    #[oai(validator(max_items = 100))]
    cards: Vec<Card>,
}

/// The papers of a request.
#[derive(Object)]
struct Papers {
    /// One of each group must be sent.
    #[oai(validator(max_items = 10))]
    needed: Vec<Vec<PaperKind>>,
    /// What was sent.
    #[oai(validator(max_items = 12))]
    sent: Vec<Paper>,
}

/// Which card is replaced by which.
#[derive(Object)]
struct Renewal {
    /// The card that goes.
    card_id: Uuid,
    /// ICCID of the one that comes, last 4 characters shown.
    iccid_masked: String,
    /// Number of the one that comes, middle hidden.
    msisdn_masked: String,
}

/// Who moved a request.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum Actor {
    /// The owner on record.
    Owner,
    /// The owner to be.
    Counterparty,
    /// Who acts for the owner to be.
    Agent,
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
    state: RequestState,
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

/// A request as one side sees it.
#[derive(Object)]
pub(super) struct Request {
    /// Id.
    id: Uuid,
    /// What is asked for.
    kind: RequestKind,
    /// Where it stands.
    state: RequestState,
    /// Your side.
    role: Role,
    /// Its vehicles: one, or several of a unit.
    #[oai(validator(max_items = 500))]
    vehicles: Vec<RequestVehicle>,
    /// The counterparty, once verified.
    #[oai(skip_serializing_if_is_none)]
    counterparty_name_masked: Option<String>,
    /// Why service ends.
    #[oai(skip_serializing_if_is_none)]
    reason: Option<CancellationReason>,
    /// Which card is replaced.
    #[oai(skip_serializing_if_is_none)]
    renewal: Option<Renewal>,
    /// Its papers.
    papers: Papers,
    /// What happened so far.
    #[oai(validator(max_items = 1000))]
    timeline: Vec<TimelineEntry>,
    /// What comes next.
    next: NextAction,
    /// The newest review of your verification or papers, if a person had to look.
    #[oai(skip_serializing_if_is_none)]
    review: Option<ReviewNotice>,
    /// For the owner, while it can be used.
    #[oai(skip_serializing_if_is_none)]
    invitation_token: Option<String>,
    /// When it was started.
    created_at: DateTime<Utc>,
    /// When it expires unless the people agreed.
    expires_at: DateTime<Utc>,
    /// How far the record has come.
    sync: Sync,
}

/// Requests.
#[derive(Object)]
struct RequestList {
    /// Newest first.
    #[oai(validator(max_items = 100))]
    items: Vec<Request>,
    /// Goes into `cursor` for the next page; missing on the last.
    #[oai(skip_serializing_if_is_none, validator(max_length = 100))]
    next: Option<String>,
}

#[derive(ApiResponse)]
pub(super) enum Started {
    /// Started.
    #[oai(status = 201)]
    Started(Json<Request>),
}

#[derive(ApiResponse)]
enum Kept {
    /// Kept.
    #[oai(status = 201)]
    Kept(Json<Paper>),
}

impl From<View> for Request {
    fn from(view: View) -> Self {
        let View { request, role, vehicles, counterparty_name, timeline, next, review, .. } = view;
        let usable = role == Party::Owner
            && request.kind == Kind::Transfer
            && request.state.name() == "awaiting_counterparty";
        let (mut reason, mut renewal) = (None, None);
        match &request.detail {
            Detail::Cancellation { reason: why, .. } => reason = Some((*why).into()),
            Detail::Replacement { card_id, iccid, msisdn } => {
                let (iccid_masked, msisdn_masked) = (mask::iccid(iccid), mask::msisdn(msisdn));
                renewal = Some(Renewal { card_id: *card_id, iccid_masked, msisdn_masked });
            }
            Detail::None | Detail::Registration(_) => {}
        }
        let needed = view.papers_needed.iter().map(|group| group.iter().map(|kind| (*kind).into()).collect());
        let sent = view.papers.into_iter().map(|(id, kind)| Paper { id, kind: kind.into() });
        let waits_until = request.due_at_ms.filter(|_| request.state.name() == "prior_owner_notified");
        let ends = request.state.can_end_early().then_some(request.expires_at_ms);
        Self {
            id: request.id,
            kind: request.kind.into(),
            state: request.state.into(),
            role: role.into(),
            vehicles: vehicles.into_iter().map(RequestVehicle::from).collect(),
            counterparty_name_masked: counterparty_name.map(|name| mask_name(&name)),
            reason,
            renewal,
            papers: Papers { needed: needed.collect(), sent: sent.collect() },
            timeline: timeline.into_iter().filter_map(entry).collect(),
            next: NextAction {
                who: next.who.to_owned(),
                what_zh: next.what_zh.to_owned(),
                what_en: next.what_en.to_owned(),
                by: waits_until.or(ends).map(time),
            },
            review: review.map(|review| ReviewNotice {
                state: review.rule.state.into(),
                message: review.message,
                due_at: time(review.due_at_ms),
            }),
            invitation_token: request.invitation.filter(|_| usable),
            created_at: time(request.created_at_ms),
            expires_at: time(request.expires_at_ms),
            sync: Sync {
                stage: match request.state.name() {
                    "approved" | "submitted" | "syncing" => Stage::Submitted,
                    "accepted" => Stage::Accepted,
                    "confirmed" | "active" | "emergency_only" | "closed" => Stage::Confirmed,
                    _ => Stage::None,
                },
            },
        }
    }
}

impl From<Part> for RequestVehicle {
    fn from(Part { vehicle, cards }: Part) -> Self {
        Self {
            id: vehicle.id,
            vin_masked: mask::vin(&vehicle.vin),
            brand: vehicle.brand,
            model: vehicle.model,
            body_colour: vehicle.body_colour,
            record: vehicle.record.into(),
            cards: cards.into_iter().map(Card::from).collect(),
        }
    }
}

/// `None` for a line whose names are not known any more.
fn entry(event: store::Event) -> Option<TimelineEntry> {
    let actor = match event.actor.as_str() {
        "owner" => Actor::Owner,
        "counterparty" => Actor::Counterparty,
        "agent" => Actor::Agent,
        "staff" => Actor::Staff,
        "system" => Actor::System,
        "platform" => Actor::Platform,
        _ => return None,
    };
    let state = RequestState::named(&event.state)?;
    Some(TimelineEntry { at: time(event.at_ms), state, actor, note: event.note })
}

/// The request as this owner sees it.
pub(super) async fn show(app: &App, owner: &Owner, id: Uuid) -> Result<Json<Request>, Problem> {
    Ok(Json(requests::view(app, owner.0.subject_id, id).await?.into()))
}

/// The same with its version.
async fn versioned(app: &App, owner: &Owner, id: Uuid) -> Result<Versioned<Request>, Problem> {
    let view = requests::view(app, owner.0.subject_id, id).await?;
    let version = view.request.version;
    Ok(Versioned::new(view.into(), version))
}

/// The answer to starting a request.
pub(super) async fn started(app: &App, owner: &Owner, id: Uuid) -> Result<Started, Problem> {
    Ok(Started::Started(show(app, owner, id).await?))
}

#[OpenApi]
impl Requests {
    /// Your requests, of every kind.
    #[oai(path = "/owner/requests", method = "get", operation_id = "requests", tag = "Group::Request")]
    async fn list(
        &self,
        owner: Owner,
        app: Data<&App>,
        /// `next` of the page before.
        #[oai(validator(max_length = 100))]
        cursor: Query<Option<String>>,
        /// Rows of a page; 50 if missing.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u64>>,
    ) -> Result<Json<RequestList>, Problem> {
        let account = owner.0.subject_id;
        let list = List::new(&app, "owner_requests", account, true);
        let page = requests::list(&app, account, list.span(cursor.0.as_deref(), limit.0)?).await?;
        let (items, next) = list.shown(page, Request::from);
        Ok(Json(RequestList { items, next }))
    }

    /// One of your requests.
    #[oai(path = "/owner/requests/:id", method = "get", operation_id = "request", tag = "Group::Request")]
    async fn get(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> Result<Versioned<Request>, Problem> {
        versioned(&app, &owner, id.0).await
    }

    /// Take a request back that you started, before it is approved.
    #[oai(
        path = "/owner/requests/:id/cancel",
        method = "post",
        operation_id = "request_cancel",
        tag = "Group::Request"
    )]
    async fn cancel(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
    ) -> Result<Versioned<Request>, Problem> {
        requests::cancel(&app, owner.0.subject_id, id.0, &seen.0).await?;
        versioned(&app, &owner, id.0).await
    }

    /// As the counterparty, refuse a transfer.
    #[oai(
        path = "/owner/requests/:id/decline",
        method = "post",
        operation_id = "request_decline",
        tag = "Group::Request"
    )]
    async fn decline(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
    ) -> Result<Versioned<Request>, Problem> {
        requests::decline(&app, owner.0.subject_id, id.0, &seen.0).await?;
        versioned(&app, &owner, id.0).await
    }

    /// After passing, accept the notice and the agreement; in a cancellation, confirm the end of service.
    #[oai(
        path = "/owner/requests/:id/accept",
        method = "post",
        operation_id = "request_accept",
        tag = "Group::Request"
    )]
    async fn accept(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<AcceptRequest>,
    ) -> Result<Versioned<Request>, Problem> {
        let signature = Signature {
            notice: &body.responsibility_notice_version,
            agreement: &body.agreement_version,
            address: body.address.as_deref(),
        };
        requests::accept(&app, owner.0.subject_id, id.0, &seen.0, signature).await?;
        versioned(&app, &owner, id.0).await
    }

    /// As the owner on record, agree to a claim of your vehicle.
    #[oai(
        path = "/owner/requests/:id/consent",
        method = "post",
        operation_id = "request_consent",
        tag = "Group::Request"
    )]
    async fn consent(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
    ) -> Result<Versioned<Request>, Problem> {
        requests::answer_claim(&app, owner.0.subject_id, id.0, &seen.0, true).await?;
        versioned(&app, &owner, id.0).await
    }

    /// As the owner on record, object to a claim of your vehicle: it stands still until staff have decided.
    #[oai(
        path = "/owner/requests/:id/object",
        method = "post",
        operation_id = "request_object",
        tag = "Group::Request"
    )]
    async fn object(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
    ) -> Result<Versioned<Request>, Problem> {
        requests::answer_claim(&app, owner.0.subject_id, id.0, &seen.0, false).await?;
        versioned(&app, &owner, id.0).await
    }

    /// Send a paper the request needs.
    #[oai(
        path = "/owner/requests/:id/papers",
        method = "post",
        operation_id = "request_paper",
        tag = "Group::Request"
    )]
    async fn paper(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<PaperRequest>,
    ) -> Result<Kept, Problem> {
        let PaperRequest { kind, picture } = body.0;
        let id = requests::add_paper(&app, owner.0.subject_id, id.0, kind.into(), &picture).await?;
        Ok(Kept::Kept(Json(Paper { id, kind })))
    }
}
