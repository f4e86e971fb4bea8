//! A letter that was or is to be sent.

use kernel::{Email, MailId, Timestamp, UserId, text_enum};
use serde_json::Value;
use uuid::Uuid;

use crate::mail_templates::{MailLocale, TemplateName};
use crate::tries::Tries;

text_enum! {
    /// Where a letter stands.
    pub enum MailState {
        /// It is on its way, or is tried again.
        Queued = "queued",
        /// The server has taken it over, or it is on the disk.
        Sent = "sent",
        /// It is refused for good, was tried too often, or there is nothing to tell any more.
        Failed = "failed",
    }
}

text_enum! {
    /// What kind of thing a letter is about.
    pub enum AboutKind {
        /// An order.
        Order = "order",
        /// An account.
        User = "user",
        /// A cart.
        Cart = "cart",
        /// A variant of a product.
        Variant = "variant",
        /// A webhook endpoint.
        WebhookEndpoint = "webhook_endpoint",
    }
}

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// What kind of thing.
    pub kind: AboutKind,
    /// Which one.
    pub id: Uuid,
}

/// A letter to be sent.
#[derive(Clone)]
pub struct NewMail {
    /// Which letter.
    pub template: TemplateName,
    /// For whom it is written.
    pub locale: MailLocale,
    /// Who reads it.
    pub to: Email,
    /// The reader's account, where there is one.
    pub user_id: Option<UserId>,
    /// What happened, as a rule the id of an event: one reader gets one letter of a name about it.
    pub cause_id: Uuid,
    /// What it is about.
    pub about: About,
    /// Ids and numbers that cannot be looked up when it is sent; nothing that tells of a person.
    pub detail: Value,
}

/// Who reads a letter stays out of logs.
impl std::fmt::Debug for NewMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewMail").field("template", &self.template).field("cause_id", &self.cause_id).finish_non_exhaustive()
    }
}

/// A letter, without what it says.
#[derive(Clone, PartialEq)]
pub struct Mail {
    /// Its id.
    pub id: MailId,
    /// Which letter.
    pub template: TemplateName,
    /// For whom it is written.
    pub locale: MailLocale,
    /// Who reads it; absent once nobody may know.
    pub to: Option<Email>,
    /// The reader's account, where there is one.
    pub user_id: Option<UserId>,
    /// What happened.
    pub cause_id: Uuid,
    /// What it is about.
    pub about: About,
    /// What cannot be looked up.
    pub detail: Value,
    /// Where it stands.
    pub state: MailState,
    /// How often it was tried.
    pub attempts: i64,
    /// Why the last try did not succeed.
    pub error: Option<String>,
    /// When it was sent or given up.
    pub finished_at: Option<Timestamp>,
    /// Since when it is on its way.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("id", &self.id).field("template", &self.template).field("state", &self.state).finish_non_exhaustive()
    }
}

impl Mail {
    /// The event that it tells of, where it is one.
    #[must_use]
    pub const fn event_id(&self) -> Option<Uuid> {
        match self.template {
            TemplateName::AbandonedCart => None,
            TemplateName::OrderConfirmation
            | TemplateName::ShippingNotice
            | TemplateName::GiftCards
            | TemplateName::PaymentRequest
            | TemplateName::ReturnRequested
            | TemplateName::ReturnApproved
            | TemplateName::ReturnRejected
            | TemplateName::ReturnReceived
            | TemplateName::Welcome
            | TemplateName::LowStock
            | TemplateName::WebhookFailing
            | TemplateName::WebhookDisabled => Some(self.cause_id),
        }
    }
}

/// A letter is tried eight times over two days, after which it is news no more.
pub(super) const TRIES: Tries = Tries::apart(&[60, 300, 1_800, 7_200, 21_600, 43_200, 86_400]);
