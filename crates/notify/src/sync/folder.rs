//! Files in a folder, without keeping others waiting while the disk works.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use kernel::SyncRunId;
use platform::config::SyncTable;

use super::error::SyncError;
use super::import::{Found, MOST_BYTES};

/// Under another name until it is whole and durable: whoever looks into the folder sees whole files alone.
pub(super) async fn write(folder: &Path, name: &str, body: Vec<u8>) -> Result<(), SyncError> {
    let (path, unfinished) = (folder.join(name), folder.join(format!(".{name}.{}", SyncRunId::generate())));
    let (parent, whole) = (folder.to_owned(), path.clone());
    let write = move || {
        fs::create_dir_all(&parent)?;
        let mut file = fs::File::create(&unfinished)?;
        file.write_all(&body)?;
        file.sync_all()?;
        fs::rename(&unfinished, &whole)?;
        fs::File::open(&parent)?.sync_all()
    };
    blocking(path, write).await
}

/// The files that are taken, the first name first.
pub(super) async fn list(folder: &Path) -> Result<Vec<(PathBuf, String, SyncTable)>, SyncError> {
    let parent = folder.to_owned();
    let list = move || {
        let mut files = Vec::new();
        for entry in fs::read_dir(&parent)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
            if let Some((name, table)) = name.and_then(|name| SyncTable::of(&name).map(|table| (name, table))) {
                files.push((path, name, table));
            }
        }
        files.sort_by(|one, other| one.1.cmp(&other.1));
        Ok(files)
    };
    blocking(folder.to_owned(), list).await
}

/// A file as it lies there; of one that is too large nothing is kept.
pub(super) async fn read(path: PathBuf, name: String, table: SyncTable) -> Result<Found, SyncError> {
    let place = path.clone();
    let read = move || {
        let (file, mut bytes) = (fs::File::open(&place)?, Vec::new());
        let size = file.metadata()?.len();
        if size <= MOST_BYTES as u64 {
            // It may grow meanwhile.
            file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        }
        Ok(if size.max(bytes.len() as u64) > MOST_BYTES as u64 {
            Found::too_large(name, table, size)
        } else {
            Found::of(name, table, bytes)
        })
    };
    blocking(path, read).await
}

async fn blocking<T: Send + 'static>(path: PathBuf, work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, SyncError> {
    let done = tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)));
    done.map_err(|error| SyncError::Folder { path, error })
}
