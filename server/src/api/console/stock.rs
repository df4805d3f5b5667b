//! Cards before anybody is registered: purchases (Art 6), tests (Art 7), and the life of a card.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::StockKeeper,
        objects::{Card, CardEventKind, CardState, Identity, time},
        problem::Problem,
    },
    service::{
        App,
        stock::{self, NewTest, Purchase},
    },
};

/// Operations.
pub struct Stock;

/// A card, by its numbers.
#[derive(Object)]
struct CardNumbers {
    /// ICCID.
    #[oai(validator(max_length = 20))]
    iccid: String,
    /// Card number.
    #[oai(validator(max_length = 13))]
    msisdn: String,
}

/// A purchase of cards of one carrier.
#[derive(Object)]
struct PurchaseRequest {
    /// Number of the contract.
    #[oai(validator(min_length = 1, max_length = 64))]
    contract_number: String,
    /// How many cards the authorisation letter names.
    #[oai(validator(minimum(value = "1"), maximum(value = "1000000")))]
    quantity: u32,
    /// When.
    purchased_at: DateTime<Utc>,
    /// The unit that buys.
    unit: Identity,
    /// Who answers for it.
    responsible: Identity,
    /// Who handled it.
    handler: Identity,
    /// The cards.
    #[oai(validator(min_items = 1, max_items = 500))]
    cards: Vec<CardNumbers>,
}

/// A purchase that was recorded.
#[derive(Object)]
struct Batch {
    /// Id.
    id: Uuid,
}

/// The use of a card in development or test.
#[derive(Object)]
struct TestRequest {
    /// The card.
    #[oai(validator(max_length = 20))]
    iccid: String,
    /// What is developed.
    #[oai(validator(min_length = 1, max_length = 100))]
    project: String,
    /// What the card is bound to.
    #[oai(validator(min_length = 1, max_length = 64))]
    machine: String,
    /// Who answers for functions beyond directed access; without, there are none.
    #[oai(skip_serializing_if_is_none)]
    responsible: Option<Identity>,
    /// Days until it ends by itself.
    #[oai(validator(minimum(value = "1"), maximum(value = "730")))]
    days: u32,
}

/// A test that was started.
#[derive(Object)]
struct Test {
    /// Id.
    id: Uuid,
}

/// A line of a card's life.
#[derive(Object)]
struct CardEvent {
    /// When.
    at: DateTime<Utc>,
    /// What happened.
    event: CardEventKind,
    /// State reached.
    state: CardState,
    /// The request that did it.
    #[oai(skip_serializing_if_is_none)]
    request_id: Option<Uuid>,
}

/// A card and its whole life.
#[derive(Object)]
struct CardLife {
    /// The card.
    card: Card,
    /// Oldest first.
    #[oai(validator(max_items = 1000))]
    events: Vec<CardEvent>,
}

#[derive(ApiResponse)]
enum Bought {
    /// Recorded.
    #[oai(status = 201)]
    Bought(Json<Batch>),
}

#[derive(ApiResponse)]
enum Started {
    /// Started.
    #[oai(status = 201)]
    Started(Json<Test>),
}

#[derive(ApiResponse)]
enum Ended {
    /// Ended.
    #[oai(status = 204)]
    Ended,
}

#[OpenApi]
impl Stock {
    /// Record a purchase of cards (Art 6): all of it, or nothing.
    #[oai(path = "/console/card-batches", method = "post", operation_id = "card_buy", tag = "Group::Console")]
    async fn buy(
        &self,
        staff: StockKeeper,
        app: Data<&App>,
        body: Json<PurchaseRequest>,
    ) -> Result<Bought, Problem> {
        let cards = body.cards.iter().map(|card| (card.iccid.as_str(), card.msisdn.as_str()));
        let purchase = Purchase {
            contract_number: &body.contract_number,
            quantity: body.quantity,
            purchased_at_ms: body.purchased_at.timestamp_millis(),
            unit: (&body.unit).into(),
            responsible: (&body.responsible).into(),
            handler: (&body.handler).into(),
            cards: cards.collect(),
        };
        let id = stock::buy(&app, &staff.0, purchase).await?;
        Ok(Bought::Bought(Json(Batch { id })))
    }

    /// Start using a card in development or test (Art 7).
    #[oai(path = "/console/card-tests", method = "post", operation_id = "card_test", tag = "Group::Console")]
    async fn test(
        &self,
        staff: StockKeeper,
        app: Data<&App>,
        body: Json<TestRequest>,
    ) -> Result<Started, Problem> {
        let new = NewTest {
            iccid: &body.iccid,
            project: &body.project,
            machine: &body.machine,
            responsible: body.responsible.as_ref().map(Into::into),
            days: body.days,
        };
        let id = stock::start_test(&app, &staff.0, new).await?;
        Ok(Started::Started(Json(Test { id })))
    }

    /// End a test: its card is closed (Art 7).
    #[oai(
        path = "/console/card-tests/:id/end",
        method = "post",
        operation_id = "card_test_end",
        tag = "Group::Console"
    )]
    async fn end(&self, staff: StockKeeper, app: Data<&App>, id: Path<Uuid>) -> Result<Ended, Problem> {
        stock::end_test(&app, &staff.0, id.0).await?;
        Ok(Ended::Ended)
    }

    /// A card and its whole life, by its ICCID.
    #[oai(path = "/console/cards/:iccid", method = "get", operation_id = "card", tag = "Group::Console")]
    async fn card(
        &self,
        _staff: StockKeeper,
        app: Data<&App>,
        iccid: Path<String>,
    ) -> Result<Json<CardLife>, Problem> {
        let (card, life) = stock::life(&app, &iccid.0).await?;
        let events = life.into_iter().map(|line| CardEvent {
            at: time(line.at_ms),
            event: line.event.into(),
            state: line.state.into(),
            request_id: line.request_id,
        });
        Ok(Json(CardLife { card: card.into(), events: events.collect() }))
    }
}
