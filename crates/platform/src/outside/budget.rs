//! How often a question may be asked a second time at once: so seldom that a system in trouble is not asked twice as often for it. Pure.

/// Tenths of a second question that each first one earns.
const EARNED: u32 = 1;
/// What a second question costs, in tenths.
const COST: u32 = 10;
/// No more than this is saved: ten second questions.
const MOST: u32 = 10 * COST;

/// One second question for ten first ones, and ten at the beginning.
#[derive(Debug)]
pub(super) struct RetryBudget(u32);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(MOST)
    }
}

impl RetryBudget {
    /// Notes a question that is asked for the first time.
    pub(super) fn earn(&mut self) {
        self.0 = (self.0 + EARNED).min(MOST);
    }

    /// Whether one may be asked a second time.
    pub(super) fn spend(&mut self) -> bool {
        let left = self.0.checked_sub(COST);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_second_question_for_ten_first_ones() {
        let mut budget = RetryBudget::default();
        let at_first = (0..100).filter(|_| budget.spend()).count();
        let later = (0..100).filter(|_| {
            budget.earn();
            budget.spend()
        });
        assert_eq!((at_first, later.count()), (10, 10));
        (0..10_000).for_each(|_| budget.earn());
        assert_eq!((0..100).filter(|_| budget.spend()).count(), 10);
    }
}
