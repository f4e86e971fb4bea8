//! Letters as files in the data directory, for shops that send none.

use std::path::{Path, PathBuf};

use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::error::MailError;

/// Writes a message to a file of its own that only its owner may read, because letters hold links that open accounts. Names
/// sort by time; a letter that has an id is written over itself. The file appears whole.
pub(super) async fn write(folder: &Path, id: Option<Uuid>, message: &[u8]) -> Result<PathBuf, MailError> {
    let place = place(folder, id.unwrap_or_else(Uuid::now_v7));
    let draft = folder.join(format!(".{}", Uuid::now_v7()));
    let written = async {
        tokio::fs::create_dir_all(folder).await?;
        let mut file = tokio::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).await?;
        file.write_all(message).await?;
        file.sync_all().await?;
        tokio::fs::rename(&draft, &place).await
    };
    match written.await {
        Ok(()) => Ok(place),
        Err(error) => Err(MailError::Unavailable(format!("{} cannot be written: {error}", folder.display()))),
    }
}

fn place(folder: &Path, id: Uuid) -> PathBuf {
    folder.join(format!("{id}.eml"))
}

/// The letter of this id, where it was written here.
pub(super) async fn read(folder: &Path, id: Uuid) -> Result<Option<String>, MailError> {
    match tokio::fs::read_to_string(place(folder, id)).await {
        Ok(message) => Ok(Some(message)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(MailError::Unavailable(format!("{} cannot be read: {error}", folder.display()))),
    }
}
