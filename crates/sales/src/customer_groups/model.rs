//! A group of customers.

use kernel::{CustomerGroupId, Timestamp};
use serde_json::{Value, json};

/// Customers that staff put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: CustomerGroupId,
    /// What staff call it; no two are alike but for case.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// How many customers are in it.
    pub member_count: i64,
    /// Grows with each change of the group itself.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Group {
    /// What the audit log tells of it.
    pub(super) fn recorded(&self) -> Value {
        json!({ "name": self.name, "description": self.description })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audit_log_is_told_what_staff_wrote() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
        let (id, name, description) = (CustomerGroupId::generate(), "Trade".to_owned(), Some("by invoice".to_owned()));
        let group = Group { id, name, description, member_count: 3, version: 1, created_at: now, updated_at: now };
        assert_eq!(group.recorded(), json!({ "name": "Trade", "description": "by invoice" }));
    }
}
