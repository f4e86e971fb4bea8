//! Which requests are treated in a way of their own.

use std::time::Duration;

use crate::client_address::TrustedProxies;
use crate::cors::Cors;
use crate::extract::DEFAULT_BODY_BYTES;

/// Which requests are treated in a way of their own. Paths are prefixes.
#[derive(Debug, Clone)]
pub struct GatewayRules {
    /// How long the router may take to begin its answer.
    pub request_timeout: Duration,
    /// How large a body may be unless its route has a limit of its own (batches, uploads).
    pub max_body_bytes: usize,
    /// Imports, exports and streams, which take as long as they take.
    pub untimed_paths: Vec<String>,
    /// Where answers are JSON and nothing else: a client that excludes JSON gets 406.
    pub json_paths: Vec<String>,
    /// What below `json_paths` has another media type: exports, pictures, streams.
    pub other_media_paths: Vec<String>,
    /// The API's documentation, a page that needs scripts and styles.
    pub docs_paths: Vec<String>,
    /// Whose word is taken for where a request comes from.
    pub trusted_proxies: TrustedProxies,
    /// Which other sites' scripts may ask.
    pub cors: Cors,
    /// True where customers reach the shop by HTTPS, whoever ends it.
    pub by_https: bool,
}

impl Default for GatewayRules {
    fn default() -> Self {
        Self {
            request_timeout: Duration::from_secs(30),
            max_body_bytes: DEFAULT_BODY_BYTES,
            untimed_paths: Vec::new(),
            json_paths: vec!["/api/".to_owned(), "/openapi.json".to_owned()],
            other_media_paths: Vec::new(),
            docs_paths: vec!["/docs".to_owned()],
            trusted_proxies: TrustedProxies::default(),
            cors: Cors::default(),
            by_https: true,
        }
    }
}

impl GatewayRules {
    pub(crate) fn is_json(&self, path: &str) -> bool {
        begins_with_any(path, &self.json_paths) && !begins_with_any(path, &self.other_media_paths)
    }

    pub(crate) fn is_docs(&self, path: &str) -> bool {
        begins_with_any(path, &self.docs_paths)
    }

    pub(crate) fn is_untimed(&self, path: &str) -> bool {
        begins_with_any(path, &self.untimed_paths)
    }
}

fn begins_with_any(path: &str, prefixes: &[String]) -> bool {
    prefixes.iter().any(|prefix| path.starts_with(prefix.as_str()))
}
