//! What handlers work with: templates, saved views, and who takes what.

use uuid::Uuid;

use super::file::day;
use crate::{
    rules::{
        complaint::{Kind, template},
        rights::Right,
    },
    service::{App, Refusal, Result, text},
    store::{Actor, Duty, SavedView, StaffMember, StoreError, Template},
};

/// A template as it is to be.
pub struct NewTemplate<'a> {
    /// Name, unique.
    pub name: &'a str,
    /// For complaints of this kind only.
    pub kind: Option<Kind>,
    /// In Chinese.
    pub zh: &'a str,
    /// In English.
    pub en: &'a str,
}

/// Every template, by name.
///
/// # Errors
/// The store failed.
pub async fn templates(app: &App) -> Result<Vec<Template>> {
    Ok(app.store.read().await?.complaint_desk().templates().await?)
}

/// Adds a template.
///
/// # Errors
/// [`Refusal::TemplateInvalid`], [`Refusal::TextInvalid`], [`Refusal::NameInvalid`], [`Refusal::NameTaken`].
pub async fn add_template(app: &App, who: &StaffMember, new: NewTemplate<'_>) -> Result<Template> {
    let template = made(app, app.id(), 0, &new)?;
    let tx = app.store.begin().await?;
    tx.complaint_desk().add_template(&template).await.map_err(taken)?;
    app.audit(&tx, Actor::Staff(who.id), "template.add", ("template", template.id), None);
    tx.commit().await?;
    Ok(template)
}

/// Changes a template that has not been changed since `version`.
///
/// # Errors
/// As [`add_template`]; [`Refusal::NotFound`], [`Refusal::PreconditionFailed`].
pub async fn save_template(
    app: &App,
    who: &StaffMember,
    id: Uuid,
    version: i64,
    new: NewTemplate<'_>,
) -> Result<Template> {
    let template = made(app, id, version, &new)?;
    let tx = app.store.begin().await?;
    let known = tx.complaint_desk().template(id).await?.ok_or(Refusal::NotFound)?;
    if known.version != version {
        return Err(Refusal::PreconditionFailed.into());
    }
    tx.complaint_desk().save_template(&template).await.map_err(taken)?;
    app.audit(&tx, Actor::Staff(who.id), "template.change", ("template", id), None);
    tx.commit().await?;
    Ok(Template { version: version + 1, ..template })
}

/// Removes a template.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn remove_template(app: &App, who: &StaffMember, id: Uuid) -> Result<()> {
    let tx = app.store.begin().await?;
    if !tx.complaint_desk().remove_template(id).await? {
        return Err(Refusal::NotFound.into());
    }
    app.audit(&tx, Actor::Staff(who.id), "template.remove", ("template", id), None);
    Ok(tx.commit().await?)
}

/// A template with what it says about this complaint, in Chinese and in English.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn filled(app: &App, who: &StaffMember, complaint: Uuid, id: Uuid) -> Result<(String, String)> {
    let tx = app.store.read().await?;
    let complaint = tx.complaints().find(complaint).await?.ok_or(Refusal::NotFound)?;
    let template = tx.complaint_desk().template(id).await?.ok_or(Refusal::NotFound)?;
    let fill = |text: &str, is_zh: bool| {
        let date = |ms| if is_zh { day(ms) } else { super::file::date(ms) };
        template::render(text, |name| match name {
            "number" => complaint.number.clone(),
            "kind" if is_zh => complaint.kind.zh().to_owned(),
            "kind" => complaint.kind.en().to_owned(),
            "name" if is_zh => complaint.name.clone().unwrap_or_else(|| "用户".to_owned()),
            "name" => complaint.name.clone().unwrap_or_else(|| "customer".to_owned()),
            "received" => date(complaint.received_at_ms),
            "due" => date(complaint.statutory_due_ms - 1),
            _ => who.username.clone(),
        })
        .map_err(|_| Refusal::TemplateInvalid)
    };
    Ok((fill(&template.zh, true)?, fill(&template.en, false)?))
}

fn made(app: &App, id: Uuid, version: i64, new: &NewTemplate<'_>) -> Result<Template> {
    let (zh, en) = (text::paragraphs(new.zh)?, text::paragraphs(new.en)?);
    for text in [&zh, &en] {
        template::check(text).map_err(|_| Refusal::TemplateInvalid)?;
    }
    let name = label(new.name)?;
    Ok(Template { id, name, kind: new.kind, zh, en, version, changed_at_ms: app.now_ms() })
}

/// The views this member of staff sees.
///
/// # Errors
/// The store failed.
pub async fn views(app: &App, who: &StaffMember) -> Result<Vec<SavedView>> {
    Ok(app.store.read().await?.complaint_desk().views(who.id).await?)
}

/// Saves a view; for everybody only by who leads.
///
/// # Errors
/// [`Refusal::NameInvalid`], [`Refusal::RightMissing`].
pub async fn add_view(
    app: &App,
    who: &StaffMember,
    (name, filter, shared): (&str, String, bool),
) -> Result<SavedView> {
    if shared && !who.may(Right::LeadComplaints) {
        return Err(Refusal::RightMissing.into());
    }
    let view = SavedView { id: app.id(), staff_id: who.id, name: label(name)?, filter, shared };
    let tx = app.store.begin().await?;
    tx.complaint_desk().add_view(&view, app.now_ms()).await?;
    tx.commit().await?;
    Ok(view)
}

/// Removes a view of one's own.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn remove_view(app: &App, who: &StaffMember, id: Uuid) -> Result<()> {
    let tx = app.store.begin().await?;
    if !tx.complaint_desk().remove_view(id, who.id).await? {
        return Err(Refusal::NotFound.into());
    }
    Ok(tx.commit().await?)
}

/// Who handles complaints, which kinds, and how many each has: name, what they take, load.
///
/// # Errors
/// The store failed.
pub async fn duties(app: &App) -> Result<Vec<(StaffMember, Duty, u64)>> {
    let tx = app.store.read().await?;
    let (duties, loads) = (tx.complaint_desk().duties().await?, tx.complaints().loads().await?);
    let one = |member: StaffMember| {
        let known = duties.iter().find(|duty| duty.staff_id == member.id).cloned();
        let duty = known.unwrap_or(Duty { staff_id: member.id, available: true, skills: Vec::new() });
        let load = loads.iter().find(|(id, _)| *id == member.id).map_or(0, |(_, load)| *load);
        (member, duty, load)
    };
    Ok(tx.staff().with(Right::HandleComplaints).await?.into_iter().map(one).collect())
}

/// Writes down what somebody takes.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn set_duty(app: &App, who: &StaffMember, duty: &Duty) -> Result<()> {
    let tx = app.store.begin().await?;
    tx.staff().find(duty.staff_id).await?.ok_or(Refusal::NotFound)?;
    tx.complaint_desk().set_duty(duty).await?;
    app.audit(&tx, Actor::Staff(who.id), "staff.duty", ("staff", duty.staff_id), None);
    Ok(tx.commit().await?)
}

fn label(text: &str) -> Result<String> {
    let text = text::sentence(text).map_err(|_| Refusal::NameInvalid)?;
    if text.chars().count() <= 50 { Ok(text) } else { Err(Refusal::NameInvalid.into()) }
}

fn taken(error: StoreError) -> crate::service::Error {
    match error {
        StoreError::Conflict => Refusal::NameTaken.into(),
        error => error.into(),
    }
}
