//! Database errors by what they mean: a rule of the schema that was broken, a database that is away, or our own fault.

use kernel::{DomainError, ErrorKind};
use sea_orm::{DbErr, RuntimeErr};
use sqlx::error::ErrorKind as SqlxKind;

/// A rule of the schema that a statement broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// A unique or primary key: its name on PostgreSQL, its columns (`table.a, table.b`) on SQLite.
    Unique(String),
    /// A CHECK, by name.
    Check(String),
    /// A foreign key; SQLite does not say which.
    Foreign,
    /// A column that must not be null.
    NotNull,
}

/// What a statement ends in when it does not succeed.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The database cannot be reached, is full, or gave up a wait; the same request may succeed later.
    #[error("the database is not available")]
    Unavailable(#[source] DbErr),
    /// The schema refused the change.
    #[error("the change breaks {0:?}")]
    Broken(Broken, #[source] DbErr),
    /// A statement of ours is wrong, or a row is not what we wrote.
    #[error("database error")]
    Fault(#[source] DbErr),
}

impl DatabaseError {
    /// A row that cannot be what we wrote: somebody else changed the database, or a statement of ours is wrong.
    #[must_use]
    pub fn corrupt(what: &str) -> Self {
        Self::Fault(DbErr::Custom(format!("unexpected value in the database: {what}")))
    }

    /// What a transaction read was changed by somebody else before it wrote: the same request may succeed now.
    #[must_use]
    pub fn raced(what: &str) -> Self {
        Self::Unavailable(DbErr::Custom(what.to_owned()))
    }

    /// True where a wait for a row's lock was given up.
    #[must_use]
    pub fn is_lock_timeout(&self) -> bool {
        matches!(self, Self::Unavailable(error) if sqlx_error(error).and_then(database_code).as_deref() == Some("55P03"))
    }
}

impl From<DbErr> for DatabaseError {
    fn from(error: DbErr) -> Self {
        if let Some(broken) = broken(&error) {
            Self::Broken(broken, error)
        } else if is_unavailable(&error) {
            Self::Unavailable(error)
        } else {
            Self::Fault(error)
        }
    }
}

impl DomainError for DatabaseError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "database_unavailable",
            Self::Broken(..) | Self::Fault(_) => "internal",
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unavailable(_) => ErrorKind::Unavailable,
            Self::Broken(..) | Self::Fault(_) => ErrorKind::Internal,
        }
    }
}

/// Turns a broken rule of the schema into a use case's own error.
pub trait OnBroken<T> {
    /// `error` where this unique key was broken; `name` is PostgreSQL's word for it, `columns` SQLite's.
    ///
    /// # Errors
    /// `error()`, or the database's own.
    fn on_unique<E: From<DatabaseError>>(self, name: &str, columns: &str, error: impl FnOnce() -> E) -> Result<T, E>;

    /// `error` where this CHECK was broken.
    ///
    /// # Errors
    /// `error()`, or the database's own.
    fn on_check<E: From<DatabaseError>>(self, name: &str, error: impl FnOnce() -> E) -> Result<T, E>;

    /// `error` where any foreign key was broken; SQLite does not tell which.
    ///
    /// # Errors
    /// `error()`, or the database's own.
    fn on_foreign<E: From<DatabaseError>>(self, error: impl FnOnce() -> E) -> Result<T, E>;
}

impl<T> OnBroken<T> for Result<T, DatabaseError> {
    fn on_unique<E: From<DatabaseError>>(self, name: &str, columns: &str, error: impl FnOnce() -> E) -> Result<T, E> {
        match self {
            // SQLite says `index 'name'` for an index on an expression and the columns for any other.
            Err(DatabaseError::Broken(Broken::Unique(key), _)) if key == name || key == columns || key == format!("index '{name}'") => {
                Err(error())
            }
            other => other.map_err(E::from),
        }
    }

    fn on_check<E: From<DatabaseError>>(self, name: &str, error: impl FnOnce() -> E) -> Result<T, E> {
        match self {
            Err(DatabaseError::Broken(Broken::Check(check), _)) if check == name => Err(error()),
            other => other.map_err(E::from),
        }
    }

    fn on_foreign<E: From<DatabaseError>>(self, error: impl FnOnce() -> E) -> Result<T, E> {
        match self {
            Err(DatabaseError::Broken(Broken::Foreign, _)) => Err(error()),
            other => other.map_err(E::from),
        }
    }
}

fn sqlx_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner))
        | DbErr::Conn(RuntimeErr::SqlxError(inner)) => Some(inner),
        _ => None,
    }
}

fn database_code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error()?.code().map(std::borrow::Cow::into_owned)
}

/// True where PostgreSQL says that the role lacks a right.
pub(super) fn is_forbidden(error: &DatabaseError) -> bool {
    let (DatabaseError::Unavailable(error) | DatabaseError::Broken(_, error) | DatabaseError::Fault(error)) = error;
    sqlx_error(error).and_then(database_code).as_deref() == Some("42501")
}

fn broken(error: &DbErr) -> Option<Broken> {
    let database = sqlx_error(error)?.as_database_error()?;
    let name = || {
        let from_message = || database.message().split_once("failed: ").map(|(_, name)| name.to_owned());
        database.constraint().map(str::to_owned).or_else(from_message).unwrap_or_default()
    };
    match database.kind() {
        SqlxKind::UniqueViolation => Some(Broken::Unique(name())),
        SqlxKind::CheckViolation => Some(Broken::Check(name())),
        SqlxKind::ForeignKeyViolation => Some(Broken::Foreign),
        SqlxKind::NotNullViolation => Some(Broken::NotNull),
        _ => None,
    }
}

/// Away, full, overloaded, or a lock that was not had in time: all of them pass.
fn is_unavailable(error: &DbErr) -> bool {
    if matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) {
        return true;
    }
    match sqlx_error(error) {
        Some(
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_),
        ) => true,
        Some(other) => database_code(other).is_some_and(|code| passes(&code)),
        None => false,
    }
}

/// SQLSTATE classes of PostgreSQL, and SQLite's (extended) result codes, of which the low byte is the primary code.
fn passes(code: &str) -> bool {
    const BUSY_LOCKED_IO_FULL_CANTOPEN_READONLY: [u32; 6] = [5, 6, 10, 13, 14, 8];
    // Connection, resources, operator intervention, serialization and deadlock, lock not available, not yet accepting.
    let postgres = code.len() == 5 && (["08", "53", "57", "40"].iter().any(|class| code.starts_with(class)) || code == "55P03");
    let sqlite = code.len() < 5 && code.parse::<u32>().is_ok_and(|code| BUSY_LOCKED_IO_FULL_CANTOPEN_READONLY.contains(&(code & 0xff)));
    postgres || sqlite
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_is_our_fault() {
        for code in ["53100", "57P01", "08006", "40P01", "55P03", "13", "5", "261", "778", "10"] {
            assert!(passes(code), "{code}");
        }
        for code in ["23505", "42601", "1", "787", "2067", "22001"] {
            assert!(!passes(code), "{code}");
        }
    }
}
