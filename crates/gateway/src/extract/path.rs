//! Ids in paths: one that does not parse is a thing that is not there.

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use kernel::Id;

use super::things::Thing;
use crate::problem::Problem;

/// The id in a path with one parameter, `/carts/{id}`.
#[derive(Debug, Clone, Copy)]
pub struct PathId<T: Thing>(pub Id<T>);

/// The ids in a path with two parameters, `/carts/{id}/lines/{line_id}`.
#[derive(Debug, Clone, Copy)]
pub struct PathIds<A: Thing, B: Thing>(pub Id<A>, pub Id<B>);

/// An id, or the other name of a thing: the slug of a product, the number of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdOr<T: Thing> {
    /// It reads like an id.
    Id(Id<T>),
    /// Anything else, at most 255 characters without control characters.
    Name(String),
}

/// The id or other name in a path with one parameter, `/products/{id or slug}`.
#[derive(Debug, Clone)]
pub struct PathIdOr<T: Thing>(pub IdOr<T>);

/// Longer names than any column has; they can be nothing that is there.
const MAX_NAME: usize = 255;

impl<S: Send + Sync, T: Thing> FromRequestParts<S> for PathId<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        nth(params.as_ref().ok(), 0).map(Self)
    }
}

impl<S: Send + Sync, A: Thing, B: Thing> FromRequestParts<S> for PathIds<A, B> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.as_ref().ok();
        Ok(Self(nth(params, 0)?, nth(params, 1)?))
    }
}

impl<S: Send + Sync, T: Thing> FromRequestParts<S> for PathIdOr<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let text = params.as_ref().ok().and_then(|params| params.iter().next()).map(|(_, text)| text);
        let sane = text.filter(|text| text.chars().count() <= MAX_NAME && !text.chars().any(char::is_control));
        let text = sane.ok_or_else(|| Problem::not_found(T::NOT_FOUND))?;
        Ok(Self(text.parse().map_or_else(|_| IdOr::Name(text.to_owned()), IdOr::Id)))
    }
}

fn nth<T: Thing>(params: Option<&RawPathParams>, place: usize) -> Result<Id<T>, Problem> {
    let text = params.and_then(|params| params.iter().nth(place)).map(|(_, text)| text);
    text.and_then(|text| text.parse().ok()).ok_or_else(|| Problem::not_found(T::NOT_FOUND))
}
