//! Who asks in the matrix, and for what.

use std::collections::BTreeMap;

use accounts::api_keys::{self, CreateApiKey, KeyKind};
use accounts::permissions::{PermissionSet, Scopes};
use chrono::TimeDelta;
use serde_json::json;
use tradewind::matrix::{self, Variable};

use super::{bodies, document};
use crate::support::{TestResult, TestShop};

/// Credentials that open nothing.
pub(super) struct Callers {
    pub(super) wrong: String,
    pub(super) expired: String,
    pub(super) revoked: String,
}

impl Callers {
    pub(super) async fn make(shop: &TestShop) -> TestResult<Self> {
        let make = async |expires_at| {
            let request = CreateApiKey { name: "dead".to_owned(), kind: KeyKind::Admin, scopes: Scopes::everything(), expires_at };
            api_keys::create(shop.context(), &shop.origin(), request, PermissionSet::all()).await
        };
        let (expired, revoked) = (make(Some(shop.now() + TimeDelta::minutes(1))).await?, make(None).await?);
        api_keys::revoke(shop.context(), &shop.origin(), revoked.key.id, None).await?;
        shop.advance(TimeDelta::minutes(2));
        let reveal = |created: &api_keys::Created| created.token.reveal().to_owned();
        Ok(Self { wrong: format!("twk_{}", "0".repeat(64)), expired: reveal(&expired), revoked: reveal(&revoked) })
    }
}

/// A key that stands in a page that anybody can read.
pub(super) async fn publishable(shop: &TestShop) -> TestResult<String> {
    let request = CreateApiKey { name: "page".to_owned(), kind: KeyKind::Publishable, scopes: Scopes::default(), expires_at: None };
    Ok(api_keys::create(shop.context(), &shop.origin(), request, PermissionSet::all()).await?.token.reveal().to_owned())
}

/// Things that exist, by the prefix of their ids.
pub(super) struct Things {
    ids: BTreeMap<String, String>,
    cart_token: String,
    other_cart_token: String,
}

impl Things {
    /// A shop with one of each kind that has a list of its own, two carts and an order.
    pub(super) async fn make(shop: &TestShop) -> TestResult<Self> {
        let mug = shop.mug(1_000, 10).await?;
        let (cart, other) = (shop.cart(&[(&mug.id, 1)]).await?, shop.empty_cart().await?);
        shop.checkout(&shop.cart(&[(&mug.id, 1)]).await?).await?.expect(201)?;
        shop.post("/api/v1/collections").json(json!({ "name": "Gifts" })).await?.expect(201)?;
        let line = shop.read(&cart).await?.text("lines/0/id").to_owned();
        let mut ids = BTreeMap::from([("cart".to_owned(), cart.id.clone()), ("cline".to_owned(), line)]);
        for row in matrix::read(&document()).0 {
            // A list without variables tells of things that exist.
            if row.method == "GET" && row.variables.is_empty() && row.path.starts_with("/api/v1/") {
                let listed = shop.get(&row.path).await?;
                let id = listed.json["data"][0]["id"].as_str().unwrap_or_default();
                if let Some((prefix, _)) = id.split_once('_') {
                    ids.insert(prefix.to_owned(), id.to_owned());
                }
            }
        }
        Ok(Self { ids, cart_token: cart.token, other_cart_token: other.token })
    }

    /// Something for this variable that exists, where the shop has any.
    pub(super) fn existing(&self, variable: &Variable) -> String {
        match variable {
            Variable::Id(prefix) => self.ids.get(prefix).cloned().unwrap_or_else(|| Self::missing(variable)),
            Variable::Word(word) => word.clone(),
            Variable::Name => "x".to_owned(),
        }
    }

    /// Something for this variable that does not.
    pub(super) fn missing(variable: &Variable) -> String {
        match variable {
            Variable::Id(prefix) => bodies::missing_id(prefix),
            Variable::Word(word) => word.clone(),
            Variable::Name => "x".to_owned(),
        }
    }

    pub(super) fn cart_token(&self) -> &str {
        &self.cart_token
    }

    pub(super) fn other_cart_token(&self) -> &str {
        &self.other_cart_token
    }
}
