//! How much is held.

use poem::web::Data;
use poem_openapi::{Enum, Object, OpenApi, payload::Json};

use crate::{
    api::{Group, auth::StatisticsReader, problem::Problem},
    service::{
        App,
        faces::{self, Level},
    },
};

/// Operations.
pub struct Statistics;

/// How near the filing with the authority is.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum FilingLevel {
    /// Far below.
    Fine,
    /// Near: prepare it.
    Near,
    /// Due within 30 working days.
    FilingDue,
}

/// People whose face is held.
#[derive(Object)]
struct FaceStatistics {
    /// How many, each counted once however often they were verified.
    people: u64,
    /// What that means.
    level: FilingLevel,
    /// From which number on the level is `near`.
    warn_at: u64,
    /// From which number on the filing is due (人脸识别技术应用安全管理办法).
    filing_due_at: u64,
}

#[OpenApi]
impl Statistics {
    /// How many people's faces are held.
    #[oai(
        path = "/console/statistics/faces",
        method = "get",
        operation_id = "statistics_faces",
        tag = "Group::Console"
    )]
    async fn faces(
        &self,
        _staff: StatisticsReader,
        app: Data<&App>,
    ) -> Result<Json<FaceStatistics>, Problem> {
        let faces = faces::count(&app).await?;
        let settings = &app.config.privacy;
        Ok(Json(FaceStatistics {
            people: faces.people,
            level: match faces.level {
                Level::Fine => FilingLevel::Fine,
                Level::Near => FilingLevel::Near,
                Level::FilingDue => FilingLevel::FilingDue,
            },
            warn_at: settings.faces_warn,
            filing_due_at: settings.faces_filing,
        }))
    }
}
