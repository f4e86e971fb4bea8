//! Gift cards and credit as JSON.

use gateway::{FilterKind, ListQuery, ListRoute, ListSpec, kept_answer};
use kernel::{FieldErrors, OrderId, Prefixed as _, Timestamp, UserId, UserTag, parse_time};
use payments::stored_values::{
    AdjustReason, GiftCardPatch, NewGiftCard, NewGiftCardInput, StoredMove, StoredValue, StoredValueKind, StoredValueQuery,
};
use platform::idempotency::Answer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::rest::money::{MoneyIn, MoneyView, SignedMoneyIn};
use crate::schema;

/// Changes that are shown with a gift card or credit; the ledger has all of them.
pub(super) const MOST_MOVES: i64 = 100;

/// The list of gift cards.
pub(super) struct GiftCards;

impl ListRoute for GiftCards {
    const SPEC: ListSpec = ListSpec {
        sorts: &["created_at"],
        default_sort: "-created_at",
        filters: &[("code_end", FilterKind::Text), ("active", FilterKind::Flag)],
        ..ListSpec::PLAIN
    };
}

/// The list of credits.
pub(super) struct StoreCredits;

impl ListRoute for StoreCredits {
    const SPEC: ListSpec = ListSpec {
        sorts: &["created_at"],
        default_sort: "-created_at",
        filters: &[("user", FilterKind::Id(UserTag::PREFIX))],
        ..ListSpec::PLAIN
    };
}

/// The query of the use case.
pub(super) fn query(kind: StoredValueKind, list: &ListQuery) -> Result<StoredValueQuery, FieldErrors> {
    let mut errors = FieldErrors::new();
    let user_id = errors.take_optional("filter[user]", list.filters.text("user"), |raw: &str| raw.parse::<UserId>());
    let code_end = list.filters.text("code_end").map(str::to_uppercase);
    let active = list.filters.flag("active");
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = list.page.clone();
    errors.finish(|| Some(StoredValueQuery { kind, user_id, code_end, active, newest_first, page }))
}

/// A gift card that staff give away; one that is sold is made when its order is paid.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GiftCardIn {
    /// What is on it; above zero.
    amount: MoneyIn,
    /// Its code, where it comes from another shop: 8 to 64 letters and digits. Absent: the shop thinks of one that nobody guesses.
    #[schema(min_length = 8, max_length = 128)]
    code: Option<String>,
    /// Why it is given away.
    #[schema(value_type = schema::StoredValueReason)]
    reason: String,
    /// It pays for nothing from then on. Absent: it never ends.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// What staff remark; nothing that tells of a person, for it stays.
    #[schema(min_length = 1, max_length = 500)]
    note: Option<String>,
}

impl GiftCardIn {
    pub(super) fn parse(self, now: Timestamp) -> Result<NewGiftCard, FieldErrors> {
        let mut errors = FieldErrors::new();
        let amount = self.amount.parse().map_err(|inner| errors.nest("amount", inner)).ok();
        let expires_at = errors.take_optional("expires_at", self.expires_at, |raw| parse_time(&raw));
        let (amount, expires_at) = errors.finish(|| Some((amount?, expires_at)))?;
        NewGiftCard::parse(NewGiftCardInput { amount, code: self.code, reason: self.reason, expires_at, note: self.note }, now)
    }
}

/// What changes of a gift card; what is absent stays. What is on it changes by an adjustment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GiftCardPatchIn {
    /// False: it pays for nothing.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    active: Option<bool>,
    /// It pays for nothing from then on; `null`: it never ends.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Option<String>>,
    /// What staff remark; nothing that tells of a person, for it stays.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 500)]
    note: Option<Option<String>>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl GiftCardPatchIn {
    pub(super) fn parse(self) -> Result<GiftCardPatch, FieldErrors> {
        let mut errors = FieldErrors::new();
        let expires_at = self.expires_at.map(|at| errors.take_optional("expires_at", at, |raw| parse_time(&raw)));
        errors.finish(|| Some(GiftCardPatch { active: self.active, expires_at, note: self.note }))
    }
}

/// An amount that staff put onto a gift card or credit, or take off it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AdjustmentIn {
    /// How much; what is taken off is negative.
    pub(super) amount: SignedMoneyIn,
    /// Why.
    #[schema(value_type = schema::StoredValueReason)]
    pub(super) reason: String,
}

/// The same for a customer, who has credit from the first time on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreditAdjustmentIn {
    /// The customer's account (`user_…`).
    #[schema(value_type = schema::UserId)]
    pub(super) user_id: String,
    /// How much; what is taken off is negative.
    pub(super) amount: SignedMoneyIn,
    /// Why.
    #[schema(value_type = schema::StoredValueReason)]
    pub(super) reason: String,
}

/// The code of a gift card.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GiftCardCodeIn {
    /// As it was typed in: dashes, blanks and small letters do not matter.
    #[schema(min_length = 1, max_length = 128)]
    pub(super) code: String,
}

/// A gift card.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GiftCardView {
    /// Its id (`value_…`).
    #[schema(value_type = schema::StoredValueId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// The last four characters of its code. The whole code is said by `…/reveal`, where the shop thought of it.
    code_end: Option<String>,
    /// What is on it.
    balance: MoneyView,
    /// False while it pays for nothing.
    active: bool,
    /// It pays for nothing from then on.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// What staff remark; nothing that tells of a person, for it stays.
    note: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<&StoredValue> for GiftCardView {
    fn from(value: &StoredValue) -> Self {
        Self {
            id: value.id.to_string(),
            version: value.version,
            code_end: value.code_end.clone(),
            balance: value.balance.into(),
            active: value.active,
            expires_at: value.expires_at,
            note: value.note.clone(),
            created_at: value.created_at,
            updated_at: value.updated_at,
        }
    }
}

impl GiftCardView {
    /// The answer that is kept of a command.
    pub(super) fn kept(value: &StoredValue) -> Answer {
        kept_answer(201, &Self::from(value))
    }
}

/// A gift card with what changed it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GiftCardDetailsView {
    /// The gift card.
    #[serde(flatten)]
    pub(super) card: GiftCardView,
    /// What changed it, the newest first, a hundred at most.
    pub(super) moves: Vec<StoredMoveView>,
}

/// What a customer has on account in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct StoreCreditView {
    /// Its id (`value_…`).
    #[schema(value_type = schema::StoredValueId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// Whose it is.
    #[schema(value_type = Option<schema::UserId>)]
    user_id: Option<String>,
    /// What is on it.
    balance: MoneyView,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<&StoredValue> for StoreCreditView {
    fn from(value: &StoredValue) -> Self {
        Self {
            id: value.id.to_string(),
            version: value.version,
            user_id: value.user_id.map(|user| user.to_string()),
            balance: value.balance.into(),
            created_at: value.created_at,
            updated_at: value.updated_at,
        }
    }
}

impl StoreCreditView {
    /// The answer that is kept of a command.
    pub(super) fn kept(value: &StoredValue) -> Answer {
        kept_answer(201, &Self::from(value))
    }
}

/// Credit with what changed it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StoreCreditDetailsView {
    /// The credit.
    #[serde(flatten)]
    pub(super) credit: StoreCreditView,
    /// What changed it, the newest first, a hundred at most.
    pub(super) moves: Vec<StoredMoveView>,
}

/// One change of what is on a gift card or credit.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StoredMoveView {
    /// Which change: 1, 2, 3 ….
    seq: i64,
    /// Why.
    #[schema(value_type = schema::StoredMoveKind)]
    kind: &'static str,
    /// By how much; what is spent is negative.
    amount: MoneyView,
    /// What was on it then.
    balance: MoneyView,
    /// Why staff did it.
    #[schema(value_type = Option<schema::StoredValueReason>)]
    reason: Option<&'static str>,
    /// The order that was paid with it, brought it, or was refunded to it.
    #[schema(value_type = Option<schema::OrderId>)]
    order_id: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// By whom.
    created_by: String,
}

impl From<&StoredMove> for StoredMoveView {
    fn from(moved: &StoredMove) -> Self {
        Self {
            seq: moved.seq,
            kind: moved.kind.as_str(),
            amount: moved.amount.into(),
            balance: moved.balance.into(),
            reason: moved.reason.map(AdjustReason::as_str),
            order_id: moved.reference_id.map(|order| OrderId::from_uuid(order).to_string()),
            created_at: moved.created_at,
            created_by: moved.created_by.clone(),
        }
    }
}

/// What is on a gift card, for whoever knows its code.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GiftCardBalanceView {
    /// The last four characters of its code.
    pub(super) code_end: Option<String>,
    /// What it pays now; nothing while it is switched off or over.
    pub(super) spendable: MoneyView,
    /// It pays for nothing from then on.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) expires_at: Option<Timestamp>,
}

/// The code of a gift card, for staff who tell it to somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GiftCardCodeView {
    /// The code, in groups of four.
    pub(super) code: String,
}
