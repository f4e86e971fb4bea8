//! Letters as files in the data directory, for shops that send none.

use std::path::{Path, PathBuf};

use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::error::MailError;

/// Writes a message to a file of its own that only its owner may read, because letters hold links that open accounts. Names
/// sort by time. The file appears whole.
pub(super) async fn write(folder: &Path, message: &[u8]) -> Result<PathBuf, MailError> {
    let name = Uuid::now_v7();
    let (draft, place) = (folder.join(format!(".{name}")), folder.join(format!("{name}.eml")));
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
