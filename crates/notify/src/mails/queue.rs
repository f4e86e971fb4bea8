//! Having a letter sent.

use platform::db::{DatabaseError, WriteTx};
use platform::jobs::{self, NewJob};

use super::model::NewMail;
use super::send::SendMail;
use super::store;

/// Has a letter sent after the commit. A reader gets one letter of a name about one cause, however often it is asked for.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn queue_in(tx: &WriteTx, mail: &NewMail) -> Result<(), DatabaseError> {
    let Some(id) = store::insert(tx, mail).await? else { return Ok(()) };
    let job = NewJob::new(SendMail::KIND, serde_json::json!(id), tx.now());
    jobs::enqueue(tx, job.unique(format!("{}:{id}:0", SendMail::KIND))).await
}
