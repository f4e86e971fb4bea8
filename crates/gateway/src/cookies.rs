//! Cookies: the few that the shop sets, and reading what a browser sends along.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponseParts, ResponseParts};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};

/// What carries the session of somebody who uses pages. Its name binds it to this very host (RFC 6265bis, 4.1.3.2): no other host of the
/// domain, and nobody who alters plain HTTP, sets or shadows it.
pub const SESSION_COOKIE: &str = "__Host-tradewind_session";

/// A cookie for scripts of nobody, by HTTPS only, and not for requests that other sites' pages make.
///
/// `Secure` stands on it in development, too: browsers take `http://localhost` and `http://127.0.0.1` for private.
#[derive(Clone, PartialEq, Eq)]
pub struct SetCookie(HeaderValue);

impl SetCookie {
    /// Has the browser keep a value for so long.
    #[must_use]
    pub fn kept(name: &'static str, value: &str, seconds: i64) -> Self {
        let text = format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax");
        // Values of ours are letters, digits, dashes and underscores.
        Self(HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("")))
    }

    /// Has the browser forget it.
    #[must_use]
    pub fn gone(name: &'static str) -> Self {
        Self::kept(name, "", 0)
    }
}

impl std::fmt::Debug for SetCookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SetCookie(…)")
    }
}

impl IntoResponseParts for SetCookie {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.headers_mut().append(header::SET_COOKIE, self.0);
        Ok(parts)
    }
}

/// The cookies of a request, as an extractor.
#[derive(Clone)]
pub struct Cookies(Vec<HeaderValue>);

impl Cookies {
    /// The value of this one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        find(self.0.iter(), name)
    }
}

impl std::fmt::Debug for Cookies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cookies(…)")
    }
}

impl<S: Sync> FromRequestParts<S> for Cookies {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.headers.get_all(header::COOKIE).iter().cloned().collect()))
    }
}

/// What a request holds as its session.
pub(crate) fn session(headers: &HeaderMap) -> Option<&str> {
    find(headers.get_all(header::COOKIE).iter(), SESSION_COOKIE)
}

/// The one value of this name; two of them are a riddle, and a riddle is nothing.
fn find<'h>(headers: impl Iterator<Item = &'h HeaderValue>, name: &str) -> Option<&'h str> {
    let pairs = headers.filter_map(|header| header.to_str().ok()).flat_map(|header| header.split(';'));
    let mut values = pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(found, _)| *found == name).map(|(_, value)| value);
    values.next().filter(|value| !value.is_empty() && values.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_of_the_very_name_is_found() {
        let session = |headers: &[&'static str]| {
            let mut map = HeaderMap::new();
            for value in headers {
                map.append(header::COOKIE, HeaderValue::from_static(value));
            }
            super::session(&map).map(str::to_owned)
        };
        for (headers, found) in [
            (&["__Host-tradewind_session=a"][..], Some("a")),
            (&["x=1; __Host-tradewind_session=a; y=2"], Some("a")),
            (&["x=1", "__Host-tradewind_session=a"], Some("a")),
            (&["__Host-tradewind_session=a; __Host-tradewind_session=b"], None),
            (&["__Host-tradewind_session="], None),
            (&["__host-tradewind_session=a"], None),
            (&["tradewind_session=a"], None),
            (&["x=__Host-tradewind_session=a"], None),
            (&[], None),
        ] {
            assert_eq!(session(headers).as_deref(), found, "{headers:?}");
        }
    }

    #[test]
    fn a_cookie_is_for_this_host_alone_and_for_no_script() {
        let text = |cookie: SetCookie| cookie.0.to_str().expect("a text").to_owned();
        assert_eq!(
            text(SetCookie::kept(SESSION_COOKIE, "twr_1", 60)),
            "__Host-tradewind_session=twr_1; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax"
        );
        assert!(text(SetCookie::gone("__Host-x")).starts_with("__Host-x=; Path=/; Max-Age=0; Secure"));
    }
}
