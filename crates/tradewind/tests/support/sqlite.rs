//! A migrated, first-started SQLite file, made once per process and copied for each test.

use std::path::Path;
use std::sync::LazyLock;

use tokio::runtime::Builder;

use super::TestResult;
use super::shop::TestShop;

const FILE: &str = "tradewind.db";

/// The file's content, or why it could not be made; kept in memory so that nothing is left on the disk.
static TEMPLATE: LazyLock<Result<Vec<u8>, String>> = LazyLock::new(|| make().map_err(|error| error.to_string()));

fn make() -> TestResult<Vec<u8>> {
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join(FILE);
        let shop = TestShop::open(tempfile::tempdir()?, &address(&path)).await?;
        shop.prepare().await?;
        shop.close().await;
        Ok(std::fs::read(path)?)
    })
}

/// What each test's database starts as.
pub(crate) fn template() -> &'static Result<Vec<u8>, String> {
    &TEMPLATE
}

/// Writes the template into a test's folder; the address of the copy.
pub(crate) fn copy(template: &Result<Vec<u8>, String>, folder: &Path) -> TestResult<String> {
    let path = folder.join(FILE);
    std::fs::write(&path, template.as_ref().map_err(String::clone)?)?;
    Ok(address(&path))
}

fn address(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}
