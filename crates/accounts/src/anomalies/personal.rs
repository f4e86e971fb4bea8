//! From which countries somebody signed in.

use kernel::UserId;
use platform::db::{DatabaseError, Reader, WriteTx};
use platform::privacy::{Columns, PersonalPlace};
use serde_json::{Value, json};

use super::store;

/// The countries from which somebody signed in.
#[derive(Debug)]
pub struct PersonalCountries;

#[async_trait::async_trait]
impl PersonalPlace for PersonalCountries {
    fn name(&self) -> &'static str {
        "sign_in_countries"
    }

    fn columns(&self) -> &'static [Columns] {
        &[("user_countries", &["country"])]
    }

    async fn export(&self, db: &Reader, user: UserId) -> Result<Value, DatabaseError> {
        let countries = store::countries_of(db, user).await?;
        Ok(countries.into_iter().map(|(country, first_seen_at)| json!({"country": country, "first_seen_at": first_seen_at})).collect())
    }

    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
        store::forget_countries_of(tx, user).await
    }
}
