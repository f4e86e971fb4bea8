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
    /// It was made.
    Created {
        /// Which one.
        price_list_id: PriceListId,
        /// ISO 4217.
        currency: &'static str,
    },
    /// It is gone.
    Deleted {
        /// Which one.
        price_list_id: PriceListId,
    },
    /// Its name, currency, tax mode or terms are others.
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
    pub(super) fn created(list: &PriceList) -> Self {
        Self::Created { price_list_id: list.id, currency: list.currency.code() }
    }

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
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("price_list.created", "a price list was made"),
        ("price_list.deleted", "a price list is gone"),
        ("price_list.updated", "a price list was changed"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "price_list.created",
            Self::Deleted { .. } => "price_list.deleted",
            Self::Updated { .. } => "price_list.updated",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Created { price_list_id, .. } | Self::Deleted { price_list_id } | Self::Updated { price_list_id, .. } => {
                price_list_id.uuid()
            }
        }
    }
}
