//! What ids look like in a JSON Schema.

use std::borrow::Cow;

use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{Object, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::{Id, Prefixed};

/// The form of an id with this prefix, as a regular expression: a TypeID has 128 bits in base32 behind it.
#[must_use]
pub fn id_pattern(prefix: &str) -> String {
    format!("^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$")
}

/// A text that is one of these words.
#[must_use]
pub fn word_schema(words: &[&'static str]) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied())).into()
}

fn id_schema(prefix: &str) -> Object {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(id_pattern(prefix))).build()
}

impl<T: Prefixed> PartialSchema for Id<T> {
    fn schema() -> RefOr<Schema> {
        id_schema(T::PREFIX).into()
    }
}

impl<T: Prefixed> ToSchema for Id<T> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}_id", T::PREFIX))
    }
}
