//! How much is followed at once.

use std::time::Duration;

use serde::Deserialize;

/// The bounds of event streams and WebSockets, by process.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Streams {
    /// How many are open at once.
    pub most: usize,
    /// Of those, by one account or key.
    pub most_per_caller: usize,
    /// Of those, by one address without a credential.
    pub most_per_address: usize,
    /// Topics that one WebSocket follows.
    pub most_topics: usize,
    /// How often something is sent where nothing happens.
    pub heartbeat_ms: u64,
    /// How long a reader that takes nothing is waited for.
    pub slow_reader_ms: u64,
    /// How long a stream goes on before its reader has to come back.
    pub lifetime_ms: u64,
}

impl Streams {
    /// How often something is sent where nothing happens.
    #[must_use]
    pub const fn heartbeat(&self) -> Duration {
        Duration::from_millis(self.heartbeat_ms)
    }

    /// How long a reader that takes nothing is waited for.
    #[must_use]
    pub const fn patience(&self) -> Duration {
        Duration::from_millis(self.slow_reader_ms)
    }

    /// How long a stream goes on before its reader has to come back.
    #[must_use]
    pub const fn lifetime(&self) -> Duration {
        Duration::from_millis(self.lifetime_ms)
    }
}

/// What is wrong with these bounds, if anything.
pub(super) fn refuse_unfit(streams: &Streams) -> Result<(), String> {
    let Streams { most, most_per_caller, most_per_address, most_topics, heartbeat_ms, slow_reader_ms, lifetime_ms } = *streams;
    let least = |key: &str, value: u64, least: u64| match value {
        value if value < least => Err(format!("streams.{key} {value} must be at least {least}")),
        _ => Ok(()),
    };
    for (key, value) in
        [("most", most), ("most_per_caller", most_per_caller), ("most_per_address", most_per_address), ("most_topics", most_topics)]
    {
        least(key, value as u64, 1)?;
    }
    // Less would be a load of its own.
    for (key, value) in [("heartbeat_ms", heartbeat_ms), ("slow_reader_ms", slow_reader_ms), ("lifetime_ms", lifetime_ms)] {
        least(key, value, 50)?;
    }
    Ok(())
}
