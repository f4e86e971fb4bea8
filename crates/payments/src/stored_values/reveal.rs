//! Saying the code of a gift card again.

use kernel::{Origin, StoredValueId};
use platform::{Context, Secrets, audit};
use serde_json::json;

use super::code::GiftCardCode;
use super::error::StoredValueError;
use super::model::{StoredValue, StoredValueKind};
use super::store;

/// Says the code of a gift card to a member of staff, and notes that.
///
/// # Errors
/// `NotFound`; `CodeUnknown` for a code that somebody else thought of, or made with another master key.
pub async fn reveal(context: &Context, origin: &Origin, id: StoredValueId) -> Result<GiftCardCode, StoredValueError> {
    let tx = context.begin(origin).await?;
    let value = store::find(&tx, id).await?.filter(|value| value.kind == StoredValueKind::GiftCard).ok_or(StoredValueError::NotFound)?;
    let code = code_of(&context.secrets, &value)?;
    audit::record(&tx, &audit::Entry::of("gift_card.code_read", id).after(&json!({ "code_end": value.code_end }))).await?;
    tx.commit().await?;
    Ok(code)
}

/// The code of a gift card, for whoever it is sent to.
///
/// # Errors
/// `CodeUnknown` for a code that somebody else thought of, or made with another master key.
pub fn code_of(secrets: &Secrets, value: &StoredValue) -> Result<GiftCardCode, StoredValueError> {
    let code = GiftCardCode::ours(secrets, value.id)?;
    let is_its = value.code_is_ours && value.code_end == Some(code.end());
    if is_its { Ok(code) } else { Err(StoredValueError::CodeUnknown) }
}
