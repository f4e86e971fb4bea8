//! Double entry: accounts, and transactions that sum to zero in every currency. Pure.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use kernel::{Money, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Why money moves in the books.
    pub enum TransactionKind {
        /// Money of a customer came.
        Capture = "capture",
        /// Money went back to a customer.
        Refund = "refund",
        /// An order was confirmed: the customer owes its total.
        Sale = "sale",
        /// A sale was called off: what the customer owed of it is owed no more.
        SaleReversed = "sale_reversed",
        /// What a customer owes was lowered: something was given back.
        Allowance = "allowance",
        /// What was sold is a gift card: it is owed to whoever holds it.
        GiftCardSold = "gift_card_sold",
        /// A gift card that was sold was taken back.
        GiftCardReturned = "gift_card_returned",
        /// Staff gave money away on a gift card or as credit, or took it back.
        StoredValue = "stored_value",
    }
}

impl TransactionKind {
    /// True where its reference is a gift card or credit; all others are for what is paid for.
    #[must_use]
    pub const fn is_of_stored_value(self) -> bool {
        match self {
            Self::StoredValue => true,
            Self::Capture
            | Self::Refund
            | Self::Sale
            | Self::SaleReversed
            | Self::Allowance
            | Self::GiftCardSold
            | Self::GiftCardReturned => false,
        }
    }
}

/// Where money is or whose it is; text in the database (`provider:stripe`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Account {
    /// What customers owe the shop: placing an order is no entry, money received lowers it.
    CustomerReceivable,
    /// Money that a provider collected for the shop.
    Provider(AccountName),
    /// Money that came without a provider: the till, a bank transfer.
    Cash(AccountName),
    /// What goods were sold for, without tax.
    Revenue,
    /// What sending them was sold for, without tax.
    Shipping,
    /// Tax that was taken for whom it is owed to.
    Tax,
    /// What was given back of sales, without tax: it lowers revenue and shipping.
    Refunds,
    /// What the shop owes to whoever holds its gift cards.
    GiftCards,
    /// What the shop owes to customers on their accounts.
    StoreCredit,
    /// Gift cards and credit that were given away.
    Goodwill,
}

/// The accounts of which there is one each, with their names.
const SINGLE: [(Account, &str); 8] = [
    (Account::CustomerReceivable, "customer_receivable"),
    (Account::Revenue, "revenue"),
    (Account::Shipping, "shipping"),
    (Account::Tax, "tax"),
    (Account::Refunds, "refunds"),
    (Account::GiftCards, "gift_cards"),
    (Account::StoreCredit, "store_credit"),
    (Account::Goodwill, "goodwill"),
];

/// The part of an account's text behind the colon: a provider or payment method, as 1 to 32 lower-case letters, digits or `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountName(String);

/// Not an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an account of the ledger")]
pub struct AccountError;

impl AccountName {
    const MAX: usize = 32;
}

impl FromStr for AccountName {
    type Err = AccountError;

    fn from_str(name: &str) -> Result<Self, AccountError> {
        let readable = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if (1..=Self::MAX).contains(&name.len()) && name.bytes().all(readable) { Ok(Self(name.to_owned())) } else { Err(AccountError) }
    }
}

impl Account {
    /// The account of money that this provider collects.
    ///
    /// # Errors
    /// `AccountError` for a name that no provider has.
    pub fn provider(name: &str) -> Result<Self, AccountError> {
        name.parse().map(Self::Provider)
    }

    /// The account of money that comes by this method without a provider.
    ///
    /// # Errors
    /// `AccountError` for a name that no method has.
    pub fn cash(method: &str) -> Result<Self, AccountError> {
        method.parse().map(Self::Cash)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider(name) => write!(f, "provider:{}", name.0),
            Self::Cash(name) => write!(f, "cash:{}", name.0),
            Self::CustomerReceivable
            | Self::Revenue
            | Self::Shipping
            | Self::Tax
            | Self::Refunds
            | Self::GiftCards
            | Self::StoreCredit
            | Self::Goodwill => f.write_str(SINGLE.iter().find(|(account, _)| account == self).map_or("", |(_, name)| name)),
        }
    }
}

impl FromStr for Account {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        match text.split_once(':') {
            Some(("provider", name)) => Self::provider(name),
            Some(("cash", method)) => Self::cash(method),
            Some(_) => Err(AccountError),
            None => SINGLE.iter().find(|(_, name)| *name == text).map(|(account, _)| account.clone()).ok_or(AccountError),
        }
    }
}

impl TryFrom<String> for Account {
    type Error = AccountError;

    fn try_from(text: String) -> Result<Self, AccountError> {
        text.parse()
    }
}

impl From<Account> for String {
    fn from(account: Account) -> Self {
        account.to_string()
    }
}

/// One side of a movement. Positive is debit: what the shop has or is owed grows. Negative is credit: it shrinks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The account.
    pub account: Account,
    /// How much, with its sign; never zero.
    pub amount: Money,
}

/// A movement of money: at least two entries that sum to zero in every currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerTransaction {
    kind: TransactionKind,
    entries: Vec<LedgerEntry>,
}

/// Why entries are no transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Money moves from somewhere to somewhere.
    #[error("a ledger transaction needs two entries or more")]
    TooFewEntries,
    /// An entry of nothing, or a movement of nothing or less.
    #[error("an amount in the ledger must not be zero, and what moves must be positive")]
    NotAnAmount,
    /// The entries of a currency do not sum to zero.
    #[error("the entries of a ledger transaction must sum to zero in every currency")]
    Unbalanced,
}

impl LedgerTransaction {
    /// A transaction of these entries: invariant m01.
    ///
    /// # Errors
    /// `LedgerError` unless there are two entries or more, none of zero, and they sum to zero in every currency.
    pub fn new(kind: TransactionKind, entries: Vec<LedgerEntry>) -> Result<Self, LedgerError> {
        if entries.len() < 2 {
            return Err(LedgerError::TooFewEntries);
        }
        if entries.iter().any(|entry| entry.amount.minor() == 0) {
            return Err(LedgerError::NotAnAmount);
        }
        let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
        for entry in &entries {
            *sums.entry(entry.amount.currency().code()).or_default() += i128::from(entry.amount.minor());
        }
        if sums.values().all(|sum| *sum == 0) { Ok(Self { kind, entries }) } else { Err(LedgerError::Unbalanced) }
    }

    /// Money of a customer came in: the account that received it grows, what customers owe shrinks.
    ///
    /// # Errors
    /// `NotAnAmount` unless the amount is positive.
    pub fn capture(received_by: Account, amount: Money) -> Result<Self, LedgerError> {
        Self::movement(TransactionKind::Capture, (Account::CustomerReceivable, received_by), amount)
    }

    /// Money went back to a customer: the reverse of a capture.
    ///
    /// # Errors
    /// `NotAnAmount` unless the amount is positive.
    pub fn refund(paid_by: Account, amount: Money) -> Result<Self, LedgerError> {
        Self::movement(TransactionKind::Refund, (paid_by, Account::CustomerReceivable), amount)
    }

    /// Why money moves.
    #[must_use]
    pub const fn kind(&self) -> TransactionKind {
        self.kind
    }

    /// The entries, credit before debit where there are two.
    #[must_use]
    pub fn entries(&self) -> &[LedgerEntry] {
        &self.entries
    }

    /// Money moves from one account to another: credit, and debit.
    ///
    /// # Errors
    /// `NotAnAmount` unless the amount is positive.
    pub fn movement(kind: TransactionKind, (from, to): (Account, Account), amount: Money) -> Result<Self, LedgerError> {
        if amount.minor() <= 0 {
            return Err(LedgerError::NotAnAmount);
        }
        let credit = Money::new(-amount.minor(), amount.currency());
        Self::new(kind, vec![LedgerEntry { account: from, amount: credit }, LedgerEntry { account: to, amount }])
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;

    fn entry(account: &str, minor: i64, currency: Currency) -> LedgerEntry {
        LedgerEntry { account: account.parse().expect("an account"), amount: Money::new(minor, currency) }
    }

    #[test]
    fn an_account_survives_its_text_form() {
        let single = SINGLE.iter().map(|(_, name)| *name);
        for text in single.chain(["provider:stripe", "cash:manual", "provider:a_1"]) {
            assert_eq!(text.parse::<Account>().map(|account| account.to_string()), Ok(text.to_owned()));
            assert_eq!(Account::try_from(text.to_owned()).map(String::from), Ok(text.to_owned()));
        }
        let too_long = format!("cash:{}", "a".repeat(33));
        for text in ["", "provider", "provider:", "provider:Stripe", "bank:x", "cash:a b", "customer_receivable:x", "receivable", &too_long]
        {
            assert_eq!(text.parse::<Account>(), Err(AccountError), "{text}");
        }
    }

    #[test]
    fn a_transaction_sums_to_zero_in_every_currency() {
        let (usd, eur) = (Currency::USD, Currency::EUR);
        let transaction = |entries: &[(&str, i64, Currency)]| {
            let entries = entries.iter().map(|(account, minor, currency)| entry(account, *minor, *currency)).collect();
            LedgerTransaction::new(TransactionKind::Capture, entries).map(drop)
        };
        assert_eq!(transaction(&[]), Err(LedgerError::TooFewEntries));
        assert_eq!(transaction(&[("cash:manual", 0, usd), ("provider:test", 0, usd)]), Err(LedgerError::NotAnAmount));
        assert_eq!(transaction(&[("cash:manual", 5, usd), ("provider:test", -4, usd)]), Err(LedgerError::Unbalanced));
        assert_eq!(transaction(&[("cash:manual", 5, usd), ("provider:test", -5, eur)]), Err(LedgerError::Unbalanced));
        assert_eq!(transaction(&[("cash:manual", i64::MAX, usd), ("cash:till", i64::MAX, usd)]), Err(LedgerError::Unbalanced));
        let two_currencies = [("cash:manual", 5, usd), ("customer_receivable", -5, usd), ("cash:manual", -3, eur), ("cash:till", 3, eur)];
        assert_eq!(transaction(&two_currencies), Ok(()));
    }

    #[test]
    fn nothing_or_less_does_not_move() {
        for minor in [0, -1, i64::MIN] {
            let amount = Money::new(minor, Currency::USD);
            assert_eq!(LedgerTransaction::capture(Account::CustomerReceivable, amount), Err(LedgerError::NotAnAmount));
        }
    }

    proptest! {
        #[test]
        fn a_refund_undoes_a_capture(minor in 1_i64..=i64::MAX) {
            let amount = Money::new(minor, Currency::EUR);
            let account = Account::provider("stripe").expect("an account");
            let capture = LedgerTransaction::capture(account.clone(), amount).expect("balanced");
            let refund = LedgerTransaction::refund(account.clone(), amount).expect("balanced");
            for account in [account, Account::CustomerReceivable] {
                let both = capture.entries().iter().chain(refund.entries()).filter(|entry| entry.account == account);
                prop_assert_eq!(both.map(|entry| i128::from(entry.amount.minor())).sum::<i128>(), 0);
            }
            let received: Vec<_> = capture.entries().iter().map(|entry| (entry.account.to_string(), entry.amount.minor())).collect();
            prop_assert_eq!(received, [("customer_receivable".to_owned(), -minor), ("provider:stripe".to_owned(), minor)]);
        }
    }
}
