//! What every shop has from its first start: a price list, a channel and a place that keeps stock.

use kernel::{ChannelId, DomainError, ErrorKind, FieldErrors, PriceListId, StockLocationId};
use platform::config::Shop;
use platform::db::{self, DatabaseError, WriteTx};
use platform::values;

use crate::channels::{self, Channel, ChannelChanges, ChannelInput, TaxDisplay};
use crate::price_lists::{self, PriceList, PriceListTerms};

/// Why a shop cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum FirstStartError {
    /// The configuration's `shop` section.
    #[error("configuration: shop.{0}")]
    Settings(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for FirstStartError {
    fn code(&self) -> &'static str {
        match self {
            Self::Settings(errors) => errors.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Settings(errors) => errors.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> std::collections::BTreeMap<String, Vec<String>> {
        match self {
            Self::Settings(errors) => errors.details(),
            Self::Database(_) => std::collections::BTreeMap::new(),
        }
    }
}

/// Makes the price list `default`, the channel `default` and the stock location `main` where they are absent. Safe to
/// repeat and to run from several nodes at once: what is there stays as staff left it, whatever the configuration says.
///
/// # Errors
/// `Settings` where the configuration names no country, zone or locale.
pub async fn first_start(tx: &WriteTx, shop: &Shop) -> Result<(), FirstStartError> {
    let settings = ChannelChanges::parse(ChannelInput {
        name: Some(shop.name.clone()),
        currency: None,
        countries: Some(shop.countries.clone()),
        tax_display: None,
        time_zone: Some(shop.time_zone.clone()),
        locale: Some(shop.locale.clone()),
    })?;
    let list = price_lists::ensure(tx, &default_list(tx, shop)).await?;
    channels::ensure(tx, &default_channel(tx, settings, &list)).await?;
    ensure_location(tx).await?;
    Ok(())
}

fn default_list(tx: &WriteTx, shop: &Shop) -> PriceList {
    PriceList {
        id: PriceListId::generate(),
        code: PriceList::DEFAULT_CODE.to_owned(),
        name: "Standard prices".to_owned(),
        currency: shop.currency,
        tax_included: shop.prices_include_tax,
        currency_fixed: false,
        terms: PriceListTerms::default(),
        derivation: None,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    }
}

fn default_channel(tx: &WriteTx, settings: ChannelChanges, list: &PriceList) -> Channel {
    let tax_display = if list.tax_included { TaxDisplay::Included } else { TaxDisplay::Excluded };
    let blank = Channel {
        id: ChannelId::generate(),
        code: Channel::DEFAULT_CODE.to_owned(),
        name: String::new(),
        currency: list.currency,
        currency_fixed: list.currency_fixed,
        price_list_id: list.id,
        prices_include_tax: list.tax_included,
        countries: Vec::new(),
        tax_display,
        time_zone: String::new(),
        locale: String::new(),
        version: 0,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    settings.apply(blank, tx.now())
}

async fn ensure_location(tx: &WriteTx) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO stock_locations
        (id, code, name, kind, priority, active, created_at, updated_at, created_by, updated_by)
        VALUES ($1, 'main', 'Main stock', 'own', 0, TRUE, $2, $2, $3, $3) ON CONFLICT (code) DO NOTHING";
    db::execute(tx, INSERT, values![StockLocationId::generate(), tx.now(), tx.actor().to_string()]).await.map(drop)
}
