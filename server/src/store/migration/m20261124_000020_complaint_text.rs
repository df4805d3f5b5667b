//! Complaints are found by what was said: the terms of their conversations, each as a keyed hash, without order.
//! SQLite keeps them in a full-text index (FTS5) that has no text, PostgreSQL in a `tsvector` without places.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// Creates the table and its index.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// `seq` is the row of the index. Whatever removes a row here removes it there.
const SQLITE: &str = "
    CREATE TABLE complaint_text (
        seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        id uuid_blob NOT NULL UNIQUE REFERENCES complaint (id)
    );
    CREATE VIRTUAL TABLE complaint_search USING fts5 (
        terms, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
    );
    CREATE TRIGGER complaint_text_gone AFTER DELETE ON complaint_text BEGIN
        DELETE FROM complaint_search WHERE rowid = old.seq;
    END;
";

const POSTGRES: &str = "
    CREATE TABLE complaint_text (
        id uuid NOT NULL PRIMARY KEY REFERENCES complaint (id),
        terms tsvector NOT NULL
    );
    CREATE INDEX ix_complaint_text_terms ON complaint_text USING gin (terms);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let statements = if db.get_database_backend() == DbBackend::Postgres { POSTGRES } else { SQLITE };
        db.execute_unprepared(statements).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DROP TABLE complaint_text").await?;
        if db.get_database_backend() != DbBackend::Postgres {
            db.execute_unprepared("DROP TABLE complaint_search").await?;
        }
        Ok(())
    }
}
