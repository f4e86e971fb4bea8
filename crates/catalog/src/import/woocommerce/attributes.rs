//! Attributes: what all can read about a product, and what its variations differ in.

use std::collections::{BTreeMap, BTreeSet};

use kernel::fold;
use serde_json::{Map, Value};

use super::columns::Column;
use crate::import::cells;
use crate::import::columns::Header;
use crate::import::field::Field;
use crate::import::option_list::OptionList;
use crate::import::reading::Reading;
use crate::import::record::{OptionRecord, ProductRecord};

/// What a variation that fits any value of an attribute gets for its value.
pub(crate) const ANY: &str = "Any";
const FLAGS_KEY: &str = "woocommerce.attributes";

/// One attribute of a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attribute {
    number: u16,
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
    flags: Value,
}

/// All attributes of a row, in the order of their numbers.
pub(crate) fn read(header: &Header<Column>, reading: &mut Reading<'_, Column>) -> Vec<Attribute> {
    let mut numbers: Vec<u16> = header.fields().filter_map(number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut seen = BTreeSet::new();
    let mut attributes = Vec::new();
    for number in numbers {
        let name = reading.word(Column::AttributeName(number));
        let values = cells::escaped_list(reading.word(Column::AttributeValues(number)));
        if name.is_empty() {
            if !values.is_empty() {
                reading.error(Column::AttributeValues(number), "has no attribute name beside it");
            }
            reading.warn_of_filled(&flag_columns(number).map(|(_, column)| column), "has no attribute name beside it");
        } else if seen.insert(fold(name)) {
            attributes.push(Attribute { number, name: name.to_owned(), values, flags: flags(reading, number) });
        } else {
            reading.error(Column::AttributeName(number), "is the name of another attribute, too");
        }
    }
    attributes
}

#[expect(clippy::wildcard_enum_match_arm, reason = "five of forty columns are asked for")]
fn number(column: Column) -> Option<u16> {
    match column {
        Column::AttributeName(number)
        | Column::AttributeValues(number)
        | Column::AttributeVisible(number)
        | Column::AttributeGlobal(number)
        | Column::AttributeDefault(number) => Some(number),
        _ => None,
    }
}

const fn flag_columns(number: u16) -> [(&'static str, Column); 3] {
    [
        ("visible", Column::AttributeVisible(number)),
        ("global", Column::AttributeGlobal(number)),
        ("default", Column::AttributeDefault(number)),
    ]
}

fn flags(reading: &Reading<'_, Column>, number: u16) -> Value {
    let mut flags = Map::new();
    for (name, column) in flag_columns(number) {
        let word = reading.word(column);
        if name == "default" && !word.is_empty() {
            flags.insert(name.to_owned(), word.into());
        } else if !word.is_empty() {
            flags.insert(name.to_owned(), cells::truth(word).map_or_else(|_| word.into(), Value::Bool));
        }
    }
    Value::Object(flags)
}

/// True where the file says anything of attributes.
pub(crate) fn are_in(header: &Header<Column>) -> bool {
    header.fields().any(|column| number(column).is_some())
}

/// Warns of attributes of a product that have no value, where no variation has one either.
pub(crate) fn warn_of_empty(reading: &mut Reading<'_, Column>, own: &[Attribute], of_variations: &[Vec<Attribute>]) {
    let has_value = |name: &str| of_variations.iter().flatten().any(|other| !other.values.is_empty() && fold(&other.name) == fold(name));
    for attribute in own.iter().filter(|attribute| attribute.values.is_empty() && !has_value(&attribute.name)) {
        reading.warn(Column::AttributeName(attribute.number), "has no value and is not kept");
    }
}

/// Warns of what a variation says of its attributes and its product says otherwise: flags are the product's.
pub(crate) fn warn_of_flags(reading: &mut Reading<'_, Column>, own: &[Attribute], product: &[Attribute]) {
    for attribute in own {
        let known = product.iter().find(|other| fold(&other.name) == fold(&attribute.name)).map(|other| &other.flags);
        for (name, column) in flag_columns(attribute.number) {
            let flag = attribute.flags.get(name);
            if flag.is_some() && flag != known.and_then(|flags| flags.get(name)) {
                reading.warn(column, "is not what the product says, which counts");
            }
        }
    }
}

/// Shares the attributes of a product out: those that some variation has a value of become options, the rest stay
/// attributes. The file does not say which is which; the variations do.
pub(crate) fn share_out(record: &mut ProductRecord, own: Vec<Attribute>, of_variations: &[Vec<Attribute>]) {
    let flagged = own.iter().filter(|attribute| attribute.flags.as_object().is_some_and(|flags| !flags.is_empty()));
    let flags: Map<String, Value> = flagged.map(|attribute| (attribute.name.clone(), attribute.flags.clone())).collect();
    record.metadata.insert(FLAGS_KEY.to_owned(), if flags.is_empty() { Value::Null } else { Value::Object(flags) });
    let chosen = of_variations.iter().flatten().filter(|attribute| !attribute.values.is_empty());
    let used: BTreeSet<String> = chosen.map(|attribute| fold(&attribute.name)).collect();
    let mut options = OptionList::default();
    for attribute in own {
        if used.contains(&fold(&attribute.name)) {
            attribute.values.iter().for_each(|value| options.add(&attribute.name, value));
        } else {
            record.attributes.insert(attribute.name, attribute.values);
        }
    }
    for attribute in of_variations.iter().flatten().filter(|attribute| used.contains(&fold(&attribute.name))) {
        options.add(&attribute.name, &value(attribute));
    }
    record.options = Field::present(Some(options.finish()).filter(|options| !options.is_empty()));
}

/// The value of a variation; an empty one fits any.
fn value(attribute: &Attribute) -> String {
    if attribute.values.is_empty() { ANY.to_owned() } else { attribute.values.join(", ") }
}

/// The option values of one variation: one for each option of the product, under the product's spelling of the name.
pub(crate) fn options_of(attributes: &[Attribute], options: &[OptionRecord]) -> BTreeMap<String, String> {
    let find = |name: &str| attributes.iter().find(|attribute| fold(&attribute.name) == fold(name));
    options.iter().map(|option| (option.name.clone(), find(&option.name).map_or_else(|| ANY.to_owned(), value))).collect()
}

/// The attributes that a variation leaves open, for people.
pub(crate) fn left_open(attributes: &[Attribute]) -> Option<String> {
    let names: Vec<&str> =
        attributes.iter().filter(|attribute| attribute.values.is_empty()).map(|attribute| attribute.name.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// The option values of a variation whose product is not in the file.
pub(crate) fn own_options(attributes: &[Attribute]) -> BTreeMap<String, String> {
    let chosen = attributes.iter().filter(|attribute| !attribute.values.is_empty());
    chosen.map(|attribute| (attribute.name.clone(), value(attribute))).collect()
}
