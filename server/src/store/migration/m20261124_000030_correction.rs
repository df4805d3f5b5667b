//! Corrections of what is on record.

use sea_orm_migration::{prelude::*, schema::*};

/// Creates the table of corrections.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut correction = Table::create();
        correction
            .table("correction")
            .col(pk_uuid("id"))
            .col(uuid("vehicle_id"))
            .col(uuid_null("complaint_id"))
            .col(text("proposed_by"))
            .col(uuid("proposer_id"))
            .col(text("state"))
            .col(binary("before"))
            .col(binary("after"))
            .col(text("sync"))
            .col(big_integer("created_at_ms"))
            .col(big_integer("expires_at_ms"))
            .col(big_integer_null("decided_at_ms"))
            .col(uuid_null("decider_id"))
            .foreign_key(ForeignKey::create().from_col("vehicle_id").to_tbl("vehicle").to_col("id"));
        manager.create_table(correction).await?;
        for columns in [&["vehicle_id", "state"][..], &["complaint_id"], &["state", "expires_at_ms"]] {
            let mut index = Index::create();
            index.name(format!("ix_correction_{}", columns.join("_"))).table("correction");
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("correction").to_owned()).await
    }
}
