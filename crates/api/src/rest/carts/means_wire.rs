//! What makes carts cheaper or pays for them, on the wire.

use sales::pricing::TenderPart;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::money::MoneyView;
use crate::schema;

/// A code for a cart.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CartCodeIn {
    /// As it was typed in.
    #[schema(min_length = 1, max_length = 64, example = "SPRING-26")]
    pub(super) code: String,
}

/// A gift card or credit that pays for a cart.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TenderView {
    /// Which one (`value_…`).
    #[schema(value_type = schema::StoredValueId)]
    id: String,
    /// Gift card or credit.
    #[schema(value_type = schema::StoredValueKind)]
    kind: &'static str,
    /// The last four characters of a gift card's code.
    code_end: Option<String>,
    /// What it could pay now.
    spendable: MoneyView,
    /// What it pays of this cart.
    amount: MoneyView,
}

impl From<&TenderPart> for TenderView {
    fn from(part: &TenderPart) -> Self {
        Self {
            id: part.value.id.to_string(),
            kind: part.value.kind.as_str(),
            code_end: part.value.code_end.clone(),
            spendable: part.spendable.into(),
            amount: part.amount.into(),
        }
    }
}

/// A gift card for a cart.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CartGiftCardIn {
    /// Its code: dashes, blanks and small letters do not matter.
    #[schema(min_length = 1, max_length = 128, example = "ABCD-2345-EFGH-6789")]
    pub(super) code: String,
}
