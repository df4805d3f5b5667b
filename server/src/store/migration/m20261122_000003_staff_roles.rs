//! A member of staff holds several roles, named in one text with spaces between.

use sea_orm_migration::prelude::*;

/// Renames the column; the only role there was, `admin`, could do everything.
#[derive(DeriveMigrationName)]
pub struct Migration;

const ALL: &str = "handler reviewer supervisor auditor administrator";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let rename = Table::alter().table("staff").rename_column("role", "roles").to_owned();
        manager.alter_table(rename).await?;
        let everything = Query::update().table("staff").value("roles", ALL).to_owned();
        manager.exec_stmt(everything).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let rename = Table::alter().table("staff").rename_column("roles", "role").to_owned();
        manager.alter_table(rename).await
    }
}
