//! Following prices that begin or end by the clock.

use kernel::{Origin, ProductId};
use platform::jobs::{Handler, Job, JobError, JobKind};
use platform::{Context, outbox};
use serde::Deserialize;

use super::refresh::refresh;
use crate::products::{self, ProductEvent};

/// The kind of these jobs.
pub(super) const KIND: JobKind = JobKind::new("catalog.refresh_listing");

/// Writes a product's row of the list anew when one of its prices begins or ends, and records `product.repriced`. It is done
/// with the effect.
#[derive(Debug)]
pub struct RefreshListing {
    context: Context,
}

#[derive(Deserialize)]
struct Payload {
    product_id: ProductId,
}

impl RefreshListing {
    /// The handler for this process.
    #[must_use]
    pub const fn new(context: Context) -> Self {
        Self { context }
    }
}

#[async_trait::async_trait]
impl Handler for RefreshListing {
    fn kind(&self) -> JobKind {
        KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        let tx = self.context.begin(&Origin::system()).await?;
        if products::lock_row(&tx, payload.product_id).await? {
            refresh(&tx, payload.product_id).await?;
            outbox::record(&tx, &ProductEvent::Repriced { product_id: payload.product_id }).await?;
        }
        job.complete_in(&tx).await?;
        Ok(tx.commit().await?)
    }
}
