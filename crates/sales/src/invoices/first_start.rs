//! What a fresh shop needs to invoice: ranges for all its channels.

use kernel::InvoiceRangeId;
use platform::db::{DatabaseError, WriteTx};

use super::model::InvoiceKind;
use super::range::{InvoiceRange, RangeForm};
use super::store;

/// Makes the range of invoices and that of credit notes, for all channels, where they are missing. Safe to repeat and to run from several
/// nodes at once.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn first_start(tx: &WriteTx) -> Result<(), DatabaseError> {
    for (kind, prefix) in [(InvoiceKind::Invoice, "INV-{year}-"), (InvoiceKind::CreditNote, "CN-{year}-")] {
        let form = RangeForm { prefix: prefix.to_owned(), digits: RangeForm::DIGITS };
        let (created_at, updated_at) = (tx.now(), tx.now());
        let range = InvoiceRange { id: InvoiceRangeId::generate(), kind, channel_id: None, form, version: 1, created_at, updated_at };
        store::ensure_range(tx, &range).await?;
    }
    Ok(())
}
