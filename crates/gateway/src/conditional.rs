//! `If-None-Match`: what the client already has is not sent again (RFC 9110, 13.1.2).

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::memory::OF_CONTENT;

/// Turns an answer into 304 where one of the client's tags matches its `ETag`. Only for GET and HEAD.
pub(crate) fn settle(response: &mut Response, conditions: &HeaderMap) {
    if response.status() == StatusCode::OK && is_known(conditions, response.headers()) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        for name in OF_CONTENT {
            response.headers_mut().remove(name);
        }
    }
}

/// True where the client names the tag of an answer with this head.
pub(crate) fn is_known(conditions: &HeaderMap, head: &HeaderMap) -> bool {
    let mut wanted = conditions.get_all(header::IF_NONE_MATCH).iter().peekable();
    wanted.peek().is_some() && head.get(header::ETAG).is_some_and(|tag| wanted.any(|wanted| matches(wanted, tag)))
}

/// Weak comparison of a list of tags, or `*`, with one tag.
fn matches(wanted: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(wanted), Ok(tag)) = (wanted.to_str(), tag.to_str()) else { return false };
    let strong = |tag| str::trim(tag).trim_start_matches("W/");
    let tag = strong(tag);
    // Our tags contain no comma, so splitting a foreign tag apart can only make it match nothing.
    wanted.trim() == "*" || wanted.split(',').any(|one| strong(one) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_weakly_in_lists_and_by_star() {
        let cases = [
            (r#""7-abc""#, true),
            (r#"W/"7-abc""#, true),
            (r#""1-x", W/"7-abc""#, true),
            ("*", true),
            (r#""7-abcd""#, false),
            ("7-abc", false),
            ("", false),
        ];
        for (wanted, known) in cases {
            assert_eq!(matches(&HeaderValue::from_static(wanted), &HeaderValue::from_static(r#""7-abc""#)), known, "{wanted}");
        }
        assert!(matches(&HeaderValue::from_static(r#""7-abc""#), &HeaderValue::from_static(r#"W/"7-abc""#)));
    }
}
