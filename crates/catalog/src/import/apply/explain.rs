//! Telling in the words of the file what the shop refused in the words of the record.

use kernel::FieldErrors;
use serde_json::Value;

use crate::import::columns::{ColumnReport, Fate};
use crate::import::outcome::{Note, SourcedRecord};

/// One note for each message: with the header of the column that the field came from, where there is one, and the value.
pub(super) fn notes(errors: FieldErrors, read: &SourcedRecord, columns: &ColumnReport) -> Vec<Note> {
    // A record that cannot be JSON cannot exist: all its keys are texts.
    let record = serde_json::to_value(&read.record).unwrap_or(Value::Null);
    let messages =
        errors.into_map().into_iter().flat_map(|(path, messages)| messages.into_iter().map(move |message| (path.clone(), message)));
    let note = |(path, message): (String, String)| {
        let column = Some(header_of(&path, columns).unwrap_or_else(|| path.clone())).filter(|column| !column.is_empty());
        let value = value_at(&record, &path).map(shown);
        let note = Note::cell(read.line_of(&path), "", value.as_deref().unwrap_or_default(), message);
        Note { column, value: value.and(note.value), ..note }
    };
    messages.map(note).collect()
}

/// A note that names a field by its path, with the row and the header of the column that it came from.
pub(super) fn in_columns(note: Note, read: &SourcedRecord, columns: &ColumnReport) -> Note {
    let row = note.column.as_deref().map_or(note.row, |path| read.line_of(path));
    let column = note.column.map(|path| header_of(&path, columns).unwrap_or(path));
    Note { row, column, ..note }
}

/// The column of the file that holds a field; `variants.0.sku` is in that of `variants.sku`.
fn header_of(path: &str, columns: &ColumnReport) -> Option<String> {
    let plain: Vec<&str> = path.split('.').filter(|part| part.parse::<usize>().is_err()).collect();
    let plain = plain.join(".");
    let holds = |field: &str| plain == field || plain.strip_prefix(field).is_some_and(|rest| rest.starts_with('.'));
    let mapped = columns.columns.iter().filter_map(|column| match &column.fate {
        Fate::Mapped { field } => Some((column, *field)),
        Fate::Metadata { .. } | Fate::Ignored { .. } | Fate::Unknown => None,
    });
    let found = mapped.filter(|(_, field)| field.split(", ").any(holds)).max_by_key(|(_, field)| field.len());
    found.map(|(column, _)| column.header.clone())
}

/// What stands there, or the nearest thing around it that is not a whole variant or more.
fn value_at<'a>(record: &'a Value, path: &str) -> Option<&'a Value> {
    let mut value = record;
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let inner = part.parse::<usize>().map_or_else(|_| value.get(part), |place| value.get(place));
        let Some(inner) = inner else { break };
        value = inner;
    }
    let is_whole = value.is_object() || value.as_array().is_some_and(|list| list.iter().any(Value::is_object));
    (!path.is_empty() && !is_whole).then_some(value)
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::columns::ColumnUse;
    use crate::import::{Lines, ProductRecord, Rows, VariantRecord};

    #[test]
    fn a_refused_field_is_told_by_its_column_and_value() {
        let column = |header: &str, field| ColumnUse { header: header.to_owned(), fate: Fate::Mapped { field }, filled: 1 };
        let columns = ColumnReport { columns: vec![column("Title", "title"), column("Variant SKU", "variants.sku")] };
        let variants = vec![VariantRecord::default(), VariantRecord { sku: "A".to_owned().into(), ..VariantRecord::default() }];
        let record = ProductRecord { title: "Mug".to_owned().into(), variants, ..ProductRecord::default() };
        let rows = Rows { first_row: 7, last_row: 8, count: 2 };
        let read = SourcedRecord {
            record,
            variants_of: None,
            rows,
            lines: Lines { variants: vec![7, 8], media: Vec::new() },
            warnings: Vec::new(),
        };
        let mut errors = FieldErrors::of("variants.1.sku", "is taken");
        errors.add("brand", "is odd");
        errors.add("", "is gone");
        let told: Vec<String> = notes(errors, &read, &columns).iter().map(ToString::to_string).collect();
        assert_eq!(told, ["row 7: is gone", "row 7, column brand: is odd", "row 8, column Variant SKU, value \"A\": is taken"]);
    }
}
