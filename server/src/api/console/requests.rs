//! The requests of all people.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{Enum, Object, OpenApi, param::Query, payload::Json, types::ToJSON};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::RecordReader,
        csv::{Csv, csv},
        mask,
        objects::{RequestKind, RequestState, time},
        page::List,
        problem::Problem,
    },
    service::{
        App,
        lists::{self, Looked},
    },
    store::{ListedRequest, RequestFilter, RequestOrder},
};

/// Operations.
pub struct Requests;

/// What requests are sorted by.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case")]
enum Sort {
    /// When they were opened, newest first.
    Opened,
    /// When they expire, soonest first.
    Due,
}

/// A request in a list.
#[derive(Object)]
struct ListedCase {
    /// Id.
    id: Uuid,
    /// What is asked for.
    kind: RequestKind,
    /// Where it stands.
    state: RequestState,
    /// Its vehicles; last 6 characters shown.
    #[oai(validator(max_items = 1000))]
    vins_masked: Vec<String>,
    /// When it was opened.
    opened_at: DateTime<Utc>,
    /// When it expires unless it is finished.
    due_at: DateTime<Utc>,
    /// When it was closed.
    #[oai(skip_serializing_if_is_none)]
    closed_at: Option<DateTime<Utc>>,
}

/// A page of requests.
#[derive(Object)]
struct CaseList {
    /// As sorted.
    #[oai(validator(max_items = 100))]
    items: Vec<ListedCase>,
    /// Goes into `cursor` for the next page; missing on the last.
    #[oai(skip_serializing_if_is_none, validator(max_length = 100))]
    next: Option<String>,
}

impl From<ListedRequest> for ListedCase {
    fn from(request: ListedRequest) -> Self {
        Self {
            id: request.id,
            kind: request.kind.into(),
            state: request.state.into(),
            vins_masked: request.vins.iter().map(|vin| mask::vin(vin)).collect(),
            opened_at: time(request.created_at_ms),
            due_at: time(request.expires_at_ms),
            closed_at: request.closed_at_ms.map(time),
        }
    }
}

const HEADING: [&str; 7] = ["id", "kind", "state", "vins_masked", "opened_at", "due_at", "closed_at"];

fn row(request: ListedRequest) -> Vec<String> {
    let vins: Vec<String> = request.vins.iter().map(|vin| mask::vin(vin)).collect();
    vec![
        request.id.to_string(),
        request.kind.as_str().to_owned(),
        request.state.name().to_owned(),
        vins.join(" "),
        time(request.created_at_ms).to_rfc3339(),
        time(request.expires_at_ms).to_rfc3339(),
        request.closed_at_ms.map(|at| time(at).to_rfc3339()).unwrap_or_default(),
    ]
}

/// What is asked for; `overdue` counts from now.
fn filter(
    app: &App,
    kind: Option<RequestKind>,
    state: Option<RequestState>,
    opened: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    overdue: Option<bool>,
) -> RequestFilter {
    RequestFilter {
        kind: kind.map(Into::into),
        state: state.and_then(|state| state.to_json()?.as_str().map(str::to_owned)),
        from_ms: opened.0.map(|at| at.timestamp_millis()),
        until_ms: opened.1.map(|at| at.timestamp_millis()),
        overdue_at_ms: overdue.unwrap_or_default().then(|| app.now_ms()),
    }
}

#[OpenApi]
impl Requests {
    /// Requests of every kind.
    #[oai(
        path = "/console/requests",
        method = "get",
        operation_id = "console_requests",
        tag = "Group::Console"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the operation")]
    async fn list(
        &self,
        staff: RecordReader,
        app: Data<&App>,
        /// Those of this kind.
        kind: Query<Option<RequestKind>>,
        /// Those that stand here.
        state: Query<Option<RequestState>>,
        /// Those opened at this time or later.
        opened_from: Query<Option<DateTime<Utc>>>,
        /// Those opened before this time.
        opened_until: Query<Option<DateTime<Utc>>>,
        /// Only those that should have been finished by now.
        overdue: Query<Option<bool>>,
        /// By when they were opened if missing.
        sort: Query<Option<Sort>>,
        /// `next` of the page before.
        #[oai(validator(max_length = 100))]
        cursor: Query<Option<String>>,
        /// Rows of a page; 50 if missing.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u64>>,
    ) -> Result<Json<CaseList>, Problem> {
        let filter = filter(&app, kind.0, state.0, (opened_from.0, opened_until.0), overdue.0);
        let order = match sort.0 {
            Some(Sort::Due) => RequestOrder::Due,
            Some(Sort::Opened) | None => RequestOrder::Opened,
        };
        // The moment of asking is no part of what was asked.
        let asked = (order, RequestFilter { overdue_at_ms: None, ..filter.clone() }, overdue.0);
        let list = List::new(&app, "requests", asked, order == RequestOrder::Opened);
        let span = list.span(cursor.0.as_deref(), limit.0)?;
        lists::audit(&app, &staff.0, "requests", Looked::Page).await?;
        let page = lists::requests(&app, &filter, order, span).await?;
        let (items, next) = list.shown(page, ListedCase::from);
        Ok(Json(CaseList { items, next }))
    }

    /// Requests of every kind as a file, newest first.
    #[oai(
        path = "/console/requests.csv",
        method = "get",
        operation_id = "console_requests_csv",
        tag = "Group::Console"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the operation")]
    async fn export(
        &self,
        staff: RecordReader,
        app: Data<&App>,
        /// Those of this kind.
        kind: Query<Option<RequestKind>>,
        /// Those that stand here.
        state: Query<Option<RequestState>>,
        /// Those opened at this time or later.
        opened_from: Query<Option<DateTime<Utc>>>,
        /// Those opened before this time.
        opened_until: Query<Option<DateTime<Utc>>>,
        /// Only those that should have been finished by now.
        overdue: Query<Option<bool>>,
    ) -> Result<Csv, Problem> {
        let filter = filter(&app, kind.0, state.0, (opened_from.0, opened_until.0), overdue.0);
        lists::audit(&app, &staff.0, "requests", Looked::Export).await?;
        let app = app.clone();
        Ok(csv("requests", &HEADING, true, move |span| {
            let (app, filter) = (app.clone(), filter.clone());
            async move {
                let page = lists::requests(&app, &filter, RequestOrder::Opened, span).await?;
                page.try_map(|item| Ok(row(item)))
            }
        }))
    }
}
