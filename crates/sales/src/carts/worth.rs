//! What the goods of a cart are worth, as far as a cart has to know: a cart that has no total could never be looked at again.

use catalog::channels;
use catalog::variants::{self, Sellable};
use kernel::{Money, VariantId};
use platform::db::{DatabaseError, WriteTx};

use super::model::{Cart, CartError, CartLine};

/// Refuses a line with which the goods together would be worth more than any total may be; what the catalogue says of all
/// the variants. `changed` stands in the place of the line that has its id.
pub(super) async fn refuse_too_large(
    tx: &WriteTx,
    cart: &Cart,
    lines: &[CartLine],
    changed: &CartLine,
) -> Result<Vec<Sellable>, CartError> {
    let channel = channels::find(tx, cart.channel_id).await?.ok_or_else(|| DatabaseError::corrupt("carts.channel_id"))?;
    let after = || lines.iter().filter(|line| line.id != changed.id).chain([changed]);
    let mut ids: Vec<VariantId> = after().map(|line| line.variant_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let variants = variants::sellable(tx, &ids, channel.price_list_id, tx.now()).await?;
    let worth = |line: &CartLine| {
        let variant = variants.iter().find(|variant| variant.variant_id == line.variant_id && variant.live)?;
        Some(i128::from(variant.unit_price(line.quantity)?.minor()) * i128::from(i64::from(line.quantity)))
    };
    if after().filter_map(worth).sum::<i128>() > i128::from(Money::MAX_MINOR) {
        return Err(CartError::TooLarge);
    }
    Ok(variants)
}
