//! The routes of carts.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use gateway::{
    Anyone, CartHolder, CommonProblems, Created, Envelope, ErrorBody, NoParams, One, Optional, PathId, PathIds, Problem, Proof, Valid,
};
use kernel::{CartId, CartLineTag, CartTag};
use sales::carts::{self, CartAccess, CartContents, CartProof, ChangeLine};
use sales::pricing;

use super::means_wire::CartCodeIn;
use super::wire::{CartIn, CartLineIn, CartLinePatch, CartPatch, CartView, NewCartView, ShippingOptionView};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![
        create_cart,
        get_cart,
        edit_cart,
        add_cart_line,
        change_cart_line,
        remove_cart_line,
        add_cart_code,
        remove_cart_code,
        list_cart_shipping_methods
    ]
}

/// The wish to use a cart, as the request says it.
pub(in crate::rest) fn access(holder: &CartHolder, cart_id: CartId) -> CartAccess {
    match holder.proof() {
        Proof::Token(token) => CartAccess::by_token(cart_id, token.reveal()),
        Proof::SignedIn(user) => CartAccess { cart_id, proof: CartProof::SignedIn(*user) },
    }
}

/// A cart with its price, under its ETag.
pub(in crate::rest) async fn show(shop: &Shop, contents: CartContents) -> Result<One<CartView>, Problem> {
    let priced = pricing::price(shop.context().db.reader(), contents).await?;
    Ok(One::versioned(CartView::from(&priced), priced.cart.version))
}

/// What is in a cart, for its holder.
async fn open(shop: &Shop, access: &CartAccess) -> Result<CartContents, Problem> {
    let context = shop.context();
    let cart = carts::open(context.db.reader(), access).await?;
    Ok(carts::contents(context.db.reader(), cart, context.now()).await?)
}

/// Begin a cart.
#[utoipa::path(
    post, path = "/api/v1/carts", tag = "carts", operation_id = "create_cart", security(()),
    request_body = Option<CartIn>,
    responses(
        CommonProblems,
        (status = 201, description = "The cart and its token, which is shown this once", body = Envelope<NewCartView>),
        (status = 422, description = "`validation_failed`, `currency_mismatch`", body = ErrorBody),
    ),
)]
async fn create_cart(State(shop): State<Shop>, caller: Anyone, Optional(body): Optional<CartIn>) -> Result<Created<NewCartView>, Problem> {
    let created = carts::create(&shop.sales, &caller.origin(), body.parse()?).await?;
    let token = created.token.reveal().to_owned();
    let priced = pricing::price(shop.context().db.reader(), created.contents).await?;
    let version = priced.cart.version;
    Ok(Created::versioned(NewCartView { token, cart: CartView::from(&priced) }, version))
}

/// Read a cart, priced as of now.
#[utoipa::path(
    get, path = "/api/v1/carts/{cart_id}", tag = "carts", operation_id = "get_cart", security(("cart_token" = []), ("bearer" = [])),
    params(("cart_id" = schema::CartId, Path, description = "The cart (`cart_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The cart; its ETag is what `cart_version` takes", body = Envelope<CartView>),
        (status = 404, description = "`cart_not_found`: also for another cart's token", body = ErrorBody),
    ),
)]
async fn get_cart(
    State(shop): State<Shop>,
    holder: CartHolder,
    PathId(id): PathId<CartTag>,
    _none: NoParams,
) -> Result<One<CartView>, Problem> {
    show(&shop, open(&shop, &access(&holder, id)).await?).await
}

/// Change what a cart says of its customer and its way.
#[utoipa::path(
    patch, path = "/api/v1/carts/{cart_id}", tag = "carts", operation_id = "edit_cart", security(("cart_token" = []), ("bearer" = [])),
    params(("cart_id" = schema::CartId, Path, description = "The cart (`cart_…`)")),
    request_body = CartPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The cart as it is now", body = Envelope<CartView>),
        (status = 404, description = "`cart_not_found`", body = ErrorBody),
        (status = 409, description = "`order_already_placed`, `cart_merged`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `shipping_method_unavailable`", body = ErrorBody),
    ),
)]
async fn edit_cart(
    State(shop): State<Shop>,
    holder: CartHolder,
    PathId(id): PathId<CartTag>,
    Valid(body): Valid<CartPatch>,
) -> Result<One<CartView>, Problem> {
    let contents = carts::edit(&shop.sales, &holder.origin(id), &access(&holder, id), body.parse()?).await?;
    show(&shop, contents).await
}

/// Put a variant into a cart; the same variant with the same wishes adds to its line.
#[utoipa::path(
    post, path = "/api/v1/carts/{cart_id}/lines", tag = "carts", operation_id = "add_cart_line", security(("cart_token" = []), ("bearer" = [])),
    params(("cart_id" = schema::CartId, Path, description = "The cart (`cart_…`)")),
    request_body = CartLineIn,
    responses(
        CommonProblems,
        (status = 201, description = "The cart as it is now", body = Envelope<CartView>),
        (status = 404, description = "`cart_not_found`", body = ErrorBody),
        (status = 409, description = "`order_already_placed`, `cart_merged`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `variant_unavailable`, `too_many_lines`, `total_too_large`", body = ErrorBody),
    ),
)]
async fn add_cart_line(
    State(shop): State<Shop>,
    holder: CartHolder,
    PathId(id): PathId<CartTag>,
    Valid(body): Valid<CartLineIn>,
) -> Result<Created<CartView>, Problem> {
    let contents = carts::add_line(&shop.sales, &holder.origin(id), &access(&holder, id), body.parse()?).await?;
    let priced = pricing::price(shop.context().db.reader(), contents).await?;
    Ok(Created::versioned(CartView::from(&priced), priced.cart.version))
}

/// Change how many of a line are wanted.
#[utoipa::path(
    patch, path = "/api/v1/carts/{cart_id}/lines/{line_id}", tag = "carts", operation_id = "change_cart_line", security(("cart_token" = []), ("bearer" = [])),
    params(("cart_id" = schema::CartId, Path, description = "The cart (`cart_…`)"), ("line_id" = schema::CartLineId, Path, description = "The line (`cline_…`)")),
    request_body = CartLinePatch,
    responses(
        CommonProblems,
        (status = 200, description = "The cart as it is now", body = Envelope<CartView>),
        (status = 404, description = "`cart_not_found`, `cart_line_not_found`", body = ErrorBody),
        (status = 409, description = "`order_already_placed`, `cart_merged`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `total_too_large`", body = ErrorBody),
    ),
)]
async fn change_cart_line(
    State(shop): State<Shop>,
    holder: CartHolder,
    PathIds(id, line_id): PathIds<CartTag, CartLineTag>,
    Valid(body): Valid<CartLinePatch>,
) -> Result<One<CartView>, Problem> {
    let change = ChangeLine { line_id, quantity: body.parse()? };
    let contents = carts::change_line(&shop.sales, &holder.origin(id), &access(&holder, id), change).await?;
    let priced = pricing::price(shop.context().db.reader(), contents).await?;
    Ok(One::versioned(CartView::from(&priced), priced.cart.version))
}

/// Take a line out of a cart.
#[utoipa::path(
    delete, path = "/api/v1/carts/{cart_id}/lines/{line_id}", tag = "carts", operation_id = "remove_cart_line", security(("cart_token" = []), ("bearer" = [])),
    params(("cart_id" = schema::CartId, Path, description = "The cart (`cart_…`)"), ("line_id" = schema::CartLineId, Path, description = "The line (`cline_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The cart as it is now", body = Envelope<CartView>),
        (status = 404, description = "`cart_not_found`, `cart_line_not_found`", body = ErrorBody),
        (status = 409, description = "`order_already_placed`, `cart_merged`", body = ErrorBody),
    ),
)]
async fn remove_cart_line(
    State(shop): State<Shop>,
    holder: CartHolder,
    PathIds(id, line_id): PathIds<CartTag, CartLineTag>,
) -> Result<One<CartView>, Problem> {
    let contents = carts::remove_line(&shop.sales, &holder.origin(id), &access(&holder, id), line_id).await?;
    show(&shop, contents).await
}

/// Give a cart the code of a promotion. It stays whether its promotion holds now or not: `promotions` of the cart says what it comes to.
/// Whoever guesses codes has to wait longer each time.
#[utoipa::path(
    post, path = "/api/v1/carts/{cart_id}/codes", tag = "carts", operation_id = "add_cart_code", security(("cart_token" = []), ("bearer" = [])),
    params(("cart_id" = schema::CartId, Path, description = "The cart (`cart_…`)")),
    request_body = CartCodeIn,
    responses(
        CommonProblems,
        (status = 200, description = "The cart as it is now", body = Envelope<CartView>),
        (status = 404, description = "`cart_not_found`", body = ErrorBody),
        (status = 409, description = "`order_already_placed`, `cart_merged`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `promotion_code_unknown`, `too_many_codes`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`", body = ErrorBody),
    ),
)]
async fn add_cart_code(
    State(shop): State<Shop>,
    holder: CartHolder,
    PathId(id): PathId<CartTag>,
    Valid(body): Valid<CartCodeIn>,
) -> Result<One<CartView>, Problem> {
    let contents = carts::add_code(&shop.sales, &holder.origin(id), &access(&holder, id), &body.code).await?;
    show(&shop, contents).await
}

/// Take a code out of a cart.
#[utoipa::path(
    delete, path = "/api/v1/carts/{cart_id}/codes/{code}", tag = "carts", operation_id = "remove_cart_code",
    security(("cart_token" = []), ("bearer" = [])),
    params(
        ("cart_id" = schema::CartId, Path, description = "The cart (`cart_…`)"),
        ("code" = String, Path, description = "The code, in any case of its letters"),
    ),
    responses(
        CommonProblems,
        (status = 200, description = "The cart as it is now", body = Envelope<CartView>),
        (status = 404, description = "`cart_not_found`, `cart_code_not_found`", body = ErrorBody),
        (status = 409, description = "`order_already_placed`, `cart_merged`", body = ErrorBody),
    ),
)]
async fn remove_cart_code(
    State(shop): State<Shop>,
    holder: CartHolder,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<One<CartView>, Problem> {
    let named = path.ok().and_then(|Path((id, code))| Some((id.parse().ok()?, code)));
    let (id, code): (CartId, String) = named.ok_or_else(|| Problem::not_found("cart_not_found"))?;
    let contents = carts::remove_code(&shop.sales, &holder.origin(id), &access(&holder, id), &code).await?;
    show(&shop, contents).await
}

/// List the ways in which the cart's parcel can go to its address, cheapest place first as the shop orders them.
#[utoipa::path(
    get, path = "/api/v1/carts/{cart_id}/shipping-methods", tag = "carts", operation_id = "list_cart_shipping_methods",
    security(("cart_token" = []), ("bearer" = [])),
    params(("cart_id" = schema::CartId, Path, description = "The cart (`cart_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "None where nothing ships or no address is known", body = Envelope<Vec<ShippingOptionView>>),
        (status = 404, description = "`cart_not_found`", body = ErrorBody),
    ),
)]
async fn list_cart_shipping_methods(
    State(shop): State<Shop>,
    holder: CartHolder,
    PathId(id): PathId<CartTag>,
    _none: NoParams,
) -> Result<One<Vec<ShippingOptionView>>, Problem> {
    let contents = open(&shop, &access(&holder, id)).await?;
    let priced = pricing::price(shop.context().db.reader(), contents).await?;
    Ok(One::plain(priced.shipping_options.iter().map(ShippingOptionView::from).collect()))
}
