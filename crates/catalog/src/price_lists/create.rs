//! Making a price list.

use kernel::{DomainError, ErrorKind, Origin};
use platform::db::DatabaseError;
use platform::{Context, audit, outbox};

use super::events::PriceListEvent;
use super::input::CreatePriceList;
use super::model::PriceList;
use super::store;

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
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for CreatePriceListError {
    fn code(&self) -> &'static str {
        match self {
            Self::CodeTaken(_) => "price_list_code_taken",
            Self::TooMany => "too_many_price_lists",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::CodeTaken(_) | Self::TooMany => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Makes a price list, which has no prices yet, and records `price_list.created`. Several at once may go beyond the limit by as many, which does
/// no harm.
///
/// # Errors
/// `CreatePriceListError` names what is wrong; nothing is written then.
pub async fn create(context: &Context, origin: &Origin, command: CreatePriceList) -> Result<PriceList, CreatePriceListError> {
    let tx = context.begin(origin).await?;
    if store::count(&tx).await? >= MOST_LISTS {
        return Err(CreatePriceListError::TooMany);
    }
    let list = command.into_list(tx.now());
    store::insert(&tx, &list, || CreatePriceListError::CodeTaken(list.code.clone())).await?;
    outbox::record(&tx, &PriceListEvent::created(&list)).await?;
    audit::record(&tx, &audit::Entry::of("price_list.created", list.id).after(&list)).await?;
    tx.commit().await?;
    Ok(list)
}
