//! sqlmap on every operation that reads, and on every one that creates.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use super::client::Client;
use super::contract::{self, Operation, Parameter};
use super::sample::UNIQUE;
use super::{Database, Trial, exhibits};
use crate::campaign::shop::Shop;
use crate::project;
use crate::python;

/// The version that the figures were made with.
const SQLMAP: &str = "1.10.10";
/// What it says where it found nothing.
const NOTHING: &str = "do not appear to be injectable";
/// What it says where it found something.
const SOMETHING: &str = "identified the following injection point";
/// What goes with another way of turning pages, and would be refused beside it.
const OTHER_PAGES: [&str; 2] = ["after", "limit"];
/// What is left out of a right query: they take rows or members away, and sqlmap needs an answer that has some.
const NARROW: &str = "filter[";

/// A target: an address, and a body where there is one.
#[derive(Clone)]
struct Target {
    name: String,
    method: String,
    url: String,
    body: Option<String>,
    headers: Vec<String>,
}

/// Lets it at all targets whose name has one of these in it.
pub(super) async fn run(shop: &Shop, database: Database, (only, level): (&[String], u8), trial: &mut Trial) -> Result<()> {
    let sqlmap = python::programs("sqlmap", SQLMAP, &[])?.join("sqlmap");
    let mut client = Client::new(shop.address);
    let document = client.expect(200, "GET", "/openapi.json", ("", "")).await?;
    let exhibits = exhibits::gather(shop).await?;
    let folder = project::target_folder()?.join("campaign/sqlmap").join(database.name().to_lowercase());
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let before = requests(&mut client).await?;
    let mut places = 0;
    for operation in contract::read(&document, &exhibits)? {
        if !only.is_empty() && !only.iter().any(|part| operation.name().contains(part.as_str())) {
            continue;
        }
        for target in targets(shop, &operation, &exhibits) {
            let said = folder.join(format!("{}.txt", target.name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-")));
            let text = ask(&sqlmap, &target, (database, level), &said)?;
            places += text.matches("does not seem to be injectable").count();
            eprintln!("{}", target.name);
            if text.contains(SOMETHING) {
                trial.blame(format!("{}: sqlmap found a way in: see {}", target.name, said.display()));
            } else if !text.contains(NOTHING) {
                trial.blame(format!("{}: sqlmap came to no end: see {}", target.name, said.display()));
            }
            if text.contains("(Internal Server Error)") || text.contains("(Service Unavailable)") {
                trial.blame(format!("{}: a fault of the server: see {}", target.name, said.display()));
            }
        }
    }
    trial.cases = requests(&mut client).await?.saturating_sub(before);
    trial.notes.push(format!("{places} places tried by sqlmap {SQLMAP} at level {level}"));
    Ok(())
}

/// How many requests the shop has answered.
async fn requests(client: &mut Client) -> Result<usize> {
    let reply = client.ask("GET", "/metrics", "", "").await?;
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let counts = text.lines().filter(|line| line.starts_with("tradewind_http_requests_total{"));
    Ok(counts.filter_map(|line| line.rsplit(' ').next()?.parse::<usize>().ok()).sum())
}

/// The ways to ask an operation so that sqlmap has something to look at: pages by number, pages by cursor, filters one by one, bodies.
fn targets(shop: &Shop, operation: &Operation, exhibits: &exhibits::Exhibits) -> Vec<Target> {
    let plain = plain(shop, operation, exhibits);
    if operation.method == "GET" {
        return reads(operation, &plain);
    }
    let (Some(body), "POST", false) = (&operation.body, operation.method.as_str(), operation.takes_header("If-Match")) else {
        return Vec::new();
    };
    let bodies =
        [("", &body.least), (" whole", &body.most)].into_iter().filter(|(_, body)| body.as_object().is_some_and(|body| !body.is_empty()));
    let with = |(what, body): (&str, &Value)| {
        let body = body.to_string().replace(UNIQUE, "zq");
        Target { name: format!("{}{what}", plain.name), body: Some(body), ..plain.clone() }
    };
    bodies.map(with).collect()
}

/// The operation with every part of its path for a place, and nothing else.
fn plain(shop: &Shop, operation: &Operation, exhibits: &exhibits::Exhibits) -> Target {
    let mut path = operation.path.clone();
    for Parameter { name, right, .. } in operation.at("path") {
        path = path.replace(&format!("{{{name}}}"), &format!("{right}*"));
    }
    let mut headers = vec![format!("Authorization: Bearer {}", shop.key), "Content-Type: application/json".to_owned()];
    if operation.path.starts_with("/api/v1/carts") {
        headers.push(format!("X-Cart-Token: {}", exhibits.cart_token));
    }
    if operation.takes_header("Idempotency-Key") {
        // Itself a place to write into.
        headers.push("Idempotency-Key: zq*".to_owned());
    }
    let url = format!("http://{}{path}", shop.address);
    Target { name: operation.name(), method: operation.method.clone(), url, body: None, headers }
}

fn reads(operation: &Operation, plain: &Target) -> Vec<Target> {
    let (narrow, wide): (Vec<_>, Vec<_>) = operation.at("query").partition(|parameter| parameter.name.starts_with(NARROW));
    let (other, pages): (Vec<_>, Vec<_>) = wide.into_iter().partition(|parameter| OTHER_PAGES.contains(&parameter.name.as_str()));
    let with = |(what, query): (String, Vec<&Parameter>)| {
        let pairs: Vec<String> = query.iter().map(|parameter| format!("{}={}", parameter.name, parameter.right)).collect();
        let mark = if pairs.is_empty() { "" } else { "?" };
        Target { name: format!("{}{what}", plain.name), url: format!("{}{mark}{}", plain.url, pairs.join("&")), ..plain.clone() }
    };
    let mut queries = vec![(String::new(), pages), (" by cursor".to_owned(), other)];
    queries.extend(narrow.into_iter().map(|parameter| (format!(" {}", parameter.name), vec![parameter])));
    // Without a query, a path may still be a place.
    let has_place = |what: &str, query: &[&Parameter]| !query.is_empty() || (what.is_empty() && plain.url.contains('*'));
    queries.into_iter().filter(|(what, query)| has_place(what, query)).map(with).collect()
}

fn ask(sqlmap: &Path, target: &Target, (database, level): (Database, u8), said: &PathBuf) -> Result<String> {
    let dbms = match database {
        Database::Sqlite => "SQLite",
        Database::Postgres => "PostgreSQL",
    };
    let mut command = Command::new(sqlmap);
    command.args(["-u", &target.url, "--method", &target.method, "--headers", &target.headers.join("\n"), "--dbms", dbms]);
    command.args(["--batch", "--flush-session", "--disable-coloring", "--ignore-code=*", "--risk=2", "--technique=BEUSTQ"]);
    command.args(["--level", &level.to_string(), "--output-dir"]).arg(said.with_extension("data"));
    if let Some(body) = &target.body {
        command.args(["--data", body]);
    }
    let output = command.stdin(Stdio::null()).output().context("cannot start sqlmap")?;
    fs::write(said, &output.stdout).with_context(|| format!("cannot write {}", said.display()))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
