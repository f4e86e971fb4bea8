//! Products in paths, by id or by slug.

use axum::extract::FromRequestParts;
use catalog::products::ProductRef;
use gateway::{IdOr, PathIdOr, Problem};
use http::request::Parts;
use kernel::{ProductTag, Slug};

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

/// The refusal of a product that is not there, or not for this caller.
pub(in crate::rest) fn missing() -> Problem {
    Problem::not_found("product_not_found")
}
