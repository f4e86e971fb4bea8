//! Somebody with an account, for tests of what belongs to people.

use kernel::UserId;
use platform::db::execute;
use platform::values;
use serde_json::json;

use super::{TestResult, TestShop};

impl TestShop {
    /// An account that nobody signs in to.
    pub(crate) async fn user(&self) -> TestResult<UserId> {
        const INSERT: &str = "INSERT INTO users (id, status, tags, metadata, created_at, updated_at, created_by, updated_by)
            VALUES ($1, 'active', $2, $3, $4, $4, 'cli', 'cli')";
        let id = UserId::generate();
        let tx = self.context().begin(&self.origin()).await?;
        execute(&tx, INSERT, values![id, json!([]), json!({}), self.now()]).await?;
        tx.commit().await?;
        Ok(id)
    }
}
