//! What happened to price lists.

use kernel::{PriceListId, PriceListTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::model::PriceList;

/// A fact about a price list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum PriceListEvent {
    /// Its name, currency or tax mode is another.
    Updated {
        /// Which one.
        price_list_id: PriceListId,
        /// Its version since.
        list_version: i64,
        /// ISO 4217.
        currency: &'static str,
        /// Whether its prices include tax.
        tax_included: bool,
    },
}

impl PriceListEvent {
    pub(super) fn updated(list: &PriceList) -> Self {
        Self::Updated {
            price_list_id: list.id,
            list_version: list.version,
            currency: list.currency.code(),
            tax_included: list.tax_included,
        }
    }
}

impl Fact for PriceListEvent {
    type Subject = PriceListTag;
    const AGGREGATE: &'static str = "price_list";
    const NAMES: &'static [(&'static str, &'static str)] = &[("price_list.updated", "a price list was changed")];

    fn name(&self) -> &'static str {
        match self {
            Self::Updated { .. } => "price_list.updated",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Updated { price_list_id, .. } => price_list_id.uuid(),
        }
    }
}
