//! One history of schema changes for both databases. Keep to one ALTER per migration: SQLite allows no more.

use sea_orm_migration::{MigrationTrait, MigratorTrait};

mod m20261123_000001_initial;

/// Applies the history in order.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261123_000001_initial::Migration)]
    }
}
