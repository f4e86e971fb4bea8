//! Telling on what came in.

use kernel::{InboundMessageId, Origin, Timestamp};
use platform::jobs::{Handler, Job, JobError, JobKind, NewJob};
use platform::outbox;
use serde::{Deserialize, Serialize};

use super::events::InboundEvent;
use super::model::InboundState;
use super::store;
use crate::Notify;

#[derive(Serialize, Deserialize)]
struct Payload {
    message: InboundMessageId,
}

pub(super) fn job(message: InboundMessageId, now: Timestamp) -> NewJob {
    NewJob::new(ProcessInbound::KIND, serde_json::json!(Payload { message }), now).unique(format!("{}:{message}", ProcessInbound::KIND))
}

/// Records `inbound.received` for a message; its state, in the same transaction, is what makes that once.
#[derive(Debug, Clone)]
pub struct ProcessInbound(pub Notify);

impl ProcessInbound {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("inbound.process");
}

#[async_trait::async_trait]
impl Handler for ProcessInbound {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let Payload { message } = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        let tx = self.0.context.begin(&Origin::system()).await?;
        // What is forgotten by now, or was told of, needs nothing.
        if let Some(message) = store::lock(&tx, message).await?.filter(|message| message.state == InboundState::Received) {
            outbox::record(&tx, &InboundEvent::Received { inbound_message_id: message.id, source: message.source }).await?;
            store::set_state(&tx, message.id, InboundState::Processed).await?;
        }
        // While the message is held, in each case: a retry that came before the job's end would enqueue none.
        job.complete_in(&tx).await?;
        Ok(tx.commit().await?)
    }
}
