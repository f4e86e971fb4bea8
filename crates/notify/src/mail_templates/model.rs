//! What templates there are, and what one says.

use kernel::{MailTemplateId, Timestamp, text_enum};
use serde_json::Value;

use super::locale::MailLocale;

text_enum! {
    /// A letter that the shop writes.
    pub enum TemplateName {
        /// An order is confirmed.
        OrderConfirmation = "order_confirmation",
        /// A parcel left.
        ShippingNotice = "shipping_notice",
        /// The gift cards of an order were made: their codes.
        GiftCards = "gift_cards",
        /// Staff ask the customer of an order to pay it: the link.
        PaymentRequest = "payment_request",
        /// Somebody asked to send something back.
        ReturnRequested = "return_requested",
        /// It may come.
        ReturnApproved = "return_approved",
        /// It may not come.
        ReturnRejected = "return_rejected",
        /// It came.
        ReturnReceived = "return_received",
        /// Somebody has an account whose address is theirs.
        Welcome = "welcome",
        /// A cart was left behind.
        AbandonedCart = "abandoned_cart",
        /// Little is left of something.
        LowStock = "low_stock",
        /// Nothing has arrived at a webhook endpoint for a while.
        WebhookFailing = "webhook_failing",
        /// A webhook endpoint is told no more.
        WebhookDisabled = "webhook_disabled",
    }
}

impl TemplateName {
    /// True where a letter tells of an order, so that one may be named for a preview. Codes of gift cards and links to pay are shown to
    /// nobody but their reader.
    #[must_use]
    pub const fn tells_of_an_order(self) -> bool {
        match self {
            Self::OrderConfirmation | Self::ShippingNotice => true,
            Self::GiftCards
            | Self::PaymentRequest
            | Self::ReturnRequested
            | Self::ReturnApproved
            | Self::ReturnRejected
            | Self::ReturnReceived
            | Self::Welcome
            | Self::AbandonedCart
            | Self::LowStock
            | Self::WebhookFailing
            | Self::WebhookDisabled => false,
        }
    }
}

text_enum! {
    /// Where a template comes from.
    pub enum TemplateOrigin {
        /// The shop wrote it.
        Edited = "edited",
        /// It is part of the program.
        BuiltIn = "built_in",
        /// There is none for this locale: that of another one is used.
        Inherited = "inherited",
    }
}

/// What a letter is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateText {
    /// The subject.
    pub subject: String,
    /// The letter in plain text.
    pub text: String,
    /// The same for programs that show HTML.
    pub html: String,
}

/// What a letter of this name is made of for readers of this locale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Which letter.
    pub name: TemplateName,
    /// For whom.
    pub locale: MailLocale,
    /// Where it comes from.
    pub origin: TemplateOrigin,
    /// For whom it was written: another locale where it is inherited.
    pub written_for: MailLocale,
    /// What it says.
    pub content: TemplateText,
    /// Grows with each change; 0 until somebody wrote one for this locale.
    pub version: i64,
    /// When it was changed last, and by whom.
    pub updated: Option<(Timestamp, String)>,
}

/// What the shop itself wrote for one locale; without words where it went back to what is built in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) id: MailTemplateId,
    pub(super) name: TemplateName,
    pub(super) locale: MailLocale,
    pub(super) content: Option<TemplateText>,
    pub(super) version: i64,
    pub(super) updated_at: Timestamp,
    pub(super) updated_by: String,
}

impl Stored {
    /// What the audit log tells of it.
    pub(super) fn recorded(&self) -> Value {
        let content = self.content.as_ref();
        serde_json::json!({ "name": self.name, "locale": self.locale, "subject": content.map(|content| &content.subject),
            "text": content.map(|content| &content.text), "html": content.map(|content| &content.html) })
    }
}
