//! What a promotion asks for and what it gives.

use std::collections::BTreeSet;

use kernel::{
    CategoryId, ChannelId, Country, Currency, CustomerGroupId, Ppm, ProductId, PromotionId, Quantity, Timestamp, VariantId, text_enum,
};

use super::basket::ShipsFree;

/// A reason to sell for less: whoever meets its conditions has its effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    /// Its id.
    pub id: PromotionId,
    /// What the customer reads next to the amount.
    pub name: String,
    /// False where staff hold it back.
    pub active: bool,
    /// How it comes to a cart.
    pub trigger: Trigger,
    /// Those with a lower number go first; of two with the same the older.
    pub priority: i64,
    /// True where it goes with others; else it is alone in its cart.
    pub combinable: bool,
    /// The currency of its amounts, and then of the carts that it is for; none where it has no amount.
    pub currency: Option<Currency>,
    /// It holds from then on.
    pub starts_at: Option<Timestamp>,
    /// It holds no more from then on.
    pub ends_at: Option<Timestamp>,
    /// Who has it, for what; all of them together.
    pub conditions: Conditions,
    /// What it does.
    pub effect: Effect,
    /// How often.
    pub limits: Limits,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Promotion {
    /// How many orders of one customer may have it: nobody has two first ones.
    #[must_use]
    pub fn uses_per_customer(&self) -> Option<i64> {
        if self.conditions.first_order { Some(1) } else { self.limits.uses_per_customer }
    }
}

text_enum! {
    /// How a promotion comes to a cart.
    pub enum Trigger {
        /// Every cart that meets the conditions has it.
        Automatic = "automatic",
        /// A cart has it that names one of its codes.
        Code = "code",
    }
}

/// Who has a promotion, for what. What is empty or absent asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// The cart is of one of them.
    pub channels: BTreeSet<ChannelId>,
    /// The parcel goes to one of them.
    pub countries: BTreeSet<Country>,
    /// The customer belongs to one of them.
    pub customer_groups: BTreeSet<CustomerGroupId>,
    /// The customer has ordered nothing so far.
    pub first_order: bool,
    /// It is one of these days where the channel is; Monday is 1.
    pub weekdays: BTreeSet<u8>,
    /// What counts, and what gets cheaper.
    pub items: Items,
    /// At least so many pieces of it.
    pub min_quantity: Option<i64>,
    /// At least so much money's worth of it, before anything is taken off.
    pub min_subtotal_minor: Option<i64>,
}

/// Which goods are meant: those that any of these names; all where none does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Items {
    /// These variants.
    pub variants: BTreeSet<VariantId>,
    /// All variants of these products.
    pub products: BTreeSet<ProductId>,
    /// What is in these categories or below them.
    pub categories: BTreeSet<CategoryId>,
    /// What has one of these tags, folded.
    pub tags: BTreeSet<String>,
}

impl Items {
    /// True where all goods are meant.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.variants.is_empty() && self.products.is_empty() && !self.asks_for_placement()
    }

    /// True where somebody has to say where a product stands.
    #[must_use]
    pub fn asks_for_placement(&self) -> bool {
        !self.categories.is_empty() || !self.tags.is_empty()
    }
}

/// What a promotion does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A part of what the goods cost.
    PercentOff(Ppm),
    /// So much of all goods together, divided over them.
    AmountOff(i64),
    /// So much of each piece.
    AmountOffEach(i64),
    /// Whoever buys some has others for less: the cheapest of them.
    BuyGet(BuyGet),
    /// The more, the cheaper: the highest step that is reached counts.
    Tiers {
        /// What the steps count.
        by: TierBasis,
        /// By rising `from`; at least one.
        steps: Vec<Tier>,
    },
    /// The parcel goes for nothing.
    FreeShipping(ShipsFree),
    /// Something is put in as a present.
    Gift(Gift),
}

impl Effect {
    /// True where it takes something off the goods.
    #[must_use]
    pub const fn takes_off(&self) -> bool {
        !matches!(self, Self::FreeShipping(_) | Self::Gift(_))
    }

    /// True where it names money, which is of a currency.
    #[must_use]
    pub fn has_amounts(&self) -> bool {
        match self {
            Self::AmountOff(_) | Self::AmountOffEach(_) => true,
            Self::Tiers { by, steps } => *by == TierBasis::Subtotal || steps.iter().any(|step| matches!(step.off, TierOff::Amount(_))),
            Self::PercentOff(_) | Self::BuyGet(_) | Self::FreeShipping(_) | Self::Gift(_) => false,
        }
    }
}

/// A present, once a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gift {
    /// What.
    pub variant_id: VariantId,
    /// How many.
    pub quantity: Quantity,
}

/// Buy two, get one: for each whole set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuyGet {
    /// How many of the goods are bought.
    pub buy: Quantity,
    /// How many become cheaper for it.
    pub get: Quantity,
    /// By how much; 100 % is a present.
    pub rate: Ppm,
    /// Of which goods; absent: of the same.
    pub of: Option<Items>,
}

text_enum! {
    /// What the steps of a promotion count.
    pub enum TierBasis {
        /// Pieces.
        Quantity = "quantity",
        /// What they cost before anything is taken off.
        Subtotal = "subtotal",
    }
}

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// From so many pieces or minor units on.
    pub from: i64,
    /// What it gives.
    pub off: TierOff,
}

/// What a step gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TierOff {
    /// A part of what the goods cost.
    Percent(Ppm),
    /// So much of all of them together.
    Amount(i64),
}

/// How often a promotion is had. Each is kept by a row that cannot go beyond it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// By so many orders.
    pub uses: Option<i64>,
    /// By so many orders of one customer.
    pub uses_per_customer: Option<i64>,
    /// Until so much was taken off.
    pub budget_minor: Option<i64>,
}
