//! Promotions: reasons to sell for less, which carts have, what they take off, and how often.

mod basket;
mod effects;
mod evaluate;
#[cfg(test)]
mod examples;
mod input;
mod model;
mod words;

pub use basket::{Applied, Basket, BasketLine, Candidate, Customer, Evaluation, Left, PassedOver, Reason};
pub use evaluate::evaluate;
pub use input::{PromotionInput, Rules};
pub use model::{BuyGet, Conditions, Effect, Items, Limits, Promotion, Tier, TierBasis, TierOff, Trigger};
pub use words::{ConditionsInput, EffectInput, ItemsInput, TierInput};
