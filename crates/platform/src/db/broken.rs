//! Database errors by what they mean: a rule of the schema that was broken, a database that is away, or our own fault.

use kernel::{DomainError, ErrorKind};
use tokio_postgres::error::DbError;

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
    Unavailable(#[source] Cause),
    /// The schema refused the change.
    #[error("the change breaks {0:?}")]
    Broken(Broken, #[source] Cause),
    /// A statement of ours is wrong, or a row is not what we wrote.
    #[error("database error")]
    Fault(#[source] Cause),
}

/// What the driver said.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// SQLite's word.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL's word, or that of the connection to it. It is no source that a log could go on to: its details hold rows.
    #[error("{}", told(.0))]
    Postgres(tokio_postgres::Error),
    /// Our own.
    #[error("{0}")]
    Other(String),
}

impl DatabaseError {
    /// A row that cannot be what we wrote: somebody else changed the database, or a statement of ours is wrong.
    #[must_use]
    pub fn corrupt(what: &str) -> Self {
        Self::Fault(Cause::Other(format!("unexpected value in the database: {what}")))
    }

    /// What a transaction read was changed by somebody else before it wrote: the same request may succeed now.
    #[must_use]
    pub fn raced(what: &str) -> Self {
        Self::busy(what)
    }

    /// Something was not had in time, or not kept.
    pub(super) fn busy(what: &str) -> Self {
        Self::Unavailable(Cause::Other(what.to_owned()))
    }

    /// What the driver said.
    pub(super) fn into_cause(self) -> Cause {
        let (Self::Unavailable(cause) | Self::Broken(_, cause) | Self::Fault(cause)) = self;
        cause
    }

    /// True where the same request may succeed later.
    pub(super) const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// True where the connection is gone, and with it everything that was under way on it. The server's own farewell (an
    /// operator or a shutdown ended the session) says the same.
    pub(super) fn is_disconnect(&self) -> bool {
        match self {
            Self::Unavailable(Cause::Postgres(error)) => error.is_closed() || postgres_code(error) == Some("57P01"),
            _ => false,
        }
    }

    /// True where a wait for a row's lock was given up.
    #[must_use]
    pub fn is_lock_timeout(&self) -> bool {
        matches!(self, Self::Unavailable(Cause::Postgres(error)) if postgres_code(error) == Some("55P03"))
    }
}

impl From<tokio_postgres::Error> for Cause {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error().map_or(0, |said| said.extended_code);
        match sqlite_rule(code, &error.to_string()) {
            Some(broken) => Self::Broken(broken, error.into()),
            None if SQLITE_PASSES.contains(&(code & 0xff)) => Self::Unavailable(error.into()),
            None => Self::Fault(error.into()),
        }
    }
}

impl From<tokio_postgres::Error> for DatabaseError {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error().and_then(postgres_rule) {
            Some(broken) => Self::Broken(broken, error.into()),
            None if error.is_closed() || postgres_code(&error).is_some_and(passes) => Self::Unavailable(error.into()),
            None => Self::Fault(error.into()),
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

/// Extended result codes of SQLite's constraints; it names the key or the check in its message.
fn sqlite_rule(code: i32, message: &str) -> Option<Broken> {
    let name = || message.split_once("failed: ").map(|(_, name)| name.to_owned()).unwrap_or_default();
    match code {
        1555 | 2067 => Some(Broken::Unique(name())),
        275 => Some(Broken::Check(name())),
        787 => Some(Broken::Foreign),
        1299 => Some(Broken::NotNull),
        _ => None,
    }
}

/// True where PostgreSQL says that the role lacks a right.
pub(super) fn is_forbidden(error: &DatabaseError) -> bool {
    let (DatabaseError::Unavailable(cause) | DatabaseError::Broken(_, cause) | DatabaseError::Fault(cause)) = error;
    matches!(cause, Cause::Postgres(error) if postgres_code(error) == Some("42501"))
}

fn postgres_rule(error: &DbError) -> Option<Broken> {
    let name = || error.constraint().map(str::to_owned).unwrap_or_default();
    match error.code().code() {
        "23505" => Some(Broken::Unique(name())),
        "23514" => Some(Broken::Check(name())),
        "23503" => Some(Broken::Foreign),
        "23502" => Some(Broken::NotNull),
        _ => None,
    }
}

fn postgres_code(error: &tokio_postgres::Error) -> Option<&str> {
    error.code().map(tokio_postgres::error::SqlState::code)
}

/// What the server says, without the details, in which it quotes values of the row: customers' names and addresses.
fn told(error: &tokio_postgres::Error) -> String {
    let Some(said) = error.as_db_error() else { return with_causes(error) };
    let constraint = said.constraint().map(|name| format!(" ({name})")).unwrap_or_default();
    format!("{}: {}{constraint}", said.code().code(), said.message())
}

/// An error in its own words and those of what caused it.
pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}

/// Busy, locked, read-only, failed to read or write, full, not to be opened: primary result codes that may be gone later.
const SQLITE_PASSES: [i32; 6] = [5, 6, 8, 10, 13, 14];

/// SQLSTATE classes that pass: connection, resources, operator intervention, serialization and deadlock, lock not available.
fn passes(code: &str) -> bool {
    ["08", "53", "57", "40"].iter().any(|class| code.starts_with(class)) || code == "55P03"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_is_our_fault() {
        for code in ["53100", "57P01", "08006", "40P01", "55P03"] {
            assert!(passes(code), "{code}");
        }
        for code in ["23505", "42601", "22001"] {
            assert!(!passes(code), "{code}");
        }
        let sqlite = |code| DatabaseError::from(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None));
        for code in [13, 5, 261, 778, 10] {
            assert!(sqlite(code).is_unavailable(), "{code}");
        }
        for code in [1, 20] {
            assert!(matches!(sqlite(code), DatabaseError::Fault(_)), "{code}");
        }
    }

    #[test]
    fn sqlite_names_the_rule_in_its_message() {
        let rule = |code, message| sqlite_rule(code, message);
        assert_eq!(rule(2067, "UNIQUE constraint failed: t.a, t.b"), Some(Broken::Unique("t.a, t.b".to_owned())));
        assert_eq!(rule(275, "CHECK constraint failed: ck_t_n"), Some(Broken::Check("ck_t_n".to_owned())));
        assert_eq!(rule(787, "FOREIGN KEY constraint failed"), Some(Broken::Foreign));
        assert_eq!(rule(1811, "t is append-only"), None);
    }
}
