//! Where commands speak: data on standard output, everything else on standard error.

use std::io::{self, Write};
use std::marker::PhantomData;

use serde::Serialize;

/// How a thing is shown: as JSON by serde, to people by these columns.
pub(super) trait Shown: Serialize {
    /// The names of the columns.
    const HEAD: &'static [&'static str];

    /// One text for each column.
    fn cells(&self) -> Vec<String>;
}

/// The voice of one command.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    json: bool,
}

impl Output {
    /// `json`: objects for programs instead of tables for people.
    pub(super) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// True where programs read.
    pub(super) const fn is_json(self) -> bool {
        self.json
    }

    /// A remark for people; it never mixes with the data.
    pub(super) fn note(self, text: impl std::fmt::Display) {
        // There is nobody left to tell that nobody listens.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Raw data, as it is.
    pub(super) fn raw(self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()
    }

    /// A line of data.
    pub(super) fn line(self, text: impl std::fmt::Display) -> io::Result<()> {
        self.raw(format!("{text}\n").as_bytes())
    }

    /// One object of JSON on a line of its own.
    pub(super) fn json(self, thing: &impl Serialize) -> anyhow::Result<()> {
        Ok(self.line(serde_json::to_string(thing)?)?)
    }

    /// One thing: a name and a value on each line, or an object.
    pub(super) fn one<T: Shown>(self, thing: &T) -> anyhow::Result<()> {
        if self.json {
            return self.json(thing);
        }
        let width = T::HEAD.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        for (name, cell) in T::HEAD.iter().zip(thing.cells()) {
            self.line(format!("{name:<width$}  {cell}").trim_end())?;
        }
        Ok(())
    }

    /// A table for people, a JSON object a line for programs; rows may come in pages.
    pub(super) const fn table<T: Shown>(self) -> Table<T> {
        Table { output: self, widths: Vec::new(), rows: PhantomData }
    }

    /// A list that is known as a whole.
    pub(super) fn list<T: Shown>(self, rows: &[T]) -> anyhow::Result<()> {
        self.table().rows(rows)
    }
}

/// A table under way; the first rows decide how wide its columns are.
pub(super) struct Table<T> {
    output: Output,
    widths: Vec<usize>,
    rows: PhantomData<T>,
}

impl<T: Shown> Table<T> {
    /// Shows more rows.
    pub(super) fn rows(&mut self, rows: &[T]) -> anyhow::Result<()> {
        let text: String = if self.output.json {
            rows.iter().map(|row| serde_json::to_string(row).map(|line| line + "\n")).collect::<Result<_, _>>()?
        } else {
            self.text(&rows.iter().map(|row| row.cells().iter().map(|cell| one_line(cell)).collect()).collect::<Vec<_>>())
        };
        Ok(self.output.raw(text.as_bytes())?)
    }

    fn text(&mut self, rows: &[Vec<String>]) -> String {
        let mut text = String::new();
        if self.widths.is_empty() {
            let head: Vec<String> = T::HEAD.iter().map(|name| name.to_uppercase()).collect();
            let widest = |column: usize| {
                let cells = rows.iter().chain([&head]).filter_map(|row| row.get(column));
                cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
            };
            self.widths = (0..head.len()).map(widest).collect();
            text.push_str(&aligned(&head, &self.widths));
        }
        rows.iter().for_each(|row| text.push_str(&aligned(row, &self.widths)));
        text
    }
}

fn aligned(cells: &[String], widths: &[usize]) -> String {
    let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
    format!("{}\n", padded.join("  ").trim_end())
}

/// A cell stays on its line and cannot steer the terminal.
fn one_line(cell: &str) -> String {
    cell.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// A moment as people read it.
pub(super) fn moment(time: kernel::Timestamp) -> String {
    time.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// A value that may be absent.
pub(super) fn or_dash(value: Option<impl std::fmt::Display>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// Money as the API writes it.
pub(super) fn amount(money: kernel::Money) -> serde_json::Value {
    serde_json::json!({ "amount": money.minor(), "currency": money.currency().code(), "formatted": money.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Mug(&'static str, i64);

    impl Shown for Mug {
        const HEAD: &'static [&'static str] = &["name", "price"];

        fn cells(&self) -> Vec<String> {
            vec![self.0.to_owned(), self.1.to_string()]
        }
    }

    #[test]
    fn columns_are_as_wide_as_the_first_rows_need() {
        let mut table = Output::new(false).table::<Mug>();
        let cells = |mug: Mug| mug.cells();
        assert_eq!(table.text(&[cells(Mug("Blue mug", 5)), cells(Mug("Tea", 1_200))]), "NAME      PRICE\nBlue mug  5\nTea       1200\n");
        assert_eq!(table.text(&[cells(Mug("Cup", 7))]), "Cup       7\n");
    }

    #[test]
    fn a_cell_cannot_steer_the_terminal() {
        assert_eq!(one_line("a\u{1b}[31m\nb"), "a [31m b");
    }
}
