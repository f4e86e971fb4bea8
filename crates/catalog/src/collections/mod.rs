//! Collections: products under a name, put there one by one or by rules that are asked whenever somebody looks.

mod add_products;
mod create;
mod delete;
mod error;
mod events;
mod input;
mod model;
mod remove_product;
mod replace_products;
mod rules;
mod store;
mod update;

pub use add_products::{AddProducts, add_products};
pub use create::create;
pub use delete::{DeleteCollection, delete};
pub use error::CollectionError;
pub use events::CollectionEvent;
pub use input::{CollectionChanges, CollectionDetails, CollectionInput, CollectionPatch};
pub use model::{Collection, CollectionKind, CollectionRef, CollectionStatus, Contents};
pub use remove_product::{RemoveProduct, remove_product};
pub use replace_products::{ReplaceProducts, replace_products};
pub use rules::{Condition, ConditionField, ConditionInput, ConditionOp, ConditionValue, Match, Rules, RulesInput};
pub use store::{CollectionQuery, CollectionSort, find, find_ref, find_renamed, list};
pub use update::{UpdateCollection, update};
