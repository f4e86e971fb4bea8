//! What became of the wish for an archive.

use kernel::{Timestamp, text_enum};
use uuid::Uuid;

text_enum! {
    /// Where an archive stands.
    pub enum ExportStatus {
        /// It is being put together.
        Pending = "pending",
        /// It can be fetched.
        Ready = "ready",
    }
}

/// An archive of what the shop knows of a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Export {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    pub status: ExportStatus,
    /// JSON; present when it is ready.
    pub archive: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was ready.
    pub ready_at: Option<Timestamp>,
    /// It is forgotten then.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Export {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Export").field("id", &self.id).field("status", &self.status).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_does_not_tell_what_is_in_an_archive() {
        let (now, archive) = (Timestamp::default(), Some(r#"{"name": "Ada"}"#.to_owned()));
        let export =
            Export { id: Uuid::nil(), status: ExportStatus::Ready, archive, created_at: now, ready_at: Some(now), expires_at: now };
        let shown = format!("{export:?}");
        assert!(shown.contains("Ready") && !shown.contains("Ada"), "{shown}");
    }
}
