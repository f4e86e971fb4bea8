//! Somebody with an account, for tests of what belongs to people.

use accounts::addresses::{Address, RawAddress};
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

/// An address in Berlin.
pub(crate) fn place(line1: &str) -> TestResult<Address> {
    let some = |text: &str| Some(text.to_owned());
    let raw = RawAddress {
        name: some("Ada Lovelace"),
        line1: some(line1),
        city: some("Berlin"),
        postal_code: some("10115"),
        country: some("DE"),
        ..RawAddress::default()
    };
    Address::parse(raw).map_err(|errors| format!("{errors:?}").into())
}
