//! Ways to sign in: authenticator apps, passkeys, an identity provider, systems with a secret.

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
        for (table, column) in INDEXES {
            let mut index = Index::create();
            index.name(format!("ix_{table}_{column}")).table(table).col(column);
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

const INDEXES: [(&str, &str); 5] = [
    ("recovery_code", "staff_id"),
    ("sign_in_attempt", "name_index"),
    ("sign_in_attempt", "at_ms"),
    ("passkey", "subject_id"),
    ("challenge", "expires_at_ms"),
];

fn tables() -> Vec<TableCreateStatement> {
    let of_staff = || ForeignKey::create().from_col("staff_id").to_tbl("staff").to_col("id").take();
    vec![
        Table::create()
            .table("totp")
            .col(pk_uuid("staff_id"))
            .col(binary("secret"))
            .col(boolean("confirmed"))
            .col(big_integer("last_step"))
            .foreign_key(&mut of_staff())
            .take(),
        Table::create()
            .table("recovery_code")
            .col(pk_uuid("id"))
            .col(uuid("staff_id"))
            .col(binary("code_hash"))
            .foreign_key(&mut of_staff())
            .take(),
        Table::create()
            .table("sign_in_attempt")
            .col(pk_uuid("id"))
            .col(binary("name_index"))
            .col(big_integer("at_ms"))
            .take(),
        Table::create()
            .table("passkey")
            .col(pk_uuid("id"))
            .col(text("kind"))
            .col(uuid("subject_id"))
            .col(binary_uniq("credential_id"))
            .col(binary("public_key"))
            .col(big_integer("counter"))
            .col(binary("label"))
            .col(big_integer("created_at_ms"))
            .col(big_integer_null("last_used_at_ms"))
            .take(),
        Table::create()
            .table("challenge")
            .col(binary("hash").primary_key().take())
            .col(text("purpose"))
            .col(uuid_null("subject_id"))
            .col(big_integer("expires_at_ms"))
            .take(),
        Table::create()
            .table("staff_identity")
            .col(pk_uuid("staff_id"))
            .col(binary_uniq("subject_index"))
            .foreign_key(&mut of_staff())
            .take(),
        Table::create()
            .table("client")
            .col(pk_uuid("id"))
            .col(text_uniq("name"))
            .col(binary("secret_hash"))
            .col(text("scopes"))
            .col(big_integer("created_at_ms"))
            .col(big_integer_null("disabled_at_ms"))
            .take(),
    ]
}
