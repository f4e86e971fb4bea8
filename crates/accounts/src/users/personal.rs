//! What accounts know of persons.

use kernel::UserId;
use platform::db::{DatabaseError, Reader, WriteTx};
use platform::outbox;
use platform::privacy::{Columns, PersonalPlace};
use serde_json::{Value, json};

use super::events::UserEvent;
use super::model::Consent;
use super::store;

/// Accounts. The hash of a password is not told: it would only help to guess it.
#[derive(Debug)]
pub struct PersonalUsers;

#[async_trait::async_trait]
impl PersonalPlace for PersonalUsers {
    fn name(&self) -> &'static str {
        "account"
    }

    fn columns(&self) -> &'static [Columns] {
        const USERS: &[&str] = &[
            "email",
            "email_key",
            "username",
            "username_key",
            "name",
            "pending_email",
            "password_hash",
            "search_key",
            "status_reason",
            "accepts_marketing",
            "accepts_marketing_at",
            "accepts_marketing_source",
            "tags",
            "metadata",
        ];
        &[("users", USERS), ("one_time_tokens", &["email"])]
    }

    async fn export(&self, db: &Reader, user: UserId) -> Result<Value, DatabaseError> {
        let Some(user) = store::find(db, user).await? else { return Ok(Value::Null) };
        let consent = match &user.consent {
            Consent::Refused { at: None } => Value::Null,
            Consent::Refused { at } => json!({"refused_at": at}),
            Consent::Given { at, source } => json!({"at": at, "source": source}),
        };
        Ok(json!({
            "email": user.email, "email_verified_at": user.email_verified_at, "username": user.username, "name": user.name,
            "status": user.status.as_str(), "status_reason": user.status_reason, "accepts_marketing": consent, "tags": user.tags,
            "created_at": user.created_at, "updated_at": user.updated_at,
        }))
    }

    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
        if store::lock(tx, user).await?.is_some() {
            store::forget(tx, user).await?;
            outbox::record(tx, &UserEvent::Erased { user_id: user }).await?;
        }
        Ok(())
    }
}
