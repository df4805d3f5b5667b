//! Finding what the challenge asked for in the signals: a change, not a state. Eyes held shut are no blink, and a
//! face that is always turned does not turn.

mod baseline;
mod finder;
mod reach;
mod watch;

pub use baseline::{Baseline, Stillness};
pub use finder::{Finder, Sight};
pub use watch::{Event, Watch};
