//! Comparing what a provider moved with what we know of. Pure.

use std::collections::{HashMap, HashSet};

use kernel::{Money, OperationId, ReconciliationId, Timestamp, text_enum};

use crate::payments::{Operation, OperationKind, OperationStatus};

text_enum! {
    /// What is wrong.
    pub enum FindingKind {
        /// The provider moved money that we never asked for.
        Foreign = "foreign",
        /// We have it as done, and the provider knows nothing of it.
        Missing = "missing",
        /// The provider moved another amount.
        Different = "different",
        /// The provider did once more what we asked for once.
        Doubled = "doubled",
        /// The provider told us that it failed, and moved the money.
        Denied = "denied",
    }
}

/// Money that a provider says it moved: taken or given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// `Capture` or `Refund`.
    pub kind: OperationKind,
    /// The provider's name for it.
    pub reference: String,
    /// The key under which we asked, where the provider kept it.
    pub operation_id: Option<OperationId>,
    /// How much.
    pub amount: Money,
}

/// Something that stands in one book alone, or otherwise than in the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// Our operation.
    pub operation_id: Option<OperationId>,
    /// The provider's name for it.
    pub reference: Option<String>,
    /// What we have.
    pub expected: Option<Money>,
    /// What the provider has.
    pub found: Option<Money>,
}

/// One comparison with one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// Its id.
    pub id: ReconciliationId,
    /// With whom.
    pub provider: String,
    /// What was moved since then is compared.
    pub since: Timestamp,
    /// How many of the provider's movements were compared.
    pub compared: i64,
    /// What is wrong; nothing where the books agree.
    pub findings: Vec<Finding>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a comparison comes to, before the provider is asked about what it did not name.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What is wrong already.
    pub findings: Vec<Finding>,
    /// Our operations that the provider named.
    pub named: HashSet<OperationId>,
}

/// Holds a provider's movements against our operations: each is looked for by our key and, where the provider did not keep that, by its own
/// name. What is still open on our side is not judged: its provider is asked about it anyway.
#[must_use]
pub fn compare(ours: &[Operation], theirs: &[Movement]) -> Comparison {
    let by_id: HashMap<OperationId, &Operation> = ours.iter().map(|operation| (operation.id, operation)).collect();
    let by_reference: HashMap<(OperationKind, &str), &Operation> =
        ours.iter().filter_map(|operation| Some(((operation.kind, operation.provider_reference.as_deref()?), operation))).collect();
    let mut comparison = Comparison { findings: Vec::new(), named: HashSet::new() };
    let mut counted: HashSet<(OperationKind, &str)> = HashSet::new();
    for movement in theirs {
        if !counted.insert((movement.kind, &movement.reference)) {
            continue;
        }
        let known = movement.operation_id.and_then(|id| by_id.get(&id)).filter(|operation| operation.kind == movement.kind);
        let known = known.or_else(|| by_reference.get(&(movement.kind, movement.reference.as_str())));
        let wrong = match known {
            None => Some(FindingKind::Foreign),
            Some(operation) => wrong_with(operation, movement, !comparison.named.insert(operation.id)),
        };
        comparison.findings.extend(wrong.map(|kind| Finding {
            kind,
            operation_id: known.map(|operation| operation.id),
            reference: Some(movement.reference.clone()),
            expected: known.map(|operation| operation.amount),
            found: Some(movement.amount),
        }));
    }
    comparison
}

fn wrong_with(operation: &Operation, movement: &Movement, is_named_already: bool) -> Option<FindingKind> {
    match operation.status {
        _ if is_named_already => Some(FindingKind::Doubled),
        OperationStatus::Pending | OperationStatus::Unknown => None,
        OperationStatus::Failed => Some(FindingKind::Denied),
        OperationStatus::Succeeded => (operation.amount != movement.amount).then_some(FindingKind::Different),
    }
}

impl Finding {
    /// An operation that we have as done and the provider, asked again, does not know.
    #[must_use]
    pub fn missing(operation: &Operation) -> Self {
        Self {
            kind: FindingKind::Missing,
            operation_id: Some(operation.id),
            reference: operation.provider_reference.clone(),
            expected: Some(operation.amount),
            found: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, PaymentId};
    use proptest::prelude::*;

    use super::*;

    fn operation(place: usize, minor: i64, status: OperationStatus) -> Operation {
        Operation {
            id: OperationId::generate(),
            payment_id: PaymentId::generate(),
            kind: OperationKind::Capture,
            status,
            amount: Money::new(minor, Currency::EUR),
            provider: "card".to_owned(),
            provider_reference: Some(format!("ch_{place}")),
            stored_value_id: None,
            created_at: Timestamp::default(),
        }
    }

    fn movement(of: &Operation) -> Movement {
        let reference = of.provider_reference.clone().unwrap_or_default();
        Movement { kind: of.kind, reference, operation_id: Some(of.id), amount: of.amount }
    }

    #[test]
    fn each_drift_has_its_name() {
        let done = operation(1, 500, OperationStatus::Succeeded);
        let known_by_name = Movement { operation_id: None, ..movement(&done) };
        let kinds = |ours: &Operation, theirs: &[Movement]| {
            compare(std::slice::from_ref(ours), theirs).findings.iter().map(|one| one.kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(&done, std::slice::from_ref(&known_by_name)), []);
        assert_eq!(kinds(&done, &[known_by_name.clone(), known_by_name]), [], "a page that was read twice is no drift");
        let again = Movement { reference: "ch_9".to_owned(), ..movement(&done) };
        assert_eq!(kinds(&done, &[movement(&done), again.clone()]), [FindingKind::Doubled]);
        let stranger = Movement { operation_id: None, ..again };
        assert_eq!(kinds(&done, &[stranger]), [FindingKind::Foreign]);
        for amount in [Money::new(501, Currency::EUR), Money::new(500, Currency::USD)] {
            assert_eq!(kinds(&done, &[Movement { amount, ..movement(&done) }]), [FindingKind::Different]);
        }
        let refused = operation(2, 500, OperationStatus::Failed);
        assert_eq!(kinds(&refused, &[movement(&refused)]), [FindingKind::Denied]);
        let open = operation(3, 500, OperationStatus::Unknown);
        assert_eq!(kinds(&open, &[Movement { amount: Money::new(1, Currency::EUR), ..movement(&open) }]), []);
        let refund = Movement { kind: OperationKind::Refund, ..movement(&done) };
        assert_eq!(kinds(&done, &[refund]), [FindingKind::Foreign], "a refund is no capture");
    }

    proptest! {
        #[test]
        fn every_drift_is_found_and_nothing_else(drifts in proptest::collection::vec(0_u8..6, 1..60)) {
            let ours: Vec<Operation> = (0..drifts.len()).map(|place| operation(place, 1_000, OperationStatus::Succeeded)).collect();
            let mut theirs = Vec::new();
            for (operation, drift) in ours.iter().zip(&drifts) {
                let same = movement(operation);
                match drift {
                    0 => theirs.push(Movement { amount: Money::new(999, Currency::EUR), ..same }),
                    1 => theirs.extend([same.clone(), Movement { reference: format!("{}_again", same.reference), ..same }]),
                    2 => theirs.extend([same.clone(), Movement { reference: format!("{}_foreign", same.reference), operation_id: None, ..same }]),
                    3 => {}
                    _ => theirs.push(same),
                }
            }
            let comparison = compare(&ours, &theirs);
            prop_assert_eq!(comparison.findings.len(), drifts.iter().filter(|drift| **drift < 3).count());
            prop_assert_eq!(comparison.named.len(), drifts.iter().filter(|drift| **drift != 3).count());
        }
    }
}
