//! Structured logs on standard error.

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Log, LogFormat};

/// The filter directives are not readable, or a logger is already installed.
#[derive(Debug, thiserror::Error)]
#[error("log.filter: {0}")]
pub struct TelemetryError(String);

/// Installs the logger of this process: one line per event on standard error, so that data on standard output stays clean.
///
/// # Errors
/// `TelemetryError` where the filter cannot be read or a logger is installed already.
pub fn install(log: &Log) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|error| TelemetryError(error.to_string()))?;
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let installed = match log.format {
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
        LogFormat::Text => builder.try_init(),
    };
    installed.map_err(|error| TelemetryError(error.to_string()))
}
