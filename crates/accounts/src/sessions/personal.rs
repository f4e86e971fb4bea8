//! What sessions know of persons.

use kernel::UserId;
use platform::db::{DatabaseError, Reader, WriteTx};
use platform::privacy::{Columns, PersonalPlace};
use serde_json::{Value, json};

use super::model::RevokedBecause;
use super::{revoke, store};

/// More sessions than these are told on demand.
const MOST_TOLD: i64 = 1_000;

/// Sessions: from where and with what somebody signed in.
#[derive(Debug)]
pub struct PersonalSessions;

#[async_trait::async_trait]
impl PersonalPlace for PersonalSessions {
    fn name(&self) -> &'static str {
        "sessions"
    }

    fn columns(&self) -> &'static [Columns] {
        &[("sessions", &["ip", "user_agent"]), ("refresh_tokens", &["used_by"])]
    }

    async fn export(&self, db: &Reader, user: UserId) -> Result<Value, DatabaseError> {
        let sessions = store::all_of(db, user, MOST_TOLD).await?;
        let told = sessions.iter().map(|session| {
            json!({"id": session.id, "ip": session.client.ip, "user_agent": session.client.user_agent, "created_at": session.created_at,
                   "last_used_at": session.last_used_at, "revoked_at": session.revoked_at})
        });
        Ok(told.collect())
    }

    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
        // First ended with its facts, so that every process hears of it, then forgotten with its tokens.
        revoke::revoke_all_in(tx, user, None, RevokedBecause::Deactivated).await?;
        store::delete_of(tx, user).await
    }
}
