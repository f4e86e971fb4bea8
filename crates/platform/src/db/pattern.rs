//! Terms of statements: patterns of LIKE that mean what the client wrote, and columns that no index is looked for.

/// The pattern of texts that contain this one, for `LIKE ? ESCAPE '!'`: what is a wildcard to LIKE is a letter like any other here.
#[must_use]
pub fn containing(text: &str) -> String {
    let literal: String = text.chars().flat_map(|c| ['%', '_', '!'].contains(&c).then_some('!').into_iter().chain([c])).collect();
    format!("%{literal}%")
}

/// To SQLite, which knows no statistics, a term that no index tempts it with; PostgreSQL sees through to the column and what it
/// knows of it, and so that few or many rows of an index have to be read until a page is full.
#[must_use]
pub fn shielded(column: &str) -> String {
    format!("CASE WHEN TRUE THEN {column} END")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_letters() {
        assert_eq!(containing("50%_off!"), "%50!%!_off!!%");
    }
}
