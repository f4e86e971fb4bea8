//! How many statements a piece of work issues; what lists cost is kept in `contracts/statements.txt`.

use std::cell::Cell;
use std::future::Future;

tokio::task_local! {
    static STATEMENTS: Cell<u32>;
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
