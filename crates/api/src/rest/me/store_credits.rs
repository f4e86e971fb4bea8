//! What the customer has on account.

use axum::extract::State;
use gateway::{CommonProblems, Envelope, NoParams, One, Problem, SignedIn};
use payments::stored_values;

use crate::rest::stored_values::StoreCreditView;
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_my_store_credits]
}

/// Read what one has on account, by currency.
#[utoipa::path(
    get, path = "/api/v1/me/store-credits", tag = "me", operation_id = "list_my_store_credits", security(("bearer" = [])),
    responses(
        CommonProblems,
        (status = 200, description = "One for each currency in which there is or was some", body = Envelope<Vec<StoreCreditView>>),
    ),
)]
async fn list_my_store_credits(State(shop): State<Shop>, me: SignedIn, _none: NoParams) -> Result<One<Vec<StoreCreditView>>, Problem> {
    let credits = stored_values::credits_of(shop.context().db.reader(), me.user()).await?;
    Ok(One::plain(credits.iter().map(StoreCreditView::from).collect()))
}
