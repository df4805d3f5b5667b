//! The first schema. Nothing older was ever released.

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
    ("card", &["batch_id"]),
    ("card_event", &["card_id"]),
    ("card_test", &["card_id"]),
    ("vehicle", &["record_state", "rectify_by_ms"]),
    ("vehicle", &["service_ended_at_ms"]),
    ("actual_user", &["vehicle_id"]),
    ("notice", &["vehicle_id"]),
    ("sample", &["vehicle_id"]),
    ("sample", &["state", "id"]),
    ("request", &["owner_account_id"]),
    ("request", &["counterparty_account_id"]),
    ("request", &["owner_person_id"]),
    ("request", &["state", "expires_at_ms"]),
    ("request", &["state", "due_at_ms"]),
    ("request_vehicle", &["request_id"]),
    ("request_vehicle", &["vehicle_id"]),
    ("request_event", &["request_id"]),
    ("acceptance", &["request_id"]),
    ("verification", &["request_id"]),
    ("review", &["request_id"]),
    ("review", &["state", "id"]),
    ("evidence", &["request_id"]),
    ("verification", &["account_id", "created_at_ms"]),
    ("verification", &["state", "expires_at_ms"]),
    ("evidence", &["consent_id"]),
    ("evidence", &["verification_id"]),
    ("consent", &["account_id"]),
    ("sign_in_code", &["phone_index", "created_at_ms"]),
    ("sign_in_code", &["expires_at_ms"]),
    ("session", &["expires_at_ms"]),
    ("session", &["subject_id"]),
    ("message", &["created_at_ms"]),
    ("outbox", &["state", "next_attempt_at_ms"]),
    ("outbox", &["vehicle_id", "state"]),
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
    let mut person = table(
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
            uuid_null("responsible_person_id"),
            big_integer("created_at_ms"),
        ],
    );
    reference(&mut person, "responsible_person_id", "person");
    let mut vehicle = table(
        "vehicle",
        vec![
            pk_uuid("id"),
            text_uniq("vin"),
            binary_null("engine_number"),
            text("brand"),
            text("model"),
            text("body_colour"),
            uuid_null("owner_person_id"),
            text("record_state"),
            big_integer_null("rectify_by_ms"),
            big_integer_null("service_ended_at_ms"),
            big_integer("version"),
            big_integer("created_at_ms"),
        ],
    );
    reference(&mut vehicle, "owner_person_id", "person");
    let mut actual_user = table(
        "actual_user",
        vec![
            pk_uuid("id"),
            uuid("vehicle_id"),
            uuid("request_id"),
            binary("name"),
            text("document_type"),
            binary("document_number"),
            binary("phone"),
            big_integer("created_at_ms"),
        ],
    );
    reference(&mut actual_user, "vehicle_id", "vehicle");
    reference(&mut actual_user, "request_id", "request");
    let mut card_batch = table(
        "card_batch",
        vec![
            pk_uuid("id"),
            text("carrier"),
            text("contract_number"),
            integer("quantity"),
            uuid("unit_person_id"),
            uuid("handler_person_id"),
            big_integer("purchased_at_ms"),
            big_integer("created_at_ms"),
        ],
    );
    reference(&mut card_batch, "unit_person_id", "person");
    reference(&mut card_batch, "handler_person_id", "person");
    let mut card = table(
        "card",
        vec![
            pk_uuid("id"),
            uuid_null("vehicle_id"),
            uuid_null("batch_id"),
            text_uniq("msisdn"),
            text_uniq("iccid"),
            text("carrier"),
            text("state"),
            big_integer("created_at_ms"),
        ],
    );
    reference(&mut card, "vehicle_id", "vehicle");
    reference(&mut card, "batch_id", "card_batch");
    let mut card_event = table(
        "card_event",
        vec![
            pk_uuid("id"),
            uuid("card_id"),
            big_integer("at_ms"),
            text("event"),
            text("state"),
            uuid_null("request_id"),
        ],
    );
    reference(&mut card_event, "card_id", "card");
    let mut card_test = table(
        "card_test",
        vec![
            pk_uuid("id"),
            uuid("card_id"),
            text("project"),
            text("machine"),
            boolean("open_functions"),
            uuid_null("responsible_person_id"),
            big_integer("started_at_ms"),
            big_integer("ends_at_ms"),
            big_integer_null("ended_at_ms"),
        ],
    );
    reference(&mut card_test, "card_id", "card");
    reference(&mut card_test, "responsible_person_id", "person");
    let mut sample = table(
        "sample",
        vec![
            pk_uuid("id"),
            uuid("vehicle_id"),
            text("state"),
            text_null("finding"),
            uuid("drawn_by"),
            uuid_null("decided_by"),
            big_integer("drawn_at_ms"),
            big_integer_null("decided_at_ms"),
            big_integer_null("rectify_by_ms"),
        ],
    );
    reference(&mut sample, "vehicle_id", "vehicle");
    reference(&mut sample, "drawn_by", "staff");
    reference(&mut sample, "decided_by", "staff");
    let mut notice = table(
        "notice",
        vec![
            pk_uuid("id"),
            uuid("vehicle_id"),
            text("channel"),
            binary("phone"),
            binary_uniq("token_index"),
            uuid("sent_by"),
            big_integer("sent_at_ms"),
        ],
    );
    reference(&mut notice, "vehicle_id", "vehicle");
    reference(&mut notice, "sent_by", "staff");
    let mut request = table(
        "request",
        vec![
            pk_uuid("id"),
            text("kind"),
            text("state"),
            binary("detail"),
            uuid_null("owner_account_id"),
            uuid_null("owner_person_id"),
            uuid_null("counterparty_account_id"),
            uuid_null("new_owner_person_id"),
            uuid_null("agent_person_id"),
            binary_null("invitation"),
            binary_null("invitation_index").unique_key().take(),
            big_integer_null("verified_at_ms"),
            integer_null("policy_version"),
            big_integer("version"),
            big_integer("created_at_ms"),
            big_integer("expires_at_ms"),
            big_integer_null("due_at_ms"),
            big_integer_null("closed_at_ms"),
        ],
    );
    reference(&mut request, "owner_account_id", "account");
    reference(&mut request, "owner_person_id", "person");
    reference(&mut request, "counterparty_account_id", "account");
    reference(&mut request, "new_owner_person_id", "person");
    reference(&mut request, "agent_person_id", "person");
    let mut request_vehicle = table(
        "request_vehicle",
        vec![
            pk_uuid("id"),
            uuid("request_id"),
            uuid("vehicle_id"),
            uuid_null("open_vehicle_id").unique_key().take(),
            text("sync"),
        ],
    );
    reference(&mut request_vehicle, "request_id", "request");
    reference(&mut request_vehicle, "vehicle_id", "vehicle");
    let mut request_event = table(
        "request_event",
        vec![
            pk_uuid("id"),
            uuid("request_id"),
            big_integer("at_ms"),
            text("state"),
            text("actor"),
            text_null("note"),
        ],
    );
    reference(&mut request_event, "request_id", "request");
    let mut acceptance = table(
        "acceptance",
        vec![
            pk_uuid("id"),
            uuid("request_id"),
            uuid("account_id"),
            text("text"),
            text("text_version"),
            binary("text_sha256"),
            big_integer("accepted_at_ms"),
        ],
    );
    reference(&mut acceptance, "request_id", "request");
    reference(&mut acceptance, "account_id", "account");
    let mut verification = table(
        "verification",
        vec![
            pk_uuid("id"),
            uuid("request_id"),
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
    reference(&mut verification, "request_id", "request");
    reference(&mut verification, "account_id", "account");
    let mut review = table(
        "review",
        vec![
            pk_uuid("id"),
            uuid("request_id"),
            uuid_null("verification_id").unique_key().take(),
            text("subject"),
            text("state"),
            uuid_null("claimed_by"),
            boolean("two_people"),
            uuid_null("first_pass"),
            text_null("reason"),
            binary_null("message"),
            uuid_null("decided_by"),
            big_integer_null("decided_at_ms"),
            big_integer("due_at_ms"),
            big_integer("version"),
            big_integer("created_at_ms"),
        ],
    );
    reference(&mut review, "request_id", "request");
    reference(&mut review, "verification_id", "verification");
    for column in ["claimed_by", "first_pass", "decided_by"] {
        reference(&mut review, column, "staff");
    }
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
            uuid_null("request_id"),
            uuid_null("verification_id"),
            uuid_null("consent_id"),
            text("kind"),
            integer("position"),
            binary("content"),
            big_integer("created_at_ms"),
        ],
    );
    reference(&mut evidence, "request_id", "request");
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
            text("method"),
            boolean("second_factor"),
            text("scopes"),
            big_integer("idle_ms"),
            big_integer("created_at_ms"),
            big_integer("last_used_at_ms"),
            big_integer("expires_at_ms"),
        ],
    );
    let staff = table(
        "staff",
        vec![
            pk_uuid("id"),
            text_uniq("username"),
            text("password_hash"),
            text("roles"),
            big_integer("created_at_ms"),
            big_integer_null("disabled_at_ms"),
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
        card_batch,
        card,
        card_event,
        card_test,
        staff,
        sample,
        notice,
        request,
        request_vehicle,
        request_event,
        actual_user,
        acceptance,
        verification,
        review,
        consent,
        evidence,
        sign_in_code,
        session,
        message,
        outbox,
        inbox,
    ]
}
