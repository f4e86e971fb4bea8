//! How WooCommerce rows name each other: by SKU, or by `id:123`.

use crate::import::cells::escaped_list;
use crate::import::record::{ExternalRef, Reference};

/// Whose words external references are.
pub(crate) const SOURCE: &str = "woocommerce";
/// The SKU of a product that is no variant itself (variable, grouped): other rows know it by that.
pub(crate) const SKU_SOURCE: &str = "woocommerce.sku";

/// One reference; nothing for an empty cell.
pub(crate) fn parse(text: &str) -> Option<Reference> {
    let text = text.trim();
    let id = text.get(..3).filter(|mark| mark.eq_ignore_ascii_case("id:")).and_then(|_| text.get(3..)).map(str::trim);
    match id {
        _ if text.is_empty() => None,
        Some(id) if !id.is_empty() => Some(Reference::External(ExternalRef::new(SOURCE, id))),
        _ => Some(Reference::Sku(text.to_owned())),
    }
}

/// A list of them.
pub(crate) fn list(text: &str) -> Vec<Reference> {
    escaped_list(text).iter().filter_map(|part| parse(part)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_named_by_sku_or_by_id() {
        let id = |id: &str| Reference::External(ExternalRef::new(SOURCE, id));
        assert_eq!(
            list(r"cc-tee, id:741 ,ID:7,a\,b,id:"),
            [Reference::Sku("cc-tee".into()), id("741"), id("7"), Reference::Sku("a,b".into()), Reference::Sku("id:".into()),]
        );
        assert_eq!(parse(" "), None);
    }
}
