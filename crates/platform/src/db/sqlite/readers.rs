//! Connections that read: as many as read at one moment, which is as many as there are threads.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::connection::{Access, SqliteConnection};
use crate::db::broken::DatabaseError;

#[derive(Debug)]
pub(in crate::db) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<SqliteConnection>>,
}

impl Readers {
    /// Opens the first one, so that a file that cannot be read is found out at once.
    pub(in crate::db) fn open(path: PathBuf) -> Result<Self, DatabaseError> {
        let first = SqliteConnection::open(&path, Access::Read)?;
        Ok(Self { path, idle: Mutex::new(vec![first]) })
    }

    /// Lends a connection for one statement; nothing else waits while it runs.
    pub(in crate::db) fn with<T>(&self, work: impl FnOnce(&SqliteConnection) -> Result<T, DatabaseError>) -> Result<T, DatabaseError> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let connection = taken.map_or_else(|| SqliteConnection::open(&self.path, Access::Read), Ok)?;
        let done = work(&connection);
        idle().push(connection);
        done
    }

    pub(in crate::db) fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
