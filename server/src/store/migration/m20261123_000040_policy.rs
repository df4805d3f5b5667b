//! Verification policies by number.

use sea_orm_migration::{prelude::*, schema::*};

/// Creates the table of policies.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut policy = Table::create();
        policy
            .table("policy")
            .col(integer("version").primary_key())
            .col(binary("sha256"))
            .col(text("json"))
            .col(big_integer("created_at_ms"));
        manager.create_table(policy).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("policy").to_owned()).await
    }
}
