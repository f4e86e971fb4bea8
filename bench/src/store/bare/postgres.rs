//! On a server: a connection for each customer, statements prepared once, READ COMMITTED as the shop has it.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use sqlx::postgres::{PgArguments, PgConnectOptions};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Postgres, SqlSafeStr, SqlStr};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::list::{self, Part};
use super::meaning::{Flow, Meaning, Standing, Value};
use super::{MOST_TRIES, micros};
use crate::load::{Load, Seen};

/// A part whose texts are ready to be sent.
enum Ready {
    Alone(Vec<(SqlStr, Vec<Meaning>)>),
    Together(Vec<(SqlStr, Vec<Meaning>)>),
}

/// One turn.
pub(super) async fn turn(url: &str, load: Load) -> Result<Seen> {
    let options: PgConnectOptions = url.parse().context("the database's URL")?;
    let options = options.disable_statement_logging().statement_cache_capacity(500);
    let standing = Arc::new(standing(&options).await?);
    let parts = Arc::new(ready(list::postgres()?));
    let begin = Instant::now() + load.warm_up;
    let mut customers = JoinSet::new();
    for number in 0..load.connections {
        let connection = options.connect().await.context("cannot connect")?;
        customers.spawn(customer(connection, (Arc::clone(&parts), Arc::clone(&standing)), number, (begin, begin + load.time)));
    }
    let mut all = Seen::new()?;
    while let Some(seen) = customers.join_next().await {
        all.join(&seen??)?;
    }
    all.time = begin.elapsed();
    Ok(all)
}

fn ready(parts: Vec<Part>) -> Vec<Ready> {
    let texts = |statements: Vec<list::Statement>| {
        let text = |statement: list::Statement| (AssertSqlSafe(statement.sql).into_sql_str(), statement.values);
        statements.into_iter().map(text).collect()
    };
    let part = |part| match part {
        Part::Alone(statements) => Ready::Alone(texts(statements)),
        Part::Together(statements) => Ready::Together(texts(statements)),
    };
    parts.into_iter().map(part).collect()
}

async fn standing(options: &PgConnectOptions) -> Result<Standing> {
    let mut connection = options.connect().await.context("cannot connect")?;
    let mut standing = Standing::default();
    for (table, sql) in Standing::TABLES {
        let id: Uuid = sqlx::query_scalar(sql).fetch_one(&mut connection).await.with_context(|| format!("no row of {table}"))?;
        standing.rows.push((table, id));
    }
    standing.variants = sqlx::query_as(Standing::VARIANTS).fetch_all(&mut connection).await?;
    connection.close().await?;
    Ok(standing)
}

async fn customer(
    mut connection: PgConnection,
    (parts, standing): (Arc<Vec<Ready>>, Arc<Standing>),
    number: usize,
    (begin, end): (Instant, Instant),
) -> Result<Seen> {
    let mut seen = Seen::new()?;
    let mut turn = number * 97;
    while Instant::now() < end {
        let start = Instant::now();
        turn += 1;
        let mut flow = Flow::begin(&standing, turn)?;
        for part in parts.iter() {
            run(&mut connection, part, &mut flow).await?;
        }
        if start >= begin {
            seen.times.saturating_record(micros(start.elapsed()));
        }
    }
    connection.close().await?;
    Ok(seen)
}

async fn run(connection: &mut PgConnection, part: &Ready, flow: &mut Flow<'_>) -> Result<()> {
    let statements = match part {
        Ready::Alone(statements) => return send(connection, statements, flow).await,
        Ready::Together(statements) => statements,
    };
    let mut tries = 0;
    loop {
        sqlx::query("BEGIN").execute(&mut *connection).await?;
        let sent = send(connection, statements, flow).await;
        tries += 1;
        match sent {
            Ok(()) => {
                sqlx::query("COMMIT").execute(&mut *connection).await?;
                return Ok(());
            }
            // Two of them may have waited for each other; anything else fails again.
            Err(error) if tries >= MOST_TRIES => return Err(error),
            Err(_) => {
                sqlx::query("ROLLBACK").execute(&mut *connection).await?;
            }
        }
    }
}

async fn send(connection: &mut PgConnection, statements: &[(SqlStr, Vec<Meaning>)], flow: &mut Flow<'_>) -> Result<()> {
    for (sql, values) in statements {
        let mut query = sqlx::query(sql.clone());
        for meaning in values {
            query = bind(query, flow.value(meaning)?)?;
        }
        let _rows = query.fetch_all(&mut *connection).await.with_context(|| sql.as_str().to_owned())?;
    }
    Ok(())
}

fn bind(query: Query<'_, Postgres, PgArguments>, value: Value) -> Result<Query<'_, Postgres, PgArguments>> {
    Ok(match value {
        Value::Uuid(id) => query.bind(id),
        Value::Time(time) => query.bind(time),
        Value::Int(number) => query.bind(number),
        Value::Bool(truth) => query.bind(truth),
        Value::Text(text) => query.bind(text),
        Value::Json(text) => query.bind(text.map(|text| serde_json::from_str::<serde_json::Value>(&text)).transpose()?),
        Value::Bytes(bytes) => query.bind(bytes),
    })
}
