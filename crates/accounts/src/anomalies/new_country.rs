//! Noticing that somebody signs in from a country where they never were.

use kernel::{AnomalyId, SessionId, UserId};
use platform::db::{DatabaseError, WriteTx};
use platform::outbox;

use super::events::AnomalyEvent;
use super::store;

/// Notes from which country a session is used, where a proxy tells it, and records `anomaly.new_country` where it is not the
/// first one of this user.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn seen_in(tx: &WriteTx, user_id: UserId, session_id: SessionId) -> Result<(), DatabaseError> {
    let Some(country) = tx.origin().client.country else { return Ok(()) };
    if !store::add_country(tx, user_id, country).await? || store::count_countries(tx, user_id).await? < 2 {
        return Ok(());
    }
    tracing::warn!(user.id = %user_id, session.id = %session_id, "somebody signs in from a country that is new to them");
    outbox::record(tx, &AnomalyEvent::NewCountry { anomaly_id: AnomalyId::generate(), session_id, user_id }).await
}
