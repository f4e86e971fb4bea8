//! Having prices derive from another list, and follow the rates.

use kernel::{FieldErrors, PriceListId};
use platform::db::{DatabaseError, WriteTx};

use super::derivation::{Derivation, DerivationWish};
use super::model::PriceList;
use super::store;
use crate::exchange_rates::{self, Factor, RateTable};

/// What cannot be, by field, or the database.
pub(super) enum DeriveError {
    Invalid(FieldErrors),
    Database(DatabaseError),
}

impl From<DatabaseError> for DeriveError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// The derivation that is wished for, by the rates that count: the caller holds the rates and, where it is there already, the list. The other list is
/// locked, too, so that neither of them comes to derive from a third meanwhile.
pub(super) async fn resolve(tx: &WriteTx, list: &PriceList, wish: DerivationWish) -> Result<Derivation, DeriveError> {
    let refuse = |message: String| DeriveError::Invalid(FieldErrors::of("derives_from.price_list_id", message));
    if wish.base_id == list.id {
        return Err(refuse("is the list itself".to_owned()));
    }
    let base = store::lock(tx, wish.base_id).await?.ok_or_else(|| refuse("unknown price list".to_owned()))?;
    if base.derivation.is_some() {
        return Err(refuse("derives its prices from another list itself".to_owned()));
    }
    if store::is_base(tx, list.id).await? {
        return Err(refuse("cannot be: another list derives its prices from this one".to_owned()));
    }
    if base.tax_included != list.tax_included {
        return Err(refuse("must have prices with tax where this list does, and without where it does not".to_owned()));
    }
    let factor = table(tx).await?.between(base.currency, list.currency);
    let factor = factor.ok_or_else(|| refuse(format!("there is no exchange rate from {} to {}", base.currency, list.currency)))?;
    Ok(wish.by(factor))
}

async fn table(tx: &WriteTx) -> Result<RateTable, DatabaseError> {
    let current = exchange_rates::current(tx).await?;
    Ok(RateTable::of(current.into_iter().map(|rate| (rate.base, rate.currency, rate.rate))))
}

/// Has derived prices follow the rates that count: lists whose factor is another one get it, and a job makes their prices anew. The caller holds the
/// rates and has written them.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn follow_rates_in(tx: &WriteTx) -> Result<(), DatabaseError> {
    let derived = store::derived_for_update(tx).await?;
    if derived.is_empty() {
        return Ok(());
    }
    let (table, all) = (table(tx).await?, store::all(tx).await?);
    let changed: Vec<(PriceListId, Factor)> = derived.iter().filter_map(|list| Some((list.id, followed(list, &all, &table)?))).collect();
    store::set_factors(tx, &changed).await?;
    store::start(tx, &changed.into_iter().map(|(list, _)| list).collect::<Vec<_>>()).await
}

/// The factor of a list by these rates, where it is another one.
fn followed(list: &PriceList, all: &[PriceList], table: &RateTable) -> Option<Factor> {
    let derivation = list.derivation?;
    let base = all.iter().find(|base| base.id == derivation.base_id)?;
    table.between(base.currency, list.currency).filter(|factor| *factor != derivation.factor)
}
