//! Lists of complaints are read in the order of an index, from where the last page ended.

use sea_orm_migration::prelude::*;

/// Creates the indexes.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Name, columns, and the rows they hold. `state NOT IN …` stands there word for word as in the lists
/// (`store/complaint_lists.rs`): otherwise SQLite does not see that it is the same.
const INDEXES: [(&str, &str, &str); 4] = [
    ("open_due", "statutory_due_ms, id", "WHERE state NOT IN ('replied', 'closed')"),
    ("open_assignee", "assignee_id, statutory_due_ms, id", "WHERE state NOT IN ('replied', 'closed')"),
    ("kind", "kind, received_at_ms, id", ""),
    ("region", "region, received_at_ms, id", ""),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, columns, rows) in INDEXES {
            let index = format!("CREATE INDEX ix_complaint_list_{name} ON complaint ({columns}) {rows}");
            manager.get_connection().execute_unprepared(&index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, ..) in INDEXES {
            let index = format!("DROP INDEX ix_complaint_list_{name}");
            manager.get_connection().execute_unprepared(&index).await?;
        }
        Ok(())
    }
}
