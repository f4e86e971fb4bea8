//! What staff are shown of open operations and of comparisons with providers.

use ::payments::payments::Operation;
use ::payments::reconciliation::{self, Reconciliation};
use platform::db::DatabaseError;

use crate::Sales;

/// Open operations that are shown; more are one disaster.
const MOST_SHOWN: i64 = 100;

/// Where money stands between the shop and its providers.
#[derive(Debug, Clone, PartialEq)]
pub struct Books {
    /// Operations that wait for a clear answer, the oldest first.
    pub unsettled: Vec<Operation>,
    /// The last comparison with each provider that keeps books.
    pub reconciliations: Vec<Reconciliation>,
}

/// What is open, and what the last comparisons found.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn books(sales: &Sales) -> Result<Books, DatabaseError> {
    let db = sales.context.db.reader();
    let providers: Vec<&str> = sales.providers.names().collect();
    Ok(Books {
        unsettled: reconciliation::unsettled(db, sales.context.now(), MOST_SHOWN).await?,
        reconciliations: reconciliation::latest(db, &providers).await?,
    })
}
