//! The committed list: what the six requests of a whole checkout send, written by a test of the shop.

use anyhow::{Context, Result};
use serde::Deserialize;

use super::meaning::Meaning;

const SQLITE: &str = include_str!("../../../flow/sqlite.json");
const POSTGRES: &str = include_str!("../../../flow/postgres.json");
/// The embedded database's one writer needs no lock clauses.
const LOCKS: [&str; 2] = ["FOR NO KEY UPDATE", "FOR UPDATE"];

/// One request.
#[derive(Debug, Deserialize)]
struct Step {
    statements: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Statement {
    /// Its text.
    pub(super) sql: String,
    /// Whether it is part of a write transaction.
    in_write: bool,
    /// What its parameters stand for.
    pub(super) values: Vec<Meaning>,
}

/// Statements that belong together.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// Reads outside of a transaction.
    Alone(Vec<Statement>),
    /// A transaction.
    Together(Vec<Statement>),
}

/// The list for a server.
pub(super) fn postgres() -> Result<Vec<Part>> {
    parts(POSTGRES)
}

/// The list for the embedded database: parameters by position, and no lock clauses.
pub(super) fn sqlite() -> Result<Vec<Part>> {
    let mut parts = parts(SQLITE)?;
    for part in &mut parts {
        let (Part::Alone(statements) | Part::Together(statements)) = part;
        for statement in statements {
            statement.sql = without_locks(&statement.sql).replace('$', "?");
        }
    }
    Ok(parts)
}

fn without_locks(sql: &str) -> String {
    let unlocked = |line: &str| LOCKS.iter().find_map(|lock| line.split_once(lock)).map_or(line, |(kept, _)| kept).to_owned();
    sql.lines().map(unlocked).collect::<Vec<_>>().join("\n")
}

fn parts(text: &str) -> Result<Vec<Part>> {
    let steps: Vec<Step> = serde_json::from_str(text).context("bench/flow is not readable")?;
    let mut parts = Vec::new();
    // A request has one transaction at most: what it reads before the first and after the last of its statements stands alone.
    for step in steps {
        let inside = |statement: &Statement| statement.in_write;
        let begin = step.statements.iter().position(inside).unwrap_or(step.statements.len());
        let end = step.statements.iter().rposition(inside).map_or(begin, |last| last + 1);
        for (place, range) in [(false, 0..begin), (true, begin..end), (false, end..step.statements.len())] {
            let statements = step.statements.get(range).unwrap_or_default().to_vec();
            if !statements.is_empty() {
                parts.push(if place { Part::Together(statements) } else { Part::Alone(statements) });
            }
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_lists_are_whole() {
        for parts in [postgres().unwrap(), sqlite().unwrap()] {
            let together = parts.iter().filter(|part| matches!(part, Part::Together(_))).count();
            assert_eq!(together, 5, "every step but one writes");
        }
    }

    #[test]
    fn the_embedded_database_has_its_own_parameters_and_no_locks() {
        assert_eq!(without_locks("SELECT a FROM t WHERE b = $1 FOR UPDATE").replace('$', "?"), "SELECT a FROM t WHERE b = ?1 ");
    }
}
