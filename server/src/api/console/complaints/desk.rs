//! What handlers work with: templates, saved views, and who takes what.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::{ComplaintHandler, ComplaintLead, ComplaintReader},
        complaint::ComplaintKind,
        objects::{Done, time},
        problem::Problem,
    },
    service::{
        App,
        complaints::{self, NewTemplate},
    },
    store,
};

/// Operations.
pub struct Desk;

/// A template as it is to be.
#[derive(Object)]
struct TemplateRequest {
    /// Name, unique.
    #[oai(validator(min_length = 1, max_length = 50))]
    name: String,
    /// For complaints of this kind only; missing: for all.
    kind: Option<ComplaintKind>,
    /// In Chinese. `{{number}}`, `{{kind}}`, `{{name}}`, `{{received}}`, `{{due}}`, `{{handler}}` are filled in.
    #[oai(validator(min_length = 1, max_length = 2000))]
    zh: String,
    /// In English, with the same variables.
    #[oai(validator(min_length = 1, max_length = 2000))]
    en: String,
    /// Version you have seen, when you change one.
    version: Option<i64>,
}

/// Words that are used again.
#[derive(Object)]
struct Template {
    /// Id.
    id: Uuid,
    /// Name.
    name: String,
    /// For complaints of this kind only.
    #[oai(skip_serializing_if_is_none)]
    kind: Option<ComplaintKind>,
    /// In Chinese.
    zh: String,
    /// In English.
    en: String,
    /// Goes into `version` of a change.
    version: i64,
    /// When it was last changed.
    changed_at: DateTime<Utc>,
}

/// Templates.
#[derive(Object)]
struct TemplateList {
    /// By name.
    #[oai(validator(max_items = 200))]
    items: Vec<Template>,
}

/// A template with what it says about one complaint.
#[derive(Object)]
struct FilledTemplate {
    /// In Chinese.
    zh: String,
    /// In English.
    en: String,
}

/// A view to save.
#[derive(Object)]
struct ViewRequest {
    /// Name.
    #[oai(validator(min_length = 1, max_length = 50))]
    name: String,
    /// What it shows: the body of a search, as JSON text.
    #[oai(validator(max_length = 4000))]
    filter: String,
    /// Everybody sees it; only who leads may save one.
    shared: bool,
}

/// A saved view.
#[derive(Object)]
struct ComplaintView {
    /// Id.
    id: Uuid,
    /// Name.
    name: String,
    /// What it shows: the body of a search, as JSON text.
    filter: String,
    /// Everybody sees it.
    shared: bool,
    /// You saved it.
    mine: bool,
}

/// Saved views.
#[derive(Object)]
struct ComplaintViewList {
    /// By name.
    #[oai(validator(max_items = 200))]
    items: Vec<ComplaintView>,
}

/// What somebody takes.
#[derive(Object)]
struct DutyRequest {
    /// New complaints, now.
    available: bool,
    /// Only these kinds; empty: all.
    #[oai(validator(max_items = 9))]
    skills: Vec<ComplaintKind>,
}

/// Who handles complaints.
#[derive(Object)]
struct Duty {
    /// Id.
    staff_id: Uuid,
    /// Sign-in name.
    username: String,
    /// They take new ones now.
    available: bool,
    /// Only these kinds; empty: all.
    #[oai(validator(max_items = 9))]
    skills: Vec<ComplaintKind>,
    /// How many they have that are not answered.
    load: u64,
}

/// Who handles complaints.
#[derive(Object)]
struct DutyList {
    /// Oldest member first.
    #[oai(validator(max_items = 1000))]
    items: Vec<Duty>,
}

#[derive(ApiResponse)]
enum TemplateAdded {
    /// Added.
    #[oai(status = 201)]
    Added(Json<Template>),
}

#[derive(ApiResponse)]
enum ViewAdded {
    /// Saved.
    #[oai(status = 201)]
    Added(Json<ComplaintView>),
}

impl From<store::Template> for Template {
    fn from(template: store::Template) -> Self {
        Self {
            id: template.id,
            name: template.name,
            kind: template.kind.map(ComplaintKind::from),
            zh: template.zh,
            en: template.en,
            version: template.version,
            changed_at: time(template.changed_at_ms),
        }
    }
}

impl DutyRequest {
    fn of(&self, staff_id: Uuid) -> store::Duty {
        let skills = self.skills.iter().map(|kind| (*kind).into()).collect();
        store::Duty { staff_id, available: self.available, skills }
    }
}

fn wanted(body: &TemplateRequest) -> NewTemplate<'_> {
    NewTemplate { name: &body.name, kind: body.kind.map(Into::into), zh: &body.zh, en: &body.en }
}

fn view(view: store::SavedView, viewer: Uuid) -> ComplaintView {
    let mine = view.staff_id == viewer;
    ComplaintView { id: view.id, name: view.name, filter: view.filter, shared: view.shared, mine }
}

#[OpenApi]
impl Desk {
    /// Words that are used again.
    #[oai(path = "/console/templates", method = "get", operation_id = "templates", tag = "Group::Complaint")]
    async fn templates(
        &self,
        _staff: ComplaintReader,
        app: Data<&App>,
    ) -> Result<Json<TemplateList>, Problem> {
        let templates = complaints::templates(&app).await?;
        Ok(Json(TemplateList { items: templates.into_iter().map(Template::from).collect() }))
    }

    /// Add a template.
    #[oai(
        path = "/console/templates",
        method = "post",
        operation_id = "template_add",
        tag = "Group::Complaint"
    )]
    async fn add_template(
        &self,
        staff: ComplaintLead,
        app: Data<&App>,
        body: Json<TemplateRequest>,
    ) -> Result<TemplateAdded, Problem> {
        let added = complaints::add_template(&app, &staff.0, wanted(&body)).await?;
        Ok(TemplateAdded::Added(Json(added.into())))
    }

    /// Change a template.
    #[oai(
        path = "/console/templates/:id",
        method = "put",
        operation_id = "template_change",
        tag = "Group::Complaint"
    )]
    async fn save_template(
        &self,
        staff: ComplaintLead,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<TemplateRequest>,
    ) -> Result<Json<Template>, Problem> {
        let version = body.version.unwrap_or_default();
        let saved = complaints::save_template(&app, &staff.0, id.0, version, wanted(&body)).await?;
        Ok(Json(saved.into()))
    }

    /// Remove a template.
    #[oai(
        path = "/console/templates/:id",
        method = "delete",
        operation_id = "template_remove",
        tag = "Group::Complaint"
    )]
    async fn remove_template(
        &self,
        staff: ComplaintLead,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> Result<Done, Problem> {
        complaints::remove_template(&app, &staff.0, id.0).await?;
        Ok(Done::Done)
    }

    /// A template with what it says about this complaint.
    #[oai(
        path = "/console/complaints/:id/templates/:template",
        method = "get",
        operation_id = "case_template",
        tag = "Group::Complaint"
    )]
    async fn filled(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        /// Id of the template.
        template: Path<Uuid>,
    ) -> Result<Json<FilledTemplate>, Problem> {
        let (zh, en) = complaints::filled(&app, &staff.0, id.0, template.0).await?;
        Ok(Json(FilledTemplate { zh, en }))
    }

    /// The views you saved, and shared ones.
    #[oai(
        path = "/console/complaint-views",
        method = "get",
        operation_id = "case_views",
        tag = "Group::Complaint"
    )]
    async fn views(
        &self,
        staff: ComplaintReader,
        app: Data<&App>,
    ) -> Result<Json<ComplaintViewList>, Problem> {
        let views = complaints::views(&app, &staff.0).await?;
        Ok(Json(ComplaintViewList { items: views.into_iter().map(|one| view(one, staff.0.id)).collect() }))
    }

    /// Save a view.
    #[oai(
        path = "/console/complaint-views",
        method = "post",
        operation_id = "case_view_add",
        tag = "Group::Complaint"
    )]
    async fn add_view(
        &self,
        staff: ComplaintReader,
        app: Data<&App>,
        body: Json<ViewRequest>,
    ) -> Result<ViewAdded, Problem> {
        let body = body.0;
        let new = (body.name.as_str(), body.filter, body.shared);
        let added = complaints::add_view(&app, &staff.0, new).await?;
        Ok(ViewAdded::Added(Json(view(added, staff.0.id))))
    }

    /// Remove a view of yours.
    #[oai(
        path = "/console/complaint-views/:id",
        method = "delete",
        operation_id = "case_view_remove",
        tag = "Group::Complaint"
    )]
    async fn remove_view(
        &self,
        staff: ComplaintReader,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> Result<Done, Problem> {
        complaints::remove_view(&app, &staff.0, id.0).await?;
        Ok(Done::Done)
    }

    /// Who handles complaints, which kinds, and how many each has.
    #[oai(path = "/console/duties", method = "get", operation_id = "duties", tag = "Group::Complaint")]
    async fn duties(&self, _staff: ComplaintReader, app: Data<&App>) -> Result<Json<DutyList>, Problem> {
        let duty = |(member, duty, load): (store::StaffMember, store::Duty, u64)| Duty {
            staff_id: member.id,
            username: member.username,
            available: duty.available,
            skills: duty.skills.into_iter().map(ComplaintKind::from).collect(),
            load,
        };
        let items = complaints::duties(&app).await?.into_iter().map(duty).collect();
        Ok(Json(DutyList { items }))
    }

    /// Say what you take.
    #[oai(path = "/console/duty", method = "put", operation_id = "duty_own", tag = "Group::Complaint")]
    async fn set_own_duty(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        body: Json<DutyRequest>,
    ) -> Result<Done, Problem> {
        complaints::set_duty(&app, &staff.0, &body.of(staff.0.id)).await?;
        Ok(Done::Done)
    }

    /// Say what somebody takes.
    #[oai(
        path = "/console/duties/:id",
        method = "put",
        operation_id = "duty_change",
        tag = "Group::Complaint"
    )]
    async fn set_duty(
        &self,
        staff: ComplaintLead,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<DutyRequest>,
    ) -> Result<Done, Problem> {
        complaints::set_duty(&app, &staff.0, &body.of(id.0)).await?;
        Ok(Done::Done)
    }
}
