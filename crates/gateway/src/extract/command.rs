//! Commands that must not happen twice: the `Idempotency-Key`, the body, and what makes a repeat the same request.

use std::fmt::Display;

use axum::extract::{FromRequest, OriginalUri, Request};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, Uri};
use platform::idempotency::Key;

use super::json::{self, JsonBody};
use crate::problem::Problem;

/// A command under a key: `Command { key, body: Valid(body) }: Command<Valid<CheckoutIn>>`. 400 where the key is absent or no key,
/// and what the body's own extractor refuses.
#[derive(Debug, Clone)]
pub struct Command<B> {
    /// What the client calls it; becomes the key of a use case once it is known whose it is.
    pub key: CommandKey,
    /// What is to be done.
    pub body: B,
}

/// A client's key with the request that it stands for.
#[derive(Debug, Clone)]
pub struct CommandKey {
    key: String,
    method: Method,
    target: Uri,
    body: Bytes,
}

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// What a key may have at most.
pub(super) const MAX_LENGTH: usize = 255;

impl CommandKey {
    /// The key in the name of this actor or cart. Another request under the same key differs in method, address or body.
    #[must_use]
    pub fn of(&self, owner: impl Display) -> Key {
        let target = self.target.path_and_query().map_or_else(|| self.target.path(), |target| target.as_str());
        Key::new(owner.to_string(), self.key.as_str(), &[self.method.as_str().as_bytes(), target.as_bytes(), &self.body])
    }
}

impl<S: Sync, B: JsonBody> FromRequest<S> for Command<B> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let key = read_key(&parts.headers)?;
        let (bytes, body) = json::take(&parts, body).await?;
        let target = parts.extensions.get::<OriginalUri>().map_or(parts.uri, |original| original.0.clone());
        Ok(Self { key: CommandKey { key, method: parts.method, target, body: bytes }, body })
    }
}

fn read_key(headers: &HeaderMap) -> Result<String, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let value = values.next().ok_or_else(Problem::idempotency_key_missing)?;
    let is_key = (1..=MAX_LENGTH).contains(&value.len()) && value.as_bytes().iter().all(u8::is_ascii_graphic);
    let key = value.to_str().ok().filter(|_| is_key && values.next().is_none());
    key.map(str::to_owned).ok_or_else(Problem::idempotency_key_invalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Optional;

    async fn key(method: Method, target: &str, key: &str, body: &'static str) -> Key {
        let request = Request::builder().method(method).uri(target).header(IDEMPOTENCY_KEY, key).header("content-type", "application/json");
        let request = request.body(body.into()).expect("a request");
        let command = Command::<Optional<serde_json::Value>>::from_request(request, &()).await.expect("a command");
        command.key.of(kernel::Actor::System)
    }

    #[tokio::test]
    async fn a_repeat_is_the_same_method_address_and_body_under_the_same_key() {
        let first = key(Method::POST, "/a?b=1", "k", "{}").await;
        assert_eq!(key(Method::POST, "/a?b=1", "k", "{}").await, first);
        assert_ne!(key(Method::PUT, "/a?b=1", "k", "{}").await, first);
        assert_ne!(key(Method::POST, "/a?b=2", "k", "{}").await, first);
        assert_ne!(key(Method::POST, "/a?b=1", "j", "{}").await, first);
        assert_ne!(key(Method::POST, "/a?b=1", "k", "[]").await, first);
    }
}
