//! What things are called in `…_not_found`, for ids in paths that cannot be ids.

/// A thing that has an address of its own.
pub trait Thing: kernel::Prefixed + 'static {
    /// The code of its absence, the same that its use cases give.
    const NOT_FOUND: &'static str;
}

macro_rules! things {
    ($($tag:ident = $code:literal;)*) => {
        $(
            impl Thing for kernel::$tag {
                const NOT_FOUND: &'static str = $code;
            }
        )*
    };
}

things! {
    AddressTag = "address_not_found";
    ApiKeyTag = "api_key_not_found";
    AuditTag = "audit_record_not_found";
    CartTag = "cart_not_found";
    CartLineTag = "cart_line_not_found";
    CategoryTag = "category_not_found";
    ChannelTag = "channel_not_found";
    CollectionTag = "collection_not_found";
    CustomerTag = "customer_not_found";
    CustomerGroupTag = "customer_group_not_found";
    ExchangeTag = "exchange_not_found";
    FulfilmentTag = "fulfilment_not_found";
    IdentityTag = "identity_not_found";
    InboundMessageTag = "inbound_message_not_found";
    InvoiceTag = "invoice_not_found";
    InvoiceRangeTag = "invoice_range_not_found";
    IpBlockTag = "ip_block_not_found";
    JobTag = "job_not_found";
    MailTag = "mail_not_found";
    MediaTag = "media_not_found";
    OrderTag = "order_not_found";
    PaymentTag = "payment_not_found";
    PriceChangeTag = "price_change_not_found";
    PriceListTag = "price_list_not_found";
    ProductTag = "product_not_found";
    PromotionTag = "promotion_not_found";
    PromotionCodeTag = "promotion_code_not_found";
    PushSubscriptionTag = "push_subscription_not_found";
    RedirectTag = "redirect_not_found";
    RefundTag = "refund_not_found";
    ReportTag = "report_not_found";
    ReturnTag = "return_not_found";
    RoleTag = "role_not_found";
    SessionTag = "session_not_found";
    ShippingMethodTag = "shipping_method_not_found";
    StockImportTag = "stock_import_not_found";
    StockLocationTag = "stock_location_not_found";
    StoredValueTag = "stored_value_not_found";
    TaxRateTag = "tax_rate_not_found";
    TaxZoneTag = "tax_zone_not_found";
    UserTag = "user_not_found";
    VariantTag = "variant_not_found";
    WebhookDeliveryTag = "webhook_delivery_not_found";
    WebhookEndpointTag = "webhook_not_found";
}
