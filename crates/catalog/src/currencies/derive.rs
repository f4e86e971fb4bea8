//! Making the derived prices of a list anew, a piece at a time.

use kernel::{Origin, PriceListId};
use platform::Context;
use platform::db::DatabaseError;
use platform::jobs::{Handler, Job, JobError, JobKind};

use super::store;
use crate::assortment;
use crate::price_lists::{self, DERIVE};
use crate::variants::Derivations;

/// Variants of one transaction: it holds their products, and on SQLite the one writer, for some hundredths of a second.
const PIECE: usize = 100;

/// Makes the derived prices of a list anew until nothing is left to do. How far it came is noted in the transaction that writes them, so that
/// whoever goes on after a crash, or beside it, does each variant once.
#[derive(Debug)]
pub struct DerivePrices(pub Context);

#[async_trait::async_trait]
impl Handler for DerivePrices {
    fn kind(&self) -> JobKind {
        DERIVE
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let list: PriceListId = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        while derive_piece(&self.0, list).await.map_err(JobError::new)? {
            if job.is_cancelled() {
                return Err(JobError::new("called off; bring it back, for the other prices are by an older rate"));
            }
        }
        Ok(())
    }
}

/// Makes the derived prices of the next variants what they have to be, by the rule that counts at this moment: false where none are left.
///
/// # Errors
/// `DatabaseError`; these prices are as they were then.
pub async fn derive_piece(context: &Context, list: PriceListId) -> Result<bool, DatabaseError> {
    let tx = context.begin(&Origin::system()).await?;
    // Before the row of the progress: whoever changes a rule locks in this order, too.
    let derivations = Derivations::of(&price_lists::for_writing(&tx).await?);
    let Some(progress) = price_lists::lock_progress(&tx, list).await? else { return Ok(false) };
    let places = store::next_variants(&tx, progress.derived_until, PIECE).await?;
    assortment::rederive_in(&tx, &places, &derivations).await?;
    let last = places.last().filter(|_| places.len() == PIECE);
    match last {
        Some((_, variant)) => price_lists::move_on(&tx, list, *variant).await?,
        None => price_lists::finish(&tx, list).await?,
    }
    let is_more = last.is_some();
    tx.commit().await?;
    Ok(is_more)
}
