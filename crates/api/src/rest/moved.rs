//! What is asked for by a slug that it had before.

use gateway::Problem;
use kernel::Slug;
use url::{Position, Url};

/// The present address of a thing that was asked for by a former slug, with what else was asked.
pub(super) fn moved(resource: &str, slug: &Slug, query: Option<String>) -> Problem {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    // Slugs have letters of any script, addresses do not.
    match Url::parse(&format!("http://localhost/api/v1/{resource}/{slug}{query}")) {
        Ok(address) => Problem::moved(&address[Position::BeforePath..]),
        Err(error) => Problem::internal(error),
    }
}
