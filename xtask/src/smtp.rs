//! What a private mail server for tests is made of; the tests start it themselves, each as it needs it.

use std::path::PathBuf;

use anyhow::Result;

use crate::python;

/// The variable that tells the tests where the programs are.
pub(crate) const VARIABLE: &str = "TRADEWIND_TEST_SMTP_PROGRAMS";
/// How tests that need one are named, as a `--skip` sees them.
pub(crate) const TESTS: &str = "_by_smtp";

/// The folder of a Python that has a mail server (aiosmtpd) and makes certificates for it (trustme).
pub(crate) fn programs() -> Result<PathBuf> {
    python::programs("aiosmtpd", "1.4.6", &["trustme==1.2.1"])
}
