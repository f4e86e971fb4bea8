//! A role, and the ones that every shop has.

use kernel::{RoleId, Timestamp, text_enum};
use serde::Serialize;

use crate::permissions::{Permission, Scopes};

/// A named set of permissions that people are given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// What people and the command line call it; no two are alike but for case.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// True for those that the program keeps: nobody changes or deletes them.
    pub built_in: bool,
    /// What whoever has it may do.
    pub permissions: Scopes,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Role {
    /// True for the role that opens everything.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.built_in && self.name == BuiltIn::Admin.as_str()
    }

    /// What the audit log tells of it.
    pub(super) fn recorded(&self) -> impl Serialize {
        let permissions: Vec<&str> = self.permissions.iter().collect();
        serde_json::json!({ "name": self.name, "description": self.description, "permissions": permissions })
    }
}

text_enum! {
    /// The roles that every shop has.
    pub enum BuiltIn {
        /// May everything, and whatever is added later.
        Admin = "admin",
        /// Runs the shop: sees everything, changes everything but who may do what; deletes nothing.
        Moderator = "moderator",
        /// Helps customers: sees orders, customers, products and stock, and writes notes.
        Support = "support",
        /// A customer: what is public, and their own things.
        User = "user",
    }
}

impl BuiltIn {
    /// What it is for.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Admin => "May do everything, and whatever is added later",
            Self::Moderator => "Runs the shop: sees everything, changes everything but who may do what, deletes nothing",
            Self::Support => "Helps customers: sees orders, customers, products and stock, and writes notes on orders",
            Self::User => "A customer: what is public, and their own things",
        }
    }

    /// What it comes to.
    #[must_use]
    pub fn permissions(self) -> Scopes {
        match self {
            Self::Admin => Scopes::everything(),
            Self::Moderator => Permission::ALL.iter().copied().filter(|permission| moderates(*permission)).collect(),
            Self::Support => Scopes::from_iter([
                Permission::OrdersRead,
                Permission::CustomersRead,
                Permission::ProductsRead,
                Permission::StockRead,
                Permission::OrderNotesWrite,
            ]),
            Self::User => Scopes::default(),
        }
    }
}

fn moderates(permission: Permission) -> bool {
    match permission.verb() {
        "read" => true,
        "write" => !permission.governs(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::permissions::PermissionSet;

    #[test]
    fn a_moderator_sees_all_and_decides_nothing_about_who_may() {
        let may = BuiltIn::Moderator.permissions().permissions();
        for permission in Permission::ALL {
            let expected = match permission.verb() {
                "read" => true,
                "delete" => false,
                _ => !["users", "roles", "api_keys", "audit", "security"].contains(&permission.resource()),
            };
            assert_eq!(may.has(*permission), expected, "{permission}");
        }
    }

    #[test]
    fn each_role_says_what_it_is_for() {
        let says: HashSet<&str> = BuiltIn::ALL.iter().map(|role| role.description()).collect();
        assert_eq!(says.len(), BuiltIn::ALL.len());
        assert!(says.contains("May do everything, and whatever is added later"));
    }

    #[test]
    fn only_the_built_in_admin_is_one() {
        let role = |name: &str, built_in| Role {
            id: RoleId::generate(),
            name: name.to_owned(),
            description: None,
            built_in,
            permissions: BuiltIn::Admin.permissions(),
            version: 1,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        };
        assert_eq!(
            (role("admin", true).is_admin(), role("admin", false).is_admin(), role("support", true).is_admin()),
            (true, false, false)
        );
    }

    #[test]
    fn an_admin_may_all_and_a_customer_nothing() {
        assert_eq!(BuiltIn::Admin.permissions().permissions(), PermissionSet::all());
        assert!(BuiltIn::User.permissions().permissions().is_empty());
        let support: Vec<&str> = BuiltIn::Support.permissions().permissions().iter().map(Permission::name).collect();
        assert_eq!(support, ["products:read", "stock:read", "orders:read", "order_notes:write", "customers:read"]);
    }
}
