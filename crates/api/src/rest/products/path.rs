//! Products in paths, by id or by slug, and what belongs to them, by id.

use axum::extract::{FromRequestParts, RawPathParams};
use catalog::products::ProductRef;
use gateway::{IdOr, PathIdOr, Problem, Thing};
use http::request::Parts;
use kernel::{Id, ProductTag, Slug};

/// The product that a path names first; what can be neither an id nor a slug is a missing product.
pub(in crate::rest) struct ProductPath(pub(in crate::rest) ProductRef);

impl<S: Send + Sync> FromRequestParts<S> for ProductPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match PathIdOr::<ProductTag>::from_request_parts(parts, state).await?.0 {
            IdOr::Id(id) => Ok(Self(ProductRef::Id(id))),
            IdOr::Name(slug) => Slug::parse(&slug).map(ProductRef::Slug).map(Self).map_err(|_| missing()),
        }
    }
}

/// The product that a path names first, and the id of what belongs to it: `/products/{id or slug}/variants/{variant_id}`.
pub(in crate::rest) struct PartPath<T: Thing>(pub(in crate::rest) ProductRef, pub(in crate::rest) Id<T>);

impl<S: Send + Sync, T: Thing> FromRequestParts<S> for PartPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let ProductPath(product) = ProductPath::from_request_parts(parts, state).await?;
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        let second = params.as_ref().and_then(|params| params.iter().nth(1)).and_then(|(_, text)| text.parse().ok());
        second.map(|id| Self(product, id)).ok_or_else(|| Problem::not_found(T::NOT_FOUND))
    }
}

/// The refusal of a product that is not there, or not for this caller.
pub(in crate::rest) fn missing() -> Problem {
    Problem::not_found("product_not_found")
}
