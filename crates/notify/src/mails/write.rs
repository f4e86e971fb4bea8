//! Which letters what happens asks for.

use accounts::users::{self, User};
use catalog::channels;
use chrono::TimeDelta;
use kernel::{Email, FulfilmentId, OrderId, OrderLineId, Origin, Timestamp, UserId};
use platform::db::{DatabaseError, WriteTx};
use platform::events::{self, Event, EventHead, Subscriber};
use platform::jobs::{self, Handler, Job, JobError, JobKind, NewJob, Queue};
use sales::orders::{self, OrderDetails, OrderKey};
use sales::returns::ReturnAsker;
use serde_json::json;

use super::model::{About, AboutKind, NewMail};
use super::queue::queue_in;
use crate::Notify;
use crate::mail_templates::{MailLocale, TemplateName};
use crate::webhooks::DisabledBecause;

/// What happened longer ago is no news: a shop that turns to this program, or tells its events once more, writes no old letters.
const NEWS: TimeDelta = TimeDelta::days(3);
/// Events of one transaction: each asks for a job at most.
const MOST_AT_ONCE: usize = 100;

/// The letter that an event asks for.
fn letter_of(name: &str) -> Option<TemplateName> {
    match name {
        "order.confirmed" => Some(TemplateName::OrderConfirmation),
        "order.fulfilled" => Some(TemplateName::ShippingNotice),
        "order.gift_cards_made" => Some(TemplateName::GiftCards),
        "order.payment_requested" => Some(TemplateName::PaymentRequest),
        "return.requested" => Some(TemplateName::ReturnRequested),
        "return.approved" => Some(TemplateName::ReturnApproved),
        "return.rejected" => Some(TemplateName::ReturnRejected),
        "return.received" => Some(TemplateName::ReturnReceived),
        "user.email_verified" => Some(TemplateName::Welcome),
        "stock.ran_low" => Some(TemplateName::LowStock),
        "webhook_endpoint.failing" => Some(TemplateName::WebhookFailing),
        "webhook_endpoint.disabled" => Some(TemplateName::WebhookDisabled),
        _ => None,
    }
}

/// Follows what letters tell of. Whom they go to is not in the events, and is looked up by a job.
#[derive(Debug)]
pub struct WriteLetters;

#[async_trait::async_trait]
impl Subscriber for WriteLetters {
    fn name(&self) -> &'static str {
        "letters"
    }

    fn kinds(&self) -> &[&'static str] {
        &["order", "return", "stock", "user", "webhook_endpoint"]
    }

    fn most_at_once(&self) -> usize {
        MOST_AT_ONCE
    }

    async fn take(&self, tx: &WriteTx, events: &[EventHead]) -> Result<(), DatabaseError> {
        let news = events.iter().filter(|event| letter_of(&event.r#type).is_some() && tx.now() - event.occurred_at < NEWS);
        jobs::enqueue_all(tx, news.map(|event| WriteMail::job(event, tx.now())).collect()).await
    }
}

/// Finds out whom a letter about an event goes to and has it sent; the letter's row is what makes it one letter an event.
#[derive(Debug, Clone)]
pub struct WriteMail(pub Notify);

impl WriteMail {
    /// The kind of its jobs; the payload is the event's place in the stream.
    pub const KIND: JobKind = JobKind::new("mails.write").on(Queue::Mail);

    fn job(event: &EventHead, now: Timestamp) -> NewJob {
        NewJob::new(Self::KIND, json!(event.seq), now).unique(format!("{}:{}", Self::KIND, event.seq))
    }

    async fn mail(&self, tx: &WriteTx, event: &Event) -> Result<Option<NewMail>, DatabaseError> {
        let Some(template) = letter_of(&event.r#type) else { return Ok(None) };
        match template {
            TemplateName::OrderConfirmation
            | TemplateName::ShippingNotice
            | TemplateName::GiftCards
            | TemplateName::PaymentRequest
            | TemplateName::ReturnRequested
            | TemplateName::ReturnApproved
            | TemplateName::ReturnRejected
            | TemplateName::ReturnReceived => of_order(tx, template, event).await,
            TemplateName::Welcome => of_user(tx, event).await,
            TemplateName::LowStock => self.of_stock(tx, event).await,
            TemplateName::WebhookFailing | TemplateName::WebhookDisabled => self.of_endpoint(tx, template, event).await,
            TemplateName::AbandonedCart => Ok(None),
        }
    }

    async fn of_stock(&self, tx: &WriteTx, event: &Event) -> Result<Option<NewMail>, DatabaseError> {
        let Ok(to) = Email::parse(&self.0.context.config.mail.alerts_to) else { return Ok(None) };
        let (product_id, ready) = (event.payload.get("product_id").cloned(), event.payload.get("ready").cloned());
        let detail = json!({ "product_id": product_id, "ready": ready });
        let about = About { kind: AboutKind::Variant, id: event.aggregate_id };
        let locale = default_locale(tx).await?;
        Ok(Some(NewMail { template: TemplateName::LowStock, locale, to, user_id: None, cause_id: event.id, about, detail }))
    }

    /// Whoever ended telling an endpoint knows that it is told no more.
    async fn of_endpoint(&self, tx: &WriteTx, template: TemplateName, event: &Event) -> Result<Option<NewMail>, DatabaseError> {
        if event.payload.get("because").is_some_and(|because| because == DisabledBecause::Owner.as_str()) {
            return Ok(None);
        }
        let Ok(to) = Email::parse(&self.0.context.config.mail.alerts_to) else { return Ok(None) };
        let about = About { kind: AboutKind::WebhookEndpoint, id: event.aggregate_id };
        let locale = default_locale(tx).await?;
        Ok(Some(NewMail { template, locale, to, user_id: None, cause_id: event.id, about, detail: json!({}) }))
    }
}

async fn default_locale(tx: &WriteTx) -> Result<MailLocale, DatabaseError> {
    Ok(MailLocale::of_channel(&channels::find_default(tx).await?.locale))
}

async fn of_order(tx: &WriteTx, template: TemplateName, event: &Event) -> Result<Option<NewMail>, DatabaseError> {
    let Some(order) = orders::find(tx, OrderKey::Id(OrderId::from_uuid(event.aggregate_id))).await? else { return Ok(None) };
    let channel = channels::find(tx, order.channel_id).await?;
    let locale = channel.map_or_else(MailLocale::last_resort, |channel| MailLocale::of_channel(&channel.locale));
    let (user_id, about) = (order.user_id, About { kind: AboutKind::Order, id: order.id.uuid() });
    let details = orders::details(tx, order).await?;
    let parcel: Option<FulfilmentId> = event.payload.get("fulfilment_id").and_then(|id| id.as_str()?.parse().ok());
    let asked_by_staff = event.payload.get("asked_by").is_some_and(|by| by == ReturnAsker::Staff.as_str());
    if (template == TemplateName::ShippingNotice && !is_sent(&details, parcel))
        || (template == TemplateName::ReturnRequested && asked_by_staff)
    {
        return Ok(None);
    }
    let to = details.contact.email;
    if to.as_str().ends_with(NOBODY) {
        return Ok(None);
    }
    let detail = match (parcel, event.payload.get("return_id")) {
        (Some(id), _) => json!({ "fulfilment_id": id }),
        (None, Some(id)) => json!({ "return_id": id, "status": event.payload.get("status") }),
        (None, None) => json!({}),
    };
    Ok(Some(NewMail { template, locale, to, user_id, cause_id: event.id, about, detail }))
}

/// What needs no parcel is not on its way.
fn is_sent(details: &OrderDetails, parcel: Option<FulfilmentId>) -> bool {
    let Some(parcel) = details.fulfilments.iter().find(|sent| Some(sent.id) == parcel) else { return false };
    let needs_parcel = |id: OrderLineId| details.lines.iter().any(|line| line.id == id && line.requires_shipping);
    parcel.lines.iter().any(|(line, _)| needs_parcel(*line))
}

/// Where mail to whoever is forgotten goes: a domain that nobody has (RFC 2606).
const NOBODY: &str = ".invalid";

/// Whoever a provider vouched for was welcomed in the moment in which the account was made.
async fn of_user(tx: &WriteTx, event: &Event) -> Result<Option<NewMail>, DatabaseError> {
    let user = users::find(tx, UserId::from_uuid(event.aggregate_id)).await?.filter(User::is_active);
    let Some(user) = user.filter(|user| user.email_verified_at != Some(user.created_at)) else { return Ok(None) };
    let Some(to) = user.email else { return Ok(None) };
    let about = About { kind: AboutKind::User, id: user.id.uuid() };
    let (template, locale) = (TemplateName::Welcome, default_locale(tx).await?);
    Ok(Some(NewMail { template, locale, to, user_id: Some(user.id), cause_id: event.id, about, detail: json!({}) }))
}

#[async_trait::async_trait]
impl Handler for WriteMail {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let seq: i64 = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        let context = &self.0.context;
        let Some(event) = events::find_all(context.db.reader(), &[seq]).await?.pop() else { return Ok(()) };
        let tx = context.begin(&Origin::system()).await?;
        if let Some(mail) = self.mail(&tx, &event).await? {
            queue_in(&tx, &mail).await?;
        }
        Ok(tx.commit().await?)
    }
}
