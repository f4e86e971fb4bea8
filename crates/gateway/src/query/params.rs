//! Extractors of query strings.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::{FromRequestParts, OriginalUri, Query};
use http::Uri;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::pairs::{QueryErrors, split};
use super::parse::{ListQuery, ViewQuery};
use super::spec::ListRoute;
use crate::problem::Problem;
use crate::sparse;

/// The parameters of a list, read against `R::SPEC`; dereferences to [`ListQuery`].
#[derive(Debug, Clone)]
pub struct ListParams<R>(pub ListQuery, PhantomData<R>);

impl<R> Deref for ListParams<R> {
    type Target = ListQuery;

    fn deref(&self) -> &ListQuery {
        &self.0
    }
}

impl<S: Sync, R: ListRoute> FromRequestParts<S> for ListParams<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // A nested router sees a shortened path; links need the whole one.
        let path = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0).path();
        ListQuery::parse(path, parts.uri.query(), &R::SPEC).map(|query| Self(query, PhantomData))
    }
}

/// `include` of a single resource, read against `R::SPEC`; dereferences to [`ViewQuery`].
#[derive(Debug, Clone)]
pub struct ViewParams<R>(pub ViewQuery, PhantomData<R>);

impl<R> Deref for ViewParams<R> {
    type Target = ViewQuery;

    fn deref(&self) -> &ViewQuery {
        &self.0
    }
}

impl<S: Sync, R: ListRoute> FromRequestParts<S> for ViewParams<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        ViewQuery::parse(parts.uri.query(), &R::SPEC).map(|query| Self(query, PhantomData))
    }
}

/// A handful of parameters as a struct with `#[serde(deny_unknown_fields)]`.
#[derive(Debug, Clone)]
pub struct Params<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut errors = QueryErrors::default();
        split(parts.uri.query(), &mut errors);
        errors.finish()?;
        let read = match parts.uri.query().filter(|_| sparse::is_asked()) {
            Some(query) => Query::<T>::try_from_uri(&without_fields(query)?),
            None => Query::<T>::try_from_uri(&parts.uri),
        };
        read.map(|Query(params)| Self(params)).map_err(|rejection| refuse(&rejection))
    }
}

/// The query without what its answer sees to.
fn without_fields(query: &str) -> Result<Uri, Problem> {
    let is_other = |pair: &&str| pair.split_once('=').map_or(*pair, |(name, _)| name) != sparse::FIELDS;
    let rest = query.split('&').filter(is_other).collect::<Vec<_>>().join("&");
    format!("/?{rest}").parse().map_err(|_| Problem::invalid_query())
}

/// serde names an unknown parameter only in its message.
fn refuse(rejection: &axum::extract::rejection::QueryRejection) -> Problem {
    let cause = std::error::Error::source(rejection).map_or_else(|| rejection.to_string(), ToString::to_string);
    let quoted = cause.split('`').nth(1).unwrap_or_default();
    if cause.contains("unknown field") {
        return Problem::unknown_parameter().detail(quoted, "is not a parameter of this route");
    }
    let (parameter, message) = cause.split_once(": ").unwrap_or((if cause.contains("missing field") { quoted } else { "" }, &cause));
    Problem::invalid_query().detail(parameter, message)
}

/// A route without any parameter: whatever the query says is unknown.
#[derive(Debug, Clone, Copy)]
pub struct NoParams;

impl<S: Sync> FromRequestParts<S> for NoParams {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut errors = QueryErrors::default();
        for (name, _) in split(parts.uri.query(), &mut errors) {
            errors.unknown(&name);
        }
        errors.finish().map(|()| Self)
    }
}
