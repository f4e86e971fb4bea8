//! Nobody gives what he does not hold.

use kernel::{DomainError, ErrorKind};

use super::model::{Permission, PermissionSet};

/// Somebody would give, or take from others, permissions that he does not hold himself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nobody gives or takes permissions that he does not hold: {}", names(*.0).join(", "))]
pub struct NotHeld(PermissionSet);

impl DomainError for NotHeld {
    fn code(&self) -> &'static str {
        "permission_not_held"
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Forbidden
    }

    fn context(&self) -> Option<String> {
        Some(serde_json::json!({ "missing": names(self.0) }).to_string())
    }
}

fn names(set: PermissionSet) -> Vec<&'static str> {
    set.iter().map(Permission::name).collect()
}

impl PermissionSet {
    /// Refuses where this, what somebody holds, lacks anything of what they would give or take.
    ///
    /// # Errors
    /// `NotHeld` names what is missing.
    pub fn demand(self, wanted: Self) -> Result<(), NotHeld> {
        let missing = wanted.without(self);
        if missing.is_empty() { Ok(()) } else { Err(NotHeld(missing)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let held = PermissionSet::from_iter([Permission::OrdersRead]);
        let wanted = PermissionSet::from_iter([Permission::OrdersRead, Permission::OrdersWrite]);
        assert_eq!(PermissionSet::all().demand(wanted), Ok(()));
        let refused = held.demand(wanted).expect_err("refused");
        assert_eq!((refused.code(), refused.context().as_deref()), ("permission_not_held", Some(r#"{"missing":["orders:write"]}"#)));
    }
}
