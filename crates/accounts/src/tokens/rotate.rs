//! New keys for old ones.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use chrono::TimeDelta;
use kernel::{Origin, Timestamp};
use platform::db::{self, WriteTx};

use super::keys::{KeySet, PURPOSE};
use super::sign::SignError;
use super::store::{self, SigningKeyRow};
use super::{FRESH, Tokens};

/// A key signs for so long.
const SIGNING_DAYS: TimeDelta = TimeDelta::days(90);
/// A new key is shown for so long before it signs, so that every process, and whoever verifies elsewhere, knows it by then.
const SHOWN_BEFORE: TimeDelta = TimeDelta::minutes(5);
/// Clocks of several machines differ by less.
const MARGIN: TimeDelta = TimeDelta::minutes(1);

/// True where the newest key is too old.
fn is_due(keys: &KeySet, now: Timestamp) -> bool {
    keys.newest_from().is_none_or(|from| from + SIGNING_DAYS <= now)
}

impl Tokens {
    /// The keys, one of which signs now. Where the newest is too old, a new one is made; the old one signs until everybody
    /// knows it, and verifies until what it signed is over.
    pub(super) async fn signing_keys(&self) -> Result<Arc<KeySet>, SignError> {
        let keys = self.keys(FRESH).await?;
        if !is_due(&keys, self.0.context.now()) {
            return Ok(keys);
        }
        let _alone = self.0.loading.lock().await;
        if let Err(error) = self.rotate().await {
            if keys.active(self.0.context.now()).is_none() {
                return Err(error);
            }
            tracing::warn!(error = %error, "no new signing key could be made; the old one goes on");
        }
        Ok(self.load().await?)
    }

    async fn rotate(&self) -> Result<(), SignError> {
        let context = &self.0.context;
        let tx = context.begin(&Origin::system()).await?;
        db::lock_name(&tx, PURPOSE).await?;
        let keys = KeySet::open(store::all(&tx).await?, &context.secrets);
        if !is_due(&keys, tx.now()) {
            // Whoever made it may still be waiting for SQLite's disk, in the same group: readers see the key when that is over.
            return Ok(tx.commit().await?);
        }
        let active_from = if keys.active(tx.now()).is_some() { tx.now() + SHOWN_BEFORE } else { tx.now() };
        store::delete_dead(&tx).await?;
        store::retire_all(&tx, active_from + self.lifetime() + MARGIN).await?;
        store::insert(&tx, self.generate(&tx, active_from)?).await?;
        tx.commit().await?;
        tracing::info!("a new key signs access tokens from {active_from} on");
        Ok(())
    }

    fn generate(&self, tx: &WriteTx, active_from: Timestamp) -> Result<SigningKeyRow, SignError> {
        let private = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| SignError::Key)?;
        let pair = Ed25519KeyPair::from_pkcs8(private.as_ref()).map_err(|_| SignError::Key)?;
        let sealed_private_key = self.0.context.secrets.seal(PURPOSE, private.as_ref())?;
        let kid = format!("{}-{:08x}", tx.now().format("%Y%m%d"), rand::random::<u32>());
        Ok(SigningKeyRow { kid, public_key: pair.public_key().as_ref().to_vec(), sealed_private_key, active_from, retired_at: None })
    }

    /// How long a token lives.
    pub(super) fn lifetime(&self) -> TimeDelta {
        let minutes = self.0.context.config.auth.access_token_minutes;
        TimeDelta::try_minutes(minutes).unwrap_or(TimeDelta::MAX)
    }
}

// What is shown before it signs is known everywhere by then.
const _: () = assert!(SHOWN_BEFORE.num_seconds() > 2 * Duration::as_secs(&FRESH).cast_signed());
