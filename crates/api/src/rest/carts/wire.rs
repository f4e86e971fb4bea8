//! Carts on the wire.

use std::collections::BTreeMap;

use accounts::addresses::Address;
use gateway::Problem;
use kernel::{Email, FieldErrors, Money, Quantity, Timestamp};
use sales::carts::{AddLine, Cart, CreateCart, CustomOptions, EditCart, StaffDiscount};
use sales::pricing::{PricedCart, PricedCartLine};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::means_wire::TenderView;
use super::promotions::{CartPromotionsView, LineDiscountView};
use crate::rest::addresses::{AddressIn, AddressView};
use crate::rest::money::MoneyView;
use crate::schema;

/// A new cart.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CartIn {
    /// ISO 4217; must be the channel's. Absent: the channel's.
    #[schema(value_type = Option<schema::CurrencyCode>)]
    currency: Option<String>,
    /// The channel's code. Absent: the shop's default channel.
    #[schema(max_length = 64)]
    channel: Option<String>,
}

impl CartIn {
    pub(super) fn parse(self) -> Result<CreateCart, Problem> {
        let mut errors = FieldErrors::new();
        let currency = errors.take_optional("currency", self.currency, |raw| raw.parse());
        Ok(errors.finish(|| Some(CreateCart { channel: self.channel, currency }))?)
    }
}

/// What changes of a cart; an absent field stays, `null` clears it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CartPatch {
    /// Where the confirmation goes.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 254)]
    email: Option<Option<String>>,
    /// Whether the customer wants news.
    accepts_marketing: Option<bool>,
    /// Where the parcel goes.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<AddressIn>)]
    shipping_address: Option<Option<AddressIn>>,
    /// Who is billed; absent: as the shipping address.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<AddressIn>)]
    billing_address: Option<Option<AddressIn>>,
    /// How the parcel goes.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<schema::ShippingMethodId>)]
    shipping_method_id: Option<Option<String>>,
}

/// Tells `null` from absent.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl CartPatch {
    pub(super) fn parse(self) -> Result<EditCart, Problem> {
        let mut errors = FieldErrors::new();
        let email = self.email.map(|raw| errors.take_optional("email", raw, |raw| Email::parse(&raw)));
        let shipping_address = self.shipping_address.map(|raw| address(&mut errors, "shipping_address", raw));
        let billing_address = self.billing_address.map(|raw| address(&mut errors, "billing_address", raw));
        let shipping_method_id = self.shipping_method_id.map(|raw| errors.take_optional("shipping_method_id", raw, |raw| raw.parse()));
        let accepts_marketing = self.accepts_marketing;
        Ok(errors.finish(|| Some(EditCart { email, accepts_marketing, shipping_address, billing_address, shipping_method_id }))?)
    }
}

fn address(errors: &mut FieldErrors, field: &str, raw: Option<AddressIn>) -> Option<Address> {
    Address::parse(raw?.into()).map_err(|inner| errors.nest(field, inner)).ok()
}

/// What is put into a cart. Prices are the shop's: a client that sends one is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CartLineIn {
    /// What (`var_…`).
    #[schema(value_type = schema::VariantId)]
    variant_id: String,
    /// How many.
    #[schema(minimum = 1, maximum = 9999)]
    quantity: i64,
    /// What the customer asks for beyond the variant: an engraving. Lines that differ in it stay apart.
    #[serde(default)]
    custom_options: BTreeMap<String, String>,
}

impl CartLineIn {
    pub(super) fn parse(self) -> Result<AddLine, Problem> {
        let mut errors = FieldErrors::new();
        let variant_id = errors.take("variant_id", self.variant_id.parse());
        let quantity = errors.take("quantity", Quantity::try_from(self.quantity));
        let custom_options = CustomOptions::parse(self.custom_options).map_err(|inner| errors.nest("custom_options", inner)).ok();
        Ok(errors.finish(|| Some(AddLine { variant_id: variant_id?, quantity: quantity?, custom_options: custom_options? }))?)
    }
}

/// How many of a line are wanted from now on; to remove it, delete the line.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CartLinePatch {
    /// How many.
    #[schema(minimum = 1, maximum = 9999)]
    quantity: i64,
}

impl CartLinePatch {
    pub(super) fn parse(&self) -> Result<Quantity, Problem> {
        Ok(Quantity::try_from(self.quantity).map_err(|error| FieldErrors::of("quantity", error))?)
    }
}

/// A cart with its prices as of now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CartView {
    /// Its id.
    #[schema(value_type = schema::CartId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// `open`, `draft` for an order that staff prepare, or `ordered` once it became an order.
    #[schema(value_type = schema::CartStatus)]
    status: &'static str,
    /// ISO 4217.
    #[schema(value_type = schema::CurrencyCode)]
    currency: &'static str,
    /// The channel's code.
    channel: String,
    /// Whose it is, where they have an account.
    #[schema(value_type = Option<schema::UserId>)]
    user_id: Option<String>,
    /// Where the confirmation goes.
    email: Option<String>,
    /// Whether the customer wants news.
    accepts_marketing: bool,
    /// Where the parcel goes.
    shipping_address: Option<AddressView>,
    /// Who is billed.
    billing_address: Option<AddressView>,
    /// How the parcel goes.
    #[schema(value_type = Option<schema::ShippingMethodId>)]
    shipping_method_id: Option<String>,
    /// True where something in it needs a parcel.
    requires_shipping: bool,
    /// Its lines, in the order in which they were added; behind them presents of promotions.
    lines: Vec<CartLineView>,
    /// The codes that were typed in.
    codes: Vec<String>,
    /// Which promotions make it cheaper, and why others do not.
    promotions: CartPromotionsView,
    /// What staff take off, in a draft order.
    staff_discount: Option<StaffDiscountView>,
    /// The gift cards and the credit that pay for it, in this order.
    pays_with: Vec<TenderView>,
    /// What it costs.
    totals: TotalsView,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// What staff take off a draft order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StaffDiscountView {
    /// How much at most; what exceeds the lines is dropped.
    amount: MoneyView,
    /// What the customer reads.
    label: String,
}

impl StaffDiscountView {
    fn of(cart: &Cart, discount: &StaffDiscount) -> Self {
        Self { amount: Money::new(discount.minor, cart.currency).into(), label: discount.label.clone() }
    }
}

/// One line of a cart.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CartLineView {
    /// Its id.
    #[schema(value_type = schema::CartLineId)]
    id: String,
    /// What.
    #[schema(value_type = schema::VariantId)]
    variant_id: String,
    /// Of which product.
    #[schema(value_type = schema::ProductId)]
    product_id: String,
    /// The product's title.
    title: String,
    /// The values of the variant's options.
    variant_title: String,
    /// The product's slug.
    slug: String,
    /// Stock keeping unit.
    sku: Option<String>,
    /// `{"Color": "Red"}`.
    #[schema(value_type = Object)]
    options: Value,
    /// What the customer asks for beyond the variant.
    #[schema(value_type = Object)]
    custom_options: Value,
    /// How many.
    quantity: i64,
    /// False where it is not for sale any more: it costs nothing here, and checkout refuses it.
    for_sale: bool,
    /// True where staff agreed on the price, in a draft order.
    price_agreed: bool,
    /// What one piece costs.
    unit_price: Option<MoneyView>,
    /// Price times quantity.
    subtotal: Option<MoneyView>,
    /// What is taken off.
    discount: Option<MoneyView>,
    /// Which promotions take it off.
    discounts: Vec<LineDiscountView>,
    /// True where a promotion put it in as a present: it can be neither changed nor removed.
    gift: bool,
    /// The tax in it or on it.
    tax: Option<MoneyView>,
    /// What the line costs with tax.
    total: Option<MoneyView>,
}

/// What a cart costs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TotalsView {
    /// Lines before discounts.
    subtotal: MoneyView,
    /// Discounts.
    discount: MoneyView,
    /// Shipping with tax.
    shipping: MoneyView,
    /// All tax.
    tax: MoneyView,
    /// What is to be paid.
    total: MoneyView,
    /// What of it is left for the payment method, after gift cards and credit.
    due: MoneyView,
    /// True where the prices of lines include tax.
    tax_included: bool,
    /// Pieces.
    item_count: i64,
}

impl From<&PricedCart> for CartView {
    fn from(priced: &PricedCart) -> Self {
        let (cart, totals) = (&priced.cart, &priced.totals);
        Self {
            id: cart.id.to_string(),
            version: cart.version,
            status: cart.status.as_str(),
            currency: cart.currency.code(),
            channel: priced.channel.code.clone(),
            user_id: cart.user_id.map(|id| id.to_string()),
            email: cart.email.as_ref().map(|email| email.as_str().to_owned()),
            accepts_marketing: cart.accepts_marketing_at.is_some(),
            shipping_address: cart.shipping_address.as_ref().map(AddressView::from),
            billing_address: cart.billing_address.as_ref().map(AddressView::from),
            shipping_method_id: cart.shipping_method_id.map(|id| id.to_string()),
            requires_shipping: totals.requires_shipping,
            lines: lines_of(priced),
            codes: cart.codes.clone(),
            promotions: CartPromotionsView::told(priced),
            staff_discount: cart.discount.as_ref().map(|discount| StaffDiscountView::of(cart, discount)),
            pays_with: priced.tender.parts.iter().map(TenderView::from).collect(),
            totals: TotalsView::from(priced),
            created_at: cart.created_at,
            updated_at: cart.updated_at,
        }
    }
}

impl From<&PricedCart> for TotalsView {
    fn from(priced: &PricedCart) -> Self {
        let totals = &priced.totals;
        Self {
            subtotal: totals.subtotal.into(),
            discount: totals.discount_total.into(),
            shipping: totals.shipping_total.into(),
            tax: totals.tax_total.into(),
            total: totals.total.into(),
            due: priced.tender.due.into(),
            tax_included: priced.tax_mode == sales::tax::TaxMode::Included,
            item_count: totals.item_count,
        }
    }
}

/// The lines of a cart with their prices.
pub(crate) fn lines_of(priced: &PricedCart) -> Vec<CartLineView> {
    priced.lines.iter().map(|line| line_view(priced, line)).collect()
}

fn line_view(priced: &PricedCart, line: &PricedCartLine) -> CartLineView {
    let price = priced.price_of(line.line.id);
    let variant = &line.variant;
    CartLineView {
        id: line.line.id.to_string(),
        variant_id: variant.variant_id.to_string(),
        product_id: variant.product_id.to_string(),
        title: variant.product_title.clone(),
        variant_title: variant.variant_title.clone(),
        slug: variant.product_slug.clone(),
        sku: variant.sku.clone(),
        options: variant.options.clone(),
        custom_options: line.line.custom_options.to_json(),
        quantity: line.line.quantity.into(),
        for_sale: line.is_for_sale(),
        price_agreed: line.line.unit_price_minor.is_some(),
        unit_price: price.map(|price| price.unit.into()),
        subtotal: price.map(|price| price.subtotal.into()),
        discount: price.map(|price| price.discount.into()),
        discounts: LineDiscountView::all_of(priced, line.line.id),
        gift: line.gift_of.is_some(),
        tax: price.map(|price| price.tax.into()),
        total: price.map(|price| price.gross.into()),
    }
}

/// A new cart, with the token that opens it; the token is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NewCartView {
    /// The token for `X-Cart-Token`; it also reads the order that comes of the cart.
    pub(super) token: String,
    /// The cart.
    #[serde(flatten)]
    pub(super) cart: CartView,
}

/// A way in which a cart's parcel can go.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShippingOptionView {
    /// For `shipping_method_id`.
    #[schema(value_type = schema::ShippingMethodId)]
    id: String,
    /// The name that integrations know.
    code: String,
    /// The name that customers read.
    name: String,
    /// What it costs.
    price: MoneyView,
}

impl From<&(sales::shipping::ShippingMethod, Money)> for ShippingOptionView {
    fn from((method, price): &(sales::shipping::ShippingMethod, Money)) -> Self {
        Self { id: method.id.to_string(), code: method.code.clone(), name: method.name.clone(), price: (*price).into() }
    }
}
