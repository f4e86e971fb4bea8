//! Giving a channel a range of its own.

use catalog::channels;
use kernel::{ChannelId, FieldErrors, InvoiceRangeId, Origin};
use platform::{Context, audit};

use super::error::InvoiceRangeError;
use super::model::InvoiceKind;
use super::range::{InvoiceRange, RangeForm, RangeInput};
use super::store;

/// A range that is to be.
#[derive(Debug, Clone)]
pub struct CreateInvoiceRange {
    /// Of which documents.
    pub kind: InvoiceKind,
    /// Of which channel.
    pub channel_id: ChannelId,
    /// How numbers are written; a prefix is needed.
    pub form: RangeInput,
}

/// Makes a range: the channel's next document has number 1 of it.
///
/// # Errors
/// `InvoiceRangeError` names what is wrong; nothing is made then.
pub async fn create_range(context: &Context, origin: &Origin, command: CreateInvoiceRange) -> Result<InvoiceRange, InvoiceRangeError> {
    let CreateInvoiceRange { kind, channel_id, form } = command;
    let tx = context.begin(origin).await?;
    if channels::find(&tx, channel_id).await?.is_none() {
        return Err(FieldErrors::of("channel_id", "is no channel").into());
    }
    let form = RangeForm { prefix: String::new(), digits: RangeForm::DIGITS }.with(form)?;
    let (created_at, updated_at) = (tx.now(), tx.now());
    let range =
        InvoiceRange { id: InvoiceRangeId::generate(), kind, channel_id: Some(channel_id), form, version: 1, created_at, updated_at };
    store::insert_range(&tx, &range).await?;
    audit::record(&tx, &audit::Entry::of("invoice_range.created", range.id).after(&range)).await?;
    tx.commit().await?;
    Ok(range)
}
