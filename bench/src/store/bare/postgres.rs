//! On a server: a connection for each customer, statements prepared once, READ COMMITTED as the shop has it.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use tokio::task::JoinSet;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Statement};

use super::list::{self, Part};
use super::meaning::{Flow, Meaning, Standing, Value};
use super::{MOST_TRIES, micros};
use crate::load::{Load, Seen};
use crate::store::server::connect;

/// A part whose statements are prepared.
enum Ready {
    Alone(Vec<(Statement, Vec<Meaning>)>),
    Together(Vec<(Statement, Vec<Meaning>)>),
}

/// One turn.
pub(super) async fn turn(url: &str, load: Load) -> Result<Seen> {
    let standing = Arc::new(standing(url).await?);
    let mut customers = JoinSet::new();
    let mut ready = Vec::new();
    for _ in 0..load.connections {
        let client = connect(url).await?;
        let parts = prepared(&client, &standing).await?;
        ready.push((client, parts));
    }
    let begin = Instant::now() + load.warm_up;
    for (number, (client, parts)) in ready.into_iter().enumerate() {
        customers.spawn(customer(client, parts, Arc::clone(&standing), number, (begin, begin + load.time)));
    }
    let mut all = Seen::new()?;
    while let Some(seen) = customers.join_next().await {
        all.join(&seen??)?;
    }
    all.time = begin.elapsed();
    Ok(all)
}

/// Prepared with the types of their values, as the shop has them.
async fn prepared(client: &Client, standing: &Standing) -> Result<Vec<Ready>> {
    let mut flow = Flow::begin(standing, 0)?;
    let mut parts = Vec::new();
    for part in list::postgres()? {
        parts.push(match part {
            Part::Alone(statements) => Ready::Alone(texts(client, statements, &mut flow).await?),
            Part::Together(statements) => Ready::Together(texts(client, statements, &mut flow).await?),
        });
    }
    Ok(parts)
}

async fn texts(client: &Client, statements: Vec<list::Statement>, flow: &mut Flow<'_>) -> Result<Vec<(Statement, Vec<Meaning>)>> {
    let mut prepared = Vec::new();
    for list::Statement { sql, values, .. } in statements {
        let types = values.iter().map(|meaning| Ok(type_of(&flow.value(meaning)?))).collect::<Result<Vec<Type>>>()?;
        prepared.push((client.prepare_typed(&sql, &types).await.with_context(|| sql.clone())?, values));
    }
    Ok(prepared)
}

async fn standing(url: &str) -> Result<Standing> {
    let client = connect(url).await?;
    let mut standing = Standing::default();
    for (table, sql) in Standing::TABLES {
        let row = client.query_one(sql, &[]).await.with_context(|| format!("no row of {table}"))?;
        standing.rows.push((table, row.try_get(0)?));
    }
    for row in client.query(Standing::VARIANTS, &[]).await? {
        standing.variants.push((row.try_get(0)?, row.try_get(1)?));
    }
    Ok(standing)
}

async fn customer(
    client: Client,
    parts: Vec<Ready>,
    standing: Arc<Standing>,
    number: usize,
    (begin, end): (Instant, Instant),
) -> Result<Seen> {
    let mut seen = Seen::new()?;
    let mut turn = number * 97;
    while Instant::now() < end {
        let start = Instant::now();
        turn += 1;
        let mut flow = Flow::begin(&standing, turn)?;
        for part in &parts {
            run(&client, part, &mut flow).await?;
        }
        if start >= begin {
            seen.times.saturating_record(micros(start.elapsed()));
        }
    }
    Ok(seen)
}

async fn run(client: &Client, part: &Ready, flow: &mut Flow<'_>) -> Result<()> {
    let statements = match part {
        Ready::Alone(statements) => return send(client, statements, flow).await,
        Ready::Together(statements) => statements,
    };
    let mut tries = 0;
    loop {
        client.batch_execute("BEGIN").await?;
        let sent = send(client, statements, flow).await;
        tries += 1;
        match sent {
            Ok(()) => return Ok(client.batch_execute("COMMIT").await?),
            // Two of them may have waited for each other; anything else fails again.
            Err(error) if tries >= MOST_TRIES => return Err(error),
            Err(_) => client.batch_execute("ROLLBACK").await?,
        }
    }
}

async fn send(client: &Client, statements: &[(Statement, Vec<Meaning>)], flow: &mut Flow<'_>) -> Result<()> {
    for (statement, values) in statements {
        let bound = values.iter().map(|meaning| Ok(bound(flow.value(meaning)?)?)).collect::<Result<Vec<_>>>()?;
        let values: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|value| &**value as _).collect();
        let _rows = client.query(statement, &values).await?;
    }
    Ok(())
}

fn bound(value: Value) -> serde_json::Result<Box<dyn ToSql + Sync + Send>> {
    Ok(match value {
        Value::Uuid(id) => Box::new(id),
        Value::Time(time) => Box::new(time),
        Value::Int(number) => Box::new(number),
        Value::Bool(truth) => Box::new(truth),
        Value::Text(text) => Box::new(text),
        Value::Json(text) => Box::new(text.map(|text| serde_json::from_str::<serde_json::Value>(&text)).transpose()?),
        Value::Bytes(bytes) => Box::new(bytes),
    })
}

const fn type_of(value: &Value) -> Type {
    match value {
        Value::Uuid(_) => Type::UUID,
        Value::Time(_) => Type::TIMESTAMPTZ,
        Value::Int(_) => Type::INT8,
        Value::Bool(_) => Type::BOOL,
        Value::Text(_) => Type::TEXT,
        Value::Json(_) => Type::JSONB,
        Value::Bytes(_) => Type::BYTEA,
    }
}
