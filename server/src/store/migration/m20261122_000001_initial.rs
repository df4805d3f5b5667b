//! The first schema.

use sea_orm_migration::{prelude::*, schema::*};

/// Creates every table.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for (table, columns) in INDEXES {
            let name = format!("ix_{table}_{}", columns.join("_"));
            let mut index = Index::create();
            index.name(name).table(*table);
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables().iter().rev() {
            let Some(name) = table.get_table_name() else { continue };
            manager.drop_table(Table::drop().table(name.clone()).to_owned()).await?;
        }
        Ok(())
    }
}

/// Look-ups that would otherwise read whole tables.
const INDEXES: &[(&str, &[&str])] = &[
    ("person", &["document_index"]),
    ("person", &["phone_index"]),
    ("vehicle", &["owner_person_id"]),
    ("card", &["vehicle_id"]),
    ("transfer", &["owner_account_id"]),
    ("transfer", &["counterparty_account_id"]),
    ("transfer", &["state", "expires_at_ms"]),
    ("transfer_event", &["transfer_id"]),
    ("verification", &["account_id", "created_at_ms"]),
    ("verification", &["state", "expires_at_ms"]),
    ("evidence", &["consent_id"]),
    ("evidence", &["verification_id"]),
    ("consent", &["account_id"]),
    ("sign_in_code", &["phone_index", "created_at_ms"]),
    ("sign_in_code", &["expires_at_ms"]),
    ("session", &["expires_at_ms"]),
    ("message", &["created_at_ms"]),
    ("outbox", &["state", "next_attempt_at_ms"]),
    ("outbox", &["vehicle_id", "state"]),
    ("audit", &["subject_id"]),
];

fn table(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name);
    for column in columns {
        table.col(column);
    }
    table.take()
}

fn reference(table: &mut TableCreateStatement, column: &'static str, to: &'static str) {
    table.foreign_key(ForeignKey::create().from_col(column).to_tbl(to).to_col("id"));
}

fn tables() -> Vec<TableCreateStatement> {
    let account = table(
        "account",
        vec![pk_uuid("id"), binary("phone"), binary_uniq("phone_index"), big_integer("created_at_ms")],
    );
    let person = table(
        "person",
        vec![
            pk_uuid("id"),
            binary("name"),
            text("document_type"),
            binary("document_number"),
            binary("document_index"),
            binary("phone"),
            binary("phone_index"),
            binary_null("address"),
            big_integer("created_at_ms"),
        ],
    );
    let mut vehicle = table(
        "vehicle",
        vec![
            pk_uuid("id"),
            text_uniq("vin"),
            binary_null("engine_number"),
            text("brand"),
            text("model"),
            text("body_colour"),
            uuid("owner_person_id"),
            big_integer("version"),
            big_integer("created_at_ms"),
        ],
    );
    reference(&mut vehicle, "owner_person_id", "person");
    let mut card = table(
        "card",
        vec![
            pk_uuid("id"),
            uuid("vehicle_id"),
            text_uniq("msisdn"),
            text_uniq("iccid"),
            text("carrier"),
            text("state"),
            big_integer("created_at_ms"),
        ],
    );
    reference(&mut card, "vehicle_id", "vehicle");
    let mut transfer = table(
        "transfer",
        vec![
            pk_uuid("id"),
            uuid("vehicle_id"),
            uuid_null("open_vehicle_id").unique_key().take(),
            text("state"),
            text_null("review_of"),
            uuid("owner_account_id"),
            uuid("owner_person_id"),
            uuid_null("counterparty_account_id"),
            uuid_null("counterparty_person_id"),
            binary("invitation"),
            binary_uniq("invitation_index"),
            text_null("notice_version"),
            text_null("agreement_version"),
            big_integer_null("verified_at_ms"),
            integer_null("policy_version"),
            big_integer("version"),
            big_integer("created_at_ms"),
            big_integer("expires_at_ms"),
        ],
    );
    reference(&mut transfer, "vehicle_id", "vehicle");
    reference(&mut transfer, "owner_account_id", "account");
    reference(&mut transfer, "owner_person_id", "person");
    reference(&mut transfer, "counterparty_account_id", "account");
    reference(&mut transfer, "counterparty_person_id", "person");
    let mut transfer_event = table(
        "transfer_event",
        vec![
            pk_uuid("id"),
            uuid("transfer_id"),
            big_integer("at_ms"),
            text("state"),
            text("actor"),
            text_null("note"),
        ],
    );
    reference(&mut transfer_event, "transfer_id", "transfer");
    let mut verification = table(
        "verification",
        vec![
            pk_uuid("id"),
            uuid("transfer_id"),
            uuid("account_id"),
            text("party"),
            binary("name"),
            text("document_type"),
            binary("document_number"),
            binary("document_index"),
            binary("device_key"),
            text_uniq("nonce"),
            text("steps"),
            integer("step_timeout_ms"),
            integer("policy_version"),
            text("state"),
            text_null("outcome"),
            text_null("reasons"),
            binary_null("scores"),
            binary_null("report_sha256"),
            big_integer("created_at_ms"),
            big_integer("expires_at_ms"),
            big_integer_null("finished_at_ms"),
        ],
    );
    reference(&mut verification, "transfer_id", "transfer");
    reference(&mut verification, "account_id", "account");
    let mut consent = table(
        "consent",
        vec![
            pk_uuid("id"),
            uuid("account_id"),
            text("purpose"),
            text("text_version"),
            big_integer("given_at_ms"),
            big_integer_null("withdrawn_at_ms"),
        ],
    );
    reference(&mut consent, "account_id", "account");
    let mut evidence = table(
        "evidence",
        vec![
            pk_uuid("id"),
            uuid("verification_id"),
            uuid("consent_id"),
            text("kind"),
            integer("position"),
            binary("content"),
            big_integer("created_at_ms"),
        ],
    );
    reference(&mut evidence, "verification_id", "verification");
    reference(&mut evidence, "consent_id", "consent");
    let sign_in_code = table(
        "sign_in_code",
        vec![
            pk_uuid("id"),
            binary("phone_index"),
            binary("code_hash"),
            integer("attempts"),
            big_integer("created_at_ms"),
            big_integer("expires_at_ms"),
            big_integer_null("used_at_ms"),
        ],
    );
    let session = table(
        "session",
        vec![
            pk_uuid("id"),
            binary_uniq("token_hash"),
            text("kind"),
            uuid("subject_id"),
            big_integer("created_at_ms"),
            big_integer("expires_at_ms"),
        ],
    );
    let staff = table(
        "staff",
        vec![
            pk_uuid("id"),
            text_uniq("username"),
            text("password_hash"),
            text("role"),
            big_integer("created_at_ms"),
        ],
    );
    let message = table(
        "message",
        vec![
            pk_uuid("id"),
            text("channel"),
            binary("recipient"),
            binary("body"),
            text("state"),
            big_integer("created_at_ms"),
            big_integer_null("sent_at_ms"),
        ],
    );
    let outbox = table(
        "outbox",
        vec![
            pk_uuid("id"),
            text("aggregate"),
            uuid("aggregate_id"),
            uuid("vehicle_id"),
            text("kind"),
            binary("payload"),
            text("state"),
            integer("attempts"),
            big_integer("next_attempt_at_ms"),
            big_integer("lease_until_ms"),
            text_null("lease_owner"),
            text_null("last_error"),
            big_integer("created_at_ms"),
            big_integer_null("accepted_at_ms"),
        ],
    );
    let audit = table(
        "audit",
        vec![
            pk_uuid("id"),
            big_integer("at_ms"),
            text("actor_kind"),
            uuid_null("actor_id"),
            text("action"),
            text("subject_kind"),
            uuid("subject_id"),
            text_null("detail"),
        ],
    );
    let inbox = Table::create()
        .table("inbox")
        .col(text("source"))
        .col(text("message_id"))
        .col(big_integer("received_at_ms"))
        .primary_key(Index::create().col("source").col("message_id"))
        .take();
    vec![
        account,
        person,
        vehicle,
        card,
        transfer,
        transfer_event,
        verification,
        consent,
        evidence,
        sign_in_code,
        session,
        staff,
        message,
        outbox,
        audit,
        inbox,
    ]
}
