//! The marks in the generator's SQL, and what they are on each database.
//!
//! `@id(kind, n)` is a UUID that says what it is and which; `@hex(kind, n)` the same as 32 digits; `@ts(seconds)` a moment after the first
//! day; `@later` one that no test outlives; `@series(count)` the numbers `n` from zero; `@json(text)`; `@bytes(n)`; `@price(product)`.

use anyhow::{Context, Result, bail};

/// Which words a database knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// The embedded one.
    Sqlite,
    /// A server.
    Postgres,
}

/// The first day, in seconds since 1970: 2025-01-01.
const FIRST_DAY: i64 = 1_735_689_600;
/// 2100-01-01.
const LATER: i64 = 4_102_444_800;
/// What all ids begin with, but for three digits of their kind; they are UUIDs of version 7 made at the end of 2023.
const PREFIX: &str = "018bcfe568007";
/// The digit of the variant.
const VARIANT: &str = "8";

/// A text for one database.
pub(crate) fn render(sql: &str, dialect: Dialect, products: i64, count: i64) -> Result<String> {
    let groups = (products / 50).max(2);
    let numbers = [("@groups", groups.to_string()), ("@count", count.to_string())];
    let text = numbers.iter().fold(sql.to_owned(), |text, (mark, number)| text.replace(mark, number));
    marks(&text, dialect)
}

/// Replaces the marks from the innermost out.
fn marks(text: &str, dialect: Dialect) -> Result<String> {
    let mut text = text.replace("@later", &moment(&LATER.to_string(), dialect));
    while let Some(at) = text.rfind('@') {
        // An address in a text is no mark.
        if text.get(at..).is_some_and(|rest| rest.starts_with("@example.com")) {
            text.replace_range(at..=at, "\u{1}");
            continue;
        }
        let (name, inside, end) = call(&text, at)?;
        let new = replacement(&name, &inside, dialect)?;
        text.replace_range(at..end, &new);
    }
    Ok(text.replace('\u{1}', "@"))
}

/// The mark's name, what stands in its parentheses, and where it ends.
fn call(text: &str, at: usize) -> Result<(String, String, usize)> {
    let rest = text.get(at + 1..).unwrap_or_default();
    let (name, _) = rest.split_once('(').context("a mark without parentheses")?;
    let open = at + 1 + name.len();
    let mut depth = 0_u32;
    for (place, character) in text.get(open..).unwrap_or_default().char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let inside = text.get(open + 1..open + place).unwrap_or_default();
            return Ok((name.to_owned(), inside.to_owned(), open + place + 1));
        }
    }
    bail!("a mark that does not end: @{name}")
}

fn replacement(name: &str, inside: &str, dialect: Dialect) -> Result<String> {
    let sqlite = dialect == Dialect::Sqlite;
    Ok(match name {
        "id" if sqlite => format!("unhex({})", hex(inside, dialect)?),
        "id" => format!("CAST({} AS UUID)", hex(inside, dialect)?),
        "hex" => hex(inside, dialect)?,
        "ts" => moment(&format!("{FIRST_DAY} + {inside}"), dialect),
        "json" if sqlite => format!("({inside})"),
        "json" => format!("CAST({inside} AS JSONB)"),
        "bytes" if sqlite => format!("unhex(printf('%064x', {inside}))"),
        "bytes" => format!("decode(lpad(to_hex({inside}), 64, '0'), 'hex')"),
        "price" => format!("(1000 + (({inside}) * 7919) % 50000)"),
        "series" if sqlite => {
            format!(
                "(WITH RECURSIVE counted(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < {inside}) SELECT n FROM counted) AS s"
            )
        }
        "series" => format!("generate_series(CAST(0 AS BIGINT), CAST({inside} AS BIGINT) - 1) AS s(n)"),
        _ => bail!("there is no mark @{name}"),
    })
}

fn hex(inside: &str, dialect: Dialect) -> Result<String> {
    let (kind, number) = inside.split_once(',').context("an id has a kind and a number")?;
    let digits = match dialect {
        Dialect::Sqlite => format!("printf('%015x', {number})"),
        Dialect::Postgres => format!("lpad(to_hex({number}), 15, '0')"),
    };
    Ok(format!("'{PREFIX}{kind}{VARIANT}' || {digits}"))
}

/// On SQLite as the shop writes it: its order as text is that of time.
fn moment(seconds: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', {seconds}, 'unixepoch')"),
        Dialect::Postgres => format!("to_timestamp({seconds})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_the_words_of_each_database() {
        let sql = "SELECT @id(a10, n / 2), 'a' || n || '@example.com', @ts(n * 30) FROM @series(2 * @count)";
        assert_eq!(
            render(sql, Dialect::Postgres, 100, 7).unwrap(),
            "SELECT CAST('018bcfe568007a108' || lpad(to_hex( n / 2), 15, '0') AS UUID), 'a' || n || '@example.com', \
             to_timestamp(1735689600 + n * 30) FROM generate_series(CAST(0 AS BIGINT), CAST(2 * 7 AS BIGINT) - 1) AS s(n)"
        );
        assert!(render(sql, Dialect::Sqlite, 100, 7).unwrap().contains("unhex('018bcfe568007a108' || printf('%015x',  n / 2))"));
        assert!(render("@what(1)", Dialect::Sqlite, 100, 1).is_err());
    }
}
