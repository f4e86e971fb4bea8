//! Figures as a table for people.

use std::fmt::Write as _;

use super::Figure;

/// The figures, with how they stand to those of an earlier run.
pub(crate) fn table(figures: &[Figure], earlier: Option<&[Figure]>) -> String {
    let mut text = String::from(
        "| database | measure | clients | value | p50 ms | p95 ms | p99 ms | of the floor (rounds) | floor | floor µs | own µs | database µs |",
    );
    text.push_str(if earlier.is_some() { " before |\n" } else { "\n" });
    text.push_str("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    text.push_str(if earlier.is_some() { "---:|\n" } else { "\n" });
    for figure in figures {
        line(&mut text, &cells(figure, earlier));
    }
    for figure in figures.iter().filter(|figure| figure.wrong > 0) {
        let example = figure.example.as_deref().unwrap_or_default();
        line(&mut text, &[format!("WRONG: {} {}: {} visits, such as: {example}", figure.database, figure.name, figure.wrong)]);
    }
    text
}

fn cells(figure: &Figure, earlier: Option<&[Figure]>) -> Vec<String> {
    let ratio = figure.ratio.map_or(String::new(), |ratio| {
        let (low, high) = figure.ratio_range.unwrap_or((ratio, ratio));
        format!("{ratio:.2} ({low:.2}–{high:.2})")
    });
    let mut cells = vec![
        figure.database.clone(),
        figure.name.clone(),
        figure.connections.map_or(String::new(), |connections| connections.to_string()),
        if figure.value < 10.0 { format!("{:.1} {}", figure.value, figure.unit) } else { format!("{:.0} {}", figure.value, figure.unit) },
        number(figure.p50_ms, 2),
        number(figure.p95_ms, 2),
        number(figure.p99_ms, 2),
        ratio,
        figure.floor_rate.map_or(String::new(), |rate| format!("{rate:.0} /s")),
        number(figure.floor_us, 1),
        number(figure.own_us, 1),
        number(figure.database_us, 1),
    ];
    if let Some(earlier) = earlier {
        let before = earlier.iter().find(|other| figure.is_same_measure(other));
        cells.push(before.map_or(String::new(), |before| format!("{:+.0} %", (figure.value / before.value - 1.0) * 100.0)));
    }
    cells
}

fn line(text: &mut String, cells: &[String]) {
    // Writing to a String cannot fail.
    let _written = writeln!(text, "| {} |", cells.join(" | "));
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or(String::new(), |value| format!("{value:.digits$}"))
}

#[cfg(test)]
mod tests {
    use super::super::{Machine, Report};
    use super::*;

    #[test]
    fn figures_stand_beside_their_floor_and_those_of_before() {
        let read = Figure {
            connections: Some(32),
            ratio: Some(0.5),
            ratio_range: Some((0.4, 0.6)),
            floor_rate: Some(1_000.0),
            ..Figure::single("SQLite", "product read", 500.0, "/s")
        };
        let before = Figure { value: 400.0, ..read.clone() };
        let wrong =
            Figure { wrong: 3, example: Some("503 instead of 200".to_owned()), ..Figure::single("SQLite", "order read", 1.0, "/s") };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("figures.json");
        Report { machine: Machine::default(), figures: vec![before] }.write(&path).unwrap();
        let table = table(&[read, wrong], Some(&Report::read(&path).unwrap().figures));

        assert!(
            table.contains("| SQLite | product read | 32 | 500 /s |  |  |  | 0.50 (0.40–0.60) | 1000 /s |  |  |  | +25 % |\n"),
            "{table}"
        );
        assert!(table.ends_with("| WRONG: SQLite order read: 3 visits, such as: 503 instead of 200 |\n"), "{table}");
    }
}
