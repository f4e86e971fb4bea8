//! What a fresh shop needs to sell: one way to send things, and numbers for its invoices.

use catalog::channels;
use kernel::{Currency, ShippingMethodId, Timestamp};
use platform::db::{DatabaseError, WriteTx};

use crate::invoices;
use crate::shipping::{self, ShippingKind, ShippingMethod, ShippingRate};
use crate::tax::STANDARD_CLASS;

/// What it costs to send anything until staff decides otherwise, in minor units: $5.00, €5.00, BHD 5.000. Units without
/// parts are worth little, so that the yen counts as if it had cents: ¥500.
fn standard_price_minor(currency: Currency) -> i64 {
    5 * 10_i64.pow(currency.exponent().max(2))
}

/// Makes the shipping method `standard`, at a flat price to everywhere in the currency of the default channel, where the
/// shop has no method at all: what staff deactivated stays so; and what invoices have their numbers from. Comes after `catalog::first_start`. Safe to repeat and to
/// run from several nodes at once.
///
/// # Errors
/// `DatabaseError`, also where there is no default channel.
pub async fn first_start(tx: &WriteTx) -> Result<(), DatabaseError> {
    let currency = channels::find_default(tx).await?.currency;
    shipping::ensure_one(tx, &standard(currency, tx.now())).await?;
    invoices::first_start(tx).await
}

fn standard(currency: Currency, now: Timestamp) -> ShippingMethod {
    ShippingMethod {
        id: ShippingMethodId::generate(),
        code: "standard".to_owned(),
        name: "Standard shipping".to_owned(),
        kind: ShippingKind::Flat,
        countries: Vec::new(),
        tax_class: STANDARD_CLASS.to_owned(),
        active: true,
        position: 0,
        currency,
        rates: vec![ShippingRate { country: None, from: 0, amount_minor: standard_price_minor(currency) }],
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

#[cfg(test)]
mod tests {
    use kernel::Money;

    use super::*;

    #[test]
    fn the_standard_price_is_a_small_sum_in_any_currency() {
        for (code, price) in [("USD", "$5.00"), ("EUR", "€5.00"), ("JPY", "¥500"), ("BHD", "5.000")] {
            let currency: Currency = code.parse().expect("known");
            assert!(Money::new(standard_price_minor(currency), currency).to_string().ends_with(price), "{code}");
        }
    }
}
