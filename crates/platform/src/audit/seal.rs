//! Sealing: one process at a time adds what was recorded to the chain, so that who records never waits for a place in it.

use std::time::Duration;

use chrono::{SubsecRound, TimeDelta};
use kernel::Origin;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::chain;
use super::error::AuditError;
use super::store::{self, SealRow};
use crate::{Context, leases};

/// Who holds it seals.
const LEASE: &str = "audit.sealer";
/// How long others wait for a sealer that is gone.
const HELD: TimeDelta = TimeDelta::seconds(10);
/// Records sealed in one transaction: few enough to hold SQLite's writer for milliseconds.
const BATCH: usize = 200;
/// How often to look, unless there was more than one transaction takes.
const PAUSE: Duration = Duration::from_secs(1);
/// PostgreSQL keeps microseconds: a seal is made of the moment that will be read.
const DIGITS: u16 = 6;

/// Seals the oldest records that wait; how many. Nothing where another holder's lease runs.
///
/// The lease is written in the transaction of the seals: a holder that lost it cannot add to the chain.
///
/// # Errors
/// `AuditError`; nothing was sealed then.
pub async fn seal_once(context: &Context, holder: Uuid) -> Result<usize, AuditError> {
    let reader = context.db.reader();
    if !store::any_unsealed(reader).await? || leases::is_held_by_another(reader, LEASE, holder, context.now()).await? {
        return Ok(0);
    }
    let tx = context.begin(&Origin::system()).await?;
    if !leases::hold(&tx, LEASE, holder, HELD).await? {
        return Ok(0);
    }
    let (mut seq, mut previous) = store::last_seal(&tx).await?.map_or((0, Vec::new()), |seal| (seal.seq, seal.hash));
    let sealed_at = tx.now().trunc_subsecs(DIGITS);
    let mut seals = Vec::new();
    for record in store::unsealed(&tx, BATCH).await? {
        seq += 1;
        previous = chain::hash(&context.secrets, &previous, (seq, sealed_at), &record)?;
        seals.push(SealRow { seq, record_id: record.id, hash: previous.clone(), sealed_at });
    }
    let sealed = seals.len();
    if sealed > 0 {
        store::insert_seals(&tx, seals).await?;
    }
    tx.commit().await?;
    Ok(sealed)
}

/// The task that seals as long as the process lives.
#[derive(Debug)]
pub struct Sealer {
    context: Context,
    holder: Uuid,
}

impl Sealer {
    /// A sealer for this process; others may run beside it.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self { context, holder: Uuid::now_v7() }
    }

    /// Seals each second until told to stop; what waits then is sealed by another process, or at the next start.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match seal_once(&self.context, self.holder).await {
                Ok(BATCH) => {
                    // Others who write come in between.
                    tokio::task::yield_now().await;
                    continue;
                }
                Ok(_) => {}
                Err(error) => {
                    let cause = std::error::Error::source(&error).map(ToString::to_string);
                    tracing::warn!(error = %error, cause, "the audit log could not be sealed; trying again");
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }
}
