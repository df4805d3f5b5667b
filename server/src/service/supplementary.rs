//! Supplementary registration (Art 22): how far the cards already in use have been registered.

use super::{App, Result};
use crate::{
    rules::record::State,
    store::{BrandProgress, VehicleFilter},
};

/// How many vehicles, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// How many.
    pub count: u64,
    /// Which.
    pub filter: VehicleFilter,
}

/// How far a brand has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The brand; none for all of them.
    pub brand: Option<String>,
    /// All vehicles.
    pub vehicles: Figure,
    /// Those nobody was ever registered for.
    pub unregistered: Figure,
    /// Those somebody is registered for.
    pub registered: Figure,
    /// Those about which somebody was told.
    pub notified: Figure,
    /// Those somebody is registered for since.
    pub registered_after_notice: Figure,
}

/// All vehicles, and each brand by itself.
///
/// # Errors
/// The store failed.
pub async fn progress(app: &App) -> Result<(Progress, Vec<Progress>)> {
    let brands = app.store.read().await?.supplementary().by_brand().await?;
    let sum = |of: fn(&BrandProgress) -> u64| brands.iter().map(of).sum();
    let all = BrandProgress {
        brand: String::new(),
        vehicles: sum(|brand| brand.vehicles),
        unregistered: sum(|brand| brand.unregistered),
        registered: sum(|brand| brand.registered),
        notified: sum(|brand| brand.notified),
        registered_after_notice: sum(|brand| brand.registered_after_notice),
    };
    let each = brands.into_iter().map(|counts| figures(Some(counts.brand.clone()), &counts));
    Ok((figures(None, &all), each.collect()))
}

fn figures(brand: Option<String>, counts: &BrandProgress) -> Progress {
    let base = VehicleFilter { brand: brand.clone(), ..VehicleFilter::default() };
    let registered = VehicleFilter { registered: Some(true), ..base.clone() };
    let notified = VehicleFilter { notified: Some(true), ..base.clone() };
    let both = VehicleFilter { notified: Some(true), ..registered.clone() };
    Progress {
        brand,
        unregistered: Figure {
            count: counts.unregistered,
            filter: VehicleFilter { record: Some(State::Unregistered), ..base.clone() },
        },
        vehicles: Figure { count: counts.vehicles, filter: base },
        registered: Figure { count: counts.registered, filter: registered },
        notified: Figure { count: counts.notified, filter: notified },
        registered_after_notice: Figure { count: counts.registered_after_notice, filter: both },
    }
}
