//! Things of a filled shop by their number, as the API calls them: the generator made their ids of it.

/// Crockford's base32 in lower case, as the TypeID specification says.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// A variant, an order: what all their ids begin with.
const VARIANT: u128 = 0x018b_cfe5_6800_7a20_8000_0000_0000_0000;
const ORDER: u128 = 0x018b_cfe5_6800_7b20_8000_0000_0000_0000;
/// Far from each other, and over the whole shop.
const STEP: i64 = 7_919;

/// So many different numbers below `size`, in no order, all of them a multiple of `of`.
pub(super) fn spread(size: i64, of: i64, most: i64) -> impl Iterator<Item = i64> {
    let groups = (size / of).max(1);
    (0..most.min(groups)).map(move |place| (place * STEP) % groups * of)
}

/// The first variant of a product.
pub(super) fn variant(product: i64) -> String {
    format!("var_{}", digits(VARIANT | u128::from((2 * product).unsigned_abs())))
}

/// An order.
pub(super) fn order(number: i64) -> String {
    format!("order_{}", digits(ORDER | u128::from(number.unsigned_abs())))
}

fn digits(bits: u128) -> String {
    let digit = |place: u32| usize::try_from((bits >> (5 * (25 - place))) & 31).ok().and_then(|index| ALPHABET.get(index));
    (0..26).filter_map(digit).map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_as_the_api_writes_it() {
        assert_eq!(digits(0x0188_bac7_4afa_78aa_bc3b_bd1e_ef28_d881), "01h2xcejqtf2nbrexx3vqjhp41");
        assert_eq!(variant(50).len(), 30);
    }

    #[test]
    fn numbers_are_spread_without_repeating() {
        let mut numbers: Vec<i64> = spread(1_000, 50, 100).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..20).map(|group| group * 50).collect::<Vec<_>>());
    }
}
