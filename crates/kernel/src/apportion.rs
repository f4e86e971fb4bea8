//! Dividing an amount into whole parts that sum exactly.

use std::cmp::Reverse;

/// Divides `amount` in proportion to `weights` by the largest remainder: every part is rounded towards zero, then the
/// units that are left go to the parts that lost most, the earlier one first. The parts sum to `amount` exactly, none
/// has the other sign, and none is larger than its weight where `amount` is at most the sum of the weights.
///
/// `None` for a negative weight, and where there is an amount but no weight to carry it.
#[must_use]
pub fn apportion(amount: i64, weights: &[i64]) -> Option<Vec<i64>> {
    if weights.iter().any(|&weight| weight < 0) {
        return None;
    }
    let whole: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
    if whole == 0 {
        return (amount == 0).then(|| vec![0; weights.len()]);
    }
    let positive = i128::from(amount).abs();
    let shares: Vec<(i128, i128)> = weights
        .iter()
        .map(|&weight| {
            let share = positive * i128::from(weight);
            (share / whole, share % whole)
        })
        .collect();
    let given: i128 = shares.iter().map(|(part, _)| part).sum();
    let left = usize::try_from(positive - given).ok()?;
    let mut by_loss: Vec<usize> = (0..shares.len()).collect();
    by_loss.sort_by_key(|&place| Reverse(shares.get(place).map(|(_, remainder)| *remainder)));
    let mut parts: Vec<i128> = shares.into_iter().map(|(part, _)| part).collect();
    for place in by_loss.into_iter().take(left) {
        if let Some(part) = parts.get_mut(place) {
            *part += 1;
        }
    }
    parts.into_iter().map(|part| i64::try_from(part * i128::from(amount.signum())).ok()).collect()
}

/// What of a whole goes with a part of what it is spread over (`of`), rounded towards nothing. What goes with a part after another is the
/// difference of two such shares, so that all parts come to the whole.
#[must_use]
pub fn share(whole: i64, of: i64, part: i64) -> i64 {
    // A part is no more than what it is a part of, so that no share is more than the whole.
    i64::try_from(i128::from(whole) * i128::from(part) / i128::from(of.max(1))).unwrap_or(whole)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_parts_that_lost_most_get_what_is_left() {
        assert_eq!(apportion(100, &[1, 1, 1]), Some(vec![34, 33, 33]));
        assert_eq!(apportion(-100, &[1, 1, 1]), Some(vec![-34, -33, -33]));
        assert_eq!(apportion(10, &[999, 1, 0]), Some(vec![10, 0, 0]));
        assert_eq!(apportion(1, &[1, 2]), Some(vec![0, 1]));
        assert_eq!(apportion(3, &[7, 3]), Some(vec![2, 1]));
        assert_eq!(apportion(0, &[1, 2]), Some(vec![0, 0]));
        assert_eq!(apportion(0, &[0, 0]), Some(vec![0, 0]));
        assert_eq!(apportion(0, &[]), Some(vec![]));
    }

    #[test]
    fn an_amount_without_a_weight_has_nowhere_to_go() {
        assert_eq!(apportion(1, &[]), None);
        assert_eq!(apportion(1, &[0, 0]), None);
        assert_eq!(apportion(1, &[2, -1]), None);
    }

    proptest! {
        #[test]
        fn the_parts_sum_to_the_whole(amount: i64, weights in proptest::collection::vec(0_i64..=i64::MAX, 1..20)) {
            prop_assume!(weights.iter().any(|&weight| weight > 0) && amount != i64::MIN);
            let parts = apportion(amount, &weights).expect("some weight");
            prop_assert_eq!(parts.len(), weights.len());
            prop_assert_eq!(parts.iter().map(|&part| i128::from(part)).sum::<i128>(), i128::from(amount));
            prop_assert!(parts.iter().all(|part| part * amount.signum() >= 0));
        }

        #[test]
        fn no_part_is_more_than_a_unit_off_its_share(amount in 0_i64..1_000_000, weights in proptest::collection::vec(0_i64..10_000, 1..20)) {
            let whole: i64 = weights.iter().sum();
            prop_assume!(whole > 0);
            for (part, weight) in apportion(amount, &weights).expect("some weight").into_iter().zip(&weights) {
                prop_assert!((part * whole - amount * weight).abs() < whole);
                prop_assert!(amount > whole || part <= *weight);
            }
        }
    }
}
