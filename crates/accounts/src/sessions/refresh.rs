//! Renewing a session: a refresh token is used once.

use chrono::TimeDelta;
use kernel::{Client, DomainError, ErrorKind, Origin};
use platform::audit::{self, Entry};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, Secrets, SecretsError};

use crate::anomalies;

use super::model::{Kind, RefreshToken, RevokedBecause, Session};
use super::open::Opened;
use super::revoke::end;
use super::store::{self, NewToken, Presented, Used};

/// How long whoever lost the answer may ask again.
const LOST_ANSWER: TimeDelta = TimeDelta::seconds(10);

/// Why a session is not renewed.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// Unknown, over, or of a session that is.
    #[error("the refresh token is not valid; sign in again")]
    Invalid,
    /// It was used before: somebody has a copy, and the session is over for all of them.
    #[error("the refresh token was used before; its session is ended, sign in again")]
    Reused,
    /// The master key.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for RefreshError {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid => "refresh_token_invalid",
            Self::Reused => "refresh_token_reused",
            Self::Secrets(_) => "internal",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid | Self::Reused => ErrorKind::Unauthenticated,
            Self::Secrets(_) => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }
}

/// What is to be done with a token that somebody shows.
enum Verdict {
    Rotate,
    /// Its answer was lost: the same successor again.
    Repeat(Box<Opened>),
    Refuse,
    Revoke,
}

/// Uses a refresh token and answers its one successor. The session's row is locked meanwhile, so of many who show the same
/// token one makes the successor.
///
/// The successor is derived from the token with the master key. So the same client (address and program) that shows the token
/// again within ten seconds, because the answer was lost, gets the same successor, as long as that is unused. Whoever else shows
/// a used token has a copy of it, or is the owner of one that was copied: the whole session is ended, which is durable
/// before this answers (RFC 9700, 4.14.2).
///
/// # Errors
/// `Invalid` without telling which of all reasons, `Reused`, or what the database or the master key say.
pub async fn refresh(context: &Context, origin: &Origin, token: &RefreshToken) -> Result<Opened, RefreshError> {
    let tx = context.begin(origin).await?;
    store::lock_by_token(&tx, token).await?.ok_or(RefreshError::Invalid)?;
    let presented = store::find_presented(&tx, token).await?.ok_or(RefreshError::Invalid)?;
    let by = fingerprint(&context.secrets, &origin.client)?;
    let successor = RefreshToken::of(&context.secrets.mac("refresh_token", token.reveal().as_bytes())?);
    let session = presented.session.clone();
    match judge(context, &presented, &by, &successor) {
        Verdict::Rotate => {
            let opened = rotate(context, &tx, (presented, token, by), successor).await?;
            tx.commit().await?;
            Ok(opened)
        }
        Verdict::Repeat(opened) => {
            // Nothing is written; but what made the successor is durable when this answers.
            tx.commit().await?;
            Ok(*opened)
        }
        Verdict::Refuse => Err(RefreshError::Invalid),
        Verdict::Revoke => {
            end(&tx, session.user_id, &[session.id], RevokedBecause::Reused).await?;
            audit::record_refusal(&tx, &Entry::of("session.revoked", session.id)).await?;
            tx.commit().await?;
            tracing::warn!(session.id = %session.id, "a refresh token was used twice; its session is ended");
            Err(RefreshError::Reused)
        }
    }
}

fn judge(context: &Context, presented: &Presented, by: &[u8], successor: &RefreshToken) -> Verdict {
    let (now, session) = (context.now(), &presented.session);
    let is_live = presented.user_is_active && session.kind == Kind::Bearer && session.is_live(&context.config.auth, now);
    match &presented.used {
        _ if !is_live => Verdict::Refuse,
        None if now < presented.expires_at => Verdict::Rotate,
        None => Verdict::Refuse,
        Some(used) => repeat(session, used, by, successor)
            .filter(|_| now < used.at + LOST_ANSWER)
            .map_or(Verdict::Revoke, |opened| Verdict::Repeat(Box::new(opened))),
    }
}

fn repeat(session: &Session, used: &Used, by: &[u8], successor: &RefreshToken) -> Option<Opened> {
    let refresh_expires_at = used.fresh_successor_until.filter(|_| used.by == by)?;
    Some(Opened { session: session.clone(), refresh: successor.clone(), refresh_expires_at })
}

async fn rotate(
    context: &Context,
    tx: &WriteTx,
    (presented, token, by): (Presented, &RefreshToken, Vec<u8>),
    successor: RefreshToken,
) -> Result<Opened, RefreshError> {
    if !store::use_token(tx, token, by).await? {
        return Err(DatabaseError::raced("refresh_tokens.used_at").into());
    }
    let session = Session { last_used_at: tx.now(), client: tx.origin().client.clone(), ..presented.session };
    let refresh_expires_at = session.idle_until(&context.config.auth);
    let generation = presented.generation + 1;
    let child = NewToken { session_id: session.id, token: &successor, generation, expires_at: refresh_expires_at };
    store::insert_token(tx, &child).await?;
    store::touch(tx, &session).await?;
    anomalies::seen_in(tx, session.user_id, session.id).await?;
    Ok(Opened { session, refresh: successor, refresh_expires_at })
}

/// Who shows a token, as nothing that tells where they are.
fn fingerprint(secrets: &Secrets, client: &Client) -> Result<Vec<u8>, SecretsError> {
    let ip = client.ip.map(|ip| ip.to_string()).unwrap_or_default();
    let text = format!("{ip}\n{}", client.user_agent.as_deref().unwrap_or_default());
    Ok(secrets.mac("refresh_client", text.as_bytes())?.to_vec())
}
