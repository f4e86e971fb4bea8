//! The table at the end.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::record::Record;

/// A line for each fault on each database, then every violation.
pub(super) fn table(records: &[Record]) -> String {
    let mut groups: BTreeMap<(&str, &str), Vec<&Record>> = BTreeMap::new();
    for record in records {
        groups.entry((&record.database, &record.fault)).or_default().push(record);
    }
    let mut text = String::from(
        "| database | fault | rounds | orders acknowledged | left unanswered | refused | ready, median | ready, longest | violations |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for ((database, fault), records) in &groups {
        let sum = |count: fn(&Record) -> usize| records.iter().map(|record| count(record)).sum::<usize>();
        let mut ready: Vec<u64> = records.iter().filter_map(|record| record.ready_ms).collect();
        ready.sort_unstable();
        let shown = |time: Option<&u64>| time.map_or(String::new(), |ms| format!("{ms} ms"));
        let rounds = records.iter().filter(|record| record.skipped.is_none()).count();
        // Writing to a String cannot fail.
        let _written = writeln!(
            text,
            "| {database} | {fault} | {rounds} | {} | {} | {} | {} | {} | {} |",
            sum(|record| record.acknowledged),
            sum(|record| record.unanswered),
            sum(|record| record.refused),
            shown(ready.get(ready.len() / 2)),
            shown(ready.last()),
            sum(|record| record.violations.len()),
        );
    }
    for record in records {
        for violation in &record.violations {
            let _written = writeln!(text, "VIOLATION: {} (seed {}): {violation}", record.round, record.seed);
        }
        if let Some(why) = &record.skipped {
            let _written = writeln!(text, "SKIPPED: {}: {why}", record.round);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_line_and_every_violation_is_told() {
        let record = |fault: &str, ready_ms| Record {
            round: format!("{fault} 1"),
            database: "SQLite".to_owned(),
            fault: fault.to_owned(),
            ready_ms,
            acknowledged: 10,
            ..Record::default()
        };
        let lost = Record { violations: vec!["an order is lost".to_owned()], seed: 7, ..record("kill", Some(300)) };
        let skipped = Record { skipped: Some("no strace".to_owned()), acknowledged: 0, ..record("failing fsync", None) };
        let table = table(&[record("kill", Some(100)), lost, record("kill", Some(200)), skipped]);

        assert!(table.contains("| SQLite | kill | 3 | 30 | 0 | 0 | 200 ms | 300 ms | 1 |\n"), "{table}");
        assert!(table.contains("| SQLite | failing fsync | 0 | 0 | 0 | 0 |  |  | 0 |\n"), "{table}");
        assert!(table.contains("VIOLATION: kill 1 (seed 7): an order is lost\n"), "{table}");
        assert!(table.ends_with("SKIPPED: failing fsync 1: no strace\n"), "{table}");
    }
}
