//! Why a cart does not change.

use std::collections::BTreeMap;

use accounts::throttle::ThrottleError;
use kernel::{DomainError, ErrorKind, FieldErrors, QuantityOutOfRange};
use platform::db::DatabaseError;

/// Why a cart does not change.
#[derive(Debug, thiserror::Error)]
pub enum CartError {
    /// No such cart, or the token is another's.
    #[error("no such cart")]
    NotFound,
    /// It became an order.
    #[error("this cart has become an order and cannot change")]
    AlreadyOrdered,
    /// Its lines are in another cart.
    #[error("this cart was merged into the customer's own and cannot change")]
    AlreadyMerged,
    /// No such line in this cart.
    #[error("no such line in this cart")]
    LineNotFound,
    /// A variant that is not sold.
    #[error("this variant is not for sale")]
    VariantUnavailable,
    /// No such shipping method for this cart.
    #[error("this shipping method does not go there")]
    ShippingMethodUnavailable,
    /// Too many lines.
    #[error("a cart holds at most {0} lines")]
    TooManyLines(i64),
    /// Its goods would be worth more than any total may be.
    #[error("the total is too large")]
    TooLarge,
    /// Both quantities together are too many.
    #[error(transparent)]
    Quantity(#[from] QuantityOutOfRange),
    /// No promotion has this code.
    #[error("no promotion has this code")]
    UnknownCode,
    /// Too many codes.
    #[error("a cart takes at most {0} codes")]
    TooManyCodes(i64),
    /// The cart does not have this code.
    #[error("the cart does not have this code")]
    CodeNotFound,
    /// No gift card has this code.
    #[error("no gift card in the cart's currency has this code, or nothing is on it")]
    UnknownGiftCard,
    /// Too many gift cards.
    #[error("a cart takes at most {0} gift cards")]
    TooManyGiftCards(i64),
    /// The cart is not paid with this.
    #[error("the cart is not paid with this")]
    StoredValueNotFound,
    /// Credit is for whoever is signed in as the cart's owner.
    #[error("credit is for the customer whose cart it is, who has to be signed in")]
    CreditOfAnother,
    /// There is none in the cart's currency.
    #[error("there is no credit in the currency of the cart")]
    NoCredit,
    /// Too many codes that were none.
    #[error(transparent)]
    Guessing(#[from] ThrottleError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for CartError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "cart_not_found",
            Self::AlreadyOrdered => "order_already_placed",
            Self::AlreadyMerged => "cart_merged",
            Self::LineNotFound => "cart_line_not_found",
            Self::VariantUnavailable => "variant_unavailable",
            Self::ShippingMethodUnavailable => "shipping_method_unavailable",
            Self::TooManyLines(_) => "too_many_lines",
            Self::TooLarge => "total_too_large",
            Self::Quantity(_) => "validation_failed",
            Self::UnknownCode => "promotion_code_unknown",
            Self::TooManyCodes(_) => "too_many_codes",
            Self::CodeNotFound => "cart_code_not_found",
            Self::UnknownGiftCard => "gift_card_unknown",
            Self::TooManyGiftCards(_) => "too_many_gift_cards",
            Self::StoredValueNotFound => "stored_value_not_found",
            Self::CreditOfAnother => "store_credit_of_another",
            Self::NoCredit => "no_store_credit",
            Self::Guessing(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound | Self::LineNotFound | Self::CodeNotFound | Self::StoredValueNotFound => ErrorKind::NotFound,
            Self::CreditOfAnother => ErrorKind::Forbidden,
            Self::AlreadyOrdered | Self::AlreadyMerged => ErrorKind::Conflict,
            Self::VariantUnavailable
            | Self::ShippingMethodUnavailable
            | Self::TooManyLines(_)
            | Self::TooLarge
            | Self::Quantity(_)
            | Self::UnknownCode
            | Self::TooManyCodes(_)
            | Self::UnknownGiftCard
            | Self::TooManyGiftCards(_)
            | Self::NoCredit => ErrorKind::Rule,
            Self::Guessing(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Quantity(error) => FieldErrors::of("quantity", error).into_map(),
            Self::VariantUnavailable => FieldErrors::of("variant_id", self).into_map(),
            Self::ShippingMethodUnavailable => FieldErrors::of("shipping_method_id", self).into_map(),
            Self::UnknownCode | Self::UnknownGiftCard => FieldErrors::of("code", self).into_map(),
            _ => BTreeMap::new(),
        }
    }

    fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Guessing(error) => error.retry_after_s(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_its_code_its_kind_and_the_field_that_caused_it() {
        let corrupt = DatabaseError::corrupt("carts");
        let (code, kind) = (corrupt.code(), corrupt.kind());
        let errors = [
            (CartError::NotFound, "cart_not_found", ErrorKind::NotFound, None),
            (CartError::AlreadyOrdered, "order_already_placed", ErrorKind::Conflict, None),
            (CartError::AlreadyMerged, "cart_merged", ErrorKind::Conflict, None),
            (CartError::LineNotFound, "cart_line_not_found", ErrorKind::NotFound, None),
            (CartError::VariantUnavailable, "variant_unavailable", ErrorKind::Rule, Some("variant_id")),
            (CartError::ShippingMethodUnavailable, "shipping_method_unavailable", ErrorKind::Rule, Some("shipping_method_id")),
            (CartError::TooManyLines(100), "too_many_lines", ErrorKind::Rule, None),
            (CartError::TooLarge, "total_too_large", ErrorKind::Rule, None),
            (CartError::Quantity(QuantityOutOfRange), "validation_failed", ErrorKind::Rule, Some("quantity")),
            (CartError::UnknownCode, "promotion_code_unknown", ErrorKind::Rule, Some("code")),
            (CartError::TooManyCodes(5), "too_many_codes", ErrorKind::Rule, None),
            (CartError::CodeNotFound, "cart_code_not_found", ErrorKind::NotFound, None),
            (CartError::UnknownGiftCard, "gift_card_unknown", ErrorKind::Rule, Some("code")),
            (CartError::TooManyGiftCards(5), "too_many_gift_cards", ErrorKind::Rule, None),
            (CartError::StoredValueNotFound, "stored_value_not_found", ErrorKind::NotFound, None),
            (CartError::CreditOfAnother, "store_credit_of_another", ErrorKind::Forbidden, None),
            (CartError::NoCredit, "no_store_credit", ErrorKind::Rule, None),
            (CartError::Guessing(ThrottleError::TooMany { retry_after_s: 7 }), "too_many_attempts", ErrorKind::TooMany, None),
            (CartError::Database(corrupt), code, kind, None),
        ];
        for (error, code, kind, field) in errors {
            let details = field.map(|field| (field.to_owned(), vec![error.to_string()]));
            assert_eq!((error.code(), error.kind(), error.details()), (code, kind, details.into_iter().collect()));
        }
    }
}
