//! Which version an edit means: `If-Match` with the `ETag`, or `version`.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};
use serde::Deserialize;

use crate::problem::Problem;
use crate::query::Params;

/// The version in `If-Match`, if there is one; a body's `version` may stand in for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpectedVersion(Option<i64>);

impl ExpectedVersion {
    /// Reads `If-Match`. `*` says nothing about a version and counts as absent.
    ///
    /// # Errors
    /// 400 `version_invalid` for anything but one tag of ours, strong or weak.
    pub fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut values = headers.get_all(header::IF_MATCH).iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        let text = value.to_str().ok().filter(|_| values.next().is_none()).map(str::trim);
        match text {
            Some("*") => Ok(Self(None)),
            Some(text) => of_tag(text).map(|version| Self(Some(version))).ok_or_else(Problem::version_invalid),
            None => Err(Problem::version_invalid()),
        }
    }

    /// The version the client means, by header or by body.
    ///
    /// # Errors
    /// 428 `version_required` where neither is given, 422 where they differ.
    pub fn or(self, body_version: Option<i64>) -> Result<i64, Problem> {
        self.if_any(body_version)?.ok_or_else(Problem::version_required)
    }

    /// The same for what may not be there yet, so that there is no version to send.
    ///
    /// # Errors
    /// 422 where header and body differ.
    pub fn if_any(self, body_version: Option<i64>) -> Result<Option<i64>, Problem> {
        match (self.0, body_version) {
            (Some(header), Some(body)) if header != body => Err(Problem::validation_failed("version", "differs from If-Match")),
            (header, body) => Ok(header.or(body)),
        }
    }
}

/// `"7-abc"` → 7: only the part before the dash counts, so that a compressed (weak) tag serves as well.
fn of_tag(tag: &str) -> Option<i64> {
    let tag = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"').filter(|tag| !tag.contains('"'))?;
    let version = tag.split_once('-').map_or(tag, |(version, _)| version);
    let digits = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    version.parse().ok().filter(|_| digits)
}

impl<S: Sync> FromRequestParts<S> for ExpectedVersion {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::read(&parts.headers)
    }
}

/// The version that a command without a body must carry: `If-Match` or `?version=`, and no other parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequiredVersion(pub i64);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionParam {
    version: Option<i64>,
}

impl<S: Send + Sync> FromRequestParts<S> for RequiredVersion {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Params(VersionParam { version }) = Params::from_request_parts(parts, state).await?;
        ExpectedVersion::read(&parts.headers)?.or(version).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_part_of_the_tag_before_the_dash_is_the_version() {
        let read = |text: &'static str| {
            let headers = HeaderMap::from_iter([(header::IF_MATCH, HeaderValue::from_static(text))]);
            ExpectedVersion::read(&headers).and_then(|expected| expected.or(None))
        };
        for (tag, version) in [(r#""7-abc""#, 7), (r#"W/"12-0""#, 12), (r#" "3" "#, 3)] {
            assert_eq!(read(tag).expect(tag), version);
        }
        for tag in ["7-abc", r#""abc""#, r#""-7""#, r#""+7-a""#, r#""7-a", "8-b""#, "", r#""99999999999999999999-a""#] {
            assert_eq!(read(tag).expect_err(tag).code(), "version_invalid", "{tag}");
        }
        assert_eq!(read("*").expect_err("any").status().as_u16(), 428);
    }

    #[test]
    fn header_and_body_may_both_tell_but_not_differ() {
        assert_eq!(ExpectedVersion(None).or(Some(3)).expect("body"), 3);
        assert_eq!(ExpectedVersion(Some(3)).or(Some(3)).expect("both"), 3);
        assert_eq!(ExpectedVersion(Some(2)).or(Some(3)).expect_err("differ").status().as_u16(), 422);
        assert_eq!(ExpectedVersion(None).or(None).expect_err("none").code(), "version_required");
    }
}
