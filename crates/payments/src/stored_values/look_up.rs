//! What is on a gift card, for whoever knows its code.

use accounts::throttle::{self, Door, Who};
use kernel::Origin;
use platform::Context;

use super::code::GiftCardCode;
use super::error::StoredValueError;
use super::model::StoredValue;
use super::store;

/// The gift card of a code that somebody typed in. What is no code counts as a guess, and guessing becomes slow.
///
/// # Errors
/// `UnknownCode`, `Guessing`, or by what went wrong.
pub async fn look_up(context: &Context, origin: &Origin, typed: &str) -> Result<StoredValue, StoredValueError> {
    let attempt = throttle::begin(context, origin, Door::GiftCard, Who::Typed(&kernel::fold(typed), None)).await?;
    let code = GiftCardCode::parse(typed).map_err(|_| StoredValueError::UnknownCode)?;
    let tx = context.begin(origin).await?;
    let card = store::find_by_code(&tx, &code).await?.ok_or(StoredValueError::UnknownCode)?;
    attempt.succeeded_in(&tx).await?;
    tx.commit().await?;
    Ok(card)
}
