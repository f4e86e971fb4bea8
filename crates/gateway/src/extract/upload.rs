//! A file in a multipart form, with the few texts that go with it.

use std::collections::BTreeMap;

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use bytes::Bytes;
use http::StatusCode;

use super::read;
use crate::problem::Problem;

/// A picture of 20 MiB, the largest that is taken, unless the route says otherwise.
const DEFAULT_FILE_BYTES: usize = 20 * 1_024 * 1_024;
/// Boundaries, headers and the texts beside the file.
const OVERHEAD_BYTES: usize = 256 * 1_024;
/// More parts than any form of ours has.
const MAX_PARTS: usize = 16;

/// What was uploaded. Its media type is what the client says: the content has to be looked at.
#[derive(Debug, Clone)]
pub struct UploadedFile {
    /// The name on the client's disk; never a path of ours.
    pub file_name: Option<String>,
    /// The media type that the client claims.
    pub content_type: Option<String>,
    /// The content.
    pub bytes: Bytes,
}

/// `multipart/form-data` with one part `file` of at most `FILE_LIMIT` bytes and any texts; 415, 413, 400 and 422 as for JSON.
#[derive(Debug, Clone)]
pub struct Upload<const FILE_LIMIT: usize = DEFAULT_FILE_BYTES> {
    /// The file.
    pub file: UploadedFile,
    /// The other parts by name.
    pub texts: BTreeMap<String, String>,
}

impl<const FILE_LIMIT: usize> Upload<FILE_LIMIT> {
    /// Refuses texts that the route does not know.
    ///
    /// # Errors
    /// 422 `validation_failed` on the first of them.
    pub fn allow(self, texts: &[&str]) -> Result<Self, Problem> {
        match self.texts.keys().find(|name| !texts.contains(&name.as_str())) {
            Some(name) => Err(Problem::validation_failed(name, "is not a field of this request")),
            None => Ok(self),
        }
    }
}

impl<S: Send + Sync, const FILE_LIMIT: usize> FromRequest<S> for Upload<FILE_LIMIT> {
    type Rejection = Problem;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Problem> {
        if !read::is_media_type(request.headers(), "multipart/form-data") {
            return Err(Problem::unsupported_media_type("multipart/form-data"));
        }
        read::refuse_announced(request.headers(), FILE_LIMIT + OVERHEAD_BYTES)?;
        DefaultBodyLimit::max(FILE_LIMIT + OVERHEAD_BYTES).apply(&mut request);
        let form = Multipart::from_request(request, state).await;
        let mut form = form.map_err(|_| Problem::malformed_body("the form has no boundary"))?;
        let mut file = None;
        let mut texts = BTreeMap::new();
        let refuse = |error: MultipartError| refuse(&error, FILE_LIMIT);
        while let Some(part) = form.next_field().await.map_err(refuse)? {
            let name = part.name().unwrap_or_default().chars().take(64).collect::<String>();
            if texts.len() == MAX_PARTS || texts.contains_key(&name) || (name == "file" && file.is_some()) {
                return Err(Problem::validation_failed(name, "is given twice, or one of too many"));
            }
            if name == "file" {
                file = Some(read_file(part, FILE_LIMIT).await?);
            } else {
                texts.insert(name, part.text().await.map_err(refuse)?);
            }
        }
        let file = file.ok_or_else(|| Problem::validation_failed("file", "is required"))?;
        Ok(Self { file, texts })
    }
}

async fn read_file(part: Field<'_>, limit_bytes: usize) -> Result<UploadedFile, Problem> {
    let (file_name, content_type) = (part.file_name().map(str::to_owned), part.content_type().map(str::to_owned));
    let bytes = part.bytes().await.map_err(|error| refuse(&error, limit_bytes))?;
    if bytes.len() > limit_bytes { Err(Problem::body_too_large(limit_bytes)) } else { Ok(UploadedFile { file_name, content_type, bytes }) }
}

fn refuse(error: &MultipartError, limit_bytes: usize) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::body_too_large(limit_bytes)
    } else {
        Problem::malformed_body("it is not a well-formed form")
    }
}
