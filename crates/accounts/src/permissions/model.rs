//! Every permission of the shop, in one list: what a scope of an API key may name and what a route may ask for.

use std::fmt;

/// A permission as a type, so that a route's handler names it in its signature.
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

        /// The permissions as types.
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
    /// Delete products, variants, categories and media.
    ProductsDelete = "products:delete";
    /// See stock levels and their ledger.
    StockRead = "stock:read";
    /// Adjust stock and keep locations.
    StockWrite = "stock:write";
    /// Delete locations.
    StockDelete = "stock:delete";
    /// See all orders and carts.
    OrdersRead = "orders:read";
    /// Cancel, fulfil and tag orders.
    OrdersWrite = "orders:write";
    /// Write notes of staff on orders.
    OrderNotesWrite = "order_notes:write";
    /// Record payments.
    PaymentsWrite = "payments:write";
    /// See invoices, credit notes and what they have their numbers from.
    InvoicesRead = "invoices:read";
    /// Issue invoices, say what they have their numbers from.
    InvoicesWrite = "invoices:write";
    /// See returns.
    ReturnsRead = "returns:read";
    /// Open, approve, reject and receive returns.
    ReturnsWrite = "returns:write";
    /// See the ledger and its balances.
    LedgerRead = "ledger:read";
    /// See promotions and their codes.
    PromotionsRead = "promotions:read";
    /// Make and change promotions and their codes.
    PromotionsWrite = "promotions:write";
    /// Delete promotions and codes that no order had.
    PromotionsDelete = "promotions:delete";
    /// See gift cards and what customers have on account.
    GiftCardsRead = "gift_cards:read";
    /// Give gift cards and credit away, put them right, and read codes.
    GiftCardsWrite = "gift_cards:write";
    /// See settings, channels, tax rates and shipping methods.
    SettingsRead = "settings:read";
    /// Change settings, channels, tax rates and shipping methods.
    SettingsWrite = "settings:write";
    /// Delete tax rates and shipping methods.
    SettingsDelete = "settings:delete";
    /// See everybody who bought, and groups of them.
    CustomersRead = "customers:read";
    /// Change customers and their groups.
    CustomersWrite = "customers:write";
    /// Erase customers, delete groups of them.
    CustomersDelete = "customers:delete";
    /// See accounts and their sessions.
    UsersRead = "users:read";
    /// Deactivate accounts, give and take roles.
    UsersWrite = "users:write";
    /// End sessions, erase accounts.
    UsersDelete = "users:delete";
    /// See roles.
    RolesRead = "roles:read";
    /// Create and change roles.
    RolesWrite = "roles:write";
    /// Delete roles.
    RolesDelete = "roles:delete";
    /// See API keys, without their tokens.
    ApiKeysRead = "api_keys:read";
    /// Create, change and rotate API keys.
    ApiKeysWrite = "api_keys:write";
    /// Revoke API keys.
    ApiKeysDelete = "api_keys:delete";
    /// See the audit log.
    AuditRead = "audit:read";
    /// See blocked addresses, the state of rate limits, and logs.
    SecurityRead = "security:read";
    /// Block addresses, reset rate limits.
    SecurityWrite = "security:write";
    /// Unblock addresses.
    SecurityDelete = "security:delete";
    /// See and fetch reports.
    ReportsRead = "reports:read";
    /// Ask for reports.
    ReportsWrite = "reports:write";
    /// Follow what happens in the shop.
    EventsRead = "events:read";
    /// See what letters say, which were sent and what became of them.
    MailRead = "mail:read";
    /// Write what letters say.
    MailWrite = "mail:write";
    /// See webhook endpoints and what became of their messages.
    WebhooksRead = "webhooks:read";
    /// Make and change webhook endpoints, send messages again.
    WebhooksWrite = "webhooks:write";
    /// Remove webhook endpoints.
    WebhooksDelete = "webhooks:delete";
    /// See jobs, their queues and what starts by the clock.
    JobsRead = "jobs:read";
    /// Bring jobs back, call them off, hold queues and schedules.
    JobsWrite = "jobs:write";
}

/// Resources whose permissions decide who may do what: whoever may write them may come by anything.
const GOVERNING: [&str; 5] = ["users", "roles", "api_keys", "audit", "security"];

impl Permission {
    /// What it is a permission on: `orders` of `orders:read`.
    #[must_use]
    pub fn resource(self) -> &'static str {
        self.name().split_once(':').map_or(self.name(), |(resource, _)| resource)
    }

    /// What it is a permission to do: `read` of `orders:read`.
    #[must_use]
    pub fn verb(self) -> &'static str {
        self.name().split_once(':').map_or("", |(_, verb)| verb)
    }

    /// True for what decides who may do what.
    #[must_use]
    pub fn governs(self) -> bool {
        GOVERNING.contains(&self.resource())
    }
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

    /// Its permissions, in the order of the contract.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }

    /// What is in this set or in the other.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// True where nothing is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
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
        assert_eq!(set.iter().collect::<Vec<_>>(), [Permission::StockRead, Permission::SettingsWrite]);
        let stock = PermissionSet::from_iter([Permission::StockRead]);
        assert_eq!(set.without(stock).iter().collect::<Vec<_>>(), [Permission::SettingsWrite]);
        assert_eq!(PermissionSet::from_iter([Permission::StockRead, Permission::StockRead]), stock);
        assert!(stock.without(set).is_empty() && set.without(stock).and(stock) == set && set.and(stock) == set);
        assert!(Permission::ALL.iter().all(|permission| PermissionSet::all().has(*permission)));
    }

    #[test]
    fn a_permission_is_a_verb_on_a_resource() {
        for permission in Permission::ALL {
            assert!(["read", "write", "delete"].contains(&permission.verb()), "{permission}");
            let parts = format!("{}:{}", permission.resource(), permission.verb());
            assert_eq!((parts.as_str(), permission.to_string().as_str()), (permission.name(), permission.name()));
        }
        assert!(Permission::RolesWrite.governs() && !Permission::OrderNotesWrite.governs());
        assert!(Permission::ALL.len() < 64, "a set has 64 places");
    }
}
