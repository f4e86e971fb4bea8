//! Making a price list.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors, Origin};
use platform::db::DatabaseError;
use platform::{Context, audit, outbox};

use super::derive::{self, DeriveError};
use super::events::PriceListEvent;
use super::input::CreatePriceList;
use super::model::PriceList;
use super::store;
use crate::exchange_rates;

/// Each cart looks through the lists that are for some; nobody keeps prices in so many.
const MOST_LISTS: i64 = 100;

/// Why a list is not made.
#[derive(Debug, thiserror::Error)]
pub enum CreatePriceListError {
    /// Another list has this code.
    #[error("the code {0} belongs to another price list")]
    CodeTaken(String),
    /// The shop has as many as it may.
    #[error("the shop has {MOST_LISTS} price lists, and no more are allowed")]
    TooMany,
    /// It cannot derive from that list.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for CreatePriceListError {
    fn code(&self) -> &'static str {
        match self {
            Self::CodeTaken(_) => "price_list_code_taken",
            Self::TooMany => "too_many_price_lists",
            Self::Input(errors) => errors.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::CodeTaken(_) | Self::TooMany => ErrorKind::Conflict,
            Self::Input(errors) => errors.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Input(errors) => errors.details(),
            _ => BTreeMap::new(),
        }
    }
}

impl From<DeriveError> for CreatePriceListError {
    fn from(error: DeriveError) -> Self {
        match error {
            DeriveError::Invalid(errors) => Self::Input(errors),
            DeriveError::Database(error) => Self::Database(error),
        }
    }
}

/// Makes a price list, which has no prices yet or derives them from another one, by a job, and records `price_list.created`. Several at once may go beyond the limit by as many, which does
/// no harm.
///
/// # Errors
/// `CreatePriceListError` names what is wrong; nothing is written then.
pub async fn create(context: &Context, origin: &Origin, command: CreatePriceList) -> Result<PriceList, CreatePriceListError> {
    let tx = context.begin(origin).await?;
    if store::count(&tx).await? >= MOST_LISTS {
        return Err(CreatePriceListError::TooMany);
    }
    let wish = command.derives_from;
    let mut list = command.into_list(tx.now());
    if let Some(wish) = wish {
        exchange_rates::lock(&tx).await?;
        list.derivation = Some(derive::resolve(&tx, &list, wish).await?);
    }
    store::insert(&tx, &list, || CreatePriceListError::CodeTaken(list.code.clone())).await?;
    if list.derivation.is_some() {
        store::start(&tx, &[list.id]).await?;
    }
    outbox::record(&tx, &PriceListEvent::created(&list)).await?;
    audit::record(&tx, &audit::Entry::of("price_list.created", list.id).after(&list)).await?;
    tx.commit().await?;
    Ok(list)
}
