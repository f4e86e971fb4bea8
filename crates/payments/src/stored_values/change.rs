//! Switching a gift card on or off, its time, and what staff remark.

use kernel::{FieldErrors, Origin, StoredValueId, Timestamp, text};
use platform::{Context, audit, outbox};
use serde_json::json;

use super::error::StoredValueError;
use super::events::StoredValueFact;
use super::issue::MOST_NOTE;
use super::model::{StoredValue, StoredValueKind};
use super::store;

/// What changes; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct GiftCardPatch {
    /// False: it pays for nothing.
    pub active: Option<bool>,
    /// It pays for nothing from then on.
    pub expires_at: Option<Option<Timestamp>>,
    /// What staff remark, up to 500 characters; nothing that tells of a person, for it stays.
    pub note: Option<Option<String>>,
}

/// Which card, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct ChangeGiftCard {
    /// Which one.
    pub id: StoredValueId,
    /// The version that the caller has seen.
    pub version: i64,
    /// What is to change.
    pub patch: GiftCardPatch,
}

/// Changes a gift card; what is on it stays.
///
/// # Errors
/// `NotFound`, `VersionConflict`, or what is wrong with a field.
pub async fn change(context: &Context, origin: &Origin, command: ChangeGiftCard) -> Result<StoredValue, StoredValueError> {
    let tx = context.begin(origin).await?;
    let before = store::lock(&tx, command.id).await?.filter(|value| value.kind == StoredValueKind::GiftCard);
    let before = before.ok_or(StoredValueError::NotFound)?;
    if before.version != command.version {
        return Err(StoredValueError::VersionConflict { current: before.version });
    }
    let GiftCardPatch { active, expires_at, note } = command.patch;
    let mut errors = FieldErrors::new();
    let note = note.map(|note| errors.take_optional("note", note, |raw| text(&raw, MOST_NOTE)));
    let note = errors.finish(|| Some(note))?;
    let after = StoredValue {
        active: active.unwrap_or(before.active),
        expires_at: expires_at.unwrap_or(before.expires_at),
        note: note.unwrap_or_else(|| before.note.clone()),
        version: before.version + 1,
        updated_at: tx.now(),
        ..before.clone()
    };
    store::update(&tx, &after).await?;
    let said = |value: &StoredValue| json!({ "active": value.active, "expires_at": value.expires_at });
    audit::record(&tx, &audit::Entry::of("gift_card.updated", after.id).before(&said(&before)).after(&said(&after))).await?;
    outbox::record(&tx, &StoredValueFact::Changed { stored_value_id: after.id, active: after.active }).await?;
    tx.commit().await?;
    Ok(after)
}
