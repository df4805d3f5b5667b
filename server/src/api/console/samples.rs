//! Samples of records (Art 10) and notices to register (Art 22).

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::RecordKeeper,
        mask,
        objects::{NoticeChannel, SampleState, time},
        problem::Problem,
    },
    service::{
        App, notices,
        samples::{self, View},
    },
};

/// Operations.
pub struct Samples;

/// How many records to draw.
#[derive(Object)]
struct DrawRequest {
    /// 1 to 100.
    #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
    count: u32,
}

/// What was found in a sample.
#[derive(Object)]
struct Finding {
    /// The record is in order.
    passed: bool,
    /// What was found.
    #[oai(validator(min_length = 1, max_length = 200))]
    finding: String,
}

/// A record drawn for a check.
#[derive(Object)]
struct Sample {
    /// Id.
    id: Uuid,
    /// What came of it.
    state: SampleState,
    /// The vehicle.
    vehicle_id: Uuid,
    /// Last 6 characters shown.
    vin_masked: String,
    /// When it was drawn.
    drawn_at: DateTime<Utc>,
    /// What was found.
    #[oai(skip_serializing_if_is_none)]
    finding: Option<String>,
    /// When it was decided.
    #[oai(skip_serializing_if_is_none)]
    decided_at: Option<DateTime<Utc>>,
    /// By when it must be put right.
    #[oai(skip_serializing_if_is_none)]
    rectify_by: Option<DateTime<Utc>>,
}

/// Samples.
#[derive(Object)]
struct SampleList {
    /// Newest first.
    #[oai(validator(max_items = 100))]
    items: Vec<Sample>,
    /// Goes into `before` for the next page; missing on the last.
    #[oai(skip_serializing_if_is_none)]
    next: Option<Uuid>,
}

/// Whom to tell, and how.
#[derive(Object)]
struct NoticeRequest {
    /// How.
    channel: NoticeChannel,
    /// Mobile number.
    #[oai(validator(max_length = 20))]
    phone: String,
}

/// A notice that was given.
#[derive(Object)]
struct Notice {
    /// Where the person registers, the vehicle filled in.
    link: String,
}

#[derive(ApiResponse)]
enum Drawn {
    /// Drawn.
    #[oai(status = 201)]
    Drawn(Json<SampleList>),
}

#[derive(ApiResponse)]
enum Given {
    /// Given.
    #[oai(status = 201)]
    Given(Json<Notice>),
}

impl From<View> for Sample {
    fn from(View { sample, vehicle }: View) -> Self {
        Self {
            id: sample.id,
            state: sample.state.into(),
            vehicle_id: vehicle.id,
            vin_masked: mask::vin(&vehicle.vin),
            drawn_at: time(sample.drawn_at_ms),
            finding: sample.finding,
            decided_at: sample.decided_at_ms.map(time),
            rectify_by: sample.rectify_by_ms.map(time),
        }
    }
}

#[OpenApi]
impl Samples {
    /// Draw active records for a check, every one equally likely.
    #[oai(path = "/console/samples", method = "post", operation_id = "sample_draw", tag = "Group::Console")]
    async fn draw(
        &self,
        staff: RecordKeeper,
        app: Data<&App>,
        body: Json<DrawRequest>,
    ) -> Result<Drawn, Problem> {
        let drawn = samples::draw(&app, &staff.0, u64::from(body.count)).await?;
        let items = drawn.into_iter().map(Sample::from).collect();
        Ok(Drawn::Drawn(Json(SampleList { items, next: None })))
    }

    /// Samples, newest first.
    #[oai(path = "/console/samples", method = "get", operation_id = "samples", tag = "Group::Console")]
    async fn list(
        &self,
        _staff: RecordKeeper,
        app: Data<&App>,
        /// Only those of which this came.
        state: Query<Option<SampleState>>,
        /// `next` of the page before.
        before: Query<Option<Uuid>>,
    ) -> Result<Json<SampleList>, Problem> {
        let (views, next) = samples::page(&app, state.0.map(Into::into), before.0).await?;
        Ok(Json(SampleList { items: views.into_iter().map(Sample::from).collect(), next }))
    }

    /// Write down what was found. The owner of a record that is not in order is told to put it right.
    #[oai(
        path = "/console/samples/:id/finding",
        method = "post",
        operation_id = "sample_decide",
        tag = "Group::Console"
    )]
    async fn decide(
        &self,
        staff: RecordKeeper,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<Finding>,
    ) -> Result<Json<Sample>, Problem> {
        let view = samples::decide(&app, &staff.0, id.0, body.passed, &body.finding).await?;
        Ok(Json(view.into()))
    }

    /// Tell somebody that the cards of an unregistered vehicle in use must be registered.
    #[oai(
        path = "/console/vehicles/:id/notices",
        method = "post",
        operation_id = "notice_send",
        tag = "Group::Console"
    )]
    async fn notify(
        &self,
        staff: RecordKeeper,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<NoticeRequest>,
    ) -> Result<Given, Problem> {
        let link = notices::send(&app, &staff.0, id.0, body.channel.into(), &body.phone).await?;
        Ok(Given::Given(Json(Notice { link })))
    }
}
