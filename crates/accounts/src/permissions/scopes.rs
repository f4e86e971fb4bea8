//! Scopes: how people write down what a role or a key may do.

use std::collections::BTreeSet;

use super::model::{Permission, PermissionSet};

/// What a role or a key may do: permissions such as `orders:read`, `orders:*` for all of a resource, `admin:*` for everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(BTreeSet<String>);

/// Not a set of scopes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopesError {
    /// Neither a permission that exists nor a pattern over those that do.
    #[error("unknown scope {0}; known are admin:*, <resource>:* and {known}", known = Permission::NAMES.join(", "))]
    Unknown(String),
}

impl Scopes {
    /// What covers all there is, and all there will be.
    pub const EVERYTHING: &'static str = "admin:*";

    /// Everything.
    #[must_use]
    pub fn everything() -> Self {
        Self(BTreeSet::from([Self::EVERYTHING.to_owned()]))
    }

    /// Reads scopes; each must be, or cover, one of the permissions that exist.
    ///
    /// # Errors
    /// `Unknown` names the first that does not.
    pub fn parse<'a>(raw: impl IntoIterator<Item = &'a str>) -> Result<Self, ScopesError> {
        let mut scopes = BTreeSet::new();
        for scope in raw.into_iter().map(str::trim).filter(|scope| !scope.is_empty()) {
            if permissions_of(scope).is_empty() {
                return Err(ScopesError::Unknown(scope.to_owned()));
            }
            scopes.insert(scope.to_owned());
        }
        Ok(Self(scopes))
    }

    /// Every scope there is: permissions, all of a resource, everything.
    #[must_use]
    pub fn words() -> Vec<String> {
        let mut resources: Vec<String> = Permission::ALL.iter().map(|permission| format!("{}:*", permission.resource())).collect();
        resources.dedup();
        let permissions = Permission::NAMES.iter().map(|name| (*name).to_owned());
        [Self::EVERYTHING.to_owned()].into_iter().chain(resources).chain(permissions).collect()
    }

    /// As the database has them. A scope that is no longer known stays and covers nothing.
    pub(crate) fn stored(scopes: impl IntoIterator<Item = String>) -> Self {
        Self(scopes.into_iter().collect())
    }

    /// What they come to; no scopes come to nothing.
    #[must_use]
    pub fn permissions(&self) -> PermissionSet {
        self.iter().map(permissions_of).fold(PermissionSet::NONE, PermissionSet::and)
    }

    /// True where there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl FromIterator<Permission> for Scopes {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().map(|permission| permission.name().to_owned()).collect())
    }
}

fn permissions_of(scope: &str) -> PermissionSet {
    if scope == Scopes::EVERYTHING {
        return PermissionSet::all();
    }
    let resource = scope.strip_suffix(":*");
    Permission::ALL.iter().copied().filter(|permission| permission.name() == scope || Some(permission.resource()) == resource).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_give_what_they_cover_and_nothing_else() {
        let given = |scope: &str| Scopes::parse([scope]).expect("known").permissions().iter().map(Permission::name).collect::<Vec<_>>();
        assert_eq!(given("orders:read"), ["orders:read"]);
        assert_eq!(given("stock:*"), ["stock:read", "stock:write", "stock:delete"]);
        assert_eq!(given("admin:*"), Permission::NAMES);
        assert!(Scopes::default().permissions().is_empty() && Scopes::default().is_empty());
        let scopes = Scopes::parse([" orders:write", "", "orders:read"]).expect("known");
        assert_eq!(scopes.iter().collect::<Vec<_>>(), ["orders:read", "orders:write"]);
        assert_eq!(Scopes::stored(scopes.iter().map(str::to_owned)), scopes);
    }

    #[test]
    fn every_word_is_a_scope_and_is_told_once() {
        let words = Scopes::words();
        assert_eq!(Scopes::parse(words.iter().map(String::as_str)).map(|scopes| scopes.iter().count()), Ok(words.len()));
    }

    #[test]
    fn a_scope_that_covers_nothing_is_refused() {
        for scope in ["order:read", "orders", "carts:*", "orders:delete", "*", "*:*", "admin", "admin:read", ":*", "orders:"] {
            assert_eq!(Scopes::parse([scope]), Err(ScopesError::Unknown(scope.to_owned())));
        }
        assert!(Scopes::stored(["carts:fly".to_owned()]).permissions().is_empty());
    }
}
