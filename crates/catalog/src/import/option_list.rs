//! The options of a product, gathered from its variants.

use std::collections::{BTreeMap, HashMap, HashSet};

use kernel::fold;

use super::record::OptionRecord;

/// Options in the order in which they are met, with their values in the order in which they are met; names and values
/// that are compared equal are one, in the spelling that came first.
#[derive(Debug, Default)]
pub(crate) struct OptionList {
    options: Vec<OptionRecord>,
    known: HashMap<String, (usize, HashSet<String>)>,
}

impl OptionList {
    /// Meets an option, perhaps for the first time.
    pub(crate) fn declare(&mut self, name: &str) {
        let next = self.options.len();
        self.known.entry(fold(name)).or_insert_with(|| {
            self.options.push(OptionRecord { name: name.to_owned(), values: Vec::new() });
            (next, HashSet::new())
        });
    }

    /// Meets a value of an option.
    pub(crate) fn add(&mut self, name: &str, value: &str) {
        self.declare(name);
        let Some((place, values)) = self.known.get_mut(&fold(name)) else { return };
        if values.insert(fold(value))
            && let Some(option) = self.options.get_mut(*place)
        {
            option.values.push(value.to_owned());
        }
    }

    /// All options.
    pub(crate) fn finish(self) -> Vec<OptionRecord> {
        self.options
    }
}

/// Option values as they are compared: no two variants of a product have the same.
pub(crate) fn folded(options: &BTreeMap<String, String>) -> Vec<(String, String)> {
    options.iter().map(|(name, value)| (fold(name), fold(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compared_equal_is_one_value_in_its_first_spelling() {
        let mut list = OptionList::default();
        list.declare("Size");
        for (name, value) in [("Colour", "Red"), ("colour", "RED"), ("Colour", "Blue"), ("size", "S")] {
            list.add(name, value);
        }
        let option = |name: &str, values: &[&str]| OptionRecord {
            name: name.to_owned(),
            values: values.iter().map(|&value| value.to_owned()).collect(),
        };
        assert_eq!(list.finish(), [option("Size", &["S"]), option("Colour", &["Red", "Blue"])]);
    }
}
