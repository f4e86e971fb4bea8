//! What becomes of the prices of a variant.

use kernel::{FieldErrors, Money, PriceListId, fold};

use super::variants::money;
use crate::import::detect::Format;
use crate::import::field::Field;
use crate::import::variant_record::PriceRecord;
use crate::price_lists::PriceList;
use crate::variants::{MoneyInput, Price, PriceInput};

/// What prices are read with.
#[derive(Debug, Clone, Copy)]
pub(super) struct PriceRules<'a> {
    /// The list of prices that name none.
    pub(super) default: PriceListId,
    /// All lists.
    pub(super) lists: &'a [PriceList],
    /// Which prices the record speaks of; the others stay.
    pub(super) scope: PriceScope,
}

/// Which prices of a variant a source knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceScope {
    /// All.
    Every,
    /// What one piece costs in the default list, sales with their days among it.
    OnePiece,
    /// What one piece costs in the default list while no sale is on.
    OnePieceUndated,
}

impl PriceScope {
    /// What files of a format know.
    pub(super) const fn of(format: Format) -> Self {
        match format {
            Format::Jsonl => Self::Every,
            Format::WooCommerce => Self::OnePiece,
            Format::ShopifyClassic | Format::ShopifyCurrent => Self::OnePieceUndated,
        }
    }
}

impl PriceRules<'_> {
    /// All prices of the variant, where the record says something of them.
    pub(super) fn changes(&self, wanted: &Field<Vec<PriceRecord>>, stored: &[Price]) -> Result<Option<Vec<PriceInput>>, FieldErrors> {
        let wanted = match wanted {
            Field::Keep => return Ok(None),
            Field::Clear => &[][..],
            Field::Set(prices) => prices,
        };
        let mut errors = FieldErrors::new();
        let mut prices = Vec::with_capacity(wanted.len());
        for (place, price) in wanted.iter().enumerate() {
            prices.extend(errors.take(format!("prices.{place}.price_list"), self.read(price)));
        }
        prices.extend(stored.iter().filter(|price| !self.speaks_of(price)).map(|price| self.kept(price)));
        errors.finish(|| Some(Some(prices)))
    }

    fn speaks_of(&self, price: &Price) -> bool {
        let is_of_one_piece = price.price_list_id == self.default && price.min_quantity == 1;
        match self.scope {
            PriceScope::Every => true,
            PriceScope::OnePiece => is_of_one_piece,
            PriceScope::OnePieceUndated => is_of_one_piece && price.starts_at.is_none() && price.ends_at.is_none(),
        }
    }

    fn read(&self, price: &PriceRecord) -> Result<PriceInput, &'static str> {
        let list = price.price_list.as_deref().map(|name| self.list(name).ok_or("there is no such price list")).transpose()?;
        Ok(PriceInput {
            price_list_id: list.map(|id| id.to_string()),
            min_quantity: Some(i64::from(price.min_quantity)),
            amount: money(price.amount),
            compare_at: price.compare_at.map(money),
            starts_at: price.starts_at.map(|moment| moment.to_rfc3339()),
            ends_at: price.ends_at.map(|moment| moment.to_rfc3339()),
            derived: false,
        })
    }

    /// By what programs call it, or by what people call it.
    fn list(&self, name: &str) -> Option<PriceListId> {
        let by_code = self.lists.iter().find(|list| list.code == name.trim());
        by_code.or_else(|| self.lists.iter().find(|list| fold(&list.name) == fold(name))).map(|list| list.id)
    }

    /// A stored price as it is.
    fn kept(&self, price: &Price) -> PriceInput {
        let money = |money: Money| MoneyInput { amount: money.minor(), currency: money.currency().code().to_owned() };
        PriceInput {
            price_list_id: Some(price.price_list_id).filter(|list| *list != self.default).map(|list| list.to_string()),
            min_quantity: Some(price.min_quantity),
            amount: money(price.amount),
            compare_at: price.compare_at.map(money),
            starts_at: price.starts_at.map(|moment| moment.to_rfc3339()),
            ends_at: price.ends_at.map(|moment| moment.to_rfc3339()),
            derived: price.derived,
        }
    }
}
