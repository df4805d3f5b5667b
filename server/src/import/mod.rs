//! Vehicles and their cards from a table: a car maker's mapping of VIN, engine and SIM cards (Art 5).
//!
//! Pure: bytes in, vehicles and findings out. [`table`] reads CSV and XLSX, [`columns`] knows the headings,
//! [`check`] holds every row against the formats of the numbers, the other rows and the configured number ranges.
//! [`plan()`]
//! holds a vehicle against what is on record, which `service::import` loads and writes.

mod check;
mod columns;
mod plan;
mod report;
mod table;

pub use check::{Card, Checked, MAX_CARDS, Vehicle, check};
pub use columns::Column;
pub use plan::{Change, Fitting, KnownCard, KnownVehicle, Plan, plan};
pub use report::{Finding, Severity, write_csv};
pub use table::{MAX_BYTES, MAX_ROWS, Table, TableError};
