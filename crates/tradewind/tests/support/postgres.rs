//! A migrated, first-started PostgreSQL database, made once per build of the tests and cloned for each test.

use std::hash::{DefaultHasher, Hash, Hasher};

use kernel::EventId;
use platform::config::Mode;
use platform::db::{Db, execute, fetch_scalar};
use platform::values;

use super::TestResult;
use super::shop::TestShop;

/// The superuser's URL of a server that tests may make databases on; `cargo xtask test` sets it.
const URL_VARIABLE: &str = "TRADEWIND_TEST_POSTGRES_URL";
/// PostgreSQL cuts names at 63 bytes.
const LONGEST_NAME: usize = 63;

/// One test's database.
pub(crate) struct Database {
    admin: Db,
    name: String,
    url: String,
}

impl Database {
    /// Clones the template, which the first test of a build makes.
    pub(crate) async fn make(test: &str) -> TestResult<Self> {
        let server =
            std::env::var(URL_VARIABLE).map_err(|_| format!("{URL_VARIABLE} is not set: run this test with `cargo xtask test {test}`"))?;
        let admin = administer(&server).await?;
        let template = ensure_template(&admin, &server).await?;
        let unique = EventId::generate().uuid().simple().to_string();
        let name: String = format!("tw_{}_{test}", &unique[16..]).chars().take(LONGEST_NAME).collect();
        run(&admin, &format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\"")).await?;
        let url = url_of(&server, &name)?;
        Ok(Self { admin, name, url })
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Removes it, whoever is still connected.
    pub(crate) async fn remove(self) -> TestResult {
        run(&self.admin, &format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name)).await?;
        self.admin.close().await;
        Ok(())
    }
}

/// One connection, so that session settings and session locks hold from statement to statement.
async fn administer(server: &str) -> TestResult<Db> {
    let settings = platform::config::Database { url: server.to_owned().into(), max_connections: 1 };
    let admin = Db::connect(&settings, Mode::Development).await?;
    for setting in ["lock_timeout", "statement_timeout"] {
        run(&admin, &format!("SET {setting} = 0")).await?;
    }
    Ok(admin)
}

/// The template's name; it is made under a lock, under another name until it is whole.
async fn ensure_template(admin: &Db, server: &str) -> TestResult<String> {
    let name = template_name()?;
    run(admin, "SELECT pg_advisory_lock(7401253)").await?;
    let exists = "SELECT CAST(COUNT(*) AS BIGINT) FROM pg_database WHERE datname = $1";
    let exists = fetch_scalar::<i64>(admin.reader(), exists, values![&name]).await? == Some(1);
    if !exists {
        let unfinished = format!("{name}_unfinished");
        run(admin, &format!("DROP DATABASE IF EXISTS \"{unfinished}\" WITH (FORCE)")).await?;
        run(admin, &format!("CREATE DATABASE \"{unfinished}\"")).await?;
        let shop = TestShop::open(tempfile::tempdir()?, &url_of(server, &unfinished)?).await?;
        shop.prepare().await?;
        shop.close().await;
        run(admin, &format!("ALTER DATABASE \"{unfinished}\" RENAME TO \"{name}\"")).await?;
    }
    run(admin, "SELECT pg_advisory_unlock(7401253)").await?;
    Ok(name)
}

/// Another schema or another build of the first start is another template.
fn template_name() -> TestResult<String> {
    let mut hasher = DefaultHasher::new();
    for migration in tradewind::wiring::migrations() {
        (migration.version, migration.sql).hash(&mut hasher);
    }
    std::env::current_exe()?.metadata()?.modified()?.hash(&mut hasher);
    Ok(format!("tw_template_{:016x}", hasher.finish()))
}

async fn run(admin: &Db, sql: &str) -> TestResult {
    execute(admin.reader(), sql, vec![]).await.map_err(|error| format!("{sql}: {error:?}"))?;
    Ok(())
}

fn url_of(server: &str, database: &str) -> TestResult<String> {
    let mut url = url::Url::parse(server)?;
    url.set_path(database);
    Ok(url.into())
}
