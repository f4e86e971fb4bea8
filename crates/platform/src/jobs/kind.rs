//! What is said once of all jobs of a kind: where they wait, who goes first, how long their patience lasts.

use kernel::text_enum;

text_enum! {
    /// Where jobs wait. Each queue has workers of its own, so that what is slow in one delays nothing in another.
    pub enum Queue {
        /// What buyers and providers of payments wait for.
        Money = "money",
        /// What has no reason to be elsewhere.
        Default = "default",
        /// Letters.
        Mail = "mail",
        /// Messages to browsers.
        Push = "push",
        /// What reads or writes a lot, and nobody waits for.
        Bulk = "bulk",
    }
}

/// Who goes first of those that are due in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Before the others.
    High,
    /// As most.
    Normal,
    /// When no other is due.
    Low,
}

impl Priority {
    /// Every value, the first first.
    pub const ALL: &'static [Self] = &[Self::High, Self::Normal, Self::Low];

    /// The number that stands for it in the database: what is smaller goes first.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::High => 0,
            Self::Normal => 1,
            Self::Low => 2,
        }
    }
}

/// With the pauses between tries the last one is about four hours after the first.
const MAX_ATTEMPTS: i64 = 12;

/// A kind of job; declared as a constant beside its handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobKind {
    name: &'static str,
    queue: Queue,
    priority: Priority,
    max_attempts: i64,
}

impl JobKind {
    /// A kind of this name: in the default queue, as important as most, tried twelve times.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, queue: Queue::Default, priority: Priority::Normal, max_attempts: MAX_ATTEMPTS }
    }

    /// In this queue.
    #[must_use]
    pub const fn on(self, queue: Queue) -> Self {
        Self { queue, ..self }
    }

    /// With this priority within its queue.
    #[must_use]
    pub const fn of_priority(self, priority: Priority) -> Self {
        Self { priority, ..self }
    }

    /// Begun so many times at most.
    #[must_use]
    pub const fn attempts(self, max_attempts: i64) -> Self {
        Self { max_attempts, ..self }
    }

    /// Its name, which is what the database knows of it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Where its jobs wait.
    #[must_use]
    pub const fn queue(self) -> Queue {
        self.queue
    }

    /// Which of them go first.
    #[must_use]
    pub const fn priority(self) -> Priority {
        self.priority
    }

    /// How often one may be begun.
    #[must_use]
    pub const fn max_attempts(self) -> i64 {
        self.max_attempts
    }
}

impl std::fmt::Display for JobKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_says_where_its_jobs_wait_and_for_how_long() {
        let plain = JobKind::new("label.print");
        assert_eq!((plain.queue(), plain.priority(), plain.max_attempts()), (Queue::Default, Priority::Normal, 12));
        let kind = JobKind::new("label.print").on(Queue::Bulk).of_priority(Priority::Low).attempts(3);
        assert_eq!((kind.queue(), kind.priority(), kind.max_attempts()), (Queue::Bulk, Priority::Low, 3));
        assert_eq!((kind.name(), kind.to_string().as_str()), ("label.print", "label.print"));
    }

    #[test]
    fn what_goes_first_has_the_smaller_number() {
        assert!(Priority::ALL.is_sorted_by_key(|priority| priority.number()));
    }
}
