//! Lists are read in the order of an index, from where the last page ended.

use sea_orm_migration::prelude::*;

/// Creates the indexes of the lists.
#[derive(DeriveMigrationName)]
pub struct Migration;

const INDEXES: [(&str, &[&str]); 9] = [
    ("vehicle", &["created_at_ms", "id"]),
    ("vehicle", &["record_state", "created_at_ms", "id"]),
    ("vehicle", &["brand", "created_at_ms", "id"]),
    ("request", &["created_at_ms", "id"]),
    ("request", &["expires_at_ms", "id"]),
    ("request", &["state", "created_at_ms", "id"]),
    ("review", &["state", "due_at_ms"]),
    ("review", &["state", "created_at_ms", "id"]),
    ("message", &["created_at_ms", "id"]),
];

fn name(table: &str, columns: &[&str]) -> String {
    format!("ix_{table}_list_{}", columns.join("_"))
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns) in INDEXES {
            let mut index = Index::create();
            index.name(name(table, columns)).table(table);
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns) in INDEXES {
            manager.drop_index(Index::drop().name(name(table, columns)).table(table).to_owned()).await?;
        }
        Ok(())
    }
}
