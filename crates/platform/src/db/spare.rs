//! A database beside the configured one, on the same server or the same disk: made for a purpose and dropped after it.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use url::Url;

use super::broken::{DatabaseError, is_forbidden};
use super::connect::{ConnectError, Db};
use super::query::{execute, fetch_scalar};
use crate::config::{Database, Mode};

/// PostgreSQL cuts longer names without a word.
const LONGEST_NAME: usize = 63;
/// The file of an embedded database, as in a data directory.
const FILE: &str = "tradewind.db";

/// A new, empty database that nobody else knows. The configured one is not written.
#[derive(Debug)]
pub struct SpareDatabase {
    settings: Database,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    Server { admin: Db, name: String },
}

/// Why there is no such database, or why it is still there.
#[derive(Debug, thiserror::Error)]
pub enum SpareError {
    /// The server.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The disk.
    #[error("{path}: {error}", path = .path.display())]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// What is wrong with it.
        error: io::Error,
    },
    /// The role lacks a right.
    #[error("the role {role} may not create databases; a superuser allows it with: ALTER ROLE {role} CREATEDB")]
    NotAllowed {
        /// Whose right is missing, quoted as SQL wants it.
        role: String,
    },
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl SpareDatabase {
    /// Makes the database: `<name>_<purpose>_<process id>` on the server, or one in `<folder>-<purpose>-<process id>` beside
    /// the folder of the configured file.
    ///
    /// # Errors
    /// `SpareError` says what to change; nothing is left then.
    pub async fn make(configured: &Database, purpose: &str) -> Result<Self, SpareError> {
        let process = std::process::id();
        match configured.sqlite_path() {
            Some(file) => in_folder(configured, &file, &format!("{purpose}-{process}")),
            None => on_server(configured, &format!("{purpose}_{process}")).await,
        }
    }

    /// How it is reached: as the configured one is, with as many connections.
    #[must_use]
    pub const fn settings(&self) -> &Database {
        &self.settings
    }

    /// What people call it: the folder, or the name on the server.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.place {
            Place::Folder(folder) => folder.display().to_string(),
            Place::Server { name, .. } => name.clone(),
        }
    }

    /// Drops it with all that is in it, whoever is still connected.
    ///
    /// # Errors
    /// `SpareError`; it is still there then.
    pub async fn drop_whole(self) -> Result<(), SpareError> {
        match self.place {
            Place::Folder(path) => std::fs::remove_dir_all(&path).map_err(|error| SpareError::Folder { path, error }),
            Place::Server { admin, name } => {
                execute(admin.reader(), &format!("DROP DATABASE {} WITH (FORCE)", quoted(&name)), vec![]).await?;
                admin.close().await;
                Ok(())
            }
        }
    }
}

fn in_folder(configured: &Database, file: &Path, suffix: &str) -> Result<SpareDatabase, SpareError> {
    let path = sibling(file.parent().unwrap_or(file), suffix).map_err(|error| SpareError::Folder { path: file.to_owned(), error })?;
    // Nobody else's folder is written to, and none that an earlier run left behind.
    if let Err(error) = std::fs::create_dir(&path) {
        return Err(SpareError::Folder { path, error });
    }
    let url = format!("sqlite:{}", path.join(FILE).display()).into();
    Ok(SpareDatabase { settings: Database { url, ..configured.clone() }, place: Place::Folder(path) })
}

/// The folder beside this one whose name ends in the suffix.
fn sibling(folder: &Path, suffix: &str) -> io::Result<PathBuf> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    // A relative path may end in `..`, and a folder that is still to be made has no other path.
    let folder = folder.canonicalize().or_else(|_| std::path::absolute(folder))?;
    let mut name = folder.file_name().map(OsString::from).ok_or_else(|| io::Error::other("there is no place beside the root"))?;
    name.push(format!("-{suffix}"));
    Ok(folder.with_file_name(name))
}

async fn on_server(configured: &Database, suffix: &str) -> Result<SpareDatabase, SpareError> {
    // One connection, so that what is set for it holds for what follows.
    let admin = Db::connect(&Database { max_connections: 1, ..configured.clone() }, Mode::Development).await?;
    execute(admin.reader(), "SET statement_timeout = 0", vec![]).await?;
    let current: Option<String> = fetch_scalar(admin.reader(), "SELECT CAST(current_database() AS TEXT)", vec![]).await?;
    let name = name_with(current.as_deref().unwrap_or_default(), suffix);
    let url = address_of(configured.address(), &name)?.into();
    match execute(admin.reader(), &format!("CREATE DATABASE {}", quoted(&name)), vec![]).await {
        Ok(_) => Ok(SpareDatabase { settings: Database { url, ..configured.clone() }, place: Place::Server { admin, name } }),
        Err(error) if is_forbidden(&error) => {
            let role: Option<String> = fetch_scalar(admin.reader(), "SELECT CAST(current_user AS TEXT)", vec![]).await?;
            Err(SpareError::NotAllowed { role: quoted(&role.unwrap_or_default()) })
        }
        Err(error) => Err(error.into()),
    }
}

/// `shop_stress_4711`; where that is too long, the front gives way.
fn name_with(current: &str, suffix: &str) -> String {
    let room = LONGEST_NAME.saturating_sub(suffix.len() + 1);
    let end = (0..=room.min(current.len())).rev().find(|end| current.is_char_boundary(*end)).unwrap_or(0);
    format!("{}_{suffix}", current.get(..end).unwrap_or_default())
}

/// The same server, user and options, another database.
fn address_of(configured: &str, name: &str) -> Result<String, ConnectError> {
    let (place, query) = configured.split_once('?').unwrap_or((configured, ""));
    let mut url = Url::parse(place).map_err(|error| ConnectError::Address(error.to_string()))?;
    url.set_path(name);
    // An option of this name would outrank the path; the others stay letter by letter.
    let options: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("dbname=")).collect();
    Ok(if options.is_empty() { url.into() } else { format!("{url}?{}", options.join("&")) })
}

/// A name as SQL wants it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_cut_at_its_end() {
        assert_eq!(name_with("shop", "stress_7"), "shop_stress_7");
        let long = name_with(&"ä".repeat(60), "stress_7");
        assert!(long.len() <= LONGEST_NAME && long.ends_with("ä_stress_7"), "{long}");
        assert_eq!(quoted(r#"a"b"#), r#""a""b""#);
    }

    #[test]
    fn everything_but_the_database_stays_as_configured() {
        let of = |url: &str| address_of(url, "spare").expect("an address");
        assert_eq!(of("postgres://ada:x@db.example:6432/shop?sslmode=require"), "postgres://ada:x@db.example:6432/spare?sslmode=require");
        assert_eq!(of("postgres:///shop?host=%2Frun%2Fpg&dbname=shop"), "postgres:///spare?host=%2Frun%2Fpg");
        assert_eq!(of("postgres://localhost"), "postgres://localhost/spare");
    }

    #[tokio::test]
    async fn an_embedded_one_lies_beside_the_folder_and_is_never_taken_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("shop/tradewind.db");
        let configured = Database { url: format!("sqlite:{}", file.display()).into(), max_connections: 3 };
        let spare = SpareDatabase::make(&configured, "stress").await.expect("made");
        let beside = folder.path().join(format!("shop-stress-{}", std::process::id()));
        assert_eq!(spare.settings().sqlite_path(), Some(beside.join("tradewind.db")));
        assert!(SpareDatabase::make(&configured, "stress").await.is_err());
        spare.drop_whole().await.expect("dropped");
        assert!(!beside.exists() && !folder.path().join("shop").exists());
    }
}
