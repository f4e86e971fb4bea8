//! Refusals as a table for a spreadsheet.

use super::model::Refusal;
use crate::import::escape_formula;

/// A head, and a row for each refusal; what a spreadsheet would take for a formula is text.
#[must_use]
pub fn refusals_table(refusals: &[Refusal]) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing into memory does not fail.
    let _ = writer.write_record(["line", "sku", "location", "message"]);
    for Refusal { line, sku, location, message } in refusals {
        let _ = writer.write_record([&line.to_string(), &*escape_formula(sku), &*escape_formula(location), &*escape_formula(message)]);
    }
    String::from_utf8_lossy(&writer.into_inner().unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_head_and_no_formulas() {
        let refusal = Refusal { line: 7, sku: "=A1".into(), location: String::new(), message: "no, \"none\"".into() };
        assert_eq!(refusals_table(&[refusal]), "line,sku,location,message\r\n7,'=A1,,\"no, \"\"none\"\"\"\r\n");
    }
}
