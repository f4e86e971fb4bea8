//! Dividing discounts over the lines that they make cheaper.

use kernel::{Money, apportion};

use super::model::{AdjustmentInput, AdjustmentKind, PricedAdjustment, PricingError, PricingInput};

/// The discounts of a cart, divided.
pub(super) struct Discounts {
    /// What comes off each line, in the order of the lines; at most the line's subtotal.
    pub(super) by_line_minor: Vec<i64>,
    /// One entry for each discount and line that it touches.
    pub(super) adjustments: Vec<PricedAdjustment>,
}

/// Applies the discounts one after the other, each to what the earlier ones left of its lines, in proportion and by the
/// largest remainder. No line falls below zero; what exceeds the lines is dropped.
pub(super) fn divide(input: &PricingInput<'_>, subtotals_minor: &[i64]) -> Result<Discounts, PricingError> {
    let mut left = subtotals_minor.to_vec();
    let mut adjustments = Vec::new();
    for discount in input.adjustments {
        let off = size_of(discount, input)?;
        let parts = parts_of(off, discount, input, &left)?;
        for ((line, left), part) in input.lines.iter().zip(&mut left).zip(parts) {
            *left -= part;
            if part > 0 {
                adjustments.push(PricedAdjustment {
                    kind: AdjustmentKind::Discount,
                    source_id: discount.source_id,
                    label: discount.label.clone(),
                    line_id: Some(line.line_id),
                    amount: Money::new(-part, input.currency),
                    net: Money::new(-part, input.currency),
                    tax: Money::zero(input.currency),
                    tax_lines: Vec::new(),
                });
            }
        }
    }
    let by_line_minor = subtotals_minor.iter().zip(left).map(|(subtotal, left)| subtotal - left).collect();
    Ok(Discounts { by_line_minor, adjustments })
}

/// How much a discount takes off, as a positive number.
fn size_of(discount: &AdjustmentInput, input: &PricingInput<'_>) -> Result<i64, PricingError> {
    if discount.amount.currency() != input.currency {
        return Err(PricingError::CurrencyMismatch);
    }
    if discount.amount.minor() > 0 {
        return Err(PricingError::WrongSign);
    }
    discount.amount.minor().checked_neg().ok_or(PricingError::TotalTooLarge)
}

/// What it takes off each line: all of it off the line that it is for, else in proportion to what the lines have left.
fn parts_of(off: i64, discount: &AdjustmentInput, input: &PricingInput<'_>, left: &[i64]) -> Result<Vec<i64>, PricingError> {
    let Some(wanted) = discount.line_id else {
        let most = left.iter().try_fold(0_i64, |sum, left| sum.checked_add(*left)).ok_or(PricingError::TotalTooLarge)?;
        return apportion(off.min(most), left).ok_or(PricingError::TotalTooLarge);
    };
    if input.lines.iter().all(|line| line.line_id != wanted) {
        return Err(PricingError::LineNotFound(wanted));
    }
    Ok(input.lines.iter().zip(left).map(|(line, left)| if line.line_id == wanted { off.min(*left) } else { 0 }).collect())
}
