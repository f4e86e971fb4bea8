//! Changing a product by what it is: for imports, whose files say something about what is stored.

use kernel::FieldErrors;
use platform::db::WriteTx;

use super::draft::{Absent, Draft, VariantsChange};
use super::error::WriteProductError;
use super::load;
use super::save::{Saved, save};
use crate::products::{Product, ProductChanges, ProductRef};
use crate::variants::Variant;

/// Changes parts of a product and its variants. The changes are made of the stored product while it is locked, so no version
/// is asked for: nothing that somebody else wrote is overwritten unseen.
///
/// # Errors
/// `WriteProductError`; `Invalid` with what `changes` refused.
pub async fn amend_in(
    tx: &WriteTx,
    reference: &ProductRef,
    changes: impl FnOnce(&Product, &[Variant]) -> Result<(ProductChanges, VariantsChange), FieldErrors>,
) -> Result<Saved, WriteProductError> {
    let (stored, mut known) = load::lock(tx, reference).await?.ok_or(WriteProductError::NotFound)?;
    let changes = changes(&stored.product, &stored.variants)?;
    load::add_price_lists(tx, &mut known, &changes.1).await?;
    let draft = Draft::compose(Some(&stored), changes, Absent::Stays, &known)?;
    save(tx, Some(stored), draft).await
}
