//! Bodies that are taken byte for byte: whoever signs signs bytes, and no reader of JSON gives them back.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;

use super::read;
use crate::problem::Problem;

/// The bytes of a body, at most `LIMIT` of them, whatever they say.
#[derive(Debug, Clone)]
pub struct Raw<const LIMIT: usize>(pub Bytes);

impl<S: Sync, const LIMIT: usize> FromRequest<S> for Raw<LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        read::whole(&parts.headers, body, LIMIT).await.map(Self)
    }
}
