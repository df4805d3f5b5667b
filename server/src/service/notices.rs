//! Notices that a card in use must be registered, and the vehicle data they pre-fill (Art 22, 23).

use uuid::Uuid;

use super::{App, Refusal, Result, codes::Phone};
use crate::{
    rules::{clocks::DAY_MS, notice::Channel, record::State},
    store::{Actor, Card, NewNotification, StaffMember, Tx, Vehicle},
};

/// What a notice's link shows: the vehicle, already filled in.
pub struct Prefilled {
    /// The vehicle.
    pub vehicle: Vehicle,
    /// Its cards.
    pub cards: Vec<Card>,
}

/// Tells somebody that a vehicle's cards must be registered. By text the link goes along; after a call the member of
/// staff gives it by other means. The link.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::VehicleRegistered`], [`Refusal::PhoneInvalid`].
pub async fn send(
    app: &App,
    who: &StaffMember,
    vehicle: Uuid,
    channel: Channel,
    phone: &str,
) -> Result<String> {
    let phone = Phone::parse(phone)?;
    let phone = phone.as_str();
    let now_ms = app.now_ms();
    let tx = app.store.begin().await?;
    let vehicle = tx.vehicles().find(vehicle).await?.ok_or(Refusal::NotFound)?;
    if vehicle.record != State::Unregistered {
        return Err(Refusal::VehicleRegistered.into());
    }
    let token = app.token();
    let link = format!("{}/owner/#/notices/{token}", app.config.http.public_url);
    let new = NewNotification {
        id: app.id(),
        vehicle_id: vehicle.id,
        channel,
        phone,
        token: &token,
        sent_by: who.id,
    };
    tx.notices().insert(new, now_ms).await?;
    if channel == Channel::Sms {
        let told = format!("您的车辆尚未办理车联网卡实名登记，未登记仅可紧急呼叫。请打开链接补登记：{link}");
        app.tell(&tx, phone, &told).await?;
    }
    app.audit(&tx, Actor::Staff(who.id), "notice.send", ("vehicle", vehicle.id), Some(channel.as_str()));
    tx.commit().await?;
    Ok(link)
}

/// What the holder of a link may see.
///
/// # Errors
/// [`Refusal::NotFound`] for an unknown or old one.
pub async fn prefilled(app: &App, token: &str) -> Result<Prefilled> {
    let tx = app.store.read().await?;
    let vehicle = vehicle_of(app, &tx, token).await?;
    Ok(Prefilled { cards: tx.cards().of_vehicle(vehicle.id).await?, vehicle })
}

/// The vehicle a link stands for.
///
/// # Errors
/// [`Refusal::NotFound`].
pub(super) async fn vehicle_of(app: &App, tx: &Tx, token: &str) -> Result<Vehicle> {
    let since_ms = app.now_ms() - i64::from(app.config.sampling.notice_days) * DAY_MS;
    let vehicle = tx.notices().vehicle_of(token, since_ms).await?.ok_or(Refusal::NotFound)?;
    Ok(tx.vehicles().find(vehicle).await?.ok_or(Refusal::NotFound)?)
}
