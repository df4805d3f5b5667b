//! Where reports are assessed: a few at a time, off the threads that answer requests.

use std::{
    io,
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{sync::Semaphore, time::timeout};
use verify::{
    assess::{
        Assessment, Checked, Engine, EvidenceError, Reason, Submission, Thresholds, assess, check,
        check_document, check_stated,
    },
    challenge::Challenge,
    document::{Document, DocumentCheck, DocumentType, Reader},
    engine,
    net::NetworkError,
};

use crate::service::{Error, Refusal, Result};

/// How long a report waits for its turn.
const PATIENCE: Duration = Duration::from_secs(30);

/// Judges the pictures of a submission.
pub trait Assessor: Send + Sync {
    /// Takes seconds, and a core. `stated` is what the person says their document is, `limits` are those of the policy.
    ///
    /// # Errors
    /// The pictures are bad input, or a network failed.
    fn assess(
        &self,
        checked: &Checked<'_>,
        stated: &Document,
        limits: &Thresholds,
    ) -> std::result::Result<Assessment, EvidenceError>;

    /// Whether the photograph of a document that shows its holder's face is good enough for a person to read. Takes
    /// a moment, and a core.
    ///
    /// # Errors
    /// The picture is bad input, or a network failed.
    fn look(&self, photograph: &[u8]) -> std::result::Result<(), EvidenceError>;
}

/// Why the engine could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The list of networks cannot be read.
    #[error("models.json: {0}")]
    Manifest(#[source] io::Error),
    /// A network cannot be used.
    #[error(transparent)]
    Network(#[from] engine::LoadError<io::Error>),
    /// The network that reads documents cannot be used.
    #[error("the reader: {0}")]
    Reader(#[from] NetworkError),
}

/// The engine the device runs too, built natively.
pub struct Native {
    engine: Engine,
    reader: Reader,
}

impl Native {
    /// Loads the networks named in `models.json`, checking each hash. Takes seconds.
    ///
    /// # Errors
    /// A file is missing, has another hash, or is not the network it should be.
    pub fn load(folder: &Path) -> std::result::Result<Self, LoadError> {
        let manifest = std::fs::read(folder.join("models.json")).map_err(LoadError::Manifest)?;
        let manifest: Manifest =
            serde_json::from_slice(&manifest).map_err(|error| LoadError::Manifest(error.into()))?;
        let file = |role: &str| {
            let mut models = manifest.models.iter().chain(&manifest.on_demand);
            let model = models.find(|model| model.role == role);
            let model = model.ok_or_else(|| io::Error::other("not named in models.json"))?;
            let bytes = std::fs::read(folder.join(&model.file))?;
            if verify::digest::sha256_hex(&bytes) == model.sha256 {
                Ok(bytes)
            } else {
                Err(io::Error::other("its hash is not the one in models.json"))
            }
        };
        let engine = Engine::load(|role| file(role.name()))?;
        let reader = Reader::load(&file(Reader::ROLE).map_err(LoadError::Manifest)?)?;
        Ok(Self { engine, reader })
    }
}

#[derive(serde::Deserialize)]
struct Manifest {
    models: Vec<Model>,
    on_demand: Vec<Model>,
}

#[derive(serde::Deserialize)]
struct Model {
    role: String,
    file: String,
    sha256: String,
}

impl Assessor for Native {
    fn assess(
        &self,
        checked: &Checked<'_>,
        stated: &Document,
        limits: &Thresholds,
    ) -> std::result::Result<Assessment, EvidenceError> {
        let assessment = assess(&self.engine, limits, checked)?;
        // The reader knows one kind of document.
        let resident_id = (stated.kind() == DocumentType::ResidentId).then(|| stated.number().parse());
        let (Some(file), Some(Ok(stated))) = (checked.document_portrait, resident_id) else {
            return Ok(assessment);
        };
        Ok(match check_stated(&self.engine, &self.reader, file, &stated)? {
            DocumentCheck::Differs => assessment.and(Reason::DocumentNumberDiffers),
            DocumentCheck::Agrees | DocumentCheck::NotRead => assessment,
        })
    }

    fn look(&self, photograph: &[u8]) -> std::result::Result<(), EvidenceError> {
        check_document(&self.engine, photograph)
    }
}

/// A seat or two at which an assessor works, once it has arrived.
pub struct Desk {
    assessor: OnceLock<Arc<dyn Assessor>>,
    seats: Semaphore,
}

impl Desk {
    /// A desk without an assessor.
    pub fn new(seats: usize) -> Self {
        Self { assessor: OnceLock::new(), seats: Semaphore::new(seats.max(1)) }
    }

    /// Seats the assessor; the first one stays.
    pub fn open(&self, assessor: Arc<dyn Assessor>) {
        // A second assessor would change verdicts half-way.
        let _ = self.assessor.set(assessor);
    }

    /// Seats where nobody sits; none while there is no assessor.
    pub fn free(&self) -> usize {
        self.assessor.get().map_or(0, |_| self.seats.available_permits())
    }

    /// The assessor.
    ///
    /// # Errors
    /// [`Refusal::EngineLoading`] while there is none.
    pub(super) fn assessor(&self) -> Result<Arc<dyn Assessor>> {
        let later = Error::Later { refusal: Refusal::EngineLoading, retry_after_s: 5 };
        self.assessor.get().cloned().ok_or(later)
    }

    /// Assesses a submission that was checked before, when a seat is free.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] when none became free; [`Error::Evidence`] for bad pictures.
    pub(super) async fn assess(
        &self,
        challenge: Challenge,
        report: Arc<[u8]>,
        keyframes: Arc<[Vec<u8>]>,
        portrait: Option<Arc<[u8]>>,
        stated: Document,
        limits: Thresholds,
    ) -> Result<Assessment> {
        self.seated(move |assessor| {
            let submission =
                Submission { report: &report, keyframes: &keyframes, document_portrait: portrait.as_deref() };
            assessor.assess(&check(&challenge, &submission)?, &stated, &limits)
        })
        .await
    }

    /// Looks at the photograph of a document, when a seat is free.
    ///
    /// # Errors
    /// As [`Self::assess`].
    pub(super) async fn look(&self, photograph: Vec<u8>) -> Result<()> {
        self.seated(move |assessor| assessor.look(&photograph)).await
    }

    async fn seated<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Assessor) -> std::result::Result<T, EvidenceError> + Send + 'static,
    ) -> Result<T> {
        let assessor = self.assessor()?;
        let later = || Error::Later { refusal: Refusal::Unavailable, retry_after_s: 10 };
        let seat = timeout(PATIENCE, self.seats.acquire()).await;
        let _seat = seat.map_err(|_| later())?.map_err(|_| later())?;
        let done = tokio::task::spawn_blocking(move || work(assessor.as_ref())).await;
        done.unwrap_or(Err(EvidenceError::Engine)).map_err(evidence)
    }
}

/// Bad input, as the API says it.
pub(super) fn evidence(error: EvidenceError) -> Error {
    Error::Evidence { slug: error.code(), detail: error.to_string() }
}
