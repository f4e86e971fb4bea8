//! Who holds a cart: the token is only carried here, the cart's own slice compares it.

use std::fmt;
use std::sync::Arc;

use accounts::permissions::RequiredPermission;
use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use kernel::{Actor, CartId, Origin, UserId};

use crate::identity::{Anyone, Authenticator, Permitted};
use crate::problem::Problem;

const X_CART_TOKEN: HeaderName = HeaderName::from_static("x-cart-token");

/// A cart's token as the client sent it; unchecked, and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct CartToken(String);

impl CartToken {
    /// The token, to be compared in constant time with what the cart has.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Bytes that are no text can be no token of ours: they become one that fits nothing.
    fn read(headers: &HeaderMap) -> Option<Self> {
        headers.get(X_CART_TOKEN).map(|value| Self(value.to_str().unwrap_or_default().to_owned()))
    }
}

impl fmt::Debug for CartToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CartToken(…)")
    }
}

/// The policy of a cart's routes: whoever sends `X-Cart-Token`, or is signed in and may be the cart's owner. 401 where neither
/// is the case; a wrong token, or another's cart, is the cart's 404.
#[derive(Debug, Clone)]
pub struct CartHolder {
    proof: Proof,
    caller: Anyone,
}

/// What the caller shows to be the cart's holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A token; it counts where there is one, whoever is signed in.
    Token(CartToken),
    /// Being signed in.
    SignedIn(UserId),
}

impl CartHolder {
    /// What the caller shows to be the cart's holder.
    #[must_use]
    pub const fn proof(&self) -> &Proof {
        &self.proof
    }

    /// The guest of this cart, or the signed-in caller, in this request.
    #[must_use]
    pub fn origin(&self, cart: CartId) -> Origin {
        let origin = self.caller.origin();
        if self.caller.is_anonymous() { Origin { actor: Actor::Guest(cart), ..origin } } else { origin }
    }
}

impl<S> FromRequestParts<S> for CartHolder
where
    S: Send + Sync,
    Arc<dyn Authenticator>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Anyone::from_request_parts(parts, state).await?;
        let proof = match (CartToken::read(&parts.headers), caller.user()) {
            (Some(token), _) => Proof::Token(token),
            (None, Some(user)) => Proof::SignedIn(user),
            (None, None) => return Err(Problem::cart_token_missing()),
        };
        Ok(Self { proof, caller })
    }
}

/// The policy of what staff with the permission `P` and the cart's holder may both see.
#[derive(Debug, Clone)]
pub enum StaffOrHolder<P> {
    /// Staff with the permission; sees every one.
    Staff(Permitted<P>),
    /// Whoever sends a cart's token; sees what came of that cart.
    Holder(CartToken),
}

impl<S, P> FromRequestParts<S> for StaffOrHolder<P>
where
    S: Send + Sync,
    P: RequiredPermission,
    Arc<dyn Authenticator>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Anyone::from_request_parts(parts, state).await?;
        if caller.may(P::PERMISSION) {
            return Permitted::from_request_parts(parts, state).await.map(Self::Staff);
        }
        match CartToken::read(&parts.headers) {
            Some(token) => Ok(Self::Holder(token)),
            // 401 where nobody is named, 403 where somebody is and lacks the permission.
            None => Permitted::from_request_parts(parts, state).await.map(Self::Staff),
        }
    }
}

/// The policy of what staff with the permission `P` may do for everybody, and whoever bought for themselves.
#[derive(Debug, Clone)]
pub enum StaffOrBuyer<P> {
    /// Staff with the permission.
    Staff(Permitted<P>),
    /// Whoever sends the token of an order's cart, or is signed in; the route compares it with the order.
    Buyer(CartHolder),
}

impl<P> StaffOrBuyer<P> {
    /// Who wants something, in which request; `cart` is that of the order which the route has found to be the caller's.
    #[must_use]
    pub fn origin(&self, cart: Option<CartId>) -> Origin {
        match (self, cart) {
            (Self::Staff(staff), _) => staff.origin(),
            (Self::Buyer(holder), Some(cart)) => holder.origin(cart),
            (Self::Buyer(holder), None) => holder.caller.origin(),
        }
    }
}

impl<S, P> FromRequestParts<S> for StaffOrBuyer<P>
where
    S: Send + Sync,
    P: RequiredPermission,
    Arc<dyn Authenticator>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Anyone::from_request_parts(parts, state).await?;
        if caller.may(P::PERMISSION) || (caller.user().is_none() && CartToken::read(&parts.headers).is_none()) {
            return Permitted::from_request_parts(parts, state).await.map(Self::Staff);
        }
        CartHolder::from_request_parts(parts, state).await.map(Self::Buyer)
    }
}
