//! What some tests need beside the databases: found or installed here, started by the tests themselves, each as it needs it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{debian, go, node, python};

/// Something that some tests need.
pub(super) struct Part {
    /// What people call it.
    pub(super) title: &'static str,
    /// The variable that tells the tests where it is.
    pub(super) variable: &'static str,
    /// How tests that need it are named, as a `--skip` sees them.
    pub(super) tests: &'static str,
    /// Finds it, or installs it.
    pub(super) find: fn() -> Result<PathBuf>,
}

/// All of them.
pub(super) const PARTS: [Part; 5] = [
    Part { title: "SMTP (aiosmtpd)", variable: "TRADEWIND_TEST_SMTP_PROGRAMS", tests: "_by_smtp", find: smtp },
    Part { title: "OpenID (oidc-provider)", variable: "TRADEWIND_TEST_OIDC_MODULES", tests: "_by_oidc", find: oidc },
    Part { title: "Stripe (localstripe)", variable: "TRADEWIND_TEST_STRIPE_PROGRAMS", tests: "_by_stripe", find: stripe },
    Part { title: "Stripe's API (stripe-mock)", variable: "TRADEWIND_TEST_STRIPE_MOCK", tests: "_by_mock", find: stripe_mock },
    Part { title: "Redis", variable: "TRADEWIND_TEST_REDIS_SERVER", tests: "_by_redis", find: redis },
];

/// The folder of a Python that has a mail server (aiosmtpd) and makes certificates for it (trustme).
fn smtp() -> Result<PathBuf> {
    python::programs("aiosmtpd", "1.4.6", &["trustme==1.2.1"])
}

/// The folder of a Python that has a server which stands for Stripe's, and Stripe's own client.
pub(crate) fn stripe() -> Result<PathBuf> {
    python::programs("localstripe", "1.15.10", &["aiohttp==3.14.5", "python-dateutil==4.0.0", "stripe==16.1.0"])
}

/// The program that knows Stripe's API from the description that Stripe generates.
fn stripe_mock() -> Result<PathBuf> {
    go::program("github.com/stripe/stripe-mock", "v0.203.0")
}

/// The folder of node modules with a certified provider.
fn oidc() -> Result<PathBuf> {
    node::modules("oidc-provider", "9.13.3")
}

/// The server's program.
fn redis() -> Result<PathBuf> {
    let program = PathBuf::from("redis-server");
    if !debian::runs(Command::new(&program).arg("--version")) {
        debian::install("redis-server", "")?;
        let runs = debian::runs(Command::new(&program).arg("--version"));
        ensure!(runs, "the package redis-server was installed, and still there is no redis-server");
    }
    // By its whole path, for the tests run in folders of their own.
    let found = std::env::var_os("PATH")
        .and_then(|path| std::env::split_paths(&path).map(|folder| folder.join(&program)).find(|file| file.is_file()));
    found.context("redis-server is on no path")
}
