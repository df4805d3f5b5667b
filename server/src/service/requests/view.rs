//! What each side sees of a request.

use uuid::Uuid;

use super::{keep_time, mine, papers, side};
use crate::{
    rules::{
        proof::Proof,
        request::{Kind, Party, State, Subject},
    },
    service::{App, Refusal, Result, owner},
    store::{Card, Event, Page, Request, Review, Span, Tx, Vehicle},
};

/// A request as one side sees it. Masking is left to the API.
pub struct View {
    /// The request.
    pub request: Request,
    /// The side of who asks.
    pub role: Party,
    /// Its vehicles.
    pub vehicles: Vec<Part>,
    /// Name of the counterparty, once verified.
    pub counterparty_name: Option<String>,
    /// What happened so far.
    pub timeline: Vec<Event>,
    /// What comes next.
    pub next: Next,
    /// The newest review of who asks.
    pub review: Option<Review>,
    /// What must be shown: one of each group.
    pub papers_needed: &'static [&'static [Proof]],
    /// What was shown.
    pub papers: Vec<(Uuid, Proof)>,
}

/// A vehicle of a request, and its cards.
pub struct Part {
    /// The vehicle.
    pub vehicle: Vehicle,
    /// Its cards.
    pub cards: Vec<Card>,
}

/// What comes next, and from whom.
#[derive(Clone, Copy, Debug)]
pub struct Next {
    /// `owner`, `counterparty`, `agent`, `staff`, `platform` or `nobody`.
    pub who: &'static str,
    /// What, in Chinese.
    pub what_zh: &'static str,
    /// What, in English.
    pub what_en: &'static str,
}

/// What an invitation shows before signing in.
pub struct Invitation {
    /// The transfer.
    pub request: Request,
    /// The vehicle.
    pub vehicle: Vehicle,
    /// How many cards move.
    pub card_count: usize,
    /// Name of the owner on record.
    pub owner_name: String,
}

/// One request of this account.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn view(app: &App, account: Uuid, id: Uuid) -> Result<View> {
    keep_time(app).await?;
    let tx = app.store.read().await?;
    let (request, role) = mine(&tx, id, account).await?;
    assemble(&tx, request, role).await
}

/// A page of the requests of this account.
///
/// # Errors
/// The store failed.
pub async fn list(app: &App, account: Uuid, span: Span) -> Result<Page<View>> {
    keep_time(app).await?;
    let tx = app.store.read().await?;
    let people = owner::people(&tx, account).await?;
    let mut views = Vec::new();
    let page = tx.requests().of_account(account, &people, span).await?;
    for request in page.items {
        if let Some(role) = side(&request, account, &people) {
            views.push(assemble(&tx, request, role).await?);
        }
    }
    Ok(Page { items: views, next: page.next })
}

/// What the holder of an invitation may see.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn invitation(app: &App, token: &str) -> Result<Invitation> {
    keep_time(app).await?;
    let tx = app.store.read().await?;
    let request = tx.requests().by_invitation(token).await?.ok_or(Refusal::NotFound)?;
    // Before the owner has passed, the link could only have been guessed.
    let early = matches!(request.state.name(), "draft" | "owner_verifying")
        || request.state.under_review() == Some(Subject::Owner);
    if early {
        return Err(Refusal::NotFound.into());
    }
    let vehicle = tx.vehicles().find(request.vehicle_id()?).await?.ok_or(Refusal::NotFound)?;
    let owner = request.owner_person_id.ok_or(Refusal::NotFound)?;
    let owner = tx.people().find(owner).await?.ok_or(Refusal::NotFound)?;
    let card_count = tx.cards().of_vehicle(vehicle.id).await?.len();
    Ok(Invitation { request, vehicle, card_count, owner_name: owner.name })
}

async fn assemble(tx: &Tx, request: Request, role: Party) -> Result<View> {
    let mut vehicles = Vec::new();
    for link in &request.vehicles {
        let vehicle = tx.vehicles().find(link.vehicle_id).await?.ok_or(Refusal::NotFound)?;
        let cards = tx.cards().of_vehicle(vehicle.id).await?;
        vehicles.push(Part { vehicle, cards });
    }
    let counterparty = match request.new_owner_person_id {
        Some(id) if matches!(request.kind, Kind::Transfer | Kind::Claim) => tx.people().find(id).await?,
        _ => None,
    };
    let subjects: Vec<Subject> =
        Subject::ALL.iter().copied().filter(|subject| subject.party(request.kind) == role).collect();
    Ok(View {
        role,
        vehicles,
        counterparty_name: counterparty.map(|person| person.name),
        timeline: tx.requests().timeline(request.id).await?,
        next: next(request.kind, request.state, role),
        review: tx.reviews().latest(request.id, &subjects).await?,
        papers_needed: papers::groups(&request),
        papers: tx.evidence().proofs_of(request.id).await?,
        request,
    })
}

/// What comes next in a request of this kind, for the side that asks.
fn next(kind: Kind, state: State, role: Party) -> Next {
    let who = if role == Party::Agent { "agent" } else { "owner" };
    let (who, what_zh, what_en) = match (state.name(), kind) {
        ("draft" | "owner_verifying", Kind::Transfer) => {
            ("owner", "原车主完成人脸核验", "The owner verifies")
        }
        ("draft" | "verifying" | "capturing", Kind::Cancellation | Kind::Replacement) => {
            ("owner", "车主完成人脸核验", "The owner verifies")
        }
        ("draft" | "verifying" | "capturing", _) => {
            (who, "提交材料并完成人脸核验", "Hand in the papers and verify")
        }
        ("awaiting_counterparty", _) => {
            ("counterparty", "新车主打开邀请链接并登录", "The new owner opens the invitation and signs in")
        }
        ("counterparty_verifying", _) => ("counterparty", "新车主完成人脸核验", "The new owner verifies"),
        ("claimed", _) => (
            "counterparty",
            "申请人上传车辆证件并完成人脸核验",
            "The claimant uploads the vehicle's papers and verifies",
        ),
        ("prior_owner_notified", _) => {
            ("owner", "原车主同意或提出异议", "The owner on record consents or objects")
        }
        ("manual_review", _) => ("staff", "工作人员人工审核", "Staff review the verification"),
        ("reason_given", _) => ("owner", "车主确认注销", "The owner confirms the end of service"),
        ("card_limit_check", Kind::Transfer | Kind::Claim) => {
            ("counterparty", "新车主阅读告知书与协议并确认接受", "The new owner reads the notice and accepts")
        }
        ("card_limit_check", _) => {
            (who, "阅读告知书与协议并确认", "Read the notice and the agreement and accept")
        }
        ("approved" | "submitted" | "syncing" | "accepted", _) => {
            ("platform", "车企平台确认登记", "The manufacturer's platform confirms")
        }
        ("emergency_only", _) => ("platform", "运营商关停车联网卡", "The carrier closes the cards"),
        ("confirmed", Kind::Replacement) => ("nobody", "换卡已完成", "The card is replaced"),
        ("confirmed", _) => ("nobody", "过户已完成", "The transfer is complete"),
        ("active", _) => ("nobody", "登记已完成", "The registration is complete"),
        ("closed", _) => ("nobody", "注销已完成", "The service has ended"),
        ("cancelled", Kind::Transfer) => ("nobody", "原车主已取消", "The owner cancelled"),
        ("cancelled", _) => ("nobody", "申请人已取消", "Taken back"),
        ("declined", _) => ("nobody", "新车主已拒绝", "The new owner declined"),
        ("expired", _) => ("nobody", "已过期，请重新发起", "Expired; start a new one"),
        ("referred_to_shop", Kind::Transfer | Kind::Claim) => (
            "counterparty",
            "名下车联网卡超过限额，请到运营商指定营业厅办理",
            "Too many cards in this name; visit the carrier's designated shop",
        ),
        ("referred_to_shop", _) => (
            who,
            "名下车联网卡超过限额，请到运营商指定营业厅办理",
            "Too many cards in this name; visit the carrier's designated shop",
        ),
        ("disputed", _) => ("staff", "存在争议，已冻结", "Disputed and frozen"),
        _ => ("nobody", "未通过，请联系客服", "Refused; contact support"),
    };
    Next { who, what_zh, what_en }
}
