//! Logs and metrics: their formats and names. No payload, key, text or subject ever reaches either.

mod ecs;
mod metrics;

pub use metrics::{BatchOutcome, Metrics, RequestLabels};

use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{LogFormat, TelemetrySettings};

/// Starts logging to standard error, once a process; later calls change nothing.
pub fn start_logs(settings: &TelemetrySettings) {
    let filter = EnvFilter::try_new(&settings.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    // Tests start several servers in one process: the first one's format stays.
    let _ = match settings.format {
        LogFormat::Ecs => registry
            .with(tracing_subscriber::fmt::layer().event_format(ecs::Ecs).with_writer(std::io::stderr))
            .try_init(),
        LogFormat::Text => registry
            .with(tracing_subscriber::fmt::layer().with_target(false).with_writer(std::io::stderr))
            .try_init(),
    };
}
