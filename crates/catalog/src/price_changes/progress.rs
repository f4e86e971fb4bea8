//! Changes of many prices, where they stand, and what became of each price.

use kernel::{Currency, JobId, Money, PriceChangeId, PriceChangeRowId, PriceListId, ProductId, Timestamp, VariantId, text_enum};
use platform::jobs::JobState;
use serde::Serialize;

use super::input::Selection;
use super::model::{Figures, PriceRule, SkipReason};
use crate::variants::Price;

text_enum! {
    /// Where a change stands.
    pub enum PriceChangeState {
        /// What becomes of each price is being worked out.
        Planning = "planning",
        /// It is known, and nothing is written.
        Planned = "planned",
        /// Prices are being written.
        Applying = "applying",
        /// All are.
        Applied = "applied",
        /// They are being written back.
        Undoing = "undoing",
        /// All are as they were.
        Undone = "undone",
        /// It was called off; what was written until then stays.
        Cancelled = "cancelled",
    }
}

impl PriceChangeState {
    /// True where it may go on so.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Planning, Self::Planned | Self::Cancelled)
                | (Self::Planned, Self::Applying | Self::Cancelled)
                | (Self::Applying, Self::Applied | Self::Cancelled)
                | (Self::Applied | Self::Cancelled, Self::Undoing)
                | (Self::Undoing, Self::Undone | Self::Cancelled)
        )
    }

    /// True while a job has to do with it.
    #[must_use]
    pub const fn is_worked_on(self) -> bool {
        matches!(self, Self::Planning | Self::Applying | Self::Undoing)
    }

    /// True where nothing goes on by itself, and nothing waits for a word.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Applied | Self::Undone | Self::Cancelled)
    }
}

text_enum! {
    /// What became of a price.
    pub enum RowOutcome {
        /// It is to be written.
        Planned = "planned",
        /// It stays as it is.
        Same = "same",
        /// It is left as it is; why, the row says.
        Skipped = "skipped",
        /// It was written.
        Applied = "applied",
        /// It was written back.
        Undone = "undone",
        /// Somebody else had changed it since: it was left to them.
        ChangedSince = "changed_since",
    }
}

/// What a plan comes to, and how far it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Prices that rise.
    pub raised: i64,
    /// Prices that fall.
    pub lowered: i64,
    /// Prices that stay, but what they are compared with changes.
    pub compared: i64,
    /// Prices that stay.
    pub same: i64,
    /// Prices that are left because they would be too high.
    pub too_high: i64,
    /// Prices that are left because they would be no sale.
    pub not_lower: i64,
    /// By how much the one rises that rises most.
    pub greatest_rise_minor: i64,
    /// By how much the one falls that falls most.
    pub greatest_fall_minor: i64,
    /// Prices that were written and not written back.
    pub applied: i64,
    /// Prices that were written back.
    pub undone: i64,
    /// Prices that were left to whoever changed them since.
    pub changed_since: i64,
}

impl Counts {
    /// How many prices it is about.
    #[must_use]
    pub const fn rows(&self) -> i64 {
        self.to_write() + self.same + self.too_high + self.not_lower
    }

    /// How many of them are to be written.
    #[must_use]
    pub const fn to_write(&self) -> i64 {
        self.raised + self.lowered + self.compared
    }

    /// Takes one more price in; whether it is to be written, stays, or is left as it is.
    pub(super) fn take(&mut self, before: Figures, after: Result<Figures, SkipReason>) -> RowOutcome {
        let counted = match after {
            Err(SkipReason::TooHigh) => &mut self.too_high,
            Err(SkipReason::NotLower) => &mut self.not_lower,
            Ok(after) if after == before => &mut self.same,
            Ok(after) if after.amount_minor == before.amount_minor => &mut self.compared,
            Ok(after) if after.amount_minor > before.amount_minor => {
                self.greatest_rise_minor = self.greatest_rise_minor.max(after.amount_minor.saturating_sub(before.amount_minor));
                &mut self.raised
            }
            Ok(after) => {
                self.greatest_fall_minor = self.greatest_fall_minor.max(before.amount_minor.saturating_sub(after.amount_minor));
                &mut self.lowered
            }
        };
        *counted += 1;
        match after {
            Err(_) => RowOutcome::Skipped,
            Ok(after) if after == before => RowOutcome::Same,
            Ok(_) => RowOutcome::Planned,
        }
    }
}

/// A change of many prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceChange {
    /// Its id.
    pub id: PriceChangeId,
    /// Whose prices.
    pub price_list_id: PriceListId,
    /// In what currency they are.
    pub currency: Currency,
    /// Which of them.
    pub selection: Selection,
    /// What becomes of them.
    pub rule: PriceRule,
    /// True where it is applied as soon as it is planned.
    pub applies_when_planned: bool,
    /// The job that works on it, or did.
    pub job_id: JobId,
    /// Where it stands.
    pub state: PriceChangeState,
    /// Where its job stands; absent where nobody knows of the job any more.
    pub job_state: Option<JobState>,
    /// The last variant whose prices are planned.
    pub(super) planned_until: Option<VariantId>,
    /// The last row that is written, or written back.
    pub(super) written_until: Option<PriceChangeRowId>,
    /// What it comes to, and how far it is.
    pub counts: Counts,
    /// Who asked for what is done to it, or was done last.
    pub asked_by: String,
    /// When it was over.
    pub finished_at: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

/// What is going on with a change: its state, or that nobody works on it any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceChangeProgress {
    /// As its state says.
    Stands(PriceChangeState),
    /// Its job was given up or called off in the middle; `tradewind jobs retry` has it go on, and it may be cancelled.
    Failed,
}

impl PriceChangeProgress {
    /// All of them.
    pub const WORDS: [&'static str; 8] = ["planning", "planned", "applying", "applied", "undoing", "undone", "cancelled", "failed"];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stands(state) => state.as_str(),
            Self::Failed => "failed",
        }
    }
}

impl PriceChange {
    /// What is going on with it.
    #[must_use]
    pub const fn progress(&self) -> PriceChangeProgress {
        match (self.state.is_worked_on(), self.job_state) {
            (true, Some(JobState::Completed | JobState::Discarded | JobState::Cancelled) | None) => PriceChangeProgress::Failed,
            (true, Some(JobState::Available | JobState::Running)) | (false, _) => PriceChangeProgress::Stands(self.state),
        }
    }

    /// How much of what its job is about is done, and of how much, where that is known.
    #[must_use]
    pub const fn done_of(&self) -> (i64, Option<i64>) {
        let counts = &self.counts;
        match self.state {
            PriceChangeState::Planning => (counts.rows(), None),
            _ => (counts.applied + counts.undone + counts.changed_since, Some(counts.to_write())),
        }
    }
}

/// What becomes of one price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceChangeRow {
    /// Its id.
    pub id: PriceChangeRowId,
    /// The product.
    pub product_id: ProductId,
    /// The variant; it may be gone by now.
    pub variant_id: VariantId,
    /// What the product is called now; nothing where it is gone.
    pub product_title: Option<String>,
    /// What the variant is called now.
    pub variant_title: Option<String>,
    /// Its stock keeping unit now.
    pub sku: Option<String>,
    /// The price as it was planned for.
    pub before: Price,
    /// What it becomes; nothing where it is left as it is.
    pub after: Option<Price>,
    /// What became of it.
    pub outcome: RowOutcome,
    /// Why it is left as it is.
    pub skipped_because: Option<SkipReason>,
}

/// The price with other figures.
pub(super) fn with_figures(price: Price, figures: Figures) -> Price {
    let money = |minor| Money::new(minor, price.amount.currency());
    Price { amount: money(figures.amount_minor), compare_at: figures.compare_at_minor.map(money), ..price }
}

/// The figures of a price.
pub(super) fn figures(price: &Price) -> Figures {
    Figures { amount_minor: price.amount.minor(), compare_at_minor: price.compare_at.map(Money::minor) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each price counts once, and what is to be written is what differs.
    #[test]
    fn counts_say_what_a_plan_comes_to() {
        let figures = |amount_minor, compare_at_minor| Figures { amount_minor, compare_at_minor };
        let (before, mut counts) = (figures(1_000, None), Counts::default());
        for (after, outcome) in [
            (Ok(figures(1_100, None)), RowOutcome::Planned),
            (Ok(figures(1_050, None)), RowOutcome::Planned),
            (Ok(figures(400, None)), RowOutcome::Planned),
            (Ok(figures(1_000, Some(1_200))), RowOutcome::Planned),
            (Ok(before), RowOutcome::Same),
            (Err(SkipReason::TooHigh), RowOutcome::Skipped),
            (Err(SkipReason::NotLower), RowOutcome::Skipped),
        ] {
            assert_eq!(counts.take(before, after), outcome, "{after:?}");
        }
        assert_eq!((counts.raised, counts.lowered, counts.compared, counts.same), (2, 1, 1, 1));
        assert_eq!((counts.too_high, counts.not_lower, counts.rows(), counts.to_write()), (1, 1, 7, 4));
        assert_eq!((counts.greatest_rise_minor, counts.greatest_fall_minor), (100, 600));
    }

    /// What is over may only be taken back, and what was taken back is done with.
    #[test]
    fn a_change_goes_one_way_and_back_once() {
        use PriceChangeState::{Applied, Applying, Cancelled, Planned, Planning, Undoing, Undone};
        let after =
            |state: PriceChangeState| PriceChangeState::ALL.iter().copied().filter(|next| state.may_become(*next)).collect::<Vec<_>>();
        assert_eq!(after(Planning), [Planned, Cancelled]);
        assert_eq!(after(Planned), [Applying, Cancelled]);
        assert_eq!(after(Applying), [Applied, Cancelled]);
        assert_eq!((after(Applied), after(Cancelled)), (vec![Undoing], vec![Undoing]));
        assert_eq!((after(Undoing), after(Undone)), (vec![Undone, Cancelled], vec![]));
        assert!(PriceChangeState::ALL.iter().all(|state| PriceChangeProgress::WORDS.contains(&state.as_str())));
    }
}
