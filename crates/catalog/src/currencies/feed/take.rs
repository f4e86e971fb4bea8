//! Taking the rates of a feed, daily.

use std::time::Duration;

use http::{Method, Request, StatusCode};
use kernel::{Currency, Origin};
use platform::Context;
use platform::http_client::{Excess, HttpBounds, HttpClient, HttpError, Reach};
use platform::jobs::{Handler, Job, JobError, JobKind, Queue};
use platform::outside::OutsideSystem;

use super::table::{self, TableError};
use crate::currencies::write_rates_in;
use crate::exchange_rates::{self, PublishRates, PublishRatesError};

/// What the rates of the feed have as their source.
const SOURCE: &str = "feed";
/// Nobody waits for it. The table has some two thousand bytes.
const BOUNDS: HttpBounds =
    HttpBounds { connect_timeout: Duration::from_secs(5), timeout: Duration::from_secs(20), most_bytes: 65_536, excess: Excess::Refused };
/// Tries over some hours: rates of yesterday are better than none, and a job that is given up is told.
const MOST_TRIES: i64 = 6;

/// Why the rates of the feed are not taken. Of its address nothing is told.
#[derive(Debug, thiserror::Error)]
pub enum TakeRatesError {
    /// Nobody says where they are.
    #[error("it is not configured; set currencies.feed_url")]
    NotConfigured,
    /// What is said is no address.
    #[error("currencies.feed_url is no address")]
    NoAddress,
    /// There is no answer.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The answer is no document.
    #[error("the feed answered {0}")]
    Status(StatusCode),
    /// The document is no table of rates.
    #[error("the feed cannot be read: {0}")]
    Table(#[from] TableError),
    /// A rate is far off the last one, or the database.
    #[error("the rates of the feed are not taken: {0}")]
    Publish(#[from] PublishRatesError),
}

/// Takes the rates of the feed by the clock.
#[derive(Debug)]
pub struct TakeRates {
    context: Context,
    system: OutsideSystem,
}

impl TakeRates {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("currencies.take_rates").on(Queue::Bulk).attempts(MOST_TRIES);

    /// The handler for this process.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self { context, system: OutsideSystem::one("exchange_rates") }
    }

    /// Takes the rates, all or none; those of a day that is known already are left alone, so that it is done once however often it runs.
    ///
    /// # Errors
    /// `TakeRatesError`; the rates are as they were then.
    pub async fn take(&self) -> Result<(), TakeRatesError> {
        let table = table::read(&self.fetch().await?)?;
        let tx = self.context.begin(&Origin::system()).await.map_err(PublishRatesError::from)?;
        exchange_rates::lock(&tx).await.map_err(PublishRatesError::from)?;
        let current = exchange_rates::current(&tx).await.map_err(PublishRatesError::from)?;
        // What staff wrote since, or a table of the same day, is newer.
        let is_newer = |currency: Currency| {
            current.iter().all(|rate| (rate.base, rate.currency) != (Currency::EUR, currency) || rate.valid_from < table.day)
        };
        let rates: Vec<_> = table.rates.into_iter().filter(|(currency, _)| is_newer(*currency)).collect();
        if rates.is_empty() {
            return Ok(());
        }
        let (base, valid_from, source) = (Currency::EUR, Some(table.day), SOURCE.to_owned());
        write_rates_in(&tx, PublishRates { base, rates, valid_from, source, force: false }).await?;
        Ok(tx.commit().await.map_err(PublishRatesError::from)?)
    }

    async fn fetch(&self) -> Result<Vec<u8>, TakeRatesError> {
        let config = &self.context.config;
        let address = config.currencies.feed_url.as_str();
        if address.is_empty() {
            return Err(TakeRatesError::NotConfigured);
        }
        let reach = Reach::Public(config.webhooks.allow_private.clone().into());
        let client = HttpClient::new(self.system.clone(), BOUNDS, reach)?;
        let request = Request::builder().method(Method::GET).uri(address).body(Vec::new()).map_err(|_| TakeRatesError::NoAddress)?;
        let (head, body) = client.send(request).await?.into_parts();
        if head.status == StatusCode::OK { Ok(body) } else { Err(TakeRatesError::Status(head.status)) }
    }
}

#[async_trait::async_trait]
impl Handler for TakeRates {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, _: &Job) -> Result<(), JobError> {
        self.take().await.map_err(JobError::new)
    }
}
