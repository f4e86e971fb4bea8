//! What returns know of persons: words about them, and the number of their parcel.

use kernel::UserId;
use platform::db::{DatabaseError, Reader, WriteTx};
use platform::privacy::{Columns, PersonalPlace};
use serde_json::{Value, json};

use super::model::{Return, ReturnLine};
use super::store;

/// Words about whoever sends something back.
#[derive(Debug)]
pub struct PersonalReturns;

#[async_trait::async_trait]
impl PersonalPlace for PersonalReturns {
    fn name(&self) -> &'static str {
        "returns"
    }

    fn columns(&self) -> &'static [Columns] {
        const WORDS: &[&str] = &["note", "staff_note", "rejection", "instructions", "tracking_number", "label_url"];
        &[("returns", WORDS), ("return_lines", &["note"])]
    }

    async fn export(&self, db: &Reader, user: UserId) -> Result<Value, DatabaseError> {
        let line = |line: &ReturnLine| json!({ "line_id": line.line_id, "quantity": line.asked, "reason": line.reason, "note": line.note });
        let told = |back: &Return| {
            json!({
                "id": back.id, "order_id": back.order_id, "status": back.status, "created_at": back.created_at, "note": back.note,
                "rejection": back.rejection, "instructions": back.instructions, "tracking_number": back.tracking_number,
                "lines": back.lines.iter().map(line).collect::<Vec<_>>(),
            })
        };
        Ok(store::of_user(db, user).await?.iter().map(told).collect())
    }

    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
        store::forget_of(tx, user).await
    }
}
