//! Which pages' scripts may open a WebSocket: browsers let any script open one anywhere, send the cookies along and leave it to the
//! server to look where it comes from (RFC 6455, 10.2).

use http::{HeaderMap, header};
use platform::config::Server;

use crate::cors::Cors;
use crate::cross_site::is_own;
use crate::problem::Problem;

/// The pages whose scripts are let in.
#[derive(Debug, Clone)]
pub struct Pages {
    /// The shop as others see it, `https://shop.example`; empty where nobody said.
    own: String,
    by_https: bool,
    others: Cors,
}

/// Whose script asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// A page of this shop, or a program: no browser leaves out where it comes from.
    Own,
    /// A page of a site that may ask: cookies count for nothing there, like in every other request.
    Listed,
}

impl Pages {
    /// The shop's own pages, and those of `server.cors_origins`.
    #[must_use]
    pub fn of(server: &Server) -> Self {
        let own = server.public_url.trim_end_matches('/').to_owned();
        Self { own, by_https: server.is_reached_by_https(), others: Cors::new(&server.cors_origins) }
    }

    /// Whose script asks.
    ///
    /// # Errors
    /// 403 for a page of any other site.
    pub fn admit(&self, headers: &HeaderMap) -> Result<Asker, Problem> {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let (origin, other) = (origins.next(), origins.next());
        let Some(origin) = origin else { return Ok(Asker::Own) };
        let text = origin.to_str().ok().filter(|_| other.is_none()).ok_or_else(Problem::origin_refused)?;
        // A page that came in the clear may be anybody's.
        let is_private = !self.by_https || text.starts_with("https://");
        if (!self.own.is_empty() && text == self.own) || (is_private && is_own(text, headers)) {
            return Ok(Asker::Own);
        }
        self.others.allowed(headers).map(|_| Asker::Listed).ok_or_else(Problem::origin_refused)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_pages_of_the_shop_and_of_sites_that_may_ask_are_let_in() {
        let mut server = platform::config::load(&platform::config::Flags::default()).expect("defaults").config.server;
        server.cors_origins = vec!["https://app.example".to_owned()];
        server.public_url = "https://shop.example/".to_owned();
        let pages = Pages::of(&server);
        let admitted = |origins: &[&'static str]| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("10.0.0.7:8080"));
            for origin in origins {
                headers.append(header::ORIGIN, HeaderValue::from_static(origin));
            }
            pages.admit(&headers).ok()
        };
        for (origins, asker) in [
            (&[][..], Some(Asker::Own)),
            (&["https://shop.example"], Some(Asker::Own)),
            (&["https://10.0.0.7:8080"], Some(Asker::Own)),
            (&["http://10.0.0.7:8080"], None),
            (&["http://shop.example"], None),
            (&["https://app.example"], Some(Asker::Listed)),
            (&["https://app.example.evil.example"], None),
            (&["https://evil.example"], None),
            (&["null"], None),
            (&[""], None),
            (&["https://shop.example", "https://evil.example"], None),
        ] {
            assert_eq!(admitted(origins), asker, "{origins:?}");
        }
    }
}
