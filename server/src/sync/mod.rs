//! The wire to the OEM platforms: what leaves the outbox, how it is sealed and signed, when it is tried again.
//!
//! ```text
//! outbox row ── worker (lease) ── adapter (one dialect per platform) ── HTTP ──► OEM platform
//!                  │                 envelope: CloudEvents 1.0, sealed personal data
//!                  │                 signature: Standard Webhooks
//!                  └── schedule: when to try again, when to give up
//! ```
//! Delivery is at least once: a platform tells a repeated message by its id. Success means *accepted*; the
//! platform confirms later through its callback.

pub mod adapter;
pub mod envelope;
pub mod schedule;
pub mod signature;
pub mod standard;
pub mod worker;

/// Installs the process-wide TLS provider (ring), once; calling it again does nothing.
///
/// reqwest is built without a provider of its own, so that every crate here uses the same one.
pub fn install_tls() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // Fails only when the program has installed one already, and then that one serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
