//! Changing how numbers are written.

use kernel::{InvoiceRangeId, Origin};
use platform::{Context, audit};

use super::error::InvoiceRangeError;
use super::range::{InvoiceRange, RangeInput};
use super::store;

/// Which range, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct ChangeInvoiceRange {
    /// Which one.
    pub id: InvoiceRangeId,
    /// The version that the caller has seen.
    pub version: i64,
    /// How numbers are to be written.
    pub form: RangeInput,
}

/// Changes how the numbers of a range are written from now on; they go on where they are. A prefix that begins to count by years, or ends
/// to, begins at 1.
///
/// # Errors
/// `InvoiceRangeError` names what is wrong; nothing is changed then.
pub async fn change_range(context: &Context, origin: &Origin, command: ChangeInvoiceRange) -> Result<InvoiceRange, InvoiceRangeError> {
    let tx = context.begin(origin).await?;
    let before = store::lock_range(&tx, command.id).await?.ok_or(InvoiceRangeError::NotFound)?;
    if before.version != command.version {
        return Err(InvoiceRangeError::VersionConflict { current: before.version });
    }
    let entry = audit::Entry::of("invoice_range.changed", before.id).before(&before);
    let range = InvoiceRange { form: before.form.with(command.form)?, version: before.version + 1, updated_at: tx.now(), ..before };
    store::update_range(&tx, &range).await?;
    audit::record(&tx, &entry.after(&range)).await?;
    tx.commit().await?;
    Ok(range)
}
