//! Small values with a text form: money, cursors, ids.

use kernel::{Currency, Cursor, Id, Money, OrderTag, ProductTag};

/// What is accepted as money in currencies with 0, 2 and 3 decimals is written so that it reads as the same money; sums
/// refuse or agree, and never wrap.
///
/// # Panics
/// Where they do not.
pub fn money(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (first, second) = text.split_once('\n').unwrap_or((&text, "1"));
    for code in ["JPY", "USD", "KWD"] {
        let Ok(currency) = code.parse::<Currency>() else { continue };
        let Ok(money) = Money::parse_decimal(first, currency) else { continue };
        assert_eq!(Money::parse_decimal(&money.to_decimal(), currency).ok(), Some(money), "{code} {first:?}");
        let Ok(other) = Money::parse_decimal(second, currency) else { continue };
        if let Ok(sum) = money.plus(other) {
            assert_eq!(sum.minus(other).ok(), Some(money), "{code} {first:?} {second:?}");
        }
    }
}

/// A cursor that is accepted is the one that was given out, and belongs to this sort alone.
///
/// # Panics
/// Where it is not.
pub fn cursor(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (sort, text) = text.split_once('\n').unwrap_or(("-created_at", &text));
    if let Ok(cursor) = Cursor::decode(text, sort) {
        assert_eq!(cursor.sort, sort);
        assert_eq!(Cursor::decode(&cursor.encode(), sort).as_ref(), Ok(&cursor), "{text:?}");
        assert!(Cursor::decode(text, "another").is_err() || sort == "another", "{text:?} serves two sorts");
    }
}

/// An id has one text, and each kind of thing its own.
///
/// # Panics
/// Where two texts are one id.
pub fn type_id(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(id) = text.parse::<Id<ProductTag>>() {
        assert_eq!(id.to_string(), text);
        assert!(text.parse::<Id<OrderTag>>().is_err(), "{text:?} is a product and an order");
    }
    if let Ok(id) = text.parse::<Id<OrderTag>>() {
        assert_eq!(id.to_string(), text);
    }
}
