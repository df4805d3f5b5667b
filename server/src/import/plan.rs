//! What a vehicle of the file means for what is on record.

use uuid::Uuid;

use super::{
    check::{Card, Vehicle},
    columns::Column,
    report::Finding,
};

/// A vehicle on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownVehicle {
    /// Id.
    pub id: Uuid,
    /// Vehicle identification number.
    pub vin: String,
    /// Engine number, or motor number of an electric car.
    pub engine_number: Option<String>,
    /// Brand.
    pub brand: String,
    /// Model.
    pub model: String,
    /// Body colour.
    pub body_colour: String,
    /// Nobody was ever registered: the maker's data may still be put right.
    pub unregistered: bool,
    /// Guards against two writers.
    pub version: i64,
}

/// A card on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCard {
    /// Id.
    pub id: Uuid,
    /// The vehicle it is in.
    pub vehicle: Option<Uuid>,
    /// Card number.
    pub msisdn: String,
    /// Integrated circuit card identifier.
    pub iccid: String,
    /// Bought and in no vehicle.
    pub stocked: bool,
}

/// What happens to the vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is recorded.
    New,
    /// Its data is put right.
    Corrected,
    /// Nothing, besides what happens to its cards.
    None,
}

/// What happens to a card that is not in the vehicle yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fitting {
    /// It is recorded, in the vehicle.
    New(Card),
    /// It was in stock and goes into the vehicle.
    Stocked(Uuid),
}

/// What one vehicle of the file means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What happens to the vehicle.
    pub change: Change,
    /// What happens to its cards.
    pub fittings: Vec<Fitting>,
}

/// Holds a vehicle of the file against the record: `known`, the vehicle with its VIN, and `cards`, the cards that are
/// in it or share a number with one of the file's.
///
/// # Errors
/// Why it cannot be imported.
pub fn plan(
    vehicle: &Vehicle,
    known: Option<&KnownVehicle>,
    cards: &[&KnownCard],
) -> Result<Plan, Vec<Finding>> {
    let mut wrong = Vec::new();
    let mut fittings = Vec::new();
    for card in &vehicle.cards {
        match fitting(card, known.map(|known| known.id), cards) {
            Ok(fitting) => fittings.extend(fitting),
            Err((column, reason)) => wrong.push(Finding::error(card.line, Some(column), reason)),
        }
    }
    let differs = known.map_or_else(Vec::new, |known| differences(vehicle, known));
    if known.is_some_and(|known| !known.unregistered) {
        let refused = |column| {
            let reason = "the vehicle is registered with other data: that changes by request only";
            Finding::error(vehicle.line, Some(column), reason)
        };
        wrong.extend(differs.iter().copied().map(refused));
        if wrong.is_empty() && !fittings.is_empty() {
            let reason = "the vehicle is registered: another card comes by request only";
            wrong.push(Finding::error(vehicle.line, Some(Column::Iccid), reason));
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let change = match known {
        None => Change::New,
        Some(_) if differs.is_empty() => Change::None,
        Some(_) => Change::Corrected,
    };
    Ok(Plan { change, fittings })
}

fn differences(vehicle: &Vehicle, known: &KnownVehicle) -> Vec<Column> {
    let engine = known.engine_number.as_deref() != Some(&vehicle.engine_number);
    let all = [
        (Column::EngineNumber, engine),
        (Column::Brand, known.brand != vehicle.brand),
        (Column::Model, known.model != vehicle.model),
        (Column::BodyColour, known.body_colour != vehicle.body_colour),
    ];
    all.into_iter().filter_map(|(column, differs)| differs.then_some(column)).collect()
}

/// `None` when the card is where it belongs.
fn fitting(
    card: &Card,
    vehicle: Option<Uuid>,
    known: &[&KnownCard],
) -> Result<Option<Fitting>, (Column, &'static str)> {
    let same_iccid = known.iter().find(|known| known.iccid == card.iccid.as_str());
    let same_msisdn = known.iter().find(|known| known.msisdn == card.msisdn.as_str());
    match (same_iccid, same_msisdn) {
        (None, None) => Ok(Some(Fitting::New(card.clone()))),
        (Some(one), Some(other)) if one.id == other.id => match one.vehicle {
            Some(at) if Some(at) == vehicle => Ok(None),
            Some(_) => Err((Column::Iccid, "the card is on record in another vehicle")),
            None if one.stocked => Ok(Some(Fitting::Stocked(one.id))),
            None => Err((Column::Iccid, "the card is on record and cannot be built in any more")),
        },
        (Some(_), _) => Err((Column::Iccid, "the card is on record with another number")),
        (None, Some(_)) => Err((Column::Msisdn, "the number is on record with another card")),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn vehicle() -> Vehicle {
        Vehicle {
            line: 2,
            vin: "1M8GDM9AXKP042788".parse().unwrap(),
            engine_number: "E1".into(),
            brand: "红旗".into(),
            model: "H9".into(),
            body_colour: "黑".into(),
            cards: vec![Card {
                line: 2,
                msisdn: "1064802000031".parse().unwrap(),
                iccid: "898604071120C0015291".parse().unwrap(),
                carrier: None,
            }],
        }
    }

    fn known(unregistered: bool, colour: &str) -> KnownVehicle {
        let Vehicle { vin, engine_number, brand, model, .. } = vehicle();
        KnownVehicle {
            id: Uuid::from_u128(1),
            vin: vin.as_str().to_owned(),
            engine_number: Some(engine_number),
            brand,
            model,
            body_colour: colour.to_owned(),
            unregistered,
            version: 0,
        }
    }

    fn card(vehicle: Option<u128>) -> KnownCard {
        KnownCard {
            id: Uuid::from_u128(7),
            vehicle: vehicle.map(Uuid::from_u128),
            msisdn: "1064802000031".into(),
            iccid: "898604071120C0015291".into(),
            stocked: vehicle.is_none(),
        }
    }

    #[test]
    fn the_same_file_twice_changes_nothing() {
        for unregistered in [true, false] {
            let plan = plan(&vehicle(), Some(&known(unregistered, "黑")), &[&card(Some(1))]).unwrap();
            assert_eq!(plan, Plan { change: Change::None, fittings: vec![] });
        }
    }

    #[test]
    fn only_unregistered_vehicles_are_corrected() {
        let at_home = card(Some(1));
        let corrected = plan(&vehicle(), Some(&known(true, "白")), &[&at_home]).unwrap();
        assert_eq!(corrected.change, Change::Corrected);
        let refused = plan(&vehicle(), Some(&known(false, "白")), &[&at_home]).unwrap_err();
        assert_eq!((refused.len(), refused[0].column), (1, Some(Column::BodyColour)));
        let card = plan(&vehicle(), Some(&known(false, "黑")), &[]).unwrap_err();
        assert_eq!(card[0].column, Some(Column::Iccid));
    }

    #[rstest]
    #[case::new(None, Ok(Fitting::New(vehicle().cards[0].clone())))]
    #[case::art_6_from_stock(Some(card(None)), Ok(Fitting::Stocked(Uuid::from_u128(7))))]
    #[case::elsewhere(Some(card(Some(9))), Err(Column::Iccid))]
    #[case::other_number(Some(KnownCard { msisdn: "1064802000032".into(), ..card(None) }), Err(Column::Iccid))]
    #[case::other_card(Some(KnownCard { iccid: "898604071120C0015292".into(), ..card(None) }), Err(Column::Msisdn))]
    #[case::spent(Some(KnownCard { stocked: false, ..card(None) }), Err(Column::Iccid))]
    fn a_card_is_in_one_place(#[case] known: Option<KnownCard>, #[case] expected: Result<Fitting, Column>) {
        let cards: Vec<&KnownCard> = known.iter().collect();
        let planned = plan(&vehicle(), None, &cards);
        match expected {
            Ok(fitting) => assert_eq!(planned.unwrap().fittings, [fitting]),
            Err(column) => assert_eq!(planned.unwrap_err()[0].column, Some(column)),
        }
    }
}
