//! How many people's faces are held: from 100,000 on, a filing is due within 30 working days
//! (人脸识别技术应用安全管理办法).

use super::{App, Result};

/// How near the filing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Far below.
    Fine,
    /// Near: prepare the filing.
    Near,
    /// The filing is due.
    FilingDue,
}

/// People whose face is held.
#[derive(Clone, Copy, Debug)]
pub struct Faces {
    /// How many.
    pub people: u64,
    /// What that means.
    pub level: Level,
}

/// Counts the people whose face is held, for the console and for metrics.
///
/// # Errors
/// The store failed.
pub async fn count(app: &App) -> Result<Faces> {
    let people = app.store.read().await?.evidence().people_with_a_face().await?;
    let settings = &app.config.privacy;
    let level = match people {
        people if people >= settings.faces_filing => Level::FilingDue,
        people if people >= settings.faces_warn => Level::Near,
        _ => Level::Fine,
    };
    Ok(Faces { people, level })
}
