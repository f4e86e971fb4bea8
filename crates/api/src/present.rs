//! How answers look that are stored with their effect or compared with what a client saw.

use gateway::{Envelope, entity_tag};
use sales::orders::OrderDetails;
use sales::pricing::PricedCart;
use sales::{Present, PresentedCart};
use serde::Serialize;

use crate::rest::carts::CartView;
use crate::rest::orders::OrderView;

/// The API's own forms.
#[derive(Debug, Clone, Copy)]
pub struct ApiPresenter;

impl Present for ApiPresenter {
    fn order(&self, order: &OrderDetails) -> String {
        json(&Envelope { data: OrderView::from(order) })
    }

    fn cart(&self, cart: &PricedCart) -> PresentedCart {
        let view = CartView::from(cart);
        // A view that cannot be written has no tag that a client could have seen.
        let etag = entity_tag(&view, cart.cart.version).unwrap_or_default();
        PresentedCart { etag, body: json(&view) }
    }
}

fn json(view: &impl Serialize) -> String {
    serde_json::to_string(view).unwrap_or_else(|error| {
        tracing::error!(error = %error, "an answer could not be written as JSON");
        "{}".to_owned()
    })
}
