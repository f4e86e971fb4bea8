//! The routes of exchange rates.

use axum::extract::State;
use catalog::{currencies, exchange_rates};
use gateway::{CommonProblems, Envelope, ErrorBody, List, ListEnvelope, ListParams, One, Permitted, Problem, Valid, permission};

use super::wire::{ExchangeRateView, ExchangeRates, ExchangeRatesPut, query};
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_exchange_rates, replace_exchange_rates]
}

/// List exchange rates: those that count, or those that did.
#[utoipa::path(
    get, path = "/api/v1/exchange-rates", tag = "price-lists", operation_id = "list_exchange_rates", security(("bearer" = ["settings:read"])),
    params(ListParams<ExchangeRates>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of rates", body = ListEnvelope<ExchangeRateView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_exchange_rates(
    State(shop): State<Shop>,
    _staff: Permitted<permission::SettingsRead>,
    list: ListParams<ExchangeRates>,
) -> Result<List<ExchangeRateView>, Problem> {
    let page = exchange_rates::list(shop.context().db.reader(), &query(&list)).await?;
    Ok(List::of(page.map(ExchangeRateView::from), &list))
}

/// Write a table of rates, all or none; rates of other pairs stay. Derived prices follow by jobs.
#[utoipa::path(
    put, path = "/api/v1/exchange-rates", tag = "price-lists", operation_id = "replace_exchange_rates",
    security(("bearer" = ["settings:write"])),
    request_body = ExchangeRatesPut,
    responses(
        CommonProblems,
        (status = 200, description = "The rates that were written", body = Envelope<Vec<ExchangeRateView>>),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn replace_exchange_rates(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsWrite>,
    Valid(body): Valid<ExchangeRatesPut>,
) -> Result<One<Vec<ExchangeRateView>>, Problem> {
    let written = currencies::write_rates(shop.context(), &staff.origin(), body.parse()?).await?;
    Ok(One::plain(written.into_iter().map(ExchangeRateView::from).collect()))
}
