//! Commands of an operator that do more than one call.

pub mod audit;
pub mod import;
pub mod keys;
pub mod purge;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error; none where that is no terminal.
fn bar(length: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}");
    ProgressBar::new(length)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_message(what)
}
