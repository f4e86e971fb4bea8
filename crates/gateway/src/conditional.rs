//! `If-None-Match`: what the client already has is not sent again (RFC 9110, 13.1.2).

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

/// Turns an answer into 304 where one of the client's tags matches its `ETag`. Only for GET and HEAD.
pub(crate) fn settle(response: &mut Response, if_none_match: &[HeaderValue]) {
    if if_none_match.is_empty() || response.status() != StatusCode::OK {
        return;
    }
    let known = response.headers().get(header::ETAG).is_some_and(|tag| if_none_match.iter().any(|wanted| matches(wanted, tag)));
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING] {
            response.headers_mut().remove(name);
        }
    }
}

/// Weak comparison of a list of tags, or `*`, with one tag.
fn matches(wanted: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(wanted), Ok(tag)) = (wanted.to_str(), tag.to_str()) else { return false };
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
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
