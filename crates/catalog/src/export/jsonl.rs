//! Our own format: everything that a record says, on one line.

use crate::import::{MAX_LINE_BYTES, ProductRecord};

/// A record that import would refuse.
#[derive(Debug, thiserror::Error)]
#[error("the record is longer than a line may be")]
pub struct RecordTooLong;

/// The line of a record, with its line feed. Fields stand in the order of the type, and absent ones are left out.
///
/// # Errors
/// `RecordTooLong` above 1 MiB.
pub fn jsonl_line(record: &ProductRecord) -> Result<Vec<u8>, RecordTooLong> {
    // Nothing in a record can fail to be JSON: all its keys are texts.
    let mut line = serde_json::to_vec(record).map_err(|_| RecordTooLong)?;
    if line.len() > MAX_LINE_BYTES {
        return Err(RecordTooLong);
    }
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use kernel::Slug;

    use super::*;
    use crate::import::Field;

    #[test]
    fn a_line_has_only_what_the_record_says_in_a_fixed_order() {
        let record = ProductRecord {
            title: "Mug".to_owned().into(),
            slug: Slug::parse("mug").ok(),
            brand: Field::Clear,
            tags: Field::Set(Vec::new()),
            ..ProductRecord::default()
        };
        let line = String::from_utf8(jsonl_line(&record).expect("short")).expect("text");
        assert_eq!(line, "{\"slug\":\"mug\",\"title\":\"Mug\",\"brand\":null,\"tags\":[]}\n");
    }

    #[test]
    fn a_line_that_import_would_refuse_is_not_written() {
        let record = ProductRecord { description: "x".repeat(MAX_LINE_BYTES).into(), ..ProductRecord::default() };
        assert!(jsonl_line(&record).is_err());
    }
}
