//! Rows the server needs to be used at all, and rows for a demonstration. Running twice changes nothing.

use secrecy::ExposeSecret;
use verify::document::DocumentType;

use super::{App, Result, passwords::hash_password, record};
use crate::{
    rules::card::{Event, State},
    store::{NewCard, NewPerson, NewVehicle, StaffMember, Tx},
};

/// Creates the configured first member of staff, if a password is set and the name is free.
///
/// # Errors
/// The store failed.
pub async fn staff(app: &App) -> Result<()> {
    let seed = &app.config.staff_seed;
    let password = seed.password.expose_secret();
    let tx = app.store.begin().await?;
    if password.is_empty() || tx.staff().record_of(&seed.username).await?.is_some() {
        return Ok(());
    }
    let member = StaffMember {
        id: app.id(),
        username: seed.username.clone(),
        password_hash: hash_password(password),
        roles: seed.roles.clone(),
    };
    tx.staff().insert(member, app.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Phone of the demonstration's owner.
pub const DEMO_PHONE: &str = "13800001234";
/// Name of the demonstration's owner.
pub const DEMO_NAME: &str = "张伟";
/// Resident ID of the demonstration's owner: the specimen of GB 11643.
pub const DEMO_RESIDENT_ID: &str = "11010519491231002X";

/// A vehicle of the demonstration: VIN, engine number, brand, model, colour, cards.
type DemoVehicle =
    (&'static str, &'static str, &'static str, &'static str, &'static str, &'static [DemoCard]);
/// A card of the demonstration: ICCID and number.
type DemoCard = (&'static str, &'static str);

const DEMO_VEHICLES: [DemoVehicle; 2] = [
    (
        "LSVAM4186C2184841",
        "EA2110384",
        "星途",
        "揽月 2.0T",
        "珍珠白",
        &[("898604071120C0015291", "1064802000031"), ("89860622330001357924", "1064802000048")],
    ),
    (
        "LGWEF4A59DF123456",
        "GW4B20A77",
        "远山",
        "行者 EV",
        "曜石黑",
        &[("89861120230004681357", "1410200000072")],
    ),
];

/// Creates the demonstration's owner with two vehicles.
///
/// # Errors
/// The store failed.
pub async fn demo(app: &App) -> Result<()> {
    staff(app).await?;
    let tx = app.store.begin().await?;
    if tx.vehicles().by_vin(DEMO_VEHICLES[0].0).await?.is_some() {
        return Ok(());
    }
    let owner = NewPerson {
        id: app.id(),
        name: DEMO_NAME,
        document_type: DocumentType::ResidentId.as_str(),
        document_number: DEMO_RESIDENT_ID,
        phone: DEMO_PHONE,
        address: Some("北京市朝阳区示例路1号"),
        responsible_person_id: None,
    };
    let owner_person_id = owner.id;
    tx.people().insert(owner, app.now_ms()).await?;
    for (vin, engine_number, brand, model, body_colour, cards) in DEMO_VEHICLES {
        let id = app.id();
        let engine_number = Some(engine_number);
        let vehicle = NewVehicle {
            id,
            vin,
            engine_number,
            brand,
            model,
            body_colour,
            owner_person_id: Some(owner_person_id),
        };
        tx.vehicles().insert(vehicle, app.now_ms()).await?;
        for (iccid, msisdn) in cards {
            card(app, &tx, id, iccid, msisdn).await?;
        }
    }
    Ok(tx.commit().await?)
}

async fn card(app: &App, tx: &Tx, vehicle_id: uuid::Uuid, iccid: &str, msisdn: &str) -> Result<()> {
    let carrier = record::carrier_of(app, iccid, msisdn);
    let card = NewCard {
        id: app.id(),
        vehicle_id: Some(vehicle_id),
        batch_id: None,
        msisdn,
        iccid,
        carrier: &carrier,
        state: State::Active,
    };
    Ok(tx.cards().insert(card, Event::Registered, app.now_ms()).await?)
}

#[cfg(test)]
mod tests {
    use verify::document::{Iccid, Msisdn, Vin};

    use super::*;

    #[test]
    fn the_demonstration_is_made_of_valid_numbers() {
        assert!(DEMO_RESIDENT_ID.parse::<verify::document::ResidentId>().is_ok());
        for (vin, .., cards) in DEMO_VEHICLES {
            assert!(vin.parse::<Vin>().is_ok(), "{vin}");
            for (iccid, msisdn) in cards {
                assert!(iccid.parse::<Iccid>().is_ok_and(|iccid| iccid.carrier().is_some()), "{iccid}");
                assert!(msisdn.parse::<Msisdn>().is_ok(), "{msisdn}");
            }
        }
    }
}
