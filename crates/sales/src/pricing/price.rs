//! Pricing a cart from what the shop says now, never from what a client says.

use catalog::channels::Channel;
use catalog::variants::{Sellable, VariantKind};
use kernel::{CartLineId, Country, DomainError, ErrorKind, Money, PromotionId};
use platform::db::{ConnectionTrait, DatabaseError, RulesStamp};

use super::model::{AdjustmentInput, LineInput, PricingError, PricingInput, ShippingCharge, Totals};
use super::price_cart::price_cart;
use super::promote;
use super::tender::{self, Tender};
use crate::carts::{Cart, CartContents, CartLine};
use crate::places::Destination;
use crate::promotions::{Evaluation, Promotion};
use crate::settings::{TaxRounding, Taxing};
use crate::shipping::{self, ShippingMethod, ShippingMethods};
use crate::tax::{TaxMode, TaxRates};

/// A cart with everything that its price is made of, at one moment.
#[derive(Debug, Clone)]
pub struct PricedCart {
    /// The cart.
    pub cart: Cart,
    /// Its channel.
    pub channel: Channel,
    /// Its lines, in order, and behind them what promotions put in.
    pub lines: Vec<PricedCartLine>,
    /// Which promotions made it cheaper, and why others did not.
    pub promotions: Evaluation,
    /// What the lines that are for sale cost, shipping and tax included.
    pub totals: Totals,
    /// Whether the amounts of the price list contain tax.
    pub tax_mode: TaxMode,
    /// The ways in which the parcel can go, with their prices; none where nothing ships or nobody knows where to.
    pub shipping_options: Vec<(ShippingMethod, Money)>,
    /// The chosen way, where it goes there.
    pub shipping_method: Option<ShippingMethod>,
    /// What of the total gift cards and credit pay.
    pub tender: Tender,
}

/// A line and what the catalogue says of its variant.
#[derive(Debug, Clone)]
pub struct PricedCartLine {
    /// The line.
    pub line: CartLine,
    /// The variant as it is sold now.
    pub variant: Sellable,
    /// What a piece costs; nothing where it is not for sale any more, and checkout refuses it.
    pub unit: Option<Money>,
    /// The promotion that put it in as a present; nobody can change it.
    pub gift_of: Option<PromotionId>,
}

/// What is supposed beyond what a cart says, to see what would be then.
#[derive(Debug, Clone, Copy, Default)]
pub struct Supposed<'a> {
    /// A promotion that nobody keeps.
    pub promotion: Option<&'a Promotion>,
    /// Where the parcel goes.
    pub country: Option<Country>,
}

/// Why a cart has no price.
#[derive(Debug, thiserror::Error)]
pub enum RepriceError {
    /// Its amounts do not form a total.
    #[error(transparent)]
    Pricing(#[from] PricingError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for RepriceError {
    fn code(&self) -> &'static str {
        match self {
            Self::Pricing(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Pricing(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }
}

/// Prices what was just read of a cart. Read under the cart's lock, the result cannot go stale before the commit.
///
/// # Errors
/// `RepriceError`, by what went wrong.
pub async fn price(db: &impl ConnectionTrait, contents: CartContents) -> Result<PricedCart, RepriceError> {
    price_supposing(db, contents, &Supposed::default()).await
}

/// The same under a supposition.
///
/// # Errors
/// `RepriceError`, by what went wrong.
pub async fn price_supposing(
    db: &impl ConnectionTrait,
    contents: CartContents,
    supposed: &Supposed<'_>,
) -> Result<PricedCart, RepriceError> {
    let mut lines = for_sale(&contents)?;
    let goes_to = supposed.country.or_else(|| contents.cart.shipping_address.as_ref().map(|address| address.country()));
    let mut promotions = promote::promote(db, &contents, &mut lines, (goes_to, supposed)).await?;
    let CartContents { cart, channel, rules, now, .. } = contents;
    let tax_mode = if channel.prices_include_tax { TaxMode::Included } else { TaxMode::Excluded };
    let destination = supposed.country.map(Destination::of).or_else(|| destination(&cart, &channel, tax_mode));
    let (tax_rates, taxing) = (TaxRates::standing(db, &rules).await?, Taxing::standing(db, &rules).await?);
    let inputs = lines.iter().filter_map(line_input).collect::<Vec<_>>();
    let mut adjustments = promote::adjustments(&promotions, cart.currency);
    adjustments.extend(promote::by_staff(&cart));
    let destination = destination.as_ref();
    let basis = Basis {
        cart: &cart,
        tax_mode,
        destination,
        tax_rates: &tax_rates,
        tax_rounding: taxing.rounding,
        lines: &inputs,
        adjustments: &adjustments,
    };
    let unshipped = basis.price(None)?;
    let mut shipping_options = shipping_options(db, (&cart, &rules), (goes_to, &unshipped)).await?;
    for (_, price) in shipping_options.iter_mut().filter(|(method, _)| promote::ships_free(&promotions, method)) {
        *price = Money::zero(cart.currency);
    }
    let chosen = cart.shipping_method_id.and_then(|id| shipping_options.iter().find(|(method, _)| method.id == id)).cloned();
    let totals = match &chosen {
        Some((method, price)) => {
            promotions.ship_by(method.id);
            basis.price(Some(&charge(method, *price)))?
        }
        None => unshipped,
    };
    let shipping_method = chosen.map(|(method, _)| method);
    let tender = tender::tender(db, &cart, (totals.total, gross_of_gift_cards(&lines, &totals)), now).await?;
    Ok(PricedCart { shipping_method, tender, cart, channel, lines, promotions, totals, tax_mode, shipping_options })
}

impl PricedCart {
    /// What gift cards and credit can pay of it: gift cards are sold for other money.
    #[must_use]
    pub fn payable_by_stored_value(&self) -> Money {
        let minor = self.totals.total.minor() - gross_of_gift_cards(&self.lines, &self.totals);
        Money::new(minor.max(0), self.cart.currency)
    }
}

fn gross_of_gift_cards(lines: &[PricedCartLine], totals: &Totals) -> i64 {
    let of = |line: &&PricedCartLine| line.variant.kind == VariantKind::GiftCard;
    let gross =
        |line: &PricedCartLine| totals.lines.iter().find(|priced| priced.line_id == line.line.id).map(|priced| priced.gross.minor());
    lines.iter().filter(of).filter_map(gross).sum()
}

fn for_sale(contents: &CartContents) -> Result<Vec<PricedCartLine>, DatabaseError> {
    let priced = |line: &CartLine| {
        let variant = contents.variant(line.variant_id).cloned().ok_or_else(|| DatabaseError::corrupt("cart_lines.variant_id"))?;
        let unit = contents.unit_price(line);
        Ok(PricedCartLine { line: line.clone(), variant, unit, gift_of: None })
    };
    contents.lines.iter().map(priced).collect()
}

impl PricedCartLine {
    /// False where it costs nothing here because it is not sold any more.
    #[must_use]
    pub const fn is_for_sale(&self) -> bool {
        self.unit.is_some()
    }
}

fn line_input(line: &PricedCartLine) -> Option<LineInput> {
    let unit = line.unit?;
    Some(LineInput {
        line_id: line.line.id,
        variant_id: line.line.variant_id,
        quantity: line.line.quantity,
        unit,
        // A gift card is taxed when it is spent: nobody knows yet for what.
        tax_class: (line.variant.kind != VariantKind::GiftCard).then(|| line.variant.tax_class.clone()),
        // A present makes no parcel dearer.
        weight_grams: line.variant.weight_grams.filter(|_| line.gift_of.is_none()).unwrap_or(0),
        requires_shipping: line.variant.requires_shipping,
    })
}

/// Goods are taxed where they go, else where they are billed. Before an address is known, prices that include tax are
/// taken to include that of the channel's first country; prices without tax wait for the address.
fn destination(cart: &Cart, channel: &Channel, tax_mode: TaxMode) -> Option<Destination> {
    let address = cart.shipping_address.as_ref().or(cart.billing_address.as_ref());
    let known = address.map(Destination::from);
    let assumed = || channel.countries.first().filter(|_| tax_mode == TaxMode::Included).map(|country| Destination::of(*country));
    known.or_else(assumed)
}

async fn shipping_options(
    db: &impl ConnectionTrait,
    (cart, rules): (&Cart, &RulesStamp),
    (goes_to, totals): (Option<Country>, &Totals),
) -> Result<Vec<(ShippingMethod, Money)>, DatabaseError> {
    let Some(parcel) = goes_to.and_then(|country| totals.parcel(country)) else { return Ok(Vec::new()) };
    let methods = ShippingMethods::standing(db, rules).await?;
    Ok(shipping::quotes(methods.of(cart.currency), Some(&parcel)).into_iter().map(|quote| (quote.method.clone(), quote.price)).collect())
}

fn charge(method: &ShippingMethod, price: Money) -> ShippingCharge {
    ShippingCharge { method_id: method.id, label: method.name.clone(), amount: price, tax_class: method.tax_class.clone() }
}

struct Basis<'a> {
    cart: &'a Cart,
    tax_mode: TaxMode,
    destination: Option<&'a Destination>,
    tax_rates: &'a TaxRates,
    tax_rounding: TaxRounding,
    lines: &'a [LineInput],
    adjustments: &'a [AdjustmentInput],
}

impl Basis<'_> {
    fn price(&self, shipping: Option<&ShippingCharge>) -> Result<Totals, PricingError> {
        price_cart(&PricingInput {
            currency: self.cart.currency,
            tax_mode: self.tax_mode,
            destination: self.destination,
            tax_rates: self.tax_rates,
            tax_rounding: self.tax_rounding,
            lines: self.lines,
            shipping,
            adjustments: self.adjustments,
        })
    }
}

impl PricedCart {
    /// The price of one line; nothing where it is not for sale.
    #[must_use]
    pub fn price_of(&self, line_id: CartLineId) -> Option<&super::PricedLine> {
        self.totals.lines.iter().find(|line| line.line_id == line_id)
    }
}
