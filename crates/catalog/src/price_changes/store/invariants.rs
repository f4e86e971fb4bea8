//! What always holds of changes of many prices.

use platform::db::Invariant;

/// Rows go thirty days after their change was asked for, some at a time: so long they are counted.
const COUNTED_S: i64 = 29 * 24 * 60 * 60;

/// The sentences of `doctor` about changes of many prices; a culprit is named by the code of its price list.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        code: "p01",
        says: "a change of prices counts its rows by what became of them",
        sql: "SELECT l.code AS culprit FROM price_changes c JOIN price_lists l ON l.id = c.price_list_id
            LEFT JOIN (
                SELECT change_id,
                    SUM(CASE WHEN outcome = 'planned' THEN 1 ELSE 0 END) AS planned,
                    SUM(CASE WHEN outcome = 'same' THEN 1 ELSE 0 END) AS same,
                    SUM(CASE WHEN skipped_because = 'too_high' THEN 1 ELSE 0 END) AS too_high,
                    SUM(CASE WHEN skipped_because = 'not_lower' THEN 1 ELSE 0 END) AS not_lower,
                    SUM(CASE WHEN outcome = 'applied' THEN 1 ELSE 0 END) AS applied,
                    SUM(CASE WHEN outcome = 'undone' THEN 1 ELSE 0 END) AS undone,
                    SUM(CASE WHEN outcome = 'changed_since' THEN 1 ELSE 0 END) AS changed_since
                FROM price_change_rows GROUP BY change_id
            ) AS told ON told.change_id = c.id
            WHERE c.created_at > $1 AND (
                COALESCE(told.planned, 0) <> c.raised_count + c.lowered_count + c.compared_count
                    - c.applied_count - c.undone_count - c.changed_since_count
                OR COALESCE(told.same, 0) <> c.same_count OR COALESCE(told.too_high, 0) <> c.too_high_count
                OR COALESCE(told.not_lower, 0) <> c.not_lower_count OR COALESCE(told.applied, 0) <> c.applied_count
                OR COALESCE(told.undone, 0) <> c.undone_count OR COALESCE(told.changed_since, 0) <> c.changed_since_count)",
        grace_s: Some(COUNTED_S),
    },
    // A job that was given up, or called off, can be brought back; one that is done cannot, and the list would be held for good.
    Invariant {
        code: "p02",
        says: "a change of prices that is worked on has a job that is not done",
        sql: "SELECT l.code AS culprit FROM price_changes c JOIN price_lists l ON l.id = c.price_list_id
            WHERE c.state IN ('planning', 'applying', 'undoing')
                AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = c.job_id AND j.state <> 'completed')",
        grace_s: None,
    },
];
