//! Looking for addresses that behave out of the ordinary, once a minute and beside every request.

use kernel::{AnomalyId, Origin, SessionId};
use platform::db::{DatabaseError, WriteTx};
use platform::jobs::{Handler, Job, JobError, JobKind};
use platform::{Context, SecretsError, audit, outbox};

use super::events::AnomalyEvent;
use super::model::{AnomalyKind, hour_of};
use super::store;

/// Why nothing was looked for.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// The master key.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Finds addresses that were refused too often in the last minutes, or from which too many accounts were used in the last hour,
/// and records a fact for each, once in an hour; how many.
///
/// # Errors
/// `LookError`; nothing was recorded then.
pub async fn look_for_anomalies(context: &Context) -> Result<usize, LookError> {
    let (limits, now, db) = (&context.config.security, context.now(), context.db.reader());
    let (burst, many) = (AnomalyKind::RefusalsBurst, AnomalyKind::ManyAccounts);
    let refused = audit::refused_addresses(db, now - burst.period(), limits.refusals_burst).await?;
    let crowded = store::crowded_addresses(db, now - many.period(), limits.accounts_per_address).await?;
    if refused.is_empty() && crowded.is_empty() {
        return Ok(0);
    }
    let tx = context.begin(&Origin::system()).await?;
    let mut found = 0;
    for refused in refused {
        let Some(anomaly_id) = note(context, &tx, burst, &refused.ip).await? else { continue };
        let fact = AnomalyEvent::RefusalsBurst { anomaly_id, audit_id: refused.latest, refusals: refused.times };
        tracing::warn!(audit.id = %refused.latest, refusals = refused.times, "an address is refused again and again");
        outbox::record(&tx, &fact).await?;
        found += 1;
    }
    for crowded in crowded {
        let Some(anomaly_id) = note(context, &tx, many, &crowded.ip).await? else { continue };
        let session_id = SessionId::from_uuid(crowded.session_id);
        let fact = AnomalyEvent::ManyAccounts { anomaly_id, session_id, accounts: crowded.accounts };
        tracing::warn!(session.id = %session_id, accounts = crowded.accounts, "many accounts are used from one address");
        outbox::record(&tx, &fact).await?;
        found += 1;
    }
    store::forget_before(&tx, hour_of(now)).await?;
    tx.commit().await?;
    Ok(found)
}

/// The id of what was found, where it was not found in this hour already.
async fn note(context: &Context, tx: &WriteTx, kind: AnomalyKind, ip: &str) -> Result<Option<AnomalyId>, LookError> {
    let (id, address) = (AnomalyId::generate(), context.secrets.mac("anomaly_address", ip.as_bytes())?);
    let is_new = store::insert(tx, id, kind, &address, hour_of(tx.now())).await?;
    Ok(is_new.then_some(id))
}

/// The same as a job.
#[derive(Debug)]
pub struct LookForAnomalies(pub Context);

impl LookForAnomalies {
    /// What the job is called.
    pub const KIND: JobKind = JobKind::new("accounts.look_for_anomalies");
}

#[async_trait::async_trait]
impl Handler for LookForAnomalies {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, _job: &Job) -> Result<(), JobError> {
        look_for_anomalies(&self.0).await.map(drop).map_err(JobError::new)
    }
}
