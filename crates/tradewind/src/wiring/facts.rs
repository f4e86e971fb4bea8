//! What the shop tells of.

use catalog::price_changes::PriceChangeEvent;
use notify::inbound::InboundEvent;
use notify::mail_templates::MailTemplateEvent;
use notify::webhooks::WebhookEndpointEvent;
use platform::ip_blocks::IpBlockEvent;
use platform::outbox::{FactKind, FactKinds};
use platform::rate_limits::RateLimitEvent;

/// Every fact that the shop tells: the contract of whoever follows its events.
#[must_use]
pub fn facts() -> FactKinds {
    FactKinds::new(vec![
        FactKind::of::<IpBlockEvent>(),
        FactKind::of::<RateLimitEvent>(),
        FactKind::of::<accounts::anomalies::AnomalyEvent>(),
        FactKind::of::<accounts::api_keys::ApiKeyEvent>(),
        FactKind::of::<accounts::oauth::IdentityEvent>(),
        FactKind::of::<accounts::roles::RoleEvent>(),
        FactKind::of::<accounts::sessions::SessionEvent>(),
        FactKind::of::<catalog::categories::CategoryEvent>(),
        FactKind::of::<catalog::channels::ChannelEvent>(),
        FactKind::of::<catalog::collections::CollectionEvent>(),
        FactKind::of::<catalog::exchange_rates::ExchangeRateEvent>(),
        FactKind::of::<sales::customers::CustomerEvent>(),
        FactKind::of::<sales::customer_groups::GroupEvent>(),
        FactKind::of::<sales::orders::OrderFact>(),
        FactKind::of::<sales::returns::ReturnFact>(),
        FactKind::of::<sales::exchanges::ExchangeFact>(),
        FactKind::of::<sales::invoices::InvoiceFact>(),
        FactKind::of::<sales::invoices::CreditNoteFact>(),
        FactKind::of::<payments::payments::PaymentFact>(),
        FactKind::of::<payments::stored_values::StoredValueFact>(),
        FactKind::of::<PriceChangeEvent>(),
        FactKind::of::<catalog::price_lists::PriceListEvent>(),
        FactKind::of::<catalog::products::ProductEvent>(),
        FactKind::of::<catalog::media::MediaEvent>(),
        FactKind::of::<catalog::redirects::RedirectEvent>(),
        FactKind::of::<sales::settings::SettingEvent>(),
        FactKind::of::<sales::promotions::PromotionEvent>(),
        FactKind::of::<sales::shipping::ShippingMethodEvent>(),
        FactKind::of::<catalog::inventory::StockFact>(),
        FactKind::of::<catalog::inventory::LocationFact>(),
        FactKind::of::<sales::tax::TaxRateEvent>(),
        FactKind::of::<sales::tax_zones::TaxZoneEvent>(),
        FactKind::of::<accounts::users::UserEvent>(),
        FactKind::of::<MailTemplateEvent>(),
        FactKind::of::<WebhookEndpointEvent>(),
        FactKind::of::<InboundEvent>(),
    ])
}
