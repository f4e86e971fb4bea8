//! Every permission of the shop, in one list: what a scope of an API key may name and what a route may ask for.

use std::fmt;
use std::str::FromStr;

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

/// A scope that names no permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownScope(pub String);

impl fmt::Display for UnknownScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<&str> = Permission::ALL.iter().map(|permission| permission.name()).collect();
        write!(f, "`{}` is not a scope; known are *, <resource>:* and {}", self.0, known.join(", "))
    }
}

impl std::error::Error for UnknownScope {}

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

    /// What stored scopes allow; scopes of another release allow nothing.
    pub fn of_scopes<'a>(scopes: impl IntoIterator<Item = &'a str>) -> Self {
        let sets = scopes.into_iter().filter_map(|scope| scope.parse::<Self>().ok());
        sets.fold(Self::NONE, |all, set| Self(all.0 | set.0))
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::NONE, |set, permission| Self(set.0 | 1 << permission as u8))
    }
}

/// Reads one scope: `orders:read`, `orders:*` for all of a resource, `*` for everything.
impl FromStr for PermissionSet {
    type Err = UnknownScope;

    fn from_str(scope: &str) -> Result<Self, UnknownScope> {
        let resource = scope.strip_suffix('*').filter(|prefix| prefix.is_empty() || prefix.ends_with(':'));
        let meant = |permission: &Permission| match resource {
            Some(prefix) => permission.name().starts_with(prefix),
            None => permission.name() == scope,
        };
        let set: Self = Permission::ALL.iter().copied().filter(meant).collect();
        if set == Self::NONE { Err(UnknownScope(scope.to_owned())) } else { Ok(set) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_names_one_permission_a_resource_or_everything() {
        let orders = PermissionSet::of_scopes(["orders:*"]);
        assert!(orders.has(Permission::OrdersRead) && orders.has(Permission::OrdersWrite) && !orders.has(Permission::ProductsRead));
        assert_eq!(PermissionSet::of_scopes(["*"]), PermissionSet::all());
        let one = PermissionSet::of_scopes(["stock:read", "stock:fly"]);
        assert_eq!(one, PermissionSet::from_iter([Permission::StockRead]));
    }

    #[test]
    fn a_scope_that_means_nothing_is_refused() {
        for scope in ["", "orders", "orders:", "orders:re*", "o*", "order:*", "**", "Orders:read"] {
            assert_eq!(scope.parse::<PermissionSet>(), Err(UnknownScope(scope.to_owned())), "{scope}");
        }
    }
}
