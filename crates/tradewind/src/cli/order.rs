//! `tradewind order`: what was sold.

use kernel::{Money, OrderId, Timestamp};
use platform::Context;
use sales::orders::{self, OrderDetails, OrderFilter, OrderKey, OrderQuery, OrderSort, OrderStatus, OrderSummary};
use serde::Serialize;
use serde_json::Value;

use super::output::{Output, Shown, amount, moment, or_dash};
use super::setup::Globals;
use super::{Exit, Stop, pages};
use crate::wiring;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Show orders, newest first
    List {
        /// Only those in this state: pending, confirmed, completed, cancelled or expired
        #[arg(long)]
        status: Option<OrderStatus>,
        /// Only those with this number, or with this text in the customer's name or e-mail
        #[arg(long)]
        text: Option<String>,
        /// No more rows than this
        #[arg(long)]
        limit: Option<u64>,
    },
    /// Show one order with its lines, payments and parcels
    Show {
        /// The order's number or id (`order_…`)
        order: String,
    },
}

#[derive(Debug, Serialize)]
struct OrderRow {
    id: String,
    number: i64,
    status: String,
    payment_status: String,
    fulfilment_status: String,
    item_count: i64,
    total: Value,
    #[serde(skip)]
    shown_total: String,
    customer: Option<String>,
    country: Option<String>,
    tags: Vec<String>,
    placed_at: Timestamp,
}

impl From<OrderSummary> for OrderRow {
    fn from(order: OrderSummary) -> Self {
        Self {
            id: order.id.to_string(),
            number: order.number,
            status: order.status.to_string(),
            payment_status: order.payment_status.to_string(),
            fulfilment_status: order.fulfilment_status.to_string(),
            item_count: order.item_count,
            total: amount(order.total),
            shown_total: order.total.to_string(),
            customer: order.customer_name,
            country: order.country,
            tags: order.tags,
            placed_at: order.placed_at,
        }
    }
}

impl Shown for OrderRow {
    const HEAD: &'static [&'static str] = &["number", "placed", "status", "payment", "fulfilment", "items", "total", "customer"];

    fn cells(&self) -> Vec<String> {
        let states = [&self.status, &self.payment_status, &self.fulfilment_status].map(String::clone);
        let mut cells = vec![self.number.to_string(), moment(self.placed_at)];
        cells.extend(states);
        cells.extend([self.item_count.to_string(), self.shown_total.clone(), or_dash(self.customer.as_ref())]);
        cells
    }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    let context = globals.open().await?;
    match command {
        Command::List { status, text, limit } => {
            let filter = OrderFilter { status: status.into_iter().collect(), text, ..OrderFilter::default() };
            list(globals.output(), &context, filter, limit).await?;
        }
        Command::Show { order } => show(globals.output(), &context, &order).await?,
    }
    Ok(Exit::Ok)
}

async fn list(output: Output, context: &Context, filter: OrderFilter, limit: Option<u64>) -> anyhow::Result<()> {
    let mut table = output.table();
    let ask = async |page| {
        let query = OrderQuery { filter: filter.clone(), sort: OrderSort::PlacedAt, descending: true, page };
        orders::list(context.db.reader(), &query).await
    };
    pages::each(limit, ask, |rows| table.rows(&rows.into_iter().map(OrderRow::from).collect::<Vec<_>>())).await
}

async fn show(output: Output, context: &Context, name: &str) -> anyhow::Result<()> {
    let unknown = || Stop::not_found(format!("no order {name}"));
    let by_number = name.trim_start_matches('#').parse().map(OrderKey::Number).ok();
    let key = by_number.or_else(|| name.parse::<OrderId>().ok().map(OrderKey::Id)).ok_or_else(unknown)?;
    let order = orders::find(context.db.reader(), key).await?.ok_or_else(unknown)?;
    let details = orders::details(context.db.reader(), order).await?;
    if output.is_json() {
        // Programs get the same form as over the API.
        let answer: Value = serde_json::from_str(&wiring::sales(context.clone()).present.order(&details))?;
        return output.json(answer.get("data").unwrap_or(&answer));
    }
    Ok(output.line(sheet(&details))?)
}

/// An order on a sheet of paper.
fn sheet(details: &OrderDetails) -> String {
    let order = &details.order;
    let money = |minor: i64| Money::new(minor, order.currency).to_string();
    let mut lines = vec![
        format!("Order {}  {}  {}", order.number, order.id, moment(order.placed_at)),
        format!("{}, {}, {}", order.status, order.payment_status, order.fulfilment_status),
        String::new(),
    ];
    for line in &details.lines {
        let title = [line.title.as_str(), line.variant_title.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let sku = or_dash(line.sku.as_ref());
        lines.push(format!("{:>5} x {}  [{sku}]  {}", line.quantity.get(), title.join(", "), money(line.gross_minor)));
    }
    lines.push(String::new());
    let totals = [
        ("Subtotal", order.subtotal_minor),
        ("Discount", -order.discount_minor),
        ("Shipping", order.shipping_minor),
        ("Tax", order.tax_minor),
    ];
    lines.extend(totals.into_iter().filter(|(_, minor)| *minor != 0).map(|(name, minor)| format!("{name:<9} {:>14}", money(minor))));
    lines.push(format!("{:<9} {:>14}", "Total", money(order.settled.total_minor)));
    for payment in &details.payments {
        lines.push(format!("\nPayment {}: {} by {}, {}", payment.id, payment.amount, payment.provider, payment.status));
    }
    for parcel in &details.fulfilments {
        lines.push(format!("\nParcel {}: {}, tracking {}", parcel.id, parcel.status, or_dash(parcel.tracking_number.as_ref())));
    }
    lines.join("\n")
}
