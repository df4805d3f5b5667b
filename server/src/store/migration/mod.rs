//! One history of schema changes for both databases. Keep to one ALTER per migration: SQLite allows no more.

use sea_orm_migration::{MigrationTrait, MigratorTrait};

mod m20261122_000001_initial;
mod m20261122_000002_review;
mod m20261122_000003_staff_roles;

/// Applies the history in order.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_initial::Migration),
            Box::new(m20261122_000002_review::Migration),
            Box::new(m20261122_000003_staff_roles::Migration),
        ]
    }
}
