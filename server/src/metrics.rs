//! Figures for Prometheus. Labels come from closed lists: operations, methods, states; never a path or an id.

use std::{
    fmt,
    sync::{LazyLock, atomic::AtomicU64},
    time::Duration,
};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use crate::service::vitals::Vitals;

/// Media type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Upper ends of the latency buckets, in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// The figures of this process.
pub static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    operation: &'static str,
    method: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: String,
}

type Seconds = Gauge<f64, AtomicU64>;

/// Everything counted.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Histogram>,
    verdicts: Family<Outcome, Counter>,
    store_failures: Counter,
    outbox: Family<State, Gauge>,
    outbox_age: Family<State, Seconds>,
    reviews: Family<State, Gauge>,
    seats: Family<State, Gauge>,
    faces: Gauge,
    calendar: Gauge,
}

impl Metrics {
    fn new() -> Self {
        let mut registry = Registry::with_prefix("ownerproof");
        let requests: Family<Request, Histogram> = Family::new_with_constructor(|| Histogram::new(BUCKETS));
        let verdicts = Family::<Outcome, Counter>::default();
        let store_failures = Counter::default();
        let outbox = Family::<State, Gauge>::default();
        let outbox_age = Family::<State, Seconds>::default();
        let reviews = Family::<State, Gauge>::default();
        let seats = Family::<State, Gauge>::default();
        let faces = Gauge::default();
        let calendar = Gauge::default();
        let register = &mut registry;
        register.register("request_duration_seconds", "Requests and how long they took", requests.clone());
        register.register("verdicts", "Verdicts on verifications", verdicts.clone());
        register.register("store_failures", "Requests the database failed", store_failures.clone());
        register.register("outbox_messages", "Messages to the OEM platform", outbox.clone());
        register.register("outbox_oldest_seconds", "Age of the oldest message", outbox_age.clone());
        register.register("reviews", "Reviews to be decided", reviews.clone());
        register.register("engine_seats", "Seats of the engine", seats.clone());
        register.register("people_with_a_face", "People whose face is held", faces.clone());
        register.register("calendar_days", "Days with published days off ahead", calendar.clone());
        Self {
            registry,
            requests,
            verdicts,
            store_failures,
            outbox,
            outbox_age,
            reviews,
            seats,
            faces,
            calendar,
        }
    }

    /// A request was answered.
    pub fn request(&self, operation: &'static str, method: &'static str, status: u16, took: Duration) {
        let status = match status {
            100..200 => "1xx",
            200..300 => "2xx",
            300..400 => "3xx",
            400..500 => "4xx",
            _ => "5xx",
        };
        let labels = Request { operation, method, status };
        self.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// A verification was judged.
    pub fn verdict(&self, outcome: &'static str) {
        self.verdicts.get_or_create(&Outcome { outcome }).inc();
    }

    /// The database failed a request.
    pub fn store_failed(&self) {
        self.store_failures.inc();
    }

    /// Everything, in the text format of OpenMetrics, with how much waits now.
    ///
    /// # Errors
    /// None in practice: a string takes any text.
    pub fn text(&self, vitals: &Vitals) -> Result<String, fmt::Error> {
        let state = |state: &str| State { state: state.to_owned() };
        let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        self.outbox.clear();
        self.outbox_age.clear();
        for depth in &vitals.outbox {
            self.outbox.get_or_create(&state(&depth.state)).set(count(depth.count));
            self.outbox_age.get_or_create(&state(&depth.state)).set(depth.oldest_ms as f64 / 1000.0);
        }
        self.reviews.get_or_create(&state("open")).set(count(vitals.reviews_open));
        self.reviews.get_or_create(&state("overdue")).set(count(vitals.reviews_overdue));
        self.seats.get_or_create(&state("free")).set(count(vitals.seats_free));
        self.seats.get_or_create(&state("all")).set(count(vitals.seats));
        self.faces.set(count(vitals.faces));
        self.calendar.set(vitals.calendar_days);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
