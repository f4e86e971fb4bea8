//! Reminding people of carts that they left behind.

use catalog::channels;
use chrono::TimeDelta;
use kernel::{Origin, Timestamp};
use platform::jobs::{Handler, Job, JobError, JobKind, Queue};
use sales::carts::{self, QuietCart};
use sales::customers;
use serde_json::json;

use super::model::{About, AboutKind, NewMail};
use super::queue::queue_in;
use crate::Notify;
use crate::mail_templates::{MailLocale, TemplateName};

/// A cart that was quiet for longer before anybody looked is old news.
const PATIENCE: TimeDelta = TimeDelta::days(2);
/// Carts of one look.
const AT_ONCE: i64 = 200;
/// Looks of one run; the next one goes on, for those of whom somebody was reminded are found no more.
const MOST_LOOKS: usize = 100;

/// Writes to whoever left a cart behind, once for each cart ever, and to nobody who does not want it: the cart's own row says that it was
/// done.
#[derive(Debug, Clone)]
pub struct RemindOfCarts(pub Notify);

impl RemindOfCarts {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("carts.remind").on(Queue::Bulk);

    async fn look(&self, within: (Timestamp, Timestamp), behind: Option<&QuietCart>) -> Result<Vec<QuietCart>, JobError> {
        let quiet = customers::quiet_carts(self.0.context.db.reader(), within, behind, AT_ONCE).await?;
        for cart in &quiet {
            self.remind(cart).await?;
        }
        Ok(quiet)
    }

    async fn remind(&self, cart: &QuietCart) -> Result<(), JobError> {
        let tx = self.0.context.begin(&Origin::system()).await?;
        if carts::note_reminder(&tx, cart).await? {
            let channel = channels::find(&tx, cart.channel_id).await?;
            let locale = channel.map_or_else(MailLocale::last_resort, |channel| MailLocale::of_channel(&channel.locale));
            let (template, to, cause_id) = (TemplateName::AbandonedCart, cart.email.clone(), cart.id.uuid());
            let about = About { kind: AboutKind::Cart, id: cart.id.uuid() };
            queue_in(&tx, &NewMail { template, locale, to, user_id: cart.user_id, cause_id, about, detail: json!({}) }).await?;
        }
        Ok(tx.commit().await?)
    }
}

#[async_trait::async_trait]
impl Handler for RemindOfCarts {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, _: &Job) -> Result<(), JobError> {
        let minutes = self.0.context.config.carts.abandoned_after_minutes;
        if minutes == 0 {
            return Ok(());
        }
        let until = self.0.context.now() - TimeDelta::minutes(minutes);
        let within = (until - PATIENCE, until);
        let mut last = None;
        for _ in 0..MOST_LOOKS {
            let Some(next) = self.look(within, last.as_ref()).await?.pop() else { break };
            last = Some(next);
        }
        Ok(())
    }
}
