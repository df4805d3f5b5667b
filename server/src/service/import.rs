//! Taking the vehicles of a file into the record: all of them, or none.

use std::collections::HashMap;

use uuid::Uuid;
use verify::document::Carrier;

use super::{App, Result};
use crate::{
    import::{Change, Checked, Finding, Fitting, KnownCard, KnownVehicle, Plan, Vehicle, plan},
    store::{Actor, BATCH, BulkCard, BulkVehicle, Tx},
};

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Vehicles recorded.
    pub new: usize,
    /// Vehicles put right.
    pub corrected: usize,
    /// Vehicles that were on record with the same data.
    pub unchanged: usize,
    /// Cards recorded or taken from stock.
    pub cards: usize,
    /// What is wrong: with an error among it, nothing was imported.
    pub findings: Vec<Finding>,
}

impl Imported {
    /// Whether nothing was imported, because something is wrong.
    pub fn is_refused(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }
}

/// Holds a checked file against the record and, unless `dry`, takes it in. `progress` is told how many vehicles are
/// done, of twice their number: once when they are held against the record, once when they are written.
///
/// Everything is written in one transaction, after everything was found in order. On SQLite nobody else can write
/// meanwhile.
///
/// # Errors
/// [`super::Refusal::Conflict`] when the record changed meanwhile: run it again.
pub async fn vehicles(
    app: &App,
    checked: Checked,
    dry: bool,
    mut progress: impl FnMut(usize),
) -> Result<Imported> {
    let Checked { vehicles, findings, .. } = checked;
    let mut imported = Imported { findings, ..Imported::default() };
    let mut plans = Vec::with_capacity(vehicles.len());
    for batch in vehicles.chunks(BATCH) {
        for (vehicle, planned) in batch.iter().zip(plan_batch(app, batch).await?) {
            match planned {
                Ok((id, version, plan)) => plans.push((vehicle, id, version, plan)),
                Err(findings) => imported.findings.extend(findings),
            }
        }
        progress(batch.len());
    }
    imported.findings.sort_by_key(|finding| finding.line);
    if imported.is_refused() {
        return Ok(imported);
    }
    for (_, _, _, Plan { change, fittings }) in &plans {
        *match change {
            Change::New => &mut imported.new,
            Change::Corrected => &mut imported.corrected,
            Change::None => &mut imported.unchanged,
        } += 1;
        imported.cards += fittings.len();
    }
    if dry {
        return Ok(imported);
    }
    let tx = app.store.begin().await?;
    for batch in plans.chunks(BATCH) {
        write(app, &tx, batch).await?;
        progress(batch.len());
    }
    let Imported { new, corrected, cards, .. } = imported;
    let detail = format!("{new} new, {corrected} corrected, {cards} cards");
    app.audit(&tx, Actor::System, "vehicles.import", ("import", app.id()), Some(&detail));
    tx.commit().await?;
    Ok(imported)
}

/// A vehicle of the file, its id and version on record (a fresh id for a new one) and what happens to it.
type Planned<'a> = (&'a Vehicle, Uuid, i64, Plan);

async fn plan_batch(
    app: &App,
    batch: &[Vehicle],
) -> Result<Vec<std::result::Result<(Uuid, i64, Plan), Vec<Finding>>>> {
    let tx = app.store.read().await?;
    let vins: Vec<&str> = batch.iter().map(|vehicle| vehicle.vin.as_str()).collect();
    let known: HashMap<String, KnownVehicle> =
        tx.imports().vehicles(&vins).await?.into_iter().map(|known| (known.vin.clone(), known)).collect();
    let cards: Vec<_> = batch.iter().flat_map(|vehicle| &vehicle.cards).collect();
    let mut on_record: Vec<KnownCard> = Vec::new();
    for cards in cards.chunks(BATCH) {
        let msisdns: Vec<&str> = cards.iter().map(|card| card.msisdn.as_str()).collect();
        let iccids: Vec<&str> = cards.iter().map(|card| card.iccid.as_str()).collect();
        on_record.extend(tx.imports().cards(&msisdns, &iccids).await?);
    }
    let mut by_number: HashMap<&str, Vec<&KnownCard>> = HashMap::new();
    for card in &on_record {
        by_number.entry(&card.msisdn).or_default().push(card);
        by_number.entry(&card.iccid).or_default().push(card);
    }
    let planned = batch.iter().map(|vehicle| {
        let known = known.get(vehicle.vin.as_str());
        let numbers = vehicle.cards.iter().flat_map(|card| [card.msisdn.as_str(), card.iccid.as_str()]);
        let cards: Vec<&KnownCard> =
            numbers.filter_map(|number| by_number.get(number)).flatten().copied().collect();
        let (id, version) = known.map_or_else(|| (app.id(), 0), |known| (known.id, known.version));
        Ok((id, version, plan(vehicle, known, &cards)?))
    });
    Ok(planned.collect())
}

async fn write(app: &App, tx: &Tx, batch: &[Planned<'_>]) -> Result<()> {
    let now_ms = app.now_ms();
    let (mut vehicles, mut cards, mut stocked) = (Vec::new(), Vec::new(), Vec::new());
    for (vehicle, id, version, plan) in batch {
        let row = BulkVehicle {
            id: *id,
            vin: vehicle.vin.as_str(),
            engine_number: &vehicle.engine_number,
            brand: &vehicle.brand,
            model: &vehicle.model,
            body_colour: &vehicle.body_colour,
            version: *version,
        };
        match plan.change {
            Change::New => vehicles.push(row),
            Change::Corrected => tx.imports().correct(&row).await?,
            Change::None => {}
        }
        for fitting in &plan.fittings {
            match fitting {
                Fitting::Stocked(card) => stocked.push((*card, *id)),
                Fitting::New(card) => cards.push(BulkCard {
                    id: app.id(),
                    event_id: app.id(),
                    vehicle_id: *id,
                    msisdn: card.msisdn.as_str(),
                    iccid: card.iccid.as_str(),
                    carrier: card.carrier.map_or("unknown", Carrier::as_str),
                }),
            }
        }
    }
    tx.imports().insert_vehicles(&vehicles, now_ms).await?;
    for cards in cards.chunks(BATCH) {
        tx.imports().insert_cards(cards, now_ms).await?;
    }
    for (card, vehicle) in stocked {
        tx.imports().fit(card, vehicle, app.id(), now_ms).await?;
    }
    Ok(())
}
