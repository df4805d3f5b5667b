//! The vehicles on record.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Query, payload::Json};
use uuid::Uuid;
use verify::document::{Iccid, Msisdn, Vin};

use crate::{
    api::{
        Group,
        auth::RecordReader,
        csv::{Csv, csv},
        mask,
        objects::{Card, RecordState, time},
        page::List,
        problem::Problem,
    },
    service::{
        App, Refusal,
        lists::{self, Looked},
    },
    store::{ListedVehicle, VehicleFilter},
};

/// Operations.
pub struct Vehicles;

/// A vehicle on record.
#[derive(Object)]
struct ListedRecord {
    /// Id.
    id: Uuid,
    /// Last 6 characters shown.
    #[oai(validator(max_length = 17))]
    vin_masked: String,
    /// Brand.
    #[oai(validator(max_length = 60))]
    brand: String,
    /// Model.
    #[oai(validator(max_length = 60))]
    model: String,
    /// Body colour.
    #[oai(validator(max_length = 60))]
    body_colour: String,
    /// Where the record stands.
    state: RecordState,
    /// Its cards; they move together.
    #[oai(validator(max_items = 50))]
    cards: Vec<Card>,
    /// When it was recorded.
    created_at: DateTime<Utc>,
}

/// A page of vehicles.
#[derive(Object)]
struct RecordList {
    /// Newest first.
    #[oai(validator(max_items = 100))]
    items: Vec<ListedRecord>,
    /// Goes into `cursor` for the next page; missing on the last.
    #[oai(skip_serializing_if_is_none, validator(max_length = 100))]
    next: Option<String>,
}

impl From<ListedVehicle> for ListedRecord {
    fn from(ListedVehicle { vehicle, cards, created_at_ms }: ListedVehicle) -> Self {
        Self {
            id: vehicle.id,
            vin_masked: mask::vin(&vehicle.vin),
            brand: vehicle.brand,
            model: vehicle.model,
            body_colour: vehicle.body_colour,
            state: vehicle.record.into(),
            cards: cards.into_iter().map(Card::from).collect(),
            created_at: time(created_at_ms),
        }
    }
}

const HEADING: [&str; 9] = [
    "id",
    "vin_masked",
    "brand",
    "model",
    "body_colour",
    "state",
    "msisdns_masked",
    "iccids_masked",
    "created_at",
];

fn row(ListedVehicle { vehicle, cards, created_at_ms }: ListedVehicle) -> Vec<String> {
    let joined =
        |shown: fn(&crate::store::Card) -> String| cards.iter().map(shown).collect::<Vec<_>>().join(" ");
    vec![
        vehicle.id.to_string(),
        mask::vin(&vehicle.vin),
        vehicle.brand.clone(),
        vehicle.model.clone(),
        vehicle.body_colour.clone(),
        vehicle.record.as_str().to_owned(),
        joined(|card| mask::msisdn(&card.msisdn)),
        joined(|card| mask::iccid(&card.iccid)),
        time(created_at_ms).to_rfc3339(),
    ]
}

/// The filter as it was typed; a number that cannot be one is refused rather than not found.
fn filter(
    vin: Option<String>,
    iccid: Option<String>,
    msisdn: Option<String>,
    state: Option<RecordState>,
    brand: Option<String>,
    (registered, notified): (Option<bool>, Option<bool>),
) -> Result<VehicleFilter, Refusal> {
    let invalid = |_| Refusal::FilterInvalid;
    let vin: Option<Vin> = vin.map(|text| text.parse().map_err(invalid)).transpose()?;
    let iccid: Option<Iccid> = iccid.map(|text| text.parse().map_err(invalid)).transpose()?;
    let msisdn: Option<Msisdn> = msisdn.map(|text| text.parse().map_err(invalid)).transpose()?;
    Ok(VehicleFilter {
        vin: vin.map(|number| number.to_string()),
        iccid: iccid.map(|number| number.to_string()),
        msisdn: msisdn.map(|number| number.to_string()),
        record: state.map(Into::into),
        brand,
        registered,
        notified,
    })
}

#[OpenApi]
impl Vehicles {
    /// The vehicles on record, newest first.
    #[oai(
        path = "/console/vehicles",
        method = "get",
        operation_id = "console_vehicles",
        tag = "Group::Console"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the operation")]
    async fn list(
        &self,
        staff: RecordReader,
        app: Data<&App>,
        /// The one with this whole VIN.
        #[oai(validator(max_length = 20))]
        vin: Query<Option<String>>,
        /// The one with the card of this whole ICCID.
        #[oai(validator(max_length = 24))]
        iccid: Query<Option<String>>,
        /// The one with the card of this whole number.
        #[oai(validator(max_length = 16))]
        msisdn: Query<Option<String>>,
        /// Those whose record stands here.
        state: Query<Option<RecordState>>,
        /// Those of this brand.
        #[oai(validator(max_length = 60))]
        brand: Query<Option<String>>,
        /// Those somebody is registered for, or the others.
        registered: Query<Option<bool>>,
        /// Those about which somebody was told that they must be registered (Art 22), or the others.
        notified: Query<Option<bool>>,
        /// `next` of the page before.
        #[oai(validator(max_length = 100))]
        cursor: Query<Option<String>>,
        /// Rows of a page; 50 if missing.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u64>>,
    ) -> Result<Json<RecordList>, Problem> {
        let filter = filter(vin.0, iccid.0, msisdn.0, state.0, brand.0, (registered.0, notified.0))?;
        let list = List::new(&app, "vehicles", &filter, true);
        let span = list.span(cursor.0.as_deref(), limit.0)?;
        lists::audit(&app, &staff.0, "vehicles", Looked::Page).await?;
        let page = lists::vehicles(&app, &filter, span).await?;
        let (items, next) = list.shown(page, ListedRecord::from);
        Ok(Json(RecordList { items, next }))
    }

    /// The vehicles on record as a file.
    #[oai(
        path = "/console/vehicles.csv",
        method = "get",
        operation_id = "console_vehicles_csv",
        tag = "Group::Console"
    )]
    async fn export(
        &self,
        staff: RecordReader,
        app: Data<&App>,
        /// Those whose record stands here.
        state: Query<Option<RecordState>>,
        /// Those of this brand.
        #[oai(validator(max_length = 60))]
        brand: Query<Option<String>>,
        /// Those somebody is registered for, or the others.
        registered: Query<Option<bool>>,
        /// Those about which somebody was told that they must be registered (Art 22), or the others.
        notified: Query<Option<bool>>,
    ) -> Result<Csv, Problem> {
        let filter = filter(None, None, None, state.0, brand.0, (registered.0, notified.0))?;
        lists::audit(&app, &staff.0, "vehicles", Looked::Export).await?;
        let app = app.clone();
        Ok(csv("vehicles", &HEADING, true, move |span| {
            let (app, filter) = (app.clone(), filter.clone());
            async move { lists::vehicles(&app, &filter, span).await?.try_map(|item| Ok(row(item))) }
        }))
    }
}
