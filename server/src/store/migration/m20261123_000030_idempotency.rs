//! Answers kept for repeated requests.

use sea_orm_migration::{prelude::*, schema::*};

/// Creates the table of idempotency keys.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("idempotency_key")
            .col(pk_uuid("id"))
            .col(binary_uniq("key_index"))
            .col(binary("fingerprint"))
            .col(big_integer("locked_until_ms"))
            .col(integer_null("status"))
            .col(text_null("content_type"))
            .col(text_null("etag"))
            .col(binary_null("body"))
            .col(big_integer("expires_at_ms"))
            .take();
        manager.create_table(table).await?;
        let index = Index::create()
            .name("ix_idempotency_key_expires_at_ms")
            .table("idempotency_key")
            .col("expires_at_ms")
            .take();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("idempotency_key").to_owned()).await
    }
}
