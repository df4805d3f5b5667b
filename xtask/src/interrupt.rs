//! Ctrl-C and SIGTERM: remembered, so that whatever runs can be stopped in order and cleaned up.

use std::sync::atomic::{AtomicBool, Ordering};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Starts listening. Called once, before anything is started.
pub fn listen() -> anyhow::Result<()> {
    Ok(ctrlc::set_handler(|| {
        REQUESTED.store(true, Ordering::Relaxed);
    })?)
}

/// Whether somebody asked to stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}
