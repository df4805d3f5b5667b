//! One history of schema changes for both databases. Keep to one ALTER per migration: SQLite allows no more.

use sea_orm_migration::{MigrationTrait, MigratorTrait};

mod m20261123_000001_initial;
mod m20261123_000010_sign_in;
mod m20261123_000020_audit_chain;
mod m20261123_000021_reveal;
mod m20261123_000030_idempotency;
mod m20261123_000031_lists;
mod m20261123_000040_policy;
mod m20261123_000041_verification_method;
mod m20261123_000042_verification_guardian;
mod m20261123_000043_verification_visit;
mod m20261124_000001_complaint;
mod m20261124_000002_attachment;
mod m20261124_000010_alert_clock;
mod m20261124_000020_complaint_text;
mod m20261124_000021_complaint_lists;
mod m20261124_000030_correction;

/// Applies the history in order.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_initial::Migration),
            Box::new(m20261123_000010_sign_in::Migration),
            Box::new(m20261123_000020_audit_chain::Migration),
            Box::new(m20261123_000021_reveal::Migration),
            Box::new(m20261123_000030_idempotency::Migration),
            Box::new(m20261123_000031_lists::Migration),
            Box::new(m20261123_000040_policy::Migration),
            Box::new(m20261123_000041_verification_method::Migration),
            Box::new(m20261123_000042_verification_guardian::Migration),
            Box::new(m20261123_000043_verification_visit::Migration),
            Box::new(m20261124_000001_complaint::Migration),
            Box::new(m20261124_000002_attachment::Migration),
            Box::new(m20261124_000010_alert_clock::Migration),
            Box::new(m20261124_000020_complaint_text::Migration),
            Box::new(m20261124_000021_complaint_lists::Migration),
            Box::new(m20261124_000030_correction::Migration),
        ]
    }
}
