//! The forms of a variant on its own and inside of a product: the same fields but for those that have a meaning in one of them
//! alone.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::variant_wire::{VariantIn, VariantPatch};

/// The schema without this field.
fn without(schema: RefOr<Schema>, field: &str) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            object.properties.shift_remove(field);
            object.into()
        }
        other => other,
    }
}

macro_rules! narrowed {
    ($($(#[$doc:meta])* $name:ident = $whole:ident without $field:literal;)*) => {
        $(
            $(#[$doc])*
            pub(super) enum $name {}

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    without($whole::schema(), $field)
                }
            }

            impl ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    Cow::Borrowed(stringify!($name))
                }

                fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                    $whole::schemas(schemas);
                }
            }
        )*
    };
}

narrowed! {
    /// A variant that is added to a product: it has no id yet.
    NewVariantIn = VariantIn without "id";
    /// What changes of one variant: the path says which.
    OneVariantPatch = VariantPatch without "id";
    /// What changes of a variant while its product is changed: the product's version counts.
    InnerVariantPatch = VariantPatch without "version";
}
