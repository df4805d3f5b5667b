//! The server over real HTTP, on both databases. Every test runs on SQLite; and on PostgreSQL, in a database of its
//! own, when `OWNERPROOF_TEST_POSTGRES_URL` names a server where databases can be made.
#![allow(clippy::unwrap_used)]

mod access;
mod audit;
mod authenticator;
mod authorisation;
mod authority;
mod bad_input;
mod complaint_actions;
mod complaint_clocks;
mod complaint_files;
mod complaint_live;
mod complaint_month;
mod complaint_search;
mod complaints;
mod concurrency;
mod documents;
mod evidence;
mod field;
mod files;
mod housekeeping;
mod idempotency;
mod import;
mod invariants;
mod keys;
mod lists;
mod oem_clients;
mod oidc;
mod openapi;
mod outbox;
mod passkeys;
mod person;
mod policy;
mod privacy;
mod purge;
mod real_engine;
mod registration;
mod requests;
mod reveals;
mod reviews;
mod staff;
mod stage;
mod story;
mod telemetry;
