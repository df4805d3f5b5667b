//! Rows the server needs to be used at all, and rows for a demonstration. Running twice changes nothing.

use secrecy::ExposeSecret;
use verify::document::DocumentType;

use super::{App, Result, passwords::hash_password, record};
use crate::{
    rules::{
        card::{Event, State},
        complaint::Kind,
    },
    store::{NewCard, NewPerson, NewVehicle, StaffMember, Template, Tx},
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

/// A template of the demonstration: name, kind, Chinese, English.
type DemoTemplate = (&'static str, Option<Kind>, &'static str, &'static str);

const DEMO_TEMPLATES: [DemoTemplate; 4] = [
    (
        "首次回复",
        None,
        "{{name}}您好，您于{{received}}提交的投诉 {{number}}（{{kind}}）已由我负责处理，最迟{{due}}前给您答复。",
        "Dear {{name}}, I am looking after your complaint {{number}} ({{kind}}) of {{received}} and will answer by {{due}} at the latest.",
    ),
    (
        "请补充材料",
        None,
        "{{name}}您好，为核实情况，请在本投诉中补充机动车登记证书或行驶证的照片，并说明问题发生的时间。",
        "Dear {{name}}, please send a picture of the vehicle's registration certificate or licence here, and tell us when it happened.",
    ),
    (
        "非本人登记处理",
        Some(Kind::RegisteredWithoutKnowledge),
        "{{name}}您好，经核实该登记并非您本人办理。我们已发起注销，请在应用中完成本人核验，核验后该卡将仅保留紧急呼叫功能。",
        "Dear {{name}}, the registration is not your own. We have started its cancellation: please verify in the app, after which the card keeps emergency calls only.",
    ),
    (
        "联系不上原车主",
        Some(Kind::PriorOwnerUnreachable),
        "{{name}}您好，您可凭机动车登记证书发起认领。我们会通知原车主，15天内未答复的由人工审核决定。",
        "Dear {{name}}, you can claim the vehicle with its registration certificate. We tell the prior owner; after 15 days of silence staff decide.",
    ),
];

/// Creates the demonstration's owner with two vehicles, and templates for handlers.
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
    for (name, kind, zh, en) in DEMO_TEMPLATES {
        let (zh, en) = (zh.to_owned(), en.to_owned());
        let (name, changed_at_ms) = (name.to_owned(), app.now_ms());
        let template = Template { id: app.id(), name, kind, zh, en, version: 0, changed_at_ms };
        tx.complaint_desk().add_template(&template).await?;
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

    #[test]
    fn the_templates_can_be_filled_in() {
        for text in DEMO_TEMPLATES.iter().flat_map(|(.., zh, en)| [zh, en]) {
            assert_eq!(crate::rules::complaint::template::check(text), Ok(()), "{text}");
        }
    }
}
