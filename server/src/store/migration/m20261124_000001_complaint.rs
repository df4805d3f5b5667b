//! Complaints: what people say is wrong (Art 21), and how staff work on it.

use sea_orm_migration::{prelude::*, schema::*};

/// Creates the tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for (table, columns, unique) in INDEXES {
            let mut index = Index::create();
            index.name(format!("ix_{table}_{}", columns.join("_"))).table(*table);
            for column in *columns {
                index.col(*column);
            }
            if *unique {
                index.unique();
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

/// Look-ups that would otherwise read whole tables, and what can be there only once.
const INDEXES: &[(&str, &[&str], bool)] = &[
    ("complaint", &["phone_index", "received_at_ms"], false),
    ("complaint", &["state", "received_at_ms"], false),
    ("complaint", &["assignee_id", "state"], false),
    ("complaint", &["received_at_ms"], false),
    ("complaint", &["changed_at_ms"], false),
    ("complaint", &["next_alert_at_ms"], false),
    ("complaint", &["statutory_due_ms"], false),
    ("complaint", &["closed_at_ms"], false),
    ("complaint_event", &["complaint_id", "seq"], true),
    ("complaint_key", &["value_index"], false),
    ("complaint_key", &["complaint_id"], false),
    ("complaint_tag", &["complaint_id", "tag"], true),
    ("complaint_tag", &["tag"], false),
    ("complaint_follower", &["complaint_id", "staff_id"], true),
    ("complaint_follower", &["staff_id"], false),
    ("complaint_link", &["complaint_id", "target_kind", "target_id"], true),
    ("complaint_link", &["target_id"], false),
    ("complaint_alert", &["complaint_id", "round", "clock", "stage"], true),
    ("staff_alert", &["staff_id", "read_at_ms"], false),
    ("staff_alert", &["complaint_id"], false),
    ("complaint_presence", &["complaint_id", "staff_id"], true),
    ("complaint_view", &["staff_id"], false),
];

fn table(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name);
    for mut column in columns {
        table.col(&mut column);
    }
    table
}

/// A table whose rows belong to a complaint.
fn part(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let own = [pk_uuid("id"), uuid("complaint_id")];
    let mut table = table(name, own.into_iter().chain(columns).collect());
    reference(&mut table, "complaint_id", "complaint");
    table
}

fn reference(table: &mut TableCreateStatement, column: &'static str, to: &'static str) {
    table.foreign_key(ForeignKey::create().from_col(column).to_tbl(to).to_col("id"));
}

fn tables() -> Vec<TableCreateStatement> {
    let mut complaint = table(
        "complaint",
        vec![
            pk_uuid("id"),
            text_uniq("number"),
            text("kind"),
            text("channel"),
            text("state"),
            integer("round"),
            binary("phone"),
            binary("phone_index"),
            binary_null("name"),
            text_null("region"),
            uuid_null("assignee_id"),
            uuid_null("proposed_by"),
            text_null("outcome"),
            integer_null("satisfaction"),
            uuid_null("merged_into"),
            big_integer("received_at_ms"),
            big_integer_null("first_response_at_ms"),
            big_integer_null("replied_at_ms"),
            big_integer_null("closed_at_ms"),
            big_integer("statutory_due_ms"),
            big_integer_null("first_response_due_ms"),
            big_integer_null("resolution_due_ms"),
            big_integer_null("next_alert_at_ms"),
            text("next_actor"),
            big_integer_null("snoozed_until_ms"),
            boolean("statutory_breached"),
            boolean("first_response_breached"),
            boolean("resolution_breached"),
            big_integer("last_user_at_ms"),
            big_integer("changed_at_ms"),
            big_integer("version"),
        ],
    );
    reference(&mut complaint, "assignee_id", "staff");
    reference(&mut complaint, "proposed_by", "staff");
    reference(&mut complaint, "merged_into", "complaint");
    let event = part(
        "complaint_event",
        vec![
            integer("seq"),
            big_integer("at_ms"),
            uuid_null("staff_id"),
            text("actor"),
            text("event"),
            boolean("public"),
            binary_null("words"),
        ],
    );
    let key = part("complaint_key", vec![text("kind"), binary("value_index")]);
    let tag = part("complaint_tag", vec![text("tag")]);
    let mut follower = part("complaint_follower", vec![uuid("staff_id")]);
    reference(&mut follower, "staff_id", "staff");
    let link = part("complaint_link", vec![text("target_kind"), uuid("target_id")]);
    let alert =
        part("complaint_alert", vec![integer("round"), text("clock"), text("stage"), big_integer("at_ms")]);
    let mut staff_alert = part(
        "staff_alert",
        vec![uuid("staff_id"), text("kind"), big_integer("at_ms"), big_integer_null("read_at_ms")],
    );
    reference(&mut staff_alert, "staff_id", "staff");
    let mut presence =
        part("complaint_presence", vec![uuid("staff_id"), boolean("typing"), big_integer("seen_at_ms")]);
    reference(&mut presence, "staff_id", "staff");
    let mut view = table(
        "complaint_view",
        vec![
            pk_uuid("id"),
            uuid("staff_id"),
            text("name"),
            binary("filter"),
            boolean("shared"),
            big_integer("created_at_ms"),
        ],
    );
    reference(&mut view, "staff_id", "staff");
    let template = table(
        "complaint_template",
        vec![
            pk_uuid("id"),
            text_uniq("name"),
            text_null("kind"),
            text("zh"),
            text("en"),
            big_integer("version"),
            big_integer("changed_at_ms"),
        ],
    );
    let mut duty = table("staff_duty", vec![pk_uuid("id"), boolean("available"), text("skills")]);
    reference(&mut duty, "id", "staff");
    vec![complaint, event, key, tag, follower, link, alert, staff_alert, presence, view, template, duty]
}
