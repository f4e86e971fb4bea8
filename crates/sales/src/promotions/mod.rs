//! Promotions: reasons to sell for less, which carts have, what they take off, and how often.

mod apply;
mod basket;
mod code_store;
mod codes;
mod effects;
mod error;
mod evaluate;
mod events;
#[cfg(test)]
mod examples;
mod facts;
mod input;
mod invariants;
mod keep;
mod model;
mod personal;
mod store;
mod uses;
mod words;

pub use apply::{Granted, Wish, apply};
pub use basket::{Applied, Basket, BasketLine, Candidate, CodeRef, Customer, Evaluation, Left, PassedOver, Reason, ShipsFree};
pub use code_store::{CodeQuery, list_codes, usable_code};
pub use codes::{CodeOf, CodesInput, NewCodes, PromotionCode, add_codes, delete_code, switch_code};
pub use error::PromotionError;
pub use evaluate::evaluate;
pub use events::PromotionEvent;
#[cfg(test)]
pub(crate) use examples::offers;
pub use facts::{Buyer, groups_of};
pub use input::{PromotionInput, Rules};
pub use invariants::INVARIANTS;
pub use keep::{ChangePromotion, DeletePromotion, PromotionChanges, change, create, delete};
pub use model::{BuyGet, Conditions, Effect, Gift, Items, Limits, Promotion, Tier, TierBasis, TierOff, Trigger};
pub use personal::PersonalPromotions;
pub use store::{Counted, PromotionQuery, counted, find, list};
pub use uses::{UseError, release, take};
pub use words::{ConditionsInput, EFFECTS, EffectInput, ItemsInput, TierInput};
