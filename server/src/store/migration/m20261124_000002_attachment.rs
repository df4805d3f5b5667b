//! Evidence can be given with a complaint.

use sea_orm_migration::prelude::*;

/// Adds the column.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("complaint_id").uuid().null().to_owned();
        manager.alter_table(Table::alter().table("evidence").add_column(column).to_owned()).await?;
        let index =
            Index::create().name("ix_evidence_complaint_id").table("evidence").col("complaint_id").take();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("ix_evidence_complaint_id").table("evidence").to_owned())
            .await?;
        manager.alter_table(Table::alter().table("evidence").drop_column("complaint_id").to_owned()).await
    }
}
