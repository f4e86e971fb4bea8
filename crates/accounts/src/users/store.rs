//! Rows of the people.

use kernel::{Cursor, DomainError, Email, ErrorKind, Page, PageRequest, Position, Timestamp, UserId, fold};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, ListError, OnBroken as _, WriteTx};
use platform::values;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::model::{Consent, Login, StatusReason, User, UserStatus, Username};

/// Why a person cannot be known by what it wants.
#[derive(Debug, thiserror::Error)]
pub enum TakenError {
    /// Somebody has an account with this address.
    #[error("there is an account with this e-mail address")]
    Email,
    /// Somebody has this username.
    #[error("there is an account with this username")]
    Username,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for TakenError {
    fn code(&self) -> &'static str {
        match self {
            Self::Email => "email_taken",
            Self::Username => "username_taken",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Email | Self::Username => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }
}

/// A person, and the hash of its password where it has one.
#[derive(Debug, Clone)]
pub struct WithPassword {
    /// The person.
    pub user: User,
    /// The hash.
    pub password_hash: Option<SecretString>,
}

#[derive(FromQueryResult)]
struct UserRow {
    id: Uuid,
    email: Option<String>,
    email_verified_at: Option<Timestamp>,
    pending_email: Option<String>,
    username: Option<String>,
    name: Option<String>,
    password_hash: Option<String>,
    password_changed_at: Option<Timestamp>,
    status: String,
    status_reason: Option<String>,
    accepts_marketing: bool,
    accepts_marketing_at: Option<Timestamp>,
    accepts_marketing_source: Option<String>,
    tags: serde_json::Value,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

const COLUMNS: &str = "id, email, email_verified_at, pending_email, username, name, password_hash, password_changed_at, status, \
    status_reason, accepts_marketing, accepts_marketing_at, accepts_marketing_source, tags, version, created_at, updated_at";

fn address(text: Option<&String>, column: &str) -> Result<Option<Email>, DatabaseError> {
    text.map(|text| Email::parse(text)).transpose().map_err(|_| DatabaseError::corrupt(column))
}

impl TryFrom<UserRow> for WithPassword {
    type Error = DatabaseError;

    fn try_from(row: UserRow) -> Result<Self, DatabaseError> {
        let username = row.username.as_deref().map(Username::parse).transpose();
        let consent = match (row.accepts_marketing, row.accepts_marketing_at) {
            (true, Some(at)) => Consent::Given { at, source: row.accepts_marketing_source.unwrap_or_default() },
            (_, at) => Consent::Refused { at },
        };
        let user = User {
            id: UserId::from_uuid(row.id),
            email: address(row.email.as_ref(), "users.email")?,
            email_verified_at: row.email_verified_at,
            pending_email: address(row.pending_email.as_ref(), "users.pending_email")?,
            username: username.map_err(|_| DatabaseError::corrupt("users.username"))?,
            name: row.name,
            status: row.status.parse().map_err(|_| DatabaseError::corrupt("users.status"))?,
            status_reason: row.status_reason,
            consent,
            password_changed_at: row.password_changed_at,
            tags: serde_json::from_value(row.tags).map_err(|_| DatabaseError::corrupt("users.tags"))?,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        };
        Ok(Self { user, password_hash: row.password_hash.map(SecretString::from) })
    }
}

async fn one(db: &impl ConnectionTrait, rest: &str, values: Vec<db::Value>) -> Result<Option<WithPassword>, DatabaseError> {
    let row: Option<UserRow> = db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM users WHERE {rest}"), values).await?;
    row.map(WithPassword::try_from).transpose()
}

/// One person.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: UserId) -> Result<Option<User>, DatabaseError> {
    Ok(one(db, "id = $1", values![id]).await?.map(|found| found.user))
}

/// Several people; those that do not exist are missing.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_all(db: &impl ConnectionTrait, ids: &[UserId]) -> Result<Vec<User>, DatabaseError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT {COLUMNS} FROM users WHERE id IN ({}) ORDER BY id", db::placeholders(1, ids.len()));
    let rows: Vec<UserRow> = db::fetch_all(db, &sql, ids.iter().flat_map(|id| values![*id]).collect()).await?;
    rows.into_iter().map(|row| WithPassword::try_from(row).map(|found| found.user)).collect()
}

/// One person, and what its password is held against.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_with_password(db: &impl ConnectionTrait, id: UserId) -> Result<Option<WithPassword>, DatabaseError> {
    one(db, "id = $1", values![id]).await
}

/// One person, held until the transaction ends: its facts are numbered under this lock.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn lock(tx: &WriteTx, id: UserId) -> Result<Option<WithPassword>, DatabaseError> {
    one(tx, "id = $1 FOR UPDATE", values![id]).await
}

/// Whoever is known by this, whatever became of the account. A login of nobody is asked for all the same, so that it takes as long.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_by_login(db: &impl ConnectionTrait, login: &Login) -> Result<Option<WithPassword>, DatabaseError> {
    let column = if matches!(login, Login::Email(_)) { "email_key = $1" } else { "username_key = $1" };
    one(db, column, values![login.key()]).await
}

fn search_key(user: &User) -> String {
    let words = [user.email.as_ref().map(Email::as_str), user.username.as_ref().map(Username::as_str), user.name.as_deref()];
    fold(&words.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// What the columns of a consent hold.
fn consent(user: &User) -> (bool, Option<Timestamp>, Option<&str>) {
    match &user.consent {
        Consent::Refused { at } => (false, *at, None),
        Consent::Given { at, source } => (true, Some(*at), Some(source)),
    }
}

fn taken<T>(written: Result<T, DatabaseError>) -> Result<T, TakenError> {
    match written.on_unique("users_email_key", "users.email_key", || TakenError::Email) {
        Err(TakenError::Database(error)) => Err(error).on_unique("users_username_key", "users.username_key", || TakenError::Username),
        other => other,
    }
}

pub(super) async fn insert(tx: &WriteTx, user: &User, password_hash: Option<&SecretString>) -> Result<(), TakenError> {
    const INSERT: &str = "INSERT INTO users (id, email, email_key, email_verified_at, username, username_key, name, password_hash,
        password_changed_at, status, accepts_marketing, accepts_marketing_at, accepts_marketing_source, search_key, tags, metadata,
        created_at, updated_at, created_by, updated_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18, $18)";
    let (accepts_marketing, at, source) = consent(user);
    let values = values![
        user.id,
        user.email.as_ref().map(Email::as_str),
        user.email.as_ref().map(Email::key),
        user.email_verified_at,
        user.username.as_ref().map(Username::as_str),
        user.username.as_ref().map(Username::key),
        user.name.as_deref(),
        password_hash.map(|hash| hash.expose_secret()),
        user.password_changed_at,
        user.status.as_str(),
        accepts_marketing,
        at,
        source,
        search_key(user),
        serde_json::json!(user.tags),
        serde_json::json!({}),
        user.created_at,
        tx.actor().to_string(),
    ];
    taken(db::execute(tx, INSERT, values).await.map(drop))
}

/// Writes what a person says of itself.
pub(super) async fn update_profile(tx: &WriteTx, user: &User) -> Result<(), TakenError> {
    const UPDATE: &str = "UPDATE users SET username = $1, username_key = $2, name = $3, accepts_marketing = $4, accepts_marketing_at = $5,
        accepts_marketing_source = $6, search_key = $7, version = $8, updated_at = $9, updated_by = $10 WHERE id = $11";
    let (accepts_marketing, at, source) = consent(user);
    let values = values![
        user.username.as_ref().map(Username::as_str),
        user.username.as_ref().map(Username::key),
        user.name.as_deref(),
        accepts_marketing,
        at,
        source,
        search_key(user),
        user.version,
        user.updated_at,
        tx.actor().to_string(),
        user.id,
    ];
    taken(db::execute(tx, UPDATE, values).await.map(drop))
}

/// Writes the hash of a password. `is_new`: of another password, not the same one hashed better.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn keep_password(tx: &WriteTx, id: UserId, hash: &SecretString, is_new: bool) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE users SET password_hash = $1, password_changed_at = CASE WHEN $2 THEN $3 ELSE password_changed_at END,
        version = version + 1, updated_at = $3, updated_by = $4 WHERE id = $5";
    db::execute(tx, UPDATE, values![hash.expose_secret(), is_new, tx.now(), tx.actor().to_string(), id]).await.map(drop)
}

/// Notes the address that the account is to have once somebody shows that mail to it is read.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn propose_email(tx: &WriteTx, id: UserId, email: &Email) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE users SET pending_email = $1, version = version + 1, updated_at = $2, updated_by = $3 WHERE id = $4";
    db::execute(tx, UPDATE, values![email.as_str(), tx.now(), tx.actor().to_string(), id]).await.map(drop)
}

/// Makes the proposed address, whose mail is read, the account's; the caller holds the row.
///
/// # Errors
/// `Email` where somebody else has it by now.
pub async fn keep_email(tx: &WriteTx, user: &User, email: &Email) -> Result<User, TakenError> {
    const UPDATE: &str = "UPDATE users SET email = $1, email_key = $2, email_verified_at = $3, pending_email = NULL, search_key = $4,
        version = $5, updated_at = $3, updated_by = $6 WHERE id = $7";
    let mut user = User { email: Some(email.clone()), email_verified_at: Some(tx.now()), pending_email: None, ..user.clone() };
    (user.version, user.updated_at) = (user.version + 1, tx.now());
    let values = values![email.as_str(), email.key(), tx.now(), search_key(&user), user.version, tx.actor().to_string(), user.id];
    taken(db::execute(tx, UPDATE, values).await.map(drop))?;
    Ok(user)
}

/// Notes that the mail of the account's address is read.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn verify_email(tx: &WriteTx, id: UserId) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE users SET email_verified_at = $1, version = version + 1, updated_at = $1, updated_by = $2 WHERE id = $3";
    db::execute(tx, UPDATE, values![tx.now(), tx.actor().to_string(), id]).await.map(drop)
}

/// Writes what became of the account, and why.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn change_status(tx: &WriteTx, id: UserId, status: UserStatus, reason: Option<&StatusReason>) -> Result<(), DatabaseError> {
    const UPDATE: &str =
        "UPDATE users SET status = $1, status_reason = $2, version = version + 1, updated_at = $3, updated_by = $4 WHERE id = $5";
    let reason = reason.map(StatusReason::as_str);
    db::execute(tx, UPDATE, values![status.as_str(), reason, tx.now(), tx.actor().to_string(), id]).await.map(drop)
}

/// Strips an account of all that tells whose it was; what it bought keeps its id.
pub(super) async fn forget(tx: &WriteTx, id: UserId) -> Result<(), DatabaseError> {
    const UPDATE: &str =
        "UPDATE users SET status = 'erased', status_reason = NULL, email = NULL, email_key = NULL, email_verified_at = NULL, pending_email = NULL,
        username = NULL, username_key = NULL, name = NULL, password_hash = NULL, accepts_marketing = FALSE, accepts_marketing_at = NULL,
        accepts_marketing_source = NULL, search_key = '', tags = $1, metadata = $2, version = version + 1, updated_at = $3, updated_by = $4
        WHERE id = $5";
    db::execute(tx, "DELETE FROM one_time_tokens WHERE user_id = $1", values![id]).await?;
    let values = values![serde_json::json!([]), serde_json::json!({}), tx.now(), tx.actor().to_string(), id];
    db::execute(tx, UPDATE, values).await.map(drop)
}

/// Which people a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Only those of whose account this became.
    pub status: Option<UserStatus>,
    /// Only those whose address, username or name holds this.
    pub search: Option<String>,
}

/// Which page of which people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserQuery {
    /// Whom.
    pub filter: UserFilter,
    /// The newest first (`-created_at`), else the oldest (`created_at`).
    pub descending: bool,
    /// Which page.
    pub page: PageRequest,
}

/// A page of people, by when they came: ids grow with time. At most two statements.
///
/// # Errors
/// `ListError` for a page too deep or a cursor of another list, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &UserQuery) -> Result<Page<User>, ListError> {
    let (limit, offset) = db::window(&query.page)?;
    let (sort, after, direction) = if query.descending { ("-created_at", "<", "DESC") } else { ("created_at", ">", "ASC") };
    let search = query.filter.search.as_deref().map(fold).filter(|words| !words.is_empty());
    let (mut which, mut values) = (vec!["TRUE".to_owned()], vec![]);
    for (condition, value) in [
        ("status = ", query.filter.status.map(|status| status.as_str().to_owned())),
        ("search_key LIKE ", search.map(|words| db::containing(&words))),
    ] {
        if let Some(value) = value {
            values.extend(values![value]);
            let escape = if condition.contains("LIKE") { " ESCAPE '!'" } else { "" };
            which.push(format!("{condition}${}{escape}", values.len()));
        }
    }
    let total = db::total_of(db, &query.page, &format!("users WHERE {}", which.join(" AND ")), values.clone()).await?;
    if let Position::After(Some(cursor)) = &query.page.position {
        values.extend(values![cursor.id]);
        which.push(format!("id {after} ${}", values.len()));
    }
    values.extend(values![limit, offset]);
    let (limit_at, offset_at) = (values.len() - 1, values.len());
    let sql =
        format!("SELECT {COLUMNS} FROM users WHERE {} ORDER BY id {direction} LIMIT ${limit_at} OFFSET ${offset_at}", which.join(" AND "));
    let rows: Vec<UserRow> = db::fetch_all(db, &sql, values).await?;
    let rows = rows.into_iter().map(|row| WithPassword::try_from(row).map(|found| found.user)).collect::<Result<Vec<_>, _>>()?;
    let place = |last: &User| Cursor { sort: sort.to_owned(), value: None, id: last.id.uuid() };
    Ok(db::page_of(rows, &query.page, total, place))
}
