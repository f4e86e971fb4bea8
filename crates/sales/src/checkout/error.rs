//! Why a cart does not become an order.

use std::collections::BTreeMap;

use kernel::{CartLineId, DomainError, ErrorKind, FieldErrors, VariantId};
use platform::db::DatabaseError;
use platform::idempotency::IdempotencyError;

use ::payments::stored_values::StoredValueError;

use crate::carts::CartError;
use crate::pricing::RepriceError;
use crate::promotions::{Reason, UseError};
use crate::settlement::SettleError;

/// A line that cannot have what it wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortLine {
    /// The line of the cart.
    pub line_id: CartLineId,
    /// Its variant.
    pub variant_id: VariantId,
    /// How many it wants.
    pub wanted: i64,
    /// How many are still to be had.
    pub available: i64,
}

/// Why a cart does not become an order.
#[derive(Debug, thiserror::Error)]
pub enum PlaceOrderError {
    /// The cart: missing, another's, or ordered already.
    #[error(transparent)]
    Cart(#[from] CartError),
    /// Nothing in it.
    #[error("the cart is empty")]
    CartEmpty,
    /// What an order needs and the cart does not say.
    #[error("the cart is not ready to be ordered")]
    Incomplete(FieldErrors),
    /// Lines that are not for sale any more.
    #[error("some lines are not for sale any more; remove them")]
    Unavailable(Vec<CartLineId>),
    /// Not the cart that the client saw: another edit, or another price since.
    #[error("the cart or its prices changed since it was shown")]
    CartChanged {
        /// The cart as it is now, as the API shows it.
        cart: String,
    },
    /// Not enough stock.
    #[error("not enough in stock")]
    OutOfStock(Vec<ShortLine>),
    /// A code gives nothing any more, and nothing says that the customer has seen it.
    #[error("a code gives nothing: `{code}` ({reason}); look at the cart, and send `cart_version` or take the code out")]
    CodeGivesNothing {
        /// The code.
        code: String,
        /// Why.
        reason: Reason,
    },
    /// A promotion that others used up meanwhile.
    #[error(transparent)]
    Promotion(#[from] UseError),
    /// A gift card or credit pays nothing any more, and nothing says that the customer has seen it.
    #[error("a gift card or credit of the cart pays nothing any more; look at the cart, and send `cart_version` or take it out")]
    StoredValueSpent,
    /// A gift card or credit that another order was faster to spend.
    #[error(transparent)]
    StoredValue(#[from] StoredValueError),
    /// A payment method that the shop does not offer.
    #[error("this payment method is not offered")]
    PaymentMethod,
    /// Its price.
    #[error(transparent)]
    Price(#[from] RepriceError),
    /// The key.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The payment.
    #[error(transparent)]
    Settle(#[from] SettleError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for PlaceOrderError {
    fn code(&self) -> &'static str {
        match self {
            Self::Cart(error) => error.code(),
            Self::CartEmpty => "cart_empty",
            Self::Incomplete(_) => "cart_incomplete",
            Self::Unavailable(_) => "variant_unavailable",
            Self::CartChanged { .. } => "cart_changed",
            Self::OutOfStock(_) => "out_of_stock",
            Self::CodeGivesNothing { .. } => "promotion_not_applied",
            Self::Promotion(error) => error.code(),
            Self::StoredValueSpent => "stored_value_spent",
            Self::StoredValue(error) => error.code(),
            Self::PaymentMethod => "payment_method_unavailable",
            Self::Price(error) => error.code(),
            Self::Idempotency(error) => error.code(),
            Self::Settle(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Cart(error) => error.kind(),
            Self::CartEmpty | Self::Incomplete(_) | Self::PaymentMethod => ErrorKind::Rule,
            Self::Unavailable(_)
            | Self::CartChanged { .. }
            | Self::OutOfStock(_)
            | Self::CodeGivesNothing { .. }
            | Self::StoredValueSpent => ErrorKind::Conflict,
            Self::StoredValue(error) => error.kind(),
            Self::Promotion(error) => error.kind(),
            Self::Price(error) => error.kind(),
            Self::Idempotency(error) => error.kind(),
            Self::Settle(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Cart(error) => error.details(),
            Self::Incomplete(fields) => fields.details(),
            Self::PaymentMethod => FieldErrors::of("payment_method", self).into_map(),
            Self::Unavailable(lines) => {
                lines.iter().map(|line| (format!("lines.{line}"), vec!["is not for sale any more".to_owned()])).collect()
            }
            Self::OutOfStock(lines) => {
                lines.iter().map(|line| (format!("lines.{}", line.line_id), vec![format!("only {} available", line.available)])).collect()
            }
            Self::CodeGivesNothing { code, reason } => FieldErrors::of(format!("codes.{code}"), reason).into_map(),
            _ => BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::CartChanged { cart } => Some(cart.clone()),
            Self::OutOfStock(lines) => {
                let line = |line: &ShortLine| {
                    serde_json::json!({
                        "line_id": line.line_id, "variant_id": line.variant_id, "wanted": line.wanted, "available": line.available,
                    })
                };
                Some(serde_json::json!({ "lines": lines.iter().map(line).collect::<Vec<_>>() }).to_string())
            }
            _ => None,
        }
    }
}
