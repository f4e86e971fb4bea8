//! The customer's own cart.

use axum::extract::State;
use gateway::{CommonProblems, Envelope, ErrorBody, NoParams, One, Problem, SignedIn, Valid};
use kernel::{CartTag, Id};
use sales::carts::{self, CartAccess};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::rest::carts::{CartView, show};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![get_my_cart, merge_cart]
}

/// The cart that was filled before signing in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CartMergeIn {
    /// Which cart.
    #[schema(value_type = schema::CartId)]
    cart_id: String,
    /// Its token.
    #[schema(max_length = 255)]
    token: String,
}

/// Read the cart that one filled last and did not order. It is used by the routes of carts, which ask for no token then.
#[utoipa::path(
    get, path = "/api/v1/me/cart", tag = "me", operation_id = "get_my_cart", security(("bearer" = [])),
    responses(
        CommonProblems,
        (status = 200, description = "The cart", body = Envelope<CartView>),
        (status = 404, description = "`cart_not_found`: there is none", body = ErrorBody),
    ),
)]
async fn get_my_cart(State(shop): State<Shop>, me: SignedIn, _none: NoParams) -> Result<One<CartView>, Problem> {
    show(&shop, carts::own(&shop.sales, me.user()).await?).await
}

/// Make what was put into a cart before signing in part of one's own cart.
///
/// Safe to retry: a cart that was merged already answers the cart that it went into.
#[utoipa::path(
    post, path = "/api/v1/me/cart/merge", tag = "me", operation_id = "merge_my_cart", security(("bearer" = [])),
    request_body = CartMergeIn,
    responses(
        CommonProblems,
        (status = 200, description = "One's own cart as it is now", body = Envelope<CartView>),
        (status = 404, description = "`cart_not_found`: also for a wrong token or another customer's cart", body = ErrorBody),
        (status = 409, description = "`order_already_placed`, `cart_merged`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `too_many_lines`, `total_too_large`", body = ErrorBody),
    ),
)]
async fn merge_cart(State(shop): State<Shop>, me: SignedIn, Valid(body): Valid<CartMergeIn>) -> Result<One<CartView>, Problem> {
    let cart_id: Id<CartTag> = body.cart_id.parse().map_err(|_| Problem::not_found("cart_not_found"))?;
    let guest = CartAccess::by_token(cart_id, body.token);
    show(&shop, carts::merge(&shop.sales, &me.origin(), me.user(), &guest).await?).await
}
