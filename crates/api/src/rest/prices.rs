//! What variants cost whoever asks, and what they cost before.

use axum::extract::State;
use catalog::channels::{self, Channel};
use catalog::variants::{self, PriceStep, PriceTag};
use gateway::{Anyone, CommonProblems, Envelope, ErrorBody, One, Params, Problem};
use kernel::{FieldErrors, Quantity, Timestamp, VariantId};
use platform::db::RulesStamp;
use sales::carts;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::money::MoneyView;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

/// As many as a page of products shows.
const MOST_VARIANTS: usize = 100;

pub(super) fn routes() -> Routes {
    routes![list_prices]
}

/// Of what, and where.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PricesParams {
    /// Up to a hundred variants (`var_…`), with commas between them.
    #[param(value_type = String, required = false, nullable = false, example = "var_01h455vb4pex5vsknk084sn02q")]
    variant_ids: Option<String>,
    /// The channel's code. Absent: the shop's default channel.
    #[param(value_type = String, required = false, nullable = false, max_length = 64)]
    channel: Option<String>,
}

impl PricesParams {
    fn variants(&self) -> Result<Vec<VariantId>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let raw: Vec<&str> = self.variant_ids.iter().flat_map(|ids| ids.split(',')).collect();
        if raw.len() > MOST_VARIANTS {
            errors.add("variant_ids", format!("must be at most {MOST_VARIANTS}"));
        }
        let known = |(place, raw): (usize, &&str)| errors.take(format!("variant_ids.{place}"), raw.trim().parse());
        let mut ids: Vec<VariantId> = raw.iter().take(MOST_VARIANTS).enumerate().filter_map(known).collect();
        ids.sort_unstable();
        ids.dedup();
        errors.finish(|| Some(ids))
    }
}

/// What a variant costs whoever asks.
#[derive(Debug, Serialize, ToSchema)]
struct PriceTagView {
    /// The variant.
    #[schema(value_type = schema::VariantId)]
    variant_id: String,
    /// What one piece costs; null where it cannot be bought alone.
    price: Option<MoneyView>,
    /// What that is compared with.
    compare_at_price: Option<MoneyView>,
    /// Since when it costs that.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// The lowest price of one piece in the thirty days before; null where it had none. In the European Union it stands beside
    /// every price that is called reduced.
    lowest_price_30_days: Option<MoneyView>,
    /// From how many pieces on one costs what, by rising quantity.
    steps: Vec<PriceStepView>,
}

/// From so many pieces on one costs so much.
#[derive(Debug, Serialize, ToSchema)]
struct PriceStepView {
    /// From this quantity on.
    min_quantity: i64,
    /// What one piece costs.
    price: MoneyView,
    /// What that is compared with.
    compare_at_price: Option<MoneyView>,
}

impl From<&PriceStep> for PriceStepView {
    fn from(step: &PriceStep) -> Self {
        Self { min_quantity: step.min_quantity, price: step.amount.into(), compare_at_price: step.compare_at.map(MoneyView::from) }
    }
}

impl From<PriceTag> for PriceTagView {
    fn from(tag: PriceTag) -> Self {
        let of_one = tag.steps.first().filter(|step| step.min_quantity == i64::from(Quantity::ONE));
        Self {
            variant_id: tag.variant.variant_id.to_string(),
            price: of_one.map(|step| step.amount.into()),
            compare_at_price: of_one.and_then(|step| step.compare_at).map(MoneyView::from),
            since: tag.since,
            lowest_price_30_days: tag.lowest_before.map(MoneyView::from),
            steps: tag.steps.iter().map(PriceStepView::from).collect(),
        }
    }
}

/// Read what variants cost you: with the prices of your groups where you are signed in, and the lowest price of the last thirty days. What is not
/// for sale is left out.
#[utoipa::path(
    get, path = "/api/v1/prices", tag = "products", operation_id = "list_prices", security((), ("bearer" = [])),
    params(PricesParams),
    responses(
        CommonProblems,
        (status = 200, description = "Of each variant that is for sale", body = Envelope<Vec<PriceTagView>>),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn list_prices(
    State(shop): State<Shop>,
    caller: Anyone,
    Params(params): Params<PricesParams>,
) -> Result<One<Vec<PriceTagView>>, Problem> {
    let ids = params.variants()?;
    let (reader, now) = (shop.context().db.reader(), shop.context().now());
    let rules = RulesStamp::read(reader).await?;
    let code = params.channel.as_deref().unwrap_or(Channel::DEFAULT_CODE);
    let channel = channels::standing(reader, &rules, |channel| channel.code == code).await?;
    let channel = channel.ok_or_else(|| FieldErrors::of("channel", "unknown channel"))?;
    let source = carts::price_source(reader, caller.user(), (&channel, &rules), now).await?;
    let tags = variants::price_tags(reader, &ids, &source).await?;
    Ok(One::plain(tags.into_iter().map(PriceTagView::from).collect()))
}
