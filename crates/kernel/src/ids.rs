//! Every id type of the shop, in one list, so that no two things share a prefix.

use crate::{Id, Prefixed};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $tag:ident, $prefix:literal;)*) => {
        $(
            #[doc = concat!("Marks ids that start with `", $prefix, "_`.")]
            #[derive(Debug)]
            pub enum $tag {}

            impl Prefixed for $tag {
                const PREFIX: &'static str = $prefix;
            }

            $(#[$doc])*
            pub type $name = Id<$tag>;
        )*

        /// Every prefix in use, for the test that they differ and for the contract.
        pub const ID_PREFIXES: &[&str] = &[$($prefix),*];
    };
}

ids! {
    /// A manual entry or promotion on a cart or an order.
    AdjustmentId, AdjustmentTag, "adj";
    /// An address in a customer's book.
    AddressId, AddressTag, "addr";
    /// Something out of the ordinary.
    AnomalyId, AnomalyTag, "anomaly";
    /// An API key.
    ApiKeyId, ApiKeyTag, "key";
    /// A record of the audit log.
    AuditId, AuditTag, "audit";
    /// A cart.
    CartId, CartTag, "cart";
    /// A line of a cart.
    CartLineId, CartLineTag, "cline";
    /// A category.
    CategoryId, CategoryTag, "cat";
    /// A sales channel.
    ChannelId, ChannelTag, "chan";
    /// Products under a name.
    CollectionId, CollectionTag, "coll";
    /// The names and addresses of one order.
    ContactId, ContactTag, "contact";
    /// Somebody who bought something or has an account.
    CustomerId, CustomerTag, "cust";
    /// A group of customers.
    CustomerGroupId, CustomerGroupTag, "group";
    /// An event.
    EventId, EventTag, "evt";
    /// What one currency is worth in another.
    ExchangeRateId, ExchangeRateTag, "xrate";
    /// A shipment, or what stands for one.
    FulfilmentId, FulfilmentTag, "ful";
    /// Stock put aside.
    HoldId, HoldTag, "hold";
    /// What somebody else knows a person by.
    IdentityId, IdentityTag, "ident";
    /// Goods that are exchanged for others.
    ExchangeId, ExchangeTag, "exch";
    /// An address or network that is turned away.
    IpBlockId, IpBlockTag, "block";
    /// An invoice or a credit note.
    InvoiceId, InvoiceTag, "inv";
    /// What invoices have their numbers from.
    InvoiceRangeId, InvoiceRangeTag, "irange";
    /// A message that somebody sent to the shop.
    InboundMessageId, InboundMessageTag, "inb";
    /// A job.
    JobId, JobTag, "job";
    /// A transaction of the ledger.
    LedgerTransactionId, LedgerTransactionTag, "ltx";
    /// A letter that was or is to be sent.
    MailId, MailTag, "mail";
    /// What a letter is made of, in one language.
    MailTemplateId, MailTemplateTag, "mtpl";
    /// A picture of a product.
    MediaId, MediaTag, "media";
    /// A staff note on an order.
    NoteId, NoteTag, "note";
    /// A call to a payment provider.
    OperationId, OperationTag, "payop";
    /// An order.
    OrderId, OrderTag, "order";
    /// A line of an order.
    OrderLineId, OrderLineTag, "oline";
    /// What one rate takes of a line or an adjustment.
    OrderTaxLineId, OrderTaxLineTag, "otax";
    /// A payment.
    PaymentId, PaymentTag, "pay";
    /// A price.
    PriceId, PriceTag, "price";
    /// A change of many prices at once.
    PriceChangeId, PriceChangeTag, "pchg";
    /// A price that such a change is about.
    PriceChangeRowId, PriceChangeRowTag, "pcrow";
    /// A price list.
    PriceListId, PriceListTag, "plist";
    /// A product.
    ProductId, ProductTag, "prod";
    /// A code by which carts have a promotion.
    PromotionCodeId, PromotionCodeTag, "pcode";
    /// A promotion.
    PromotionId, PromotionTag, "promo";
    /// A message to a browser.
    PushMessageId, PushMessageTag, "pmsg";
    /// A browser that somebody has told of what happens.
    PushSubscriptionId, PushSubscriptionTag, "psub";
    /// Whoever is counted by a limit.
    RateLimitId, RateLimitTag, "limit";
    /// A comparison of our books with a provider's.
    ReconciliationId, ReconciliationTag, "recon";
    /// A path that leads elsewhere.
    RedirectId, RedirectTag, "redir";
    /// Money that staff give back.
    RefundId, RefundTag, "refund";
    /// What a customer sends back.
    ReturnId, ReturnTag, "ret";
    /// A role.
    RoleId, RoleTag, "role";
    /// A sign-in that goes on.
    SessionId, SessionTag, "sess";
    /// A setting.
    SettingId, SettingTag, "setting";
    /// A shipping method.
    ShippingMethodId, ShippingMethodTag, "ship";
    /// A step of a shipping method's tariff.
    ShippingRateId, ShippingRateTag, "srate";
    /// A correction of stock by staff or a file.
    StockAdjustmentId, StockAdjustmentTag, "sadj";
    /// A list of figures that a job puts into the shop.
    StockImportId, StockImportTag, "simp";
    /// A place that keeps stock.
    StockLocationId, StockLocationTag, "loc";
    /// What was sold, as a table.
    ReportId, ReportTag, "report";
    /// An entry of the stock ledger.
    StockMoveId, StockMoveTag, "move";
    /// A gift card, or what a customer has on account.
    StoredValueId, StoredValueTag, "value";
    /// A file that data sync wrote or read.
    SyncRunId, SyncRunTag, "sync";
    /// A tax rate.
    TaxRateId, TaxRateTag, "tax";
    /// A set of places that are taxed alike.
    TaxZoneId, TaxZoneTag, "tzone";
    /// A customer or a member of staff.
    UserId, UserTag, "user";
    /// A variant of a product.
    VariantId, VariantTag, "var";
    /// One event on its way to one endpoint.
    WebhookDeliveryId, WebhookDeliveryTag, "whd";
    /// An address that is told of events.
    WebhookEndpointId, WebhookEndpointTag, "whe";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_things_share_a_prefix() {
        let mut prefixes = ID_PREFIXES.to_vec();
        prefixes.sort_unstable();
        prefixes.dedup();
        assert_eq!(prefixes.len(), ID_PREFIXES.len());
    }
}
