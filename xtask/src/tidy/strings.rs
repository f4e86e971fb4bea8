//! SQL text that does not name its columns, or has a value pasted into it.

use super::finding::Finding;
use super::source::{SourceFile, Token};
use super::workspace::Workspace;

/// Looks at every string of the crates.
pub(crate) fn check(workspace: &Workspace) -> Vec<Finding> {
    let files = workspace.files.iter().filter(|file| file.is_in("crates") && !file.is_test());
    files.flat_map(|file| stars(file).into_iter().chain(pasted(file))).collect()
}

fn stars(file: &SourceFile) -> Vec<Finding> {
    let strings = file.tokens.iter().filter(|token| token.literal);
    let found = strings.filter(|token| {
        let text = token.text.to_ascii_uppercase();
        text.contains("SELECT *") || text.contains("RETURNING *")
    });
    let finding = |token: &Token| {
        let why = "a migration that adds a column would change what every caller reads";
        Finding::new((&file.path, token.line), "SQL asks for `*`", why, "name the columns")
    };
    found.map(finding).collect()
}

/// `format!("… '{x}' …")` that looks like SQL: a value between quotes is not bound.
fn pasted(file: &SourceFile) -> Vec<Finding> {
    let calls = file.tokens.windows(4).filter(|window| window.iter().zip(["format", "!", "("]).all(|(token, text)| token.text == text));
    let strings = calls.filter_map(|window| window.last()).filter(|token| token.literal && is_sql(&token.text));
    let found = strings.filter(|token| token.text.replace("{{", "").contains("'{"));
    let finding = |token: &Token| {
        let why = "a value inside the text of a statement is an injection waiting for its input";
        Finding::new((&file.path, token.line), "SQL is formatted with a quoted value", why, "bind the value as a parameter")
    };
    found.map(finding).collect()
}

fn is_sql(literal: &str) -> bool {
    let text = literal.to_ascii_uppercase();
    ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WHERE "].iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, assert_one};
    use super::check;

    fn findings(code: &str) -> Vec<String> {
        Sample::new().package("a", 0, "").file("crates/a/src/store.rs", code).findings(check)
    }

    #[test]
    fn a_statement_names_its_columns() {
        assert_eq!(findings("const A: &str = \"SELECT count(*) FROM orders\";\n"), Vec::<String>::new());
        assert_one(&findings("\nconst A: &str = \"select * from orders\";\n"), "crates/a/src/store.rs:2", &["name the columns"]);
    }

    #[test]
    fn a_statement_binds_its_values() {
        let fine = "fn f() { format!(\"SELECT {columns} FROM orders WHERE note = '{{}}'\"); }\n";
        let pasted = "fn f() { format!(\"SELECT id FROM orders WHERE number = '{number}'\"); }\n";

        assert_eq!(findings(fine), Vec::<String>::new());
        assert_one(&findings(pasted), "crates/a/src/store.rs:1", &["bind the value"]);
    }
}
