//! What telling others needs beside what every use case is given.

use std::sync::Arc;
use std::time::Duration;

use platform::Context;
use platform::http_client::{Excess, HttpBounds, HttpClient, HttpError, Reach};
use platform::mail::Mailer;
use platform::outbox::FactKinds;
use platform::outside::OutsideSystem;

use crate::push::{HttpPush, PushService};
use crate::streams::Streams;
use crate::sync::Addresses;

/// A receiver takes a message and answers; what it does with it, it does later (Standard Webhooks: 15 to 30 s).
const BOUNDS: HttpBounds =
    HttpBounds { connect_timeout: Duration::from_secs(5), timeout: Duration::from_secs(15), most_bytes: 4_096, excess: Excess::Cut };

/// The parts, made once for a process; cheap to clone.
#[derive(Debug, Clone)]
pub struct Notify {
    /// What every use case is given.
    pub context: Context,
    /// Every kind of fact that others can be told of.
    pub kinds: FactKinds,
    /// Who follows what happens at this very moment, in this process.
    pub streams: Streams,
    pub(crate) mailer: Mailer,
    pub(crate) client: HttpClient,
    pub(crate) reach: Reach,
    pub(crate) push: Arc<dyn PushService>,
    pub(crate) addresses: Addresses,
}

impl Notify {
    /// The parts of the shop that is configured like this.
    ///
    /// # Errors
    /// `HttpError` where the system cannot speak privately.
    pub fn new(context: Context, kinds: FactKinds) -> Result<Self, HttpError> {
        let reach = Reach::Public(context.config.webhooks.allow_private.clone().into());
        let client = HttpClient::new(OutsideSystem::many("webhooks"), BOUNDS, reach.clone())?;
        let (mailer, streams) = (Mailer::of(&context.config), Streams::new(context.clone()));
        let push = Arc::new(HttpPush::new(client.counted_as(OutsideSystem::many("push"))));
        let addresses = Addresses::new(&context.config.sync, &reach)?;
        Ok(Self { context, kinds, streams, mailer, client, reach, push, addresses })
    }

    /// The same with another way to browsers.
    #[must_use]
    pub fn pushing_by(self, push: Arc<dyn PushService>) -> Self {
        Self { push, ..self }
    }
}
