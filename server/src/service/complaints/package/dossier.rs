//! What a package says, as data.

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use super::super::file::china;
use crate::{
    rules::complaint::{By, Target},
    service::Result,
    store::{Complaint, ComplaintLine, Correction, Filter, Tx},
};

/// Most lines of the audit in one package.
const LINES: u64 = 10_000;

/// One complaint and everything it is about. Times are of China, in RFC 3339.
#[derive(Debug, Serialize)]
pub struct Dossier {
    /// Receipt number.
    pub number: String,
    /// What it is about, by name.
    pub kind: &'static str,
    /// The same in Chinese.
    pub kind_zh: &'static str,
    /// Which way it came, by name.
    pub channel: &'static str,
    /// Where it stands, by name.
    pub state: &'static str,
    /// What the answer says, by name.
    pub outcome: Option<&'static str>,
    /// How often it was begun.
    pub round: u32,
    /// How the person is called, if they said.
    pub name: Option<String>,
    /// Phone number of the person.
    pub phone: String,
    /// Province: two digits of GB/T 2260.
    pub region: Option<String>,
    /// What ran against it.
    pub clocks: Clocks,
    /// What happened, oldest first.
    pub timeline: Vec<Entry>,
    /// The vehicles it is about.
    pub vehicles: Vec<VehiclePart>,
    /// The requests it is about.
    pub requests: Vec<RequestPart>,
    /// The numbers of complaints it belongs with.
    pub complaints: Vec<String>,
    /// Corrections that came of it.
    pub corrections: Vec<CorrectionPart>,
    /// Who did what to it and to what it is about.
    pub audit: Vec<AuditLine>,
}

/// What ran against a complaint, in its last round.
#[derive(Debug, Serialize)]
pub struct Clocks {
    /// When it was received.
    pub received_at: String,
    /// By when there had to be an answer: 15 calendar days.
    pub answer_due: String,
    /// When it was answered.
    pub answered_at: Option<String>,
    /// The answer came in time, in every round; missing while there still is time.
    pub answer_kept: Option<bool>,
    /// When staff first spoke to the person.
    pub first_response_at: Option<String>,
    /// When it was closed.
    pub closed_at: Option<String>,
}

/// A line of the history.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// Place in the history, from 1.
    pub seq: u32,
    /// When.
    pub at: String,
    /// `user`, `system`, or the sign-in name of a member of staff.
    pub by: String,
    /// The person could see it.
    pub public: bool,
    /// What happened, as it is stored.
    pub event: serde_json::Value,
    /// What was said.
    pub text: Option<String>,
    /// Who wrote down what the person said.
    pub written_by: Option<String>,
    /// Files in the package.
    pub attachments: Vec<String>,
}

/// A vehicle and its cards.
#[derive(Debug, Serialize)]
pub struct VehiclePart {
    /// Vehicle identification number.
    pub vin: String,
    /// Brand.
    pub brand: String,
    /// Model.
    pub model: String,
    /// Body colour.
    pub body_colour: String,
    /// Where its record stands, by name.
    pub record: &'static str,
    /// Its cards.
    pub cards: Vec<CardPart>,
}

/// A card with its life.
#[derive(Debug, Serialize)]
pub struct CardPart {
    /// ICCID.
    pub iccid: String,
    /// Card number.
    pub msisdn: String,
    /// Carrier, by name.
    pub carrier: String,
    /// Where it stands, by name.
    pub state: &'static str,
    /// When what happened to it.
    pub life: Vec<(String, &'static str)>,
}

/// A request with its timeline.
#[derive(Debug, Serialize)]
pub struct RequestPart {
    /// Id.
    pub id: Uuid,
    /// What is asked for, by name.
    pub kind: &'static str,
    /// Where it stands, by name.
    pub state: &'static str,
    /// When it was started.
    pub created_at: String,
    /// What happened.
    pub timeline: Vec<RequestEntry>,
}

/// A line of a request's timeline.
#[derive(Debug, Serialize)]
pub struct RequestEntry {
    /// When.
    pub at: String,
    /// State reached, by name.
    pub state: String,
    /// Who moved it, by name.
    pub actor: String,
    /// More, if there is more to say.
    pub note: Option<String>,
}

/// A correction.
#[derive(Debug, Serialize)]
pub struct CorrectionPart {
    /// Id.
    pub id: Uuid,
    /// Who proposed it, by name.
    pub proposed_by: &'static str,
    /// Where it stands, by name.
    pub state: &'static str,
    /// What the record said.
    pub before: BTreeMap<&'static str, String>,
    /// What it was to say.
    pub after: BTreeMap<&'static str, String>,
    /// When it was proposed.
    pub created_at: String,
    /// When it was decided.
    pub decided_at: Option<String>,
}

/// A line of the audit.
#[derive(Debug, Serialize)]
pub struct AuditLine {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: String,
    /// Who: kind, and sign-in name or id.
    pub actor: String,
    /// What.
    pub action: String,
    /// Kind of record.
    pub subject_kind: String,
    /// Record.
    pub subject_id: Uuid,
    /// More.
    pub detail: Option<String>,
}

/// A time of China.
fn time(ms: i64) -> String {
    china(ms).to_rfc3339_opts(chrono::SecondsFormat::Millis, false)
}

impl Dossier {
    /// Reads it.
    ///
    /// # Errors
    /// The store failed.
    pub async fn of(tx: &Tx, complaint: &Complaint) -> Result<Self> {
        let history = tx.complaints().history(complaint.id).await?;
        let mut names = Names::default();
        let files: Vec<String> = tx
            .evidence()
            .attachments_of(complaint.id)
            .await?
            .iter()
            .enumerate()
            .map(|(at, (id, media))| format!("{id} {}-{}.{}", complaint.number, at + 1, media.extension()))
            .collect();
        let mut timeline = Vec::with_capacity(history.len());
        for line in &history {
            timeline.push(entry(tx, &mut names, line, &files).await?);
        }
        let mut subjects = vec![complaint.id];
        let (mut vehicles, mut requests, mut complaints) = (Vec::new(), Vec::new(), Vec::new());
        for (kind, target) in tx.complaint_marks().links(complaint.id).await? {
            match kind {
                Target::Vehicle => vehicles.extend(vehicle(tx, target).await?),
                Target::Request => requests.extend(request(tx, target).await?),
                Target::Complaint => {
                    complaints.extend(tx.complaints().find(target).await?.map(|other| other.number));
                }
            }
            subjects.push(target);
        }
        let corrections = tx.corrections().of_complaint(complaint.id).await?;
        subjects.extend(corrections.iter().map(|correction| correction.id));
        let filter = Filter { subjects, ..Filter::default() };
        let mut audit = Vec::new();
        for line in tx.audit().page(&filter, None, LINES).await?.into_iter().rev() {
            let actor = match line.actor_id {
                Some(id) if line.actor_kind == "staff" => names.of(tx, id).await?,
                Some(id) => format!("{} {id}", line.actor_kind),
                None => line.actor_kind,
            };
            audit.push(AuditLine {
                seq: line.seq,
                at: time(line.at_ms),
                actor,
                action: line.action,
                subject_kind: line.subject_kind,
                subject_id: line.subject_id,
                detail: line.detail,
            });
        }
        Ok(Self {
            number: complaint.number.clone(),
            kind: complaint.kind.as_str(),
            kind_zh: complaint.kind.zh(),
            channel: complaint.channel.as_str(),
            state: complaint.case.state.as_str(),
            outcome: complaint.case.outcome.map(|outcome| outcome.as_str()),
            round: complaint.case.round,
            name: complaint.name.clone(),
            phone: complaint.phone.clone(),
            region: complaint.region.clone(),
            clocks: Clocks {
                received_at: time(complaint.received_at_ms),
                answer_due: time(complaint.statutory_due_ms),
                answered_at: complaint.replied_at_ms.map(time),
                answer_kept: match (complaint.statutory_breached, complaint.replied_at_ms) {
                    (true, _) => Some(false),
                    (false, Some(at_ms)) => Some(at_ms < complaint.statutory_due_ms),
                    (false, None) => None,
                },
                first_response_at: complaint.first_response_at_ms.map(time),
                closed_at: complaint.closed_at_ms.map(time),
            },
            timeline,
            vehicles,
            requests,
            complaints,
            corrections: corrections.iter().map(correction).collect(),
            audit,
        })
    }
}

/// Sign-in names, each asked for once.
#[derive(Default)]
struct Names(BTreeMap<Uuid, String>);

impl Names {
    async fn of(&mut self, tx: &Tx, staff: Uuid) -> Result<String> {
        if let Some(name) = self.0.get(&staff) {
            return Ok(name.clone());
        }
        let record = tx.staff().record(staff).await?;
        let name = record.map_or_else(|| staff.to_string(), |record| record.member.username);
        self.0.insert(staff, name.clone());
        Ok(name)
    }
}

async fn entry(tx: &Tx, names: &mut Names, line: &ComplaintLine, files: &[String]) -> Result<Entry> {
    let by = match line.moment.by {
        By::User => "user".to_owned(),
        By::System => "system".to_owned(),
        By::Staff(id) => names.of(tx, id).await?,
    };
    let words = line.words.clone().unwrap_or_default();
    let written_by = match words.written_by {
        Some(id) => Some(names.of(tx, id).await?),
        None => None,
    };
    let file = |id: &Uuid| {
        let id = id.to_string();
        files.iter().find_map(|file| Some(format!("attachments/{}", file.strip_prefix(&id)?.trim())))
    };
    Ok(Entry {
        seq: line.seq,
        at: time(line.moment.at_ms),
        by,
        public: line.public,
        event: serde_json::to_value(line.moment.event).unwrap_or_default(),
        text: line.words.is_some().then_some(words.text),
        written_by,
        attachments: words.attachments.iter().filter_map(file).collect(),
    })
}

async fn vehicle(tx: &Tx, id: Uuid) -> Result<Option<VehiclePart>> {
    let Some(vehicle) = tx.vehicles().find(id).await? else { return Ok(None) };
    let mut cards = Vec::new();
    for card in tx.cards().of_vehicle(id).await? {
        let life = tx.cards().life(card.id).await?;
        cards.push(CardPart {
            iccid: card.iccid,
            msisdn: card.msisdn,
            carrier: card.carrier,
            state: card.state.as_str(),
            life: life.iter().map(|event| (time(event.at_ms), event.event.as_str())).collect(),
        });
    }
    Ok(Some(VehiclePart {
        vin: vehicle.vin,
        brand: vehicle.brand,
        model: vehicle.model,
        body_colour: vehicle.body_colour,
        record: vehicle.record.as_str(),
        cards,
    }))
}

async fn request(tx: &Tx, id: Uuid) -> Result<Option<RequestPart>> {
    let Some(request) = tx.requests().find(id).await? else { return Ok(None) };
    let timeline = tx.requests().timeline(id).await?.into_iter().map(|event| RequestEntry {
        at: time(event.at_ms),
        state: event.state,
        actor: event.actor,
        note: event.note,
    });
    Ok(Some(RequestPart {
        id,
        kind: request.kind.as_str(),
        state: request.state.name(),
        created_at: time(request.created_at_ms),
        timeline: timeline.collect(),
    }))
}

fn correction(correction: &Correction) -> CorrectionPart {
    let values = |values: &crate::store::Values| {
        values.iter().map(|(field, value)| (field.as_str(), value.clone())).collect()
    };
    CorrectionPart {
        id: correction.id,
        proposed_by: correction.proposed_by.as_str(),
        state: correction.state.as_str(),
        before: values(&correction.before),
        after: values(&correction.after),
        created_at: time(correction.created_at_ms),
        decided_at: correction.decided_at_ms.map(time),
    }
}
