//! How the shop is reached.

use std::net::SocketAddr;
use std::path::PathBuf;

use kernel::AddressRange;
use serde::Deserialize;

/// The HTTP side.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Where to listen.
    pub addr: SocketAddr,
    /// The shop's address as others see it, for links; empty: derived from `addr`.
    pub public_url: String,
    /// Proxies whose `X-Forwarded-For` says where a request comes from; nobody else's is read.
    pub trusted_proxies: Vec<AddressRange>,
    /// The header in which they say from which country a request comes; empty: none does.
    pub country_header: String,
    /// A certificate with its chain, PEM; empty: plain HTTP.
    pub tls_certificate: PathBuf,
    /// Its key, PEM.
    pub tls_key: PathBuf,
    /// Where plain HTTP is led to HTTPS; empty: nowhere.
    pub redirect_addr: String,
    /// Origins whose scripts may ask the API.
    pub cors_origins: Vec<String>,
    /// A request that takes longer answers 503; exports, imports and streams are exempt.
    pub request_timeout_ms: u64,
    /// A client that takes longer to send its headers is cut off; also the limit for idle connections.
    pub header_timeout_ms: u64,
    /// Open connections; further ones wait.
    pub max_connections: usize,
    /// The largest JSON body; batches and uploads have limits of their own.
    pub max_body_bytes: usize,
    /// How long a stopping process finishes what it began.
    pub drain_timeout_ms: u64,
}

impl Server {
    /// The shop's address as others see it, without a slash behind it.
    #[must_use]
    pub fn base_url(&self) -> String {
        let public = self.public_url.trim_end_matches('/');
        if public.is_empty() { format!("http://{}", self.addr) } else { public.to_owned() }
    }

    /// True where customers reach the shop by HTTPS, whoever ends it.
    #[must_use]
    pub fn is_reached_by_https(&self) -> bool {
        self.public_url.starts_with("https://") || self.tls_files().is_some()
    }

    /// The certificate and its key, where this process ends HTTPS itself.
    #[must_use]
    pub fn tls_files(&self) -> Option<(PathBuf, PathBuf)> {
        let is_set = !self.tls_certificate.as_os_str().is_empty();
        is_set.then(|| (self.tls_certificate.clone(), self.tls_key.clone()))
    }

    /// Where plain HTTP is led to HTTPS.
    #[must_use]
    pub fn redirect_addr(&self) -> Option<SocketAddr> {
        self.redirect_addr.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(change: impl FnOnce(&mut Server)) -> Server {
        let mut server = crate::config::load(&crate::config::Flags::default()).expect("defaults").config.server;
        change(&mut server);
        server
    }

    #[test]
    fn a_shop_is_where_others_see_it() {
        assert_eq!(server(|_| {}).base_url(), "http://127.0.0.1:8080");
        assert_eq!(server(|server| server.public_url = "https://shop.example/".to_owned()).base_url(), "https://shop.example");
    }

    #[test]
    fn https_is_ended_by_this_process_or_by_one_before_it() {
        let with_files = |server: &mut Server| {
            (server.tls_certificate, server.tls_key) = ("chain.pem".into(), "key.pem".into());
        };
        let plain = server(|_| {});
        assert_eq!((plain.is_reached_by_https(), plain.tls_files(), plain.redirect_addr()), (false, None, None));
        assert!(server(|server| server.public_url = "https://shop.example".to_owned()).is_reached_by_https());
        let own = server(with_files);
        assert_eq!((own.is_reached_by_https(), own.tls_files()), (true, Some(("chain.pem".into(), "key.pem".into()))));
        assert_eq!(server(|server| server.redirect_addr = "0.0.0.0:80".to_owned()).redirect_addr(), "0.0.0.0:80".parse().ok());
    }
}
