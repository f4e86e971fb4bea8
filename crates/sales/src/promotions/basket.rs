//! What a promotion looks at: the goods, and whose they are.

use std::collections::BTreeSet;

use kernel::{
    CartLineId, CategoryId, ChannelId, Country, Currency, CustomerGroupId, ProductId, PromotionCodeId, PromotionId, ShippingMethodId,
    Timestamp, VariantId, text_enum,
};

use super::model::{Gift, Items, Promotion};

/// Goods that somebody is about to buy.
#[derive(Debug, Clone)]
pub struct Basket<'a> {
    /// The currency of its amounts.
    pub currency: Currency,
    /// Where it was filled.
    pub channel_id: ChannelId,
    /// Where the parcel goes, once somebody has said it.
    pub country: Option<Country>,
    /// The moment.
    pub now: Timestamp,
    /// The day of the week where the channel is; Monday is 1.
    pub weekday: u8,
    /// Whose it is.
    pub customer: &'a Customer,
    /// The goods.
    pub lines: &'a [BasketLine],
    /// True where some of them are sent.
    pub ships: bool,
}

/// What is known of whoever buys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Customer {
    /// The groups they belong to.
    pub groups: BTreeSet<CustomerGroupId>,
    /// Whether they have ordered nothing so far; nobody knows while there is no e-mail address.
    pub is_new: Option<bool>,
}

/// One line of goods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasketLine {
    /// The line.
    pub line_id: CartLineId,
    /// What.
    pub variant_id: VariantId,
    /// Of which product.
    pub product_id: ProductId,
    /// How many.
    pub quantity: i64,
    /// What one costs.
    pub unit_minor: i64,
    /// The product's categories and all above them.
    pub categories: BTreeSet<CategoryId>,
    /// The product's tags, folded.
    pub tags: BTreeSet<String>,
}

impl BasketLine {
    pub(super) fn subtotal_minor(&self) -> i64 {
        self.quantity.saturating_mul(self.unit_minor)
    }

    pub(super) fn is_one_of(&self, items: &Items) -> bool {
        items.is_everything()
            || items.variants.contains(&self.variant_id)
            || items.products.contains(&self.product_id)
            || !items.categories.is_disjoint(&self.categories)
            || !items.tags.is_disjoint(&self.tags)
    }
}

/// A promotion that a cart may have.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The promotion.
    pub promotion: &'a Promotion,
    /// The code by which it came.
    pub code: Option<&'a CodeRef>,
    /// What is left of it.
    pub left: Left,
}

/// A code that is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodeRef {
    /// As the shop writes it.
    pub text: String,
    /// Which one.
    pub id: PromotionCodeId,
}

/// What is left of a promotion, or of its code; nothing is said of what has no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Left {
    /// So many orders may still have it.
    pub uses: Option<i64>,
    /// So many of this customer's.
    pub uses_of_customer: Option<i64>,
    /// So much may still be taken off.
    pub budget_minor: Option<i64>,
    /// So many pieces of its present are to be had.
    pub presents: Option<i64>,
}

/// What promotions come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evaluation {
    /// Those that hold, in the order in which they apply.
    pub applied: Vec<Applied>,
    /// The others, and why.
    pub passed_over: Vec<PassedOver>,
}

/// A promotion that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Which one.
    pub promotion_id: PromotionId,
    /// What the customer reads.
    pub name: String,
    /// The code by which it came.
    pub code: Option<CodeRef>,
    /// How many orders of one customer may have it.
    pub uses_per_customer: Option<i64>,
    /// Its rules as they were looked at.
    pub version: i64,
    /// What it takes off each line that it touches, as positive minor units; by rising id of the line.
    pub off_minor: Vec<(CartLineId, i64)>,
    /// The methods by which the parcel goes for nothing.
    pub ships_free: Option<ShipsFree>,
    /// What is put in as a present.
    pub gift: Option<Gift>,
}

impl Evaluation {
    /// How the parcel goes is known: what pays for other ways does not hold.
    pub fn ship_by(&mut self, method: ShippingMethodId) {
        let (idle, applied) = std::mem::take(&mut self.applied)
            .into_iter()
            .partition(|applied: &Applied| applied.ships_free.as_ref().is_some_and(|free| !free.by(method)));
        let idle: Vec<Applied> = idle;
        self.applied = applied;
        self.passed_over.extend(idle.into_iter().map(|applied| PassedOver {
            promotion_id: Some(applied.promotion_id),
            name: Some(applied.name),
            code: applied.code.map(|code| code.text),
            reason: Reason::OtherShippingMethod,
        }));
    }
}

/// Methods by which a parcel goes for nothing: these, or all where none is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShipsFree(pub BTreeSet<ShippingMethodId>);

impl ShipsFree {
    /// True where it goes for nothing by this method.
    #[must_use]
    pub fn by(&self, method: ShippingMethodId) -> bool {
        self.0.is_empty() || self.0.contains(&method)
    }
}

impl Applied {
    /// What it takes off all lines together.
    #[must_use]
    pub fn total_minor(&self) -> i64 {
        self.off_minor.iter().fold(0, |sum, (_, off)| i64::saturating_add(sum, *off))
    }
}

/// A promotion that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// Which one; absent for a code that is none.
    pub promotion_id: Option<PromotionId>,
    /// What the customer would read.
    pub name: Option<String>,
    /// The code by which it came.
    pub code: Option<String>,
    /// Why.
    pub reason: Reason,
}

impl PassedOver {
    /// True where the customer is told: of each code, and of what they can still do something about. Which others a shop has, for other
    /// days and other people, is its own affair.
    #[must_use]
    pub fn is_told(&self) -> bool {
        let can_be_met = matches!(
            self.reason,
            Reason::CountryUnknown
                | Reason::CustomerUnknown
                | Reason::TooFewItems
                | Reason::SubtotalTooLow
                | Reason::NotCombinable
                | Reason::UsedByCustomer
                | Reason::OtherShippingMethod
        );
        self.code.is_some() || can_be_met
    }
}

text_enum! {
    /// Why a promotion does not hold.
    pub enum Reason {
        /// No promotion has this code.
        UnknownCode = "unknown_code",
        /// Staff hold it back.
        Inactive = "inactive",
        /// It begins later.
        NotStarted = "not_started",
        /// It is over.
        Ended = "ended",
        /// It is for other days of the week.
        OtherWeekday = "other_weekday",
        /// It is for other channels.
        OtherChannel = "other_channel",
        /// Its amounts are in another currency.
        OtherCurrency = "other_currency",
        /// It is for parcels to certain countries, and nobody has said where this one goes.
        CountryUnknown = "country_unknown",
        /// It is for parcels to other countries.
        OtherCountry = "other_country",
        /// It is for certain customers.
        OtherCustomers = "other_customers",
        /// It is for first orders, and nobody has said whose this one is.
        CustomerUnknown = "customer_unknown",
        /// It is for first orders.
        NotFirstOrder = "not_first_order",
        /// Nothing that it is for is in the cart.
        NoSuchItems = "no_such_items",
        /// Too few pieces are.
        TooFewItems = "too_few_items",
        /// What is in the cart is worth too little.
        SubtotalTooLow = "subtotal_too_low",
        /// As many orders had it as may.
        UsedUp = "used_up",
        /// This customer had it as often as they may.
        UsedByCustomer = "used_by_customer",
        /// What may be taken off was taken off.
        BudgetSpent = "budget_spent",
        /// The present is sold out, or for sale no more.
        GiftGone = "gift_gone",
        /// It pays for other ways of sending the parcel.
        OtherShippingMethod = "other_shipping_method",
        /// The cart has it by another code.
        AlreadyApplied = "already_applied",
        /// It does not go with another one, which came first.
        NotCombinable = "not_combinable",
        /// Nothing is left that it could take off.
        NothingLeft = "nothing_left",
    }
}
