//! What is in a cart, with what the catalogue says of it.

use std::collections::BTreeSet;

use catalog::channels::{self, Channel};
use catalog::price_lists::SpecialPriceLists;
use catalog::variants::{self, PriceSource, Sellable};
use kernel::{Money, Timestamp, UserId, VariantId};
use platform::db::{ConnectionTrait, DatabaseError, RulesStamp};

use super::error::CartError;
use super::model::{Cart, CartLine, CartLines};
use super::store;
use crate::promotions;

/// A cart and everything that its price is worked out from but tax and shipping, at one moment.
#[derive(Debug, Clone)]
pub struct CartContents {
    /// The cart.
    pub cart: Cart,
    /// Its channel.
    pub channel: Channel,
    /// Its lines, in order.
    pub lines: Vec<CartLine>,
    /// Names the shop's rules by which it is priced.
    pub rules: RulesStamp,
    /// Their variants, each once.
    pub variants: Vec<Sellable>,
    /// The moment.
    pub now: Timestamp,
}

/// Looks into a cart. Two statements.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn contents(db: &impl ConnectionTrait, cart: Cart, now: Timestamp) -> Result<CartContents, DatabaseError> {
    let lines = store::lines_of(db, cart.id).await?;
    with_lines(db, cart, lines, now).await
}

/// The contents of a cart whose lines are known. One statement, and one more where prices are for groups and the cart is somebody's.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn with_lines(db: &impl ConnectionTrait, cart: Cart, lines: CartLines, now: Timestamp) -> Result<CartContents, DatabaseError> {
    let CartLines { lines, rules } = lines;
    let channel = channels::standing(db, &rules, |channel| channel.id == cart.channel_id).await?;
    let channel = channel.ok_or_else(|| DatabaseError::corrupt("carts.channel_id"))?;
    let mut ids: Vec<VariantId> = lines.iter().map(|line| line.variant_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let source = price_source(db, cart.user_id, (&channel, &rules), now).await?;
    let variants = variants::sellable(db, &ids, &source).await?;
    Ok(CartContents { cart, channel, lines, rules, variants, now })
}

/// The price lists of whoever has this account in a channel; a guest belongs to no group.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn price_source(
    db: &impl ConnectionTrait,
    user: Option<UserId>,
    (channel, rules): (&Channel, &RulesStamp),
    now: Timestamp,
) -> Result<PriceSource, DatabaseError> {
    let special = SpecialPriceLists::standing(db, rules).await?;
    let groups = match user {
        Some(user) if special.ask_for_groups(channel.id, now) => promotions::groups_of(db, user).await?,
        _ => BTreeSet::new(),
    };
    Ok(PriceSource::of_groups(channel, &special, &groups, now))
}

impl CartContents {
    /// What the catalogue says of a variant of the cart.
    #[must_use]
    pub fn variant(&self, id: VariantId) -> Option<&Sellable> {
        self.variants.iter().find(|variant| variant.variant_id == id)
    }

    /// What one piece of a line costs: what staff agreed on, else what the price lists say. Nothing where the variant is not sold.
    #[must_use]
    pub fn unit_price(&self, line: &CartLine) -> Option<Money> {
        let variant = self.variant(line.variant_id).filter(|variant| variant.live)?;
        let agreed = line.unit_price_minor.map(|minor| Money::new(minor, self.cart.currency));
        agreed.or_else(|| variant.unit_price(line.quantity))
    }

    /// Refuses goods that together are worth more than any total may be: such a cart could never be looked at again.
    pub(super) fn refuse_too_large(&self) -> Result<(), CartError> {
        let worth = |line: &CartLine| Some(i128::from(self.unit_price(line)?.minor()) * i128::from(i64::from(line.quantity)));
        let total: i128 = self.lines.iter().filter_map(worth).sum();
        if total > i128::from(Money::MAX_MINOR) { Err(CartError::TooLarge) } else { Ok(()) }
    }
}
