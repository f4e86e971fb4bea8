//! Shipping methods on the wire.

use gateway::{FilterKind, ListQuery, ListRoute, ListSpec};
use kernel::{Currency, FieldErrors, Money, Timestamp};
use sales::shipping::{
    CreateShippingMethod, ShippingKind, ShippingMethod, ShippingMethodChanges, ShippingMethodChangesInput, ShippingMethodInput,
    ShippingMethodQuery, ShippingRate, ShippingRateInput,
};
use sales::tax::STANDARD_CLASS;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::rest::money::{MoneyIn, MoneyView};
use crate::schema;

/// The list of shipping methods.
pub(super) struct ShippingMethods;

impl ListRoute for ShippingMethods {
    const SPEC: ListSpec =
        ListSpec { sorts: &["position"], default_sort: "position", filters: &[("active", FilterKind::Flag)], ..ListSpec::PLAIN };
}

/// The query of the use case.
pub(super) fn query(list: &ListQuery) -> ShippingMethodQuery {
    let descending = list.sort.first().is_some_and(|key| key.descending);
    ShippingMethodQuery { active: list.filters.flag("active"), descending, page: list.page.clone() }
}

/// A new shipping method.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShippingMethodIn {
    /// What programs call it: lower-case words joined by dashes, unique.
    #[schema(min_length = 1, max_length = 64, example = "express")]
    code: String,
    /// What customers read.
    #[schema(min_length = 1, max_length = 255, example = "Express")]
    name: String,
    /// What the steps of the tariff count: `flat` nothing, `by_weight` grams, `by_total` the worth of the goods.
    #[schema(value_type = schema::ShippingMethodKind)]
    kind: String,
    /// ISO 4217; of all amounts of its tariff.
    #[schema(value_type = schema::CurrencyCode)]
    currency: String,
    /// ISO 3166-1 alpha-2 codes of where it goes; empty: everywhere.
    #[serde(default)]
    #[schema(value_type = Vec<schema::CountryCode>, max_items = 250)]
    countries: Vec<String>,
    /// The tax class of its price. Absent: `standard`.
    #[schema(min_length = 1, max_length = 64)]
    tax_class: Option<String>,
    /// False while it is not offered. Absent: true.
    active: Option<bool>,
    /// Its place among the methods, lower first. Absent: 0.
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
    /// Its tariff.
    #[schema(min_items = 1, max_items = 500)]
    rates: Vec<ShippingRateIn>,
}

impl ShippingMethodIn {
    pub(super) fn parse(self) -> Result<CreateShippingMethod, FieldErrors> {
        CreateShippingMethod::parse(self.input()?)
    }

    fn input(self) -> Result<ShippingMethodInput, FieldErrors> {
        let Self { code, name, kind, currency, countries, tax_class, active, position, rates } = self;
        // One that is none is refused with the rest of the method.
        let known = currency.parse().ok();
        Ok(ShippingMethodInput {
            code,
            name,
            kind,
            currency,
            countries,
            tax_class: tax_class.unwrap_or_else(|| STANDARD_CLASS.to_owned()),
            active: active.unwrap_or(true),
            position: position.unwrap_or(0),
            rates: steps(rates, known)?.0,
        })
    }
}

/// One step of a tariff.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShippingRateIn {
    /// ISO 3166-1 alpha-2. Absent: any country that has no step of its own.
    #[schema(value_type = Option<schema::CountryCode>)]
    country: Option<String>,
    /// The grams or minor units that it starts at, inclusive. Absent: 0.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    from: Option<i64>,
    /// The price, in the currency of the method.
    amount: MoneyIn,
}

/// The steps and their one currency: the method's, where the request names it.
fn steps(raw: Vec<ShippingRateIn>, method: Option<Currency>) -> Result<(Vec<ShippingRateInput>, Option<Currency>), FieldErrors> {
    let mut errors = FieldErrors::new();
    let mut currency = method;
    let mut steps = Vec::with_capacity(raw.len());
    for (place, ShippingRateIn { country, from, amount }) in raw.into_iter().enumerate() {
        let Some(amount) = amount.parse().map_err(|inner| errors.nest(&format!("rates.{place}.amount"), inner)).ok() else { continue };
        if *currency.get_or_insert(amount.currency()) == amount.currency() {
            steps.push(ShippingRateInput { country, from: from.unwrap_or(0), amount_minor: amount.minor() });
        } else {
            errors.add(format!("rates.{place}.amount.currency"), "must be the currency of the method");
        }
    }
    errors.finish(|| Some((steps, currency)))
}

/// A shipping method as it is from now on; what is absent is as in a new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShippingMethodPut {
    /// What programs call it: lower-case words joined by dashes, unique.
    #[schema(min_length = 1, max_length = 64)]
    code: String,
    /// What customers read.
    #[schema(min_length = 1, max_length = 255)]
    name: String,
    /// `flat`, `by_weight` or `by_total`.
    #[schema(value_type = schema::ShippingMethodKind)]
    kind: String,
    /// ISO 4217; stays what it was.
    #[schema(value_type = schema::CurrencyCode)]
    currency: String,
    /// ISO 3166-1 alpha-2 codes of where it goes; empty: everywhere.
    #[serde(default)]
    #[schema(value_type = Vec<schema::CountryCode>, max_items = 250)]
    countries: Vec<String>,
    /// The tax class of its price. Absent: `standard`.
    #[schema(min_length = 1, max_length = 64)]
    tax_class: Option<String>,
    /// False while it is not offered. Absent: true.
    active: Option<bool>,
    /// Its place among the methods, lower first. Absent: 0.
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
    /// Its tariff.
    #[schema(min_items = 1, max_items = 500)]
    rates: Vec<ShippingRateIn>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl ShippingMethodPut {
    pub(super) fn parse(self) -> Result<ShippingMethodChanges, FieldErrors> {
        let Self { code, name, kind, currency, countries, tax_class, active, position, rates, version: _ } = self;
        let whole = ShippingMethodIn { code, name, kind, currency, countries, tax_class, active, position, rates };
        ShippingMethodChanges::replace(whole.input()?)
    }
}

/// What changes of a shipping method; an absent field stays. The currency always stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShippingMethodPatch {
    /// What programs call it: lower-case words joined by dashes, unique.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 64)]
    code: Option<String>,
    /// What customers read.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 255)]
    name: Option<String>,
    /// `flat`, `by_weight` or `by_total`; another kind needs another tariff.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = schema::ShippingMethodKind)]
    kind: Option<String>,
    /// ISO 3166-1 alpha-2 codes of where it goes; empty: everywhere.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<schema::CountryCode>, max_items = 250)]
    countries: Option<Vec<String>>,
    /// The tax class of its price.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 64)]
    tax_class: Option<String>,
    /// False while it is not offered.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    active: Option<bool>,
    /// Its place among the methods, lower first.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
    /// The whole new tariff.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_items = 1, max_items = 500)]
    rates: Option<Vec<ShippingRateIn>>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl ShippingMethodPatch {
    pub(super) fn parse(self) -> Result<ShippingMethodChanges, FieldErrors> {
        let Self { code, name, kind, countries, tax_class, active, position, rates, version: _ } = self;
        let tariff = rates.map(|rates| steps(rates, None)).transpose()?;
        let (rates, currency) = tariff.map_or((None, None), |(rates, currency)| (Some(rates), currency));
        let currency = currency.map(|currency| currency.code().to_owned());
        ShippingMethodChanges::parse(ShippingMethodChangesInput {
            code,
            name,
            kind,
            currency,
            countries,
            tax_class,
            active,
            position,
            rates,
        })
    }
}

/// A shipping method with its tariff.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShippingMethodView {
    /// Its id (`ship_…`).
    #[schema(value_type = schema::ShippingMethodId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// What programs call it.
    code: String,
    /// What customers read.
    name: String,
    /// What the steps of the tariff count: `flat` nothing, `by_weight` grams, `by_total` the worth of the goods.
    #[schema(value_type = schema::ShippingMethodKind)]
    kind: ShippingKind,
    /// ISO 4217.
    #[schema(value_type = schema::CurrencyCode)]
    currency: &'static str,
    /// ISO 3166-1 alpha-2 codes of where it goes; empty: everywhere.
    #[schema(value_type = Vec<schema::CountryCode>)]
    countries: Vec<&'static str>,
    /// The tax class of its price.
    tax_class: String,
    /// False while it is not offered.
    active: bool,
    /// Its place among the methods, lower first.
    position: i64,
    /// Its tariff: general steps first, then by country, each from the lowest up.
    rates: Vec<ShippingRateView>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// One step of a tariff.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShippingRateView {
    /// ISO 3166-1 alpha-2; null: any country that has no step of its own.
    #[schema(value_type = Option<schema::CountryCode>)]
    country: Option<&'static str>,
    /// The grams or minor units that it starts at, inclusive.
    from: i64,
    /// The price.
    amount: MoneyView,
}

impl From<ShippingMethod> for ShippingMethodView {
    fn from(method: ShippingMethod) -> Self {
        let step = |rate: &ShippingRate| ShippingRateView {
            country: rate.country.map(|country| country.code()),
            from: rate.from,
            amount: Money::new(rate.amount_minor, method.currency).into(),
        };
        Self {
            id: method.id.to_string(),
            version: method.version,
            currency: method.currency.code(),
            countries: method.countries.iter().map(|country| country.code()).collect(),
            rates: method.rates.iter().map(step).collect(),
            code: method.code,
            name: method.name,
            kind: method.kind,
            tax_class: method.tax_class,
            active: method.active,
            position: method.position,
            created_at: method.created_at,
            updated_at: method.updated_at,
        }
    }
}
