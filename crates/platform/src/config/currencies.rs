//! Where exchange rates are taken from.

use serde::Deserialize;

use super::model::{Config, Mode};
use crate::http_client::{Reach, endpoint_url};

/// The feed of exchange rates.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Currencies {
    /// An address with a table of rates; empty: none is taken.
    pub feed_url: String,
    /// When, as a line of cron.
    pub feed_cron: String,
}

/// What is wrong with the address, if anything.
pub(super) fn refuse_unfit(config: &Config) -> Result<(), String> {
    let address = &config.currencies.feed_url;
    if address.is_empty() {
        return Ok(());
    }
    let reach = Reach::Public(config.webhooks.allow_private.clone().into());
    let read = endpoint_url(address, config.mode == Mode::Production, &reach);
    read.map(drop).map_err(|why| format!("currencies.feed_url: the address {why}"))
}

#[cfg(test)]
mod tests {
    use crate::config::{Flags, load};

    #[test]
    fn rates_are_taken_from_a_public_address() {
        for (address, is_fine) in [
            ("", true),
            ("https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml", true),
            ("eurofxref-daily.xml", false),
            ("https://user:secret@rates.example/", false),
            ("http://127.0.0.1/", false),
        ] {
            let flags = Flags { config: None, values: vec![("currencies.feed_url".to_owned(), address.to_owned())] };
            assert_eq!(load(&flags).is_ok(), is_fine, "{address}");
        }
    }
}
