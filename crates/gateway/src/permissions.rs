//! Every permission of the shop, in one list: what a scope of an API key may name and what a route may ask for.

use std::fmt;

/// A permission as a type, so that a handler names it in its signature.
pub trait RequiredPermission: Send + Sync + 'static {
    /// The permission.
    const PERMISSION: Permission;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What a caller may do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Permission {
            $($(#[$doc])* $name,)*
        }

        impl Permission {
            /// All of them, in the order of the contract.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The names of all of them, in the same order: what scopes may name.
            pub const NAMES: &[&str] = &[$($text),*];

            /// The name that scopes and documents use: `orders:read`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }

        /// The permissions as types, for [`crate::Permitted`].
        pub mod permission {
            $(
                $(#[$doc])*
                #[derive(Debug, Clone, Copy)]
                pub struct $name;

                impl super::RequiredPermission for $name {
                    const PERMISSION: super::Permission = super::Permission::$name;
                }
            )*
        }
    };
}

permissions! {
    /// See products that are not public, costs and drafts.
    ProductsRead = "products:read";
    /// Create and change products, variants, categories, media and prices.
    ProductsWrite = "products:write";
    /// See stock levels and their ledger.
    StockRead = "stock:read";
    /// Adjust stock and keep locations.
    StockWrite = "stock:write";
    /// See all orders and carts.
    OrdersRead = "orders:read";
    /// Cancel, fulfil, note and tag orders.
    OrdersWrite = "orders:write";
    /// Record payments.
    PaymentsWrite = "payments:write";
    /// See settings, channels, tax rates and shipping methods.
    SettingsRead = "settings:read";
    /// Change settings, channels, tax rates and shipping methods.
    SettingsWrite = "settings:write";
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PermissionSet(u64);

impl PermissionSet {
    /// None at all.
    pub const NONE: Self = Self(0);

    /// All there are.
    #[must_use]
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// True where the permission is in the set.
    #[must_use]
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::NONE, |set, permission| Self(set.0 | 1 << permission as u8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_in_and_nothing_else() {
        let set = PermissionSet::from_iter([Permission::StockRead, Permission::SettingsWrite]);
        let has: Vec<Permission> = Permission::ALL.iter().copied().filter(|permission| set.has(*permission)).collect();
        assert_eq!(has, [Permission::StockRead, Permission::SettingsWrite]);
        assert!(Permission::ALL.iter().all(|permission| PermissionSet::all().has(*permission)));
    }
}
