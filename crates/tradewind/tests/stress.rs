//! `tradewind stress` as its users run it: beside their shop, on their database server, with a verdict that can be believed.

use std::path::PathBuf;

use platform::config::{Database, Mode};
use platform::db::{Db, DbBackend, FromQueryResult, execute, fetch_all, fetch_scalar};
use platform::values;
use test_macro::test_on_every_database;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use crate::support::{TestResult, TestShop};

const SMALL: [&str; 13] = ["stress", "--buyers", "4", "--rounds", "3", "--carts", "12", "--units", "5", "--duplicates", "4", "--seed", "7"];

#[derive(FromQueryResult)]
struct NameRow {
    name: String,
}

/// Every byte of an embedded database, every row of one on a server.
async fn contents(shop: &TestShop) -> TestResult<Vec<String>> {
    let reader = shop.context().db.reader();
    if let Some(file) = shop.context().db.sqlite_file() {
        let bytes = |path: PathBuf| std::fs::read(path).map(|bytes| format!("{bytes:?}"));
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        return Ok(vec![bytes(file.to_owned())?, bytes(log.into())?]);
    }
    let tables = "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables
        WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name";
    let mut contents = Vec::new();
    for NameRow { name } in fetch_all(reader, tables, vec![]).await? {
        let rows = format!("SELECT COALESCE(STRING_AGG(CAST(t AS TEXT), '|' ORDER BY CAST(t AS TEXT)), '') FROM \"{name}\" t");
        contents.push(format!("{name}: {}", fetch_scalar::<String>(reader, &rows, vec![]).await?.unwrap_or_default()));
    }
    Ok(contents)
}

/// Databases or folders of this shop that end as those of a stress run do.
async fn left_behind(shop: &TestShop) -> TestResult<Vec<String>> {
    if shop.context().db.backend() == DbBackend::Postgres {
        let own: String =
            fetch_scalar(shop.context().db.reader(), "SELECT CAST(current_database() AS TEXT)", vec![]).await?.unwrap_or_default();
        let like = format!("{}%stress%", &own[..24]);
        let sql = "SELECT CAST(datname AS TEXT) AS name FROM pg_database WHERE datname LIKE $1 AND datname <> current_database()";
        let rows: Vec<NameRow> = fetch_all(shop.context().db.reader(), sql, values![like]).await?;
        return Ok(rows.into_iter().map(|row| row.name).collect());
    }
    let own = shop.data_dir().file_name().ok_or("no name")?.to_string_lossy().into_owned();
    let beside = std::fs::read_dir(shop.data_dir().parent().ok_or("no parent")?)?;
    let names = beside.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<std::io::Result<Vec<_>>>()?;
    Ok(names.into_iter().filter(|name| name.starts_with(&format!("{own}-"))).collect())
}

/// The figures are exact, whoever wins; the shop beside it has what it had, and nothing is left of the stress.
#[test_on_every_database]
async fn a_shop_that_keeps_its_promises_passes_and_is_not_written(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    shop.order(&mug.id, 1, "manual").await?;
    shop.settle().await?;
    let before = contents(&shop).await?;
    let report = shop.run(&[&SMALL[..], &["--json"]].concat()).await?.expect(0)?.lines()?.remove(0);
    assert_eq!((report["verdict"].as_str(), report["seed"].as_i64()), (Some("ok"), Some(7)), "{report}");
    let sold = |place: usize, name: &str| {
        let phase = &report["phases"][place];
        assert_eq!((phase["phase"].as_str(), phase["wrong"].as_i64()), (Some(name), Some(0)), "{report}");
        assert!(phase["times_ms"]["p99"].as_f64() >= phase["times_ms"]["p50"].as_f64());
        ["sold", "refused", "duplicates"].map(|figure| phase[figure].as_i64().unwrap())
    };
    assert_eq!((sold(0, "last_unit")[0], sold(1, "flash_sale"), sold(2, "duplicates")), (3, [5, 7, 0], [3, 0, 9]));
    let ([packed, refused, _], [paid, unpaid, _]) = (sold(3, "cancel_or_fulfil"), sold(4, "expire_or_pay"));
    assert!(packed <= 24 && refused == 48 && paid + unpaid == 24, "{report}");
    assert!(report["checks"].as_array().is_some_and(|checks| checks.iter().all(|check| check["health"] == "ok")), "{report}");
    assert!(before == contents(&shop).await?, "the shop was written");
    assert_eq!(left_behind(&shop).await?, Vec::<String>::new());
    Ok(())
}

/// A run under way, and what it says.
struct Run {
    child: Child,
    said: Lines<BufReader<ChildStderr>>,
    /// The folder, or the name on the server.
    place: String,
}

impl Run {
    /// Starts one and waits until its first phase begins.
    async fn start(shop: &TestShop, more: &[&str]) -> TestResult<Self> {
        let mut child = shop.program(&[&["stress"], more].concat()).spawn()?;
        let mut said = BufReader::new(child.stderr.take().ok_or("no standard error")?).lines();
        let first = said.next_line().await?.ok_or("it said nothing")?;
        let place = first.strip_prefix("in ").and_then(|rest| rest.split_once(',')).ok_or("it did not say where")?.0.to_owned();
        while let Some(line) = said.next_line().await? {
            if line == "last_unit…" {
                return Ok(Self { child, said, place });
            }
        }
        Err("it ended before it began".into())
    }

    /// Its database.
    async fn database(&self, shop: &TestShop) -> TestResult<Db> {
        let url = if shop.context().db.backend() == DbBackend::Postgres {
            let mut url = url::Url::parse(shop.context().config.database.address())?;
            url.set_path(&self.place);
            url.to_string()
        } else {
            format!("sqlite:{}/tradewind.db", self.place)
        };
        Ok(Db::connect(&Database { url: url.into(), max_connections: 1 }, Mode::Development).await?)
    }

    /// Its exit code, and what it said last.
    async fn ended(mut self) -> TestResult<(Option<i32>, String)> {
        let mut last = String::new();
        while let Some(line) = self.said.next_line().await? {
            last = line;
        }
        Ok((self.child.wait().await?.code(), last))
    }
}

/// Somebody puts a piece on a shelf and writes no move for it: the verdict is not `ok`.
#[test_on_every_database]
async fn a_rule_that_is_broken_on_the_way_is_exit_code_3(shop: TestShop) -> TestResult {
    let run = Run::start(&shop, &["--rounds", "20", "--buyers", "4", "--carts", "8", "--json"]).await?;
    let db = run.database(&shop).await?;
    let meddler = platform::Context { db, ..shop.context().clone() };
    let break_rule = "UPDATE stock_levels SET on_hand = on_hand + 1";
    loop {
        let tx = meddler.begin(&shop.origin()).await?;
        let broken = execute(&tx, break_rule, vec![]).await?;
        tx.commit().await?;
        if broken > 0 {
            break;
        }
    }
    meddler.db.close().await;
    let (code, last) = run.ended().await?;
    assert_eq!((code, left_behind(&shop).await?), (Some(3), vec![]), "{last}");
    Ok(())
}

/// Ctrl-C in the middle of it: no verdict, and nothing is left.
#[test_on_every_database]
async fn whoever_stops_it_has_nothing_to_clear_away(shop: TestShop) -> TestResult {
    let run = Run::start(&shop, &["--rounds", "100000", "--seconds", "600"]).await?;
    assert_eq!(left_behind(&shop).await?.len(), 1);
    let id = run.child.id().ok_or("it has ended")?.to_string();
    Command::new("kill").args(["-INT", &id]).status().await?;
    let (code, last) = run.ended().await?;
    assert_eq!((code, left_behind(&shop).await?), (Some(1), vec![]), "{last}");
    assert!(last.contains("no verdict"), "{last}");
    Ok(())
}

/// A role that may not make databases is told which right it lacks.
#[test_on_every_database]
async fn a_missing_right_is_named(shop: TestShop) -> TestResult {
    if shop.context().db.backend() != DbBackend::Postgres {
        return Ok(());
    }
    let role = format!("tw_plain_{}", kernel::EventId::generate().uuid().simple());
    let reader = shop.context().db.reader();
    execute(reader, &format!("CREATE ROLE {role} LOGIN PASSWORD 'plain'"), vec![]).await?;
    let mut url = url::Url::parse(shop.context().config.database.address())?;
    let named = url.set_username(&role).and_then(|()| url.set_password(Some("plain")));
    assert!(named.is_ok());
    let ended = shop.program(&["stress"]).env("TRADEWIND__DATABASE__URL", url.as_str()).output().await?;
    execute(reader, &format!("DROP ROLE {role}"), vec![]).await?;
    let said = String::from_utf8(ended.stderr)?;
    assert_eq!(ended.status.code(), Some(5), "{said}");
    assert!(said.contains(&format!("ALTER ROLE \"{role}\" CREATEDB")), "{said}");
    Ok(())
}
