//! Price lists on the wire.

use catalog::price_lists::{PriceList, PriceListChanges, PriceListInput, PriceListQuery};
use gateway::{ListQuery, ListRoute, ListSpec};
use kernel::{FieldErrors, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::schema;

/// The list of price lists.
pub(super) struct PriceLists;

impl ListRoute for PriceLists {
    const SPEC: ListSpec = ListSpec { sorts: &["code"], default_sort: "code", ..ListSpec::PLAIN };
}

/// The query of the use case.
pub(super) fn query(list: &ListQuery) -> PriceListQuery {
    PriceListQuery { descending: list.sort.first().is_some_and(|key| key.descending), page: list.page.clone() }
}

/// What may change of a price list, whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceListPut {
    /// What people call it.
    #[schema(min_length = 1, max_length = 255)]
    name: String,
    /// ISO 4217; stays once there are prices, carts or orders in it.
    #[schema(value_type = schema::CurrencyCode)]
    currency: String,
    /// True where its prices include tax.
    tax_included: bool,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl PriceListPut {
    pub(super) fn parse(self) -> Result<PriceListChanges, FieldErrors> {
        let Self { name, currency, tax_included, version: _ } = self;
        PriceListChanges::parse(PriceListInput { name: Some(name), currency: Some(currency), tax_included: Some(tax_included) })
    }
}

/// What changes of a price list; an absent field stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceListPatch {
    /// What people call it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 255)]
    name: Option<String>,
    /// ISO 4217; stays once there are prices, carts or orders in it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = schema::CurrencyCode)]
    currency: Option<String>,
    /// True where its prices include tax.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    tax_included: Option<bool>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl PriceListPatch {
    pub(super) fn parse(self) -> Result<PriceListChanges, FieldErrors> {
        let Self { name, currency, tax_included, version: _ } = self;
        PriceListChanges::parse(PriceListInput { name, currency, tax_included })
    }
}

/// A price list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PriceListView {
    /// Its id (`plist_…`).
    #[schema(value_type = schema::PriceListId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// What programs call it.
    code: String,
    /// What people call it.
    name: String,
    /// ISO 4217: of all its prices.
    #[schema(value_type = schema::CurrencyCode)]
    currency: &'static str,
    /// True where its prices include tax.
    tax_included: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<PriceList> for PriceListView {
    fn from(list: PriceList) -> Self {
        Self {
            id: list.id.to_string(),
            version: list.version,
            code: list.code,
            name: list.name,
            currency: list.currency.code(),
            tax_included: list.tax_included,
            created_at: list.created_at,
            updated_at: list.updated_at,
        }
    }
}
