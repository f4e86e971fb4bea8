//! Changing the words of a return: what staff note, and how its parcel comes.

use kernel::{FieldErrors, Origin, ReturnId, text};
use platform::{Context, audit};
use serde_json::json;

use super::approve::MOST_INSTRUCTIONS;
use super::error::ReturnError;
use super::model::Return;
use super::move_on::lock;
use super::request::MOST_NOTE;
use super::store;
use crate::fulfilments::web_address;

/// The changes; a field that is `None` stays, `Some(None)` clears it.
#[derive(Debug, Clone)]
pub struct UpdateReturn {
    /// Which return.
    pub return_id: ReturnId,
    /// The version that the caller saw.
    pub version: i64,
    /// In the words of staff: up to 500 characters.
    pub staff_note: Option<Option<String>>,
    /// How the parcel comes back: up to 2,000 characters.
    pub instructions: Option<Option<String>>,
    /// The carrier's number of the parcel: up to 128 characters.
    pub tracking_number: Option<Option<String>>,
    /// Where its label is.
    pub label_url: Option<Option<String>>,
}

/// Changes words; where the return stands stays.
///
/// # Errors
/// `ReturnError`; nothing is written then.
pub async fn update(context: &Context, origin: &Origin, request: UpdateReturn) -> Result<Return, ReturnError> {
    let UpdateReturn { return_id, version, staff_note, instructions, tracking_number, label_url } = request;
    let mut errors = FieldErrors::new();
    let mut new = |field: &str, given: Option<Option<String>>, read: &dyn Fn(&str) -> Result<String, String>| {
        given.map(|value| errors.take_optional(field, value.as_deref(), read))
    };
    let short = |most: usize| move |raw: &str| text(raw, most).map_err(|error| error.to_string());
    let staff_note = new("staff_note", staff_note, &short(MOST_NOTE));
    let instructions = new("instructions", instructions, &short(MOST_INSTRUCTIONS));
    let tracking_number = new("tracking_number", tracking_number, &short(128));
    let label_url = new("label_url", label_url, &web_address);
    errors.finish(|| Some(()))?;
    let tx = context.begin(origin).await?;
    let (_order, mut back) = lock(&tx, return_id).await?;
    if back.version != version {
        return Err(ReturnError::VersionConflict { current: back.version });
    }
    let changed = [
        ("staff_note", set(&mut back.staff_note, staff_note)),
        ("instructions", set(&mut back.instructions, instructions)),
        ("tracking_number", set(&mut back.tracking_number, tracking_number)),
        ("label_url", set(&mut back.label_url, label_url)),
    ];
    store::update(&tx, &mut back).await?;
    let fields: Vec<&str> = changed.into_iter().filter(|(_, is_new)| *is_new).map(|(field, _)| field).collect();
    // What the words say may be about anybody.
    audit::record(&tx, &audit::Entry::of("return.updated", back.id).after(&json!({ "fields": fields, "version": back.version }))).await?;
    tx.commit().await?;
    Ok(back)
}

/// Puts a new value in its place; whether there was one.
fn set(place: &mut Option<String>, new: Option<Option<String>>) -> bool {
    let is_new = new.is_some();
    if let Some(value) = new {
        *place = value;
    }
    is_new
}
