//! What the wire writes as text, as schemas with a name: words of closed sets, ids by their prefix, codes of standards. They
//! are made of the domain's own types, so that the document cannot drift from what is read and written.

use std::borrow::Cow;

use accounts::api_keys::{KeyKind, KeyState};
use accounts::permissions::Scopes;
use accounts::sessions::Kind as SessionKinds;
use accounts::users::UserStatus as UserStatuses;
use catalog::assortment::BatchOp as BatchOps;
use catalog::channels::TaxDisplay as TaxDisplays;
use catalog::collections::{
    CollectionKind as CollectionKinds, CollectionStatus as CollectionStatuses, ConditionField as ConditionFields,
    ConditionOp as ConditionOps, Match,
};
use catalog::inventory::{Availability as Availabilities, LocationKind as LocationKinds, MoveCause, MoveReason};
use catalog::media::PictureFormat;
use catalog::price_changes::{CompareAt, PriceChangeProgress, RowOutcome, SkipReason, Steps};
use catalog::products::{ProductStatus as ProductStatuses, RelationKind as RelationKinds};
use catalog::stock_imports::StockImportProgress;
use catalog::variants::VariantKind as VariantKinds;
use kernel::Prefixed;
use notify::{mail_templates, mails, push, sync, webhooks};
use payments::ledger::TransactionKind;
use payments::payments::{OperationKind, OperationStatus, PaymentStatus as PaymentStatuses};
use payments::providers::Providers;
use payments::reconciliation::FindingKind;
use payments::refunds::{RefundReason as RefundReasons, RefundStatus as RefundStatuses};
use payments::stored_values::{self, StoredValueKind as StoredValueKinds};
use platform::jobs;
use platform::privacy::ExportStatus as ExportStatuses;
use sales::carts::CartStatus as CartStatuses;
use sales::invoices::{InvoiceKind as InvoiceKinds, InvoiceLineKind as InvoiceLineKinds};
use sales::orders::{
    FulfilmentStatus, OrderSource as OrderSources, OrderStatus as OrderStatuses, ParcelStatus, PaymentStatus as OrderPaymentStatuses,
};
use sales::pricing::AdjustmentKind as AdjustmentKinds;
use sales::reports::{ReportKind as ReportKinds, ReportState as ReportStates};
use sales::shipping::ShippingKind;
use sales::tax_zones::TaxZonePreset as TaxZonePresets;
use sales::{promotions, refunds, returns, settings};
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Components, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// One of these words.
fn word<'a>(words: impl IntoIterator<Item = &'a str>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words))
}

/// A text of this form.
fn form(pattern: impl Into<String>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern))
}

/// A TypeID: the prefix and 128 bits in base32.
fn id<T: Prefixed>() -> ObjectBuilder {
    id_of(T::PREFIX)
}

/// The same where the prefix is one of several, as a regular expression.
fn id_of(prefix: &str) -> ObjectBuilder {
    form(kernel::id_pattern(prefix))
}

macro_rules! schemas {
    ($($(#[doc = $about:literal])* $name:ident = $schema:expr;)*) => {
        $(
            $(#[doc = $about])*
            #[derive(Debug)]
            pub(crate) enum $name {}

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    let object: Object = $schema.description(Some(concat!($($about),*).trim())).build();
                    object.into()
                }
            }

            impl ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    Cow::Borrowed(stringify!($name))
                }
            }
        )*

        /// Puts all of them into the document; parameters refer to them, too.
        pub(crate) fn register(components: &mut Components) {
            $(components.schemas.insert(stringify!($name).to_owned(), <$name as PartialSchema>::schema());)*
        }
    };
}

schemas! {
    /// What else an order costs or saves.
    AdjustmentKind = word(AdjustmentKinds::WORDS.iter().copied());
    /// The id of an address in a customer's book.
    AddressId = id::<kernel::AddressTag>();
    /// The id of an adjustment of an order.
    AdjustmentId = id::<kernel::AdjustmentTag>();
    /// The id of an API key.
    ApiKeyId = id::<kernel::ApiKeyTag>();
    /// What an API key is made for.
    ApiKeyKind = word(KeyKind::WORDS.iter().copied());
    /// Whether an API key opens doors.
    ApiKeyState = word(KeyState::WORDS.iter().copied());
    /// The id of a record of the audit log.
    AuditId = id::<kernel::AuditTag>();
    /// How an act ended.
    AuditOutcome = word(platform::audit::Outcome::WORDS.iter().copied());
    /// What can be said of stock to everybody.
    Availability = word(Availabilities::WORDS.iter().copied());
    /// What became of a product in a batch.
    BatchOp = word(BatchOps::WORDS.iter().copied());
    /// The id of a cart.
    CartId = id::<kernel::CartTag>();
    /// The id of a line of a cart.
    CartLineId = id::<kernel::CartLineTag>();
    /// How a cart is.
    CartStatus = word(CartStatuses::WORDS.iter().copied());
    /// The id of a category.
    CategoryId = id::<kernel::CategoryTag>();
    /// The id of a channel.
    ChannelId = id::<kernel::ChannelTag>();
    /// The id of a collection.
    CollectionId = id::<kernel::CollectionTag>();
    /// By whom products are put into a collection.
    CollectionKind = word(CollectionKinds::WORDS.iter().copied());
    /// Whether customers see a collection.
    CollectionStatus = word(CollectionStatuses::WORDS.iter().copied());
    /// What a condition looks at.
    ConditionField = word(ConditionFields::WORDS.iter().copied());
    /// How a condition compares.
    ConditionOp = word(ConditionOps::WORDS.iter().copied());
    /// A country, by ISO 3166-1 alpha-2.
    CountryCode = form("^[A-Z]{2}$").examples(["DE"]);
    /// Makes one.
    CreateOp = word([BatchOps::Create.as_str()]);
    /// The id of a customer.
    CustomerId = id::<kernel::CustomerTag>();
    /// The id of a group of customers.
    CustomerGroupId = id::<kernel::CustomerGroupTag>();
    /// A currency, by ISO 4217.
    CurrencyCode = form("^[A-Z]{3}$").examples(["USD"]);
    /// Deletes one.
    DeleteOp = word([BatchOps::Delete.as_str()]);
    /// The id of an exchange of goods.
    ExchangeId = id::<kernel::ExchangeTag>();
    /// The id of an event.
    EventId = id::<kernel::EventTag>();
    /// The id of what an event happened to.
    EventSubjectId = id_of("[a-z]+");
    /// The id of an exchange rate.
    ExchangeRateId = id::<kernel::ExchangeRateTag>();
    /// Where an archive stands.
    ExportStatus = word(ExportStatuses::WORDS.iter().copied());
    /// The id of a parcel, or of what stands for one.
    FulfilmentId = id::<kernel::FulfilmentTag>();
    /// The id of an invoice or a credit note.
    InvoiceId = id::<kernel::InvoiceTag>();
    /// What kind of document it is.
    InvoiceKind = word(InvoiceKinds::WORDS.iter().copied());
    /// What a line of an invoice is about.
    InvoiceLineKind = word(InvoiceLineKinds::WORDS.iter().copied());
    /// The id of what invoices have their numbers from.
    InvoiceRangeId = id::<kernel::InvoiceRangeTag>();
    /// The id of a block of addresses.
    IpBlockId = id::<kernel::IpBlockTag>();
    /// The id of a job.
    JobId = id::<kernel::JobTag>();
    /// Where jobs wait, each kind in one queue.
    JobQueue = word(jobs::Queue::WORDS.iter().copied());
    /// Where a job stands: done, called off and given up are the last three.
    JobState = word(jobs::JobState::WORDS.iter().copied());
    /// The id of what somebody else knows a person by.
    IdentityId = id::<kernel::IdentityTag>();
    /// Whether a product has to meet every condition or one.
    RulesMatch = word(Match::WORDS.iter().copied());
    /// How a session is carried: by tokens that a program keeps, or by a cookie that a browser keeps.
    SessionKind = word(SessionKinds::WORDS.iter().copied());
    /// The id of a message that somebody sent to the shop.
    InboundMessageId = id::<kernel::InboundMessageTag>();
    /// Where a message that came in stands.
    InboundMessageState = word(notify::inbound::InboundState::WORDS.iter().copied());
    /// Whose shelves a location is.
    LocationKind = word(LocationKinds::WORDS.iter().copied());
    /// What kind of thing a letter is about.
    MailAboutKind = word(mails::AboutKind::WORDS.iter().copied());
    /// The id of a letter.
    MailId = id::<kernel::MailTag>();
    /// Where a letter stands: on its way, sent, or given up.
    MailState = word(mails::MailState::WORDS.iter().copied());
    /// Whom a letter is written for: a language, and a script and a region where needed.
    MailLocale = form(mail_templates::MailLocale::PATTERN).examples(["de-CH"]);
    /// A letter that the shop writes.
    MailTemplateName = word(mail_templates::TemplateName::WORDS.iter().copied());
    /// Where a template comes from: the shop wrote it, it is built in, or it is that of another locale.
    MailTemplateOrigin = word(mail_templates::TemplateOrigin::WORDS.iter().copied());
    /// Why money moves in the books.
    LedgerKind = word(TransactionKind::WORDS.iter().copied());
    /// The id of a transaction of the ledger.
    LedgerTransactionId = id::<kernel::LedgerTransactionTag>();
    /// How grave a line of the log is.
    LogLevel = word(platform::telemetry::Level::WORDS.iter().copied());
    /// Why staff correct stock.
    ManualReason = word(MoveReason::ALL.iter().filter(|reason| reason.is_manual()).map(|reason| reason.as_str()));
    /// The id of a picture.
    MediaId = id::<kernel::MediaTag>();
    /// The id of a staff note.
    NoteId = id::<kernel::NoteTag>();
    /// How much of an order has left the house.
    OrderFulfilmentStatus = word(FulfilmentStatus::WORDS.iter().copied());
    /// The id of an order.
    OrderId = id::<kernel::OrderTag>();
    /// The id of a line of an order.
    OrderLineId = id::<kernel::OrderLineTag>();
    /// How much of an order is paid.
    OrderPaymentStatus = word(OrderPaymentStatuses::WORDS.iter().copied());
    /// How an order came about.
    OrderSource = word(OrderSources::WORDS.iter().copied());
    /// How an order is.
    OrderStatus = word(OrderStatuses::WORDS.iter().copied());
    /// How a parcel is.
    ParcelState = word(ParcelStatus::WORDS.iter().copied());
    /// The id of a payment.
    PaymentId = id::<kernel::PaymentTag>();
    /// Who moves the money, as customers choose it. Which of them they may choose is configured; `test` exists in the demo alone.
    PaymentMethod = word(Providers::KNOWN.iter().copied());
    /// Who moves the money, or what of the shop's own it is.
    PaymentProvider = word(Providers::KNOWN.iter().chain(StoredValueKinds::WORDS).copied());
    /// The id of a call to a payment provider, which is its idempotency key there.
    PaymentOperationId = id::<kernel::OperationTag>();
    /// What a payment provider is asked to do.
    PaymentOperationKind = word(OperationKind::WORDS.iter().copied());
    /// What became of a call to a payment provider.
    PaymentOperationStatus = word(OperationStatus::WORDS.iter().copied());
    /// How a payment is.
    PaymentStatus = word(PaymentStatuses::WORDS.iter().copied());
    /// The media type of a picture.
    PictureType = word(PictureFormat::WORDS.iter().copied());
    /// What becomes of what a price is compared with.
    CompareAtChange = word(CompareAt::WORDS.iter().copied());
    /// The id of a change of many prices.
    PriceChangeId = id::<kernel::PriceChangeTag>();
    /// What became of a price of such a change.
    PriceChangeOutcome = word(RowOutcome::WORDS.iter().copied());
    /// The id of a price of such a change.
    PriceChangeRowId = id::<kernel::PriceChangeRowTag>();
    /// Where a change of many prices stands.
    PriceChangeState = word(PriceChangeProgress::WORDS);
    /// Why such a change leaves a price as it is.
    PriceSkipReason = word(SkipReason::WORDS.iter().copied());
    /// Which prices of a variant are meant.
    PriceSteps = word(Steps::WORDS.iter().copied());
    /// The id of a price list.
    PriceListId = id::<kernel::PriceListTag>();
    /// The id of a code of a promotion.
    PromotionCodeId = id::<kernel::PromotionCodeTag>();
    /// What a promotion does.
    PromotionEffectKind = word(promotions::EFFECTS);
    /// The id of a promotion.
    PromotionId = id::<kernel::PromotionTag>();
    /// Why a promotion does not hold.
    PromotionReason = word(promotions::Reason::WORDS.iter().copied());
    /// What the steps of a promotion count.
    PromotionTierBasis = word(promotions::TierBasis::WORDS.iter().copied());
    /// How a promotion comes to a cart: every one that meets its conditions has it, or one that names a code.
    PromotionTrigger = word(promotions::Trigger::WORDS.iter().copied());
    /// The id of a product.
    ProductId = id::<kernel::ProductTag>();
    /// How a product is.
    ProductStatus = word(ProductStatuses::WORDS.iter().copied());
    /// The id of a browser that is told of what happens.
    PushSubscriptionId = id::<kernel::PushSubscriptionTag>();
    /// What a browser is told of: one's own orders; all orders and low stock, for staff.
    PushTopic = word(push::PushTopic::WORDS.iter().copied());
    /// What is wrong between the shop's books and a provider's.
    ReconciliationFinding = word(FindingKind::WORDS.iter().copied());
    /// The id of a comparison with a provider's books.
    ReconciliationId = id::<kernel::ReconciliationTag>();
    /// Where money goes that is given back: where it came from, or to the customer's account.
    RefundTo = word(refunds::RefundTo::WORDS.iter().copied());
    /// The id of a refund.
    RefundId = id::<kernel::RefundTag>();
    /// The id of a redirect.
    RedirectId = id::<kernel::RedirectTag>();
    /// Why money goes back.
    RefundReason = word(RefundReasons::WORDS.iter().copied());
    /// What became of a refund: under way, done, done in part, refused.
    RefundStatus = word(RefundStatuses::WORDS.iter().copied());
    /// Who asked for a return.
    ReturnAsker = word(returns::ReturnAsker::WORDS.iter().copied());
    /// How pieces came back.
    ReturnCondition = word(returns::Condition::WORDS.iter().copied());
    /// The id of a return.
    ReturnId = id::<kernel::ReturnTag>();
    /// Why pieces come back.
    ReturnReason = word(returns::ReturnReason::WORDS.iter().copied());
    /// Where a return stands.
    ReturnStatus = word(returns::ReturnStatus::WORDS.iter().copied());
    /// What one product is to another.
    RelationKind = word(RelationKinds::WORDS.iter().copied());
    /// The id of a report.
    ReportId = id::<kernel::ReportTag>();
    /// What a report has a row for: each day, each product that was sold, each customer who bought something.
    ReportKind = word(ReportKinds::WORDS.iter().copied());
    /// Where a report stands.
    ReportState = word(ReportStates::WORDS.iter().copied());
    /// The id of a role.
    RoleId = id::<kernel::RoleTag>();
    /// A permission, all of a resource (`orders:*`), or everything (`admin:*`).
    Scope = word(Scopes::words().iter().map(String::as_str));
    /// What staff make of an account by changing it.
    SettableUserStatus = word([UserStatuses::Active.as_str(), UserStatuses::Deactivated.as_str()]);
    /// The name of a setting.
    SettingKey = word(settings::keys());
    /// The id of a sign-in that goes on.
    SessionId = id::<kernel::SessionTag>();
    /// The id of a shipping method.
    ShippingMethodId = id::<kernel::ShippingMethodTag>();
    /// What the steps of a tariff count: `flat` nothing, `by_weight` grams, `by_total` minor units.
    ShippingMethodKind = word(ShippingKind::WORDS.iter().copied());
    /// The id of a correction of stock.
    StockAdjustmentId = id::<kernel::StockAdjustmentTag>();
    /// The id of an import of stock.
    StockImportId = id::<kernel::StockImportTag>();
    /// Why what is on a gift card or credit changed.
    StoredMoveKind = word(stored_values::MoveKind::WORDS.iter().copied());
    /// The id of a gift card or credit.
    StoredValueId = id::<kernel::StoredValueTag>();
    /// A gift card, or what a customer has on account.
    StoredValueKind = word(StoredValueKinds::WORDS.iter().copied());
    /// Why staff give money away or put an amount right.
    StoredValueReason = word(stored_values::AdjustReason::WORDS.iter().copied());
    /// Where an import of stock stands.
    StockImportState = word(StockImportProgress::WORDS);
    /// The id of a place that keeps stock.
    StockLocationId = id::<kernel::StockLocationTag>();
    /// What kind of thing made stock move.
    StockMoveCause = word(MoveCause::WORDS.iter().copied());
    /// The id of what made stock move.
    StockMoveCauseId = id_of(&format!("({}|{})", kernel::StockAdjustmentTag::PREFIX, kernel::FulfilmentTag::PREFIX));
    /// The id of an entry of the stock ledger.
    StockMoveId = id::<kernel::StockMoveTag>();
    /// Why stock moved.
    StockMoveReason = word(MoveReason::WORDS.iter().copied());
    /// Which way data sync goes: out of the shop, or into it.
    SyncDirection = word(sync::SyncDirection::WORDS.iter().copied());
    /// The id of a file that data sync wrote or read.
    SyncRunId = id::<kernel::SyncRunTag>();
    /// Where a file of data sync stands.
    SyncState = word(sync::SyncState::WORDS.iter().copied());
    /// A word of staff to find a thing by.
    Tag = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(64));
    /// Whether prices are shown with tax.
    TaxDisplay = word(TaxDisplays::WORDS.iter().copied());
    /// The id of a tax rate.
    TaxRateId = id::<kernel::TaxRateTag>();
    /// The id of a tax zone.
    TaxZoneId = id::<kernel::TaxZoneTag>();
    /// Places that the shop knows by a word.
    TaxZonePreset = word(TaxZonePresets::WORDS.iter().copied());
    /// Changes parts of one.
    UpdateOp = word([BatchOps::Update.as_str()]);
    /// The id of an account.
    UserId = id::<kernel::UserTag>();
    /// The id of a variant.
    VariantId = id::<kernel::VariantTag>();
    /// What became of an account.
    UserStatus = word(UserStatuses::WORDS.iter().copied());
    /// What a variant is.
    VariantKind = word(VariantKinds::WORDS.iter().copied());
    /// The id of one event on its way to one webhook endpoint.
    WebhookDeliveryId = id::<kernel::WebhookDeliveryTag>();
    /// Where a message to a webhook endpoint stands.
    WebhookDeliveryState = word(webhooks::DeliveryState::WORDS.iter().copied());
    /// Why a webhook endpoint is not told: its owner said so, it answered 410, or nothing arrived for five days.
    WebhookDisabledBecause = word(webhooks::DisabledBecause::WORDS.iter().copied());
    /// The id of a webhook endpoint.
    WebhookEndpointId = id::<kernel::WebhookEndpointTag>();
    /// Whether a webhook endpoint is told; one that is failing still is.
    WebhookState = word(webhooks::EndpointState::WORDS.iter().copied());
}

#[cfg(test)]
mod tests {
    use kernel::Prefixed;

    /// The pattern says what the reader of ids takes: 26 letters of its alphabet, of which the first is at most 7.
    #[test]
    fn an_id_has_the_form_that_its_schema_tells() {
        let schema = serde_json::to_value(<super::CartId as utoipa::PartialSchema>::schema()).expect("a schema");
        assert_eq!(schema["pattern"], format!("^{}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$", kernel::CartTag::PREFIX));
        for letter in ('!'..='~').filter(|letter| !letter.is_ascii_uppercase()) {
            let is_told = matches!(letter, '0'..='9' | 'a'..='h' | 'j' | 'k' | 'm' | 'n' | 'p'..='t' | 'v'..='z');
            let text = format!("cart_0000000000000000000000000{letter}");
            assert_eq!(text.parse::<kernel::CartId>().is_ok(), is_told, "{letter}");
        }
    }
}
