//! Which statements a piece of work issues, how many, and which of them are slow; what lists cost is kept in
//! `contracts/statements.txt`, what a checkout sends in `bench/flow`.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::time::{Duration, Instant};

use super::connection::ConnectionTrait;
use super::value::Value;

/// A statement that takes longer is logged: it reads too much, or waits for somebody's lock.
const SLOW: Duration = Duration::from_millis(250);

tokio::task_local! {
    static STATEMENTS: Cell<u32>;
    static SENT: RefCell<Vec<Sent>>;
}

/// A statement as it was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Its text.
    pub sql: String,
    /// What it takes.
    pub values: Vec<Value>,
    /// Whether it was part of a write transaction.
    pub in_write: bool,
}

/// Runs the work and keeps the statements it sends.
pub async fn record_statements<F: Future>(work: F) -> (F::Output, Vec<Sent>) {
    SENT.scope(RefCell::default(), async {
        let output = work.await;
        (output, SENT.with(RefCell::take))
    })
    .await
}

/// Keeps one statement, where somebody keeps them.
pub(super) fn keep<C: ConnectionTrait>(_db: &C, sql: &str, values: &[Value]) {
    // Outside of such a scope there is nothing to do.
    let _ = SENT.try_with(|sent| {
        let in_write = std::any::type_name::<C>().ends_with("WriteTx");
        sent.borrow_mut().push(Sent { sql: sql.to_owned(), values: values.to_vec(), in_write });
    });
}

/// Runs the work and counts the statements it sends.
pub async fn count_statements<F: Future>(work: F) -> (F::Output, u32) {
    STATEMENTS
        .scope(Cell::new(0), async {
            let output = work.await;
            (output, STATEMENTS.with(Cell::get))
        })
        .await
}

/// Counts one statement, where somebody counts.
pub fn note_statement() {
    // Outside a counted scope there is nothing to add to.
    let _ = STATEMENTS.try_with(|count| count.set(count.get() + 1));
}

/// Runs one statement: counts it, and logs it where it is slow. Its text is ours and holds nothing of a customer.
pub(super) async fn timed<T>(sql: &str, work: impl Future<Output = T>) -> T {
    note_statement();
    let started = Instant::now();
    let done = work.await;
    let took = started.elapsed();
    if took > SLOW {
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::warn!(target: "db::slow", duration_ms, statement = sql, "a slow statement");
    }
    done
}
