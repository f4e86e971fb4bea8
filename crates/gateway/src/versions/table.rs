//! The one table of versions.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, Method, StatusCode};

use super::adapter::{Adapter, Route};
use super::lifecycle::Lifecycle;
use crate::problem::Problem;

/// The header by which a client names the forms that it speaks.
pub(crate) const TRADEWIND_VERSION: HeaderName = HeaderName::from_static("tradewind-version");

/// Every version of the API; clones are the same table.
#[derive(Debug, Clone)]
pub struct Versions(Arc<Table>);

#[derive(Debug, Clone)]
struct Table {
    /// The day of the newest forms.
    newest: &'static str,
    /// Older ones, the newest of them first.
    older: Vec<Arc<Older>>,
    /// Generations by the beginning of their paths, and routes by method and template, that will not stay.
    ending: Vec<(Which, Lifecycle)>,
}

/// An older version: what it speaks, and how long it will be there.
#[derive(Debug)]
pub(super) struct Older {
    pub(super) date: &'static str,
    pub(super) lifecycle: Lifecycle,
    pub(super) adapter: Box<dyn Adapter>,
}

#[derive(Debug, Clone)]
enum Which {
    Generation(&'static str),
    Route(Method, &'static str),
}

impl Versions {
    /// A table with the newest forms alone, known by the day of their release: `2026-11-21`.
    #[must_use]
    pub fn newest(date: &'static str) -> Self {
        Self(Arc::new(Table { newest: date, older: Vec::new(), ending: Vec::new() }))
    }

    /// With one version before all that are there: the adapter turns its forms into those of the next newer one.
    #[must_use]
    pub fn before(self, date: &'static str, lifecycle: Lifecycle, adapter: impl Adapter + 'static) -> Self {
        self.with(|table| table.older.push(Arc::new(Older { date, lifecycle, adapter: Box::new(adapter) })))
    }

    /// With the word that all paths that begin so will not stay: `/api/v1`.
    #[must_use]
    pub fn generation(self, prefix: &'static str, lifecycle: Lifecycle) -> Self {
        self.with(|table| table.end(Which::Generation(prefix), lifecycle))
    }

    /// With the word that one route will not stay.
    #[must_use]
    pub fn route(self, method: Method, template: &'static str, lifecycle: Lifecycle) -> Self {
        self.with(|table| table.end(Which::Route(method, template), lifecycle))
    }

    /// The routes that will not stay, by method and template.
    pub fn ending_routes(&self) -> impl Iterator<Item = (&Method, &'static str)> {
        self.0
            .ending
            .iter()
            .filter_map(|(which, _)| if let Which::Route(method, template) = which { Some((method, *template)) } else { None })
    }

    /// Which versions have to be spoken for a client that names this one: none for the newest, the newest of the older ones first.
    ///
    /// # Errors
    /// 400 for a version that there is not.
    pub(super) fn spoken(&self, named: &HeaderValue) -> Result<&[Arc<Older>], Problem> {
        let Table { newest, older, .. } = &*self.0;
        if named == newest {
            return Ok(&[]);
        }
        let place = older.iter().position(|version| named == version.date);
        let spoken = place.and_then(|place| older.get(..=place));
        spoken.ok_or_else(|| {
            let known: Vec<&str> = std::iter::once(*newest).chain(older.iter().map(|version| version.date)).collect();
            let problem = Problem::new(StatusCode::BAD_REQUEST, "api_version_unknown", "there is no such version of the API");
            problem.detail("Tradewind-Version", format!("must be of {}", known.join(", ")))
        })
    }

    /// What is said of this route on each of its answers.
    pub(super) fn endings<'a>(&'a self, route: Route<'a>, path: &'a str) -> impl Iterator<Item = &'a Lifecycle> {
        let concerns = move |which: &Which| match which {
            Which::Generation(prefix) => path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/')),
            Which::Route(method, template) => method == route.method() && route.is(template),
        };
        self.0.ending.iter().filter(move |(which, _)| concerns(which)).map(|(_, lifecycle)| lifecycle)
    }

    /// True where every route stays, which is nearly always.
    pub(super) fn all_stay(&self) -> bool {
        self.0.ending.is_empty()
    }

    fn with(self, change: impl FnOnce(&mut Table)) -> Self {
        let mut table = Arc::unwrap_or_clone(self.0);
        change(&mut table);
        Self(Arc::new(table))
    }
}

impl Table {
    fn end(&mut self, which: Which, lifecycle: Lifecycle) {
        if !lifecycle.is_lasting() {
            self.ending.push((which, lifecycle));
        }
    }
}

impl Default for Versions {
    /// No version has a name.
    fn default() -> Self {
        Self::newest("")
    }
}
