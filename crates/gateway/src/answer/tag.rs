//! Entity tags: the hash of the bytes, with the version before it where there is one.

use bytes::Bytes;
use http::HeaderValue;
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use crate::problem::Problem;
use crate::schema::Envelope;

/// The JSON of an answer; what does not serialise is our fault.
pub(super) fn json<T: Serialize>(body: &T) -> Result<Bytes, Problem> {
    serde_json::to_vec(body).map(Bytes::from).map_err(|error| Problem::internal(format!("an answer does not serialise: {error}")))
}

/// `<version>-<hash>` or `<hash>`, without quotes.
pub(super) fn of(version: Option<i64>, body: &[u8]) -> String {
    let hash = xxh3_64(body);
    version.map_or_else(|| format!("{hash:016x}"), |version| format!("{version}-{hash:016x}"))
}

/// The tag as a header.
pub(super) fn header(tag: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{tag}\"")).ok()
}

/// The text of the `ETag` that [`super::One`] gives this view at this version, without quotes: what `cart_version` is compared with.
///
/// # Errors
/// 500 where the view does not serialise.
pub fn entity_tag<T: Serialize>(view: &T, version: i64) -> Result<String, Problem> {
    json(&Envelope { data: view }).map(|body| of(Some(version), &body))
}
