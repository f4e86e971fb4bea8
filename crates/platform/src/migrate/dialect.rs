//! What differs between the databases' schema languages: eight words, and the triggers of some tables.
//!
//! Migrations are PostgreSQL; for SQLite its types are replaced and tables become STRICT. A comment line
//! `-- append-only: <table>` before a table stands for the triggers that refuse its UPDATE and DELETE, `-- standing rules: <table>` for
//! those that renew the stamp of the standing rules with every change of it.

use std::fmt::Write as _;

use crate::db::DbBackend;

/// PostgreSQL's words and what SQLite says instead; longest first, because `BIGSERIAL PRIMARY KEY` holds `BIGSERIAL`.
const SQLITE_WORDS: [(&str, &str); 8] = [
    ("BIGSERIAL PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT"),
    ("TIMESTAMPTZ", "TEXT"),
    ("BOOLEAN", "INTEGER"),
    ("BIGINT", "INTEGER"),
    ("BYTEA", "BLOB"),
    ("JSONB", "TEXT"),
    ("UUID", "BLOB"),
    // The order of bytes, which is SQLite's own.
    ("COLLATE \"C\"", "COLLATE BINARY"),
];

const APPEND_ONLY: &str = "-- append-only: ";
const STANDING_RULES: &str = "-- standing rules: ";

/// The migration's text as this database reads it.
pub(super) fn render(sql: &str, backend: DbBackend) -> String {
    let mut text = if backend == DbBackend::Sqlite { to_sqlite(sql) } else { sql.to_owned() };
    for table in sql.lines().filter_map(|line| line.strip_prefix(APPEND_ONLY)) {
        append_only(&mut text, table.trim(), backend);
    }
    for table in sql.lines().filter_map(|line| line.strip_prefix(STANDING_RULES)) {
        standing_rules(&mut text, table.trim(), backend);
    }
    text
}

fn to_sqlite(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    for line in sql.lines() {
        // Comments keep their words.
        let (code, comment) = line.split_once("--").map_or((line, None), |(code, comment)| (code, Some(comment)));
        let code = SQLITE_WORDS.iter().fold(code.to_owned(), |code, (from, to)| replace_word(&code, from, to));
        let code = if code == ");" { ") STRICT;".to_owned() } else { code };
        text.push_str(&code);
        if let Some(comment) = comment {
            text.push_str("--");
            text.push_str(comment);
        }
        text.push('\n');
    }
    text
}

/// Replaces a type where it stands as a word of its own, so that `UUID` in a longer name stays.
fn replace_word(code: &str, from: &str, to: &str) -> String {
    let mut result = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, after)) = rest.split_once(from) {
        let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
        let whole = !before.ends_with(part_of_word) && !after.starts_with(part_of_word);
        result.push_str(before);
        result.push_str(if whole { to } else { from });
        rest = after;
    }
    result.push_str(rest);
    result
}

fn append_only(text: &mut String, table: &str, backend: DbBackend) {
    // Writing to a String cannot fail.
    let _ = if backend == DbBackend::Sqlite {
        writeln!(
            text,
            "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;"
        )
    } else {
        writeln!(
            text,
            "CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{table} is append-only'; END $$;
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_append_only();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only();"
        )
    };
}

fn standing_rules(text: &mut String, table: &str, backend: DbBackend) {
    // Writing to a String cannot fail.
    let _ = if backend == DbBackend::Sqlite {
        ["INSERT", "UPDATE", "DELETE"].iter().try_for_each(|change| {
            let name = change.to_lowercase();
            writeln!(
                text,
                "CREATE TRIGGER {table}_{name}_renews_rules AFTER {change} ON {table}
BEGIN UPDATE standing_rules SET stamp = hex(randomblob(16)); END;"
            )
        })
    } else {
        writeln!(
            text,
            "CREATE FUNCTION {table}_renews_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN UPDATE standing_rules SET stamp = gen_random_uuid()::text; RETURN NULL; END $$;
CREATE TRIGGER {table}_renews_rules AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_renews_rules();"
        )
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_reads_its_own_types_and_comments_stay() {
        let sql = "-- a UUID\nCREATE TABLE t (\n    id UUID PRIMARY KEY, -- the UUID\n    my_UUID BIGINT\n);\n";
        let expected = "-- a UUID\nCREATE TABLE t (\n    id BLOB PRIMARY KEY, -- the UUID\n    my_UUID INTEGER\n) STRICT;\n";
        assert_eq!(render(sql, DbBackend::Sqlite), expected);
        assert_eq!(render(sql, DbBackend::Postgres), sql);
    }

    #[test]
    fn an_append_only_table_has_its_triggers() {
        let text = render("-- append-only: moves\nCREATE TABLE moves (\n    id UUID\n);\n", DbBackend::Sqlite);
        assert!(text.contains("moves_no_update") && text.contains("moves_no_delete"));
    }

    #[test]
    fn any_change_of_a_standing_rule_renews_the_stamp() {
        let sql = "-- standing rules: taxes\nCREATE TABLE taxes (\n    id UUID\n);\n";
        let sqlite = render(sql, DbBackend::Sqlite);
        assert!(["insert", "update", "delete"].iter().all(|change| sqlite.contains(&format!("taxes_{change}_renews_rules"))));
        assert!(render(sql, DbBackend::Postgres).contains("INSERT OR UPDATE OR DELETE OR TRUNCATE ON taxes"));
    }
}
