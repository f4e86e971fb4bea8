//! The one-time link by which whoever starts a shop becomes its first administrator.

use std::net::SocketAddr;

use accounts::sign_in;
use platform::Context;
use serde::Serialize;

/// The link of one start; good once, for a day.
#[derive(Debug, Serialize)]
pub struct SetUpLink {
    /// What a browser opens; the token stands behind a `#`, so that no server logs it.
    pub setup_url: String,
    /// Where a program sends the token.
    pub setup_endpoint: String,
    /// The token.
    pub setup_token: String,
}

/// A link, where the shop has no administrator who may sign in. Other nodes that start at the same time have links of their own.
///
/// # Errors
/// Where the database refuses.
pub async fn offer(context: &Context, base: &str) -> anyhow::Result<Option<SetUpLink>> {
    let token = sign_in::offer_set_up(context).await?;
    Ok(token.map(|token| SetUpLink {
        setup_url: format!("{base}/setup#token={}", token.reveal()),
        setup_endpoint: format!("{base}/api/v1/auth/setup"),
        setup_token: token.reveal().to_owned(),
    }))
}

/// The shop's address as others see it: as configured, or as it listens.
#[must_use]
pub fn base_url(context: &Context, addr: SocketAddr) -> String {
    let server = &context.config.server;
    if !server.public_url.is_empty() {
        return server.base_url();
    }
    let scheme = if server.tls_files().is_some() { "https" } else { "http" };
    format!("{scheme}://{addr}")
}

impl SetUpLink {
    /// What people read who start a shop.
    #[must_use]
    pub fn told(&self) -> String {
        let Self { setup_url, setup_endpoint, setup_token } = self;
        format!(
            r#"
This shop has no administrator yet. Whoever opens this link becomes the first one; it is good once, for 24 hours:

  {setup_url}

The same without a browser, with an address and a password of your own:

  curl -X POST {setup_endpoint} -H 'Content-Type: application/json' -d '{{"token": "{setup_token}", "email": "…", "password": "…"}}'
"#
        )
    }
}
