//! The one table of the API's versions: the generations by path with their routes, and the day of the newest forms.

use gateway::{Lifecycle, Versions};
use utoipa::openapi::{Deprecated, OpenApi};

use crate::rest;
use crate::routes::Routes;

/// A generation of the API: all routes below one path.
struct Generation {
    /// What its paths begin with.
    prefix: &'static str,
    routes: fn() -> Routes,
    lifecycle: fn() -> Lifecycle,
}

/// Every generation that is answered. A new one is put beside the old one, whose lifecycle says then how long it stays.
const GENERATIONS: [Generation; 1] = [Generation { prefix: "/api/v1", routes: rest::v1, lifecycle: Lifecycle::lasting }];

/// The day of the newest forms. It moves when a member of a body changes its name or meaning; an adapter for the day before is added then.
const NEWEST: &str = "2026-11-21";

/// The versions as the gateway speaks them. Single routes that will not stay are named here, too.
#[must_use]
pub fn versions() -> Versions {
    let newest = Versions::newest(NEWEST);
    GENERATIONS.iter().fold(newest, |versions, generation| versions.generation(generation.prefix, (generation.lifecycle)()))
}

/// The routes of all generations.
pub(crate) fn routes() -> Routes {
    GENERATIONS.iter().fold(Routes::new(), |routes, generation| routes.merge((generation.routes)()))
}

/// Marks in the document what will not stay.
pub(crate) fn add(document: &mut OpenApi) {
    for (method, template) in versions().ending_routes() {
        let Some(item) = document.paths.paths.get_mut(template) else { continue };
        let operation = match method.as_str() {
            "GET" => &mut item.get,
            "POST" => &mut item.post,
            "PUT" => &mut item.put,
            "PATCH" => &mut item.patch,
            "DELETE" => &mut item.delete,
            _ => continue,
        };
        if let Some(operation) = operation {
            operation.deprecated = Some(Deprecated::True);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_the_api_belongs_to_a_generation() {
        let document = crate::document();
        let of_the_api: Vec<&String> = document.paths.paths.keys().filter(|path| path.starts_with("/api/")).collect();
        let is_known = |path: &str, prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
        for generation in &GENERATIONS {
            assert!(of_the_api.iter().any(|path| is_known(path, generation.prefix)), "{}", generation.prefix);
        }
        for path in of_the_api {
            assert!(GENERATIONS.iter().any(|generation| is_known(path, generation.prefix)), "{path}");
        }
    }
}
