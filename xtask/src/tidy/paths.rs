//! Every path of a file that starts at `crate`, `super` or another crate, with use groups taken apart.

use super::source::{SourceFile, Token};

/// A path, from the crate's name or `crate` on, as `["crate", "orders", "place"]`; a glob is a last segment `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CodePath {
    /// Its segments.
    pub(crate) segments: Vec<String>,
    /// The line of its last segment.
    pub(crate) line: usize,
}

/// What may stand before a path that starts with `::`.
const KEYWORDS: [&str; 6] = ["use", "as", "dyn", "impl", "in", "return"];

/// The paths that start at `crate`, at `super` (made absolute) or at one of these crates.
pub(crate) fn of(file: &SourceFile, module: &[String], crates: &[&str]) -> Vec<CodePath> {
    let mut paths = Vec::new();
    let mut inline = Inline::default();
    let mut at = 0;
    while let Some(token) = file.tokens.get(at) {
        inline.step(&file.tokens, at);
        let before = at.checked_sub(2).map_or("", |before| text(&file.tokens, before));
        let continues = at > 0 && text(&file.tokens, at - 1) == "::" && is_name(before) && !KEYWORDS.contains(&before);
        let starts = token.text == "crate" || token.text == "super" || crates.contains(&token.text.as_str());
        if starts && !continues && text(&file.tokens, at + 1) == "::" {
            let mut reader = Reader { tokens: &file.tokens, at, found: Vec::new() };
            reader.read(Vec::new());
            at = reader.at;
            let here: Vec<String> = module.iter().chain(inline.names()).cloned().collect();
            paths.extend(reader.found.into_iter().filter_map(|path| absolute(path, &here)));
        } else {
            at += 1;
        }
    }
    paths
}

/// Replaces leading `super`s by the module they stand for.
fn absolute(path: CodePath, module: &[String]) -> Option<CodePath> {
    let ups = path.segments.iter().take_while(|segment| *segment == "super").count();
    if ups == 0 {
        return Some(path);
    }
    let above = module.get(..module.len().checked_sub(ups)?)?;
    let rest = path.segments.iter().skip(ups);
    let segments = std::iter::once("crate".to_owned()).chain(above.iter().chain(rest).cloned()).collect();
    Some(CodePath { segments, line: path.line })
}

/// The inline modules around the present token.
#[derive(Default)]
struct Inline {
    depth: usize,
    open: Vec<(String, usize)>,
}

impl Inline {
    fn step(&mut self, tokens: &[Token], at: usize) {
        match text(tokens, at) {
            "{" => {
                self.depth += 1;
                if at > 1 && text(tokens, at - 2) == "mod" {
                    self.open.push((text(tokens, at - 1).to_owned(), self.depth));
                }
            }
            "}" => {
                self.open.retain(|(_, depth)| *depth < self.depth);
                self.depth = self.depth.saturating_sub(1);
            }
            _ => {}
        }
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        self.open.iter().map(|(name, _)| name)
    }
}

/// Reads one path or use tree.
struct Reader<'file> {
    tokens: &'file [Token],
    at: usize,
    found: Vec<CodePath>,
}

impl Reader<'_> {
    fn read(&mut self, mut segments: Vec<String>) {
        loop {
            let token = text(self.tokens, self.at);
            if token == "{" {
                return self.read_group(&segments);
            }
            if token == "*" || is_name(token) {
                segments.push(token.to_owned());
                self.at += 1;
            }
            if text(self.tokens, self.at) != "::" || !continues_path(text(self.tokens, self.at + 1)) {
                break;
            }
            self.at += 1;
        }
        let line = self.tokens.get(self.at.saturating_sub(1)).map_or(1, |token| token.line);
        self.found.push(CodePath { segments, line });
    }

    fn read_group(&mut self, segments: &[String]) {
        self.at += 1;
        while self.at < self.tokens.len() && text(self.tokens, self.at) != "}" {
            self.read(segments.to_vec());
            // A rename (`as X`) and the comma stand between two branches.
            while !["", ",", "}"].contains(&text(self.tokens, self.at)) {
                self.at += 1;
            }
            if text(self.tokens, self.at) == "," {
                self.at += 1;
            }
        }
        self.at += 1;
    }
}

fn continues_path(token: &str) -> bool {
    token == "{" || token == "*" || is_name(token)
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn text(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| &token.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<(String, usize)> {
        let file = SourceFile::parse("crates/sales/src/orders/place.rs".to_owned(), text.to_owned()).unwrap();
        let module = ["orders".to_owned(), "place".to_owned()];
        of(&file, &module, &["catalog"]).into_iter().map(|path| (path.segments.join("::"), path.line)).collect()
    }

    fn owned(paths: &[(&str, usize)]) -> Vec<(String, usize)> {
        paths.iter().map(|(path, line)| ((*path).to_owned(), *line)).collect()
    }

    #[test]
    fn use_groups_are_taken_apart() {
        let found = paths("use crate::{\n    carts::{Cart, lock as hold},\n    pricing::*,\n};\nfn f() {}\n");

        assert_eq!(found, owned(&[("crate::carts::Cart", 2), ("crate::carts::lock", 2), ("crate::pricing::*", 3)]));
    }

    #[test]
    fn paths_in_expressions_types_and_macros_count() {
        let found = paths("fn f(cart: crate::carts::Cart) {\n    vec![catalog::inventory::reserve::<i64>(1)];\n}\n");

        assert_eq!(found, owned(&[("crate::carts::Cart", 1), ("catalog::inventory::reserve", 2)]));
    }

    #[test]
    fn super_is_made_absolute_also_inside_inline_modules() {
        let found = paths(
            "use super::store::row;\nuse super::super::carts::Cart;\nmod tests {\n    use super::super::model;\n}\nuse super::model;\n",
        );

        let expected =
            [("crate::orders::store::row", 1), ("crate::carts::Cart", 2), ("crate::orders::model", 4), ("crate::orders::model", 6)];
        assert_eq!(found, owned(&expected));
    }

    #[test]
    fn a_crate_name_in_the_middle_of_a_path_is_no_start() {
        assert_eq!(paths("use std::catalog::x::Y;\nuse ::catalog::media::Picture;\n"), owned(&[("catalog::media::Picture", 2)]));
    }
}
