//! The data directory as a store of files.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

/// Files under `<data_dir>/files`, named by the SHA-256 of their content: no name comes from outside, the same file is
/// kept once, and what is served under a name never changes.
#[derive(Debug, Clone)]
pub struct FileStore {
    root: PathBuf,
}

/// Why a file cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Not a name that this store gave out.
    #[error("no such file")]
    NotFound,
    /// The disk.
    #[error("the file store is not available")]
    Io(#[from] std::io::Error),
}

impl kernel::DomainError for FileError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "file_not_found",
            Self::Io(_) => "files_unavailable",
        }
    }

    fn kind(&self) -> kernel::ErrorKind {
        match self {
            Self::NotFound => kernel::ErrorKind::NotFound,
            Self::Io(_) => kernel::ErrorKind::Unavailable,
        }
    }
}

impl FileStore {
    /// The store inside this data directory.
    #[must_use]
    pub fn in_data_dir(data_dir: &Path) -> Self {
        Self { root: data_dir.join("files") }
    }

    /// Keeps a file; its key is `<hash>.<extension>`. When this answers, the file is on the disk: it is written beside
    /// its place, synced, and moved there.
    ///
    /// # Errors
    /// `Io` where the disk refuses.
    pub async fn put(&self, content: &[u8], extension: &str) -> Result<String, FileError> {
        let hash: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
        let key = format!("{hash}.{extension}");
        let place = self.place(&key)?;
        if tokio::fs::try_exists(&place).await? {
            return Ok(key);
        }
        let folder = place.parent().ok_or(FileError::NotFound)?;
        tokio::fs::create_dir_all(folder).await?;
        let beside = folder.join(format!(".{}", uuid::Uuid::now_v7()));
        let mut file = tokio::fs::File::create(&beside).await?;
        file.write_all(content).await?;
        file.sync_all().await?;
        tokio::fs::rename(&beside, &place).await?;
        tokio::fs::File::open(folder).await?.sync_all().await?;
        Ok(key)
    }

    /// A file's content.
    ///
    /// # Errors
    /// `NotFound` for a key that is not ours, `Io` where the disk refuses.
    pub async fn get(&self, key: &str) -> Result<Vec<u8>, FileError> {
        match tokio::fs::read(self.place(key)?).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(FileError::NotFound),
            read => Ok(read?),
        }
    }

    /// Where a key lies; two levels of folders keep each of them small. Only what `put` gives out has a place.
    fn place(&self, key: &str) -> Result<PathBuf, FileError> {
        let (hash, extension) = key.split_once('.').ok_or(FileError::NotFound)?;
        let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        let plain = !extension.is_empty()
            && extension.len() <= 8
            && extension.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        match (hash.get(..2), hash.len(), hex(hash) && plain) {
            (Some(folder), 64, true) => Ok(self.root.join(folder).join(key)),
            _ => Err(FileError::NotFound),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The folder goes with the first of the two.
    fn store() -> (tempfile::TempDir, FileStore) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = FileStore::in_data_dir(folder.path());
        (folder, store)
    }

    #[tokio::test]
    async fn the_same_content_has_the_same_key_and_comes_back() {
        let (_folder, store) = store();
        let key = store.put(b"picture", "png").await.expect("kept");
        assert_eq!(store.put(b"picture", "png").await.expect("kept"), key);
        assert_eq!(store.get(&key).await.expect("read"), b"picture");
    }

    #[tokio::test]
    async fn no_name_from_outside_reaches_the_disk() {
        let (_folder, store) = store();
        let hash = "0".repeat(64);
        for key in ["../../etc/passwd", "a.png", &format!("{hash}.p/g"), &hash, &format!("{hash}.")] {
            assert!(matches!(store.get(key).await, Err(FileError::NotFound)), "{key}");
        }
    }
}
