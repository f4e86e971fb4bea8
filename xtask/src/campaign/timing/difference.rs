//! How far two series of times are from each other, and how sure that is.

use std::fmt;

/// The quantile of the normal distribution that leaves 2.5 % at each end; of 2,000 pairs no other is needed.
const SURE: f64 = 1.96;

/// A mean of differences and half the width of its 95 % interval, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Difference {
    mean: f64,
    half_width: f64,
}

impl Difference {
    /// Of pairs, without this share of them at each end: the trimmed mean, and the error of it by the winsorised variance
    /// (Tukey and McLaughlin, 1963).
    pub(super) fn of(pairs: &[f64], share: f64) -> Self {
        let mut sorted = pairs.to_vec();
        sorted.sort_by(f64::total_cmp);
        let cut = cut_of(sorted.len(), share);
        let kept = sorted.get(cut..sorted.len() - cut).unwrap_or_default();
        let (Some(least), Some(most)) = (kept.first().copied(), kept.last().copied()) else {
            return Self { mean: f64::NAN, half_width: f64::INFINITY };
        };
        let all = count(sorted.len());
        let winsorised: Vec<f64> = sorted.iter().map(|value| value.clamp(least, most)).collect();
        let middle = winsorised.iter().sum::<f64>() / all;
        let variance = winsorised.iter().map(|value| (value - middle).powi(2)).sum::<f64>() / (all - 1.0);
        let error = variance.sqrt() / ((count(kept.len()) / all) * all.sqrt());
        Self { mean: kept.iter().sum::<f64>() / count(kept.len()), half_width: SURE * error }
    }

    /// True where the whole interval lies within this of nothing at all.
    pub(super) fn lies_within(self, bound: f64) -> bool {
        self.mean.abs() + self.half_width <= bound
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:+.3} ms (95 %: {:+.3} to {:+.3})", self.mean, self.mean - self.half_width, self.mean + self.half_width)
    }
}

/// How many of so many this share is, rounded down.
fn cut_of(of: usize, share: f64) -> usize {
    (0..of).take_while(|number| count(number + 1) <= count(of) * share).count()
}

/// A number of pairs; there are not so many that a float could not count them.
#[expect(clippy::cast_precision_loss, reason = "some thousands are counted exactly")]
fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::random::Random;

    /// Something like noise: the sum of twelve, less its mean (variance 1).
    fn noise(random: &mut Random) -> f64 {
        (0..12).map(|_| f64::from(u32::try_from(random.between(0, 1_000_000)).unwrap()) / 1_000_000.0).sum::<f64>() - 6.0
    }

    #[test]
    fn what_is_alike_lies_within_and_what_differs_does_not() {
        let mut random = Random::new(7, "difference");
        let pairs: Vec<f64> = (0..2_000).map(|_| 4.0 * noise(&mut random)).collect();
        let shifted: Vec<f64> = pairs.iter().map(|pair| pair + 1.5).collect();
        for share in [0.0, 0.05] {
            let alike = Difference::of(&pairs, share);
            assert!(alike.lies_within(1.0) && alike.half_width > 0.15 && alike.half_width < 0.20, "{alike}");
            assert!(!Difference::of(&shifted, share).lies_within(1.0));
        }
    }

    #[test]
    fn a_pause_of_the_machine_does_not_move_the_middle() {
        let mut pairs = vec![0.0; 1_000];
        pairs.extend([0.1; 1_000]);
        pairs[0] = 5_000.0;
        assert!(!Difference::of(&pairs, 0.0).lies_within(1.0));
        assert!(Difference::of(&pairs, 0.05).lies_within(0.1));
        assert_eq!((cut_of(2_000, 0.05), cut_of(3, 0.05), cut_of(2_000, 0.0)), (100, 0, 0));
        assert!(!Difference::of(&[], 0.0).lies_within(1.0), "nothing proves nothing");
    }
}
