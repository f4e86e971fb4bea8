//! What can happen to a request and its answer between a shop and its provider.

use std::time::Duration;

use raw_client::random::Random;

/// Milliseconds that something takes on a slow way: below the patience of whoever asks, and above it now and then.
const LATE_MS: (u64, u64) = (100, 1_500);
const TOO_LATE_MS: u64 = 9_000;
/// One in so many that are late is too late.
const TOO_LATE: u64 = 20;

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It passes, and so does its answer.
    Passes,
    /// It never arrives, and whoever asks sees an answer that breaks off.
    NeverArrives,
    /// It is done, and its answer is lost.
    AnswerIsLost,
    /// It is done, and its answer breaks off in the middle.
    AnswerBreaksOff,
    /// It is done late.
    IsLate(Duration),
    /// It is done, and its answer is late.
    AnswerIsLate(Duration),
    /// It arrives twice.
    ArrivesTwice,
    /// It is told to come again, with this status.
    IsRefused(u16),
}

impl Fate {
    /// A bad one for so many of a thousand.
    pub(crate) fn drawn(of_a_thousand: u64, random: &mut Random) -> Self {
        if random.between(1, 1_000) > of_a_thousand {
            return Self::Passes;
        }
        match random.between(1, 8) {
            1 => Self::NeverArrives,
            2 | 3 => Self::AnswerIsLost,
            4 => Self::AnswerBreaksOff,
            5 => Self::IsLate(late(random)),
            6 => Self::AnswerIsLate(late(random)),
            7 => Self::ArrivesTwice,
            _ => Self::IsRefused(if random.between(1, 2) == 1 { 429 } else { 503 }),
        }
    }

    /// As tables call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Passes => "passes",
            Self::NeverArrives => "never arrives",
            Self::AnswerIsLost => "answer is lost",
            Self::AnswerBreaksOff => "answer breaks off",
            Self::IsLate(_) => "is late",
            Self::AnswerIsLate(_) => "answer is late",
            Self::ArrivesTwice => "arrives twice",
            Self::IsRefused(_) => "is refused",
        }
    }
}

fn late(random: &mut Random) -> Duration {
    let (least, most) = LATE_MS;
    Duration::from_millis(if random.between(1, TOO_LATE) == 1 { TOO_LATE_MS } else { random.between(least, most) })
}
