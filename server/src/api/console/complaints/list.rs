//! Finding complaints. What is personal is looked for in the body of a POST: addresses end up in the logs of proxies.

use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Query, payload::Json};

use super::{
    ComplaintSummary,
    query::{Asked, ComplaintQuery},
};
use crate::{
    api::{
        Group,
        auth::ComplaintReader,
        csv::{Csv, csv},
        objects::time,
        page::List,
        problem::Problem,
    },
    service::{App, complaints::lists, lists::Looked},
    store::{Complaint, StaffMember},
};

/// Operations.
pub struct Lists;

/// A page of complaints.
#[derive(Object)]
pub(super) struct ComplaintList {
    /// As sorted. A page of a search can be shorter than asked for though more follow.
    #[oai(validator(max_items = 100))]
    items: Vec<ComplaintSummary>,
    /// Goes into `cursor` for the next page; missing on the last.
    #[oai(skip_serializing_if_is_none, validator(max_length = 100))]
    next: Option<String>,
}

const HEADING: [&str; 18] = [
    "number",
    "kind",
    "channel",
    "state",
    "round",
    "region",
    "phone_masked",
    "assignee_id",
    "next_actor",
    "outcome",
    "satisfaction",
    "received_at",
    "first_response_at",
    "replied_at",
    "closed_at",
    "statutory_due",
    "statutory_breached",
    "changed_at",
];

fn row(complaint: Complaint) -> Vec<String> {
    let at = |ms: Option<i64>| ms.map(|ms| time(ms).to_rfc3339()).unwrap_or_default();
    let case = complaint.case;
    vec![
        complaint.number,
        complaint.kind.to_string(),
        complaint.channel.to_string(),
        case.state.to_string(),
        case.round.to_string(),
        complaint.region.unwrap_or_default(),
        verify::document::mask_phone(&complaint.phone),
        case.assignee.map(|id| id.to_string()).unwrap_or_default(),
        complaint.next_actor.to_string(),
        case.outcome.map(|outcome| outcome.to_string()).unwrap_or_default(),
        complaint.satisfaction.map(|points| points.to_string()).unwrap_or_default(),
        at(Some(complaint.received_at_ms)),
        at(complaint.first_response_at_ms),
        at(complaint.replied_at_ms),
        at(complaint.closed_at_ms),
        at(Some(complaint.statutory_due_ms)),
        complaint.statutory_breached.to_string(),
        at(Some(complaint.changed_at_ms)),
    ]
}

/// A page of a query, audited.
pub(super) async fn page(
    app: &App,
    who: &StaffMember,
    query: &ComplaintQuery,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Result<Json<ComplaintList>, Problem> {
    let Asked { filter, order, descending } = query.read(who.id)?;
    let list = List::new(app, "complaints", (order, &filter), descending);
    let span = list.span(cursor, limit)?;
    lists::audit(app, who, &filter, Looked::Page).await?;
    let (items, next) = list.shown(lists::page(app, &filter, order, span).await?, ComplaintSummary::from);
    Ok(Json(ComplaintList { items, next }))
}

#[OpenApi]
impl Lists {
    /// Complaints by whatever is known of them: number, phone, vehicle, card, document, words that were said.
    #[oai(
        path = "/console/complaints/search",
        method = "post",
        operation_id = "case_search",
        tag = "Group::Complaint"
    )]
    async fn search(
        &self,
        staff: ComplaintReader,
        app: Data<&App>,
        body: Json<ComplaintQuery>,
        /// `next` of the page before, of the same search.
        #[oai(validator(max_length = 100))]
        cursor: Query<Option<String>>,
        /// Rows of a page; 50 if missing.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u64>>,
    ) -> Result<Json<ComplaintList>, Problem> {
        page(&app, &staff.0, &body.0, cursor.0.as_deref(), limit.0).await
    }

    /// The same as a file, without what was said.
    #[oai(
        path = "/console/complaints/search.csv",
        method = "post",
        operation_id = "case_search_csv",
        tag = "Group::Complaint"
    )]
    async fn export(
        &self,
        staff: ComplaintReader,
        app: Data<&App>,
        body: Json<ComplaintQuery>,
    ) -> Result<Csv, Problem> {
        let Asked { filter, order, descending } = body.read(staff.0.id)?;
        lists::audit(&app, &staff.0, &filter, Looked::Export).await?;
        let app = app.clone();
        Ok(csv("complaints", &HEADING, descending, move |span| {
            let (app, filter) = (app.clone(), filter.clone());
            async move { lists::page(&app, &filter, order, span).await?.try_map(|item| Ok(row(item))) }
        }))
    }
}
