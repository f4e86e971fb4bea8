//! What is asked for by a slug that it had before.

use gateway::Problem;
use kernel::Slug;

/// The present address of a thing that was asked for by a former slug, with what else was asked.
pub(super) fn moved(resource: &str, slug: &Slug, query: Option<String>) -> Problem {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    Problem::moved(&format!("/api/v1/{resource}/{slug}{query}"))
}
