//! What promotions make of a cart: amounts off its lines, presents among them, parcels that go for nothing.

use catalog::variants::VariantKind;
use kernel::{CartId, CartLineId, Country, Currency, Money, PromotionId, Quantity};
use platform::db::{ConnectionTrait, DatabaseError};
use sha2::{Digest, Sha256};
use uuid::Builder;

use super::model::AdjustmentInput;
use super::price::{PricedCartLine, Supposed};
use crate::carts::{Cart, CartContents, CartLine, CustomOptions};
use crate::promotions::{self, Applied, BasketLine, Buyer, Evaluation, Granted, Wish};
use crate::shipping::ShippingMethod;

/// What the promotions of a cart come to. Presents are put behind its lines.
pub(super) async fn promote(
    db: &impl ConnectionTrait,
    contents: &CartContents,
    lines: &mut Vec<PricedCartLine>,
    (country, supposed): (Option<Country>, &Supposed<'_>),
) -> Result<Evaluation, DatabaseError> {
    let CartContents { cart, channel, rules, now, .. } = contents;
    let wish = Wish {
        rules,
        channel,
        country,
        now: *now,
        buyer: Buyer { user_id: cart.user_id, email: cart.email.clone() },
        lines: lines.iter().filter_map(basket_line).collect(),
        ships: lines.iter().any(|line| line.variant.requires_shipping && line.is_for_sale()),
        codes: &cart.codes,
        trial: supposed.promotion,
    };
    let mut granted = promotions::apply(db, wish).await?;
    let mut applied = std::mem::take(&mut granted.evaluation.applied);
    for applied in &mut applied {
        if let Some(present) = present(cart.id, applied, &granted) {
            applied.off_minor.extend(present.unit.map(|unit| (present.line.id, unit.minor() * i64::from(present.line.quantity))));
            lines.push(present);
        }
    }
    Ok(Evaluation { applied, passed_over: granted.evaluation.passed_over })
}

/// Gift cards are money: no promotion makes them cheaper, and they do not count towards one. Neither does what staff agreed on another price for.
fn basket_line(line: &PricedCartLine) -> Option<BasketLine> {
    if line.variant.kind == VariantKind::GiftCard || line.line.unit_price_minor.is_some() {
        return None;
    }
    Some(BasketLine {
        line_id: line.line.id,
        variant_id: line.line.variant_id,
        product_id: line.variant.product_id,
        quantity: line.line.quantity.into(),
        unit_minor: line.unit?.minor(),
        categories: Default::default(),
        tags: Default::default(),
    })
}

fn present(cart_id: CartId, applied: &Applied, granted: &Granted) -> Option<PricedCartLine> {
    let gift = applied.gift?;
    let variant = granted.present(gift.variant_id)?.clone();
    Some(present_line(cart_id, applied.promotion_id, (variant, gift.quantity)))
}

fn present_line(
    cart_id: CartId,
    promotion_id: PromotionId,
    (variant, quantity): (catalog::variants::Sellable, Quantity),
) -> PricedCartLine {
    let line = CartLine {
        id: line_of_present(cart_id, promotion_id),
        variant_id: variant.variant_id,
        quantity,
        custom_options: CustomOptions::default(),
        unit_price_minor: None,
    };
    let unit = variant.unit_price(quantity);
    PricedCartLine { line, variant, unit, gift_of: Some(promotion_id) }
}

/// A present is no row: its id is made of what it is a present of, so that it is the same at each look.
fn line_of_present(cart_id: CartId, promotion_id: PromotionId) -> CartLineId {
    let digest = Sha256::new().chain_update(cart_id.uuid()).chain_update(promotion_id.uuid()).finalize();
    let bytes: [u8; 16] = digest.first_chunk().copied().unwrap_or_default();
    CartLineId::from_uuid(Builder::from_custom_bytes(bytes).into_uuid())
}

/// The amounts that promotions take off lines, in the order in which they apply.
pub(super) fn adjustments(evaluation: &Evaluation, currency: Currency) -> Vec<AdjustmentInput> {
    let of = |applied: &Applied| {
        let parts = applied.off_minor.iter().map(|(line_id, off)| AdjustmentInput {
            source_id: Some(applied.promotion_id.uuid()),
            label: applied.name.clone(),
            line_id: Some(*line_id),
            amount: Money::new(-off, currency),
        });
        parts.collect::<Vec<_>>()
    };
    evaluation.applied.iter().flat_map(of).collect()
}

/// What staff take off a draft, behind the promotions.
pub(super) fn by_staff(cart: &Cart) -> Option<AdjustmentInput> {
    cart.discount.as_ref().map(|discount| AdjustmentInput {
        source_id: None,
        label: discount.label.clone(),
        line_id: None,
        amount: Money::new(-discount.minor, cart.currency),
    })
}

/// True where a promotion pays for sending the parcel by this method.
pub(super) fn ships_free(evaluation: &Evaluation, method: &ShippingMethod) -> bool {
    evaluation.applied.iter().filter_map(|applied| applied.ships_free.as_ref()).any(|free| free.by(method.id))
}
