//! Getting hold of a product that is about to be changed.

use std::collections::HashMap;

use platform::db::{DatabaseError, WriteTx};

use super::draft::{Stored, VariantsChange};
use crate::products::{self, ProductRef};
use crate::variants::{self, Derivations, KnownPriceLists, VariantChanges};
use crate::{channels, price_lists};

/// The product with its variants, locked until the transaction ends, and the price list of the default channel.
pub(super) async fn lock(tx: &WriteTx, reference: &ProductRef) -> Result<Option<(Stored, KnownPriceLists)>, DatabaseError> {
    let Some(loaded) = products::lock(tx, reference).await? else { return Ok(None) };
    variants::lock_rows(tx, loaded.product.id).await?;
    let variants = variants::of_product(tx, loaded.product.id, &loaded.variant_refs).await?;
    let currencies = HashMap::from([(loaded.price_list_id, loaded.currency)]);
    let known = KnownPriceLists { default: loaded.price_list_id, currencies, derivations: Derivations::default() };
    Ok(Some((Stored { product: loaded.product, variants }, known)))
}

/// The price list of the default channel, for a product that is not there yet.
pub(super) async fn default_price_list(tx: &WriteTx) -> Result<KnownPriceLists, DatabaseError> {
    let channel = channels::find_default(tx).await?;
    let currencies = HashMap::from([(channel.price_list_id, channel.currency)]);
    Ok(KnownPriceLists { default: channel.price_list_id, currencies, derivations: Derivations::default() })
}

/// All other price lists too, and which of them derive, where the change says something of prices.
pub(super) async fn add_price_lists(tx: &WriteTx, known: &mut KnownPriceLists, change: &VariantsChange) -> Result<(), DatabaseError> {
    let is_about_prices = match change {
        VariantsChange::Keep => false,
        VariantsChange::Merge(changes) | VariantsChange::Replace(changes) => changes.iter().any(VariantChanges::changes_prices),
    };
    if is_about_prices {
        let lists = price_lists::for_writing(tx).await?;
        *known = KnownPriceLists::of(known.default, &lists);
    }
    Ok(())
}
