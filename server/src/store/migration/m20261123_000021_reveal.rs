//! Looks of staff at personal data.

use sea_orm_migration::{prelude::*, schema::*};

/// Creates the table of looks.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut reveal = Table::create();
        reveal
            .table("reveal")
            .col(pk_uuid("id"))
            .col(uuid("staff_id"))
            .col(text("subject_kind"))
            .col(uuid("subject_id"))
            .col(text("fields"))
            .col(text("reason"))
            .col(binary("sentence"))
            .col(big_integer("created_at_ms"))
            .foreign_key(ForeignKey::create().from_col("staff_id").to_tbl("staff").to_col("id"));
        manager.create_table(reveal).await?;
        let mut index = Index::create();
        index.name("ix_reveal_staff_id_created_at_ms").table("reveal").col("staff_id").col("created_at_ms");
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("reveal").to_owned()).await
    }
}
