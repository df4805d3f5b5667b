//! What each side sees of a transfer.

use uuid::Uuid;

use super::{expire_due, mine};
use crate::{
    rules::transfer::{Party, State},
    service::{App, Refusal, Result},
    store::{Card, Event, Review, Transfer, Tx, Vehicle},
};

/// A transfer as one side sees it. Masking is left to the API.
pub struct View {
    /// The transfer.
    pub transfer: Transfer,
    /// The side of who asks.
    pub role: Party,
    /// The vehicle.
    pub vehicle: Vehicle,
    /// Its cards.
    pub cards: Vec<Card>,
    /// Name of the counterparty, once verified.
    pub counterparty_name: Option<String>,
    /// What happened so far.
    pub timeline: Vec<Event>,
    /// What comes next.
    pub next: Next,
    /// The newest review of who asks.
    pub review: Option<Review>,
}

/// What comes next, and from whom.
pub struct Next {
    /// `owner`, `counterparty`, `staff`, `platform` or `nobody`.
    pub who: &'static str,
    /// What, in Chinese.
    pub what_zh: &'static str,
    /// What, in English.
    pub what_en: &'static str,
}

/// What an invitation shows before signing in.
pub struct Invitation {
    /// The transfer.
    pub transfer: Transfer,
    /// The vehicle.
    pub vehicle: Vehicle,
    /// How many cards move.
    pub card_count: usize,
    /// Name of the owner on record.
    pub owner_name: String,
}

/// One transfer of this account.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn view(app: &App, account: Uuid, id: Uuid) -> Result<View> {
    expire_due(app).await?;
    let tx = app.store.read().await?;
    let (transfer, role) = mine(&tx, id, account).await?;
    assemble(&tx, transfer, role).await
}

/// All transfers of this account, newest first.
///
/// # Errors
/// The store failed.
pub async fn list(app: &App, account: Uuid) -> Result<Vec<View>> {
    expire_due(app).await?;
    let tx = app.store.read().await?;
    let mut views = Vec::new();
    for transfer in tx.transfers().of_account(account).await? {
        let owner = transfer.owner_account_id == account;
        views.push(assemble(&tx, transfer, if owner { Party::Owner } else { Party::Counterparty }).await?);
    }
    Ok(views)
}

/// What the holder of an invitation may see.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn invitation(app: &App, token: &str) -> Result<Invitation> {
    expire_due(app).await?;
    let tx = app.store.read().await?;
    let transfer = tx.transfers().by_invitation(token).await?.ok_or(Refusal::NotFound)?;
    // Before the owner has passed, the link could only have been guessed.
    if matches!(transfer.state, State::Draft | State::OwnerVerifying | State::ManualReview(Party::Owner)) {
        return Err(Refusal::NotFound.into());
    }
    let vehicle = tx.vehicles().find(transfer.vehicle_id).await?.ok_or(Refusal::NotFound)?;
    let owner = tx.people().find(transfer.owner_person_id).await?.ok_or(Refusal::NotFound)?;
    let card_count = tx.cards().of_vehicle(vehicle.id).await?.len();
    Ok(Invitation { transfer, vehicle, card_count, owner_name: owner.name })
}

async fn assemble(tx: &Tx, transfer: Transfer, role: Party) -> Result<View> {
    let vehicle = tx.vehicles().find(transfer.vehicle_id).await?.ok_or(Refusal::NotFound)?;
    let counterparty = match transfer.counterparty_person_id {
        Some(id) => tx.people().find(id).await?,
        None => None,
    };
    Ok(View {
        role,
        cards: tx.cards().of_vehicle(vehicle.id).await?,
        counterparty_name: counterparty.map(|person| person.name),
        timeline: tx.transfers().timeline(transfer.id).await?,
        next: next(transfer.state),
        review: tx.reviews().latest(transfer.id, role).await?,
        vehicle,
        transfer,
    })
}

fn next(state: State) -> Next {
    let (who, what_zh, what_en) = match state {
        State::Draft | State::OwnerVerifying => ("owner", "原车主完成人脸核验", "The owner verifies"),
        State::AwaitingCounterparty => {
            ("counterparty", "新车主打开邀请链接并登录", "The new owner opens the invitation and signs in")
        }
        State::CounterpartyVerifying => ("counterparty", "新车主完成人脸核验", "The new owner verifies"),
        State::ManualReview(_) => ("staff", "工作人员人工审核", "Staff review the verification"),
        State::CardLimitCheck => {
            ("counterparty", "新车主阅读告知书与协议并确认接受", "The new owner reads the notice and accepts")
        }
        State::Approved | State::Syncing | State::Accepted => {
            ("platform", "车企平台确认登记", "The manufacturer's platform confirms")
        }
        State::Confirmed => ("nobody", "过户已完成", "The transfer is complete"),
        State::Cancelled => ("nobody", "原车主已取消", "The owner cancelled"),
        State::Declined => ("nobody", "新车主已拒绝", "The new owner declined"),
        State::Expired => ("nobody", "已过期，请重新发起", "Expired; start a new one"),
        State::Rejected => ("nobody", "未通过，请联系客服", "Refused; contact support"),
        State::ReferredToShop => (
            "counterparty",
            "名下车联网卡超过限额，请到运营商指定营业厅办理",
            "Too many cards in this name; visit the carrier's designated shop",
        ),
        State::Disputed => ("staff", "存在争议，已冻结", "Disputed and frozen"),
    };
    Next { who, what_zh, what_en }
}
