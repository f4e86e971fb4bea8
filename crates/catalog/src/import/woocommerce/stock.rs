//! `In stock?`, `Stock` and `Backorders allowed?`, read so that nothing is sold that is not there.

use serde_json::Value;

use super::columns::Column;
use crate::import::cells::{self, Unreadable};
use crate::import::field::Field;
use crate::import::reading::Reading;
use crate::import::variant_record::{Backorder, VariantRecord};

/// Kept where the stock of a row is not a number of its own.
pub(crate) const STOCK_KEY: &str = "woocommerce.stock";
const BACKORDERS_KEY: &str = "woocommerce.backorders";

/// What `In stock?` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Availability {
    In,
    Out,
    Backorder,
}

fn availability(text: &str) -> Result<Availability, Unreadable> {
    match text.to_lowercase().as_str() {
        "backorder" | "onbackorder" => Ok(Availability::Backorder),
        word => match cells::truth(word) {
            Ok(true) => Ok(Availability::In),
            Ok(false) => Ok(Availability::Out),
            Err(_) => Err(Unreadable("must be 1, 0 or backorder")),
        },
    }
}

fn backorders(text: &str) -> Result<(Backorder, bool), Unreadable> {
    match text.to_lowercase().as_str() {
        "notify" => Ok((Backorder::Unlimited, true)),
        word => match cells::truth(word) {
            Ok(true) => Ok((Backorder::Unlimited, false)),
            Ok(false) => Ok((Backorder::None, false)),
            Err(_) => Err(Unreadable("must be 1, 0 or notify")),
        },
    }
}

/// Reads what a row says of its stock.
pub(crate) fn read(reading: &mut Reading<'_, Column>, variant: &mut VariantRecord) {
    variant.low_stock_threshold = reading.parse(Column::LowStock, cells::count);
    let allowed = reading.parse(Column::Backorders, backorders);
    if !allowed.is_keep() {
        let notify = allowed.get().is_some_and(|(_, notify)| *notify);
        variant.metadata.insert(BACKORDERS_KEY.to_owned(), if notify { "notify".into() } else { Value::Null });
    }
    variant.backorder = allowed.map(|(backorder, _)| backorder);
    let available = reading.parse(Column::InStock, availability);
    match reading.cell(Column::Stock).map(str::trim) {
        Some(word) if word.eq_ignore_ascii_case("parent") => shared(reading, variant),
        Some(word) if !word.is_empty() => counted(reading, variant, available),
        Some(_) => uncounted(variant, available.into_option().unwrap_or(Availability::In)),
        None => {
            if let Field::Set(available @ (Availability::Out | Availability::Backorder)) = available {
                uncounted(variant, available);
            }
        }
    }
}

fn counted(reading: &mut Reading<'_, Column>, variant: &mut VariantRecord, available: Field<Availability>) {
    variant.tracked = Field::Set(true);
    variant.on_hand = reading.pieces(Column::Stock);
    variant.metadata.insert(STOCK_KEY.to_owned(), Value::Null);
    let some = variant.on_hand.get().is_some_and(|pieces| *pieces > 0);
    let contradicts = match available {
        Field::Set(Availability::Out) => some,
        Field::Set(Availability::In) => !some && matches!(variant.backorder, Field::Keep | Field::Set(Backorder::None)),
        Field::Set(Availability::Backorder) => variant.backorder == Field::Set(Backorder::None),
        Field::Keep | Field::Clear => false,
    };
    if contradicts {
        reading.warn(Column::InStock, "contradicts the stock, which counts");
    }
}

/// Several variations draw on one number of their parent: each of them taking it would sell it several times.
fn shared(reading: &mut Reading<'_, Column>, variant: &mut VariantRecord) {
    variant.tracked = Field::Set(true);
    variant.metadata.insert(STOCK_KEY.to_owned(), "parent".into());
    reading.warn(Column::Stock, "shares the stock of its product, which has none here; give each variant its own");
}

/// Nobody counts the pieces: sold without limit while it is in stock, and not at all (or on backorder) while it is not.
fn uncounted(variant: &mut VariantRecord, available: Availability) {
    variant.metadata.insert(STOCK_KEY.to_owned(), Value::Null);
    match available {
        Availability::In => {
            variant.tracked = Field::Set(false);
            variant.on_hand = Field::Clear;
        }
        Availability::Out => {
            variant.tracked = Field::Set(true);
            variant.on_hand = Field::Set(0);
        }
        Availability::Backorder => {
            variant.tracked = Field::Set(true);
            variant.on_hand = Field::Set(0);
            variant.backorder = Field::Set(Backorder::Unlimited);
        }
    }
}

/// A variation that is switched off is kept, but nothing of it can be bought.
pub(crate) fn switch_off(variant: &mut VariantRecord) {
    if let Some(pieces) = variant.on_hand.get() {
        variant.metadata.insert(STOCK_KEY.to_owned(), pieces.to_string().into());
    }
    variant.tracked = Field::Set(true);
    variant.on_hand = Field::Set(0);
    variant.backorder = Field::Set(Backorder::None);
}
