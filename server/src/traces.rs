//! Traces: one span per operation, handed to an OpenTelemetry collector over HTTP. Off by default. Spans carry the
//! operation, the method and the status, never a path, a header or a body.

use std::{collections::HashMap, time::Duration};

use opentelemetry::{KeyValue, trace::TracerProvider};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracerProvider},
};
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

use crate::config::Telemetry;

/// How long the collector may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why there are no traces.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The client could not be made.
    #[error("telemetry.otlp_endpoint: {0}")]
    Client(#[from] reqwest::Error),
    /// The address cannot be used.
    #[error("telemetry.otlp_endpoint: {0}")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
}

/// Spans on their way to the collector.
pub struct Traces(SdkTracerProvider);

/// The traces of a process inside a Tokio runtime; none where no collector is configured.
///
/// # Errors
/// The collector's address cannot be used.
pub fn configured(telemetry: &Telemetry) -> Result<Option<Traces>, SetupError> {
    if telemetry.otlp_endpoint.is_empty() {
        return Ok(None);
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Client { http: client()?, runtime: Handle::current() })
        .with_headers(HashMap::new())
        .with_endpoint(format!("{}/v1/traces", telemetry.otlp_endpoint))
        .with_timeout(PATIENCE)
        .build()?;
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder_empty().with_service_name("ownerproof").with_attribute(version).build();
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(Sampler::TraceIdRatioBased(telemetry.trace_ratio))
        .with_resource(resource)
        .build();
    Ok(Some(Traces(provider)))
}

fn client() -> reqwest::Result<reqwest::Client> {
    crate::sync::install_tls();
    reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build()
}

impl Traces {
    /// What makes spans of the spans of this program. Events stay out: their texts may quote a database.
    pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("ownerproof"))
            // The operation, and so the span's name, is known at its end; an activated span cannot be renamed.
            .with_context_activation(false)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with("server")))
    }

    /// Hands over what is left. Blocks.
    pub fn finish(self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last traces were not handed over");
        }
    }
}

/// Our client for the exporter, whose thread knows no runtime.
#[derive(Debug)]
struct Client {
    http: reqwest::Client,
    runtime: Handle,
}

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let http = self.http.clone();
        let sent = self.runtime.spawn(async move {
            let mut answer = http.execute(request.try_into()?).await?;
            let mut response = Response::builder().status(answer.status());
            if let Some(headers) = response.headers_mut() {
                std::mem::swap(headers, answer.headers_mut());
            }
            Ok::<_, HttpError>(response.body(answer.bytes().await?)?)
        });
        sent.await?
    }
}
