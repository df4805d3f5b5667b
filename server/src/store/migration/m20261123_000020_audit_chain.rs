//! The audit: a chain of lines that can only be added to.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

/// Creates the table of the audit, its head, and the triggers that keep lines from being changed.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// What the first line is bound to.
const START: [u8; 32] = [0; 32];

const SQLITE: &str = "
CREATE TRIGGER audit_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
";

const POSTGRES: &str = "
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$;
CREATE TRIGGER audit_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut audit = Table::create();
        audit
            .table("audit")
            .col(big_integer("seq").primary_key())
            .col(big_integer("at_ms"))
            .col(text("actor_kind"))
            .col(uuid_null("actor_id"))
            .col(text("action"))
            .col(text("subject_kind"))
            .col(uuid("subject_id"))
            .col(text_null("detail"))
            .col(binary("hash"));
        manager.create_table(audit).await?;
        for column in ["actor_id", "subject_id", "action"] {
            let name = format!("ix_audit_{column}_seq");
            // With the number behind it, a page of the newest lines is read from the index.
            let index = Index::create().name(name).table("audit").col(column).col("seq").to_owned();
            manager.create_index(index).await?;
        }
        let mut head = Table::create();
        head.table("audit_head").col(integer("id").primary_key()).col(big_integer("seq")).col(binary("hash"));
        manager.create_table(head).await?;
        let first = Query::insert()
            .into_table("audit_head")
            .columns(["id", "seq", "hash"])
            .values_panic([1.into(), 0i64.into(), START.to_vec().into()])
            .to_owned();
        manager.exec_stmt(first).await?;
        let triggers = if manager.get_database_backend() == DbBackend::Postgres { POSTGRES } else { SQLITE };
        manager.get_connection().execute_unprepared(triggers).await?;
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("the audit is append-only".into()))
    }
}
