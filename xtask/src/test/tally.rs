//! Counts the tests that really ran on each database and with each other part, by the suffix of their names.

use super::parts::PARTS;

/// How many tests ran, whether they passed or failed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests on SQLite.
    pub(crate) sqlite: usize,
    /// Tests on PostgreSQL.
    pub(crate) postgres: usize,
    /// Tests with each of the other parts.
    pub(crate) parts: [usize; PARTS.len()],
}

impl Tally {
    /// Reads a line such as `test orders::a_cart_sells_on_sqlite ... ok`.
    pub(crate) fn read(&mut self, line: &str) {
        let Some((name, outcome)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ")) else { return };
        if !outcome.starts_with("ok") && !outcome.starts_with("FAILED") {
            return;
        }
        // A test that should panic has a remark behind its name.
        let name = name.split_once(' ').map_or(name, |(name, _)| name);
        self.sqlite += usize::from(name.ends_with("_on_sqlite"));
        self.postgres += usize::from(name.ends_with("_on_postgres"));
        for (count, part) in self.parts.iter_mut().zip(&PARTS) {
            *count += usize::from(name.ends_with(part.tests));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn a_test_counts_when_it_ran_and_not_when_it_was_ignored() {
        let mut tally = Tally::default();
        let lines = [
            "running 11 tests",
            "test orders::a_cart_sells_on_sqlite ... ok",
            "test orders::a_cart_sells_on_postgres ... FAILED",
            "test orders::a_full_cart_sells_on_postgres ... ok",
            "test orders::an_empty_cart_is_refused_on_postgres - should panic ... ok",
            "test orders::a_late_cart_sells_on_postgres ... ignored, needs PostgreSQL",
            "test money::rounds_half_up ... ok",
            "test letters_arrive_by_smtp ... ok",
            "test somebody_comes_in_by_oidc ... ok",
            "test a_card_is_charged_once_by_stripe ... ok",
            "test every_request_is_described_by_mock ... ok",
            "test nodes_count_together_by_redis ... ignored, needs Redis",
            "test result: FAILED. 8 passed; 1 failed; 2 ignored",
        ];
        lines.iter().for_each(|line| tally.read(line));

        assert_eq!(tally, Tally { sqlite: 1, postgres: 3, parts: [1, 1, 1, 1, 0] });
    }
}
