//! Single cells of Shopify's CSV, in the words that import reads back.

use std::borrow::Cow;

use serde_json::Value;

use crate::import::shopify_vocabulary::{Column, OWN_TRACKER, TRACKER_KEY};
use crate::import::{Amount, Field, MediaRecord, MetadataPatch, ProductRecord, VariantRecord};
use crate::variants::VariantKind;

/// A cell of a picture.
pub(super) fn image_cell(column: Column, position: u32, picture: &MediaRecord) -> Cow<'_, str> {
    if column == Column::ImagePosition {
        position.to_string().into()
    } else if column == Column::ImageAlt {
        picture.alt.as_deref().unwrap_or("").into()
    } else {
        picture.url.trim().into()
    }
}

/// The first category.
pub(super) fn category(record: &ProductRecord) -> String {
    let single_blanks = |name: &String| name.split_whitespace().collect::<Vec<_>>().join(" ");
    let path = record.categories.get().and_then(|paths| paths.first());
    let names = path.into_iter().flatten().map(single_blanks).filter(|name| !name.is_empty());
    names.collect::<Vec<_>>().join(" > ")
}

/// All tags; a comma would make two of one.
pub(super) fn tags(record: &ProductRecord) -> String {
    let tags = record.tags.get().into_iter().flatten().map(|tag| tag.replace(',', " ").trim().to_owned());
    tags.filter(|tag| !tag.is_empty()).collect::<Vec<_>>().join(", ")
}

/// Who counts the stock; nobody for what is not tracked.
pub(super) fn tracker(variant: &VariantRecord) -> String {
    let kind = variant.kind.get().copied().unwrap_or(VariantKind::Physical);
    if !variant.tracked.get().copied().unwrap_or(kind.is_physical()) {
        return String::new();
    }
    let other = text_of(&variant.metadata, TRACKER_KEY).trim().to_owned();
    if other.is_empty() { OWN_TRACKER.to_owned() } else { other }
}

/// MetadataPatch as the text of a cell; what is neither text, number nor truth has none.
pub(super) fn text_of(metadata: &MetadataPatch, key: &str) -> String {
    match metadata.get(key) {
        Some(Value::String(text)) if !text.trim().is_empty() => text.clone(),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
        Some(Value::String(_) | Value::Null | Value::Array(_) | Value::Object(_)) | None => String::new(),
    }
}

/// Free text, with its blanks.
pub(super) fn text(field: &Field<String>) -> Cow<'_, str> {
    field.get().map_or("", String::as_str).into()
}

/// A word without blanks around it, owned because rows borrow from variants of their own.
pub(super) fn trimmed(field: &Field<String>) -> Cow<'static, str> {
    field.get().map_or("", |text| text.trim()).to_owned().into()
}

/// A whole number.
pub(super) fn number(field: &Field<u32>) -> Cow<'static, str> {
    field.get().map_or_else(String::new, ToString::to_string).into()
}

/// A plain decimal.
pub(super) fn amount(amount: Option<Amount>) -> Cow<'static, str> {
    amount.map_or_else(String::new, |amount| amount.money().to_decimal()).into()
}

/// A truth as spreadsheets write it.
pub(super) const fn truth(truth: bool) -> Cow<'static, str> {
    Cow::Borrowed(if truth { "TRUE" } else { "FALSE" })
}
