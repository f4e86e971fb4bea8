//! What of a request is still needed once the router has consumed it.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, Request, Uri, header};

use crate::client_address::Whence;
use crate::facts::RequestFacts;
use crate::limits::IdentityLimit;
use crate::versions::TRADEWIND_VERSION;
use crate::{compress, conditional};

/// What of a request is still needed once the router has consumed it.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    /// `If-None-Match` and `Accept-Encoding`, where they were sent.
    conditions: HeaderMap,
    /// Whether a credential was shown, good or not.
    pub(crate) has_credential: bool,
    pub(crate) facts: Arc<RequestFacts>,
    /// The version of the API that the client speaks, where it names one.
    pub(crate) version: Option<HeaderValue>,
}

/// What the client wants of an answer that is there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) method: &'a Method,
    pub(crate) conditions: &'a HeaderMap,
}

impl Asked {
    pub(crate) fn read<B>(request: &Request<B>, whence: Whence, request_id: HeaderValue, limit: Option<IdentityLimit>) -> Self {
        let headers = request.headers();
        let mut conditions = HeaderMap::new();
        for name in [header::IF_NONE_MATCH, header::ACCEPT_ENCODING] {
            for value in headers.get_all(&name) {
                conditions.append(&name, value.clone());
            }
        }
        let has_credential = headers.contains_key(header::AUTHORIZATION);
        let facts = Arc::new(RequestFacts::read(headers, whence, request_id).limited_by(limit));
        let version = headers.get(TRADEWIND_VERSION).cloned();
        Self { method: request.method().clone(), uri: request.uri().clone(), conditions, has_credential, facts, version }
    }

    pub(crate) const fn wanted(&self) -> Wanted<'_> {
        Wanted { method: &self.method, conditions: &self.conditions }
    }

    /// Sends no more than the client needs: nothing where it has the answer already, less where it can decompress.
    pub(crate) async fn shorten(&self, mut response: Response) -> Response {
        if self.method == Method::GET || self.method == Method::HEAD {
            conditional::settle(&mut response, &self.conditions);
        }
        compress::settle(response, self.conditions.get(header::ACCEPT_ENCODING)).await
    }
}
