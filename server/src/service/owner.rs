//! What an owner sees of themselves and their vehicles.

use uuid::Uuid;

use super::{App, Refusal, Result, requests};
use crate::{
    rules::request::Kind,
    store::{Account, Card, Page, Person, Span, Tx, Vehicle},
};

/// The account and, if the phone is on record, the newest person recorded under it.
///
/// # Errors
/// [`Refusal::SignInNeeded`] when the account is gone.
pub async fn me(app: &App, account: Uuid) -> Result<(Account, Option<Person>)> {
    let tx = app.store.read().await?;
    let account = tx.accounts().find(account).await?.ok_or(Refusal::SignInNeeded)?;
    let person = tx.people().by_phone(&account.phone).await?.into_iter().next();
    Ok((account, person))
}

/// A vehicle with its cards and its open request.
pub struct Holding {
    /// The vehicle.
    pub vehicle: Vehicle,
    /// Its cards.
    pub cards: Vec<Card>,
    /// Its open request: kind and id.
    pub open_request: Option<(Kind, Uuid)>,
}

/// A page of the vehicles whose owner on record has this account's phone.
///
/// # Errors
/// [`Refusal::SignInNeeded`] when the account is gone.
pub async fn vehicles(app: &App, account: Uuid, span: Span) -> Result<Page<Holding>> {
    requests::keep_time(app).await?;
    let tx = app.store.read().await?;
    let mut holdings = Vec::new();
    let page = tx.lists().vehicles_of(&people(&tx, account).await?, span).await?;
    for vehicle in page.items {
        let cards = tx.cards().of_vehicle(vehicle.id).await?;
        let open_request = tx.requests().open_of_vehicle(vehicle.id).await?;
        holdings.push(Holding { vehicle, cards, open_request });
    }
    Ok(Page { items: holdings, next: page.next })
}

/// All of them, within a transaction and without the rest.
pub(super) async fn owned(tx: &Tx, account: Uuid) -> Result<Vec<Vehicle>> {
    Ok(tx.vehicles().of_people(&people(tx, account).await?).await?)
}

/// The people and units recorded under this account's phone.
pub(super) async fn people(tx: &Tx, account: Uuid) -> Result<Vec<Uuid>> {
    let account = tx.accounts().find(account).await?.ok_or(Refusal::SignInNeeded)?;
    Ok(tx.people().ids_by_phone(&account.phone).await?)
}
