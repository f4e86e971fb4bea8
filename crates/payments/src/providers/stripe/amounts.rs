//! Amounts as Stripe counts them: in the smallest unit, with exceptions of its own (<https://docs.stripe.com/currencies>).

use kernel::{Currency, Money};

/// Currencies that Stripe counts with another number of decimals than ISO 4217 has for them.
const EXCEPTIONS: [(&str, u32); 3] = [("ISK", 2), ("MGA", 0), ("UGX", 2)];

/// How many decimals Stripe counts with.
fn decimals(currency: Currency) -> u32 {
    let exception = EXCEPTIONS.iter().find(|(code, _)| *code == currency.code());
    exception.map_or_else(|| currency.exponent(), |(_, decimals)| *decimals)
}

/// The amount as Stripe counts it; none for one that it cannot be told.
pub(super) fn in_their_units(money: Money) -> Option<i64> {
    let (ours, theirs) = (money.currency().exponent(), decimals(money.currency()));
    let step = 10_i64.checked_pow(ours.abs_diff(theirs))?;
    if theirs >= ours {
        return money.minor().checked_mul(step);
    }
    (money.minor() % step == 0).then(|| money.minor() / step)
}

/// An amount of theirs as we count; none for one that nobody here can have.
pub(super) fn in_our_units(amount: i64, currency: &str) -> Option<Money> {
    let currency: Currency = currency.to_ascii_uppercase().parse().ok()?;
    let (ours, theirs) = (currency.exponent(), decimals(currency));
    let step = 10_i64.checked_pow(ours.abs_diff(theirs))?;
    if theirs <= ours {
        return Some(Money::new(amount.checked_mul(step)?, currency));
    }
    (amount % step == 0).then(|| Money::new(amount / step, currency))
}

/// The currency's code as Stripe writes it.
pub(super) fn code(money: Money) -> String {
    money.currency().code().to_ascii_lowercase()
}

/// True where Stripe speaks of this very amount of this very currency.
pub(super) fn is_same(money: Money, amount: i64, currency: &str) -> bool {
    in_their_units(money) == Some(amount) && currency.eq_ignore_ascii_case(money.currency().code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_told_in_the_units_that_stripe_counts_in() {
        for (currency, minor, theirs) in [
            ("EUR", 1_250, Some(1_250)),
            ("JPY", 500, Some(500)),
            ("BHD", 1_230, Some(1_230)),
            ("ISK", 500, Some(50_000)),
            ("UGX", 5, Some(500)),
            ("MGA", 500, Some(5)),
            ("MGA", 501, None),
            ("ISK", i64::MAX, None),
        ] {
            let money = Money::new(minor, currency.parse().expect("a currency"));
            assert_eq!(in_their_units(money), theirs, "{currency} {minor}");
            assert_eq!(theirs.is_some_and(|theirs| is_same(money, theirs, &code(money))), theirs.is_some());
            assert_eq!(theirs.and_then(|theirs| in_our_units(theirs, &code(money))), theirs.map(|_| money), "and back");
        }
        for (amount, currency) in [(50_001, "isk"), (1, "gold"), (i64::MAX, "mga")] {
            assert_eq!(in_our_units(amount, currency), None, "{amount} {currency}");
        }
    }

    #[test]
    fn another_amount_or_currency_is_not_the_same() {
        let money = Money::new(1_250, Currency::EUR);
        assert!(is_same(money, 1_250, "eur") && !is_same(money, 1_251, "eur") && !is_same(money, 1_250, "usd"));
    }
}
