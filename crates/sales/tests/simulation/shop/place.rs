//! Checkout of the shop under test.

use catalog::inventory::{Demand, Held, plan};
use chrono::TimeDelta;
use kernel::{CartLineId, DomainError, HoldId, Money, Quantity};
use payments::payments::{MoveCause, OperationKind, PaymentStatus};
use sales::orders::{FulfilmentStatus, LineProgress, OrderStatus, Settled};
use sales::pricing::{AdjustmentInput, LineInput, PricingInput, price_cart};
use sales::tax::TaxRates;

use super::{Sale, Seen, Shop};
use crate::command::Method;
use crate::model::PATIENCE_MINUTES;

impl Shop {
    /// As `checkout::place`: price, stock, order, payment, and on its way where nothing is due.
    pub(super) fn place(&mut self, wanted: &[(usize, i64)], discount: (i64, Option<usize>), method: Method) -> Seen {
        let ids: Vec<uuid::Uuid> = wanted.iter().map(|_| self.next_id()).collect();
        let total_minor = self.price(wanted, &ids, discount)?;
        let quantity = |pieces: i64| Quantity::try_from(pieces).expect("a quantity");
        let demand: Vec<Demand> = wanted
            .iter()
            .zip(&ids)
            .map(|(&(variant, pieces), &line_id)| Demand {
                line_id,
                variant_id: self.stocks[variant].variant_id,
                quantity: quantity(pieces),
            })
            .collect();
        let plan = plan(&demand, &self.stocks).map_err(|_| "out_of_stock")?;
        self.change(&plan.changes);
        let holds = plan.portions.iter().map(|portion| Held {
            id: HoldId::from_uuid(self.next_id()),
            line_id: portion.line_id,
            variant_id: portion.variant_id,
            location_id: portion.location_id,
            rest: portion.pieces,
        });
        let holds = holds.collect();
        let reference = self.next_id();
        let lines = wanted.iter().map(|(_, pieces)| LineProgress { quantity: *pieces, ..LineProgress::default() }).collect();
        self.sales.push(Sale {
            method,
            status: OrderStatus::Pending,
            payment_status: sales::orders::PaymentStatus::Unpaid,
            fulfilment_status: FulfilmentStatus::None,
            settled: Settled { total_minor, ..Settled::default() },
            lines,
            line_ids: ids,
            holds,
            payments: Vec::new(),
            operations: Vec::new(),
            reference,
            expires_at: self.now + TimeDelta::minutes(PATIENCE_MINUTES),
        });
        let place = self.sales.len() - 1;
        if total_minor > 0 {
            self.ask(place, method, total_minor);
        }
        if total_minor == 0 || method == Method::Invoice {
            self.advance(place, method == Method::Invoice);
        }
        Ok(())
    }

    fn ask(&mut self, place: usize, method: Method, minor: i64) {
        let (provider, kind) = match method {
            Method::Transfer | Method::Invoice => ("manual", None),
            Method::Card => ("card", Some(OperationKind::Capture)),
            Method::Hold => ("hold", Some(OperationKind::Authorise)),
        };
        let payment = self.open_payment(place, provider, minor);
        if let Some(kind) = kind {
            self.start(place, payment, kind, minor);
            let asked = &mut self.sales[place].payments[payment];
            asked.step(PaymentStatus::Processing, MoveCause::Checkout).expect("a step of the machine");
        }
    }

    fn price(&self, wanted: &[(usize, i64)], ids: &[uuid::Uuid], (off, off_line): (i64, Option<usize>)) -> Result<i64, &'static str> {
        let setting = &self.setting;
        let line = |(&(variant, pieces), id): (&(usize, i64), &uuid::Uuid)| {
            let goods = &setting.goods[variant];
            LineInput {
                line_id: CartLineId::from_uuid(*id),
                variant_id: self.stocks[variant].variant_id,
                quantity: Quantity::try_from(pieces).expect("a quantity"),
                unit: Money::new(goods.unit_minor, setting.currency),
                tax_class: Some(goods.tax_class.to_owned()),
                weight_grams: 100,
                requires_shipping: goods.ships,
            }
        };
        let lines: Vec<LineInput> = wanted.iter().zip(ids).map(line).collect();
        let discount = AdjustmentInput {
            source_id: None,
            label: "Spring".to_owned(),
            line_id: off_line.map(|line| lines[line].line_id),
            amount: Money::new(-off, setting.currency),
        };
        let input = PricingInput {
            currency: setting.currency,
            tax_mode: setting.tax_mode,
            destination: setting.destination.as_ref(),
            tax_rates: &TaxRates::of(setting.tax_rates.clone(), Vec::new()),
            tax_rounding: setting.tax_rounding,
            lines: &lines,
            shipping: setting.shipping.as_ref(),
            adjustments: std::slice::from_ref(&discount),
        };
        let totals = price_cart(&input).map_err(|error| error.code())?;
        Ok(totals.total.minor())
    }
}
