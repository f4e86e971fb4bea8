//! Rows of the product list and all SQL of it.

/// What one piece of the variant `v` costs in the price list `$list` at the moment `$now`, or another word of that price `r`: a price with a
/// window beats one without; of two windows the one that began last, then the one that ends first. `variants::steps_at` says the same.
macro_rules! price_of_one {
    ($list:literal, $now:literal) => {
        price_of_one!("r.amount_minor", $list, $now)
    };
    ($word:literal, $list:literal, $now:literal) => {
        concat!(
            "(SELECT ",
            $word,
            " FROM prices r WHERE r.variant_id = v.id AND r.price_list_id = ",
            $list,
            " AND r.min_quantity = 1 AND (r.starts_at IS NULL OR r.starts_at <= ",
            $now,
            ") AND (r.ends_at IS NULL OR r.ends_at > ",
            $now,
            ") ORDER BY CASE WHEN r.starts_at IS NULL AND r.ends_at IS NULL THEN 1 ELSE 0 END,
                CASE WHEN r.starts_at IS NULL THEN 1 ELSE 0 END, r.starts_at DESC,
                CASE WHEN r.ends_at IS NULL THEN 1 ELSE 0 END, r.ends_at LIMIT 1)"
        )
    };
}
use price_of_one;

mod belongings;
mod conditions;
mod counts;
mod includes;
mod intersection;
mod invariants;
mod refresh;
mod related;
mod rows;
mod sets;

pub(super) use conditions::matching;
pub use counts::product_counts;
pub(super) use includes::{categories_of, variants_of};
pub(super) use intersection::is_of_products_alone;
pub use invariants::INVARIANTS;
pub(super) use refresh::{Source, read_sources, write};
pub(super) use related::related;
pub(super) use rows::{Listed, rows};
pub(super) use sets::Sets;
