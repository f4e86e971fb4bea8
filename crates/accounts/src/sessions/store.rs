//! Rows of sessions and of the tokens that renew them.

use kernel::{Client, SessionId, Timestamp, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::{RefreshToken, RevokedBecause, Session};

/// What always holds of sessions.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        code: "x01",
        says: "each refresh token has at most one child: the generations of a session are numbered without a gap",
        sql: "SELECT 'a family' AS culprit FROM refresh_tokens GROUP BY session_id HAVING COUNT(*) <> MAX(generation)",
        grace_s: None,
    },
    Invariant {
        code: "x02",
        says: "of the refresh tokens of a session the last one alone is unused",
        sql: "SELECT 'a family' AS culprit FROM refresh_tokens t WHERE (t.used_at IS NULL) <>
              (t.generation = (SELECT MAX(l.generation) FROM refresh_tokens l WHERE l.session_id = t.session_id))",
        grace_s: None,
    },
];

#[derive(FromQueryResult)]
struct SessionRow {
    id: Uuid,
    user_id: Uuid,
    kind: String,
    ip: Option<String>,
    user_agent: Option<String>,
    two_factor_at: Option<Timestamp>,
    last_used_at: Timestamp,
    expires_at: Timestamp,
    revoked_at: Option<Timestamp>,
    created_at: Timestamp,
}

const COLUMNS: &str =
    "s.id, s.user_id, s.kind, s.ip, s.user_agent, s.two_factor_at, s.last_used_at, s.expires_at, s.revoked_at, s.created_at";

impl TryFrom<SessionRow> for Session {
    type Error = DatabaseError;

    fn try_from(row: SessionRow) -> Result<Self, DatabaseError> {
        let ip = row.ip.map(|ip| ip.parse()).transpose().map_err(|_| DatabaseError::corrupt("sessions.ip"))?;
        Ok(Self {
            id: SessionId::from_uuid(row.id),
            user_id: UserId::from_uuid(row.user_id),
            kind: row.kind.parse().map_err(|_| DatabaseError::corrupt("sessions.kind"))?,
            client: Client { ip, user_agent: row.user_agent, country: None },
            two_factor_at: row.two_factor_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            created_at: row.created_at,
        })
    }
}

/// Holds the user's row, so that signing in and what ends all sign-ins come one after the other; true where the account is active.
pub(super) async fn lock_active_user(tx: &WriteTx, id: UserId) -> Result<bool, DatabaseError> {
    let status: Option<String> = db::fetch_scalar(tx, "SELECT status FROM users WHERE id = $1 FOR UPDATE", values![id]).await?;
    Ok(status.as_deref() == Some("active"))
}

pub(super) async fn insert(tx: &WriteTx, session: &Session) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO sessions (id, user_id, kind, ip, user_agent, two_factor_at, last_used_at, expires_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let (ip, user_agent) = (session.client.ip.map(|ip| ip.to_string()), session.client.user_agent.clone());
    let (last_used_at, expires_at, created_at) = (session.last_used_at, session.expires_at, session.created_at);
    let (id, user_id, kind) = (session.id, session.user_id, session.kind.as_str());
    db::execute_later(tx, INSERT, values![id, user_id, kind, ip, user_agent, session.two_factor_at, last_used_at, expires_at, created_at])
        .await
}

/// A token of a family, as it is stored.
pub(super) struct NewToken<'a> {
    pub(super) session_id: SessionId,
    pub(super) token: &'a RefreshToken,
    pub(super) generation: i64,
    pub(super) expires_at: Timestamp,
}

pub(super) async fn insert_token(tx: &WriteTx, new: &NewToken<'_>) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO refresh_tokens (token_hash, session_id, generation, expires_at, created_at) VALUES ($1, $2, $3, $4, $5)";
    let values = values![new.token.hash(), new.session_id, new.generation, new.expires_at, tx.now()];
    db::execute_later(tx, INSERT, values).await
}

/// Holds the session of this token; without one there is no such token.
pub(super) async fn lock_by_token(tx: &WriteTx, token: &RefreshToken) -> Result<Option<SessionId>, DatabaseError> {
    const SELECT: &str = "SELECT id FROM sessions WHERE id = (SELECT session_id FROM refresh_tokens WHERE token_hash = $1) FOR UPDATE";
    let id: Option<Uuid> = db::fetch_scalar(tx, SELECT, values![token.hash()]).await?;
    Ok(id.map(SessionId::from_uuid))
}

#[derive(FromQueryResult)]
struct PresentedRow {
    generation: i64,
    token_expires_at: Timestamp,
    used_at: Option<Timestamp>,
    used_by: Option<Vec<u8>>,
    successor_expires_at: Option<Timestamp>,
    successor_used_at: Option<Timestamp>,
    user_status: String,
    #[row(nested)]
    session: SessionRow,
}

/// A refresh token that somebody shows, and what came of it so far.
pub(super) struct Presented {
    pub(super) session: Session,
    pub(super) user_is_active: bool,
    pub(super) generation: i64,
    pub(super) expires_at: Timestamp,
    pub(super) used: Option<Used>,
}

/// When and by whom a token was used.
pub(super) struct Used {
    pub(super) at: Timestamp,
    pub(super) by: Vec<u8>,
    /// When its successor, which is not used yet, is over.
    pub(super) fresh_successor_until: Option<Timestamp>,
}

/// What is known of a token, to be read under the lock of its session.
pub(super) async fn find_presented(tx: &WriteTx, token: &RefreshToken) -> Result<Option<Presented>, DatabaseError> {
    let select = format!(
        "SELECT t.generation, t.expires_at AS token_expires_at, t.used_at, t.used_by, c.expires_at AS successor_expires_at,
            c.used_at AS successor_used_at, u.status AS user_status, {COLUMNS}
        FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id JOIN users u ON u.id = s.user_id
            LEFT JOIN refresh_tokens c ON c.session_id = t.session_id AND c.generation = t.generation + 1
        WHERE t.token_hash = $1"
    );
    let row: Option<PresentedRow> = db::fetch_optional(tx, &select, values![token.hash()]).await?;
    row.map(|row| {
        let fresh_successor_until = row.successor_expires_at.filter(|_| row.successor_used_at.is_none());
        let used = row.used_at.zip(row.used_by).map(|(at, by)| Used { at, by, fresh_successor_until });
        Ok(Presented {
            session: row.session.try_into()?,
            user_is_active: row.user_status == "active",
            generation: row.generation,
            expires_at: row.token_expires_at,
            used,
        })
    })
    .transpose()
}

/// Marks a token as used; false where somebody else was first.
pub(super) async fn use_token(tx: &WriteTx, token: &RefreshToken, by: Vec<u8>) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE refresh_tokens SET used_at = $1, used_by = $2 WHERE token_hash = $3 AND used_at IS NULL";
    Ok(db::execute(tx, UPDATE, values![tx.now(), by, token.hash()]).await? == 1)
}

pub(super) async fn touch(tx: &WriteTx, session: &Session) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE sessions SET last_used_at = $1, ip = $2, user_agent = $3 WHERE id = $4";
    let (ip, user_agent) = (session.client.ip.map(|ip| ip.to_string()), session.client.user_agent.clone());
    db::execute_later(tx, UPDATE, values![session.last_used_at, ip, user_agent, session.id]).await
}

/// A session whose owner's account is active; whether its time is over is for the caller to see.
pub(super) async fn find_of_active_user(db: &impl ConnectionTrait, id: SessionId) -> Result<Option<Session>, DatabaseError> {
    let select = format!("SELECT {COLUMNS} FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1 AND u.status = 'active'");
    let row: Option<SessionRow> = db::fetch_optional(db, &select, values![id]).await?;
    row.map(Session::try_from).transpose()
}

/// The same by the token that carries or renews it.
pub(super) async fn find_of_active_user_by_token(
    db: &impl ConnectionTrait,
    token: &RefreshToken,
) -> Result<Option<Session>, DatabaseError> {
    let select = format!(
        "SELECT {COLUMNS} FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id JOIN users u ON u.id = s.user_id
        WHERE t.token_hash = $1 AND u.status = 'active'"
    );
    let row: Option<SessionRow> = db::fetch_optional(db, &select, values![token.hash()]).await?;
    row.map(Session::try_from).transpose()
}

/// Notes that a session is used, unless somebody did since this moment.
pub(super) async fn note_use(tx: &WriteTx, id: SessionId, since: Timestamp) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE sessions SET last_used_at = $1 WHERE id = $2 AND last_used_at <= $3 AND revoked_at IS NULL";
    db::execute(tx, UPDATE, values![tx.now(), id, since]).await.map(drop)
}

pub(super) async fn find_by_token(db: &impl ConnectionTrait, token: &RefreshToken) -> Result<Option<Session>, DatabaseError> {
    let select = format!("SELECT {COLUMNS} FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.token_hash = $1");
    let row: Option<SessionRow> = db::fetch_optional(db, &select, values![token.hash()]).await?;
    row.map(Session::try_from).transpose()
}

/// The sessions of a user that nobody ended and whose time is not over, the last used first.
pub(super) async fn unended_of(db: &impl ConnectionTrait, user: UserId, now: Timestamp, most: i64) -> Result<Vec<Session>, DatabaseError> {
    let select = format!(
        "SELECT {COLUMNS} FROM sessions s WHERE s.user_id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2
        ORDER BY s.last_used_at DESC, s.id DESC LIMIT $3"
    );
    let rows: Vec<SessionRow> = db::fetch_all(db, &select, values![user, now, most]).await?;
    rows.into_iter().map(Session::try_from).collect()
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

/// Holds the sessions of a user that nobody ended, in one order for everybody.
pub(super) async fn lock_unended_of(tx: &WriteTx, user: UserId) -> Result<Vec<SessionId>, DatabaseError> {
    const SELECT: &str = "SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY id FOR UPDATE";
    let rows: Vec<IdRow> = db::fetch_all(tx, SELECT, values![user, tx.now()]).await?;
    Ok(rows.into_iter().map(|row| SessionId::from_uuid(row.id)).collect())
}

/// Holds a session that nobody ended; whose it is.
pub(super) async fn lock_unended(tx: &WriteTx, id: SessionId) -> Result<Option<UserId>, DatabaseError> {
    const SELECT: &str = "SELECT user_id FROM sessions WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2 FOR UPDATE";
    let user: Option<Uuid> = db::fetch_scalar(tx, SELECT, values![id, tx.now()]).await?;
    Ok(user.map(UserId::from_uuid))
}

pub(super) async fn revoke(tx: &WriteTx, ids: &[SessionId], because: RevokedBecause) -> Result<(), DatabaseError> {
    let sql = format!(
        "UPDATE sessions SET revoked_at = $1, revoked_because = $2 WHERE revoked_at IS NULL AND id IN ({})",
        db::placeholders(3, ids.len())
    );
    let mut values = values![tx.now(), because.as_str()];
    values.extend(ids.iter().flat_map(|id| values![*id]));
    db::execute_later(tx, &sql, values).await
}

/// Deletes sessions whose time was over before this moment, so many at most.
pub(super) async fn delete_over_before(tx: &WriteTx, moment: Timestamp, most: i64) -> Result<u64, DatabaseError> {
    const DELETE: &str =
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < $1 ORDER BY expires_at, id LIMIT $2)";
    db::execute(tx, DELETE, values![moment, most]).await
}

pub(super) async fn pass_two_factor(tx: &WriteTx, id: SessionId) -> Result<(), DatabaseError> {
    db::execute_later(tx, "UPDATE sessions SET two_factor_at = $1 WHERE id = $2", values![tx.now(), id]).await
}

/// All sessions of a user, ended ones too, the newest first.
pub(super) async fn all_of(db: &impl ConnectionTrait, user: UserId, most: i64) -> Result<Vec<Session>, DatabaseError> {
    let select = format!("SELECT {COLUMNS} FROM sessions s WHERE s.user_id = $1 ORDER BY s.id DESC LIMIT $2");
    let rows: Vec<SessionRow> = db::fetch_all(db, &select, values![user, most]).await?;
    rows.into_iter().map(Session::try_from).collect()
}

/// Forgets all sessions of a user with their tokens.
pub(super) async fn delete_of(tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM sessions WHERE user_id = $1", values![user]).await.map(drop)
}
