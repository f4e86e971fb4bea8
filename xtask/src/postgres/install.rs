//! Installs the Debian package `postgresql` without letting it start a server of its own.

use anyhow::Result;

use crate::debian;

/// The file is there only while the package is installed: a later installation by hand behaves as Debian means it to.
const BEFORE: &str = r#"
settings=/etc/postgresql-common/createcluster.d
mkdir -p "$settings"
trap 'rm -f "$settings/tradewind-tests.conf"' EXIT
echo 'create_main_cluster = false' > "$settings/tradewind-tests.conf"
"#;

/// Installs PostgreSQL for the tests.
pub(crate) fn postgres() -> Result<()> {
    debian::install("postgresql", BEFORE)
}
